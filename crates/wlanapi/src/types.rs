//! Structures and numbers of `wlanapi.h`, `wlantypes.h` and `windot11.h`, under their own names.
//!
//! Enumerations are `i32`: what a caller passes may be none of the values. A `BOOL` is an `i32` of
//! which only zero is FALSE. Layouts are held against the `windows-sys` crate by `tests/layout.rs`.

#![expect(
    non_camel_case_types,
    non_upper_case_globals,
    non_snake_case,
    reason = "the names of the Windows headers"
)]

use core::ffi::c_void;

/// `HANDLE`: opaque.
pub type HANDLE = *mut c_void;
/// `BOOL`: zero is FALSE, everything else TRUE.
pub type BOOL = i32;
/// `DOT11_MAC_ADDRESS`.
pub type DOT11_MAC_ADDRESS = [u8; 6];
/// `DOT11_AUTH_ALGORITHM`.
pub type DOT11_AUTH_ALGORITHM = i32;
/// `DOT11_CIPHER_ALGORITHM`.
pub type DOT11_CIPHER_ALGORITHM = i32;
/// `DOT11_PHY_TYPE`.
pub type DOT11_PHY_TYPE = i32;
/// `DOT11_RADIO_STATE`.
pub type DOT11_RADIO_STATE = i32;
/// `WLAN_HOSTED_NETWORK_STATE`.
pub type WLAN_HOSTED_NETWORK_STATE = i32;
/// `WLAN_HOSTED_NETWORK_REASON`.
pub type WLAN_HOSTED_NETWORK_REASON = i32;
/// `WLAN_HOSTED_NETWORK_PEER_AUTH_STATE`.
pub type WLAN_HOSTED_NETWORK_PEER_AUTH_STATE = i32;
/// `WLAN_HOSTED_NETWORK_OPCODE`.
pub type WLAN_HOSTED_NETWORK_OPCODE = i32;
/// `WLAN_OPCODE_VALUE_TYPE`.
pub type WLAN_OPCODE_VALUE_TYPE = i32;
/// `WLAN_INTERFACE_STATE`.
pub type WLAN_INTERFACE_STATE = i32;
/// `WLAN_INTF_OPCODE`.
pub type WLAN_INTF_OPCODE = i32;

/// RSNA with a pre-shared key: the only one of the Hosted Network.
pub const DOT11_AUTH_ALGO_RSNA_PSK: DOT11_AUTH_ALGORITHM = 7;
/// AES-CCMP: the only one of the Hosted Network.
pub const DOT11_CIPHER_ALGO_CCMP: DOT11_CIPHER_ALGORITHM = 4;

/// Orthogonal frequency division (802.11a).
pub const dot11_phy_type_ofdm: DOT11_PHY_TYPE = 4;
/// Extended rate (802.11g).
pub const dot11_phy_type_erp: DOT11_PHY_TYPE = 6;
/// High throughput (802.11n).
pub const dot11_phy_type_ht: DOT11_PHY_TYPE = 7;

/// Query and set: name and peer limit.
pub const wlan_hosted_network_opcode_connection_settings: WLAN_HOSTED_NETWORK_OPCODE = 0;
/// Query: authentication and cipher.
pub const wlan_hosted_network_opcode_security_settings: WLAN_HOSTED_NETWORK_OPCODE = 1;
/// Query: a profile stations join with.
pub const wlan_hosted_network_opcode_station_profile: WLAN_HOSTED_NETWORK_OPCODE = 2;
/// Query and set: whether the network is allowed.
pub const wlan_hosted_network_opcode_enable: WLAN_HOSTED_NETWORK_OPCODE = 3;

/// Nobody may set it.
pub const wlan_opcode_value_type_query_only: WLAN_OPCODE_VALUE_TYPE = 0;
/// The administrator's policy decided it.
pub const wlan_opcode_value_type_set_by_group_policy: WLAN_OPCODE_VALUE_TYPE = 1;
/// A user decided it.
pub const wlan_opcode_value_type_set_by_user: WLAN_OPCODE_VALUE_TYPE = 2;

