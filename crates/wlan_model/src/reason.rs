//! `WLAN_HOSTED_NETWORK_REASON`.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Why a call failed or the network changed: all 29 values of the enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(i32)]
pub enum Reason {
    /// No failure.
    Success = 0,
    /// Unknown failure.
    Unspecified = 1,
    /// Bad parameters, or a client that is not known.
    BadParameters = 2,
    /// The service is going down, or the network is being stopped.
    ServiceShuttingDown = 3,
    /// The service ran out of resources.
    InsufficientResources = 4,
    /// The caller must be privileged.
    ElevationRequired = 5,
    /// An attempt to write read-only data.
    ReadOnly = 6,
    /// Writing the settings to storage failed.
    PersistenceFailed = 7,
    /// A cryptographic operation failed.
    CryptError = 8,
    /// The service could not act as the caller.
    Impersonation = 9,
    /// A stop without a matching start.
    StopBeforeStart = 10,
    /// A radio became usable.
    InterfaceAvailable = 11,
    /// No usable radio, or the network is disallowed.
    InterfaceUnavailable = 12,
    /// The driver stopped the network.
    MiniportStopped = 13,
    /// The driver can carry the network again.
    MiniportStarted = 14,
    /// An incompatible connection began.
    IncompatibleConnectionStarted = 15,
    /// An incompatible connection ended.
    IncompatibleConnectionStopped = 16,
    /// Somebody asked for it.
    UserAction = 17,
    /// A client went away.
    ClientAbort = 18,
    /// The driver could not start the access point.
    ApStartFailed = 19,
    /// A peer joined.
    PeerArrived = 20,
    /// A peer left.
    PeerDeparted = 21,
    /// A peer fell silent.
    PeerTimeout = 22,
    /// Refused by policy.
    GpDenied = 23,
    /// The service is not running.
    ServiceUnavailable = 24,
    /// The radio used by the network changed.
    DeviceChange = 25,
    /// Properties of the network changed.
    PropertiesChange = 26,
    /// A virtual station blocks the operation.
    VirtualStationBlockingUse = 27,
    /// A virtual station offers the same service.
    ServiceAvailableOnVirtualStation = 28,
}

impl Reason {
    /// The number in `wlanapi.h`.
    #[must_use]
    pub const fn value(self) -> i32 {
        self as i32
    }

    /// The enumerator's name without its prefix `wlan_hosted_network_reason_`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Unspecified => "unspecified",
            Self::BadParameters => "bad_parameters",
            Self::ServiceShuttingDown => "service_shutting_down",
            Self::InsufficientResources => "insufficient_resources",
            Self::ElevationRequired => "elevation_required",
            Self::ReadOnly => "read_only",
            Self::PersistenceFailed => "persistence_failed",
            Self::CryptError => "crypt_error",
            Self::Impersonation => "impersonation",
            Self::StopBeforeStart => "stop_before_start",
            Self::InterfaceAvailable => "interface_available",
            Self::InterfaceUnavailable => "interface_unavailable",
            Self::MiniportStopped => "miniport_stopped",
            Self::MiniportStarted => "miniport_started",
            Self::IncompatibleConnectionStarted => "incompatible_connection_started",
            Self::IncompatibleConnectionStopped => "incompatible_connection_stopped",
            Self::UserAction => "user_action",
            Self::ClientAbort => "client_abort",
            Self::ApStartFailed => "ap_start_failed",
            Self::PeerArrived => "peer_arrived",
            Self::PeerDeparted => "peer_departed",
            Self::PeerTimeout => "peer_timeout",
            Self::GpDenied => "gp_denied",
            Self::ServiceUnavailable => "service_unavailable",
            Self::DeviceChange => "device_change",
            Self::PropertiesChange => "properties_change",
            Self::VirtualStationBlockingUse => "virtual_station_blocking_use",
            Self::ServiceAvailableOnVirtualStation => "service_available_on_virtual_station",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_header() {
        assert_eq!(Reason::StopBeforeStart.value(), 10);
        assert_eq!(Reason::PeerArrived.value(), 20);
        assert_eq!(Reason::ServiceAvailableOnVirtualStation.value(), 28);
    }
}
