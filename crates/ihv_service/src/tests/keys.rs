//! Whose keys an extension may touch, and where they are when.

use dot11::MacAddr;
use ihv::seam::*;
use oid::{CipherAlgorithm, Direction, KeyMappingKey, NdisStatus, Request};
use softap::{VendorEvent, VendorVerdict};
use wlan_model::Win32Error;

use super::bench::*;
use super::station::idle;
use crate::{Input, PortRequest};

type Answered = Result<Reply, Win32Error>;
const DONE: Answered = Ok(Reply::Done);
const DENIED: Answered = Err(Win32Error::ACCESS_DENIED);

fn in_miniport(bench: &Bench) -> Vec<MacAddr> {
    bench.keys.keys().map(|(_, peer)| *peer).collect()
}

#[test]
fn an_extension_touches_its_own_peers_and_nobody_elses() {
    let other = MacAddr([2, 0, 0, 0, 0, 0x40]);
    let group = MacAddr([0xff; 6]);
    let bad = |mut key: KeyMappingKey, change: fn(&mut KeyMappingKey)| {
        change(&mut key);
        key
    };
    let invalid = Err(Win32Error::NDIS_INVALID_DATA);
    // Key; the answer; whether it reaches the miniport.
    let rows = [
        (key(M), DONE, true),
        (static_key(M), DONE, true),
        (no_key(M), DONE, true),
        (key(WPA2), DENIED, false),
        (static_key(WPA2), DENIED, false),
        (no_key(WPA2), DENIED, false),
        (key(other), DENIED, false),
        (no_key(other), DENIED, false),
        (key(NOBODY), DONE, false),
        (static_key(NOBODY), DONE, false),
        (no_key(NOBODY), DONE, false),
        (key(group), invalid.clone(), false),
        (key(MacAddr([0; 6])), invalid.clone(), false),
        (
            bad(key(NOBODY), |k| k.algorithm = CipherAlgorithm::GCMP),
            invalid,
            false,
        ),
        (
            bad(key(NOBODY), |k| k.direction = Direction::Inbound),
            Err(Win32Error::NOT_SUPPORTED),
            false,
        ),
    ];
    for (number, (key, answer, reaches)) in rows.into_iter().enumerate() {
        let (mut bench, host, _) = Bench::joining(M);
        bench.input(Input::Install(extension("beta", 2)));
        let beta = bench.host("beta", AP);
        bench.bring_up(beta);
        bench.vendor(VendorEvent::Associated {
            mac: other,
            element: element(2),
        });
        bench.requests.clear();
        let call = set(std::slice::from_ref(&key));
        assert_eq!(bench.call(host, call), Some(answer), "row {number}");
        let set = (AP, PortRequest::Request(Request::CipherKeyMappingKey(key)));
        assert_eq!(bench.requests.contains(&set), reaches, "row {number}");
    }
}

#[test]
fn several_entries_are_applied_until_the_first_error() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.join(host, N);
    let answer = bench.call(host, set(&[key(M), key(WPA2), key(N)]));
    assert_eq!(answer, Some(DENIED));
    assert_eq!(in_miniport(&bench), [M]);
    let answer = bench.call(host, set(&[no_key(M), key(N)]));
    assert_eq!(answer, Some(DONE));
    assert_eq!(in_miniport(&bench), [N]);
}

#[test]
fn a_key_leaves_the_miniport_with_its_peer_and_a_static_one_comes_back() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.join(host, N);
    let keys = set(&[static_key(M), key(N)]);
    assert_eq!(bench.call(host, keys), Some(DONE));
    bench.vendor(VendorEvent::Departed { mac: M });
    bench.vendor(VendorEvent::Departed { mac: N });
    assert_eq!(in_miniport(&bench), [], "the next may be a station of ours");
    bench.look(host);
    bench.join(host, M);
    bench.join(host, N);
    assert_eq!(bench.keys.get(&(AP, M)), Some(&static_key(M)));
    assert_eq!(bench.keys.len(), 1);
    assert_eq!(bench.call(host, set(&[no_key(M)])), Some(DONE));
    bench.vendor(VendorEvent::Departed { mac: M });
    bench.look(host);
    bench.join(host, M);
    assert_eq!(in_miniport(&bench), []);
}

