//! Reference tables 10.2 to 10.5: the secondary key.

use wlan_model::KeyForm;
use wlan_rpc::KeyIdentity;

use super::*;

const K1: &str = "secret-one";
const K2: &str = "secret-two";

#[test]
fn s01_a_persistent_key_serves_every_later_run_and_outlives_the_service() {
    let mut bench = Bench::idle();

    bench.ok(USER, set(K1, true));

    assert_eq!(bench.secondary(), Some((word(K1), true)));
    for _ in 0..2 {
        bench.ok(USER, Call::StartUsing);
        assert!(bench.join_with(PHONE, K1));
        bench.ok(USER, Call::StopUsing);
    }
    let mut restarted = Bench::with(bench.stored);
    assert_eq!(restarted.secondary(), Some((word(K1), true)));
    restarted.radio_arrives();
    restarted.ok(USER, Call::StartUsing);
    assert!(restarted.join_with(PHONE, K1));
}

#[test]
fn s02_a_temporary_key_set_while_idle_serves_the_next_run_only() {
    let mut bench = Bench::idle();

    bench.ok(USER, set(K1, false));

    assert_eq!(bench.secondary(), Some((word(K1), false)));
    bench.ok(USER, Call::StartUsing);
    assert!(bench.join_with(PHONE, K1));
    bench.forget();
    bench.ok(USER, Call::StopUsing);
    assert_eq!(bench.secondary(), None);
    assert!(bench.events.contains(&EventKind::SecondaryKey {
        set: None,
        expired: true
    }));
    bench.ok(USER, Call::StartUsing);
    assert!(!bench.join_with(PHONE, K1));
    assert!(bench.join_with_primary(PHONE));
}

#[test]
fn s03_a_persistent_key_set_while_active_works_at_once_and_disturbs_nobody() {
    let mut bench = Bench::active();
    assert!(bench.join_with_primary(TABLET));
    bench.forget();

    bench.ok(USER, set(K1, true));

    assert!(bench.join_with(PHONE, K1));
    assert_eq!(bench.status().peers.len(), 2);
    assert_eq!(bench.told(), []);
    assert_eq!(
        (
            bench.engine.access_point.starts,
            bench.engine.access_point.stops
        ),
        (1, 0)
    );
    bench.ok(USER, Call::ForceStop);
    bench.ok(ROOT, Call::ForceStart);
    assert!(bench.join_with(PHONE, K1));
}

#[test]
fn s04_a_temporary_key_set_while_active_lasts_until_this_run_stops() {
    let mut bench = Bench::active();

    bench.ok(USER, set(K1, false));

    assert!(bench.join_with(PHONE, K1));
    assert_eq!(bench.written, 0);
    bench.ok(USER, Call::ForceStop);
    assert_eq!(bench.secondary(), None);
}

#[test]
fn s05_a_peer_on_a_replaced_key_stays_and_cannot_come_back_with_it() {
    let mut bench = Bench::active();
    bench.ok(USER, set(K1, true));
    assert!(bench.join_with(PHONE, K1));
    bench.wait(Duration::from_secs(3));

    bench.ok(USER, set(K2, true));

    bench.wait(Duration::from_secs(2));
    let peers = bench.status().peers;
    assert_eq!((peers[0].mac, peers[0].key), (PHONE, KeyIdentity::Retired));
    assert_eq!(
        (peers[0].connected_ms, peers[0].retired_ms),
        (5000, Some(2000))
    );
    assert!(bench.events.contains(&EventKind::KeyRetired { mac: PHONE }));
    bench.leave(PHONE);
    assert!(!bench.join_with(PHONE, K1));
    assert!(bench.join_with(PHONE, K2));
    assert_eq!(bench.status().peers[0].key, KeyIdentity::Secondary);
}

#[test]
fn s06_a_peer_on_the_primary_key_is_not_concerned() {
    let mut bench = Bench::active();
    bench.ok(USER, set(K1, true));
    assert!(bench.join_with_primary(PHONE));

    bench.ok(USER, set(K2, true));

    assert_eq!(bench.status().peers[0].key, KeyIdentity::Primary);
    bench.leave(PHONE);
    assert!(bench.join_with_primary(PHONE));
}

#[test]
fn s07_a_temporary_key_removes_a_persistent_one_for_good() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, true));
    bench.forget();

    bench.ok(USER, set(K2, false));

    assert_eq!(bench.written, 1);
    assert_eq!(bench.stored.secondary_key, None);
    assert_eq!(bench.secondary(), Some((word(K2), false)));
    bench.ok(USER, Call::StartUsing);
    assert!(!bench.join_with(PHONE, K1));
    assert!(bench.join_with(PHONE, K2));
    bench.ok(USER, Call::StopUsing);
    assert_eq!(bench.secondary(), None);
}

