//! Both sides over lossy, doubling, reordering air; and being written and read back.

use super::*;

#[test]
fn an_authenticator_goes_on_after_being_written_and_read_back_at_any_point() {
    let mut p = Pair::new(2);
    let again = |p: &mut Pair| {
        let bytes = postcard::to_allocvec(&p.auth).unwrap();
        p.auth = postcard::from_bytes(&bytes).unwrap();
        let bytes = postcard::to_allocvec(&p.sup).unwrap();
        p.sup = postcard::from_bytes(&bytes).unwrap();
    };
    again(&mut p);
    p.start();
    again(&mut p);
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    again(&mut p);
    p.run();
    again(&mut p);
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.drain();
    again(&mut p);
    p.run();
    assert_eq!(p.installed(), p.sup_installed());
    assert_eq!(p.installed().len(), 2);
}

#[test]
fn debug_output_shows_no_key() {
    let p = Pair::joined(1);
    let hex = "61, 61";
    for text in [
        format!("{:?}", p.auth),
        format!("{:?}", p.sup),
        format!("{:?}", p.group),
        format!("{:?}", p.candidates),
        format!("{:?}", p.auth_out),
        format!("{:?}", Passphrase::new(b"aaaaaaaa").unwrap()),
    ] {
        assert!(
            !text.contains(hex) && !text.contains("97, 97") && !text.contains("aaaa"),
            "{text}"
        );
    }
}

/// What the air does to one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Deliver,
    Drop,
    Duplicate,
    /// Comes after the next frame of its direction.
    Late,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Deliver),
        2 => Just(Fate::Drop),
        1 => Just(Fate::Duplicate),
        1 => Just(Fate::Late),
    ];
    proptest::collection::vec(fate, 0..40)
}

/// Moves frames between both sides by `fates` (then faithfully) until nothing moves any more.
fn bad_air(p: &mut Pair, fates: &mut impl Iterator<Item = Fate>, max_drops: &mut usize) {
    let mut late: [Vec<Vec<u8>>; 2] = [vec![], vec![]];
    loop {
        let (side, pdu) = if let Some(pdu) = p.to_sup.pop_front() {
            (0, pdu)
        } else if let Some(pdu) = p.to_auth.pop_front() {
            (1, pdu)
        } else if let Some(side) = (0..2).find(|&s| !late[s].is_empty()) {
            let pdu = late[side].remove(0);
            let _ = if side == 0 {
                p.give_sup(&pdu)
            } else {
                p.give_auth(&pdu)
            };
            continue;
        } else if p.tick() {
            continue;
        } else {
            return;
        };
        let fate = match fates.next().unwrap_or(Fate::Deliver) {
            Fate::Drop if *max_drops == 0 => Fate::Deliver,
            Fate::Drop => {
                *max_drops -= 1;
                Fate::Drop
            }
            fate => fate,
        };
        let times = match fate {
            Fate::Deliver => 1,
            Fate::Duplicate => 2,
            Fate::Drop => 0,
            Fate::Late => {
                late[side].push(pdu);
                continue;
            }
        };
        for _ in 0..times {
            let _ = if side == 0 {
                p.give_sup(&pdu)
            } else {
                p.give_auth(&pdu)
            };
        }
        for pdu in core::mem::take(&mut late[side]) {
            let _ = if side == 0 {
                p.give_sup(&pdu)
            } else {
                p.give_auth(&pdu)
            };
        }
    }
}

fn no_key_twice(p: &Pair) {
    for keys in [p.installed(), p.sup_installed()] {
        let distinct: BTreeSet<_> = keys.iter().map(|k| k.expose().to_vec()).collect();
        assert_eq!(distinct.len(), keys.len());
    }
    let authorized = |o: &&Output| matches!(o, Output::Authorize { .. });
    assert!(p.auth_out.iter().filter(authorized).count() <= 1);
}

