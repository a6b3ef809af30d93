//! Structures of indications: any bytes, alone and as the seam reads them.
#![no_main]

use std::collections::BTreeMap;

use dot11::MacAddr;
use libfuzzer_sys::fuzz_target;
use oid::wire::{
    AssociationCompletion, AssociationStart, CanSustainAp, ConnectionStart, Disassociation,
    LinkQuality, MpduMaxLength, PhyFrequencyAdopted, PhyState, PmkidCandidates, PortContext,
    RoamingStart, StatusParameters, StopAp, Structure, TkipMicFailure, indication,
};
use oid::{AssocTicket, IndicationCode, OperationMode};

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
        AssociationCompletion<'_>,
        AssociationStart<'_>,
        CanSustainAp,
        ConnectionStart,
        Disassociation<'_>,
        LinkQuality,
        MpduMaxLength,
        PhyFrequencyAdopted,
        PhyState,
        PmkidCandidates,
        RoamingStart,
        StatusParameters,
        StopAp,
        TkipMicFailure,
    );
    // The peer at offset 4 is the one with an open block.
    let blocks: BTreeMap<_, _> = bytes
        .get(4..)
        .and_then(MacAddr::from_slice)
        .map(|peer| (peer, AssocTicket(1)))
        .into_iter()
        .collect();
    let port = PortContext {
        mode: OperationMode::ExtensibleAp,
        address: MacAddr::default(),
        blocks: &blocks,
    };
    for code in IndicationCode::ALL {
        let _ = indication(*code, bytes, &port, &[]);
    }
});
