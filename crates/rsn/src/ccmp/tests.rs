use proptest::prelude::*;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digit = |c: u8| char::from(c).to_digit(16).unwrap() as u8;
    text.as_bytes()
        .chunks(2)
        .map(|p| digit(p[0]) << 4 | digit(p[1]))
        .collect()
}

/// 802.11-2020, J.6.4.
const TK: &str = "c97c1f67ce371185514a8a19f2bdd52f";
const HEADER: &str = "0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033";
const PLAIN: &str = "f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050";
const CCMP_AND_CIPHER: &str =
    "0ce700207697 03b5 f3d0a2fe9a3dbf2342a643e43246e80c3c04d019 7845ce0b16f97623";
const PN: u64 = 0xb503_9776_e70c;

fn tk() -> [u8; 16] {
    hex(TK).try_into().unwrap()
}

fn plain_frame() -> Vec<u8> {
    let mut frame = hex(HEADER);
    frame[1] &= !crate::header::PROTECTED;
    frame.extend(hex(PLAIN));
    frame
}

fn protected_frame() -> Vec<u8> {
    let mut frame = hex(HEADER);
    frame.extend(hex(&CCMP_AND_CIPHER.replace(' ', "")));
    frame
}

#[test]
fn the_vector_of_the_standard_is_met_in_both_directions() {
    let mut sender = CcmpSender::new(&tk(), 0);
    sender.pn = PN - 1;
    let mut out = vec![];
    sender.protect(&plain_frame(), &mut out).unwrap();
    assert_eq!(out, protected_frame());
    let mut back = vec![];
    CcmpReceiver::new(&tk(), PN - 1)
        .unprotect(&out, &mut back)
        .unwrap();
    assert_eq!(back, plain_frame());
}

/// A data frame: Frame Control, QoS traffic identifier, fourth address, length of body.
fn data_frame(fc: [u8; 2], tid: u8, body: usize) -> Vec<u8> {
    let mut f = vec![fc[0], fc[1], 0, 0];
    f.extend([
        2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0x31, 0x12,
    ]);
    if fc[1] & 3 == 3 {
        f.extend([2, 0, 0, 0, 0, 4]);
    }
    if fc[0] & 0x80 != 0 {
        f.extend([tid, 0]);
        if fc[1] & 0x80 != 0 {
            f.extend([9, 9, 9, 9]);
        }
    }
    f.extend((0..body).map(|i| i as u8));
    f
}

#[test]
fn bits_that_may_change_on_the_way_do_not_break_the_mic() {
    let mut sender = CcmpSender::new(&tk(), 0);
    let mut out = vec![];
    sender
        .protect(&data_frame([0x88, 0x01], 6, 40), &mut out)
        .unwrap();
    for (at, bits) in [
        (1, 0x38),
        (2, 0xff),
        (3, 0x7f),
        (22, 0xf0),
        (23, 0xff),
        (24, 0xf0),
        (25, 0xff),
    ] {
        let mut changed = out.clone();
        changed[at] ^= bits;
        let mut back = vec![];
        let mut receiver = CcmpReceiver::new(&tk(), 0);
        receiver
            .unprotect(&changed, &mut back)
            .unwrap_or_else(|e| panic!("byte {at}: {e}"));
    }
}

#[test]
fn every_protected_bit_is_protected() {
    let mut sender = CcmpSender::new(&tk(), 1);
    let mut out = vec![];
    sender
        .protect(&data_frame([0x88, 0x03], 6, 21), &mut out)
        .unwrap();
    let free = |at: usize, bit: u8| match at {
        0 => bit & 0x70 != 0,    // subtype bits but QoS
        1 => bit & 0xb8 != 0,    // retry, power, more data; +HTC moves the body (see below)
        2 | 3 | 23 | 31 => true, // duration, sequence number, second QoS byte
        22 => bit & 0xf0 != 0,   // sequence number
        30 => bit & 0xf0 != 0,   // QoS bits but the TID
        34 => true,              // reserved byte of the CCMP header
        35 => bit & 0xdf != 0,   // key id and reserved bits select a key, no more
        _ => false,
    };
    for at in 0..out.len() {
        for bit in (0..8).map(|b| 1u8 << b).filter(|&bit| !free(at, bit)) {
            let mut changed = out.clone();
            changed[at] ^= bit;
            let mut back = vec![];
            let mut receiver = CcmpReceiver::new(&tk(), 0);
            assert!(
                receiver.unprotect(&changed, &mut back).is_err(),
                "byte {at} bit {bit:#x}"
            );
            assert!(back.is_empty());
            // The counters did not move.
            receiver.unprotect(&out, &mut back).unwrap();
        }
    }
}

