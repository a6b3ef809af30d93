//! Frames of strangers and nonsense: nothing panics, nothing grows, nothing changes.

use super::*;
use crate::station_port::MAX_NETWORKS;
use proptest::prelude::*;

fn spoofed(frame: Vec<u8>, at: core::ops::Range<usize>, by: MacAddr) -> Vec<u8> {
    let mut frame = frame;
    frame[at].copy_from_slice(&by.0);
    frame
}

const TO: core::ops::Range<usize> = 4..10;
const FROM: core::ops::Range<usize> = 10..16;
const BSSID: core::ops::Range<usize> = 16..22;

/// Frames that look like an access point's and are not its, or not for us.
fn forgeries(frame: &[u8]) -> Vec<Vec<u8>> {
    let other = station(77);
    let frame = frame.to_vec();
    let all = |by| spoofed(spoofed(frame.clone(), FROM, by), BSSID, by);
    vec![
        all(other),
        spoofed(frame.clone(), FROM, other),
        spoofed(frame.clone(), BSSID, other),
        spoofed(frame.clone(), TO, other),
        all(OWN),
        all(MacAddr::BROADCAST),
        all(MacAddr([0; 6])),
        spoofed(frame.clone(), TO, MacAddr([1, 0, 0, 0, 0, 1])),
        // Encrypted, or a fragment.
        [&[frame[0], 0x40], &frame[2..]].concat(),
        [&[frame[0], 0x04], &frame[2..]].concat(),
        frame[..23].to_vec(),
        Vec::new(),
    ]
}

#[test]
fn forged_answers_do_not_join() {
    let silent = FakeAp {
        auth: None,
        assoc: None,
        ..FakeAp::default()
    };
    let mut bench = StaBench::ready(vec![silent.clone()]);
    bench.station(StationRequest::Connect);
    bench.pass(Duration::from_millis(250));
    let before = bench.sent().len();
    let ok = StatusCode::SUCCESS;
    for frame in forgeries(&silent.auth(ok)) {
        bench.frame(frame);
    }
    // An answer to everybody is none.
    bench.frame(spoofed(silent.auth(ok), TO, MacAddr::BROADCAST));
    // Out of turn.
    bench.frame(silent.response(false, ok, 1));
    bench.frame(silent.deauth());
    let to = ManagementAddresses::from_ap(AP, OWN);
    let open = AuthenticationAlgorithm::OPEN_SYSTEM;
    for (algorithm, transaction) in [(AuthenticationAlgorithm(1), 2), (open, 1), (open, 3)] {
        bench.frame(ManagementBuilder::authentication(to, algorithm, transaction, ok).finish());
    }
    assert_eq!(bench.sent().len(), before, "still waits for its answer");
    bench.frame(silent.auth(ok));
    assert_eq!(bench.sent().len(), before + 1, "and takes it");
    for frame in forgeries(&silent.response(false, ok, 1)) {
        bench.frame(frame);
    }
    let to_all = spoofed(silent.response(false, ok, 1), TO, MacAddr::BROADCAST);
    bench.frame(to_all);
    // Of another kind, without an association id, with broken elements.
    bench.frame(silent.response(true, ok, 1));
    bench.frame(silent.response(false, ok, 0));
    bench.frame([silent.response(false, ok, 1), vec![221, 9]].concat());
    bench.frame(silent.auth(ok));
    for frame in forgeries(&silent.deauth()) {
        bench.frame(frame);
    }
    assert_eq!(bench.count(|c| matches!(c, Command::AddStation(_))), 0);
    bench.frame(silent.response(false, ok, 2007));
    assert_eq!(bench.end(), Some(ConnectionEnd::Success));
}

#[test]
fn forged_departures_end_nothing() {
    let mut bench = StaBench::connected();
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
    assert_eq!(bench.set_port(true), Ok(Reply::Done));
    bench.clear();
    let ap = FakeAp::default();
    for frame in [ap.deauth(), ap.disassoc()] {
        for frame in forgeries(&frame) {
            bench.frame(frame);
        }
    }
    for frame in [
        ap.auth(StatusCode::REFUSED),
        ap.auth(StatusCode::SUCCESS),
        ap.response(false, StatusCode::REFUSED, 0),
        ap.response(false, StatusCode::SUCCESS, 9),
        auth(OWN),
        assoc(OWN),
    ] {
        bench.frame(frame);
    }
    bench.event(RadioEvent::StationLost { peer: station(1) });
    bench.event(RadioEvent::UnexpectedData { peer: AP });
    assert!(bench.port_is_open());
    assert!(bench.commands.is_empty() && bench.indications.is_empty());
    // To all of the network: that counts.
    bench.frame(spoofed(ap.deauth(), TO, MacAddr::BROADCAST));
    assert!(!bench.is_connected());
}

