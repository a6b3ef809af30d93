//! The text behind a code: `WIFI:T:WPA;S:name;P:key;;`, the notation of the ZXing project, which phones
//! and desktops understand.

use dot11::Ssid;
use zeroize::Zeroizing;

use crate::Error;

/// A key to hand out.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    /// 8 to 63 characters from 0x20 to 0x7E.
    Passphrase(&'a [u8]),
    /// The pairwise master key, written as 64 hexadecimal digits. The notation does not speak of it; what
    /// hands the digits to a supplicant unquoted (Android, NetworkManager) joins with it.
    Binary(&'a [u8; 32]),
}

/// Longest text: every character of the longest name and the longest key escaped, both quoted.
const LONGEST: usize = 2 * (Ssid::MAX_LEN + 63) + 32;

/// The text of a code for a WPA2-Personal network.
///
/// # Errors
/// [`Error::NameNotText`], [`Error::NotAPassphrase`].
pub fn text(ssid: &Ssid, key: Key<'_>) -> Result<Zeroizing<String>, Error> {
    let name = core::str::from_utf8(ssid.as_bytes()).map_err(|_| Error::NameNotText)?;
    // At its final size from the start: growing would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    text.push_str("WIFI:T:WPA;S:");
    push_value(&mut text, name);
    text.push_str(";P:");
    match key {
        Key::Passphrase(passphrase) => {
            let printable = passphrase.iter().all(|c| (0x20..=0x7e).contains(c));
            let passphrase = core::str::from_utf8(passphrase)
                .ok()
                .filter(|p| printable && (8..=63).contains(&p.len()))
                .ok_or(Error::NotAPassphrase)?;
            push_value(&mut text, passphrase);
        }
        Key::Binary(key) => {
            for byte in key {
                for nibble in [byte >> 4, byte & 15] {
                    text.extend(char::from_digit(nibble.into(), 16));
                }
            }
        }
    }
    text.push_str(";;");
    Ok(text)
}

/// Escapes what has a meaning of its own. Quotes around the whole say "not hexadecimal", and are taken off
/// by readers: what would be taken for hexadecimal gets them, and what has such quotes itself gets more.
fn push_value(text: &mut String, value: &str) {
    let hexadecimal = value.bytes().all(|c| c.is_ascii_hexdigit());
    let quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    let quotes = if hexadecimal || quoted { "\"" } else { "" };
    text.push_str(quotes);
    for c in value.chars() {
        if matches!(c, '\\' | ';' | ',' | ':' | '"') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push_str(quotes);
}