#[test]
fn s08_a_persistent_key_replaces_a_temporary_one() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, false));

    bench.ok(USER, set(K2, true));

    assert_eq!(bench.secondary(), Some((word(K2), true)));
    bench.ok(USER, Call::StartUsing);
    assert!(!bench.join_with(PHONE, K1));
    bench.ok(USER, Call::StopUsing);
    assert_eq!(bench.secondary(), Some((word(K2), true)));
}

#[test]
fn s09_removal_clears_disk_and_memory() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, true));

    bench.ok(OTHER, Call::RemoveSecondaryKey);

    assert_eq!(bench.stored.secondary_key, None);
    assert_eq!(bench.secondary(), None);
    assert_eq!(
        bench.events.last(),
        Some(&EventKind::SecondaryKey {
            set: None,
            expired: false
        })
    );
}

#[test]
fn s10_removal_while_active_lets_peers_stay_and_nobody_in() {
    let mut bench = Bench::active();
    bench.ok(USER, set(K1, false));
    assert!(bench.join_with(PHONE, K1));

    bench.ok(USER, Call::RemoveSecondaryKey);

    assert_eq!(bench.status().peers[0].key, KeyIdentity::Retired);
    assert!(!bench.join_with(TABLET, K1));
    assert!(bench.join_with_primary(TABLET));
}

#[test]
fn s11_removal_of_no_key_does_nothing() {
    let mut bench = Bench::idle();
    bench.ok(USER, Call::RemoveSecondaryKey);
    assert_eq!((bench.written, bench.events.len()), (0, 0));
}

#[test]
fn s12_a_key_can_be_set_while_the_network_is_unavailable() {
    let mut without_radio = Bench::bare();
    without_radio.ok(USER, set(K1, true));
    assert_eq!(without_radio.stored.secondary_key, Some(word(K1)));

    let mut disallowed = Bench::idle();
    disallowed.ok(ROOT, Call::SetEnabled(false));
    disallowed.ok(USER, set(K1, true));
    assert_eq!(disallowed.secondary(), Some((word(K1), true)));
}

#[test]
fn s13_while_stopping_a_key_is_refused() {
    let mut bench = Bench::active();
    bench.engine.access_point.obliging = false;
    let stop = bench.send(USER, Call::ForceStop);

    assert_eq!(
        bench.refused(OTHER, set(K1, true)),
        (Win32Error::INVALID_STATE, Reason::ServiceShuttingDown)
    );
    assert_eq!(bench.answer(stop), None);
    bench.tell(Event::Stopped);
    assert_eq!(bench.answer(stop), Some(Ok(Answer::Done)));
    assert_eq!(bench.secondary(), None);
}

#[test]
fn s14_while_the_service_ends_a_key_is_refused() {
    let mut bench = Bench::idle();
    bench.engine.shut_down(bench.now);
    assert_eq!(
        bench.refused(USER, set(K1, true)),
        (Win32Error::INVALID_STATE, Reason::ServiceShuttingDown)
    );
    assert_eq!(bench.stored.secondary_key, None);
}

#[test]
fn s15_a_key_creates_no_network() {
    let mut bench = Bench::bare();
    bench.radio_arrives();
    bench.ok(USER, set(K1, true));
    assert_eq!(bench.stored.connection, None);
    assert_eq!(bench.stored.primary_key, None);
    bench.ok(USER, Call::StartUsing);
    assert!(bench.join_with(PHONE, K1));
}

#[test]
fn s16_on_a_read_only_disk_the_old_key_stays_in_force() {
    let mut bench = Bench::active();
    bench.ok(USER, set(K1, true));
    bench.disk = Disk::ReadOnly;

    for call in [set(K2, true), set(K2, false), Call::RemoveSecondaryKey] {
        let refusal = bench.call(USER, call).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.reason),
            (Win32Error::WRITE_FAULT, Reason::PersistenceFailed)
        );
        assert_eq!(refusal.cause.text, "The disk is read-only.");
    }

    assert_eq!(bench.secondary(), Some((word(K1), true)));
    assert!(!bench.join_with(PHONE, K2));
    assert!(bench.join_with(PHONE, K1));
}

#[test]
fn s17_anybody_may_set_a_key() {
    let mut bench = Bench::idle();
    assert!(!bench.engine.is_privileged(USER));
    assert_eq!(bench.call(USER, set(K1, true)), Ok(Answer::Done));
}

