//! Programs that do not outlive the service.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::Signal;

/// A program that dies with the thread that starts it, one of the service's own, and gets no terminal.
#[expect(unsafe_code, reason = "what happens between fork and exec")]
pub(crate) fn die_with_service(program: &mut Command) {
    let service = rustix::process::getpid();
    // SAFETY: only system calls between fork and exec.
    unsafe {
        program.pre_exec(move || {
            // A terminal's signals are for the service, which ends its hosts itself.
            rustix::process::setsid()?;
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
            if rustix::process::getppid() != Some(service) {
                // It died before the line above.
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(())
        });
    }
}
