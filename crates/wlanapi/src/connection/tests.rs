//! Against a service that does as the test says.

#![expect(unsafe_code, reason = "a callback reads the structures it is given")]

use core::ffi::c_void;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::spawn;

use dot11::KeyBytes;
use rustix::net::socketpair;
use wlan_model::{Guid, HostedNetworkState, Notification};

use super::*;
use crate::delivery::LIMIT;
use crate::types::{WLAN_HOSTED_NETWORK_STATE_CHANGE, WLAN_NOTIFICATION_DATA};

/// The other end of a connection.
struct Service(OwnedFd);

impl Service {
    fn send(&self, message: &ServiceMessage) {
        self.send_packet(&wlan_rpc::encode(message));
    }

    fn send_packet(&self, packet: &[u8]) {
        send(&self.0, packet, SendFlags::NOSIGNAL).unwrap();
    }

    fn receive(&self) -> ClientMessage {
        let mut buffer = vec![0; MAX_MESSAGE];
        let (_, len) = recv(&self.0, &mut buffer[..], RecvFlags::empty()).unwrap();
        wlan_rpc::decode(&buffer[..len]).unwrap()
    }

    fn answer(&self, answer: Answer) {
        let id = self.receive().id;
        self.send(&ServiceMessage::Answer {
            id,
            result: Ok(answer),
        });
    }
}

fn connected() -> (Arc<Connection>, Service) {
    let (family, kind) = (AddressFamily::UNIX, SocketType::SEQPACKET);
    let (ours, theirs) = socketpair(family, kind, SocketFlags::CLOEXEC, None).unwrap();
    let socket = table().open(|| Ok(ours)).unwrap();
    let connection = Arc::new(Connection::over(socket));
    table().insert(Arc::clone(&connection));
    (connection, Service(theirs))
}

/// Number `i` of a series that differs in its state.
fn change(i: usize) -> ServiceMessage {
    let new = if i.is_multiple_of(2) {
        HostedNetworkState::Active
    } else {
        HostedNetworkState::Idle
    };
    ServiceMessage::Notification {
        device: Guid([u8::try_from(i % 251).unwrap(); 16]),
        notification: Notification::StateChange {
            old: new,
            new,
            reason: Reason::UserAction,
        },
    }
}

/// A callback that tells what it heard, and waits for leave before the first.
struct Ear {
    heard: Sender<u8>,
    leave: Receiver<()>,
}

impl Ear {
    fn new() -> (Box<Self>, Receiver<u8>, Sender<()>) {
        let (heard, hear) = channel();
        let (give, leave) = channel();
        (Box::new(Self { heard, leave }), hear, give)
    }

    fn callback(&self) -> Callback {
        Callback {
            function: core::ptr::without_provenance(1),
            context: core::ptr::from_ref(self).cast_mut().cast(),
            invoke: Self::invoke,
        }
    }

    unsafe fn invoke(_: *const c_void, data: *mut WLAN_NOTIFICATION_DATA, context: *mut c_void) {
        // SAFETY: the ear lives until the connection is closed.
        let ear = unsafe { &*context.cast::<Self>() };
        // SAFETY: good during the callback.
        let (data, payload) = unsafe {
            let data = *data;
            (data, *data.pData.cast::<WLAN_HOSTED_NETWORK_STATE_CHANGE>())
        };
        assert_eq!((data.NotificationSource, data.dwDataSize), (0x80, 12));
        assert_eq!(payload.OldState, payload.NewState);
        let _ = ear.leave.recv();
        ear.heard.send(data.InterfaceGuid.data4[0]).unwrap();
    }
}

fn register(connection: &Arc<Connection>, service: &Service, ear: Option<&Ear>) -> u32 {
    std::thread::scope(|scope| {
        scope.spawn(|| service.answer(Answer::PreviousSources(7)));
        let sources = if ear.is_some() { 0x80 } else { 0 };
        connection
            .register(sources, false, ear.map(Ear::callback))
            .unwrap()
    })
}

#[test]
fn notifications_before_an_answer_do_not_disturb_the_call() {
    let (connection, service) = connected();
    let script = spawn(move || {
        let id = service.receive().id;
        service.send(&change(1));
        service.send(&ServiceMessage::Answer {
            id,
            result: Ok(Answer::Done),
        });
        service
    });

    assert_eq!(connection.done(Call::StartUsing), Ok(()));
    drop(script.join());
    assert_eq!(connection.done(Call::StartUsing), Err(Failure::SERVICE));
}

