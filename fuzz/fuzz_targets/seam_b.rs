//! Messages between the service and the host processes of extensions, both directions: any bytes, and
//! any bytes behind the version that is spoken now.
#![no_main]

use ihv::seam::{HostMessage, ServiceMessage};
use ihv::{PROTOCOL_VERSION, decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    check(body);
    check(&[&[PROTOCOL_VERSION], body].concat());
});

fn check(packet: &[u8]) {
    if let Ok(message) = decode::<HostMessage>(packet) {
        let again = decode::<HostMessage>(&encode(&message)).expect("what was written is read");
        assert_eq!(again, message);
    }
    if let Ok(message) = decode::<ServiceMessage>(packet) {
        let again = decode::<ServiceMessage>(&encode(&message)).expect("what was written is read");
        assert_eq!(again, message);
    }
}
