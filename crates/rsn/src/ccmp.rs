//! CCMP-128, the cipher of data frames (802.11-2020, 12.5.3).
//!
//! ```text
//! header (Protected bit set) | CCMP header (8) | ciphertext | MIC (8)
//! ```
//!
//! Frames here have no FCS. Data frames are ciphered, and management frames addressed to one station
//! (12.5.3.3.3): those have a nonce flag and a replay counter of their own. What CCMP shares with
//! [`gcmp`](crate::gcmp) is in `mpdu.rs`.

#[cfg(target_arch = "x86_64")]
mod aesni;
mod cipher;
mod key;

pub use crate::mpdu::{CcmpError, PN_MAX, key_id};

use crate::mpdu::{HEADER_LEN, Receiver, Sender};
use key::CcmpKey;

/// Bytes of the CCMP header, between MAC header and data.
pub const CCMP_HEADER_LEN: usize = HEADER_LEN;
/// Bytes of the MIC, after the data.
pub const CCMP_MIC_LEN: usize = 8;

/// The sending half of a key. A frame becomes 16 bytes longer.
pub type CcmpSender = Sender<CcmpKey>;

/// The receiving half of a key, with one replay counter per traffic identifier and one of management
/// frames.
pub type CcmpReceiver = Receiver<CcmpKey>;

#[cfg(test)]
mod tests;
