//! Messages of the service's socket, both directions: any bytes, and any bytes behind the version
//! that is spoken now, so that the corpus outlives a change of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wlan_rpc::{ClientMessage, PROTOCOL_VERSION, ServiceMessage, decode, encode};

fuzz_target!(|body: &[u8]| {
    check(body);
    check(&[&[PROTOCOL_VERSION], body].concat());
});

fn check(packet: &[u8]) {
    if let Ok(message) = decode::<ClientMessage>(packet) {
        let again = decode::<ClientMessage>(&encode(&message)).expect("what was written is read");
        assert_eq!(again, message);
    }
    if let Ok(message) = decode::<ServiceMessage>(packet) {
        let again = decode::<ServiceMessage>(&encode(&message)).expect("what was written is read");
        assert_eq!(again, message);
    }
}
