//! How the network uses the air.

use HostedNetworkState::{Active, Idle};
use dot11::{Band, ChannelWidth};
use wlan_model::AirSettings;

use super::*;

fn five() -> AirSettings {
    AirSettings {
        band: Some(Band::Ghz5),
        channel: Channel::new(149),
        width: Some(ChannelWidth::Mhz40),
        isolate: false,
    }
}

fn wishes(bench: &Bench) -> RunSettings {
    let run = bench.engine.access_point.run.as_ref();
    run.expect("a run").0.clone()
}

#[test]
fn wishes_are_stored_told_and_reach_the_next_start() {
    let mut bench = Bench::idle();
    assert_eq!(
        bench.ok(OTHER, Call::QueryAirSettings),
        Answer::AirSettings(AirSettings::default())
    );
    bench.forget();

    bench.ok(USER, Call::SetAirSettings(five()));

    assert_eq!((bench.stored.air, bench.written), (five(), 1));
    let changed = |e: &&EventKind| **e == EventKind::SettingsChanged;
    assert_eq!(bench.events.iter().filter(changed).count(), 1);
    assert_eq!(
        bench.ok(OTHER, Call::QueryAirSettings),
        Answer::AirSettings(five())
    );
    bench.ok(USER, Call::StartUsing);
    let wishes = wishes(&bench);
    assert_eq!(
        (wishes.channel, wishes.band, wishes.width),
        (
            Channel::new(149),
            Some(Band::Ghz5),
            Some(ChannelWidth::Mhz40)
        )
    );
}

#[test]
fn a_running_network_moves_to_idle_for_anything_but_isolation() {
    let mut bench = Bench::active();
    let isolating = AirSettings {
        isolate: true,
        ..AirSettings::default()
    };
    bench.ok(USER, Call::SetAirSettings(isolating));
    assert_eq!(bench.state(), Active);
    assert!(wishes(&bench).isolate);
    assert!(bench.status().isolate);
    bench.ok(USER, Call::SetAirSettings(isolating));
    assert_eq!(bench.state(), Active, "nothing changed");
    let both = AirSettings {
        isolate: false,
        ..five()
    };
    bench.forget();
    bench.ok(USER, Call::SetAirSettings(both));
    assert_eq!(bench.state(), Idle);
    assert_eq!(bench.told(), [(Active, Idle, Reason::PropertiesChange)]);
}

#[test]
fn what_no_radio_could_follow_is_refused_and_changes_nothing() {
    let mut bench = Bench::active();
    bench.forget();
    let bad = [
        AirSettings {
            channel: Channel::new(6),
            ..five()
        },
        AirSettings {
            band: Some(Band::Ghz2),
            channel: None,
            width: Some(ChannelWidth::Mhz80),
            isolate: true,
        },
        AirSettings {
            band: None,
            channel: Channel::new(6),
            width: Some(ChannelWidth::Mhz80),
            isolate: false,
        },
    ];
    for air in bad {
        assert_eq!(
            bench.refused(USER, Call::SetAirSettings(air)),
            (Win32Error::INVALID_PARAMETER, Reason::BadParameters)
        );
    }
    assert_eq!((bench.state(), bench.written), (Active, 0));
    assert_eq!(bench.stored.air, AirSettings::default());
}

#[test]
fn the_services_own_channel_stands_in_where_it_lies_in_the_band() {
    let started = |air: AirSettings| {
        let mut bench = Bench::idle();
        bench.engine.fixed.channel = Channel::new(11);
        bench.ok(USER, Call::SetAirSettings(air));
        bench.ok(USER, Call::StartUsing);
        wishes(&bench).channel
    };
    assert_eq!(started(AirSettings::default()), Channel::new(11));
    assert_eq!(started(five()), Channel::new(149));
    let band_only = AirSettings {
        channel: None,
        ..five()
    };
    assert_eq!(started(band_only), None);
}
