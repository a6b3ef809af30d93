//! The station port against a scripted radio and scripted access points.

mod hostile;
mod joining;
mod keys;
mod life;

use super::*;
use crate::StationPort;
use dot11::element::WmmParameters;
use oid::{BssEntry, ConnectionEnd, StationAssociation, StationIndication as Told, StationRequest};
use radio::ListenConfig;

/// The station itself.
const OWN: MacAddr = STA;

/// One access point on the air.
#[derive(Clone)]
struct FakeAp {
    bssid: MacAddr,
    channel: u8,
    ssid: &'static [u8],
    signal: i8,
    rsne: Option<Vec<u8>>,
    capability: u16,
    /// Its answers, `None` to keep silent.
    auth: Option<StatusCode>,
    assoc: Option<StatusCode>,
    aid: u16,
    probes: bool,
}

impl Default for FakeAp {
    fn default() -> Self {
        Self {
            bssid: AP,
            channel: 6,
            ssid: b"lab",
            signal: -40,
            rsne: Some(Rsne::wpa2_personal().encode().unwrap()),
            capability: CapabilityInfo::ESS | CapabilityInfo::PRIVACY,
            auth: Some(StatusCode::SUCCESS),
            assoc: Some(StatusCode::SUCCESS),
            aid: 1,
            probes: true,
        }
    }
}

impl FakeAp {
    fn probe_response(&self) -> Vec<u8> {
        let to = ManagementAddresses::from_ap(self.bssid, OWN);
        ManagementBuilder::probe_response(to, 100, CapabilityInfo(self.capability))
            .with(|e| self.write(e))
            .finish()
    }

    fn beacon(&self) -> Vec<u8> {
        ManagementBuilder::beacon(self.bssid, 100, CapabilityInfo(self.capability))
            .with(|e| self.write(e))
            .finish()
    }

    fn write(&self, e: &mut dot11::element::ElementWriter) {
        e.ssid(self.ssid).supported_rates(&[0x82, 0x84]);
        e.ds_parameter_set(self.channel);
        if let Some(rsne) = &self.rsne {
            e.element(ElementId::RSN, rsne).unwrap();
        }
        e.element(ElementId::HT_CAPABILITIES, &[7; 26]).unwrap();
        e.wmm_parameters(&WmmParameters::default());
    }

    fn auth(&self, status: StatusCode) -> Vec<u8> {
        let to = ManagementAddresses::from_ap(self.bssid, OWN);
        let open = AuthenticationAlgorithm::OPEN_SYSTEM;
        ManagementBuilder::authentication(to, open, 2, status).finish()
    }

    fn response(&self, reassociation: bool, status: StatusCode, aid: u16) -> Vec<u8> {
        let to = ManagementAddresses::from_ap(self.bssid, OWN);
        let capability = CapabilityInfo(self.capability);
        ManagementBuilder::association_response(to, reassociation, capability, status, aid)
            .with(|e| {
                e.rates(&[0x82, 0x84, 0x0c]);
                e.wmm_parameters(&WmmParameters::default());
            })
            .finish()
    }

    fn deauth(&self) -> Vec<u8> {
        let to = ManagementAddresses::from_ap(self.bssid, OWN);
        ManagementBuilder::deauthentication(to, ReasonCode::INVALID_CLASS3_FRAME).finish()
    }

    fn disassoc(&self) -> Vec<u8> {
        let to = ManagementAddresses::from_ap(self.bssid, OWN);
        ManagementBuilder::disassociation(to, ReasonCode::LEAVING_NETWORK_DISASSOC).finish()
    }

    /// What it says to a frame of the station.
    fn answer(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let view = ManagementView::parse(frame).unwrap();
        let body = view.body().unwrap();
        let mine = view.receiver() == self.bssid;
        match body {
            ManagementBody::ProbeRequest(elements) => {
                let name = elements.body(ElementId::SSID).unwrap();
                let asked = name.is_empty() || name == self.ssid;
                let to_us = mine || view.receiver() == MacAddr::BROADCAST;
                (self.probes && asked && to_us).then(|| self.probe_response())
            }
            ManagementBody::Authentication(_) if mine => self.auth.map(|s| self.auth(s)),
            ManagementBody::AssociationRequest(request) if mine => {
                let reassociation = request.current_ap.is_some();
                self.assoc
                    .map(|s| self.response(reassociation, s, self.aid))
            }
            _ => None,
        }
    }
}

