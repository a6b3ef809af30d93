//! A process of Wine: libraries are DLLs, and whatever runs code of one is a thread that Wine knows, or
//! no function of Windows could be called from it. Other threads stay those of Linux.

#![expect(unsafe_code, reason = "functions of Windows")]

mod crash;

use core::ffi::{CStr, c_char, c_void};
use core::ptr::{null, null_mut};
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::shared::SHARED;

/// `LOAD_WITH_ALTERED_SEARCH_PATH`: what the DLL needs is looked for beside it first.
const BESIDE: u32 = 8;

// kernel32; the linker of the Wine program finds it.
unsafe extern "win64" {
    fn LoadLibraryExW(name: *const u16, file: *const c_void, flags: u32) -> *mut c_void;
    fn GetProcAddress(module: *mut c_void, name: *const c_char) -> *const c_void;
    fn GetLastError() -> u32;
    fn CreateThread(
        attributes: *const c_void,
        stack: usize,
        start: unsafe extern "win64" fn(*mut c_void) -> u32,
        argument: *mut c_void,
        flags: u32,
        id: *mut u32,
    ) -> *mut c_void;
    fn CloseHandle(object: *mut c_void) -> i32;
}

/// A DLL. It is never freed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Library(*mut c_void);

impl Library {
    /// Opens the one at `path`; under Wine the process keeps its way there.
    ///
    /// # Errors
    /// What Windows says.
    pub(crate) fn open(path: &Path, _file: Option<File>) -> Result<Self, String> {
        let name = format!("Z:{}", path.display()).replace('/', "\\");
        let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
        begin_to_start();
        crash::watch();
        // SAFETY: text with its end. `DllMain` runs here, which is as trusted as the rest of it: not,
        // which is why this process exists.
        let module = unsafe { LoadLibraryExW(name.as_ptr(), null(), BESIDE) };
        if !module.is_null() {
            return Ok(Self(module));
        }
        // SAFETY: the thread's own.
        let code = unsafe { GetLastError() };
        Err(match code {
            126 => "a DLL that it needs is not here (its name is in the log)".to_owned(),
            127 => "a DLL that it needs lacks a function (its name is in the log)".to_owned(),
            193 => "it is no DLL for 64-bit Windows".to_owned(),
            1114 => "its DllMain refused, or crashed".to_owned(),
            code => format!("Windows error {code}"),
        })
    }

    /// What it exports under a name.
    ///
    /// # Safety
    /// `T` is a function pointer of the type that the name stands for.
    pub(crate) unsafe fn get<T: Copy>(self, name: &CStr) -> Option<T> {
        const { assert!(size_of::<T>() == size_of::<*const c_void>()) };
        // SAFETY: a module that is never freed, and text with its end.
        let function = unsafe { GetProcAddress(self.0, name.as_ptr()) };
        // SAFETY: not NULL, and of that type by the caller's word.
        (!function.is_null()).then(|| unsafe { core::mem::transmute_copy(&function) })
    }
}

/// What a new thread gets.
type Body = Box<dyn FnOnce() + Send>;

unsafe extern "win64" fn begin(argument: *mut c_void) -> u32 {
    // SAFETY: made by `start` for this thread alone.
    let body = unsafe { Box::from_raw(argument.cast::<Body>()) };
    // No panic may pass into Windows code.
    let _ = catch_unwind(AssertUnwindSafe(body));
    0
}

/// To the thread that starts threads. Whoever wants one may be a thread of Linux, which no function of
/// Windows may be called from.
static STARTER: OnceLock<Mutex<Sender<Body>>> = OnceLock::new();

/// Called once, by a thread of Windows.
fn begin_to_start() {
    let (wish, wishes) = channel::<Body>();
    let starter = Box::new(move || {
        for body in wishes {
            if start(body).is_err() {
                match SHARED.get() {
                    Some(shared) => shared.fatal("no thread can be started for an adapter"),
                    None => abort(),
                }
            }
        }
    });
    if STARTER.set(Mutex::new(wish)).is_err() || start(starter).is_err() {
        abort();
    }
}

/// A thread that runs handlers.
///
/// # Errors
/// When no thread starts threads.
pub(crate) fn spawn(_name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let starter = STARTER.get().ok_or(io::ErrorKind::NotFound)?;
    let sent = starter
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .send(Box::new(body));
    sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
}

/// Called by a thread of Windows.
fn start(body: Body) -> io::Result<()> {
    let argument = Box::into_raw(Box::new(body));
    // SAFETY: `begin` takes what it is given, and takes it once.
    let thread = unsafe { CreateThread(null(), 0, begin, argument.cast(), 0, null_mut()) };
    if thread.is_null() {
        // SAFETY: no thread has taken it.
        drop(unsafe { Box::from_raw(argument) });
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    // SAFETY: the handle is ours; the thread goes on without it.
    unsafe { CloseHandle(thread) };
    Ok(())
}

/// Ends the process in a way that looks like the crash it is.
pub(crate) fn abort() -> ! {
    die(libc::SIGABRT)
}

/// Wine has handlers for these signals, which would make exceptions of them.
fn die(signal: i32) -> ! {
    // SAFETY: numbers and a set of our own; the process ends here.
    unsafe {
        let mut set = core::mem::zeroed();
        libc::signal(signal, libc::SIG_DFL);
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, null_mut());
        libc::raise(signal);
        libc::_exit(128 + signal)
    }
}
