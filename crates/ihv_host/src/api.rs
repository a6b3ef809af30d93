//! The 22 functions of `DOT11EXT_APIS` and the 4 for virtual stations.
//!
//! Each takes its arguments apart in the order handle, pointers, phase, copies what they point to,
//! and leaves the decision to the life cycle. They may be called by any thread of the extension.

use core::ffi::c_void;
use core::ptr::null_mut;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dot11::{KeyBytes, MacAddr};
use ihv::seam::{Call, Completion, EtherTypeHandling, Exemption, Fragments, Reply, UserData};
use wlan_model::Win32Error;

use crate::abi::*;
use crate::lifecycle::MORE_DATA;
use crate::marshal::{bytes, default_key, key_mapping_array, narrow, ui_request};
use crate::shared::{SHARED, Shared};

type Done = Result<(), Win32Error>;

const BAD: Win32Error = Win32Error::INVALID_PARAMETER;
/// Most entries of each list of `SetEtherTypeHandling`.
const MAX_ETHERTYPES: u32 = 64;
/// Most bytes of any other argument.
const MAX_BYTES: u32 = 64 * 1024;

pub(crate) static APIS: DOT11EXT_APIS = DOT11EXT_APIS {
    Dot11ExtAllocateBuffer: Some(allocate_buffer),
    Dot11ExtFreeBuffer: Some(free_buffer),
    Dot11ExtSetProfileCustomUserData: Some(set_profile_custom_user_data),
    Dot11ExtGetProfileCustomUserData: Some(get_profile_custom_user_data),
    Dot11ExtSetCurrentProfile: Some(set_current_profile),
    Dot11ExtSendUIRequest: Some(send_ui_request),
    Dot11ExtPreAssociateCompletion: Some(pre_associate_completion),
    Dot11ExtPostAssociateCompletion: Some(post_associate_completion),
    Dot11ExtSendNotification: Some(send_notification),
    Dot11ExtSendPacket: Some(send_packet),
    Dot11ExtSetEtherTypeHandling: Some(set_ethertype_handling),
    Dot11ExtSetAuthAlgorithm: Some(set_auth_algorithm),
    Dot11ExtSetUnicastCipherAlgorithm: Some(set_unicast_cipher_algorithm),
    Dot11ExtSetMulticastCipherAlgorithm: Some(set_multicast_cipher_algorithm),
    Dot11ExtSetDefaultKey: Some(set_default_key),
    Dot11ExtSetKeyMappingKey: Some(set_key_mapping_key),
    Dot11ExtSetDefaultKeyId: Some(set_default_key_id),
    Dot11ExtNicSpecificExtension: Some(nic_specific_extension),
    Dot11ExtSetExcludeUnencrypted: Some(set_exclude_unencrypted),
    Dot11ExtStartOneX: Some(start_one_x),
    Dot11ExtStopOneX: Some(stop_one_x),
    Dot11ExtProcessSecurityPacket: Some(process_security_packet),
};

pub(crate) static VIRTUAL_STATION_APIS: DOT11EXT_VIRTUAL_STATION_APIS =
    DOT11EXT_VIRTUAL_STATION_APIS {
        Dot11ExtRequestVirtualStation: Some(request_virtual_station),
        Dot11ExtReleaseVirtualStation: Some(request_virtual_station),
        Dot11ExtQueryVirtualStationProperties: Some(query_virtual_station_properties),
        Dot11ExtSetVirtualStationAPProperties: Some(set_virtual_station_ap_properties),
    };

