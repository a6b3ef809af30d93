//! Win32 error codes, and the refusal every failed call returns.

use core::fmt;

use cause::Cause;
use serde::{Deserialize, Serialize};

use crate::Reason;

/// A Win32 error code (`winerror.h`). Unknown values are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Win32Error(pub u32);

impl Win32Error {
    /// ERROR_SUCCESS: The operation completed successfully.
    pub const SUCCESS: Self = Self(0);
    /// ERROR_ACCESS_DENIED: Access is denied.
    pub const ACCESS_DENIED: Self = Self(5);
    /// ERROR_INVALID_HANDLE: The handle is invalid.
    pub const INVALID_HANDLE: Self = Self(6);
    /// ERROR_NOT_ENOUGH_MEMORY: Not enough memory resources are available to process this command.
    pub const NOT_ENOUGH_MEMORY: Self = Self(8);
    /// ERROR_OUTOFMEMORY: Not enough memory resources are available to complete this operation.
    pub const OUTOFMEMORY: Self = Self(14);
    /// ERROR_NOT_READY: The device is not ready.
    pub const NOT_READY: Self = Self(21);
    /// ERROR_WRITE_FAULT: The system cannot write to the specified device.
    pub const WRITE_FAULT: Self = Self(29);
    /// ERROR_GEN_FAILURE: A device attached to the system is not functioning.
    pub const GEN_FAILURE: Self = Self(31);
    /// ERROR_NOT_SUPPORTED: The request is not supported.
    pub const NOT_SUPPORTED: Self = Self(50);
    /// ERROR_INVALID_PARAMETER: The parameter is incorrect.
    pub const INVALID_PARAMETER: Self = Self(87);
    /// ERROR_DISK_FULL: There is not enough space on the disk.
    pub const DISK_FULL: Self = Self(112);
    /// ERROR_CALL_NOT_IMPLEMENTED: This function is not supported on this system.
    pub const CALL_NOT_IMPLEMENTED: Self = Self(120);
    /// ERROR_SERVICE_NOT_ACTIVE: The service has not been started.
    pub const SERVICE_NOT_ACTIVE: Self = Self(1062);
    /// ERROR_NOT_FOUND: Element not found.
    pub const NOT_FOUND: Self = Self(1168);
    /// ERROR_BAD_PROFILE: The network connection profile is corrupted.
    pub const BAD_PROFILE: Self = Self(1206);
    /// ERROR_REMOTE_SESSION_LIMIT_EXCEEDED: An attempt was made to establish a session to a network server, but there are already too many sessions established to that server.
    pub const REMOTE_SESSION_LIMIT_EXCEEDED: Self = Self(1220);
    /// ERROR_NO_SYSTEM_RESOURCES: Insufficient system resources exist to complete the requested service.
    pub const NO_SYSTEM_RESOURCES: Self = Self(1450);
    /// ERROR_BAD_CONFIGURATION: The configuration data for this product is corrupt.
    pub const BAD_CONFIGURATION: Self = Self(1610);
    /// ERROR_INVALID_STATE: The group or resource is not in the correct state to perform the requested operation.
    pub const INVALID_STATE: Self = Self(5023);
    /// ERROR_NDIS_INVALID_LENGTH: The length of the data is not valid for the requested operation.
    pub const NDIS_INVALID_LENGTH: Self = Self(0x8034_0014);
    /// ERROR_NDIS_INVALID_DATA: The data used in the request is not valid.
    pub const NDIS_INVALID_DATA: Self = Self(0x8034_0015);
    /// ERROR_NDIS_DOT11_MEDIA_IN_USE: The wireless local area network interface is busy and cannot perform the requested operation.
    pub const NDIS_DOT11_MEDIA_IN_USE: Self = Self(0x8034_2001);
    /// ERROR_NDIS_DOT11_POWER_STATE_INVALID: The wireless local area network interface is powered down and doesn't support the requested operation.
    pub const NDIS_DOT11_POWER_STATE_INVALID: Self = Self(0x8034_2002);
    /// ERROR_NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED: The channel is not allowed for an access point here.
    pub const NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED: Self = Self(0x8034_2007);

