//! What outlives a run, a service, a crash.

use clock::Duration;
use wlan_rpc::{Answer, Call, EventKind, JoinFailure as Refused, KeyIdentity};
use world::{World, passphrase};

fn secondary_is_set(world: &World) -> bool {
    world.status().secondary_key.is_some()
}

fn refused(world: &World, from: usize) -> Option<Refused> {
    world.events_since(from).into_iter().find_map(|e| match e {
        EventKind::PeerRefused { failure, .. } => Some(failure),
        _ => None,
    })
}

#[test]
fn a_persistent_key_is_there_again_after_stop_and_start() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);

    world.stop(client);
    world.start(client);

    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
}

#[test]
pub(crate) fn a_temporary_key_ends_with_its_run() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", false);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);

    world.stop(client);
    assert!(!secondary_is_set(&world));
    world.start(client);
    let seen = world.events.len();
    let result = world.join("tablet", passphrase("secret-one"));

    assert!(result.is_err());
    // Retired keys are forgotten with their run: nothing of it is left, not even that it was one.
    assert_eq!(refused(&world, seen), Some(Refused::WrongKey));
}

#[test]
fn a_temporary_key_retires_the_persistent_one_for_good() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    world.set_key(client, "secret-two", false);

    world.stop(client);
    world.start(client);

    assert!(!secondary_is_set(&world));
    assert!(world.join("one", passphrase("secret-one")).is_err());
    assert!(world.join("two", passphrase("secret-two")).is_err());
}

#[test]
fn a_temporary_key_set_while_idle_serves_the_next_run_only() {
    let mut world = World::new();
    let client = world.connect();
    world.set_key(client, "secret-one", false);
    assert!(secondary_is_set(&world));

    world.start(client);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    world.stop(client);

    assert!(!secondary_is_set(&world));
}

#[test]
fn a_crash_erases_a_temporary_key_and_keeps_a_persistent_one() {
    for persistent in [false, true] {
        let (mut world, client) = World::running();
        world.set_key(client, "secret-one", persistent);

        world.crash();
        let client = world.connect();
        world.start(client);

        assert_eq!(secondary_is_set(&world), persistent);
        assert_eq!(
            world.join("tablet", passphrase("secret-one")).is_ok(),
            persistent
        );
    }
}

#[test]
fn a_crash_between_a_temporary_key_and_its_writing_leaves_the_old_key_or_none_but_never_the_new() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let mut data = b"secret-two".to_vec();
    data.push(0);
    let data = dot11::KeyBytes::new(data);
    let call = Call::SetSecondaryKey {
        data,
        is_passphrase: true,
        persistent: false,
    };
    world.disk.latency = Duration::from_millis(100);
    let id = world.send(client, call);
    assert_eq!(
        world.take_answer(client, id),
        None,
        "not answered before it is on disk"
    );

    world.crash();
    let client = world.connect();
    world.start(client);

    world.joined("one", passphrase("secret-one"), KeyIdentity::Secondary);
    assert!(world.join("two", passphrase("secret-two")).is_err());
}

#[test]
fn a_broken_disk_leaves_the_old_key_in_force_and_the_network_running() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let cause = cause::Cause::new("The disk is full.", "Delete something.");
    world.disk.broken = Some(cause.clone());
    let data = dot11::KeyBytes::new(b"secret-two\0".to_vec());

    let result = world.call(
        client,
        Call::SetSecondaryKey {
            data,
            is_passphrase: true,
            persistent: true,
        },
    );

    let refusal = result.unwrap_err();
    assert_eq!(refusal.reason, wlan_model::Reason::PersistenceFailed);
    assert_eq!(refusal.cause, cause);
    world.joined("one", passphrase("secret-one"), KeyIdentity::Secondary);
    assert!(world.join("two", passphrase("secret-two")).is_err());
}

#[test]
pub(crate) fn an_orderly_end_sends_everybody_away_and_leaves_nothing_on_the_air() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);

    world.shut_down();
    world.run(Duration::from_millis(5));

    assert!(!world.radio.is_on_air());
    assert!(
        world
            .radio
            .list()
            .iter()
            .all(|(_, _, state)| *state == "idle")
    );
    assert!(world.disk.settings.secondary_key.is_some());
}

#[test]
fn an_orderly_end_answers_calls_that_wait() {
    let (mut world, client) = World::running();
    world.disk.latency = Duration::from_millis(100);
    let data = dot11::KeyBytes::new(b"secret-two\0".to_vec());
    let set = world.send(
        client,
        Call::SetSecondaryKey {
            data,
            is_passphrase: true,
            persistent: true,
        },
    );

    world.shut_down();

    assert_eq!(world.take_answer(client, set), Some(Ok(Answer::Done)));
    assert!(world.disk.settings.secondary_key.is_some());
}

#[test]
fn a_refreshed_primary_key_replaces_the_old_one_and_keeps_the_secondary() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let old = world.primary_key();

    assert_eq!(
        world.call(client, Call::RefreshSecuritySettings),
        Ok(Answer::Done)
    );
    assert!(
        !world.radio.is_on_air(),
        "a refresh moves a running network to idle"
    );
    let again = world.connect();
    world.start(again);

    assert!(world.join("old", old).is_err());
    let new = world.primary_key();
    world.joined("new", new, KeyIdentity::Primary);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
}
