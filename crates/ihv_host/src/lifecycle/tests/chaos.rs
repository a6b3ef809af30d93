//! Any order of anything: what was begun ends once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{A, M, World, end, post};
use crate::lifecycle::*;
use ihv::seam::{Profile, ServiceMessage, SystemTask};

/// Results, answers and packets, counted.
#[derive(Default)]
struct Book {
    tasks: BTreeMap<TaskId, u32>,
    calls: BTreeMap<CallId, u32>,
    /// Accepted packets and their completions.
    packets: (usize, usize),
    sent: Vec<PacketId>,
    running: BTreeSet<Lane>,
    handles: Vec<usize>,
}

impl Book {
    fn drain(&mut self, world: &mut World) {
        while let Some(output) = world.life.poll_output() {
            match output {
                Output::Send(HostMessage::Returned { task, .. }) => {
                    *self.tasks.entry(task).or_default() += 1;
                }
                Output::Send(HostMessage::SendPacket { packet, .. }) => self.sent.push(packet),
                Output::Answer(id, _) => *self.calls.entry(id).or_default() += 1,
                _ => {}
            }
        }
    }

    fn begin(&mut self, world: &mut World, lane: Lane) -> bool {
        if self.running.contains(&lane) {
            return false;
        }
        let Next::Call(invocation) = world.life.begin(lane, world.now) else {
            return false;
        };
        if matches!(invocation.what, What::PacketDone(_)) {
            self.packets.1 += 1;
        }
        if invocation.handle != 0 {
            assert!(
                !self.handles.contains(&invocation.handle),
                "given out twice"
            );
            self.handles.push(invocation.handle);
        }
        self.running.insert(lane);
        true
    }

    fn step(&mut self, world: &mut World, op: u8, which: u8) {
        let id = AdapterId(1 + u64::from(which & 1));
        let lane = if which & 2 == 0 {
            Lane::Adapter(id)
        } else {
            Lane::System
        };
        let n = usize::from(which);
        let handle = |back: usize| *self.handles.iter().rev().nth(back).unwrap_or(&n);
        let (h, session) = (handle(n >> 2 & 3), handle(n >> 4 & 3));
        let give = |world: &mut World, what: Task| {
            world.task += 1;
            let task = TaskId(world.task);
            world.life.handle_service(ServiceMessage::AdapterTask {
                task,
                adapter: id,
                what,
            });
        };
        match op % 16 {
            0 => give(world, super::arrival()),
            1 => give(world, Task::DeinitAdapter),
            2 => give(world, Task::AdapterReset),
            3 => give(
                world,
                Task::PerformPreAssociate {
                    connection: ConnectionId(1),
                    profile: Profile::default(),
                    networks: Vec::new(),
                },
            ),
            4 => give(world, post(u64::from(which >> 6))),
            5 => give(
                world,
                Task::StopPostAssociate {
                    port: PortId(u64::from(which >> 6)),
                    status: 0,
                },
            ),
            6 | 7 => drop(self.begin(world, lane)),
            8 | 9 => {
                if self.running.remove(&lane) {
                    let code = if which & 0x40 == 0 { 0 } else { 31 };
                    let result = TaskResult::code(Win32Error(code));
                    world.life.returned(lane, result, n);
                }
            }
            10 => {
                if let Ok(id) = world.key(h) {
                    self.calls.insert(id, 0);
                }
            }
            11 => {
                let end = end(u32::from(which & 1) * 31, u32::from(which & 2));
                let life = &mut world.life;
                let _ = life.pre_associate_completion(h, session, None, end);
                let _ = life.post_associate_completion(h, session, None, M, end);
            }
            12 => {
                let packet = [&M.0[..], &[0x88, 0xb5]].concat();
                if world.life.send_packet(h, packet, n).is_ok() {
                    self.packets.0 += 1;
                }
            }
            13 => {
                if let Some(packet) = self.sent.pop() {
                    let adapter = id;
                    let message = ServiceMessage::PacketSent { adapter, packet };
                    world.life.handle_service(message);
                }
            }
            14 => {
                let id = self.calls.iter().find(|(_, n)| **n == 0).map(|(id, _)| *id);
                if let Some(id) = id {
                    let result = Ok(Reply::Done);
                    world
                        .life
                        .handle_service(ServiceMessage::Answer { id, result });
                }
            }
            _ => {
                world.task += 1;
                world.life.handle_service(ServiceMessage::SystemTask {
                    task: TaskId(world.task),
                    what: SystemTask::IsUiRequestPending(Guid::NIL),
                });
            }
        }
        self.drain(world);
    }
}

proptest! {
    #[test]
    fn every_task_call_and_packet_ends_exactly_once(
        ops in proptest::collection::vec(any::<(u8, u8)>(), 0..400)
    ) {
        let mut world = World::new();
        let mut book = Book::default();
        // Arrivals first, so that most runs get somewhere.
        for (op, which) in [(0, 0), (6, 0), (8, 0), (0, 1), (6, 1), (8, 1)].into_iter().chain(ops) {
            book.step(&mut world, op, which);
        }
        world.life.handle_service(ServiceMessage::Shutdown);
        book.drain(&mut world);
        let lanes = [Lane::Adapter(A), Lane::Adapter(AdapterId(2)), Lane::System];
        while !world.life.has_ended() {
            let mut moved = false;
            for lane in lanes {
                if book.running.remove(&lane) {
                    world.life.returned(lane, TaskResult::code(Win32Error::SUCCESS), 0);
                    moved = true;
                }
                moved |= book.begin(&mut world, lane);
            }
            book.drain(&mut world);
            prop_assert!(moved, "nothing moves any more");
        }
        for task in (1..=world.task).map(TaskId) {
            prop_assert_eq!(book.tasks.get(&task), Some(&1), "{:?}", task);
        }
        for (call, answers) in &book.calls {
            prop_assert_eq!(*answers, 1, "{:?}", call);
        }
        prop_assert_eq!(book.packets.0, book.packets.1);
    }
}
