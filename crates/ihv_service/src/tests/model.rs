//! Anything may happen in any order. What must hold then.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cause::Cause;
use clock::Duration;
use dot11::{Channel, MacAddr, VendorElement};
use ihv::seam::*;
use oid::{
    AssociationFrames, AuthAlgorithm, BssEntry, CipherAlgorithm, ConnectionEnd, DisassocReason,
    Indication, KeyMappingKey, StationAssociation, StationIndication,
};
use proptest::prelude::*;
use softap::{VendorEvent, VendorVerdict};
use wlan_model::Win32Error;

use super::bench::*;
use crate::{HostId, Input};

#[derive(Clone, Copy, Debug)]
enum Op {
    Network(bool),
    Install(bool),
    Remove(bool),
    /// A station of an element tries to associate.
    Associate(u8, u8),
    /// The hosted network carries out a verdict, or a station leaves.
    Depart(u8),
    /// A host does the next thing it was told; well or badly.
    Step(u8, bool),
    /// An extension does something by itself.
    Act(u8, Act),
    Crash(u8),
    Nonsense(u8, u8),
    Hold(bool),
    Pass(u16),
    Connect(bool),
    Disconnect,
    StationAssociated,
    StationLost,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Key(u8, bool, bool),
    Register(u16),
    Other(u8),
    Packet(u8),
    Completion(u8, bool),
}

fn op() -> impl Strategy<Value = Op> {
    let act = prop_oneof![
        4 => (0..6_u8, any::<bool>(), any::<bool>()).prop_map(|(p, s, d)| Act::Key(p, s, d)),
        1 => (0..4_u16).prop_map(Act::Register),
        1 => (0..6_u8).prop_map(Act::Other),
        2 => (0..6_u8).prop_map(Act::Packet),
        3 => (0..6_u8, any::<bool>()).prop_map(|(p, w)| Act::Completion(p, w)),
    ];
    prop_oneof![
        2 => prop::bool::weighted(0.8).prop_map(Op::Network),
        2 => any::<bool>().prop_map(Op::Install),
        1 => any::<bool>().prop_map(Op::Remove),
        5 => (0..4_u8, 1..3_u8).prop_map(|(p, e)| Op::Associate(p, e)),
        3 => (0..4_u8).prop_map(Op::Depart),
        24 => (any::<u8>(), prop::bool::weighted(0.95)).prop_map(|(h, w)| Op::Step(h, w)),
        10 => (any::<u8>(), act).prop_map(|(h, a)| Op::Act(h, a)),
        1 => any::<u8>().prop_map(Op::Crash),
        1 => (any::<u8>(), 0..4_u8).prop_map(|(h, n)| Op::Nonsense(h, n)),
        3 => any::<bool>().prop_map(Op::Hold),
        2 => (0..12_000_u16).prop_map(Op::Pass),
        2 => any::<bool>().prop_map(Op::Connect),
        1 => Just(Op::Disconnect),
        2 => Just(Op::StationAssociated),
        1 => Just(Op::StationLost),
    ]
}

/// A well-behaved host.
#[derive(Default)]
struct Host {
    loaded: bool,
    inbox: VecDeque<ServiceMessage>,
    ports: BTreeMap<PortId, MacAddr>,
    adapter: bool,
    next: u64,
    waiting: BTreeSet<CallId>,
    sent: BTreeSet<PacketId>,
}

struct Model {
    bench: Bench,
    hosts: BTreeMap<HostId, Host>,
    up: bool,
    /// Stations of extensions.
    stations: BTreeMap<MacAddr, VendorElement>,
    /// Verdicts that were looked at.
    verdicts: usize,
    to_send_away: BTreeSet<MacAddr>,
    /// For whom an extension said open.
    approved: BTreeSet<MacAddr>,
    /// Hosts at the access point that let the network through.
    let_through: BTreeSet<HostId>,
}

const PEERS: [MacAddr; 6] = [
    M,
    N,
    MacAddr([2, 0, 0, 0, 0, 0x12]),
    MacAddr([2, 0, 0, 0, 0, 0x13]),
    WPA2,
    NOBODY,
];

fn name(first: bool) -> &'static str {
    if first { "acme" } else { "beta" }
}

