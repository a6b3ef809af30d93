//! What an extension may call when, and what becomes of it: phases, handles, queues.
//!
//! Phases (S service, A adapter, C connection, P port) are not stored: an adapter has its handle
//! while it is in A, a `Connection` while it is in C and `Port`s while it is in P, and each owns
//! the handle that exists in it. Handles are numbers that are given out once in the life of the
//! process, so a dead one is known as dead: it is never anybody else's.
//!
//! The owner feeds [`Lifecycle::handle_service`] and the calls, runs what [`Lifecycle::begin`] gives
//! him on one thread per [`Lane`], reports it to [`Lifecycle::returned`], and drains
//! [`Lifecycle::poll_output`] after each.

mod calls;
mod lanes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clock::{Duration, Instant};
use dot11::{KeyBytes, MacAddr};
use ihv::seam::{
    AdapterId, CallId, Completion, ConnectionId, EtherTypeHandling, HostMessage, PacketId, PortId,
    Reply, SystemTask, Task, TaskId, TaskResult,
};
use wlan_model::{Guid, Win32Error};

/// ERROR_OPERATION_ABORTED: the adapter went away while the call waited.
pub const OPERATION_ABORTED: Win32Error = Win32Error(995);
/// ERROR_CANCELLED: how an extension completes what an adapter reset interrupted.
pub const CANCELLED: Win32Error = Win32Error(1223);
/// ERROR_MORE_DATA: the answer is longer than the room for it.
pub const MORE_DATA: Win32Error = Win32Error(234);

/// Frames of one adapter that may be on their way out.
const MAX_IN_FLIGHT: usize = 64;
/// Frames that may wait for an extension, whatever it asks for.
const MAX_BACKLOG: usize = 1024;
/// Indications of one adapter that may wait; then the oldest goes.
const MAX_INDICATIONS: usize = 64;
/// Profiles and users an extension may keep data for, per adapter.
const MAX_USER_DATA: usize = 64;

/// Handlers of one lane run one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// What belongs to no adapter.
    System,
    /// An adapter's.
    Adapter(AdapterId),
}

/// What a lane does next.
#[derive(Debug)]
pub enum Next {
    /// Call this handler, then report to [`Lifecycle::returned`].
    Call(Invocation),
    /// Nothing until the next [`Output::Wake`].
    Wait,
    /// Nothing ever again.
    End,
}

/// A handler to be called.
#[derive(Debug)]
pub struct Invocation {
    /// Which, with what it is given.
    pub what: What,
    /// `hIhvExtAdapter`.
    pub extension: usize,
    /// The handle it is given, for those that get one.
    pub handle: usize,
}

/// Which handler.
#[derive(Debug)]
pub enum What {
    /// The service asked for it.
    Task(Task),
    /// `StopPostAssociate`, peer resolved. `DOT11_ASSOC_STATUS`.
    Stop(PortId, MacAddr, u32),
    /// `ReceivePacket`.
    Packet(Vec<u8>),
    /// `ReceiveIndication`.
    Indication(i32, Vec<u8>),
    /// `SendPacketCompletion` with the extension's label.
    PacketDone(usize),
    /// `ProcessUIResponse` without data: nobody sits at a screen.
    NoSession(Guid),
    /// The service asked for it.
    System(SystemTask),
    /// `DeinitService`.
    DeinitService,
}

impl What {
    /// The name in the table, without its prefix.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Task(task) => match task {
                Task::InitAdapter(_) => "InitAdapter",
                Task::DeinitAdapter => "DeinitAdapter",
                Task::PerformPreAssociate { .. } => "PerformPreAssociate",
                Task::AdapterReset => "AdapterReset",
                Task::PerformPostAssociate { .. } => "PerformPostAssociate",
                Task::StopPostAssociate { .. } => "StopPostAssociate",
                Task::ValidateProfile(_) => "ValidateProfile",
                Task::PerformCapabilityMatch { .. } => "PerformCapabilityMatch",
                Task::CreateDiscoveryProfiles { .. } => "CreateDiscoveryProfiles",
                Task::QueryUiRequest { .. } => "QueryUIRequest",
                Task::Control { .. } => "Control",
            },
            Self::Stop(..) => "StopPostAssociate",
            Self::Packet(_) => "ReceivePacket",
            Self::Indication(..) => "ReceiveIndication",
            Self::PacketDone(_) => "SendPacketCompletion",
            Self::NoSession(_) => "ProcessUIResponse",
            Self::System(SystemTask::SessionChange { .. }) => "ProcessSessionChange",
            Self::System(SystemTask::IsUiRequestPending(_)) => "IsUIRequestPending",
            Self::DeinitService => "DeinitService",
        }
    }
}

/// What the owner must do.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Send it to the service.
    Send(HostMessage),
    /// Let the call go on.
    Answer(CallId, Result<Reply, Win32Error>),
    /// Start a thread for this lane.
    Spawn(Lane),
    /// The lane has something to do, or to end.
    Wake(Lane),
}

/// From where a call comes: the lane and handler whose thread makes it.
pub type Inside = Option<(Lane, &'static str)>;

/// Bits of a handle that say what it is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Adapter = 1,
    Connection = 2,
    Port = 3,
}

/// Gives out handles. They lie where no address lies, so that following one is a clean crash.
#[derive(Debug)]
struct Handles {
    next: usize,
}

