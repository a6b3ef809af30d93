//! Four threads of an extension call everything at any time, while adapters, connections and ports
//! come and go.

use std::collections::BTreeSet;

use ihv::seam::*;

use crate::service::*;

/// What the service holds against the order of messages.
#[derive(Default)]
struct Ledger {
    waiting: BTreeSet<TaskId>,
    begun: BTreeSet<u64>,
    connections_completed: BTreeSet<u64>,
    /// Ports whose end has been reported, and adapters.
    ended: BTreeSet<u64>,
    packets: BTreeSet<PacketId>,
}

/// Numbers of the tasks of one round.
const TASKS: u64 = 7;
/// Of the task that lets the storm begin.
const STORM: u64 = 6;

impl Ledger {
    fn check(&mut self, s: &mut Service, message: HostMessage) {
        match message {
            HostMessage::Call { id, adapter, .. } => {
                assert!(!self.ended.contains(&adapter.0), "a call after the end");
                s.answer(id, Ok(Reply::Done));
            }
            HostMessage::Returned { task, result } => {
                assert!(self.waiting.remove(&task), "a result without a task");
                let round = task.0 / TASKS;
                match task.0 % TASKS {
                    1 | 2 => {
                        assert_eq!(result.code, OK);
                        self.begun.insert(task.0);
                    }
                    5 => {
                        self.ended.insert(round);
                    }
                    _ => assert_eq!(result.code, OK),
                }
            }
            HostMessage::PreAssociateCompletion { adapter, .. } => {
                let round = adapter.0;
                assert!(
                    self.begun.contains(&(round * TASKS + 1)),
                    "before its beginning"
                );
                assert!(self.connections_completed.insert(round), "completed twice");
                assert!(!self.ended.contains(&round), "after its end");
            }
            HostMessage::PostAssociateCompletion { adapter, .. } => {
                let round = adapter.0;
                assert!(
                    self.begun.contains(&(round * TASKS + 2)),
                    "before its beginning"
                );
                let stopped = TaskId(round * TASKS + 3);
                assert!(self.waiting.contains(&stopped), "after its end");
            }
            HostMessage::SendPacket {
                adapter, packet, ..
            } => {
                assert!(self.packets.insert(packet), "a number twice");
                // Only every second one, so that each reset finds some on their way.
                if packet.0.is_multiple_of(2) {
                    s.send(&ServiceMessage::PacketSent { adapter, packet });
                }
            }
            HostMessage::Notification { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn nothing_gets_lost_or_out_of_order_in_a_storm() {
    let mut s = Service::start(&probe("STORM"));
    let mut ledger = Ledger::default();
    let send = |s: &mut Service, ledger: &mut Ledger, round: u64, n: u64, what: Task| {
        let task = TaskId(round * TASKS + n);
        ledger.waiting.insert(task);
        let adapter = AdapterId(round);
        s.send(&ServiceMessage::AdapterTask {
            task,
            adapter,
            what,
        });
    };
    for round in 1..=100 {
        send(&mut s, &mut ledger, round, 0, init());
        if round == 1 {
            send(&mut s, &mut ledger, round, STORM, control(b"x"));
        }
        for (n, what) in [(1, pre("")), (2, post(round)), (3, stop(round))] {
            send(&mut s, &mut ledger, round, n, what);
        }
        // Some adapters are reset, some are removed in the middle of everything.
        if round % 2 == 0 {
            send(&mut s, &mut ledger, round, 4, Task::AdapterReset);
        }
        // Until the port has been there, and sometimes a little longer.
        let last = if round % 2 == 0 { 4 } else { 3 };
        let until = TaskId(round * TASKS + last.min(2 + round % 3));
        while ledger.waiting.contains(&until) {
            let message = s.receive().expect("the host has gone");
            ledger.check(&mut s, message);
        }
        send(&mut s, &mut ledger, round, 5, Task::DeinitAdapter);
        while ledger.waiting.contains(&TaskId(round * TASKS + 5)) {
            let message = s.receive().expect("the host has gone");
            // What a removal overtakes is aborted.
            if let HostMessage::Returned { task, .. } = &message
                && (3..5).contains(&(task.0 % TASKS))
            {
                assert!(ledger.waiting.remove(task));
                continue;
            }
            ledger.check(&mut s, message);
        }
        assert!(ledger.waiting.is_empty(), "{:?}", ledger.waiting);
    }
    assert!(!ledger.packets.is_empty() && !ledger.connections_completed.is_empty());

    // Let the storm end, then count: as many completions as accepted packets.
    const LAST: u64 = 1000;
    send(&mut s, &mut ledger, LAST, 0, init());
    for (n, order) in [(1, b"y"), (2, b"j"), (3, b"c")] {
        send(&mut s, &mut ledger, LAST, n, control(order));
    }
    let mut numbers = Vec::new();
    while numbers.len() < 3 {
        match s.receive().expect("the host has gone") {
            HostMessage::Returned { task, result } if task.0 > LAST * TASKS => {
                numbers.push(number(&result));
            }
            message => ledger.check(&mut s, message),
        }
    }
    let sent = u32::try_from(ledger.packets.len()).unwrap();
    assert_eq!(numbers, [0, sent, sent]);
}
