//! OID requests, one by one.

use clock::Instant;
use dot11::{MacAddr, ReasonCode};
use oid::{
    CipherAlgorithm, DisassocReason, Failure, KeyMappingKey, NdisStatus, OperationMode, Reply,
    Request, RequestId, SecurityRequest, StationRequest,
};
use radio::Command;

use super::link::Link;
use super::scan::Scan;
use super::settings::Settings;
use super::{State, StationPort};
use crate::gate::not_associated;
use crate::key_table::check_id;
use crate::outbox::{Pending, failure};

const MODE: OperationMode = OperationMode::ExtensibleStation;

impl StationPort {
    /// The service asks. Every request is answered by exactly one completion. What only an access
    /// point has is NOT_SUPPORTED.
    pub fn handle_request(&mut self, id: RequestId, request: Request) {
        match request {
            Request::CurrentOperationMode(_)
            | Request::DesiredSsid(_)
            | Request::EnabledAuthenticationAlgorithm(_)
            | Request::EnabledUnicastCipherAlgorithm(_)
            | Request::EnabledMulticastCipherAlgorithm(_) => {
                let is_init = matches!(self.state, State::Init | State::Scanning { .. });
                let result = self.settings.set(request, is_init, self.radio.ciphers());
                self.out.complete(id, result.map(|()| Reply::Done));
            }
            Request::Reset { default_mib } => self.reset(id, default_mib),
            Request::CipherDefaultKey(key) => {
                let (_, multicast) = self.enabled();
                let rules = self.radio.key_rules(MODE);
                let in_use = matches!(self.state, State::Op(_));
                let out = &mut self.out;
                let result = self
                    .keys
                    .request_default(id, &key, (multicast, &rules), in_use, out);
                self.refuse_failed(id, result);
            }
            // A station sends nothing with default keys: the index is only remembered.
            Request::CipherDefaultKeyId(index) => match check_id(index) {
                Ok(index) => {
                    self.keys.set_default_id(index);
                    self.out.done(id);
                }
                Err(failure) => self.out.fail(id, &failure),
            },
            Request::CipherKeyMappingKey(key) => {
                let result = self.set_mapping_key(id, &key);
                self.refuse_failed(id, result);
            }
            Request::PortStateNotification { peer, open } => match self.link(peer) {
                Some(_) => {
                    if let State::Op(link) = &mut self.state {
                        link.gate.set(peer, open, id, &self.keys, &mut self.out);
                    }
                }
                // A port that is not there is closed.
                None if open => self.out.fail(id, &not_associated()),
                None => self.out.done(id),
            },
            Request::SendPacket { peer, pdu } => match self.link(peer) {
                Some(_) => {
                    let command = Command::SendEapol { peer, pdu };
                    self.out.send_for(command, Pending::Request(id));
                }
                None => self.out.fail(id, &not_associated()),
            },
            Request::EnumPeerInfo => {
                let peers = match &self.state {
                    State::Op(link) => vec![link.peer_info()],
                    _ => Vec::new(),
                };
                self.out.complete(id, Ok(Reply::PeerInfo(peers)));
            }
            Request::BeaconPeriod(_)
            | Request::DtimPeriod(_)
            | Request::CurrentChannel(_)
            | Request::BandAndWidth { .. }
            | Request::IsolatePeers(_)
            | Request::StartAp
            | Request::IncomingAssociationDecision(_)
            | Request::DisassociatePeer { .. }
            | Request::QueryKeyCounter(_) => self.not_supported(id),
        }
    }

    /// The service asks for what only stations and extensions need. Every request is answered by
    /// exactly one completion.
    pub fn handle_security_request(&mut self, id: RequestId, request: SecurityRequest) {
        let result = match request {
            SecurityRequest::ReceiveEtherTypes(_) | SecurityRequest::PrivacyExemptionList(_) => {
                let has_radio = self.radio.is_present();
                self.ether_types.set(id, request, has_radio, &mut self.out);
                return;
            }
            SecurityRequest::SendVendorPacket {
                peer,
                ether_type,
                payload,
            } => match self.ether_types.send(peer, ether_type, payload) {
                Ok(command) if self.link(peer).is_some() => {
                    self.out.send_for(command, Pending::Request(id));
                    return;
                }
                Ok(_) => Err(not_associated()),
                Err(failure) => Err(failure),
            },
            SecurityRequest::QueryAssociation(peer) => match self.link(peer) {
                Some(link) => {
                    let frames = Box::new(link.frames.clone());
                    self.out.complete(id, Ok(Reply::Association(frames)));
                    return;
                }
                None => Err(not_associated()),
            },
            SecurityRequest::CipherPerStationKey { station, key } => {
                let (_, multicast) = self.enabled();
                let rules = self.radio.key_rules(MODE);
                self.keys.set_station_key(station, &key, multicast, &rules)
            }
            SecurityRequest::ExcludedMacAddressList(list) => self.settings.set_excluded(list),
            // Radios here never let data pass in clear.
            SecurityRequest::ExcludeUnencrypted(true) => Ok(()),
            SecurityRequest::EnabledAuthenticationAlgorithms(_)
            | SecurityRequest::EnabledUnicastCipherAlgorithms(_)
            | SecurityRequest::EnabledMulticastCipherAlgorithms(_)
            | SecurityRequest::ExcludeUnencrypted(false)
            | SecurityRequest::UnicastUseGroupEnabled(_)
            | SecurityRequest::SafeModeEnabled(_)
            | SecurityRequest::PmkidList(_)
            | SecurityRequest::WpsEnabled(_)
            | SecurityRequest::AdditionalIe { .. } => {
                self.not_supported(id);
                return;
            }
        };
        self.out.complete(id, result.map(|()| Reply::Done));
    }

