//! Extensions that misbehave, or are killed: nobody else notices.

use clock::Duration;
use dot11::KeyBytes;
use wlan_client::{Client, EventKind, ExtensionAdapter, ExtensionEvent};

use super::{pid, start};
use crate::harness::Running;
use crate::libraries::*;

/// Nothing here takes so long, whatever else the machine does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A network with a station, and the extension installed.
fn network(service: &Running, define: &str) -> Client {
    let mut client = service.client();
    client.init_settings().unwrap();
    client.set_passphrase("tea at five", true).unwrap();
    client
        .ihv_install(serving("bad"), &misdeed(define))
        .unwrap();
    client.subscribe().unwrap();
    client
}

fn start_with_station(client: &mut Client) {
    client.force_start().unwrap();
    client
        .sim_join("phone", KeyBytes::copy_from(b"tea at five"))
        .unwrap();
}

/// The next thing that happens to the extension.
fn next(client: &mut Client) -> ExtensionEvent {
    loop {
        let event = client.next_event(Some(PATIENCE)).unwrap();
        if let EventKind::Extension {
            name,
            adapter: ExtensionAdapter::AccessPoint,
            what,
        } = event.expect("an event in time").kind
        {
            assert_eq!(name, "bad");
            return what;
        }
    }
}

fn failure(client: &mut Client) -> (String, Option<u64>) {
    loop {
        match next(client) {
            ExtensionEvent::Ready { version: 0 } => {}
            ExtensionEvent::Failed { cause, again_ms } => return (cause.text, again_ms),
            other => panic!("{other:?}"),
        }
    }
}

fn undisturbed(client: &mut Client) {
    assert_eq!(client.sim_traffic("phone", 10).unwrap(), (10, 10));
}

#[test]
fn whatever_an_extension_does_only_its_host_dies_and_the_reason_is_told() {
    let rows = [
        ("CRASH", "killed by signal 11 (SIGSEGV)"),
        ("GARBAGE", "sent a "),
        ("OVERSIZE", "sent a packet larger than any message"),
        ("DOUBLE_FREE", "signal 6 (SIGABRT)"),
        ("QUIT", "exit status 7: had enough"),
    ];
    for (define, why) in rows {
        let service = start();
        let mut client = network(&service, define);
        start_with_station(&mut client);
        // It comes back, each time later.
        for again in [250, 500] {
            let (text, again_ms) = failure(&mut client);
            assert!(text.contains(why), "{define}: {text}");
            assert_eq!(again_ms, Some(again), "{define}");
            undisturbed(&mut client);
        }
        client.ihv_remove("bad").unwrap();
        undisturbed(&mut client);
        service.stop();
    }
}

#[test]
fn a_hanging_handler_costs_its_host_alone() {
    let service = start();
    let mut client = network(&service, "HANG");
    start_with_station(&mut client);
    undisturbed(&mut client);
    let (text, again_ms) = failure(&mut client);
    assert!(text.contains("PerformPreAssociate"), "{text}");
    assert_eq!(again_ms, Some(250));
    undisturbed(&mut client);
    service.stop();
}

#[test]
fn a_flood_keeps_no_client_waiting() {
    for define in ["FLOOD", "CHATTER", "CALLS"] {
        let service = start();
        let mut client = network(&service, define);
        start_with_station(&mut client);
        assert!(
            matches!(next(&mut client), ExtensionEvent::Ready { .. }),
            "{define}"
        );
        let mut other = service.client();
        let began = clock::monotonic();
        for _ in 0..200 {
            other.query_status().unwrap();
        }
        let took = clock::monotonic().since(began);
        // Two processes want the processor all the time; a starved client would wait for ever.
        assert!(took.as_secs() < 30, "{define}: {took:?}");
        undisturbed(&mut other);
        let lines = other.ihv_log(Some("bad")).unwrap();
        assert!(lines.len() <= 200);
        service.stop();
    }
}

#[test]
fn a_killed_host_is_told_and_comes_back() {
    let service = start();
    // It is always in a call.
    let mut client = network(&service, "CALLS");
    start_with_station(&mut client);
    assert!(matches!(next(&mut client), ExtensionEvent::Ready { .. }));
    let host = pid(&mut client).expect("a host");
    rustix::process::kill_process(host, rustix::process::Signal::KILL).unwrap();
    let (text, again_ms) = failure(&mut client);
    assert!(text.contains("killed by signal 9 (SIGKILL)"), "{text}");
    assert_eq!(again_ms, Some(250));
    assert!(matches!(next(&mut client), ExtensionEvent::Ready { .. }));
    let again = pid(&mut client).expect("another host");
    assert_ne!(host, again);
    undisturbed(&mut client);
    service.stop();
    // Reaped, so that not even a zombie is left.
    for host in [host, again] {
        assert!(rustix::process::test_kill_process(host).is_err());
    }
}

#[test]
fn a_stopped_host_does_not_keep_the_service_from_ending() {
    let service = start();
    let mut client = network(&service, "STOP");
    start_with_station(&mut client);
    assert!(matches!(next(&mut client), ExtensionEvent::Ready { .. }));
    let host = pid(&mut client).expect("a host");
    let began = clock::monotonic();
    service.stop();
    assert!(clock::monotonic().since(began).as_secs() < 12);
    assert!(rustix::process::test_kill_process(host).is_err());
}