#[test]
fn who_breaks_the_protocol_is_left_for_good() {
    let wrong_id = ServiceMessage::Answer {
        id: CallId(99),
        result: Ok(Answer::Done),
    };
    let packets = [
        wlan_rpc::encode(&wrong_id).to_vec(),
        vec![wlan_rpc::PROTOCOL_VERSION, 200, 200],
        vec![wlan_rpc::PROTOCOL_VERSION],
        vec![0; MAX_MESSAGE + 1],
    ];
    for packet in packets {
        let (connection, service) = connected();
        let script = spawn(move || {
            service.receive();
            service.send_packet(&packet);
            service
        });

        assert_eq!(connection.done(Call::StopUsing), Err(Failure::SERVICE));
        let service = script.join().unwrap();
        assert_eq!(connection.done(Call::StopUsing), Err(Failure::SERVICE));
        assert!(!connection.is_reachable());
        let mut rest = [0; 8];
        let end = recv(&service.0, &mut rest[..], RecvFlags::empty());
        assert!(matches!(end, Ok((_, 0))), "it is told: {end:?}");
    }
}

#[test]
fn another_version_of_the_protocol_is_named() {
    let (connection, service) = connected();
    let script = spawn(move || {
        service.receive();
        service.send_packet(&[wlan_rpc::PROTOCOL_VERSION + 1, 0]);
        service
    });

    let failure = connection.done(Call::StopUsing).unwrap_err();

    assert_eq!(failure.code, Win32Error::NOT_SUPPORTED);
    drop(script.join());
}

#[test]
fn an_answer_of_another_kind_ends_the_connection() {
    let (connection, service) = connected();
    let script = spawn(move || {
        service.answer(Answer::PreviousSources(1));
        service
    });

    assert_eq!(connection.done(Call::StopUsing), Err(Failure::SERVICE));
    drop(script.join());
}

#[test]
fn a_slow_callback_loses_the_oldest_and_keeps_the_order_of_the_rest() {
    const EXTRA: usize = 100;
    let (connection, service) = connected();
    let (ear, hear, give) = Ear::new();
    assert_eq!(register(&connection, &service, Some(&ear)), 7);

    // The first is with the callback; the pump takes all others off the socket meanwhile.
    service.send(&change(0));
    while connection.delivery().waiting() > 0 || connection.delivery().calls() == 0 {
        std::thread::yield_now();
    }
    for i in 1..=LIMIT + EXTRA {
        service.send(&change(i));
    }
    while connection.delivery().dropped() < EXTRA as u64 {
        std::thread::yield_now();
    }
    assert_eq!(connection.delivery().waiting(), LIMIT);
    drop(give);

    let number = |i: usize| u8::try_from(i % 251).unwrap();
    assert_eq!(hear.recv().unwrap(), 0);
    for i in 1 + EXTRA..=LIMIT + EXTRA {
        assert_eq!(hear.recv().unwrap(), number(i), "number {i}");
    }
    assert_eq!(connection.delivery().dropped(), EXTRA as u64);
    drop(service);
    connection.close();
}

#[test]
fn a_registration_the_service_declines_leaves_the_one_before() {
    let (connection, service) = connected();
    let (first, hear, _give) = Ear::new();
    let (second, hear_second, _) = Ear::new();
    drop(_give);
    register(&connection, &service, Some(&first));

    let refusal = Refusal::new(
        Win32Error::ACCESS_DENIED,
        Reason::Unspecified,
        "No.",
        "None.",
    );
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            let id = service.receive().id;
            service.send(&ServiceMessage::Answer {
                id,
                result: Err(refusal.clone()),
            });
        });
        connection.register(0x80, false, Some(second.callback()))
    });
    service.send(&change(5));

    assert_eq!(result, Err(refusal.into()));
    assert_eq!(hear.recv().unwrap(), 5);
    assert!(hear_second.try_recv().is_err());
    drop(service);
    connection.close();
}

#[test]
fn calls_and_notifications_of_a_registered_handle_do_not_lose_each_other() {
    let (connection, service) = connected();
    let (ear, hear, give) = Ear::new();
    drop(give);
    register(&connection, &service, Some(&ear));

    const ROUNDS: usize = 2000;
    let script = spawn(move || {
        for i in 0..ROUNDS {
            service.send(&change(3 * i));
            let id = service.receive().id;
            service.send(&change(3 * i + 1));
            service.send(&ServiceMessage::Answer {
                id,
                result: Ok(Answer::Done),
            });
            service.send(&change(3 * i + 2));
        }
        service
    });
    for _ in 0..ROUNDS {
        assert_eq!(connection.done(Call::StartUsing), Ok(()));
    }
    for i in 0..3 * ROUNDS {
        assert_eq!(usize::from(hear.recv().unwrap()), i % 251, "number {i}");
    }
    drop(script.join());
    connection.close();
}

#[test]
fn debug_output_of_what_may_be_panicked_with_shows_no_key() {
    let call = Call::SetSecondaryKey {
        data: KeyBytes::copy_from(b"hunter2hunter2\0"),
        is_passphrase: true,
        persistent: true,
    };
    let message = ClientMessage {
        id: CallId(1),
        call,
    };

    let text = format!("{message:?}");

    assert!(
        !text.contains("hunter2") && !text.contains("104, 117"),
        "{text}"
    );
}
