//! The rows of reference 9.2, 9.3 and 9.5 that concern the form, as data named after them. What
//! depends on a table, a radio or the enabled ciphers is the miniport's.

use dot11::MacAddr;

use super::{AP, M, STATION, hex};
use crate::wire::{KeyMappingKeys, WireError};
use crate::{CipherAlgorithm, Direction, KeyMappingKey, NdisStatus, OperationMode};

const PEER: &str = "020000000010 0000";
const KEY_16: &str = "00112233445566778899aabbccddeeff";

/// One entry: cipher, the bytes of `bDelete` and `bStatic`, and `ucKey`.
fn entry(cipher: u32, flags: &str, key: &str) -> Vec<u8> {
    let key = hex(key);
    let mut bytes = hex(PEER);
    bytes.extend_from_slice(&cipher.to_le_bytes());
    bytes.extend_from_slice(&3u32.to_le_bytes());
    bytes.extend_from_slice(&hex(flags));
    bytes.extend_from_slice(&(key.len() as u16).to_le_bytes());
    bytes.extend_from_slice(&key);
    bytes
}

/// Entries in an array, with `extra` on top of `uTotalNumOfBytes`.
fn array(entries: &[u8], extra: u32) -> Vec<u8> {
    let len = entries.len() as u32;
    let mut bytes = hex("80011000");
    bytes.extend_from_slice(&len.to_le_bytes());
    bytes.extend_from_slice(&len.wrapping_add(extra).to_le_bytes());
    bytes.extend_from_slice(entries);
    bytes
}

fn counted(len: u32, key: &str) -> String {
    let len: String = len.to_le_bytes().map(|b| format!("{b:02x}")).concat();
    format!("000000000000 0000 {len} {key}")
}

fn read(bytes: &[u8], mode: OperationMode) -> Vec<Result<KeyMappingKey, WireError>> {
    match KeyMappingKeys::parse(bytes, mode) {
        Ok(keys) => keys.collect(),
        Err(error) => vec![Err(error)],
    }
}

/// The status of a set of one entry.
fn status(entry: &[u8]) -> NdisStatus {
    match read(&array(entry, 0), AP).as_slice() {
        [Ok(_)] => NdisStatus::SUCCESS,
        [Err(error)] => error.status,
        more => panic!("{more:?}"),
    }
}

const OK: NdisStatus = NdisStatus::SUCCESS;
const DATA: NdisStatus = NdisStatus::INVALID_DATA;

#[test]
fn rows_9_2_of_add_and_delete() {
    let ccmp = counted(16, KEY_16);
    let rows = [
        ("8: delete of 20 bytes", entry(4, "0100", ""), OK, true),
        (
            "9: delete with garbage",
            entry(4, "01ff", &"a5".repeat(17)),
            OK,
            true,
        ),
        (
            "10: delete with another cipher",
            entry(2, "0100", &ccmp),
            OK,
            true,
        ),
        (
            "10: delete with an unknown cipher",
            entry(3, "0100", &ccmp),
            OK,
            true,
        ),
        ("13: bDelete 0x80", entry(4, "8000", &ccmp), OK, true),
        ("14: add without a key", entry(4, "0000", ""), DATA, false),
    ];
    for (row, bytes, expected, delete) in rows {
        assert_eq!(status(&bytes), expected, "9.2 row {row}");
        if let [Ok(key)] = read(&array(&bytes, 0), AP).as_slice() {
            assert_eq!(key.material.is_none(), delete, "9.2 row {row}");
            assert!(!key.is_static, "9.2 row {row}");
            assert_eq!((key.peer, key.direction), (M, Direction::Both));
        }
    }
}

