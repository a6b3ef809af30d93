//! Data of the station adapter, and what becomes of it when keys, ports and networks go.

use super::*;

#[test]
fn a_vendors_key_at_both_ends_carries_data_and_its_removal_stops_it_at_once() {
    for cipher in CIPHERS {
        // Which end loses it first.
        for ap_first in [true, false] {
            let mut bench = vendor(cipher);
            bench.radio.set_tap(true, bench.now);
            assert_eq!(send_up(&mut bench, b"1", false).unwrap(), b"1");
            assert_eq!(send_down(&mut bench, b"2", false).unwrap(), b"2");
            assert_eq!(flown(&mut bench), [(false, false), (true, false)]);

            install(&mut bench, cipher);
            install_at_ap(&mut bench, cipher);
            assert_eq!(send_up(&mut bench, b"3", false).unwrap(), b"3");
            assert_eq!(send_down(&mut bench, b"4", false).unwrap(), b"4");
            assert_eq!(
                bench.radio.station_traffic(1, bench.now),
                Err(SimError::NotJoined)
            );
            authorize(&mut bench, true);
            authorize_at_ap(&mut bench);
            assert_eq!(traffic(&mut bench, 100), (100, 100), "{cipher}");
            let flights = flown(&mut bench);
            assert_eq!(flights.len(), 2 + 200);
            assert!(flights.iter().all(|(_, protected)| *protected), "{cipher}");

            bench.radio.station_traffic(500, bench.now).unwrap();
            bench.run(Duration::from_millis(50));
            flown(&mut bench);
            let own = bench.radio.station_address();
            let ap_side = |bench: &mut Bench| {
                bench.command(Command::RemoveKey {
                    scope: KeyScope::Pairwise(own),
                    index: 0,
                });
            };
            let station_side = |bench: &mut Bench| {
                let command = Command::RemoveKey {
                    scope: KeyScope::Pairwise(AP),
                    index: 0,
                };
                bench.station(command).unwrap();
            };
            if ap_first {
                ap_side(&mut bench);
            } else {
                station_side(&mut bench);
            }
            bench.run(Duration::from_millis(50));
            let flights = flown(&mut bench);
            assert!(flights.iter().all(|(_, protected)| *protected));
            if ap_first {
                assert!(!flights.is_empty(), "the station sends on");
                assert!(flights.iter().all(|(from_ap, _)| !from_ap));
                station_side(&mut bench);
            } else {
                // What was in the air is still answered.
                assert!(flights.len() <= 2, "{flights:?}");
                ap_side(&mut bench);
            }
            let (sent, received) = traffic_done(&mut bench);
            assert!(received <= sent && sent < 500);
            let body = encapsulate_llc(0x0800, &[0; 20]);
            assert!(!bench.radio.station_send_from_host(AP, &body, bench.now));
            bench.radio.send_from_host(own, &body, bench.now);
            bench.run(Duration::from_secs(1));
            assert!(flown(&mut bench).is_empty(), "{cipher}");
        }
    }
}

#[test]
fn arrivals_are_judged_by_key_and_protection_9_7_rows_3_to_7() {
    use Arrival::{InClear, InClearWithoutKey, Protected};
    type Counter = fn(&StationCounters) -> u64;
    let unencrypted: Option<Counter> = Some(|c| c.unencrypted);
    let overprotected: Option<Counter> = Some(|c| c.overprotected);
    let undecryptable: Option<Counter> = Some(|c| c.undecryptable);
    // Rule, key at the station, ciphered by the access point.
    let table: [(Arrival, bool, bool, Option<Counter>); 12] = [
        (InClearWithoutKey, false, false, None),       // row 4
        (InClearWithoutKey, true, false, unencrypted), // row 5
        (InClearWithoutKey, true, true, None),
        (InClearWithoutKey, false, true, undecryptable),
        (InClear, false, false, None),
        (InClear, true, false, None),
        (InClear, true, true, overprotected), // row 6
        (InClear, false, true, undecryptable),
        (Protected, false, false, unencrypted), // row 7
        (Protected, true, false, unencrypted),
        (Protected, true, true, None),
        (Protected, false, true, undecryptable),
    ];
    for cipher in CIPHERS {
        for (arrival, keyed, protected, counter) in table {
            let case = format!("{cipher} {arrival:?} keyed {keyed} protected {protected}");
            let mut bench = vendor(cipher);
            bench
                .station(Command::SetEtherTypes(vec![rule(arrival)]))
                .unwrap();
            install_at_ap(&mut bench, cipher);
            if keyed {
                install(&mut bench, cipher);
            }
            // Row 3: what is to go in clear does so in spite of the key.
            let up = send_down(&mut bench, b"hello", !protected);
            let counters = bench.radio.station_adapter_counters();
            assert_eq!(up.is_some(), counter.is_none(), "{case}: {counters:?}");
            let fates = counters.unencrypted + counters.overprotected + counters.undecryptable;
            assert_eq!(fates, u64::from(counter.is_some()), "{case}: {counters:?}");
            if let Some(counter) = counter {
                assert_eq!(counter(&counters), 1, "{case}: {counters:?}");
            }
        }
    }
}

