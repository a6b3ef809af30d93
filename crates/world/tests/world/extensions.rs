//! Peers of vendors' extensions on the access point.

mod failures;
mod hostile;
mod keys;
mod moments;
mod station;

use clock::Duration;
use dot11::MacAddr;
use dot11::frame::{DataView, ManagementSubtype, ManagementView};
use radio_sim::{JoinFailure, LeaveReason};
use wlan_rpc::{Call, EventKind, ExtensionAdapter, ExtensionEvent, KeyIdentity};
use world::host::{ELEMENT, ETHER_TYPE, Keying, Operation, Script};
use world::{KeptOut, World, extension, passphrase};

const AP: ExtensionAdapter = ExtensionAdapter::AccessPoint;

/// How a station is kept out that was associated.
const SENT_AWAY: KeptOut = KeptOut::SentAway(LeaveReason::SentAway(dot11::ReasonCode::UNSPECIFIED));
/// How a station is kept out that nobody can serve.
const REFUSED: KeptOut = KeptOut::Join(JoinFailure::AssociationRefused(dot11::StatusCode(1)));

/// A running network that an extension serves.
fn served() -> World {
    served_by(Script::default())
}

/// A running network with an extension that behaves so.
fn served_by(script: Script) -> World {
    let (mut world, _) = World::running();
    world.script("acme", AP, script);
    world.install(extension("acme"));
    world.wait_for_extension();
    world
}

/// Of this station, since the beginning: the network's events.
fn story(world: &World, of: MacAddr) -> Vec<EventKind> {
    let is_of = |kind: &&EventKind| match kind {
        EventKind::PeerArrived { mac, .. }
        | EventKind::PeerDeparted { mac, .. }
        | EventKind::PeerRefused { mac, .. } => *mac == of,
        _ => false,
    };
    let kinds = world.events.iter().map(|(_, kind)| kind);
    kinds.filter(is_of).cloned().collect()
}

fn arrived(mac: MacAddr) -> EventKind {
    let key = KeyIdentity::Vendor;
    EventKind::PeerArrived { mac, key }
}

fn departed(mac: MacAddr) -> EventKind {
    let reason = wlan_model::Reason::PeerDeparted;
    EventKind::PeerDeparted { mac, reason }
}

fn refused(mac: MacAddr) -> EventKind {
    let failure = wlan_rpc::JoinFailure::Extension;
    EventKind::PeerRefused { mac, failure }
}

#[test]
fn a_station_of_the_vendor_joins_with_the_vendors_key_and_its_data_flows() {
    let mut world = served();

    let mac = world.join_vendor("meter").expect("it joins");

    assert_eq!(world.key_of(mac), Some(KeyIdentity::Vendor));
    assert_eq!(world.traffic("meter", 100), 100);
    assert_eq!(
        world.extension_events(),
        [(AP, ExtensionEvent::Ready { version: 0 })]
    );
    assert_eq!(world.host(AP).1.peers(), [mac]);
    world.leave("meter");
    world.run(Duration::from_millis(10));
    assert_eq!(world.host(AP).1.peers(), []);
    assert_eq!(world.key_of(mac), None);
    assert_eq!(story(&world, mac), [arrived(mac), departed(mac)]);
    // And again.
    assert_eq!(world.join_vendor("meter"), Ok(mac));
    assert_eq!(world.traffic("meter", 10), 10);
}

#[test]
fn peers_of_all_kinds_live_side_by_side_and_none_loses_a_frame() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    world.install(extension("acme"));
    world.wait_for_extension();
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    let meter = world.join_vendor("meter").expect("it joins");

    for name in ["phone", "tablet", "meter"] {
        world.begin_traffic(name, 900);
    }
    // Meanwhile vendors' stations come and go, the extension dies, and the secondary key changes.
    for n in 0..3 {
        let name = format!("meter-{n}");
        world.join_vendor(&name).expect("it joins");
        world.leave(&name);
    }
    world.set_key(client, "secret-two", true);
    assert_eq!(world.end_traffic("meter"), 900);
    let (host, _) = world.host(AP);
    world.crash_host(host);
    assert_eq!(world.end_traffic("phone"), 900);
    assert_eq!(world.end_traffic("tablet"), 900);
    assert_eq!(world.key_of(meter), None);
    assert_eq!(world.traffic("phone", 100), 100);
}

