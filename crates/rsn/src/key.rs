//! Passphrases and keys, from the person's word down to the temporal key.

use core::fmt;

use dot11::{KeyBytes, MacAddr, Ssid};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::hmac_sha1::HmacKey;
use crate::pbkdf2;

/// A WPA2-Personal passphrase: 8 to 63 bytes, each printable ASCII (802.11-2020, J.4.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "KeyBytes", into = "KeyBytes")]
pub struct Passphrase(KeyBytes);

/// Why bytes are no passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphraseError {
    /// Not 8 to 63 bytes; carries the length.
    Length(usize),
    /// The byte at this position is not printable ASCII (32 to 126).
    Character {
        /// Position, from 0.
        at: usize,
    },
}

impl fmt::Display for PassphraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(n) => write!(f, "a passphrase has 8 to 63 characters, not {n}"),
            Self::Character { at } => {
                write!(
                    f,
                    "character {} of the passphrase is not printable ASCII",
                    at + 1
                )
            }
        }
    }
}

impl core::error::Error for PassphraseError {}

impl Passphrase {
    /// Checks and copies; `text` has no terminating NUL.
    ///
    /// # Errors
    /// See [`PassphraseError`].
    pub fn new(text: &[u8]) -> Result<Self, PassphraseError> {
        Self::try_from(KeyBytes::copy_from(text))
    }

    /// The characters.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl TryFrom<KeyBytes> for Passphrase {
    type Error = PassphraseError;

    fn try_from(text: KeyBytes) -> Result<Self, PassphraseError> {
        if !(8..=63).contains(&text.len()) {
            return Err(PassphraseError::Length(text.len()));
        }
        match text.expose().iter().position(|b| !(32..=126).contains(b)) {
            Some(at) => Err(PassphraseError::Character { at }),
            None => Ok(Self(text)),
        }
    }
}

impl From<Passphrase> for KeyBytes {
    fn from(p: Passphrase) -> Self {
        p.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// Equality in constant time, a Debug that shows nothing.
macro_rules! secret {
    ($name:ident, $($field:ident),+) => {
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                bool::from($(self.$field.ct_eq(&other.$field))&+)
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

/// A pairwise master key; with WPA2-Personal it is the PSK (12.7.1.3).
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(from = "Zeroizing<[u8; 32]>", into = "Zeroizing<[u8; 32]>")]
pub struct Pmk {
    bytes: [u8; 32],
    // What every derivation from this key begins with.
    prf: HmacKey,
}

secret!(Pmk, bytes);

impl Pmk {
    /// PBKDF2-HMAC-SHA1 with the SSID as salt, 4096 rounds (J.4.1). Takes about a third of a
    /// millisecond on a core with SHA instructions, several without: not for the path of a join.
    #[must_use]
    pub fn from_passphrase(passphrase: &Passphrase, ssid: &Ssid) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        pbkdf2::derive(passphrase.expose(), ssid.as_bytes(), 4096, &mut bytes);
        Self::from_raw(&bytes)
    }

    /// A binary key is the PMK itself.
    #[must_use]
    pub fn from_raw(bytes: &[u8; 32]) -> Self {
        Self {
            bytes: *bytes,
            prf: HmacKey::new(bytes),
        }
    }

    /// The key itself.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The first block of the PRF holds the whole KCK, all that checking a MIC needs.
    pub(crate) fn kck(&self, session: &Session) -> Kck {
        let block = Zeroizing::new(self.prf.mac(&[&session.0, &[0]]));
        Kck::from_prf(&block)
    }
}

impl From<Zeroizing<[u8; 32]>> for Pmk {
    fn from(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self::from_raw(&bytes)
    }
}

impl From<Pmk> for Zeroizing<[u8; 32]> {
    fn from(pmk: Pmk) -> Self {
        Self::new(pmk.bytes)
    }
}

const LABEL: &[u8; 23] = b"Pairwise key expansion\0";
const SESSION_LEN: usize = LABEL.len() + 2 * 6 + 2 * 32;

/// What a pairwise key is bound to besides the PMK: label, both addresses, both nonces, each pair
/// in ascending order (12.7.1.3).
#[derive(Clone)]
pub struct Session([u8; SESSION_LEN]);

impl Session {
    /// Of the access point and the station with their nonces.
    #[must_use]
    pub fn new(ap: MacAddr, station: MacAddr, anonce: &[u8; 32], snonce: &[u8; 32]) -> Self {
        let mut out = [0; SESSION_LEN];
        let mut rest = &mut out[..];
        let mut put = |bytes: &[u8]| {
            let (now, later) = core::mem::take(&mut rest).split_at_mut(bytes.len());
            now.copy_from_slice(bytes);
            rest = later;
        };
        put(LABEL);
        put(&ap.min(station).0);
        put(&ap.max(station).0);
        put(anonce.min(snonce));
        put(anonce.max(snonce));
        Self(out)
    }
}

/// The key confirmation key, ready for MICs.
pub(crate) struct Kck(HmacKey);

impl Kck {
    fn from_prf(block: &[u8; 20]) -> Self {
        Self(HmacKey::new(&block[..16]))
    }

    /// The MIC of key descriptor version 2: the first 16 bytes of HMAC-SHA1 over the PDU with its
    /// MIC field zeroed. `head` ends before the field, `tail` begins after it.
    pub(crate) fn mic(&self, head: &[u8], tail: &[u8]) -> [u8; 16] {
        let full = self.0.mac(&[head, &[0; 16], tail]);
        let mut out = [0; 16];
        out.copy_from_slice(&full[..16]);
        out
    }
}

/// A pairwise transient key for CCMP: confirmation, encryption and temporal key, 16 bytes each
/// (12.7.1.3).
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct Ptk {
    kck: [u8; 16],
    kek: [u8; 16],
    tk: [u8; 16],
}

secret!(Ptk, kck, kek, tk);

impl Ptk {
    /// PRF-384 of the PMK over the session.
    #[must_use]
    pub fn derive(pmk: &Pmk, session: &Session) -> Self {
        let mut out = Zeroizing::new([0; 60]);
        for (counter, block) in (0u8..).zip(out.chunks_exact_mut(20)) {
            let mut mac = pmk.prf.mac(&[&session.0, &[counter]]);
            block.copy_from_slice(&mac);
            mac.zeroize();
        }
        let mut ptk = Self {
            kck: [0; 16],
            kek: [0; 16],
            tk: [0; 16],
        };
        ptk.kck.copy_from_slice(&out[..16]);
        ptk.kek.copy_from_slice(&out[16..32]);
        ptk.tk.copy_from_slice(&out[32..48]);
        ptk
    }

    /// Key confirmation key.
    #[must_use]
    pub const fn kck(&self) -> &[u8; 16] {
        &self.kck
    }

    /// Key encryption key.
    #[must_use]
    pub const fn kek(&self) -> &[u8; 16] {
        &self.kek
    }

    /// Temporal key.
    #[must_use]
    pub const fn tk(&self) -> &[u8; 16] {
        &self.tk
    }

    pub(crate) fn mic_key(&self) -> Kck {
        Kck(HmacKey::new(&self.kck))
    }
}

/// A key for groups: 16 random bytes.
macro_rules! group_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
        pub struct $name {
            bytes: [u8; 16],
        }

        secret!($name, bytes);

        impl $name {
            /// A new one. Randomness replaces the standard's derivation from a group master key,
            /// which it allows (12.7.1.4).
            #[must_use]
            pub fn random(rng: &mut ChaCha20Rng) -> Self {
                let mut this = Self { bytes: [0; 16] };
                rng.fill_bytes(&mut this.bytes);
                this
            }

            /// A known one.
            #[must_use]
            pub const fn from_raw(bytes: [u8; 16]) -> Self {
                Self { bytes }
            }

            /// From received bytes, `None` when they are not 16.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Some(Self {
                    bytes: bytes.try_into().ok()?,
                })
            }

            /// The key itself.
            #[must_use]
            pub const fn expose(&self) -> &[u8; 16] {
                &self.bytes
            }
        }
    };
}

