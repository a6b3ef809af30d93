//! An access point port and a station port on the same simulated air, each run by its own service.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use clock::{Duration, Instant, earliest};
use dot11::element::{ElementId, Elements};
use dot11::frame::{DataView, FrameControl, FrameType, decapsulate_llc};
use dot11::{KeyBytes, MacAddr, ReasonCode, Ssid, StatusCode};
use miniport::{Miniport, Output, StationPort};
use oid::{
    AssocDecision, AuthAlgorithm, CipherAlgorithm, ConnectionEnd, Direction, DisassocReason,
    ExemptionAction, ExemptionPackets, Indication, KeyMappingKey, KeyMaterial, NdisStatus,
    OperationMode, PrivacyExemption, Reply, Request, RequestId, SecurityRequest, StationIndication,
    StationRequest,
};
use radio::Radio;
use radio_sim::{SimConfig, SimEvent, SimRadio};

const OURS: u16 = 0x88b5;
const ELEMENT: [u8; 7] = [221, 5, 0x00, 0x14, 0x72, 1, 9];

/// One of the two services.
#[derive(Default)]
struct Service {
    completions: Vec<(RequestId, Result<Reply, NdisStatus>)>,
    indications: Vec<Indication>,
}

struct Air {
    radio: SimRadio,
    ap: Miniport,
    station: StationPort,
    of_ap: Service,
    of_station: Service,
    now: Instant,
    requests: u64,
}