#[test]
fn nothing_but_the_vendors_own_protocol_ever_passes_in_clear() {
    let mut world = served();
    world.radio.set_tap(true, world.now());
    let mac = world.join_vendor("meter").expect("it joins");
    assert_eq!(world.traffic("meter", 50), 50);
    let (host, _) = world.host(AP);
    world.host_bye(host, mac);
    world.run(Duration::from_secs(1));
    world.join_vendor("meter").expect("it joins again");
    let (host, _) = world.host(AP);
    world.crash_host(host);
    world.run(Duration::from_secs(2));

    let mut protected = 0;
    while let Some(frame) = world.radio.poll_tap() {
        if ManagementView::parse(&frame.bytes).is_ok() {
            continue;
        }
        let data = DataView::parse(&frame.bytes).expect("data, if not management");
        if data.header().is_protected() {
            protected += 1;
        } else if !data.header().is_null() {
            let (ether_type, _) = dot11::frame::decapsulate_llc(data.payload()).expect("LLC");
            assert_eq!(ether_type, ETHER_TYPE);
        }
    }
    assert!(protected >= 100, "{protected}");
}

#[test]
fn a_refusal_at_each_step_keeps_the_station_out_and_is_told_once() {
    let rows = [
        (Operation::Refused, Keying::Sets),
        (Operation::Fails, Keying::Sets),
        (Operation::Works, Keying::Forgets),
    ];
    for (post, keying) in rows {
        let mut world = served_by(Script {
            post,
            keying,
            ..Script::default()
        });
        let began = world.now();

        let result = world.join_vendor("meter");

        assert_eq!(result, Err(SENT_AWAY), "{post:?} {keying:?}");
        assert!(world.now().since(began) < Duration::from_secs(1));
        let mac = world.radio.mac("meter").expect("it is known");
        assert_eq!(story(&world, mac), [refused(mac)], "{post:?} {keying:?}");
        assert_eq!(world.host(AP).1.peers(), [], "{post:?} {keying:?}");
        let primary = world.primary_key();
        world.joined("phone", primary, KeyIdentity::Primary);
    }
}

#[test]
fn an_extension_that_says_nothing_for_ten_seconds_has_refused() {
    let mut world = served_by(Script {
        post: Operation::Stalls,
        ..Script::default()
    });
    let began = world.now();

    assert_eq!(world.join_vendor("meter"), Err(SENT_AWAY));

    let waited = world.now().since(began);
    assert!(waited > Duration::from_secs(10), "{waited:?}");
    assert!(waited < Duration::from_millis(10_100), "{waited:?}");
    let mac = world.radio.mac("meter").expect("it is known");
    assert_eq!(story(&world, mac), [refused(mac)]);
    // The extension is slow with this one, not dead: the next one is its own chance.
    let (host, _) = world.host(AP);
    world.rewrite(host, |s| s.post = Operation::Works);
    assert_eq!(world.join_vendor("meter"), Ok(mac));
}

#[test]
fn a_station_that_does_not_finish_the_vendors_handshake_is_sent_away_after_ten_seconds() {
    let mut world = served();
    world.vendor_station("meter");
    world.mute("meter", true);

    assert_eq!(world.join_vendor("meter"), Err(SENT_AWAY));

    world.mute("meter", false);
    world.join_vendor("meter").expect("it joins");
}

