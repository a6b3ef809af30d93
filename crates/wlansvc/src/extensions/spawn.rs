//! Starting `hostednet-ihvhost`.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cause::Cause;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, pidfd_open, waitid,
};

use super::dll;
use super::leash::die_with_service;

/// The program's name.
const PROGRAM: &str = "hostednet-ihvhost";

/// The descriptor the program finds its socket at.
const SOCKET: i32 = 3;

/// What is to be started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command<'a> {
    /// The program.
    pub(crate) binary: &'a Path,
    /// The extension.
    pub(crate) library: &'a Path,
    /// Whom the process becomes; `None` for the service's user.
    pub(crate) user: Option<User>,
    /// The folder of Wine's prefix, for a DLL.
    pub(crate) wine: Option<&'a Path>,
}

/// A user and its only group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The user that extensions run as, made by the package.
const USER: &str = "hostednet-ihv";

/// Who stands in where the package was not installed.
const NOBODY: &str = "nobody";

/// Whom host processes become, with a line on why where they keep the service's user.
pub(crate) fn user() -> (Option<User>, Option<String>) {
    use rustix::thread::CapabilitySet;
    let needed = CapabilitySet::SETUID | CapabilitySet::SETGID;
    let may = rustix::process::geteuid().is_root()
        && rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(needed));
    if !may {
        return (None, None);
    }
    let found = [USER, NOBODY].into_iter().find_map(|name| {
        let user = nix::unistd::User::from_name(name).ok()??;
        (!user.uid.is_root()).then_some((name, user))
    });
    match found {
        Some((name, user)) => {
            let note = (name != USER)
                .then(|| format!("There is no user {USER}: extensions run as {name}."));
            let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
            (Some(User { uid, gid }), note)
        }
        None => {
            let note = format!("There is no user {USER}: extensions run as root, confined.");
            (None, Some(note))
        }
    }
}

/// A process with its handles; all are close-on-exec and do not block.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) pid: Pid,
    pub(crate) pidfd: OwnedFd,
    pub(crate) socket: OwnedFd,
    pub(crate) stderr: OwnedFd,
}

/// Where the program is: as asked for, beside our own, or where a package puts it.
///
/// # Errors
/// Where it was looked for.
pub(crate) fn locate(wanted: Option<&Path>) -> Result<PathBuf, Cause> {
    let places: Vec<PathBuf> = match wanted {
        Some(path) => vec![path.to_owned()],
        None => {
            let own = std::env::current_exe().unwrap_or_default();
            let folder = own.parent().unwrap_or(Path::new("/"));
            vec![
                folder.join(PROGRAM),
                folder.join("../lib/hostednet").join(PROGRAM),
                Path::new("/usr/lib/hostednet").join(PROGRAM),
            ]
        }
    };
    places
        .iter()
        .find(|path| path.is_file())
        .cloned()
        .ok_or_else(|| {
            let places: Vec<_> = places
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            Cause::new(
                format!(
                    "Extensions need the program {PROGRAM}, which is not at {}.",
                    places.join(", ")
                ),
                "Install hostednet whole, or name the program with --ihvhost.",
            )
        })
}

/// Starts the program. It dies with the thread that calls this, which has to be the service's own.
///
/// # Errors
/// Why it could not be started.
pub(crate) fn spawn(command: &Command<'_>) -> Result<Started, Cause> {
    try_spawn(command).map_err(|error| {
        Cause::new(
            format!(
                "The extension's host process {} could not be started: {error}.",
                command.binary.display()
            ),
            match error.kind() {
                io::ErrorKind::PermissionDenied => "Let the service's user execute that program.",
                io::ErrorKind::NotFound => "Install hostednet whole.",
                _ => "Raise the service's limits on processes, memory and open files.",
            },
        )
    })
}

#[expect(unsafe_code, reason = "what happens between fork and exec")]
fn try_spawn(command: &Command<'_>) -> io::Result<Started> {
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    // Not 3 itself, of which a duplicate would be closed at exec; and 3 must not be free, or what
    // std reports a failed exec through would be there.
    let theirs = rustix::io::fcntl_dupfd_cloexec(&theirs, 10)?;
    let _three = rustix::io::fcntl_dupfd_cloexec(&theirs, SOCKET)?;
    let theirs_raw = theirs.as_raw_fd();
    let mut program = std::process::Command::new(command.binary);
    if let Some(User { uid, gid }) = command.user {
        program.arg("--user").arg(format!("{uid}:{gid}"));
    }
    program.env_clear();
    if let Some(folder) = command.wine {
        program.arg("--wine").arg(folder).envs(dll::environment());
    }
    program
        .arg(command.library)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    die_with_service(&mut program);
    // SAFETY: only system calls between fork and exec.
    unsafe {
        program.pre_exec(move || {
            // A descriptor that somebody forgot. The host looks again.
            libc::close_range(4, u32::MAX, libc::CLOSE_RANGE_CLOEXEC as i32);
            if libc::dup2(theirs_raw, SOCKET) != SOCKET {
                return Err(io::Error::last_os_error());
            }
            Ok(())
        });
    }
    let mut child = program.spawn()?;
    let pid = Pid::from_child(&child);
    let ready = (|| {
        let stderr = child.stderr.take().ok_or(io::ErrorKind::Other)?;
        let stderr = OwnedFd::from(stderr);
        let flags = rustix::fs::fcntl_getfl(&stderr)?;
        rustix::fs::fcntl_setfl(&stderr, flags | rustix::fs::OFlags::NONBLOCK)?;
        Ok(Started {
            pid,
            pidfd: pidfd_open(pid, PidfdFlags::empty())?,
            socket: ours,
            stderr,
        })
    })();
    if ready.is_err() {
        let _ = kill_process(pid, Signal::KILL);
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED);
    }
    ready
}
