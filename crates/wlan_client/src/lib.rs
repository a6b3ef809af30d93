//! A blocking client of the service.
//!
//! One [`Client`] is one handle of the Windows API: what Windows undoes when a handle is closed is
//! undone when the client is dropped. There is no thread and no runtime behind it; it does IO only
//! inside a call. Notifications and events that arrive while a call waits for its answer are kept
//! (at most [`Client::QUEUE_LIMIT`]) and handed out by [`Client::next_message`].
//!
//! ```no_run
//! use wlan_client::{Client, default_socket};
//! # fn main() -> Result<(), wlan_client::ClientError> {
//! let mut client = Client::connect(&default_socket(), "example")?;
//! client.set_passphrase("tea at five", true)?;
//! client.start_using()?; // the network runs as long as somebody uses it
//! for peer in client.query_status()?.peers {
//!     println!("{} joined with the {:?} key", peer.mac, peer.key);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Buffers that may have held a key are erased.

mod calls;
mod client;
mod error;
mod path;

pub use client::{Client, Message};
pub use error::ClientError;
pub use path::{FolderError, check_private_folder, default_socket, service_socket};

pub use wlan_rpc::{
    Answer, Call, Event, EventKind, ExtensionAdapter, ExtensionEvent, ExtensionLine, ExtensionRow,
    HostState, IhvCall, JoinFailure, KeyIdentity, Lease, PeerRow, PeerTraffic, SecondaryKeyState,
    SharingCall, SharingEvent, SharingMode, SharingState, SharingStatus, SimCall, SimStation,
    Status,
};
