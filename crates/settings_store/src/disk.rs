//! The state folder and the few things done to it.

use core::fmt;
use std::fs::DirBuilder;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use cause::Cause;
use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, RenameFlags, fchmod, flock, fstat, fsync,
    open, openat, renameat, renameat_with, stat, statat, unlinkat,
};
use rustix::io::{Errno, read, write};

use crate::StoreError;

/// A file is written under its name with this, then renamed. One that is found is a leftover of a
/// service that was killed: the lock says that nobody else writes here.
const NEW: &str = ".new";

/// Most files of one kind that are kept aside.
const MAX_ASIDE: u32 = 1000;

/// The operations a replacement is made of, so that tests can have any of them fail.
pub(crate) trait Disk: fmt::Debug + Send {
    /// Makes a file that does not exist yet, private to its owner.
    fn create(&mut self, folder: BorrowedFd<'_>, name: &str) -> rustix::io::Result<OwnedFd>;
    fn write(&mut self, file: BorrowedFd<'_>, bytes: &[u8]) -> rustix::io::Result<usize>;
    fn sync(&mut self, file: BorrowedFd<'_>) -> rustix::io::Result<()>;
    fn rename(&mut self, folder: BorrowedFd<'_>, from: &str, to: &str) -> rustix::io::Result<()>;
    fn sync_folder(&mut self, folder: BorrowedFd<'_>) -> rustix::io::Result<()>;
}

/// The real ones.
#[derive(Debug)]
pub(crate) struct Linux;

impl Disk for Linux {
    fn create(&mut self, folder: BorrowedFd<'_>, name: &str) -> rustix::io::Result<OwnedFd> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        openat(folder, name, flags, Mode::RUSR | Mode::WUSR)
    }

    fn write(&mut self, file: BorrowedFd<'_>, bytes: &[u8]) -> rustix::io::Result<usize> {
        write(file, bytes)
    }

    fn sync(&mut self, file: BorrowedFd<'_>) -> rustix::io::Result<()> {
        fsync(file)
    }

    fn rename(&mut self, folder: BorrowedFd<'_>, from: &str, to: &str) -> rustix::io::Result<()> {
        renameat(folder, from, folder, to)
    }

    fn sync_folder(&mut self, folder: BorrowedFd<'_>) -> rustix::io::Result<()> {
        match fsync(folder) {
            // The file system has nothing to sync of a folder.
            Err(Errno::INVAL) => Ok(()),
            result => result,
        }
    }
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) bytes: Vec<u8>,
    /// It was not private.
    pub(crate) warning: Option<Cause>,
}

/// A locked folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    // The lock is on the folder itself and lives as long as this descriptor.
    fd: OwnedFd,
    disk: Box<dyn Disk>,
}

impl Folder {
    /// Makes the folder where there is none, locks it and makes it private.
    pub(crate) fn open(
        path: &Path,
        disk: Box<dyn Disk>,
        warnings: &mut Vec<Cause>,
    ) -> Result<Self, StoreError> {
        let refuse = |what: &str, error: Errno| {
            StoreError::Folder(failure(
                &format!("Cannot {what} the folder {}", path.display()),
                error,
            ))
        };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        if let Err(error) = made {
            let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
            return Err(refuse("make", errno));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = open(path, flags, Mode::empty()).map_err(|error| refuse("open", error))?;
        match flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                return Err(StoreError::Locked(Cause::new(
                    format!("Another service uses the folder {}.", path.display()),
                    "Stop that one, or give this one a folder of its own with --state-dir.",
                )));
            }
            Err(error) => return Err(refuse("lock", error)),
        }
        let folder = Self {
            path: path.to_owned(),
            fd,
            disk,
        };
        folder
            .make_private(warnings)
            .map_err(|error| refuse("make private", error))?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The content of a file, `None` when there is none. One that others may read is made private.
    pub(crate) fn read(&self, name: &str, max: usize) -> Result<Option<Found>, Cause> {
        let describe = |error| failure(&format!("Cannot read {}", self.path_of(name)), error);
        // Not following links and not waiting for pipes: this is our file or none.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.fd, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(describe(error)),
        };
        let stat = fstat(&file).map_err(describe)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Cause::new(
                format!("{} is not a file.", self.path_of(name)),
                "Move it away, or give the service a folder of its own with --state-dir.",
            ));
        }
        let mode = stat.st_mode & 0o777;
        let warning = (mode & 0o077 != 0).then(|| {
            let result = fchmod(&file, Mode::RUSR | Mode::WUSR);
            narrowed(
                &self.path_of(name),
                mode,
                result,
                "If that was not meant, refresh the primary key and set another secondary key.",
            )
        });
        // One byte more than allowed is enough to see that it is too long.
        let mut bytes = vec![0; max + 1];
        let mut len = 0;
        while let Some(room) = bytes.get_mut(len..).filter(|room| !room.is_empty()) {
            match read(&file, room) {
                Ok(0) => break,
                Ok(n) => len += n,
                Err(Errno::INTR) => {}
                Err(error) => return Err(describe(error)),
            }
        }
        bytes.truncate(len);
        Ok(Some(Found { bytes, warning }))
    }

