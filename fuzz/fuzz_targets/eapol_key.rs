//! EAPOL-Key frames and key data: any bytes.
#![no_main]

use dot11::eapol::{KdeIter, KeyFrameView};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for _ in KdeIter::new(bytes) {}
    if let Ok(view) = KeyFrameView::parse(bytes) {
        let _ = (view.replay_counter(), view.nonce(), view.mic(), view.rsc());
        for _ in KdeIter::new(view.key_data()) {}
        assert!(view.key_data().len() < bytes.len());
    }
});
