//! The engine of extensions under a host process that says anything at all: a script of steps, each a
//! kind byte, a choice byte, a length byte and that many bytes.
//!
//! Whatever comes, the engine does not panic, says nothing to a dead host or before it is loaded,
//! answers no call twice, and puts no key where no station of the extension is.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Channel, MacAddr, Oui, Ssid, VendorElement};
use ihv::seam::{
    AdapterId, CallId, Completion, HostMessage, Loaded, ServiceMessage, Task, TaskResult,
};
use ihv::{PROTOCOL_VERSION, decode};
use ihv_service::{Extensions, HostId, HostOrder, Input, Output, PortRequest};
use libfuzzer_sys::fuzz_target;
use oid::{AssociationFrames, Indication, Reply, Request, SecurityRequest, StationRequest};
use softap::VendorEvent;
use wlan_model::{Extension, ExtensionPorts, VendorFragments, VendorProfile, Win32Error};
use wlan_rpc::ExtensionAdapter;

const AP: ExtensionAdapter = ExtensionAdapter::AccessPoint;
const ELEMENT: VendorElement = VendorElement {
    oui: Oui([2, 3, 4]),
    kind: None,
};

#[derive(Default)]
struct Host {
    loaded: bool,
    killed: bool,
    tasks: Vec<(ihv::seam::TaskId, Task)>,
    shut_down: bool,
    answered: BTreeSet<CallId>,
    calls: BTreeSet<CallId>,
}

#[derive(Default)]
struct World {
    engine: Extensions,
    now: Instant,
    hosts: BTreeMap<HostId, Host>,
    up: bool,
    ready: bool,
    stations: BTreeSet<MacAddr>,
    keys: BTreeSet<MacAddr>,
}

impl World {
    fn input(&mut self, input: Input) {
        self.engine.handle(input, self.now);
        self.drain();
    }

