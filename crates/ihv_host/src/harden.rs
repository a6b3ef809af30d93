//! What the process gives up before it loads foreign code.
//!
//! Here is what every system has: without it nothing is loaded. User, namespaces, files and system
//! calls follow in `confine`, limits of groups are the unit's (docs/decisions/0018).

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use crate::socket::SERVICE;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Limits of the process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of address space.
    pub memory: u64,
    /// Descriptors.
    pub descriptors: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 2 << 30,
            descriptors: 64,
        }
    }
}

/// Gives up what an extension does not need: new privileges, core dumps (keys are in memory),
/// inherited descriptors except standard error and the socket, more memory and descriptors than
/// `limits`. Returns the socket.
///
/// # Errors
/// What the system says; nothing may be loaded then.
#[expect(unsafe_code, reason = "descriptors given by number")]
pub fn harden(limits: Limits) -> io::Result<OwnedFd> {
    harden_from(limits, SERVICE + 1)?;
    // SAFETY: asking about a number that may not be open.
    if unsafe { libc::fcntl(SERVICE, libc::F_SETFD, libc::FD_CLOEXEC) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is open, and the contract with the service says that it is ours.
    Ok(unsafe { OwnedFd::from_raw_fd(SERVICE) })
}

/// The same without a socket. Standard output stays as it is.
///
/// # Errors
/// What the system says.
pub(crate) fn harden_without_service(limits: Limits) -> io::Result<()> {
    harden_from(limits, SERVICE)
}

#[expect(unsafe_code, reason = "descriptors given by number")]
fn harden_from(limits: Limits, first: RawFd) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    for (resource, most) in [
        (Resource::Core, 0),
        (Resource::Nofile, limits.descriptors),
        (Resource::As, limits.memory),
    ] {
        // ThreadSanitizer's shadow is larger than any limit (`cargo xtask test threads`).
        if cfg!(tsan) && resource == Resource::As {
            continue;
        }
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    // SAFETY: nothing in this process owns a descriptor above the socket yet.
    if unsafe { libc::close_range(first as u32, u32::MAX, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let null = std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")?;
    let standard: &[RawFd] = if first == SERVICE { &[0] } else { &[0, 1] };
    for standard in standard {
        // SAFETY: dup2 takes any numbers.
        if unsafe { libc::dup2(null.as_raw_fd(), *standard) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
