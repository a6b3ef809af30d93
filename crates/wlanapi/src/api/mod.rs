//! The functions, without a calling convention: `exports.rs` gives them one.
//!
//! # In which order a call is judged
//! 1. pointers: a NULL handle, a reserved pointer that is not NULL, a missing result pointer (87);
//! 2. whether the service is there (1062); 3. whether the handle is (6); 4. the values (87), then
//!    rights and state: by the service, or here where only this side can see them.
//!
//! # What is written
//! Results only on success. `*pFailReason` is 0 on success and the reason of a refusal; where a call
//! fails over its pointers alone, it is left as it is.
//!
//! # Safety
//! Each function wants what its Microsoft page wants: every pointer NULL or good for what it is
//! for, during the call. Alignment is not asked for.

pub(crate) mod handle;
pub(crate) mod hosted_network;
pub(crate) mod interface;
pub(crate) mod notification;
pub(crate) mod property;
pub(crate) mod reason_code;
mod reason_texts;

use core::ffi::c_void;
use std::sync::Arc;

use wlan_model::Win32Error;

use crate::connection::{Connection, dial};
use crate::failure::Failure;
use crate::memory::Out;
use crate::path;
use crate::table::table;
use crate::types::{HANDLE, WLAN_HOSTED_NETWORK_REASON};

/// What a function returns for this end of its work; writes the reason.
fn finish(result: Result<(), Failure>, reason: Out<WLAN_HOSTED_NETWORK_REASON>) -> u32 {
    match result {
        Ok(()) => {
            reason.write(0);
            Win32Error::SUCCESS.0
        }
        Err(failure) => {
            if let Some(why) = failure.reason {
                reason.write(why.value());
            }
            failure.code.0
        }
    }
}

/// For functions that tell no reason.
fn code(result: Result<(), Failure>) -> u32 {
    match result {
        Ok(()) => Win32Error::SUCCESS.0,
        Err(failure) => failure.code.0,
    }
}

/// The connection behind a handle.
fn connection(handle: HANDLE, reserved: *const c_void) -> Result<Arc<Connection>, Failure> {
    check_common(handle, reserved)?;
    let known = table().get(handle);
    known.ok_or_else(|| match dial(&path::socket()) {
        Ok(_) => Failure::HANDLE,
        // Windows asks the service for the handle, and says first that it is not there.
        Err(failure) => match failure.code {
            Win32Error::SERVICE_NOT_ACTIVE => Failure::SERVICE,
            _ => Failure::HANDLE,
        },
    })
}

fn check_common(handle: HANDLE, reserved: *const c_void) -> Result<(), Failure> {
    if handle.is_null() || !reserved.is_null() {
        Err(Failure::ARGUMENT)
    } else {
        Ok(())
    }
}

/// For data pointers and lengths that do not go together. They are wrong whatever the service says;
/// the reason tells whether there was one to agree.
fn malformed(handle: HANDLE) -> Failure {
    let known = table().get(handle);
    if known.is_some_and(|connection| connection.is_reachable()) {
        Failure::VALUE
    } else {
        Failure::ARGUMENT
    }
}

/// `refusal`, unless there is no service to say so.
fn refuse(connection: &Connection, refusal: Failure) -> Failure {
    if connection.is_reachable() {
        refusal
    } else {
        Failure::SERVICE
    }
}