/// No panic gets into foreign code.
fn guard(body: impl FnOnce(&'static Shared) -> Done) -> u32 {
    let Some(shared) = SHARED.get() else {
        return Win32Error::INVALID_STATE.0;
    };
    match catch_unwind(AssertUnwindSafe(|| body(shared))) {
        Ok(Ok(())) => 0,
        Ok(Err(code)) => code.0,
        Err(_) => Win32Error::GEN_FAILURE.0,
    }
}

/// A call that is one message and its answer.
fn ask(h: HANDLE, call: impl FnOnce() -> Result<Call, Win32Error>) -> u32 {
    guard(|shared| {
        shared.with(|life| life.adapter(h as usize))?;
        let call = call()?;
        shared.ask(|life| life.call(h as usize, call)).map(drop)
    })
}

fn present<T>(pointer: *const T) -> Done {
    if pointer.is_null() { Err(BAD) } else { Ok(()) }
}

/// What is read from an extension: NULL only together with 0.
fn readable<T>(pointer: *const T, count: u32, most: u32) -> Done {
    if count > most || (pointer.is_null() && count > 0) {
        Err(BAD)
    } else {
        Ok(())
    }
}

/// Functions in the calling convention of the tables.
macro_rules! api {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block)*) => {$(
        $(#[$doc])*
        #[cfg(not(wine))]
        #[expect(unsafe_code, reason = "called by foreign code through the table")]
        unsafe extern "C" fn $name($($arg: $ty),*) $(-> $ret)? $body

        $(#[$doc])*
        #[cfg(wine)]
        #[expect(unsafe_code, reason = "called by foreign code through the table")]
        unsafe extern "win64" fn $name($($arg: $ty),*) $(-> $ret)? $body
    )*};
}

api! {
    fn allocate_buffer(count: u32, out: *mut *mut c_void) -> u32 {
        guard(|shared| {
            present(out)?;
            let memory = shared.buffers.allocate(count as usize);
            // SAFETY: not NULL, so the caller's variable.
            unsafe { out.write(memory) };
            if memory.is_null() {
                Err(Win32Error::OUTOFMEMORY)
            } else {
                Ok(())
            }
        })
    }

    fn free_buffer(memory: *mut c_void) {
        guard(|shared| {
            if !memory.is_null() && !shared.buffers.free(memory) {
                shared.fatal(
                    "the extension freed a buffer that is not allocated: its memory cannot be trusted any more",
                );
            }
            Ok(())
        });
    }

    fn set_profile_custom_user_data(h: HANDLE, hc: HANDLE, session: u32, count: u32, data: *const c_void) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            readable(data, count, MAX_BYTES)?;
            // SAFETY: the caller says that `count` bytes are there.
            let data = KeyBytes::new(unsafe { bytes(data, count as usize) });
            shared.with(|life| {
                life.set_user_data(h as usize, hc as usize, Shared::inside(), UserData { session, data })
            })
        })
    }

    fn get_profile_custom_user_data(h: HANDLE, hc: HANDLE, session: u32, count: *mut u32, out: *mut *mut c_void) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(count)?;
            present(out)?;
            let data = shared.with(|life| {
                life.user_data(h as usize, hc as usize, Shared::inside(), session)
            })?;
            let memory = if data.is_empty() {
                null_mut()
            } else {
                let memory = shared.buffers.allocate(data.len());
                if memory.is_null() {
                    return Err(Win32Error::OUTOFMEMORY);
                }
                memory
            };
            // SAFETY: the outputs are the caller's, the memory is new and long enough.
            unsafe {
                if !memory.is_null() {
                    core::ptr::copy_nonoverlapping(data.expose().as_ptr(), memory.cast(), data.len());
                }
                count.write(data.len() as u32);
                out.write(memory);
            }
            Ok(())
        })
    }

    fn set_current_profile(
        h: HANDLE,
        hc: HANDLE,
        connectivity: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE,
        security: *const DOT11EXT_IHV_SECURITY_PROFILE,
    ) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            let mut fragments = Fragments::default();
            // SAFETY: NULL or the caller's structures with texts that end in zero.
            unsafe {
                if !connectivity.is_null() {
                    let text = (*connectivity).pszXmlFragmentIhvConnectivity;
                    fragments.connectivity = narrow(text, usize::MAX);
                }
                if !security.is_null() {
                    fragments.security = narrow((*security).pszXmlFragmentIhvSecurity, usize::MAX);
                    fragments.use_onex = (*security).bUseMSOnex != 0;
                }
            }
            shared
                .ask(|life| {
                    life.set_current_profile(h as usize, hc as usize, Shared::inside(), fragments)
                })
                .map(drop)
        })
    }

    fn send_ui_request(h: HANDLE, request: *const DOT11EXT_IHV_UI_REQUEST) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(request)?;
            // SAFETY: the caller's structure; its data are not read.
            let request = ui_request(unsafe { &*request });
            shared.with(|life| life.send_ui_request(h as usize, request))
        })
    }

    fn pre_associate_completion(h: HANDLE, hc: HANDLE, reason: u32, win32: u32) -> u32 {
        guard(|shared| {
            let end = Completion { win32: Win32Error(win32), reason };
            shared.with(|life| {
                life.pre_associate_completion(h as usize, hc as usize, Shared::inside(), end)
            })
        })
    }

    fn post_associate_completion(h: HANDLE, hs: HANDLE, peer: *const DOT11_MAC_ADDRESS, reason: u32, win32: u32) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(peer)?;
            // SAFETY: six bytes of the caller's.
            let peer = MacAddr(unsafe { peer.read() });
            let end = Completion { win32: Win32Error(win32), reason };
            shared.with(|life| {
                life.post_associate_completion(h as usize, hs as usize, Shared::inside(), peer, end)
            })
        })
    }

    fn send_notification(h: HANDLE, notification: *const L2_NOTIFICATION_DATA) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(notification)?;
            // SAFETY: the caller's structure.
            let n = unsafe { notification.read_unaligned() };
            readable(n.pData, n.dwDataSize, MAX_BYTES)?;
            if n.NotificationSource != L2_NOTIFICATION_SOURCE_WLAN_IHV {
                return Err(BAD);
            }
            // SAFETY: as many bytes as the structure says.
            let data = unsafe { bytes(n.pData, n.dwDataSize as usize) };
            shared.with(|life| life.send_notification(h as usize, n.NotificationCode, data))
        })
    }

    fn send_packet(h: HANDLE, count: u32, packet: *const c_void, label: HANDLE) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(packet)?;
            if count > MAX_BYTES {
                return Err(BAD);
            }
            // SAFETY: the caller's packet of that many bytes.
            let data = unsafe { bytes(packet, count as usize) };
            shared.with(|life| life.send_packet(h as usize, data, label as usize))
        })
    }

    fn set_ethertype_handling(
        h: HANDLE,
        max_backlog: u32,
        exemption_count: u32,
        exemptions: *const DOT11_PRIVACY_EXEMPTION,
        registration_count: u32,
        registrations: *const u16,
    ) -> u32 {
        ask(h, || {
            readable(exemptions, exemption_count, MAX_ETHERTYPES)?;
            readable(registrations, registration_count, MAX_ETHERTYPES)?;
            // SAFETY: as many entries as the caller says; they may lie anywhere.
            let exemption = |i: u32| unsafe { exemptions.add(i as usize).read_unaligned() };
            // SAFETY: the same.
            let registration = |i: u32| unsafe { registrations.add(i as usize).read_unaligned() };
            Ok(Call::SetEtherTypeHandling(EtherTypeHandling {
                max_backlog,
                exemptions: (0..exemption_count)
                    .map(exemption)
                    .map(|e| Exemption {
                        ether_type: u16::from_be(e.usEtherType),
                        action: e.usExemptionActionType,
                        packet_type: e.usExemptionPacketType,
                    })
                    .collect(),
                registrations: (0..registration_count).map(registration).map(u16::from_be).collect(),
            }))
        })
    }

    fn set_auth_algorithm(h: HANDLE, algorithm: u32) -> u32 {
        ask(h, || Ok(Call::SetAuthAlgorithm(algorithm)))
    }

    fn set_unicast_cipher_algorithm(h: HANDLE, algorithm: u32) -> u32 {
        ask(h, || Ok(Call::SetUnicastCipherAlgorithm(algorithm)))
    }

    fn set_multicast_cipher_algorithm(h: HANDLE, algorithm: u32) -> u32 {
        ask(h, || Ok(Call::SetMulticastCipherAlgorithm(algorithm)))
    }

    fn set_default_key(h: HANDLE, key: *const DOT11_CIPHER_DEFAULT_KEY_VALUE, direction: DOT11_DIRECTION) -> u32 {
        ask(h, || {
            present(key)?;
            if direction != DOT11_DIR_INBOUND && direction != DOT11_DIR_BOTH {
                return Err(BAD);
            }
            // SAFETY: the caller's structure with its key behind it.
            let key = unsafe { default_key(key) };
            Ok(Call::SetDefaultKey { key, direction })
        })
    }

    fn set_key_mapping_key(h: HANDLE, key: *const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE) -> u32 {
        ask(h, || {
            present(key)?;
            // SAFETY: the caller's structure with its key behind it.
            Ok(Call::SetKeyMappingKey(unsafe { key_mapping_array(key) }))
        })
    }

    fn set_default_key_id(h: HANDLE, id: u32) -> u32 {
        ask(h, || Ok(Call::SetDefaultKeyId(id)))
    }

    fn nic_specific_extension(h: HANDLE, count: u32, input: *const c_void, out_count: *mut u32, out: *mut c_void) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(out_count)?;
            readable(input, count, MAX_BYTES)?;
            // SAFETY: the caller's variable.
            let room = unsafe { out_count.read() };
            if out.is_null() && room > 0 {
                return Err(BAD);
            }
            let call = Call::NicSpecificExtension {
                // SAFETY: as many bytes as the caller says.
                input: unsafe { bytes(input, count as usize) },
                room,
            };
            let Reply::Bytes(answer) = shared.ask(|life| life.call(h as usize, call))? else {
                // SAFETY: the caller's variable.
                unsafe { out_count.write(0) };
                return Ok(());
            };
            // SAFETY: the caller's variable, and no more bytes than there is room for.
            unsafe {
                out_count.write(answer.len() as u32);
                if answer.len() > room as usize {
                    return Err(MORE_DATA);
                }
                if !answer.is_empty() {
                    core::ptr::copy_nonoverlapping(answer.as_ptr(), out.cast(), answer.len());
                }
            }
            Ok(())
        })
    }

    fn set_exclude_unencrypted(h: HANDLE, exclude: BOOL) -> u32 {
        ask(h, || Ok(Call::SetExcludeUnencrypted(exclude != 0)))
    }

    fn start_one_x(h: HANDLE, _attributes: *const c_void) -> u32 {
        guard(|shared| Err(shared.with(|life| life.one_x(h as usize))))
    }

    fn stop_one_x(h: HANDLE) -> u32 {
        guard(|shared| Err(shared.with(|life| life.one_x(h as usize))))
    }

    fn process_security_packet(h: HANDLE, _count: u32, packet: *const c_void) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(packet)?;
            Err(shared.with(|life| life.one_x(h as usize)))
        })
    }

    /// Also for the release of one: there is none to release.
    fn request_virtual_station(h: HANDLE, reserved: *const c_void) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            if !reserved.is_null() {
                return Err(BAD);
            }
            Err(Win32Error::NOT_SUPPORTED)
        })
    }

    fn query_virtual_station_properties(h: HANDLE, is_virtual: *mut BOOL, primary: *mut GUID, reserved: *const c_void) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(is_virtual)?;
            present(primary)?;
            if !reserved.is_null() {
                return Err(BAD);
            }
            // SAFETY: the caller's variables.
            unsafe {
                is_virtual.write(0);
                primary.write(GUID::default());
            }
            Ok(())
        })
    }

    fn set_virtual_station_ap_properties(
        h: HANDLE,
        _hc: HANDLE,
        _count: u32,
        properties: *const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY,
        reserved: *const c_void,
    ) -> u32 {
        guard(|shared| {
            shared.with(|life| life.adapter(h as usize))?;
            present(properties)?;
            if !reserved.is_null() {
                return Err(BAD);
            }
            Err(Win32Error::NOT_SUPPORTED)
        })
    }
}
