//! A process of Linux.

use core::error::Error as _;
use core::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::thread;

/// A shared object. It is never closed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Library(&'static libloading::Library);

impl Library {
    /// Opens the one at `path`, or in `file`, where the process may have no way to the path any more.
    ///
    /// # Errors
    /// What the dynamic linker says.
    #[expect(unsafe_code, reason = "foreign code")]
    pub(crate) fn open(path: &Path, file: Option<File>) -> Result<Self, String> {
        let place = file.as_ref().map_or_else(
            || path.to_owned(),
            |file| PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())),
        );
        // SAFETY: initialisers of the library run here. They are as trusted as the rest of it: not,
        // which is why this process exists.
        let library = unsafe { libloading::Library::new(&place) }.map_err(|error| {
            // The linker's message begins with the place.
            let why = error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string);
            let place = format!("{}: ", place.display());
            why.strip_prefix(&place).unwrap_or(&why).to_owned()
        })?;
        Ok(Self(Box::leak(Box::new(library))))
    }

    /// What it exports under a name.
    ///
    /// # Safety
    /// `T` is a function pointer of the type that the name stands for.
    #[expect(unsafe_code, reason = "the type is the caller's word")]
    pub(crate) unsafe fn get<T: Copy>(self, name: &CStr) -> Option<T> {
        // SAFETY: the caller's.
        let symbol = unsafe { self.0.get::<T>(name.to_bytes_with_nul()) };
        symbol.ok().map(|symbol| *symbol)
    }
}

/// A thread that runs handlers.
///
/// # Errors
/// When the system has no thread left.
pub(crate) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
}

/// Ends the process in a way that looks like the crash it is.
pub(crate) fn abort() -> ! {
    std::process::abort()
}
