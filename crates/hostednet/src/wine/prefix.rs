//! A Wine prefix: the folder that is Windows to its programs.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use cause::Cause;

/// A prefix, which need not be one.
#[derive(Debug)]
pub(crate) struct Prefix {
    path: PathBuf,
}

/// The prefix that is meant.
///
/// # Errors
/// When none is named and there is no home folder.
pub(crate) fn at(named: Option<PathBuf>) -> Result<Prefix, Cause> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let path = named
        .or_else(|| variable("WINEPREFIX").map(PathBuf::from))
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".wine")))
        .ok_or_else(|| Cause::new("There is no home folder.", "Name the prefix."))?;
    let path = std::path::absolute(&path).unwrap_or(path);
    Ok(Prefix { path })
}

impl Prefix {
    #[cfg(test)]
    pub(crate) fn new(path: &Path) -> Self {
        let path = path.to_owned();
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn system32(&self) -> PathBuf {
        self.path.join("drive_c/windows/system32")
    }

    /// Where what was there before is kept.
    pub(crate) fn keep(&self) -> PathBuf {
        self.path.join(".hostednet")
    }

    /// Whether it is one that can be set up.
    ///
    /// # Errors
    /// When it is none, not whole, a 32-bit one, somebody else's, or read-only.
    pub(crate) fn check(&self) -> Result<(), Cause> {
        self.check_whole()?;
        let name = self.path.display();
        let owner = fs::metadata(&self.path).map(|data| data.uid());
        if owner.is_ok_and(|owner| owner != rustix::process::geteuid().as_raw()) {
            return Err(Cause::new(
                format!("{name} belongs to another user."),
                "Run this as the user whose programs run in it: Wine itself refuses everybody else.",
            ));
        }
        self.check_writable(&self.path)?;
        self.check_writable(&self.system32())
    }

    /// Whether it is a prefix that 64-bit programs run in.
    ///
    /// # Errors
    /// When it is none, not whole, or a 32-bit one.
    pub(crate) fn check_whole(&self) -> Result<(), Cause> {
        let name = self.path.display();
        let registry = self.path.join("system.reg");
        let text = match fs::read(&registry) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Cause::new(
                    format!("{name} is no Wine prefix: it has no system.reg."),
                    "Run `wineboot` with it first, or name another one.",
                ));
            }
            Err(error) => return Err(self.unusable(&registry, &error)),
        };
        let head = String::from_utf8_lossy(text.get(..text.len().min(512)).unwrap_or_default())
            .into_owned();
        if head.contains("#arch=win32") {
            return Err(Cause::new(
                format!("{name} is a 32-bit prefix; only 64-bit programs are served."),
                "Use a 64-bit prefix and the 64-bit version of the program.",
            ));
        }
        if !self.system32().join("kernel32.dll").exists() {
            return Err(Cause::new(
                format!("{name} is not whole: Windows' system32 is missing or empty."),
                "Run `wineboot -u` with it, and this again.",
            ));
        }
        Ok(())
    }

    fn check_writable(&self, folder: &Path) -> Result<(), Cause> {
        let probe = folder.join(".hostednet-probe");
        fs::write(&probe, b"")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|error| self.unusable(folder, &error))
    }

    /// A file or folder of it that cannot be used.
    pub(crate) fn unusable(&self, path: &Path, error: &io::Error) -> Cause {
        Cause::new(
            format!(
                "The prefix {} cannot be changed: {}: {error}.",
                self.path.display(),
                path.display()
            ),
            "See to it that you may write there and that there is room; nothing else is needed.",
        )
    }

    /// Puts a file into `system32`. Another one of that name is replaced, not written into: a program
    /// may run from it, and it may be a link to Wine's own.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(crate) fn put(&self, source: &Path, name: &str) -> Result<(), Cause> {
        let target = self.system32().join(name);
        let new = self.system32().join(format!(".{name}.new"));
        let done = fs::copy(source, &new).and_then(|_| fs::rename(&new, &target));
        done.map_err(|error| {
            let _ = fs::remove_file(&new);
            self.unusable(&target, &error)
        })
    }
}