#[test]
fn without_an_extension_that_is_ready_such_a_station_is_refused_and_never_gets_our_handshake() {
    for pre in [Operation::Refused, Operation::Fails, Operation::Stalls] {
        let mut world = served_by(Script {
            pre,
            ..Script::default()
        });
        let primary = world.primary_key();
        world.vendor_station("meter");

        // With the element and our key: it is the vendor's business all the same.
        let result = world.join("meter", primary.clone());

        let refusal = JoinFailure::AssociationRefused(dot11::StatusCode(1));
        assert_eq!(result, Err(refusal), "{pre:?}");
        assert_eq!(world.join_vendor("meter"), Err(REFUSED), "{pre:?}");
        world.joined("phone", primary, KeyIdentity::Primary);
    }
}

#[test]
fn a_station_with_the_element_that_wants_our_handshake_waits_in_vain() {
    let mut world = served();
    let primary = world.primary_key();
    let mac = world.vendor_station("meter");
    world.mute("meter", true);

    let result = world.join("meter", primary);

    assert!(result.is_err(), "{result:?}");
    world.run(Duration::from_secs(11));
    assert_eq!(world.key_of(mac), None);
    assert_eq!(story(&world, mac), [refused(mac)]);
    // No EAPOL was ever sent to it.
    let eapol = world
        .commands
        .iter()
        .any(|c| matches!(&c.command, radio::Command::SendEapol { peer, .. } if *peer == mac));
    assert!(!eapol);
}

#[test]
fn an_extension_that_is_removed_takes_its_peers_along_and_its_element_means_nothing_any_more() {
    let mut world = served();
    let mac = world.join_vendor("meter").expect("it joins");

    world.remove_extension("acme");
    world.run(Duration::from_secs(1));

    assert_eq!(world.key_of(mac), None);
    assert!(world.hosts.running.is_empty());
    let events = world.extension_events();
    assert_eq!(events.last(), Some(&(AP, ExtensionEvent::Ended)));
    let primary = world.primary_key();
    world.joined("meter", primary, KeyIdentity::Primary);
}

#[test]
fn vendors_peers_take_places_like_all_others() {
    let mut config = world::WorldConfig::default();
    let connection = config.settings.connection.as_mut();
    connection.expect("it is set up").max_peers = 2;
    let (mut world, _) = World::running_with(config);
    world.install(extension("acme"));
    world.wait_for_extension();
    let primary = world.primary_key();
    world.join_vendor("meter").expect("there is room");
    world.joined("phone", primary.clone(), KeyIdentity::Primary);

    let full = JoinFailure::AssociationRefused(dot11::StatusCode::DENIED_NO_MORE_STAS);
    assert_eq!(world.join_vendor("other"), Err(KeptOut::Join(full)));
    assert_eq!(world.join("tablet", primary), Err(full));
    world.leave("phone");
    world.join_vendor("other").expect("there is room again");
}

#[test]
fn renewals_of_the_group_key_pass_vendors_peers_by() {
    let config = world::WorldConfig {
        group_rekey: Some(Duration::from_secs(10)),
        ..world::WorldConfig::default()
    };
    let (mut world, _) = World::running_with(config);
    world.install(extension("acme"));
    world.wait_for_extension();
    let primary = world.primary_key();
    let phone = world.joined("phone", primary, KeyIdentity::Primary);
    let meter = world.join_vendor("meter").expect("it joins");

    world.run(Duration::from_secs(65));

    let sends = |to: MacAddr| {
        let is_eapol = |c: &&radio::RadioCommand| matches!(&c.command, radio::Command::SendEapol { peer, .. } if *peer == to);
        world.commands.iter().filter(is_eapol).count()
    };
    // Messages 1 and 3, then one for each renewal.
    assert_eq!((sends(phone), sends(meter)), (2 + 6, 0));
    assert_eq!(world.traffic("phone", 20), 20);
    assert_eq!(world.traffic("meter", 20), 20);
}

