//! What the kernel sends, netlink datagrams and packet-socket frames: any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use radio_nl80211::{eapol, event, interface, netlink, wiphy};

fuzz_target!(|datagram: &[u8]| {
    let _ = eapol::parse(datagram);
    let mut wiphys = Vec::new();
    for message in netlink::messages(datagram) {
        let _ = event::parse(&message);
        let _ = netlink::Ack::parse(&message);
        if let Some((_, attrs)) = message.genl() {
            let _ = interface::parse(attrs);
            wiphy::collect(&mut wiphys, attrs);
        }
    }
    // Each costs at least one attribute: nothing grows beyond what was received.
    assert!(wiphys.len() <= datagram.len());
});
