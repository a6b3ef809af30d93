//! Data frames and the LLC header inside: any bytes.
#![no_main]

use dot11::frame::{DataView, FrameControl, decapsulate_llc, encapsulate_llc};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|frame: &[u8]| {
    let Ok(view) = DataView::parse(frame) else {
        return;
    };
    assert_eq!(
        [view.header_bytes(), view.payload()].concat(),
        frame,
        "nothing is lost"
    );
    let mut header = *view.header();
    // HT Control is never written.
    header.control.0 &= !FrameControl::HTC;
    let again = header.encode(view.payload());
    let view = DataView::parse(&again).expect("what was written can be read");
    assert_eq!(*view.header(), header);
    if let Some((ethertype, payload)) = decapsulate_llc(view.payload()) {
        assert_eq!(encapsulate_llc(ethertype, payload), view.payload());
    }
});
