//! Renewal of keys under stations, whatever became of the key they joined with.

use clock::Duration;
use dot11::MacAddr;
use dot11::frame::encapsulate_llc;
use radio_sim::{Permille, PowerSaveStyle, StationProfile};
use wlan_rpc::KeyIdentity;
use world::{World, WorldConfig, passphrase};

fn installs(world: &World, name: &str) -> (u64, u64) {
    let counters = world.radio.station_counters(name).unwrap();
    (counters.pairwise_installs, counters.group_installs)
}

/// Group frames from the host reach every joined station.
fn hears_groups(world: &mut World, name: &str) -> bool {
    let before = world.radio.station_counters(name).unwrap().group;
    let body = encapsulate_llc(0x88b6, b"hello");
    world
        .radio
        .send_from_host(MacAddr::BROADCAST, &body, world.now());
    world.run(Duration::from_millis(300));
    world.radio.station_counters(name).unwrap().group == before + 1
}

#[test]
pub(crate) fn the_group_key_is_renewed_for_stations_of_every_key() {
    let config = WorldConfig {
        group_rekey: Some(Duration::from_secs(600)),
        ..WorldConfig::default()
    };
    let (mut world, client) = World::running_with(config);
    world.set_key(client, "secret-one", true);
    let phone = world.primary_key();
    world.joined("phone", phone, KeyIdentity::Primary);
    let tablet = world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.set_key(client, "secret-two", true);

    world.run(Duration::from_secs(3 * 600 + 5));

    for name in ["phone", "tablet"] {
        assert_eq!(installs(&world, name), (1, 4), "{name}");
        assert!(hears_groups(&mut world, name), "{name}");
        assert_eq!(world.traffic(name, 20), 20, "{name}");
    }
    assert_eq!(world.key_of(tablet), Some(KeyIdentity::Retired));
}

#[test]
pub(crate) fn pairwise_keys_are_renewed_on_the_key_a_station_joined_with() {
    let config = WorldConfig {
        pairwise_rekey: Some(Duration::from_secs(600)),
        ..WorldConfig::default()
    };
    let (mut world, client) = World::running_with(config);
    world.set_key(client, "secret-one", true);
    let tablet = world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.remove_key(client);

    world.run(Duration::from_secs(3 * 600 + 5));

    assert_eq!(installs(&world, "tablet").0, 4);
    assert_eq!(world.key_of(tablet), Some(KeyIdentity::Retired));
    assert_eq!(world.traffic("tablet", 20), 20);
    assert!(hears_groups(&mut world, "tablet"));
}

#[test]
pub(crate) fn who_left_cannot_read_group_frames_any_more() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let phone = world.primary_key();
    world.joined("phone", phone, KeyIdentity::Primary);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);

    world.leave("tablet");
    world.run(Duration::from_secs(5));

    assert_eq!(installs(&world, "phone"), (1, 2));
    assert!(hears_groups(&mut world, "phone"));
}

#[test]
fn a_dozing_station_gets_its_new_keys() {
    for power_save in [PowerSaveStyle::PsPoll, PowerSaveStyle::Wake] {
        let config = WorldConfig {
            group_rekey: Some(Duration::from_secs(60)),
            pairwise_rekey: Some(Duration::from_secs(45)),
            ..WorldConfig::default()
        };
        let (mut world, _) = World::running_with(config);
        let doze_after = Some(Duration::from_millis(200));
        let profile = StationProfile {
            power_save,
            doze_after,
            ..StationProfile::default()
        };
        world.radio.set_profile("sleeper", profile).unwrap();
        let key = world.primary_key();
        world.joined("sleeper", key, KeyIdentity::Primary);

        world.run(Duration::from_secs(185));

        assert_eq!(installs(&world, "sleeper"), (5, 4), "{power_save:?}");
        assert!(hears_groups(&mut world, "sleeper"), "{power_save:?}");
        assert_eq!(world.traffic("sleeper", 20), 20, "{power_save:?}");
    }
}

#[test]
fn renewals_survive_a_lossy_air() {
    let config = WorldConfig {
        group_rekey: Some(Duration::from_secs(60)),
        ..WorldConfig::default()
    };
    let (mut world, _) = World::running_with(config);
    let key = world.primary_key();
    for n in 0..8 {
        world.joined(&format!("s{n}"), key.clone(), KeyIdentity::Primary);
    }
    world.radio.set_air(radio_sim::AirConfig {
        loss: Permille(100),
        ..Default::default()
    });

    world.run(Duration::from_secs(600));

    world.radio.set_air(radio_sim::AirConfig::default());
    let peers = world.status().peers.len();
    // A message and three repetitions, each lost in 19 % of the cases one way or the other.
    assert!(peers >= 7, "{peers} of 8 are left after ten renewals");
    world.run(Duration::from_secs(65));
    for (name, _, state) in world.radio.list() {
        if state == "joined" {
            assert!(hears_groups(&mut world, &name), "{name}");
        }
    }
}
