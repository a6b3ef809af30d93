//! Default keys and the key structures of every cipher: any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oid::CipherAlgorithm;
use oid::wire::{KeyData, default_key_value, parse_default_key};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = parse_default_key(bytes) {
        let again = default_key_value(&value).expect("what was read fits");
        assert_eq!(parse_default_key(&again), Ok(value));
    }
    if let Some((cipher, key)) = bytes.split_first_chunk::<4>() {
        let cipher = CipherAlgorithm(u32::from_le_bytes(*cipher));
        if let Ok(data) = KeyData::parse(cipher, key) {
            assert!(data.len() <= key.len());
            let mut again = Vec::new();
            data.write(&mut again);
            assert_eq!(again.len(), data.len());
            assert_eq!(KeyData::parse(cipher, &again), Ok(data.clone()));
            let material = data.clone().into_material();
            assert_eq!(KeyData::from_material(cipher, &material), Ok(data));
        }
    }
});