impl Air {
    /// A network on the air, and a station that knows its name.
    fn new(config: SimConfig) -> Self {
        let mut air = Self {
            radio: SimRadio::new(config),
            ap: Miniport::new([3; 32]),
            station: StationPort::new(),
            of_ap: Service::default(),
            of_station: Service::default(),
            now: Instant::from_micros(1_000_000),
            requests: 0,
        };
        air.run(Duration::from_millis(10));
        let name = Ssid::new("lab").unwrap();
        for request in [
            Request::CurrentOperationMode(OperationMode::ExtensibleAp),
            Request::DesiredSsid(name.clone()),
            Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::RSNA_PSK),
            Request::StartAp,
        ] {
            assert_eq!(air.ask_ap(request), Ok(Reply::Done));
        }
        assert_eq!(air.ask_station(Request::DesiredSsid(name)), Ok(Reply::Done));
        for done in [
            air.security(true, SecurityRequest::ReceiveEtherTypes(vec![OURS])),
            air.security(false, SecurityRequest::ReceiveEtherTypes(vec![OURS])),
            air.security(true, exempt()),
            air.security(false, exempt()),
        ] {
            assert_eq!(done, Ok(Reply::Done));
        }
        air
    }

    fn connected(config: SimConfig) -> Self {
        let mut air = Self::new(config);
        let elements = StationRequest::AssociationElements(ELEMENT.to_vec());
        assert_eq!(air.station_request(elements), Ok(Reply::Done));
        assert_eq!(air.connect(), ConnectionEnd::Success);
        air
    }

    fn bssid(&self) -> MacAddr {
        SimConfig::default().bssid
    }

    fn own(&self) -> MacAddr {
        self.radio.station_address()
    }

    /// Lets everybody talk until nobody has anything to say at this time.
    fn pump(&mut self) {
        loop {
            let mut quiet = true;
            while let Some(event) = self.radio.poll_event() {
                quiet = false;
                self.ap.handle_radio_event(event, self.now);
            }
            while let Some(event) = self.radio.station_poll_event() {
                quiet = false;
                self.station.handle_radio_event(event, self.now);
            }
            while let Some(output) = self.ap.poll_output() {
                quiet = false;
                match output {
                    Output::Radio(command) => self.radio.command(command, self.now),
                    Output::Completion(c) => {
                        let result = c.result.map_err(|f| f.status);
                        self.of_ap.completions.push((c.id, result));
                    }
                    Output::Indication(indication) => {
                        if let Indication::IncomingAssociationRequestReceived { ticket, .. } =
                            &indication
                        {
                            let decision = AssocDecision {
                                ticket: *ticket,
                                status: StatusCode::SUCCESS,
                            };
                            self.requests += 1;
                            let id = RequestId(self.requests);
                            let request = Request::IncomingAssociationDecision(decision);
                            self.ap.handle_request(id, request, self.now);
                        }
                        self.of_ap.indications.push(indication);
                    }
                }
            }
            while let Some(output) = self.station.poll_output() {
                quiet = false;
                match output {
                    Output::Radio(command) => self.radio.station_command(command, self.now),
                    Output::Completion(c) => {
                        let result = c.result.map_err(|f| f.status);
                        self.of_station.completions.push((c.id, result));
                    }
                    Output::Indication(indication) => self.of_station.indications.push(indication),
                }
            }
            if quiet {
                return;
            }
        }
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        self.pump();
        loop {
            let ports = earliest(self.ap.poll_timeout(), self.station.poll_timeout());
            let next = earliest(ports, self.radio.poll_timeout());
            let Some(at) = next.filter(|at| *at <= end) else {
                break;
            };
            self.now = at.max(self.now);
            self.radio.handle_timeout(self.now);
            self.ap.handle_timeout(self.now);
            self.station.handle_timeout(self.now);
            self.pump();
        }
        self.now = end;
    }

    fn id(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    fn answer(&mut self, id: RequestId) -> Result<Reply, NdisStatus> {
        self.run(Duration::from_millis(10));
        let all = [&self.of_ap, &self.of_station];
        let mut answers = all
            .iter()
            .flat_map(|s| &s.completions)
            .filter(|(i, _)| *i == id);
        answers.next().expect("an answer").1.clone()
    }

    fn ask_ap(&mut self, request: Request) -> Result<Reply, NdisStatus> {
        let id = self.id();
        self.ap.handle_request(id, request, self.now);
        self.answer(id)
    }

    fn ask_station(&mut self, request: Request) -> Result<Reply, NdisStatus> {
        let id = self.id();
        self.station.handle_request(id, request);
        self.answer(id)
    }

    fn security(
        &mut self,
        of_station: bool,
        request: SecurityRequest,
    ) -> Result<Reply, NdisStatus> {
        let id = self.id();
        if of_station {
            self.station.handle_security_request(id, request);
        } else {
            self.ap.handle_security_request(id, request, self.now);
        }
        self.answer(id)
    }

    fn station_request(&mut self, request: StationRequest) -> Result<Reply, NdisStatus> {
        let id = self.id();
        self.station.handle_station_request(id, request, self.now);
        self.answer(id)
    }

    fn connect(&mut self) -> ConnectionEnd {
        self.of_station.indications.clear();
        let done = self.station_request(StationRequest::Connect);
        assert_eq!(done, Ok(Reply::Done));
        self.run(Duration::from_secs(10));
        let ends = self.of_station.indications.iter().find_map(|i| match i {
            Indication::Station(StationIndication::ConnectionCompletion(end)) => Some(*end),
            _ => None,
        });
        ends.expect("an end")
    }

    /// The same key on both ends.
    fn set_keys(&mut self, byte: u8) {
        let (bssid, own) = (self.bssid(), self.own());
        let at_ap = Request::CipherKeyMappingKey(key(own, byte));
        assert_eq!(self.ask_ap(at_ap), Ok(Reply::Done));
        let at_station = Request::CipherKeyMappingKey(key(bssid, byte));
        assert_eq!(self.ask_station(at_station), Ok(Reply::Done));
    }

    fn open_ports(&mut self) {
        let (bssid, own) = (self.bssid(), self.own());
        let open = |peer| Request::PortStateNotification { peer, open: true };
        assert_eq!(self.ask_ap(open(own)), Ok(Reply::Done));
        assert_eq!(self.ask_station(open(bssid)), Ok(Reply::Done));
    }

    /// How many echo requests of ten are answered.
    fn echo(&mut self) -> u32 {
        if self.radio.station_traffic(10, self.now).is_err() {
            return 0;
        }
        self.run(Duration::from_secs(10));
        let mut answered = 0;
        while let Some(event) = self.radio.poll_sim_event() {
            if let SimEvent::TrafficDone { received, .. } = event {
                answered = received;
            }
        }
        answered
    }

    /// Vendors' packets that came up: at the access point, at the station.
    fn packets(&self) -> (usize, usize) {
        let count = |service: &Service| {
            let is = |i: &&Indication| matches!(i, Indication::ReceiveVendorPacket { .. });
            service.indications.iter().filter(is).count()
        };
        (count(&self.of_ap), count(&self.of_station))
    }

    fn say_hello(&mut self) {
        let (bssid, own) = (self.bssid(), self.own());
        let hello = |peer| SecurityRequest::SendVendorPacket {
            peer,
            ether_type: OURS,
            payload: b"hello".to_vec(),
        };
        assert_eq!(self.security(true, hello(bssid)), Ok(Reply::Done));
        assert_eq!(self.security(false, hello(own)), Ok(Reply::Done));
    }

    /// Data frames recorded since the last call: in clear (with EtherType), and protected.
    fn recorded(&mut self) -> (Vec<u16>, usize) {
        let (mut clear, mut protected) = (Vec::new(), 0);
        while let Some(frame) = self.radio.poll_tap() {
            let control = FrameControl::from_frame(&frame.bytes).unwrap();
            if control.frame_type() != FrameType::Data {
                continue;
            }
            let view = DataView::parse(&frame.bytes).unwrap();
            if view.header().is_null() {
                continue;
            }
            if control.has(FrameControl::PROTECTED) {
                protected += 1;
            } else {
                let (ether_type, _) = decapsulate_llc(view.payload()).unwrap();
                clear.push(ether_type);
            }
        }
        (clear, protected)
    }

    fn is_at_ap(&mut self) -> bool {
        let own = self.own();
        let Ok(Reply::PeerInfo(peers)) = self.ask_ap(Request::EnumPeerInfo) else {
            panic!()
        };
        peers.iter().any(|p| p.peer == own)
    }
}

