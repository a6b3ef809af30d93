//! The Hosted Network service: states, references, settings, keys, policy, notifications.
//!
//! The engine between seam A (`wlan_rpc`) and the access point's management (`softap`). It decides
//! what may happen; it opens no socket, writes no file and reads no clock: settings leave as
//! [`Output::Persist`] and their fate comes back through [`HostedNetwork::handle_persisted`].
//!
//! ```text
//!   clients -- handle_call --> +----------------+ -- Persist ----------> storage
//!           <-- Answer ------- | hosted_network | <- handle_persisted --
//!           <-- Notification - +----------------+ -- Request ----------> miniport
//!           <-- Event --------                    <- handle_completion, handle_indication
//! ```
//!
//! # One call
//! Everything is validated, then persisted, then done. A refused call has changed nothing and says
//! why twice: the Win32 code and the reason of `wlanapi.h`, and for people a cause with a remedy.
//! Calls of one client are answered in their order: a call waits until the one before is answered.
//! Queries of other clients do not wait: they see the settings in force.
//!
//! # States
//! ```text
//!                   +--------------- Unavailable <--------------+
//!    radio, allowed |                     ^                     | no radio, disallowed, excluded
//!                   v                     |                     |
//!     start <---- Idle <------------- Stopping <------------ Active
//!       |           ^                     ^     stop, change    ^
//!       v           | refused             | abandoned           | on the air
//!       +------> Starting ----------------+---------------------+
//! ```
//! Clients see three of them: a start is `idle` until beacons are on the air. While a stop is under
//! way every call of the Hosted Network is refused with ERROR_INVALID_STATE and
//! `service_shutting_down`, as documented, except `ForceStop`, which waits for the stop's end.
//!
//! # Rights
//! What needs privilege and what the administrator's [`Policy`] forbids is refused before anything
//! is touched, and told as [`Output::Denied`]. A call that had to wait is judged again when its turn
//! comes. `docs/decisions/0006` and `0009` say who may what, and what a policy does to a running
//! network.
//!
//! # Keys
//! A temporary secondary key lives here alone; no `Settings` ever holds one. It is erased when the
//! run that used it ends, whatever ended it; a start that never reached the air uses nothing up.
//! Pairwise master keys are derived when names and keys change, never while a start waits.

mod access_point;
mod air;
mod availability;
mod call;
mod client;
mod engine;
mod entropy;
mod job;
mod keys;
mod notify;
mod pending;
mod policy;
mod queue;
mod refusal;
mod run;
mod settings;
mod state;
#[cfg(test)]
mod tests;

use core::fmt;

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Channel, MacAddr};
use serde::{Deserialize, Serialize};
use softap::{SoftAp, VendorService, VendorVerdict};
use wlan_model::{Guid, Notification, Policy, Reason, Refusal, Settings, Who};
use wlan_rpc::{Answer, Call, CallId, EventKind, Status};

use engine::Engine;

/// Names one client connection, which is one client handle. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClientId(pub u64);

/// What the kernel says of a caller. What he may do follows from it and from the [`Policy`] in force
/// at the time of each call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Root, or the user the service itself runs as: privileged whatever the policy says.
    pub owner: bool,
    /// The caller's user.
    pub uid: u32,
    /// The caller's groups, the effective one first.
    pub groups: Vec<u32>,
    /// The caller's process; 0 when not known.
    pub pid: i32,
    /// What the kernel calls the caller's program, for logs; empty when not known.
    pub program: String,
}

impl Rights {
    /// Whether the caller may force a start, change the enable flag, and drive the adapters.
    #[must_use]
    pub fn is_privileged(&self, policy: &Policy) -> bool {
        self.owner
            || policy
                .privileged_group
                .is_some_and(|group| self.groups.contains(&group))
    }

    /// Whether the caller is among `who`.
    #[must_use]
    pub fn is_among(&self, who: Who, policy: &Policy) -> bool {
        match who {
            Who::Anybody => true,
            Who::Privileged => self.is_privileged(policy),
            Who::Group(group) => self.is_privileged(policy) || self.groups.contains(&group),
        }
    }
}

