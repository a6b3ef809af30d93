//! Extensions that crash, hang and do not load.

use wlan_rpc::HostState;

use super::*;

/// Pauses before each start, from the times of the starts.
fn pauses(world: &World) -> Vec<u64> {
    let starts: Vec<_> = world.hosts.started.iter().map(|(at, ..)| *at).collect();
    let pause = |pair: &[clock::Instant]| pair[1].since(pair[0]).as_millis() as u64;
    starts.windows(2).map(pause).collect()
}

fn failures(world: &World) -> Vec<Option<u64>> {
    world
        .extension_events()
        .into_iter()
        .filter_map(|(_, event)| match event {
            ExtensionEvent::Failed { again_ms, .. } => Some(again_ms),
            _ => None,
        })
        .collect()
}

#[test]
fn a_crash_costs_its_own_peers_only_and_the_host_comes_back() {
    let mut world = served();
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
    let meter = world.join_vendor("meter").expect("it joins");
    let other = world.join_vendor("other").expect("it joins");
    let (host, _) = world.host(AP);
    world.begin_traffic("phone", 500);

    world.crash_host(host);
    world.run(Duration::from_millis(100));

    // Not back yet: such stations are refused, and nothing of the old ones is left.
    for mac in [meter, other] {
        assert_eq!(world.key_of(mac), None);
        assert_eq!(story(&world, mac), [arrived(mac), departed(mac)]);
        let pairwise = (radio::KeyScope::Pairwise(mac), 0);
        assert!(!world.radio.installed_keys().contains(&pairwise));
    }
    assert_eq!(world.join_vendor("meter"), Err(REFUSED));
    assert_eq!(failures(&world), [Some(250)]);
    world.run(Duration::from_millis(200));
    assert_eq!(world.join_vendor("meter"), Ok(meter));
    assert_eq!(world.traffic("meter", 10), 10);
    assert_eq!(world.end_traffic("phone"), 500);
}

#[test]
fn a_station_that_waited_when_the_extension_crashed_is_refused_at_once() {
    let mut world = served_by(script(|s| s.post = Operation::Stalls));
    let mac = world.begin_vendor("meter");
    world.run(Duration::from_millis(50));
    let (host, _) = world.host(AP);

    world.crash_host(host);

    assert_eq!(world.end_vendor("meter", mac), Err(SENT_AWAY));
    assert_eq!(story(&world, mac), [refused(mac)]);
}

#[test]
fn an_extension_that_keeps_failing_is_started_ever_less_often() {
    for what in [
        script(|s| s.load = Operation::Crashes),
        script(|s| s.init = Operation::Crashes),
        script(|s| s.pre = Operation::Crashes),
    ] {
        let (mut world, _) = World::running();
        world.script("acme", AP, what);
        world.install(extension("acme"));

        world.run(Duration::from_secs(200));

        let doubled = [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000];
        let seen = pauses(&world);
        let near = |(a, b): (&u64, &u64)| a.abs_diff(*b) < 5;
        assert!(
            seen.len() >= 10 && seen.iter().zip(&doubled).all(near),
            "{what:?} {seen:?}"
        );
        assert!(failures(&world).iter().all(Option::is_some));
        // It is repaired: the next start works, and after a minute the first pause is short again.
        world.script("acme", AP, Script::default());
        world.run(Duration::from_secs(31));
        world.join_vendor("meter").expect("it joins");
        world.run(Duration::from_secs(61));
        let (host, _) = world.host(AP);
        world.crash_host(host);
        world.run(Duration::from_secs(1));
        assert_eq!(failures(&world).last(), Some(&Some(250)), "{what:?}");
    }
}

#[test]
fn a_handler_that_hangs_is_ended_and_the_peer_refused() {
    for what in [
        script(|s| s.load = Operation::Hangs),
        script(|s| s.init = Operation::Hangs),
        script(|s| s.pre = Operation::Hangs),
    ] {
        let (mut world, _) = World::running();
        world.script("acme", AP, what);
        world.install(extension("acme"));
        let first = world.hosts.started[0].1;

        world.run(Duration::from_secs(10) + Duration::from_millis(100));

        assert!(!world.hosts.running.contains_key(&first), "{what:?}");
        assert_eq!(failures(&world).len(), 1, "{what:?}");
    }
    let mut world = served_by(script(|s| s.post = Operation::Hangs));
    assert_eq!(world.join_vendor("meter"), Err(SENT_AWAY));
    world.run(Duration::from_secs(1));
    assert_eq!(failures(&world).len(), 1);
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
}

#[test]
fn one_extension_that_fails_leaves_the_other_and_its_peers_alone() {
    let mut world = served();
    let mut other = extension("best");
    let element = dot11::VendorElement {
        oui: dot11::Oui([0x02, 0xbe, 0x57]),
        kind: None,
    };
    other.ports.as_mut().expect("it has ports").element = element;
    world.script("best", AP, script(|s| s.init = Operation::Crashes));
    world.install(other);
    world.join_vendor("meter").expect("it joins");

    world.begin_traffic("meter", 1000);
    world.run(Duration::from_secs(5));

    assert_eq!(world.end_traffic("meter"), 1000);
    assert!(failures(&world).len() >= 4);
}

#[test]
fn what_hosts_do_is_shown() {
    let mut world = served();
    let state = |w: &World| w.extensions()[0].hosts[0].1.clone();
    let running = |ports| HostState::Running { pid: 0, ports };
    assert_eq!(state(&world), running(0));
    world.join_vendor("meter").expect("it joins");
    assert_eq!(state(&world), running(1));
    let (host, _) = world.host(AP);
    world.crash_host(host);
    assert!(matches!(state(&world), HostState::Waiting { .. }));
    let client = world.connect();
    assert!(world.call(client, Call::ForceStop).is_ok());
    world.run(Duration::from_secs(1));
    assert_eq!(state(&world), HostState::Stopped);
}
