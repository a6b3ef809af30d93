//! Switches that silence radios (`/dev/rfkill`, `/sys/class/rfkill`; kernel documentation
//! "rfkill - RF kill switch support").

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use radio::Cause;

const CLASS: &str = "/sys/class/rfkill";

/// Whether a radio is silenced, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    /// It may transmit.
    On,
    /// A program switched it off.
    SoftOff,
    /// A switch of the machine is off.
    HardOff,
}

impl Switch {
    /// Why the radio is silent; `None` when it is not.
    pub(crate) fn cause(self) -> Option<Cause> {
        match self {
            Self::On => None,
            Self::SoftOff => Some(Cause::new(
                "The radio is switched off by software (rfkill).",
                "Switch it on with `rfkill unblock wifi`, or leave airplane mode.",
            )),
            Self::HardOff => Some(Cause::new(
                "The radio is switched off by a switch or key of this machine (rfkill).",
                "Use that switch or key; software cannot switch it on.",
            )),
        }
    }
}

/// Watches the switches. Without `/dev/rfkill` there is nothing to poll, but the state can be read.
#[derive(Debug)]
pub(crate) struct Watch(Option<File>);

impl Watch {
    pub(crate) fn open() -> Self {
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(nonblocking)
            .open("/dev/rfkill");
        let mut watch = Self(file.ok());
        watch.drain();
        watch
    }

    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.0.as_ref().map(File::as_fd)
    }

    /// Takes all reports; what they say is read from [`state`].
    pub(crate) fn drain(&mut self) {
        let Some(file) = &mut self.0 else { return };
        // One event a read; struct rfkill_event_ext has 9 bytes and may grow.
        let mut event = [0; 32];
        while matches!(file.read(&mut event), Ok(len) if len > 0) {}
    }
}

/// The state of the switches of the radio with this name (`phy0`).
pub(crate) fn state(phy: &str) -> Switch {
    state_in(Path::new(CLASS), phy)
}

fn state_in(class: &Path, phy: &str) -> Switch {
    let read = |dir: &Path, name| fs::read_to_string(dir.join(name)).unwrap_or_default();
    let Ok(entries) = fs::read_dir(class) else {
        return Switch::On;
    };
    let mut found = Switch::On;
    for dir in entries.flatten().map(|e| e.path()) {
        if read(&dir, "name").trim() != phy {
            continue;
        }
        if read(&dir, "hard").trim() == "1" {
            return Switch::HardOff;
        }
        if read(&dir, "soft").trim() == "1" {
            found = Switch::SoftOff;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(switches: &[(&str, &str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (i, (name, soft, hard)) in switches.iter().enumerate() {
            let at = dir.path().join(format!("rfkill{i}"));
            fs::create_dir(&at).unwrap();
            for (file, text) in [("name", name), ("soft", soft), ("hard", hard)] {
                fs::write(at.join(file), format!("{text}\n")).unwrap();
            }
        }
        dir
    }

    #[test]
    fn only_the_switch_of_this_radio_counts() {
        let dir = class(&[("phy1", "1", "1"), ("phy0", "0", "0")]);
        assert_eq!(state_in(dir.path(), "phy0"), Switch::On);
        assert_eq!(state_in(dir.path(), "phy1"), Switch::HardOff);
        assert_eq!(state_in(dir.path(), "phy2"), Switch::On);
    }

    #[test]
    fn a_soft_block_has_another_remedy_than_a_hard_one() {
        let dir = class(&[("phy0", "1", "0")]);
        assert_eq!(state_in(dir.path(), "phy0"), Switch::SoftOff);
        assert!(
            Switch::SoftOff
                .cause()
                .unwrap()
                .remedy
                .contains("rfkill unblock")
        );
        assert!(
            Switch::HardOff
                .cause()
                .unwrap()
                .remedy
                .contains("software cannot")
        );
        assert_eq!(Switch::On.cause(), None);
    }
}