/// What an engine is made from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Good randomness. Everything random (names, keys, nonces) grows from it.
    pub seed: [u8; 32],
    /// The settings as stored.
    pub settings: Settings,
    /// What the administrator decides; changed by [`HostedNetwork::set_policy`].
    pub policy: Policy,
    /// A new network is named after it.
    pub host_name: String,
    /// A wish for as long as the settings have none; `None` leaves the channel to the miniport.
    pub channel: Option<Channel>,
    /// Renewal of the group key; `None` renews it only when a peer leaves.
    pub group_rekey: Option<Duration>,
    /// Renewal of each pairwise key; `None` never.
    pub pairwise_rekey: Option<Duration>,
    /// Whether replaced keys are remembered until the run ends, to tell "retired key" from "wrong
    /// key".
    pub diagnose_retired_keys: bool,
}

/// Shows neither the seed nor a key.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("settings", &self.settings)
            .field("policy", &self.policy)
            .field("host_name", &self.host_name)
            .field("channel", &self.channel)
            .field("group_rekey", &self.group_rekey)
            .field("pairwise_rekey", &self.pairwise_rekey)
            .field("diagnose_retired_keys", &self.diagnose_retired_keys)
            .finish_non_exhaustive()
    }
}

/// What the engine wants done or made known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// For the miniport.
    Request(oid::RequestId, oid::Request),
    /// The answer to a call.
    Answer {
        /// For whom.
        client: ClientId,
        /// Of the call.
        id: CallId,
        /// How it went.
        result: Result<Answer, Refusal>,
    },
    /// For a client that registered for it.
    Notification {
        /// For whom.
        client: ClientId,
        /// The access point's device.
        device: Guid,
        /// What.
        notification: Notification,
    },
    /// For everybody who listens.
    Event(EventKind),
    /// A caller tried what his rights or the policy do not let him do: for the log. One for each
    /// refused call; who writes them down limits their number.
    Denied {
        /// Who.
        client: ClientId,
        /// The caller's user.
        uid: u32,
        /// The caller's process; 0 when not known.
        pid: i32,
        /// What the kernel calls the caller's program; empty when not known.
        program: String,
        /// What it tried to do, as it goes on after "tried to": `read the primary key`.
        what: String,
        /// `elevation_required`, `gp_denied`, or `interface_unavailable` for the use of a network
        /// that the policy forbids.
        reason: Reason,
    },
    /// For the extensions of vendors.
    Vendor(softap::VendorEvent),
    /// Write these settings; answered by [`HostedNetwork::handle_persisted`]. At most one is
    /// outstanding.
    Persist(Box<Settings>),
    /// After [`HostedNetwork::shut_down`]: nothing is on the air, nothing is being written, every
    /// call has its answer. Sent once.
    ShutDownComplete,
}

/// The engine. Contract: call a method, then drain [`HostedNetwork::poll_output`] to `None`.
///
/// Its whole state can be written down and read back, keys included: whoever writes it to a file
/// answers for that file.
#[derive(Debug, Serialize, Deserialize)]
pub struct HostedNetwork {
    engine: Engine<SoftAp>,
}

impl HostedNetwork {
    /// Longest queue of unanswered calls of one client; one more is refused at once with
    /// ERROR_NO_SYSTEM_RESOURCES and `insufficient_resources`.
    pub const MAX_WAITING_CALLS: usize = 32;

    /// Most open handles; `WlanOpenHandle` refuses more with ERROR_REMOTE_SESSION_LIMIT_EXCEEDED.
    pub const MAX_HANDLES: usize = 2048;

    /// Most open handles of one user who does not own the service, so that nobody takes them all;
    /// more are refused likewise.
    pub const MAX_USER_HANDLES: usize = 1024;

