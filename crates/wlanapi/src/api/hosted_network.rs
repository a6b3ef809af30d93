//! `WlanHostedNetwork*`, but for the properties.

#![expect(unsafe_code, reason = "reads a key from a C program")]

use core::ffi::c_void;

use dot11::KeyBytes;
use wlan_model::{KeyForm, Win32Error};
use wlan_rpc::{Answer, Call};
use zeroize::Zeroizing;

use crate::api::{code, connection, finish, malformed};
use crate::convert;
use crate::failure::Failure;
use crate::memory::{Block, Out};
use crate::types::{
    BOOL, HANDLE, WLAN_HOSTED_NETWORK_PEER_STATE, WLAN_HOSTED_NETWORK_REASON,
    WLAN_HOSTED_NETWORK_STATUS,
};

/// Length of a passphrase with its NUL.
const PASSPHRASE: core::ops::RangeInclusive<u32> = 9..=64;
/// Length of a binary key.
const BINARY: u32 = 32;

/// ERROR_OUTOFMEMORY, as the Hosted Network's queries say it.
const NO_MEMORY: Failure = Failure::without_reason(Win32Error::OUTOFMEMORY);

/// The calls that take nothing and bring nothing.
pub(crate) fn plain(
    call: Call,
    handle: HANDLE,
    reason: Out<WLAN_HOSTED_NETWORK_REASON>,
    reserved: *const c_void,
) -> u32 {
    finish(
        connection(handle, reserved).and_then(|connection| connection.done(call)),
        reason,
    )
}

/// A key as its caller describes it.
#[derive(Clone, Copy)]
pub(crate) struct KeyArguments {
    pub(crate) len: u32,
    pub(crate) data: *const u8,
    pub(crate) is_passphrase: BOOL,
    pub(crate) persistent: BOOL,
}

/// See `exports::WlanHostedNetworkSetSecondaryKey`.
///
/// # Safety
/// `key.data` is NULL or points to `key.len` bytes.
pub(crate) unsafe fn set_secondary_key(
    handle: HANDLE,
    key: KeyArguments,
    reason: Out<WLAN_HOSTED_NETWORK_REASON>,
    reserved: *const c_void,
) -> u32 {
    let set = || {
        crate::api::check_common(handle, reserved)?;
        if (key.len == 0) != key.data.is_null() {
            return Err(malformed(handle));
        }
        let connection = connection(handle, reserved)?;
        if key.len == 0 {
            return connection.done(Call::RemoveSecondaryKey);
        }
        let is_passphrase = key.is_passphrase != 0;
        let legal = if is_passphrase {
            PASSPHRASE.contains(&key.len)
        } else {
            key.len == BINARY
        };
        // Of a length that cannot be, nothing is read: it may be anything. The service, to which an
        // empty key is as wrong, says so in its turn.
        let data = if legal {
            let mut copy = Zeroizing::new([0; 64]);
            let copy = &mut copy[..key.len as usize];
            // SAFETY: the caller vouches for `len` bytes; the copy is ours and has room for them.
            unsafe {
                key.data
                    .copy_to_nonoverlapping(copy.as_mut_ptr(), copy.len())
            };
            KeyBytes::copy_from(copy)
        } else {
            KeyBytes::new(Vec::new())
        };
        connection.done(Call::SetSecondaryKey {
            data,
            is_passphrase,
            persistent: key.persistent != 0,
        })
    };
    finish(set(), reason)
}

/// Where the secondary key goes.
#[derive(Clone, Copy)]
pub(crate) struct KeyResults {
    pub(crate) len: Out<u32>,
    pub(crate) data: Out<*mut u8>,
    pub(crate) is_passphrase: Out<BOOL>,
    pub(crate) persistent: Out<BOOL>,
}

/// See `exports::WlanHostedNetworkQuerySecondaryKey`.
pub(crate) fn query_secondary_key(
    handle: HANDLE,
    key: KeyResults,
    reason: Out<WLAN_HOSTED_NETWORK_REASON>,
    reserved: *const c_void,
) -> u32 {
    let query = || {
        crate::api::check_common(handle, reserved)?;
        if key.len.is_null()
            || key.data.is_null()
            || key.is_passphrase.is_null()
            || key.persistent.is_null()
        {
            return Err(malformed(handle));
        }
        let connection = connection(handle, reserved)?;
        match connection.call(Call::QuerySecondaryKey)? {
            Answer::SecondaryKey { key: None, .. } => {
                key.len.write(0);
                key.data.write(core::ptr::null_mut());
                key.is_passphrase.write(0);
                key.persistent.write(0);
            }
            Answer::SecondaryKey {
                key: Some(found),
                persistent,
            } => {
                let is_passphrase = found.form() == KeyForm::Passphrase;
                let bytes = found.expose();
                let len = bytes.len() + usize::from(is_passphrase);
                // The block is zero where nothing is put: the passphrase's NUL.
                let mut block = Block::zeroed(len).ok_or(NO_MEMORY)?;
                block.put(0, bytes);
                key.len.write(u32::try_from(len).unwrap_or_default());
                key.data.write(block.into_raw());
                key.is_passphrase.write(is_passphrase.into());
                key.persistent.write(persistent.into());
            }
            _ => return Err(connection.unexpected()),
        }
        Ok(())
    };
    finish(query(), reason)
}

/// See `exports::WlanHostedNetworkQueryStatus`.
pub(crate) fn query_status(
    handle: HANDLE,
    status: Out<*mut WLAN_HOSTED_NETWORK_STATUS>,
    reserved: *const c_void,
) -> u32 {
    let query = || {
        if status.is_null() {
            return Err(Failure::ARGUMENT);
        }
        let connection = connection(handle, reserved)?;
        let Answer::Status(found) = connection.call(Call::QueryStatus)? else {
            return Err(connection.unexpected());
        };
        let (fixed, peers) = convert::status(&found);
        let list = core::mem::offset_of!(WLAN_HOSTED_NETWORK_STATUS, PeerList);
        let row = size_of::<WLAN_HOSTED_NETWORK_PEER_STATE>();
        // Never less than the structure as it is declared, with its one element.
        let mut block = Block::zeroed(list + row * peers.len().max(1)).ok_or(NO_MEMORY)?;
        block.write(0, fixed);
        for (i, peer) in peers.into_iter().enumerate() {
            block.write(list + row * i, peer);
        }
        status.write(block.into_raw());
        Ok(())
    };
    code(query())
}
