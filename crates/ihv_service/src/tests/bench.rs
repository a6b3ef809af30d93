//! The engine with scripted hosts, miniports and a hosted network around it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Channel, KeyBytes, MacAddr, Oui, Ssid, VendorElement};
use ihv::seam::*;
use oid::wire::key_mapping_array;
use oid::{
    AssociationFrames, CipherAlgorithm, Direction, Failure, KeyMappingKey, KeyMaterial, NdisStatus,
    PeerInfo, Request, RequestId, SecurityRequest, StationRequest,
};
use softap::{VendorEvent, VendorService, VendorVerdict};
use wlan_model::{Extension, ExtensionPorts, VendorFragments, VendorProfile, Win32Error};
use wlan_rpc::{EventKind, ExtensionAdapter, ExtensionEvent};

use crate::{Extensions, HostId, HostOrder, Input, Output, PortRequest};

pub(crate) const AP: ExtensionAdapter = ExtensionAdapter::AccessPoint;
pub(crate) const STATION: ExtensionAdapter = ExtensionAdapter::Station;
pub(crate) const A: AdapterId = AdapterId(1);
pub(crate) const BSSID: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
pub(crate) const M: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x10]);
pub(crate) const N: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x11]);
/// A peer on the primary key.
pub(crate) const WPA2: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x20]);
/// Nobody.
pub(crate) const NOBODY: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x30]);
/// An EtherType for experiments.
pub(crate) const TYPE: u16 = 0x88b5;
pub(crate) const OK: Win32Error = Win32Error::SUCCESS;

/// What the miniport says to a request.
pub(crate) type Mood = fn(&PortRequest) -> Option<NdisStatus>;

