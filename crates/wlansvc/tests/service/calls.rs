//! Calls, clients and the life of the service.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use crate::harness::{Raw, Running, has_room};
use clock::{Duration, monotonic};
use column::Output;
use dot11::KeyBytes;
use wlan_client::{Call, Client, ClientError, EventKind, KeyIdentity};
use wlan_model::{HostedNetworkState, Reason, Win32Error};
use wlansvc::{RadioChoice, Service};

fn code<T: core::fmt::Debug>(result: Result<T, ClientError>) -> (Win32Error, Reason) {
    match result {
        Err(ClientError::Refused(refusal)) => (refusal.code, refusal.reason),
        other => panic!("not a refusal: {other:?}"),
    }
}

fn active(client: &mut Client) {
    client.init_settings().unwrap();
    client.force_start().unwrap();
    assert_eq!(
        client.query_status().unwrap().state,
        HostedNetworkState::Active
    );
}

fn peer_key(client: &mut Client) -> Vec<KeyIdentity> {
    client
        .query_status()
        .unwrap()
        .peers
        .iter()
        .map(|peer| peer.key)
        .collect()
}

#[test]
fn nobody_at_the_socket_is_service_not_active() {
    let folder = tempfile::tempdir().unwrap();

    let error = Client::connect(&folder.path().join("nobody"), "test").unwrap_err();

    assert!(matches!(error, ClientError::NotReachable { .. }), "{error}");
    assert_eq!(error.code(), Win32Error::SERVICE_NOT_ACTIVE);
    assert_eq!(error.reason(), Reason::ServiceUnavailable);
}

#[test]
fn a_replaced_key_keeps_its_peer_and_lets_nobody_in() {
    let service = Running::start();
    let mut client = service.client();
    active(&mut client);

    client.set_passphrase("secret-one", true).unwrap();
    client
        .sim_join("phone", KeyBytes::copy_from(b"secret-one"))
        .unwrap();
    assert_eq!(peer_key(&mut client), [KeyIdentity::Secondary]);
    client.set_passphrase("secret-two", true).unwrap();
    assert_eq!(peer_key(&mut client), [KeyIdentity::Retired]);
    assert_eq!(client.sim_traffic("phone", 20).unwrap(), (20, 20));
    client.sim_leave("phone").unwrap();
    assert_eq!(peer_key(&mut client), []);

    let refused = client
        .sim_join("phone", KeyBytes::copy_from(b"secret-one"))
        .unwrap_err();
    assert!(refused.cause().text.starts_with("retired key"), "{refused}");
    assert_eq!(refused.code(), Win32Error::ACCESS_DENIED);
    let wrong = client
        .sim_join("phone", KeyBytes::copy_from(b"never a key"))
        .unwrap_err();
    assert!(wrong.cause().text.starts_with("wrong key"), "{wrong}");
    client
        .sim_join("phone", KeyBytes::copy_from(b"secret-two"))
        .unwrap();
    assert_eq!(peer_key(&mut client), [KeyIdentity::Secondary]);
}

#[test]
fn a_refused_join_is_answered_at_once_and_the_station_may_try_again() {
    let service = Running::start();
    let mut client = service.client();
    active(&mut client);
    client.set_passphrase("secret-one", true).unwrap();
    let began = monotonic();

    for _ in 0..5 {
        let _ = client
            .sim_join("phone", KeyBytes::copy_from(b"wrong wrong"))
            .unwrap_err();
    }
    client
        .sim_join("phone", KeyBytes::copy_from(b"secret-one"))
        .unwrap();

    // A station that is not told tries for ten seconds.
    assert!(monotonic().since(began) < Duration::from_secs(5));
}

#[test]
fn nothing_is_granted_before_the_handle_is_open() {
    let service = Running::start();
    for call in [
        Call::ForceStart,
        Call::Subscribe,
        Call::Sim(wlan_client::SimCall::List),
    ] {
        let mut raw = Raw::connect(&service.socket);
        raw.send_call(7, call.clone());

        let refusal = raw.answer().unwrap_err();

        assert_eq!(refusal.code, Win32Error::INVALID_HANDLE, "{call:?}");
        assert_eq!(refusal.reason, Reason::BadParameters, "{call:?}");
    }
}