/// BOOL: whether the system connects by itself.
pub const wlan_intf_opcode_autoconf_enabled: WLAN_INTF_OPCODE = 1;
/// Query `WLAN_RADIO_STATE`, set `WLAN_PHY_RADIO_STATE`.
pub const wlan_intf_opcode_radio_state: WLAN_INTF_OPCODE = 4;
/// `WLAN_INTERFACE_STATE`.
pub const wlan_intf_opcode_interface_state: WLAN_INTF_OPCODE = 6;
/// ULONG.
pub const wlan_intf_opcode_channel_number: WLAN_INTF_OPCODE = 8;
/// ULONG: `DOT11_OPERATION_MODE_*`.
pub const wlan_intf_opcode_current_operation_mode: WLAN_INTF_OPCODE = 12;
/// BOOL.
pub const wlan_intf_opcode_hosted_network_capable: WLAN_INTF_OPCODE = 15;
/// BOOL.
pub const wlan_intf_opcode_management_frame_protection_capable: WLAN_INTF_OPCODE = 16;

/// No source: unregisters.
pub const WLAN_NOTIFICATION_SOURCE_NONE: u32 = 0;
/// The Hosted Network.
pub const WLAN_NOTIFICATION_SOURCE_HNWK: u32 = 0x80;
/// Every source.
pub const WLAN_NOTIFICATION_SOURCE_ALL: u32 = 0xffff;

/// With a [`WLAN_HOSTED_NETWORK_STATE_CHANGE`].
pub const wlan_hosted_network_state_change: u32 = 0x1000;
/// With a [`WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE`].
pub const wlan_hosted_network_peer_state_change: u32 = 0x1001;
/// With a [`WLAN_HOSTED_NETWORK_RADIO_STATE`].
pub const wlan_hosted_network_radio_state_change: u32 = 0x1002;

/// Longest description of an interface with its NUL, in UTF-16 units.
pub const WLAN_MAX_NAME_LENGTH: usize = 256;
/// Most PHYs of an interface.
pub const WLAN_MAX_PHY_INDEX: usize = 64;

/// `GUID`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct GUID {
    /// The first eight hexadecimal digits of its text, as a number.
    pub data1: u32,
    /// The next four.
    pub data2: u16,
    /// The next four.
    pub data3: u16,
    /// The rest, digit pair by digit pair.
    pub data4: [u8; 8],
}

/// `DOT11_SSID`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DOT11_SSID {
    /// 0 to 32.
    pub uSSIDLength: u32,
    /// Not terminated.
    pub ucSSID: [u8; 32],
}

/// `WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS {
    /// The network's name.
    pub hostedNetworkSSID: DOT11_SSID,
    /// Most peers at a time.
    pub dwMaxNumberOfPeers: u32,
}

/// `WLAN_HOSTED_NETWORK_SECURITY_SETTINGS`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_HOSTED_NETWORK_SECURITY_SETTINGS {
    /// Always [`DOT11_AUTH_ALGO_RSNA_PSK`].
    pub dot11AuthAlgo: DOT11_AUTH_ALGORITHM,
    /// Always [`DOT11_CIPHER_ALGO_CCMP`].
    pub dot11CipherAlgo: DOT11_CIPHER_ALGORITHM,
}

/// `WLAN_HOSTED_NETWORK_PEER_STATE`: 12 bytes, two of them padding after the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_HOSTED_NETWORK_PEER_STATE {
    /// The peer.
    pub PeerMacAddress: DOT11_MAC_ADDRESS,
    /// What C leaves to chance; zero, so that nothing of ours shows.
    pub(crate) padding: [u8; 2],
    /// Whether its handshake is finished.
    pub PeerAuthState: WLAN_HOSTED_NETWORK_PEER_AUTH_STATE,
}

/// `WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE {
    /// Before.
    pub OldState: WLAN_HOSTED_NETWORK_PEER_STATE,
    /// After.
    pub NewState: WLAN_HOSTED_NETWORK_PEER_STATE,
    /// Why.
    pub PeerStateChangeReason: WLAN_HOSTED_NETWORK_REASON,
}

