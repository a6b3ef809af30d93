//! `WlanEnumInterfaces`, `WlanQueryInterface`, `WlanSetInterface` on the simulated radio.

#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![expect(unsafe_code, reason = "the library's functions are those of C")]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use wlanapi::exports::*;
use wlanapi::types::*;

mod harness;
use harness::*;

fn interfaces(handle: HANDLE) -> Vec<WLAN_INTERFACE_INFO> {
    let mut list: *mut WLAN_INTERFACE_INFO_LIST = null_mut();
    // SAFETY: the pointer is good.
    let rc = unsafe { WlanEnumInterfaces(handle, null(), &raw mut list) };
    assert_eq!(rc, SUCCESS);
    // SAFETY: a list on success, with as many elements as it says, ours to free.
    unsafe {
        assert_eq!((*list).dwIndex, 0);
        let first = (&raw const (*list).InterfaceInfo).cast();
        let rows = std::slice::from_raw_parts(first, (*list).dwNumberOfItems as usize).to_vec();
        WlanFreeMemory(list.cast());
        rows
    }
}

/// QueryInterface: bytes and value type.
fn query(handle: HANDLE, guid: &GUID, opcode: i32) -> Result<(Vec<u8>, i32), u32> {
    let (mut size, mut data, mut kind) = (77, null_mut(), 77);
    // SAFETY: all pointers are good.
    let rc = unsafe {
        WlanQueryInterface(
            handle,
            guid,
            opcode,
            null(),
            &raw mut size,
            &raw mut data,
            &raw mut kind,
        )
    };
    if rc != SUCCESS {
        assert_eq!((size, data, kind), (77, null_mut(), 77));
        return Err(rc);
    }
    // SAFETY: a buffer of that size, ours to free.
    let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), size as usize).to_vec() };
    // SAFETY: as above.
    unsafe { WlanFreeMemory(data) };
    Ok((bytes, kind))
}

fn set<T>(handle: HANDLE, guid: &GUID, opcode: i32, value: &T) -> u32 {
    let size = u32::try_from(size_of::<T>()).unwrap();
    // SAFETY: the value has its size.
    unsafe {
        WlanSetInterface(
            handle,
            guid,
            opcode,
            size,
            std::ptr::from_ref(value).cast(),
            null(),
        )
    }
}