#[test]
fn malformed_packets_close_their_sender_and_nobody_else() {
    let service = Running::start();
    let mut bystander = service.client();
    active(&mut bystander);
    let good = wlan_rpc::encode(&wlan_rpc::ClientMessage {
        id: wlan_rpc::CallId(1),
        call: Call::QueryStatus,
    });
    let mut trailing = good.to_vec();
    trailing.push(0);
    let packets: Vec<Vec<u8>> = vec![
        vec![wlan_rpc::PROTOCOL_VERSION],
        vec![wlan_rpc::PROTOCOL_VERSION, 0xff, 0xff, 0xff],
        good[..good.len() - 1].to_vec(),
        trailing,
        // A length that promises far more than there is.
        vec![
            wlan_rpc::PROTOCOL_VERSION,
            1,
            0,
            2,
            0xff,
            0xff,
            0xff,
            0xff,
            0x0f,
        ],
        vec![0; wlan_rpc::MAX_MESSAGE + 1],
        vec![],
    ];

    for packet in packets {
        let mut raw = Raw::open(&service.socket);
        raw.send(&packet);
        assert_eq!(raw.receive(), None, "{} bytes", packet.len());
    }

    assert_eq!(
        bystander.query_status().unwrap().state,
        HostedNetworkState::Active
    );
}

#[test]
fn another_protocol_version_is_told_ours() {
    let service = Running::start();
    let mut raw = Raw::connect(&service.socket);

    raw.send(&[wlan_rpc::PROTOCOL_VERSION + 1, 1, 2, 3]);

    assert_eq!(
        raw.receive().unwrap().first(),
        Some(&wlan_rpc::PROTOCOL_VERSION)
    );
    assert_eq!(raw.receive(), None);
}

#[test]
fn a_listener_that_never_reads_is_let_go_and_delays_nobody() {
    let service = Running::start();
    let mut deaf = Raw::open(&service.socket);
    deaf.send_call(2, Call::Subscribe);
    deaf.answer().unwrap();
    let mut client = service.client();
    client.init_settings().unwrap();

    // Each makes an event; what the kernel keeps for a socket comes on top of our bound.
    let rounds = wlansvc::QUEUE_MESSAGES + 1000;
    for n in 0..rounds {
        let key = KeyBytes::new(vec![n as u8; 32]);
        client.set_secondary_key(key, false, false).unwrap();
    }

    let mut heard = 0;
    while deaf.receive().is_some() {
        heard += 1;
    }
    assert!(
        heard < rounds,
        "it was never disconnected: {heard} of {rounds} events"
    );
}

#[test]
fn a_flood_of_calls_without_reading_waits_in_its_own_socket() {
    let service = Running::start();
    let mut flood = Raw::open(&service.socket);
    let mut sent = 0;
    while sent < 100_000 && flood.try_send_call(sent, Call::QueryStatus) {
        sent += 1;
    }
    let mut client = service.client();

    client.init_settings().unwrap();

    assert!(sent < 100_000, "nothing held the flood back");
    // It has not lost a single answer when it comes to its senses.
    for _ in 0..sent {
        flood.answer().unwrap();
    }
}

#[test]
fn a_second_service_on_the_same_socket_is_refused_and_harms_nothing() {
    let service = Running::start();
    let mut client = service.client();
    active(&mut client);
    let other_state = tempfile::tempdir().unwrap();
    let options = wlansvc::Options {
        state_dir: other_state.path().to_owned(),
        ..service.options.clone()
    };

    let cause = Service::open(&options).map(|_| ()).unwrap_err();

    assert!(
        cause.text.contains("Another service already answers"),
        "{cause}"
    );
    assert!(service.socket.exists());
    assert_eq!(
        service.client().query_status().unwrap().state,
        HostedNetworkState::Active
    );
}