fn exempt() -> SecurityRequest {
    exempt_by(Some(ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE))
}

fn exempt_by(action: Option<ExemptionAction>) -> SecurityRequest {
    let entry = |action| PrivacyExemption {
        ethertype: OURS,
        action,
        packets: ExemptionPackets::UNICAST,
    };
    SecurityRequest::PrivacyExemptionList(action.map(entry).into_iter().collect())
}

fn key(peer: MacAddr, byte: u8) -> KeyMappingKey {
    KeyMappingKey {
        peer,
        algorithm: CipherAlgorithm::CCMP,
        direction: Direction::Both,
        is_static: false,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: KeyBytes::new(vec![byte; 16]),
        }),
    }
}

fn latency() -> SimConfig {
    SimConfig {
        command_latency: Duration::from_millis(3),
        ..SimConfig::default()
    }
}

#[test]
fn a_station_port_joins_an_access_point_port_and_both_know_the_same_frames() {
    for config in [SimConfig::default(), latency()] {
        let mut air = Air::connected(config);
        assert!(air.is_at_ap());
        let (bssid, own) = (air.bssid(), air.own());
        let at_ap = air.security(false, SecurityRequest::QueryAssociation(own));
        let at_station = air.security(true, SecurityRequest::QueryAssociation(bssid));
        let (Ok(Reply::Association(a)), Ok(Reply::Association(b))) = (at_ap, at_station) else {
            panic!()
        };
        assert!(a.request.ends_with(&ELEMENT));
        assert_eq!((a.request, a.response), (b.request, b.response));
        // The radio adds the time and what waits for whom. That this station knows no greenfield format
        // was told by beacons after the one it knows.
        let elements = |beacon: &[u8]| -> Vec<Vec<u8>> {
            Elements::new(&beacon[12..])
                .iter()
                .flatten()
                .filter(|e| ![ElementId::TIM, ElementId::HT_OPERATION].contains(&e.id()))
                .map(|e| e.as_bytes().to_vec())
                .collect()
        };
        assert_eq!(a.beacon[8..12], b.beacon[8..12]);
        assert_eq!(elements(&a.beacon), elements(&b.beacon));
        let seen = air.of_ap.indications.iter().any(|i| match i {
            Indication::IncomingAssociationRequestReceived { request, .. } => {
                request.body.ends_with(&ELEMENT)
            }
            _ => false,
        });
        assert!(seen);
    }
}

