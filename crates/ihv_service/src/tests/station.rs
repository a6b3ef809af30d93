//! The station's adapter: one connection, from the wish to its end.

use cause::Cause;
use clock::Duration;
use dot11::{Channel, MacAddr, Oui, ReasonCode, StatusCode};
use ihv::seam::*;
use oid::{
    AssociationFrames, AuthAlgorithm, BssEntry, CipherAlgorithm, ConnectionEnd, DisassocReason,
    Indication, NdisStatus, OperationMode, PhyState, Request, SecurityRequest, StationAssociation,
    StationIndication, StationRequest,
};
use wlan_model::{VendorProfile, Win32Error};
use wlan_rpc::ExtensionEvent;

use super::bench::*;
use crate::{HostId, Input, PortRequest};

fn heard(ssid: &[u8], signal: i8) -> BssEntry {
    let len = u8::try_from(ssid.len()).unwrap();
    BssEntry {
        bssid: BSSID,
        channel: Channel::new(6).unwrap(),
        signal: Some(signal),
        beacon_interval: 100,
        capability: 0x11,
        timestamp: 5,
        elements: [&[0, len][..], ssid, &[3, 1, 6]].concat(),
    }
}

fn connect(bench: &mut Bench) {
    bench.input(Input::Connect(Box::new(profile())));
}

/// The outcomes of connections.
fn outcomes(bench: &Bench) -> Vec<&ExtensionEvent> {
    let is_outcome = |what: &&ExtensionEvent| {
        matches!(
            what,
            ExtensionEvent::Connected { .. }
                | ExtensionEvent::Disconnected { .. }
                | ExtensionEvent::Failed { .. }
        )
    };
    let events = bench.events.iter().map(|(_, _, what)| what);
    events.filter(is_outcome).collect()
}

/// A host with its adapter and without a connection.
pub(crate) fn idle() -> (Bench, HostId) {
    let mut bench = Bench::new();
    bench.input(Input::Install(acme()));
    connect(&mut bench);
    let host = bench.host("acme", STATION);
    bench.loaded(host);
    let (task, what) = bench.the_task(host);
    let Task::InitAdapter(adapter) = what else {
        panic!("{what:?}")
    };
    assert_eq!(adapter.mode, 4);
    bench.returned(host, task, OK);
    // Nothing was on the air.
    assert!(matches!(
        outcomes(&bench)[..],
        [ExtensionEvent::Disconnected { .. }]
    ));
    bench.events.clear();
    bench.requests.clear();
    (bench, host)
}

/// `PerformPreAssociate` has returned.
fn pre_associating() -> (Bench, HostId, ConnectionId) {
    let (mut bench, host) = idle();
    bench.scan = vec![heard(b"net", -40), heard(b"other", -20)];
    connect(&mut bench);
    let (task, what) = bench.the_task(host);
    let Task::PerformPreAssociate {
        connection,
        profile,
        networks,
    } = what
    else {
        panic!("{what:?}")
    };
    assert_eq!(profile.name, "home");
    assert_eq!(networks.len(), 64 + 5 + 3, "the other network is left out");
    bench.returned(host, task, OK);
    (bench, host, connection)
}

/// `CONNECT_REQUEST` has been made.
fn connecting() -> (Bench, HostId) {
    let (mut bench, host, connection) = pre_associating();
    bench.say(host, pre_done(connection, OK));
    (bench, host)
}

fn associated(bench: &mut Bench) {
    let association = StationAssociation {
        bssid: BSSID,
        auth: AuthAlgorithm::RSNA_PSK,
        unicast_cipher: CipherAlgorithm::CCMP,
        multicast_cipher: CipherAlgorithm::CCMP,
        frames: AssociationFrames::default(),
    };
    for what in [
        StationIndication::AssociationCompletion {
            bssid: BSSID,
            result: Ok(Box::new(association)),
        },
        StationIndication::ConnectionCompletion(ConnectionEnd::Success),
    ] {
        bench.indicate(STATION, Indication::Station(what));
    }
}

fn joining() -> (Bench, HostId, PortId) {
    let (mut bench, host) = connecting();
    associated(&mut bench);
    let (task, what) = bench.the_task(host);
    let Task::PerformPostAssociate {
        port, association, ..
    } = what
    else {
        panic!("{what:?}")
    };
    assert_eq!((association.peer, association.auth), (BSSID, 7));
    bench.returned(host, task, OK);
    (bench, host, port)
}

fn connected() -> (Bench, HostId, PortId) {
    let (mut bench, host, port) = joining();
    bench.say(host, post_done(port, BSSID, OK));
    (bench, host, port)
}

