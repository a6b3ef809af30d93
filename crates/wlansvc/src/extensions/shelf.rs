//! Installed extensions on the disk.
//!
//! ```text
//!   <state folder>/extensions, 0700
//!     NAME.toml             what it is, and which folder its library is in; 0600
//!     0f3c..9a/NAME.so      the library; 0644 in a folder of random name, for a host of another user;
//!                           NAME.dll if it is one for Windows
//!     NAME.toml.corrupt-1   a record that could not be used, kept for a person to look at
//! ```
//!
//! The record is what counts: it is replaced atomically once the library is on the disk, and a
//! library that no record names is a leftover, removed at the next start. A failure at any moment
//! leaves what was there before.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use cause::Cause;
use dot11::{KeyBytes, Oui, VendorElement};
use serde::{Deserialize, Serialize};
use wlan_model::{Extension, ExtensionPorts, Reason, Refusal, VendorFragments, Win32Error};
use zeroize::{Zeroize, Zeroizing};

use super::dll::{self, Kind};
use crate::random::random;

/// The format of the records.
const VERSION: i64 = 1;

/// Largest library, in bytes.
const LARGEST_LIBRARY: u64 = 64 * 1024 * 1024;

/// Longest record, in bytes: a call carries no longer fragments.
const LONGEST_RECORD: u64 = 512 * 1024;

/// Most records that are kept aside for one extension.
const MOST_ASIDE: u32 = 100;

/// Most installed extensions.
pub(crate) const MOST_EXTENSIONS: usize = 64;

/// What is read first, whatever else there is.
#[derive(Deserialize)]
struct Envelope {
    version: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    version: i64,
    /// Name of the folder.
    library: String,
    oui: String,
    ports: Option<Ports>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ports {
    oui: String,
    kind: Option<u8>,
    connectivity: Option<String>,
    security: Option<String>,
}

impl Drop for Ports {
    fn drop(&mut self) {
        self.connectivity.zeroize();
        self.security.zeroize();
    }
}

/// One that is installed, or about to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) extension: Extension,
    pub(crate) library: PathBuf,
}

/// What was found at the start.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) stored: Vec<Stored>,
    pub(crate) warnings: Vec<Cause>,
}

/// The folder. Only one at a time writes to it: the service that has the state folder's lock.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
}

/// Whether this may be an extension's name, and so a file's.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=32).contains(&name.len()) && name.bytes().all(fits)
}

impl Shelf {
    pub(crate) fn new(state_dir: &Path) -> Self {
        Self {
            folder: state_dir.join("extensions"),
        }
    }

    /// What is installed. Removes leftovers, and keeps aside what cannot be used.
    pub(crate) fn load(&self) -> Found {
        let mut found = Found::default();
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return found,
            Err(error) => {
                found.warnings.push(failure("read", &self.folder, &error));
                return found;
            }
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        for name in names.iter().filter_map(|name| name.strip_suffix(".toml")) {
            match self.read(name) {
                Ok(stored) if found.stored.len() < MOST_EXTENSIONS => found.stored.push(stored),
                Ok(_) => found.warnings.push(Cause::new(
                    format!(
                        "There are more than {MOST_EXTENSIONS} extensions: {name} is left out."
                    ),
                    "Remove some, then restart the service.",
                )),
                Err((suffix, why)) => found.warnings.push(self.keep_aside(name, suffix, &why)),
            }
        }
        self.remove_leftovers();
        found
    }

