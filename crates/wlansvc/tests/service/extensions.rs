//! Extensions of vendors, with real host processes.

mod failures;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use wlan_client::{Client, ClientError, HostState};
use wlan_model::Win32Error;

use crate::harness::*;
use crate::libraries::*;

fn start() -> Running {
    again(tempfile::tempdir().unwrap())
}

/// The same, with what an earlier one left.
fn again(folder: tempfile::TempDir) -> Running {
    Running::start_with(folder, |options| {
        options.ihvhost = Some(ihvhost().to_owned());
    })
}

fn code(result: Result<(), ClientError>) -> (Win32Error, String) {
    match result {
        Err(ClientError::Refused(refusal)) => (refusal.code, refusal.cause.text),
        other => panic!("{other:?}"),
    }
}

fn names(client: &mut Client) -> Vec<String> {
    let rows = client.ihv_list().unwrap();
    rows.into_iter().map(|row| row.extension.name).collect()
}

#[test]
fn an_extension_is_installed_listed_kept_and_removed() {
    let service = start();
    let mut client = service.client();
    let wanted = serving("probe-1");
    client.ihv_install(wanted, &probe("PLAIN")).unwrap();
    assert_eq!(names(&mut client), ["probe-1"]);
    drop(client);
    let service = again(service.stop());
    let mut client = service.client();
    assert_eq!(names(&mut client), ["probe-1"]);
    client.ihv_remove("probe-1").unwrap();
    assert_eq!(names(&mut client), [""; 0]);
    assert_eq!(code(client.ihv_remove("probe-1")).0, Win32Error::NOT_FOUND);
    assert_eq!(left(&service), 0);
}

#[test]
fn what_cannot_be_used_is_refused_with_the_reason_and_changes_nothing() {
    let service = start();
    let mut client = service.client();
    client
        .ihv_install(extension("there"), &probe("PLAIN"))
        .unwrap();
    let rows = [
        ("NULL_IN_TABLE", "has no Dot11ExtIhvReceivePacket"),
        ("WRONG_VERSION", "speaks versions 1 to 2"),
        ("INIT_FAILS", "Dot11ExtIhvInitService of"),
        ("INIT_CRASHES", "signal 6 (SIGABRT)"),
        ("INIT_HANGS", "InitService has not returned within 50"),
    ];
    for (define, why) in rows {
        for name in ["there", "new"] {
            let (code, text) = code(client.ihv_install(extension(name), &probe(define)));
            assert_eq!(code, Win32Error::BAD_CONFIGURATION);
            assert!(text.contains(why), "{define}: {text}");
        }
    }
    assert_eq!(names(&mut client), ["there"]);
    // Its record, and the folder with its library.
    assert_eq!(left(&service), 2);
}

/// The process of the access point's host.
fn pid(client: &mut Client) -> Option<rustix::process::Pid> {
    let rows = client.ihv_list().unwrap();
    let hosts = rows.iter().flat_map(|row| &row.hosts);
    hosts
        .filter_map(|(_, state)| match state {
            HostState::Running { pid, .. } => Some(i32::try_from(*pid).unwrap()),
            _ => None,
        })
        .find_map(rustix::process::Pid::from_raw)
}