    /// Puts a file in the place of another, or none, so that at any moment there is one or the
    /// other, whole. When this returns it is on the disk.
    pub(crate) fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), Cause> {
        let new = format!("{name}{NEW}");
        let result = self
            .is_still_there()
            .and_then(|()| self.try_replace(name, &new, bytes));
        result.map_err(|error| {
            let _ = unlinkat(&self.fd, &new, AtFlags::empty());
            failure(&format!("Cannot write {}", self.path_of(name)), error)
        })
    }

    fn try_replace(&mut self, name: &str, new: &str, bytes: &[u8]) -> rustix::io::Result<()> {
        let folder = self.fd.as_fd();
        match unlinkat(folder, new, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error),
        }
        let file = self.disk.create(folder, new)?;
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.disk.write(file.as_fd(), rest) {
                Ok(0) => return Err(Errno::NOSPC),
                Ok(n) => rest = rest.get(n..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        self.disk.sync(file.as_fd())?;
        drop(file);
        self.disk.rename(folder, new, name)?;
        self.disk.sync_folder(folder)
    }

    /// Whether the path still leads here: what is written to a folder that was moved away or
    /// deleted would not be found again.
    fn is_still_there(&self) -> rustix::io::Result<()> {
        let (here, there) = (fstat(&self.fd)?, stat(&self.path)?);
        if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino) {
            Ok(())
        } else {
            Err(Errno::STALE)
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Cause> {
        unlinkat(&self.fd, name, AtFlags::empty())
            .and_then(|()| self.disk.sync_folder(self.fd.as_fd()))
            .map_err(|error| failure(&format!("Cannot remove {}", self.path_of(name)), error))
    }

    /// Removes what a killed service left behind of writing these files.
    pub(crate) fn remove_leftovers(&self, names: &[&str]) {
        for name in names {
            // If it cannot be removed, the next write says so.
            let _ = unlinkat(&self.fd, format!("{name}{NEW}"), AtFlags::empty());
        }
    }

    /// Renames a file to the first free `name.suffix-n`, which it tells.
    pub(crate) fn keep_aside(&self, name: &str, suffix: &str) -> Result<String, StoreError> {
        let refuse = |error| {
            let what = format!(
                "{} cannot be used, and it cannot be kept under another name",
                self.path_of(name)
            );
            StoreError::Folder(failure(&what, error))
        };
        for n in 1..=MAX_ASIDE {
            let aside = format!("{name}.{suffix}-{n}");
            match self.rename_to_free(name, &aside) {
                Ok(()) => {
                    fsync(&self.fd).map_err(refuse)?;
                    return Ok(aside);
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(refuse(error)),
            }
        }
        Err(refuse(Errno::EXIST))
    }

    fn rename_to_free(&self, from: &str, to: &str) -> rustix::io::Result<()> {
        match renameat_with(&self.fd, from, &self.fd, to, RenameFlags::NOREPLACE) {
            // Not every file system knows the flag. The lock keeps others of us away.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                match statat(&self.fd, to, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(_) => Err(Errno::EXIST),
                    Err(Errno::NOENT) => renameat(&self.fd, from, &self.fd, to),
                    Err(error) => Err(error),
                }
            }
            result => result,
        }
    }

    /// Takes away what others may do here, if the folder is ours alone. A folder that serves others
    /// too (somebody named /tmp) is not touched; the files in it are private by themselves.
    fn make_private(&self, warnings: &mut Vec<Cause>) -> rustix::io::Result<()> {
        let mode = fstat(&self.fd)?.st_mode & 0o7777;
        if mode & 0o077 == 0 {
            return Ok(());
        }
        if self.holds_only_ours()? {
            warnings.push(narrowed(
                &self.path.display(),
                mode,
                fchmod(&self.fd, Mode::RWXU),
                "Nothing needs to be done unless somebody else should use that folder.",
            ));
        } else {
            warnings.push(Cause::new(
                format!("The folder {} is used by others too.", self.path.display()),
                "Give the service a folder of its own with --state-dir.",
            ));
        }
        Ok(())
    }

    fn holds_only_ours(&self) -> rustix::io::Result<bool> {
        for entry in Dir::read_from(&self.fd)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            let ours = [crate::SETTINGS, crate::HOST_KEY, crate::EXTENSIONS];
            let is_ours = ours
                .iter()
                .any(|prefix| name.starts_with(prefix.as_bytes()));
            if !is_ours && name != b"." && name != b".." {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn path_of(&self, name: &str) -> impl fmt::Display {
        self.path.join(name).display().to_string()
    }
}

/// Something others had access to; `result` tells whether they still have. That is no reason to
/// refuse the service: it would not make the past private.
fn narrowed(
    what: &dyn fmt::Display,
    mode: u32,
    result: rustix::io::Result<()>,
    remedy: &str,
) -> Cause {
    match result {
        Ok(()) => Cause::new(
            format!("Others had access to {what} (mode {mode:03o}); no longer."),
            remedy,
        ),
        Err(error) => failure(
            &format!("Others have access to {what} (mode {mode:03o}), which cannot be changed"),
            error,
        ),
    }
}

/// `what`, the system's words, and what can be done about them.
fn failure(what: &str, error: Errno) -> Cause {
    let remedy = match error {
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => "Make room there, then try again.",
        Errno::ROFS => "Make that file system writable (mount -o remount,rw), then try again.",
        Errno::ACCESS | Errno::PERM => "Let the service's user read and write there.",
        Errno::IO => "The disk may be failing: see the kernel's messages (dmesg).",
        Errno::NOENT | Errno::NOTDIR | Errno::STALE => {
            "The folder was moved or deleted: restore it, or restart the service."
        }
        Errno::LOOP => "Replace the link by the file itself.",
        _ => "See what is there, or name another folder with --state-dir.",
    };
    Cause::new(format!("{what}: {}.", io::Error::from(error)), remedy)
}
