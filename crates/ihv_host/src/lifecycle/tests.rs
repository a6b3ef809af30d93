mod chaos;

use clock::{Duration, Instant};
use dot11::{KeyBytes, MacAddr};
use ihv::seam::{Adapter, *};
use wlan_model::{Guid, Win32Error};

use super::*;

const A: AdapterId = AdapterId(1);
const LANE: Lane = Lane::Adapter(A);
const M: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x10]);
const OK: Win32Error = Win32Error::SUCCESS;

struct World {
    life: Lifecycle,
    now: Instant,
    task: u64,
}

impl World {
    fn new() -> Self {
        Self {
            life: Lifecycle::new(Duration::from_secs(5)),
            now: Instant::ZERO,
            task: 0,
        }
    }

    /// An adapter in phase A, and its handle.
    fn with_adapter() -> (Self, usize) {
        let mut world = Self::new();
        world.task(arrival());
        let h = world.begin().handle;
        world.returns(OK);
        (world, h)
    }

    fn task(&mut self, what: Task) {
        self.task += 1;
        self.life.handle_service(ServiceMessage::AdapterTask {
            task: TaskId(self.task),
            adapter: A,
            what,
        });
    }

    fn begin(&mut self) -> Invocation {
        match self.life.begin(LANE, self.now) {
            Next::Call(invocation) => invocation,
            other => panic!("{other:?}"),
        }
    }

    fn returns(&mut self, code: Win32Error) {
        self.life.returned(LANE, TaskResult::code(code), 77);
    }

    /// Runs the handler that is next, and says which it was.
    fn step(&mut self) -> &'static str {
        let invocation = self.begin();
        self.returns(OK);
        invocation.what.name()
    }

    fn pre(&mut self) -> usize {
        self.task(Task::PerformPreAssociate {
            connection: ConnectionId(1),
            profile: Profile::default(),
            networks: Vec::new(),
        });
        let hc = self.begin().handle;
        self.returns(OK);
        hc
    }

    fn post(&mut self) -> usize {
        self.task(post(1));
        let hs = self.begin().handle;
        self.returns(OK);
        hs
    }

    fn sent(&mut self) -> Vec<HostMessage> {
        std::iter::from_fn(|| self.life.poll_output())
            .filter_map(|output| match output {
                Output::Send(message) => Some(message),
                _ => None,
            })
            .collect()
    }

    fn key(&mut self, h: usize) -> Result<CallId, Win32Error> {
        let array = KeyBytes::copy_from(&[0; 60]);
        self.life.call(h, Call::SetKeyMappingKey(array))
    }

    fn frame(&mut self, n: u8) {
        let mut data = vec![2, 0, 0, 0, 0, 0x10, 0x88, 0x8e];
        data.push(n);
        self.life
            .handle_service(ServiceMessage::ReceivePacket { adapter: A, data });
    }

    fn register(&mut self, h: usize, max_backlog: u32) {
        let handling = EtherTypeHandling {
            max_backlog,
            exemptions: Vec::new(),
            registrations: vec![0x888e],
        };
        let id = self
            .life
            .call(h, Call::SetEtherTypeHandling(handling))
            .unwrap();
        self.life.handle_service(ServiceMessage::Answer {
            id,
            result: Ok(Reply::Done),
        });
    }
}

fn arrival() -> Task {
    Task::InitAdapter(Adapter {
        guid: Guid::NIL,
        description: "wlan0".to_owned(),
        mode: 4,
    })
}

fn post(port: u64) -> Task {
    Task::PerformPostAssociate {
        port: PortId(port),
        session: 1,
        association: Association {
            peer: M,
            reassociation: false,
            auth: 1,
            unicast_cipher: 4,
            multicast_cipher: 4,
            authorized: false,
            request: Vec::new(),
            response: Vec::new(),
            beacon: Vec::new(),
        },
    }
}

const fn end(win32: u32, reason: u32) -> Completion {
    Completion {
        win32: Win32Error(win32),
        reason,
    }
}