struct StaBench {
    port: StationPort,
    now: Instant,
    aps: Vec<FakeAp>,
    tuned: Option<ListenConfig>,
    answers: bool,
    refusal: Refusal,
    commands: Vec<Command>,
    unanswered: Vec<(CommandId, Command)>,
    completions: Vec<Completion>,
    indications: Vec<Indication>,
    requests: u64,
}

fn station_capabilities() -> Capabilities {
    Capabilities {
        address: OWN,
        ..capabilities()
    }
}

impl StaBench {
    /// In INIT, looking for "lab".
    fn ready(aps: Vec<FakeAp>) -> Self {
        Self::with_radio(station_capabilities(), aps)
    }

    fn with_radio(capabilities: Capabilities, aps: Vec<FakeAp>) -> Self {
        let mut bench = Self {
            port: StationPort::new(),
            now: Instant::from_micros(10_000_000),
            aps,
            tuned: None,
            answers: true,
            refusal: |_| None,
            commands: Vec::new(),
            unanswered: Vec::new(),
            completions: Vec::new(),
            indications: Vec::new(),
            requests: 0,
        };
        bench.event(RadioEvent::Ready(Box::new(capabilities)));
        bench.expect_done(Request::CurrentOperationMode(
            OperationMode::ExtensibleStation,
        ));
        bench.expect_done(Request::DesiredSsid(Ssid::new("lab").unwrap()));
        bench.expect_done(Request::EnabledAuthenticationAlgorithm(
            AuthAlgorithm::RSNA_PSK,
        ));
        bench.clear();
        bench
    }

