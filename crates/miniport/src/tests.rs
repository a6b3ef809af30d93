//! The engine against a scripted radio: every command is recorded and answered as the test wants.

mod default_key_rows;
mod firmware;
mod floods;
mod joining;
mod key_rows;
mod keys;
mod leaving;
mod older;
mod packets;
mod port;
mod protection;
mod sequence_rows;
mod station;
mod survey;

use clock::{Duration, Instant};
use dot11::element::{ElementId, Rsne, WmmInformation};
use dot11::frame::{
    AuthenticationAlgorithm, CapabilityInfo, ManagementAddresses, ManagementBody,
    ManagementBuilder, ManagementView,
};
use dot11::{Band, Channel, CipherSuite, KeyBytes, MacAddr, ReasonCode, Ssid, StatusCode};
use oid::{
    AssocDecision, AssocTicket, AuthAlgorithm, Cause, CipherAlgorithm, Completion, DefaultKey,
    Direction, DisassocReason, Indication, KeyMappingKey, KeyMaterial, NdisStatus, OperationMode,
    PhyState, Reply, Request, RequestId, SecurityRequest,
};
use radio::{
    BandCapabilities, Capabilities, ChannelInfo, Command, CommandError, CommandErrorKind,
    CommandId, HtCapabilities, RadioEvent, StationReport,
};

use crate::{Miniport, Output, Rejection};

const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 0]);
const STA: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);

/// The radio's side of the script.
type Refusal = fn(&Command) -> Option<CommandErrorKind>;

struct Bench {
    port: Miniport,
    now: Instant,
    /// Answer commands at once; else they pile up in `unanswered`.
    answers: bool,
    /// Acknowledge frames at once; else nothing is said of them.
    acks: Option<bool>,
    refusal: Refusal,
    /// The service's answer to every association request, `None` to keep silent.
    decision: Option<StatusCode>,
    commands: Vec<Command>,
    unanswered: Vec<(CommandId, Command)>,
    completions: Vec<Completion>,
    indications: Vec<Indication>,
    requests: u64,
}

fn capabilities() -> Capabilities {
    let usable = |n| ChannelInfo {
        channel: Channel::new(n).unwrap(),
        disabled: false,
        no_ir: false,
        radar: false,
        wider: radio::WiderChannels::default(),
    };
    let mut mcs = [0; 16];
    mcs[0] = 0xff;
    Capabilities {
        name: "fake0".into(),
        address: AP,
        channels: [1, 6, 11, 36].map(usable).to_vec(),
        forced_channel: None,
        ciphers: vec![CipherSuite::CCMP],
        max_stations: None,
        bands: [Band::Ghz2, Band::Ghz5]
            .map(|band| BandCapabilities {
                band,
                ht: Some(HtCapabilities {
                    info: 0x107e,
                    ampdu: 0x1b,
                    mcs,
                }),
                vht: None,
                he: None,
            })
            .to_vec(),
        firmware_mlme: false,
        survey: false,
        reports_tx_status: true,
        country: None,
    }
}

impl Bench {
    /// A port in INIT with all settings made.
    fn ready() -> Self {
        Self::with_radio(capabilities())
    }

