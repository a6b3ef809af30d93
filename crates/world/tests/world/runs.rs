//! Starts, stops, and who or what else ends a run.

use cause::Cause;
use clock::Duration;
use dot11::Channel;
use radio::{CommandError, CommandErrorKind};
use radio_sim::{CommandKind, SimConfig};
use wlan_model::{HostedNetworkState, Reason, Win32Error};
use wlan_rpc::{Answer, Call, EventKind, KeyIdentity};
use world::{World, WorldConfig, passphrase};

fn last_state(world: &World) -> Option<(HostedNetworkState, Reason, Option<Cause>)> {
    world.events.iter().rev().find_map(|(_, e)| match e {
        EventKind::State {
            new, reason, cause, ..
        } => Some((*new, *reason, cause.clone())),
        _ => None,
    })
}

/// The commands of a start, each with how many of its kind come before it.
fn steps_of_a_start() -> Vec<(CommandKind, u32)> {
    let (world, _) = World::running();
    let kinds: Vec<CommandKind> = world
        .commands
        .iter()
        .map(|c| CommandKind::of(&c.command))
        .collect();
    let before = |at: usize, kind| kinds.iter().take(at).filter(|k| **k == kind).count() as u32;
    kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| (*kind, before(at, *kind)))
        .collect()
}

fn a_refusal_fails_the_start(kind: CommandKind, skip: u32) {
    let cause = Cause::new(format!("{kind:?} was refused."), "Try again.");
    let error = CommandError {
        kind: CommandErrorKind::Failed,
        cause: cause.clone(),
    };
    let mut world = World::new();
    let client = world.connect();
    world.set_key(client, "secret-one", false);
    world.radio.refuse_next(kind, skip, error);

    let result = world.call(client, Call::StartUsing);
    world.run(Duration::from_secs(1));

    let refusal = result.expect_err(&format!("{kind:?}"));
    assert_eq!(refusal.reason, Reason::ApStartFailed, "{kind:?}");
    assert_eq!(refusal.cause, cause, "{kind:?}");
    assert!(!world.radio.is_on_air(), "{kind:?}");
    assert_eq!(world.status().state, HostedNetworkState::Idle, "{kind:?}");
    // A start that never was uses nothing up, and the next one works.
    world.start(client);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
}

fn is_for_the_group_key(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::InstallKey | CommandKind::UseGroupKey)
}

#[test]
fn every_refused_step_of_a_start_leaves_nothing_behind_and_says_why() {
    let steps = steps_of_a_start();
    assert!(
        steps.iter().any(|(kind, _)| *kind == CommandKind::StartAp),
        "{steps:?}"
    );
    for (kind, skip) in steps
        .into_iter()
        .filter(|(kind, _)| !is_for_the_group_key(*kind))
    {
        a_refusal_fails_the_start(kind, skip);
    }
}

#[test]
fn a_refused_group_key_fails_the_start_too() {
    let steps = steps_of_a_start();
    assert!(
        steps.iter().any(|(kind, _)| is_for_the_group_key(*kind)),
        "{steps:?}"
    );
    for (kind, skip) in steps
        .into_iter()
        .filter(|(kind, _)| is_for_the_group_key(*kind))
    {
        a_refusal_fails_the_start(kind, skip);
    }
}

#[test]
fn a_refused_step_of_a_join_keeps_that_station_out_and_no_other() {
    // What a join asks of the radio, from the first frame to the open port.
    let (mut world, _) = World::running();
    let started = world.commands.len();
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);
    let kinds: Vec<CommandKind> = world
        .commands
        .iter()
        .skip(started)
        .map(|c| CommandKind::of(&c.command))
        .collect();
    for (at, kind) in kinds.iter().enumerate() {
        let skip = kinds.iter().take(at).filter(|k| *k == kind).count() as u32;
        let (mut world, _) = World::running();
        let cause = Cause::new(format!("{kind:?} was refused."), "Try again.");
        let error = CommandError {
            kind: CommandErrorKind::Resources,
            cause,
        };
        world.radio.refuse_next(*kind, skip, error);
        let key = world.primary_key();

        // Some refusals are as good as a lost frame, others end the attempt.
        let first = world.join("phone", key.clone());
        world.run(Duration::from_secs(5));

        let context = format!("step {at}, {kind:?}, {first:?}");
        for row in world.radio.station_rows() {
            assert!(!row.authorized || row.keyed, "{context}: {row:?}");
        }
        world.joined("tablet", key.clone(), KeyIdentity::Primary);
        assert_eq!(world.traffic("tablet", 5), 5, "{context}");
        world.joined("phone", key, KeyIdentity::Primary);
        assert_eq!(world.traffic("phone", 5), 5, "{context}");
    }
}

#[test]
fn a_radio_without_a_lawful_channel_says_so() {
    let channels = SimConfig::default()
        .channels
        .into_iter()
        .filter(|c| !c.usable())
        .collect();
    let radio = SimConfig {
        channels,
        ..SimConfig::default()
    };
    let mut world = World::with(WorldConfig {
        radio,
        ..WorldConfig::default()
    });
    let client = world.connect();

    let refusal = world.call(client, Call::StartUsing).unwrap_err();

    assert_eq!(refusal.reason, Reason::ApStartFailed);
    assert_eq!(refusal.code, Win32Error::NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED);
    assert!(!refusal.cause.text.is_empty() && !refusal.cause.remedy.is_empty());
}

#[test]
fn the_network_goes_where_another_connection_forces_it() {
    let forced_channel = Channel::new(9);
    let radio = SimConfig {
        forced_channel,
        ..SimConfig::default()
    };
    let (world, _) = World::running_with(WorldConfig {
        radio,
        ..WorldConfig::default()
    });

    assert_eq!(world.status().channel, Some(9));
}

