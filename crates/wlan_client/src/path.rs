//! Where the service's socket is.

use core::fmt;
use std::env;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const FILE: &str = "control.sock";
const SYSTEM: &str = "/run/hostednet/control.sock";

/// The socket a client looks for: `HOSTEDNET_SOCKET`; else the system's, `/run/hostednet/control.sock`,
/// when it exists or the caller is root; else the caller's own, in `$XDG_RUNTIME_DIR/hostednet`, or
/// in `/tmp/hostednet-UID` where there is no runtime directory.
#[must_use]
pub fn default_socket() -> PathBuf {
    named().unwrap_or_else(|| {
        let system = PathBuf::from(SYSTEM);
        if is_root() || system.exists() {
            system
        } else {
            own()
        }
    })
}

/// The socket a service of this user opens: as [`default_socket`], but never the system's when the
/// user is not root.
#[must_use]
pub fn service_socket() -> PathBuf {
    named().unwrap_or_else(|| {
        if is_root() {
            PathBuf::from(SYSTEM)
        } else {
            own()
        }
    })
}

fn named() -> Option<PathBuf> {
    env::var_os("HOSTEDNET_SOCKET")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn own() -> PathBuf {
    // The specification says: ignore relative paths.
    let runtime = env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    match runtime {
        Some(folder) => folder.join("hostednet").join(FILE),
        None => PathBuf::from(format!(
            "/tmp/hostednet-{}",
            rustix::process::geteuid().as_raw()
        ))
        .join(FILE),
    }
}

/// Why a folder is not private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FolderError {
    /// It is no folder, or a symbolic link to one.
    NotAFolder,
    /// It belongs to this other user.
    Owner(u32),
    /// Others may write in it.
    Writable,
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFolder => f.write_str("its folder is not a plain folder"),
            Self::Owner(uid) => write!(f, "its folder belongs to user {uid}"),
            Self::Writable => f.write_str("others may write in its folder"),
        }
    }
}

impl core::error::Error for FolderError {}

/// Checks a folder directly below `/tmp`, where anybody may have made it first: it must be this
/// user's (or root's) and nobody else may write in it. A folder anywhere else, or one that does not
/// exist, passes.
///
/// # Errors
/// What is wrong with it.
pub fn check_private_folder(folder: &Path) -> Result<(), FolderError> {
    if folder.parent() != Some(Path::new("/tmp")) {
        return Ok(());
    }
    let Ok(meta) = folder.symlink_metadata() else {
        return Ok(());
    };
    if !meta.is_dir() {
        return Err(FolderError::NotAFolder);
    }
    if meta.uid() != 0 && meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(FolderError::Owner(meta.uid()));
    }
    if meta.mode() & 0o022 != 0 {
        return Err(FolderError::Writable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_others_may_write_in_is_not_private() {
        let folder = PathBuf::from(format!("/tmp/hostednet-test-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let open = check_private_folder(&folder);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let closed = check_private_folder(&folder);
        fs::remove_dir(&folder).unwrap();

        assert_eq!(open, Err(FolderError::Writable));
        assert_eq!(closed, Ok(()));
        assert_eq!(
            check_private_folder(&folder),
            Ok(()),
            "a missing folder is no danger"
        );
    }
}
