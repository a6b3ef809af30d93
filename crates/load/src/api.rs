//! The functions of `wlanapi.h` in use here, called through the C ABI as any program calls them.

use core::ffi::c_void;
use core::ptr::{null, null_mut};

// For its exports.
use wlanapi as _;

/// `HANDLE`.
type Handle = *mut c_void;

/// `WLAN_NOTIFICATION_DATA`.
#[repr(C)]
struct NotificationData {
    source: u32,
    code: u32,
    interface: [u8; 16],
    size: u32,
    data: *const c_void,
}

type Callback = unsafe extern "C" fn(*const NotificationData, *mut c_void);

#[expect(unsafe_code, reason = "these are C functions")]
unsafe extern "C" {
    fn WlanOpenHandle(
        version: u32,
        reserved: *const c_void,
        negotiated: *mut u32,
        handle: *mut Handle,
    ) -> u32;
    fn WlanCloseHandle(handle: Handle, reserved: *const c_void) -> u32;
    fn WlanFreeMemory(memory: *mut c_void);
    fn WlanRegisterNotification(
        handle: Handle,
        sources: u32,
        ignore_duplicate: i32,
        callback: Option<Callback>,
        context: *mut c_void,
        reserved: *const c_void,
        previous: *mut u32,
    ) -> u32;
    fn WlanHostedNetworkInitSettings(
        handle: Handle,
        reason: *mut i32,
        reserved: *const c_void,
    ) -> u32;
    fn WlanHostedNetworkQueryProperty(
        handle: Handle,
        opcode: i32,
        size: *mut u32,
        data: *mut *mut c_void,
        value_type: *mut i32,
        reserved: *const c_void,
    ) -> u32;
    fn WlanHostedNetworkSetSecondaryKey(
        handle: Handle,
        length: u32,
        data: *const u8,
        is_passphrase: i32,
        persistent: i32,
        reason: *mut i32,
        reserved: *const c_void,
    ) -> u32;
    fn WlanHostedNetworkQuerySecondaryKey(
        handle: Handle,
        length: *mut u32,
        data: *mut *mut u8,
        is_passphrase: *mut i32,
        persistent: *mut i32,
        reason: *mut i32,
        reserved: *const c_void,
    ) -> u32;
    fn WlanHostedNetworkStartUsing(
        handle: Handle,
        reason: *mut i32,
        reserved: *const c_void,
    ) -> u32;
    fn WlanHostedNetworkStopUsing(handle: Handle, reason: *mut i32, reserved: *const c_void)
    -> u32;
    fn WlanHostedNetworkQueryStatus(
        handle: Handle,
        status: *mut *mut c_void,
        reserved: *const c_void,
    ) -> u32;
}

/// What a call answered: the code, and `*pFailReason` where there is one (-1 when untouched).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Answer {
    pub(crate) code: u32,
    pub(crate) reason: i32,
}

/// Hears notifications of one client: code and payload.
pub(crate) trait Listener: Sync {
    fn hear(&self, code: u32, payload: &[u8]);
}

/// One client handle.
pub(crate) struct Client(Handle);

#[expect(
    unsafe_code,
    reason = "a handle may be used by any thread; it is no pointer"
)]
// SAFETY: the functions take a handle from any thread.
unsafe impl Send for Client {}
#[expect(unsafe_code, reason = "as above")]
// SAFETY: and from several at a time.
unsafe impl Sync for Client {}

/// Every pointer given below lives until the call returns, and answers are freed once.
#[expect(unsafe_code, reason = "these are C functions")]
impl Client {
    pub(crate) fn open() -> Result<Self, u32> {
        let (mut version, mut handle) = (0, null_mut());
        // SAFETY: see above.
        match unsafe { WlanOpenHandle(2, null(), &raw mut version, &raw mut handle) } {
            0 => Ok(Self(handle)),
            code => Err(code),
        }
    }

    pub(crate) fn close(self) -> u32 {
        // SAFETY: see above.
        unsafe { WlanCloseHandle(self.0, null()) }
    }

    /// `listener` hears every notification of the Hosted Network from now on.
    pub(crate) fn register<L: Listener>(&self, listener: &'static L) -> u32 {
        unsafe extern "C" fn hear<L: Listener>(data: *const NotificationData, to: *mut c_void) {
            // SAFETY: the library gives what is documented, `to` is the static listener below.
            let (data, listener) = unsafe { (&*data, &*to.cast_const().cast::<L>()) };
            let payload = if data.data.is_null() {
                &[]
            } else {
                // SAFETY: as documented.
                unsafe { core::slice::from_raw_parts(data.data.cast(), data.size as usize) }
            };
            if data.source == 0x80 {
                listener.hear(data.code, payload);
            }
        }
        let context = core::ptr::from_ref(listener).cast_mut().cast();
        // SAFETY: see above.
        unsafe {
            WlanRegisterNotification(
                self.0,
                0x80,
                0,
                Some(hear::<L>),
                context,
                null(),
                null_mut(),
            )
        }
    }

    pub(crate) fn query_property(&self, opcode: i32) -> Answer {
        let (mut size, mut data, mut kind) = (0, null_mut(), 0);
        // SAFETY: see above.
        let code = unsafe {
            WlanHostedNetworkQueryProperty(
                self.0,
                opcode,
                &raw mut size,
                &raw mut data,
                &raw mut kind,
                null(),
            )
        };
        // SAFETY: see above; NULL is harmless.
        unsafe { WlanFreeMemory(data) };
        Answer { code, reason: -1 }
    }

    pub(crate) fn query_status(&self) -> Answer {
        let mut status = null_mut();
        // SAFETY: see above.
        let code = unsafe { WlanHostedNetworkQueryStatus(self.0, &raw mut status, null()) };
        // SAFETY: see above.
        unsafe { WlanFreeMemory(status) };
        Answer { code, reason: -1 }
    }

    pub(crate) fn set_secondary_key(&self, data: &[u8], is_passphrase: bool) -> Answer {
        let mut reason = -1;
        let length = u32::try_from(data.len()).expect("keys are short");
        // SAFETY: see above.
        let code = unsafe {
            WlanHostedNetworkSetSecondaryKey(
                self.0,
                length,
                data.as_ptr(),
                i32::from(is_passphrase),
                0,
                &raw mut reason,
                null(),
            )
        };
        Answer { code, reason }
    }

    pub(crate) fn query_secondary_key(&self) -> Answer {
        let (mut length, mut data, mut is_passphrase, mut persistent, mut reason) =
            (0, null_mut(), 0, 0, -1);
        // SAFETY: see above.
        let code = unsafe {
            WlanHostedNetworkQuerySecondaryKey(
                self.0,
                &raw mut length,
                &raw mut data,
                &raw mut is_passphrase,
                &raw mut persistent,
                &raw mut reason,
                null(),
            )
        };
        // SAFETY: see above.
        unsafe { WlanFreeMemory(data.cast()) };
        Answer { code, reason }
    }

    pub(crate) fn init_settings(&self) -> Answer {
        self.plain(WlanHostedNetworkInitSettings)
    }

    pub(crate) fn start_using(&self) -> Answer {
        self.plain(WlanHostedNetworkStartUsing)
    }

    pub(crate) fn stop_using(&self) -> Answer {
        self.plain(WlanHostedNetworkStopUsing)
    }

    fn plain(
        &self,
        function: unsafe extern "C" fn(Handle, *mut i32, *const c_void) -> u32,
    ) -> Answer {
        let mut reason = -1;
        // SAFETY: see above.
        let code = unsafe { function(self.0, &raw mut reason, null()) };
        Answer { code, reason }
    }
}