#[test]
fn odd_names_and_libraries_are_refused_before_anything_is_touched() {
    let service = start();
    let mut client = service.client();
    let good = probe("GOOD");
    let long = "x".repeat(33);
    for name in [
        "", ".", "..", "../x", "a/b", "a b", "a.toml", "ä", "a\0", &long,
    ] {
        let (code, text) = code(client.ihv_install(extension(name), &good));
        assert_eq!(code, Win32Error::INVALID_PARAMETER, "{name:?}: {text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let huge = folder.path().join("huge");
    fs::File::create(&huge).unwrap().set_len(65 << 20).unwrap();
    let rows = [
        (Path::new("relative.so"), Win32Error::INVALID_PARAMETER),
        (Path::new("/nowhere/x.so"), Win32Error::NOT_FOUND),
        (Path::new("/dev/zero"), Win32Error::INVALID_PARAMETER),
        (folder.path(), Win32Error::INVALID_PARAMETER),
        (&pipe, Win32Error::INVALID_PARAMETER),
        (&huge, Win32Error::INVALID_PARAMETER),
        (Path::new("/etc/passwd"), Win32Error::BAD_CONFIGURATION),
    ];
    for (library, wanted) in rows {
        let (code, text) = code(client.ihv_install(extension("x"), library));
        assert_eq!(code, wanted, "{}: {text}", library.display());
    }
    assert_eq!(names(&mut client), [""; 0]);
    assert_eq!(
        code(client.ihv_remove("../settings")).0,
        Win32Error::NOT_FOUND
    );
    assert_eq!(left(&service), 0);
}

/// What lies in the folder of extensions.
fn left(service: &Running) -> usize {
    let folder = service.options.state_dir.join("extensions");
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn only_the_owner_may_do_more_than_list() {
    let service = start();
    service
        .client()
        .ihv_install(extension("there"), &probe("THERE"))
        .unwrap();
    as_user(4321, &[], || {
        let mut guest = service.client();
        assert_eq!(names(&mut guest), ["there"]);
        let ssid = dot11::Ssid::new(*b"x").unwrap();
        let denied = [
            code(guest.ihv_install(extension("mine"), Path::new("/lib/x.so"))).0,
            code(guest.ihv_remove("there")).0,
            code(guest.ihv_log(None).map(drop)).0,
            code(guest.ihv_connect(profile(ssid))).0,
            code(guest.ihv_disconnect()).0,
        ];
        assert_eq!(denied, [Win32Error::ACCESS_DENIED; 5]);
    });
    assert_eq!(names(&mut service.client()), ["there"]);
}

#[test]
fn what_is_stored_is_private_and_a_damaged_record_is_kept_aside() {
    let service = start();
    let mut client = service.client();
    for extension in [serving("a"), extension("b")] {
        client.ihv_install(extension, &probe("STORED")).unwrap();
    }
    drop(client);
    let shelf = service.options.state_dir.join("extensions");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&shelf), 0o700);
    assert_eq!(mode(&shelf.join("a.toml")), 0o600);
    let folder = service.stop();
    fs::write(shelf.join("a.toml"), "version = 1\nrubbish").unwrap();
    fs::write(shelf.join("c.toml.new"), "half").unwrap();
    let service = again(folder);
    assert_eq!(names(&mut service.client()), ["b"]);
    assert!(shelf.join("a.toml.corrupt-1").exists());
    assert!(!shelf.join("c.toml.new").exists());
    // The library of the damaged one had no record any more.
    assert_eq!(left(&service), 3);
}

#[test]
fn an_element_has_one_extension() {
    let service = start();
    let mut client = service.client();
    client
        .ihv_install(serving("one"), &probe("RIVALS"))
        .unwrap();
    let mut any = serving("any");
    if let Some(ports) = &mut any.ports {
        ports.element.kind = None;
    }
    for rival in [serving("two"), any] {
        let (code, text) = code(client.ihv_install(rival, &probe("RIVALS")));
        assert_eq!(code, Win32Error::INVALID_PARAMETER);
        assert!(text.contains("served by one already"), "{text}");
    }
    let mut other = serving("other");
    if let Some(ports) = &mut other.ports {
        ports.element.kind = Some(2);
    }
    for fine in [serving("one"), other, extension("station")] {
        client.ihv_install(fine, &probe("RIVALS")).unwrap();
    }
    assert_eq!(names(&mut client), ["one", "other", "station"]);
}

#[test]
fn without_its_program_an_extension_is_refused_with_the_remedy() {
    let service = Running::start_with(tempfile::tempdir().unwrap(), |options| {
        options.ihvhost = Some("/nowhere/hostednet-ihvhost".into());
    });
    let mut client = service.client();
    let (code, text) = code(client.ihv_install(extension("x"), &probe("NO_PROGRAM")));
    assert_eq!(code, Win32Error::BAD_CONFIGURATION);
    assert!(text.contains("/nowhere/hostednet-ihvhost"), "{text}");
    assert_eq!(left(&service), 0);
}

#[test]
fn disconnecting_without_a_connection_succeeds() {
    let service = start();
    service.client().ihv_disconnect().unwrap();
}

#[test]
fn a_station_without_an_extension_of_its_vendor_does_not_connect() {
    let service = start();
    let ssid = dot11::Ssid::new(*b"x").unwrap();
    let (_, text) = code(service.client().ihv_connect(profile(ssid)));
    assert!(text.contains("02:ca:fe"), "{text}");
}

#[test]
fn a_station_of_the_vendor_gets_in_by_its_extension_and_its_frames_pass() {
    let service = start();
    let mut client = service.client();
    client.init_settings().unwrap();
    client.ihv_install(serving("vendor"), &example()).unwrap();
    client.force_start().unwrap();
    let ssid = client.query_connection_settings().unwrap().ssid;
    // Twice: the second ends the first.
    for _ in 0..2 {
        client.ihv_connect(profile(ssid.clone())).unwrap();
        let traffic = client.sim_traffic("adapter", 10).unwrap();
        assert_eq!(traffic, (10, 10));
    }
    let rows = client.ihv_list().unwrap();
    let running =
        |(_, state): &(_, HostState)| matches!(state, HostState::Running { ports: 1, .. });
    assert_eq!(rows[0].hosts.iter().filter(|host| running(host)).count(), 2);
    client.ihv_disconnect().unwrap();
    let (code, _) = match client.sim_traffic("adapter", 10) {
        Err(ClientError::Refused(refusal)) => (refusal.code, refusal.cause),
        other => panic!("{other:?}"),
    };
    assert_ne!(code, Win32Error::SUCCESS);
    service.stop();
}