#[test]
fn replayed_frames_are_dropped_per_traffic_identifier() {
    let mut sender = CcmpSender::new(&tk(), 0);
    let mut receiver = CcmpReceiver::new(&tk(), 0);
    let frames: Vec<Vec<u8>> = [(0x88, 0), (0x88, 5), (0x08, 0), (0x88, 0)]
        .map(|(fc, tid)| {
            let mut out = vec![];
            sender
                .protect(&data_frame([fc, 1], tid, 10), &mut out)
                .unwrap();
            out
        })
        .to_vec();
    let mut out = vec![];
    // Traffic identifiers may overtake one another, frames of one may not.
    for at in [3, 1, 2] {
        receiver.unprotect(&frames[at], &mut out).unwrap();
    }
    for frame in &frames {
        assert_eq!(receiver.unprotect(frame, &mut out), Err(CcmpError::Replay));
    }
}

#[test]
fn a_receiver_starts_above_its_receive_counter() {
    let mut sender = CcmpSender::new(&tk(), 2);
    let mut receiver = CcmpReceiver::new(&tk(), 2);
    let mut out = vec![];
    let mut back = vec![];
    let results: Vec<_> = (0..3)
        .map(|_| {
            sender
                .protect(&data_frame([0x08, 2], 0, 1), &mut out)
                .unwrap();
            assert_eq!(key_id(&out), Some(2));
            receiver.unprotect(&out, &mut back)
        })
        .collect();
    assert_eq!(
        results,
        [Err(CcmpError::Replay), Err(CcmpError::Replay), Ok(())]
    );
    assert_eq!(sender.pn(), 3);
}

#[test]
fn what_is_no_plain_data_frame_is_not_ciphered() {
    let mut sender = CcmpSender::new(&tk(), 0);
    let mut out = vec![];
    let mut send = |f: &[u8]| sender.protect(f, &mut out);
    assert_eq!(send(&protected_frame()), Err(CcmpError::AlreadyProtected));
    assert_eq!(send(&[]), Err(CcmpError::Malformed));
    assert_eq!(
        send(&data_frame([0x48, 1], 0, 0)),
        Err(CcmpError::Malformed),
        "null frame"
    );
    assert_eq!(
        send(&data_frame([0xd4, 1], 0, 9)),
        Err(CcmpError::Malformed),
        "acknowledgement"
    );
    let mut receiver = CcmpReceiver::new(&tk(), 0);
    assert_eq!(
        receiver.unprotect(&plain_frame(), &mut out),
        Err(CcmpError::NotProtected)
    );
    assert_eq!(key_id(&plain_frame()), None);
    assert_eq!(sender.pn(), 0);
}

#[test]
fn a_body_beyond_the_length_field_is_not_ciphered() {
    let frame = data_frame([0x08, 1], 0, 65_536);
    let mut out = vec![];
    assert_eq!(
        CcmpSender::new(&tk(), 0).protect(&frame, &mut out),
        Err(CcmpError::Malformed)
    );
    CcmpSender::new(&tk(), 0)
        .protect(&frame[..frame.len() - 1], &mut out)
        .unwrap();
    let mut back = vec![];
    CcmpReceiver::new(&tk(), 0)
        .unprotect(&out, &mut back)
        .unwrap();
    assert_eq!(back, frame[..frame.len() - 1]);
}

#[test]
fn packet_numbers_are_never_used_twice() {
    let mut sender = CcmpSender::new(&tk(), 0);
    sender.pn = PN_MAX - 1;
    let mut out = vec![];
    sender.protect(&plain_frame(), &mut out).unwrap();
    assert_eq!(
        sender.protect(&plain_frame(), &mut out),
        Err(CcmpError::Exhausted)
    );
}

