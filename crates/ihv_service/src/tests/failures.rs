//! Hosts that crash, hang, lie and flood.

use cause::Cause;
use clock::Duration;
use dot11::KeyBytes;
use ihv::seam::*;
use softap::{VendorEvent, VendorVerdict};
use wlan_model::{Guid, Win32Error};
use wlan_rpc::{ExtensionEvent, HostState};

use super::bench::*;
use crate::{HostId, Input};

fn is_ready(bench: &Bench) -> bool {
    bench.serves.last().is_some_and(|list| list[0].ready)
}

#[test]
fn the_pause_doubles_to_thirty_seconds_and_a_minute_of_health_forgets() {
    let mut bench = Bench::ready();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let host = bench.ap();
        bench.crash(host);
        assert!(!is_ready(&bench));
        let (_, again) = bench.failures().pop().unwrap();
        let again = Duration::from_millis(again.unwrap());
        pauses.push(again.as_millis());
        bench.pass(again - Duration::from_millis(1));
        assert!(bench.alive.is_empty(), "too early");
        bench.pass(Duration::from_millis(1));
        let host = bench.ap();
        bench.bring_up(host);
        bench.pass(Duration::from_secs(59));
    }
    assert_eq!(
        pauses,
        [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]
    );
    bench.pass(Duration::from_secs(1));
    let host = bench.ap();
    bench.crash(host);
    assert_eq!(bench.failures().pop().unwrap().1, Some(250));
}

#[test]
fn a_process_that_dies_before_it_is_killed_is_told_with_its_own_cause() {
    let (mut bench, host, port) = Bench::joining(M);
    bench.say(host, post_done(port, M, OK));
    bench.crash(host);
    assert_eq!(
        bench.failures(),
        [("It was killed by signal 11.".to_owned(), Some(250))]
    );
    assert_eq!(bench.verdicts.last(), Some(&(M, VendorVerdict::Refuse)));
    let state = bench.engine.rows()[0].hosts[0].1.clone();
    assert!(matches!(state, HostState::Waiting { .. }));
}

