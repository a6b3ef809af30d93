use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use wlan_model::{HostedNetworkState, Reason};
use wlan_rpc::{Answer, Call, PROTOCOL_VERSION};

use super::*;
use crate::limit::{PER_WINDOW, WINDOW};

const NOW: Instant = Instant::from_micros(1_000_000);

fn pair() -> (OwnedFd, OwnedFd) {
    socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        None,
    )
    .unwrap()
}

fn of(uid: u32) -> Caller {
    Caller {
        uid,
        pid: 7,
        program: "test".into(),
    }
}

struct Scene {
    clients: Clients,
    poller: Poller,
}

impl Scene {
    fn new() -> Self {
        Self {
            clients: Clients::new(),
            poller: Poller::new().unwrap(),
        }
    }

    fn connect(&mut self, uid: u32) -> (ClientId, OwnedFd) {
        let (ours, theirs) = pair();
        let id = self.clients.insert(ours, of(uid), &self.poller).unwrap();
        (id, theirs)
    }

    fn open(&mut self, uid: u32) -> (ClientId, OwnedFd) {
        let (id, theirs) = self.connect(uid);
        self.clients.rows.get_mut(&id).unwrap().opened = true;
        (id, theirs)
    }

    /// Everything that is held for somebody, counted.
    fn held(&mut self) -> (usize, usize, usize, usize) {
        self.clients.settle(&self.poller);
        while self.clients.poll_gone().is_some() {}
        let c = &self.clients;
        let queued = c.rows.values().map(|client| client.queue.len()).sum();
        (
            c.rows.len(),
            queued,
            c.stalled,
            c.gone.len() + c.touched.len(),
        )
    }
}

fn change(n: u32) -> Notification {
    Notification::StateChange {
        old: HostedNetworkState::Idle,
        new: HostedNetworkState::Active,
        reason: if n.is_multiple_of(2) {
            Reason::UserAction
        } else {
            Reason::PropertiesChange
        },
    }
}

fn packet(call: Call) -> Zeroizing<Vec<u8>> {
    wlan_rpc::encode(&ClientMessage {
        id: CallId(1),
        call,
    })
}

#[test]
fn nothing_is_held_for_those_who_broke_the_rules() {
    let mut scene = Scene::new();
    let (_kept, _socket) = scene.open(1);
    let before = scene.held();
    let good = packet(Call::QueryStatus);
    let bad: Vec<Vec<u8>> = vec![
        vec![0],
        vec![PROTOCOL_VERSION],
        vec![PROTOCOL_VERSION ^ 1; 40],
        good[..good.len() - 1].to_vec(),
        [&good[..], &[0]].concat(),
        vec![PROTOCOL_VERSION; MAX_MESSAGE],
    ];
    for round in 0..500 {
        let (id, theirs) = scene.connect(1000);
        let packet = &bad[round % bad.len()];
        send(&theirs, packet, SendFlags::NOSIGNAL).unwrap();

        assert!(matches!(scene.clients.receive(id, NOW), Received::Gone));
    }
    assert_eq!(scene.held(), before);
    assert!(
        scene.clients.buffer.iter().all(|byte| *byte == 0),
        "what was read is erased"
    );
}

/// Counts lines of the log that warn.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_user_who_breaks_the_rules_over_and_over_fills_no_log() {
    let warnings = Warnings::default();
    let _log = tracing::subscriber::set_default(warnings.clone());
    let written = || warnings.0.swap(0, Ordering::Relaxed);
    let mut scene = Scene::new();
    let mut misbehave = |uid, now| {
        let (id, theirs) = scene.connect(uid);
        send(&theirs, &[0], SendFlags::NOSIGNAL).unwrap();
        assert!(matches!(scene.clients.receive(id, now), Received::Gone));
    };
    for _ in 0..500 {
        misbehave(1000, NOW);
    }
    assert_eq!(written(), PER_WINDOW as usize);

    misbehave(1001, NOW);
    assert_eq!(written(), 1, "another user is not hidden by the first");

    misbehave(1000, NOW + WINDOW);
    assert_eq!(written(), 2, "the number of the others, and the new one");
}