#[test]
fn s18_a_temporary_key_waits_in_the_service_not_in_the_handle() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, false));
    bench.gone(USER);

    bench.ok(OTHER, Call::StartUsing);

    assert!(bench.join_with(PHONE, K1));
}

#[test]
fn s19_when_the_last_holder_dies_the_temporary_key_dies_with_the_run() {
    let mut bench = Bench::idle();
    bench.ok(OTHER, Call::StartUsing);
    bench.ok(USER, set(K1, false));

    bench.gone(OTHER);

    assert_eq!(bench.state(), HostedNetworkState::Idle);
    assert_eq!(bench.secondary(), None);
}

#[test]
fn s20_sleep_ends_the_run_and_its_temporary_key() {
    let mut bench = Bench::active();
    bench.ok(USER, set(K1, false));

    bench.engine.stop_for_suspend(bench.now);
    bench.drain();

    assert_eq!(bench.state(), HostedNetworkState::Idle);
    assert_eq!(bench.secondary(), None);
}

#[test]
fn s21_a_temporary_key_is_never_on_the_disk() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, false));
    bench.ok(USER, named("other"));
    assert_eq!(bench.stored.secondary_key, None);
    assert_eq!(Bench::with(bench.stored).secondary(), None);
}

#[test]
fn s22_a_new_name_for_a_running_network_stops_it_and_erases_the_temporary_key() {
    let mut bench = Bench::active();
    bench.ok(USER, set(K1, false));

    bench.ok(USER, named("other"));

    assert_eq!(bench.state(), HostedNetworkState::Idle);
    assert_eq!(bench.secondary(), None);
}

#[test]
fn s23_a_passphrase_still_joins_under_another_name() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, true));
    bench.ok(USER, named("other"));
    bench.ok(USER, Call::StartUsing);
    assert!(bench.join_with(PHONE, K1));
}

#[test]
fn s24_a_binary_key_is_the_master_key_under_any_name() {
    let mut bench = Bench::idle();
    bench.ok(USER, set_binary([9; 32], true));
    bench.ok(USER, named("other"));
    bench.ok(USER, Call::StartUsing);
    assert!(bench.join(PHONE, Pmk::from_raw(&[9; 32])));
}

#[test]
fn s25_refreshing_the_primary_key_leaves_the_secondary_alone() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, true));
    bench.ok(USER, Call::RefreshSecuritySettings);
    assert_eq!(bench.secondary(), Some((word(K1), true)));

    bench.ok(USER, Call::StartUsing);
    bench.ok(USER, set(K2, false));
    bench.ok(USER, Call::RefreshSecuritySettings);
    assert_eq!(bench.secondary(), None, "erased by the stop");
}

#[test]
fn s26_setting_the_same_key_again_changes_nothing() {
    let mut bench = Bench::active();
    for persistent in [true, false] {
        bench.ok(USER, set(K1, persistent));
        assert!(bench.join_with(PHONE, K1));
        bench.forget();

        bench.ok(USER, set(K1, persistent));

        assert_eq!((bench.written, bench.events.len()), (0, 0));
        assert_eq!(bench.secondary(), Some((word(K1), persistent)));
        assert_eq!(bench.status().peers[0].key, KeyIdentity::Secondary);
        bench.leave(PHONE);
    }
}

#[test]
fn s27_a_passphrase_equal_to_the_primary_key_is_accepted() {
    let mut bench = Bench::idle();
    let primary = String::from_utf8(bench.primary_key()).unwrap();
    bench.ok(USER, set(&primary, true));
    bench.ok(USER, Call::StartUsing);
    assert!(bench.join_with_primary(PHONE));
}

#[test]
fn s28_of_two_keys_set_at_once_the_last_one_wins_whole() {
    let mut bench = Bench::active();
    bench.disk = Disk::Slow;
    let first = bench.send(USER, set(K1, true));
    let second = bench.send(OTHER, set_binary([2; 32], true));
    assert_eq!((bench.answer(first), bench.answer(second)), (None, None));

    bench.persisted(Ok(()));
    assert_eq!(bench.answer(first), Some(Ok(Answer::Done)));
    assert_eq!(bench.secondary(), Some((word(K1), true)));
    bench.persisted(Ok(()));

    assert_eq!(bench.answer(second), Some(Ok(Answer::Done)));
    assert_eq!(
        bench.secondary(),
        Some((SecondaryKey::binary(&[2; 32]).unwrap(), true))
    );
    assert!(bench.join(PHONE, Pmk::from_raw(&[2; 32])));
    assert!(!bench.join_with(TABLET, K1));
}