/// Something a host says in some state, and whether it may.
type Row = (&'static str, fn(PortId) -> HostMessage, bool);

fn call(id: u64) -> HostMessage {
    HostMessage::Call {
        id: CallId(id),
        adapter: A,
        call: Call::SetDefaultKeyId(1),
    }
}

fn returned(task: u64) -> HostMessage {
    HostMessage::Returned {
        task: TaskId(task),
        result: TaskResult::code(OK),
    }
}

const READY_ROWS: [Row; 24] = [
    ("loaded twice", |_| loaded(), false),
    (
        "load failed late",
        |_| HostMessage::LoadFailed("no".into()),
        false,
    ),
    ("a call", |_| call(1), true),
    (
        "a call for another adapter",
        |_| HostMessage::Call {
            id: CallId(1),
            adapter: AdapterId(2),
            call: Call::SetDefaultKeyId(1),
        },
        false,
    ),
    ("a second return", |_| returned(1), false),
    ("a return from nothing", |_| returned(99), false),
    (
        "a late pre-association",
        |_| pre_done(ConnectionId(1), OK),
        true,
    ),
    (
        "a pre-association of nothing",
        |_| pre_done(ConnectionId(2), OK),
        false,
    ),
    ("the connection 0", |_| pre_done(ConnectionId(0), OK), false),
    ("a completion", |port| post_done(port, M, OK), true),
    (
        "a completion for another peer",
        |port| post_done(port, N, OK),
        true,
    ),
    (
        "a completion of nothing",
        |_| post_done(PortId(9), M, OK),
        false,
    ),
    ("a packet", |_| packet(1, M, TYPE), true),
    (
        "a packet without head",
        |_| HostMessage::SendPacket {
            adapter: A,
            packet: PacketId(1),
            data: vec![2; 7],
        },
        false,
    ),
    (
        "a packet to a group",
        |_| HostMessage::SendPacket {
            adapter: A,
            packet: PacketId(1),
            data: vec![1; 20],
        },
        false,
    ),
    (
        "a packet without end",
        |_| HostMessage::SendPacket {
            adapter: A,
            packet: PacketId(1),
            data: vec![2; 8 + 2305],
        },
        false,
    ),
    (
        "a notification",
        |_| HostMessage::Notification {
            adapter: A,
            code: 1,
            data: vec![0; 64 * 1024],
        },
        true,
    ),
    (
        "a long notification",
        |_| HostMessage::Notification {
            adapter: A,
            code: 1,
            data: vec![0; 64 * 1024 + 1],
        },
        false,
    ),
    (
        "a question",
        |_| HostMessage::UiRequest {
            adapter: A,
            request: UiRequest {
                id: Guid::NIL,
                session: 0,
                page: Guid::NIL,
                bytes: 0,
            },
        },
        true,
    ),
    (
        "user data",
        |_| HostMessage::UserData {
            adapter: A,
            profile: "p".into(),
            data: UserData {
                session: 0,
                data: KeyBytes::copy_from(b"x"),
            },
        },
        true,
    ),
    (
        "a long name",
        |_| HostMessage::UserData {
            adapter: A,
            profile: "p".repeat(1025),
            data: UserData {
                session: 0,
                data: KeyBytes::copy_from(b"x"),
            },
        },
        false,
    ),
    (
        "a late handler",
        |_| HostMessage::HandlerLate {
            adapter: Some(A),
            task: None,
            handler: "Dot11ExtIhvReceivePacket".into(),
            millis: 5000,
        },
        false,
    ),
    (
        "a line",
        |_| HostMessage::Log {
            level: Level::Error,
            text: "x".into(),
        },
        true,
    ),
    ("an end", |_| HostMessage::Ended, false),
];

#[test]
fn a_host_that_may_not_say_what_it_says_is_killed() {
    for (what, say, may) in READY_ROWS {
        let (mut bench, host, port) = Bench::joining(M);
        bench.say(host, say(port));
        assert_eq!(bench.killed.contains(&host), !may, "{what}");
        let told = bench.verdicts.contains(&(M, VendorVerdict::Refuse));
        assert_eq!(told, !may, "{what}");
        assert_eq!(is_ready(&bench), may, "{what}");
        assert_eq!(bench.failures().len(), usize::from(!may), "{what}");
        if !may {
            // Nothing it says still counts.
            bench.say(host, post_done(port, M, OK));
            bench.say(host, HostMessage::Ended);
            bench.gone(host, None);
            assert_eq!(bench.failures().len(), 1, "{what}");
            bench.pass(Duration::from_millis(250));
            assert_eq!(bench.alive.len(), 1, "{what}");
        }
    }
}

#[test]
fn before_it_is_loaded_a_host_may_only_log() {
    for (what, say, _) in READY_ROWS {
        let mut bench = Bench::new();
        bench.input(Input::Install(acme()));
        bench.start_network();
        let host = bench.ap();
        bench.say(host, say(PortId(1)));
        let may = matches!(
            say(PortId(1)),
            HostMessage::Log { .. } | HostMessage::Loaded(_)
        );
        assert_eq!(!bench.killed.contains(&host), may, "{what}");
    }
}

#[test]
fn a_call_or_packet_number_that_is_in_use_ends_the_host() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.hold = true;
    let again = HostMessage::Call {
        id: CallId(7),
        adapter: A,
        call: set(&[key(M)]),
    };
    bench.say(host, again.clone());
    assert!(bench.killed.is_empty());
    bench.say(host, again);
    assert!(bench.killed.contains(&host));

    let (mut bench, host, _) = Bench::joining(M);
    bench.hold = true;
    for number in [1, 2, 1] {
        assert!(bench.killed.is_empty());
        bench.say(host, packet(number, M, TYPE));
    }
    assert!(bench.killed.contains(&host));
}

#[test]
fn a_flood_of_packets_ends_the_host() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.hold = true;
    for number in 0..256 {
        bench.say(host, packet(number, M, TYPE));
    }
    assert!(bench.killed.is_empty());
    bench.say(host, packet(256, M, TYPE));
    assert!(bench.killed.contains(&host));
}

