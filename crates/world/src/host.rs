//! A scripted extension: the host process and what would be loaded into it.
//!
//! It speaks the little protocol of `examples/ihv` (START, HELLO, REPLY, DONE, BYE), with sums in the
//! place of cryptography, in both roles: that of the access point with an adapter of mode 8, that of a
//! station with mode 4.

use std::collections::{BTreeMap, VecDeque};

use cause::Cause;
use dot11::{KeyBytes, MacAddr};
use ihv::seam::{
    AdapterId, Association, Call, CallId, Completion, ConnectionId, EtherTypeHandling, Exemption,
    HostMessage, Loaded, PacketId, PortId, Reply, ServiceMessage, Task, TaskId, TaskResult,
};
use oid::wire::key_mapping_array;
use oid::{CipherAlgorithm, Direction, KeyMappingKey, KeyMaterial};
use wlan_model::Win32Error;
use wlan_rpc::ExtensionAdapter;

/// Of the protocol: for local experiments.
pub const ETHER_TYPE: u16 = 0x88b5;

/// The element of stations that want it.
pub const ELEMENT: [u8; 6] = [0xdd, 4, 0x02, 0xca, 0xfe, 1];

/// `L2_REASON_CODE` of a failure of a vendor.
const REASON: u32 = 0x0009_0001;

/// A nonce, a tag and a key have as many bytes.
pub type Block = [u8; 16];

/// What the frames begin with.
pub(crate) mod kind {
    pub(crate) const START: u8 = 0;
    pub(crate) const HELLO: u8 = 1;
    pub(crate) const REPLY: u8 = 2;
    pub(crate) const DONE: u8 = 3;
    pub(crate) const BYE: u8 = 4;
}

/// How an operation of the extension goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// As it should.
    #[default]
    Works,
    /// The handler returns an error: it never began.
    Refused,
    /// It is completed with a failure.
    Fails,
    /// It begins and is never completed.
    Stalls,
    /// The handler does not return.
    Hangs,
    /// The process dies in the handler.
    Crashes,
}

/// What the extension does about the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keying {
    /// Sets it, not static.
    #[default]
    Sets,
    /// Sets it, static.
    Static,
    /// Says that the port can be open without having set one.
    Forgets,
    /// Sets one that the peer does not have.
    Wrong,
}

/// How an extension behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Its loading; [`Operation::Refused`] and [`Operation::Fails`] are the same.
    pub load: Operation,
    /// `InitAdapter`; cannot stall or fail later.
    pub init: Operation,
    /// `PerformPreAssociate`.
    pub pre: Operation,
    /// `PerformPostAssociate`.
    pub post: Operation,
    /// Its key.
    pub keying: Keying,
    /// Does not react to being told to end.
    pub stubborn: bool,
}

/// What a host process lets out.
#[derive(Clone, Debug)]
pub(crate) enum Mail {
    Says(HostMessage),
    Gone(Option<Cause>),
}

#[derive(Clone, Copy, Debug)]
enum After {
    Registration(ConnectionId),
    Key(PortId),
    Deletion(PortId),
}

#[derive(Clone, Debug)]
struct Port {
    id: PortId,
    peer: MacAddr,
    mine: Block,
    theirs: Option<Block>,
}

/// One process.
#[derive(Debug)]
pub struct ScriptedHost {
    /// Of which extension.
    pub extension: String,
    /// Which adapter it serves.
    pub adapter: ExtensionAdapter,
    /// Chosen when it started.
    pub script: Script,
    /// Everything it was told.
    pub told: Vec<ServiceMessage>,
    /// Answers to calls that tests made it do.
    pub answers: BTreeMap<CallId, Result<Reply, Win32Error>>,
    number: u64,
    handle: AdapterId,
    mode: u32,
    ports: Vec<Port>,
    waiting: BTreeMap<CallId, After>,
    next_call: u64,
    next_packet: u64,
    next_nonce: u8,
    mail: VecDeque<Mail>,
}