#[test]
fn rows_9_3_of_lengths_and_ciphers() {
    let tkip = |key: u32, mic: u32, bytes: usize| {
        format!(
            "000000000000 0000 {} {} {}",
            key.to_le_bytes().map(|b| format!("{b:02x}")).concat(),
            mic.to_le_bytes().map(|b| format!("{b:02x}")).concat(),
            "11".repeat(bytes)
        )
    };
    let raw = |len: usize| "22".repeat(len);
    let good = counted(16, KEY_16);
    let rows: Vec<(&str, u32, String, NdisStatus)> = vec![
        ("1: CCMP 28", 4, good.clone(), OK),
        ("2: CCMP 16", 4, KEY_16.to_owned(), DATA),
        ("3: CCMP 28, inner 32", 4, counted(32, KEY_16), DATA),
        ("3: CCMP 44, inner 32", 4, counted(32, &raw(32)), DATA),
        ("4: CCMP 27", 4, counted(16, &raw(15)), DATA),
        ("5: CCMP 11", 4, "000000000000 0000 100000".to_owned(), DATA),
        ("6: CCMP 44, inner 16", 4, counted(16, &raw(32)), OK),
        (
            "7: CCMP inner 0xFFFFFFF8",
            4,
            counted(0xFFFF_FFF8, KEY_16),
            DATA,
        ),
        ("8: TKIP 48", 2, tkip(16, 16, 32), OK),
        ("9: TKIP, MIC 8", 2, tkip(16, 8, 32), DATA),
        ("10: TKIP 47", 2, tkip(16, 16, 31), DATA),
        ("10: TKIP 15", 2, raw(15), DATA),
        (
            "10: TKIP lengths that wrap",
            2,
            tkip(0xFFFF_FFF0, 0x30, 32),
            DATA,
        ),
        ("12: WEP40 5", 1, raw(5), OK),
        ("12: WEP104 13", 5, raw(13), OK),
        ("13: WEP40 13", 1, raw(13), DATA),
        ("13: WEP104 5", 5, raw(5), DATA),
        ("14: WEP 5", 0x101, raw(5), OK),
        ("14: WEP 13", 0x101, raw(13), OK),
        ("15: WEP 12", 0x101, raw(12), DATA),
        ("16: NONE", 0, good.clone(), DATA),
        ("16: USE_GROUP", 0x100, good.clone(), DATA),
        ("16: BIP", 6, good.clone(), DATA),
        ("16: unknown 3", 3, good.clone(), DATA),
        ("16: unknown 7", 7, good.clone(), DATA),
        ("18: IHV", 0x8000_0000, raw(3), OK),
        ("18: IHV, no bytes", 0xFFFF_FFFF, String::new(), OK),
        ("GCMP 28", 8, good.clone(), OK),
        ("GCMP-256 28", 9, good, DATA),
        ("GCMP-256 44", 9, counted(32, &raw(32)), OK),
        ("CCMP-256 44", 10, counted(32, &raw(32)), OK),
    ];
    for (row, cipher, key, expected) in rows {
        assert_eq!(
            status(&entry(cipher, "0000", &key)),
            expected,
            "9.3 row {row}"
        );
    }
}

#[test]
fn row_9_3_6_ignores_the_surplus() {
    let bytes = array(
        &entry(4, "0000", &counted(16, &format!("{KEY_16} {KEY_16}"))),
        0,
    );
    let [Ok(key)] = &read(&bytes, AP)[..] else {
        panic!("refused");
    };
    assert_eq!(key.material.as_ref().unwrap().key.expose(), hex(KEY_16));
}

#[test]
fn rows_9_3_18_and_21_pass_a_vendors_bytes_and_label_unchanged() {
    let mut bytes = entry(0x8000_0001, "0001", "deadbeef00");
    bytes[..6].copy_from_slice(&[0xFF, 1, 2, 3, 4, 5]);
    let [Ok(key)] = &read(&array(&bytes, 0), STATION)[..] else {
        panic!("refused");
    };
    assert_eq!(key.peer, MacAddr([0xFF, 1, 2, 3, 4, 5]));
    assert_eq!(
        key.material.as_ref().unwrap().key.expose(),
        hex("deadbeef00")
    );
    assert!(key.is_static);
}

#[test]
fn row_9_4_7_knows_three_directions() {
    for (direction, expected) in [(0, DATA), (1, OK), (2, OK), (3, OK), (4, DATA)] {
        for flags in ["0000", "0100"] {
            let mut bytes = entry(4, flags, &counted(16, KEY_16));
            bytes[12] = direction;
            assert_eq!(status(&bytes), expected, "direction {direction} {flags}");
        }
    }
}

