//! Bytes as hexadecimal digits and back. They may be a key, so both are erased.

use zeroize::Zeroizing;

/// Two digits for each byte.
pub(crate) fn digits(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
    }
    text
}

/// The byte of each two digits; `None` where there are others, or one is left over.
pub(crate) fn bytes(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // At its final size from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    for pair in digits.chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push((nibble(*high)? << 4 | nibble(*low)?) as u8);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_byte_in_two_digits_is_none() {
        assert_eq!(bytes(b"00fFa5").as_deref(), Some(&vec![0, 0xff, 0xa5]));
        assert_eq!(bytes(b"").as_deref(), Some(&vec![]));
        for text in [&b"0"[..], b"000", b"0x", b"+1", b"\xc3\xa9"] {
            assert_eq!(bytes(text), None);
        }
    }
}
