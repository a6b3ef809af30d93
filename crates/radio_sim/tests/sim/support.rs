//! A tiny access point over a simulated radio: just enough MLME and two keys.

use std::collections::BTreeMap;

use ::radio::{
    ApConfig, Command, CommandId, Key, KeyScope, Radio, RadioCommand, RadioEvent, StationEntry,
    StationFlags,
};
use clock::{Duration, Instant, earliest};
use dot11::element::{ElementId, ElementWriter, Rsne, WmmParameters};
use dot11::frame::{
    AuthenticationAlgorithm, CapabilityInfo, ManagementAddresses, ManagementBody,
    ManagementBuilder, ManagementView,
};
use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, ReasonCode, Ssid, StatusCode};
use radio_sim::{SimConfig, SimEvent, SimRadio, StationKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsn::{
    Authenticator, Candidate, Candidates, GroupKey, Gtk, KeyId, Network, Output, Passphrase, Pmk,
    Timing,
};

pub(crate) const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
pub(crate) const PRIMARY: KeyId = KeyId(1);
pub(crate) const SECONDARY: KeyId = KeyId(2);
pub(crate) const VENDOR_OUI: [u8; 3] = [0x02, 0xaa, 0xbb];
/// A vendor's element as a station sends it.
pub(crate) const VENDOR_ELEMENT: [u8; 7] = [221, 5, 0x02, 0xaa, 0xbb, 1, 0x77];
pub(crate) const GTK: [u8; 16] = [0x77; 16];

pub(crate) fn ssid() -> Ssid {
    Ssid::new("bench").unwrap()
}

pub(crate) fn passphrase(text: &str) -> StationKey {
    StationKey::Passphrase(Passphrase::new(text.as_bytes()).unwrap())
}

pub(crate) fn primary() -> StationKey {
    passphrase("primary one")
}

pub(crate) fn secondary() -> StationKey {
    passphrase("secondary two")
}

pub(crate) fn pmk(key: &StationKey) -> Pmk {
    match key {
        StationKey::Passphrase(p) => Pmk::from_passphrase(p, &ssid()),
        StationKey::Raw(pmk) => pmk.clone(),
        StationKey::Vendor => panic!("it has none"),
    }
}

/// An association at the access point.
pub(crate) struct Peer {
    pub(crate) aid: u16,
    pub(crate) authenticator: Authenticator,
    pub(crate) key: Option<KeyId>,
}

/// The radio, the access point's script, and the time.
pub(crate) struct Bench {
    pub(crate) radio: SimRadio,
    pub(crate) now: Instant,
    pub(crate) peers: BTreeMap<MacAddr, Peer>,
    /// Everything the radio reported, but the frames that were answered.
    pub(crate) events: Vec<RadioEvent>,
    pub(crate) sim_events: Vec<SimEvent>,
    /// Everything the station adapter reported.
    pub(crate) station_events: Vec<RadioEvent>,
    /// The status association requests are answered with.
    pub(crate) association_status: StatusCode,
    pub(crate) answers_probes: bool,
    /// Stations that came with an element of [`VENDOR_OUI`]: they have no handshake here.
    pub(crate) vendors: Vec<MacAddr>,
    cipher: CipherSuite,
    candidates: Candidates,
    group: GroupKey,
    rng: ChaCha20Rng,
    next_command: u64,
}

impl Bench {
    pub(crate) fn new(config: SimConfig) -> Self {
        let candidate = |id, key: &StationKey| Candidate { id, pmk: pmk(key) };
        let mut this = Self {
            rng: ChaCha20Rng::seed_from_u64(config.seed ^ 0x5eed),
            radio: SimRadio::new(config),
            now: Instant::from_micros(1_000_000),
            peers: BTreeMap::new(),
            events: Vec::new(),
            sim_events: Vec::new(),
            station_events: Vec::new(),
            association_status: StatusCode::SUCCESS,
            answers_probes: true,
            vendors: Vec::new(),
            cipher: CipherSuite::CCMP,
            candidates: Candidates {
                live: vec![
                    candidate(PRIMARY, &primary()),
                    candidate(SECONDARY, &secondary()),
                ],
                retired: Vec::new(),
            },
            group: GroupKey {
                management: None,
                gtk: Gtk::from_raw(GTK),
                index: 1,
                rsc: 0,
            },
            next_command: 0,
        };
        this.drain();
        this
    }

    /// On the air, with a group key.
    pub(crate) fn started() -> Self {
        Self::started_with(SimConfig::with_seed(7), |_| {})
    }

    pub(crate) fn started_with(config: SimConfig, change: impl FnOnce(&mut ApConfig)) -> Self {
        let mut this = Self::new(config);
        let mut ap = ap_config();
        change(&mut ap);
        this.cipher = ap.cipher;
        if ap.cipher != CipherSuite::CCMP {
            (ap.beacon_head, ap.beacon_tail) = beacon_parts(ap.cipher);
        }
        this.command(Command::StartAp(Box::new(ap)));
        this.command(Command::InstallKey(group_key(&this.group, this.cipher)));
        this.command(Command::UseGroupKey { index: 1 });
        this
    }

    pub(crate) fn command(&mut self, command: Command) -> CommandId {
        self.next_command += 1;
        let id = CommandId(self.next_command);
        self.radio.command(RadioCommand { id, command }, self.now);
        self.drain();
        id
    }

    /// A command of the station adapter, and how it went. None of them may be given before the last
    /// one was answered.
    pub(crate) fn station(&mut self, command: Command) -> Result<(), ::radio::CommandError> {
        self.next_command += 1;
        let id = CommandId(self.next_command);
        self.radio
            .station_command(RadioCommand { id, command }, self.now);
        self.drain();
        self.station_events
            .iter()
            .find_map(|e| match e {
                RadioEvent::Completed { id: of, result } if *of == id => Some(result.clone()),
                _ => None,
            })
            .expect("every command is answered")
    }

    /// How a command went.
    pub(crate) fn result(&self, id: CommandId) -> Result<(), ::radio::CommandError> {
        self.events
            .iter()
            .find_map(|e| match e {
                RadioEvent::Completed { id: of, result } if *of == id => Some(result.clone()),
                _ => None,
            })
            .expect("every command is answered")
    }

    /// Jumps to the next deadline, at most to `until`. `false` when that is reached.
    pub(crate) fn step(&mut self, until: Instant) -> bool {
        let peers = self.peers.values().map(|p| p.authenticator.poll_timeout());
        let next = peers.fold(self.radio.poll_timeout(), earliest);
        let Some(at) = next.filter(|at| *at <= until) else {
            self.now = self.now.max(until);
            self.drain();
            return false;
        };
        self.now = self.now.max(at);
        self.radio.handle_timeout(self.now);
        self.drain();
        let due: Vec<MacAddr> = self.peers.keys().copied().collect();
        for mac in due {
            let now = self.now;
            if let Some(peer) = self.peers.get_mut(&mac) {
                peer.authenticator.handle_timeout(now);
            }
            self.pump(mac);
        }
        true
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.step(until) {}
    }

    /// Runs until this happens, at most 30 s.
    pub(crate) fn run_until(
        &mut self,
        mut wanted: impl FnMut(&SimEvent) -> bool,
    ) -> Option<SimEvent> {
        let until = self.now + Duration::from_secs(30);
        let mut seen = self.sim_events.len();
        loop {
            while let Some(event) = self.sim_events.get(seen) {
                if wanted(event) {
                    return Some(event.clone());
                }
                seen += 1;
            }
            if !self.step(until) {
                return None;
            }
        }
    }

    pub(crate) fn join(&mut self, name: &str, key: StationKey) -> SimEvent {
        self.radio.join(name, key, self.now).unwrap();
        self.run_until(|e| matches!(e, SimEvent::Joined { .. } | SimEvent::JoinFailed { .. }))
            .expect("a join ends within its time")
    }

    pub(crate) fn joined(&mut self, name: &str, key: StationKey) -> MacAddr {
        match self.join(name, key) {
            SimEvent::Joined { mac, .. } => {
                // Message 4 is on its way still.
                self.run(Duration::from_millis(5));
                mac
            }
            other => panic!("{other:?}"),
        }
    }

    /// Sent and received.
    pub(crate) fn traffic(&mut self, name: &str, frames: u32) -> (u32, u32) {
        self.radio.traffic(name, frames, self.now).unwrap();
        self.traffic_done()
    }

    pub(crate) fn traffic_done(&mut self) -> (u32, u32) {
        match self.run_until(|e| matches!(e, SimEvent::TrafficDone { .. })) {
            Some(SimEvent::TrafficDone { sent, received, .. }) => (sent, received),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn rekey_pairwise(&mut self, mac: MacAddr) {
        let peer = self.peers.get_mut(&mac).unwrap();
        assert!(peer.authenticator.rekey_pairwise(&mut self.rng, self.now));
        self.pump(mac);
    }

    /// A group key under the next index, for everybody.
    pub(crate) fn rekey_group(&mut self, fill: u8) {
        let index = 3 - self.group.index;
        self.group = GroupKey {
            management: None,
            gtk: Gtk::from_raw([fill; 16]),
            index,
            rsc: 0,
        };
        self.command(Command::InstallKey(group_key(&self.group, self.cipher)));
        let peers: Vec<MacAddr> = self.peers.keys().copied().collect();
        for mac in peers {
            let peer = self.peers.get_mut(&mac).unwrap();
            peer.authenticator.rekey_group(&self.group, self.now);
            self.pump(mac);
        }
        self.run(Duration::from_millis(50));
        self.command(Command::UseGroupKey { index });
    }

    pub(crate) fn deauthenticate(&mut self, mac: MacAddr, reason: ReasonCode) -> CommandId {
        let addresses = ManagementAddresses::from_ap(AP, mac);
        let frame = ManagementBuilder::deauthentication(addresses, reason).finish();
        let id = self.command(Command::SendManagement { frame });
        self.peers.remove(&mac);
        self.command(Command::RemoveStation { peer: mac, reason });
        id
    }

    fn drain(&mut self) {
        while let Some(event) = self.radio.poll_event() {
            match event {
                RadioEvent::Management { frame, .. } => self.management(&frame),
                RadioEvent::Eapol { peer, pdu } => {
                    let network = Network {
                        candidates: &self.candidates,
                        group: &self.group,
                    };
                    if let Some(p) = self.peers.get_mut(&peer) {
                        let _ = p.authenticator.handle_eapol(&pdu, &network, self.now);
                        self.pump(peer);
                    }
                }
                other => self.events.push(other),
            }
        }
        while let Some(event) = self.radio.station_poll_event() {
            self.station_events.push(event);
        }
        while let Some(event) = self.radio.poll_sim_event() {
            self.sim_events.push(event);
        }
    }

    fn management(&mut self, frame: &[u8]) {
        let Ok(view) = ManagementView::parse(frame) else {
            return;
        };
        let from = view.transmitter();
        let to = ManagementAddresses::from_ap(AP, from);
        match view.body() {
            Ok(ManagementBody::ProbeRequest(_)) if self.answers_probes => {
                let (head, tail) = beacon_parts(self.cipher);
                let answer = ManagementBuilder::probe_response(to, 100, capability())
                    .bytes(head.get(36..).unwrap())
                    .bytes(&tail)
                    .finish();
                self.command(Command::SendManagement { frame: answer });
            }
            Ok(ManagementBody::Authentication(_)) => {
                let answer = ManagementBuilder::authentication(
                    to,
                    AuthenticationAlgorithm::OPEN_SYSTEM,
                    2,
                    StatusCode::SUCCESS,
                );
                self.command(Command::SendManagement {
                    frame: answer.finish(),
                });
            }
            Ok(ManagementBody::AssociationRequest(request)) => {
                let status = self.association_status;
                let rsne = request
                    .elements
                    .find(ElementId::RSN)
                    .unwrap()
                    .as_bytes()
                    .to_vec();
                let wme = request.elements.vendor([0, 0x50, 0xf2], 2).is_some();
                let vendor = request.elements.vendor(VENDOR_OUI, 1).is_some();
                let aid = self
                    .peers
                    .get(&from)
                    .map_or((self.peers.len() + self.vendors.len()) as u16 + 1, |p| {
                        p.aid
                    });
                let aid = if status == StatusCode::SUCCESS {
                    aid
                } else {
                    0
                };
                if status == StatusCode::SUCCESS && vendor {
                    self.command(Command::AddStation(Box::new(entry(from, aid, wme))));
                    self.vendors.push(from);
                } else if status == StatusCode::SUCCESS {
                    self.associate(from, aid, rsne, wme);
                }
                let again = request.current_ap.is_some();
                let answer =
                    ManagementBuilder::association_response(to, again, capability(), status, aid)
                        .with(|w| {
                            w.rates(&[0x82, 0x84, 0x8b, 0x96]);
                        })
                        .finish();
                self.command(Command::SendManagement { frame: answer });
                self.pump(from);
            }
            Ok(ManagementBody::Deauthentication(_)) => {
                self.peers.remove(&from);
                self.command(Command::RemoveStation {
                    peer: from,
                    reason: ReasonCode::LEAVING_NETWORK_DEAUTH,
                });
            }
            _ => {}
        }
    }

    fn associate(&mut self, from: MacAddr, aid: u16, station_rsne: Vec<u8>, wme: bool) {
        let entry = entry(from, aid, wme);
        self.command(Command::AddStation(Box::new(entry)));
        let config = rsn::Config {
            ap: AP,
            station: from,
            ap_rsne: rsne(self.cipher),
            station_rsne,
            management_protection: false,
            timing: Timing::default(),
        };
        let mut authenticator = Authenticator::new(config, &mut self.rng);
        authenticator.start(self.now);
        self.peers.insert(
            from,
            Peer {
                aid,
                authenticator,
                key: None,
            },
        );
    }

    fn pump(&mut self, mac: MacAddr) {
        loop {
            let Some(peer) = self.peers.get_mut(&mac) else {
                return;
            };
            let Some(output) = peer.authenticator.poll_output() else {
                return;
            };
            match output {
                Output::SendEapol(pdu) => {
                    self.command(Command::SendEapol { peer: mac, pdu });
                }
                Output::InstallPairwiseKey { tk } => {
                    let key = Key {
                        cipher: self.cipher,
                        ..pairwise_key(mac, tk)
                    };
                    self.command(Command::InstallKey(key));
                }
                Output::Authorize { key } => {
                    peer.key = Some(key);
                    self.command(Command::Authorize {
                        peer: mac,
                        open: true,
                    });
                }
                Output::Failed(failure) => {
                    self.deauthenticate(mac, failure.reason());
                }
                _ => {}
            }
        }
    }
}

pub(crate) fn capability() -> CapabilityInfo {
    CapabilityInfo(CapabilityInfo::ESS | CapabilityInfo::PRIVACY)
}

pub(crate) fn rsne(cipher: CipherSuite) -> Vec<u8> {
    let mut w = ElementWriter::new();
    w.rsne(&Rsne {
        group_cipher: cipher,
        pairwise: vec![cipher],
        ..Rsne::wpa2_personal()
    })
    .unwrap();
    w.finish()
}

fn beacon_parts(cipher: CipherSuite) -> (Vec<u8>, Vec<u8>) {
    let head = ManagementBuilder::beacon(AP, 100, capability())
        .with(|w| {
            w.ssid(ssid().as_bytes())
                .supported_rates(&[0x82, 0x84, 0x8b, 0x96])
                .ds_parameter_set(6);
        })
        .finish();
    let mut tail = ElementWriter::new();
    tail.raw(&rsne(cipher))
        .wmm_parameters(&WmmParameters::default());
    (head, tail.finish())
}

pub(crate) fn ap_config() -> ApConfig {
    let (beacon_head, beacon_tail) = beacon_parts(CipherSuite::CCMP);
    ApConfig {
        ssid: ssid(),
        bssid: AP,
        channel: Channel::new(6).unwrap().into(),
        phy: dot11::Phy::Erp,
        beacon_head,
        beacon_tail,
        beacon_interval: 100,
        dtim_period: 2,
        cipher: CipherSuite::CCMP,
        basic_rates: vec![2, 4, 11, 22],
        isolate: false,
        management_protection: false,
        protection: radio::Protection::default(),
    }
}

pub(crate) fn entry(peer: MacAddr, aid: u16, wme: bool) -> StationEntry {
    StationEntry {
        peer,
        aid,
        listen_interval: 10,
        capability: 0x11,
        rates: vec![2, 4, 11, 22],
        ht_capabilities: None,
        vht_capabilities: None,
        he_capabilities: None,
        extended_capabilities: Vec::new(),
        flags: StationFlags {
            authenticated: true,
            associated: true,
            wme,
            short_preamble: false,
            management_protection: false,
        },
    }
}

pub(crate) fn pairwise_key(peer: MacAddr, tk: KeyBytes) -> Key {
    Key {
        scope: KeyScope::Pairwise(peer),
        index: 0,
        cipher: CipherSuite::CCMP,
        material: tk,
        receive_counter: None,
    }
}

fn group_key(group: &GroupKey, cipher: CipherSuite) -> Key {
    Key {
        scope: KeyScope::Group,
        index: group.index,
        cipher,
        material: KeyBytes::copy_from(group.gtk.expose()),
        receive_counter: None,
    }
}
