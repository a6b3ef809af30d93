//! The station adapter, with an extension of its own, against the network of the same machine.

use wlan_model::VendorProfile;
use world::host::set_key;
use world::profile;

use super::*;

const STATION: ExtensionAdapter = ExtensionAdapter::Station;

fn is_disconnected(event: &(ExtensionAdapter, ExtensionEvent)) -> bool {
    matches!(event, (STATION, ExtensionEvent::Disconnected { .. }))
}

/// Both ends, connected.
fn connected() -> (World, MacAddr) {
    let mut world = served();
    let bssid = world.connect_station(profile()).expect("it connects");
    assert_eq!(Some(bssid), world.status().bssid);
    let mac = world.radio.station_address();
    (world, mac)
}

#[test]
fn one_extension_runs_both_ends_of_a_connection() {
    let (mut world, mac) = connected();

    assert_eq!(world.key_of(mac), Some(KeyIdentity::Vendor));
    assert_eq!(world.hosts.running.len(), 2);
    assert_eq!(world.station_traffic(200), 200);
    assert_eq!(world.host(AP).1.peers(), [mac]);
    let bssid = world.status().bssid.expect("it runs");
    assert_eq!(world.host(STATION).1.peers(), [bssid]);

    world.disconnect_station();

    assert_eq!(story(&world, mac), [arrived(mac), departed(mac)]);
    assert_eq!(world.host(AP).1.peers(), []);
    assert_eq!(world.station_traffic(10), 0);
    assert_eq!(world.radio.station_adapter_keys(), []);
    world.connect_station(profile()).expect("it connects again");
    assert_eq!(world.station_traffic(20), 20);
}

#[test]
fn the_station_lives_beside_peers_of_all_kinds() {
    let (mut world, _) = connected();
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
    world.join_vendor("meter").expect("it joins");
    world.begin_traffic("phone", 300);
    world.begin_traffic("meter", 300);

    assert_eq!(world.station_traffic(300), 300);

    assert_eq!(world.end_traffic("phone"), 300);
    assert_eq!(world.end_traffic("meter"), 300);
}

#[test]
fn nothing_of_the_station_passes_in_clear_but_the_vendors_protocol() {
    let mut world = served();
    world.radio.set_tap(true, world.now());
    world.connect_station(profile()).expect("it connects");
    assert_eq!(world.station_traffic(20), 20);
    let bssid = world.status().bssid.expect("it runs");
    let (host, _) = world.host(STATION);
    world
        .host_call(host, set_key(bssid, None, false))
        .expect("its own access point");
    assert_eq!(world.station_traffic(20), 0);
    let body = dot11::frame::encapsulate_llc(0x0800, &[1; 64]);
    world
        .radio
        .station_send_from_host(bssid, &body, world.now());
    world.run(Duration::from_millis(100));

    let mut protected = 0;
    while let Some(frame) = world.radio.poll_tap() {
        let Ok(data) = DataView::parse(&frame.bytes) else {
            continue;
        };
        if data.header().is_protected() {
            protected += 1;
        } else if !data.header().is_null() {
            let (ether_type, _) = dot11::frame::decapsulate_llc(data.payload()).expect("LLC");
            assert_eq!(ether_type, ETHER_TYPE);
        }
    }
    assert!(protected >= 40, "{protected}");
}

#[test]
fn what_cannot_be_connected_says_why() {
    // No network of that name; an extension on the other side that refuses, or none that answers.
    let mut world = served();
    let elsewhere = VendorProfile {
        ssid: dot11::Ssid::new("elsewhere").expect("a name"),
        ..profile()
    };
    let began = world.now();
    let cause = world.connect_station(elsewhere).expect_err("no network");
    assert!(cause.text.contains("elsewhere"), "{cause}");
    assert!(world.now().since(began) < Duration::from_secs(15));
    world.connect_station(profile()).expect("this one is there");

    let mut world = served_by(script(|s| s.post = Operation::Fails));
    let cause = world.connect_station(profile()).expect_err("refused");
    assert!(cause.text.ends_with('.'), "{cause}");

    // Without an extension on the network its own handshake begins, which means nothing here.
    let (mut world, _) = World::running();
    let mut only_station = extension("acme");
    only_station.ports = None;
    world.install(only_station);
    let cause = world
        .connect_station(profile())
        .expect_err("nobody answers");
    assert!(cause.text.ends_with('.'), "{cause}");
    let mac = world.radio.station_address();
    world.run(Duration::from_secs(5));
    assert_eq!(world.key_of(mac), None);

    // No extension of that vendor.
    let stranger = VendorProfile {
        oui: dot11::Oui([2, 0, 0]),
        ..profile()
    };
    let cause = world.connect_station(stranger).expect_err("unknown");
    assert!(cause.text.contains("02:00:00"), "{cause}");
}

