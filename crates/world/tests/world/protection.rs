//! Protected management frames: a hostile station against peers that have them and one that has not.

use dot11::frame::{
    FrameControl, ManagementAddresses, ManagementBuilder, ManagementSubtype, ManagementView,
};
use radio::KeyScope;
use radio_sim::{JoinFailure, LeaveReason, ManagementProtection, SimEvent, StationProfile};
use rsn::bip;

use std::collections::BTreeSet;

use clock::Duration;
use dot11::{MacAddr, ReasonCode};
use hosted_network::ClientId;
use wlan_rpc::KeyIdentity;
use world::World;

use crate::ghost::Ghost;

fn profile(management_protection: ManagementProtection) -> StationProfile {
    StationProfile {
        management_protection,
        ..StationProfile::default()
    }
}

fn access_point(world: &World) -> MacAddr {
    world.status().bssid.expect("it is on the air")
}

/// A running network with a protected phone and an old printer, by their addresses.
fn with_two() -> (World, MacAddr, MacAddr) {
    let (world, _, phone, printer) = with_client();
    (world, phone, printer)
}

fn with_client() -> (World, ClientId, MacAddr, MacAddr) {
    let (mut world, client) = World::running();
    let old = profile(ManagementProtection::No);
    world.radio.set_profile("printer", old).unwrap();
    let key = world.primary_key();
    let phone = world.joined("phone", key.clone(), KeyIdentity::Primary);
    let printer = world.joined("printer", key, KeyIdentity::Primary);
    (world, client, phone, printer)
}

fn is_protected(world: &World, mac: MacAddr) -> bool {
    let peers = world.status().peers;
    peers
        .iter()
        .any(|peer| peer.mac == mac && peer.management_protection)
}

/// Departures with every reason a station asks itself about, and one it does not.
fn departures(addresses: ManagementAddresses) -> Vec<Vec<u8>> {
    let mut frames = vec![];
    for reason in [1, 3, 6, 7] {
        let reason = ReasonCode(reason);
        frames.push(ManagementBuilder::deauthentication(addresses, reason).finish());
        frames.push(ManagementBuilder::disassociation(addresses, reason).finish());
    }
    frames
}

fn left(world: &World, mac: MacAddr) -> Vec<LeaveReason> {
    let mut whys = vec![];
    for (_, event) in &world.sim_events {
        if let SimEvent::Left { mac: who, why, .. } = event
            && *who == mac
        {
            whys.push(*why);
        }
    }
    whys
}

/// Management frames between the access point and `mac` (or to all) since the tap was on.
fn robust_frames(world: &mut World, mac: MacAddr) -> Vec<Vec<u8>> {
    let mut frames = vec![];
    while let Some(frame) = world.radio.poll_tap() {
        let bytes = frame.bytes.clone();
        let Ok(view) = ManagementView::parse(&bytes) else {
            continue;
        };
        let concerns = [view.receiver(), view.transmitter()].contains(&mac)
            || view.receiver() == MacAddr::BROADCAST;
        if concerns && view.is_robust() {
            frames.push(bytes);
        }
    }
    frames
}

#[test]
fn stations_that_can_are_protected_and_the_owner_can_see_which() {
    let (world, phone, printer) = with_two();

    assert!(is_protected(&world, phone));
    assert!(!is_protected(&world, printer));
    let keys = world.radio.installed_keys();
    assert!(keys.contains(&(KeyScope::Group, 4)), "{keys:?}");
}

#[test]
fn a_radio_without_bip_offers_nothing_and_all_join_who_do_not_insist() {
    let mut world = World::new();
    let bip = dot11::CipherSuite::BIP_CMAC_128;
    world
        .radio
        .change_capabilities(|c| c.ciphers.retain(|s| *s != bip), world.now());
    world.pump();
    let client = world.connect();
    world.start(client);
    let key = world.primary_key();
    let phone = world.joined("phone", key.clone(), KeyIdentity::Primary);
    assert!(!is_protected(&world, phone));
    let strict = profile(ManagementProtection::Required);
    world.radio.set_profile("strict", strict).unwrap();
    assert_eq!(
        world.join("strict", key),
        Err(JoinFailure::UnsuitableNetwork)
    );
}

