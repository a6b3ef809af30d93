//! Everything the service wants done.

use hosted_network::ClientId;
use ihv::seam::Level;
use ihv_service::{HostId, HostOrder};
use radio::RadioCommand;
use serde::{Deserialize, Serialize};
use wlan_model::{Guid, Notification, Reason, Refusal, Settings};
use wlan_rpc::{Answer, CallId, EventKind, ExtensionAdapter};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// For the radio.
    Radio(RadioCommand),
    /// For the radio of the station adapter.
    StationRadio(RadioCommand),
    /// For a host process of an extension.
    Host {
        /// Which.
        host: HostId,
        /// What.
        order: HostOrder,
    },
    /// For the log of an extension.
    ExtensionLog {
        /// Its name.
        extension: String,
        /// Of which host.
        adapter: ExtensionAdapter,
        /// How bad.
        level: Level,
        /// One sentence, without secrets.
        text: String,
    },
    /// The answer to a call.
    Answer {
        /// For whom.
        client: ClientId,
        /// Of the call.
        id: CallId,
        /// How it went.
        result: Result<Answer, Refusal>,
    },
    /// For a client that registered.
    Notification {
        /// For whom.
        client: ClientId,
        /// What.
        notification: Notification,
        /// The access point's device.
        device: Guid,
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
        /// Why it was refused.
        reason: Reason,
    },
    /// Write these settings; answered by [`Input::Persisted`](crate::Input::Persisted). At most one
    /// is outstanding.
    Persist(Box<Settings>),
    /// After [`Input::ShutDown`](crate::Input::ShutDown): nothing is on the air, everybody has an answer,
    /// no host process is left.
    ShutDownComplete,
}
