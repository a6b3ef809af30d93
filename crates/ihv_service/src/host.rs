//! One host process, from its order to its end.
//!
//! ```text
//!   Stopped -- wanted --> Running: Loading - Arriving - PreAssociating - Ready
//!                            |         \        \            \          / |
//!                            |          `--------`------------`--------'  | not wanted
//!                    failed  |                                            v
//!   Waiting <-- Gone -- Dying (killed)                                 Ending -- Gone --> Stopped
//!      `------- time ------> Running
//! ```

use std::collections::{BTreeMap, BTreeSet};

use cause::Cause;
use clock::{Duration, Instant};
use ihv::seam::{AdapterId, CallId, ConnectionId, EtherTypeHandling, PacketId, PortId, TaskId};
use wlan_model::Win32Error;
use wlan_rpc::ExtensionAdapter;

use crate::HostId;
use crate::lines::Lines;

/// The one adapter of each host process.
pub(crate) const ADAPTER: AdapterId = AdapterId(1);

/// From the order to start until the extension is loaded.
pub(crate) const LOAD_LIMIT: Duration = Duration::from_secs(10);
/// For the next handler that was asked for to return.
pub(crate) const TASK_LIMIT: Duration = Duration::from_secs(10);
/// For a pre-association to be completed. Windows gives an association as long.
pub(crate) const PRE_LIMIT: Duration = Duration::from_secs(10);
/// For an orderly end.
pub(crate) const END_LIMIT: Duration = Duration::from_secs(5);
/// Health after which earlier failures are forgotten.
pub(crate) const HEALTH: Duration = Duration::from_secs(60);

/// First pause after a failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause.
const LAST_PAUSE: Duration = Duration::from_secs(30);

/// Which host of which extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SlotId {
    pub(crate) name: String,
    pub(crate) adapter: ExtensionAdapter,
}

/// The place of a host process, whether there is one or not.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) phase: Phase,
    pause: Duration,
    pub(crate) lines: Lines,
}

#[derive(Debug)]
pub(crate) enum Phase {
    Stopped,
    Running(Box<Live>),
    /// Killed; its end has not been reported.
    Dying {
        wait: Wait,
    },
    /// Failed and gone; to be started again if it is still wanted then.
    Waiting(Wait),
}

/// A failure and the pause after it.
#[derive(Clone, Debug)]
pub(crate) struct Wait {
    pub(crate) cause: Cause,
    pub(crate) until: Instant,
}

/// A host process that may be spoken to.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) host: HostId,
    /// Which installation it was started for.
    pub(crate) generation: u64,
    pub(crate) stage: Stage,
    /// Since when it does what it is for.
    pub(crate) healthy: Option<Instant>,
    /// Handlers that were asked for and have not returned.
    pub(crate) tasks: BTreeMap<TaskId, Doing>,
    /// When the oldest of them became the oldest.
    pub(crate) progress: Instant,
    /// Calls that wait for an answer.
    pub(crate) calls: BTreeSet<CallId>,
    /// Packets on their way.
    pub(crate) packets: BTreeSet<PacketId>,
    /// What it registered.
    pub(crate) handling: EtherTypeHandling,
    /// Registrations that the miniport has not answered.
    pub(crate) lists: BTreeMap<CallId, ListCall>,
    next_task: u64,
    next_connection: u64,
    next_port: u64,
}

/// A registration that is being downloaded.
#[derive(Debug)]
pub(crate) struct ListCall {
    /// Requests without a completion.
    pub(crate) left: u8,
    pub(crate) failed: Option<Win32Error>,
    pub(crate) before: EtherTypeHandling,
    pub(crate) tried: EtherTypeHandling,
}

/// How far it has come.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Nothing may be said to it.
    Loading { by: Instant },
    /// `InitAdapter` has been asked for.
    Arriving,
    /// A station's adapter without a connection.
    Idle,
    /// `PerformPreAssociate` has been asked for.
    PreAssociating {
        connection: ConnectionId,
        by: Instant,
    },
    /// The access point: it serves. A station: its attempt was let through.
    Ready,
    /// A station's adapter is being reset.
    Resetting,
    /// It is not wanted any more.
    Ending {
        step: Step,
        by: Instant,
        /// Set if it ends because it failed.
        wait: Option<Wait>,
    },
}

/// What an end waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Loading,
    Arriving,
    Resetting,
    Removing,
    ShuttingDown,
    /// It has said its last word.
    Ended,
}

