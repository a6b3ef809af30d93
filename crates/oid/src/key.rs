//! Cipher keys as the service hands them to the miniport (native-80211-ihv reference, 2).

use dot11::{KeyBytes, MacAddr};
use serde::{Deserialize, Serialize};

use crate::CipherAlgorithm;

/// Which direction a key-mapping key serves: `DOT11_DIRECTION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// Received frames only (1).
    Inbound,
    /// Sent frames only (2).
    Outbound,
    /// Both (3); the only one mac80211 hardware offers.
    Both,
}

/// The algorithm structure behind `ucKey`: a receive counter and a bare key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMaterial {
    /// `ucIV48Counter`: where the **receive** counter starts, 48 bits. The transmit counter is
    /// another one.
    pub receive_counter: u64,
    /// The bare key: 16 bytes for CCMP and GCMP, 32 for their 256-bit forms, 16 or 32 for BIP,
    /// 5, 13 or more for WEP. TKIP has 32: the temporal key (16), the MIC key of **received** frames
    /// (8), the MIC key of **sent** frames (8). A vendor's cipher has the bytes its extension gave,
    /// uninterpreted; it and WEP have no receive counter (0).
    pub key: KeyBytes,
}

/// `DOT11_CIPHER_KEY_MAPPING_KEY_VALUE`: protects unicast with one peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMappingKey {
    /// With `direction`, names the table's entry.
    pub peer: MacAddr,
    /// For which cipher.
    pub algorithm: CipherAlgorithm,
    /// With `peer`, names the table's entry.
    pub direction: Direction,
    /// Survives the association (`bStatic`).
    pub is_static: bool,
    /// The key, or `None` to delete the entry (`bDelete`). Deleting what is not there succeeds.
    pub material: Option<KeyMaterial>,
}

/// `DOT11_CIPHER_DEFAULT_KEY_VALUE`: protects group-addressed frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultKey {
    /// `uKeyIndex`, 0 to 3; a group key of an RSN network uses 1 to 3.
    pub index: u32,
    /// For which cipher. Ignored on delete.
    pub algorithm: CipherAlgorithm,
    /// Survives resets of the association (`bStatic`).
    pub is_static: bool,
    /// The key, or `None` to delete it (`bDelete`). Deleting what is not there succeeds.
    pub material: Option<KeyMaterial>,
}
