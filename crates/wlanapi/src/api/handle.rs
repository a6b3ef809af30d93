//! `WlanOpenHandle`, `WlanCloseHandle`.

use core::ffi::c_void;
use std::sync::Arc;

use crate::api::{check_common, code};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::memory::Out;
use crate::table::table;
use crate::types::HANDLE;
use crate::{fork, host, path};

/// See `exports::WlanOpenHandle`.
pub(crate) fn open(
    client_version: u32,
    reserved: *const c_void,
    negotiated: Out<u32>,
    handle: Out<HANDLE>,
) -> u32 {
    if negotiated.is_null() || handle.is_null() || !reserved.is_null() {
        return Failure::ARGUMENT.code.0;
    }
    fork::watch();
    let opened = Connection::open(&path::socket(), host::program(), client_version);
    code(opened.map(|(connection, version)| {
        let value = table().insert(Arc::new(connection));
        handle.write(value);
        negotiated.write(version);
    }))
}

/// See `exports::WlanCloseHandle`.
pub(crate) fn close(handle: HANDLE, reserved: *const c_void) -> u32 {
    code(check_common(handle, reserved).and_then(|()| {
        let known = table().remove(handle);
        known
            .map(|connection| connection.close())
            .ok_or(Failure::HANDLE)
    }))
}
