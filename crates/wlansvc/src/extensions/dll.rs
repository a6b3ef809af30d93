//! Libraries made for Windows: recognised by what they say of themselves, run under Wine.

use std::ffi::OsString;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cause::Cause;
use wlan_model::{Reason, Refusal, Win32Error};

use super::leash::die_with_service;

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing about Windows.
    Other,
    /// A DLL for 64-bit Windows.
    Dll,
    /// Something for Windows that cannot be run, and what helps.
    Unfit(&'static str, &'static str),
}

/// `IMAGE_FILE_MACHINE_AMD64`, `.._I386`, `.._ARM64`.
const AMD64: u16 = 0x8664;
const I386: u16 = 0x14c;
const ARM64: u16 = 0xaa64;
/// `IMAGE_FILE_DLL`.
const IS_DLL: u16 = 0x2000;

/// Looks at the beginning of a file, whose position is at its start before and after.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn kind(file: &mut (impl Read + Seek)) -> io::Result<Kind> {
    let kind = look(file);
    file.seek(SeekFrom::Start(0))?;
    match kind {
        // It ends where a DLL would go on.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Kind::Other),
        kind => kind,
    }
}

fn look(file: &mut (impl Read + Seek)) -> io::Result<Kind> {
    let mut dos = [0; 64];
    file.read_exact(&mut dos)?;
    let [b'M', b'Z', .., a, b, c, d] = dos else {
        return Ok(Kind::Other);
    };
    let offset = u32::from_le_bytes([a, b, c, d]);
    file.seek(SeekFrom::Start(u64::from(offset)))?;
    let mut header = [0; 24];
    let read = file.read_exact(&mut header);
    if read.is_err() || !header.starts_with(b"PE\0\0") {
        return Ok(Kind::Unfit(
            "is a program for DOS or 16-bit Windows",
            "Name a DLL for 64-bit Windows, or a shared object for Linux.",
        ));
    }
    let number = |at: usize| {
        let byte = |at: usize| header.get(at).copied().unwrap_or(0);
        u16::from_le_bytes([byte(at), byte(at + 1)])
    };
    Ok(match number(4) {
        AMD64 if number(22) & IS_DLL != 0 => Kind::Dll,
        AMD64 => Kind::Unfit(
            "is a program for Windows, and no DLL",
            "Name the extension's DLL.",
        ),
        I386 => Kind::Unfit(
            "is a DLL for 32-bit Windows",
            "Get the one for 64-bit Windows (x64) from its vendor: vendors make both.",
        ),
        ARM64 => Kind::Unfit(
            "is a DLL for Windows on ARM",
            "Get the one for x64 from its vendor.",
        ),
        _ => Kind::Unfit(
            "is a DLL for a processor that Wine does not run here",
            "Get the one for x64 from its vendor.",
        ),
    })
}

/// Whether a library in the shelf is a DLL.
pub(crate) fn is_dll(library: &Path) -> bool {
    library.extension().is_some_and(|e| e == "dll")
}

/// Where the prefix of the service's own is.
pub(crate) fn wine_folder(state_dir: &Path) -> PathBuf {
    state_dir.join("wine")
}

/// Whether there is a prefix already; otherwise [`prepare`] takes half a minute.
pub(crate) fn has_prefix(folder: &Path) -> bool {
    folder.join("prefix").is_dir()
}

/// What a process that starts Wine gets of the service's environment: which Wine, if an administrator
/// has named one, and what that one needs to run.
pub(crate) fn environment() -> Vec<(&'static str, OsString)> {
    if std::env::var_os("WINE").is_none_or(|name| name.is_empty()) {
        return Vec::new();
    }
    ["WINE", "LD_LIBRARY_PATH", "WINEPATH"]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)))
        .collect()
}

/// Sees to it that there is a prefix made by the Wine that is here. Waits for it.
///
/// # Errors
/// Why there is none: no Wine, one of another version, the part of hostednet for it not installed.
pub(crate) fn prepare(host: Result<&Path, &Cause>, folder: &Path) -> Result<(), Refusal> {
    let refusal = |text: &str, remedy: &str| {
        Refusal::new(
            Win32Error::NOT_SUPPORTED,
            Reason::Unspecified,
            text.to_owned(),
            remedy.to_owned(),
        )
    };
    let host = host.map_err(|cause| refusal(&cause.text, &cause.remedy))?;
    let mut command = Command::new(host);
    command
        .arg("--prepare-wine")
        .arg(folder)
        .env_clear()
        .envs(environment())
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    die_with_service(&mut command);
    let output = command.output().map_err(|error| {
        refusal(
            &format!("{} could not be started: {error}.", host.display()),
            "Install hostednet whole.",
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    Err(refusal(
        lines.next().unwrap_or("Wine could not be prepared."),
        lines
            .next()
            .unwrap_or("Use the hostednet-ihvhost of the same release."),
    ))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn file(machine: u16, flags: u16) -> Cursor<Vec<u8>> {
        let mut bytes = vec![0; 0x80];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[60] = 0x80;
        bytes.extend(b"PE\0\0");
        bytes.extend(machine.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend(flags.to_le_bytes());
        Cursor::new(bytes)
    }

    #[test]
    fn only_dlls_for_64_bit_windows_are_taken() {
        assert_eq!(kind(&mut file(0x8664, 0x2022)).unwrap(), Kind::Dll);
        for (machine, flags, word) in [
            (0x8664, 0x22, "no DLL"),
            (0x14c, 0x2102, "32-bit"),
            (0xaa64, 0x2022, "ARM"),
            (0x1c4, 0x2022, "processor"),
        ] {
            let Kind::Unfit(what, remedy) = kind(&mut file(machine, flags)).unwrap() else {
                panic!("{machine:#x} is taken");
            };
            assert!(what.contains(word), "{what}");
            assert!(remedy.ends_with('.'), "{remedy}");
        }
    }

    #[test]
    fn what_says_nothing_about_windows_is_left_to_the_linker() {
        for bytes in [&b"\x7fELF"[..], b"", b"MZ", &[0; 100]] {
            assert_eq!(kind(&mut Cursor::new(bytes)).unwrap(), Kind::Other);
        }
        let mut cut = file(0x8664, 0x2022).into_inner();
        cut.truncate(0x82);
        let Kind::Unfit(what, _) = kind(&mut Cursor::new(cut)).unwrap() else {
            panic!("half a header is taken");
        };
        assert!(what.contains("DOS"), "{what}");
    }

    #[test]
    fn a_file_is_read_from_its_start_afterwards() {
        let mut file = file(0x8664, 0x2022);
        kind(&mut file).unwrap();
        assert_eq!(file.position(), 0);
    }
}