#[test]
fn two_hundred_vendors_peers_are_served_at_a_time() {
    let mut config = world::WorldConfig::default();
    let connection = config.settings.connection.as_mut();
    connection.expect("it is set up").max_peers = 500;
    let (mut world, _) = World::running_with(config);
    world.install(extension("acme"));
    world.wait_for_extension();
    let names: Vec<String> = (0..200).map(|n| format!("meter-{n}")).collect();

    let macs: Vec<_> = names.iter().map(|n| world.begin_vendor(n)).collect();
    world.run(Duration::from_secs(5));

    for (name, mac) in names.iter().zip(macs) {
        assert_eq!(world.key_of(mac), Some(KeyIdentity::Vendor), "{name}");
    }
    let answers: u32 = names.iter().take(20).map(|n| world.traffic(n, 5)).sum();
    assert_eq!(answers, 100);
    let (host, _) = world.host(AP);
    world.crash_host(host);
    world.run(Duration::from_millis(100));
    assert_eq!(world.status().peers, []);
}

#[test]
fn the_network_may_stop_in_each_phase_of_an_extension_and_start_again() {
    // How far the extension and a station of it come before the network stops.
    let phases: [(&str, Script); 6] = [
        ("loading", script(|s| s.load = Operation::Stalls)),
        ("arriving", script(|s| s.init = Operation::Hangs)),
        (
            "before the association",
            script(|s| s.pre = Operation::Stalls),
        ),
        ("asked", script(|s| s.post = Operation::Hangs)),
        ("waiting", script(|s| s.post = Operation::Stalls)),
        ("joined", Script::default()),
    ];
    for (phase, script) in phases {
        let (mut world, client) = World::running();
        world.script("acme", AP, script);
        world.install(extension("acme"));
        world.run(Duration::from_millis(5));
        world.begin_vendor("meter");
        world.run(Duration::from_millis(50));

        world.stop(client);
        world.run(Duration::from_secs(20));

        assert!(world.hosts.running.is_empty(), "{phase}");
        assert_eq!(world.status().peers, [], "{phase}");
        assert_eq!(world.radio.installed_keys(), [], "{phase}");
        world.script("acme", AP, Script::default());
        world.start(client);
        world.wait_for_extension();
        let joined = world.join_vendor("meter");
        assert!(joined.is_ok(), "{phase}: {joined:?}");
        assert_eq!(world.traffic("meter", 10), 10, "{phase}");
    }
}

fn script(change: impl FnOnce(&mut Script)) -> Script {
    let mut script = Script::default();
    change(&mut script);
    script
}