#[test]
fn packets_pass_closed_ports_in_clear_before_the_key_and_ciphered_after() {
    for config in [SimConfig::default(), latency()] {
        let mut air = Air::connected(config);
        air.radio.set_tap(true, air.now);
        air.say_hello();
        assert_eq!(air.packets(), (1, 1));
        assert_eq!(air.recorded(), (vec![OURS, OURS], 0));
        air.set_keys(1);
        air.say_hello();
        assert_eq!(air.packets(), (2, 2));
        assert_eq!(air.recorded(), (vec![], 2));
        assert_eq!(air.echo(), 0, "the ports are closed");
    }
}

#[test]
fn data_flows_under_the_key_stops_when_it_goes_and_is_never_in_clear() {
    let mut air = Air::connected(SimConfig::default());
    let (bssid, own) = (air.bssid(), air.own());
    air.radio.set_tap(true, air.now);
    let open = |peer| Request::PortStateNotification { peer, open: true };
    let refused = Err(NdisStatus::INVALID_STATE);
    assert_eq!(air.ask_station(open(bssid)), refused);
    assert_eq!(air.ask_ap(open(own)), refused);
    air.set_keys(1);
    air.open_ports();
    assert_eq!(air.echo(), 10);
    // Another key, on both ends.
    air.set_keys(2);
    assert_eq!(air.echo(), 10);
    let gone = |peer| {
        Request::CipherKeyMappingKey(KeyMappingKey {
            material: None,
            ..key(peer, 0)
        })
    };
    assert_eq!(air.ask_station(gone(bssid)), Ok(Reply::Done));
    assert_eq!(air.echo(), 0);
    assert_eq!(air.ask_ap(gone(own)), Ok(Reply::Done));
    assert_eq!(air.echo(), 0);
    let (clear, protected) = air.recorded();
    assert_eq!(clear, [], "nothing in clear");
    assert!(protected >= 40);
}

#[test]
fn keys_that_differ_let_nothing_through() {
    let mut air = Air::connected(SimConfig::default());
    let (bssid, own) = (air.bssid(), air.own());
    let one = Request::CipherKeyMappingKey(key(own, 1));
    assert_eq!(air.ask_ap(one), Ok(Reply::Done));
    let other = Request::CipherKeyMappingKey(key(bssid, 2));
    assert_eq!(air.ask_station(other), Ok(Reply::Done));
    air.open_ports();
    assert_eq!(air.echo(), 0);
}

#[test]
fn either_end_may_end_it_and_the_other_hears() {
    let mut air = Air::connected(SimConfig::default());
    let disconnect = air.station_request(StationRequest::Disconnect);
    assert_eq!(disconnect, Ok(Reply::Done));
    air.run(Duration::from_millis(100));
    let left = ReasonCode::LEAVING_NETWORK_DEAUTH;
    assert!(air.of_ap.indications.contains(&Indication::Disassociation {
        peer: air.own(),
        reason: DisassocReason::PeerDeauthenticated(left),
    }));
    assert_eq!(air.connect(), ConnectionEnd::Success);
    air.set_keys(3);
    air.open_ports();
    assert_eq!(air.echo(), 10);
    let away = Request::DisassociatePeer {
        peer: air.own(),
        reason: ReasonCode::UNSPECIFIED,
    };
    assert_eq!(air.ask_ap(away), Ok(Reply::Done));
    air.run(Duration::from_millis(100));
    let gone = Indication::Disassociation {
        peer: air.bssid(),
        reason: DisassocReason::PeerDeauthenticated(ReasonCode::UNSPECIFIED),
    };
    assert!(air.of_station.indications.contains(&gone));
    assert_eq!(air.echo(), 0);
}

