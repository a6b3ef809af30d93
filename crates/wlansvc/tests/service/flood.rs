//! Those who break the rules of the socket, and those who sit beside them.

use std::sync::atomic::{AtomicBool, Ordering};

use clock::{Duration, monotonic};
use dot11::KeyBytes;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wlan_client::{Call, Client, ClientError, EventKind, Message, SimCall};
use wlan_model::{
    ConnectionSettings, Guid, HostedNetworkState, OperationMode, RadioState, Win32Error,
};
use wlan_rpc::{MAX_MESSAGE, PROTOCOL_VERSION, ServiceMessage};

use crate::harness::{Raw, Running, as_user, has_room};

/// `WLAN_NOTIFICATION_SOURCE_HNWK`.
const HOSTED_NETWORK: u32 = 0x80;

/// The longest anybody may wait beside others' misbehaviour. An answer takes well below a
/// millisecond; the rest is for a machine with other work.
const PATIENCE: Duration = Duration::from_secs(2);

/// One call of each kind.
fn calls() -> Vec<Call> {
    let interface = Guid::of_station("sim0");
    vec![
        Call::Open {
            client_version: 2,
            program: "again".into(),
        },
        Call::SetConnectionSettings(ConnectionSettings {
            ssid: dot11::Ssid::new("a name").unwrap(),
            max_peers: 7,
        }),
        Call::SetSecondaryKey {
            data: KeyBytes::copy_from(b"12345678\0"),
            is_passphrase: true,
            persistent: false,
        },
        Call::RegisterNotification {
            sources: HOSTED_NETWORK,
            ignore_duplicate: true,
        },
        Call::QueryInterface(interface),
        Call::SetRadioState {
            interface,
            phy: 0,
            software: RadioState::On,
        },
        Call::SetOperationMode {
            interface,
            mode: OperationMode::ExtensibleStation,
        },
        Call::Sim(SimCall::Join {
            name: "phone".into(),
            key: KeyBytes::copy_from(b"12345678"),
        }),
        Call::Sim(SimCall::Switch {
            software: true,
            hardware: true,
        }),
        Call::QueryStatus,
    ]
}

fn packet(call: Call) -> Vec<u8> {
    wlan_rpc::encode(&wlan_rpc::ClientMessage {
        id: wlan_rpc::CallId(9),
        call,
    })
    .to_vec()
}

/// Somebody who keeps to the rules is answered in time.
fn assert_served(bystander: &mut Client) {
    let began = monotonic();
    bystander.query_status().unwrap();
    assert!(monotonic().since(began) < PATIENCE);
}

#[test]
fn random_bytes_harm_nobody_but_their_sender() {
    let service = Running::start();
    let mut bystander = service.client();
    bystander.init_settings().unwrap();
    let before = bystander.query_connection_settings().unwrap();
    let seed = 0x5eed;
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    for round in 0..400 {
        let mut raw = if round % 2 == 0 {
            Raw::connect(&service.socket)
        } else {
            Raw::open(&service.socket)
        };
        // Mostly short, where messages are; some as long as a packet may be.
        let longest = if round % 10 == 0 { MAX_MESSAGE } else { 64 };
        let len = 1 + random.next_u32() as usize % longest;
        let mut bytes = vec![0; len];
        random.fill_bytes(&mut bytes);
        if round % 3 != 0 {
            bytes[0] = PROTOCOL_VERSION;
        }
        raw.send(&bytes);
        // It is answered, or closed; it never hangs.
        if let Some(answer) = raw.receive() {
            let message = wlan_rpc::decode::<ServiceMessage>(&answer);
            assert!(message.is_ok(), "seed {seed:#x}, round {round}");
        }
        assert_served(&mut bystander);
    }
    // A call of random bytes may be a call: what it could set without a handle is nothing.
    assert_eq!(
        bystander.query_connection_settings().unwrap().max_peers,
        before.max_peers
    );
}

#[test]
fn every_truncation_of_every_call_closes_its_sender_alone() {
    let service = Running::start();
    let mut bystander = service.client();
    for call in calls() {
        let whole = packet(call.clone());
        for len in 1..whole.len() {
            let mut raw = Raw::connect(&service.socket);
            raw.send(&whole[..len]);
            assert_eq!(raw.receive(), None, "{len} bytes of {call:?}");
        }
    }
    assert_served(&mut bystander);
}

#[test]
fn every_other_version_is_told_ours_and_closed() {
    let service = Running::start();
    for version in (0..=u8::MAX).filter(|v| *v != PROTOCOL_VERSION) {
        let mut raw = Raw::open(&service.socket);
        let mut bytes = packet(Call::QueryStatus);
        bytes[0] = version;
        raw.send(&bytes);
        assert_eq!(raw.receive().unwrap()[0], PROTOCOL_VERSION);
        assert_eq!(raw.receive(), None);
    }
    assert_served(&mut service.client());
}

