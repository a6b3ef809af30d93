//! Somebody who injects whatever he likes: frames that look like the vendor's, whole and broken, of
//! strangers and in the name of a peer.

use dot11::MacAddr;
use dot11::frame::{DataHeader, FrameControl, QosControl, SequenceControl, encapsulate_llc};
use rustix::io::Errno;
use rustix::net::{SendFlags, send};

use crate::Failure;
use crate::handshake::{BYE, ETHER_TYPE, REPLY, START};
use crate::netlink::packet_socket;

/// A header without fields, as a program writes it that has nothing to say.
const RADIOTAP: [u8; 8] = [0, 0, 8, 0, 0, 0, 0, 0];

/// The frame of this number.
fn frame(number: u16, bssid: MacAddr, peer: MacAddr) -> Vec<u8> {
    let [low, high] = number.to_le_bytes();
    let stranger = MacAddr([2, 0xbb, 0, 0, high, low]);
    let from = if number.is_multiple_of(3) {
        peer
    } else {
        stranger
    };
    let mut header = DataHeader::to_ds(bssid, from, bssid)
        .with_sequence(SequenceControl::new(number & 0x0fff, 0));
    let kind = [START, REPLY, BYE, low][usize::from(number % 4)];
    let mut payload = vec![kind];
    payload.resize(usize::from(number % 1400) + 1, low);
    match number % 7 {
        1 => header = header.with_qos(QosControl(0x0080)),
        2 => header = header.with(FrameControl::MORE_FRAGMENTS),
        3 => header = header.with(FrameControl::PROTECTED),
        4 => header = header.with(FrameControl::FROM_DS),
        _ => {}
    }
    let mut frame = header.encode(&encapsulate_llc(ETHER_TYPE, &payload));
    if number % 7 == 5 {
        frame.truncate(usize::from(number % 40) + 10);
    }
    frame
}

pub(crate) fn run(
    monitor: &str,
    (bssid, peer): (MacAddr, MacAddr),
    count: u16,
) -> Result<(), Failure> {
    let path = format!("/sys/class/net/{monitor}/ifindex");
    let ifindex = std::fs::read_to_string(path)?.trim().parse()?;
    let socket = packet_socket(ifindex, ETHER_TYPE)?;
    let mut sent = 0;
    for number in 0..count {
        let bytes = [&RADIOTAP[..], &frame(number, bssid, peer)].concat();
        match send(&socket, &bytes, SendFlags::empty()) {
            Ok(_) => sent += 1,
            // The kernel injects no broken header, and has only so much room.
            Err(Errno::INVAL | Errno::NOBUFS) => {}
            Err(e) => return Err(e.into()),
        }
    }
    println!("{sent} frames");
    Ok(())
}