#[test]
fn a_connection_is_made_in_the_documented_order() {
    let (mut bench, host, port) = joining();
    let opened = PortRequest::Request(Request::PortStateNotification {
        peer: BSSID,
        open: true,
    });
    assert!(!bench.requests.contains(&(STATION, opened.clone())));
    bench.say(host, post_done(port, BSSID, OK));
    assert_eq!(
        outcomes(&bench),
        [&ExtensionEvent::Connected { bssid: BSSID }]
    );
    let request = PortRequest::Request;
    let expected = [
        PortRequest::Station(StationRequest::Disconnect),
        request(Request::EnabledAuthenticationAlgorithm(
            AuthAlgorithm::RSNA_PSK,
        )),
        request(Request::EnabledUnicastCipherAlgorithm(
            CipherAlgorithm::CCMP,
        )),
        request(Request::EnabledMulticastCipherAlgorithm(
            CipherAlgorithm::CCMP,
        )),
        PortRequest::Station(StationRequest::Scan),
        request(Request::DesiredSsid(profile().ssid)),
        PortRequest::Station(StationRequest::AssociationElements(profile().elements)),
        PortRequest::Station(StationRequest::Connect),
        opened,
    ];
    let asked: Vec<_> = bench.requests.iter().map(|(_, r)| r.clone()).collect();
    assert_eq!(asked, expected);
}

#[test]
fn the_port_is_told_its_mode_once_and_after_each_loss_of_the_radio() {
    let modes = |bench: &Bench| {
        let mode = PortRequest::Request(Request::CurrentOperationMode(
            OperationMode::ExtensibleStation,
        ));
        let all = bench.requests.iter();
        all.filter(|(_, request)| *request == mode).count()
    };
    let (mut bench, _) = idle();
    connect(&mut bench);
    assert_eq!(modes(&bench), 0, "before the last look");
    let cause = Cause::new("The radio is gone.", "Plug it in.");
    let off = Indication::PhyStateChanged(PhyState::Off { cause });
    bench.indicate(STATION, off);
    connect(&mut bench);
    assert_eq!(modes(&bench), 1);
}

/// How far; what happens; the status its port is stopped with.
#[test]
fn every_loss_stops_the_port_resets_the_adapter_and_is_told_once() {
    type Loss = fn(&mut Bench, HostId, PortId);
    let rows: [(Loss, u32); 6] = [
        (
            |bench, _, _| {
                let reason = DisassocReason::PeerDeauthenticated(ReasonCode(3));
                bench.indicate(
                    STATION,
                    Indication::Disassociation {
                        peer: BSSID,
                        reason,
                    },
                );
            },
            0x1_0003,
        ),
        (
            |bench, host, port| bench.say(host, post_done(port, BSSID, Win32Error::GEN_FAILURE)),
            7,
        ),
        (
            |bench, _, _| {
                let cause = Cause::new("The radio is gone.", "Plug it in.");
                bench.indicate(
                    STATION,
                    Indication::PhyStateChanged(PhyState::Off { cause }),
                );
            },
            3,
        ),
        (
            |bench, _, _| {
                bench.indicate(
                    STATION,
                    Indication::Station(StationIndication::ConnectionCompletion(
                        ConnectionEnd::Aborted,
                    )),
                );
            },
            7,
        ),
        (|bench, _, _| bench.input(Input::Disconnect), 7),
        (
            |bench, _, _| {
                bench.input(Input::Remove {
                    name: "acme".into(),
                });
            },
            9,
        ),
    ];
    for (number, (lose, status)) in rows.into_iter().enumerate() {
        for open in [false, true] {
            let (mut bench, host, port) = if open { connected() } else { joining() };
            bench.call(host, register(&[TYPE]));
            bench.events.clear();
            lose(&mut bench, host, port);
            let tasks: Vec<_> = bench.tasks(host).into_iter().map(|(_, t)| t).collect();
            assert_eq!(
                tasks,
                [Task::StopPostAssociate { port, status }, Task::AdapterReset],
                "row {number}"
            );
            assert!(
                matches!(outcomes(&bench)[..], [ExtensionEvent::Disconnected { .. }]),
                "row {number}"
            );
            let none = SecurityRequest::ReceiveEtherTypes(Vec::new());
            let cleared = (STATION, PortRequest::Security(none));
            assert!(bench.requests.contains(&cleared), "row {number}");
            bench.pass(Duration::from_millis(100));
            assert_eq!(outcomes(&bench).len(), 1, "row {number}");
        }
    }
}