#[test]
fn rows_9_5_of_the_buffer_form() {
    let ccmp = entry(4, "0000", &counted(16, KEY_16));
    let wep = entry(1, "0000", "0102030405");
    let bad = entry(4, "0000", KEY_16);
    let mut other = ccmp.clone();
    other[5] = 0x11;
    let mut greedy = ccmp.clone();
    greedy[18..20].copy_from_slice(&29u16.to_le_bytes());
    let mut greedy_delete = entry(4, "0100", "");
    greedy_delete[18..20].copy_from_slice(&28u16.to_le_bytes());
    let both = |a: &[u8], b: &[u8]| [a, b].concat();
    let rows: Vec<(&str, Vec<u8>, Vec<NdisStatus>)> = vec![
        ("1: two CCMP keys", both(&ccmp, &other), vec![OK, OK]),
        (
            "2: WEP40, then CCMP at an odd offset",
            both(&wep, &ccmp),
            vec![OK, OK],
        ),
        ("3: second one invalid", both(&ccmp, &bad), vec![OK, DATA]),
        (
            "3: the one behind an invalid one is still told",
            both(&bad, &ccmp),
            vec![DATA, OK],
        ),
        ("4: 1 byte left", both(&ccmp, &[0]), vec![OK, DATA]),
        ("4: 19 bytes left", both(&ccmp, &[0; 19]), vec![OK, DATA]),
        (
            "5: claims one byte too many",
            both(&wep, &greedy),
            vec![OK, DATA],
        ),
        (
            "5: nothing is known behind it",
            both(&greedy_delete, &[]),
            vec![DATA],
        ),
        ("6: no entries", Vec::new(), vec![DATA]),
        (
            "13: padded to 4",
            both(&both(&wep, &[0; 3]), &ccmp),
            vec![OK, DATA],
        ),
    ];
    for (row, entries, expected) in rows {
        let found: Vec<_> = read(&array(&entries, 0), AP)
            .iter()
            .map(|key| key.as_ref().map_or_else(|error| error.status, |_| OK))
            .collect();
        let found = &found[..found.len().min(expected.len())];
        assert_eq!(found, expected, "9.5 row {row}");
    }
    let order: Vec<_> = read(&array(&both(&ccmp, &other), 0), AP)
        .into_iter()
        .map(|key| key.unwrap().peer.0[5])
        .collect();
    assert_eq!(order, [0x10, 0x11], "9.5 row 1: order of the buffer");
}

#[test]
fn rows_9_5_of_counts_and_header() {
    let ccmp = entry(4, "0000", &counted(16, KEY_16));
    let one = |bytes: &[u8], mode| match &read(bytes, mode)[..] {
        [Ok(_)] => (OK, None),
        [Err(error)] => (error.status, error.bytes_needed),
        more => panic!("{more:?}"),
    };
    let less = array(&ccmp, u32::MAX);
    assert_eq!(one(&less, AP), (DATA, None), "row 7");
    assert_eq!(one(&array(&ccmp, 5), AP), (OK, None), "row 8");
    let whole = array(&ccmp, 0);
    for len in 12..60 {
        let expected = (NdisStatus::INVALID_LENGTH, Some(60));
        assert_eq!(one(&whole[..len], AP), expected, "row 9, {len} bytes");
        let expected = (NdisStatus::BUFFER_OVERFLOW, Some(60));
        assert_eq!(one(&whole[..len], STATION), expected, "row 9, {len} bytes");
    }
    for len in 0..12 {
        let expected = (NdisStatus::INVALID_LENGTH, Some(16));
        assert_eq!(one(&whole[..len], AP), expected, "row 10, {len} bytes");
        let expected = (NdisStatus::BUFFER_OVERFLOW, Some(16));
        assert_eq!(one(&whole[..len], STATION), expected, "row 10, {len} bytes");
    }
    let huge = hex("80011000 ffffffff ffffffff");
    let expected = (NdisStatus::INVALID_LENGTH, Some(u32::MAX));
    assert_eq!(one(&huge, AP), expected, "row 9, no wrap-around");
    for (place, value) in [(0, 0x81), (1, 0), (1, 2), (2, 12), (2, 24), (3, 1)] {
        let mut wrong = whole.clone();
        wrong[place] = value;
        assert_eq!(one(&wrong, AP), (DATA, None), "row 11");
        assert_eq!(one(&wrong, STATION), (DATA, None), "row 11");
    }
    let mut longer = whole;
    longer.push(0xEE);
    assert_eq!(one(&longer, AP), (OK, None), "bytes behind the array");
}

#[test]
fn every_refusal_says_why_and_what_to_do() {
    let bad = array(&entry(4, "0000", KEY_16), 0);
    for bytes in [&bad[..], &bad[..3]] {
        for error in read(bytes, AP).into_iter().filter_map(Result::err) {
            let cause = error.cause();
            assert!(cause.text.ends_with('.') && cause.remedy.ends_with('.'));
            let failure = crate::Failure::from(error.clone());
            assert_eq!((failure.status, failure.cause), (error.status, cause));
        }
    }
    let unknown = CipherAlgorithm(7);
    let error = status(&entry(unknown.0, "0000", ""));
    assert_eq!(error, DATA);
}
