//! Management frames and PS-Poll: any bytes.
#![no_main]

use dot11::element::Elements;
use dot11::frame::{
    ManagementBody, ManagementBuilder, ManagementView, PsPoll, SequenceControl,
    write_sequence_control, write_timestamp,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|frame: &[u8]| {
    if let Ok(poll) = PsPoll::parse(frame) {
        assert_eq!(PsPoll::parse(&poll.encode()), Ok(poll));
    }
    let mut copy = frame.to_vec();
    write_sequence_control(&mut copy, SequenceControl::new(1, 0));
    write_timestamp(&mut copy, 1);
    assert_eq!(copy.len(), frame.len());

    let Ok(view) = ManagementView::parse(frame) else {
        return;
    };
    let Ok(body) = view.body() else { return };
    let elements = match body {
        ManagementBody::Authentication(b) => b.elements,
        ManagementBody::AssociationRequest(b) => {
            let again = ManagementBuilder::association_request(
                view.addresses(),
                b.capability,
                b.listen_interval,
                b.current_ap,
            )
            .bytes(b.elements.as_bytes())
            .finish();
            // Only the flags, the duration, the sequence and HT Control may differ.
            assert!(again.ends_with(view.body_bytes()));
            b.elements
        }
        ManagementBody::AssociationResponse(b) => b.elements,
        ManagementBody::ProbeRequest(e) => e,
        ManagementBody::ProbeResponse(b) | ManagementBody::Beacon(b) => b.elements,
        ManagementBody::Disassociation(_)
        | ManagementBody::Deauthentication(_)
        | ManagementBody::Action(_)
        | ManagementBody::Other => Elements::default(),
    };
    assert!(elements.as_bytes().len() <= frame.len());
});
