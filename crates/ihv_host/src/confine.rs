//! What is taken from the process before it loads foreign code: user, capabilities, network, files,
//! system calls. Each part that cannot be had here is told, never passed over
//! (docs/decisions/0018).

use std::fs::File;
use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior};
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use crate::runner::Confined;
use crate::seccomp::{self, Whose};

/// Whom the process becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    /// Not root.
    pub uid: u32,
    /// Its only group.
    pub gid: u32,
}

/// What an extension may read besides itself: libraries, and what they read at their start.
pub(crate) const READABLE: &[&str] = &[
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
    "/dev/null",
    "/dev/urandom",
    "/dev/zero",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
];

/// Gives up everything else. The extension's file is opened before, because the user that is left
/// may have no way to it. Returns what could not be given up, a sentence each.
///
/// # Errors
/// When the process cannot become `user`: it would have more rights than the service believes.
pub fn confine(extension: &Path, user: Option<User>) -> io::Result<Confined> {
    let mut missing = Vec::new();
    let file = File::open(extension).ok();
    leave_network(&mut missing);
    if let Some(user) = user {
        become_user(user)?;
    }
    drop_capabilities(&mut missing);
    // The change of user has undone both.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // ThreadSanitizer reads and starts what it likes (`cargo xtask test threads`).
    if !cfg!(tsan) {
        restrict_files(file.as_ref(), &mut missing);
        if let Err(why) = seccomp::apply(Whose::Extension) {
            missing.push(format!("System calls are not filtered: {why}."));
        }
    }
    Ok(Confined {
        file: file.filter(|_| user.is_some()),
        missing,
    })
}

/// An empty network namespace, where the service is allowed to make one.
pub(crate) fn leave_network(missing: &mut Vec<String>) {
    if let Err(error) = unshare_network() {
        missing.push(format!(
            "The network namespace is the service's ({error}); no socket can be made in it."
        ));
    }
}

#[expect(unsafe_code, reason = "rustix marks it so for other namespaces' sake")]
fn unshare_network() -> rustix::io::Result<()> {
    // SAFETY: a network namespace has no part in memory or descriptors.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNET) }
}

fn become_user(user: User) -> io::Result<()> {
    use rustix::process::{Gid, Uid, getgid, getuid};
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    // There is one thread yet.
    rustix::thread::set_thread_groups(&[])?;
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    if (getuid(), getgid()) == (uid, gid) && !uid.is_root() {
        Ok(())
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

pub(crate) fn drop_capabilities(missing: &mut Vec<String>) {
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    if let Err(error) = rustix::thread::set_capabilities(None, none) {
        missing.push(format!("Capabilities cannot be given up: {error}."));
    }
}

/// Landlock: libraries and the extension itself can be read, nothing else, and nothing written.
fn restrict_files(extension: Option<&File>, missing: &mut Vec<String>) {
    match landlock_rules(extension) {
        Ok(RestrictionStatus {
            ruleset: RulesetStatus::FullyEnforced,
            ..
        }) => {}
        Ok(RestrictionStatus {
            ruleset: RulesetStatus::PartiallyEnforced,
            ..
        }) => missing.push(
            "Landlock of this kernel is older than Linux 6.12: files are restricted, signals and \
             sockets by the system call filter alone."
                .to_owned(),
        ),
        Ok(_) => missing.push(
            "The kernel has no Landlock, or the service may not use it: files that the process' user \
             may read can be read."
                .to_owned(),
        ),
        Err(error) => missing.push(format!("Landlock refuses its rules: {error}.")),
    }
}

fn landlock_rules(
    extension: Option<&File>,
) -> Result<RestrictionStatus, Box<dyn std::error::Error>> {
    let abi = ABI::V6;
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?;
    for path in READABLE {
        // What is not there needs no rule.
        if let Ok(fd) = PathFd::new(path) {
            rules = rules.add_rule(PathBeneath::new(fd, AccessFs::ReadFile))?;
        }
    }
    if let Some(extension) = extension {
        rules = rules.add_rule(PathBeneath::new(extension, AccessFs::ReadFile))?;
    }
    Ok(rules.restrict_self()?)
}
