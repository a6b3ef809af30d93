//! `WlanHostedNetworkQueryProperty`, `WlanHostedNetworkSetProperty`.

#![expect(unsafe_code, reason = "reads structures of C programs")]

use core::ffi::c_void;

use dot11::Ssid;
use wlan_model::{ConnectionSettings, Win32Error};
use wlan_rpc::{Answer, Call};
use zeroize::Zeroizing;

use crate::api::{check_common, code, connection, finish, malformed, refuse};
use crate::connection::Connection;
use crate::convert;
use crate::failure::Failure;
use crate::memory::{Block, Out};
use crate::types::{
    BOOL, DOT11_AUTH_ALGO_RSNA_PSK, DOT11_CIPHER_ALGO_CCMP, HANDLE,
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS, WLAN_HOSTED_NETWORK_OPCODE,
    WLAN_HOSTED_NETWORK_REASON, WLAN_HOSTED_NETWORK_SECURITY_SETTINGS, WLAN_OPCODE_VALUE_TYPE,
    wlan_hosted_network_opcode_connection_settings, wlan_hosted_network_opcode_enable,
    wlan_hosted_network_opcode_security_settings, wlan_hosted_network_opcode_station_profile,
    wlan_opcode_value_type_query_only, wlan_opcode_value_type_set_by_group_policy,
    wlan_opcode_value_type_set_by_user,
};

const NO_MEMORY: Failure = Failure::without_reason(Win32Error::OUTOFMEMORY);

/// Where a property goes; all three are mandatory.
#[derive(Clone, Copy)]
pub(crate) struct PropertyResults {
    pub(crate) size: Out<u32>,
    pub(crate) data: Out<*mut c_void>,
    pub(crate) value_type: Out<WLAN_OPCODE_VALUE_TYPE>,
}

/// A property on its way out.
struct Property {
    size: usize,
    block: Block,
    value_type: WLAN_OPCODE_VALUE_TYPE,
}

impl Property {
    fn of<T: Copy>(value: T, value_type: WLAN_OPCODE_VALUE_TYPE) -> Result<Self, Failure> {
        Ok(Self {
            size: size_of::<T>(),
            block: Block::of(value).ok_or(NO_MEMORY)?,
            value_type,
        })
    }
}

/// See `exports::WlanHostedNetworkQueryProperty`.
pub(crate) fn query(
    handle: HANDLE,
    opcode: WLAN_HOSTED_NETWORK_OPCODE,
    results: PropertyResults,
    reserved: *const c_void,
) -> u32 {
    let query = || {
        if results.size.is_null() || results.data.is_null() || results.value_type.is_null() {
            return Err(Failure::ARGUMENT);
        }
        let connection = connection(handle, reserved)?;
        let property = match opcode {
            self::wlan_hosted_network_opcode_connection_settings => {
                let settings = convert::connection_settings(&settings(&connection)?);
                Property::of(settings, wlan_opcode_value_type_set_by_user)?
            }
            self::wlan_hosted_network_opcode_security_settings => {
                // A constant; but as every query it waits for a network that is being stopped.
                enabled(&connection)?;
                let settings = WLAN_HOSTED_NETWORK_SECURITY_SETTINGS {
                    dot11AuthAlgo: DOT11_AUTH_ALGO_RSNA_PSK,
                    dot11CipherAlgo: DOT11_CIPHER_ALGO_CCMP,
                };
                Property::of(settings, wlan_opcode_value_type_query_only)?
            }
            self::wlan_hosted_network_opcode_station_profile => station_profile(&connection)?,
            self::wlan_hosted_network_opcode_enable => {
                let (enabled, by_policy) = enabled(&connection)?;
                let value_type = if by_policy {
                    wlan_opcode_value_type_set_by_group_policy
                } else {
                    wlan_opcode_value_type_set_by_user
                };
                Property::of(BOOL::from(enabled), value_type)?
            }
            _ => return Err(refuse(&connection, Failure::VALUE)),
        };
        results
            .size
            .write(u32::try_from(property.size).unwrap_or_default());
        results.data.write(property.block.into_raw());
        results.value_type.write(property.value_type);
        Ok(())
    };
    code(query())
}

fn settings(connection: &Connection) -> Result<ConnectionSettings, Failure> {
    match connection.call(Call::QueryConnectionSettings)? {
        Answer::ConnectionSettings(settings) => Ok(settings),
        _ => Err(connection.unexpected()),
    }
}

fn enabled(connection: &Connection) -> Result<(bool, bool), Failure> {
    match connection.call(Call::QueryEnabled)? {
        Answer::Enabled { enabled, by_policy } => Ok((enabled, by_policy)),
        _ => Err(connection.unexpected()),
    }
}

fn station_profile(connection: &Connection) -> Result<Property, Failure> {
    let settings = settings(connection)?;
    let Answer::PrimaryKey(key) = connection.call(Call::QueryPrimaryKey)? else {
        return Err(connection.unexpected());
    };
    let xml = wlan_model::station_profile(&settings.ssid, &key);
    let bytes = Zeroizing::new(convert::wide_bytes(&xml));
    Ok(Property {
        size: bytes.len(),
        block: Block::copy_of(&bytes).ok_or(NO_MEMORY)?,
        value_type: wlan_opcode_value_type_query_only,
    })
}

/// See `exports::WlanHostedNetworkSetProperty`.
///
/// # Safety
/// `data` is NULL or points to `size` bytes.
pub(crate) unsafe fn set(
    handle: HANDLE,
    opcode: WLAN_HOSTED_NETWORK_OPCODE,
    (size, data): (u32, *const c_void),
    reason: Out<WLAN_HOSTED_NETWORK_REASON>,
    reserved: *const c_void,
) -> u32 {
    let set = || {
        check_common(handle, reserved)?;
        if size == 0 || data.is_null() {
            return Err(malformed(handle));
        }
        let connection = connection(handle, reserved)?;
        let wrong = |failure| Err(refuse(&connection, failure));
        let call = match opcode {
            self::wlan_hosted_network_opcode_connection_settings => {
                if size as usize != size_of::<WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS>() {
                    return wrong(Failure::VALUE);
                }
                // SAFETY: the caller vouches for `size` bytes, which is this structure's size.
                let given = unsafe {
                    data.cast::<WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS>()
                        .read_unaligned()
                };
                let Some(settings) = settings_given(&given) else {
                    return wrong(Failure::VALUE);
                };
                Call::SetConnectionSettings(settings)
            }
            self::wlan_hosted_network_opcode_enable => {
                if size as usize != size_of::<BOOL>() {
                    return wrong(Failure::VALUE);
                }
                // SAFETY: as above.
                let enable = unsafe { data.cast::<BOOL>().read_unaligned() };
                Call::SetEnabled(enable != 0)
            }
            self::wlan_hosted_network_opcode_security_settings
            | self::wlan_hosted_network_opcode_station_profile => {
                return wrong(Failure::READ_ONLY);
            }
            _ => return wrong(Failure::VALUE),
        };
        connection.done(call)
    };
    finish(set(), reason)
}

/// The settings, if the name's length can be.
fn settings_given(given: &WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS) -> Option<ConnectionSettings> {
    let ssid = &given.hostedNetworkSSID;
    let name = ssid.ucSSID.get(..usize::try_from(ssid.uSSIDLength).ok()?)?;
    Some(ConnectionSettings {
        ssid: Ssid::new(name).ok()?,
        max_peers: given.dwMaxNumberOfPeers,
    })
}