    /// The service asks for what only a station does. Every request is answered by exactly one
    /// completion. INVALID_STATE while a connection is on its way, DOT11_MEDIA_IN_USE for a scan
    /// while the radio is with an access point.
    pub fn handle_station_request(&mut self, id: RequestId, request: StationRequest, now: Instant) {
        match request {
            StationRequest::Scan => {
                if let Err(failure) = self.scan(id, now) {
                    self.out.fail(id, &failure);
                }
            }
            StationRequest::AssociationElements(elements) => {
                let result = self.settings.set_elements(elements);
                self.out.complete(id, result.map(|()| Reply::Done));
            }
            StationRequest::Connect => {
                if let Err(failure) = self.connect(id, now) {
                    self.out.fail(id, &failure);
                }
            }
            StationRequest::Disconnect => {
                match &self.state {
                    State::Connecting(_) => self.abort_attempt(),
                    State::Op(_) => {
                        let reason = ReasonCode::LEAVING_NETWORK_DEAUTH;
                        self.leave(DisassocReason::Os, Some(reason));
                    }
                    State::Init | State::Scanning { .. } | State::Resetting(_) => {}
                }
                self.out.done(id);
            }
        }
    }

    /// Most entries of the key-mapping table from now on, 2048 unless set. Entries that are there
    /// stay.
    pub fn set_key_mapping_capacity(&mut self, entries: usize) {
        self.keys.set_capacity(entries);
    }

    /// OID_DOT11_SCAN_REQUEST.
    fn scan(&mut self, id: RequestId, now: Instant) -> Result<(), Failure> {
        if !matches!(self.state, State::Init) {
            return Err(failure(
                NdisStatus::DOT11_MEDIA_IN_USE,
                "The radio scans already, or it is with an access point.",
                "Wait for the scan, or disconnect.",
            ));
        }
        let radio = self.radio.get()?;
        let ssid = self.settings.ssid.clone();
        let scan = Scan::start(radio, ssid, now, &mut self.out);
        let Some(scan) = scan else {
            return Err(failure(
                NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED,
                &format!("The radio {} has no channel to scan.", radio.name),
                "Set the country with `iw reg set`.",
            ));
        };
        self.networks.clear();
        self.state = State::Scanning { request: id, scan };
        Ok(())
    }

    /// OID_DOT11_RESET_REQUEST.
    fn reset(&mut self, id: RequestId, default_mib: bool) {
        let busy = self.leave_for_reset();
        if default_mib {
            self.settings = Settings::default();
            let has_radio = self.radio.is_present();
            self.ether_types.clear(has_radio, &mut self.out);
        }
        match &mut self.state {
            State::Resetting(requests) => requests.push(id),
            // The answer comes behind everything the radio was told.
            _ if busy && self.radio.is_present() => {
                self.out.send_for(Command::StopListening, Pending::Stop);
                self.state = State::Resetting(vec![id]);
            }
            _ => self.out.done(id),
        }
    }

    fn set_mapping_key(&mut self, id: RequestId, key: &KeyMappingKey) -> Result<(), Failure> {
        let (unicast, _) = self.enabled();
        let rules = self.radio.key_rules(MODE);
        let peer = match &mut self.state {
            State::Op(link) if link.network.bssid() == key.peer => Some(Some(&mut link.gate)),
            _ => None,
        };
        self.keys
            .request_mapping(id, key, (unicast, &rules), peer, &mut self.out)
    }

    /// Which unicast and multicast cipher keys are for now.
    fn enabled(&self) -> (CipherAlgorithm, CipherAlgorithm) {
        self.settings.enabled(match &self.state {
            State::Op(link) => Some(link.ciphers()),
            _ => None,
        })
    }

    /// The association with `peer`.
    fn link(&self, peer: MacAddr) -> Option<&Link> {
        match &self.state {
            State::Op(link) if link.network.bssid() == peer => Some(link),
            _ => None,
        }
    }

    fn refuse_failed(&mut self, id: RequestId, result: Result<(), Failure>) {
        if let Err(failure) = result {
            self.out.fail(id, &failure);
        }
    }

    fn not_supported(&mut self, id: RequestId) {
        let refusal = failure(
            NdisStatus::NOT_SUPPORTED,
            "This port does not have that setting.",
            "Leave the setting out; the port's defaults hold.",
        );
        self.out.fail(id, &refusal);
    }
}
