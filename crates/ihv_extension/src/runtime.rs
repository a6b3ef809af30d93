//! Handlers of the table for any [`Extension`]. For the macro; not for people.

use core::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use dot11::{KeyBytes, MacAddr, Ssid};
use ihv::abi::*;
use wlan_model::Win32Error;

pub use ihv::abi::{DOT11_IHV_VERSION_INFO, DOT11EXT_APIS, DOT11EXT_IHV_HANDLERS};

use crate::service::{APIS, Numbered, sent};
use crate::{About, Adapter, Connection, Extension, Packet, Port, Profile, Refused, Service};

/// Longest text that is read, in UTF-16 units.
const MAX_TEXT: usize = 64 * 1024;

struct Entry<A> {
    adapter: Arc<A>,
    service: Service,
}

/// Everything an extension has at run time.
pub struct Runtime<E: Extension> {
    extension: OnceLock<E>,
    /// By `hIhvExtAdapter`, which is a number here: a wrong one finds nothing.
    adapters: Mutex<Numbered<Entry<E::Adapter>>>,
}

impl<E: Extension> Runtime<E> {
    /// Nothing yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only ever a static")]
    pub const fn new() -> Self {
        Self {
            extension: OnceLock::new(),
            adapters: Mutex::new(Numbered::new()),
        }
    }

    fn adapters(&self) -> MutexGuard<'_, Numbered<Entry<E::Adapter>>> {
        self.adapters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No lock is held while the adapter works.
    fn adapter(&self, mine: HANDLE) -> Result<(Arc<E::Adapter>, Service), Win32Error> {
        let adapters = self.adapters();
        let entry = adapters.items.get(&(mine as usize));
        let entry = entry.ok_or(Win32Error::INVALID_HANDLE)?;
        Ok((Arc::clone(&entry.adapter), entry.service))
    }
}

/// Where the one of an extension is.
pub trait Exported: Extension {
    /// There.
    fn runtime() -> &'static Runtime<Self>;
}

/// A panic becomes a code.
fn guard(body: impl FnOnce() -> Result<(), Win32Error>) -> u32 {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => 0,
        Ok(Err(code)) => code.0,
        Err(_) => Win32Error::GEN_FAILURE.0,
    }
}

/// The same with a reason of its own.
///
/// # Safety
/// `reason` is NULL or a variable of the host's.
#[expect(unsafe_code, reason = "an output of the host's")]
unsafe fn reasoned(reason: *mut u32, body: impl FnOnce() -> Result<(), Refused>) -> u32 {
    let result = catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(Refused::from(Win32Error::GEN_FAILURE)));
    let (code, why) = match result {
        Ok(()) => (0, 0),
        Err(refused) => (refused.code.0, refused.reason),
    };
    // SAFETY: the caller's promise.
    unsafe { write(reason, why) };
    code
}

/// # Safety
/// `out` is NULL or a variable of the host's.
#[expect(unsafe_code, reason = "an output of the host's")]
unsafe fn write<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, so the host's variable.
        unsafe { out.write(value) };
    }
}

/// `Dot11ExtIhvGetVersionInfo`: version 0, the only one.
///
/// # Safety
/// `out` is NULL or a variable of the host's.
#[expect(unsafe_code, reason = "an output of the host's")]
pub unsafe fn get_version_info(out: *mut DOT11_IHV_VERSION_INFO) -> u32 {
    if out.is_null() {
        return Win32Error::INVALID_PARAMETER.0;
    }
    // SAFETY: the caller's promise.
    unsafe { write(out, DOT11_IHV_VERSION_INFO::default()) };
    0
}