#[test]
fn handles_of_other_kinds_and_of_nobody_are_refused() {
    let (mut world, h) = World::with_adapter();
    let hc = world.pre();
    for handle in [0, 1, hc, h + 1, h ^ 3, usize::MAX] {
        assert_eq!(
            world.key(handle),
            Err(Win32Error::INVALID_HANDLE),
            "{handle:#x}"
        );
    }
    assert!(world.key(h).is_ok());
}

#[test]
fn a_handle_dies_when_deinit_adapter_is_entered_and_never_comes_back() {
    let (mut world, h) = World::with_adapter();
    world.task(Task::DeinitAdapter);
    let invocation = world.begin();
    assert_eq!(
        (invocation.what.name(), invocation.extension),
        ("DeinitAdapter", 77)
    );
    assert_eq!(world.key(h), Err(Win32Error::INVALID_HANDLE));
    world.returns(OK);
    assert_eq!(world.key(h), Err(Win32Error::INVALID_HANDLE));
    assert!(matches!(world.life.begin(LANE, world.now), Next::End));
}

#[test]
fn the_adapter_handle_is_alive_inside_init_adapter() {
    let mut world = World::new();
    world.task(Task::InitAdapter(Adapter {
        guid: Guid::NIL,
        description: String::new(),
        mode: 8,
    }));
    let h = world.begin().handle;
    assert!(world.key(h).is_ok());
    world.returns(Win32Error::GEN_FAILURE);
    assert_eq!(world.key(h), Err(Win32Error::INVALID_HANDLE));
}

#[test]
fn code_and_reason_of_a_completion_must_go_together() {
    // (code, reason) given; told to the extension; (code, reason) for the service.
    let rows = [
        ((0, 0), OK, (0, 0)),
        ((0, 0x9_0000), OK, (0, 0x9_0000)),
        ((0, 0x9_ffff), OK, (0, 0x9_ffff)),
        ((0, 0xa_0000), Win32Error::INVALID_PARAMETER, (87, 0xa_0000)),
        ((0, 0x1_0001), Win32Error::INVALID_PARAMETER, (87, 0x1_0001)),
        ((31, 0x1_0001), OK, (31, 0x1_0001)),
        ((31, 0x9_0001), OK, (31, 0x9_0001)),
        ((31, 0), Win32Error::INVALID_PARAMETER, (31, 0x1_0001)),
    ];
    for ((win32, reason), told, (win32_seen, reason_seen)) in rows {
        let (mut world, h) = World::with_adapter();
        let hc = world.pre();
        world.sent();
        let given = end(win32, reason);
        let result = world.life.pre_associate_completion(h, hc, None, given);
        assert_eq!(result.err().unwrap_or(OK), told, "{given:?}");
        let message = HostMessage::PreAssociateCompletion {
            adapter: A,
            connection: ConnectionId(1),
            end: end(win32_seen, reason_seen),
        };
        assert_eq!(world.sent(), [message]);
        let again = world.life.pre_associate_completion(h, hc, None, given);
        assert_eq!(again, Err(Win32Error::INVALID_STATE));
    }
}

#[test]
fn a_completion_from_inside_its_handler_is_refused_and_one_from_beside_it_waits() {
    let (mut world, h) = World::with_adapter();
    world.task(Task::PerformPreAssociate {
        connection: ConnectionId(1),
        profile: Profile::default(),
        networks: Vec::new(),
    });
    let hc = world.begin().handle;
    world.sent();
    let inside = Some((LANE, "PerformPreAssociate"));
    let life = &mut world.life;
    let refused = Err(Win32Error::INVALID_STATE);
    assert_eq!(
        life.pre_associate_completion(h, hc, inside, end(0, 0)),
        refused
    );
    assert_eq!(
        life.pre_associate_completion(h, hc, None, end(0, 0)),
        Ok(())
    );
    assert_eq!(
        life.pre_associate_completion(h, hc, None, end(0, 0)),
        refused
    );
    assert_eq!(world.sent(), []);
    world.returns(OK);
    let sent = world.sent();
    assert!(matches!(
        sent[..],
        [
            HostMessage::Returned { .. },
            HostMessage::PreAssociateCompletion { .. }
        ]
    ));
}