fn number(bytes: &[u8], at: usize) -> i32 {
    i32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[test]
fn the_station_interface_is_listed_and_tells_what_it_can() {
    let _world = World::new();
    let handle = open();
    let rows = interfaces(handle);
    assert_eq!(rows.len(), 1);
    let guid = rows[0].InterfaceGuid;
    let end = rows[0]
        .strInterfaceDescription
        .iter()
        .position(|u| *u == 0)
        .unwrap();
    assert!(end > 0, "it has a description");

    let (radio, kind) = query(handle, &guid, wlan_intf_opcode_radio_state).unwrap();
    assert_eq!((radio.len(), kind), (772, 2));
    assert_eq!(number(&radio, 0), 1, "one PHY");
    assert_eq!((number(&radio, 8), number(&radio, 12)), (1, 1), "on and on");
    let (state, kind) = query(handle, &guid, wlan_intf_opcode_interface_state).unwrap();
    assert_eq!((number(&state, 0), kind), (rows[0].isState, 0));
    let (mode, _) = query(handle, &guid, wlan_intf_opcode_current_operation_mode).unwrap();
    assert_eq!(number(&mode, 0), 4);
    for opcode in [
        wlan_intf_opcode_autoconf_enabled,
        wlan_intf_opcode_hosted_network_capable,
        wlan_intf_opcode_management_frame_protection_capable,
    ] {
        let (flag, _) = query(handle, &guid, opcode).unwrap();
        assert_eq!(flag.len(), 4);
        assert!(matches!(number(&flag, 0), 0 | 1));
    }
    let (capable, _) = query(handle, &guid, wlan_intf_opcode_hosted_network_capable).unwrap();
    assert_eq!(number(&capable, 0), 1);
    assert!(matches!(
        query(handle, &guid, wlan_intf_opcode_channel_number),
        Ok(_) | Err(5023)
    ));
    assert_eq!(query(handle, &guid, 7), Err(50), "current_connection");
    assert_eq!(query(handle, &GUID::default(), 15), Err(1168));
    close(handle);
}

#[test]
fn a_radio_that_is_switched_off_stops_the_network() {
    let _world = World::new();
    let handle = open();
    let guid = interfaces(handle)[0].InterfaceGuid;
    assert_eq!(plain(WlanHostedNetworkStartUsing, handle), (SUCCESS, 0));
    let mut phy = WLAN_PHY_RADIO_STATE {
        dwPhyIndex: 0,
        dot11SoftwareRadioState: 2,
        dot11HardwareRadioState: 77,
    };

    assert_eq!(
        set(handle, &guid, wlan_intf_opcode_radio_state, &phy),
        SUCCESS
    );
    while state(handle) != Ok(0) {
        std::thread::yield_now();
    }
    let (radio, _) = query(handle, &guid, wlan_intf_opcode_radio_state).unwrap();
    assert_eq!(
        (number(&radio, 8), number(&radio, 12)),
        (2, 1),
        "software off"
    );
    phy.dot11SoftwareRadioState = 1;
    assert_eq!(
        set(handle, &guid, wlan_intf_opcode_radio_state, &phy),
        SUCCESS
    );
    while state(handle) != Ok(1) {
        std::thread::yield_now();
    }
    close(handle);
}

#[test]
fn what_cannot_be_set_is_refused() {
    let mut world = World::new();
    let handle = open();
    let guid = interfaces(handle)[0].InterfaceGuid;
    let radio = wlan_intf_opcode_radio_state;
    let phy = |index, software| WLAN_PHY_RADIO_STATE {
        dwPhyIndex: index,
        dot11SoftwareRadioState: software,
        dot11HardwareRadioState: 0,
    };

    assert_eq!(set(handle, &guid, radio, &phy(0, 3)), 87);
    assert_eq!(set(handle, &guid, radio, &phy(0, 0)), 87);
    assert_eq!(set(handle, &guid, radio, &phy(1, 1)), 87);
    assert_eq!(set(handle, &guid, radio, &0_u32), 87, "too small");
    assert_eq!(set(handle, &GUID::default(), radio, &phy(0, 1)), 1168);
    let mode = wlan_intf_opcode_current_operation_mode;
    assert_eq!(
        set(handle, &guid, mode, &1_u32),
        87,
        "neither station nor monitor"
    );
    assert_eq!(
        set(handle, &guid, wlan_intf_opcode_hosted_network_capable, &1),
        50
    );
    // SAFETY: NULLs are refused before anything is read.
    unsafe {
        assert_eq!(
            WlanSetInterface(handle, &raw const guid, radio, 0, BAD, null()),
            87
        );
        assert_eq!(
            WlanSetInterface(handle, &raw const guid, radio, 12, null(), null()),
            87
        );
        assert_eq!(WlanSetInterface(handle, null(), radio, 12, BAD, null()), 87);
        assert_eq!(
            WlanSetInterface(null_mut(), &raw const guid, radio, 12, BAD, null()),
            87
        );
        assert_eq!(
            WlanSetInterface(handle, &raw const guid, radio, 12, BAD, BAD),
            87
        );
        assert_eq!(WlanEnumInterfaces(handle, null(), null_mut()), 87);
        let mut data: *mut c_void = null_mut();
        let rc = WlanQueryInterface(
            handle,
            &raw const guid,
            15,
            null(),
            null_mut(),
            &raw mut data,
            null_mut(),
        );
        assert_eq!(rc, 87);
    }
    world.stop();
    assert_eq!(set(handle, &guid, radio, &phy(0, 3)), SERVICE_NOT_ACTIVE);
    close(handle);
}

#[test]
fn the_value_type_is_optional_here() {
    let _world = World::new();
    let handle = open();
    let guid = interfaces(handle)[0].InterfaceGuid;
    let (mut size, mut data) = (0, null_mut());
    // SAFETY: all pointers but the last are good.
    unsafe {
        let rc = WlanQueryInterface(
            handle,
            &raw const guid,
            wlan_intf_opcode_hosted_network_capable,
            null(),
            &raw mut size,
            &raw mut data,
            null_mut(),
        );
        assert_eq!((rc, size), (SUCCESS, 4));
        WlanFreeMemory(data);
    }
    close(handle);
}

#[test]
fn virtual_stations_may_be_listened_to_and_never_speak() {
    let _world = World::new();
    let handle = open();
    // SAFETY: there are no pointers but the handle.
    unsafe {
        assert_eq!(
            WlanRegisterVirtualStationNotification(handle, 1, null()),
            SUCCESS
        );
        assert_eq!(
            WlanRegisterVirtualStationNotification(handle, 0, null()),
            SUCCESS
        );
        assert_eq!(WlanRegisterVirtualStationNotification(handle, 1, BAD), 87);
        assert_eq!(
            WlanRegisterVirtualStationNotification(GARBAGE, 1, null()),
            6
        );
    }
    close(handle);
}