#[test]
fn a_flood_of_lines_is_cut_and_counted() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    let line = || HostMessage::Log {
        level: Level::Info,
        text: "many\nwords ".repeat(1000),
    };
    for _ in 0..1000 {
        bench.say(host, line());
    }
    assert_eq!(bench.logs.len(), 50);
    assert!(bench.logs.iter().all(|text| text.len() <= 1024));
    assert!(bench.logs.iter().all(|text| !text.contains('\n')));
    bench.pass(Duration::from_secs(10));
    bench.say(host, line());
    assert_eq!(bench.logs[50], "950 lines were dropped.");
    assert_eq!(bench.logs.len(), 52);
}

/// How far a host has come when it falls silent; for how long that is borne; what is said of it.
#[test]
fn silence_is_borne_for_a_while_in_every_phase() {
    type Silent = fn(&mut Bench) -> HostId;
    let rows: [(Silent, u64, &str); 6] = [
        (
            |bench| {
                bench.input(Input::Install(acme()));
                bench.start_network();
                bench.ap()
            },
            10,
            "was not loaded",
        ),
        (
            |bench| {
                bench.input(Input::Install(acme()));
                bench.start_network();
                let host = bench.ap();
                bench.loaded(host);
                host
            },
            10,
            "did not return from InitAdapter",
        ),
        (
            |bench| {
                bench.input(Input::Install(acme()));
                bench.start_network();
                let host = bench.ap();
                bench.loaded(host);
                let (task, _) = bench.the_task(host);
                bench.returned(host, task, OK);
                let (task, _) = bench.the_task(host);
                bench.returned(host, task, OK);
                host
            },
            10,
            "did not complete its pre-association",
        ),
        (
            |bench| {
                *bench = Bench::ready();
                bench.associate(M);
                bench.ap()
            },
            10,
            "did not return from PerformPostAssociate",
        ),
        (
            |bench| {
                *bench = Bench::ready();
                bench.vendor(VendorEvent::NetworkStopped);
                bench.ap()
            },
            5,
            "did not end",
        ),
        (
            |bench| {
                bench.input(Input::Install(acme()));
                bench.start_network();
                bench.vendor(VendorEvent::NetworkStopped);
                bench.ap()
            },
            5,
            "did not end",
        ),
    ];
    for (silent, seconds, text) in rows {
        let mut bench = Bench::new();
        let host = silent(&mut bench);
        bench.pass(Duration::from_micros(seconds * 1_000_000 - 1));
        assert!(bench.killed.is_empty(), "{text}");
        bench.pass(Duration::from_micros(1));
        assert!(bench.killed.contains(&host), "{text}");
        let (said, _) = bench.failures().pop().unwrap();
        assert!(said.contains(text), "{said}");
    }
}

#[test]
fn an_extension_that_is_ready_may_be_silent_for_ever() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.pass(Duration::from_secs(100_000));
    assert!(bench.killed.is_empty());
    assert_eq!(bench.ap(), host);
}

#[test]
fn tasks_that_wait_their_turn_are_not_late() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    for n in 0..10 {
        bench.associate(dot11::MacAddr([2, 9, 0, 0, 0, n]));
    }
    for (task, _) in bench.tasks(host) {
        bench.pass(Duration::from_secs(9));
        bench.returned(host, task, OK);
    }
    assert!(bench.killed.is_empty());
}

#[test]
fn a_host_that_refuses_to_begin_ends_in_good_order_and_is_tried_again() {
    for by in ["InitAdapter", "handler", "completion"] {
        let mut bench = Bench::new();
        bench.input(Input::Install(acme()));
        bench.start_network();
        let host = bench.ap();
        bench.loaded(host);
        let (task, _) = bench.the_task(host);
        let no = Win32Error::GEN_FAILURE;
        if by == "InitAdapter" {
            bench.returned(host, task, no);
        } else {
            bench.returned(host, task, OK);
            let (task, what) = bench.the_task(host);
            let Task::PerformPreAssociate { connection, .. } = what else {
                panic!("{what:?}")
            };
            if by == "handler" {
                bench.returned(host, task, no);
            } else {
                bench.returned(host, task, OK);
                bench.say(host, pre_done(connection, no));
            }
            let (task, what) = bench.the_task(host);
            assert_eq!(what, Task::AdapterReset);
            bench.returned(host, task, OK);
            let (task, what) = bench.the_task(host);
            assert_eq!(what, Task::DeinitAdapter);
            bench.returned(host, task, OK);
        }
        assert_eq!(bench.look(host), [ServiceMessage::Shutdown], "{by}");
        assert_eq!(bench.failures()[0].1, Some(250), "{by}");
        bench.say(host, HostMessage::Ended);
        bench.gone(host, None);
        assert!(!is_ready(&bench));
        bench.pass(Duration::from_millis(250));
        assert_ne!(bench.ap(), host);
        assert_eq!(bench.failures().len(), 1);
    }
}