#[test]
fn a_handler_that_fails_never_began_anything() {
    let (mut world, h) = World::with_adapter();
    world.task(post(1));
    let hs = world.begin().handle;
    let life = &mut world.life;
    assert_eq!(
        life.post_associate_completion(h, hs, None, M, end(0, 0)),
        Ok(())
    );
    world.sent();
    world.returns(Win32Error::GEN_FAILURE);
    assert_eq!(world.sent().len(), 1, "the completion was dropped");
    let late = world
        .life
        .post_associate_completion(h, hs, None, M, end(0, 0));
    assert_eq!(late, Err(Win32Error::INVALID_STATE));
    // Stopping it is a success without a call.
    world.task(Task::StopPostAssociate {
        port: PortId(1),
        status: 0,
    });
    assert!(matches!(world.life.begin(LANE, world.now), Next::Wait));
    assert!(
        matches!(&world.sent()[..], [HostMessage::Returned { result, .. }] if result.code == OK)
    );
}

#[test]
fn a_port_may_be_completed_again_but_not_for_another_peer_or_after_its_end() {
    let (mut world, h) = World::with_adapter();
    let hs = world.post();
    let life = &mut world.life;
    assert_eq!(
        life.post_associate_completion(h, hs, None, M, end(0, 0)),
        Ok(())
    );
    assert_eq!(
        life.post_associate_completion(h, hs, None, M, end(31, 1)),
        Ok(())
    );
    let other = MacAddr([2; 6]);
    let refused = life.post_associate_completion(h, hs, None, other, end(0, 0));
    assert_eq!(refused, Err(Win32Error::INVALID_PARAMETER));
    world.task(Task::StopPostAssociate {
        port: PortId(1),
        status: 0,
    });
    assert_eq!(world.begin().what.name(), "StopPostAssociate");
    let late = world
        .life
        .post_associate_completion(h, hs, None, M, end(0, 0));
    assert_eq!(late, Err(Win32Error::INVALID_STATE));
}

#[test]
fn what_a_reset_interrupts_may_be_cancelled_once_and_no_more() {
    let (mut world, h) = World::with_adapter();
    let hc = world.pre();
    let hs = world.post();
    world.task(Task::AdapterReset);
    assert_eq!(world.step(), "AdapterReset");
    world.sent();
    let life = &mut world.life;
    let refused = Err(Win32Error::INVALID_STATE);
    assert_eq!(
        life.pre_associate_completion(h, hc, None, end(0, 0)),
        refused
    );
    assert_eq!(
        life.pre_associate_completion(h, hc, None, end(CANCELLED.0, 0x1_0001)),
        Ok(())
    );
    assert_eq!(
        life.pre_associate_completion(h, hc, None, end(CANCELLED.0, 0x1_0001)),
        refused
    );
    assert_eq!(
        life.post_associate_completion(h, hs, None, M, end(CANCELLED.0, 1)),
        Ok(())
    );
    assert_eq!(
        life.post_associate_completion(h, hs, None, M, end(CANCELLED.0, 1)),
        refused
    );
    assert_eq!(world.sent(), [], "the service knows already");
    assert!(world.key(h).is_ok(), "phase A goes on");
}

#[test]
fn every_accepted_packet_is_completed_once_before_a_reset_or_removal() {
    for task in [Task::AdapterReset, Task::DeinitAdapter] {
        let (mut world, h) = World::with_adapter();
        world.post();
        let packet = || [&M.0[..], &[0x88, 0xb5]].concat();
        for label in [0, 0, usize::MAX] {
            assert_eq!(world.life.send_packet(h, packet(), label), Ok(()));
        }
        world.life.handle_service(ServiceMessage::PacketSent {
            adapter: A,
            packet: PacketId(2),
        });
        world.task(task.clone());
        // The service's own completion of the first crosses the reset.
        world.life.handle_service(ServiceMessage::PacketSent {
            adapter: A,
            packet: PacketId(1),
        });
        assert!(world.life.send_packet(h, packet(), 1).is_err());
        let done = ["SendPacketCompletion"; 3];
        assert_eq!([world.step(), world.step(), world.step()], done);
        if task == Task::DeinitAdapter {
            assert_eq!(world.step(), "StopPostAssociate");
        }
        assert_eq!(world.step(), What::Task(task).name());
        assert!(!matches!(world.life.begin(LANE, world.now), Next::Call(_)));
    }
}

