//! The station's adapter: one connection with one extension.
//!
//! ```text
//!   Connect --> set up the port, host with its adapter --> scan --> PerformPreAssociate --> completion
//!     --> connect, association --> PerformPostAssociate --> completion --> port open --> Connected
//! ```
//!
//! The host stays until `Disconnect`, with or without a connection. A connection that is lost is not
//! taken up again by itself.

use cause::Cause;
use clock::{Duration, Instant};
use dot11::MacAddr;
use ihv::seam::{Adapter, Association, Completion, PortId, Profile, Task};
use oid::{
    AuthAlgorithm, BssEntry, CipherAlgorithm, ConnectionEnd, Failure, Indication, OperationMode,
    PhyState, Reply, Request, StationAssociation, StationIndication, StationRequest,
};
use wlan_model::{Guid, VendorProfile};
use wlan_rpc::{EventKind, ExtensionAdapter, ExtensionEvent};

use super::Extensions;
use crate::asked::{Asked, SetUp};
use crate::causes::said_no;
use crate::consts::{BY_OS, BY_RESET, INFRASTRUCTURE, RADIO_OFF};
use crate::host::{Doing, PRE_LIMIT, Phase, SlotId, Stage};
use crate::station::{Attempt, Mode, Progress, slot};
use crate::{Output, PortRequest, bss};

const HERE: ExtensionAdapter = ExtensionAdapter::Station;
/// For an association, and for the extension's handshake after it.
const JOIN_LIMIT: Duration = Duration::from_secs(10);

impl Extensions {
    pub(crate) fn connect(&mut self, profile: VendorProfile, now: Instant) {
        let found = self
            .installed
            .iter()
            .find(|(_, installed)| installed.extension.oui == profile.oui)
            .map(|(name, _)| name.clone());
        let Some(name) = found else {
            let cause = Cause::new(
                format!("No extension of {} is installed.", profile.oui),
                "Install one with `hostednet ihv install`.",
            );
            self.put(Output::Event(EventKind::Extension {
                name: profile.oui.to_string(),
                adapter: HERE,
                what: ExtensionEvent::Disconnected { cause },
            }));
            return;
        };
        self.leave(BY_OS, None, now);
        self.reset_station_adapter(now);
        self.station.attempts += 1;
        let number = self.station.attempts;
        self.station.host = Some(name.clone());
        // Somebody asks for it: what is left of a pause does not count.
        if let Some(slot) = self.slots.get_mut(&slot(&name))
            && let Phase::Waiting(wait) = &mut slot.phase
        {
            wait.until = now;
        }
        self.station.attempt = Some(Attempt {
            number,
            name,
            profile,
            stage: Progress::SettingUp,
        });
        self.set_up(number, SetUp::Disconnect);
    }

    pub(crate) fn disconnect(&mut self, now: Instant) {
        let cause = Cause::new("It was told to disconnect.", "Connect again when wanted.");
        self.leave(BY_OS, Some(cause), now);
        self.station.host = None;
    }

    /// The connection or attempt ends; its end is told unless another one takes its place.
    fn leave(&mut self, status: u32, cause: Option<Cause>, now: Instant) {
        let Some(attempt) = self.station.attempt.take() else {
            return;
        };
        let id = slot(&attempt.name);
        if let Some((_, port)) = attempt.stage.port() {
            let what = Task::StopPostAssociate { port, status };
            self.task(&id, Doing::Stop, what, now);
        }
        if attempt.stage.is_on_air() {
            let request = PortRequest::Station(StationRequest::Disconnect);
            self.ask(HERE, request, Asked::Nothing);
            self.station.tables.keys.forget_dynamic(None);
        }
        if let Some(cause) = cause {
            self.event(&id, ExtensionEvent::Disconnected { cause });
        }
    }

    /// The connection of the extension is over: its adapter goes back to where it was.
    fn reset_station_adapter(&mut self, now: Instant) {
        let Some(id) = self.station.host.as_deref().map(slot) else {
            return;
        };
        let Some(live) = self.live_mut(&id) else {
            return;
        };
        if matches!(live.stage, Stage::PreAssociating { .. } | Stage::Ready) {
            live.stage = Stage::Resetting;
            self.forget_handling(&id);
            self.task(&id, Doing::Reset, Task::AdapterReset, now);
        }
    }

