//! Authentication and cipher numbers.

use serde::{Deserialize, Serialize};

/// `DOT11_AUTH_ALGORITHM`. Values from 0x8000_0000 on belong to vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AuthAlgorithm(pub u32);

impl AuthAlgorithm {
    /// Open system.
    pub const OPEN: Self = Self(1);
    /// WPA2-Personal, the only algorithm of a Hosted Network.
    pub const RSNA_PSK: Self = Self(7);
}

/// `DOT11_CIPHER_ALGORITHM`. Values from 0x8000_0000 on belong to vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CipherAlgorithm(pub u32);

impl CipherAlgorithm {
    /// No cipher.
    pub const NONE: Self = Self(0);
    /// WEP with a 40-bit key.
    pub const WEP40: Self = Self(1);
    /// TKIP.
    pub const TKIP: Self = Self(2);
    /// CCMP-128, the only cipher of a Hosted Network.
    pub const CCMP: Self = Self(4);
    /// WEP with a 104-bit key.
    pub const WEP104: Self = Self(5);
    /// BIP-CMAC-128.
    pub const BIP: Self = Self(6);
    /// GCMP-128.
    pub const GCMP: Self = Self(8);
    /// GCMP-256.
    pub const GCMP_256: Self = Self(9);
    /// CCMP-256.
    pub const CCMP_256: Self = Self(10);
    /// WEP with a key of any length.
    pub const WEP: Self = Self(0x101);

    /// Whether the number belongs to a vendor.
    #[must_use]
    pub const fn is_ihv(self) -> bool {
        self.0 >= 0x8000_0000
    }
}