proptest! {
    #[test]
    fn three_lost_frames_and_any_disorder_do_not_keep_a_station_out(fates in fates()) {
        let mut p = Pair::new(2);
        p.start();
        let mut fates = fates.into_iter();
        bad_air(&mut p, &mut fates, &mut 3);
        prop_assert!(p.auth.is_authorized() && p.sup.is_done());
        prop_assert_eq!(p.installed(), p.sup_installed());
        // The same for the rekeys that follow on the same air.
        p.group = group(0x62, 2);
        p.auth.rekey_group(&p.group.clone(), p.now);
        p.drain();
        bad_air(&mut p, &mut fates, &mut 3);
        prop_assert_eq!(p.auth_out.last(), Some(&Output::GroupKeyDelivered { index: 2 }));
        prop_assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
        p.drain();
        bad_air(&mut p, &mut fates, &mut 3);
        prop_assert!(p.auth.is_authorized());
        prop_assert_eq!(p.installed().len(), 2);
        prop_assert_eq!(p.installed(), p.sup_installed());
        no_key_twice(&p);
    }

    #[test]
    fn any_air_ends_in_a_bounded_time_with_one_key_or_none(fates in fates()) {
        let mut p = Pair::new(1);
        p.start();
        bad_air(&mut p, &mut fates.into_iter(), &mut usize::MAX.clone());
        prop_assert!(p.now < Instant::ZERO + Duration::from_secs(10));
        prop_assert_eq!(p.auth.poll_timeout(), None);
        no_key_twice(&p);
        if p.auth.is_authorized() {
            prop_assert_eq!(p.installed(), p.sup_installed());
        }
    }

    #[test]
    fn damaged_frames_never_panic_and_never_open_the_port(
        at in 0usize..200, bits in 1u8.., cut in 0usize..200,
    ) {
        // Damage every frame of the station in one place; the frames of the access point get
        // through untouched, so that all states are reached.
        let mut p = Pair::new(1);
        p.start();
        while let Some(pdu) = p.to_sup.pop_front() {
            let _ = p.give_sup(&pdu);
            while let Some(good) = p.to_auth.pop_front() {
                let mut bad = good.clone();
                let len = bad.len();
                // The EAPOL version byte means nothing to us, but the MIC covers it.
                bad[at % len] ^= bits;
                let was_open = p.auth.is_authorized();
                let _ = p.give_auth(&bad);
                let _ = p.give_auth(&good[..cut.min(len - 1)]);
                prop_assert_eq!(p.auth.is_authorized(), was_open);
                let _ = p.give_auth(&good);
            }
        }
        prop_assert!(p.auth.is_authorized());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        let mut p = Pair::new(1);
        p.start();
        let _ = p.give_auth(&bytes);
        let _ = p.give_sup(&bytes);
        p.sup_step().unwrap();
        p.auth_step().unwrap();
        let _ = p.give_auth(&bytes);
        p.run();
        let _ = p.give_auth(&bytes);
        let _ = p.give_sup(&bytes);
        prop_assert!(p.auth.is_authorized());
    }

    #[test]
    fn hostile_key_data_under_a_right_mic_never_panics(
        data in proptest::collection::vec(any::<u8>(), 1..120),
    ) {
        let mut p = Pair::new(1);
        p.start();
        let message_1 = p.auth_sent[0].clone();
        let forged = Forge { data: data.clone(), ..Forge::message_2(1, 5) };
        let _ = p.give_auth(&forged.answer(&message_1));
        prop_assert!(!p.auth.is_authorized());
        // And a hostile message 3 from an access point that knows the key.
        let mut q = Pair::new(1);
        q.start();
        q.sup_step().unwrap();
        let nonce = |m: &[u8]| *KeyFrameView::parse(m).unwrap().nonce();
        let (anonce, snonce) = (nonce(&q.auth_sent[0]), nonce(&q.sup_sent[0]));
        let ptk = Ptk::derive(&pmk(1), &Session::new(AP, STATION, &anonce, &snonce));
        let wrapped = wrap(&ptk, dot11::eapol::KeyData::new().element(&data));
        let mut message_3 = KeyFrame {
            info: KeyInfo(0x13ca),
            replay_counter: 9,
            nonce: Some(&anonce),
            key_data: &wrapped,
            ..KeyFrame::default()
        }.encode();
        seal(&mut message_3, &ptk);
        let _ = q.give_sup(&message_3);
        prop_assert!(!q.sup.is_done());
    }
}