group_key! {
    /// A group temporal key for CCMP.
    Gtk
}

group_key! {
    /// A key of group-addressed management frames (IGTK) for BIP-CMAC-128.
    Igtk
}

/// A key of management frames as it is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementKey {
    /// The key.
    pub igtk: Igtk,
    /// Key ID on the air, 4 or 5.
    pub index: u8,
    /// Packet number of the last frame sent with it, 48 bits: receivers start above it.
    pub ipn: u64,
}

/// A group key as message 3 and the group handshake hand it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupKey {
    /// The key.
    pub gtk: Gtk,
    /// Key ID on the air, 1 to 3.
    pub index: u8,
    /// Packet number of the last frame sent with it, 48 bits: receivers start above it.
    pub rsc: u64,
    /// What goes with it to stations whose management frames are protected.
    pub management: Option<ManagementKey>,
}

impl GroupKey {
    /// Whether both are the same key in the same place, whatever their counters.
    pub(crate) fn same_key(&self, other: &Self) -> bool {
        let igtk = |key: &Self| key.management.as_ref().map(|m| (m.index, m.igtk.clone()));
        self.index == other.index && self.gtk == other.gtk && igtk(self) == igtk(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        let digit = |c: u8| char::from(c).to_digit(16).unwrap() as u8;
        let bytes: Vec<u8> = text
            .as_bytes()
            .chunks(2)
            .map(|p| digit(p[0]) << 4 | digit(p[1]))
            .collect();
        bytes.try_into().unwrap()
    }

    #[test]
    fn pmk_vectors_of_the_standard() {
        // 802.11-2020, J.4.2.
        for (word, ssid, expected) in [
            (
                &b"password"[..],
                "IEEE",
                "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e",
            ),
            (
                b"ThisIsAPassword",
                "ThisIsASSID",
                "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af",
            ),
            (
                &[b'a'; 32],
                "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62",
            ),
        ] {
            let pmk =
                Pmk::from_passphrase(&Passphrase::new(word).unwrap(), &Ssid::new(ssid).unwrap());
            assert_eq!(pmk.expose(), &hex::<32>(expected), "{ssid}");
        }
    }

    #[test]
    fn prf_vector_of_the_standard() {
        // 802.11-2020, J.3.2: key 0b.., prefix "prefix", data "Hi There".
        let key = HmacKey::new(&[0x0b; 20]);
        let out: Vec<u8> = (0..4)
            .flat_map(|i| key.mac(&[b"prefix\0", b"Hi There", &[i]]))
            .collect();
        let expected = hex::<64>(
            "bcd4c650b30b9684951829e0d75f9d54b862175ed9f00606e17d8da35402ffee\
             75df78c3d31e0f889f012120c0862beb67753e7439ae242edb8373698356cf5a",
        );
        assert_eq!(out[..64], expected);
    }

    #[test]
    fn ptk_vector_of_the_standard() {
        // 802.11-2020, J.7.
        let pmk = Pmk::from_raw(&hex(
            "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af",
        ));
        let anonce = hex("e0e1e2e3e4e5e6e7e8e9f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405");
        let snonce = hex("c0c1c2c3c4c5c6c7c8c9d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5");
        let (ap, station) = (MacAddr(hex("a0a1a1a3a4a5")), MacAddr(hex("b0b1b2b3b4b5")));
        let session = Session::new(ap, station, &anonce, &snonce);
        let ptk = Ptk::derive(&pmk, &session);
        assert_eq!(ptk.kck(), &hex::<16>("379f9852d0199236b94e407ce4c00ec8"));
        assert_eq!(ptk.kek(), &hex::<16>("47c9edc01c2c6e5b4910caddfb3e51a7"));
        assert_eq!(ptk.tk(), &hex::<16>("b2360c79e9710fdd58bea93deaf06599"));
    }

    #[test]
    fn the_session_does_not_depend_on_who_is_the_access_point() {
        let (a, b) = (MacAddr([1; 6]), MacAddr([2; 6]));
        let pmk = Pmk::from_raw(&[3; 32]);
        let one = Ptk::derive(&pmk, &Session::new(a, b, &[4; 32], &[5; 32]));
        let other = Ptk::derive(&pmk, &Session::new(b, a, &[5; 32], &[4; 32]));
        assert_eq!(one, other);
        assert_ne!(
            one,
            Ptk::derive(&pmk, &Session::new(a, b, &[4; 32], &[6; 32]))
        );
    }

    #[test]
    fn the_short_way_to_the_kck_gives_the_same_mic() {
        let pmk = Pmk::from_raw(&[3; 32]);
        let session = Session::new(MacAddr([1; 6]), MacAddr([2; 6]), &[4; 32], &[5; 32]);
        let ptk = Ptk::derive(&pmk, &session);
        assert_eq!(
            pmk.kck(&session).mic(b"a", b"b"),
            ptk.mic_key().mic(b"a", b"b")
        );
    }

    #[test]
    fn key_wrap_vector_of_rfc_3394() {
        // 4.1: 128 bits of key data with a 128-bit key.
        let ptk = Ptk {
            kck: [0; 16],
            kek: hex("000102030405060708090a0b0c0d0e0f"),
            tk: [0; 16],
        };
        let data = hex::<16>("00112233445566778899aabbccddeeff");
        let wrapped = crate::message::wrap(&ptk, dot11::eapol::KeyData::new().element(&data));
        assert_eq!(
            wrapped,
            hex::<24>("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5")
        );
        assert_eq!(crate::message::unwrap(&ptk, &wrapped).unwrap()[..], data);
        let mut bad = wrapped;
        bad[9] ^= 1;
        assert!(crate::message::unwrap(&ptk, &bad).is_none());
        for len in [0, 8, 16, 23, 25] {
            assert!(
                crate::message::unwrap(&ptk, &vec![0; len]).is_none(),
                "{len}"
            );
        }
    }

    #[test]
    fn passphrases_are_8_to_63_printable_characters() {
        assert!(Passphrase::new(&[b' '; 8]).is_ok());
        assert!(Passphrase::new(&[b'~'; 63]).is_ok());
        assert_eq!(Passphrase::new(&[b'a'; 7]), Err(PassphraseError::Length(7)));
        assert_eq!(
            Passphrase::new(&[b'a'; 64]),
            Err(PassphraseError::Length(64))
        );
        for bad in [0, 31, 127, 0xc3] {
            let mut text = [b'a'; 9];
            text[8] = bad;
            assert_eq!(
                Passphrase::new(&text),
                Err(PassphraseError::Character { at: 8 })
            );
        }
    }

    #[test]
    fn a_stored_passphrase_is_checked_again_when_it_is_read() {
        let good = postcard::to_allocvec(&Passphrase::new(b"long enough").unwrap()).unwrap();
        assert!(postcard::from_bytes::<Passphrase>(&good).is_ok());
        let bad = postcard::to_allocvec(&KeyBytes::copy_from(b"short")).unwrap();
        assert!(postcard::from_bytes::<Passphrase>(&bad).is_err());
    }
}