pub(crate) struct Bench {
    pub(crate) engine: Extensions,
    pub(crate) now: Instant,
    /// Hosts that were started and are not gone.
    pub(crate) alive: BTreeMap<HostId, (String, ExtensionAdapter)>,
    pub(crate) killed: BTreeSet<HostId>,
    pub(crate) told: Vec<(HostId, ServiceMessage)>,
    pub(crate) requests: Vec<(ExtensionAdapter, PortRequest)>,
    pub(crate) held: VecDeque<(ExtensionAdapter, oid::Completion)>,
    /// Requests are carried out and not answered until [`Bench::complete`].
    pub(crate) hold: bool,
    pub(crate) mood: Mood,
    /// Keys in the miniports.
    pub(crate) keys: BTreeMap<(ExtensionAdapter, MacAddr), KeyMappingKey>,
    /// Stations in the network, whoever serves them.
    pub(crate) network: BTreeSet<MacAddr>,
    pub(crate) serves: Vec<Vec<VendorService>>,
    pub(crate) verdicts: Vec<(MacAddr, VendorVerdict)>,
    pub(crate) events: Vec<(String, ExtensionAdapter, ExtensionEvent)>,
    pub(crate) logs: Vec<String>,
    pub(crate) scan: Vec<oid::BssEntry>,
    pub(crate) finished: u32,
    /// A call's id is never used twice.
    call: u64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            engine: Extensions::new(),
            now: Instant::from_micros(1_000_000),
            alive: BTreeMap::new(),
            killed: BTreeSet::new(),
            told: Vec::new(),
            requests: Vec::new(),
            held: VecDeque::new(),
            hold: false,
            mood: |_| None,
            keys: BTreeMap::new(),
            network: BTreeSet::from([WPA2]),
            serves: Vec::new(),
            verdicts: Vec::new(),
            events: Vec::new(),
            logs: Vec::new(),
            scan: Vec::new(),
            finished: 0,
            call: 0,
        }
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.engine.handle(input, self.now);
        self.drain();
    }

    pub(crate) fn vendor(&mut self, event: VendorEvent) {
        match &event {
            VendorEvent::Associated { mac, .. } => {
                self.network.insert(*mac);
            }
            VendorEvent::Departed { mac } => {
                self.network.remove(mac);
                self.keys
                    .retain(|(on, of), key| *on != AP || of != mac || key.is_static);
            }
            VendorEvent::NetworkStopped => {
                self.network.clear();
                self.keys.retain(|(on, _), _| *on != AP);
            }
            VendorEvent::NetworkStarted { .. } => {}
        }
        self.engine.handle_vendor_event(event, self.now);
        self.drain();
    }

    pub(crate) fn indicate(&mut self, adapter: ExtensionAdapter, what: oid::Indication) {
        self.engine.handle_indication(adapter, what, self.now);
        self.drain();
    }

    pub(crate) fn say(&mut self, host: HostId, message: HostMessage) {
        self.input(Input::Said { host, message });
    }

    /// Lets time pass, with every timeout on the way.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.engine.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            let before = self.engine.poll_timeout();
            self.engine.handle_timeout(self.now);
            self.drain();
            assert_ne!(self.engine.poll_timeout(), before, "a deadline did nothing");
        }
        self.now = end;
    }

    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            self.take(output);
        }
    }

    fn take(&mut self, output: Output) {
        match output {
            Output::Host { host, order } => self.order(host, order),
            Output::Request {
                adapter,
                id,
                request,
            } => {
                self.request(adapter, id, request);
                if !self.hold {
                    self.complete();
                }
            }
            Output::Serve(list) => self.serves.push(list),
            Output::Verdict { peer, verdict } => self.verdicts.push((peer, verdict)),
            Output::Event(EventKind::Extension {
                name,
                adapter,
                what,
            }) => self.events.push((name, adapter, what)),
            Output::Event(other) => panic!("{other:?}"),
            Output::Log { text, .. } => self.logs.push(text),
            Output::ShutDownComplete => self.finished += 1,
        }
    }

    fn order(&mut self, host: HostId, order: HostOrder) {
        match order {
            HostOrder::Start { extension, adapter } => {
                let before = self.alive.insert(host, (extension, adapter));
                assert_eq!(before, None, "a host's number is used twice");
            }
            HostOrder::Kill => {
                assert!(self.alive.contains_key(&host), "a dead host is killed");
                self.killed.insert(host);
            }
            HostOrder::Tell(message) => {
                assert!(
                    self.alive.contains_key(&host) && !self.killed.contains(&host),
                    "a dead host is told {message:?}"
                );
                self.told.push((host, *message));
            }
        }
    }

    fn request(&mut self, adapter: ExtensionAdapter, id: RequestId, request: PortRequest) {
        let result = self.carry_out(adapter, &request);
        self.requests.push((adapter, request));
        self.held
            .push_back((adapter, oid::Completion { id, result }));
    }

    /// The miniport answers what it holds.
    pub(crate) fn complete(&mut self) {
        while let Some((adapter, completion)) = self.held.pop_front() {
            self.engine.handle_completion(adapter, completion, self.now);
            let outputs: Vec<_> = std::iter::from_fn(|| self.engine.poll_output()).collect();
            for output in outputs {
                match output {
                    Output::Request {
                        adapter,
                        id,
                        request,
                    } => self.request(adapter, id, request),
                    other => self.take(other),
                }
            }
        }
    }

    fn carry_out(
        &mut self,
        adapter: ExtensionAdapter,
        request: &PortRequest,
    ) -> Result<oid::Reply, Failure> {
        if let Some(status) = (self.mood)(request) {
            let cause = Cause::new("The driver does not like it.", "Ask for something else.");
            return Err(Failure { status, cause });
        }
        Ok(match request {
            PortRequest::Request(Request::CipherKeyMappingKey(key)) => {
                match key.material {
                    Some(_) => self.keys.insert((adapter, key.peer), key.clone()),
                    None => self.keys.remove(&(adapter, key.peer)),
                };
                oid::Reply::Done
            }
            PortRequest::Request(Request::Reset { .. }) => {
                self.keys.retain(|(on, _), _| *on != adapter);
                oid::Reply::Done
            }
            PortRequest::Request(Request::EnumPeerInfo) => {
                let row = |peer: &MacAddr| PeerInfo {
                    peer: *peer,
                    aid: 1,
                    port_open: true,
                    signal: None,
                };
                oid::Reply::PeerInfo(self.network.iter().map(row).collect())
            }
            PortRequest::Security(SecurityRequest::QueryAssociation(_)) => {
                oid::Reply::Association(Box::new(AssociationFrames {
                    reassociation: false,
                    request: vec![1; 5],
                    response: vec![2; 6],
                    beacon: vec![3; 7],
                }))
            }
            PortRequest::Station(StationRequest::Scan) => oid::Reply::BssEntries(self.scan.clone()),
            PortRequest::Station(StationRequest::Disconnect) => {
                self.keys
                    .retain(|(on, _), key| *on != adapter || key.is_static);
                oid::Reply::Done
            }
            _ => oid::Reply::Done,
        })
    }

    /// The host that was started last and is alive.
    pub(crate) fn host(&self, name: &str, adapter: ExtensionAdapter) -> HostId {
        let found =
            self.alive.iter().rev().find(|(host, (of, on))| {
                of == name && *on == adapter && !self.killed.contains(host)
            });
        *found.expect("no such host").0
    }

    pub(crate) fn ap(&self) -> HostId {
        self.host("acme", AP)
    }

    /// Messages to a host since the last look.
    pub(crate) fn look(&mut self, host: HostId) -> Vec<ServiceMessage> {
        let (of_host, rest) = std::mem::take(&mut self.told)
            .into_iter()
            .partition(|(to, _)| *to == host);
        self.told = rest;
        let of_host: Vec<(HostId, ServiceMessage)> = of_host;
        of_host.into_iter().map(|(_, message)| message).collect()
    }

    /// The one task a host was told.
    pub(crate) fn the_task(&mut self, host: HostId) -> (TaskId, Task) {
        let mut tasks = self.tasks(host);
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        tasks.remove(0)
    }

    pub(crate) fn tasks(&mut self, host: HostId) -> Vec<(TaskId, Task)> {
        self.look(host)
            .into_iter()
            .filter_map(|message| match message {
                ServiceMessage::AdapterTask {
                    task,
                    adapter,
                    what,
                } => {
                    assert_eq!(adapter, A);
                    Some((task, what))
                }
                _ => None,
            })
            .collect()
    }

    pub(crate) fn returned(&mut self, host: HostId, task: TaskId, code: Win32Error) {
        let result = TaskResult::code(code);
        self.say(host, HostMessage::Returned { task, result });
    }

    /// Makes a call; the answer, if there is one already.
    pub(crate) fn call(&mut self, host: HostId, call: Call) -> Option<Result<Reply, Win32Error>> {
        self.call += 1;
        let id = CallId(self.call);
        self.say(
            host,
            HostMessage::Call {
                id,
                adapter: A,
                call,
            },
        );
        self.answer_to(host, id)
    }

    pub(crate) fn last_call(&self) -> CallId {
        CallId(self.call)
    }

    pub(crate) fn answer_to(
        &mut self,
        host: HostId,
        call: CallId,
    ) -> Option<Result<Reply, Win32Error>> {
        let found = self.told.iter().position(|(to, message)| {
            *to == host && matches!(message, ServiceMessage::Answer { id, .. } if *id == call)
        })?;
        match self.told.remove(found).1 {
            ServiceMessage::Answer { result, .. } => Some(result),
            _ => unreachable!(),
        }
    }

    pub(crate) fn gone(&mut self, host: HostId, cause: Option<Cause>) {
        assert!(self.alive.remove(&host).is_some());
        self.killed.remove(&host);
        self.input(Input::Gone { host, cause });
    }

    pub(crate) fn crash(&mut self, host: HostId) {
        let cause = Cause::new("It was killed by signal 11.", "Ask its vendor.");
        self.gone(host, Some(cause));
    }

    pub(crate) fn start_network(&mut self) {
        self.vendor(VendorEvent::NetworkStarted {
            ssid: Ssid::new(*b"net").unwrap(),
            bssid: BSSID,
            channel: Channel::new(6).unwrap(),
        });
    }

    pub(crate) fn loaded(&mut self, host: HostId) {
        self.say(host, loaded());
    }

    /// `acme` serves the running network.
    pub(crate) fn ready() -> Self {
        let mut bench = Self::new();
        bench.input(Input::Install(acme()));
        bench.start_network();
        let host = bench.ap();
        bench.bring_up(host);
        bench
    }

    /// From the start of a process at the access point to its readiness.
    pub(crate) fn bring_up(&mut self, host: HostId) {
        self.loaded(host);
        let (task, what) = self.the_task(host);
        assert!(matches!(what, Task::InitAdapter(_)));
        self.returned(host, task, OK);
        let (task, what) = self.the_task(host);
        let Task::PerformPreAssociate { connection, .. } = what else {
            panic!("{what:?}");
        };
        self.returned(host, task, OK);
        self.say(host, pre_done(connection, OK));
    }

    pub(crate) fn associate(&mut self, mac: MacAddr) {
        let element = element(1);
        self.vendor(VendorEvent::Associated { mac, element });
    }

    /// A station with a port that waits for the extension.
    pub(crate) fn joining(mac: MacAddr) -> (Self, HostId, PortId) {
        let mut bench = Self::ready();
        let host = bench.ap();
        let port = bench.join(host, mac);
        (bench, host, port)
    }

    pub(crate) fn join(&mut self, host: HostId, mac: MacAddr) -> PortId {
        self.associate(mac);
        let (task, what) = self.the_task(host);
        let Task::PerformPostAssociate { port, .. } = what else {
            panic!("{what:?}");
        };
        self.returned(host, task, OK);
        port
    }

    pub(crate) fn failures(&self) -> Vec<(String, Option<u64>)> {
        self.events
            .iter()
            .filter_map(|(_, _, what)| match what {
                ExtensionEvent::Failed { cause, again_ms } => Some((cause.text.clone(), *again_ms)),
                _ => None,
            })
            .collect()
    }
}

