//! Seam A: messages between clients and the service.
//!
//! One connection is one client handle: what Windows undoes when a handle is closed or its process
//! ends is undone when the connection ends. Each message is one packet of a `SOCK_SEQPACKET` Unix
//! socket, encoded with postcard behind a version byte. A client first sends [`Call::Open`]; every
//! request is answered by exactly one [`ServiceMessage::Answer`] with its id, in order;
//! notifications and events come in between.
//!
//! ```text
//!  client --- ClientMessage { id, call } -------------> service
//!         <-- ServiceMessage::Answer { id, result } ---
//!         <-- ServiceMessage::Notification / Event ----
//! ```

mod call;
mod codec;
mod event;
mod ihv;
mod sharing;
mod status;

pub use call::{Answer, Call, CallId, ClientMessage, ServiceMessage, SimCall, SimStation};
pub use codec::{DecodeError, MAX_MESSAGE, PROTOCOL_VERSION, decode, encode};
pub use event::{Event, EventKind, ExtensionAdapter, ExtensionEvent, JoinFailure};
pub use ihv::{ExtensionLine, ExtensionRow, HostState, IhvCall};
pub use sharing::{Lease, SharingCall, SharingEvent, SharingMode, SharingState, SharingStatus};
pub use status::{KeyIdentity, PeerRow, PeerTraffic, SecondaryKeyState, Status};
