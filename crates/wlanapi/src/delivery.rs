//! Notifications of one handle: from the queue to the caller's function.
//!
//! A thread of its own runs the function, one notification at a time, so that a function that takes
//! long delays nobody but its own handle. The queue holds [`LIMIT`]; beyond it the oldest is dropped:
//! the state can always be asked for, and the newest notifications tell it best.

#![expect(unsafe_code, reason = "functions and structures of C programs")]

use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use std::collections::VecDeque;
use std::io;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use wlan_model::{Guid, Notification};

use crate::connection::Connection;
use crate::convert;
use crate::types::{
    WLAN_NOTIFICATION_DATA, WLAN_NOTIFICATION_SOURCE_HNWK, wlan_hosted_network_peer_state_change,
    wlan_hosted_network_radio_state_change, wlan_hosted_network_state_change,
};
use crate::{fork, thread};

/// Most notifications that wait for a callback.
pub const LIMIT: usize = 4096;

thread_local! {
    /// The delivery whose thread this is.
    static MINE: Cell<*const Delivery> = const { Cell::new(ptr::null()) };
}

/// The function a caller registered, with its calling convention.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callback {
    /// `WLAN_NOTIFICATION_CALLBACK`.
    pub(crate) function: *const c_void,
    /// Handed back with every notification.
    pub(crate) context: *mut c_void,
    /// Calls `function` the way its caller compiled it.
    pub(crate) invoke: unsafe fn(*const c_void, *mut WLAN_NOTIFICATION_DATA, *mut c_void),
}

// SAFETY: whoever registers says that the function may be called from another thread, with its
// context (`nf-wlanapi-wlanregisternotification`).
unsafe impl Send for Callback {}

#[derive(Debug)]
enum Worker {
    /// There is no thread.
    None,
    /// It runs, or is about to look at the queue.
    Alive(JoinHandle<()>),
}

#[derive(Debug)]
struct State {
    callback: Option<Callback>,
    /// A registration is under way: the thread waits for it.
    registering: bool,
    /// The handle is closed: nothing is delivered any more.
    closed: bool,
    queue: VecDeque<(Guid, Notification)>,
    dropped: u64,
    /// The callback runs.
    running: bool,
    /// How often it was called.
    calls: u64,
    worker: Worker,
}

/// The notifications of one handle.
#[derive(Debug)]
pub(crate) struct Delivery {
    state: Mutex<State>,
    changed: Condvar,
}

