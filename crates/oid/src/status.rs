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
    /// A buffer has the wrong length; also a full per-station table.
    pub const INVALID_LENGTH: Self = Self(0xC001_0014);
    /// The data is not well formed or not supported.
    pub const INVALID_DATA: Self = Self(0xC001_0015);
    /// The radio is used by somebody else.
    pub const DOT11_MEDIA_IN_USE: Self = Self(0xC023_2001);
    /// The radio is off.
    pub const DOT11_POWER_STATE_INVALID: Self = Self(0xC023_2002);
    /// The channel may not be used here. The kernel-side twin of the Win32 code
    /// `ERROR_NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED`.
    pub const DOT11_AP_CHANNEL_NOT_ALLOWED: Self = Self(0xC023_2007);

    /// The constant's name in the Windows headers, without its prefix.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::SUCCESS => "SUCCESS",
            Self::FAILURE => "FAILURE",
            Self::INVALID_PARAMETER => "INVALID_PARAMETER",
            Self::RESOURCES => "RESOURCES",
            Self::NOT_SUPPORTED => "NOT_SUPPORTED",
            Self::INVALID_STATE => "INVALID_STATE",
            Self::BAD_VERSION => "BAD_VERSION",
            Self::INVALID_LENGTH => "INVALID_LENGTH",
            Self::INVALID_DATA => "INVALID_DATA",
            Self::DOT11_MEDIA_IN_USE => "DOT11_MEDIA_IN_USE",
            Self::DOT11_POWER_STATE_INVALID => "DOT11_POWER_STATE_INVALID",
            Self::DOT11_AP_CHANNEL_NOT_ALLOWED => "DOT11_AP_CHANNEL_NOT_ALLOWED",
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
    /// The peer began a new association (7 on Windows, told apart here).
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
