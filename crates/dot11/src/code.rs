//! Code points that several layers share.

use core::fmt;

use serde::{Deserialize, Serialize};

/// EtherType of EAPOL (IEEE 802.1X-2020, 11.1.4).
pub const ETHERTYPE_EAPOL: u16 = 0x888e;

/// The lowest EtherType; numbers below are lengths (IEEE 802.3).
pub const ETHERTYPE_MIN: u16 = 0x0600;

/// Most bytes behind the EtherType of a frame: an MSDU (table 9-25) without its LLC/SNAP header.
pub const MAX_PAYLOAD: usize = 2304 - 8;

macro_rules! code_point {
    ($(#[$doc:meta])* $name:ident($int:ty) { $($(#[$vdoc:meta])* $variant:ident = $value:expr, $text:expr;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub $int);

        impl $name {
            $($(#[$vdoc])* pub const $variant: Self = Self($value);)*

            /// What the code means, `None` for a value without a name here.
            #[must_use]
            pub const fn meaning(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.meaning() {
                    Some(text) => write!(f, "{} ({text})", self.0),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

pub(crate) use code_point;

code_point! {
    /// Why a station was deauthenticated or disassociated (clause 9.4.1.7).
    ReasonCode(u16) {
        /// Unspecified reason.
        UNSPECIFIED = 1, "unspecified";
        /// The authentication is no longer valid.
        INVALID_AUTHENTICATION = 2, "previous authentication no longer valid";
        /// The sender of the deauthentication leaves.
        LEAVING_NETWORK_DEAUTH = 3, "sender is leaving";
        /// Inactivity.
        INACTIVITY = 4, "inactivity";
        /// The access point cannot serve all its stations.
        NO_MORE_STAS = 5, "access point cannot handle all stations";
        /// A class 2 frame from a station that is not authenticated.
        INVALID_CLASS2_FRAME = 6, "class 2 frame from unauthenticated station";
        /// A class 3 frame from a station that is not associated.
        INVALID_CLASS3_FRAME = 7, "class 3 frame from unassociated station";
        /// The sender of the disassociation leaves.
        LEAVING_NETWORK_DISASSOC = 8, "sender is leaving the network";
        /// The station is not authenticated.
        NOT_AUTHENTICATED = 9, "not authenticated";
        /// An element is invalid.
        INVALID_ELEMENT = 13, "invalid element";
        /// Message integrity code failure.
        MIC_FAILURE = 14, "MIC failure";
        /// The four-way handshake timed out; with a wrong key this is what remains.
        FOUR_WAY_HANDSHAKE_TIMEOUT = 15, "4-way handshake timeout";
        /// The group key handshake timed out.
        GROUP_KEY_HANDSHAKE_TIMEOUT = 16, "group key handshake timeout";
        /// The RSN element of message 2 or 3 differs from the association request or the beacon.
        HANDSHAKE_ELEMENT_MISMATCH = 17, "element in 4-way handshake differs";
        /// IEEE 802.1X authentication failed.
        IEEE_802_1X_AUTH_FAILED = 23, "802.1X authentication failed";
    }
}

code_point! {
    /// Outcome of an authentication or association (clause 9.4.1.9).
    StatusCode(u16) {
        /// It worked.
        SUCCESS = 0, "success";
        /// Unspecified refusal.
        REFUSED = 1, "refused";
        /// The capabilities cannot be supported.
        REFUSED_CAPABILITIES_MISMATCH = 10, "capabilities mismatch";
        /// Reassociation without an association.
        DENIED_NO_ASSOCIATION_EXISTS = 11, "no association exists";
        /// Denied for a reason outside the standard.
        DENIED_OTHER_REASON = 12, "denied";
        /// The authentication algorithm is not supported.
        UNSUPPORTED_AUTH_ALGORITHM = 13, "authentication algorithm not supported";
        /// The transaction sequence number is wrong.
        TRANSACTION_SEQUENCE_ERROR = 14, "wrong transaction sequence number";
        /// No room for another station.
        DENIED_NO_MORE_STAS = 17, "access point is full";
        /// The station lacks a basic rate.
        REFUSED_BASIC_RATES_MISMATCH = 18, "basic rates mismatch";
        /// Try again later.
        REFUSED_TEMPORARILY = 30, "refused temporarily";
        /// What was asked for protected management frames contradicts itself or the network.
        ROBUST_MANAGEMENT_POLICY_VIOLATION = 31, "robust management frame policy violation";
        /// An element is invalid.
        INVALID_ELEMENT = 40, "invalid element";
        /// The group cipher is not valid.
        INVALID_GROUP_CIPHER = 41, "invalid group cipher";
        /// The pairwise cipher is not valid.
        INVALID_PAIRWISE_CIPHER = 42, "invalid pairwise cipher";
        /// The authentication and key management suite is not valid.
        INVALID_AKMP = 43, "invalid AKM";
        /// The RSN element's version is not supported.
        UNSUPPORTED_RSNE_VERSION = 44, "unsupported RSN element version";
        /// The RSN element's capabilities are not valid.
        INVALID_RSNE_CAPABILITIES = 45, "invalid RSN element capabilities";
        /// A cipher is not the network's.
        CIPHER_REJECTED = 46, "cipher suite rejected";
    }
}

code_point! {
    /// A cipher suite selector, OUI and type as one big-endian number (clause 9.4.2.24.2).
    CipherSuite(u32) {
        /// Use the group cipher.
        USE_GROUP = 0x000f_ac00, "use group cipher";
        /// WEP with a 40-bit key.
        WEP40 = 0x000f_ac01, "WEP-40";
        /// TKIP.
        TKIP = 0x000f_ac02, "TKIP";
        /// CCMP-128, the only cipher a Hosted Network offers.
        CCMP = 0x000f_ac04, "CCMP";
        /// WEP with a 104-bit key.
        WEP104 = 0x000f_ac05, "WEP-104";
        /// BIP-CMAC-128, for protected management frames.
        BIP_CMAC_128 = 0x000f_ac06, "BIP-CMAC-128";
        /// GCMP-128.
        GCMP = 0x000f_ac08, "GCMP";
        /// GCMP-256.
        GCMP_256 = 0x000f_ac09, "GCMP-256";
        /// CCMP-256.
        CCMP_256 = 0x000f_ac0a, "CCMP-256";
    }
}

code_point! {
    /// An authentication and key management suite selector (clause 9.4.2.24.3).
    AkmSuite(u32) {
        /// IEEE 802.1X.
        IEEE_802_1X = 0x000f_ac01, "802.1X";
        /// Pre-shared key with HMAC-SHA1: WPA2-Personal.
        PSK = 0x000f_ac02, "PSK";
        /// Pre-shared key with SHA-256.
        PSK_SHA256 = 0x000f_ac06, "PSK-SHA256";
        /// SAE: WPA3-Personal.
        SAE = 0x000f_ac08, "SAE";
    }
}

/// A 20 MHz channel of the 2.4 or 5 GHz band, named by its number (Annex E).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Channel(u8);

impl Channel {
    /// `None` when no 20 MHz channel of either band has this number.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        match number {
            1..=14 | 36 | 40 | 44 | 48 | 52 | 56 | 60 | 64 => Some(Self(number)),
            100..=144 if number.is_multiple_of(4) => Some(Self(number)),
            149..=177 if number % 4 == 1 => Some(Self(number)),
            _ => None,
        }
    }

    /// From a centre frequency in MHz.
    #[must_use]
    pub const fn from_mhz(mhz: u32) -> Option<Self> {
        match mhz {
            2484 => Some(Self(14)),
            2412..=2472 if (mhz - 2407).is_multiple_of(5) => Self::new(((mhz - 2407) / 5) as u8),
            5180..=5885 if mhz.is_multiple_of(5) => Self::new(((mhz - 5000) / 5) as u8),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The centre frequency in MHz.
    #[must_use]
    pub const fn mhz(self) -> u32 {
        match self.0 {
            14 => 2484,
            1..=13 => 2407 + 5 * self.0 as u32,
            n => 5000 + 5 * n as u32,
        }
    }

    /// Whether it lies in the 2.4 GHz band.
    #[must_use]
    pub const fn is_2ghz(self) -> bool {
        self.0 <= 14
    }

    /// The band it lies in.
    #[must_use]
    pub const fn band(self) -> Band {
        if self.is_2ghz() {
            Band::Ghz2
        } else {
            Band::Ghz5
        }
    }
}

/// A frequency band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// 2.4 GHz.
    Ghz2,
    /// 5 GHz.
    Ghz5,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ghz2 => "2.4 GHz",
            Self::Ghz5 => "5 GHz",
        })
    }
}

/// The fastest of the PHYs a network offers: `DOT11_PHY_TYPE` as far as an access point of ours has
/// them (Windows driver documentation, DOT11_PHY_TYPE).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phy {
    /// 802.11a: `dot11_phy_type_ofdm` (4).
    Ofdm,
    /// 802.11g: `dot11_phy_type_erp` (6).
    Erp,
    /// 802.11n: `dot11_phy_type_ht` (7).
    Ht,
    /// 802.11ac: `dot11_phy_type_vht` (8).
    Vht,
    /// 802.11ax: `dot11_phy_type_he` (10).
    He,
}

impl Phy {
    /// The number Windows gives it.
    #[must_use]
    pub const fn dot11_phy_type(self) -> u32 {
        match self {
            Self::Ofdm => 4,
            Self::Erp => 6,
            Self::Ht => 7,
            Self::Vht => 8,
            Self::He => 10,
        }
    }

    /// The amendment's name, as Windows and people call it: `802.11n`.
    #[must_use]
    pub const fn amendment(self) -> &'static str {
        match self {
            Self::Ofdm => "802.11a",
            Self::Erp => "802.11g",
            Self::Ht => "802.11n",
            Self::Vht => "802.11ac",
            Self::He => "802.11ax",
        }
    }
}

/// How wide an operating channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelWidth {
    /// 20 MHz.
    Mhz20,
    /// 40 MHz: the primary channel and a neighbour.
    Mhz40,
    /// 80 MHz.
    Mhz80,
}

impl ChannelWidth {
    /// In MHz.
    #[must_use]
    pub const fn mhz(self) -> u16 {
        match self {
            Self::Mhz20 => 20,
            Self::Mhz40 => 40,
            Self::Mhz80 => 80,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_round_trips_through_its_frequency() {
        let mut count = 0;
        for n in 0..=255 {
            if let Some(c) = Channel::new(n) {
                assert_eq!(Channel::from_mhz(c.mhz()), Some(c), "channel {n}");
                count += 1;
            }
        }
        assert_eq!(count, 14 + 8 + 12 + 8);
        assert_eq!(Channel::new(6).unwrap().mhz(), 2437);
        assert_eq!(Channel::from_mhz(2438), None);
    }

    #[test]
    fn unknown_code_points_survive_and_print() {
        assert_eq!(ReasonCode(999).to_string(), "999");
        assert_eq!(
            ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT.to_string(),
            "15 (4-way handshake timeout)"
        );
    }
}
