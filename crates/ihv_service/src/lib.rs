//! The service's side of seam B: which adapters and associations an extension serves.
//!
//! ```text
//!   host processes -- HostMessage ---> +-------------+ -- PortRequest -------------> miniports
//!                  <- ServiceMessage - | ihv_service | <- completion, indication ---
//!   owner: install, connect ---------> +-------------+ -- Serve, Verdict ----------> hosted_network
//!                                                      <- VendorEvent --------------
//! ```
//!
//! An engine without processes: a host is a [`HostId`] that is ordered to start, told messages, and
//! killed; its messages and its end come back as inputs. `docs/decisions/0016` and `0018` say how an
//! extension runs.

mod access_point;
mod asked;
mod bss;
mod causes;
mod consts;
mod engine;
mod host;
mod kept;
mod keys;
mod lines;
mod station;
mod tables;
#[cfg(test)]
mod tests;

pub use engine::Extensions;

use cause::Cause;
use dot11::MacAddr;
use ihv::seam::{HostMessage, Level, ServiceMessage};
use oid::{Request, RequestId, SecurityRequest, StationRequest};
use serde::{Deserialize, Serialize};
use softap::{VendorService, VendorVerdict};
use wlan_model::{Extension, VendorProfile};
use wlan_rpc::{EventKind, ExtensionAdapter};

/// Names one host process. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostId(pub u64);

/// What happens from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// At the beginning, and when one was installed (and found loadable). One of the same name is ended
    /// and replaced.
    Install(Extension),
    /// An extension is ended and forgotten.
    Remove {
        /// Which.
        name: String,
    },
    /// The station adapter is to connect; an earlier connection or attempt ends without an event of its
    /// own. The outcome is told by an [`ExtensionEvent`](wlan_rpc::ExtensionEvent): `Connected`,
    /// `Disconnected` (of the OUI where no extension has it) or `Failed`.
    Connect(Box<VendorProfile>),
    /// The station adapter is to disconnect, and its host to end. `Disconnected` follows if there was a
    /// connection or an attempt.
    Disconnect,
    /// A host process said something.
    Said {
        /// Which.
        host: HostId,
        /// What.
        message: HostMessage,
    },
    /// A host process could not be started, or is gone; nothing more is heard of it.
    Gone {
        /// Which.
        host: HostId,
        /// How it ended, for people: `killed by signal 11`. `None` when it said
        /// [`HostMessage::Ended`] and its exit status was 0.
        cause: Option<Cause>,
    },
    /// The service ends: all hosts are told to.
    ShutDown,
}

/// What the engine wants done or made known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// For a host process.
    Host {
        /// Which.
        host: HostId,
        /// What.
        order: HostOrder,
    },
    /// For the miniport of an adapter; answered by [`Extensions::handle_completion`].
    Request {
        /// Whose.
        adapter: ExtensionAdapter,
        /// Unique among the requests of this engine.
        id: RequestId,
        /// What.
        request: PortRequest,
    },
    /// For the hosted network: replaces the list before.
    Serve(Vec<VendorService>),
    /// For the hosted network.
    Verdict {
        /// On whom.
        peer: MacAddr,
        /// What.
        verdict: VendorVerdict,
    },
    /// For everybody who listens.
    Event(EventKind),
    /// For the log of an extension.
    Log {
        /// Its name.
        extension: String,
        /// Of which host.
        adapter: ExtensionAdapter,
        /// How bad.
        level: Level,
        /// One sentence, without secrets.
        text: String,
    },
    /// After [`Input::ShutDown`]: no host is left.
    ShutDownComplete,
}

/// What is to be done about a host process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostOrder {
    /// Start one. Followed by its messages or by [`Input::Gone`].
    Start {
        /// Of this extension.
        extension: String,
        /// For the log.
        adapter: ExtensionAdapter,
    },
    /// Send it this.
    Tell(Box<ServiceMessage>),
    /// End it at once; [`Input::Gone`] follows.
    Kill,
}

/// A request to a miniport, of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PortRequest {
    /// Of both kinds of port.
    Request(Request),
    /// Of security.
    Security(SecurityRequest),
    /// Of stations.
    Station(StationRequest),
}
