//! The client against a service that says what the test wants.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use clock::{Duration, WallTime};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, accept, bind,
    listen, recv, send, socket_with,
};
use tempfile::TempDir;
use wlan_client::{Answer, Client, ClientError, Event, EventKind, Message};
use wlan_model::{Guid, Notification, RadioState, Reason, Refusal, Win32Error};
use wlan_rpc::{CallId, ClientMessage, ServiceMessage};

/// A service for one client: answers each call with these packets.
struct Script {
    path: PathBuf,
    thread: Option<JoinHandle<Vec<ClientMessage>>>,
    _folder: TempDir,
}

impl Script {
    fn play(replies: Vec<Vec<Vec<u8>>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control.sock");
        let listener = socket_with(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap();
        bind(&listener, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        listen(&listener, 1).unwrap();
        let thread = thread::spawn(move || {
            let client = accept(&listener).unwrap();
            let mut heard = Vec::new();
            for packets in replies {
                let mut buffer = vec![0; 4096];
                let (_, len) = recv(&client, &mut buffer[..], RecvFlags::empty()).unwrap();
                if len == 0 {
                    break;
                }
                heard.push(wlan_rpc::decode(&buffer[..len]).unwrap());
                for packet in packets {
                    send(&client, &packet, SendFlags::NOSIGNAL).unwrap();
                }
            }
            heard
        });
        Self {
            path,
            thread: Some(thread),
            _folder: folder,
        }
    }

    fn heard(mut self) -> Vec<ClientMessage> {
        self.thread.take().unwrap().join().unwrap()
    }
}

fn packet(message: &ServiceMessage) -> Vec<u8> {
    wlan_rpc::encode(message).to_vec()
}

fn answer(id: u32, result: Result<Answer, Refusal>) -> Vec<u8> {
    packet(&ServiceMessage::Answer {
        id: CallId(id),
        result,
    })
}

fn opened() -> Vec<Vec<u8>> {
    vec![answer(1, Ok(Answer::Opened { version: 2 }))]
}

fn event(at: u64) -> ServiceMessage {
    let at = WallTime::from_unix_millis(at);
    ServiceMessage::Event(Event {
        at,
        kind: EventKind::SettingsChanged,
    })
}

fn at(message: Option<Message>) -> Option<u64> {
    match message {
        Some(Message::Event(event)) => Some(event.at.as_unix_millis()),
        _ => None,
    }
}

const NOW: Option<Duration> = Some(Duration::ZERO);

#[test]
fn what_comes_between_answers_is_kept_in_order() {
    let notification = Notification::RadioStateChange {
        software: RadioState::On,
        hardware: RadioState::On,
    };
    let between = vec![
        packet(&event(1)),
        packet(&ServiceMessage::Notification {
            device: Guid::NIL,
            notification: notification.clone(),
        }),
        packet(&event(2)),
        answer(2, Ok(Answer::Done)),
        packet(&event(3)),
    ];
    let service = Script::play(vec![opened(), between]);
    let mut client = Client::connect(&service.path, "test").unwrap();

    client.start_using().unwrap();

    assert_eq!(at(client.next_message(NOW).unwrap()), Some(1));
    assert_eq!(
        client.next_message(NOW).unwrap(),
        Some(Message::Notification {
            device: Guid::NIL,
            notification
        })
    );
    assert_eq!(at(client.next_message(NOW).unwrap()), Some(2));
    assert_eq!(at(client.next_message(None).unwrap()), Some(3));
    service.heard();
}

#[test]
fn a_call_waits_no_longer_than_its_patience() {
    let silent = vec![packet(&event(1))];
    let service = Script::play(vec![opened(), silent, vec![]]);
    let mut client = Client::connect(&service.path, "test").unwrap();
    client.set_patience(Some(Duration::from_millis(50)));

    let error = client.start_using().unwrap_err();

    assert!(matches!(&error, ClientError::Broken { .. }), "{error:?}");
    assert!(error.cause().text.contains("in time"), "{}", error.cause());
    drop(client);
    assert_eq!(service.heard().len(), 2);
}

#[test]
fn a_wait_ends_in_time_and_a_closed_connection_is_an_error() {
    let service = Script::play(vec![opened(), vec![answer(2, Ok(Answer::Done))]]);
    let mut client = Client::connect(&service.path, "test").unwrap();

    assert_eq!(
        client
            .next_message(Some(Duration::from_millis(20)))
            .unwrap(),
        None
    );
    client.subscribe().unwrap();
    service.heard();

    assert!(matches!(
        client.next_message(None),
        Err(ClientError::Broken { .. })
    ));
    assert!(matches!(
        client.start_using(),
        Err(ClientError::Broken { .. })
    ));
}

#[test]
fn more_than_can_be_kept_drops_the_oldest_and_says_so() {
    let extra = 3;
    let total = Client::QUEUE_LIMIT as u64 + extra;
    let mut flood: Vec<Vec<u8>> = (0..total).map(|n| packet(&event(n))).collect();
    flood.push(answer(2, Ok(Answer::Done)));
    let service = Script::play(vec![opened(), flood]);
    let mut client = Client::connect(&service.path, "test").unwrap();

    client.start_using().unwrap();

    assert_eq!(client.dropped(), extra);
    assert_eq!(at(client.next_message(NOW).unwrap()), Some(extra));
    service.heard();
}

#[test]
fn a_refusal_comes_through_unchanged() {
    let refusal = Refusal::new(
        Win32Error::INVALID_STATE,
        Reason::StopBeforeStart,
        "Nothing was started.",
        "Start it first.",
    );
    let service = Script::play(vec![opened(), vec![answer(2, Err(refusal.clone()))]]);
    let mut client = Client::connect(&service.path, "test").unwrap();

    let error = client.stop_using().unwrap_err();

    assert_eq!(error, ClientError::Refused(refusal));
    assert_eq!(
        error.to_string(),
        "Nothing was started. Start it first. [ERROR_INVALID_STATE (5023), reason stop_before_start]"
    );
    service.heard();
}

#[test]
fn another_version_and_nonsense_are_told_apart() {
    let packets: [(Vec<u8>, bool); 4] = [
        (vec![wlan_rpc::PROTOCOL_VERSION + 1, 0, 0], true),
        (vec![wlan_rpc::PROTOCOL_VERSION, 0xff], false),
        (answer(99, Ok(Answer::Done)), false),
        (answer(1, Ok(Answer::Done)), false),
    ];
    for (packet, version) in packets {
        let service = Script::play(vec![vec![packet]]);

        let error = Client::connect(&service.path, "test").unwrap_err();

        assert_eq!(
            matches!(error, ClientError::Version { .. }),
            version,
            "{error}"
        );
        assert_eq!(
            matches!(error, ClientError::Broken { .. }),
            !version,
            "{error}"
        );
        service.heard();
    }
}

#[test]
fn a_passphrase_goes_out_with_its_nul() {
    let service = Script::play(vec![opened(), vec![answer(2, Ok(Answer::Done))]]);
    let mut client = Client::connect(&service.path, "test").unwrap();

    client.set_passphrase("secret-one", true).unwrap();

    let heard = service.heard();
    let expected = wlan_client::Call::SetSecondaryKey {
        data: dot11::KeyBytes::copy_from(b"secret-one\0"),
        is_passphrase: true,
        persistent: true,
    };
    assert_eq!(heard.last().map(|message| &message.call), Some(&expected));
}
