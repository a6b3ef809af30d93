//! Messages of the service, and the handlers they make run.

use clock::Instant;
use dot11::KeyBytes;
use ihv::seam::{
    AdapterId, EtherTypeHandling, HostMessage, PortId, ServiceMessage, Task, TaskId, TaskResult,
};
use wlan_model::Win32Error;

use super::{
    Adapter, Connection, Effect, Ending, Entry, Invocation, Job, Kind, Lane, Lifecycle,
    MAX_BACKLOG, MAX_INDICATIONS, Next, OPERATION_ABORTED, Output, Port, Presence, Queue, Running,
    What,
};

/// `DOT11_ASSOC_STATUS_DISASSOCIATED_BY_RESET`: of ports that are stopped by a removal.
const BY_RESET: u32 = 9;

/// A handler to be called, or the code that takes its place.
type Prepared = Result<(Invocation, Effect), Win32Error>;

impl Lifecycle {
    /// Takes a message of the service. What names something that is gone is dropped: messages may
    /// cross.
    pub fn handle_service(&mut self, message: ServiceMessage) {
        match message {
            ServiceMessage::Answer { id, result } => {
                let Some(waiting) = self.waiting.remove(&id) else {
                    return;
                };
                if result.is_ok()
                    && let Some(ethertypes) = waiting.ethertypes
                    && let Some(adapter) = self.adapters.get_mut(&waiting.adapter)
                    && adapter.resets == 0
                {
                    adapter.ethertypes = ethertypes;
                }
                self.output.push_back(Output::Answer(id, result));
            }
            ServiceMessage::PacketSent { adapter, packet } => {
                if let Some(a) = self.adapters.get_mut(&adapter)
                    && let Some(label) = a.in_flight.remove(&packet)
                {
                    self.push(adapter, None, What::PacketDone(label));
                }
            }
            ServiceMessage::ReceivePacket { adapter, data } => self.packet(adapter, data),
            ServiceMessage::ReceiveIndication {
                adapter,
                kind,
                data,
            } => {
                if let Some(a) = self.adapters.get_mut(&adapter)
                    && a.presence != Presence::Leaving
                {
                    drop_oldest(&mut a.queue, MAX_INDICATIONS, |what| {
                        matches!(what, What::Indication(..))
                    });
                    self.push(adapter, None, What::Indication(kind, data));
                }
            }
            ServiceMessage::AdapterTask {
                task,
                adapter,
                what,
            } => self.adapter_task(task, adapter, what),
            ServiceMessage::SystemTask { task, what } => {
                if self.ending == Ending::No {
                    self.system.jobs.push_back(Job {
                        task: Some(task),
                        what: What::System(what),
                    });
                    self.output.push_back(Output::Wake(Lane::System));
                } else {
                    self.refuse(Some(task), OPERATION_ABORTED);
                }
            }
            ServiceMessage::Shutdown => {
                if self.ending == Ending::No {
                    self.ending = Ending::Adapters;
                    let all: Vec<_> = self.adapters.keys().copied().collect();
                    for adapter in all {
                        self.remove(adapter, None);
                    }
                    self.end_when_empty();
                }
            }
        }
    }

    fn adapter_task(&mut self, task: TaskId, id: AdapterId, what: Task) {
        if let Task::InitAdapter(about) = &what {
            if self.adapters.contains_key(&id) || self.ending != Ending::No {
                return self.refuse(Some(task), Win32Error::INVALID_STATE);
            }
            let adapter = Adapter {
                queue: Queue::default(),
                presence: Presence::Announced,
                handle: None,
                guid: about.guid,
                extension: 0,
                connection: None,
                connected: false,
                ports: Default::default(),
                interrupted: Default::default(),
                ethertypes: EtherTypeHandling::default(),
                resets: 0,
                in_flight: Default::default(),
                user_data: Default::default(),
            };
            self.adapters.insert(id, adapter);
            self.output.push_back(Output::Spawn(Lane::Adapter(id)));
            return self.push(id, Some(task), What::Task(what));
        }
        let Some(adapter) = self
            .adapters
            .get_mut(&id)
            .filter(|adapter| adapter.presence != Presence::Leaving)
        else {
            // What was never begun is stopped already.
            let code = match what {
                Task::StopPostAssociate { .. } => Win32Error::SUCCESS,
                _ => Win32Error::INVALID_STATE,
            };
            return self.refuse(Some(task), code);
        };
        match what {
            Task::DeinitAdapter => self.remove(id, Some(task)),
            Task::AdapterReset => {
                adapter.resets += 1;
                adapter.ethertypes = EtherTypeHandling::default();
                self.silence(id);
                self.push(id, Some(task), What::Task(Task::AdapterReset));
            }
            what => self.push(id, Some(task), What::Task(what)),
        }
    }

