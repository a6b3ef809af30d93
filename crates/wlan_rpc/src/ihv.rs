//! Calls about extensions of vendors.

use cause::Cause;
use clock::WallTime;
use serde::{Deserialize, Serialize};
use wlan_model::{Extension, VendorProfile};

use crate::ExtensionAdapter;

/// What can be asked about extensions. All but [`IhvCall::List`] need the service's owner: an
/// extension is code that runs, and its log may name peers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IhvCall {
    /// All that are installed. Answered by [`Answer::Extensions`](crate::Answer::Extensions).
    List,
    /// Copies the library and begins to use it. An extension of that name is replaced. Answered when it
    /// is loaded, or with a refusal that says why it cannot be used; then nothing has changed.
    Install {
        /// As what.
        extension: Extension,
        /// Path of the library, absolute, as bytes.
        library: Vec<u8>,
    },
    /// Ends it and forgets it. ERROR_NOT_FOUND for an unknown one. Answered when it has ended.
    Remove {
        /// Which.
        name: String,
    },
    /// What it wrote and what was written about it, as far as kept. Answered by
    /// [`Answer::ExtensionLog`](crate::Answer::ExtensionLog).
    Log {
        /// Which; `None` for all.
        name: Option<String>,
    },
    /// The station adapter connects with this profile. Answered when its port is open, or with a
    /// refusal. ERROR_NOT_SUPPORTED where there is no station adapter (all but the simulated radio).
    Connect(Box<VendorProfile>),
    /// The station adapter disconnects. Succeeds without a connection.
    Disconnect,
}

/// One installed extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionRow {
    /// As installed; the fragments are left out.
    pub extension: Extension,
    /// Its host processes.
    pub hosts: Vec<(ExtensionAdapter, HostState)>,
}

/// What a host process is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostState {
    /// Started, not yet heard of.
    Starting,
    /// Ready.
    Running {
        /// For people.
        pid: u32,
        /// Ports it serves now.
        ports: u32,
    },
    /// Failed; it is started again.
    Waiting {
        /// Why it failed.
        cause: Cause,
    },
    /// Not wanted now: there is no connection for it.
    Stopped,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionLine {
    /// When.
    pub at: WallTime,
    /// Of which extension.
    pub name: String,
    /// Of which of its hosts.
    pub adapter: ExtensionAdapter,
    /// `info`, `warning`, `error`.
    pub level: String,
    /// One sentence.
    pub text: String,
}
