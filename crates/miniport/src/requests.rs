//! OID requests, one by one.

use clock::Instant;
use dot11::{MacAddr, ReasonCode};
use oid::{
    DefaultKey, Failure, KeyMappingKey, NdisStatus, Reply, Request, RequestId, SecurityRequest,
};
use radio::{Command, OperatingChannel};

use crate::channel::{self, Plan};
use crate::key_table::{check_id, use_management_command};
use crate::mlme::bss::Bss;
use crate::mlme::needs::Needs;
use crate::mlme::{Mlme, RadioTraits};
use crate::outbox::{Pending, failure};
use crate::port::{SURVEY_TIME, Settings, StartOutcome, Starting, State, Surveying, not_now};
use crate::{Miniport, Output};

impl Miniport {
    /// The service asks. Every request is answered by exactly one completion.
    pub fn handle_request(&mut self, id: RequestId, request: Request, now: Instant) {
        match request {
            Request::CurrentOperationMode(_)
            | Request::DesiredSsid(_)
            | Request::BeaconPeriod(_)
            | Request::DtimPeriod(_)
            | Request::EnabledAuthenticationAlgorithm(_)
            | Request::EnabledUnicastCipherAlgorithm(_)
            | Request::EnabledMulticastCipherAlgorithm(_)
            | Request::CurrentChannel(_)
            | Request::BandAndWidth { .. } => {
                let offered = self.radio.ciphers();
                let result = self.settings.set(request, &self.state, offered);
                self.out.complete(id, result.map(|()| Reply::Done));
            }
            Request::IsolatePeers(on) => self.isolate_peers(id, on),
            Request::StartAp => {
                if let Err(failure) = self.start(id, now) {
                    self.out.fail(id, &failure);
                }
            }
            Request::Reset { default_mib } => self.reset(id, default_mib, now),
            Request::IncomingAssociationDecision(decision) => {
                self.in_op(id, now, |mlme, cx| mlme.decide(id, decision, cx));
            }
            Request::DisassociatePeer { peer, reason } => {
                self.in_op(id, now, |mlme, cx| {
                    mlme.send_away(peer, reason_for(reason), id, cx)
                });
            }
            Request::CipherDefaultKey(key) => {
                if let Err(failure) = self.set_default_key(id, &key) {
                    self.out.fail(id, &failure);
                }
            }
            Request::CipherDefaultKeyId(key_id) => match check_id(key_id) {
                Ok(key_id) => self.set_default_key_id(id, key_id),
                Err(failure) => self.out.fail(id, &failure),
            },
            Request::CipherKeyMappingKey(key) => {
                if let Err(failure) = self.set_mapping_key(id, &key) {
                    self.out.fail(id, &failure);
                }
            }
            Request::PortStateNotification { peer, open } => {
                self.in_op(id, now, |mlme, cx| mlme.set_port(peer, open, id, cx));
            }
            Request::SendPacket { peer, pdu } => self.send_packet(id, peer, pdu),
            Request::QueryKeyCounter(index) => match self.check_counter(index) {
                Ok(index) if self.is_on_air() => {
                    let pending = Pending::Counter {
                        request: id,
                        index,
                        value: None,
                    };
                    self.out
                        .send_for(Command::QueryGroupCounter { index }, pending);
                }
                Ok(_) => self.out.complete(id, Ok(Reply::KeyCounter(0))),
                Err(failure) => self.out.fail(id, &failure),
            },
            Request::EnumPeerInfo => {
                let peers = match &self.state {
                    State::Op(mlme) => mlme.peer_info(),
                    State::Init
                    | State::Surveying(_)
                    | State::Starting(_)
                    | State::Resetting(_)
                    | State::Halted { .. } => Vec::new(),
                };
                self.out.complete(id, Ok(Reply::PeerInfo(peers)));
            }
        }
    }

