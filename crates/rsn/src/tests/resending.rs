//! Lost frames: counters, copies, stations with several SNonces.

use super::*;

#[test]
fn message_1_is_sent_four_times_with_fresh_counters_then_reason_15() {
    let mut p = Pair::new(1);
    p.start();
    let mut times = vec![];
    while p.tick() {
        times.push(p.now.as_micros() / 1000);
    }
    assert_eq!(times, [100, 1100, 2100, 3100]);
    assert_eq!(
        p.auth_sent.iter().map(|m| counter(m)).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    assert_eq!(p.auth_out, [Output::Failed(Failure::PairwiseTimeout)]);
    assert_eq!(
        Failure::PairwiseTimeout.reason(),
        ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT
    );
}

#[test]
fn message_3_is_sent_four_times_with_fresh_counters_then_reason_15() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    while p.tick() {}
    assert_eq!(
        p.auth_sent.iter().map(|m| counter(m)).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(p.auth_out, [Output::Failed(Failure::PairwiseTimeout)]);
    // Every copy carries a MIC of its own, so the station takes any of them.
    while !p.to_sup.is_empty() {
        p.sup_step().unwrap();
    }
    assert_eq!(p.sup_installed().len(), 1);
}

#[test]
fn a_group_key_counts_as_sent_from_message_3_on_whatever_comes_after() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    assert!(!p.auth.group_key_sent());
    p.auth_step().unwrap();
    while p.tick() {}
    assert_eq!(p.auth_out, [Output::Failed(Failure::PairwiseTimeout)]);
    assert!(p.auth.group_key_sent());
}

#[test]
fn a_timeout_that_comes_too_early_sends_nothing() {
    let mut p = Pair::new(1);
    p.start();
    p.auth.handle_timeout(Instant::from_micros(99_999));
    p.drain();
    assert_eq!(p.auth_sent.len(), 1);
}

#[test]
fn message_2_may_answer_any_copy_of_message_1() {
    let mut p = Pair::new(1);
    p.start();
    p.tick();
    let late_answer_to_the_first = p.auth_sent[0].clone();
    p.to_sup.clear();
    p.give_sup(&late_answer_to_the_first).unwrap();
    p.run();
    assert!(p.auth.is_authorized());
}

#[test]
fn message_4_may_answer_any_copy_of_message_3_but_not_message_1() {
    let mut p = Pair::new(1);
    p.start();
    let station = Forge::message_2(1, 5);
    let message_1 = p.auth_sent[0].clone();
    p.give_auth(&station.answer(&message_1)).unwrap();
    p.tick();
    assert_eq!(
        p.give_auth(&station.message_4(&message_1, &message_1)),
        Err(Rejection::ReplayCounter)
    );
    let first_message_3 = p.auth_sent[1].clone();
    p.give_auth(&station.message_4(&message_1, &first_message_3))
        .unwrap();
    assert!(p.auth.is_authorized());
}

#[test]
fn a_counter_that_was_never_issued_is_not_accepted() {
    let mut p = Pair::new(1);
    p.start();
    let mut message_1 = p.auth_sent[0].clone();
    for wrong in [0, 2, u64::MAX] {
        set_replay_counter(&mut message_1, wrong);
        let message_2 = Forge::message_2(1, 5).answer(&message_1);
        assert_eq!(
            p.give_auth(&message_2),
            Err(Rejection::ReplayCounter),
            "{wrong}"
        );
    }
    p.run();
    assert!(p.auth.is_authorized());
}

#[test]
fn the_newest_snonce_wins_until_message_4() {
    let mut p = Pair::new(1);
    p.start();
    p.tick();
    let (first, second) = (Forge::message_2(1, 5), Forge::message_2(1, 6));
    let (m1a, m1b) = (p.auth_sent[0].clone(), p.auth_sent[1].clone());
    p.give_auth(&first.answer(&m1a)).unwrap();
    p.give_auth(&second.answer(&m1b)).unwrap();
    let message_3 = p.auth_sent[3].clone();
    // The key data is made for the newest key.
    let view = KeyFrameView::parse(&message_3).unwrap();
    assert!(unwrap(&second.ptk(&m1b), view.key_data()).is_some());
    // A message 4 for the older message 3 is dead.
    let stale = first.message_4(&m1a, &p.auth_sent[2].clone());
    assert_eq!(p.give_auth(&stale), Err(Rejection::ReplayCounter));
    p.give_auth(&second.message_4(&m1b, &message_3)).unwrap();
    assert_eq!(p.installed(), [&KeyBytes::copy_from(second.ptk(&m1b).tk())]);
}

#[test]
fn an_overtaken_message_2_does_not_bring_back_an_old_snonce() {
    let mut p = Pair::new(1);
    p.start();
    p.tick();
    let (first, second) = (Forge::message_2(1, 5), Forge::message_2(1, 6));
    let (m1a, m1b) = (p.auth_sent[0].clone(), p.auth_sent[1].clone());
    p.give_auth(&second.answer(&m1b)).unwrap();
    assert_eq!(
        p.give_auth(&first.answer(&m1a)),
        Err(Rejection::ReplayCounter)
    );
    let message_3 = p.auth_sent[2].clone();
    p.give_auth(&second.message_4(&m1b, &message_3)).unwrap();
    assert!(p.auth.is_authorized());
}

#[test]
fn a_second_message_2_with_another_live_key_does_not_change_the_election() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.auth_sent[0].clone();
    p.give_auth(&Forge::message_2(1, 5).answer(&message_1))
        .unwrap();
    let other_key = Forge::message_2(2, 6).answer(&message_1);
    assert_eq!(p.give_auth(&other_key), Err(Rejection::Mic));
    assert_eq!(p.auth.key(), Some(PRIMARY));
}

#[test]
fn the_same_message_2_again_sends_nothing() {
    let mut p = Pair::new(1);
    p.start();
    let message_2 = Forge::message_2(1, 5).answer(&p.auth_sent[0]);
    p.give_auth(&message_2).unwrap();
    assert_eq!(p.give_auth(&message_2), Err(Rejection::Duplicate));
    assert_eq!(p.auth_sent.len(), 2);
}