    fn vendor(&mut self, event: VendorEvent) {
        self.engine.handle_vendor_event(event, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Host { host, order } => self.order(host, order),
                Output::Request {
                    adapter,
                    id,
                    request,
                } => {
                    let result = Ok(self.carry_out(adapter, request));
                    let completion = oid::Completion { id, result };
                    self.engine.handle_completion(adapter, completion, self.now);
                }
                Output::Serve(list) => self.ready = list.iter().any(|service| service.ready),
                Output::Verdict { .. }
                | Output::Event(_)
                | Output::Log { .. }
                | Output::ShutDownComplete => {}
            }
        }
        for peer in &self.keys {
            assert!(self.stations.contains(peer), "a key for somebody else");
        }
    }

    fn order(&mut self, host: HostId, order: HostOrder) {
        match order {
            HostOrder::Start { .. } => {
                assert!(self.hosts.insert(host, Host::default()).is_none());
            }
            HostOrder::Kill => self.hosts.get_mut(&host).expect("alive").killed = true,
            HostOrder::Tell(message) => {
                let at = self.hosts.get_mut(&host).expect("nobody tells the dead");
                assert!(at.loaded && !at.killed, "nobody tells these");
                match *message {
                    ServiceMessage::Answer { id, .. } => {
                        assert!(at.calls.remove(&id), "nobody asked");
                        at.answered.insert(id);
                    }
                    ServiceMessage::AdapterTask { task, what, .. } => at.tasks.push((task, what)),
                    ServiceMessage::Shutdown => at.shut_down = true,
                    _ => {}
                }
            }
        }
    }

    fn carry_out(&mut self, adapter: ExtensionAdapter, request: PortRequest) -> Reply {
        match request {
            PortRequest::Request(Request::CipherKeyMappingKey(key)) if adapter == AP => {
                match key.material {
                    Some(_) => self.keys.insert(key.peer),
                    None => self.keys.remove(&key.peer),
                };
                Reply::Done
            }
            PortRequest::Request(Request::EnumPeerInfo) => Reply::PeerInfo(Vec::new()),
            PortRequest::Security(SecurityRequest::QueryAssociation(_)) => {
                Reply::Association(Box::new(AssociationFrames::default()))
            }
            PortRequest::Station(StationRequest::Scan) => Reply::BssEntries(Vec::new()),
            _ => Reply::Done,
        }
    }

    /// A host is about to say this.
    fn say(&mut self, host: HostId, message: HostMessage) {
        let Some(at) = self.hosts.get_mut(&host) else {
            return;
        };
        match &message {
            HostMessage::Loaded(_) => at.loaded = true,
            HostMessage::Call { id, .. } => {
                at.calls.insert(*id);
            }
            _ => {}
        }
        self.input(Input::Said { host, message });
    }

    /// The next thing a good host says.
    fn cooperate(&mut self, host: HostId) {
        let Some(at) = self.hosts.get_mut(&host) else {
            return;
        };
        if !at.loaded {
            let loaded = Loaded {
                name: String::new(),
                versions: (0, 0),
                version: 0,
                virtual_station: false,
            };
            return self.say(host, HostMessage::Loaded(loaded));
        }
        if at.tasks.is_empty() {
            if at.shut_down {
                self.say(host, HostMessage::Ended);
                self.gone(host, true);
            }
            return;
        }
        let (task, what) = at.tasks.remove(0);
        let result = TaskResult::code(Win32Error::SUCCESS);
        self.say(host, HostMessage::Returned { task, result });
        let adapter = AdapterId(1);
        let end = Completion {
            win32: Win32Error::SUCCESS,
            reason: 0,
        };
        match what {
            Task::PerformPreAssociate { connection, .. } => self.say(
                host,
                HostMessage::PreAssociateCompletion {
                    adapter,
                    connection,
                    end,
                },
            ),
            Task::PerformPostAssociate {
                port, association, ..
            } => self.say(
                host,
                HostMessage::PostAssociateCompletion {
                    adapter,
                    port,
                    peer: association.peer,
                    end,
                },
            ),
            _ => {}
        }
    }

    fn gone(&mut self, host: HostId, well: bool) {
        if self.hosts.remove(&host).is_some() {
            let cause = (!well).then(|| Cause::new("It crashed.", "Ask its vendor."));
            self.input(Input::Gone { host, cause });
        }
    }

    fn step(&mut self, kind: u8, choice: u8, bytes: &[u8]) {
        let mac = MacAddr([2, 0, 0, 0, 0, choice & 3]);
        let hosts: Vec<_> = self.hosts.keys().copied().collect();
        let host = usize::from(choice)
            .checked_rem(hosts.len())
            .map(|index| hosts[index]);
        match (kind % 11, host) {
            (0 | 1, Some(host)) => {
                if let Ok(message) = decode(&[&[PROTOCOL_VERSION], bytes].concat()) {
                    self.say(host, message);
                }
            }
            (2 | 3, Some(host)) => self.cooperate(host),
            (4, Some(host)) => self.gone(host, choice & 1 == 0),
            (5, _) if !self.up => {
                self.up = true;
                self.vendor(VendorEvent::NetworkStarted {
                    ssid: Ssid::new(*b"net").expect("short"),
                    bssid: MacAddr([2, 0, 0, 0, 0, 9]),
                    channel: Channel::new(6).expect("a channel"),
                });
            }
            (6, _) if self.up => {
                self.up = false;
                self.stations.clear();
                self.keys.clear();
                self.vendor(VendorEvent::NetworkStopped);
            }
            (7, _) if self.ready && self.up && self.stations.insert(mac) => {
                self.vendor(VendorEvent::Associated {
                    mac,
                    element: ELEMENT,
                });
            }
            (8, _) => {
                if self.stations.remove(&mac) {
                    self.engine
                        .handle_vendor_event(VendorEvent::Departed { mac }, self.now);
                    self.drain();
                }
            }
            (9, _) => {
                self.now += Duration::from_millis(u64::from(choice) * 100);
                self.engine.handle_timeout(self.now);
                self.drain();
            }
            (10, _) if choice & 1 == 0 => {
                let packet = Indication::ReceiveVendorPacket {
                    peer: mac,
                    ether_type: u16::from_be_bytes([0x88, choice]),
                    payload: bytes.to_vec(),
                };
                self.engine.handle_indication(AP, packet, self.now);
                self.drain();
            }
            (10, _) => self.input(Input::Connect(Box::new(VendorProfile {
                name: "p".to_owned(),
                ssid: Ssid::new(*b"net").expect("short"),
                oui: ELEMENT.oui,
                elements: Vec::new(),
                fragments: VendorFragments::default(),
            }))),
            _ => {}
        }
    }
}

fuzz_target!(|script: &[u8]| {
    let mut world = World::default();
    world.input(Input::Install(Extension {
        name: "acme".to_owned(),
        oui: ELEMENT.oui,
        ports: Some(ExtensionPorts {
            element: ELEMENT,
            fragments: VendorFragments::default(),
        }),
    }));
    let mut rest = script;
    while let [kind, choice, len, body @ ..] = rest {
        let (bytes, after) = body.split_at(body.len().min(usize::from(*len)));
        world.step(*kind, *choice, bytes);
        rest = after;
    }
});
