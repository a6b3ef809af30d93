//! A recorded session makes the same column do the same things.

use clock::Duration;
use column::{Column, Input};
use radio_sim::{AirConfig, Permille};
use wlan_rpc::Call;
use world::{World, WorldConfig, column_config, passphrase};

#[test]
pub(crate) fn the_same_inputs_make_the_same_outputs() {
    let config = WorldConfig {
        group_rekey: Some(Duration::from_secs(30)),
        pairwise_rekey: Some(Duration::from_secs(20)),
        ..WorldConfig::default()
    };
    let mut world = World::with(config.clone());
    // The radio's first report was given to the column before the record began.
    world.crash();
    world.record();
    world.radio.set_available(world.now());
    world.pump();
    let client = world.connect();
    world.start(client);
    world.set_key(client, "secret-one", true);
    let loss = Permille(100);
    world.radio.set_air(AirConfig {
        loss,
        ..AirConfig::default()
    });
    let primary = world.primary_key();
    let _ = world.join("phone", primary);
    let _ = world.join("tablet", passphrase("secret-one"));
    world.set_key(client, "secret-two", false);
    let _ = world.join("late", passphrase("secret-one"));
    world.run(Duration::from_secs(100));
    let policy = wlan_model::Policy {
        fixed_ssid: dot11::Ssid::new("fixed").ok(),
        ..wlan_model::Policy::default()
    };
    world.input(Input::PolicyChanged(policy));
    world.run(Duration::from_secs(1));
    world.start(client);
    assert!(world.call(client, Call::PrepareForSleep).is_ok());
    world.start(client);
    let switches = radio::Switches {
        software: false,
        hardware: true,
    };
    world.radio.set_switches(switches, world.now());
    world.run(Duration::from_secs(1));
    let record = world.recorded();

    let seed = world.seed().wrapping_add(1);
    let mut again = Column::new(column_config(&config, config.settings.clone(), seed));
    for report in first_reports(&config) {
        again.handle(report, clock::Instant::ZERO);
    }
    while again.poll_output().is_some() {}
    assert!(record.len() > 100, "{}", record.len());
    for step in record {
        again.handle(step.input.clone(), step.at);
        let outputs: Vec<_> = std::iter::from_fn(|| again.poll_output()).collect();
        assert_eq!(
            outputs, step.outputs,
            "at {:?} after {:?}",
            step.at, step.input
        );
    }
}

/// What a new radio says first.
pub(crate) fn first_reports(config: &WorldConfig) -> Vec<Input> {
    let mut radio = radio_sim::SimRadio::new(config.radio.clone());
    std::iter::from_fn(|| {
        let report = radio::Radio::poll_event(&mut radio).map(Input::Radio);
        report.or_else(|| radio.station_poll_event().map(Input::StationRadio))
    })
    .collect()
}