#[test]
fn a_handler_that_refuses_a_port_sends_its_station_away() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    bench.associate(M);
    let (task, _) = bench.the_task(host);
    bench.returned(host, task, Win32Error::GEN_FAILURE);
    assert_eq!(bench.verdicts, [(M, VendorVerdict::Refuse)]);
    assert!(is_ready(&bench));
}

#[test]
fn without_the_frames_of_an_association_its_station_is_refused() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    bench.mood = |_| Some(oid::NdisStatus::INVALID_STATE);
    bench.associate(M);
    assert_eq!(bench.verdicts, [(M, VendorVerdict::Refuse)]);
    assert_eq!(bench.look(host), []);
}

#[test]
fn a_station_that_left_meanwhile_gets_no_port() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    bench.hold = true;
    bench.associate(M);
    bench.vendor(VendorEvent::Departed { mac: M });
    bench.associate(M);
    bench.complete();
    assert_eq!(bench.tasks(host).len(), 1, "one visit, one port");
}

#[test]
fn an_extension_that_cannot_be_loaded_is_tried_again() {
    let mut bench = Bench::new();
    bench.input(Input::Install(acme()));
    bench.start_network();
    let host = bench.ap();
    bench.say(host, HostMessage::LoadFailed("no export".into()));
    assert!(bench.failures()[0].0.contains("no export"));
    bench.gone(host, None);
    bench.pass(Duration::from_millis(250));
    assert_ne!(bench.ap(), host);
}

#[test]
fn replacing_an_extension_ends_the_old_host_before_the_new_one() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.input(Input::Install(acme()));
    assert_eq!(bench.verdicts, [(M, VendorVerdict::Refuse)]);
    assert!(!is_ready(&bench));
    assert_eq!(bench.alive.len(), 1);
    for expected in [2, 1] {
        let tasks = bench.tasks(host);
        assert_eq!(tasks.len(), expected);
        for (task, _) in tasks {
            bench.returned(host, task, OK);
        }
    }
    bench.say(host, HostMessage::Ended);
    bench.gone(host, None);
    let new = bench.ap();
    assert_ne!(new, host);
    bench.look(new);
    bench.bring_up(new);
    assert!(is_ready(&bench));
}

#[test]
fn the_service_ends_when_its_last_host_has() {
    let mut bench = Bench::new();
    bench.input(Input::ShutDown);
    assert_eq!(bench.finished, 1, "there was none");

    let mut bench = Bench::ready();
    let host = bench.ap();
    bench.input(Input::ShutDown);
    assert_eq!(bench.finished, 0);
    for _ in 0..2 {
        let (task, _) = bench.the_task(host);
        bench.returned(host, task, OK);
    }
    bench.say(host, HostMessage::Ended);
    bench.gone(host, None);
    assert_eq!(bench.finished, 1);
    bench.start_network();
    assert!(bench.alive.is_empty());

    let mut bench = Bench::ready();
    let host = bench.ap();
    bench.input(Input::ShutDown);
    bench.pass(Duration::from_secs(5));
    assert!(bench.killed.contains(&host), "it did not end");
    bench.gone(host, Some(Cause::new("Killed.", "")));
    assert_eq!(bench.finished, 1);
}

#[test]
fn a_process_that_ends_badly_after_its_last_word_has_failed() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    bench.vendor(VendorEvent::NetworkStopped);
    for _ in 0..2 {
        let (task, _) = bench.the_task(host);
        bench.returned(host, task, OK);
    }
    bench.say(host, HostMessage::Ended);
    bench.crash(host);
    assert_eq!(bench.failures()[0].1, None, "it is not wanted");
    let ended = bench
        .events
        .iter()
        .any(|(_, _, what)| *what == ExtensionEvent::Ended);
    assert!(!ended);
}
