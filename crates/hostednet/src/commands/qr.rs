//! `hostednet qr`: the code that phones scan to join.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use cause::Cause;
use dot11::Ssid;
use wifi_code::{Code, Key, Paint};
use wlan_client::{Client, ClientError};
use wlan_model::{KeyForm, PrimaryKey, SecondaryKey, Win32Error};

use crate::args::qr::QrArguments;
use crate::failure::Failure;
use crate::log;

/// Pixels for each module of a file's picture: large enough for paper.
const PIXELS: u32 = 12;

/// The key that is handed out.
enum Chosen {
    Primary(PrimaryKey),
    Secondary(SecondaryKey),
}

/// Shows the code, or writes it to a file.
pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    arguments: &QrArguments,
) -> Result<(), Failure> {
    let no_name = || {
        Cause::new(
            "The network has no name yet.",
            "Run `hostednet start` once, or choose one with `hostednet set --ssid`.",
        )
    };
    let ssid = client.query_status()?.ssid.ok_or_else(no_name)?;
    let key = choose(client, arguments.primary)?;
    let code = code(&ssid, &key)?;
    match &arguments.png {
        Some(file) => write_png(&code, file)?,
        None => {
            let paint = if io::stdout().is_terminal() {
                Paint::Colours
            } else {
                Paint::Bare
            };
            out.write_all(code.terminal(paint).as_bytes())?;
        }
    }
    log::say(&format!("joins {ssid} with the {}", key.name()));
    if matches!(&key, Chosen::Secondary(key) if key.form() == KeyForm::Binary) {
        log::say(
            "this key is 32 bytes, written as 64 hexadecimal digits: most phones join with it, some \
             take it for a passphrase",
        );
    }
    Ok(())
}

impl Chosen {
    const fn name(&self) -> &'static str {
        match self {
            Self::Primary(_) => "primary key",
            Self::Secondary(_) => "secondary key",
        }
    }
}

fn choose(client: &mut Client, primary: bool) -> Result<Chosen, Failure> {
    if !primary && let Some((key, _)) = client.query_secondary_key()? {
        return Ok(Chosen::Secondary(key));
    }
    match client.query_primary_key() {
        Ok(key) => Ok(Chosen::Primary(key)),
        Err(ClientError::Refused(refusal)) if refusal.code == Win32Error::BAD_CONFIGURATION => {
            Err(Failure::Failed(Cause::new(
                "There is no key yet.",
                "Run `hostednet start` once, or set one with `hostednet key set`.",
            )))
        }
        Err(error) => Err(error.into()),
    }
}

fn code(ssid: &Ssid, key: &Chosen) -> Result<Code, Cause> {
    let key = match key {
        Chosen::Primary(key) => Key::Passphrase(key.expose()),
        Chosen::Secondary(key) => match (key.form(), <&[u8; 32]>::try_from(key.expose())) {
            (KeyForm::Binary, Ok(bytes)) => Key::Binary(bytes),
            _ => Key::Passphrase(key.expose()),
        },
    };
    Code::new(ssid, key).map_err(|error| error.cause())
}

/// A picture of a key is a key: a new file that only its owner reads takes the place of an old one.
fn write_png(code: &Code, file: &Path) -> Result<(), Cause> {
    let cannot = |error: io::Error| {
        let remedy = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "Make room there, then try again."
            }
            _ => "Name a file in a folder of yours.",
        };
        let text = format!("Cannot write {}: {error}.", file.display());
        Cause::new(text, remedy)
    };
    let picture = code.png(PIXELS).map_err(|error| error.cause())?;
    // A link is not followed, and the file is made anew: whoever has an old one open must not read the new
    // contents.
    match fs::symlink_metadata(file) {
        Ok(old) if !old.is_file() => return Err(cannot(io::ErrorKind::AlreadyExists.into())),
        _ => {}
    }
    // What cannot be written whole leaves nothing behind, and the old picture where it was.
    let new = beside(file).ok_or_else(|| cannot(io::ErrorKind::InvalidFilename.into()))?;
    let written = write_new(&new, &picture).and_then(|()| fs::rename(&new, file));
    written.map_err(|error| {
        let _ = fs::remove_file(&new);
        cannot(error)
    })
}

/// A name in the same folder that nobody else has.
fn beside(file: &Path) -> Option<PathBuf> {
    let mut name = std::ffi::OsString::from(".");
    name.push(file.file_name()?);
    name.push(format!(".{}", std::process::id()));
    Some(file.with_file_name(name))
}

fn write_new(file: &Path, contents: &[u8]) -> io::Result<()> {
    let mut made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    // Whatever the umask is.
    made.set_permissions(fs::Permissions::from_mode(0o600))?;
    made.write_all(contents)?;
    made.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_for_its_owner_only_and_replaces_an_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("code.png");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        let code = Code::new(&Ssid::new("x").unwrap(), Key::Passphrase(b"longenough")).unwrap();

        write_png(&code, &file).unwrap();

        let metadata = fs::metadata(&file).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert!(fs::read(&file).unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn a_picture_that_cannot_be_written_leaves_nothing_behind_and_the_old_one_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("code.png");
        fs::write(&file, "old").unwrap();
        let code = Code::new(&Ssid::new("x").unwrap(), Key::Passphrase(b"longenough")).unwrap();
        // What is in the way of the new one cannot be replaced.
        fs::create_dir(beside(&file).unwrap()).unwrap();

        assert!(write_png(&code, &file).is_err());
        assert_eq!(fs::read(&file).unwrap(), b"old");

        fs::remove_dir(beside(&file).unwrap()).unwrap();
        write_png(&code, &file).unwrap();
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 1);
    }

    #[test]
    fn a_picture_never_goes_through_a_link_of_somebody_else() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "precious").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let code = Code::new(&Ssid::new("x").unwrap(), Key::Passphrase(b"longenough")).unwrap();

        assert!(write_png(&code, &link).is_err());

        assert_eq!(fs::read(&target).unwrap(), b"precious");
    }
}
