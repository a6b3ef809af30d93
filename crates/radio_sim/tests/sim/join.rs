//! Stations on their way in and out.

use crate::support::*;
use clock::Duration;
use dot11::frame::ManagementSubtype;
use dot11::{KeyBytes, ReasonCode, StatusCode};
use radio_sim::{
    Action, FrameKind, JoinFailure, LeaveReason, Rule, SimConfig, SimError, SimEvent, StationKey,
    StationProfile,
};

fn failure(event: SimEvent) -> JoinFailure {
    match event {
        SimEvent::JoinFailed { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn stations_join_with_either_key_and_exchange_encrypted_frames() {
    let mut bench = Bench::started();

    let phone = bench.joined("phone", primary());
    let tablet = bench.joined("tablet", secondary());

    assert_eq!(bench.peers[&phone].key, Some(PRIMARY));
    assert_eq!(bench.peers[&tablet].key, Some(SECONDARY));
    assert_eq!(bench.traffic("phone", 50), (50, 50));
    assert_eq!(bench.traffic("tablet", 1000), (1000, 1000));
    assert_eq!(bench.radio.station_counters("phone").unwrap().unicast, 50);
    assert_eq!(bench.radio.ap_counters().echoed, 1050);
    assert_eq!(bench.radio.station_row(phone).unwrap().sent_pn, 50);
}

#[test]
fn sixty_four_hexadecimal_digits_are_the_key_itself() {
    let digits: String = pmk(&primary())
        .expose()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let key = StationKey::parse(&KeyBytes::copy_from(digits.as_bytes())).unwrap();
    assert_eq!(key, StationKey::Raw(pmk(&primary())));
    let mut bench = Bench::started();

    let raw = bench.joined("raw", key);

    assert_eq!(bench.peers[&raw].key, Some(PRIMARY));
    assert!(StationKey::parse(&KeyBytes::copy_from(b"short")).is_err());
}

#[test]
fn a_wrong_key_is_noticed_when_the_access_point_gives_up() {
    let mut bench = Bench::started();
    let began = bench.now;

    let event = bench.join("burglar", passphrase("let me in please"));

    assert_eq!(
        failure(event),
        JoinFailure::SentAway(ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT)
    );
    assert!(bench.now.since(began) < Duration::from_secs(5));
    assert!(bench.radio.station_rows().is_empty());
}

#[test]
fn without_a_network_a_join_fails_in_bounded_time() {
    let mut bench = Bench::new(SimConfig::default());
    let began = bench.now;

    let event = bench.join("lonely", primary());

    assert_eq!(failure(event), JoinFailure::NoNetwork);
    assert_eq!(bench.now.since(began), Duration::from_secs(10));
    assert_eq!(bench.radio.list()[0].2, "idle");
}

#[test]
fn a_station_that_does_not_probe_finds_the_network_by_its_beacon() {
    let mut bench = Bench::started();
    bench.answers_probes = false;
    let profile = StationProfile {
        probes: false,
        ..StationProfile::default()
    };
    bench.radio.set_profile("listener", profile).unwrap();
    let began = bench.now;

    bench.joined("listener", primary());

    assert!(bench.now.since(began) < Duration::from_millis(150));
    assert_eq!(bench.radio.ap_counters().beacons, 1);
}

#[test]
fn an_idle_network_with_joined_stations_has_nothing_to_do() {
    let mut bench = Bench::started();
    bench.joined("phone", primary());
    bench.joined("tablet", secondary());

    bench.run(Duration::from_secs(1));

    assert_eq!(::radio::Radio::poll_timeout(&bench.radio), None);
}

#[test]
fn a_station_looks_for_the_name_it_was_told() {
    let mut bench = Bench::started();
    let ssid = Some(dot11::Ssid::new("elsewhere").unwrap());
    bench
        .radio
        .set_profile(
            "picky",
            StationProfile {
                ssid,
                ..Default::default()
            },
        )
        .unwrap();

    let event = bench.join("picky", primary());

    assert_eq!(failure(event), JoinFailure::NoNetwork);
}

#[test]
fn a_full_access_point_is_told_by_its_status() {
    let mut bench = Bench::started();
    bench.association_status = StatusCode::DENIED_NO_MORE_STAS;

    let event = bench.join("late", primary());

    assert_eq!(
        failure(event),
        JoinFailure::AssociationRefused(StatusCode::DENIED_NO_MORE_STAS)
    );
}

#[test]
fn a_station_refused_for_the_moment_tries_again() {
    let mut bench = Bench::started();
    bench.association_status = StatusCode::REFUSED_TEMPORARILY;
    bench.radio.join("patient", primary(), bench.now).unwrap();
    bench.run(Duration::from_millis(100));
    assert_eq!(bench.radio.list()[0].2, "backing off");
    bench.association_status = StatusCode::SUCCESS;

    let event = bench.run_until(|e| matches!(e, SimEvent::Joined { .. }));

    assert!(event.is_some());
}

#[test]
fn every_single_lost_frame_of_a_join_is_made_good() {
    let kinds = [
        FrameKind::Management(ManagementSubtype::PROBE_REQUEST),
        FrameKind::Management(ManagementSubtype::PROBE_RESPONSE),
        FrameKind::Management(ManagementSubtype::AUTHENTICATION),
        FrameKind::Management(ManagementSubtype::ASSOCIATION_REQUEST),
        FrameKind::Management(ManagementSubtype::ASSOCIATION_RESPONSE),
        FrameKind::Message(1),
        FrameKind::Message(2),
        FrameKind::Message(3),
        FrameKind::Message(4),
    ];
    for kind in kinds {
        let mut bench = Bench::started();
        bench.radio.add_rule(Rule::once(kind, Action::Drop));
        let began = bench.now;

        let mac = bench.joined("phone", primary());
        bench.run(Duration::from_secs(2));

        assert_eq!(bench.radio.air_counters().lost, 1, "{kind:?}");
        assert!(bench.radio.station_row(mac).unwrap().authorized, "{kind:?}");
        assert_eq!(bench.traffic("phone", 5), (5, 5), "{kind:?}");
        assert_eq!(
            bench
                .radio
                .station_counters("phone")
                .unwrap()
                .pairwise_installs,
            1
        );
        assert!(bench.now.since(began) < Duration::from_secs(5), "{kind:?}");
    }
}

#[test]
fn a_repeated_message_3_installs_no_key_again() {
    let mut bench = Bench::started();
    let every = Duration::from_millis(2);
    bench.radio.add_rule(Rule::once(
        FrameKind::Message(3),
        Action::Replay { copies: 3, every },
    ));

    bench.joined("phone", primary());
    bench.run(Duration::from_millis(20));

    let counters = bench.radio.station_counters("phone").unwrap();
    assert_eq!(
        (counters.pairwise_installs, counters.group_installs),
        (1, 1)
    );
    assert_eq!(counters.handshake_rejected, 3);
    assert_eq!(bench.traffic("phone", 5), (5, 5));
}

#[test]
fn a_station_leaves_with_a_frame_and_vanishes_without() {
    let mut bench = Bench::started();
    let polite = bench.joined("polite", primary());
    let dead = bench.joined("dead", primary());

    bench.radio.leave("polite", bench.now).unwrap();
    bench.radio.vanish("dead", bench.now).unwrap();
    bench.run(Duration::from_millis(10));

    assert!(bench.radio.station_row(polite).is_none());
    assert!(bench.radio.station_row(dead).is_some());
    let whys: Vec<LeaveReason> = bench
        .sim_events
        .iter()
        .filter_map(|e| match e {
            SimEvent::Left { why, .. } => Some(*why),
            _ => None,
        })
        .collect();
    assert_eq!(whys, [LeaveReason::Asked, LeaveReason::Vanished]);
}

#[test]
fn a_joined_station_that_joins_again_reassociates_with_a_new_key() {
    let mut bench = Bench::started();
    let mac = bench.joined("roamer", primary());
    bench.radio.set_tap(true, bench.now);

    bench.joined("roamer", secondary());

    assert_eq!(bench.peers[&mac].key, Some(SECONDARY));
    let subtypes: Vec<FrameKind> = std::iter::from_fn(|| bench.radio.poll_tap())
        .map(|f| FrameKind::of_frame(&f.bytes))
        .collect();
    assert!(subtypes.contains(&FrameKind::Management(
        ManagementSubtype::REASSOCIATION_REQUEST
    )));
    assert_eq!(bench.traffic("roamer", 3), (3, 3));
}

#[test]
fn a_station_sent_away_says_why_and_comes_back_when_it_is_that_kind() {
    let mut bench = Bench::started();
    let profile = StationProfile {
        reconnects: true,
        ..StationProfile::default()
    };
    bench.radio.set_profile("loyal", profile).unwrap();
    let mac = bench.joined("loyal", primary());

    bench.deauthenticate(mac, ReasonCode::INACTIVITY);
    bench.run(Duration::from_millis(5));

    let why = LeaveReason::SentAway(ReasonCode::INACTIVITY);
    let left = SimEvent::Left {
        name: "loyal".to_owned(),
        mac,
        why,
    };
    assert_eq!(bench.sim_events.last(), Some(&left));
    let back = bench.run_until(|e| matches!(e, SimEvent::Joined { .. }));
    assert_eq!(
        back,
        Some(SimEvent::Joined {
            name: "loyal".to_owned(),
            mac
        })
    );
}

#[test]
fn stations_notice_that_the_network_is_gone() {
    let mut bench = Bench::started();
    let mac = bench.joined("phone", primary());

    bench.command(::radio::Command::StopAp);
    bench.run(Duration::from_secs(1));

    let why = LeaveReason::NetworkGone;
    let left = SimEvent::Left {
        name: "phone".to_owned(),
        mac,
        why,
    };
    assert_eq!(bench.sim_events.last(), Some(&left));
}

#[test]
fn impossible_calls_say_what_is_wrong() {
    let mut bench = Bench::started();
    let now = bench.now;
    let key = primary;

    assert_eq!(bench.radio.join("", key(), now), Err(SimError::BadName));
    assert_eq!(
        bench.radio.join(&"n".repeat(33), key(), now),
        Err(SimError::BadName)
    );
    assert_eq!(
        bench.radio.leave("nobody", now),
        Err(SimError::NoSuchStation)
    );
    bench.radio.join("phone", key(), now).unwrap();
    assert_eq!(
        bench.radio.join("phone", key(), now),
        Err(SimError::AlreadyJoining)
    );
    assert_eq!(
        bench.radio.traffic("phone", 1, now),
        Err(SimError::NotJoined)
    );
    assert_eq!(
        bench.radio.traffic("phone", 0, now),
        Err(SimError::BadCount)
    );
    assert_eq!(
        bench.radio.traffic("phone", 1001, now),
        Err(SimError::BadCount)
    );
    bench.run_until(|e| matches!(e, SimEvent::Joined { .. }));
    bench.radio.traffic("phone", 10, bench.now).unwrap();
    assert_eq!(
        bench.radio.traffic("phone", 10, bench.now),
        Err(SimError::TrafficRunning)
    );
    bench.radio.leave("phone", bench.now).unwrap();
    assert_eq!(
        bench.radio.leave("phone", bench.now),
        Err(SimError::NotJoined)
    );
}

#[test]
fn addresses_come_from_names_alone() {
    let mac = |seed, name| {
        let mut radio = radio_sim::SimRadio::new(SimConfig::with_seed(seed));
        radio.set_profile(name, StationProfile::default()).unwrap()
    };
    assert_eq!(mac(1, "phone"), mac(2, "phone"));
    assert_ne!(mac(1, "phone"), mac(1, "tablet"));
    assert_eq!(
        mac(1, "phone").0[0],
        0x02,
        "locally administered, not a group"
    );
}

#[test]
fn there_are_at_most_2007_stations_and_idle_ones_make_room() {
    let mut radio = radio_sim::SimRadio::new(SimConfig::default());
    let now = clock::Instant::ZERO;
    for n in 0..radio_sim::MAX_STATIONS {
        radio.join(&format!("s{n}"), primary(), now).unwrap();
    }

    assert_eq!(
        radio.join("late", primary(), now),
        Err(SimError::TooManyStations)
    );
    radio.leave("s5", now).unwrap();
    radio.join("late", primary(), now).unwrap();

    assert_eq!(radio.list().len(), radio_sim::MAX_STATIONS);
    assert_eq!(radio.mac("s5"), None);
}

#[test]
fn equal_seeds_and_calls_make_equal_runs() {
    let run = |seed| {
        let air = radio_sim::AirConfig {
            loss: radio_sim::Permille(200),
            reorder: radio_sim::Permille(100),
            jitter: Duration::from_millis(1),
            ..Default::default()
        };
        let config = SimConfig {
            air,
            ..SimConfig::with_seed(seed)
        };
        let mut bench = Bench::started_with(config, |_| {});
        bench.radio.set_tap(true, bench.now);
        bench.join("phone", primary());
        bench.run(Duration::from_secs(1));
        std::iter::from_fn(|| bench.radio.poll_tap()).collect::<Vec<_>>()
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}
