//! Group and pairwise renewal.

use super::*;

#[test]
fn a_group_rekey_works_and_an_old_answer_does_not_count() {
    let mut p = Pair::joined(2);
    p.auth.rekey_group(&group(0x62, 2), p.now);
    p.drain();
    p.run();
    let old_answer = p.sup_sent.last().unwrap().clone();
    assert_eq!(
        p.auth_out.last(),
        Some(&Output::GroupKeyDelivered { index: 2 })
    );
    p.auth_out.clear();
    p.auth.rekey_group(&group(0x63, 1), p.now);
    p.drain();
    assert_eq!(p.give_auth(&old_answer), Err(Rejection::ReplayCounter));
    assert_eq!(p.auth_out, []);
    p.run();
    assert_eq!(p.auth_out, [Output::GroupKeyDelivered { index: 1 }]);
}

#[test]
fn an_unanswered_group_rekey_fails_with_reason_16() {
    let mut p = Pair::joined(1);
    let sent = p.auth_sent.len();
    p.auth.rekey_group(&group(0x62, 2), p.now);
    p.drain();
    while p.tick() {}
    assert_eq!(p.auth_sent.len() - sent, 4);
    assert_eq!(p.now, Instant::from_micros(3_500_000));
    assert_eq!(
        p.auth_out.last(),
        Some(&Output::Failed(Failure::GroupTimeout))
    );
    assert_eq!(
        Failure::GroupTimeout.reason(),
        ReasonCode::GROUP_KEY_HANDSHAKE_TIMEOUT
    );
    assert!(!p.auth.is_authorized());
}

#[test]
fn a_group_rekey_during_the_join_follows_at_once() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.auth.rekey_group(&group(0x61, 1), p.now);
    p.auth.rekey_group(&group(0x62, 2), p.now);
    p.drain();
    p.run();
    assert_eq!(
        p.auth_out[2..],
        [
            Output::GroupKeyDelivered { index: 1 },
            Output::GroupKeyDelivered { index: 2 }
        ]
    );
}

#[test]
fn the_same_group_key_does_not_cost_a_second_handshake_after_a_join() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.auth.rekey_group(&p.group.clone(), p.now);
    p.run();
    assert_eq!(p.auth_sent.len(), 2);
}

#[test]
fn a_pairwise_rekey_uses_the_associations_own_key_after_that_key_was_retired() {
    let mut p = Pair::joined(2);
    let old = p.candidates.live.pop().unwrap();
    p.candidates.live.push(Candidate {
        id: KeyId(9),
        pmk: pmk(4),
    });
    p.candidates.retired.push(old);
    p.auth_out.clear();
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    assert!(p.auth.is_authorized());
    p.drain();
    p.run();
    assert_eq!(p.auth.key(), Some(SECONDARY));
    let tks = p.sup_installed();
    assert_eq!(tks.len(), 2);
    assert_ne!(tks[0], tks[1]);
    assert_eq!(
        p.auth_out,
        [
            Output::InstallPairwiseKey { tk: tks[1].clone() },
            Output::PairwiseRekeyed,
            Output::GroupKeyDelivered { index: 1 },
        ]
    );
}

#[test]
fn a_pairwise_rekey_accepts_no_other_live_key() {
    let mut p = Pair::joined(2);
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.drain();
    let message_1 = p.auth_sent.last().unwrap().clone();
    let other = Forge::message_2(1, 5).answer(&message_1);
    assert_eq!(p.give_auth(&other), Err(Rejection::Mic));
    p.run();
    assert_eq!(p.installed().len(), 2);
}

#[test]
fn a_rekey_is_refused_while_a_handshake_runs() {
    let mut p = Pair::new(1);
    assert!(!p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.start();
    assert!(!p.auth.rekey_pairwise(&mut p.rng, p.now));
}

#[test]
fn each_handshake_has_a_fresh_anonce() {
    let mut p = Pair::joined(1);
    let mut seen = BTreeSet::new();
    for _ in 0..5 {
        p.auth.rekey_pairwise(&mut p.rng, p.now);
        p.drain();
        p.run();
    }
    for pdu in p
        .auth_sent
        .iter()
        .filter(|m| KeyFrameView::parse(m).unwrap().info().0 == 0x008a)
    {
        assert!(seen.insert(*KeyFrameView::parse(pdu).unwrap().nonce()));
    }
    assert_eq!(seen.len(), 6);
}

#[test]
fn a_stations_request_is_believed_with_a_right_mic_and_once() {
    let mut p = Pair::joined(1);
    p.auth_out.clear();
    for (pairwise, info) in [(true, 0x0b0a), (false, 0x0b02)] {
        p.sup.request_rekey(pairwise);
        p.drain();
        let request = p.to_auth.pop_front().unwrap();
        assert_eq!(KeyFrameView::parse(&request).unwrap().info(), KeyInfo(info));
        let mut forged = request.clone();
        forged[10] ^= 1;
        assert_eq!(p.give_auth(&forged), Err(Rejection::Mic));
        p.give_auth(&request).unwrap();
        assert_eq!(p.give_auth(&request), Err(Rejection::ReplayCounter));
        assert_eq!(p.auth_out.pop(), Some(Output::RekeyRequested { pairwise }));
    }
    let mut early = supplicant(1);
    early.request_rekey(true);
    assert_eq!(early.poll_output(), None);
}