#[test]
fn a_refused_call_leaves_nothing_behind() {
    let mut scene = Scene::new();
    let (id, theirs) = scene.open(1000);
    let before = scene.held();
    for n in 0..2000 {
        send(&theirs, &packet(Call::ForceStart), SendFlags::NOSIGNAL).unwrap();
        let Received::Message(message) = scene.clients.receive(id, NOW) else {
            panic!("a message")
        };
        let pending = Pending {
            id: message.id,
            opens: false,
        };
        scene.clients.begin(id, pending);
        let answer = ServiceMessage::Answer {
            id: message.id,
            result: Err(crate::refusals::not_privileged("do that")),
        };
        scene.clients.answer(id, &answer, NOW);
        let mut buffer = [0; 1024];
        recv(&theirs, &mut buffer[..], RecvFlags::empty()).unwrap();
        assert_eq!(scene.held(), before, "call {n}");
    }
}

#[test]
fn a_client_that_does_not_read_is_let_go_at_the_limit_and_its_queue_with_it() {
    let mut scene = Scene::new();
    let (deaf, _socket) = scene.open(1000);
    let (other, theirs) = scene.open(1001);
    let mut sent = 0;
    while scene.clients.rows.contains_key(&deaf) {
        scene.clients.notify(deaf, Guid::NIL, change(sent), NOW);
        scene.clients.notify(other, Guid::NIL, change(sent), NOW);
        let mut buffer = [0; 256];
        recv(&theirs, &mut buffer[..], RecvFlags::empty()).unwrap();
        sent += 1;
        assert!(sent < 100_000, "it is held for ever");
    }

    assert!(sent as usize > QUEUE_MESSAGES);
    assert_eq!(scene.clients.poll_gone(), Some(deaf));
    assert_eq!(scene.held(), (1, 0, 0, 0));
    assert_eq!(scene.clients.poll_timeout(), None);
}

#[test]
fn a_client_that_stalls_is_let_go_in_time_whatever_waits_for_it() {
    let mut scene = Scene::new();
    let (deaf, _socket) = scene.open(1000);
    let mut n = 0;
    while scene.clients.stalled == 0 {
        scene.clients.notify(deaf, Guid::NIL, change(n), NOW);
        n += 1;
    }
    let due = scene.clients.poll_timeout().unwrap();
    assert_eq!(due, NOW + STALL_LIMIT);

    scene.clients.handle_timeout(due);

    assert_eq!(scene.held(), (0, 0, 0, 0));
}

#[test]
fn what_goes_to_many_is_kept_once() {
    let mut scene = Scene::new();
    let crowd: Vec<(ClientId, OwnedFd)> = (0..20).map(|_| scene.open(1000)).collect();
    let mut n = 0;
    while scene.clients.stalled < crowd.len() {
        for (id, _) in &crowd {
            scene.clients.notify(*id, Guid::NIL, change(n), NOW);
        }
        n += 1;
    }
    let packets = scene.clients.rows.values().flat_map(|c| c.queue.back());
    let mut places: Vec<_> = packets.map(Arc::as_ptr).collect();
    assert_eq!(places.len(), crowd.len());
    places.dedup();
    assert_eq!(places.len(), 1);
}

#[test]
fn room_is_made_by_those_who_only_connect_and_first_by_whoever_has_most() {
    let mut scene = Scene::new();
    let opened = scene.open(1);
    let single = scene.connect(1000);
    let crowd: Vec<_> = (0..3).map(|_| scene.connect(1001)).collect();

    let mut order = Vec::new();
    while scene.clients.drop_unopened(NOW) {
        order.push(scene.clients.poll_gone().unwrap());
    }

    assert_eq!(order[..2], [crowd[0].0, crowd[1].0]);
    assert_eq!(order.len(), 4);
    assert!(order[2..].contains(&single.0));
    assert!(scene.clients.rows.contains_key(&opened.0));
}

#[test]
fn a_client_has_one_call_under_way_and_the_next_waits_in_its_socket() {
    let mut scene = Scene::new();
    let (id, theirs) = scene.open(1);
    for _ in 0..2 {
        send(&theirs, &packet(Call::QueryStatus), SendFlags::NOSIGNAL).unwrap();
    }
    assert!(matches!(
        scene.clients.receive(id, NOW),
        Received::Message(_)
    ));
    let pending = Pending {
        id: CallId(1),
        opens: false,
    };
    scene.clients.begin(id, pending);
    assert!(matches!(scene.clients.receive(id, NOW), Received::Nothing));
    let answer = ServiceMessage::Answer {
        id: CallId(1),
        result: Ok(Answer::Done),
    };
    scene.clients.answer(id, &answer, NOW);
    assert!(matches!(
        scene.clients.receive(id, NOW),
        Received::Message(_)
    ));
}
