//! What all threads share, and the way in and out of the life cycle.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use clock::monotonic;
use ihv::seam::{CallId, HostMessage, Level, Reply, TaskResult};
use wlan_model::Win32Error;

use crate::abi::DOT11EXT_IHV_HANDLERS;
use crate::buffer::Buffers;
use crate::handlers::invoke;
use crate::host;
use crate::lifecycle::{Inside, Lane, Lifecycle, Next, Output};
use crate::socket::Socket;

thread_local! {
    /// The handler this thread runs.
    static INSIDE: Cell<Inside> = const { Cell::new(None) };
}

/// The one of the process: calls of an extension come without a context.
pub(crate) static SHARED: OnceLock<Shared> = OnceLock::new();

/// A flag that somebody waits for.
#[derive(Debug, Default)]
struct Signal {
    set: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    fn set(&self) {
        *locked(&self.set) = true;
        self.changed.notify_one();
    }

    /// Waits for the flag, and takes it.
    fn wait(&self, most: Option<Duration>) {
        let mut set = locked(&self.set);
        while !*set {
            set = match most {
                None => self
                    .changed
                    .wait(set)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(most) => {
                    let (mut set, _) = self
                        .changed
                        .wait_timeout(set, most)
                        .unwrap_or_else(PoisonError::into_inner);
                    *set = false;
                    return;
                }
            };
        }
        *set = false;
    }
}

/// Where the answer to one call arrives.
#[derive(Debug, Default)]
struct Slot {
    answer: Mutex<Option<Result<Reply, Win32Error>>>,
    arrived: Condvar,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks are taken in the order of the members, and none while a handler runs or a call waits.
#[derive(Debug)]
pub(crate) struct Shared {
    life: Mutex<Lifecycle>,
    /// Held while sending, taken before `life` is let go: packets leave in the order of events.
    outbox: Mutex<()>,
    lanes: Mutex<BTreeMap<Lane, Arc<Signal>>>,
    slots: Mutex<BTreeMap<CallId, Arc<Slot>>>,
    watchdog: Signal,
    /// The watchdog waits for a handler to begin.
    idle: AtomicBool,
    pub(crate) buffers: Buffers,
    pub(crate) handlers: OnceLock<DOT11EXT_IHV_HANDLERS>,
    pub(crate) socket: Socket,
}

impl Shared {
    pub(crate) fn new(life: Lifecycle, socket: Socket) -> Self {
        Self {
            life: Mutex::new(life),
            outbox: Mutex::new(()),
            lanes: Mutex::new(BTreeMap::from([(Lane::System, Arc::default())])),
            slots: Mutex::default(),
            watchdog: Signal::default(),
            idle: AtomicBool::new(false),
            buffers: Buffers::default(),
            handlers: OnceLock::new(),
            socket,
        }
    }

    /// The handler whose thread this is.
    pub(crate) fn inside() -> Inside {
        INSIDE.get()
    }

    /// Lets something happen, and does what follows from it.
    pub(crate) fn with<T>(&'static self, happen: impl FnOnce(&mut Lifecycle) -> T) -> T {
        let mut life = locked(&self.life);
        let result = happen(&mut life);
        let Some(first) = life.poll_output() else {
            return result;
        };
        let outputs: Vec<_> = [first]
            .into_iter()
            .chain(std::iter::from_fn(|| life.poll_output()))
            .collect();
        if outputs.iter().any(|o| matches!(o, Output::Send(_))) {
            let order = locked(&self.outbox);
            drop(life);
            for output in &outputs {
                if let Output::Send(message) = output {
                    self.send(message);
                }
            }
            drop(order);
        } else {
            drop(life);
        }
        for output in outputs {
            match output {
                Output::Send(_) => {}
                Output::Answer(id, answer) => {
                    if let Some(slot) = locked(&self.slots).remove(&id) {
                        *locked(&slot.answer) = Some(answer);
                        slot.arrived.notify_one();
                    }
                }
                Output::Spawn(lane) => {
                    locked(&self.lanes).insert(lane, Arc::default());
                    let spawned = host::spawn("ihv-adapter", move || self.run_lane(lane));
                    if spawned.is_err() {
                        self.fatal("no thread can be started for an adapter");
                    }
                }
                Output::Wake(lane) => {
                    if let Some(signal) = locked(&self.lanes).get(&lane) {
                        signal.set();
                    }
                }
            }
        }
        result
    }

    /// A call of the extension that the service answers. Blocks, also inside a handler.
    pub(crate) fn ask(
        &'static self,
        call: impl FnOnce(&mut Lifecycle) -> Result<CallId, Win32Error>,
    ) -> Result<Reply, Win32Error> {
        let slot = Arc::new(Slot::default());
        self.with(|life| {
            let id = call(life)?;
            // Before the service can know of it.
            locked(&self.slots).insert(id, Arc::clone(&slot));
            Ok(())
        })?;
        let mut answer = locked(&slot.answer);
        loop {
            match answer.take() {
                Some(answer) => return answer,
                None => {
                    answer = slot
                        .arrived
                        .wait(answer)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Runs the handlers of a lane until it ends.
    pub(crate) fn run_lane(&'static self, lane: Lane) {
        let Some(signal) = locked(&self.lanes).get(&lane).map(Arc::clone) else {
            return;
        };
        loop {
            match self.with(|life| life.begin(lane, monotonic())) {
                Next::Call(invocation) => {
                    if self.idle.swap(false, Ordering::AcqRel) {
                        self.watchdog.set();
                    }
                    INSIDE.set(Some((lane, invocation.what.name())));
                    let (result, extension) = match self.handlers.get() {
                        Some(handlers) => invoke(&self.buffers, handlers, invocation),
                        None => (TaskResult::code(Win32Error::INVALID_STATE), 0),
                    };
                    INSIDE.set(None);
                    self.with(|life| life.returned(lane, result, extension));
                }
                Next::Wait => signal.wait(None),
                Next::End => break,
            }
        }
        locked(&self.lanes).remove(&lane);
    }

    /// Tells the service of handlers that do not return.
    pub(crate) fn watch(&'static self) {
        loop {
            let deadline = {
                let life = locked(&self.life);
                let deadline = life.poll_timeout();
                if deadline.is_none() {
                    self.idle.store(true, Ordering::Release);
                }
                deadline
            };
            match deadline {
                None => self.watchdog.wait(None),
                Some(deadline) => {
                    let now = monotonic();
                    if now < deadline {
                        self.watchdog.wait(Some(deadline.since(now)));
                    }
                    self.with(|life| life.handle_timeout(monotonic()));
                }
            }
        }
    }

    /// A line for the service's log.
    pub(crate) fn log(&self, level: Level, text: impl Into<String>) {
        self.send(&HostMessage::Log {
            level,
            text: text.into(),
        });
    }

    /// Without the service there is nothing to do: its end is the end.
    pub(crate) fn send(&self, message: &HostMessage) {
        match self.socket.send(message) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => end(0),
            Err(error) => {
                eprintln!("hostednet-ihvhost: the socket to the service: {error}");
                end(2);
            }
        }
    }

    /// Says why, and ends the process in a way that looks like the crash it is.
    pub(crate) fn fatal(&self, why: &str) -> ! {
        self.log(Level::Error, why);
        host::abort();
    }
}

/// Ends the process without running anything of the extension, whose threads may still be running.
#[expect(unsafe_code, reason = "exit without destructors")]
pub(crate) fn end(status: i32) -> ! {
    // SAFETY: it does not return and touches no memory.
    unsafe { libc::_exit(status) }
}