impl Delivery {
    pub(crate) const fn new() -> Self {
        Self {
            state: Mutex::new(State {
                callback: None,
                registering: false,
                closed: false,
                queue: VecDeque::new(),
                dropped: 0,
                running: false,
                calls: 0,
                worker: Worker::None,
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the calling thread is the one that runs the callback.
    fn is_mine(&self) -> bool {
        MINE.get() == ptr::from_ref(self)
    }

    /// One more notification.
    pub(crate) fn push(&self, device: Guid, notification: Notification) {
        let mut state = self.lock();
        if state.callback.is_none() || state.closed {
            return;
        }
        if state.queue.len() == LIMIT {
            state.queue.pop_front();
            state.dropped += 1;
        }
        state.queue.push_back((device, notification));
        self.changed.notify_all();
    }

    /// How many notifications were dropped because the callback was too slow for them.
    pub(crate) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// How many notifications wait.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    /// How often a callback was called.
    #[cfg(test)]
    pub(crate) fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Makes sure there is a thread to run a callback; [`Delivery::apply`] or [`Delivery::abandon`]
    /// follows.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn prepare(&self, owner: &Arc<Connection>) -> io::Result<()> {
        let mut state = self.lock();
        state.registering = true;
        if let Worker::None = state.worker
            && !state.closed
        {
            let owner = Arc::clone(owner);
            match thread::spawn("wlanapi-notify", move || run(owner)) {
                Ok(worker) => state.worker = Worker::Alive(worker),
                Err(error) => {
                    state.registering = false;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The registration came to nothing: the one before stays. `false` when there was none.
    pub(crate) fn abandon(&self) -> bool {
        let mut state = self.lock();
        state.registering = false;
        self.changed.notify_all();
        state.callback.is_some()
    }

    /// From now on this callback is called, or none. What waited for the one before is for its
    /// successor, if that is to hear of the network at all.
    pub(crate) fn apply(&self, callback: Option<Callback>, hears_network: bool) {
        let mut state = self.lock();
        state.registering = false;
        state.callback = callback;
        if callback.is_none() || !hears_network {
            state.queue.clear();
        }
        self.changed.notify_all();
    }

    /// Waits until no callback runs that was called before this. Called from the callback it does
    /// not wait: it would wait for itself.
    pub(crate) fn wait_for_callback(&self) {
        if self.is_mine() {
            return;
        }
        let mut state = self.lock();
        let calls = state.calls;
        while state.running && state.calls == calls {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends it for good: no callback is called after this.
    pub(crate) fn shut(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.callback = None;
        state.queue.clear();
        self.changed.notify_all();
    }

    /// After [`Delivery::shut`], waits until the thread is gone. Called from the callback it does not
    /// wait: it would wait for itself.
    pub(crate) fn join(&self) {
        let worker = mem::replace(&mut self.lock().worker, Worker::None);
        if let Worker::Alive(worker) = worker
            && !self.is_mine()
        {
            // It is gone either way.
            let _ = worker.join();
        }
    }
}

/// The thread: runs the callback until the handle is closed or registered for nothing.
fn run(owner: Arc<Connection>) {
    let delivery = owner.delivery();
    let born = fork::generation();
    MINE.set(ptr::from_ref(delivery));
    let mut state = delivery.lock();
    loop {
        if state.closed {
            return;
        }
        if state.callback.is_none() && !state.registering {
            // The handle's next registration starts another thread.
            state.worker = Worker::None;
            return;
        }
        let callback = state.callback;
        let (Some(callback), Some((device, notification))) = (callback, state.queue.pop_front())
        else {
            state = delivery
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        state.running = true;
        state.calls += 1;
        drop(state);
        call(callback, device, &notification);
        if fork::generation() != born {
            // The callback forked, and this is the child: nothing here is ours any more.
            mem::forget(owner);
            return;
        }
        state = delivery.lock();
        state.running = false;
        delivery.changed.notify_all();
    }
}

/// Calls a callback with the structure the notification has in C.
fn call(callback: Callback, device: Guid, notification: &Notification) {
    match notification {
        Notification::StateChange { old, new, reason } => {
            let payload = convert::state_change(*old, *new, *reason);
            deliver(callback, device, wlan_hosted_network_state_change, payload);
        }
        Notification::PeerStateChange {
            peer,
            old,
            new,
            reason,
        } => {
            let payload = convert::peer_state_change(*peer, *old, *new, *reason);
            deliver(
                callback,
                device,
                wlan_hosted_network_peer_state_change,
                payload,
            );
        }
        Notification::RadioStateChange { software, hardware } => {
            let payload = convert::radio_state_change(*software, *hardware);
            deliver(
                callback,
                device,
                wlan_hosted_network_radio_state_change,
                payload,
            );
        }
    }
}

fn deliver<T: Copy>(callback: Callback, device: Guid, code: u32, mut payload: T) {
    let mut data = WLAN_NOTIFICATION_DATA {
        NotificationSource: WLAN_NOTIFICATION_SOURCE_HNWK,
        NotificationCode: code,
        InterfaceGuid: convert::guid(device),
        dwDataSize: u32::try_from(size_of::<T>()).unwrap_or(u32::MAX),
        #[cfg(target_pointer_width = "64")]
        padding: 0,
        pData: ptr::from_mut(&mut payload).cast(),
    };
    // SAFETY: the caller registered the function for being called like this; both structures live
    // until it returns.
    unsafe { (callback.invoke)(callback.function, &raw mut data, callback.context) };
}
