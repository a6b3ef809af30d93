//! NDIS status codes and disassociation reasons.

use core::fmt;

use cause::Cause;
use dot11::ReasonCode;
use serde::{Deserialize, Serialize};

/// An `NDIS_STATUS` (native-80211-ihv reference, 1.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NdisStatus(pub u32);

impl NdisStatus {
    /// Done.
    pub const SUCCESS: Self = Self(0);
    /// The completion comes later.
    pub const PENDING: Self = Self(0x0000_0103);
    /// The answer does not fit the buffer.
    pub const BUFFER_OVERFLOW: Self = Self(0x8000_0005);
    /// Unspecific failure.
    pub const FAILURE: Self = Self(0xC000_0001);
    /// A parameter is wrong.
    pub const INVALID_PARAMETER: Self = Self(0xC000_000D);
    /// No room.
    pub const RESOURCES: Self = Self(0xC000_009A);
    /// Not offered.
    pub const NOT_SUPPORTED: Self = Self(0xC000_00BB);
    /// Not in this state.
    pub const INVALID_STATE: Self = Self(0xC000_0184);
    /// The operation mode is not offered.
    pub const BAD_VERSION: Self = Self(0xC001_0004);
    /// A reset came in between.
    pub const RESET_IN_PROGRESS: Self = Self(0xC001_000D);
    /// No more ports.
    pub const OPEN_LIST_FULL: Self = Self(0xC001_0010);
    /// A buffer has the wrong length; also a full per-station table.
    pub const INVALID_LENGTH: Self = Self(0xC001_0014);
    /// The data is not well formed or not supported.
    pub const INVALID_DATA: Self = Self(0xC001_0015);
    /// The buffer is too short.
    pub const BUFFER_TOO_SHORT: Self = Self(0xC001_0016);
    /// No such OID.
    pub const INVALID_OID: Self = Self(0xC001_0017);
    /// The PHY is not supported or switched off.
    pub const UNSUPPORTED_MEDIA: Self = Self(0xC001_0019);
    /// The driver chooses this itself.
    pub const DOT11_AUTO_CONFIG_ENABLED: Self = Self(0xC023_2000);
    /// The radio is used by somebody else.
    pub const DOT11_MEDIA_IN_USE: Self = Self(0xC023_2001);
    /// The radio is off.
    pub const DOT11_POWER_STATE_INVALID: Self = Self(0xC023_2002);
    /// The channel cannot be used now. Like the next three the kernel-side twin of a Win32 code.
    pub const DOT11_AP_CHANNEL_CURRENTLY_NOT_AVAILABLE: Self = Self(0xC023_2005);
    /// The band cannot be used now.
    pub const DOT11_AP_BAND_CURRENTLY_NOT_AVAILABLE: Self = Self(0xC023_2006);
    /// The channel may not be used here.
    pub const DOT11_AP_CHANNEL_NOT_ALLOWED: Self = Self(0xC023_2007);
    /// The band may not be used here.
    pub const DOT11_AP_BAND_NOT_ALLOWED: Self = Self(0xC023_2008);

    /// The Win32 code a user-mode caller gets for this status: the one table of the pairings
    /// (native-80211-ihv reference, 1.3; only NOT_SUPPORTED is documented, the rest is decision
    /// 0015). A status that is not in the table, [`Self::PENDING`] included, gives
    /// `ERROR_GEN_FAILURE`; only success gives 0.
    #[must_use]
    pub const fn win32(self) -> u32 {
        match self {
            Self::SUCCESS => 0,
            Self::BUFFER_OVERFLOW => 234,
            Self::INVALID_PARAMETER => 87,
            Self::RESOURCES | Self::OPEN_LIST_FULL => 1450,
            Self::NOT_SUPPORTED => 50,
            Self::INVALID_STATE => 5023,
            Self::BAD_VERSION => 0x8034_0004,
            Self::RESET_IN_PROGRESS => 0x8034_000D,
            Self::INVALID_LENGTH => 0x8034_0014,
            Self::INVALID_DATA => 0x8034_0015,
            Self::BUFFER_TOO_SHORT => 0x8034_0016,
            Self::INVALID_OID => 0x8034_0017,
            Self::UNSUPPORTED_MEDIA => 0x8034_0019,
            Self::DOT11_AUTO_CONFIG_ENABLED => 0x8034_2000,
            Self::DOT11_MEDIA_IN_USE => 0x8034_2001,
            Self::DOT11_POWER_STATE_INVALID => 0x8034_2002,
            Self::DOT11_AP_CHANNEL_CURRENTLY_NOT_AVAILABLE => 0x8034_2005,
            Self::DOT11_AP_BAND_CURRENTLY_NOT_AVAILABLE => 0x8034_2006,
            Self::DOT11_AP_CHANNEL_NOT_ALLOWED => 0x8034_2007,
            Self::DOT11_AP_BAND_NOT_ALLOWED => 0x8034_2008,
            _ => 31,
        }
    }

