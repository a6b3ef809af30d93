//! `WlanEnumInterfaces`, `WlanQueryInterface`, `WlanSetInterface`.

#![expect(unsafe_code, reason = "reads structures of C programs")]

use core::ffi::c_void;

use wlan_model::{Guid, InterfaceDetails, OperationMode, RadioState, Win32Error};
use wlan_rpc::{Answer, Call};

use crate::api::{check_common, code, connection};
use crate::convert;
use crate::failure::Failure;
use crate::memory::{Block, Out};
use crate::types::{
    BOOL, GUID, HANDLE, WLAN_INTERFACE_INFO, WLAN_INTERFACE_INFO_LIST, WLAN_INTF_OPCODE,
    WLAN_MAX_PHY_INDEX, WLAN_OPCODE_VALUE_TYPE, WLAN_PHY_RADIO_STATE, WLAN_RADIO_STATE,
    wlan_intf_opcode_autoconf_enabled, wlan_intf_opcode_channel_number,
    wlan_intf_opcode_current_operation_mode, wlan_intf_opcode_hosted_network_capable,
    wlan_intf_opcode_interface_state, wlan_intf_opcode_management_frame_protection_capable,
    wlan_intf_opcode_radio_state, wlan_opcode_value_type_query_only,
    wlan_opcode_value_type_set_by_user,
};

/// ERROR_NOT_ENOUGH_MEMORY, as the older functions say it.
const NO_MEMORY: Failure = Failure::without_reason(Win32Error::NOT_ENOUGH_MEMORY);
const NOT_SUPPORTED: Failure = Failure::without_reason(Win32Error::NOT_SUPPORTED);

/// See `exports::WlanEnumInterfaces`.
pub(crate) fn enumerate(
    handle: HANDLE,
    reserved: *const c_void,
    list: Out<*mut WLAN_INTERFACE_INFO_LIST>,
) -> u32 {
    let enumerate = || {
        if list.is_null() {
            return Err(Failure::ARGUMENT);
        }
        let connection = connection(handle, reserved)?;
        let Answer::Interfaces(found) = connection.call(Call::EnumInterfaces)? else {
            return Err(connection.unexpected());
        };
        let rows = core::mem::offset_of!(WLAN_INTERFACE_INFO_LIST, InterfaceInfo);
        let row = size_of::<WLAN_INTERFACE_INFO>();
        let mut block = Block::zeroed(rows + row * found.len().max(1)).ok_or(NO_MEMORY)?;
        block.write(0, u32::try_from(found.len()).unwrap_or_default());
        for (i, interface) in found.iter().enumerate() {
            block.write(rows + row * i, convert::interface(interface));
        }
        list.write(block.into_raw());
        Ok(())
    };
    code(enumerate())
}

/// Where a value goes; the type is optional here.
#[derive(Clone, Copy)]
pub(crate) struct ValueResults {
    pub(crate) size: Out<u32>,
    pub(crate) data: Out<*mut c_void>,
    pub(crate) value_type: Out<WLAN_OPCODE_VALUE_TYPE>,
}

/// See `exports::WlanQueryInterface`.
///
/// # Safety
/// `interface` is NULL or points to a GUID.
pub(crate) unsafe fn query(
    handle: HANDLE,
    interface: *const GUID,
    opcode: WLAN_INTF_OPCODE,
    reserved: *const c_void,
    results: ValueResults,
) -> u32 {
    let query = || {
        check_common(handle, reserved)?;
        if results.size.is_null() || results.data.is_null() {
            return Err(Failure::ARGUMENT);
        }
        // SAFETY: by this function's contract.
        let interface = unsafe { read_guid(interface) }?;
        let connection = connection(handle, reserved)?;
        let Answer::Interface(found) = connection.call(Call::QueryInterface(interface))? else {
            return Err(connection.unexpected());
        };
        let (size, block, value_type) = value(opcode, &found)?;
        results.size.write(u32::try_from(size).unwrap_or_default());
        results.data.write(block.into_raw());
        results.value_type.write(value_type);
        Ok(())
    };
    code(query())
}

