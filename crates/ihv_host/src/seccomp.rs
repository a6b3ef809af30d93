//! The system calls an extension has: memory, threads, time, reading files, its own pipes, and the
//! socket to the service. Everything else fails with EPERM, which a library that tries something
//! survives more often than it survives being killed.

#[cfg(target_arch = "x86_64")]
mod wine;

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use crate::socket::SERVICE;

/// Without conditions.
const ALLOWED: &[c_long] = &[
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mincore,
    libc::SYS_mlock,
    libc::SYS_mlock2,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_msync,
    libc::SYS_munlock,
    libc::SYS_munmap,
    // Threads.
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_futex_waitv,
    libc::SYS_get_robust_list,
    libc::SYS_getcpu,
    libc::SYS_rseq,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    // Answered with ENOSYS by the other filter: its flags lie in memory, where no filter sees them.
    libc::SYS_clone3,
    // Who and where.
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getgroups,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getresgid,
    libc::SYS_getresuid,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_sysinfo,
    libc::SYS_times,
    libc::SYS_uname,
    libc::SYS_umask,
    libc::SYS_getrandom,
    // Time.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getitimer,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    libc::SYS_setitimer,
    libc::SYS_timer_create,
    libc::SYS_timer_delete,
    libc::SYS_timer_getoverrun,
    libc::SYS_timer_gettime,
    libc::SYS_timer_settime,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_gettime,
    libc::SYS_timerfd_settime,
    // Signals of its own.
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sigaltstack,
    libc::SYS_signalfd4,
    // Files: looked at and read.
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fadvise64,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_lseek,
    libc::SYS_newfstatat,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_preadv2,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_statfs,
    libc::SYS_statx,
    // Pipes, standard error, and waiting for them.
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_write,
    libc::SYS_writev,
];

/// The old ones that newer architectures left out.
#[cfg(target_arch = "x86_64")]
const ALLOWED_HERE: &[c_long] = &[
    libc::SYS_access,
    libc::SYS_alarm,
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
    libc::SYS_epoll_create,
    libc::SYS_epoll_wait,
    libc::SYS_eventfd,
    libc::SYS_getpgrp,
    libc::SYS_getrlimit,
    libc::SYS_lstat,
    libc::SYS_pause,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_select,
    libc::SYS_stat,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_HERE: &[c_long] = &[];

/// Flags of an open that does not only read.
const WRITING: u64 =
    (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND) as u32 as u64;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Whose calls they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// An extension's in a process of Linux.
    #[cfg(not(wine))]
    Extension,
    /// Wine's own: its server, and a process of it while it begins.
    #[cfg(all(not(wine), target_arch = "x86_64"))]
    Wine,
    /// A Windows extension's, in a process that Wine has begun.
    #[cfg(wine)]
    Dll,
}

/// Filters the process' system calls from now on, those of all threads and programs it will have.
///
/// # Errors
/// Why they cannot be filtered.
pub(crate) fn apply(whose: Whose) -> Result<(), String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let refuse = |errno: i32| SeccompAction::Errno(errno as u32);
    // Of two filters the stricter decides.
    let old = Rules::from([(libc::SYS_clone3, Vec::new())]);
    let rules = match whose {
        #[cfg(not(wine))]
        Whose::Extension => rules(),
        #[cfg(all(not(wine), target_arch = "x86_64"))]
        Whose::Wine => wine::rules(),
        #[cfg(wine)]
        Whose::Dll => wine::rules_of_dlls(),
    };
    let filters = [
        (old, SeccompAction::Allow, refuse(libc::ENOSYS)),
        (
            rules.map_err(|error| error.to_string())?,
            refuse(libc::EPERM),
            SeccompAction::Allow,
        ),
    ];
    // All are compiled before the first applies.
    let programs = filters
        .into_iter()
        .map(|(rules, otherwise, matching)| {
            let filter = SeccompFilter::new(rules, otherwise, matching, arch)?;
            BpfProgram::try_from(filter)
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    programs
        .iter()
        .try_for_each(|program| apply_filter(program))
        .map_err(|error| error.to_string())
}

fn rules() -> Result<Rules, seccompiler::BackendError> {
    use SeccompCmpOp::{Eq, MaskedEq};
    let dword = |argument, op, value| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, value)
            .and_then(|condition| SeccompRule::new(vec![condition]))
    };
    let one_of = |argument: u8, values: &[u64]| {
        values
            .iter()
            .map(|value| dword(argument, Eq, *value))
            .collect::<Result<Vec<_>, _>>()
    };
    let flag = libc::CLONE_THREAD as u64;
    let own = u64::from(std::process::id());
    let number = |n: i32| n as u32 as u64;
    let mut rules: Rules = ALLOWED
        .iter()
        .chain(ALLOWED_HERE)
        .map(|number| (*number, Vec::new()))
        .collect();
    // Another thread, but no other process.
    rules.insert(libc::SYS_clone, vec![dword(0, MaskedEq(flag), flag)?]);
    // abort() and pthread_kill(), but no other process' threads.
    rules.insert(libc::SYS_tgkill, one_of(0, &[own])?);
    // Its own limits, which it cannot raise.
    rules.insert(libc::SYS_prlimit64, one_of(0, &[0])?);
    rules.insert(libc::SYS_openat, vec![dword(2, MaskedEq(WRITING), 0)?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, vec![dword(1, MaskedEq(WRITING), 0)?]);
    for call in [
        libc::SYS_recvfrom,
        libc::SYS_recvmsg,
        libc::SYS_sendmsg,
        libc::SYS_sendto,
    ] {
        rules.insert(call, one_of(0, &[SERVICE as u64])?);
    }
    let descriptors = [
        libc::F_DUPFD,
        libc::F_DUPFD_CLOEXEC,
        libc::F_GETFD,
        libc::F_GETFL,
        libc::F_SETFD,
        libc::F_SETFL,
    ]
    .map(number);
    rules.insert(libc::SYS_fcntl, one_of(1, &descriptors)?);
    let terminals = [
        libc::FIOCLEX,
        libc::FIONBIO,
        libc::FIONREAD,
        libc::TCGETS,
        libc::TIOCGWINSZ,
    ]
    .map(|n| u64::from(n as u32));
    rules.insert(libc::SYS_ioctl, one_of(1, &terminals)?);
    // Names, but not what makes it readable by others or independent of the service.
    let properties = [
        libc::PR_GET_DUMPABLE,
        libc::PR_GET_NAME,
        libc::PR_GET_NO_NEW_PRIVS,
        libc::PR_GET_SECCOMP,
        libc::PR_SET_NAME,
        libc::PR_SET_VMA,
    ]
    .map(number);
    rules.insert(libc::SYS_prctl, one_of(0, &properties)?);
    Ok(rules)
}
