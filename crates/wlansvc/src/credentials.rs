//! Who calls: what the kernel says of the other end of a connection.
//!
//! Everything is read at the moment of `connect`, so a process that gives its privileges up later
//! keeps what its connection was made with, and the other way round.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd};

use column::Rights;
use rustix::io::Errno;

/// The kernel's own limit of groups a process may have (`NGROUPS_MAX`).
const MOST_GROUPS: usize = 65_536;

/// Of the name of a program the kernel keeps 15 bytes (`TASK_COMM_LEN`).
const COMM_LEN: usize = 16;

/// The rights of whoever connected `socket`. Privileged are root and the service's own user, and
/// whom the policy names (`docs/decisions/0006`).
///
/// # Errors
/// When the socket has no other end any more.
pub(crate) fn read(socket: impl AsFd) -> Result<Rights, Errno> {
    let peer = peer(&socket)?;
    let own = rustix::process::geteuid().as_raw();
    let mut groups = vec![peer.gid];
    // Without it (Linux before 4.13) only the effective group counts.
    let others = supplementary_groups(&socket).unwrap_or_default();
    groups.extend(others.into_iter().filter(|group| *group != peer.gid));
    Ok(Rights {
        owner: peer.uid == 0 || peer.uid == own,
        uid: peer.uid,
        groups,
        pid: peer.pid,
        program: program(peer.pid),
    })
}

/// `SO_PEERCRED`. The process is 0 when it lives in a namespace that cannot be seen from here,
/// which is why this is not left to a type that takes no 0.
fn peer(socket: &impl AsFd) -> Result<libc::ucred, Errno> {
    let mut peer = [libc::ucred {
        pid: 0,
        uid: u32::MAX,
        gid: u32::MAX,
    }];
    match get_option(socket, libc::SO_PEERCRED, &mut peer)? {
        len if len == size_of::<libc::ucred>() => {
            let [peer] = peer;
            Ok(peer)
        }
        _ => Err(Errno::NOTCONN),
    }
}

/// `SO_PEERGROUPS` (Linux 4.13).
fn supplementary_groups(socket: &impl AsFd) -> Result<Vec<u32>, Errno> {
    let mut groups = vec![0u32; 64];
    let len = match get_option(socket, libc::SO_PEERGROUPS, &mut groups) {
        Err(Errno::RANGE) => {
            groups.resize(MOST_GROUPS, 0);
            get_option(socket, libc::SO_PEERGROUPS, &mut groups)?
        }
        other => other?,
    };
    groups.truncate(len / size_of::<u32>());
    Ok(groups)
}

/// `getsockopt` at the socket's own level into `values`; returns how many bytes were filled. `T` is
/// one of the kernel's plain structures, for which any bytes are valid.
fn get_option<T: Copy>(
    socket: &impl AsFd,
    option: libc::c_int,
    values: &mut [T],
) -> Result<usize, Errno> {
    let mut len = libc::socklen_t::try_from(size_of_val(values)).map_err(|_| Errno::INVAL)?;
    #[expect(
        unsafe_code,
        reason = "rustix knows neither SO_PEERGROUPS nor a SO_PEERCRED without a process"
    )]
    // SAFETY: `values` is `len` writable bytes for the whole call; the kernel writes at most `len`.
    // Both uses pass integers or a structure of integers.
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            values.as_mut_ptr().cast(),
            &raw mut len,
        )
    };
    if result == 0 {
        return Ok(len as usize);
    }
    let error = std::io::Error::last_os_error().raw_os_error();
    Err(Errno::from_raw_os_error(error.unwrap_or(libc::EIO)))
}

/// What the kernel calls the program of a process, fit for a log; empty when it does not say.
fn program(pid: i32) -> String {
    if pid <= 0 {
        return String::new();
    }
    let mut name = [0; COMM_LEN];
    let read = File::open(format!("/proc/{pid}/comm")).and_then(|mut file| file.read(&mut name));
    let name = name.get(..read.unwrap_or(0)).unwrap_or_default();
    printable(name)
}

/// The name without what a program could put there to forge lines of a log.
fn printable(name: &[u8]) -> String {
    String::from_utf8_lossy(name.strip_suffix(b"\n").unwrap_or(name))
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// Who a connection belongs to, for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) uid: u32,
    pub(crate) pid: i32,
    pub(crate) program: String,
}

impl From<&Rights> for Caller {
    fn from(rights: &Rights) -> Self {
        Self {
            uid: rights.uid,
            pid: rights.pid,
            program: rights.program.clone(),
        }
    }
}

/// `phone-app (process 12, user 1000)`.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { uid, pid, program } = self;
        let program = if program.is_empty() { "?" } else { program };
        write!(f, "{program} (process {pid}, user {uid})")
    }
}

#[cfg(test)]
mod tests {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    use super::*;

    #[test]
    fn the_other_end_of_a_pair_is_this_process_with_all_its_groups() {
        let (ours, _theirs) = socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap();

        let rights = read(&ours).unwrap();

        assert!(rights.owner, "it runs as the same user");
        assert_eq!(rights.uid, rustix::process::geteuid().as_raw());
        assert_eq!(rights.pid, std::process::id().cast_signed());
        assert_eq!(
            rights.groups.first(),
            Some(&rustix::process::getegid().as_raw())
        );
        for group in rustix::process::getgroups().unwrap() {
            assert!(rights.groups.contains(&group.as_raw()), "{group:?}");
        }
        let comm = std::fs::read_to_string("/proc/self/comm").unwrap();
        assert_eq!(rights.program, comm.trim_end());
    }

    #[test]
    fn a_socket_without_another_end_gives_no_rights() {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        assert!(!read(&socket).is_ok_and(|rights| rights.owner));
    }

    #[test]
    fn a_program_cannot_forge_lines_of_a_log() {
        assert_eq!(printable(b"evil\nWARN x\x1b[1\n"), "evil?WARN x?[1");
        assert_eq!(program(0), "");
        assert_eq!(program(i32::MAX), "");
    }
}
