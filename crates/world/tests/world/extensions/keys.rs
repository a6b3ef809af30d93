//! Keys that extensions set and delete.

use dot11::frame::FrameControl;
use ihv::seam::Call as ExtensionCall;
use rsn::ccmp::CcmpReceiver;
use wlan_model::Win32Error;
use world::host::set_key;

use super::*;

const KEY: [u8; 16] = [7; 16];

#[test]
fn a_deleted_key_stops_all_data_and_nothing_goes_on_in_clear() {
    let mut world = served();
    let mac = world.join_vendor("meter").expect("it joins");
    assert_eq!(world.traffic("meter", 20), 20);
    world.radio.set_tap(true, world.now());

    // The extension deletes the key and says nothing else: the port stays as it is.
    let (host, _) = world.host(AP);
    let deleted = world.host_call(host, set_key(mac, None, false));

    assert!(deleted.is_ok(), "{deleted:?}");
    assert_eq!(
        world
            .radio
            .installed_keys()
            .iter()
            .filter(|k| is_of(k, mac))
            .count(),
        0
    );
    // The station still has its half: what it sends is not understood, and nothing comes back.
    assert_eq!(world.traffic("meter", 20), 0);
    let body = dot11::frame::encapsulate_llc(0x0800, &[1; 64]);
    world.radio.send_from_host(mac, &body, world.now());
    world.run(Duration::from_millis(100));
    for frame in data_frames(&mut world) {
        let data = DataView::parse(&frame).expect("data");
        let control = data.header().control;
        assert!(control.has(FrameControl::PROTECTED), "{frame:02x?}");
        assert!(control.has(FrameControl::TO_DS), "{frame:02x?}");
    }
}

fn is_of(key: &(radio::KeyScope, u8), mac: MacAddr) -> bool {
    key.0 == radio::KeyScope::Pairwise(mac)
}

fn data_frames(world: &mut World) -> Vec<Vec<u8>> {
    let frames = std::iter::from_fn(|| world.radio.poll_tap().map(|f| f.bytes));
    frames
        .filter(|f| DataView::parse(f).is_ok_and(|d| !d.header().is_null()))
        .collect()
}

#[test]
fn data_is_ciphered_with_the_key_the_extension_set_and_no_other() {
    let mut world = served();
    let mac = world.join_vendor("meter").expect("it joins");
    let (host, _) = world.host(AP);
    world.radio.set_tap(true, world.now());
    // A new key on both sides: the old one is replaced, the port stays open.
    world
        .host_call(host, set_key(mac, Some(KEY), false))
        .expect("it serves this peer");
    let key = dot11::KeyBytes::copy_from(&KEY);
    world
        .radio
        .install_key("meter", dot11::CipherSuite::CCMP, &key, world.now())
        .expect("it is joined");

    assert_eq!(world.traffic("meter", 20), 20);

    let mut sides = [CcmpReceiver::new(&KEY, 0), CcmpReceiver::new(&KEY, 0)];
    let mut read = 0;
    for frame in data_frames(&mut world) {
        let data = DataView::parse(&frame).expect("data");
        let up = data.header().control.has(FrameControl::TO_DS);
        let peer = if up {
            data.header().addr2
        } else {
            data.header().addr1
        };
        if peer != mac {
            continue;
        }
        let mut clear = Vec::new();
        sides[usize::from(up)]
            .unprotect(&frame, &mut clear)
            .expect("ciphered with the extension's key");
        read += 1;
    }
    assert!(read >= 40, "{read}");
}

#[test]
fn keys_of_others_peers_are_out_of_reach() {
    let mut world = served();
    let primary = world.primary_key();
    let phone = world.joined("phone", primary, KeyIdentity::Primary);
    let keys = world.radio.installed_keys();
    let (host, _) = world.host(AP);

    for call in [
        set_key(phone, Some(KEY), false),
        set_key(phone, Some(KEY), true),
        set_key(phone, None, false),
        ExtensionCall::SetDefaultKeyId(1),
        ExtensionCall::SetExcludeUnencrypted(false),
        ExtensionCall::SetUnicastCipherAlgorithm(0),
        ExtensionCall::SetAuthAlgorithm(1),
    ] {
        let answer = world.host_call(host, call.clone());
        let kept_out = [Win32Error::ACCESS_DENIED, Win32Error::NOT_SUPPORTED];
        assert!(
            answer.as_ref().is_err_and(|code| kept_out.contains(code)),
            "{call:?}: {answer:?}"
        );
    }

    assert_eq!(world.radio.installed_keys(), keys);
    assert_eq!(world.traffic("phone", 50), 50);
    // Not even before it comes, or after it went.
    let stranger = MacAddr([2, 9, 9, 9, 9, 9]);
    let _ = world.host_call(host, set_key(stranger, Some(KEY), true));
    assert_eq!(world.radio.installed_keys(), keys);
}

#[test]
fn a_key_that_the_peer_does_not_have_lets_no_data_through() {
    let mut world = served_by(script(|s| s.keying = Keying::Wrong));

    world.join_vendor("meter").expect("its port opens");

    assert_eq!(world.traffic("meter", 20), 0);
}

#[test]
fn a_farewell_ends_the_port_and_the_key() {
    let mut world = served();
    let mac = world.join_vendor("meter").expect("it joins");
    let (host, _) = world.host(AP);

    world.host_bye(host, mac);
    world.run(Duration::from_millis(50));

    assert_eq!(world.key_of(mac), None);
    assert_eq!(story(&world, mac), [arrived(mac), departed(mac)]);
    assert!(!world.radio.installed_keys().iter().any(|k| is_of(k, mac)));
    world.join_vendor("meter").expect("it joins again");
    assert_eq!(world.traffic("meter", 10), 10);
}

#[test]
fn a_static_key_is_never_met_by_a_station_of_ours() {
    let mut world = served_by(script(|s| s.keying = Keying::Static));
    let mac = world.join_vendor("meter").expect("it joins");
    assert_eq!(world.traffic("meter", 10), 10);
    world.leave("meter");
    world.run(Duration::from_millis(50));

    assert!(!world.radio.installed_keys().iter().any(|k| is_of(k, mac)));
    // The same address, without the element: our handshake, in clear until its own key is there.
    let plain = radio_sim::StationProfile::default();
    world
        .radio
        .set_profile("meter", plain)
        .expect("it is known");
    let primary = world.primary_key();
    world.joined("meter", primary, KeyIdentity::Primary);
    assert_eq!(world.traffic("meter", 10), 10);
}
