//! Threads of ours in other people's programs.

#![expect(unsafe_code, reason = "the signal mask has no safe face")]

use core::mem::MaybeUninit;
use std::io;
use std::thread::{Builder, JoinHandle};

/// Faults of the code that runs in the thread: blocked, they would kill the program before its own
/// handler could report them.
const FAULTS: [i32; 6] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGSYS,
];

/// Starts a thread that takes no signal meant for the program: those go to its own threads.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let mut blocked = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: both sets are ours; sigfillset initialises the first before it is read. A new thread
    // inherits the mask of the one that makes it.
    unsafe {
        libc::sigfillset(blocked.as_mut_ptr());
        for fault in FAULTS {
            libc::sigdelset(blocked.as_mut_ptr(), fault);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, blocked.as_ptr(), before.as_mut_ptr());
    }
    let thread = Builder::new().name(name.to_owned()).spawn(run);
    // SAFETY: initialised by the call above, which cannot fail with a valid first argument.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), core::ptr::null_mut());
    }
    thread
}
