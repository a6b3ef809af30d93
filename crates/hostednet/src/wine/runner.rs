//! Wine itself: its version, the registry of a prefix through its `reg.exe`, its services through a program of
//! ours.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::Path;
use std::process::{Command, Stdio};

use cause::Cause;
use rustix::fs::{MemfdFlags, memfd_create};

/// Versions that were tried.
const OLDEST: u32 = 8;
const NEWEST: u32 = 10;

/// Where Debian has it beside the path.
const DEBIAN: &str = "/usr/lib/wine/wine64";

/// A Wine and the prefix it is run with.
#[derive(Debug)]
pub(crate) struct Wine<'a> {
    program: OsString,
    version: String,
    prefix: &'a Path,
}

/// How `reg` ended.
struct Ended {
    success: bool,
    printed: String,
}

impl<'a> Wine<'a> {
    /// The Wine to use: that in WINE, or the first in the path.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find(prefix: &'a Path) -> Result<Self, Cause> {
        let named = std::env::var_os("WINE").filter(|name| !name.is_empty());
        let candidates = match named {
            Some(name) => vec![name],
            None => ["wine64", "wine", DEBIAN].map(OsString::from).to_vec(),
        };
        candidates
            .into_iter()
            .find_map(|program| {
                let output = Command::new(&program)
                    .arg("--version")
                    .stdin(Stdio::null())
                    .output()
                    .ok()
                    .filter(|output| output.status.success())?;
                let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                Some(Self {
                    program,
                    version,
                    prefix,
                })
            })
            .ok_or_else(|| {
                Cause::new(
                    "There is no Wine here that runs.",
                    "Install it (Debian: apt install wine64), or name its program in WINE.",
                )
            })
    }

    /// Whether it is one of those this was made for.
    ///
    /// # Errors
    /// When it is older or newer.
    pub(crate) fn check_version(&self) -> Result<(), Cause> {
        match major(&self.version) {
            Some(OLDEST..=NEWEST) => Ok(()),
            Some(_) | None => Err(Cause::new(
                format!(
                    "This Wine calls itself {:?}; hostednet works with Wine {OLDEST} to {NEWEST}.",
                    self.version
                ),
                "Name a program of such a Wine in WINE. Nothing was changed.",
            )),
        }
    }

    /// Runs Wine's `reg`.
    fn reg(&self, arguments: &[&str]) -> Result<Ended, Cause> {
        self.try_run("reg", arguments)
            .map_err(|error| self.failed(&error.to_string()))
    }

    /// Runs a program of the prefix. What it prints goes to a file: the first program in a prefix starts
    /// services, which keep its outputs open, so that the end of a pipe would never come.
    fn try_run(&self, program: &str, arguments: &[&str]) -> io::Result<Ended> {
        let mut file = File::from(memfd_create("hostednet-wine", MemfdFlags::CLOEXEC)?);
        let status = Command::new(&self.program)
            .arg(program)
            .args(arguments)
            .env("WINEPREFIX", self.prefix)
            .env("WINEDEBUG", "-all")
            // No offers to download anything, no entries in menus.
            .env("WINEDLLOVERRIDES", "winemenubuilder.exe,mscoree,mshtml=d")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file.try_clone()?)
            .status()?;
        let mut printed = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut printed)?;
        Ok(Ended {
            success: status.success(),
            printed: String::from_utf8_lossy(&printed).into_owned(),
        })
    }

    fn must(&self, arguments: &[&str]) -> Result<(), Cause> {
        let ended = self.reg(arguments)?;
        if ended.success {
            Ok(())
        } else {
            Err(self.failed(ended.printed.trim()))
        }
    }

    fn failed(&self, why: &str) -> Cause {
        Cause::new(
            format!(
                "Wine cannot change the registry of {}: {why}.",
                self.prefix.display()
            ),
            "See whether `wine reg query HKLM` works with this prefix, then run this again.",
        )
    }

    /// Has our program of the prefix enter its services, or strike them out.
    ///
    /// # Errors
    /// When Wine's service manager does not take them.
    pub(crate) fn services(&self, program: &str, verb: &str) -> Result<(), Cause> {
        let why = match self.try_run(program, &[verb]) {
            Ok(Ended { success: true, .. }) => return Ok(()),
            Ok(ended) => ended.printed.trim().to_owned(),
            Err(error) => error.to_string(),
        };
        Err(Cause::new(
            format!(
                "The service manager of {} does not take our services: {why}.",
                self.prefix.display()
            ),
            "See whether `wine net start` works with this prefix, then run this again.",
        ))
    }

    /// A text in the registry, if it is there.
    pub(crate) fn value(&self, key: &str, name: &str) -> Result<Option<String>, Cause> {
        let ended = self.reg(&["query", key, "/v", name])?;
        Ok(parse(&ended.printed, name))
    }

    /// Sets a text in the registry.
    pub(crate) fn set_value(&self, key: &str, name: &str, data: &str) -> Result<(), Cause> {
        self.must(&["add", key, "/v", name, "/t", "REG_SZ", "/d", data, "/f"])
    }

    /// Takes one out, if it is there.
    pub(crate) fn delete_value(&self, key: &str, name: &str) -> Result<(), Cause> {
        match self.value(key, name)? {
            Some(_) => self.must(&["delete", key, "/v", name, "/f"]),
            None => Ok(()),
        }
    }

    /// Writes a key and all below it to a file, if it is there.
    pub(crate) fn export(&self, key: &str, file: &Path) -> Result<bool, Cause> {
        if !self.reg(&["query", key])?.success {
            return Ok(false);
        }
        self.must(&["export", key, &windows_path(file), "/y"])?;
        Ok(true)
    }

    /// Reads a file that `export` wrote.
    pub(crate) fn restore(&self, file: &Path) -> Result<(), Cause> {
        self.must(&["import", &windows_path(file)])
    }

    /// Reads `text`, of which `file` becomes a copy.
    pub(crate) fn import(&self, text: &[u8], file: &Path) -> Result<(), Cause> {
        fs::write(file, text).map_err(|error| self.failed(&error.to_string()))?;
        self.restore(file)
    }

    /// Takes a key out, if it is there.
    pub(crate) fn delete_key(&self, key: &str) -> Result<(), Cause> {
        if self.reg(&["query", key])?.success {
            self.must(&["delete", key, "/f"])
        } else {
            Ok(())
        }
    }
}

/// A path of Linux as Wine takes it, whatever drives the prefix has.
fn windows_path(path: &Path) -> String {
    format!(r"\\?\unix{}", path.display())
}

/// The first number of `wine-8.0 (Debian 8.0~repack-4)`.
pub(crate) fn major(version: &str) -> Option<u32> {
    let digits = version.strip_prefix("wine-")?;
    let end = digits.find(|c: char| !c.is_ascii_digit());
    digits.get(..end.unwrap_or(digits.len()))?.parse().ok()
}

/// The data in a line of `reg query`: `    name    REG_SZ    data`.
pub(crate) fn parse(output: &str, name: &str) -> Option<String> {
    output.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix(name)?.trim_start();
        let data = rest.strip_prefix("REG_SZ")?;
        Some(data.trim().to_owned())
    })
}
