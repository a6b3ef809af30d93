//! What sharing has changed in the system, kept where a later start finds it: a killed service cannot
//! clear up. Every change is noted before it is made.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sharing::Address;

/// A process, told apart from later ones with the same number by when it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    /// Clock ticks since boot (`/proc/PID/stat`, field 22).
    started: u64,
}

impl Process {
    pub(crate) fn of(pid: u32) -> Option<Self> {
        Some(Self {
            pid,
            started: started(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?,
        })
    }

    pub(crate) fn is_alive(self) -> bool {
        Self::of(self.pid) == Some(self)
    }
}

/// The name (field 2) may contain anything, so fields are counted from its closing parenthesis. A dead
/// process that nobody has waited for yet does not count.
fn started(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// What the kernel's forwarding was before: files below `/proc/sys/net` and what was in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Switched(pub(crate) Vec<(String, String)>);

/// The claim file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) owner: Process,
    pub(crate) helper: Option<Process>,
    pub(crate) addresses: Vec<(String, IpAddr, u8)>,
    pub(crate) rules: bool,
    pub(crate) forwarding: Switched,
}

impl Claim {
    pub(crate) const fn new(owner: Process) -> Self {
        Self {
            owner,
            helper: None,
            addresses: Vec::new(),
            rules: false,
            forwarding: Switched(Vec::new()),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.helper.is_none()
            && self.addresses.is_empty()
            && !self.rules
            && self.forwarding.0.is_empty()
    }

    pub(crate) fn add(&mut self, address: &Address) {
        self.addresses
            .push((address.interface.clone(), address.address, address.prefix));
    }

    /// Whether the address was ours.
    pub(crate) fn remove(&mut self, address: &Address) -> bool {
        let before = self.addresses.len();
        self.addresses
            .retain(|(interface, ip, _)| *interface != address.interface || *ip != address.address);
        self.addresses.len() < before
    }

    /// `None` when there is none, or none that can be understood.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Replaces the file as a whole; removes it when there is nothing to note.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        if self.is_empty() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = path.with_extension("claim.new");
        fs::write(&draft, serde_json::to_vec(self)?)?;
        fs::rename(&draft, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_read_as_it_was_written_and_goes_when_it_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sharing.claim");
        let owner = Process::of(std::process::id()).unwrap();
        let mut claim = Claim::new(owner);
        let address = Address {
            interface: "hosted0".into(),
            address: IpAddr::from([192, 168, 173, 1]),
            prefix: 24,
        };
        claim.add(&address);
        claim.forwarding = Switched(vec![("ipv4/ip_forward".into(), "0".into())]);
        claim.write(&path).unwrap();
        assert_eq!(Claim::read(&path).as_ref(), Some(&claim));
        assert!(claim.remove(&address) && !claim.remove(&address));
        claim.forwarding = Switched::default();
        claim.write(&path).unwrap();
        assert!(!path.exists());
        claim.write(&path).unwrap();
    }

    #[test]
    fn a_process_is_told_from_a_later_one_of_its_number() {
        let own = Process::of(std::process::id()).unwrap();
        assert!(own.is_alive());
        let other = Process {
            started: own.started + 1,
            ..own
        };
        assert!(!other.is_alive());
        assert_eq!(
            started("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"),
            Some(4711)
        );
        assert_eq!(
            started("7 (a) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"),
            None
        );
        assert_eq!(started("nonsense"), None);
    }
}
