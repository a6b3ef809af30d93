//! The key of protected management frames, and isolation.

use super::*;

/// As [`RSNE`], able to protect management frames.
const MODERN: [u8; 22] = {
    let mut element = RSNE;
    element[20] = 0x80;
    element
};

/// A station that agrees on protection joins. Whether it got in.
fn join(bench: &mut Bench, n: u8) -> bool {
    let config = SupplicantConfig {
        ap: AP,
        station: mac(n),
        pmk: pmk(1),
        ap_rsne: MODERN.to_vec(),
        station_rsne: MODERN.to_vec(),
        management_protection: true,
    };
    let station = Supplicant::new(config, ChaCha20Rng::from_seed([n; 32]));
    bench.stations.insert(mac(n), station);
    bench.associate(
        mac(n),
        AssocRequest {
            body: Vec::new(),
            reassociation: false,
            rsne: MODERN.to_vec(),
            beacon_rsne: MODERN.to_vec(),
        },
    );
    bench.key_of(n).is_some()
}

/// Keys of management frames given to the radio, by index and material.
fn installed(bench: &Bench) -> Vec<(u32, Vec<u8>)> {
    let mut all = vec![];
    for request in &bench.requests {
        if let Request::CipherDefaultKey(key) = request
            && key.algorithm == oid::CipherAlgorithm::BIP
        {
            let material = key.material.as_ref().expect("none is deleted");
            all.push((key.index, material.key.expose().to_vec()));
        }
    }
    all
}

fn protected(bench: &Bench) -> Vec<MacAddr> {
    let peers = bench.ap.peers().filter(|p| p.management_protection);
    peers.map(|p| p.mac).collect()
}

#[test]
fn the_key_is_made_for_the_first_peer_that_wants_it_and_is_there_before_the_answer() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);
    assert!(installed(&bench).is_empty(), "nobody needs it");
    assert!(join(&mut bench, 2));
    assert!(join(&mut bench, 3));
    assert_eq!(installed(&bench).len(), 1);
    assert_eq!(installed(&bench)[0].0, 4);
    assert_eq!(protected(&bench), [mac(2), mac(3)]);
    let place = |f: &dyn Fn(&Request) -> bool| bench.requests.iter().rposition(f).unwrap();
    let key = place(
        &|r| matches!(r, Request::CipherDefaultKey(k) if k.algorithm == oid::CipherAlgorithm::BIP),
    );
    let answers = bench
        .requests
        .iter()
        .enumerate()
        .filter(|(_, r)| matches!(r, Request::IncomingAssociationDecision(_)));
    assert_eq!(answers.filter(|(at, _)| *at > key).count(), 2);
}

#[test]
fn it_is_renewed_with_the_group_key_in_the_other_place() {
    let mut bench = Bench::with(keys(None), |s| {
        s.group_rekey = Some(Duration::from_secs(10));
    });
    assert!(join(&mut bench, 1));
    bench.join(2, 1);
    bench.pass(Duration::from_secs(25));
    let keys = installed(&bench);
    let indices: Vec<u32> = keys.iter().map(|(index, _)| *index).collect();
    assert_eq!(indices, [4, 5, 4]);
    assert!(keys[0].1 != keys[1].1 && keys[0].1 != keys[2].1);
    assert!(bench.key_of(1).is_some() && bench.key_of(2).is_some());
}

#[test]
fn it_is_renewed_when_somebody_leaves_who_knew_it() {
    let mut bench = Bench::running(None);
    assert!(join(&mut bench, 1));
    assert!(join(&mut bench, 2));
    bench.leave(1);
    bench.pass(Duration::from_secs(3));
    assert_eq!(installed(&bench).len(), 2);
}

#[test]
fn a_refused_key_costs_its_peer_the_place_and_the_next_one_tries_again() {
    let mut bench = Bench::running(None);
    bench.join(9, 1);
    bench.refuse = Some(
        |r| matches!(r, Request::CipherDefaultKey(k) if k.algorithm == oid::CipherAlgorithm::BIP),
    );
    assert!(!join(&mut bench, 1));
    assert!(bench.events.iter().any(|e| matches!(
        e,
        Event::PeerRefused { mac: who, why: Refused::Radio(cause) }
            if *who == mac(1) && cause.remedy == "Boil water."
    )));
    assert!(bench.key_of(9).is_some(), "nobody else suffers");
    assert!(join(&mut bench, 2));
    assert_eq!(protected(&bench), [mac(2)]);
    assert_eq!(installed(&bench).len(), 2);
}

#[test]
fn isolation_is_asked_for_at_the_start_and_may_change() {
    let asked = |bench: &Bench| -> Vec<bool> {
        let mut all = vec![];
        for request in &bench.requests {
            if let Request::IsolatePeers(on) = request {
                all.push(*on);
            }
        }
        all
    };
    let mut bench = Bench::with(keys(None), |s| s.isolate = true);
    assert_eq!(asked(&bench), [true]);
    bench.ap.set_isolation(false);
    bench.settle();
    assert_eq!(asked(&bench), [true, false]);
    let mut idle = Bench::idle();
    idle.ap.set_isolation(true);
    idle.settle();
    assert_eq!(asked(&idle), [], "there is nothing to isolate");
    assert_eq!(
        asked(&Bench::running(None)),
        [],
        "the default needs no word"
    );
}
