//! The service's prefix, and what each process has of it.
//!
//! ```text
//!   <state folder>/wine, 0700
//!     prefix         made once by Wine, some 700 MB; `hostednet` in it says by which Wine
//!     new            one that is being made
//!     rooms/0, 1 ..  what a host sees as its prefix: a copy of the registry, a link to the files, and
//!                    its server's socket. Used again when host and server are gone.
//! ```

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::{FdFlags, fcntl_setfd};

use super::wine::Wine;
use super::{Fault, failed};

/// Most rooms: each of 64 extensions has at most two hosts, and one that is being tried.
const MOST_ROOMS: usize = 256;

/// What Wine keeps beside `drive_c`.
const REGISTRY: [&str; 4] = ["system.reg", "user.reg", "userdef.reg", ".update-timestamp"];

/// Where Debian's Wine notes the name of the folder, below /tmp or /run/user/UID, that has its server's socket.
const MEETING: &str = "wineserver";

/// By which Wine a prefix was made.
const MARK: &str = "hostednet";

/// The folder `wine`.
#[derive(Clone, Debug)]
pub struct Prefix(PathBuf);

impl Prefix {
    /// The one in this folder, which is made if need be.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The files that all share.
    pub(crate) fn files(&self) -> PathBuf {
        self.0.join("prefix")
    }

    /// Whether it is there, whole, and made by this Wine.
    pub(crate) fn check(&self, wine: &Wine) -> Result<(), Fault> {
        match fs::read_to_string(self.files().join(MARK)) {
            Ok(mark) if mark == wine.version => Ok(()),
            Ok(mark) => Err((
                format!(
                    "The Wine prefix for extensions was made by {mark:?}, and this Wine calls itself \
                     {:?}.",
                    wine.version
                ),
                "Install the extension again, which makes a new one.",
            )),
            Err(_) => Err((
                "The Wine prefix for extensions is not there.".to_owned(),
                "Install the extension again, which makes one.",
            )),
        }
    }

    /// An empty one.
    pub(crate) fn begin(&self) -> Result<(), Fault> {
        let new = self.0.join("new");
        (|| {
            make(&self.0)?;
            remove(&new)?;
            make(&new)
        })()
        .map_err(|error| failed(&format!("write to {}", self.0.display()), &error))
    }

    /// The one that is being made.
    pub(crate) fn new_room(&self) -> Result<Room, Fault> {
        (|| {
            let room = Room::at(self.0.join("new"))?;
            room.name_meeting_place()?;
            Ok(room)
        })()
        .map_err(|error| failed(&format!("write to {}", self.0.display()), &error))
    }