    fn read(&self, name: &str) -> Result<Stored, (&'static str, String)> {
        let corrupt = |why: String| ("corrupt", why);
        if !is_name(name) {
            return Err(corrupt("its name is not that of an extension".into()));
        }
        let path = self.record(name);
        let text = read_record(&path).map_err(|error| corrupt(error.to_string()))?;
        let not_toml = |error: &toml::de::Error| corrupt(error.message().to_owned());
        let envelope: Envelope = toml::from_str(&text).map_err(|error| not_toml(&error))?;
        if envelope.version > VERSION {
            let version = envelope.version;
            return Err((
                "newer",
                format!("a later release wrote it (format {version})"),
            ));
        }
        let record: Record = toml::from_str(&text).map_err(|error| not_toml(&error))?;
        let folder = &record.library;
        if folder.len() != 32 || !folder.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(corrupt("its library's folder has no proper name".into()));
        }
        let folder = self.folder.join(folder);
        let [library, dll] = ["so", "dll"].map(|kind| folder.join(format!("{name}.{kind}")));
        let library = if dll.is_file() { dll } else { library };
        if !library.is_file() {
            return Err(corrupt(format!(
                "its library {} is missing",
                library.display()
            )));
        }
        let oui = |text: &str| oui(text).ok_or_else(|| corrupt(format!("{text:?} is no OUI")));
        let secret = |text: &Option<String>| {
            text.as_ref()
                .map(|text| KeyBytes::copy_from(text.as_bytes()))
        };
        let ports = match &record.ports {
            None => None,
            Some(ports) => Some(ExtensionPorts {
                element: VendorElement {
                    oui: oui(&ports.oui)?,
                    kind: ports.kind,
                },
                fragments: VendorFragments {
                    connectivity: secret(&ports.connectivity),
                    security: secret(&ports.security),
                },
            }),
        };
        let extension = Extension {
            name: name.to_owned(),
            oui: oui(&record.oui)?,
            ports,
        };
        Ok(Stored { extension, library })
    }

    /// Copies a library to where it will stay, not yet named by any record.
    ///
    /// # Errors
    /// Why it cannot be read or written; nothing is left then.
    pub(crate) fn stage(&self, name: &str, library: &Path) -> Result<PathBuf, Refusal> {
        let unreadable = |error: &io::Error| {
            refusal(
                match error.kind() {
                    io::ErrorKind::NotFound => Win32Error::NOT_FOUND,
                    _ => Win32Error::GEN_FAILURE,
                },
                Reason::BadParameters,
                Cause::new(
                    format!("The service cannot read {}: {error}.", library.display()),
                    "Put it where the service may read it: run by systemd it sees neither homes nor \
                     /tmp, but /usr/local/lib.",
                ),
            )
        };
        let unfit = |what: &str, remedy: &str| {
            refusal(
                Win32Error::INVALID_PARAMETER,
                Reason::BadParameters,
                Cause::new(format!("{} {what}.", library.display()), remedy),
            )
        };
        // A pipe would otherwise wait for its writer.
        let mut source = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC)
            .open(library)
            .map_err(|error| unreadable(&error))?;
        let about = source.metadata().map_err(|error| unreadable(&error))?;
        if !about.is_file() {
            return Err(unfit(
                "is not a file",
                "Name the extension's shared object, or its DLL.",
            ));
        }
        if about.len() > LARGEST_LIBRARY {
            return Err(unfit(
                "is larger than 64 MiB",
                "Strip it (strip --strip-unneeded), or link less into it.",
            ));
        }
        let ending = match dll::kind(&mut source).map_err(|error| unreadable(&error))? {
            Kind::Other => "so",
            Kind::Dll => "dll",
            Kind::Unfit(what, remedy) => return Err(unfit(what, remedy)),
        };
        let random: [u8; 16] = random().map_err(|cause| {
            refusal(
                Win32Error::NO_SYSTEM_RESOURCES,
                Reason::InsufficientResources,
                cause,
            )
        })?;
        let folder = self.folder.join(hex(&random));
        let path = folder.join(format!("{name}.{ending}"));
        let copied = (|| {
            make_folder(&self.folder)?;
            make_folder(&folder)?;
            let mut target = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o644)
                .open(&path)?;
            // Whatever the umask is.
            target.set_permissions(fs::Permissions::from_mode(0o644))?;
            // It may grow meanwhile.
            let mut source = source.take(LARGEST_LIBRARY);
            io::copy(&mut source, &mut target)?;
            target.sync_all()?;
            sync_folder(&folder)?;
            sync_folder(&self.folder)
        })();
        copied.map_err(|error: io::Error| {
            self.discard(&path);
            not_written(&path, &error)
        })?;
        Ok(path)
    }

    /// Makes a staged library that of the extension.
    ///
    /// # Errors
    /// Why not; what was installed before still is, and the staged library is gone.
    pub(crate) fn commit(&self, extension: &Extension, library: &Path) -> Result<(), Refusal> {
        let before = self.read(&extension.name).ok();
        let path = self.record(&extension.name);
        let written = record(extension, library)
            .and_then(|text| replace(&path, text.as_bytes()).map_err(|e| not_written(&path, &e)));
        match written {
            Ok(()) => {
                if let Some(before) = before {
                    self.discard(&before.library);
                }
                Ok(())
            }
            Err(refusal) => {
                self.discard(library);
                Err(refusal)
            }
        }
    }

    /// Forgets an extension.
    ///
    /// # Errors
    /// Why not; it is still installed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Refusal> {
        let before = self.read(name).ok();
        let path = self.record(name);
        match fs::remove_file(&path).and_then(|()| sync_folder(&self.folder)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(not_written(&path, &error)),
        }
        if let Some(before) = before {
            self.discard(&before.library);
        }
        Ok(())
    }

    /// Removes a library that no record names. A host that has it open keeps it.
    pub(crate) fn discard(&self, library: &Path) {
        if let Some(folder) = library.parent()
            && folder.parent() == Some(&self.folder)
        {
            // What is left of it is removed at the next start.
            let _ = fs::remove_file(library);
            let _ = fs::remove_dir(folder);
        }
    }

    fn record(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.toml"))
    }

    fn keep_aside(&self, name: &str, suffix: &str, why: &str) -> Cause {
        let path = self.record(name);
        let unused = format!("The extension {name} cannot be used: {why}.");
        for n in 1..=MOST_ASIDE {
            let aside = self.folder.join(format!("{name}.toml.{suffix}-{n}"));
            if aside.symlink_metadata().is_ok() {
                continue;
            }
            return match fs::rename(&path, &aside) {
                Ok(()) => Cause::new(
                    format!("{unused} Its record is kept as {}.", aside.display()),
                    "Install it again.",
                ),
                Err(error) => {
                    let Cause { text, remedy } = failure("keep aside", &path, &error);
                    Cause::new(format!("{unused} {text}"), remedy)
                }
            };
        }
        Cause::new(unused, "Remove its records, then install it again.")
    }

    /// Removes folders that no record names, not even one kept aside, and half-written records.
    fn remove_leftovers(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .partition(|path| path.is_dir());
        let mut records = Zeroizing::new(String::new());
        for file in files {
            if file.extension().is_some_and(|e| e == "new") {
                let _ = fs::remove_file(&file);
            } else if let Ok(text) = read_record(&file) {
                records.push_str(&text);
            }
        }
        for folder in folders {
            let named = folder
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.len() != 32 || records.contains(name));
            if !named {
                let _ = fs::remove_dir_all(&folder);
            }
        }
    }
}