#[test]
fn both_halves_survive_being_written_and_read_back() {
    let mut sender = CcmpSender::new(&tk(), 0);
    let mut receiver = CcmpReceiver::new(&tk(), 0);
    let (mut out, mut back) = (vec![], vec![]);
    sender.protect(&plain_frame(), &mut out).unwrap();
    receiver.unprotect(&out, &mut back).unwrap();
    let mut sender: CcmpSender =
        postcard::from_bytes(&postcard::to_allocvec(&sender).unwrap()).unwrap();
    let mut receiver: CcmpReceiver =
        postcard::from_bytes(&postcard::to_allocvec(&receiver).unwrap()).unwrap();
    assert_eq!(receiver.unprotect(&out, &mut back), Err(CcmpError::Replay));
    sender.protect(&plain_frame(), &mut out).unwrap();
    receiver.unprotect(&out, &mut back).unwrap();
    assert_eq!(back, plain_frame());
}

proptest! {
    /// The fused code against RustCrypto's, for every shape of input; a wrong MIC is refused by
    /// both and leaves nothing behind.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_fast_cipher_agrees_with_the_portable_one(
        tk in any::<[u8; 16]>(),
        nonce in any::<[u8; 13]>(),
        aad in proptest::collection::vec(any::<u8>(), 0..=64),
        data in proptest::collection::vec(any::<u8>(), 0..=300),
        flip in 0usize..64,
    ) {
        use cipher::{CcmCipher, Portable};
        // Without AES instructions there is nothing to compare.
        let Some(fast) = aesni::AesNi::new(&tk) else { return Ok(()) };
        let slow = Portable::new(&tk);
        let (mut a, mut b) = (vec![0; data.len()], vec![0; data.len()]);
        let mic = fast.seal(&nonce, &aad, &data, &mut a);
        prop_assert_eq!(mic, slow.seal(&nonce, &aad, &data, &mut b));
        prop_assert_eq!(&a, &b);
        prop_assert!(fast.open(&nonce, &aad, &a, &mut b, &mic));
        prop_assert_eq!(&b, &data);
        let mut wrong = mic;
        wrong[flip / 8] ^= 1 << (flip % 8);
        prop_assert!(!fast.open(&nonce, &aad, &a, &mut b, &wrong));
        prop_assert!(b.iter().all(|x| *x == 0));
        prop_assert!(!slow.open(&nonce, &aad, &a, &mut b, &wrong));
    }

    #[test]
    fn frames_of_every_shape_come_back(
        qos in any::<bool>(),
        flags in any::<u8>(),
        tid in 0u8..16,
        body in 0usize..1600,
    ) {
        let frame = data_frame([if qos { 0x88 } else { 0x08 }, flags & !0x40], tid, body);
        let mut sender = CcmpSender::new(&tk(), 0);
        let (mut out, mut back) = (vec![], vec![]);
        sender.protect(&frame, &mut out).unwrap();
        prop_assert_eq!(out.len(), frame.len() + 16);
        CcmpReceiver::new(&tk(), 0).unprotect(&out, &mut back).unwrap();
        prop_assert_eq!(back, frame);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut out = vec![];
        let _ = CcmpSender::new(&tk(), 0).protect(&bytes, &mut out);
        prop_assert!(CcmpReceiver::new(&tk(), 0).unprotect(&bytes, &mut out).is_err());
        let _ = key_id(&bytes);
    }
}

#[test]
fn a_management_frame_has_a_nonce_and_a_counter_of_its_own() {
    let mut sender = CcmpSender::new(&tk(), 0);
    let mut receiver = CcmpReceiver::new(&tk(), 0);
    let (mut action, mut data, mut back) = (vec![], vec![], vec![]);
    let plain = data_frame([0xd0, 0], 0, 9);
    sender.protect(&plain, &mut action).unwrap();
    sender
        .protect(&data_frame([0x08, 1], 0, 9), &mut data)
        .unwrap();
    // The data frame has the higher packet number and came first: the other is not old for that.
    receiver.unprotect(&data, &mut back).unwrap();
    receiver.unprotect(&action, &mut back).unwrap();
    assert_eq!(back, plain);
    assert_eq!(
        receiver.unprotect(&action, &mut back),
        Err(CcmpError::Replay)
    );
}

#[test]
fn an_action_cannot_be_turned_into_a_deauthentication() {
    let mut out = vec![];
    CcmpSender::new(&tk(), 0)
        .protect(&data_frame([0xd0, 0], 0, 9), &mut out)
        .unwrap();
    out[0] = 0xc0;
    assert_eq!(
        CcmpReceiver::new(&tk(), 0).unprotect(&out, &mut vec![]),
        Err(CcmpError::Mic)
    );
}