    fn lost(&mut self, status: u32, cause: Cause, now: Instant) {
        self.leave(status, Some(cause), now);
        self.reset_station_adapter(now);
    }

    fn set_up(&mut self, attempt: u64, step: SetUp) {
        let Some(current) = self.station.attempt.as_ref() else {
            return;
        };
        let request = match step {
            SetUp::Disconnect => PortRequest::Station(StationRequest::Disconnect),
            SetUp::Mode => PortRequest::Request(Request::CurrentOperationMode(
                OperationMode::ExtensibleStation,
            )),
            SetUp::Authentication => PortRequest::Request(Request::EnabledAuthenticationAlgorithm(
                AuthAlgorithm::RSNA_PSK,
            )),
            SetUp::Unicast => PortRequest::Request(Request::EnabledUnicastCipherAlgorithm(
                CipherAlgorithm::CCMP,
            )),
            SetUp::Multicast => PortRequest::Request(Request::EnabledMulticastCipherAlgorithm(
                CipherAlgorithm::CCMP,
            )),
            SetUp::Scan => PortRequest::Station(StationRequest::Scan),
            SetUp::Ssid => PortRequest::Request(Request::DesiredSsid(current.profile.ssid.clone())),
            SetUp::Elements => PortRequest::Station(StationRequest::AssociationElements(
                current.profile.elements.clone(),
            )),
            SetUp::Connect => PortRequest::Station(StationRequest::Connect),
            SetUp::Open => {
                let Some((peer, _)) = current.stage.port() else {
                    return;
                };
                PortRequest::Request(Request::PortStateNotification { peer, open: true })
            }
        };
        self.ask(HERE, request, Asked::SetUp { attempt, step });
    }

    /// A step is done.
    pub(crate) fn station_set_up(
        &mut self,
        number: u64,
        step: SetUp,
        result: Result<Reply, Failure>,
        now: Instant,
    ) {
        if step == SetUp::Mode && result.is_ok() {
            self.station.mode = Mode::Set;
        }
        let mode = self.station.mode;
        let Some(attempt) = self.station.attempt.as_mut() else {
            return;
        };
        if attempt.number != number {
            return;
        }
        let reply = match result {
            Ok(reply) => reply,
            // There was nothing to disconnect from.
            Err(_) if step == SetUp::Disconnect => Reply::Done,
            Err(failure) => return self.lost(BY_OS, failure.cause, now),
        };
        let next = match step {
            SetUp::Disconnect if mode == Mode::Unset => SetUp::Mode,
            SetUp::Disconnect | SetUp::Mode => SetUp::Authentication,
            SetUp::Authentication => SetUp::Unicast,
            SetUp::Unicast => SetUp::Multicast,
            SetUp::Multicast => {
                attempt.stage = Progress::WaitingForHost;
                return self.station_goes_on();
            }
            SetUp::Scan => {
                let found = match reply {
                    Reply::BssEntries(found) => found,
                    _ => Vec::new(),
                };
                return self.scanned(&found, now);
            }
            SetUp::Ssid => SetUp::Elements,
            SetUp::Elements => SetUp::Connect,
            SetUp::Connect => {
                // The indications of a quick radio may have come before.
                if attempt.stage == Progress::Preparing {
                    attempt.stage = Progress::Connecting {
                        by: now + JOIN_LIMIT,
                    };
                }
                return;
            }
            SetUp::Open => {
                if let Progress::Opening { bssid, port } = attempt.stage {
                    attempt.stage = Progress::Connected { bssid, port };
                    let id = slot(&attempt.name);
                    self.event(&id, ExtensionEvent::Connected { bssid });
                }
                return;
            }
        };
        self.set_up(number, next);
    }

    pub(crate) fn station_arrives(&mut self, id: &SlotId, now: Instant) {
        let name = self.station.radio.as_deref().unwrap_or("station");
        let adapter = Adapter {
            guid: Guid::of_station(name),
            description: format!("Station {name}"),
            mode: ihv::abi::DOT11_OPERATION_MODE_EXTENSIBLE_STATION,
        };
        self.task(id, Doing::Init, Task::InitAdapter(adapter), now);
    }

