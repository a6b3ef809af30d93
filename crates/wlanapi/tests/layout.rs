//! Our structures and numbers against those of the `windows-sys` crate.

use std::mem::{align_of, offset_of, size_of};

use windows_sys::Win32::NetworkManagement::WiFi as windows;
use windows_sys::core::GUID as WindowsGuid;
use wlanapi::types as ours;

/// Size, alignment, and each member's place and size.
macro_rules! same {
    ($ours:ty, $theirs:ty, $size:literal { $($field:ident),* $(,)? }) => {{
        assert_eq!(size_of::<$ours>(), $size, stringify!($ours));
        assert_eq!(size_of::<$ours>(), size_of::<$theirs>(), stringify!($ours));
        assert_eq!(align_of::<$ours>(), align_of::<$theirs>(), stringify!($ours));
        $(
            assert_eq!(
                offset_of!($ours, $field),
                offset_of!($theirs, $field),
                concat!(stringify!($ours), ".", stringify!($field))
            );
            assert_eq!(
                member_size(|s: &$ours| size_of_val(&s.$field)),
                member_size(|s: &$theirs| size_of_val(&s.$field)),
                concat!(stringify!($ours), ".", stringify!($field))
            );
        )*
    }};
}

/// What `size` says of a structure of zeros.
#[expect(unsafe_code, reason = "all of these structures may be zero")]
fn member_size<T>(size: impl Fn(&T) -> usize) -> usize {
    // SAFETY: integers, arrays of them, and a pointer that is not followed.
    let zero: T = unsafe { std::mem::zeroed() };
    size(&zero)
}

#[test]
#[cfg(target_pointer_width = "64")]
fn structures_lie_in_memory_as_those_of_windows() {
    same!(ours::GUID, WindowsGuid, 16 { data1, data2, data3, data4 });
    same!(ours::DOT11_SSID, windows::DOT11_SSID, 36 { uSSIDLength, ucSSID });
    same!(
        ours::WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS,
        windows::WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS,
        40 { hostedNetworkSSID, dwMaxNumberOfPeers }
    );
    same!(
        ours::WLAN_HOSTED_NETWORK_SECURITY_SETTINGS,
        windows::WLAN_HOSTED_NETWORK_SECURITY_SETTINGS,
        8 { dot11AuthAlgo, dot11CipherAlgo }
    );
    same!(
        ours::WLAN_HOSTED_NETWORK_PEER_STATE,
        windows::WLAN_HOSTED_NETWORK_PEER_STATE,
        12 { PeerMacAddress, PeerAuthState }
    );
    same!(
        ours::WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE,
        windows::WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE,
        28 { OldState, NewState, PeerStateChangeReason }
    );
    same!(
        ours::WLAN_HOSTED_NETWORK_STATE_CHANGE,
        windows::WLAN_HOSTED_NETWORK_STATE_CHANGE,
        12 { OldState, NewState, StateChangeReason }
    );
    same!(
        ours::WLAN_HOSTED_NETWORK_RADIO_STATE,
        windows::WLAN_HOSTED_NETWORK_RADIO_STATE,
        8 { dot11SoftwareRadioState, dot11HardwareRadioState }
    );
    same!(
        ours::WLAN_HOSTED_NETWORK_STATUS,
        windows::WLAN_HOSTED_NETWORK_STATUS,
        52 {
            HostedNetworkState, IPDeviceID, wlanHostedNetworkBSSID, dot11PhyType,
            ulChannelFrequency, dwNumberOfPeers, PeerList,
        }
    );
    same!(
        ours::WLAN_NOTIFICATION_DATA,
        windows::L2_NOTIFICATION_DATA,
        40 { NotificationSource, NotificationCode, InterfaceGuid, dwDataSize, pData }
    );
    same!(
        ours::WLAN_INTERFACE_INFO,
        windows::WLAN_INTERFACE_INFO,
        532 { InterfaceGuid, strInterfaceDescription, isState }
    );
    same!(
        ours::WLAN_INTERFACE_INFO_LIST,
        windows::WLAN_INTERFACE_INFO_LIST,
        540 { dwNumberOfItems, dwIndex, InterfaceInfo }
    );
    same!(
        ours::WLAN_PHY_RADIO_STATE,
        windows::WLAN_PHY_RADIO_STATE,
        12 { dwPhyIndex, dot11SoftwareRadioState, dot11HardwareRadioState }
    );
    same!(
        ours::WLAN_RADIO_STATE,
        windows::WLAN_RADIO_STATE,
        772 { dwNumberOfPhys, PhyRadioState }
    );
    assert_eq!(
        size_of::<ours::HANDLE>(),
        size_of::<windows_sys::Win32::Foundation::HANDLE>()
    );
    assert_eq!(
        size_of::<ours::BOOL>(),
        size_of::<windows_sys::core::BOOL>()
    );
}

