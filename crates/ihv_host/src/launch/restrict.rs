//! What is taken from Wine before it begins. Unlike for a shared object nothing of it may be missing but
//! the network namespace: Wine's server would open any file of the service's user for an extension.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, RestrictionStatus, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};

use super::room::{Prefix, Room};
use super::wine::Wine;
use super::{Fault, failed};
use crate::confine::{READABLE, drop_capabilities, leave_network};
use crate::seccomp::{self, Whose};

/// What Wine reads besides: who the user is, and what machine it is.
const READ_BY_WINE: &[&str] = &[
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/self",
    "/proc/stat",
    "/proc/uptime",
    "/usr/share/wine",
    "/usr/x86_64-w64-mingw32/lib",
];

/// Where its programs and those of the system are.
const PROGRAMS: &[&str] = &["/lib", "/lib64", "/usr/lib", "/usr/lib64"];

/// For the host of a DLL. Returns what could not be had.
pub(crate) fn host(
    wine: &Wine,
    prefix: &Prefix,
    room: &Room,
    program: &Path,
    extension: &Path,
) -> Result<Vec<String>, Fault> {
    let read = [
        prefix.files(),
        extension.to_owned(),
        program.parent().unwrap_or(program).to_owned(),
    ];
    restrict(wine, &read, room)
}

/// For the maker of a prefix.
pub(crate) fn maker(wine: &Wine, room: &Room) -> Result<Vec<String>, Fault> {
    restrict(wine, &[], room)
}

fn restrict(wine: &Wine, read: &[PathBuf], room: &Room) -> Result<Vec<String>, Fault> {
    let mut missing = Vec::new();
    leave_network(&mut missing);
    drop_capabilities(&mut missing);
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .map_err(|error| failed("die with the service", &error.into()))?;
    let status = rules(wine, read, room).map_err(|error| no_landlock(&error.to_string()))?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => {}
        RulesetStatus::PartiallyEnforced => missing.push(
            "Landlock of this kernel is older than Linux 6.12: files are restricted, signals to other \
             processes of the service's user are not."
                .to_owned(),
        ),
        RulesetStatus::NotEnforced => return Err(no_landlock("the kernel has none")),
    }
    seccomp::apply(Whose::Wine).map_err(|why| {
        (
            format!("System calls cannot be filtered: {why}."),
            "Use a kernel with seccomp; Windows extensions are not run without it.",
        )
    })?;
    Ok(missing)
}

fn no_landlock(why: &str) -> Fault {
    (
        format!("Landlock cannot confine Wine: {why}."),
        "Use Linux 5.13 or later with Landlock (lsm=landlock,...); Windows extensions are not run \
         without it.",
    )
}

fn rules(
    wine: &Wine,
    read: &[PathBuf],
    room: &Room,
) -> Result<RestrictionStatus, Box<dyn std::error::Error>> {
    let abi = ABI::V6;
    let reading: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let everything = AccessFs::from_all(abi) & !(AccessFs::MakeChar | AccessFs::MakeBlock);
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?;
    let given = PROGRAMS
        .iter()
        .map(PathBuf::from)
        .chain(wine.folders())
        .map(|path| (path, reading | AccessFs::Execute))
        .chain(
            READABLE
                .iter()
                .chain(READ_BY_WINE)
                .map(|path| (path.into(), reading)),
        )
        .chain(read.iter().map(|path| (path.clone(), reading)))
        .chain([
            (PathBuf::from("/dev/null"), AccessFs::WriteFile.into()),
            (room.path().to_owned(), everything),
        ])
        .chain(room.shared().map(|path| (path.to_owned(), everything)));
    for (path, mut access) in given {
        // What is not there needs no rule.
        let Ok(fd) = PathFd::new(&path) else { continue };
        if !path.is_dir() {
            access &= AccessFs::from_file(abi);
        }
        rules = rules.add_rule(PathBeneath::new(fd, access))?;
    }
    Ok(rules.restrict_self()?)
}
