//! Something happens at each moment of a join: whatever had been begun comes to an end, and the next
//! join works.

use wlan_rpc::Status;
use world::profile;

use super::*;

const STATION: ExtensionAdapter = ExtensionAdapter::Station;

/// What happens. It finds the world in any state.
type Blow = (&'static str, fn(&mut World));

fn crash(world: &mut World, adapter: ExtensionAdapter) {
    if let Some(host) = world.hosts.of(adapter) {
        world.crash_host(host);
    }
}

fn restart(world: &mut World) {
    let client = world.connect();
    assert!(world.call(client, Call::ForceStop).is_ok());
    assert!(world.call(client, Call::ForceStart).is_ok());
}

fn reinstall(world: &mut World) {
    world.remove_extension("acme");
    world.run(Duration::from_millis(1));
    world.install(extension("acme"));
}

fn radio_goes_and_comes(world: &mut World) {
    let cause = cause::Cause::new("Unplugged.", "Plug it in.");
    world.radio.set_unavailable(cause, world.now());
    world.run(Duration::from_millis(1));
    world.radio.set_available(world.now());
    world.pump();
    let client = world.connect();
    assert!(world.call(client, Call::ForceStart).is_ok());
}

fn driver_stops(world: &mut World) {
    let cause = cause::Cause::new("Radar.", "Wait.");
    world.radio.stop_ap_by_driver(cause, world.now());
    world.run(Duration::from_secs(2));
    let client = world.connect();
    assert!(world.call(client, Call::ForceStart).is_ok());
}

fn of_a_peer(status: &Status, mac: MacAddr) -> Option<KeyIdentity> {
    status.peers.iter().find(|p| p.mac == mac).map(|p| p.key)
}

#[test]
fn at_each_moment_of_a_join() {
    let blows: [Blow; 8] = [
        ("crash", |w| crash(w, AP)),
        ("restart", restart),
        ("reinstall", reinstall),
        ("radio", radio_goes_and_comes),
        ("driver", driver_stops),
        ("leave", |w| {
            let _ = w.radio.leave("meter", w.now());
        }),
        ("vanish", |w| {
            let _ = w.radio.vanish("meter", w.now());
        }),
        ("lost", |w| {
            let mac = w.radio.mac("meter").expect("it is known");
            w.radio.lose_station(mac, w.now());
        }),
    ];
    for (blow, strike) in blows {
        // A join takes 7 ms.
        for moment in (0..9_000).step_by(300) {
            let mut world = served();
            let mac = world.begin_vendor("meter");
            world.run(Duration::from_micros(moment));

            strike(&mut world);
            world.run(Duration::from_secs(1));

            // It may be in, if the blow came too early or too late to matter; then it works.
            let place = format!("{blow} after {moment} us");
            let is_in = of_a_peer(&world.status(), mac) == Some(KeyIdentity::Vendor);
            let told = story(&world, mac);
            assert!(told.len() <= 3, "{place}: {told:?}");
            // The end of a network tells no departures, so the other way round it need not hold.
            let arrived = matches!(told.last(), Some(EventKind::PeerArrived { .. }));
            assert!(arrived || !is_in, "{place}: {told:?}");
            let joined = world
                .radio
                .list()
                .iter()
                .any(|(n, _, s)| n == "meter" && *s == "joined");
            if joined {
                let _ = world.radio.leave("meter", world.now());
            }
            // One that vanished is missed after five minutes.
            world.run(Duration::from_secs(400));
            assert_eq!(world.key_of(mac), None, "{place}");
            assert_eq!(world.host(AP).1.peers(), [], "{place}");
            let pairwise = (radio::KeyScope::Pairwise(mac), 0);
            assert!(!world.radio.installed_keys().contains(&pairwise), "{place}");
            let again = world.join_vendor("meter");
            assert_eq!(again, Ok(mac), "{place}");
            assert_eq!(world.traffic("meter", 3), 3, "{place}");
        }
    }
}

#[test]
fn at_each_moment_of_the_station_adapters_connection() {
    let blows: [Blow; 6] = [
        ("crash of the station's", |w| crash(w, STATION)),
        ("crash of the network's", |w| crash(w, AP)),
        ("restart", restart),
        ("reinstall", reinstall),
        ("disconnect", World::disconnect_station),
        ("radio", radio_goes_and_comes),
    ];
    for (blow, strike) in blows {
        // A connection takes most of a second, nearly all of it the search.
        let moments = (0..1_000)
            .step_by(50)
            .chain((1_000..3_000_000).step_by(50_000));
        for moment in moments {
            let place = format!("{blow} after {moment} us");
            let mut world = served();
            let connect = ihv_service::Input::Connect(Box::new(profile()));
            world.input(column::Input::Extension(connect));
            world.run(Duration::from_micros(moment));

            strike(&mut world);
            world.run(Duration::from_secs(40));

            let mac = world.radio.station_address();
            let is_in = world.key_of(mac) == Some(KeyIdentity::Vendor);
            let answers = world.station_traffic(3);
            assert_eq!(answers, if is_in { 3 } else { 0 }, "{place}");
            world.disconnect_station();
            world.run(Duration::from_secs(1));
            assert_eq!(world.key_of(mac), None, "{place}");
            assert_eq!(world.radio.station_adapter_keys(), [], "{place}");
            let again = world.connect_station(profile());
            assert!(again.is_ok(), "{place}: {again:?}");
            assert_eq!(world.station_traffic(3), 3, "{place}");
        }
    }
}
