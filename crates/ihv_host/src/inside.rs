//! The beginning of the program for Wine: what `launch` has started, now among Wine's threads. The first
//! thread is one of Windows.

use core::ffi::{CStr, c_char, c_int};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior};

use crate::runner::{Confined, Options, run};
use crate::seccomp::{self, Whose};
use crate::socket::SERVICE;

/// What the C part of the program calls first: `PROGRAM MILLISECONDS EXTENSION`. It does not return.
///
/// # Safety
/// `words` are `count` texts that end in zero.
#[expect(unsafe_code, reason = "called by C")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hostednet_ihvhost(count: c_int, words: *const *const c_char) -> c_int {
    let word = |n: usize| {
        // SAFETY: one of the texts.
        (n < usize::try_from(count).unwrap_or(0)).then(|| unsafe { CStr::from_ptr(*words.add(n)) })
    };
    let millis = word(1).and_then(|text| text.to_str().ok()?.parse().ok());
    let extension = word(2).and_then(|text| text.to_str().ok());
    let (Some(millis), Some(extension)) = (millis, extension) else {
        eprintln!("hostednet-ihvhost for Wine is started by hostednet-ihvhost.");
        return 64;
    };
    let options = Options {
        extension: PathBuf::from(extension),
        handler_limit: Duration::from_millis(millis),
    };
    match settle() {
        Ok(socket) => run(
            &options,
            socket,
            Confined {
                file: None,
                missing: Vec::new(),
            },
        ),
        Err(why) => {
            eprintln!("hostednet-ihvhost: the process cannot be confined: {why}");
            1
        }
    }
}

/// Gives up what Wine needed to begin. Everything else `launch` has given up before.
#[expect(unsafe_code, reason = "a descriptor given by number")]
fn settle() -> Result<OwnedFd, String> {
    let words = |error: rustix::io::Errno| io::Error::from(error).to_string();
    // SAFETY: left open by `launch` for this program alone.
    let socket = unsafe { OwnedFd::from_raw_fd(SERVICE) };
    fcntl_setfd(&socket, FdFlags::CLOEXEC).map_err(words)?;
    // Starting a program has undone the first.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(words)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(words)?;
    seccomp::apply(Whose::Dll)?;
    Ok(socket)
}