#[test]
fn each_step_that_fails_ends_the_attempt_and_keeps_the_host() {
    let moods: [Mood; 7] = [
        |request| match request {
            PortRequest::Request(Request::EnabledAuthenticationAlgorithm(_)) => {
                Some(NdisStatus::INVALID_STATE)
            }
            _ => None,
        },
        |request| match request {
            PortRequest::Request(Request::EnabledMulticastCipherAlgorithm(_)) => {
                Some(NdisStatus::INVALID_DATA)
            }
            _ => None,
        },
        |request| match request {
            PortRequest::Station(StationRequest::Scan) => Some(NdisStatus::FAILURE),
            _ => None,
        },
        |request| match request {
            PortRequest::Request(Request::DesiredSsid(_)) => Some(NdisStatus::INVALID_STATE),
            _ => None,
        },
        |request| match request {
            PortRequest::Station(StationRequest::AssociationElements(_)) => {
                Some(NdisStatus::INVALID_DATA)
            }
            _ => None,
        },
        |request| match request {
            PortRequest::Station(StationRequest::Connect) => Some(NdisStatus::INVALID_STATE),
            _ => None,
        },
        |request| match request {
            PortRequest::Request(Request::PortStateNotification { .. }) => {
                Some(NdisStatus::INVALID_STATE)
            }
            _ => None,
        },
    ];
    for (number, mood) in moods.into_iter().enumerate() {
        let (mut bench, host) = idle();
        bench.scan = vec![heard(b"net", -40)];
        bench.mood = mood;
        connect(&mut bench);
        for _ in 0..8 {
            for (task, what) in bench.tasks(host) {
                bench.returned(host, task, OK);
                match what {
                    Task::PerformPreAssociate { connection, .. } => {
                        bench.say(host, pre_done(connection, OK));
                        associated(&mut bench);
                    }
                    Task::PerformPostAssociate { port, .. } => {
                        bench.say(host, post_done(port, BSSID, OK));
                    }
                    _ => {}
                }
            }
        }
        assert!(
            matches!(outcomes(&bench)[..], [ExtensionEvent::Disconnected { .. }]),
            "row {number}: {:?}",
            bench.events
        );
        assert!(bench.killed.is_empty());
        // The same host does it when nothing is in the way.
        bench.mood = |_| None;
        connect(&mut bench);
        assert!(matches!(
            bench.the_task(host).1,
            Task::PerformPreAssociate { .. }
        ));
    }
}

#[test]
fn an_access_point_that_does_not_let_it_in_ends_the_attempt() {
    for end in [
        ConnectionEnd::NotFound,
        ConnectionEnd::Timeout,
        ConnectionEnd::Refused(StatusCode(17)),
        ConnectionEnd::Aborted,
    ] {
        let (mut bench, host) = connecting();
        bench.indicate(
            STATION,
            Indication::Station(StationIndication::ConnectionCompletion(end)),
        );
        assert!(matches!(
            outcomes(&bench)[..],
            [ExtensionEvent::Disconnected { .. }]
        ));
        assert_eq!(bench.the_task(host).1, Task::AdapterReset);
    }
}

#[test]
fn association_and_handshake_have_ten_seconds_each() {
    let (mut bench, _) = connecting();
    bench.pass(Duration::from_micros(9_999_999));
    assert_eq!(outcomes(&bench).len(), 0);
    bench.pass(Duration::from_micros(1));
    assert_eq!(outcomes(&bench).len(), 1);

    let (mut bench, host, port) = joining();
    bench.pass(Duration::from_micros(9_999_999));
    assert_eq!(outcomes(&bench).len(), 0);
    bench.pass(Duration::from_micros(1));
    assert_eq!(outcomes(&bench).len(), 1);
    bench.say(host, post_done(port, BSSID, OK));
    assert_eq!(outcomes(&bench).len(), 1, "it came too late");
    assert!(bench.killed.is_empty());
}

#[test]
fn a_refused_pre_association_ends_the_attempt_without_a_reset() {
    let (mut bench, host, connection) = pre_associating();
    bench.say(host, pre_done(connection, Win32Error::GEN_FAILURE));
    assert_eq!(outcomes(&bench).len(), 1);
    assert_eq!(bench.tasks(host), []);
    connect(&mut bench);
    assert!(matches!(
        bench.the_task(host).1,
        Task::PerformPreAssociate { .. }
    ));
}

#[test]
fn a_second_wish_takes_the_place_of_the_first() {
    let (mut bench, host, port) = connected();
    bench.events.clear();
    connect(&mut bench);
    let tasks = bench.tasks(host);
    let expected = [
        Task::StopPostAssociate { port, status: 7 },
        Task::AdapterReset,
    ];
    assert_eq!(
        tasks.iter().map(|(_, t)| t.clone()).collect::<Vec<_>>(),
        expected
    );
    for (task, _) in tasks {
        bench.returned(host, task, OK);
    }
    assert!(matches!(
        bench.the_task(host).1,
        Task::PerformPreAssociate { .. }
    ));
    assert_eq!(outcomes(&bench).len(), 0, "its end tells of both");
}