    fn with_radio(capabilities: Capabilities) -> Self {
        let mut bench = Self {
            port: Miniport::new([7; 32]),
            now: Instant::from_micros(10_000_000),
            answers: true,
            acks: Some(true),
            refusal: |_| None,
            decision: Some(StatusCode::SUCCESS),
            commands: Vec::new(),
            unanswered: Vec::new(),
            completions: Vec::new(),
            indications: Vec::new(),
            requests: 0,
        };
        bench.event(RadioEvent::Ready(Box::new(capabilities)));
        for request in [
            Request::CurrentOperationMode(OperationMode::ExtensibleAp),
            Request::DesiredSsid(Ssid::new("lab").unwrap()),
            Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::RSNA_PSK),
            Request::EnabledUnicastCipherAlgorithm(CipherAlgorithm::CCMP),
            Request::EnabledMulticastCipherAlgorithm(CipherAlgorithm::CCMP),
        ] {
            bench.expect_done(request);
        }
        bench
    }

    /// An access point on the air, nothing recorded yet.
    fn on_air() -> Self {
        let mut bench = Self::ready();
        bench.expect_done(Request::StartAp);
        bench.clear();
        bench
    }

    /// On the air with `STA` associated, nothing recorded yet.
    fn with_station() -> Self {
        let mut bench = Self::on_air();
        bench.join(STA);
        assert!(bench.is_associated(STA));
        bench.clear();
        bench
    }

    /// As [`Bench::with_station`], with a key and an open port.
    fn with_open_port() -> Self {
        let mut bench = Self::with_station();
        bench.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
        bench.expect_done(Request::PortStateNotification {
            peer: STA,
            open: true,
        });
        bench.clear();
        bench
    }

    fn clear(&mut self) {
        self.commands.clear();
        self.indications.clear();
        self.completions.clear();
    }

    fn event(&mut self, event: RadioEvent) {
        self.port.handle_radio_event(event, self.now);
        self.drain();
    }

    fn frame(&mut self, frame: Vec<u8>) {
        self.event(RadioEvent::Management {
            frame,
            signal: Some(-40),
        });
    }

    fn request(&mut self, request: Request) -> RequestId {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.port.handle_request(id, request, self.now);
        self.drain();
        id
    }

    fn security(&mut self, request: SecurityRequest) -> RequestId {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.port.handle_security_request(id, request, self.now);
        self.drain();
        id
    }

    fn ask_security(&mut self, request: SecurityRequest) -> Result<Reply, NdisStatus> {
        let id = self.security(request);
        self.result(id)
    }

    /// The one completion of a request.
    fn result(&self, id: RequestId) -> Result<Reply, NdisStatus> {
        let mut all = self.completions.iter().filter(|c| c.id == id);
        let one = all.next().expect("the request is answered");
        assert!(all.next().is_none(), "the request is answered once");
        match &one.result {
            Ok(reply) => Ok(reply.clone()),
            Err(failure) => {
                assert!(!failure.cause.text.is_empty());
                Err(failure.status)
            }
        }
    }

    fn is_answered(&self, id: RequestId) -> bool {
        self.completions.iter().any(|c| c.id == id)
    }

    fn ask(&mut self, request: Request) -> Result<Reply, NdisStatus> {
        let id = self.request(request);
        self.result(id)
    }

    fn expect_done(&mut self, request: Request) {
        let text = format!("{request:?}");
        assert_eq!(self.ask(request), Ok(Reply::Done), "{text}");
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.port.handle_timeout(self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.port.poll_output() {
            match output {
                Output::Radio(command) => {
                    self.commands.push(command.command.clone());
                    if self.answers {
                        self.answer(command.id, &command.command);
                    } else {
                        self.unanswered.push((command.id, command.command));
                    }
                }
                Output::Completion(completion) => self.completions.push(completion),
                Output::Indication(indication) => {
                    if let Indication::IncomingAssociationRequestReceived { ticket, .. } =
                        &indication
                        && let Some(status) = self.decision
                    {
                        self.requests += 1;
                        let decision = AssocDecision {
                            ticket: *ticket,
                            status,
                        };
                        self.port.handle_request(
                            RequestId(self.requests),
                            Request::IncomingAssociationDecision(decision),
                            self.now,
                        );
                    }
                    self.indications.push(indication);
                }
            }
        }
    }

    /// What a radio answers to a command.
    fn answer(&mut self, id: CommandId, command: &Command) {
        let result = match (self.refusal)(command) {
            None => Ok(()),
            Some(kind) => Err(CommandError {
                kind,
                cause: Cause::new("The fake refuses.", "No."),
            }),
        };
        let done = result.is_ok();
        if let Command::QueryGroupCounter { index } = command {
            let event = RadioEvent::GroupCounter {
                index: *index,
                counter: 0x1234,
            };
            self.port.handle_radio_event(event, self.now);
        }
        self.port
            .handle_radio_event(RadioEvent::Completed { id, result }, self.now);
        if let (Command::SendManagement { .. }, true, Some(acked)) = (command, done, self.acks) {
            self.port
                .handle_radio_event(RadioEvent::FrameSent { id, acked }, self.now);
        }
    }

    /// Answers what piled up.
    fn answer_all(&mut self) {
        for (id, command) in core::mem::take(&mut self.unanswered) {
            self.answer(id, &command);
        }
        self.drain();
    }

    /// Authentication and association of one station.
    fn join(&mut self, sta: MacAddr) {
        self.frame(auth(sta));
        self.frame(assoc(sta));
    }

    fn is_associated(&mut self, sta: MacAddr) -> bool {
        let Ok(Reply::PeerInfo(peers)) = self.ask(Request::EnumPeerInfo) else {
            panic!()
        };
        peers.iter().any(|p| p.peer == sta)
    }

    /// The management frames sent, whole.
    fn sent(&self) -> Vec<&[u8]> {
        self.commands
            .iter()
            .filter_map(|c| match c {
                Command::SendManagement { frame } => Some(&frame[..]),
                _ => None,
            })
            .collect()
    }

    /// Status of the last authentication or association response.
    fn last_status(&self) -> StatusCode {
        match body(self.sent().last().expect("a frame was sent")) {
            ManagementBody::Authentication(a) => a.status,
            ManagementBody::AssociationResponse(a) => a.status,
            other => panic!("{other:?}"),
        }
    }

    fn rejected(&self, rejection: Rejection) -> u64 {
        self.port.rejections().of(rejection)
    }

    /// Names of the commands given, for order.
    fn names(&self) -> Vec<&'static str> {
        self.commands
            .iter()
            .map(|c| match c {
                Command::StartAp(_) => "StartAp",
                Command::UpdateBeacon { .. } => "UpdateBeacon",
                Command::StopAp => "StopAp",
                Command::SendManagement { .. } => "SendManagement",
                Command::SendEapol { .. } => "SendEapol",
                Command::AddStation(_) => "AddStation",
                Command::UpdateStation(_) => "UpdateStation",
                Command::Authorize { open: true, .. } => "Authorize",
                Command::Authorize { open: false, .. } => "Unauthorize",
                Command::RemoveStation { .. } => "RemoveStation",
                Command::InstallKey(_) => "InstallKey",
                Command::RemoveKey { .. } => "RemoveKey",
                Command::UseGroupKey { .. } => "UseGroupKey",
                Command::QueryGroupCounter { .. } => "QueryGroupCounter",
                Command::QueryStation { .. } => "QueryStation",
                Command::ProbeStation { .. } => "ProbeStation",
                Command::SendPacket { .. } => "SendPacket",
                Command::SetEtherTypes(_) => "SetEtherTypes",
                Command::Listen(_) => "Listen",
                Command::StopListening => "StopListening",
                Command::Isolate(_) => "Isolate",
                Command::Protect(_) => "Protect",
                Command::Survey { .. } => "Survey",
            })
            .collect()
    }
}

