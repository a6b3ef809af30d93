//! Network names (clause 9.4.2.2).

use core::fmt;

use serde::{Deserialize, Serialize};

/// The name of a network: 1 to 32 bytes, by habit UTF-8, by standard anything.
///
/// The wildcard (empty) SSID of a probe request is not an `Ssid`: an access point cannot have it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Ssid(Vec<u8>);

/// An SSID of an impossible length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SsidError {
    /// The length that was offered, in bytes.
    pub len: usize,
}

impl Ssid {
    /// Longest SSID in bytes.
    pub const MAX_LEN: usize = 32;

    /// # Errors
    /// When `bytes` is empty or longer than [`Ssid::MAX_LEN`].
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, SsidError> {
        let bytes = bytes.into();
        match bytes.len() {
            1..=Self::MAX_LEN => Ok(Self(bytes)),
            len => Err(SsidError { len }),
        }
    }

    /// The bytes as they go on the air.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name as people may be shown it: UTF-8 without characters that act on what stands around them
    /// (control characters, line separators, the Unicode bidirectional controls, which would turn the rest
    /// of a line around). `None` for anything else.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let text = core::str::from_utf8(&self.0).ok()?;
        text.chars().all(is_tame).then_some(text)
    }
}

fn is_tame(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

impl TryFrom<Vec<u8>> for Ssid {
    type Error = SsidError;

    fn try_from(v: Vec<u8>) -> Result<Self, SsidError> {
        Self::new(v)
    }
}

impl From<Ssid> for Vec<u8> {
    fn from(s: Ssid) -> Self {
        s.0
    }
}

/// [`Ssid::text`] where there is one, anything else as upper-case hexadecimal.
impl fmt::Display for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => f.write_str(text),
            None => self.0.iter().try_for_each(|b| write!(f, "{b:02X}")),
        }
    }
}

impl fmt::Debug for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ssid({self})")
    }
}

impl fmt::Display for SsidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an SSID has 1 to {} bytes, not {}",
            Ssid::MAX_LEN,
            self.len
        )
    }
}

impl core::error::Error for SsidError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_1_to_32_bytes() {
        assert_eq!(Ssid::new(""), Err(SsidError { len: 0 }));
        assert!(Ssid::new([0x41; 32]).is_ok());
        assert_eq!(Ssid::new([0x41; 33]), Err(SsidError { len: 33 }));
    }

    #[test]
    fn unprintable_names_are_shown_as_hexadecimal() {
        assert_eq!(Ssid::new("Büro").unwrap().to_string(), "Büro");
        assert_eq!(Ssid::new([0xff, 0x00]).unwrap().to_string(), "FF00");
        assert_eq!(Ssid::new("a\u{1b}[2J").unwrap().to_string(), "611B5B324A");
    }

    #[test]
    fn a_name_that_would_turn_the_line_around_is_shown_as_hexadecimal() {
        for tame in ["مرحبا", "👩‍👩‍👧‍👦", "caf\u{e9}"] {
            assert_eq!(Ssid::new(tame).unwrap().to_string(), tame);
        }
        assert_eq!(Ssid::new("a\u{202e}b").unwrap().to_string(), "61E280AE62");
        assert_eq!(Ssid::new("\u{2028}").unwrap().text(), None);
    }
}