    /// The service asks for what only stations and extensions need. Every request is answered by
    /// exactly one completion. Of the per-station default keys a station port keeps 32 rows.
    pub fn handle_security_request(
        &mut self,
        id: RequestId,
        request: SecurityRequest,
        now: Instant,
    ) {
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
            } => match self.send_vendor_packet(peer, ether_type, payload) {
                Ok(command) => {
                    self.out.send_for(command, Pending::Request(id));
                    return;
                }
                Err(failure) => Err(failure),
            },
            SecurityRequest::QueryAssociation(peer) => {
                self.in_op(id, now, |mlme, cx| mlme.query_association(peer, id, cx));
                return;
            }
            SecurityRequest::CipherPerStationKey { station, key } => {
                let enabled = self.settings.multicast_cipher;
                let rules = self.radio.key_rules(self.settings.mode);
                self.keys.set_station_key(station, &key, enabled, &rules)
            }
            // Radios here never let data pass in clear.
            SecurityRequest::ExcludeUnencrypted(true) => Ok(()),
            _ => Err(failure(
                NdisStatus::NOT_SUPPORTED,
                "This port does not have that setting.",
                "Leave the setting out; the port's defaults hold.",
            )),
        };
        self.out.complete(id, result.map(|()| Reply::Done));
    }

    /// Most entries of the key-mapping table from now on, 2048 unless set. It should be no less than
    /// the number of stations; entries that are there stay.
    pub fn set_key_mapping_capacity(&mut self, entries: usize) {
        self.keys.set_capacity(entries);
    }

    /// OID_DOT11_DELETE_MAC: the port ends with everything in it. What is left to do: answers to who
    /// waits, and what leaves the radio clean.
    #[must_use]
    pub fn delete(mut self, now: Instant) -> Vec<Output> {
        self.with_mlme(now, |mlme, cx| mlme.shut_down(cx));
        if self.is_on_air() {
            self.out.send(Command::StopAp);
        }
        self.ether_types
            .clear(self.radio.is_present(), &mut self.out);
        match self.state {
            State::Surveying(start) => self.out.fail(start.request, &was_reset()),
            State::Starting(starting) => self.out.fail(starting.request, &was_reset()),
            // What was asked for happens.
            State::Resetting(requests) => requests.into_iter().for_each(|id| self.out.done(id)),
            State::Init | State::Op(_) | State::Halted { .. } => {}
        }
        self.out.close()
    }

    /// OID_DOT11_START_AP_REQUEST. Everything is checked before the radio hears of it.
    fn start(&mut self, id: RequestId, now: Instant) -> Result<(), Failure> {
        match &self.state {
            State::Init => {}
            State::Halted { .. } => {
                return Err(failure(
                    NdisStatus::INVALID_STATE,
                    "The driver has just ended the access point.",
                    "Try again in a second.",
                ));
            }
            State::Surveying(_) | State::Starting(_) | State::Op(_) | State::Resetting(_) => {
                return Err(not_now("The access point runs."));
            }
        }
        let radio = self.radio.get()?;
        self.settings.plan_start(radio)?;
        match channel::plan(&self.settings.wish, radio)? {
            Plan::At(place) => self.start_at(id, place, Needs::default()),
            Plan::Survey(channels) => {
                let command = Command::Survey { channels };
                let command = self.out.send_for(command, Pending::Survey);
                self.state = State::Surveying(Surveying {
                    request: id,
                    command,
                    rows: Vec::new(),
                    until: now + SURVEY_TIME,
                });
                Ok(())
            }
        }
    }

    /// The survey is done, or its time is up: what it told is used, if that is anything.
    pub(crate) fn end_survey(&mut self) {
        let State::Surveying(survey) = core::mem::replace(&mut self.state, State::Init) else {
            return;
        };
        self.out.settle(survey.command);
        let rows = Some(&survey.rows[..]).filter(|rows| !rows.is_empty());
        let started = self
            .radio
            .get()
            .and_then(|radio| channel::choose(&self.settings.wish, radio, rows))
            .and_then(|place| {
                let needs = Needs::of_neighbours(&survey.rows, &place);
                self.start_at(survey.request, place, needs)
            });
        if let Err(failure) = started {
            self.out.fail(survey.request, &failure);
        }
    }

    fn start_at(
        &mut self,
        id: RequestId,
        place: OperatingChannel,
        neighbours: Needs,
    ) -> Result<(), Failure> {
        let radio = self.radio.get()?;
        let settings = self.settings.plan_start(radio)?;
        let traits = RadioTraits {
            reports_tx_status: radio.reports_tx_status,
            firmware_mlme: radio.firmware_mlme,
            max_stations: radio.max_stations.unwrap_or(u16::MAX),
        };
        // Firmware looks after its neighbours itself.
        let needs = Some(neighbours).filter(|_| !radio.firmware_mlme);
        let bss = Bss::new(settings, radio, place, needs.unwrap_or_default());
        self.out
            .send_for(Command::StartAp(Box::new(bss.ap_config())), Pending::Start);
        let mut outstanding = 1;
        for index in self.keys.default_indices() {
            if self.keys.install_default(index, None, &mut self.out) {
                outstanding += 1;
                if let Some(command) = use_management_command(index) {
                    self.out.send_for(command, Pending::Start);
                    outstanding += 1;
                }
            }
        }
        if let Some(command) = self.keys.use_command() {
            self.out.send_for(command, Pending::Start);
            outstanding += 1;
        }
        let mlme = Box::new(Mlme::new(bss, traits, self.secret));
        let outcome = StartOutcome::Unknown;
        self.state = State::Starting(Box::new(Starting {
            request: id,
            mlme,
            outstanding,
            outcome,
        }));
        Ok(())
    }

    /// Before a start it is a setting, on the air a command.
    fn isolate_peers(&mut self, id: RequestId, on: bool) {
        match self.settings.isolate_peers(on) {
            Err(failure) => self.out.fail(id, &failure),
            Ok(()) if self.is_on_air() => {
                self.out
                    .send_for(Command::Isolate(on), Pending::Request(id));
            }
            Ok(()) => self.out.done(id),
        }
    }

    /// OID_DOT11_RESET_REQUEST.
    fn reset(&mut self, id: RequestId, default_mib: bool, now: Instant) {
        self.with_mlme(now, |mlme, cx| mlme.shut_down(cx));
        self.keys.clear();
        if default_mib {
            self.settings = Settings::default();
            let has_radio = self.radio.is_present();
            self.ether_types.clear(has_radio, &mut self.out);
        }
        match &mut self.state {
            State::Init | State::Halted { .. } => {
                self.out.done(id);
                return;
            }
            State::Resetting(requests) => {
                requests.push(id);
                return;
            }
            State::Surveying(start) => {
                self.out.settle(start.command);
                self.out.fail(start.request, &was_reset());
            }
            State::Starting(starting) => {
                self.out.fail(starting.request, &was_reset());
            }
            State::Op(_) => {}
        }
        self.out.send_for(Command::StopAp, Pending::Stop);
        self.state = State::Resetting(vec![id]);
    }

    fn set_default_key(&mut self, id: RequestId, key: &DefaultKey) -> Result<(), Failure> {
        let on_air = self.is_on_air();
        let rules = self.radio.key_rules(self.settings.mode);
        let checks = (self.settings.multicast_cipher, &rules);
        self.keys
            .request_default(id, key, checks, on_air, &mut self.out)
    }

    fn set_default_key_id(&mut self, id: RequestId, key_id: u8) {
        self.keys.set_default_id(key_id);
        // Without such a key, or off the air, it is remembered.
        match self.is_on_air().then(|| self.keys.use_command()).flatten() {
            Some(command) => {
                self.out.send_for(command, Pending::UseKey(id));
            }
            None => self.out.done(id),
        }
    }

    fn set_mapping_key(&mut self, id: RequestId, key: &KeyMappingKey) -> Result<(), Failure> {
        let rules = self.radio.key_rules(self.settings.mode);
        let checks = (self.settings.unicast_cipher, &rules);
        let peer = match &mut self.state {
            State::Op(mlme) => mlme.peer_in_radio(key.peer),
            _ => None,
        };
        self.keys
            .request_mapping(id, key, checks, peer, &mut self.out)
    }

    fn send_packet(&mut self, id: RequestId, peer: MacAddr, pdu: Vec<u8>) {
        if matches!(&self.state, State::Op(mlme) if mlme.is_in_radio(peer)) {
            self.out
                .send_for(Command::SendEapol { peer, pdu }, Pending::Request(id));
        } else {
            self.out
                .fail(id, &not_now("The station is not associated."));
        }
    }

    fn send_vendor_packet(
        &self,
        peer: MacAddr,
        ether_type: u16,
        payload: Vec<u8>,
    ) -> Result<Command, Failure> {
        let command = self.ether_types.send(peer, ether_type, payload)?;
        match &self.state {
            State::Op(mlme) if mlme.is_associated(peer) => Ok(command),
            _ => Err(not_now("The station is not associated.")),
        }
    }

    fn check_counter(&self, index: u32) -> Result<u8, Failure> {
        let index = check_id(index)?;
        if self.keys.has_default(index) {
            Ok(index)
        } else {
            Err(failure(
                NdisStatus::INVALID_DATA,
                "There is no default key at this index.",
                "This is a fault of the program that asked.",
            ))
        }
    }

    /// Whether the radio carries, or is about to carry, the access point: keys go down at once.
    const fn is_on_air(&self) -> bool {
        matches!(self.state, State::Op(_) | State::Starting(_))
    }

    /// A request that is allowed in OP only.
    fn in_op(
        &mut self,
        id: RequestId,
        now: Instant,
        f: impl FnOnce(&mut Mlme, &mut crate::Context<'_>),
    ) {
        if matches!(self.state, State::Op(_)) {
            self.with_mlme(now, f);
        } else {
            self.out
                .fail(id, &not_now("The access point does not run."));
        }
    }
}

fn was_reset() -> Failure {
    failure(
        NdisStatus::RESET_IN_PROGRESS,
        "The start was given up for a reset.",
        "Start again.",
    )
}

/// Reason 0 is reserved on the air (clause 9.4.1.7).
const fn reason_for(reason: ReasonCode) -> ReasonCode {
    if reason.0 == 0 {
        ReasonCode::UNSPECIFIED
    } else {
        reason
    }
}