impl ScriptedHost {
    pub(crate) fn new(
        extension: String,
        adapter: ExtensionAdapter,
        script: Script,
        number: u64,
    ) -> Self {
        let mut this = Self {
            extension,
            adapter,
            script,
            told: Vec::new(),
            answers: BTreeMap::new(),
            number,
            handle: AdapterId(0),
            mode: 0,
            ports: Vec::new(),
            waiting: BTreeMap::new(),
            next_call: 1,
            next_packet: 1,
            next_nonce: 1,
            mail: VecDeque::new(),
        };
        match script.load {
            Operation::Works => {
                let loaded = Loaded {
                    name: format!("{}.so", this.extension),
                    versions: (0, 0),
                    version: 0,
                    virtual_station: false,
                };
                this.says(HostMessage::Loaded(loaded));
            }
            Operation::Refused | Operation::Fails => {
                this.says(HostMessage::LoadFailed("no such symbol".to_owned()));
                this.dies("exited with status 1");
            }
            Operation::Crashes => this.dies("killed by signal 11"),
            Operation::Stalls | Operation::Hangs => {}
        }
        this
    }

    pub(crate) fn take_mail(&mut self) -> impl Iterator<Item = Mail> + use<> {
        core::mem::take(&mut self.mail).into_iter()
    }

    /// Peers it has ports to.
    #[must_use]
    pub fn peers(&self) -> Vec<MacAddr> {
        self.ports.iter().map(|port| port.peer).collect()
    }

    /// The service says something.
    pub(crate) fn hear(&mut self, message: ServiceMessage) {
        self.told.push(message.clone());
        match message {
            ServiceMessage::Answer { id, result } => match self.waiting.remove(&id) {
                Some(after) => self.go_on(after, result.err()),
                None => {
                    self.answers.insert(id, result);
                }
            },
            ServiceMessage::ReceivePacket { data, .. } => self.receive(&data),
            ServiceMessage::AdapterTask {
                task,
                adapter,
                what,
            } => {
                self.handle = adapter;
                self.perform(task, what);
            }
            ServiceMessage::SystemTask { task, .. } => self.returns(task, Win32Error::SUCCESS),
            ServiceMessage::Shutdown if !self.script.stubborn => {
                self.says(HostMessage::Ended);
                self.mail.push_back(Mail::Gone(None));
            }
            ServiceMessage::Shutdown
            | ServiceMessage::PacketSent { .. }
            | ServiceMessage::ReceiveIndication { .. } => {}
        }
    }

    /// A call, whose answer will be found under its id.
    pub(crate) fn call(&mut self, call: Call) -> CallId {
        let id = CallId(self.next_call);
        self.next_call += 1;
        let adapter = self.handle;
        self.says(HostMessage::Call { id, adapter, call });
        id
    }

    /// Says goodbye to a peer, deletes its key and closes its port.
    pub(crate) fn say_bye(&mut self, peer: MacAddr) {
        let Some(port) = self.port(peer) else { return };
        let tag = sum(kind::BYE, port.mine, port.theirs.unwrap_or_default());
        self.send(peer, kind::BYE, &[tag]);
        self.delete_key(&port);
    }

    /// A frame of the protocol's EtherType.
    pub(crate) fn send(&mut self, peer: MacAddr, kind: u8, parts: &[Block]) {
        let mut data = peer.0.to_vec();
        data.extend(ETHER_TYPE.to_be_bytes());
        data.push(kind);
        data.extend(parts.concat());
        let packet = PacketId(self.next_packet);
        self.next_packet += 1;
        let adapter = self.handle;
        self.says(HostMessage::SendPacket {
            adapter,
            packet,
            data,
        });
    }

    fn says(&mut self, message: HostMessage) {
        self.mail.push_back(Mail::Says(message));
    }

    fn dies(&mut self, how: &str) {
        let cause = Cause::new(format!("The host was {how}."), "Ask its vendor.");
        self.mail.push_back(Mail::Gone(Some(cause)));
    }

    fn returns(&mut self, task: TaskId, code: Win32Error) {
        let result = TaskResult {
            reason: if code == Win32Error::SUCCESS {
                0
            } else {
                REASON
            },
            ..TaskResult::code(code)
        };
        self.says(HostMessage::Returned { task, result });
    }

