//! Structures of association blocks: any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oid::wire::{
    IncomingAssocCompletion, IncomingAssocDecision, IncomingAssocRequestReceived,
    IncomingAssocStarted, Structure,
};

/// What is read is written to bytes that read the same; a short buffer is told how long it should be.
macro_rules! check {
    ($bytes:expr, $($structure:ty),* $(,)?) => {
        $(match <$structure as Structure<'_>>::parse($bytes) {
            Ok(value) => {
                let again = value.to_bytes();
                assert_eq!(<$structure as Structure<'_>>::parse(&again), Ok(value));
            }
            Err(error) => {
                let needed = error.bytes_needed.unwrap_or(u32::MAX);
                assert!(needed as usize > $bytes.len());
            }
        })*
    };
}

fuzz_target!(|bytes: &[u8]| {
    check!(
        bytes,
        IncomingAssocStarted,
        IncomingAssocRequestReceived<'_>,
        IncomingAssocDecision<'_>,
        IncomingAssocCompletion<'_>
    );
});