/// `Dot11ExtIhvInitService`.
///
/// # Safety
/// Both pointers are NULL or tables of the host's.
#[expect(unsafe_code, reason = "a table of the host's")]
pub unsafe fn init_service<E: Exported>(
    version: u32,
    apis: *const DOT11EXT_APIS,
    out: *mut DOT11EXT_IHV_HANDLERS,
) -> u32 {
    guard(|| {
        if version != 0 || apis.is_null() || out.is_null() {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        // SAFETY: the caller's promise.
        APIS.get_or_init(|| unsafe { apis.read() });
        let extension = E::init()?;
        if E::runtime().extension.set(extension).is_err() {
            return Err(Win32Error::INVALID_STATE);
        }
        // SAFETY: the caller's promise.
        unsafe { write(out, handlers::<E>()) };
        Ok(())
    })
}

fn handlers<E: Exported>() -> DOT11EXT_IHV_HANDLERS {
    DOT11EXT_IHV_HANDLERS {
        Dot11ExtIhvDeinitService: Some(deinit_service::<E>),
        Dot11ExtIhvInitAdapter: Some(init_adapter::<E>),
        Dot11ExtIhvDeinitAdapter: Some(deinit_adapter::<E>),
        Dot11ExtIhvPerformPreAssociate: Some(pre_associate::<E>),
        Dot11ExtIhvAdapterReset: Some(adapter_reset::<E>),
        Dot11ExtIhvPerformPostAssociate: Some(post_associate::<E>),
        Dot11ExtIhvStopPostAssociate: Some(stop_post_associate::<E>),
        Dot11ExtIhvValidateProfile: Some(validate_profile::<E>),
        Dot11ExtIhvPerformCapabilityMatch: Some(capability_match::<E>),
        Dot11ExtIhvCreateDiscoveryProfiles: Some(create_discovery_profiles),
        Dot11ExtIhvProcessSessionChange: Some(process_session_change),
        Dot11ExtIhvReceiveIndication: Some(receive_indication::<E>),
        Dot11ExtIhvReceivePacket: Some(receive_packet::<E>),
        Dot11ExtIhvSendPacketCompletion: Some(send_packet_completion),
        Dot11ExtIhvIsUIRequestPending: Some(is_ui_request_pending),
        Dot11ExtIhvProcessUIResponse: Some(process_ui_response),
        Dot11ExtIhvQueryUIRequest: Some(query_ui_request),
        Dot11ExtIhvOnexIndicateResult: Some(onex_indicate_result),
        Dot11ExtIhvControl: Some(control::<E>),
    }
}

/// # Safety
/// NULL, or the host's bytes.
#[expect(unsafe_code, reason = "memory of the host's")]
unsafe fn bytes<'a>(start: *const c_void, len: u32) -> &'a [u8] {
    if start.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(start.cast(), len as usize) }
}

/// # Safety
/// NULL, or text of the host's, which ends in zero.
#[expect(unsafe_code, reason = "memory of the host's")]
unsafe fn text(start: *const u16) -> Option<KeyBytes> {
    if start.is_null() {
        return None;
    }
    // SAFETY: up to its zero.
    let len = (0..MAX_TEXT).take_while(|i| unsafe { *start.add(*i) } != 0);
    let len = len.count();
    // SAFETY: these have just been read.
    let units = unsafe { core::slice::from_raw_parts(start, len) };
    let text = zeroize::Zeroizing::new(String::from_utf16_lossy(units));
    Some(KeyBytes::copy_from(text.as_bytes()))
}

/// # Safety
/// Each is NULL or a structure of the host's.
#[expect(unsafe_code, reason = "memory of the host's")]
unsafe fn profile(
    params: *const DOT11EXT_IHV_PROFILE_PARAMS,
    connectivity: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE,
    security: *const DOT11EXT_IHV_SECURITY_PROFILE,
    networks: *const DOT11_BSS_LIST,
) -> Profile {
    let mut profile = Profile::default();
    // SAFETY: the caller's promise; a list of names holds as many as it says.
    unsafe {
        if let Some(params) = params.as_ref()
            && !params.pSsidList.is_null()
        {
            let list = params.pSsidList;
            let first = (&raw const (*list).SSIDs).cast::<DOT11_SSID>();
            for i in 0..(*list).ulCount as usize {
                let ssid = first.add(i).read();
                let name = ssid.ucSSID.get(..ssid.uSSIDLength as usize);
                profile
                    .ssids
                    .extend(name.and_then(|name| Ssid::new(name).ok()));
            }
        }
        if let Some(connectivity) = connectivity.as_ref() {
            profile.connectivity = text(connectivity.pszXmlFragmentIhvConnectivity);
        }
        if let Some(security) = security.as_ref() {
            profile.security = text(security.pszXmlFragmentIhvSecurity);
        }
        if let Some(list) = networks.as_ref() {
            profile.networks = bytes(list.pucBuffer.cast(), list.uNumOfBytes).to_vec();
        }
    }
    profile
}

