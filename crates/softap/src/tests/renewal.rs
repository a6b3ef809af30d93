//! Renewal of group and pairwise keys.

use super::*;

#[test]
fn a_retired_key_survives_group_and_pairwise_renewal() {
    let mut bench = Bench::with(keys(Some(2)), |s| {
        s.group_rekey = Some(Duration::from_secs(10));
        s.pairwise_rekey = Some(Duration::from_secs(15));
    });
    bench.join(2, 2);
    bench.ap.set_keys(keys(None), bench.now);

    bench.pass(Duration::from_secs(31));

    assert!(matches!(bench.key_of(2), Some(PeerKey::Retired { .. })));
    assert_eq!(
        bench.count(|r| matches!(r, Request::CipherDefaultKeyId(_))),
        1 + 3
    );
    assert_eq!(
        bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_))),
        1 + 2
    );
    assert_eq!(
        bench.count(|r| matches!(r, Request::DisassociatePeer { .. })),
        0
    );
}

#[test]
fn group_key_slots_alternate_and_change_once_when_several_peers_leave() {
    let mut bench = Bench::running(None);
    for n in 1..=4 {
        bench.join(n, 1);
    }

    bench.leave(1);
    bench.leave(2);
    bench.pass(Duration::from_secs(5));

    let ids: Vec<u32> = bench
        .requests
        .iter()
        .filter_map(|r| match r {
            Request::CipherDefaultKeyId(id) => Some(*id),
            _ => None,
        })
        .collect();
    assert_eq!(ids, [1, 2]);
}

#[test]
fn a_peer_that_does_not_take_the_new_group_key_is_sent_away_and_holds_nobody_up() {
    let mut bench = Bench::with(keys(None), |s| {
        s.group_rekey = Some(Duration::from_secs(10))
    });
    bench.join(1, 1);
    bench.join(2, 1);
    bench.deaf.push(mac(2));

    bench.pass(Duration::from_secs(20));

    assert!(bench.key_of(1).is_some());
    assert!(bench.key_of(2).is_none());
    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::DisassociatePeer { reason, .. }
        if *reason == dot11::ReasonCode::GROUP_KEY_HANDSHAKE_TIMEOUT))
    );
    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::CipherDefaultKeyId(2)))
    );
}

#[test]
fn a_station_that_got_the_group_key_and_went_before_its_port_opened_costs_a_renewal() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);
    bench.mute.push(mac(2));
    bench.join(2, 1);
    assert_eq!(bench.renewals(), 0);
    // It answered message 1 only; message 3 was sent to it.
    bench.leave(2);

    bench.pass(Duration::from_secs(5));

    assert_eq!(bench.renewals(), 1);
}

#[test]
fn a_station_that_never_got_the_group_key_costs_no_renewal() {
    let mut bench = Bench::running(Some(2));
    bench.join(1, 1);
    bench.join(2, 9);
    bench.leave(2);

    bench.pass(Duration::from_secs(5));

    assert_eq!(bench.renewals(), 0);
}

#[test]
fn a_peer_that_asks_for_new_group_keys_all_the_time_gets_one_a_second() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);
    bench.join(2, 1);

    for _ in 0..30 {
        if let Some(station) = bench.stations.get_mut(&mac(1)) {
            station.request_rekey(false);
        }
        bench.hear(mac(1));
        bench.settle();
        bench.pass(Duration::from_millis(100));
    }

    assert!((2..=3).contains(&bench.renewals()), "{}", bench.renewals());
}

#[test]
fn a_peer_that_asks_for_a_new_pairwise_key_gets_it() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);

    if let Some(station) = bench.stations.get_mut(&mac(1)) {
        station.request_rekey(true);
    }
    bench.hear(mac(1));
    bench.settle();

    let pairwise = bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_)));
    assert_eq!(pairwise, 2);
    assert!(bench.key_of(1).is_some());
}

#[test]
fn renewals_without_a_pause_do_not_hang_the_engine() {
    let mut bench = Bench::with(keys(None), |s| {
        s.group_rekey = Some(Duration::ZERO);
        s.pairwise_rekey = Some(Duration::ZERO);
    });
    bench.join(1, 1);

    bench.pass(Duration::from_millis(3_500));

    assert_eq!(bench.renewals(), 3);
    let pairwise = bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_)));
    assert_eq!(pairwise, 1 + 3);
}