/// The text of a record. Erased when dropped: fragments may be secrets.
fn record(extension: &Extension, library: &Path) -> Result<Zeroizing<String>, Refusal> {
    let secret = |fragment: &Option<KeyBytes>| {
        let text = fragment
            .as_ref()
            .map(|bytes| std::str::from_utf8(bytes.expose()).map(str::to_owned));
        text.transpose()
    };
    let folder = library.parent().and_then(Path::file_name);
    let ports = extension.ports.as_ref().map(|ports| {
        Ok(Ports {
            oui: ports.element.oui.to_string(),
            kind: ports.element.kind,
            connectivity: secret(&ports.fragments.connectivity)?,
            security: secret(&ports.fragments.security)?,
        })
    });
    let text = ports
        .transpose()
        .map_err(|error: std::str::Utf8Error| error.to_string())
        .and_then(|ports| {
            let record = Record {
                version: VERSION,
                library: folder.unwrap_or_default().to_string_lossy().into_owned(),
                oui: extension.oui.to_string(),
                ports,
            };
            toml::to_string(&record).map_err(|error| error.to_string())
        })
        .map_err(|why| {
            refusal(
                Win32Error::INVALID_PARAMETER,
                Reason::BadParameters,
                Cause::new(
                    format!(
                        "The fragments of {} cannot be stored: {why}.",
                        extension.name
                    ),
                    "Fragments are XML in UTF-8.",
                ),
            )
        })?;
    let text = Zeroizing::new(text);
    Ok(Zeroizing::new(format!(
        "# An extension of a vendor, written by hostednet's service. Its fragments may be secret.\n{}",
        *text
    )))
}

fn read_record(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(path)?
        .take(LONGEST_RECORD)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Puts a private file in the place of another, or none; whole and on the disk, or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("toml.new");
    let written = (|| {
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        path.parent().map_or(Ok(()), sync_folder)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

fn make_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        // The file system has nothing to sync of a folder.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

fn oui(text: &str) -> Option<Oui> {
    let mut bytes = [0; 3];
    let mut parts = text.split(':');
    for byte in &mut bytes {
        let part = parts.next().filter(|part| part.len() == 2)?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(Oui(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refusal(code: Win32Error, reason: Reason, cause: Cause) -> Refusal {
    Refusal::new(code, reason, cause.text, cause.remedy)
}

fn not_written(path: &Path, error: &io::Error) -> Refusal {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Win32Error::DISK_FULL,
        _ => Win32Error::WRITE_FAULT,
    };
    refusal(
        code,
        Reason::PersistenceFailed,
        failure("write", path, error),
    )
}

fn failure(what: &str, path: &Path, error: &io::Error) -> Cause {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "Make room there, then try again."
        }
        io::ErrorKind::ReadOnlyFilesystem => "Make that file system writable, then try again.",
        io::ErrorKind::PermissionDenied => "Let the service's user read and write there.",
        _ => "See what is there, or give the service another folder with --state-dir.",
    };
    Cause::new(
        format!("Cannot {what} {}: {error}.", path.display()),
        remedy,
    )
}

#[cfg(test)]
mod tests;
