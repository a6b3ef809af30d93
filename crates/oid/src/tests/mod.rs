//! Tests of the binary forms. Bytes are written down by hand from the reference.

mod convert;
mod golden_assoc;
mod golden_plain;
mod key_rows;
mod keys;
mod layout;
mod numbers;
mod query;
mod round_trip;

use dot11::MacAddr;

use crate::wire::Structure;
use crate::{NdisStatus, OperationMode};

const AP: OperationMode = OperationMode::ExtensibleAp;
const STATION: OperationMode = OperationMode::ExtensibleStation;

/// The associated peer of reference 9.
const M: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x10]);

/// Bytes from hexadecimal digits; blanks are for the reader.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    let blanks = text.chars().filter(|c| c.is_whitespace()).count();
    assert_eq!(digits.len() + blanks, text.chars().count(), "{text}");
    assert_eq!(digits.len() % 2, 0, "{text}");
    digits.chunks(2).map(|d| (d[0] * 16 + d[1]) as u8).collect()
}

/// `len` zeroes with hexadecimal digits at some offsets.
fn at(len: usize, fields: &[(usize, &str)]) -> Vec<u8> {
    let mut bytes = vec![0; len];
    for (at, text) in fields {
        let field = hex(text);
        bytes[*at..at + field.len()].copy_from_slice(&field);
    }
    bytes
}

/// The structure is exactly these bytes, at any address, and no part of it is one.
fn golden<'a, T: Structure<'a> + PartialEq + std::fmt::Debug>(value: &T, bytes: &'a [u8]) {
    assert_eq!(value.to_bytes(), bytes, "{}", T::NAME);
    assert_eq!(&T::parse(bytes).unwrap(), value, "{}", T::NAME);
    // An appended one counts its offsets from its own beginning.
    let mut out = vec![0xEE; 3];
    value.write(&mut out);
    assert_eq!(&out[3..], bytes, "{}", T::NAME);
    let shifted: &'static [u8] = out.leak();
    assert!(T::parse(&shifted[3..]).is_ok(), "{} unaligned", T::NAME);
    for len in 0..T::LEAST {
        let error = T::parse(&shifted[3..3 + len]).err();
        let error = error.unwrap_or_else(|| panic!("{} of {len} bytes", T::NAME));
        assert_eq!(error.status, NdisStatus::INVALID_LENGTH, "{}", T::NAME);
        assert!(error.bytes_needed >= Some(T::LEAST as u32), "{}", T::NAME);
    }
}

/// Every wrong header of these bytes is refused.
fn header_matters<'a, T: Structure<'a> + std::fmt::Debug>(bytes: &[u8]) {
    for (place, value) in [(0, 0x81), (0, 0), (1, 0), (1, 9), (2, 0xFF), (3, 1)] {
        let mut wrong = bytes.to_vec();
        if wrong[place] == value {
            continue;
        }
        wrong[place] = value;
        let error = T::parse(wrong.leak()).unwrap_err();
        assert_eq!(error.status, NdisStatus::INVALID_DATA, "{}", T::NAME);
    }
}