pub(crate) fn element(kind: u8) -> VendorElement {
    VendorElement {
        oui: Oui([2, 3, 4]),
        kind: Some(kind),
    }
}

pub(crate) fn extension(name: &str, kind: u8) -> Extension {
    Extension {
        name: name.to_owned(),
        oui: Oui([2, 3, kind]),
        ports: Some(ExtensionPorts {
            element: element(kind),
            fragments: VendorFragments {
                connectivity: Some(KeyBytes::copy_from(b"<c/>")),
                security: None,
            },
        }),
    }
}

pub(crate) fn acme() -> Extension {
    extension("acme", 1)
}

pub(crate) fn profile() -> VendorProfile {
    VendorProfile {
        name: "home".to_owned(),
        ssid: Ssid::new(*b"net").unwrap(),
        oui: acme().oui,
        elements: vec![221, 4, 2, 3, 4, 1],
        fragments: VendorFragments::default(),
    }
}

pub(crate) fn loaded() -> HostMessage {
    HostMessage::Loaded(Loaded {
        name: "acme.so".to_owned(),
        versions: (0, 0),
        version: 0,
        virtual_station: false,
    })
}

pub(crate) fn end(win32: Win32Error) -> Completion {
    let reason = if win32 == OK { 0 } else { 0x1_0001 };
    Completion { win32, reason }
}

