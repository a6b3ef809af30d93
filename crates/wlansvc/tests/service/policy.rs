//! The administrator's policy and the rights of callers.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, Once};

use clock::Duration;
use tempfile::TempDir;
use wlan_client::{Client, ClientError, EventKind};
use wlan_model::{Guid, HostedNetworkState, OperationMode, RadioState, Reason, Win32Error};
use wlansvc::Service;

use crate::harness::{self, Running, as_user};

/// No process of the machine runs as this user.
const STRANGER: u32 = 65_533;

/// A group with a name on every system we know: `daemon`.
const DAEMON: u32 = 1;

fn code<T: core::fmt::Debug>(result: Result<T, ClientError>) -> (Win32Error, Reason) {
    match result {
        Err(ClientError::Refused(refusal)) => (refusal.code, refusal.reason),
        other => panic!("not a refusal: {other:?}"),
    }
}

/// A folder with a policy in it, and the policy's path.
fn with_policy(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    write_policy(&path, text);
    (folder, path)
}

fn write_policy(path: &PathBuf, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, path).unwrap();
}

fn start(text: &str) -> (Running, PathBuf) {
    let (folder, path) = with_policy(text);
    let service = Running::start_with(folder, |options| options.policy = Some(path.clone()));
    (service, path)
}

fn next_kind(watcher: &mut Client, wanted: impl Fn(&EventKind) -> bool) -> EventKind {
    loop {
        let event = watcher
            .next_event(Some(Duration::from_secs(10)))
            .unwrap()
            .expect("an event");
        if wanted(&event.kind) {
            return event.kind;
        }
    }
}

fn becomes(watcher: &mut Client, wanted: HostedNetworkState) -> Reason {
    match next_kind(
        watcher,
        |kind| matches!(kind, EventKind::State { new, .. } if *new == wanted),
    ) {
        EventKind::State { reason, .. } => reason,
        _ => unreachable!(),
    }
}

#[test]
fn a_service_with_a_policy_it_cannot_use_does_not_start() {
    for (text, words) in [
        ("hosted_network = \"never\"", "Line 1"),
        ("\n\nno_such_key = 1", "Line 3"),
        ("read_keys = \"group:no-such-group\"", "no-such-group"),
    ] {
        let (folder, path) = with_policy(text);
        let mut options = harness::options(folder.path());
        options.policy = Some(path.clone());

        let cause = Service::open(&options).map(|_| ()).unwrap_err();

        assert!(cause.text.contains(words), "{cause}");
        assert!(cause.text.contains("policy.toml"), "{cause}");
        assert!(!cause.remedy.is_empty());
        assert!(!options.socket.exists());
    }
}

#[test]
fn a_policy_that_is_missing_decides_nothing() {
    let service = Running::start_with(tempfile::tempdir().unwrap(), |options| {
        options.policy = Some(PathBuf::from("/nonexistent/policy.toml"));
    });
    let mut client = service.client();
    client.init_settings().unwrap();
    client.force_start().unwrap();
}

#[test]
fn a_forbidden_network_does_not_start_and_a_new_policy_lets_it() {
    let (service, path) = start("hosted_network = \"disallow\"");
    let mut client = service.client();
    client.subscribe().unwrap();
    assert_eq!(
        client.query_status().unwrap().state,
        HostedNetworkState::Unavailable
    );
    assert_eq!(
        code(client.start_using()),
        (Win32Error::INVALID_STATE, Reason::InterfaceUnavailable)
    );

    write_policy(&path, "hosted_network = \"allow\"");
    service.stopper().reload();

    becomes(&mut client, HostedNetworkState::Idle);
    client.init_settings().unwrap();
    client.start_using().unwrap();
    fs::remove_file(&path).unwrap();
    service.stopper().reload();
    write_policy(&path, "hosted_network = \"disallow\"");
    service.stopper().reload();
    assert_eq!(
        becomes(&mut client, HostedNetworkState::Unavailable),
        Reason::GpDenied
    );
}

#[test]
fn a_new_policy_that_is_wrong_changes_nothing_and_is_told() {
    let (service, path) = start("ssid = \"Office\"");
    let mut client = service.client();
    client.subscribe().unwrap();
    client.init_settings().unwrap();
    client.force_start().unwrap();
    let name = |client: &mut Client| client.query_status().unwrap().ssid.unwrap();
    assert_eq!(name(&mut client).as_bytes(), b"Office");

    write_policy(&path, "ssid = \"Home\"\nhosted_network = \"perhaps\"");
    service.stopper().reload();

    let warning = next_kind(&mut client, |kind| matches!(kind, EventKind::Warning(_)));
    let EventKind::Warning(cause) = warning else {
        unreachable!()
    };
    assert!(cause.text.contains("Line 2"), "{cause}");
    assert!(cause.text.contains("stays"), "{cause}");
    let status = client.query_status().unwrap();
    assert_eq!(status.state, HostedNetworkState::Active);
    assert_eq!(name(&mut client).as_bytes(), b"Office");
}

