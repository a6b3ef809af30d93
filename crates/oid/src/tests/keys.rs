//! Golden bytes of key-mapping arrays, default keys and the algorithm structures.

use dot11::{KeyBytes, MacAddr};

use super::{AP, M, STATION, at, hex};
use crate::wire::{
    DefaultKeyValue, KeyData, KeyMappingKeys, default_key_value, key_mapping_array,
    key_mapping_value, parse_default_key,
};
use crate::{CipherAlgorithm, DefaultKey, Direction, KeyMappingKey, KeyMaterial, NdisStatus};

const KEY_16: &str = "000102030405060708090a0b0c0d0e0f";

fn material(receive_counter: u64, key: &str) -> Option<KeyMaterial> {
    Some(KeyMaterial {
        receive_counter,
        key: KeyBytes::new(hex(key)),
    })
}

fn mapping(algorithm: CipherAlgorithm, material: Option<KeyMaterial>) -> KeyMappingKey {
    KeyMappingKey {
        peer: M,
        algorithm,
        direction: Direction::Both,
        is_static: false,
        material,
    }
}

/// The keys are exactly these bytes, at any address.
fn golden(keys: &[KeyMappingKey], bytes: &[u8]) {
    let built = key_mapping_array(keys).unwrap();
    assert_eq!(*built, bytes);
    assert_eq!(
        built.capacity(),
        built.len(),
        "no second allocation with a copy"
    );
    for shift in 0..4 {
        let moved = [&vec![0xEE; shift], bytes].concat();
        let read: Vec<_> = KeyMappingKeys::parse(&moved[shift..], AP)
            .unwrap()
            .collect();
        assert_eq!(read, keys.iter().cloned().map(Ok).collect::<Vec<_>>());
    }
}

#[test]
fn one_ccmp_key_has_60_bytes() {
    let mut key = mapping(CipherAlgorithm::CCMP, material(0x0102_0304_0506, KEY_16));
    let text = format!(
        "80011000 30000000 30000000
         020000000010 0000 04000000 03000000 00 00 1c00
         060504030201 0000 10000000 {KEY_16}"
    );
    let bytes = hex(&text);
    assert_eq!(bytes.len(), 60);
    golden(&[key.clone()], &bytes);
    assert_eq!(*key_mapping_value(&key).unwrap(), bytes[12..]);

    key.is_static = true;
    key.direction = Direction::Inbound;
    golden(
        &[key.clone()],
        &hex(&text.replace("03000000 00 00 1c00", "01000000 00 01 1c00")),
    );
    key.direction = Direction::Outbound;
    golden(
        &[key],
        &hex(&text.replace("03000000 00 00 1c00", "02000000 00 01 1c00")),
    );
}

#[test]
fn a_tkip_key_has_the_receive_mic_first() {
    let keys = format!("{KEY_16} a0a1a2a3a4a5a6a7 b0b1b2b3b4b5b6b7");
    let key = mapping(CipherAlgorithm::TKIP, material(7, &keys));
    let bytes = hex(&format!(
        "80011000 44000000 44000000
         020000000010 0000 02000000 03000000 00 00 3000
         070000000000 0000 10000000 10000000 {keys}"
    ));
    golden(&[key], &bytes);
    let data = KeyData::parse(CipherAlgorithm::TKIP, &bytes[32..]).unwrap();
    let KeyData::Tkip {
        receive_counter,
        temporal,
        rx_mic,
        tx_mic,
    } = data
    else {
        panic!("{data:?}");
    };
    assert_eq!(receive_counter, 7);
    assert_eq!(temporal.expose(), hex(KEY_16));
    assert_eq!(rx_mic.expose(), hex("a0a1a2a3a4a5a6a7"));
    assert_eq!(tx_mic.expose(), hex("b0b1b2b3b4b5b6b7"));
}

#[test]
fn the_second_entry_lies_where_the_first_one_ends() {
    let wep = mapping(CipherAlgorithm::WEP40, material(0, "0102030405"));
    let ccmp = KeyMappingKey {
        peer: MacAddr([2, 0, 0, 0, 0, 0x11]),
        ..mapping(CipherAlgorithm::CCMP, material(0, KEY_16))
    };
    let bytes = hex(&format!(
        "80011000 49000000 49000000
         020000000010 0000 01000000 03000000 00 00 0500 0102030405
         020000000011 0000 04000000 03000000 00 00 1c00
         000000000000 0000 10000000 {KEY_16}"
    ));
    assert_eq!(bytes.len(), 12 + 25 + 48);
    golden(&[wep, ccmp], &bytes);
}