#[test]
fn a_flood_of_beacons_fills_a_bounded_table_and_the_wanted_network_gets_in() {
    let mut bench = StaBench::ready(vec![FakeAp {
        channel: 11,
        ..FakeAp::default()
    }]);
    let id = bench.station(StationRequest::Scan);
    for n in 0..10_000 {
        let bssid = station(n + 1000);
        bench.frame(
            FakeAp {
                bssid,
                ssid: b"noise",
                ..FakeAp::default()
            }
            .beacon(),
        );
    }
    bench.pass(Duration::from_secs(1));
    let Ok(Reply::BssEntries(found)) = bench.result(id) else {
        panic!()
    };
    assert_eq!(found.len(), MAX_NETWORKS);
    assert!(found.iter().any(|e: &BssEntry| e.bssid == AP));
    assert_eq!(
        bench.rejected(Rejection::Flood),
        10_000 - MAX_NETWORKS as u64
    );
    assert_eq!(bench.connect(), ConnectionEnd::Success);
    // While it is not looking, nothing is kept at all.
    bench.station(StationRequest::Disconnect);
    let before = postcard::to_allocvec(&bench.port).unwrap().len();
    for n in 0..1000 {
        let bssid = station(n + 50_000);
        bench.frame(
            FakeAp {
                bssid,
                ..FakeAp::default()
            }
            .beacon(),
        );
    }
    assert_eq!(postcard::to_allocvec(&bench.port).unwrap().len(), before);
}

#[test]
fn twins_of_the_wanted_network_are_asked_in_bounded_number() {
    let twins = (0..100).map(|n| FakeAp {
        bssid: station(n),
        channel: 6,
        auth: None,
        ..FakeAp::default()
    });
    let mut bench = StaBench::ready(twins.collect());
    assert_eq!(bench.connect(), ConnectionEnd::Timeout);
    let asked = bench
        .told()
        .iter()
        .filter(|t| matches!(t, Told::AssociationStart { .. }))
        .count();
    assert_eq!(asked, 8);
}

#[test]
fn malformed_beacons_are_not_kept() {
    let mut bench = StaBench::ready(vec![]);
    let id = bench.station(StationRequest::Scan);
    let good = FakeAp::default().beacon();
    let head = &good[..36];
    for tail in [
        &[][..],
        &[0],
        &[0, 3, b'l'],
        &[1, 1, 2],
        &[0, 3, b'l', b'a', b'b', 48, 200, 1],
    ] {
        bench.frame([head, tail].concat());
    }
    let long = [head, &[0, 33][..], &[b'x'; 33]].concat();
    bench.frame(long);
    for len in 0..36 {
        bench.frame(good[..len].to_vec());
    }
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.result(id), Ok(Reply::BssEntries(vec![])));
    assert_eq!(bench.rejected(Rejection::Malformed), 42);
}

#[test]
fn a_beacon_that_hides_its_name_does_not_hide_what_is_known() {
    let mut bench = StaBench::ready(vec![FakeAp::default()]);
    let id = bench.station(StationRequest::Scan);
    bench.pass(Duration::from_millis(60));
    for ssid in [&b""[..], &b"\0\0\0"[..]] {
        bench.frame(
            FakeAp {
                ssid,
                ..FakeAp::default()
            }
            .beacon(),
        );
    }
    bench.pass(Duration::from_secs(1));
    let Ok(Reply::BssEntries(found)) = bench.result(id) else {
        panic!()
    };
    let known = FakeAp::default().probe_response();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].elements, &known[36..]);
}

/// What the world may do.
#[derive(Clone, Debug)]
enum Step {
    Noise(Vec<u8>),
    Frame(u8),
    Mangled(u8, usize, u8),
    Wait(u64),
    Ask(u8),
    Event(u8),
    Answer,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => proptest::collection::vec(any::<u8>(), 0..80).prop_map(Step::Noise),
        3 => any::<u8>().prop_map(Step::Frame),
        3 => (any::<u8>(), 0..120_usize, any::<u8>()).prop_map(|(f, at, by)| Step::Mangled(f, at, by)),
        2 => (0..3000_u64).prop_map(Step::Wait),
        3 => any::<u8>().prop_map(Step::Ask),
        1 => any::<u8>().prop_map(Step::Event),
        2 => Just(Step::Answer),
    ]
}

fn some_frame(n: u8) -> Vec<u8> {
    let ap = FakeAp::default();
    let ok = StatusCode::SUCCESS;
    match n % 8 {
        0 => ap.beacon(),
        1 => ap.probe_response(),
        2 => ap.auth(ok),
        3 => ap.response(false, ok, 1),
        4 => ap.response(true, ok, 2),
        5 => ap.deauth(),
        6 => ap.disassoc(),
        _ => ap.auth(StatusCode::REFUSED),
    }
}

