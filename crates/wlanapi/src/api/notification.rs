//! `WlanRegisterNotification`, `WlanRegisterVirtualStationNotification`.

use core::ffi::c_void;

use wlan_rpc::Call;

use crate::api::{check_common, code, connection};
use crate::delivery::Callback;
use crate::failure::Failure;
use crate::memory::Out;
use crate::types::{BOOL, HANDLE, WLAN_NOTIFICATION_SOURCE_NONE};

/// See `exports::WlanRegisterNotification`.
pub(crate) fn register(
    handle: HANDLE,
    sources: u32,
    ignore_duplicate: BOOL,
    callback: Callback,
    reserved: *const c_void,
    previous: Out<u32>,
) -> u32 {
    let register = || {
        check_common(handle, reserved)?;
        let callback = match sources {
            WLAN_NOTIFICATION_SOURCE_NONE => None,
            _ if callback.function.is_null() => return Err(Failure::ARGUMENT),
            _ => Some(callback),
        };
        let connection = connection(handle, reserved)?;
        previous.write(connection.register(sources, ignore_duplicate != 0, callback)?);
        Ok(())
    };
    code(register())
}

/// See `exports::WlanRegisterVirtualStationNotification`.
pub(crate) fn register_virtual_station(
    handle: HANDLE,
    register: BOOL,
    reserved: *const c_void,
) -> u32 {
    let call = Call::RegisterVirtualStationNotification(register != 0);
    code(connection(handle, reserved).and_then(|connection| connection.done(call)))
}