    /// Lets a handler return as scripted. Whether it did so with success.
    fn run_handler(&mut self, task: TaskId, how: Operation) -> bool {
        match how {
            Operation::Works | Operation::Fails | Operation::Stalls => {
                self.returns(task, Win32Error::SUCCESS);
                true
            }
            Operation::Refused => {
                self.returns(task, Win32Error::NOT_SUPPORTED);
                false
            }
            Operation::Hangs => false,
            Operation::Crashes => {
                self.dies("killed by signal 11");
                false
            }
        }
    }

    fn perform(&mut self, task: TaskId, what: Task) {
        match what {
            Task::InitAdapter(adapter) => {
                self.mode = adapter.mode;
                self.run_handler(task, self.script.init);
            }
            Task::PerformPreAssociate { connection, .. } => {
                let how = self.script.pre;
                if how == Operation::Works {
                    let id = self.call(Call::SetEtherTypeHandling(handling()));
                    self.waiting.insert(id, After::Registration(connection));
                }
                if self.run_handler(task, how) && how == Operation::Fails {
                    self.pre_completed(connection, failure());
                }
            }
            Task::PerformPostAssociate {
                port, association, ..
            } => self.post_associate(task, port, &association),
            Task::StopPostAssociate { port, .. } => {
                if let Some(place) = self.ports.iter().position(|p| p.id == port) {
                    self.ports.remove(place);
                }
                self.returns(task, Win32Error::SUCCESS);
            }
            Task::AdapterReset | Task::DeinitAdapter => {
                self.ports.clear();
                self.returns(task, Win32Error::SUCCESS);
            }
            _ => self.returns(task, Win32Error::NOT_SUPPORTED),
        }
    }

    fn post_associate(&mut self, task: TaskId, id: PortId, association: &Association) {
        let how = self.script.post;
        if !self.run_handler(task, how) {
            return;
        }
        let (peer, mine) = (association.peer, self.nonce());
        let theirs = None;
        self.ports.push(Port {
            id,
            peer,
            mine,
            theirs,
        });
        match how {
            Operation::Works if self.is_station() => self.send(peer, kind::START, &[]),
            Operation::Works => self.send(peer, kind::HELLO, &[mine]),
            Operation::Fails => self.post_completed(id, failure()),
            _ => {}
        }
    }

    fn receive(&mut self, data: &[u8]) {
        if self.script.post != Operation::Works {
            return;
        }
        let (Some(peer), Some(payload)) = (MacAddr::from_slice(data), data.get(8..)) else {
            return;
        };
        let Some(mut port) = self.port(peer) else {
            return;
        };
        let Some((kind, rest)) = payload.split_first() else {
            return;
        };
        let block = |n: usize| -> Option<Block> { rest.get(16 * n..16 * n + 16)?.try_into().ok() };
        match (*kind, self.is_station()) {
            (kind::START, false) => self.send(peer, kind::HELLO, &[port.mine]),
            (kind::REPLY, false) => {
                let (Some(theirs), Some(tag)) = (block(0), block(1)) else {
                    return;
                };
                if tag != sum(kind::REPLY, port.mine, theirs) {
                    return;
                }
                port.theirs = Some(theirs);
                let done = sum(kind::DONE, port.mine, theirs);
                self.send(peer, kind::DONE, &[done]);
                self.set_key(&port, port.mine, theirs);
            }
            (kind::HELLO, true) => {
                let Some(theirs) = block(0) else { return };
                port.theirs = Some(theirs);
                let tag = sum(kind::REPLY, theirs, port.mine);
                self.send(peer, kind::REPLY, &[port.mine, tag]);
            }
            (kind::DONE, true) => {
                let Some(theirs) = port.theirs else { return };
                if block(0) == Some(sum(kind::DONE, theirs, port.mine)) {
                    self.set_key(&port, theirs, port.mine);
                }
            }
            (kind::BYE, _) => self.delete_key(&port),
            _ => {}
        }
        if let Some(known) = self.ports.iter_mut().find(|p| p.id == port.id) {
            *known = port;
        }
    }

