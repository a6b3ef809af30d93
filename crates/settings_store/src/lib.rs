//! Settings of the Hosted Network on disk: versioned, sealed, replaced atomically.
//!
//! ```text
//!   <state folder, 0700, locked>
//!     settings.toml             what the network remembers; its keys sealed
//!     host.key                  what they are sealed with, unless systemd hands a credential in
//!     settings.toml.corrupt-1   a file that could not be used, kept for a person to look at
//!     settings.toml.newer-1     likewise, of a later release
//! ```
//!
//! * [`Store::open`] locks the folder, so that two services never share one, and loads.
//! * [`Store::save`] writes a new file beside the old one, has it on the disk, puts it in the old
//!   one's place and has that on the disk too. Killed or without power at any moment, the settings
//!   are the old ones or the new ones.
//! * Nothing is overwritten that could not be read: it is kept aside under another name.
//!
//! # What sealing is good for
//! Keys are encrypted with ChaCha20-Poly1305 under 32 bytes: the credential `hostednet.host-key`
//! where systemd provides one (which can be bound to a TPM), else `host.key` beside the settings. The
//! latter keeps keys out of copies of `settings.toml` alone: bug reports, diffs, configuration
//! backups. It does not protect from somebody who can read the whole folder.

mod disk;
mod file;
mod seal;
#[cfg(test)]
mod tests;

use core::fmt;
use std::env;
use std::path::Path;

use cause::Cause;
use wlan_model::Settings;

use disk::{Folder, Linux};
use file::Parsed;
use seal::HostKey;

const SETTINGS: &str = "settings.toml";
const HOST_KEY: &str = "host.key";

/// Of the same service, which keeps it itself.
const EXTENSIONS: &str = "extensions";

/// Name of the systemd credential that replaces `host.key`.
const CREDENTIAL: &str = "hostednet.host-key";

/// Longest file that is read; ours have well below 2 KiB.
const MAX_FILE: usize = 64 * 1024;

/// What was on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The stored settings, or the defaults where there were none that could be used.
    pub settings: Settings,
    /// What a person should know: a file kept aside, permissions that were too wide.
    pub warning: Option<Cause>,
}

/// Why the folder cannot be used at all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// Another service has it.
    Locked(Cause),
    /// It, or a file in it, cannot be made, read, kept aside or made private.
    Folder(Cause),
    /// The credential is there but is no host key.
    Credential(Cause),
}

impl StoreError {
    /// For people.
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        match self {
            Self::Locked(cause) | Self::Folder(cause) | Self::Credential(cause) => cause,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.cause(), f)
    }
}

impl core::error::Error for StoreError {}

impl From<StoreError> for Cause {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked(cause)
            | StoreError::Folder(cause)
            | StoreError::Credential(cause) => cause,
        }
    }
}

/// The state folder, locked as long as this lives.
#[derive(Debug)]
pub struct Store {
    folder: Folder,
    /// Keys are sealed with the first and opened with any. Empty until the first save where there
    /// was no key to be found.
    host_keys: Vec<HostKey>,
    /// What `settings.toml` holds; `None` when there is none.
    text: Option<String>,
}

impl Store {
    /// Opens the folder, making it where there is none, and loads the settings. The credential is
    /// looked for in `$CREDENTIALS_DIRECTORY`, as systemd sets it.
    ///
    /// # Errors
    /// When the folder cannot be used. A settings file that cannot be used is not an error: it is
    /// kept aside, and the warning says so.
    pub fn open(state_dir: &Path) -> Result<(Self, Loaded), StoreError> {
        let credentials = env::var_os("CREDENTIALS_DIRECTORY");
        Self::open_with(state_dir, credentials.as_deref().map(Path::new))
    }

    fn open_with(
        state_dir: &Path,
        credentials: Option<&Path>,
    ) -> Result<(Self, Loaded), StoreError> {
        let mut warnings = Vec::new();
        let folder = Folder::open(state_dir, Box::new(Linux), &mut warnings)?;
        let mut host_keys = Vec::from_iter(credential(credentials)?);
        host_keys.extend(stored_host_key(&folder, &mut warnings)?);
        let mut store = Self {
            folder,
            host_keys,
            text: None,
        };
        let settings = store.load(&mut warnings)?;
        let warning = warnings.into_iter().reduce(|all, next| {
            Cause::new(
                format!("{} {}", all.text, next.text),
                format!("{} {}", all.remedy, next.remedy),
            )
        });
        Ok((store, Loaded { settings, warning }))
    }

