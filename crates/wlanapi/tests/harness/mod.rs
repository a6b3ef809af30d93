//! A service in a thread of the test, and short ways to call the library.
//!
//! The service of a test program is one, since the library finds it through the environment.

#![expect(unsafe_code, reason = "the library's functions are those of C")]
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use cause::Cause;
use tempfile::TempDir;
use wlanapi::exports::*;
use wlanapi::types::*;
use wlansvc::{Options, RadioChoice, Service, Stopper};

pub(crate) const SUCCESS: u32 = 0;
pub(crate) const INVALID_HANDLE: u32 = 6;
pub(crate) const INVALID_PARAMETER: u32 = 87;
pub(crate) const SERVICE_NOT_ACTIVE: u32 = 1062;

/// What a reason is before a call that leaves it alone.
pub(crate) const UNTOUCHED: i32 = 77;

/// A handle nobody gave.
pub(crate) const GARBAGE: HANDLE = 0xdead_cafe_usize as HANDLE;

/// A pointer that is not NULL and may not be looked at.
pub(crate) const BAD: *const c_void = 8 as *const c_void;

/// Held by a test that has a service: they take turns.
static TURN: Mutex<()> = Mutex::new(());

/// A place for a service, which may come and go.
pub(crate) struct World {
    service: Option<Running>,
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

struct Running {
    stopper: Stopper,
    thread: JoinHandle<Result<(), Cause>>,
}

impl World {
    /// Without a service.
    pub(crate) fn empty() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        // SAFETY: tests with a world take turns, and nothing else here reads the environment.
        unsafe { std::env::set_var("HOSTEDNET_SOCKET", folder.path().join("control.sock")) };
        Self {
            service: None,
            folder,
            _turn: turn,
        }
    }

    /// With a service on the simulated radio.
    pub(crate) fn new() -> Self {
        let mut world = Self::empty();
        world.start();
        world
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("control.sock")
    }

    pub(crate) fn start(&mut self) {
        let service = Service::open(&options(self.folder.path())).unwrap();
        let stopper = service.stopper();
        let thread = std::thread::spawn(move || service.run());
        self.service = Some(Running { stopper, thread });
    }

    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.service.take() {
            running.stopper.stop();
            running.thread.join().unwrap().unwrap();
        }
    }

    /// Another way to the same service.
    pub(crate) fn client(&self) -> wlan_client::Client {
        wlan_client::Client::connect(&self.socket(), "test").unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

fn options(folder: &Path) -> Options {
    Options {
        socket: folder.join("control.sock"),
        state_dir: folder.join("state"),
        runtime_dir: folder.to_owned(),
        policy: None,
        radio: RadioChoice::Sim,
        channel: None,
        group_rekey: None,
        pairwise_rekey: None,
        record: None,
        pcap: None,
        addresses: false,
        ihvhost: None,
    }
}

pub(crate) fn open() -> HANDLE {
    let (mut handle, mut version) = (null_mut(), 0);
    // SAFETY: both pointers are good.
    let rc = unsafe { WlanOpenHandle(2, null(), &raw mut version, &raw mut handle) };
    assert_eq!((rc, version), (SUCCESS, 2));
    handle
}

pub(crate) fn close(handle: HANDLE) -> u32 {
    // SAFETY: any handle may be passed.
    unsafe { WlanCloseHandle(handle, null()) }
}

type Plain = unsafe extern "C" fn(HANDLE, *mut i32, *const c_void) -> u32;

/// A function without arguments of its own: code and reason.
pub(crate) fn plain(function: Plain, handle: HANDLE) -> (u32, i32) {
    let mut reason = UNTOUCHED;
    // SAFETY: the reason is good.
    let rc = unsafe { function(handle, &raw mut reason, null()) };
    (rc, reason)
}

/// The state, or the code of the failure.
pub(crate) fn state(handle: HANDLE) -> Result<i32, u32> {
    let mut status: *mut WLAN_HOSTED_NETWORK_STATUS = null_mut();
    // SAFETY: the pointer is good.
    match unsafe { WlanHostedNetworkQueryStatus(handle, &raw mut status, null()) } {
        0 => {
            // SAFETY: a status on success, ours to free.
            let state = unsafe { (*status).HostedNetworkState };
            // SAFETY: as above.
            unsafe { WlanFreeMemory(status.cast()) };
            Ok(state)
        }
        rc => {
            assert!(status.is_null(), "results are not written on failure");
            Err(rc)
        }
    }
}

/// Sets a passphrase: code and reason.
pub(crate) fn set_passphrase(handle: HANDLE, text: &str) -> (u32, i32) {
    let key = [text.as_bytes(), b"\0"].concat();
    let mut reason = UNTOUCHED;
    let len = u32::try_from(key.len()).unwrap();
    // SAFETY: the key has that length, the reason is good.
    let rc = unsafe {
        WlanHostedNetworkSetSecondaryKey(handle, len, key.as_ptr(), 1, 1, &raw mut reason, null())
    };
    (rc, reason)
}