    fn set_key(&mut self, port: &Port, a: Block, s: Block) {
        let key = match self.script.keying {
            Keying::Forgets => return self.post_completed(port.id, success()),
            Keying::Wrong => sum(99, a, s),
            Keying::Sets | Keying::Static => key_of(a, s),
        };
        let is_static = self.script.keying == Keying::Static;
        let call = set_key(port.peer, Some(key), is_static);
        let id = self.call(call);
        self.waiting.insert(id, After::Key(port.id));
    }

    fn delete_key(&mut self, port: &Port) {
        let id = self.call(set_key(port.peer, None, false));
        self.waiting.insert(id, After::Deletion(port.id));
    }

    fn go_on(&mut self, after: After, failed: Option<Win32Error>) {
        let end = match failed {
            None => success(),
            Some(win32) => Completion {
                win32,
                reason: REASON,
            },
        };
        match after {
            After::Registration(connection) => self.pre_completed(connection, end),
            After::Key(port) => self.post_completed(port, end),
            After::Deletion(port) => self.post_completed(port, failure()),
        }
    }

    fn pre_completed(&mut self, connection: ConnectionId, end: Completion) {
        let adapter = self.handle;
        self.says(HostMessage::PreAssociateCompletion {
            adapter,
            connection,
            end,
        });
    }

    fn post_completed(&mut self, id: PortId, end: Completion) {
        // After its end a port is not spoken of.
        let Some(peer) = self.ports.iter().find(|p| p.id == id).map(|p| p.peer) else {
            return;
        };
        let adapter = self.handle;
        self.says(HostMessage::PostAssociateCompletion {
            adapter,
            port: id,
            peer,
            end,
        });
    }

    fn port(&self, peer: MacAddr) -> Option<Port> {
        self.ports.iter().find(|p| p.peer == peer).cloned()
    }

    const fn is_station(&self) -> bool {
        self.mode == 4
    }

    fn nonce(&mut self) -> Block {
        let mut nonce = [self.next_nonce; 16];
        nonce[..8].copy_from_slice(&self.number.to_le_bytes());
        self.next_nonce = self.next_nonce.wrapping_add(1);
        nonce
    }
}

/// A request for a mapping key, or (`None`) for its deletion.
///
/// # Panics
/// Never: such a key has a form.
#[must_use]
pub fn set_key(peer: MacAddr, key: Option<Block>, is_static: bool) -> Call {
    let key = KeyMappingKey {
        peer,
        algorithm: CipherAlgorithm::CCMP,
        direction: Direction::Both,
        is_static,
        material: key.map(|key| KeyMaterial {
            receive_counter: 0,
            key: KeyBytes::copy_from(&key),
        }),
    };
    let bytes = key_mapping_array(&[key]).expect("a key of CCMP");
    Call::SetKeyMappingKey(KeyBytes::copy_from(&bytes))
}

/// Frames of the protocol come up, in clear until there is a key.
#[must_use]
pub fn handling() -> EtherTypeHandling {
    EtherTypeHandling {
        max_backlog: 16,
        exemptions: vec![Exemption {
            ether_type: ETHER_TYPE,
            action: 2,
            packet_type: 1,
        }],
        registrations: vec![ETHER_TYPE],
    }
}

/// What stands where the example has a keyed hash of both nonces.
pub(crate) fn sum(label: u8, a: Block, s: Block) -> Block {
    core::array::from_fn(|n| {
        let place = u8::try_from(n).unwrap_or_default();
        (a[n].rotate_left(1) ^ s[n].rotate_left(3))
            .wrapping_add(label)
            .wrapping_mul(5)
            .wrapping_add(place)
    })
}

/// The key of both.
pub(crate) fn key_of(a: Block, s: Block) -> Block {
    sum(77, a, s)
}

const fn success() -> Completion {
    Completion {
        win32: Win32Error::SUCCESS,
        reason: 0,
    }
}

const fn failure() -> Completion {
    Completion {
        win32: Win32Error::GEN_FAILURE,
        reason: REASON,
    }
}