fn ask(bench: &mut StaBench, n: u8) -> RequestId {
    let key = |is_static| KeyMappingKey {
        is_static,
        ..mapping_key(AP, n)
    };
    match n % 14 {
        0 | 1 => bench.station(StationRequest::Connect),
        2 => bench.station(StationRequest::Scan),
        3 => bench.station(StationRequest::Disconnect),
        4 => bench.request(Request::Reset {
            default_mib: n >= 128,
        }),
        5 | 6 => bench.request(Request::CipherKeyMappingKey(key(n >= 128))),
        7 => bench.request(Request::CipherKeyMappingKey(KeyMappingKey {
            material: None,
            ..mapping_key(AP, 0)
        })),
        8 | 9 => bench.request(Request::PortStateNotification {
            peer: AP,
            open: n < 200,
        }),
        10 => bench.request(Request::CipherDefaultKey(group_key(u32::from(n % 4), n))),
        11 => bench.security(SecurityRequest::ReceiveEtherTypes(vec![
            0x8800 + u16::from(n),
        ])),
        12 => bench.security(SecurityRequest::SendVendorPacket {
            peer: AP,
            ether_type: 0x88b5,
            payload: vec![n],
        }),
        _ => bench.request(Request::DesiredSsid(Ssid::new("lab").unwrap())),
    }
}

/// What a radio that obeyed does: is the port open without a key?
fn leaks(commands: &[Command]) -> bool {
    let (mut key, mut open) = (false, false);
    for command in commands {
        match command {
            Command::InstallKey(k) if k.scope == radio::KeyScope::Pairwise(AP) => key = true,
            Command::RemoveKey { scope, .. } if *scope == radio::KeyScope::Pairwise(AP) => {
                key = false;
            }
            Command::Authorize { open: now, .. } => open = *now,
            Command::StopListening | Command::AddStation(_) | Command::RemoveStation { .. } => {
                (key, open) = (false, false);
            }
            _ => {}
        }
        if open && !key {
            return true;
        }
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_request_is_answered_once_and_nothing_leaks(
        steps in proptest::collection::vec(step(), 1..80),
        answers in any::<bool>(),
        refusal in 0..4_u8,
    ) {
        let mut bench = StaBench::ready(vec![FakeAp::default()]);
        bench.answers = answers;
        bench.refusal = match refusal {
            0 => |c| matches!(c, Command::InstallKey(_)).then_some(CommandErrorKind::Busy),
            1 => |c| matches!(c, Command::AddStation(_)).then_some(CommandErrorKind::Failed),
            _ => |_| None,
        };
        let mut asked = Vec::new();
        for step in steps {
            match step {
                Step::Noise(frame) => bench.frame(frame),
                Step::Frame(n) => bench.frame(some_frame(n)),
                Step::Mangled(n, at, by) => {
                    let mut frame = some_frame(n);
                    if let Some(byte) = frame.get_mut(at) {
                        *byte ^= by;
                    }
                    bench.frame(frame);
                }
                Step::Wait(ms) => bench.pass(Duration::from_millis(ms)),
                Step::Ask(n) => asked.push(ask(&mut bench, n)),
                // A radio that was lost has forgotten all it was told.
                Step::Event(n) if n % 4 == 0 => {
                    bench.event(RadioEvent::Unavailable { cause: Cause::new("Off.", "On.") });
                    bench.commands.clear();
                }
                Step::Event(n) => bench.event(match n % 4 {
                    1 | 2 => RadioEvent::Ready(Box::new(station_capabilities())),
                    _ => RadioEvent::StationLost { peer: AP },
                }),
                Step::Answer => bench.answer_all(),
            }
            prop_assert!(!leaks(&bench.commands));
            let opens = bench.count(|c| matches!(c, Command::Authorize { open: true, .. }));
            prop_assert!(opens == 0 || refusal != 0);
        }
        bench.answers = true;
        bench.event(RadioEvent::Unavailable { cause: Cause::new("Off.", "On.") });
        for id in asked {
            let answers = bench.completions.iter().filter(|c| c.id == id).count();
            prop_assert_eq!(answers, 1);
        }
        // Each attempt has one end, each association one start.
        let starts = bench.story().iter().filter(|s| **s == "connection start").count();
        let ends = bench.story().iter().filter(|s| **s == "connection end").count();
        prop_assert_eq!(starts, ends);
        let begun = bench.story().iter().filter(|s| **s == "association start").count();
        let settled = bench.story().iter().filter(|s| s.ends_with("associated")).count();
        prop_assert_eq!(begun, settled);
    }
}
