//! The two keys of the Hosted Network.

use core::fmt;

use dot11::KeyBytes;
use serde::{Deserialize, Serialize};

/// How a secondary key was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// 8 to 63 characters from 0x20 to 0x7E.
    Passphrase,
    /// 32 bytes: the pairwise master key itself.
    Binary,
}

/// A well-formed secondary key. Parsed once, valid ever after.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondaryKey {
    form: KeyForm,
    bytes: KeyBytes,
}

/// What is wrong with a secondary key. No variant carries a byte of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormError {
    /// A passphrase has 8 to 63 characters; this one had another number.
    PassphraseLength(usize),
    /// A passphrase holds only characters from 0x20 to 0x7E.
    PassphraseCharacter,
    /// A passphrase given through the Windows API ends with exactly one NUL, which counts.
    PassphraseNotTerminated,
    /// A binary key has 32 bytes; this one had another number.
    BinaryLength(usize),
}

impl fmt::Display for KeyFormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PassphraseLength(n) => {
                write!(f, "A passphrase has 8 to 63 characters, not {n}.")
            }
            Self::PassphraseCharacter => {
                f.write_str("A passphrase holds only printable ASCII characters (space to tilde).")
            }
            Self::PassphraseNotTerminated => {
                f.write_str("A passphrase ends with exactly one NUL, and the length counts it.")
            }
            Self::BinaryLength(n) => write!(f, "A binary key has 32 bytes, not {n}."),
        }
    }
}

impl core::error::Error for KeyFormError {}

impl SecondaryKey {
    /// From the arguments of `WlanHostedNetworkSetSecondaryKey`: a passphrase with its terminating
    /// NUL (9 to 64 bytes in all), or 32 bytes (`nf-wlanapi-wlanhostednetworksetsecondarykey`,
    /// Remarks).
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn from_api(data: &[u8], is_passphrase: bool) -> Result<Self, KeyFormError> {
        if is_passphrase {
            let (last, text) = data.split_last().ok_or(KeyFormError::PassphraseLength(0))?;
            if *last != 0 {
                return Err(match data.len() {
                    9..=64 => KeyFormError::PassphraseNotTerminated,
                    n => KeyFormError::PassphraseLength(n),
                });
            }
            Self::passphrase(text)
        } else {
            Self::binary(data)
        }
    }

    /// From the characters of a passphrase, without NUL.
    ///
    /// # Errors
    /// What is wrong with the passphrase.
    pub fn passphrase(text: &[u8]) -> Result<Self, KeyFormError> {
        if !(8..=63).contains(&text.len()) {
            return Err(KeyFormError::PassphraseLength(text.len()));
        }
        if !text.iter().all(|c| (0x20..=0x7e).contains(c)) {
            return Err(KeyFormError::PassphraseCharacter);
        }
        Ok(Self {
            form: KeyForm::Passphrase,
            bytes: KeyBytes::copy_from(text),
        })
    }

    /// From a pairwise master key.
    ///
    /// # Errors
    /// When it has not 32 bytes.
    pub fn binary(pmk: &[u8]) -> Result<Self, KeyFormError> {
        if pmk.len() != 32 {
            return Err(KeyFormError::BinaryLength(pmk.len()));
        }
        Ok(Self {
            form: KeyForm::Binary,
            bytes: KeyBytes::copy_from(pmk),
        })
    }

    /// In which form it was given.
    #[must_use]
    pub const fn form(&self) -> KeyForm {
        self.form
    }

    /// The characters (without NUL) or the 32 bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.bytes.expose()
    }
}

impl fmt::Debug for SecondaryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecondaryKey({:?})", self.form)
    }
}

/// The primary key: 63 characters made by the system, never chosen by anyone
/// (`about-the-wireless-hosted-network`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey(KeyBytes);

impl PrimaryKey {
    /// Its length in characters.
    pub const LEN: usize = 63;

    /// The characters it is drawn from: 64 of them, safe in XML, shells and QR codes, and without
    /// the pairs people confuse most (`0 O`, `1 l I`).
    pub const ALPHABET: &'static [u8; 64] =
        b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz-_.+=@%";

    /// Draws each character from 63 bytes of good randomness; 378 bits of strength.
    #[must_use]
    pub fn from_entropy(entropy: &[u8; Self::LEN]) -> Self {
        Self(KeyBytes::new(
            entropy
                .iter()
                .map(|b| Self::ALPHABET[usize::from(b & 0x3f)])
                .collect(),
        ))
    }

    /// From stored characters; `None` when they cannot be a primary key.
    #[must_use]
    pub fn from_stored(text: &[u8]) -> Option<Self> {
        (text.len() == Self::LEN && text.iter().all(|c| Self::ALPHABET.contains(c)))
            .then(|| Self(KeyBytes::copy_from(text)))
    }

    /// The characters.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl fmt::Debug for PrimaryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrimaryKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(data: &[u8], pass: bool) -> Result<KeyForm, KeyFormError> {
        SecondaryKey::from_api(data, pass).map(|k| k.form())
    }

    #[test]
    fn alphabet_has_no_twins_and_no_lookalikes() {
        let mut seen = PrimaryKey::ALPHABET.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 64);
        assert!(!seen.iter().any(|c| b"0O1lI<>&\"'`$\\;:, ".contains(c)));
    }

    /// Reference tables 10.2 and 10.3, the rows that one call decides.
    #[test]
    fn api_forms_follow_the_documented_ranges() {
        use KeyForm::{Binary, Passphrase};
        let with_nul = |n: usize| [vec![b'a'; n], vec![0]].concat();
        for n in 8..=63 {
            assert_eq!(api(&with_nul(n), true), Ok(Passphrase), "{n} characters");
        }
        for bad in [
            b"\0".to_vec(),
            with_nul(7),
            with_nul(64),
            vec![b'1'; 8],
            vec![b'1'; 9],
        ] {
            assert!(api(&bad, true).is_err(), "{bad:?}");
        }
        assert_eq!(
            api(b"12345678\0abc\0", true),
            Err(KeyFormError::PassphraseCharacter)
        );
        assert_eq!(
            api(b"12345678\0\0", true),
            Err(KeyFormError::PassphraseCharacter)
        );
        assert_eq!(
            api(b"\0\0\0\0\0\0\0\0\0", true),
            Err(KeyFormError::PassphraseCharacter)
        );
        assert_eq!(
            api(b"1234567\xe4\0", true),
            Err(KeyFormError::PassphraseCharacter)
        );
        assert_eq!(api(b"        \0", true), Ok(Passphrase));
        assert_eq!(api(b"~~~~~~~~\0", true), Ok(Passphrase));
        assert_eq!(api(&[0; 32], false), Ok(Binary));
        for n in (0..=70).filter(|n| *n != 32) {
            assert!(api(&vec![b'f'; n], false).is_err(), "{n} bytes");
        }
    }

    #[test]
    fn debug_output_shows_no_key() {
        let k = SecondaryKey::passphrase(b"hunter2hunter2").unwrap();
        assert_eq!(format!("{k:?}"), "SecondaryKey(Passphrase)");
        let p = PrimaryKey::from_entropy(&[7; 63]);
        assert_eq!(format!("{p:?}"), "PrimaryKey(..)");
    }
}