#[test]
fn forged_departures_end_unprotected_associations_only() {
    let (mut world, phone, printer) = with_two();
    let ap = access_point(&world);
    world.begin_traffic("phone", 200);

    for mac in [phone, printer] {
        for frame in departures(ManagementAddresses::to_ap(ap, mac)) {
            world.radio.inject(frame, world.now());
            world.run(Duration::from_millis(20));
        }
    }
    assert_eq!(world.key_of(phone), Some(KeyIdentity::Primary));
    assert_eq!(world.key_of(printer), None, "an old one can be sent away");
    assert_eq!(world.radio.ap_counters().unprotected, 8);

    for to in [phone, MacAddr::BROADCAST] {
        for frame in departures(ManagementAddresses::from_ap(ap, to)) {
            world.radio.inject_to_stations(frame, world.now());
            world.run(Duration::from_millis(20));
        }
    }
    world.run(Duration::from_secs(3));
    assert_eq!(left(&world, phone), [], "it asked, and the answer came");
    assert_eq!(world.key_of(phone), Some(KeyIdentity::Primary));
    assert_eq!(world.end_traffic("phone"), 200);
    assert_eq!(
        left(&world, printer).len(),
        1,
        "what is for all concerned it too"
    );
}

#[test]
fn forged_association_requests_end_unprotected_associations_only() {
    let (mut world, phone, printer) = with_two();
    let ap = Ghost::new(&mut world, 1).ap;
    world.begin_traffic("phone", 400);

    for mac in [phone, printer] {
        let forger = Ghost { mac, ap };
        for _ in 0..60 {
            forger.send(&mut world, forger.authentication());
            forger.send(&mut world, forger.association());
            world.run(Duration::from_millis(50));
        }
    }

    assert_eq!(world.key_of(phone), Some(KeyIdentity::Primary));
    assert_eq!(left(&world, phone), []);
    assert_eq!(world.end_traffic("phone"), 400);
    assert_ne!(world.key_of(printer), Some(KeyIdentity::Primary));
}

#[test]
fn nothing_robust_flies_in_clear_once_there_is_a_key() {
    let (mut world, client, phone, _) = with_client();
    world.radio.set_tap(true, world.now());
    let ap = access_point(&world);
    // A question from each side, then the end from above.
    let forged = departures(ManagementAddresses::from_ap(ap, phone)).remove(6);
    let forger = Ghost { mac: phone, ap };
    forger.send(&mut world, forger.association());
    world.run(Duration::from_secs(2));
    world.radio.inject_to_stations(forged.clone(), world.now());
    world.run(Duration::from_secs(2));
    world.stop(client);
    world.run(Duration::from_millis(10));

    let mut kinds = BTreeSet::new();
    for frame in robust_frames(&mut world, phone) {
        let view = ManagementView::parse(&frame).unwrap();
        if frame[24..] == forged[24..] && !view.is_protected() {
            continue;
        }
        if view.receiver() == MacAddr::BROADCAST {
            assert_eq!(bip::key_id(&frame), Some(4));
        } else {
            assert!(view.control().has(FrameControl::PROTECTED), "{view:?}");
        }
        kinds.insert((view.transmitter() == ap, view.subtype().0));
    }
    let action = ManagementSubtype::ACTION.0;
    assert!(kinds.contains(&(true, action)) && kinds.contains(&(false, action)));
    assert!(kinds.contains(&(true, ManagementSubtype::DEAUTHENTICATION.0)));
    assert_eq!(left(&world, phone).len(), 1, "it believed its access point");
}

#[test]
fn who_vanished_and_comes_back_is_let_in_after_the_question() {
    let (mut world, phone, _) = with_two();
    world.radio.vanish("phone", world.now()).unwrap();
    world.run(Duration::from_millis(100));
    let began = world.now();
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);
    let took = world.now().since(began);
    assert!(
        (Duration::from_secs(1)..Duration::from_secs(2)).contains(&took),
        "{took:?}"
    );
    assert_eq!(world.key_of(phone), Some(KeyIdentity::Primary));
    assert_eq!(world.traffic("phone", 10), 10);
}

#[test]
fn who_leaves_comes_back_at_once() {
    let (mut world, phone, _) = with_two();
    world.leave("phone");
    assert_eq!(
        world.key_of(phone),
        None,
        "its farewell was protected, and believed"
    );
    let key = world.primary_key();
    let began = world.now();
    world.joined("phone", key, KeyIdentity::Primary);
    assert!(world.now().since(began) < Duration::from_millis(500));
}