#[test]
fn a_second_service_on_the_same_state_is_refused() {
    let service = Running::start();
    let elsewhere = tempfile::tempdir().unwrap();
    let options = wlansvc::Options {
        socket: elsewhere.path().join("control.sock"),
        ..service.options.clone()
    };

    let refused = Service::open(&options).map(|_| ());

    assert!(refused.is_err());
    assert!(
        !options.socket.exists(),
        "a service that did not start leaves no socket"
    );
}

#[test]
fn a_socket_left_by_a_crash_is_replaced_and_a_file_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let options = crate::harness::options(folder.path());
    // Bound and abandoned: nobody answers.
    drop(Raw::bind(&options.socket));
    assert!(options.socket.metadata().unwrap().file_type().is_socket());

    drop(Service::open(&options).unwrap());

    assert!(!options.socket.exists());
    fs::write(&options.socket, "mine").unwrap();
    let cause = Service::open(&options).map(|_| ()).unwrap_err();
    assert!(cause.text.contains("is not a socket"), "{cause}");
    assert_eq!(fs::read(&options.socket).unwrap(), b"mine");
}

#[test]
fn as_many_clients_as_promised_are_served_and_those_beyond_the_limit_are_told_why() {
    if !has_room(wlansvc::MAX_CONNECTIONS + 200) {
        return;
    }
    let service = Running::start();
    // What is beyond it is there to be told why it is refused.
    let most = wlansvc::MAX_CONNECTIONS - 64;

    let mut clients: Vec<Client> = (0..most).map(|_| service.client()).collect();
    for client in &mut clients {
        client.query_status().unwrap();
    }
    let refused = Client::connect(&service.socket, "one too many");
    assert_eq!(code(refused).0, Win32Error::REMOTE_SESSION_LIMIT_EXCEEDED);

    clients.truncate(most - 1);
    service.client().query_status().unwrap();
}

#[test]
fn what_a_handle_held_ends_with_its_connection() {
    let service = Running::start();
    let mut user = service.client();
    let mut watcher = service.client();
    watcher.subscribe().unwrap();
    user.init_settings().unwrap();
    user.start_using().unwrap();
    assert_eq!(
        watcher.query_status().unwrap().state,
        HostedNetworkState::Active
    );

    drop(user);

    let end = loop {
        let event = watcher
            .next_event(Some(Duration::from_secs(10)))
            .unwrap()
            .expect("an event");
        if let EventKind::State {
            new: HostedNetworkState::Idle,
            reason,
            ..
        } = event.kind
        {
            break reason;
        }
    };
    assert_eq!(end, Reason::ClientAbort);
}

#[test]
fn the_end_undoes_everything_and_tells_listeners() {
    let service = Running::start();
    let mut client = service.client();
    active(&mut client);
    client.subscribe().unwrap();

    let folder = service.stop();

    let mut reasons = Vec::new();
    while let Ok(Some(event)) = client.next_event(Some(Duration::from_secs(10))) {
        if let EventKind::State { reason, .. } = event.kind {
            reasons.push(reason);
        }
    }
    assert!(
        reasons.contains(&Reason::ServiceShuttingDown),
        "{reasons:?}"
    );
    assert!(!folder.path().join("control.sock").exists());
    assert!(matches!(
        client.query_status(),
        Err(ClientError::Broken { .. })
    ));
}

#[test]
fn settings_outlive_the_service_and_a_temporary_key_does_not() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    client.set_passphrase("for tonight", false).unwrap();
    let before = client.query_connection_settings().unwrap();
    let primary = client.query_primary_key().unwrap();

    let service = Running::start_in(service.stop());

    let mut client = service.client();
    assert_eq!(client.query_connection_settings().unwrap(), before);
    assert_eq!(client.query_primary_key().unwrap(), primary);
    assert_eq!(client.query_secondary_key().unwrap(), None);
}

