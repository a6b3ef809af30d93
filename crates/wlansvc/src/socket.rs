//! The listening socket: one service per path, and what a crash leaves behind is cleared away.

use std::fs::{self, Permissions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use cause::Cause;
use column::Rights;
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, accept_with, bind, connect, listen,
    socket_with,
};

use crate::credentials;

/// Connections the kernel keeps until the loop comes round.
const BACKLOG: i32 = 1024;

/// Listens at a path. Dropping it removes the path.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: OwnedFd,
    path: PathBuf,
    /// Held for the life of the service: whoever has it may remove a socket nobody answers at.
    _lock: OwnedFd,
}

impl Listener {
    /// Listens at `path`. Everybody may connect to root's service, and only its user to another's:
    /// what a caller may do is decided call by call, from his credentials.
    pub(crate) fn bind(path: &Path) -> Result<Self, Cause> {
        let address = SocketAddrUnix::new(path).map_err(|_| {
            Cause::new(
                format!("The path {} is too long for a socket.", path.display()),
                "Name a shorter one with --socket (at most 107 bytes).",
            )
        })?;
        let refused = |what: &str, error: Errno| {
            Cause::new(
                format!(
                    "Cannot {what} {}: {}.",
                    path.display(),
                    io::Error::from(error)
                ),
                "See who owns the folder, or name another socket with --socket.",
            )
        };
        let lock = take_lock(path).map_err(|error| match error {
            Errno::WOULDBLOCK => answered(path),
            error => refused("lock the socket", error),
        })?;
        clear_stale(path, &address)?;
        let socket = socket_with(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            None,
        )
        .map_err(|error| refused("make the socket", error))?;
        bind(&socket, &address).map_err(|error| refused("open the socket", error))?;
        let listener = Self {
            socket,
            path: path.to_owned(),
            _lock: lock,
        };
        let mode = if rustix::process::geteuid().is_root() {
            0o666
        } else {
            0o600
        };
        // Before listen(), so that nobody gets in under the modes bind() gave.
        fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| {
            Cause::new(
                format!("Cannot set the mode of {}: {error}.", path.display()),
                "Name another socket with --socket.",
            )
        })?;
        listen(&listener.socket, BACKLOG).map_err(|error| refused("listen at", error))?;
        Ok(listener)
    }

    /// The next caller with what the kernel says of him; `None` when nobody waits.
    pub(crate) fn accept(&self) -> Result<Option<(OwnedFd, Rights)>, Errno> {
        match accept_with(&self.socket, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
            Ok(socket) => {
                match credentials::read(&socket) {
                    Ok(rights) => Ok(Some((socket, rights))),
                    Err(error) => {
                        // Nobody is served without a name.
                        tracing::warn!(%error, "a caller without credentials is turned away");
                        Ok(None)
                    }
                }
            }
            Err(Errno::WOULDBLOCK | Errno::INTR | Errno::CONNABORTED) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The lock stays where it is: removing it would let two services lock two files.
        let _ = fs::remove_file(&self.path);
    }
}

fn take_lock(path: &Path) -> Result<OwnedFd, Errno> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let lock = open(PathBuf::from(name), flags, Mode::RUSR | Mode::WUSR)?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
    Ok(lock)
}

/// Removes a socket that nobody answers at.
fn clear_stale(path: &Path, address: &SocketAddrUnix) -> Result<(), Cause> {
    let Ok(meta) = path.symlink_metadata() else {
        return Ok(());
    };
    if !meta.file_type().is_socket() {
        return Err(Cause::new(
            format!("{} exists and is not a socket.", path.display()),
            "Remove it, or name another socket with --socket.",
        ));
    }
    let probe = socket_with(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        None,
    )
    .and_then(|probe| connect(&probe, address));
    match probe {
        Err(Errno::CONNREFUSED) => fs::remove_file(path).map_err(|error| {
            Cause::new(
                format!("Cannot remove the old socket {}: {error}.", path.display()),
                "Remove it, or name another socket with --socket.",
            )
        }),
        Err(Errno::NOENT) => Ok(()),
        // Somebody is there: a full queue and a socket of another type are somebody too.
        Ok(()) | Err(_) => Err(answered(path)),
    }
}

fn answered(path: &Path) -> Cause {
    Cause::new(
        format!("Another service already answers at {}.", path.display()),
        "Use that one, stop it first, or give this one another socket with --socket.",
    )
}