fn value(
    opcode: WLAN_INTF_OPCODE,
    found: &InterfaceDetails,
) -> Result<(usize, Block, WLAN_OPCODE_VALUE_TYPE), Failure> {
    fn of<T: Copy>(
        value: T,
        value_type: WLAN_OPCODE_VALUE_TYPE,
    ) -> Result<(usize, Block, WLAN_OPCODE_VALUE_TYPE), Failure> {
        Ok((
            size_of::<T>(),
            Block::of(value).ok_or(NO_MEMORY)?,
            value_type,
        ))
    }
    let read_only = wlan_opcode_value_type_query_only;
    let settable = wlan_opcode_value_type_set_by_user;
    match opcode {
        // Who connects the station adapter is not our business; somebody may.
        self::wlan_intf_opcode_autoconf_enabled => of(BOOL::from(true), settable),
        self::wlan_intf_opcode_radio_state => of(radio_state(found), settable),
        self::wlan_intf_opcode_interface_state => of(found.interface.state.value(), read_only),
        self::wlan_intf_opcode_channel_number => match found.channel {
            Some(channel) => of(u32::from(channel), read_only),
            // On no channel: as Windows answers for a connection there is not.
            None => Err(Failure::without_reason(Win32Error::INVALID_STATE)),
        },
        self::wlan_intf_opcode_current_operation_mode => of(found.mode.value(), settable),
        self::wlan_intf_opcode_hosted_network_capable => {
            of(BOOL::from(found.hosted_network_capable), read_only)
        }
        self::wlan_intf_opcode_management_frame_protection_capable => {
            of(BOOL::from(found.mfp_capable), read_only)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

/// An interface is one PHY to us.
fn radio_state(found: &InterfaceDetails) -> WLAN_RADIO_STATE {
    let mut phys = [WLAN_PHY_RADIO_STATE::default(); WLAN_MAX_PHY_INDEX];
    phys[0] = WLAN_PHY_RADIO_STATE {
        dwPhyIndex: 0,
        dot11SoftwareRadioState: convert::radio_state(found.software),
        dot11HardwareRadioState: convert::radio_state(found.hardware),
    };
    WLAN_RADIO_STATE {
        dwNumberOfPhys: 1,
        PhyRadioState: phys,
    }
}

/// See `exports::WlanSetInterface`.
///
/// # Safety
/// `interface` is NULL or points to a GUID; `data` is NULL or points to `size` bytes.
pub(crate) unsafe fn set(
    handle: HANDLE,
    interface: *const GUID,
    opcode: WLAN_INTF_OPCODE,
    (size, data): (u32, *const c_void),
    reserved: *const c_void,
) -> u32 {
    let set = || {
        check_common(handle, reserved)?;
        if size == 0 || data.is_null() {
            return Err(Failure::ARGUMENT);
        }
        // SAFETY: by this function's contract.
        let interface = unsafe { read_guid(interface) }?;
        let connection = connection(handle, reserved)?;
        let wrong = || Err(crate::api::refuse(&connection, Failure::VALUE));
        let call = match opcode {
            self::wlan_intf_opcode_radio_state => {
                if size as usize != size_of::<WLAN_PHY_RADIO_STATE>() {
                    return wrong();
                }
                // SAFETY: the caller vouches for `size` bytes, which is this structure's size.
                let given = unsafe { data.cast::<WLAN_PHY_RADIO_STATE>().read_unaligned() };
                let software = match given.dot11SoftwareRadioState {
                    0 => RadioState::Unknown,
                    1 => RadioState::On,
                    2 => RadioState::Off,
                    _ => return wrong(),
                };
                Call::SetRadioState {
                    interface,
                    phy: given.dwPhyIndex,
                    software,
                }
            }
            self::wlan_intf_opcode_current_operation_mode => {
                if size as usize != size_of::<u32>() {
                    return wrong();
                }
                // SAFETY: as above.
                let given = unsafe { data.cast::<u32>().read_unaligned() };
                let modes = [
                    OperationMode::ExtensibleStation,
                    OperationMode::NetworkMonitor,
                ];
                match modes.into_iter().find(|mode| mode.value() == given) {
                    Some(mode) => Call::SetOperationMode { interface, mode },
                    None => return wrong(),
                }
            }
            _ => return Err(crate::api::refuse(&connection, NOT_SUPPORTED)),
        };
        connection.done(call)
    };
    code(set())
}

/// # Safety
/// `guid` is NULL or points to a GUID.
unsafe fn read_guid(guid: *const GUID) -> Result<Guid, Failure> {
    if guid.is_null() {
        return Err(Failure::ARGUMENT);
    }
    // SAFETY: not NULL, and good by this function's contract.
    Ok(convert::from_guid(unsafe { guid.read_unaligned() }))
}