    /// Replaces the stored settings. When this returns `Ok` they have survived a power loss.
    ///
    /// # Errors
    /// Why they could not be written, with the operating system's words. What was stored before is
    /// still stored.
    pub fn save(&mut self, settings: &Settings) -> Result<(), Cause> {
        let has_keys = settings.primary_key.is_some() || settings.secondary_key.is_some();
        if self.host_keys.is_empty() && has_keys {
            let key = HostKey::random()?;
            self.folder.replace(HOST_KEY, key.expose())?;
            self.host_keys.push(key);
        }
        let text = file::write(settings, self.host_keys.first())?;
        if let Err(cause) = self.folder.replace(SETTINGS, text.as_bytes()) {
            self.put_back();
            return Err(cause);
        }
        self.text = Some(text);
        Ok(())
    }

    /// After a failed replacement: the failure may have come after the new file took its place
    /// (when the folder itself could not be synced). A refused call must not be found done after a
    /// restart.
    fn put_back(&mut self) {
        let found = self.folder.read(SETTINGS, MAX_FILE);
        let unchanged = match (&found, &self.text) {
            (Ok(None), None) => true,
            (Ok(Some(found)), Some(text)) => found.bytes == text.as_bytes(),
            _ => false,
        };
        if unchanged {
            return;
        }
        // On a disk in such a state there is nothing more that could be done about a failure.
        let _ = match &self.text {
            Some(text) => self.folder.replace(SETTINGS, text.as_bytes()),
            None => self.folder.remove(SETTINGS),
        };
    }

    fn load(&mut self, warnings: &mut Vec<Cause>) -> Result<Settings, StoreError> {
        self.folder.remove_leftovers(&[SETTINGS, HOST_KEY]);
        let Some(found) = self
            .folder
            .read(SETTINGS, MAX_FILE)
            .map_err(StoreError::Folder)?
        else {
            return Ok(Settings::default());
        };
        warnings.extend(found.warning);
        let text = String::from_utf8(found.bytes);
        let parsed = match &text {
            Ok(text) if text.len() > MAX_FILE => Parsed::Corrupted("it is too long".into()),
            Ok(text) => file::parse(text, &self.host_keys),
            Err(_) => Parsed::Corrupted("it is not text".into()),
        };
        let (suffix, why) = match parsed {
            Parsed::Settings(settings) => {
                self.text = text.ok();
                return Ok(*settings);
            }
            Parsed::Newer(version) => (
                "newer",
                format!("a later release wrote it (format {version})"),
            ),
            Parsed::Corrupted(why) => ("corrupt", why),
        };
        let kept = self.folder.keep_aside(SETTINGS, suffix)?;
        warnings.push(Cause::new(
            format!(
                "The settings in {} could not be used: {why}. The file is kept as {kept}, and the \
                 network has the settings of a new one.",
                self.folder.path().display()
            ),
            format!(
                "To have them back, stop the service, repair {kept} and rename it to {SETTINGS}."
            ),
        ));
        Ok(Settings::default())
    }
}

/// The host key systemd hands in, if it does.
fn credential(folder: Option<&Path>) -> Result<Option<HostKey>, StoreError> {
    let Some(path) = folder.map(|folder| folder.join(CREDENTIAL)) else {
        return Ok(None);
    };
    let refuse = |why: String| {
        Err(StoreError::Credential(Cause::new(
            format!("The credential {} is no host key: {why}.", path.display()),
            "Make it from 32 random bytes, or remove it from the unit.",
        )))
    };
    match std::fs::read(&path).map(zeroize::Zeroizing::new) {
        Ok(bytes) => match HostKey::from_slice(&bytes) {
            Some(key) => Ok(Some(key)),
            None => refuse(format!("it has {} bytes, not 32", bytes.len())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => refuse(error.to_string()),
    }
}

/// The host key beside the settings, if there is one. One that cannot be used is kept aside.
fn stored_host_key(
    folder: &Folder,
    warnings: &mut Vec<Cause>,
) -> Result<Option<HostKey>, StoreError> {
    let Some(found) = folder
        .read(HOST_KEY, MAX_FILE)
        .map_err(StoreError::Folder)?
    else {
        return Ok(None);
    };
    warnings.extend(found.warning);
    let bytes = zeroize::Zeroizing::new(found.bytes);
    if let Some(key) = HostKey::from_slice(&bytes) {
        return Ok(Some(key));
    }
    let kept = folder.keep_aside(HOST_KEY, "corrupt")?;
    warnings.push(Cause::new(
        format!(
            "The host key had {} bytes instead of 32 and is kept as {kept}.",
            bytes.len()
        ),
        format!("Restore {HOST_KEY} from a backup if there is one."),
    ));
    Ok(None)
}