    /// A network at rest, unavailable until a radio is indicated. Derives the master keys of the
    /// stored settings.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            engine: Engine::new(config, |seed, diagnose| {
                let mut access_point = SoftAp::new(seed);
                access_point.diagnose_retired_keys(diagnose);
                access_point
            }),
        }
    }

    /// A connection was accepted. Its first call must be [`Call::Open`]; anything else is refused
    /// with ERROR_INVALID_HANDLE and `bad_parameters`.
    pub fn connect_client(&mut self, client: ClientId, rights: Rights, now: Instant) {
        self.engine.connect_client(client, rights, now);
    }

    /// A connection was closed or its process died. What the handle held is dropped: its
    /// references (the network stops with `client_abort` when they were the last ones), its
    /// registration, its calls that have not begun. What it had set stays.
    pub fn handle_client_gone(&mut self, client: ClientId, now: Instant) {
        self.engine.handle_client_gone(client, now);
    }

    /// A client calls. Answered by exactly one [`Output::Answer`] with its id, unless the client
    /// is gone before. [`Call::Sim`], [`Call::Subscribe`] and the calls about adapters are not for
    /// this engine and are refused with ERROR_NOT_SUPPORTED.
    pub fn handle_call(&mut self, client: ClientId, id: CallId, call: Call, now: Instant) {
        self.engine.handle_call(client, id, call, now);
    }

    /// The fate of the one outstanding [`Output::Persist`]. Without one it is ignored.
    pub fn handle_persisted(&mut self, result: Result<(), Cause>, now: Instant) {
        self.engine.handle_persisted(result, now);
    }

    /// The miniport answered a request.
    pub fn handle_completion(&mut self, completion: oid::Completion, now: Instant) {
        self.engine.handle_completion(completion, now);
    }

    /// The miniport indicated.
    pub fn handle_indication(&mut self, indication: oid::Indication, now: Instant) {
        self.engine.handle_indication(indication, now);
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.engine.handle_timeout(now);
    }

    /// The service ends: the run is stopped (`service_shutting_down`), calls that wait are refused
    /// with ERROR_INVALID_STATE and `service_shutting_down`, then [`Output::ShutDownComplete`]. A
    /// change that is being written is waited for and answered with its outcome.
    pub fn shut_down(&mut self, now: Instant) {
        self.engine.shut_down(now);
    }

    /// The machine goes to sleep: the run is stopped (`interface_unavailable`) and does not come
    /// back by itself.
    pub fn stop_for_suspend(&mut self, now: Instant) {
        self.engine.stop_for_suspend(now);
    }

    /// The administrator decided anew. Holds for every call that has not begun. A running network
    /// that is not allowed any more stops (`gp_denied`), one that has to have another name too
    /// (`properties_change`); neither comes back by itself.
    pub fn set_policy(&mut self, policy: Policy, now: Instant) {
        self.engine.set_policy(policy, now);
    }

    /// Which stations the extensions of vendors serve from now on, whether the network runs or not.
    /// Peers that are there stay.
    pub fn serve_vendors(&mut self, services: Vec<VendorService>) {
        self.engine.serve_vendors(services);
    }

    /// An extension decided on a peer told by [`VendorEvent::Associated`](softap::VendorEvent). For any
    /// other peer it does nothing.
    pub fn vendor_verdict(&mut self, peer: MacAddr, verdict: VendorVerdict, now: Instant) {
        self.engine.vendor_verdict(peer, verdict, now);
    }

    /// When [`HostedNetwork::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.engine.poll_timeout()
    }

    /// What is to be done next, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.engine.poll_output()
    }

    /// The state of everything, as [`Call::QueryStatus`] tells it. `rejected_frames` is 0 here: who
    /// counts frames adds it.
    #[must_use]
    pub fn status(&self, now: Instant) -> Status {
        self.engine.status(now)
    }

    /// The settings as stored; the policy may weigh more.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        self.engine.settings()
    }

    /// Whether a client may force a start and change the enable flag; `false` for an unknown one.
    #[must_use]
    pub fn is_privileged(&self, client: ClientId) -> bool {
        self.engine.is_privileged(client)
    }

    /// Whether a client holds an open handle: its [`Call::Open`] succeeded.
    #[must_use]
    pub fn is_open(&self, client: ClientId) -> bool {
        self.engine.is_open(client)
    }
}
