//! `key show`, and what else is said of keys.

use std::io::{self, Write};

use wlan_client::{KeyIdentity, Status};
use wlan_model::{KeyForm, PrimaryKey, SecondaryKey};
use zeroize::Zeroizing;

use crate::hex;

/// Both keys.
pub(crate) fn page(
    out: &mut impl Write,
    primary: Option<&PrimaryKey>,
    secondary: Option<&(SecondaryKey, bool)>,
) -> io::Result<()> {
    match primary {
        Some(key) => writeln!(out, "Primary key    {}", *characters(key.expose()))?,
        None => writeln!(
            out,
            "Primary key    not made yet: `hostednet start` makes it"
        )?,
    }
    match secondary {
        Some((key, persistent)) => {
            writeln!(
                out,
                "Secondary key  {}  ({}, {})",
                *shown(key),
                form(key.form()),
                lifetime(*persistent)
            )
        }
        None => writeln!(out, "Secondary key  not set"),
    }
}

/// What there is to know of the secondary key without telling it.
pub(crate) fn of_network(status: &Status) -> String {
    status.secondary_key.map_or_else(
        || "not set".into(),
        |key| format!("{}, {}", form(key.form), lifetime(key.persistent)),
    )
}

const fn form(form: KeyForm) -> &'static str {
    match form {
        KeyForm::Passphrase => "passphrase",
        KeyForm::Binary => "binary",
    }
}

const fn lifetime(persistent: bool) -> &'static str {
    if persistent {
        "persistent"
    } else {
        "for one session"
    }
}

/// Which key a peer has joined with.
pub(crate) const fn name(key: KeyIdentity) -> &'static str {
    match key {
        KeyIdentity::Primary => "primary",
        KeyIdentity::Secondary => "secondary",
        KeyIdentity::Retired => "retired",
        KeyIdentity::Vendor => "vendor",
    }
}

/// A key as people type it: the passphrase, or 64 hexadecimal digits.
pub(crate) fn shown(key: &SecondaryKey) -> Zeroizing<String> {
    match key.form() {
        KeyForm::Passphrase => characters(key.expose()),
        KeyForm::Binary => hex::digits(key.expose()),
    }
}

/// The characters of a key, which are ASCII.
pub(crate) fn characters(ascii: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(ascii.len()));
    text.extend(ascii.iter().map(|byte| char::from(*byte)));
    text
}