#[test]
fn a_crash_resets_the_port_and_the_host_comes_back_without_a_connection() {
    let (mut bench, host, _) = connected();
    bench.call(host, set(&[key(BSSID), static_key(M)]));
    bench.events.clear();
    bench.crash(host);
    assert!(matches!(
        outcomes(&bench)[..],
        [ExtensionEvent::Failed {
            again_ms: Some(250),
            ..
        }]
    ));
    let reset = PortRequest::Request(Request::Reset { default_mib: true });
    assert!(bench.requests.contains(&(STATION, reset)));
    assert!(bench.keys.is_empty());
    bench.pass(Duration::from_millis(250));
    let host = bench.host("acme", STATION);
    bench.loaded(host);
    let (task, _) = bench.the_task(host);
    bench.returned(host, task, OK);
    assert_eq!(bench.tasks(host), []);
    bench.crash(host);
    // Somebody asks: the pause does not count.
    connect(&mut bench);
    assert_eq!(bench.alive.len(), 1);
}

#[test]
fn a_station_may_take_eapol_for_itself() {
    let (mut bench, host, port) = joining();
    bench.call(host, register(&[0x888e, TYPE]));
    bench.indicate(
        STATION,
        Indication::ReceivePacket {
            peer: BSSID,
            pdu: vec![2, 3],
        },
    );
    let data = [&BSSID.0[..], &[0x88, 0x8e, 2, 3]].concat();
    let up = ServiceMessage::ReceivePacket { adapter: A, data };
    assert!(bench.look(host).contains(&up));
    bench.say(host, packet(1, BSSID, 0x888e));
    let eapol = Request::SendPacket {
        peer: BSSID,
        pdu: b"hello".to_vec(),
    };
    assert_eq!(
        bench.requests.last(),
        Some(&(STATION, PortRequest::Request(eapol)))
    );
    let before = bench.requests.len();
    bench.say(host, packet(2, M, TYPE));
    assert_eq!(bench.requests.len(), before, "not its access point");
    let _ = port;
}

#[test]
fn a_profile_of_nobody_is_told_so() {
    let mut bench = Bench::new();
    bench.input(Input::Install(acme()));
    bench.input(Input::Connect(Box::new(VendorProfile {
        oui: Oui([9, 9, 9]),
        ..profile()
    })));
    assert!(bench.alive.is_empty());
    assert!(matches!(
        &bench.events[..],
        [(name, STATION, ExtensionEvent::Disconnected { .. })] if name == "09:09:09"
    ));
}

#[test]
fn disconnecting_ends_the_host() {
    let (mut bench, host) = idle();
    bench.input(Input::Disconnect);
    let (task, what) = bench.the_task(host);
    assert_eq!(what, Task::DeinitAdapter);
    bench.returned(host, task, OK);
    assert_eq!(bench.look(host), [ServiceMessage::Shutdown]);
    bench.say(host, HostMessage::Ended);
    bench.gone(host, None);
    bench.pass(Duration::from_secs(60));
    assert!(bench.alive.is_empty());
}

#[test]
fn what_is_heard_has_the_form_of_windot11() {
    let mut weak = heard(b"net", -70);
    weak.bssid = MacAddr([6; 6]);
    let bytes = crate::bss::entries(&[weak, heard(b"net", -40)]);
    assert_eq!(bytes.len(), 2 * (64 + 8));
    let first: [u8; 72] = bytes[..72].try_into().unwrap();
    assert_eq!(first[4..8], 2437_u32.to_le_bytes());
    assert_eq!(first[16..22], BSSID.0);
    assert_eq!(first[24..28], 1_i32.to_le_bytes());
    assert_eq!(first[28..32], (-40_i32).to_le_bytes());
    assert_eq!(first[32..36], 100_u32.to_le_bytes());
    assert_eq!(first[36], 1);
    assert_eq!(first[38..40], 100_u16.to_le_bytes());
    assert_eq!(first[40..48], 5_u64.to_le_bytes());
    assert_eq!(first[56..58], 0x11_u16.to_le_bytes());
    assert_eq!(first[60..64], 8_u32.to_le_bytes());
    assert_eq!(first[64..], [0, 3, b'n', b'e', b't', 3, 1, 6]);
    assert_eq!(bytes[72 + 16..72 + 22], [6; 6]);

    let mut long = heard(b"net", -10);
    long.elements = vec![0; 40_000];
    assert_eq!(crate::bss::entries(&[long, heard(b"net", -40)]).len(), 72);
}
