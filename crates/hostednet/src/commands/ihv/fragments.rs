//! The vendor's part of a profile, from files: it may be secret, and is never an argument.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use dot11::KeyBytes;
use wlan_model::{Reason, Refusal, VendorFragments, Win32Error};
use zeroize::Zeroizing;

use crate::args::ihv::FragmentArguments;
use crate::failure::Failure;

/// Longest fragment, in bytes: two of them fit into a message.
const LONGEST: usize = 32 * 1024;

/// The fragments in these files.
pub(crate) fn read(files: &FragmentArguments) -> Result<VendorFragments, Failure> {
    let is_input = |file: &Option<PathBuf>| file.as_deref() == Some(Path::new("-"));
    if is_input(&files.connectivity) && is_input(&files.security) {
        return Err(Failure::Usage(
            "Both fragments cannot come from standard input: name a file for one of them.".into(),
        ));
    }
    let given = |file: &Option<PathBuf>| file.as_deref().map(fragment).transpose();
    Ok(VendorFragments {
        connectivity: given(&files.connectivity)?,
        security: given(&files.security)?,
    })
}

/// A vendor's XML, which may hold secrets, from a file or (`-`) from standard input.
fn fragment(file: &Path) -> Result<KeyBytes, Failure> {
    let refused = |text: String, remedy: &str| {
        Failure::Refused(Refusal::new(
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            text,
            remedy,
        ))
    };
    // Not to be repeated: it may be a secret in the wrong place.
    if file.as_os_str().as_encoded_bytes().contains(&b'<') {
        return Err(refused(
            "A fragment is given as a file, not as its text.".into(),
            "Everybody on this machine can read arguments: put it into a file, or give `-` and pipe \
             it in. A secret that stood on a command line should be changed.",
        ));
    }
    let shown = if file == Path::new("-") {
        "standard input".into()
    } else {
        file.display().to_string()
    };
    let opened = if file == Path::new("-") {
        // Without the buffer of the standard library, which is not erased.
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else {
        File::open(file)
    };
    // At its final size from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    opened
        .and_then(|file| file.take(LONGEST as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            refused(
                format!("The fragment cannot be read from {shown}: {error}."),
                "Name a file you may read, or `-` for standard input.",
            )
        })?;
    if bytes.len() > LONGEST {
        return Err(refused(
            format!("The fragment in {shown} is longer than {LONGEST} bytes."),
            "Give the vendor's part of the profile only.",
        ));
    }
    if bytes.is_empty() {
        return Err(refused(
            format!("There is nothing in {shown}."),
            "Give the vendor's XML, or leave the option out.",
        ));
    }
    match core::str::from_utf8(&bytes) {
        Ok(text) if !text.contains('\0') => Ok(KeyBytes::copy_from(&bytes)),
        _ => Err(refused(
            format!("The fragment in {shown} is no text in UTF-8."),
            "Give the vendor's XML as UTF-8.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_comes_from_a_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("security.xml");
        let with = |content: &[u8]| {
            std::fs::write(&file, content).unwrap();
            fragment(&file)
        };
        let text = b"<sharedSecret>12345678</sharedSecret>";
        assert_eq!(with(text).unwrap().expose(), text);
        assert_eq!(with(&[b' '; LONGEST]).unwrap().len(), LONGEST);
        for bad in [&b""[..], b"\xff\xfe<", b"<a>\0</a>", &[b' '; LONGEST + 1]] {
            let error = with(bad).unwrap_err().to_string();
            assert!(error.contains("security.xml"), "{error}");
        }
        let missing = fragment(&dir.path().join("nothing")).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
        assert!(fragment(dir.path()).is_err());
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        let error = fragment(Path::new("<sharedSecret>12345678</sharedSecret>")).unwrap_err();
        assert!(!error.to_string().contains("12345678"), "{error}");
    }
}