    /// No frame goes up any more, and each that went down is accounted for.
    fn silence(&mut self, id: AdapterId) {
        let Some(adapter) = self.adapters.get_mut(&id) else {
            return;
        };
        adapter
            .queue
            .jobs
            .retain(|job| !matches!(job.what, What::Packet(_)));
        for (_, label) in std::mem::take(&mut adapter.in_flight) {
            adapter.queue.jobs.push_back(Job {
                task: None,
                what: What::PacketDone(label),
            });
        }
    }

    fn remove(&mut self, id: AdapterId, task: Option<TaskId>) {
        let Some(adapter) = self.adapters.get_mut(&id) else {
            return;
        };
        if adapter.presence == Presence::Leaving {
            return;
        }
        let announced = adapter.presence == Presence::Announced;
        adapter.presence = Presence::Leaving;
        adapter.ethertypes = EtherTypeHandling::default();
        let (kept, dropped) = std::mem::take(&mut adapter.queue.jobs)
            .into_iter()
            .partition(|job| {
                matches!(
                    job.what,
                    What::PacketDone(_) | What::Task(Task::StopPostAssociate { .. })
                )
            });
        adapter.queue.jobs = kept;
        for job in dropped as std::collections::VecDeque<Job> {
            self.refuse(job.task, OPERATION_ABORTED);
        }
        self.silence(id);
        self.abort_calls(id);
        if announced {
            // The extension never heard of it. What is left in the queue are stops, of nothing.
            let gone = self.adapters.remove(&id);
            for job in gone.into_iter().flat_map(|adapter| adapter.queue.jobs) {
                self.refuse(job.task, Win32Error::SUCCESS);
            }
            self.refuse(task, Win32Error::SUCCESS);
            self.output.push_back(Output::Wake(Lane::Adapter(id)));
            return self.end_when_empty();
        }
        self.push(id, task, What::Task(Task::DeinitAdapter));
    }

