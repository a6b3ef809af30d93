use proptest::prelude::*;

use super::*;
use crate::header::PROTECTED;
use crate::mpdu::{CcmpError, PN_MAX};

/// 802.11ad-2012, M.11.1 (802.11-2020, J.11.1): a QoS data frame with the bytes 0 to 0x27.
const TK: [u8; 16] = [
    0xc9, 0x7c, 0x1f, 0x67, 0xce, 0x37, 0x11, 0x85, 0x51, 0x4a, 0x8a, 0x19, 0xf2, 0xbd, 0xd5, 0x2f,
];
const HEADER: &str = "88080b000fd2e128a57c5030f18444085030f1844408803303 00";
const PN: u64 = 0x0089_5f5f_2b08;
const CIPHER: &str =
    "60e9700cc4d40ac6d288b201c38f5bf08b807442640a1596e5dbdad41d1f3623f45d7a12db7afb23";
const MIC: &str = "def619c2a374b6df66ffa53b6c69d79e";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|d| d as u8)
        .collect();
    digits.chunks(2).map(|p| p[0] << 4 | p[1]).collect()
}

fn plain_frame() -> Vec<u8> {
    let mut frame = hex(HEADER);
    frame.extend(0..0x28);
    frame
}

fn protected_frame() -> Vec<u8> {
    let mut frame = hex(HEADER);
    frame[1] |= PROTECTED;
    frame.extend(hex("082b00205f5f8900"));
    frame.extend(hex(CIPHER));
    frame.extend(hex(MIC));
    frame
}

#[test]
fn the_vector_of_the_standard_is_met_in_both_directions() {
    let mut sender = GcmpSender::new(&TK, 0);
    sender.pn = PN - 1;
    let mut out = vec![];
    sender.protect(&plain_frame(), &mut out).unwrap();
    assert_eq!(out, protected_frame());
    let mut back = vec![];
    let mut receiver = GcmpReceiver::new(&TK, PN - 1);
    receiver.unprotect(&out, &mut back).unwrap();
    assert_eq!(back, plain_frame());
    assert_eq!(receiver.unprotect(&out, &mut back), Err(CcmpError::Replay));
    assert!(back.is_empty());
}

#[test]
fn a_group_key_says_its_id() {
    let mut out = vec![];
    GcmpSender::new(&TK, 2)
        .protect(&plain_frame(), &mut out)
        .unwrap();
    assert_eq!(crate::ccmp::key_id(&out), Some(2));
}

#[test]
fn no_packet_number_is_used_twice() {
    let mut sender = GcmpSender::new(&TK, 0);
    sender.pn = PN_MAX - 1;
    let mut out = vec![];
    sender.protect(&plain_frame(), &mut out).unwrap();
    let again = sender.protect(&plain_frame(), &mut out);
    assert_eq!(again, Err(CcmpError::Exhausted));
    let protected = sender.protect(&protected_frame(), &mut out);
    assert_eq!(protected, Err(CcmpError::AlreadyProtected));
}

#[test]
fn its_key_is_never_printed_and_survives_serialisation() {
    let mut sender = GcmpSender::new(&TK, 1);
    let mut out = vec![];
    sender.protect(&plain_frame(), &mut out).unwrap();
    assert!(format!("{sender:?}").contains("GcmpKey(..)"));
    let bytes = postcard::to_allocvec(&sender).unwrap();
    let mut copy: GcmpSender = postcard::from_bytes(&bytes).unwrap();
    let mut other = vec![];
    sender.protect(&plain_frame(), &mut out).unwrap();
    copy.protect(&plain_frame(), &mut other).unwrap();
    assert_eq!(out, other);
}

#[test]
fn every_bit_that_counts_is_protected() {
    let good = protected_frame();
    let mut back = vec![];
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut frame = good.clone();
            frame[at] ^= 1 << bit;
            let result = GcmpReceiver::new(&TK, 0).unprotect(&frame, &mut back);
            let free = match at {
                // Retry, Power Management, More Data, subtype bits, +HTC of a QoS frame has more.
                0 => bit >= 4 && bit != 7,
                1 => (3..6).contains(&bit),
                // Duration, sequence number, the bits of QoS Control that are no TID.
                2 | 3 => true,
                22 => bit >= 4,
                23 => true,
                24 => bit >= 4,
                25 => true,
                // Reserved octet and reserved bits, Key ID.
                28 => true,
                29 => bit != 5,
                _ => false,
            };
            // Data without a body is no frame to decipher.
            let free = free && !(at == 0 && bit == 6);
            assert_eq!(result.is_ok(), free, "byte {at} bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn what_is_ciphered_comes_back(body in prop::collection::vec(any::<u8>(), 0..2000), pn in 0..PN_MAX) {
        let mut frame = hex(HEADER);
        frame.extend(&body);
        let mut sender = GcmpSender::new(&TK, 0);
        sender.pn = pn;
        let (mut out, mut back) = (vec![], vec![]);
        sender.protect(&frame, &mut out).unwrap();
        prop_assert_eq!(out.len(), frame.len() + 24);
        GcmpReceiver::new(&TK, pn).unprotect(&out, &mut back).unwrap();
        prop_assert_eq!(back, frame);
    }

    #[test]
    fn garbage_is_refused(frame in prop::collection::vec(any::<u8>(), 0..120)) {
        let mut back = vec![];
        prop_assert!(GcmpReceiver::new(&TK, 0).unprotect(&frame, &mut back).is_err());
        prop_assert!(back.is_empty());
    }
}
