//! What was asked for last, kept over restarts: `sharing.toml` in the state folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use cause::Cause;
use serde::{Deserialize, Serialize};
use sharing::Sharing;
use wlan_rpc::SharingMode;

/// The file's name.
const NAME: &str = "sharing.toml";

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    share: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<String>,
}

/// What the file says; standalone mode when there is none.
///
/// # Errors
/// Why it says nothing. Standalone mode is right then: it gives nobody the internet.
pub(crate) fn load(state_dir: &Path) -> Result<SharingMode, Cause> {
    let path = state_dir.join(NAME);
    let unusable = |why: &dyn std::fmt::Display| {
        let line = why.to_string();
        let line = line.lines().next().unwrap_or_default().to_owned();
        Cause::new(
            format!(
                "{} cannot be used: {line}. The internet is not shared.",
                path.display()
            ),
            "Say anew what is wanted: `hostednet share on` or `hostednet share off`.",
        )
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(SharingMode::Standalone);
        }
        Err(error) => return Err(unusable(&error)),
    };
    let written: Written =
        toml::from_str(&text).map_err(|error| unusable(&error.message().to_owned()))?;
    let mode = if written.share {
        SharingMode::Full {
            upstream: written.upstream,
        }
    } else {
        SharingMode::Standalone
    };
    Sharing::check(&mode).map_err(|cause| unusable(&cause.text.trim_end_matches('.')))?;
    Ok(mode)
}

/// Replaces the file as a whole.
///
/// # Errors
/// Why it could not be written; the old one stays.
pub(crate) fn save(state_dir: &Path, mode: &SharingMode) -> Result<(), Cause> {
    let written = match mode {
        SharingMode::Standalone => Written {
            share: false,
            upstream: None,
        },
        SharingMode::Full { upstream } => Written {
            share: true,
            upstream: upstream.clone(),
        },
    };
    let path = state_dir.join(NAME);
    let draft = state_dir.join("sharing.toml.new");
    let replace = || -> io::Result<()> {
        let text = toml::to_string(&written).map_err(io::Error::other)?;
        let mut file = File::create(&draft)?;
        file.write_all(b"# What `hostednet share` was told last.\n")?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(state_dir)?.sync_all()
    };
    replace().map_err(|error| {
        Cause::new(
            format!("{} could not be written: {error}.", path.display()),
            "Make room on its disk, or give the service another folder with --state-dir.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()), Ok(SharingMode::Standalone));
        for upstream in [None, Some("eth0".to_owned())] {
            let mode = SharingMode::Full { upstream };
            save(folder.path(), &mode).unwrap();
            assert_eq!(load(folder.path()), Ok(mode));
        }
        save(folder.path(), &SharingMode::Standalone).unwrap();
        assert_eq!(load(folder.path()), Ok(SharingMode::Standalone));
    }

    #[test]
    fn a_file_that_cannot_be_used_shares_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for text in [
            "",
            "share = 1",
            "share = true\nupstream = \"a\\\"b\"",
            "share = true\nmore = 1",
            "\u{0}",
        ] {
            fs::write(folder.path().join(NAME), text).unwrap();
            let cause = load(folder.path()).unwrap_err();
            assert!(cause.text.contains("cannot be used"), "{cause}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let cause = save(Path::new("/nonexistent"), &SharingMode::Standalone).unwrap_err();
        assert!(cause.text.contains("sharing.toml"), "{cause}");
    }
}