#[test]
fn other_ciphers() {
    let key_32 = "5a".repeat(32);
    for (algorithm, number, key, struct_len) in [
        (CipherAlgorithm::GCMP, "08000000", KEY_16.to_owned(), 28),
        (CipherAlgorithm::GCMP_256, "09000000", key_32.clone(), 44),
        (CipherAlgorithm::CCMP_256, "0a000000", key_32, 44),
    ] {
        let len = hex(&key).len();
        let bytes = hex(&format!(
            "80011000 {0:02x}000000 {0:02x}000000
             020000000010 0000 {number} 03000000 00 00 {struct_len:02x}00
             ffffffffffff 0000 {len:02x}000000 {key}",
            20 + struct_len
        ));
        let key = mapping(algorithm, material((1 << 48) - 1, &key));
        golden(&[key], &bytes);
    }
    // A vendor's bytes and a WEP key of any length have no structure.
    for (algorithm, number) in [
        (CipherAlgorithm(0x8000_0001), "01000080"),
        (CipherAlgorithm::WEP, "01010000"),
    ] {
        let bytes = hex(&format!(
            "80011000 24000000 24000000
             020000000010 0000 {number} 03000000 00 00 1000 {KEY_16}"
        ));
        golden(&[mapping(algorithm, material(0, KEY_16))], &bytes);
    }
}

#[test]
fn a_sender_fills_a_delete_like_the_add_it_undoes() {
    for (algorithm, number, len) in [
        (CipherAlgorithm::CCMP, "04000000", 28),
        (CipherAlgorithm::TKIP, "02000000", 48),
        (CipherAlgorithm::WEP40, "01000000", 5),
        (CipherAlgorithm::GCMP_256, "09000000", 44),
        (CipherAlgorithm(0x8000_0000), "00000080", 0),
    ] {
        let bytes = hex(&format!(
            "80011000 {0:02x}000000 {0:02x}000000
             020000000010 0000 {number} 03000000 01 00 {len:02x}00 {1}",
            20 + len,
            "00".repeat(len)
        ));
        golden(&[mapping(algorithm, None)], &bytes);
    }
}

#[test]
fn a_default_key_has_its_key_at_22() {
    let mut value = DefaultKeyValue {
        station: None,
        key: DefaultKey {
            index: 2,
            algorithm: CipherAlgorithm::CCMP,
            is_static: true,
            material: material(1, KEY_16),
        },
    };
    let add = hex(&format!(
        "80011800 02000000 04000000 000000000000 00 01 1c00
         010000000000 0000 10000000 {KEY_16}"
    ));
    assert_eq!(add.len(), 50);
    assert_eq!(*default_key_value(&value).unwrap(), add);
    assert_eq!(parse_default_key(&add), Ok(value.clone()));

    value.station = Some(M);
    let mut row = add.clone();
    row[12..18].copy_from_slice(&M.0);
    assert_eq!(*default_key_value(&value).unwrap(), row);
    assert_eq!(parse_default_key(&row), Ok(value.clone()));

    value.key.material = None;
    value.key.is_static = false;
    let mut delete = at(50, &[(0, "80011800 02000000 04000000"), (18, "01 00 1c00")]);
    delete[12..18].copy_from_slice(&M.0);
    assert_eq!(*default_key_value(&value).unwrap(), delete);
    assert_eq!(parse_default_key(&delete), Ok(value.clone()));

    // A vendor's delete still has sizeof bytes.
    value.key.algorithm = CipherAlgorithm(0x8000_0000);
    assert_eq!(default_key_value(&value).unwrap().len(), 24);
}