/// S29 with every malformed row of 10.2 and 10.3 this layer sees.
#[test]
fn s29_a_malformed_key_changes_nothing() {
    let text = |s: &[u8]| (s.to_vec(), true);
    let rows: Vec<(&str, (Vec<u8>, bool))> = vec![
        ("A15", text(b"1234567\0")),
        ("P01", text(b"\0")),
        ("P03", text(b"12345678")),
        ("P05", text(b"123456789")),
        ("P09", text(&[b'a'; 64])),
        ("P10", text(&[&[b'a'; 64][..], &[0]].concat())),
        ("P12", text(b"1234567\xe4\0")),
        ("P13", text(b"1234567\x7f\0")),
        ("P16", text(b"12345678\0abc\0")),
        ("P17", text(b"1234\0abcdefg\0")),
        ("P18", text(b"12345678\0\0")),
        ("P19", text(b"p\0a\0s\0s\0w\0o\0r\0d\0\0\0")),
        ("P20", text(&[0; 9])),
        ("empty", text(b"")),
        ("B04", (vec![1], false)),
        ("B05", (vec![1; 31], false)),
        ("B06", (vec![1; 33], false)),
        ("B07", (b"12345678\0".to_vec(), false)),
        ("B08", (vec![1; 63], false)),
        ("B09", (vec![b'f'; 64], false)),
        ("B10", (vec![1; 16], false)),
        ("empty", (vec![], false)),
    ];
    let mut bench = Bench::active();
    bench.ok(USER, set(K1, true));
    bench.forget();

    for (row, (data, is_passphrase)) in rows {
        let data = KeyBytes::new(data);
        let call = Call::SetSecondaryKey {
            data,
            is_passphrase,
            persistent: true,
        };
        assert_eq!(
            bench.refused(USER, call),
            (Win32Error::INVALID_PARAMETER, Reason::BadParameters),
            "{row}"
        );
    }

    assert_eq!(bench.written, 0);
    assert_eq!(bench.secondary(), Some((word(K1), true)));
}

#[test]
fn well_formed_keys_are_given_back_as_they_were_set() {
    let mut bench = Bench::idle();
    for len in [8, 31, 62, 63] {
        let text = "~".repeat(len);
        bench.ok(USER, set(&text, true));
        assert_eq!(
            bench.secondary(),
            Some((word(&text), true)),
            "P04, P06 .. P08, Q02, Q03"
        );
    }
    for key in [
        [0; 32],
        core::array::from_fn(|i| (i as u8).wrapping_mul(37)),
    ] {
        bench.ok(USER, set_binary(key, false));
        let (stored, persistent) = bench.secondary().expect("a key");
        assert_eq!(
            (stored.form(), stored.expose(), persistent),
            (KeyForm::Binary, &key[..], false)
        );
    }
    let status = bench.status().secondary_key.expect("a key");
    assert_eq!((status.form, status.persistent), (KeyForm::Binary, false));
}

#[test]
fn q01_without_a_key_the_query_succeeds_and_is_empty() {
    let mut bench = Bench::bare();
    assert_eq!(bench.secondary(), None);
}

#[test]
fn a_temporary_key_is_not_used_up_by_a_start_that_fails() {
    let mut bench = Bench::idle();
    bench.ok(USER, set(K1, false));
    bench.engine.access_point.obliging = false;
    let start = bench.send(USER, Call::StartUsing);
    bench.engine.access_point.run = None;
    let status = oid::NdisStatus::RESOURCES;
    bench.tell(Event::StartFailed {
        status,
        cause: cause("The radio is full."),
    });
    assert!(bench.answer(start).expect("an answer").is_err());

    bench.engine.access_point.obliging = true;
    bench.ok(USER, Call::StartUsing);

    assert!(bench.join_with(PHONE, K1));
}

#[test]
fn a_temporary_key_dies_with_a_run_that_the_driver_or_the_radio_ends() {
    for event in [
        Event::RadioUnavailable {
            cause: cause("The radio is off."),
        },
        Event::StoppedByDriver {
            cause: cause("The driver had enough."),
        },
    ] {
        let mut bench = Bench::active();
        bench.ok(USER, set(K1, false));
        bench.engine.access_point.run = None;
        bench.tell(event);
        assert_eq!(bench.secondary(), None);
    }
}

#[test]
fn a_key_set_while_the_start_is_under_way_is_in_the_run() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    bench.send(USER, Call::StartUsing);

    bench.ok(OTHER, set(K1, false));

    bench.engine.access_point.started();
    bench.tell(moved(11));
    assert_eq!(bench.status().channel, Some(11));
    assert!(bench.join_with(PHONE, K1));
}
