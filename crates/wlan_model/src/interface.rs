//! Station interfaces, as the general functions of `wlanapi.h` show them.

use serde::{Deserialize, Serialize};

use crate::{Guid, RadioState};

/// `WLAN_INTERFACE_STATE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterfaceState {
    /// 0: switched off, or not managed by anybody.
    NotReady,
    /// 1.
    Connected,
    /// 2: the first station of an ad hoc network.
    AdHocNetworkFormed,
    /// 3.
    Disconnecting,
    /// 4.
    Disconnected,
    /// 5.
    Associating,
    /// 6.
    Discovering,
    /// 7.
    Authenticating,
}

impl InterfaceState {
    /// The number in `wlanapi.h`.
    #[must_use]
    pub const fn value(self) -> i32 {
        match self {
            Self::NotReady => 0,
            Self::Connected => 1,
            Self::AdHocNetworkFormed => 2,
            Self::Disconnecting => 3,
            Self::Disconnected => 4,
            Self::Associating => 5,
            Self::Discovering => 6,
            Self::Authenticating => 7,
        }
    }
}

/// What an interface may be set to: the two `DOT11_OPERATION_MODE_*` values `WlanSetInterface` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationMode {
    /// `DOT11_OPERATION_MODE_EXTENSIBLE_STATION` (4).
    ExtensibleStation,
    /// `DOT11_OPERATION_MODE_NETWORK_MONITOR` (0x80000000): nothing else works beside it.
    NetworkMonitor,
}

impl OperationMode {
    /// The number in `windot11.h`.
    #[must_use]
    pub const fn value(self) -> u32 {
        match self {
            Self::ExtensibleStation => 4,
            Self::NetworkMonitor => 0x8000_0000,
        }
    }
}

/// One row of `WLAN_INTERFACE_INFO_LIST`: an enabled station interface. The access point's own
/// device is never among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Its name for programs.
    pub id: Guid,
    /// For people: the driver or hardware and the interface's name; at most 255 UTF-16 units are
    /// shown.
    pub description: String,
    /// Its state.
    pub state: InterfaceState,
}

/// What `WlanQueryInterface` tells of one interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceDetails {
    /// The row it has in the list.
    pub interface: Interface,
    /// The system's name of it: `wlan0`.
    pub ifname: String,
    /// Switched by software (opcode radio_state).
    pub software: RadioState,
    /// Switched by hardware.
    pub hardware: RadioState,
    /// The channel it is on, if any (opcode channel_number).
    pub channel: Option<u8>,
    /// Opcode current_operation_mode.
    pub mode: OperationMode,
    /// Whether its adapter can carry the Hosted Network (opcode hosted_network_capable).
    pub hosted_network_capable: bool,
    /// Whether it can protect management frames (opcode management_frame_protection_capable).
    pub mfp_capable: bool,
}