#[test]
fn a_bip_key_lives_in_the_default_table_only() {
    let key = DefaultKeyValue {
        station: None,
        key: DefaultKey {
            index: 4,
            algorithm: CipherAlgorithm::BIP,
            is_static: false,
            material: material(0x0A, KEY_16),
        },
    };
    let bytes = hex(&format!(
        "80011800 04000000 06000000 000000000000 00 00 1c00
         0a0000000000 0000 10000000 {KEY_16}"
    ));
    assert_eq!(*default_key_value(&key).unwrap(), bytes);
    assert_eq!(parse_default_key(&bytes), Ok(key));
    for bip in [6, 11, 12, 13].map(CipherAlgorithm) {
        let len = if bip.0 == 6 || bip.0 == 11 { 16 } else { 32 };
        let key = mapping(bip, material(0, &"00".repeat(len)));
        let error = key_mapping_array(&[key]).unwrap_err();
        assert_eq!(error.status, NdisStatus::INVALID_DATA);
    }
}

#[test]
fn a_default_key_that_is_wrong_is_refused() {
    let add = hex(&format!(
        "80011800 02000000 04000000 000000000000 00 01 1c00
         010000000000 0000 10000000 {KEY_16}"
    ));
    for len in 0..add.len() {
        let error = parse_default_key(&add[..len]).unwrap_err();
        assert_eq!(error.status, NdisStatus::INVALID_LENGTH);
        let needed = if len < 22 { 22 } else { 50 };
        assert_eq!(error.bytes_needed, Some(needed));
        assert_eq!(error.in_mode(STATION).status, NdisStatus::BUFFER_OVERFLOW);
    }
    for (place, value) in [
        (0, 0),
        (1, 2),
        (2, 22),
        (20, 16),
        (30, 15),
        (33, 0xFF),
        (8, 3),
    ] {
        let mut wrong = add.clone();
        wrong[place] = value;
        let error = parse_default_key(&wrong).unwrap_err();
        assert_eq!(error.status, NdisStatus::INVALID_DATA, "{place}");
    }
    // Of a delete neither the cipher nor the key's length matter: no page says they do.
    let mut delete = add;
    delete[18] = 0x80;
    delete[8] = 3;
    delete[20..22].copy_from_slice(&[0xFF, 0xFF]);
    let read = parse_default_key(&delete[..22]).unwrap();
    assert_eq!(read.key.material, None);
    assert!(!read.key.is_static, "carries no meaning");
}

#[test]
fn no_key_of_the_wrong_length_leaves() {
    for (algorithm, len) in [
        (CipherAlgorithm::CCMP, 15),
        (CipherAlgorithm::CCMP, 32),
        (CipherAlgorithm::TKIP, 16),
        (CipherAlgorithm::WEP40, 13),
        (CipherAlgorithm::WEP104, 5),
        (CipherAlgorithm::WEP, 12),
        (CipherAlgorithm::NONE, 16),
        (CipherAlgorithm::USE_GROUP, 16),
        (CipherAlgorithm(3), 16),
        (CipherAlgorithm(0x8000_0000), 65_536),
    ] {
        let key = mapping(algorithm, material(0, &"00".repeat(len)));
        let error = key_mapping_array(&[key]).unwrap_err();
        assert_eq!(error.status, NdisStatus::INVALID_DATA, "{algorithm:?}");
    }
    for (algorithm, counter) in [
        (CipherAlgorithm::CCMP, 1 << 48),
        (CipherAlgorithm(0x8000_0000), 1),
    ] {
        let key = mapping(algorithm, material(counter, KEY_16));
        assert!(key_mapping_array(&[key]).is_err(), "{algorithm:?}");
    }
}

#[test]
fn only_a_vendors_key_can_be_empty() {
    let empty = KeyData::parse(CipherAlgorithm(0x8000_0000), &[]).unwrap();
    assert!(empty.is_empty());
    let full = KeyData::parse(CipherAlgorithm::WEP40, &[0; 5]).unwrap();
    assert!(!full.is_empty());
}

#[test]
fn nothing_prints_a_key() {
    let key = mapping(CipherAlgorithm::CCMP, material(0, &"dd".repeat(16)));
    let bytes = key_mapping_array(std::slice::from_ref(&key)).unwrap();
    let keys = KeyMappingKeys::parse(&bytes, AP).unwrap();
    let tkip = KeyData::parse(
        CipherAlgorithm::TKIP,
        &hex(&format!(
            "000000000000 0000 10000000 10000000 {}",
            "dd".repeat(32)
        )),
    );
    for text in [
        format!("{key:?}"),
        format!("{keys:?}"),
        format!("{:?}", tkip.unwrap()),
    ] {
        assert!(!text.contains("dd") && !text.contains("221"), "{text}");
    }
}
