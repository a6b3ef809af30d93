//! How many, how long silent, how deep asleep.

use std::collections::BTreeSet;

use clock::Duration;
use dot11::{Ssid, StatusCode};
use radio_sim::{JoinFailure, PowerSaveStyle, StationProfile};
use wlan_model::{ConnectionSettings, Reason};
use wlan_rpc::{EventKind, JoinFailure as Refused, KeyIdentity};
use world::{World, WorldConfig};

use crate::ghost::Ghost;

fn with_max_peers(max_peers: u32) -> World {
    let ssid = Ssid::new("world").unwrap();
    let mut config = WorldConfig::default();
    config.settings.connection = Some(ConnectionSettings { ssid, max_peers });
    World::running_with(config).0
}

#[test]
fn one_too_many_is_refused_with_status_17_until_somebody_leaves() {
    let mut world = with_max_peers(2);
    let key = world.primary_key();
    world.joined("first", key.clone(), KeyIdentity::Primary);
    world.joined("second", key.clone(), KeyIdentity::Primary);
    let seen = world.events.len();

    let result = world.join("third", key.clone());

    let full = StatusCode::DENIED_NO_MORE_STAS;
    assert_eq!(result, Err(JoinFailure::AssociationRefused(full)));
    assert!(world.events_since(seen).iter().any(|e| matches!(
        e,
        EventKind::PeerRefused {
            failure: Refused::Full,
            ..
        }
    )));
    world.leave("first");
    world.joined("third", key, KeyIdentity::Primary);
}

#[test]
pub(crate) fn a_peer_that_comes_back_needs_no_second_place() {
    let mut world = with_max_peers(1);
    let key = world.primary_key();
    world.joined("only", key.clone(), KeyIdentity::Primary);

    world.joined("only", key, KeyIdentity::Primary);

    assert_eq!(world.status().peers.len(), 1);
}

#[test]
pub(crate) fn handshakes_that_race_for_the_last_place_leave_one_winner() {
    let mut world = with_max_peers(1);
    let key = world.primary_key();
    for n in 0..10 {
        world
            .radio
            .join(&format!("s{n}"), key.clone(), world.now())
            .unwrap();
    }

    world.run(Duration::from_secs(12));

    assert_eq!(world.status().peers.len(), 1);
    assert_eq!(world.radio.station_rows().len(), 1);
}

#[test]
fn two_thousand_and_seven_stations_have_as_many_association_ids() {
    let mut world = with_max_peers(5000);
    let key = world.primary_key();
    for n in 0..2007 {
        world
            .radio
            .join(&format!("s{n}"), key.clone(), world.now())
            .unwrap();
        world.run(Duration::from_millis(4));
    }
    world.run(Duration::from_secs(5));

    let rows = world.radio.station_rows();
    let aids: BTreeSet<u16> = rows.iter().map(|r| r.aid).collect();
    assert_eq!(
        rows.iter().filter(|r| r.authorized && r.keyed).count(),
        2007
    );
    assert_eq!(aids, (1..=2007).collect());
    assert_eq!(world.status().peers.len(), 2007);

    // One more has to be somebody the simulation has no room for.
    let mut ghost = Ghost::new(&mut world, 1);
    assert_eq!(
        ghost.associate(&mut world),
        Some(StatusCode::DENIED_NO_MORE_STAS)
    );
    world.leave("s700");
    assert_eq!(ghost.associate(&mut world), Some(StatusCode::SUCCESS));
    assert_eq!(world.traffic("s2006", 3), 3);
}

#[test]
pub(crate) fn sixty_four_stations_join_at_once() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    let began = world.now();
    for n in 0..64 {
        world
            .radio
            .join(&format!("s{n}"), key.clone(), began)
            .unwrap();
    }

    assert!(world.run_until(Duration::from_secs(2), |w| w.status().peers.len() == 64));

    assert!(
        world.now().since(began) < Duration::from_millis(20),
        "nobody waits for another"
    );
}

#[test]
pub(crate) fn who_vanished_is_noticed_and_who_is_only_silent_stays() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    let doze_after = Some(Duration::from_millis(200));
    for power_save in [PowerSaveStyle::PsPoll, PowerSaveStyle::Wake] {
        let profile = StationProfile {
            doze_after,
            power_save,
            ..StationProfile::default()
        };
        let name = format!("{power_save:?}");
        world.radio.set_profile(&name, profile).unwrap();
        world.joined(&name, key.clone(), KeyIdentity::Primary);
    }
    world.joined("silent", key.clone(), KeyIdentity::Primary);
    let gone = world.joined("gone", key, KeyIdentity::Primary);
    world.radio.vanish("gone", world.now()).unwrap();
    let seen = world.events.len();

    world.run(Duration::from_secs(3600));

    let departed: Vec<EventKind> = world
        .events_since(seen)
        .into_iter()
        .filter(|e| matches!(e, EventKind::PeerDeparted { .. }))
        .collect();
    assert_eq!(
        departed,
        [EventKind::PeerDeparted {
            mac: gone,
            reason: Reason::PeerTimeout
        }]
    );
    for name in ["PsPoll", "Wake", "silent"] {
        assert_eq!(world.traffic(name, 5), 5, "{name}");
    }
}

#[test]
pub(crate) fn dozing_stations_lose_no_frame() {
    for power_save in [PowerSaveStyle::PsPoll, PowerSaveStyle::Wake] {
        let (mut world, _) = World::running();
        let key = world.primary_key();
        let doze_after = Some(Duration::from_millis(50));
        let profile = StationProfile {
            power_save,
            doze_after,
            ..StationProfile::default()
        };
        world.radio.set_profile("sleeper", profile).unwrap();
        let sleeper = world.joined("sleeper", key.clone(), KeyIdentity::Primary);
        world.joined("awake", key, KeyIdentity::Primary);
        let heard = |w: &World| w.radio.station_counters("sleeper").unwrap().unicast;
        let before = heard(&world);

        for _ in 0..50 {
            world.run(Duration::from_millis(37));
            let body = dot11::frame::encapsulate_llc(0x88b6, &[0; 100]);
            world.radio.send_from_host(sleeper, &body, world.now());
        }
        world.run(Duration::from_secs(1));

        assert_eq!(heard(&world) - before, 50, "{power_save:?}");
    }
}

#[test]
pub(crate) fn a_station_the_driver_drops_is_gone_for_everybody() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    let mac = world.joined("phone", key.clone(), KeyIdentity::Primary);

    world.radio.lose_station(mac, world.now());
    world.run(Duration::from_millis(10));

    assert_eq!(world.key_of(mac), None);
    // The station does not know. Its next frame makes it ask, and nobody answers.
    world.begin_traffic("phone", 3);
    world.run(Duration::from_secs(2));
    assert_eq!(world.radio.list()[0].2, "idle");
    world.joined("phone", key, KeyIdentity::Primary);
}