#[test]
fn group_frames_have_a_rule_of_their_own_and_need_the_group_key() {
    for (group, up) in [(Arrival::Protected, true), (Arrival::InClear, false)] {
        let mut bench = connected(CipherSuite::CCMP);
        let rules = vec![EtherTypeRule {
            group,
            ..rule(Arrival::InClear)
        }];
        bench.station(Command::SetEtherTypes(rules)).unwrap();
        let to_all = encapsulate_llc(OURS, b"all");
        let send = |bench: &mut Bench| {
            bench
                .radio
                .send_from_host(MacAddr::BROADCAST, &to_all, bench.now);
            bench.run(Duration::from_millis(1));
        };
        send(&mut bench);
        assert_eq!(packet(&bench), None, "there is no group key yet");
        assert_eq!(bench.radio.station_adapter_counters().undecryptable, 1);
        let key = Key {
            scope: KeyScope::Group,
            index: 1,
            ..pairwise_key(AP, KeyBytes::copy_from(&GTK))
        };
        bench.station(Command::InstallKey(key)).unwrap();
        bench.station(Command::UseGroupKey { index: 1 }).unwrap();
        send(&mut bench);
        assert_eq!(packet(&bench), up.then(|| b"all".to_vec()));
        let counters = bench.radio.station_adapter_counters();
        assert_eq!(counters.overprotected, u64::from(!up));
        bench
            .station(Command::RemoveKey {
                scope: KeyScope::Group,
                index: 1,
            })
            .unwrap();
        send(&mut bench);
        assert_eq!(bench.radio.station_adapter_counters().undecryptable, 2);
        let refused = bench.station(Command::UseGroupKey { index: 1 });
        assert_eq!(refused.unwrap_err().kind, CommandErrorKind::NotFound);
    }
}

#[test]
fn a_closed_port_passes_no_data_in_either_direction_9_7_row_11() {
    let mut bench = connected(CipherSuite::CCMP);
    assert_eq!(traffic(&mut bench, 5), (5, 5));
    authorize(&mut bench, false);
    let echo = encapsulate_llc(0x88b6, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(!bench.radio.station_send_from_host(AP, &echo, bench.now));
    let own = bench.radio.station_address();
    bench.radio.send_from_host(own, &echo, bench.now);
    bench.run(Duration::from_millis(2));
    let counters = bench.radio.station_adapter_counters();
    // One on the way down, one on the way up.
    assert_eq!(counters.unauthorized, 2);
    // The vendor's frames pass all the same.
    assert_eq!(send_down(&mut bench, b"still", false).unwrap(), b"still");
    // A port that closes ends the traffic.
    authorize(&mut bench, true);
    bench.radio.station_traffic(500, bench.now).unwrap();
    bench.run(Duration::from_millis(20));
    authorize(&mut bench, false);
    let (sent, received) = traffic_done(&mut bench);
    assert!((10..40).contains(&sent) && received <= sent);
}

#[test]
fn a_network_that_disappears_is_told_after_seven_beacons() {
    let gone: [fn(&mut Bench); 4] = [
        |bench| {
            bench.command(Command::StopAp);
        },
        |bench| {
            bench
                .radio
                .set_unavailable(Cause::new("Gone.", "Wait."), bench.now)
        },
        |bench| bench.radio.change_channel(channel(11), bench.now),
        |bench| {
            bench
                .radio
                .stop_ap_by_driver(Cause::new("Gone.", "Wait."), bench.now)
        },
    ];
    for vanish in gone {
        let mut bench = connected(CipherSuite::CCMP);
        bench.radio.station_traffic(1000, bench.now).unwrap();
        bench.run(Duration::from_millis(10));
        vanish(&mut bench);
        bench.run(Duration::from_millis(700));
        assert!(!lost(&bench));
        assert!(bench.radio.station_adapter_row().is_some());
        bench.run(Duration::from_millis(20));
        assert!(lost(&bench));
        assert_eq!(bench.radio.station_adapter_row(), None);
        assert!(bench.radio.station_adapter_keys().is_empty());
        // It ended with the connection, one request each millisecond.
        let sent = traffic_done(&mut bench).0;
        assert!((715..=735).contains(&sent), "{sent}");
        bench.run(Duration::from_secs(5));
        let losses = bench.station_events.iter();
        let losses = losses.filter(|e| matches!(e, RadioEvent::StationLost { .. }));
        assert_eq!(losses.count(), 1);
    }
}

#[test]
fn a_network_that_is_back_in_time_is_not_lost() {
    let mut bench = connected(CipherSuite::CCMP);
    bench.command(Command::StopAp);
    bench.run(Duration::from_millis(500));
    bench.command(Command::StartAp(Box::new(ap_config())));
    bench.run(Duration::from_secs(5));
    assert!(!lost(&bench));
    // But it knows us no more.
    assert_eq!(traffic(&mut bench, 5), (5, 0));
    assert!(bench.radio.ap_counters().not_associated >= 5);
}