fn body(frame: &[u8]) -> ManagementBody<'_> {
    ManagementView::parse(frame).unwrap().body().unwrap()
}

fn up(sta: MacAddr) -> ManagementAddresses {
    ManagementAddresses::to_ap(AP, sta)
}

/// The `n`-th of many stations.
fn station(n: u32) -> MacAddr {
    let [_, b, c, d] = n.to_be_bytes();
    MacAddr([2, 0, 0, b + 8, c, d])
}

fn auth(sta: MacAddr) -> Vec<u8> {
    ManagementBuilder::authentication(
        up(sta),
        AuthenticationAlgorithm::OPEN_SYSTEM,
        1,
        StatusCode::SUCCESS,
    )
    .finish()
}

/// An association request with changeable parts.
struct Asking {
    ssid: &'static [u8],
    capability: u16,
    rates: Vec<u8>,
    rsne: Option<Vec<u8>>,
    /// HT Capability Information; `None` for a station without HT.
    ht: Option<u16>,
    wmm: bool,
    tail: Vec<u8>,
    current_ap: Option<MacAddr>,
}

impl Default for Asking {
    fn default() -> Self {
        Self {
            ssid: b"lab",
            capability: CapabilityInfo::ESS
                | CapabilityInfo::PRIVACY
                | CapabilityInfo::SHORT_PREAMBLE
                | CapabilityInfo::SHORT_SLOT_TIME,
            rates: vec![
                0x02, 0x04, 0x0b, 0x16, 0x0c, 0x12, 0x18, 0x24, 0x30, 0x48, 0x60, 0x6c,
            ],
            rsne: Some(Rsne::wpa2_personal().encode().unwrap()),
            ht: Some(0x0717),
            wmm: true,
            tail: Vec::new(),
            current_ap: None,
        }
    }
}

impl Asking {
    fn frame(&self, sta: MacAddr) -> Vec<u8> {
        let capability = CapabilityInfo(self.capability);
        ManagementBuilder::association_request(up(sta), capability, 5, self.current_ap)
            .with(|e| {
                e.ssid(self.ssid).rates(&self.rates);
                if let Some(rsne) = &self.rsne {
                    e.element(ElementId::RSN, rsne).unwrap();
                }
                if let Some(info) = self.ht {
                    let mut ht = [7; 26];
                    ht[..2].copy_from_slice(&info.to_le_bytes());
                    e.element(ElementId::HT_CAPABILITIES, &ht).unwrap();
                }
                if self.wmm {
                    e.wmm_information(WmmInformation::default());
                }
                e.raw(&self.tail);
            })
            .finish()
    }
}

fn assoc(sta: MacAddr) -> Vec<u8> {
    Asking::default().frame(sta)
}

fn deauth(sta: MacAddr) -> Vec<u8> {
    ManagementBuilder::deauthentication(up(sta), ReasonCode::LEAVING_NETWORK_DEAUTH).finish()
}

fn disassoc(sta: MacAddr) -> Vec<u8> {
    ManagementBuilder::disassociation(up(sta), ReasonCode::LEAVING_NETWORK_DISASSOC).finish()
}

fn material(byte: u8) -> KeyMaterial {
    KeyMaterial {
        receive_counter: 0,
        key: KeyBytes::new(vec![byte; 16]),
    }
}

fn mapping_key(peer: MacAddr, byte: u8) -> KeyMappingKey {
    KeyMappingKey {
        peer,
        algorithm: CipherAlgorithm::CCMP,
        direction: Direction::Both,
        is_static: false,
        material: Some(material(byte)),
    }
}

fn group_key(index: u32, byte: u8) -> DefaultKey {
    DefaultKey {
        index,
        algorithm: CipherAlgorithm::CCMP,
        is_static: false,
        material: Some(material(byte)),
    }
}
