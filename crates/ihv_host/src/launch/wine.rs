//! Which Wine, and how it is started.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Fault;

/// Versions it was made for.
const OLDEST: u32 = 8;
const NEWEST: u32 = 10;

/// Where it is looked for. Not in the path, which a service has no own one of.
const PLACES: [&str; 7] = [
    "/usr/lib/wine/wine64",
    "/usr/bin/wine64",
    "/usr/bin/wine",
    "/opt/wine-stable/bin/wine64",
    "/opt/wine-stable/bin/wine",
    "/usr/local/bin/wine64",
    "/usr/local/bin/wine",
];

/// What is handed on to a Wine that WINE names.
const HANDED_ON: [&str; 2] = ["LD_LIBRARY_PATH", "WINEPATH"];

/// A Wine that runs.
#[derive(Debug)]
pub(crate) struct Wine {
    program: PathBuf,
    server: PathBuf,
    /// As it tells it.
    pub(crate) version: String,
    environment: Vec<(&'static str, OsString)>,
}

impl Wine {
    /// The one that WINE names, or else the first in the usual places.
    ///
    /// # Errors
    /// When there is none, or none of a version that is served.
    pub(crate) fn find() -> Result<Self, Fault> {
        if !may_execute_memory() {
            return Err((
                "Wine needs memory that can be written and then executed, which this service may not \
                 have (MemoryDenyWriteExecute of its unit)."
                    .to_owned(),
                "Put `[Service]` and `MemoryDenyWriteExecute=no` into \
                 /etc/systemd/system/hostednet.service.d/wine.conf, then `systemctl daemon-reload` and \
                 restart hostednet.",
            ));
        }
        let none = || {
            (
                "Windows extensions run under Wine, and there is none here that runs.".to_owned(),
                "Install it (Debian: apt install wine64), or name its program in the service's \
                 environment variable WINE.",
            )
        };
        let named = std::env::var_os("WINE").filter(|name| !name.is_empty());
        let mut environment = Vec::new();
        let places = match named {
            Some(name) => {
                for name in HANDED_ON {
                    environment.extend(std::env::var_os(name).map(|value| (name, value)));
                }
                vec![PathBuf::from(name)]
            }
            None => PLACES.map(PathBuf::from).to_vec(),
        };
        let program = places
            .iter()
            .find_map(|place| fs::canonicalize(place).ok().filter(|path| path.is_file()))
            .ok_or_else(none)?;
        let folder = program.parent().unwrap_or(Path::new("/"));
        let server = ["wineserver64", "wineserver"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|path| path.is_file())
            .ok_or_else(|| {
                (
                    format!("There is no wineserver beside {}.", program.display()),
                    "Install Wine whole, or name another one in the service's environment variable \
                     WINE.",
                )
            })?;
        let mut wine = Self {
            program,
            server,
            version: String::new(),
            environment,
        };
        let printed = wine
            .command(Path::new("/"))
            .arg("--version")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())
            .ok_or_else(none)?;
        wine.version = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
        match major(&wine.version) {
            Some(OLDEST..=NEWEST) => Ok(wine),
            _ => Err((
                format!(
                    "This Wine calls itself {:?}; Windows extensions run with Wine {OLDEST} to \
                     {NEWEST}.",
                    wine.version
                ),
                "Name a program of such a Wine in the service's environment variable WINE.",
            )),
        }
    }

    /// A program of it, in a prefix, with an environment of our own.
    pub(crate) fn command(&self, prefix: &Path) -> Command {
        self.with_environment(Command::new(&self.program), prefix)
    }

    /// Its server, in a prefix.
    pub(crate) fn server(&self, prefix: &Path) -> Command {
        self.with_environment(Command::new(&self.server), prefix)
    }

    fn with_environment(&self, mut command: Command, prefix: &Path) -> Command {
        command
            .env_clear()
            .env("WINEPREFIX", prefix)
            .env("HOME", prefix)
            .env("LC_ALL", "C.UTF-8")
            .env("WINESERVER", &self.server)
            // What it cannot load, and crashes; not that it starts without its services.
            .env("WINEDEBUG", "fixme-all,err-environ,err-winediag")
            .current_dir("/");
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command
    }

    /// Folders that its programs are read from.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        // X/lib/wine/wine64, X/bin/wine.
        for base in self.program.ancestors().skip(1) {
            if base
                .file_name()
                .is_some_and(|name| name == "lib" || name == "bin")
                && let Some(base) = base.parent()
            {
                let below = [
                    "bin",
                    "lib",
                    "lib64",
                    "share/wine",
                    "x86_64-w64-mingw32/lib",
                ];
                folders.extend(below.map(|name| base.join(name)));
            }
        }
        let libraries = self
            .environment
            .iter()
            .filter(|(name, _)| *name == "LD_LIBRARY_PATH");
        folders.extend(libraries.flat_map(|(_, path)| std::env::split_paths(path)));
        folders
    }
}

/// Wine loads programs as it likes, and Linux may forbid to make code of what was written.
#[expect(unsafe_code, reason = "a page of memory")]
fn may_execute_memory() -> bool {
    use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
    const PAGE: usize = 4096;
    // SAFETY: a new page that nobody else knows, used by nobody and given back.
    unsafe {
        let Ok(page) = mmap_anonymous(
            core::ptr::null_mut(),
            PAGE,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::PRIVATE,
        ) else {
            return true;
        };
        let allowed = mprotect(page, PAGE, MprotectFlags::READ | MprotectFlags::EXEC).is_ok();
        let _ = munmap(page, PAGE);
        allowed
    }
}

/// The first number of `wine-8.0 (Debian 8.0~repack-4)`.
fn major(version: &str) -> Option<u32> {
    let number = version.strip_prefix("wine-")?;
    let end = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    number.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_wine_prints_them() {
        assert_eq!(major("wine-8.0 (Debian 8.0~repack-4)"), Some(8));
        assert_eq!(major("wine-10.0-rc1"), Some(10));
        assert_eq!(major("crossover"), None);
        assert_eq!(major("wine-"), None);
    }

    #[test]
    fn folders_of_a_wine_are_those_of_its_installation() {
        let wine = Wine {
            program: PathBuf::from("/opt/w/lib/wine/wine64"),
            server: PathBuf::new(),
            version: String::new(),
            environment: Vec::new(),
        };
        let folders = wine.folders();
        assert!(folders.contains(&PathBuf::from("/opt/w/share/wine")));
        assert!(!folders.contains(&PathBuf::from("/opt")));
    }
}
