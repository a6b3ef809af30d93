//! The Windows vocabulary of the wireless Hosted Network, made safe.
//!
//! States, reasons, error codes, keys, settings and notifications as the documentation of
//! `wlanapi.h` names them, without its memory layout: that belongs to the C face. Numbers are
//! Windows' own.

mod error;
mod extension;
mod guid;
mod interface;
mod key;
mod notification;
mod policy;
mod profile;
mod reason;
mod settings;
mod state;

pub use error::{Refusal, Win32Error};
pub use extension::{Extension, ExtensionPorts, VendorFragments, VendorProfile};
pub use guid::Guid;
pub use interface::{Interface, InterfaceDetails, InterfaceState, OperationMode};
pub use key::{KeyForm, KeyFormError, PrimaryKey, SecondaryKey};
pub use notification::{Notification, PeerAuthState, RadioState};
pub use policy::{Policy, Who};
pub use profile::station_profile;
pub use reason::Reason;
pub use settings::{AirSettings, ConnectionSettings, Settings};
pub use state::HostedNetworkState;