    /// Puts a new one in its place.
    pub(crate) fn complete(&self, wine: &Wine) -> Result<(), Fault> {
        let new = self.0.join("new");
        let whole = [
            "drive_c/windows/system32/kernel32.dll",
            "system.reg",
            "user.reg",
        ];
        if let Some(missing) = whole.iter().find(|name| !new.join(name).is_file()) {
            return Err((
                format!("Wine has made a prefix without {missing}."),
                "See whether `wineboot --init` works with a new WINEPREFIX.",
            ));
        }
        (|| {
            remove(&new.join("tmp"))?;
            remove(&new.join(MEETING))?;
            fs::write(new.join(MARK), &wine.version)?;
            // Hosts that still use the old one keep what they have open, and fail at the rest.
            remove(&self.files())?;
            fs::rename(&new, self.files())
        })()
        .map_err(|error| failed(&format!("write to {}", self.0.display()), &error))
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

/// What a process of Wine takes for its prefix.
#[derive(Debug)]
pub(crate) struct Room {
    path: PathBuf,
    /// Locked.
    folder: OwnedFd,
    /// Where a Wine that is not Debian's has its server's socket; `None` where that is not ours.
    shared: Option<PathBuf>,
}

impl Room {
    fn at(path: PathBuf) -> io::Result<Self> {
        make(&path.join("tmp"))?;
        let folder = File::open(&path)?;
        let about = folder.metadata()?;
        let user = PathBuf::from(format!("/tmp/.wine-{}", about.uid()));
        let shared = user.join(format!("server-{:x}-{:x}", about.dev(), about.ino()));
        // Anybody can make the first; what is in a folder of ours is ours as well. Wine sees to it itself
        // that it uses no other one.
        let ours = |path: &Path| {
            make(path).is_ok()
                && path.symlink_metadata().is_ok_and(|found| {
                    found.is_dir() && found.uid() == about.uid() && found.mode() & 0o022 == 0
                })
        };
        let shared = (ours(&user) && ours(&shared)).then_some(shared);
        Ok(Self {
            path,
            folder: folder.into(),
            shared,
        })
    }

    /// The first that nobody is in.
    pub(crate) fn enter(prefix: &Prefix) -> Result<Self, Fault> {
        let rooms = prefix.0.join("rooms");
        (|| {
            make(&rooms)?;
            for n in 0..MOST_ROOMS {
                let path = rooms.join(n.to_string());
                make(&path)?;
                let room = Self::at(path)?;
                if flock(&room.folder, FlockOperation::NonBlockingLockExclusive).is_ok() {
                    room.furnish(prefix)?;
                    return Ok(room);
                }
            }
            Err(io::ErrorKind::QuotaExceeded.into())
        })()
        .map_err(|error| failed(&format!("write to {}", rooms.display()), &error))
    }

    fn furnish(&self, prefix: &Prefix) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            remove(&entry?.path())?;
        }
        for entries in self.shared.iter().map(fs::read_dir) {
            for entry in entries? {
                remove(&entry?.path())?;
            }
        }
        self.name_meeting_place()?;
        for name in REGISTRY {
            match fs::copy(prefix.files().join(name), self.path.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        symlink(prefix.files().join("drive_c"), self.path.join("drive_c"))?;
        let drives = self.path.join("dosdevices");
        make(&drives)?;
        symlink("../drive_c", drives.join("c:"))?;
        symlink("/", drives.join("z:"))
    }

    /// Has Debian's Wine put its server's socket here, where nobody else is let in, instead of into a folder
    /// of any name in /tmp. TMPDIR would do, but Wine 10.0 of Debian 13 frees its value and dies of that.
    fn name_meeting_place(&self) -> io::Result<()> {
        let place = self.path.join("tmp/wine");
        make(&self.path.join("tmp"))?;
        make(&place)?;
        let up = "../".repeat(Path::new("/run/user/0").components().count());
        let mut name = OsString::from(up);
        name.push(place.strip_prefix("/").unwrap_or(&place));
        // One that could be written to it takes for a forgery.
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o400)
            .open(self.path.join(MEETING))?
            .write_all(name.as_bytes())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn shared(&self) -> Option<&Path> {
        self.shared.as_deref()
    }

    /// The lock is kept by the programs that are started from now on.
    pub(crate) fn keep(&self) -> io::Result<()> {
        Ok(fcntl_setfd(&self.folder, FdFlags::empty())?)
    }

    /// Whether Wine's server has begun: `socket` in /tmp/.wine-0/server-D-I, or Debian's
    /// tmp/wine/server-D-I.
    pub(crate) fn has_socket(&self) -> bool {
        let below = |path: &Path| {
            let entries = fs::read_dir(path).into_iter().flatten();
            entries.filter_map(|entry| Some(entry.ok()?.path()))
        };
        let socket = |path: PathBuf| path.join("socket").symlink_metadata().is_ok();
        self.shared.clone().is_some_and(socket) || below(&self.path.join("tmp/wine")).any(socket)
    }
}

fn make(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// A file, a link, a folder with all that is in it, or nothing.
fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

// Miri has no copy_file_range.
#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_used_by_one_at_a_time_and_cleaned_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let prefix = Prefix::new(folder.path().to_owned());
        make(&prefix.files()).unwrap();
        fs::write(prefix.files().join("system.reg"), "registry").unwrap();

        let first = Room::enter(&prefix).unwrap();
        fs::write(first.path().join("litter"), "").unwrap();
        let second = Room::enter(&prefix).unwrap();
        assert_ne!(first.path(), second.path());
        let path = first.path().to_owned();
        drop(first);
        let third = Room::enter(&prefix).unwrap();

        assert_eq!(third.path(), path);
        assert!(!path.join("litter").exists());
        assert_eq!(fs::read(path.join("system.reg")).unwrap(), b"registry");
        for room in [second, third] {
            fs::remove_dir(room.shared().unwrap()).unwrap();
        }
    }
}
