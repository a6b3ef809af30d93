//! From the keys of people and the system to pairwise master keys, ahead of need.

use dot11::Ssid;
use rsn::{Passphrase, Pmk};
use serde::{Deserialize, Serialize};
use softap::Candidates;
use wlan_model::{KeyForm, PrimaryKey, SecondaryKey};

/// The secondary key in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Secondary<'a> {
    pub(crate) key: &'a SecondaryKey,
    pub(crate) persistent: bool,
}

/// Master keys with what they were derived from.
///
/// A derivation costs 4096 rounds of PBKDF2: milliseconds, and much more on an emulated machine. It
/// is done when a name or a key changes, and nothing that has not changed is derived again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MasterKeys {
    ssid: Ssid,
    primary: (PrimaryKey, Pmk),
    secondary: Option<(SecondaryKey, Pmk)>,
}

impl MasterKeys {
    /// The master keys for these, taking from `previous` what still holds.
    pub(crate) fn derive(
        previous: Option<&Self>,
        ssid: &Ssid,
        primary: &PrimaryKey,
        secondary: Option<&SecondaryKey>,
    ) -> Self {
        let previous = previous.filter(|p| p.ssid == *ssid);
        let primary = previous
            .map(|p| &p.primary)
            .filter(|(key, _)| key == primary)
            .cloned()
            .unwrap_or_else(|| (primary.clone(), primary_pmk(primary, ssid)));
        let secondary = secondary.map(|secondary| {
            previous
                .and_then(|p| p.secondary.as_ref())
                .filter(|(key, _)| key == secondary)
                .cloned()
                .unwrap_or_else(|| (secondary.clone(), secondary_pmk(secondary, ssid)))
        });
        Self {
            ssid: ssid.clone(),
            primary,
            secondary,
        }
    }

    /// What a new association may choose from.
    pub(crate) fn candidates(&self) -> Candidates {
        Candidates {
            primary: self.primary.1.clone(),
            secondary: self.secondary.as_ref().map(|(_, pmk)| pmk.clone()),
        }
    }
}

fn primary_pmk(key: &PrimaryKey, ssid: &Ssid) -> Pmk {
    from_text(key.expose(), ssid)
}

fn secondary_pmk(key: &SecondaryKey, ssid: &Ssid) -> Pmk {
    match (key.form(), <&[u8; 32]>::try_from(key.expose())) {
        (KeyForm::Binary, Ok(pmk)) => Pmk::from_raw(pmk),
        (KeyForm::Binary, Err(_)) => unreachable!("a binary key has 32 bytes"),
        (KeyForm::Passphrase, _) => from_text(key.expose(), ssid),
    }
}

fn from_text(text: &[u8], ssid: &Ssid) -> Pmk {
    let passphrase = Passphrase::new(text).expect("a key that was parsed is a passphrase");
    Pmk::from_passphrase(&passphrase, ssid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ssid(name: &str) -> Ssid {
        Ssid::new(name).unwrap()
    }

    #[test]
    fn a_passphrase_is_bound_to_the_name_and_a_binary_key_is_not() {
        let primary = PrimaryKey::from_entropy(&[1; 63]);
        let word = SecondaryKey::passphrase(b"password").unwrap();
        let raw = SecondaryKey::binary(&[5; 32]).unwrap();
        let derive = |name: &str, key| {
            MasterKeys::derive(None, &ssid(name), &primary, Some(key)).candidates()
        };

        // Reference 6.3, first vector.
        let expected = [
            0xf4, 0x2c, 0x6f, 0xc5, 0x2d, 0xf0, 0xeb, 0xef, 0x9e, 0xbb, 0x4b, 0x90, 0xb3, 0x8a,
            0x5f, 0x90, 0x2e, 0x83, 0xfe, 0x1b, 0x13, 0x5a, 0x70, 0xe2, 0x3a, 0xed, 0x76, 0x2e,
            0x97, 0x10, 0xa1, 0x2e,
        ];
        assert_eq!(
            derive("IEEE", &word).secondary,
            Some(Pmk::from_raw(&expected))
        );
        assert_ne!(
            derive("other", &word).secondary,
            derive("IEEE", &word).secondary
        );
        assert_eq!(
            derive("other", &raw).secondary,
            Some(Pmk::from_raw(&[5; 32]))
        );
        assert_ne!(derive("other", &raw).primary, derive("IEEE", &raw).primary);
    }

    #[test]
    fn a_cached_key_equals_a_derived_one() {
        let (one, two) = (
            PrimaryKey::from_entropy(&[1; 63]),
            PrimaryKey::from_entropy(&[2; 63]),
        );
        let (a, b) = (
            SecondaryKey::passphrase(b"aaaaaaaa").unwrap(),
            SecondaryKey::passphrase(b"bbbbbbbb").unwrap(),
        );
        let first = MasterKeys::derive(None, &ssid("x"), &one, Some(&a));

        for (name, primary, secondary) in [
            ("x", &one, Some(&a)),
            ("x", &one, Some(&b)),
            ("x", &two, Some(&a)),
            ("x", &one, None),
            ("y", &one, Some(&a)),
        ] {
            let cached = MasterKeys::derive(Some(&first), &ssid(name), primary, secondary);
            let fresh = MasterKeys::derive(None, &ssid(name), primary, secondary);
            assert_eq!(cached.candidates(), fresh.candidates());
        }
    }
}