    /// When port and extension are ready the attempt begins.
    pub(crate) fn station_goes_on(&mut self) {
        let Some(attempt) = self.station.attempt.as_ref() else {
            return;
        };
        let idle = self
            .live(&slot(&attempt.name))
            .is_some_and(|live| matches!(live.stage, Stage::Idle));
        if !idle || attempt.stage != Progress::WaitingForHost {
            return;
        }
        let number = attempt.number;
        if let Some(attempt) = self.station.attempt.as_mut() {
            attempt.stage = Progress::Scanning;
        }
        self.set_up(number, SetUp::Scan);
    }

    fn scanned(&mut self, found: &[BssEntry], now: Instant) {
        let Some(attempt) = self.station.attempt.as_ref() else {
            return;
        };
        let profile = attempt.profile.clone();
        let id = slot(&attempt.name);
        let named: Vec<_> = found
            .iter()
            .filter(|entry| bss::is_named(entry, profile.ssid.as_bytes()))
            .cloned()
            .collect();
        if named.is_empty() {
            let cause = Cause::new(
                format!("No network {} is on the air.", profile.ssid),
                "Start it, or check the name.",
            );
            return self.lost(BY_OS, cause, now);
        }
        let Some(installed) = self.installed.get(&id.name) else {
            return;
        };
        let told = Profile {
            name: profile.name.clone(),
            ssids: vec![profile.ssid],
            bss_type: INFRASTRUCTURE,
            fragments: installed.kept.fragments(&profile.name, &profile.fragments),
            user_data: installed.kept.users(&profile.name),
        };
        let Some(live) = self.live_mut(&id) else {
            return;
        };
        let connection = live.new_connection();
        live.stage = Stage::PreAssociating {
            connection,
            by: now + PRE_LIMIT,
        };
        if let Some(attempt) = self.station.attempt.as_mut() {
            attempt.stage = Progress::PreAssociating(connection);
        }
        let what = Task::PerformPreAssociate {
            connection,
            profile: told,
            networks: bss::entries(&named),
        };
        self.task(&id, Doing::PreAssociate(connection), what, now);
    }

    pub(crate) fn station_pre_associated(&mut self, id: &SlotId, end: Completion, now: Instant) {
        let Some(attempt) = self.station.attempt.as_mut() else {
            return;
        };
        if attempt.name != id.name || !matches!(attempt.stage, Progress::PreAssociating(_)) {
            return;
        }
        if end.is_success() {
            attempt.stage = Progress::Preparing;
            let number = attempt.number;
            self.set_up(number, SetUp::Ssid);
        } else {
            let cause = said_no(&id.name, "the network", end.win32, end.reason);
            self.lost(BY_OS, cause, now);
        }
    }

    /// The extension says how the port is to be.
    pub(crate) fn station_completed(
        &mut self,
        id: &SlotId,
        port: PortId,
        end: Completion,
        now: Instant,
    ) {
        let Some(attempt) = self.station.attempt.as_mut() else {
            return;
        };
        let current = attempt.stage.port().is_some_and(|(_, of)| of == port);
        if attempt.name != id.name || !current {
            return;
        }
        if !end.is_success() {
            let cause = said_no(&id.name, "the connection", end.win32, end.reason);
            return self.lost(BY_OS, cause, now);
        }
        if let Progress::Joining { bssid, port, .. } = attempt.stage {
            attempt.stage = Progress::Opening { bssid, port };
            let number = attempt.number;
            self.set_up(number, SetUp::Open);
        }
    }

    pub(crate) fn station_indicated(&mut self, indication: Indication, now: Instant) {
        match indication {
            Indication::ReceivePacket { peer, pdu } => {
                self.packet_received(HERE, peer, dot11::ETHERTYPE_EAPOL, &pdu);
            }
            Indication::PhyStateChanged(PhyState::On { name, .. }) => {
                self.station.radio = Some(name);
            }
            Indication::PhyStateChanged(PhyState::Off { cause }) => {
                self.station.mode = Mode::Unset;
                self.lost(RADIO_OFF, cause, now);
            }
            Indication::Disassociation { peer, reason } if self.station.is_with(peer) => {
                let text = match (reason.value() >> 16, reason.value() & 0xffff) {
                    (1 | 2, why) => {
                        format!("The access point {peer} sent the station away (reason {why}).")
                    }
                    _ => format!("The access point {peer} is gone ({:#x}).", reason.value()),
                };
                let cause = Cause::new(text, "See what happened there, and connect again.");
                self.lost(reason.value(), cause, now);
            }
            Indication::Station(StationIndication::AssociationCompletion {
                bssid,
                result: Ok(association),
            }) => self.station_associated(bssid, *association, now),
            Indication::Station(StationIndication::ConnectionCompletion(end)) => {
                self.connection_ended(end, now);
            }
            _ => {}
        }
    }

