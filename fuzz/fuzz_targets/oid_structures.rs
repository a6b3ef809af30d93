//! Structures of the other requests and answers: any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oid::wire::{
    AdditionalIe, Addresses, ByteArray, CurrentOperationMode, DisassociatePeerRequest, Flag,
    MacInfo, MacParameters, NicSpecificExtension, OperationModeCapability, PortStateNotification,
    RateSet, ResetRequest, Statistics, StatusIndication, Structure, Ulong,
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
        ByteArray<'_>,
        AdditionalIe<'_>,
        NicSpecificExtension<'_>,
        PortStateNotification,
        DisassociatePeerRequest,
        CurrentOperationMode,
        OperationModeCapability,
        MacInfo,
        MacParameters,
        ResetRequest,
        StatusIndication,
        RateSet,
        Addresses,
        Statistics,
        Ulong,
        Flag
    );
});
