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

/// UTF-8 text without control characters is shown as it is, anything else as upper-case hexadecimal.
impl fmt::Display for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match core::str::from_utf8(&self.0) {
            Ok(text) if !text.chars().any(char::is_control) => f.write_str(text),
            _ => self.0.iter().try_for_each(|b| write!(f, "{b:02X}")),
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
}