    /// The constant's name in the Windows headers, without its prefix.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::SUCCESS => "SUCCESS",
            Self::PENDING => "PENDING",
            Self::BUFFER_OVERFLOW => "BUFFER_OVERFLOW",
            Self::FAILURE => "FAILURE",
            Self::INVALID_PARAMETER => "INVALID_PARAMETER",
            Self::RESOURCES => "RESOURCES",
            Self::NOT_SUPPORTED => "NOT_SUPPORTED",
            Self::INVALID_STATE => "INVALID_STATE",
            Self::BAD_VERSION => "BAD_VERSION",
            Self::RESET_IN_PROGRESS => "RESET_IN_PROGRESS",
            Self::OPEN_LIST_FULL => "OPEN_LIST_FULL",
            Self::INVALID_LENGTH => "INVALID_LENGTH",
            Self::INVALID_DATA => "INVALID_DATA",
            Self::BUFFER_TOO_SHORT => "BUFFER_TOO_SHORT",
            Self::INVALID_OID => "INVALID_OID",
            Self::UNSUPPORTED_MEDIA => "UNSUPPORTED_MEDIA",
            Self::DOT11_AUTO_CONFIG_ENABLED => "DOT11_AUTO_CONFIG_ENABLED",
            Self::DOT11_MEDIA_IN_USE => "DOT11_MEDIA_IN_USE",
            Self::DOT11_POWER_STATE_INVALID => "DOT11_POWER_STATE_INVALID",
            Self::DOT11_AP_CHANNEL_CURRENTLY_NOT_AVAILABLE => {
                "DOT11_AP_CHANNEL_CURRENTLY_NOT_AVAILABLE"
            }
            Self::DOT11_AP_BAND_CURRENTLY_NOT_AVAILABLE => "DOT11_AP_BAND_CURRENTLY_NOT_AVAILABLE",
            Self::DOT11_AP_CHANNEL_NOT_ALLOWED => "DOT11_AP_CHANNEL_NOT_ALLOWED",
            Self::DOT11_AP_BAND_NOT_ALLOWED => "DOT11_AP_BAND_NOT_ALLOWED",
            _ => return None,
        })
    }
}

impl fmt::Debug for NdisStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "NDIS_STATUS_{name}"),
            None => write!(f, "NDIS_STATUS({:#010x})", self.0),
        }
    }
}

/// A declined request: the status for programs, the cause for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Never [`NdisStatus::SUCCESS`].
    pub status: NdisStatus,
    /// What the radio or the miniport had to say.
    pub cause: Cause,
}

/// Why a peer's association ended: `DOT11_DISASSOCIATION_PARAMETERS.uReason`
/// (native-80211-ihv reference, 1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisassocReason {
    /// The service asked for it, or reset the port (7).
    Os,
    /// The peer was silent for too long (2).
    PeerUnreachable,
    /// The peer deauthenticated (0x10000 + reason).
    PeerDeauthenticated(ReasonCode),
    /// The peer disassociated (0x20000 + reason).
    PeerDisassociated(ReasonCode),
    /// The peer, or a station port itself, began a new association (7 on Windows, told apart here).
    PeerReassociated,
}

impl DisassocReason {
    /// The number Windows uses.
    #[must_use]
    pub const fn value(self) -> u32 {
        match self {
            Self::Os | Self::PeerReassociated => 7,
            Self::PeerUnreachable => 2,
            Self::PeerDeauthenticated(r) => 0x1_0000 | r.0 as u32,
            Self::PeerDisassociated(r) => 0x2_0000 | r.0 as u32,
        }
    }
}