#[test]
fn an_idle_service_sleeps() {
    let service = Running::start();
    let mut client = service.client();
    active(&mut client);
    client.set_passphrase("secret-one", true).unwrap();
    for name in ["phone", "laptop"] {
        client
            .sim_join(name, KeyBytes::copy_from(b"secret-one"))
            .unwrap();
    }
    let rest = Duration::from_secs(5);
    let before = service.wakeups();

    std::thread::sleep(rest);

    let woken = service.wakeups() - before;
    assert!(
        woken < rest.as_secs(),
        "it woke {woken} times in {} s",
        rest.as_secs()
    );
}

#[test]
fn a_recorded_session_replays_to_the_same_answers_and_events() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("session.jsonl");
    let service = Running::start_with(tempfile::tempdir().unwrap(), |options| {
        options.record = Some(record.clone());
    });
    let mut client = service.client();
    active(&mut client);
    client.set_passphrase("secret-one", true).unwrap();
    client
        .sim_join("phone", KeyBytes::copy_from(b"secret-one"))
        .unwrap();
    let joined = client.query_status().unwrap().peers;
    let primary = client.query_primary_key().unwrap();
    service.stop();

    assert_eq!(
        record.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    let (mut arrivals, mut primaries) = (Vec::new(), Vec::new());
    wlansvc::replay(&record, |_, _, outputs| {
        for output in outputs {
            match output {
                Output::Event(EventKind::PeerArrived { mac, key }) => arrivals.push((*mac, *key)),
                Output::Answer {
                    result: Ok(wlan_rpc::Answer::PrimaryKey(key)),
                    ..
                } => {
                    primaries.push(key.clone());
                }
                _ => {}
            }
        }
        Ok(())
    })
    .unwrap();
    let expected: Vec<_> = joined.iter().map(|peer| (peer.mac, peer.key)).collect();
    assert_eq!(arrivals, expected);
    assert_eq!(primaries, [primary]);
}

#[test]
fn a_broken_record_is_refused_without_being_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("session.jsonl");
    fs::write(&record, "{\"config\": \"my secret\"}\n").unwrap();

    let error = wlansvc::replay(&record, |_, _, _| Ok(()))
        .unwrap_err()
        .to_string();

    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn the_air_can_be_written_to_a_capture_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("air.pcap");
    let service = Running::start_with(tempfile::tempdir().unwrap(), |options| {
        options.pcap = Some(file.clone());
    });
    let mut client = service.client();
    active(&mut client);
    client.set_passphrase("secret-one", true).unwrap();
    client
        .sim_join("phone", KeyBytes::copy_from(b"secret-one"))
        .unwrap();
    service.stop();

    let bytes = fs::read(&file).unwrap();

    assert_eq!(bytes[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    assert!(bytes.len() > 1000, "{} bytes for a whole join", bytes.len());
}

#[test]
fn a_radio_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = crate::harness::options(folder.path());
    let mut choices = vec![RadioChoice::Interface("nosuchradio0".into())];
    if fs::read_dir("/sys/class/ieee80211").is_ok_and(|mut radios| radios.next().is_some()) {
        eprintln!("SKIPPED in part: there is a radio here");
    } else {
        choices.push(RadioChoice::Real);
    }
    for choice in choices {
        options.radio = choice;

        let cause = Service::open(&options).map(|_| ()).unwrap_err();

        assert!(!cause.text.is_empty() && !cause.remedy.is_empty());
        assert!(!Path::new(&options.socket).exists());
    }
}

#[test]
fn those_who_only_connect_keep_nobody_out() {
    if !has_room(wlansvc::MAX_CONNECTIONS + 200) {
        return;
    }
    let service = Running::start();
    let idlers: Vec<Raw> = (0..wlansvc::MAX_CONNECTIONS + 50)
        .map(|_| Raw::connect(&service.socket))
        .collect();

    let mut client = service.client();

    assert!(client.query_status().is_ok());
    drop(idlers);
}