#[test]
fn an_extension_that_refuses_at_any_step_leaves_the_station_unconnected() {
    for (pre, post, keying) in [
        (Operation::Refused, Operation::Works, Keying::Sets),
        (Operation::Fails, Operation::Works, Keying::Sets),
        (Operation::Stalls, Operation::Works, Keying::Sets),
        (Operation::Works, Operation::Refused, Keying::Sets),
        (Operation::Works, Operation::Fails, Keying::Sets),
        (Operation::Works, Operation::Stalls, Keying::Sets),
        (Operation::Works, Operation::Hangs, Keying::Sets),
        (Operation::Works, Operation::Crashes, Keying::Sets),
        (Operation::Works, Operation::Works, Keying::Forgets),
    ] {
        let row = format!("{pre:?} {post:?} {keying:?}");
        let mut world = served();
        let bad = Script {
            pre,
            post,
            keying,
            ..Script::default()
        };
        world.script("acme", STATION, bad);

        let result = world.connect_station(profile());
        world.run(Duration::from_secs(12));

        assert!(result.is_err(), "{row}");
        assert_eq!(world.station_traffic(5), 0, "{row}");
        let mac = world.radio.station_address();
        assert_eq!(world.key_of(mac), None, "{row}");
        world.disconnect_station();
        world.run(Duration::from_secs(1));
        world.script("acme", STATION, Script::default());
        world.run(Duration::from_secs(31));
        let again = world.connect_station(profile());
        assert!(again.is_ok(), "{row}: {again:?}");
        assert_eq!(world.station_traffic(5), 5, "{row}");
    }
}

#[test]
fn each_end_may_crash_without_the_other() {
    let (mut world, mac) = connected();
    let (station_host, _) = world.host(STATION);
    world.crash_host(station_host);
    world.run(Duration::from_secs(1));
    assert_eq!(world.key_of(mac), None);
    assert_eq!(world.station_traffic(5), 0);
    let of_ap = |(adapter, e): &(ExtensionAdapter, ExtensionEvent)| {
        *adapter == AP && !matches!(e, ExtensionEvent::Ready { .. })
    };
    assert!(!world.extension_events().iter().any(of_ap));
    world.connect_station(profile()).expect("it is back");
    assert_eq!(world.station_traffic(20), 20);

    let (ap_host, _) = world.host(AP);
    world.crash_host(ap_host);
    world.run(Duration::from_secs(1));
    assert_eq!(world.key_of(mac), None);
    let events = world.extension_events();
    let since_crash = events.iter().rev().take(4);
    assert!(since_crash.clone().any(is_disconnected), "{events:?}");
    assert_eq!(world.station_traffic(5), 0);
    world.connect_station(profile()).expect("both are back");
    assert_eq!(world.station_traffic(20), 20);
}

#[test]
fn the_networks_end_disconnects_the_station_and_the_services_end_all() {
    let (mut world, _) = connected();
    let client = world.connect();

    assert!(world.call(client, Call::ForceStop).is_ok());
    world.run(Duration::from_secs(2));

    assert!(world.extension_events().iter().any(is_disconnected));
    assert_eq!(world.station_traffic(5), 0);
    world.start(client);
    world.wait_for_extension();
    world.connect_station(profile()).expect("it connects again");
    assert_eq!(world.station_traffic(5), 5);
    world.shut_down();
    assert!(world.hosts.running.is_empty());
}

#[test]
fn a_recorded_session_of_both_ends_makes_the_same_outputs() {
    use column::Column;
    let config = world::WorldConfig::default();
    let mut world = World::with(config.clone());
    world.crash();
    world.record();
    world.radio.set_available(world.now());
    world.pump();
    let client = world.connect();
    world.start(client);
    world.install(extension("acme"));
    world.wait_for_extension();
    world.connect_station(profile()).expect("it connects");
    assert_eq!(world.station_traffic(20), 20);
    let (host, _) = world.host(STATION);
    world.crash_host(host);
    world.run(Duration::from_secs(3));
    world.shut_down();
    let record = world.recorded();

    let seed = world.seed().wrapping_add(1);
    let settings = config.settings.clone();
    let mut again = Column::new(world::column_config(&config, settings, seed));
    for report in crate::replay::first_reports(&config) {
        again.handle(report, clock::Instant::ZERO);
    }
    while again.poll_output().is_some() {}
    let from_station = |i: &&world::Recorded| matches!(i.input, column::Input::StationRadio(_));
    assert!(record.iter().filter(from_station).count() > 20);
    for step in record {
        // As it would come back from a file.
        let written = postcard::to_allocvec(&step.input).expect("an input can be written");
        let input = postcard::from_bytes(&written).expect("and read back");
        assert_eq!(step.input, input);
        again.handle(input, step.at);
        let outputs: Vec<_> = std::iter::from_fn(|| again.poll_output()).collect();
        assert_eq!(outputs, step.outputs, "after {:?}", step.input);
    }
}
