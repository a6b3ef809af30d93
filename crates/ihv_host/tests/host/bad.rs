//! Extensions that misbehave: only their host process dies.

use std::ffi::OsStr;

use ihv::seam::*;
use wlan_model::Win32Error;

use crate::service::*;

#[test]
fn an_extension_that_is_none_is_refused_with_a_sentence() {
    let rows = [
        (
            "NULL_IN_TABLE",
            "has no Dot11ExtIhvReceivePacket in its table",
        ),
        (
            "WRONG_VERSION",
            "speaks versions 1 to 2 of the interface, hostednet 0",
        ),
        ("INIT_FAILS", "Dot11ExtIhvInitService of"),
    ];
    for (define, sentence) in rows {
        let (signal, why) = Service::spawn(probe(define).as_os_str(), 30_000).ends();
        assert!(
            signal.is_none() && why.contains(sentence),
            "{define}: {why}"
        );
    }
    for missing in [
        "/nowhere/extension.so",
        "/bin/sh",
        "/lib/x86_64-linux-gnu/libc.so.6",
    ] {
        let (_, why) = Service::spawn(OsStr::new(missing), 30_000).ends();
        assert!(
            why.contains("cannot be loaded") || why.contains("does not export"),
            "{missing}: {why}"
        );
    }
}

#[test]
fn a_crash_closes_the_socket_and_nothing_else() {
    let (signal, _) = Service::spawn(probe("INIT_CRASHES").as_os_str(), 30_000).ends();
    assert_eq!(signal, Some(libc::SIGABRT));
    let mut s = Service::with_adapter(&probe("CRASH"));
    s.begin(control(b"C"));
    assert_eq!(s.ends().0, Some(libc::SIGSEGV));
}

#[test]
fn a_double_free_ends_the_process_with_its_reason() {
    let mut s = Service::with_adapter(&probe("DOUBLE_FREE"));
    s.begin(control(b"F"));
    let (signal, why) = s.ends();
    assert_eq!(signal, Some(libc::SIGABRT));
    assert!(
        why.contains("freed a buffer that is not allocated"),
        "{why}"
    );
}

#[test]
fn scribbling_over_memory_harms_the_host_alone() {
    let mut s = Service::with_adapter(&probe("SCRIBBLE"));
    s.begin(control(b"W"));
    assert!(s.ends().0.is_some());
}

#[test]
fn a_handler_that_hangs_is_told_and_other_lanes_go_on() {
    for order in [b"H", b"L"] {
        let mut s = Service::spawn(probe("HANG").as_os_str(), 100);
        assert!(matches!(s.receive(), Some(HostMessage::Loaded(_))));
        assert_eq!(s.run(init(), never).code, OK);
        let task = s.begin(control(order));
        match s.receive() {
            Some(HostMessage::HandlerLate {
                adapter: Some(A),
                task: Some(late),
                handler,
                millis,
            }) => {
                assert_eq!((late, &handler[..]), (task, "Dot11ExtIhvControl"));
                assert!(millis >= 100);
            }
            other => panic!("{other:?}"),
        }
        let other = TaskId(1000);
        let what = SystemTask::SessionChange {
            event: 6,
            session: 3,
        };
        s.send(&ServiceMessage::SystemTask { task: other, what });
        assert_eq!(s.finish(other, never).code, Win32Error(3));
        s.kill();
        assert_eq!(s.ends().0, Some(libc::SIGKILL));
    }
}

#[test]
fn an_extension_that_hangs_while_it_is_loaded_is_told_too() {
    let mut s = Service::spawn(probe("INIT_HANGS").as_os_str(), 100);
    match s.receive() {
        Some(HostMessage::HandlerLate { handler, .. }) => {
            assert_eq!(handler, "Dot11ExtIhvInitService");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(s.without_socket(), Some(0));
}

#[test]
fn the_host_does_not_outlive_its_service_even_with_a_handler_that_hangs() {
    let mut s = Service::with_adapter(&probe("ORPHAN"));
    s.begin(control(b"H"));
    assert_eq!(s.without_socket(), Some(0));
}

#[test]
fn a_service_that_speaks_another_language_is_left() {
    let mut s = Service::with_adapter(&probe("LANGUAGE"));
    s.send_raw(&[9, 9, 9]);
    let (signal, why) = s.ends();
    assert!(
        signal.is_none() && why.contains("protocol version 9"),
        "{why}"
    );
}

#[test]
fn an_adapter_that_is_refused_leaves_nothing_behind() {
    let mut s = Service::start(&probe("NO_ADAPTER"));
    assert_eq!(s.run(init(), never).code, Win32Error::GEN_FAILURE);
    assert_eq!(
        s.run(Task::AdapterReset, never).code,
        Win32Error::INVALID_STATE
    );
    assert_eq!(s.shut_down(), "after 6\nlate 6\n");
}

#[test]
fn the_process_is_confined_before_foreign_code_is_loaded() {
    let s = Service::with_adapter(&probe("CONFINED"));
    let status = s.proc("status");
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    let limits = s.proc("limits");
    let core = limits.lines().find(|l| l.starts_with("Max core file size"));
    assert!(
        core.is_some_and(|l| l.split_whitespace().nth(4) == Some("0")),
        "{limits}"
    );
    match std::fs::read_dir(format!("/proc/{}/fd", s.id())) {
        Ok(descriptors) => {
            let mut open: Vec<_> = descriptors
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            open.sort();
            assert_eq!(open, ["0", "1", "2", "3"]);
        }
        // That is what a process of another user should get.
        Err(error) => eprintln!("SKIPPED: descriptors of the host cannot be listed: {error}"),
    }
}
