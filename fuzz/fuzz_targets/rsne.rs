//! RSN element bodies: any bytes.
#![no_main]

use dot11::element::Rsne;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(rsne) = Rsne::parse(body) {
        assert!(rsne.pmkids.len() * 16 <= body.len());
        if let Ok(again) = rsne.encode() {
            assert_eq!(Rsne::parse(&again), Ok(rsne));
        }
    }
});