/// A handler that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Init,
    Deinit,
    PreAssociate(ConnectionId),
    Reset,
    PostAssociate(PortId),
    Stop,
}

impl Doing {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Init => "InitAdapter",
            Self::Deinit => "DeinitAdapter",
            Self::PreAssociate(_) => "PerformPreAssociate",
            Self::Reset => "AdapterReset",
            Self::PostAssociate(_) => "PerformPostAssociate",
            Self::Stop => "StopPostAssociate",
        }
    }
}

impl Default for Slot {
    fn default() -> Self {
        Self {
            phase: Phase::Stopped,
            pause: FIRST_PAUSE,
            lines: Lines::default(),
        }
    }
}

impl Slot {
    pub(crate) fn live(&self) -> Option<&Live> {
        match &self.phase {
            Phase::Running(live) => Some(live),
            _ => None,
        }
    }

    pub(crate) fn live_mut(&mut self) -> Option<&mut Live> {
        match &mut self.phase {
            Phase::Running(live) => Some(live),
            _ => None,
        }
    }

    /// The pause that follows a failure now.
    pub(crate) fn next_pause(&mut self, now: Instant) -> Duration {
        let healthy = self.live().and_then(|live| live.healthy);
        if healthy.is_some_and(|since| now.since(since) >= HEALTH) {
            self.pause = FIRST_PAUSE;
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LAST_PAUSE);
        pause
    }

    /// When time alone changes something.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Stopped | Phase::Dying { .. } => None,
            Phase::Waiting(wait) => Some(wait.until),
            Phase::Running(live) => live.timeout(),
        }
    }
}

impl Live {
    pub(crate) fn new(host: HostId, generation: u64, now: Instant) -> Self {
        Self {
            host,
            generation,
            stage: Stage::Loading {
                by: now + LOAD_LIMIT,
            },
            healthy: None,
            tasks: BTreeMap::new(),
            progress: now,
            calls: BTreeSet::new(),
            packets: BTreeSet::new(),
            handling: EtherTypeHandling::default(),
            lists: BTreeMap::new(),
            next_task: 1,
            next_connection: 1,
            next_port: 1,
        }
    }

    /// Notes a handler that is about to be asked for.
    pub(crate) fn begin(&mut self, doing: Doing, now: Instant) -> TaskId {
        if self.tasks.is_empty() {
            self.progress = now;
        }
        let task = TaskId(self.next_task);
        self.next_task += 1;
        self.tasks.insert(task, doing);
        task
    }

    pub(crate) fn new_connection(&mut self) -> ConnectionId {
        self.next_connection += 1;
        ConnectionId(self.next_connection - 1)
    }

    pub(crate) fn new_port(&mut self) -> PortId {
        self.next_port += 1;
        PortId(self.next_port - 1)
    }

    /// Whether the service ever named a connection so.
    pub(crate) fn knew_connection(&self, id: ConnectionId) -> bool {
        (1..self.next_connection).contains(&id.0)
    }

    /// Whether the service ever named a port so.
    pub(crate) fn knew_port(&self, id: PortId) -> bool {
        (1..self.next_port).contains(&id.0)
    }

    /// Whether it has been told of its adapter.
    pub(crate) fn has_adapter(&self) -> bool {
        !matches!(
            self.stage,
            Stage::Loading { .. }
                | Stage::Ending {
                    step: Step::Loading,
                    ..
                }
        )
    }

    pub(crate) const fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::Ending { .. })
    }

    /// Until when what, else it is killed.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = (Instant, String)> {
        let stage = match &self.stage {
            Stage::Loading { by } => Some((*by, "was not loaded within 10 seconds".to_owned())),
            Stage::PreAssociating { by, .. } => Some((
                *by,
                "did not complete its pre-association within 10 seconds".to_owned(),
            )),
            Stage::Ending { by, .. } => Some((*by, "did not end within 5 seconds".to_owned())),
            Stage::Arriving | Stage::Idle | Stage::Ready | Stage::Resetting => None,
        };
        let task = self.tasks.values().next().map(|doing| {
            (
                self.progress + TASK_LIMIT,
                format!("did not return from {} within 10 seconds", doing.name()),
            )
        });
        stage.into_iter().chain(task)
    }

    fn timeout(&self) -> Option<Instant> {
        self.deadlines().map(|(by, _)| by).min()
    }
}