impl Handles {
    const BASE: usize = 0x4956 << 48;

    fn issue(&mut self, kind: Kind) -> usize {
        let handle = Self::BASE | (self.next << 2) | kind as usize;
        self.next += 1;
        handle
    }

    fn was_issued(&self, handle: usize, kind: Kind) -> bool {
        handle & (0xffff << 48) == Self::BASE
            && handle & 3 == kind as usize
            && (handle & !Self::BASE) >> 2 < self.next
    }
}

/// One for each call and each phase.
#[derive(Debug)]
struct Job {
    task: Option<TaskId>,
    what: What,
}

#[derive(Debug)]
struct Running {
    task: Option<TaskId>,
    name: &'static str,
    began: Instant,
    late: bool,
    effect: Effect,
}

/// What the end of a handler changes.
#[derive(Clone, Copy, Debug)]
enum Effect {
    None,
    Arrived,
    Left,
    Connection(usize),
    Port(PortId),
    ServiceEnded,
}

#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Job>,
    running: Option<Running>,
}

/// Phase C.
#[derive(Debug)]
struct Connection {
    id: ConnectionId,
    handle: usize,
    profile: String,
    entry: Entry,
}

/// Phase P.
#[derive(Debug)]
struct Port {
    handle: usize,
    peer: MacAddr,
    completed: bool,
    entry: Entry,
}

/// Whether the handler that opened a phase is still running. A completion that overtakes it is held
/// back, so that the service learns of the beginning before the end.
#[derive(Debug)]
enum Entry {
    Entering(Option<Completion>),
    Open,
}

/// Whether an adapter is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// `InitAdapter` has not been called.
    Announced,
    /// From its call on.
    Present,
    /// The service has removed it.
    Leaving,
}

#[derive(Debug)]
struct Adapter {
    queue: Queue,
    presence: Presence,
    /// Phase A while there is one.
    handle: Option<usize>,
    guid: Guid,
    extension: usize,
    connection: Option<Connection>,
    /// A pre-association has succeeded since the last reset.
    connected: bool,
    ports: BTreeMap<PortId, Port>,
    /// Handles of what a reset interrupted: one completion each is still welcome.
    interrupted: BTreeSet<usize>,
    ethertypes: EtherTypeHandling,
    /// Resets that the service has ordered and the extension has not seen.
    resets: usize,
    in_flight: BTreeMap<PacketId, usize>,
    user_data: BTreeMap<(String, u32), KeyBytes>,
}

/// A call that waits for the service.
#[derive(Debug)]
struct Waiting {
    adapter: AdapterId,
    /// What success changes.
    ethertypes: Option<EtherTypeHandling>,
}

/// The life of one extension.
#[derive(Debug)]
pub struct Lifecycle {
    handles: Handles,
    next_call: u64,
    next_packet: u64,
    limit: Duration,
    adapters: BTreeMap<AdapterId, Adapter>,
    system: Queue,
    ending: Ending,
    waiting: BTreeMap<CallId, Waiting>,
    output: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    No,
    /// Adapters are being removed.
    Adapters,
    /// `DeinitService` is called or about to be.
    Service,
    Ended,
}

impl Lifecycle {
    /// An initialised extension without adapters. A handler that runs longer than `limit` is late.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self {
            handles: Handles { next: 1 },
            next_call: 1,
            next_packet: 1,
            limit,
            adapters: BTreeMap::new(),
            system: Queue::default(),
            ending: Ending::No,
            waiting: BTreeMap::new(),
            output: VecDeque::new(),
        }
    }

    /// The extension is being loaded: that too may take too long.
    pub fn load_began(&mut self, now: Instant) {
        self.system.running = Some(Running {
            task: None,
            name: "InitService",
            began: now,
            late: false,
            effect: Effect::None,
        });
    }

    /// It is loaded.
    pub fn load_ended(&mut self) {
        self.system.running = None;
    }

    /// What to do now; `None` when there is nothing left.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    /// When [`Self::handle_timeout`] has something to say.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.adapters
            .values()
            .map(|adapter| &adapter.queue)
            .chain([&self.system])
            .filter_map(|queue| queue.running.as_ref())
            .filter(|running| !running.late)
            .map(|running| running.began + self.limit)
            .min()
    }

    /// Tells the service of handlers that are late.
    pub fn handle_timeout(&mut self, now: Instant) {
        let limit = self.limit;
        let lanes = self
            .adapters
            .iter_mut()
            .map(|(id, adapter)| (Some(*id), &mut adapter.queue))
            .chain([(None, &mut self.system)]);
        for (adapter, queue) in lanes {
            if let Some(running) = &mut queue.running
                && !running.late
                && now >= running.began + limit
            {
                running.late = true;
                let millis = now.since(running.began).as_millis();
                self.output
                    .push_back(Output::Send(HostMessage::HandlerLate {
                        adapter,
                        task: running.task,
                        handler: format!("Dot11ExtIhv{}", running.name),
                        millis: u64::try_from(millis).unwrap_or(u64::MAX),
                    }));
            }
        }
    }

    /// Whether `DeinitService` has returned.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ending == Ending::Ended
    }

    fn refuse(&mut self, task: Option<TaskId>, code: Win32Error) {
        if let Some(task) = task {
            self.output.push_back(Output::Send(HostMessage::Returned {
                task,
                result: TaskResult::code(code),
            }));
        }
    }
}
