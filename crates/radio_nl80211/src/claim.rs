//! What this program changed in the system, kept where a later start finds it.
//!
//! The access point is not tied to the process (design rule "the radio outlives the daemon"), so a
//! killed process leaves its interface behind. A claim file says what that interface is and what to
//! do with it; the interface's alias says the same for the case that the file is lost.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A process, told apart from later ones with the same number by when it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pid: u32,
    /// Clock ticks since boot (`/proc/PID/stat`, field 22).
    started: u64,
}

impl Owner {
    pub(crate) fn this_process() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            started: start_of(pid).unwrap_or_default(),
        }
    }

    pub(crate) fn is_alive(self) -> bool {
        start_of(self.pid) == Some(self.started)
    }

    /// Whether it lives, by what `/proc/PID/stat` says, where there is one.
    pub(crate) fn is_alive_by(self, stat: Option<&str>) -> bool {
        stat.and_then(start_in_stat) == Some(self.started)
    }

    pub(crate) const fn pid(self) -> u32 {
        self.pid
    }
}

fn start_of(pid: u32) -> Option<u64> {
    start_in_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The name (field 2) may contain anything, so fields are counted from its closing parenthesis. A
/// dead process that nobody has waited for yet does not count.
fn start_in_stat(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// What the name of a network interface may have (`IFNAMSIZ` without the final zero).
const NAME_MAX: usize = 15;
const MONITOR_SUFFIX: &str = "-air";

/// The name of the monitor interface beside an access point interface of this name.
pub(crate) fn monitor_name(own_interface: &str) -> String {
    let mut end = own_interface.len().min(NAME_MAX - MONITOR_SUFFIX.len());
    while !own_interface.is_char_boundary(end) {
        end -= 1;
    }
    let stem = own_interface.get(..end).unwrap_or_default();
    format!("{stem}{MONITOR_SUFFIX}")
}

const ALIAS_PREFIX: &str = "hostednet access point of process ";

/// The alias that marks an interface as made by `owner`.
pub(crate) fn alias(owner: Owner) -> String {
    format!("{ALIAS_PREFIX}{}/{}", owner.pid, owner.started)
}

/// Reads such an alias; `None` when the interface is somebody else's.
pub(crate) fn read_alias(alias: &str) -> Option<Owner> {
    let (pid, started) = alias.strip_prefix(ALIAS_PREFIX)?.split_once('/')?;
    Some(Owner {
        pid: pid.parse().ok()?,
        started: started.parse().ok()?,
    })
}

/// What was done to an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// It was made. `ifindex` is missing if the process died while making it.
    Made {
        /// Its index.
        ifindex: Option<u32>,
    },
    /// It was of another type before.
    Converted {
        /// Its index.
        ifindex: u32,
        /// `NL80211_IFTYPE_*` to give back.
        iftype: u32,
        /// Whether it was up.
        up: bool,
    },
}

/// The contents of the claim file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) owner: Owner,
    /// The interface's name.
    pub(crate) interface: String,
    pub(crate) change: Change,
}

/// Where the claim for an access point interface of this name lies.
pub(crate) fn path(runtime_dir: &Path, own_interface: &str) -> PathBuf {
    runtime_dir.join(format!("{own_interface}.claim"))
}

/// `None` when there is none or it cannot be understood (then the alias must do).
pub(crate) fn read(path: &Path) -> Option<Claim> {
    let text = fs::read(path).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Replaces the claim file as a whole.
pub(crate) fn write(path: &Path, claim: &Claim) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let draft = path.with_extension("claim.new");
    fs::write(&draft, serde_json::to_vec(claim)?)?;
    fs::rename(&draft, path)
}

/// Removes the claim file if it is there.
pub(crate) fn remove(path: &Path) {
    if let Err(e) = fs::remove_file(path)
        && e.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), error = %e, "the claim file cannot be removed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_file_reads_back_and_garbage_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(&dir.path().join("deep"), "hosted0");
        assert_eq!(read(&path), None);
        for change in [
            Change::Made { ifindex: None },
            Change::Made { ifindex: Some(7) },
            Change::Converted {
                ifindex: 2,
                iftype: 2,
                up: true,
            },
        ] {
            let claim = Claim {
                owner: Owner {
                    pid: 12,
                    started: 345,
                },
                interface: "hosted0".into(),
                change,
            };
            write(&path, &claim).unwrap();
            assert_eq!(read(&path), Some(claim));
        }
        fs::write(&path, b"{\"owner\":").unwrap();
        assert_eq!(read(&path), None);
        remove(&path);
        remove(&path);
        assert!(!path.exists());
    }

    #[test]
    fn the_monitors_name_fits_and_shows_whose_it_is() {
        for (own, monitor) in [
            ("hosted0", "hosted0-air"),
            ("abcdefghijklmno", "abcdefghijk-air"),
            ("abcdefghij\u{e4}\u{e4}\u{e4}", "abcdefghij-air"),
            ("", "-air"),
        ] {
            assert_eq!(monitor_name(own), monitor);
        }
    }

    #[test]
    fn only_our_alias_marks_an_interface_as_ours() {
        let owner = Owner {
            pid: 12,
            started: 345,
        };
        assert_eq!(read_alias(&alias(owner)), Some(owner));
        for foreign in [
            "",
            "uplink",
            "hostednet access point of process 12",
            "hostednet access point of process x/1",
        ] {
            assert_eq!(read_alias(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_recycled_process_number_is_not_the_owner() {
        let me = Owner::this_process();
        assert!(me.is_alive());
        assert!(
            !Owner {
                started: me.started + 1,
                ..me
            }
            .is_alive()
        );
    }

    #[test]
    fn start_time_is_found_behind_any_process_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 1000 2";
        assert_eq!(start_in_stat(stat), Some(4711));
        assert_eq!(start_in_stat(&stat.replace(") S", ") Z")), None);
        assert_eq!(start_in_stat("7 (a) S 1 7"), None);
        assert_eq!(start_in_stat(""), None);
    }
}