/// `WLAN_HOSTED_NETWORK_STATE_CHANGE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_HOSTED_NETWORK_STATE_CHANGE {
    /// Before.
    pub OldState: WLAN_HOSTED_NETWORK_STATE,
    /// After.
    pub NewState: WLAN_HOSTED_NETWORK_STATE,
    /// Why.
    pub StateChangeReason: WLAN_HOSTED_NETWORK_REASON,
}

/// `WLAN_HOSTED_NETWORK_RADIO_STATE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_HOSTED_NETWORK_RADIO_STATE {
    /// Switched by software.
    pub dot11SoftwareRadioState: DOT11_RADIO_STATE,
    /// Switched by hardware.
    pub dot11HardwareRadioState: DOT11_RADIO_STATE,
}

/// `WLAN_HOSTED_NETWORK_STATUS`; `PeerList` has `dwNumberOfPeers` elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_HOSTED_NETWORK_STATUS {
    /// The state.
    pub HostedNetworkState: WLAN_HOSTED_NETWORK_STATE,
    /// The access point's device; when idle or active.
    pub IPDeviceID: GUID,
    /// The BSSID; when idle or active.
    pub wlanHostedNetworkBSSID: DOT11_MAC_ADDRESS,
    /// What C leaves to chance; zero, so that nothing of ours shows.
    pub(crate) padding: [u8; 2],
    /// When active.
    pub dot11PhyType: DOT11_PHY_TYPE,
    /// The channel's number; when active.
    pub ulChannelFrequency: u32,
    /// When active.
    pub dwNumberOfPeers: u32,
    /// The authenticated peers.
    pub PeerList: [WLAN_HOSTED_NETWORK_PEER_STATE; 1],
}

/// `WLAN_NOTIFICATION_DATA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_NOTIFICATION_DATA {
    /// One `WLAN_NOTIFICATION_SOURCE_*`.
    pub NotificationSource: u32,
    /// A code of that source.
    pub NotificationCode: u32,
    /// The access point's device.
    pub InterfaceGuid: GUID,
    /// Size of what `pData` points to.
    pub dwDataSize: u32,
    /// As in [`WLAN_HOSTED_NETWORK_PEER_STATE`].
    #[cfg(target_pointer_width = "64")]
    pub(crate) padding: u32,
    /// Belongs to the library.
    pub pData: *mut c_void,
}

/// `WLAN_INTERFACE_INFO`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_INTERFACE_INFO {
    /// Its name for programs.
    pub InterfaceGuid: GUID,
    /// For people, UTF-16, terminated.
    pub strInterfaceDescription: [u16; WLAN_MAX_NAME_LENGTH],
    /// Its state.
    pub isState: WLAN_INTERFACE_STATE,
}

/// `WLAN_INTERFACE_INFO_LIST`; `InterfaceInfo` has `dwNumberOfItems` elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_INTERFACE_INFO_LIST {
    /// How many.
    pub dwNumberOfItems: u32,
    /// For the caller's use; 0.
    pub dwIndex: u32,
    /// The interfaces.
    pub InterfaceInfo: [WLAN_INTERFACE_INFO; 1],
}

/// `WLAN_PHY_RADIO_STATE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_PHY_RADIO_STATE {
    /// Which PHY of the interface.
    pub dwPhyIndex: u32,
    /// Switched by software.
    pub dot11SoftwareRadioState: DOT11_RADIO_STATE,
    /// Switched by hardware.
    pub dot11HardwareRadioState: DOT11_RADIO_STATE,
}

/// `WLAN_RADIO_STATE`; `PhyRadioState` has `dwNumberOfPhys` meaningful elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct WLAN_RADIO_STATE {
    /// How many.
    pub dwNumberOfPhys: u32,
    /// The PHYs.
    pub PhyRadioState: [WLAN_PHY_RADIO_STATE; WLAN_MAX_PHY_INDEX],
}
