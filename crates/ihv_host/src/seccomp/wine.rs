//! What Wine needs besides: twice as much while it begins, little once a DLL of a vendor is loaded.
//!
//! Files are opened by Wine's server on behalf of its processes, and by it alone for writing; Landlock
//! says which. Sockets are those of Unix between the two, since nobody can make another one.

use libc::c_long;
#[cfg(not(wine))]
use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

use super::Rules;

/// What a process of Wine needs as long as it lives. Without conditions.
const ALWAYS: &[c_long] = &[
    // To and from Wine's server, which also hands over files.
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    // Names of files are looked up folder by folder.
    libc::SYS_chdir,
    libc::SYS_fchdir,
    libc::SYS_fgetxattr,
    libc::SYS_getdents,
    libc::SYS_getxattr,
    libc::SYS_lgetxattr,
    // What the server has opened for writing.
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
];

/// What Wine needs to begin, and what its server needs. Without conditions.
#[cfg(not(wine))]
const BEGINNING: &[c_long] = &[
    // Programs and their ends.
    libc::SYS_execve,
    libc::SYS_fork,
    libc::SYS_getpgid,
    libc::SYS_getpriority,
    libc::SYS_getsid,
    libc::SYS_kill,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setscheduler,
    libc::SYS_setpgid,
    libc::SYS_setpriority,
    libc::SYS_setsid,
    libc::SYS_tgkill,
    libc::SYS_tkill,
    libc::SYS_vfork,
    libc::SYS_wait4,
    libc::SYS_waitid,
    // Sockets that exist.
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_getpeername,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_listen,
    libc::SYS_setsockopt,
    libc::SYS_shutdown,
    // Files.
    libc::SYS_chmod,
    libc::SYS_copy_file_range,
    libc::SYS_creat,
    libc::SYS_fallocate,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fcntl,
    libc::SYS_fdatasync,
    libc::SYS_flock,
    libc::SYS_fsetxattr,
    libc::SYS_fsync,
    libc::SYS_ftruncate,
    libc::SYS_inotify_add_watch,
    libc::SYS_inotify_init,
    libc::SYS_inotify_init1,
    libc::SYS_inotify_rm_watch,
    libc::SYS_ioctl,
    libc::SYS_link,
    libc::SYS_linkat,
    libc::SYS_memfd_create,
    libc::SYS_mkdir,
    libc::SYS_mkdirat,
    libc::SYS_open,
    libc::SYS_openat,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_rmdir,
    libc::SYS_sendfile,
    libc::SYS_setxattr,
    libc::SYS_symlink,
    libc::SYS_symlinkat,
    libc::SYS_truncate,
    libc::SYS_unlink,
    libc::SYS_unlinkat,
    libc::SYS_utimensat,
    // Its own properties and limits; and to give up more of all this later.
    libc::SYS_landlock_add_rule,
    libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_restrict_self,
    libc::SYS_prctl,
    libc::SYS_prlimit64,
    libc::SYS_seccomp,
    libc::SYS_setrlimit,
];

/// For a DLL of a vendor: those of an extension of Linux, and [`ALWAYS`].
#[cfg(wine)]
pub(super) fn rules_of_dlls() -> Result<Rules, seccompiler::BackendError> {
    let mut rules = super::rules()?;
    rules.extend(ALWAYS.iter().map(|number| (*number, Vec::new())));
    Ok(rules)
}

/// For Wine's server, and for a process of Wine until it says that it has begun. No new namespaces, no
/// sockets but those of Unix, nothing of the kernel's administration, no other process' memory.
#[cfg(not(wine))]
pub(super) fn rules() -> Result<Rules, seccompiler::BackendError> {
    use SeccompCmpOp::{Eq, MaskedEq};
    let dword = |argument, op, value| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, value)
            .and_then(|condition| SeccompRule::new(vec![condition]))
    };
    let mut rules = super::rules()?;
    let both = ALWAYS.iter().chain(BEGINNING);
    rules.extend(both.map(|number| (*number, Vec::new())));
    let unix = || dword(0, Eq, libc::AF_UNIX as u32 as u64);
    rules.insert(libc::SYS_socket, vec![unix()?]);
    rules.insert(libc::SYS_socketpair, vec![unix()?]);
    // Threads and processes, but none in a namespace of its own.
    let namespaces = (libc::CLONE_NEWCGROUP
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWUSER
        | libc::CLONE_NEWUTS) as u32;
    let plain = dword(0, MaskedEq(u64::from(namespaces)), 0)?;
    rules.insert(libc::SYS_clone, vec![plain]);
    Ok(rules)
}
