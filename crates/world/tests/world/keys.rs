//! Two keys, and what changing them does to whom.

use clock::Duration;
use dot11::{KeyBytes, ReasonCode};
use radio_sim::JoinFailure;
use wlan_rpc::{Answer, Call, EventKind, JoinFailure as Refused, KeyIdentity};
use world::{World, passphrase, raw_key};

fn refusals(world: &World, from: usize) -> Vec<Refused> {
    world
        .events_since(from)
        .into_iter()
        .filter_map(|e| match e {
            EventKind::PeerRefused { failure, .. } => Some(failure),
            _ => None,
        })
        .collect()
}

#[test]
pub(crate) fn both_keys_let_stations_in_and_are_told_apart() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);

    let phone = world.primary_key();
    world.joined("phone", phone, KeyIdentity::Primary);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);

    assert_eq!(world.traffic("phone", 100), 100);
    assert_eq!(world.traffic("tablet", 100), 100);
    assert_eq!(world.status().peers.len(), 2);
}

#[test]
pub(crate) fn a_binary_secondary_key_is_the_pmk_itself() {
    let (mut world, client) = World::running();
    let data = KeyBytes::new(vec![0x42; 32]);
    let call = Call::SetSecondaryKey {
        data,
        is_passphrase: false,
        persistent: true,
    };
    assert_eq!(world.call(client, call), Ok(Answer::Done));

    world.joined("tablet", raw_key([0x42; 32]), KeyIdentity::Secondary);

    assert_eq!(world.traffic("tablet", 10), 10);
}

#[test]
pub(crate) fn a_wrong_key_is_refused_and_named() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let seen = world.events.len();

    let result = world.join("burglar", passphrase("let-me-in-please"));

    assert_eq!(
        result,
        Err(JoinFailure::SentAway(
            ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT
        ))
    );
    assert_eq!(refusals(&world, seen), [Refused::WrongKey]);
    assert!(world.status().peers.is_empty());
    assert!(world.radio.station_rows().is_empty());
}

#[test]
pub(crate) fn changing_the_secondary_key_under_peers_drops_nobody_and_loses_nothing() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
    let tablet = world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.begin_traffic("tablet", 1000);
    world.run(Duration::from_millis(100));
    let commands = world.commands.len();
    let seen = world.events.len();

    for n in 0..10 {
        world.set_key(client, &format!("secret-number-{n}"), true);
        world.run(Duration::from_millis(50));
    }

    assert_eq!(world.end_traffic("tablet"), 1000);
    assert_eq!(
        world.commands.len(),
        commands,
        "nothing is sent to the radio"
    );
    assert_eq!(world.key_of(tablet), Some(KeyIdentity::Retired));
    let retired = EventKind::KeyRetired { mac: tablet };
    let told = world
        .events_since(seen)
        .into_iter()
        .filter(|e| *e == retired)
        .count();
    assert_eq!(told, 1, "once, when it happened");
    assert_eq!(world.status().peers.len(), 2);
}

#[test]
pub(crate) fn who_left_cannot_come_back_with_a_retired_key_but_with_the_new_one() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.set_key(client, "secret-two", true);
    world.leave("tablet");
    let seen = world.events.len();

    let result = world.join("tablet", passphrase("secret-one"));

    assert!(
        matches!(result, Err(JoinFailure::SentAway(_))),
        "{result:?}"
    );
    assert_eq!(refusals(&world, seen), [Refused::RetiredKey]);
    world.joined("tablet", passphrase("secret-two"), KeyIdentity::Secondary);
    assert_eq!(world.traffic("tablet", 10), 10);
}

#[test]
pub(crate) fn removing_the_secondary_key_keeps_its_peers_and_lets_no_new_ones_in() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let inside = world.joined("inside", passphrase("secret-one"), KeyIdentity::Secondary);

    world.remove_key(client);
    let seen = world.events.len();
    let outside = world.join("outside", passphrase("secret-one"));

    assert_eq!(world.key_of(inside), Some(KeyIdentity::Retired));
    assert_eq!(world.traffic("inside", 50), 50);
    assert!(outside.is_err());
    assert_eq!(refusals(&world, seen), [Refused::RetiredKey]);
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
}

#[test]
pub(crate) fn a_key_that_comes_back_is_not_retired_any_more() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let tablet = world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.set_key(client, "secret-two", true);
    assert_eq!(world.key_of(tablet), Some(KeyIdentity::Retired));

    world.set_key(client, "secret-one", false);

    assert_eq!(world.key_of(tablet), Some(KeyIdentity::Secondary));
}

#[test]
pub(crate) fn a_silent_rejoin_with_a_retired_key_ends_the_old_association_without_a_new_one() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let tablet = world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.set_key(client, "secret-two", true);

    let result = world.join("tablet", passphrase("secret-one"));

    assert!(result.is_err());
    assert_eq!(world.key_of(tablet), None);
}

#[test]
fn a_key_set_while_a_handshake_runs_decides_at_message_2() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    // Message 2 is late: by then the key is another one.
    let action = radio_sim::Action::Delay(Duration::from_millis(20));
    world.radio.add_rule(radio_sim::Rule::once(
        radio_sim::FrameKind::Message(2),
        action,
    ));
    world
        .radio
        .join("tablet", passphrase("secret-one"), world.now())
        .unwrap();
    world.run(Duration::from_millis(5));
    world.set_key(client, "secret-two", true);
    let seen = world.events.len();

    world.run(Duration::from_secs(12));

    assert!(world.status().peers.is_empty());
    assert_eq!(refusals(&world, seen), [Refused::RetiredKey]);
}