#[test]
fn a_static_key_for_nobody_waits_for_a_peer_of_the_extension() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    assert_eq!(
        bench.call(host, set(&[static_key(NOBODY), key(M)])),
        Some(DONE)
    );
    bench.join(host, NOBODY);
    bench.join(host, M);
    assert_eq!(in_miniport(&bench), [NOBODY]);
}

#[test]
fn a_crash_takes_the_keys_and_parks_the_static_ones() {
    let (mut bench, host, port) = Bench::joining(M);
    bench.join(host, N);
    bench.hold = true;
    // Still on their way to the driver when the process dies.
    bench.call(host, set(&[key(M)]));
    bench.call(host, set(&[static_key(N)]));
    bench.say(host, post_done(port, M, OK));
    bench.crash(host);
    bench.hold = false;
    bench.complete();
    assert_eq!(in_miniport(&bench), []);
    let refused = [(M, VendorVerdict::Refuse), (N, VendorVerdict::Refuse)];
    assert_eq!(bench.verdicts[1..], refused);
    bench.vendor(VendorEvent::Departed { mac: M });
    bench.vendor(VendorEvent::Departed { mac: N });
    bench.pass(clock::Duration::from_millis(250));
    let host = bench.ap();
    bench.bring_up(host);
    bench.join(host, M);
    bench.join(host, N);
    assert_eq!(in_miniport(&bench), [N]);
}

#[test]
fn removal_forgets_static_keys_too() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.call(host, set(&[static_key(M), static_key(NOBODY)]));
    bench.input(Input::Remove {
        name: "acme".to_owned(),
    });
    assert_eq!(in_miniport(&bench), []);
    assert_eq!(bench.verdicts, [(M, VendorVerdict::Refuse)]);
}

#[test]
fn a_refused_replacement_leaves_the_old_key_known() {
    let (mut bench, host, _) = Bench::joining(M);
    assert_eq!(bench.call(host, set(&[key(M)])), Some(DONE));
    bench.mood = |request| match request {
        PortRequest::Request(Request::CipherKeyMappingKey(key)) if key.material.is_some() => {
            Some(NdisStatus::INVALID_DATA)
        }
        _ => None,
    };
    let refused = Some(Err(Win32Error::NDIS_INVALID_DATA));
    assert_eq!(bench.call(host, set(&[static_key(M)])), refused);
    bench.crash(host);
    assert_eq!(in_miniport(&bench), []);
}

#[test]
fn an_extension_has_room_for_as_many_keys_as_a_driver() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    let address = |n: u16| {
        let [high, low] = n.to_be_bytes();
        MacAddr([2, 1, 0, 0, high, low])
    };
    for n in 0..2048 {
        assert_eq!(bench.call(host, set(&[static_key(address(n))])), Some(DONE));
    }
    let full = Some(Err(Win32Error::NO_SYSTEM_RESOURCES));
    assert_eq!(bench.call(host, set(&[static_key(NOBODY)])), full);
    let replaced = bench.call(host, set(&[static_key(address(3))]));
    assert_eq!(replaced, Some(DONE));
    assert_eq!(bench.call(host, set(&[no_key(address(3))])), Some(DONE));
    assert_eq!(bench.call(host, set(&[static_key(NOBODY)])), Some(DONE));
}

#[test]
fn a_station_hands_every_peer_down() {
    let (mut bench, host) = idle();
    for peer in [M, NOBODY, WPA2] {
        assert_eq!(bench.call(host, set(&[key(peer)])), Some(DONE));
    }
    assert_eq!(bench.keys.len(), 3);
    bench.crash(host);
    assert_eq!(bench.keys.len(), 0);
}