pub(crate) fn pre_done(connection: ConnectionId, win32: Win32Error) -> HostMessage {
    HostMessage::PreAssociateCompletion {
        adapter: A,
        connection,
        end: end(win32),
    }
}

pub(crate) fn post_done(port: PortId, peer: MacAddr, win32: Win32Error) -> HostMessage {
    HostMessage::PostAssociateCompletion {
        adapter: A,
        port,
        peer,
        end: end(win32),
    }
}

pub(crate) fn key(peer: MacAddr) -> KeyMappingKey {
    KeyMappingKey {
        peer,
        algorithm: CipherAlgorithm::CCMP,
        direction: Direction::Both,
        is_static: false,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: KeyBytes::copy_from(&[7; 16]),
        }),
    }
}

pub(crate) fn static_key(peer: MacAddr) -> KeyMappingKey {
    KeyMappingKey {
        is_static: true,
        ..key(peer)
    }
}

pub(crate) fn no_key(peer: MacAddr) -> KeyMappingKey {
    KeyMappingKey {
        material: None,
        ..key(peer)
    }
}

pub(crate) fn set(keys: &[KeyMappingKey]) -> Call {
    Call::SetKeyMappingKey(KeyBytes::copy_from(&key_mapping_array(keys).unwrap()))
}

pub(crate) fn register(types: &[u16]) -> Call {
    Call::SetEtherTypeHandling(EtherTypeHandling {
        max_backlog: 8,
        exemptions: Vec::new(),
        registrations: types.to_vec(),
    })
}

pub(crate) fn packet(number: u64, peer: MacAddr, ether_type: u16) -> HostMessage {
    HostMessage::SendPacket {
        adapter: A,
        packet: PacketId(number),
        data: [&peer.0[..], &ether_type.to_be_bytes(), b"hello"].concat(),
    }
}