macro_rules! handlers {
    ($(fn $name:ident $(<$e:ident>)? ($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block)*) => {$(
        #[allow(unsafe_code, reason = "called by the host")]
        unsafe extern "C" fn $name $(<$e: Exported>)? ($($arg: $ty),*) $(-> $ret)? $body
    )*};
}

// SAFETY of all blocks below: pointers are the host's, valid until the handler returns.
handlers! {
    fn deinit_service<E>() {
        guard(|| {
            if let Some(extension) = E::runtime().extension.get() {
                extension.ended();
            }
            Ok(())
        });
    }

    fn init_adapter<E>(about: *const DOT11_ADAPTER, service: HANDLE, out: *mut HANDLE) -> u32 {
        guard(|| {
            let runtime = E::runtime();
            let extension = runtime.extension.get().ok_or(Win32Error::INVALID_STATE)?;
            // SAFETY: see above.
            let about = unsafe { about.as_ref() }.ok_or(Win32Error::INVALID_PARAMETER)?;
            // SAFETY: see above.
            let description = unsafe { text(about.pszDescription) };
            let description = description
                .map(|d| String::from_utf8_lossy(d.expose()).into_owned())
                .unwrap_or_default();
            let service = Service::new(service);
            let about = About {
                guid: about.gAdapterId.into(),
                description,
                mode: about.Dot11CurrentOpMode.uCurrentOpMode,
            };
            let adapter = Arc::new(extension.arrive(&about, service)?);
            let mine = runtime.adapters().add(Entry { adapter, service });
            // SAFETY: see above.
            unsafe { write(out, mine as HANDLE) };
            Ok(())
        })
    }

    fn deinit_adapter<E>(mine: HANDLE) {
        guard(|| {
            let gone = E::runtime().adapters().items.remove(&(mine as usize));
            // Not while the lock is held: what it drops may take long.
            drop(gone);
            Ok(())
        });
    }

    fn pre_associate<E>(
        mine: HANDLE,
        session: HANDLE,
        params: *const DOT11EXT_IHV_PROFILE_PARAMS,
        connectivity: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE,
        security: *const DOT11EXT_IHV_SECURITY_PROFILE,
        networks: *const DOT11_BSS_LIST,
        reason: *mut u32,
    ) -> u32 {
        let result = || {
            let (adapter, service) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            let profile = unsafe { profile(params, connectivity, security, networks) };
            adapter.pre_associate(Connection::new(service, session), profile)
        };
        // SAFETY: see above.
        unsafe { reasoned(reason, result) }
    }

    fn adapter_reset<E>(mine: HANDLE) -> u32 {
        guard(|| E::runtime().adapter(mine)?.0.reset())
    }

    fn post_associate<E>(
        mine: HANDLE,
        session: HANDLE,
        state: *const DOT11_PORT_STATE,
        _len: u32,
        _association: *const DOT11_ASSOCIATION_COMPLETION_PARAMETERS,
    ) -> u32 {
        guard(|| {
            let (adapter, service) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            let state = unsafe { state.as_ref() }.ok_or(Win32Error::INVALID_PARAMETER)?;
            let peer = MacAddr(state.PeerMacAddress);
            adapter.post_associate(Port::new(service, session, peer))
        })
    }

    fn stop_post_associate<E>(mine: HANDLE, peer: *const DOT11_MAC_ADDRESS, status: u32) -> u32 {
        guard(|| {
            let (adapter, _) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            let peer = unsafe { peer.as_ref() }.ok_or(Win32Error::INVALID_PARAMETER)?;
            adapter.stop(MacAddr(*peer), status);
            Ok(())
        })
    }

    fn validate_profile<E>(
        mine: HANDLE,
        params: *const DOT11EXT_IHV_PROFILE_PARAMS,
        connectivity: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE,
        security: *const DOT11EXT_IHV_SECURITY_PROFILE,
        reason: *mut u32,
    ) -> u32 {
        let result = || {
            let (adapter, _) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            let profile = unsafe { profile(params, connectivity, security, core::ptr::null()) };
            adapter.validate(&profile)
        };
        // SAFETY: see above.
        unsafe { reasoned(reason, result) }
    }

    fn capability_match<E>(
        mine: HANDLE,
        params: *const DOT11EXT_IHV_PROFILE_PARAMS,
        connectivity: *const DOT11EXT_IHV_CONNECTIVITY_PROFILE,
        security: *const DOT11EXT_IHV_SECURITY_PROFILE,
        networks: *const DOT11_BSS_LIST,
        reason: *mut u32,
    ) -> u32 {
        let result = || {
            let (adapter, _) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            let profile = unsafe { profile(params, connectivity, security, networks) };
            adapter.matches(&profile)
        };
        // SAFETY: see above.
        unsafe { reasoned(reason, result) }
    }

    fn receive_indication<E>(mine: HANDLE, kind: i32, len: u32, data: *const c_void) -> u32 {
        guard(|| {
            let (adapter, _) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            adapter.indication(kind, unsafe { bytes(data, len) });
            Ok(())
        })
    }

    fn receive_packet<E>(mine: HANDLE, len: u32, data: *const c_void) -> u32 {
        guard(|| {
            let (adapter, _) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            let data = unsafe { bytes(data, len) };
            let Some(([a, b, c, d, e, f, high, low], payload)) = data.split_first_chunk() else {
                return Err(Win32Error::INVALID_PARAMETER);
            };
            adapter.receive(Packet {
                peer: MacAddr([*a, *b, *c, *d, *e, *f]),
                ether_type: u16::from_be_bytes([*high, *low]),
                payload,
            });
            Ok(())
        })
    }

    fn send_packet_completion(label: HANDLE) -> u32 {
        sent(label as usize);
        0
    }

    fn control<E>(mine: HANDLE, len: u32, data: *const u8, room: u32, out: *mut u8, returned: *mut u32) -> u32 {
        guard(|| {
            // SAFETY: see above.
            unsafe { write(returned, 0) };
            let (adapter, _) = E::runtime().adapter(mine)?;
            // SAFETY: see above.
            let input = unsafe { bytes(data.cast(), len) };
            let answer = adapter.control(input, room as usize)?;
            let len = u32::try_from(answer.len()).unwrap_or(u32::MAX);
            // SAFETY: see above.
            unsafe { write(returned, len) };
            if len <= room && !out.is_null() {
                // SAFETY: the host has `room` bytes there, and they are enough.
                unsafe { core::ptr::copy_nonoverlapping(answer.as_ptr(), out, answer.len()) };
            }
            Ok(())
        })
    }

    // What an extension without users at screens and without 802.1X does not need.

    fn create_discovery_profiles(
        _mine: HANDLE,
        _insecure: BOOL,
        _params: *const DOT11EXT_IHV_PROFILE_PARAMS,
        _networks: *const DOT11_BSS_LIST,
        _list: *mut DOT11EXT_IHV_DISCOVERY_PROFILE_LIST,
        reason: *mut u32,
    ) -> u32 {
        let result = || Err(Refused::from(Win32Error::CALL_NOT_IMPLEMENTED));
        // SAFETY: see above.
        unsafe { reasoned(reason, result) }
    }

    fn process_session_change(_event: u32, _about: *const WTSSESSION_NOTIFICATION) -> u32 {
        0
    }

    fn is_ui_request_pending(_id: GUID, pending: *mut BOOL) -> u32 {
        // SAFETY: see above.
        unsafe { write(pending, 0) };
        0
    }

    fn process_ui_response(_id: GUID, _len: u32, _data: *const c_void) -> u32 {
        0
    }

    fn query_ui_request(_mine: HANDLE, _phase: i32, _out: *mut *mut DOT11EXT_IHV_UI_REQUEST) -> u32 {
        Win32Error::CALL_NOT_IMPLEMENTED.0
    }

    fn onex_indicate_result(_mine: HANDLE, _result: i32, _params: *const DOT11_MSONEX_RESULT_PARAMS) -> u32 {
        Win32Error::CALL_NOT_IMPLEMENTED.0
    }
}