#[test]
fn packets_need_a_port_a_header_a_unicast_receiver_and_room() {
    let (mut world, h) = World::with_adapter();
    let good = [&M.0[..], &[0x88, 0xb5]].concat();
    let send = |world: &mut World, data: &[u8]| world.life.send_packet(h, data.to_vec(), 0);
    assert_eq!(send(&mut world, &good), Err(Win32Error::INVALID_STATE));
    world.post();
    assert_eq!(
        send(&mut world, &good[..7]),
        Err(Win32Error::INVALID_PARAMETER)
    );
    assert_eq!(
        send(&mut world, &[0xff; 8]),
        Err(Win32Error::INVALID_PARAMETER)
    );
    assert_eq!(
        send(&mut world, &[2; 2313]),
        Err(Win32Error::INVALID_PARAMETER)
    );
    for _ in 0..64 {
        assert_eq!(send(&mut world, &good), Ok(()));
    }
    assert_eq!(
        send(&mut world, &good),
        Err(Win32Error::NO_SYSTEM_RESOURCES)
    );
}

/// Reference §9.8 row 18.
#[test]
fn a_full_backlog_drops_the_oldest_and_the_frame_in_the_handler_does_not_count() {
    let (mut world, h) = World::with_adapter();
    world.register(h, 4);
    world.frame(1);
    let first = world.begin();
    assert!(matches!(&first.what, What::Packet(data) if data[8] == 1));
    for n in 2..=6 {
        world.frame(n);
    }
    world.returns(OK);
    for n in 3..=6 {
        let next = world.begin();
        assert!(
            matches!(&next.what, What::Packet(data) if data[8] == n),
            "{n}"
        );
        world.returns(OK);
    }
    assert!(matches!(world.life.begin(LANE, world.now), Next::Wait));
}

#[test]
fn no_frame_goes_up_between_the_order_to_reset_and_the_reset() {
    let (mut world, h) = World::with_adapter();
    world.register(h, 4);
    world.frame(1);
    world.task(Task::AdapterReset);
    world.frame(2);
    // An answer that crosses the order does not bring the registration back.
    world.register(h, 4);
    world.frame(3);
    assert_eq!(world.step(), "AdapterReset");
    world.frame(4);
    assert!(matches!(world.life.begin(LANE, world.now), Next::Wait));
    world.register(h, 4);
    world.frame(5);
    assert_eq!(world.step(), "ReceivePacket");
}

#[test]
fn ethertypes_are_settled_once_a_connection_was_let_through() {
    let (mut world, h) = World::with_adapter();
    let hc = world.pre();
    world.register(h, 1);
    let done = world.life.pre_associate_completion(h, hc, None, end(0, 0));
    assert_eq!(done, Ok(()));
    let refused = world
        .life
        .call(h, Call::SetEtherTypeHandling(EtherTypeHandling::default()));
    assert_eq!(refused, Err(Win32Error::INVALID_STATE));
}

#[test]
fn a_removal_ends_waiting_calls_and_a_late_answer_is_nobodys() {
    let (mut world, h) = World::with_adapter();
    let id = world.key(h).unwrap();
    world.task(Task::ValidateProfile(Profile::default()));
    world.task(Task::DeinitAdapter);
    let outputs: Vec<_> = std::iter::from_fn(|| world.life.poll_output()).collect();
    assert!(outputs.contains(&Output::Answer(id, Err(OPERATION_ABORTED))));
    world.life.handle_service(ServiceMessage::Answer {
        id,
        result: Ok(Reply::Done),
    });
    assert_eq!(world.life.poll_output(), None);
    assert_eq!(world.step(), "DeinitAdapter");
}