#[test]
fn numbers_are_those_of_windows() {
    macro_rules! equal {
        ($($name:ident),* $(,)?) => {$(
            assert_eq!(i64::from(ours::$name), i64::from(windows::$name), stringify!($name));
        )*};
    }
    equal!(
        DOT11_AUTH_ALGO_RSNA_PSK,
        DOT11_CIPHER_ALGO_CCMP,
        dot11_phy_type_ofdm,
        dot11_phy_type_erp,
        dot11_phy_type_ht,
        wlan_hosted_network_opcode_connection_settings,
        wlan_hosted_network_opcode_security_settings,
        wlan_hosted_network_opcode_station_profile,
        wlan_hosted_network_opcode_enable,
        wlan_opcode_value_type_query_only,
        wlan_opcode_value_type_set_by_group_policy,
        wlan_opcode_value_type_set_by_user,
        wlan_intf_opcode_autoconf_enabled,
        wlan_intf_opcode_radio_state,
        wlan_intf_opcode_interface_state,
        wlan_intf_opcode_channel_number,
        wlan_intf_opcode_current_operation_mode,
        wlan_intf_opcode_hosted_network_capable,
        wlan_intf_opcode_management_frame_protection_capable,
        WLAN_NOTIFICATION_SOURCE_NONE,
        WLAN_NOTIFICATION_SOURCE_HNWK,
        WLAN_NOTIFICATION_SOURCE_ALL,
        wlan_hosted_network_state_change,
        wlan_hosted_network_peer_state_change,
        wlan_hosted_network_radio_state_change,
    );
    assert_eq!(
        ours::WLAN_MAX_NAME_LENGTH,
        windows::WLAN_MAX_NAME_LENGTH as usize
    );
    assert_eq!(
        ours::WLAN_MAX_PHY_INDEX,
        windows::WLAN_MAX_PHY_INDEX as usize
    );
}

/// The reasons of `wlan_model` come to C programs as they are.
#[test]
fn reasons_and_states_are_those_of_windows() {
    use wlan_model::{HostedNetworkState, InterfaceState, OperationMode, Reason};

    assert_eq!(
        Reason::StopBeforeStart.value(),
        windows::wlan_hosted_network_reason_stop_before_start
    );
    assert_eq!(
        Reason::ServiceUnavailable.value(),
        windows::wlan_hosted_network_reason_service_unavailable
    );
    assert_eq!(
        Reason::ServiceAvailableOnVirtualStation.value(),
        windows::wlan_hosted_network_reason_service_available_on_virtual_station
    );
    assert_eq!(
        HostedNetworkState::Active.value(),
        windows::wlan_hosted_network_active
    );
    assert_eq!(
        InterfaceState::Authenticating.value(),
        windows::wlan_interface_state_authenticating
    );
    assert_eq!(
        OperationMode::NetworkMonitor.value(),
        windows::DOT11_OPERATION_MODE_NETWORK_MONITOR
    );
}