    fn abort_calls(&mut self, id: AdapterId) {
        let aborted: Vec<_> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| waiting.adapter == id)
            .map(|(call, _)| *call)
            .collect();
        for call in aborted {
            self.waiting.remove(&call);
            self.output
                .push_back(Output::Answer(call, Err(OPERATION_ABORTED)));
        }
    }

    fn packet(&mut self, id: AdapterId, data: Vec<u8>) {
        let Some(adapter) = self.adapters.get_mut(&id) else {
            return;
        };
        let Some(&[high, low]) = data.get(6..8) else {
            return;
        };
        let ether_type = u16::from_be_bytes([high, low]);
        if !adapter.ethertypes.registrations.contains(&ether_type) {
            return;
        }
        // A backlog of 0 is one of 1: a frame has to lie somewhere until the thread is awake.
        let backlog = (adapter.ethertypes.max_backlog as usize).clamp(1, MAX_BACKLOG);
        drop_oldest(&mut adapter.queue, backlog, |what| {
            matches!(what, What::Packet(_))
        });
        self.push(id, None, What::Packet(data));
    }

    pub(super) fn push(&mut self, id: AdapterId, task: Option<TaskId>, what: What) {
        if let Some(adapter) = self.adapters.get_mut(&id) {
            adapter.queue.jobs.push_back(Job { task, what });
            self.output.push_back(Output::Wake(Lane::Adapter(id)));
        }
    }

    fn end_when_empty(&mut self) {
        if self.ending == Ending::Adapters && self.adapters.is_empty() {
            self.ending = Ending::Service;
            for job in std::mem::take(&mut self.system.jobs) {
                self.refuse(job.task, OPERATION_ABORTED);
            }
            self.system.jobs.push_back(Job {
                task: None,
                what: What::DeinitService,
            });
            self.output.push_back(Output::Wake(Lane::System));
        }
    }

    /// The next handler of a lane. Its phase opens or closes now.
    pub fn begin(&mut self, lane: Lane, now: Instant) -> Next {
        loop {
            let queue = match lane {
                Lane::System if self.ending == Ending::Ended => return Next::End,
                Lane::System => &mut self.system,
                Lane::Adapter(id) => match self.adapters.get_mut(&id) {
                    Some(adapter) => &mut adapter.queue,
                    None => return Next::End,
                },
            };
            if queue.running.is_some() {
                return Next::Wait;
            }
            let Some(job) = queue.jobs.pop_front() else {
                return Next::Wait;
            };
            let job = self.ports_first(lane, job);
            let name = job.what.name();
            let prepared = match lane {
                Lane::System => Ok((
                    Invocation {
                        extension: 0,
                        handle: 0,
                        what: job.what,
                    },
                    if self.ending == Ending::Service {
                        Effect::ServiceEnded
                    } else {
                        Effect::None
                    },
                )),
                Lane::Adapter(id) => self.prepare(id, job.what),
            };
            match prepared {
                Ok((invocation, effect)) => {
                    let running = Running {
                        task: job.task,
                        name,
                        began: now,
                        late: false,
                        effect,
                    };
                    if let Some(queue) = self.queue(lane) {
                        queue.running = Some(running);
                    }
                    return Next::Call(invocation);
                }
                Err(code) => self.refuse(job.task, code),
            }
        }
    }

    /// Ports end before their adapter, even if the service did not say so.
    fn ports_first(&mut self, lane: Lane, job: Job) -> Job {
        if let (Lane::Adapter(id), What::Task(Task::DeinitAdapter)) = (lane, &job.what)
            && let Some(adapter) = self.adapters.get_mut(&id)
            && let Some((port, peer)) = first_port(adapter)
        {
            adapter.queue.jobs.push_front(job);
            return Job {
                task: None,
                what: What::Stop(port, peer, BY_RESET),
            };
        }
        job
    }

    fn queue(&mut self, lane: Lane) -> Option<&mut Queue> {
        match lane {
            Lane::System => Some(&mut self.system),
            Lane::Adapter(id) => self.adapters.get_mut(&id).map(|a| &mut a.queue),
        }
    }

    fn prepare(&mut self, id: AdapterId, what: What) -> Prepared {
        const NOT_CALLED: Win32Error = Win32Error::INVALID_STATE;
        let adapter = self.adapters.get_mut(&id).ok_or(NOT_CALLED)?;
        let mut handle = 0;
        let mut effect = Effect::None;
        let mut what = what;
        if let What::Task(Task::StopPostAssociate { port, status }) = what {
            let peer = adapter.ports.get(&port).ok_or(Win32Error::SUCCESS)?.peer;
            what = What::Stop(port, peer, status);
        }
        match &what {
            What::Task(Task::InitAdapter(_)) => {
                handle = self.handles.issue(Kind::Adapter);
                adapter.handle = Some(handle);
                adapter.presence = Presence::Present;
                effect = Effect::Arrived;
            }
            What::Task(Task::DeinitAdapter) => {
                adapter.handle = None;
                adapter.connection = None;
                adapter.interrupted.clear();
                effect = Effect::Left;
            }
            What::Task(Task::PerformPreAssociate {
                connection,
                profile,
                ..
            }) => {
                if adapter.connection.is_some() {
                    return Err(NOT_CALLED);
                }
                handle = self.handles.issue(Kind::Connection);
                for kept in &profile.user_data {
                    adapter.user_data.insert(
                        (profile.name.clone(), kept.session),
                        KeyBytes::copy_from(kept.data.expose()),
                    );
                }
                adapter.connected = false;
                adapter.connection = Some(Connection {
                    id: *connection,
                    handle,
                    profile: profile.name.clone(),
                    entry: Entry::Entering(None),
                });
                effect = Effect::Connection(handle);
            }
            What::Task(Task::AdapterReset) => {
                let interrupted = adapter.connection.take().map(|c| c.handle);
                let ports = std::mem::take(&mut adapter.ports);
                let pending = ports.into_values().filter(|port| !port.completed);
                // What a reset before this one interrupted has been forgotten by everybody.
                adapter.interrupted = interrupted
                    .into_iter()
                    .chain(pending.map(|port| port.handle))
                    .collect();
                adapter.connected = false;
                adapter.resets -= 1;
            }
            What::Task(Task::PerformPostAssociate {
                port, association, ..
            }) => {
                let peer = association.peer;
                if adapter.ports.contains_key(port)
                    || adapter.ports.values().any(|p| p.peer == peer)
                {
                    return Err(NOT_CALLED);
                }
                handle = self.handles.issue(Kind::Port);
                adapter.ports.insert(
                    *port,
                    Port {
                        handle,
                        peer,
                        completed: false,
                        entry: Entry::Entering(None),
                    },
                );
                effect = Effect::Port(*port);
            }
            What::Stop(port, ..) => {
                adapter.ports.remove(port);
            }
            _ => {}
        }
        let extension = adapter.extension;
        Ok((
            Invocation {
                what,
                extension,
                handle,
            },
            effect,
        ))
    }

    /// The handler of a lane has returned. `extension` is what `InitAdapter` gave.
    pub fn returned(&mut self, lane: Lane, result: TaskResult, extension: usize) {
        let Some(running) = self.queue(lane).and_then(|queue| queue.running.take()) else {
            return;
        };
        let code = result.code;
        let well = code == Win32Error::SUCCESS;
        if let Some(task) = running.task {
            self.output
                .push_back(Output::Send(HostMessage::Returned { task, result }));
        }
        match (running.effect, lane) {
            (Effect::ServiceEnded, _) => self.ending = Ending::Ended,
            (Effect::Arrived, Lane::Adapter(id)) if well => {
                if let Some(adapter) = self.adapters.get_mut(&id) {
                    adapter.extension = extension;
                }
            }
            (Effect::Arrived | Effect::Left, Lane::Adapter(id)) => {
                let gone = self.adapters.remove(&id);
                for job in gone.into_iter().flat_map(|adapter| adapter.queue.jobs) {
                    // Removing what did not come is done.
                    let removal = matches!(job.what, What::Task(Task::DeinitAdapter));
                    let code = if removal {
                        Win32Error::SUCCESS
                    } else {
                        OPERATION_ABORTED
                    };
                    self.refuse(job.task, code);
                }
                self.abort_calls(id);
                self.end_when_empty();
            }
            (Effect::Connection(handle), Lane::Adapter(id)) => self.entered_c(id, handle, well),
            (Effect::Port(port), Lane::Adapter(id)) => self.entered_p(id, port, well),
            (Effect::None, _) | (_, Lane::System) => {}
        }
    }

    fn entered_c(&mut self, id: AdapterId, handle: usize, well: bool) {
        let Some(adapter) = self.adapters.get_mut(&id) else {
            return;
        };
        let Some(connection) = adapter.connection.as_mut().filter(|c| c.handle == handle) else {
            return;
        };
        if !well {
            adapter.connection = None;
            return;
        }
        if let Entry::Entering(Some(end)) = std::mem::replace(&mut connection.entry, Entry::Open) {
            let message = HostMessage::PreAssociateCompletion {
                adapter: id,
                connection: connection.id,
                end,
            };
            adapter.connected = end.is_success();
            adapter.connection = None;
            self.output.push_back(Output::Send(message));
        }
    }

    fn entered_p(&mut self, id: AdapterId, port: PortId, well: bool) {
        let Some(adapter) = self.adapters.get_mut(&id) else {
            return;
        };
        if !well {
            adapter.ports.remove(&port);
        } else if let Some(p) = adapter.ports.get_mut(&port)
            && let Entry::Entering(Some(end)) = std::mem::replace(&mut p.entry, Entry::Open)
        {
            let peer = p.peer;
            self.output
                .push_back(Output::Send(HostMessage::PostAssociateCompletion {
                    adapter: id,
                    port,
                    peer,
                    end,
                }));
        }
    }
}

fn first_port(adapter: &Adapter) -> Option<(PortId, dot11::MacAddr)> {
    adapter
        .ports
        .iter()
        .next()
        .map(|(id, port)| (*id, port.peer))
}

/// Makes room for one more job of a kind, of which `most` may wait.
fn drop_oldest(queue: &mut Queue, most: usize, kind: impl Fn(&What) -> bool) {
    let waiting = queue.jobs.iter().filter(|job| kind(&job.what)).count();
    if waiting >= most
        && let Some(oldest) = queue.jobs.iter().position(|job| kind(&job.what))
    {
        queue.jobs.remove(oldest);
    }
}
