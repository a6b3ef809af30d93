//! Authentication and cipher numbers.

use serde::{Deserialize, Serialize};

/// `DOT11_AUTH_ALGORITHM`. Values from 0x8000_0000 on belong to vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AuthAlgorithm(pub u32);

impl AuthAlgorithm {
    /// Open system.
    pub const OPEN: Self = Self(1);
    /// WEP shared key.
    pub const SHARED_KEY: Self = Self(2);
    /// WPA with 802.1X.
    pub const WPA: Self = Self(3);
    /// WPA-Personal.
    pub const WPA_PSK: Self = Self(4);
    /// WPA in an ad-hoc network.
    pub const WPA_NONE: Self = Self(5);
    /// WPA2 with 802.1X.
    pub const RSNA: Self = Self(6);
    /// WPA2-Personal, the only algorithm of a Hosted Network.
    pub const RSNA_PSK: Self = Self(7);
    /// WPA3-Enterprise with 192 bits.
    pub const WPA3_ENT_192: Self = Self(8);
    /// WPA3-Personal.
    pub const WPA3_SAE: Self = Self(9);
    /// Opportunistic encryption.
    pub const OWE: Self = Self(10);
    /// WPA3-Enterprise.
    pub const WPA3_ENT: Self = Self(11);

    /// Whether the number belongs to a vendor.
    #[must_use]
    pub const fn is_ihv(self) -> bool {
        self.0 >= 0x8000_0000
    }
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
    /// BIP-GMAC-128.
    pub const BIP_GMAC_128: Self = Self(11);
    /// BIP-GMAC-256.
    pub const BIP_GMAC_256: Self = Self(12);
    /// BIP-CMAC-256.
    pub const BIP_CMAC_256: Self = Self(13);
    /// The group cipher also protects unicast (WPA and RSN share the number).
    pub const USE_GROUP: Self = Self(0x100);
    /// WEP with a key of any length.
    pub const WEP: Self = Self(0x101);

    /// Whether the number belongs to a vendor.
    #[must_use]
    pub const fn is_ihv(self) -> bool {
        self.0 >= 0x8000_0000
    }
}
