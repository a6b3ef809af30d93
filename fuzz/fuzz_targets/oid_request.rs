//! Set requests of every OID: an index byte, then any bytes.
#![no_main]

use std::collections::BTreeMap;

use dot11::MacAddr;
use libfuzzer_sys::fuzz_target;
use oid::wire::{PortContext, set_bytes, set_requests};
use oid::{AssocTicket, Oid, OperationMode};

fuzz_target!(|input: &[u8]| {
    let Some((index, bytes)) = input.split_first() else {
        return;
    };
    let oid = Oid::ALL[usize::from(*index) % Oid::ALL.len()];
    // The peer at offset 4 is the one with an open block.
    let blocks: BTreeMap<_, _> = bytes
        .get(4..)
        .and_then(MacAddr::from_slice)
        .map(|peer| (peer, AssocTicket(1)))
        .into_iter()
        .collect();
    for mode in [
        OperationMode::ExtensibleAp,
        OperationMode::ExtensibleStation,
    ] {
        let port = PortContext {
            mode,
            address: MacAddr::default(),
            blocks: &blocks,
        };
        let asked = set_requests(oid, bytes, &port);
        assert!(!asked.is_empty());
        for asked in asked.into_iter().flatten() {
            let (again, written) = set_bytes(&asked, &port)
                .expect("what was read fits")
                .expect("what was read from bytes has bytes");
            assert_eq!(again, oid);
            assert_eq!(set_requests(oid, &written, &port), [Ok(asked)]);
        }
    }
});
