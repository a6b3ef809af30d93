//! Messages of the service's socket, both directions: any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wlan_rpc::{ClientMessage, ServiceMessage, decode, encode};

fuzz_target!(|packet: &[u8]| {
    if let Ok(message) = decode::<ClientMessage>(packet) {
        let again = decode::<ClientMessage>(&encode(&message)).expect("what was written is read");
        assert_eq!(again, message);
    }
    if let Ok(message) = decode::<ServiceMessage>(packet) {
        let again = decode::<ServiceMessage>(&encode(&message)).expect("what was written is read");
        assert_eq!(again, message);
    }
});
