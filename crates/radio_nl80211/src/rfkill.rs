//! Switches that silence radios (`/dev/rfkill`, `/sys/class/rfkill`; kernel documentation
//! "rfkill - RF kill switch support").

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use radio::{Cause, CommandError, CommandErrorKind, Switches};

use crate::files::Files;

const CLASS: &str = "/sys/class/rfkill";
const DEVICE: &str = "/dev/rfkill";

/// Nothing is switched off.
pub(crate) const ALL_ON: Switches = Switches {
    software: true,
    hardware: true,
};

/// Why a radio switched like this is silent; `None` when it is not.
pub(crate) fn cause(switches: Switches) -> Option<Cause> {
    if !switches.hardware {
        Some(Cause::new(
            "The radio is switched off by a switch or key of this machine (rfkill).",
            "Use that switch or key; software cannot switch it on.",
        ))
    } else if !switches.software {
        Some(Cause::new(
            "The radio is switched off by software (rfkill).",
            "Switch it on with `rfkill unblock wifi`, or leave airplane mode.",
        ))
    } else {
        None
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
            .open(DEVICE);
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

/// How the radio with this name (`phy0`) is switched.
pub(crate) fn state(phy: &str) -> Switches {
    state_in(Path::new(CLASS), phy)
}

/// Each switch of one radio, by these files: its name, and whether it is off by software, by hardware.
pub(crate) fn switches(files: &Files, phy: &str) -> Vec<(String, bool, bool)> {
    let read = |name: &str, file: &str| {
        let text = files.keep(&format!("{CLASS}/{name}/{file}"), str::to_owned);
        text.unwrap_or_default().trim().to_owned()
    };
    let names = files.names(CLASS).unwrap_or_default();
    names
        .into_iter()
        .filter(|name| read(name, "name") == phy)
        .map(|name| {
            let is_set = |file| read(&name, file) == "1";
            let (soft, hard) = (is_set("soft"), is_set("hard"));
            (name, soft, hard)
        })
        .collect()
}

/// The switches of one radio; normally there is one.
fn switches_of(class: &Path, phy: &str) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(class)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(move |dir| read(dir, "name").trim() == phy)
}

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).unwrap_or_default()
}

fn state_in(class: &Path, phy: &str) -> Switches {
    let mut found = ALL_ON;
    for dir in switches_of(class, phy) {
        found.hardware &= read(&dir, "hard").trim() != "1";
        found.software &= read(&dir, "soft").trim() != "1";
    }
    found
}

/// Switches the radio with this name on or off by software.
pub(crate) fn set_software(phy: &str, on: bool) -> Result<(), CommandError> {
    set_in(Path::new(CLASS), Path::new(DEVICE), phy, on)
}

fn set_in(class: &Path, device: &Path, phy: &str, on: bool) -> Result<(), CommandError> {
    let numbers: Vec<u32> = switches_of(class, phy)
        .filter_map(|dir| read(&dir, "index").trim().parse().ok())
        .collect();
    if numbers.is_empty() {
        return Err(CommandError {
            kind: CommandErrorKind::NotSupported,
            cause: Cause::new(
                format!("Radio {phy} has no switch that software could use (rfkill)."),
                "Set its interfaces down instead (`ip link set wlan0 down`).",
            ),
        });
    }
    let refused = |error: io::Error| CommandError {
        kind: match error.kind() {
            io::ErrorKind::PermissionDenied => CommandErrorKind::Permission,
            io::ErrorKind::NotFound => CommandErrorKind::NotSupported,
            _ => CommandErrorKind::Failed,
        },
        cause: Cause::new(
            format!(
                "The radio cannot be switched through {}: {error}.",
                device.display()
            ),
            "Let the service write there, or use the machine's own switch.",
        ),
    };
    let mut file = OpenOptions::new()
        .write(true)
        .open(device)
        .map_err(refused)?;
    numbers
        .into_iter()
        .try_for_each(|number| file.write_all(&change(number, on)).map_err(refused))
}

/// `struct rfkill_event`: index, type (0: all), operation (2: change this one), soft, hard.
fn change(number: u32, on: bool) -> [u8; 8] {
    const RFKILL_OP_CHANGE: u8 = 2;
    let [a, b, c, d] = number.to_ne_bytes();
    [a, b, c, d, 0, RFKILL_OP_CHANGE, u8::from(!on), 0]
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

    const fn state_of(software: bool, hardware: bool) -> Switches {
        Switches { software, hardware }
    }

    #[test]
    fn only_the_switch_of_this_radio_counts() {
        let dir = class(&[("phy1", "1", "1"), ("phy0", "0", "0"), ("phy3", "1", "0")]);
        assert_eq!(state_in(dir.path(), "phy0"), ALL_ON);
        assert_eq!(state_in(dir.path(), "phy1"), state_of(false, false));
        assert_eq!(state_in(dir.path(), "phy3"), state_of(false, true));
        assert_eq!(state_in(dir.path(), "phy2"), ALL_ON);
        let machine = tempfile::tempdir().unwrap();
        fs::create_dir_all(machine.path().join("sys/class")).unwrap();
        fs::rename(dir.path(), machine.path().join("sys/class/rfkill")).unwrap();
        let of = |phy| switches(&Files::below(machine.path()), phy);
        assert_eq!(of("phy3"), [("rfkill2".to_owned(), true, false)]);
        assert_eq!(of("phy2"), []);
    }

    #[test]
    fn a_soft_block_has_another_remedy_than_a_hard_one() {
        let remedy = |s| cause(s).unwrap().remedy;
        assert!(remedy(state_of(false, true)).contains("rfkill unblock"));
        for hard in [state_of(true, false), state_of(false, false)] {
            assert!(remedy(hard).contains("software cannot"));
        }
        assert_eq!(cause(ALL_ON), None);
    }

    #[test]
    fn a_change_goes_to_the_switch_of_this_radio_alone() {
        let dir = class(&[("phy1", "0", "0"), ("phy0", "0", "0")]);
        fs::write(dir.path().join("rfkill0/index"), "3\n").unwrap();
        fs::write(dir.path().join("rfkill1/index"), "4\n").unwrap();
        let device = dir.path().join("device");
        fs::write(&device, "").unwrap();

        set_in(dir.path(), &device, "phy0", false).unwrap();
        assert_eq!(fs::read(&device).unwrap(), change(4, false));
        assert_eq!(change(4, false)[4..], [0, 2, 1, 0]);
        assert_eq!(change(4, true)[4..], [0, 2, 0, 0]);

        let none = set_in(dir.path(), &device, "phy7", false).unwrap_err();
        assert_eq!(none.kind, CommandErrorKind::NotSupported);
        let nowhere = set_in(dir.path(), &dir.path().join("none"), "phy0", true).unwrap_err();
        assert_eq!(nowhere.kind, CommandErrorKind::NotSupported);
    }
}