#[test]
fn a_reassociation_ends_the_old_keys_on_both_ends() {
    let mut air = Air::connected(SimConfig::default());
    air.set_keys(1);
    air.open_ports();
    assert_eq!(air.connect(), ConnectionEnd::Success);
    assert!(air.is_at_ap());
    assert_eq!(air.radio.station_adapter_keys(), []);
    assert_eq!(air.echo(), 0);
    air.set_keys(2);
    air.open_ports();
    assert_eq!(air.echo(), 10);
}

#[test]
fn a_network_that_stops_silently_is_noticed_and_a_quiet_one_is_kept() {
    let mut air = Air::connected(SimConfig::default());
    air.run(Duration::from_secs(200));
    assert!(air.is_at_ap());
    assert!(!ended(&air));
    let cause = cause::Cause::new("Firmware.", "Wait.");
    air.radio.stop_ap_by_driver(cause, air.now);
    air.run(Duration::from_secs(40));
    assert!(ended(&air));
}

fn ended(air: &Air) -> bool {
    let is = |i: &Indication| matches!(i, Indication::Disassociation { .. });
    air.of_station.indications.iter().any(is)
}

#[test]
fn a_lossy_air_delays_and_does_not_confuse() {
    for seed in 0..20 {
        let mut config = SimConfig::with_seed(seed);
        config.air.loss = radio_sim::Permille(300);
        let mut air = Air::new(config);
        let mut ends = Vec::new();
        for _ in 0..5 {
            ends.push(air.connect());
            if ends.last() == Some(&ConnectionEnd::Success) {
                break;
            }
        }
        assert_eq!(
            ends.last(),
            Some(&ConnectionEnd::Success),
            "{seed}: {ends:?}"
        );
    }
}

#[test]
fn exemptions_rule_what_is_sent_and_taken_9_7_rows_1_to_6() {
    const ALWAYS: Option<ExemptionAction> = Some(ExemptionAction::ALWAYS);
    const KEY: Option<ExemptionAction> = Some(ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE);
    struct Row {
        id: &'static str,
        sender: Option<ExemptionAction>,
        receiver: Option<ExemptionAction>,
        key: bool,
        in_clear: bool,
        taken: bool,
    }
    let row = |id, (sender, receiver), key, in_clear, taken| Row {
        id,
        sender,
        receiver,
        key,
        in_clear,
        taken,
    };
    let rows = [
        row("rows 1 and 4", (KEY, KEY), false, true, true),
        row("row 2", (KEY, KEY), true, false, true),
        row("row 3", (ALWAYS, ALWAYS), true, true, true),
        row("row 5", (ALWAYS, KEY), true, true, false),
        row("row 6", (KEY, ALWAYS), true, false, false),
        row("6.3, no entry", (KEY, None), false, true, false),
        row("6.3, no entry", (KEY, None), true, false, true),
        row("6.3, always", (ALWAYS, ALWAYS), false, true, true),
        row("6.2, no entry", (None, KEY), true, false, true),
    ];
    for from_station in [true, false] {
        for row in &rows {
            let id = row.id;
            let mut air = Air::connected(SimConfig::default());
            let sender = air.security(from_station, exempt_by(row.sender));
            let receiver = air.security(!from_station, exempt_by(row.receiver));
            assert_eq!(
                (sender, receiver),
                (Ok(Reply::Done), Ok(Reply::Done)),
                "{id}"
            );
            if row.key {
                air.set_keys(1);
            }
            air.radio.set_tap(true, air.now);
            let peer = if from_station { air.bssid() } else { air.own() };
            let packet = SecurityRequest::SendVendorPacket {
                peer,
                ether_type: OURS,
                payload: vec![1; 64],
            };
            assert_eq!(air.security(from_station, packet), Ok(Reply::Done), "{id}");
            let taken = usize::from(row.taken);
            let expected = if from_station { (taken, 0) } else { (0, taken) };
            assert_eq!(
                air.packets(),
                expected,
                "{id}, from station: {from_station}"
            );
            let expected = if row.in_clear {
                (vec![OURS], 0)
            } else {
                (vec![], 1)
            };
            assert_eq!(
                air.recorded(),
                expected,
                "{id}, from station: {from_station}"
            );
        }
    }
}