#[test]
fn the_end_of_the_last_client_ends_the_network() {
    let (mut world, first) = World::running();
    let second = world.connect();
    world.start(second);

    world.kill(first);
    world.run(Duration::from_secs(1));
    assert_eq!(world.status().state, HostedNetworkState::Active);
    world.kill(second);
    world.run(Duration::from_secs(1));

    assert!(!world.radio.is_on_air());
    assert_eq!(
        last_state(&world),
        Some((HostedNetworkState::Idle, Reason::ClientAbort, None))
    );
}

#[test]
fn a_forced_network_outlives_its_client() {
    let mut world = World::new();
    let client = world.connect();
    assert_eq!(world.call(client, Call::ForceStart), Ok(Answer::Done));

    world.kill(client);
    world.run(Duration::from_secs(1));

    assert!(world.radio.is_on_air());
}

#[test]
pub(crate) fn a_stop_sends_everybody_away() {
    let (mut world, client) = World::running();
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);

    world.stop(client);
    world.run(Duration::from_millis(5));

    assert_eq!(world.radio.list()[0].2, "idle", "the station was told");
    assert!(!world.radio.is_on_air());
    assert!(world.status().peers.is_empty());
}

#[test]
pub(crate) fn a_driver_that_stops_says_why_and_may_be_started_again() {
    let (mut world, client) = World::running();
    let key = world.primary_key();
    world.joined("phone", key.clone(), KeyIdentity::Primary);
    let cause = Cause::new("The firmware crashed.", "Wait a moment.");

    world.radio.stop_ap_by_driver(cause.clone(), world.now());
    world.pump();

    let (state, reason, told) = last_state(&world).unwrap();
    assert_ne!(state, HostedNetworkState::Active);
    assert_eq!((reason, told), (Reason::MiniportStopped, Some(cause)));
    assert!(world.status().peers.is_empty());
    world.run(Duration::from_secs(5));
    let again = world.connect();
    world.start(again);
    world.joined("phone", key, KeyIdentity::Primary);
    let _ = client;
}

#[test]
pub(crate) fn a_radio_that_goes_makes_the_network_unavailable_until_it_is_back() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    world.joined("phone", key.clone(), KeyIdentity::Primary);
    let cause = Cause::new("The radio is blocked by a switch.", "Move the switch.");

    world.radio.set_unavailable(cause.clone(), world.now());
    world.pump();

    assert_eq!(world.status().state, HostedNetworkState::Unavailable);
    assert_eq!(world.status().unavailable, Some(cause.clone()));
    let client = world.connect();
    let refusal = world.call(client, Call::StartUsing).unwrap_err();
    assert_eq!(refusal.cause, cause);

    world.radio.set_available(world.now());
    world.pump();
    assert_eq!(world.status().state, HostedNetworkState::Idle);
    world.start(client);
    world.joined("phone", key, KeyIdentity::Primary);
}

#[test]
fn a_channel_that_changes_under_the_network_is_shown() {
    let (mut world, _) = World::running();
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);

    world
        .radio
        .change_channel(Channel::new(11).unwrap(), world.now());
    world.pump();

    assert_eq!(world.status().channel, Some(11));
    assert_eq!(world.traffic("phone", 10), 10);
}

#[test]
fn new_connection_settings_move_a_running_network_to_idle() {
    let (mut world, client) = World::running();
    let ssid = dot11::Ssid::new("other").unwrap();
    let settings = wlan_model::ConnectionSettings {
        ssid: ssid.clone(),
        max_peers: 10,
    };

    let result = world.call(client, Call::SetConnectionSettings(settings));
    world.run(Duration::from_secs(1));

    assert_eq!(result, Ok(Answer::Done));
    assert!(!world.radio.is_on_air());
    let again = world.connect();
    world.start(again);
    assert_eq!(world.radio.ssid(), Some(&ssid));
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);
}

#[test]
pub(crate) fn a_run_may_start_and_stop_a_hundred_times_on_a_slow_radio() {
    let command_latency = Duration::from_millis(7);
    let radio = SimConfig {
        command_latency,
        ..SimConfig::default()
    };
    let mut world = World::with(WorldConfig {
        radio,
        ..WorldConfig::default()
    });
    let client = world.connect();
    let key = world.primary_key();
    for _ in 0..100 {
        world.start(client);
        assert!(world.join("phone", key.clone()).is_ok());
        world.stop(client);
        assert!(!world.radio.is_on_air());
    }
}

#[test]
fn calls_in_the_middle_of_a_start_and_a_stop_are_all_answered() {
    let command_latency = Duration::from_millis(50);
    let radio = SimConfig {
        command_latency,
        ..SimConfig::default()
    };
    let mut world = World::with(WorldConfig {
        radio,
        ..WorldConfig::default()
    });
    let clients: Vec<_> = (0..8).map(|_| world.connect()).collect();
    let calls = [
        Call::StartUsing,
        Call::QueryStatus,
        Call::RemoveSecondaryKey,
        Call::StopUsing,
        Call::ForceStop,
        Call::RefreshSecuritySettings,
        Call::StartUsing,
        Call::ForceStop,
    ];
    let mut sent = Vec::new();
    for call in &calls {
        for client in &clients {
            sent.push((*client, world.send(*client, call.clone())));
            world.run(Duration::from_millis(3));
        }
    }

    world.run(Duration::from_secs(60));

    let missing: Vec<_> = sent
        .into_iter()
        .filter(|(c, id)| world.take_answer(*c, *id).is_none())
        .collect();
    assert_eq!(missing, []);
}

#[test]
fn an_idle_network_has_no_timers_but_those_of_its_peers() {
    let (mut world, _) = World::running();
    world.run(Duration::from_secs(10));
    assert_eq!(world.next_deadline(), None);
}