    /// The name in `winerror.h`, without the prefix `ERROR_`.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::SUCCESS => "SUCCESS",
            Self::ACCESS_DENIED => "ACCESS_DENIED",
            Self::INVALID_HANDLE => "INVALID_HANDLE",
            Self::NOT_ENOUGH_MEMORY => "NOT_ENOUGH_MEMORY",
            Self::OUTOFMEMORY => "OUTOFMEMORY",
            Self::NOT_READY => "NOT_READY",
            Self::WRITE_FAULT => "WRITE_FAULT",
            Self::GEN_FAILURE => "GEN_FAILURE",
            Self::NOT_SUPPORTED => "NOT_SUPPORTED",
            Self::INVALID_PARAMETER => "INVALID_PARAMETER",
            Self::DISK_FULL => "DISK_FULL",
            Self::CALL_NOT_IMPLEMENTED => "CALL_NOT_IMPLEMENTED",
            Self::SERVICE_NOT_ACTIVE => "SERVICE_NOT_ACTIVE",
            Self::NOT_FOUND => "NOT_FOUND",
            Self::BAD_PROFILE => "BAD_PROFILE",
            Self::REMOTE_SESSION_LIMIT_EXCEEDED => "REMOTE_SESSION_LIMIT_EXCEEDED",
            Self::NO_SYSTEM_RESOURCES => "NO_SYSTEM_RESOURCES",
            Self::BAD_CONFIGURATION => "BAD_CONFIGURATION",
            Self::INVALID_STATE => "INVALID_STATE",
            Self::NDIS_INVALID_LENGTH => "NDIS_INVALID_LENGTH",
            Self::NDIS_INVALID_DATA => "NDIS_INVALID_DATA",
            Self::NDIS_DOT11_MEDIA_IN_USE => "NDIS_DOT11_MEDIA_IN_USE",
            Self::NDIS_DOT11_POWER_STATE_INVALID => "NDIS_DOT11_POWER_STATE_INVALID",
            Self::NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED => "NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED",
            _ => return None,
        })
    }

    /// The text Windows prints for it, in English.
    #[must_use]
    pub const fn message(self) -> Option<&'static str> {
        Some(match self {
            Self::SUCCESS => "The operation completed successfully.",
            Self::ACCESS_DENIED => "Access is denied.",
            Self::INVALID_HANDLE => "The handle is invalid.",
            Self::NOT_ENOUGH_MEMORY => {
                "Not enough memory resources are available to process this command."
            }
            Self::OUTOFMEMORY => {
                "Not enough memory resources are available to complete this operation."
            }
            Self::NOT_READY => "The device is not ready.",
            Self::WRITE_FAULT => "The system cannot write to the specified device.",
            Self::GEN_FAILURE => "A device attached to the system is not functioning.",
            Self::NOT_SUPPORTED => "The request is not supported.",
            Self::INVALID_PARAMETER => "The parameter is incorrect.",
            Self::DISK_FULL => "There is not enough space on the disk.",
            Self::CALL_NOT_IMPLEMENTED => "This function is not supported on this system.",
            Self::SERVICE_NOT_ACTIVE => "The service has not been started.",
            Self::NOT_FOUND => "Element not found.",
            Self::BAD_PROFILE => "The network connection profile is corrupted.",
            Self::REMOTE_SESSION_LIMIT_EXCEEDED => {
                "An attempt was made to establish a session to a network server, but there are already too many sessions established to that server."
            }
            Self::NO_SYSTEM_RESOURCES => {
                "Insufficient system resources exist to complete the requested service."
            }
            Self::BAD_CONFIGURATION => "The configuration data for this product is corrupt.",
            Self::INVALID_STATE => {
                "The group or resource is not in the correct state to perform the requested operation."
            }
            Self::NDIS_INVALID_LENGTH => {
                "The length of the data is not valid for the requested operation."
            }
            Self::NDIS_INVALID_DATA => "The data used in the request is not valid.",
            Self::NDIS_DOT11_MEDIA_IN_USE => {
                "The wireless local area network interface is busy and cannot perform the requested operation."
            }
            Self::NDIS_DOT11_POWER_STATE_INVALID => {
                "The wireless local area network interface is powered down and doesn't support the requested operation."
            }
            Self::NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED => {
                "The channel is not allowed for an access point here."
            }
            _ => return None,
        })
    }
}

/// `ERROR_INVALID_STATE (5023)`, or the bare number of a code without a name here.
impl fmt::Display for Win32Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "ERROR_{name} ({})", self.0),
            None => write!(f, "error {}", self.0),
        }
    }
}

impl fmt::Debug for Win32Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A declined call: the code for programs, the reason for those who know the Hosted Network, the
/// cause for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What the function returns. Never [`Win32Error::SUCCESS`].
    pub code: Win32Error,
    /// What `*pFailReason` becomes. Never [`Reason::Success`].
    pub reason: Reason,
    /// What happened and what to do.
    pub cause: Cause,
}

impl Refusal {
    /// From its parts.
    #[must_use]
    pub fn new(
        code: Win32Error,
        reason: Reason,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code,
            reason,
            cause: Cause::new(text, remedy),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}, reason {}]", self.cause, self.code, self.reason)
    }
}

impl core::error::Error for Refusal {}
