//! Sealing keys for the disk.

use core::fmt;

use cause::Cause;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use zeroize::Zeroizing;

/// Bytes of a nonce.
const NONCE: usize = 12;

/// Longest secret.
const MAX_SECRET: usize = 63;

/// What is encrypted: the secret's length, the secret, zeroes. Always this long, so that the sealed
/// form does not tell the length of a passphrase.
const PADDED: usize = 1 + MAX_SECRET;

/// 32 bytes that stay on this host.
pub(crate) struct HostKey(Zeroizing<[u8; 32]>);

impl HostKey {
    pub(crate) fn random() -> Result<Self, Cause> {
        let mut key = Zeroizing::new([0; 32]);
        random(&mut key[..])?;
        Ok(Self(key))
    }

    /// `None` when there are not 32 bytes.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0[..]
    }

    /// `secret`, sealed for this `field` and no other, as hexadecimal text.
    pub(crate) fn seal(&self, field: &str, secret: &[u8]) -> Result<String, Cause> {
        let mut padded = Zeroizing::new([0; PADDED]);
        let (Ok(len), Some(room)) = (u8::try_from(secret.len()), padded.get_mut(1..=secret.len()))
        else {
            return Err(Cause::new(
                "A key is too long to be stored.",
                "This is a defect; please report it.",
            ));
        };
        room.copy_from_slice(secret);
        padded[0] = len;
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let payload = Payload {
            msg: &padded[..],
            aad: &context(field),
        };
        let sealed = self
            .cipher()
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| {
                Cause::new(
                    "A key could not be sealed.",
                    "This is a defect; please report it.",
                )
            })?;
        Ok(to_hex(&[&nonce[..], &sealed].concat()))
    }

    /// The secret sealed for `field` by this key, if that is what `text` is.
    pub(crate) fn unseal(&self, field: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = from_hex(text)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: &context(field),
        };
        let padded = Zeroizing::new(
            self.cipher()
                .decrypt(Nonce::from_slice(nonce), payload)
                .ok()?,
        );
        let (len, secret) = padded.split_first()?;
        Some(Zeroizing::new(secret.get(..usize::from(*len))?.to_vec()))
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(Key::from_slice(&self.0[..]))
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostKey(..)")
    }
}

/// What a sealed text is bound to: a text moved to another field does not open.
fn context(field: &str) -> Vec<u8> {
    format!("hostednet settings 1 {field}").into_bytes()
}

fn random(bytes: &mut [u8]) -> Result<(), Cause> {
    getrandom::fill(bytes).map_err(|error| {
        Cause::new(
            format!("The system gives no random numbers: {error}."),
            "Check that the service may call getrandom(2).",
        )
    })
}

/// Lower-case hexadecimal text.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use core::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// `None` when `text` is not pairs of hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| {
        char::from(c)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sealed_secret_opens_with_its_key_and_field_only() {
        let (key, other) = (
            HostKey::from_slice(&[1; 32]).unwrap(),
            HostKey::random().unwrap(),
        );
        let sealed = key.seal("primary_key", b"secret").unwrap();

        assert_eq!(
            key.unseal("primary_key", &sealed).as_deref(),
            Some(&b"secret".to_vec())
        );
        assert_eq!(key.unseal("secondary_key", &sealed), None);
        assert_eq!(other.unseal("primary_key", &sealed), None);
        assert_eq!(key.unseal("primary_key", &sealed[2..]), None);
        assert_eq!(key.unseal("primary_key", ""), None);
    }

    #[test]
    fn sealed_texts_have_one_length_and_never_repeat() {
        let key = HostKey::from_slice(&[1; 32]).unwrap();
        let texts = [&b""[..], b"12345678", &[b'a'; 63]].map(|s| key.seal("x", s).unwrap());
        assert!(texts.iter().all(|t| t.len() == texts[0].len()));
        assert_ne!(
            key.seal("x", b"same").unwrap(),
            key.seal("x", b"same").unwrap()
        );
        assert!(key.seal("x", &[0; 64]).is_err());
    }

    #[test]
    fn hexadecimal_text_is_pairs_of_digits() {
        assert_eq!(from_hex("00fF"), Some(vec![0, 255]));
        for bad in ["0", "0g", "+1", " 1", "é"] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn hexadecimal_text_round_trips(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes));
        }

        #[test]
        fn no_text_panics_the_unsealer(text in ".{0,200}") {
            let key = HostKey::from_slice(&[1; 32]).unwrap();
            prop_assert_eq!(key.unseal("x", &text), None);
        }
    }
}