#[test]
fn a_hang_up_has_the_policy_read_again() {
    let (service, path) = start("");
    service.stopper().reload_on_hangup().unwrap();
    let mut client = service.client();
    client.subscribe().unwrap();
    write_policy(&path, "hosted_network = \"disallow\"");

    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::HUP).unwrap();

    becomes(&mut client, HostedNetworkState::Unavailable);
}

#[test]
fn a_stranger_may_use_the_network_and_drive_nothing() {
    let service = Running::start();
    service.client().init_settings().unwrap();
    let adapter = Guid::of_station("sim0");
    let denied = (Win32Error::ACCESS_DENIED, Reason::ElevationRequired);
    as_user(STRANGER, &[], || {
        let mut client = service.client();
        client.start_using().unwrap();
        client.query_interface(adapter).unwrap();

        assert_eq!(code(client.force_start()), denied);
        assert_eq!(
            code(client.set_radio_state(adapter, 0, RadioState::Off)),
            denied
        );
        assert_eq!(
            code(client.set_operation_mode(adapter, OperationMode::NetworkMonitor)),
            denied
        );
        let status = client.query_status().unwrap();
        assert_eq!(status.state, HostedNetworkState::Active);
    });
}

#[test]
fn a_member_of_the_privileged_group_may_what_root_may_until_the_policy_changes() {
    let (service, path) = start("privileged_group = \"daemon\"");
    let adapter = Guid::of_station("sim0");
    let mut watcher = service.client();
    watcher.subscribe().unwrap();
    // In another group too, and the deciding one last.
    let Some(mut client) = as_user(STRANGER, &[4242, DAEMON], || service.client()) else {
        return;
    };
    client.init_settings().unwrap();
    client.force_start().unwrap();
    client.set_radio_state(adapter, 0, RadioState::Off).unwrap();
    becomes(&mut watcher, HostedNetworkState::Unavailable);
    client.set_radio_state(adapter, 0, RadioState::On).unwrap();
    becomes(&mut watcher, HostedNetworkState::Idle);

    write_policy(
        &path,
        "privileged_group = \"root\"\nhosted_network = \"disallow\"",
    );
    service.stopper().reload();

    becomes(&mut watcher, HostedNetworkState::Unavailable);
    // It holds for handles that are open, too.
    assert_eq!(
        code(client.set_radio_state(adapter, 0, RadioState::Off)),
        (Win32Error::ACCESS_DENIED, Reason::ElevationRequired)
    );
}

#[test]
fn keys_are_read_and_set_by_whom_the_policy_names() {
    let (service, _path) = start("read_keys = \"privileged\"\nset_keys = \"group:daemon\"");
    service.client().init_settings().unwrap();
    as_user(STRANGER, &[], || {
        let mut client = service.client();
        assert_eq!(
            code(client.query_secondary_key()).0,
            Win32Error::ACCESS_DENIED
        );
        assert_eq!(
            code(client.query_primary_key()).0,
            Win32Error::ACCESS_DENIED
        );
        assert_eq!(
            code(client.set_passphrase("secret-one", true)).0,
            Win32Error::ACCESS_DENIED
        );
    });
    let set = as_user(STRANGER, &[DAEMON], || {
        let mut client = service.client();
        client.set_passphrase("secret-one", true).unwrap();
        assert_eq!(
            code(client.query_secondary_key()).0,
            Win32Error::ACCESS_DENIED
        );
    });
    let key = service.client().query_secondary_key().unwrap();
    assert_eq!(key.is_some(), set.is_some());
}

/// What the services of this test program wrote to the log.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn keep_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
            .with_ansi(false)
            .with_writer(|| Log)
            .init();
    });
}

#[test]
fn denied_attempts_are_logged_with_user_process_and_program_and_no_key() {
    const INTRUDER: u32 = 65_532;
    keep_log();
    let (service, _path) = start("set_keys = \"privileged\"");
    service.client().init_settings().unwrap();
    let program = fs::read_to_string("/proc/self/comm").unwrap();
    let did = as_user(INTRUDER, &[], || {
        let mut client = service.client();
        code(client.set_passphrase("never logged", true));
        code(client.force_start());
        code(client.set_radio_state(Guid::of_station("sim0"), 0, RadioState::Off));
        for _ in 0..100 {
            code(client.force_start());
        }
    });
    if did.is_none() {
        return;
    }
    service.stop();

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("denied") && line.contains(&format!("uid={INTRUDER}")))
        .collect();
    assert_eq!(lines.len(), 20, "{lines:#?}");
    for line in &lines {
        assert!(line.contains("WARN"), "{line}");
        assert!(
            line.contains(&format!("pid={}", std::process::id())),
            "{line}"
        );
        assert!(
            line.contains(&format!("program={:?}", program.trim_end())),
            "{line}"
        );
    }
    for (line, word) in lines.iter().zip(["key", "start", "switch a radio"]) {
        assert!(line.contains(word), "{line}");
    }
    assert!(!log.contains("never logged"));
}
