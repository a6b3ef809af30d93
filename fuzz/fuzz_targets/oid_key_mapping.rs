//! Key-mapping arrays: any bytes, at any address.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oid::OperationMode;
use oid::wire::{KeyMappingKeys, key_mapping_array};

fuzz_target!(|bytes: &[u8]| {
    for mode in [
        OperationMode::ExtensibleAp,
        OperationMode::ExtensibleStation,
    ] {
        let keys = match KeyMappingKeys::parse(bytes, mode) {
            Ok(keys) => keys,
            Err(error) => {
                if let Some(needed) = error.bytes_needed {
                    assert!(needed as usize > bytes.len());
                }
                continue;
            }
        };
        let mut entries = 0;
        for key in keys {
            entries += 1;
            let Ok(key) = key else { continue };
            let again = key_mapping_array(std::slice::from_ref(&key)).expect("what was read fits");
            let read: Vec<_> = KeyMappingKeys::parse(&again, mode)
                .expect("what was built")
                .collect();
            assert_eq!(read, [Ok(key)]);
        }
        assert!(entries >= 1 && 12 + 20 * (entries - 1) <= bytes.len());
    }
});