#[test]
fn user_data_live_with_the_profile_and_only_in_phase_c() {
    let (mut world, h) = World::with_adapter();
    world.task(Task::PerformPreAssociate {
        connection: ConnectionId(1),
        profile: Profile::default(),
        networks: Vec::new(),
    });
    let hc = world.begin().handle;
    let inside = Some((LANE, "PerformPreAssociate"));
    let data = || UserData {
        session: 3,
        data: KeyBytes::copy_from(b"pin"),
    };
    let life = &mut world.life;
    let refused = Err(Win32Error::INVALID_STATE);
    assert_eq!(life.set_user_data(h, hc, inside, data()), refused);
    assert_eq!(life.set_user_data(h, hc, None, data()), Ok(()));
    world.returns(OK);
    let life = &mut world.life;
    let got = life.user_data(h, hc, None, 3).unwrap();
    assert_eq!(got.expose(), b"pin");
    assert!(life.user_data(h, hc, None, 4).unwrap().is_empty());
    assert!(
        life.set_current_profile(h, hc, None, Fragments::default())
            .is_ok()
    );
    assert!(life.user_data(h, hc, None, 3).unwrap().is_empty());
    life.pre_associate_completion(h, hc, None, end(0, 0))
        .unwrap();
    assert_eq!(
        life.user_data(h, hc, None, 3),
        Err(Win32Error::INVALID_STATE)
    );
}

#[test]
fn a_late_handler_is_told_once_and_may_still_return() {
    let (mut world, _) = World::with_adapter();
    world.sent();
    world.task(Task::ValidateProfile(Profile::default()));
    world.begin();
    let deadline = world.life.poll_timeout().unwrap();
    assert_eq!(deadline, Instant::ZERO + Duration::from_secs(5));
    world.life.handle_timeout(Instant::ZERO);
    assert_eq!(world.sent(), []);
    for _ in 0..2 {
        world.life.handle_timeout(deadline);
    }
    assert!(matches!(
        &world.sent()[..],
        [HostMessage::HandlerLate { handler, millis: 5000, .. }] if handler == "Dot11ExtIhvValidateProfile"
    ));
    assert_eq!(world.life.poll_timeout(), None);
    world.returns(OK);
    assert_eq!(world.sent().len(), 1);
}

#[test]
fn a_shutdown_removes_adapters_before_the_service_part_ends() {
    let (mut world, _) = World::with_adapter();
    world.post();
    world.life.handle_service(ServiceMessage::Shutdown);
    assert!(matches!(
        world.life.begin(Lane::System, world.now),
        Next::Wait
    ));
    assert_eq!(world.step(), "StopPostAssociate");
    assert_eq!(world.step(), "DeinitAdapter");
    let Next::Call(last) = world.life.begin(Lane::System, world.now) else {
        panic!("DeinitService comes last");
    };
    assert_eq!(last.what.name(), "DeinitService");
    world.life.returned(Lane::System, TaskResult::code(OK), 0);
    assert!(world.life.has_ended());
}

#[test]
fn one_x_is_refused_in_every_phase() {
    let (mut world, h) = World::with_adapter();
    assert_eq!(world.life.one_x(0), Win32Error::INVALID_HANDLE);
    assert_eq!(world.life.one_x(h), Win32Error::INVALID_STATE);
    world.post();
    assert_eq!(world.life.one_x(h), Win32Error::NOT_SUPPORTED);
}

#[test]
fn what_waits_behind_an_arrival_that_never_began_is_answered_too() {
    let mut world = World::new();
    world.task(arrival());
    world.task(Task::StopPostAssociate {
        port: PortId(1),
        status: 0,
    });
    world.task(Task::ValidateProfile(Profile::default()));
    world.task(Task::DeinitAdapter);
    let codes: Vec<_> = world
        .sent()
        .into_iter()
        .map(|message| match message {
            HostMessage::Returned { task, result } => (task.0, result.code.0),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(codes, [(1, 995), (3, 995), (2, 0), (4, 0)]);
    assert!(matches!(world.life.begin(LANE, world.now), Next::End));
}