    /// Associated with `AP`, nothing recorded yet.
    fn connected() -> Self {
        let mut bench = Self::ready(vec![FakeAp::default()]);
        bench.connect();
        assert!(bench.is_connected());
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
            signal: Some(-50),
        });
    }

    fn next_id(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    fn request(&mut self, request: Request) -> RequestId {
        let id = self.next_id();
        self.port.handle_request(id, request);
        self.drain();
        id
    }

    fn security(&mut self, request: SecurityRequest) -> RequestId {
        let id = self.next_id();
        self.port.handle_security_request(id, request);
        self.drain();
        id
    }

    fn station(&mut self, request: StationRequest) -> RequestId {
        let id = self.next_id();
        self.port.handle_station_request(id, request, self.now);
        self.drain();
        id
    }

    fn result(&self, id: RequestId) -> Result<Reply, NdisStatus> {
        let mut all = self.completions.iter().filter(|c| c.id == id);
        let one = all.next().expect("the request is answered");
        assert!(all.next().is_none(), "the request is answered once");
        let result = one.result.clone();
        result.map_err(|failure| failure.status)
    }

    fn ask(&mut self, request: Request) -> Result<Reply, NdisStatus> {
        let id = self.request(request);
        self.result(id)
    }

    fn ask_security(&mut self, request: SecurityRequest) -> Result<Reply, NdisStatus> {
        let id = self.security(request);
        self.result(id)
    }

    fn ask_station(&mut self, request: StationRequest) -> Result<Reply, NdisStatus> {
        let id = self.station(request);
        self.result(id)
    }

    fn expect_done(&mut self, request: Request) {
        let text = format!("{request:?}");
        assert_eq!(self.ask(request), Ok(Reply::Done), "{text}");
    }

    /// Lets time pass, every deadline in it at its time.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.port.poll_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.port.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// Asks for a connection and waits for its end.
    fn connect(&mut self) -> ConnectionEnd {
        self.indications.clear();
        let done = self.ask_station(StationRequest::Connect);
        assert_eq!(done, Ok(Reply::Done));
        for _ in 0..600 {
            if let Some(end) = self.end() {
                return end;
            }
            self.pass(Duration::from_millis(50));
        }
        panic!("no end: {:?}", self.port);
    }

    /// How the last connection attempt ended.
    fn end(&self) -> Option<ConnectionEnd> {
        self.told().iter().rev().find_map(|told| match told {
            Told::ConnectionCompletion(end) => Some(*end),
            _ => None,
        })
    }

    fn told(&self) -> Vec<&Told> {
        let told = self.indications.iter().filter_map(|i| match i {
            Indication::Station(told) => Some(told),
            _ => None,
        });
        told.collect()
    }

    /// The names of all indications, for order.
    fn story(&self) -> Vec<&'static str> {
        self.indications
            .iter()
            .map(|i| match i {
                Indication::Station(Told::ConnectionStart { .. }) => "connection start",
                Indication::Station(Told::AssociationStart { .. }) => "association start",
                Indication::Station(Told::AssociationCompletion { result: Ok(_), .. }) => {
                    "associated"
                }
                Indication::Station(Told::AssociationCompletion { .. }) => "not associated",
                Indication::Station(Told::ConnectionCompletion(_)) => "connection end",
                Indication::Disassociation { .. } => "disassociation",
                Indication::PhyStateChanged(_) => "phy",
                Indication::ReceivePacket { .. } => "eapol",
                Indication::ReceiveVendorPacket { .. } => "packet",
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn is_connected(&mut self) -> bool {
        let Ok(Reply::PeerInfo(peers)) = self.ask(Request::EnumPeerInfo) else {
            panic!()
        };
        !peers.is_empty()
    }

    fn port_is_open(&mut self) -> bool {
        let Ok(Reply::PeerInfo(peers)) = self.ask(Request::EnumPeerInfo) else {
            panic!()
        };
        peers.iter().any(|p| p.port_open)
    }

    fn set_port(&mut self, open: bool) -> Result<Reply, NdisStatus> {
        self.ask(Request::PortStateNotification { peer: AP, open })
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
                Output::Indication(indication) => self.indications.push(indication),
            }
        }
    }

    /// What the radio answers, and the air.
    fn answer(&mut self, id: CommandId, command: &Command) {
        let refused = (self.refusal)(command);
        let result = match refused {
            None => Ok(()),
            Some(kind) => Err(CommandError {
                kind,
                cause: Cause::new("The fake refuses.", "No."),
            }),
        };
        self.port
            .handle_radio_event(RadioEvent::Completed { id, result }, self.now);
        if refused.is_some() {
            return;
        }
        match command {
            Command::Listen(config) => self.tuned = Some(*config),
            Command::StopListening => self.tuned = None,
            Command::SendManagement { frame } => {
                let Some(tuned) = self.tuned else { return };
                let number = tuned.channel.number();
                let here = self.aps.iter().filter(|ap| ap.channel == number);
                let heard: Vec<_> = here
                    .filter_map(|ap| Some((ap.answer(frame)?, ap.signal)))
                    .collect();
                for (frame, signal) in heard {
                    let signal = Some(signal);
                    let event = RadioEvent::Management { frame, signal };
                    self.port.handle_radio_event(event, self.now);
                }
            }
            _ => {}
        }
    }

    fn answer_all(&mut self) {
        for (id, command) in core::mem::take(&mut self.unanswered) {
            self.answer(id, &command);
        }
        self.drain();
    }

    fn sent(&self) -> Vec<&[u8]> {
        let sent = self.commands.iter().filter_map(|c| match c {
            Command::SendManagement { frame } => Some(&frame[..]),
            _ => None,
        });
        sent.collect()
    }

    fn count(&self, is: impl Fn(&Command) -> bool) -> usize {
        self.commands.iter().filter(|c| is(c)).count()
    }

    fn rejected(&self, rejection: Rejection) -> u64 {
        self.port.rejections().of(rejection)
    }
}

fn not_there() -> Result<Reply, NdisStatus> {
    Err(NdisStatus::INVALID_STATE)
}

fn association(bench: &StaBench) -> &StationAssociation {
    let found = bench.told().into_iter().rev().find_map(|told| match told {
        Told::AssociationCompletion { result: Ok(a), .. } => Some(&**a),
        _ => None,
    });
    found.expect("an association")
}