#[test]
fn a_message_of_the_largest_size_is_read_and_one_beyond_it_is_not() {
    let service = Running::start();
    let mut bystander = service.client();
    let open = |len: usize| {
        packet(Call::Open {
            client_version: 2,
            program: "p".repeat(len),
        })
    };
    let spare = MAX_MESSAGE - open(0).len() - 2; // the length takes two bytes more
    let largest = open(spare);
    assert_eq!(largest.len(), MAX_MESSAGE);
    for _ in 0..50 {
        let mut raw = Raw::connect(&service.socket);
        raw.send(&largest);
        raw.answer().unwrap();
        let mut raw = Raw::connect(&service.socket);
        raw.send(&open(spare + 1));
        assert_eq!(raw.receive(), None);
    }
    assert_served(&mut bystander);
}

#[test]
fn one_who_never_reads_is_dropped_by_the_rule_and_nobody_else_waits() {
    let service = Running::start();
    let mut worker = service.client();
    worker.init_settings().unwrap();
    let settings = worker.query_connection_settings().unwrap();
    let mut deaf = Raw::open(&service.socket);
    deaf.send_call(
        2,
        Call::RegisterNotification {
            sources: HOSTED_NETWORK,
            ignore_duplicate: false,
        },
    );
    deaf.answer().unwrap();
    deaf.send_call(3, Call::Subscribe);
    deaf.answer().unwrap();
    let mut listener = service.client();
    listener
        .register_notification(HOSTED_NETWORK, false)
        .unwrap();
    listener.subscribe().unwrap();
    let done = AtomicBool::new(false);

    // Each change is a notification and an event for each of the two.
    let rounds = wlansvc::QUEUE_MESSAGES as u32;
    let (longest, events, notifications) = std::thread::scope(|scope| {
        let heard = scope.spawn(|| {
            let (mut events, mut notifications) = (0, 0);
            loop {
                let limit = Some(Duration::from_millis(100));
                match listener.next_message(limit).unwrap() {
                    Some(Message::Event(event)) => {
                        events += u32::from(event.kind == EventKind::SettingsChanged);
                    }
                    Some(Message::Notification { .. }) => notifications += 1,
                    None if done.load(Ordering::SeqCst) => return (events, notifications),
                    None => {}
                }
            }
        });
        let mut longest = Duration::ZERO;
        for n in 0..rounds {
            let began = monotonic();
            worker
                .set_connection_settings(ConnectionSettings {
                    max_peers: 1 + n % 100,
                    ..settings.clone()
                })
                .unwrap();
            longest = longest.max(monotonic().since(began));
        }
        done.store(true, Ordering::SeqCst);
        let (events, notifications) = heard.join().unwrap();
        (longest, events, notifications)
    });

    assert!(longest < PATIENCE, "a call took {longest:?}");
    // Who reads gets everything.
    assert_eq!(events, rounds);
    assert!(notifications >= rounds, "{notifications} of {rounds}");
    // Who does not is gone, with less than everything and no hole in it.
    let mut taken = 0;
    while deaf.receive().is_some() {
        taken += 1;
    }
    assert!(taken < events + notifications, "it was never dropped");
}

#[test]
fn fifteen_hundred_connections_are_served_and_one_user_cannot_take_all() {
    if !has_room(wlansvc::MAX_CONNECTIONS + 200) {
        return;
    }
    let service = Running::start();
    let mut crowd: Vec<Client> = (0..1500).map(|_| service.client()).collect();
    let last = crowd.len() - 1;
    for n in [0, last / 2, last] {
        assert_served(&mut crowd[n]);
    }
    crowd[last].init_settings().unwrap();

    let refused = as_user(65_531, &[], || {
        let mut own = Vec::new();
        loop {
            match Client::connect(&service.socket, "greedy") {
                Ok(client) => own.push(client),
                Err(ClientError::Refused(refusal)) => return (refusal.code, own.len()),
                Err(other) => panic!("{other}"),
            }
        }
    });
    if let Some((code, had)) = refused {
        assert_eq!(code, Win32Error::REMOTE_SESSION_LIMIT_EXCEEDED);
        assert!(had < 1500, "one user took {had}");
    }
    assert_served(&mut crowd[0]);
    // All of them at once.
    drop(crowd);
    let mut after = service.client();
    assert_served(&mut after);
    assert_eq!(
        after.query_status().unwrap().state,
        HostedNetworkState::Idle
    );
}

#[test]
fn a_crowd_that_only_connects_leaves_room_for_another_user() {
    if !has_room(wlansvc::MAX_CONNECTIONS + 200) {
        return;
    }
    let service = Running::start();
    let idlers = as_user(65_530, &[], || {
        (0..wlansvc::MAX_CONNECTIONS + 200)
            .map(|_| Raw::connect(&service.socket))
            .collect::<Vec<_>>()
    });
    for _ in 0..20 {
        assert_served(&mut service.client());
    }
    drop(idlers);
}