    fn station_associated(
        &mut self,
        bssid: MacAddr,
        association: StationAssociation,
        now: Instant,
    ) {
        let Some(attempt) = self.station.attempt.as_mut() else {
            return;
        };
        if !matches!(
            attempt.stage,
            Progress::Preparing | Progress::Connecting { .. }
        ) {
            return;
        }
        let id = slot(&attempt.name);
        self.station.tables.keys.forget_dynamic(Some(bssid));
        let Some(live) = self.live_mut(&id) else {
            return;
        };
        let port = live.new_port();
        if let Some(attempt) = self.station.attempt.as_mut() {
            attempt.stage = Progress::Joining {
                bssid,
                port,
                by: now + JOIN_LIMIT,
            };
        }
        let frames = association.frames;
        let what = Task::PerformPostAssociate {
            port,
            session: u32::try_from(port.0).unwrap_or(u32::MAX),
            association: Association {
                peer: bssid,
                reassociation: frames.reassociation,
                auth: association.auth.0,
                unicast_cipher: association.unicast_cipher.0,
                multicast_cipher: association.multicast_cipher.0,
                authorized: false,
                request: frames.request,
                response: frames.response,
                beacon: frames.beacon,
            },
        };
        self.task(&id, Doing::PostAssociate(port), what, now);
    }

    fn connection_ended(&mut self, end: ConnectionEnd, now: Instant) {
        let on_air = |attempt: &Attempt| attempt.stage.is_on_air();
        if end == ConnectionEnd::Success || !self.station.attempt.as_ref().is_some_and(on_air) {
            return;
        }
        let text = match end {
            ConnectionEnd::Success => return,
            ConnectionEnd::NotFound => "The network is not on the air any more.".to_owned(),
            ConnectionEnd::Timeout => "The access point does not answer.".to_owned(),
            ConnectionEnd::Refused(status) => {
                format!(
                    "The access point refused the association (status {}).",
                    status.0
                )
            }
            ConnectionEnd::Aborted => "The attempt was broken off.".to_owned(),
        };
        let cause = Cause::new(text, "Look at the access point, and connect again.");
        self.lost(BY_OS, cause, now);
    }

    pub(crate) fn station_timeout(&mut self, now: Instant) {
        if self.station.timeout().is_none_or(|by| now < by) {
            return;
        }
        let joining = self.station.port().is_some();
        let cause = if joining {
            Cause::new(
                "The extension did not complete the connection within 10 seconds.",
                "Read its log with `hostednet ihv log`.",
            )
        } else {
            Cause::new(
                "There was no association within 10 seconds.",
                "Look at the access point, and connect again.",
            )
        };
        self.lost(BY_OS, cause, now);
    }

    /// Its process is dead: the port is reset.
    pub(crate) fn station_crashed(&mut self, id: &SlotId) {
        let attempt = self.station.attempt.take_if(|a| a.name == id.name);
        if attempt.is_none() && !self.station.wants(&id.name) {
            return;
        }
        let disconnect = PortRequest::Station(StationRequest::Disconnect);
        self.ask(HERE, disconnect, Asked::Nothing);
        let reset = PortRequest::Request(Request::Reset { default_mib: true });
        self.ask(HERE, reset, Asked::Nothing);
        self.station.tables.keys.clear();
        self.station.mode = Mode::Unset;
    }

    /// It ends in good order.
    pub(crate) fn station_withdrawn(&mut self, id: &SlotId, now: Instant) {
        if !self.installed.contains_key(&id.name) && self.station.wants(&id.name) {
            self.station.host = None;
        }
        let attempt = self.station.attempt.as_ref();
        if attempt.is_some_and(|attempt| attempt.name == id.name) {
            let cause = Cause::new(
                format!("{} ends.", id.name),
                "Connect again when it is there.",
            );
            self.leave(BY_RESET, Some(cause), now);
        }
        let to_delete = self.station.tables.keys.remove_owner(&id.name);
        self.delete_keys(HERE, to_delete);
    }
}
