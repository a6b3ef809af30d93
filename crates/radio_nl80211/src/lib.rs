//! A Linux radio over nl80211: of drivers that leave the AP MLME to user space (mac80211), and of those
//! whose firmware has it (`firmware.rs`).
//!
//! [`Nl80211Radio`] carries out the commands of seam D (`radio`). It gets an access point interface
//! of its own on a radio, or converts the radio's only interface, and gives it back at the end.
//! Nothing ties the access point to this process: EAPOL goes over a packet socket
//! (`docs/decisions/0003-eapol-over-packet-socket.md`), and what a killed process left behind is
//! recognised and removed at the next start.
//!
//! Frames of vendors' protocols travel beside the closed port over a monitor interface of our own
//! (`docs/decisions/0021-vendor-frames-on-linux-radios.md`; `packets.rs`, `radiotap.rs`, `filter.rs`).
//!
//! Where to start reading: [`Nl80211Radio`] (`radio.rs`), then `ap.rs` for what the kernel is told
//! and `event.rs` for what it tells. The parsers ([`netlink`], [`wiphy`], [`event`], [`eapol`],
//! [`interface`], [`radiotap`]) are pure and take anything.

mod ap;
mod batch;
mod claim;
mod consts;
pub mod eapol;
mod errno;
pub mod event;
mod files;
mod filter;
mod firmware;
pub mod interface;
mod kernel;
mod list;
pub mod look;
pub mod netlink;
mod nl80211_radio;
mod packets;
pub mod radiotap;
mod rfkill;
mod route;
mod setup;
mod socket;
mod survey;
mod sys;
mod tape;
mod traffic;
pub mod wiphy;

#[cfg(test)]
mod tests;

pub use list::{RadioDescription, StationInterface, list_radios};
pub use nl80211_radio::{Nl80211Radio, Options, Source};
pub use traffic::StationTraffic;

/// Why a radio could not be opened: as for a command, a kind and a cause with its remedy.
pub type OpenError = radio::CommandError;
