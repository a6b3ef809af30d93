//! WPA2-PSK: keys, the authenticator and supplicant of the four-way and group handshakes, CCMP.
//!
//! * [`Passphrase`], [`Pmk`], [`Ptk`], [`Gtk`]: secrets, erased on drop, compared in constant time,
//!   never printed.
//! * [`Authenticator`]: one per association of the access point. Knows several candidate keys until
//!   message 2 elects one; from then on the association owns its key.
//! * [`Supplicant`]: the other side, for simulated stations.
//! * [`ccmp`]: the cipher of data frames and of protected management frames; [`bip`]: what protects
//!   group-addressed management frames.
//!
//! Nothing here does IO, reads a clock or makes randomness. Clause numbers refer to
//! IEEE 802.11-2020.

mod authenticator;
pub mod bip;
mod candidates;
pub mod ccmp;
pub mod gcmp;
mod header;
mod hmac_sha1;
mod key;
mod message;
mod mpdu;
mod pbkdf2;
mod supplicant;

pub use authenticator::{Authenticator, Config, Network, Output, Timing};
pub use candidates::{Candidate, Candidates, KeyId, Verdict};
pub use key::{GroupKey, Gtk, Igtk, ManagementKey, Passphrase, PassphraseError, Pmk, Ptk, Session};
pub use message::{Failure, Rejection};
pub use supplicant::{Supplicant, SupplicantConfig, SupplicantOutput};

#[cfg(test)]
mod tests;
