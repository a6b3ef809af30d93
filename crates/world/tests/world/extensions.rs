//! Peers of vendors' extensions on the access point.

use clock::Duration;
use wlan_rpc::{EventKind, ExtensionAdapter, ExtensionEvent, KeyIdentity};
use world::{World, extension};

const AP: ExtensionAdapter = ExtensionAdapter::AccessPoint;

/// A running network that an extension serves.
fn served() -> World {
    let (mut world, _) = World::running();
    world.install(extension("acme"));
    world.wait_for_extension();
    world
}

#[test]
fn a_station_of_the_vendor_joins_with_the_vendors_key_and_its_data_flows() {
    let mut world = served();

    let mac = world.join_vendor("meter").expect("it joins");

    assert_eq!(world.key_of(mac), Some(KeyIdentity::Vendor));
    assert_eq!(world.traffic("meter", 100), 100);
    let arrived = EventKind::PeerArrived {
        mac,
        key: KeyIdentity::Vendor,
    };
    assert!(world.events.iter().any(|(_, e)| *e == arrived));
    assert_eq!(
        world.extension_events(),
        [(AP, ExtensionEvent::Ready { version: 0 })]
    );
    assert_eq!(world.host(AP).1.peers(), [mac]);
    world.leave("meter");
    world.run(Duration::from_millis(10));
    assert_eq!(world.host(AP).1.peers(), []);
    assert_eq!(world.key_of(mac), None);
}