#[test]
fn every_end_of_a_run_ends_the_host_in_good_order() {
    type End = (&'static str, fn(&mut World));
    let ends: [End; 4] = [
        ("force stop", |w| {
            let client = w.connect();
            assert!(w.call(client, Call::ForceStop).is_ok());
        }),
        ("policy", |w| {
            let policy = wlan_model::Policy {
                allowed: false,
                ..wlan_model::Policy::default()
            };
            w.input(column::Input::PolicyChanged(policy));
        }),
        ("sleep", |w| w.input(column::Input::Suspend)),
        ("radio", |w| {
            let cause = cause::Cause::new("Unplugged.", "Plug it in.");
            w.radio.set_unavailable(cause, w.now());
        }),
    ];
    for (end, stop) in ends {
        let mut world = served();
        world.join_vendor("meter").expect("it joins");

        stop(&mut world);
        world.run(Duration::from_secs(1));

        assert!(world.hosts.running.is_empty(), "{end}");
        assert_eq!(
            world.extension_events(),
            [
                (AP, ExtensionEvent::Ready { version: 0 }),
                (AP, ExtensionEvent::Ended)
            ],
            "{end}"
        );
    }
}

#[test]
fn the_service_ends_only_when_its_hosts_have_and_kills_a_stubborn_one() {
    for stubborn in [false, true] {
        let mut world = served_by(script(|s| s.stubborn = stubborn));
        world.join_vendor("meter").expect("it joins");
        let began = world.now();

        world.shut_down();

        assert!(world.hosts.running.is_empty());
        let took = world.now().since(began);
        if stubborn {
            assert!(took >= Duration::from_secs(1), "{took:?}");
        } else {
            assert!(took < Duration::from_millis(100), "{took:?}");
        }
        assert!(took < Duration::from_secs(11), "{took:?}");
    }
    // Without extensions there is nothing to wait for.
    let (mut world, _) = World::running();
    world.input(column::Input::ShutDown);
    assert!(world.shut_down);
}

#[test]
fn a_recorded_session_with_extensions_makes_the_same_outputs() {
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
    world.join_vendor("meter").expect("it joins");
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
    assert_eq!(world.traffic("meter", 20), 20);
    let (host, _) = world.host(AP);
    world.crash_host(host);
    world.run(Duration::from_secs(3));
    world.wait_for_extension();
    world.join_vendor("meter").expect("it joins again");
    world.stop(client);
    world.run(Duration::from_secs(1));
    world.shut_down();
    let record = world.recorded();

    let seed = world.seed().wrapping_add(1);
    let settings = config.settings.clone();
    let mut again = Column::new(world::column_config(&config, settings, seed));
    for report in crate::replay::first_reports(&config) {
        again.handle(report, clock::Instant::ZERO);
    }
    while again.poll_output().is_some() {}
    let extensions = |i: &&world::Recorded| matches!(i.input, column::Input::Extension(_));
    assert!(record.iter().filter(extensions).count() > 20);
    for step in record {
        again.handle(step.input.clone(), step.at);
        let outputs: Vec<_> = std::iter::from_fn(|| again.poll_output()).collect();
        assert_eq!(outputs, step.outputs, "after {:?}", step.input);
    }
}

#[test]
fn the_element_is_looked_for_in_reassociation_requests_too() {
    let mut world = served();
    let mac = world.join_vendor("meter").expect("it joins");
    // What the radio saw last is an association; a frame made by hand is the other kind.
    let bssid = world.status().bssid.expect("it is on the air");
    world.leave("meter");
    let mut frame = reassociation(bssid, mac);
    frame.extend(ELEMENT);
    world.radio.inject(authentication(bssid, mac), world.now());
    world.run(Duration::from_millis(5));
    world.radio.inject(frame, world.now());
    world.run(Duration::from_millis(5));

    let decided = world
        .commands
        .iter()
        .any(|c| matches!(&c.command, radio::Command::AddStation(entry) if entry.peer == mac));
    assert!(decided);
    assert!(
        !world
            .commands
            .iter()
            .any(|c| matches!(&c.command, radio::Command::SendEapol { .. }))
    );
}

fn management(subtype: u8, bssid: MacAddr, from: MacAddr, sequence: u16) -> Vec<u8> {
    let mut frame = vec![subtype << 4, 0, 0, 0];
    for address in [bssid, from, bssid] {
        frame.extend(address.0);
    }
    frame.extend((sequence << 4).to_le_bytes());
    frame
}

fn authentication(bssid: MacAddr, from: MacAddr) -> Vec<u8> {
    let mut frame = management(ManagementSubtype::AUTHENTICATION.0, bssid, from, 3000);
    frame.extend([0, 0, 1, 0, 0, 0]);
    frame
}

fn reassociation(bssid: MacAddr, from: MacAddr) -> Vec<u8> {
    let subtype = ManagementSubtype::REASSOCIATION_REQUEST.0;
    let mut frame = management(subtype, bssid, from, 3001);
    frame.extend([0x11, 0x04, 10, 0]);
    frame.extend(bssid.0);
    frame.extend([0, 5, b'w', b'o', b'r', b'l', b'd']);
    frame.extend([1, 8, 0x82, 0x84, 0x8b, 0x96, 12, 18, 24, 36]);
    frame.extend([
        0x30, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0,
    ]);
    frame
}