impl Model {
    fn new() -> Self {
        let mut bench = Bench::new();
        bench.scan = vec![BssEntry {
            bssid: BSSID,
            channel: Channel::new(1).unwrap(),
            signal: None,
            beacon_interval: 100,
            capability: 1,
            timestamp: 0,
            elements: b"\0\x03net".to_vec(),
        }];
        Self {
            bench,
            hosts: BTreeMap::new(),
            up: false,
            stations: BTreeMap::new(),
            verdicts: 0,
            to_send_away: BTreeSet::new(),
            approved: BTreeSet::new(),
            let_through: BTreeSet::new(),
        }
    }

    fn pick(&self, which: u8) -> Option<HostId> {
        let alive: Vec<_> = self.bench.alive.keys().copied().collect();
        let index = usize::from(which).checked_rem(alive.len())?;
        alive.get(index).copied()
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Network(true) => {
                if !self.up {
                    self.up = true;
                    self.bench.network.insert(WPA2);
                    self.bench.start_network();
                }
            }
            Op::Network(false) => {
                if self.up {
                    self.up = false;
                    self.stations.clear();
                    self.to_send_away.clear();
                    self.approved.clear();
                    self.bench.vendor(VendorEvent::NetworkStopped);
                }
            }
            Op::Install(first) => {
                let kind = if first { 1 } else { 2 };
                self.bench
                    .input(Input::Install(extension(name(first), kind)));
            }
            Op::Remove(first) => self.bench.input(Input::Remove {
                name: name(first).to_owned(),
            }),
            Op::Associate(peer, kind) => {
                let mac = PEERS[usize::from(peer)];
                let served =
                    self.bench.serves.last().is_some_and(|list| {
                        list.iter().any(|s| s.ready && s.element == element(kind))
                    });
                if self.up && served && !self.stations.contains_key(&mac) {
                    self.stations.insert(mac, element(kind));
                    self.approved.remove(&mac);
                    self.bench.vendor(VendorEvent::Associated {
                        mac,
                        element: element(kind),
                    });
                }
            }
            Op::Depart(peer) => self.depart(PEERS[usize::from(peer)]),
            Op::Step(which, well) => {
                if let Some(host) = self.pick(which) {
                    self.step(host, well);
                }
            }
            Op::Act(which, act) => {
                if let Some(host) = self.pick(which) {
                    self.act(host, act);
                }
            }
            Op::Crash(which) => {
                if let Some(host) = self.pick(which) {
                    self.hosts.remove(&host);
                    self.bench.crash(host);
                }
            }
            Op::Nonsense(which, what) => {
                if let Some(host) = self.pick(which) {
                    let message = match what {
                        0 => HostMessage::Ended,
                        1 => pre_done(ConnectionId(77), OK),
                        2 => post_done(PortId(77), M, OK),
                        _ => HostMessage::Returned {
                            task: TaskId(7777),
                            result: TaskResult::code(OK),
                        },
                    };
                    let shutting_down = self
                        .hosts
                        .get(&host)
                        .is_some_and(|h| h.inbox.contains(&ServiceMessage::Shutdown));
                    if !shutting_down {
                        self.bench.say(host, message);
                        assert!(self.bench.killed.contains(&host));
                    }
                }
            }
            Op::Hold(hold) => {
                self.bench.hold = hold;
                if !hold {
                    self.bench.complete();
                }
            }
            Op::Pass(millis) => self.bench.pass(Duration::from_millis(millis.into())),
            Op::Connect(first) => {
                let mut wish = profile();
                wish.oui = extension(name(first), if first { 1 } else { 2 }).oui;
                self.bench.input(Input::Connect(Box::new(wish)));
            }
            Op::Disconnect => self.bench.input(Input::Disconnect),
            Op::StationAssociated => {
                let association = StationAssociation {
                    bssid: BSSID,
                    auth: AuthAlgorithm::RSNA_PSK,
                    unicast_cipher: CipherAlgorithm::CCMP,
                    multicast_cipher: CipherAlgorithm::CCMP,
                    frames: AssociationFrames::default(),
                };
                let done = StationIndication::AssociationCompletion {
                    bssid: BSSID,
                    result: Ok(Box::new(association)),
                };
                self.bench.indicate(STATION, Indication::Station(done));
            }
            Op::StationLost => {
                let lost = Indication::Disassociation {
                    peer: BSSID,
                    reason: DisassocReason::PeerUnreachable,
                };
                self.bench.indicate(STATION, lost);
                let failed = StationIndication::ConnectionCompletion(ConnectionEnd::Timeout);
                self.bench.indicate(STATION, Indication::Station(failed));
            }
        }
        self.deliver();
        self.check();
    }

    fn depart(&mut self, mac: MacAddr) {
        self.to_send_away.remove(&mac);
        self.approved.remove(&mac);
        if self.stations.remove(&mac).is_some() {
            self.bench.vendor(VendorEvent::Departed { mac });
        }
    }

    /// What was said arrives.
    fn deliver(&mut self) {
        for host in self.bench.alive.keys() {
            self.hosts.entry(*host).or_default();
        }
        for (host, message) in std::mem::take(&mut self.bench.told) {
            let at = self.hosts.get_mut(&host).expect("nobody tells the dead");
            assert!(at.loaded, "something was said before it was loaded");
            match &message {
                ServiceMessage::Answer { id, .. } => {
                    assert!(at.waiting.remove(id), "a second answer, or one to nothing");
                }
                ServiceMessage::PacketSent { packet, .. } => {
                    assert!(at.sent.remove(packet), "a packet was sent twice");
                }
                _ => at.inbox.push_back(message),
            }
        }
        for (mac, verdict) in &self.bench.verdicts[self.verdicts..] {
            match verdict {
                VendorVerdict::Open => {
                    assert!(self.approved.contains(mac), "nobody said open for {mac}");
                }
                VendorVerdict::Refuse => {
                    self.to_send_away.insert(*mac);
                }
            }
        }
        self.verdicts = self.bench.verdicts.len();
    }

    fn step(&mut self, host: HostId, well: bool) {
        if self.bench.killed.contains(&host) {
            self.hosts.remove(&host);
            return self.bench.gone(host, None);
        }
        let at = self.hosts.get_mut(&host).unwrap();
        if !at.loaded {
            at.loaded = well;
            let message = if well {
                loaded()
            } else {
                HostMessage::LoadFailed("no".to_owned())
            };
            return self.bench.say(host, message);
        }
        let code = if well { OK } else { Win32Error::GEN_FAILURE };
        match at.inbox.pop_front() {
            Some(ServiceMessage::AdapterTask { task, what, .. }) => {
                let mut then = None;
                match what {
                    Task::InitAdapter(_) => at.adapter = well,
                    Task::DeinitAdapter => {
                        at.adapter = false;
                        at.ports.clear();
                    }
                    Task::AdapterReset => {
                        at.ports.clear();
                        at.sent.clear();
                    }
                    Task::PerformPreAssociate { connection, .. } if well => {
                        if self.bench.alive[&host].1 == AP {
                            self.let_through.insert(host);
                        }
                        then = Some(pre_done(connection, OK));
                    }
                    Task::PerformPostAssociate {
                        port, association, ..
                    } if well => {
                        let before = at.ports.insert(port, association.peer);
                        assert_eq!(before, None, "a port's number is used twice");
                    }
                    Task::StopPostAssociate { port, .. } => {
                        at.ports.remove(&port);
                    }
                    _ => {}
                }
                self.bench.returned(host, task, code);
                if let Some(then) = then
                    && !self.bench.killed.contains(&host)
                {
                    self.bench.say(host, then);
                }
            }
            Some(ServiceMessage::Shutdown) => {
                self.bench.say(host, HostMessage::Ended);
                assert!(!self.bench.killed.contains(&host));
                self.hosts.remove(&host);
                self.bench.gone(host, None);
            }
            _ => {}
        }
    }

    fn act(&mut self, host: HostId, act: Act) {
        if self.bench.killed.contains(&host) {
            return;
        }
        let at = self.hosts.get_mut(&host).unwrap();
        if !at.adapter {
            return;
        }
        at.next += 1;
        let number = at.next;
        let call = match act {
            Act::Key(peer, is_static, delete) => {
                let wanted = KeyMappingKey {
                    is_static,
                    ..if delete {
                        no_key(PEERS[usize::from(peer)])
                    } else {
                        key(PEERS[usize::from(peer)])
                    }
                };
                set(&[wanted])
            }
            Act::Register(first) => register(&[0x9000 + first, 0x9001 + first]),
            Act::Other(0) => Call::SetDefaultKeyId(1),
            Act::Other(1) => Call::SetAuthAlgorithm(7),
            Act::Other(2) => Call::SetExcludeUnencrypted(true),
            Act::Other(_) => Call::NicSpecificExtension {
                input: Vec::new(),
                room: 0,
            },
            Act::Packet(peer) => {
                let peer = PEERS[usize::from(peer)];
                at.sent.insert(PacketId(number));
                return self.bench.say(host, packet(number, peer, TYPE));
            }
            Act::Completion(which, well) => {
                let ports: Vec<_> = at.ports.iter().map(|(p, m)| (*p, *m)).collect();
                let index = usize::from(which).checked_rem(ports.len());
                if let Some((port, peer)) = index.map(|index| ports[index]) {
                    if well && self.bench.alive[&host].1 == AP {
                        self.approved.insert(peer);
                    }
                    let code = if well { OK } else { Win32Error::GEN_FAILURE };
                    self.bench.say(host, post_done(port, peer, code));
                }
                return;
            }
        };
        at.waiting.insert(CallId(number));
        self.bench.say(
            host,
            HostMessage::Call {
                id: CallId(number),
                adapter: A,
                call,
            },
        );
    }

    fn check(&self) {
        let bench = &self.bench;
        for service in bench.serves.last().into_iter().flatten() {
            if service.ready {
                let host = bench.alive.iter().any(|(host, (name, on))| {
                    let kind = if name == "acme" { 1 } else { 2 };
                    *on == AP
                        && element(kind) == service.element
                        && !bench.killed.contains(host)
                        && self.let_through.contains(host)
                });
                assert!(host && self.up, "ready without a host or a network");
            }
        }
        if bench.held.is_empty() {
            for (adapter, peer) in bench.keys.keys() {
                if *adapter == AP {
                    let element = self.stations.get(peer).expect("a key for nobody of theirs");
                    let owner = if *element == super::bench::element(1) {
                        "acme"
                    } else {
                        "beta"
                    };
                    let alive = bench.alive.iter().any(|(host, (name, on))| {
                        name == owner && *on == AP && !bench.killed.contains(host)
                    });
                    assert!(alive, "a key without its extension");
                }
            }
            for (host, at) in &self.hosts {
                if bench.alive.contains_key(host) && !bench.killed.contains(host) {
                    assert_eq!(at.waiting.len(), 0, "a call without an answer");
                }
            }
        }
    }

    /// The service ends; whoever is told to, does.
    fn finish(&mut self) {
        self.run(Op::Hold(false));
        self.bench.input(Input::ShutDown);
        self.deliver();
        for _ in 0..200 {
            let Some(host) = self.pick(0) else {
                break;
            };
            self.step(host, true);
            self.deliver();
        }
        assert!(self.bench.alive.is_empty(), "{:?}", self.bench.alive);
        assert_eq!(self.bench.finished, 1);
        assert_eq!(self.bench.engine.poll_timeout(), None);
        let of_peers = self.bench.keys.keys().filter(|(on, _)| *on == AP);
        assert_eq!(of_peers.count(), 0);
        // A station that has lost its extension is sent away or has left.
        let left = self
            .stations
            .keys()
            .filter(|mac| !self.to_send_away.contains(mac));
        assert_eq!(left.count(), 0, "a station without an extension stays");
    }
}

#[test]
fn a_killed_host_is_never_heard_of_again() {
    let cause = Some(Cause::new("Killed.", ""));
    let mut bench = Bench::ready();
    let host = bench.ap();
    bench.say(host, HostMessage::Ended);
    bench.gone(host, cause.clone());
    bench.engine.handle(Input::Gone { host, cause }, bench.now);
    let message = HostMessage::Ended;
    bench
        .engine
        .handle(Input::Said { host, message }, bench.now);
    assert_eq!(bench.engine.poll_output(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn whatever_happens_the_rules_hold(ops in prop::collection::vec(op(), 1..150)) {
        let mut model = Model::new();
        model.run(Op::Install(true));
        model.run(Op::Network(true));
        for op in ops {
            model.run(op);
        }
        model.finish();
    }
}
