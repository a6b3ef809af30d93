//! A process of Linux. Memory comes from the C library, so that a debugger of memory sees it and a
//! program that frees it with `free()` by mistake survives.

#![expect(unsafe_code, reason = "the C library's allocator")]

use core::ffi::c_void;
use std::io;
use std::thread::JoinHandle;

use crate::thread;

/// `size` bytes, or NULL for want of memory.
pub(crate) fn allocate(size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    unsafe { libc::malloc(size) }
}

/// `size` bytes of zero, or NULL for want of memory.
pub(crate) fn allocate_zeroed(size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    unsafe { libc::calloc(1, size) }
}

/// Takes back what [`allocate`] or [`allocate_zeroed`] gave; NULL is nothing.
///
/// # Safety
/// `memory` is NULL or came from one of them and was not freed since.
pub(crate) unsafe fn free(memory: *mut c_void) {
    // SAFETY: see above.
    unsafe { libc::free(memory) };
}

/// Says why there is no memory of size 0.
pub(crate) fn refuse_size() {
    // SAFETY: the address of this thread's errno is always valid.
    unsafe { *libc::__errno_location() = libc::EINVAL };
}

/// A thread that runs callbacks.
#[derive(Debug)]
pub(crate) struct CallerThread(JoinHandle<()>);

impl CallerThread {
    /// Waits until the thread is gone.
    pub(crate) fn join(self) {
        // It is gone either way.
        let _ = self.0.join();
    }
}

/// Starts a thread that runs callbacks.
///
/// # Errors
/// When the system has no thread left.
pub(crate) fn spawn_caller(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> io::Result<CallerThread> {
    thread::spawn(name, run).map(CallerThread)
}

/// The program's name, for the service's logs.
pub(crate) fn program() -> String {
    std::env::current_exe()
        .ok()
        .as_deref()
        .and_then(std::path::Path::file_name)
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Whether the threads that may hold our locks were ended: never while code of ours runs.
pub(crate) const fn is_ending() -> bool {
    false
}
