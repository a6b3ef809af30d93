//! The Windows vocabulary of the wireless Hosted Network, made safe.
//!
//! States, reasons, error codes, keys, settings and notifications as the documentation of
//! `wlanapi.h` names them, without its memory layout: that belongs to the C face. Numbers are
//! Windows' own.

mod error;
mod key;
mod notification;
mod reason;
mod settings;
mod state;

pub use error::{Refusal, Win32Error};
pub use key::{KeyForm, KeyFormError, PrimaryKey, SecondaryKey};
pub use notification::{Notification, PeerAuthState, RadioState};
pub use reason::Reason;
pub use settings::{ConnectionSettings, Settings};
pub use state::HostedNetworkState;
