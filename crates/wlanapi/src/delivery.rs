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

use wlan_model::{Guid, Notification};

use crate::connection::Connection;
use crate::convert;
use crate::types::{
    WLAN_NOTIFICATION_DATA, WLAN_NOTIFICATION_SOURCE_HNWK, wlan_hosted_network_peer_state_change,
    wlan_hosted_network_radio_state_change, wlan_hosted_network_state_change,
};
use crate::{fork, host};

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

/// A thread that runs callbacks. It ends when it finds that it is not the handle's any more.
#[derive(Debug)]
struct Worker {
    id: u64,
    thread: host::CallerThread,
}

#[derive(Debug)]
struct State {
    callback: Option<Callback>,
    /// The handle is closed: nothing is delivered any more.
    closed: bool,
    queue: VecDeque<(Guid, Notification)>,
    dropped: u64,
    /// The callback runs.
    running: bool,
    /// How often it was called.
    calls: u64,
    /// There while the handle is registered.
    worker: Option<Worker>,
    /// Threads started so far.
    workers: u64,
}

impl State {
    /// Sends the thread home; it may still have a callback to finish.
    fn retire(&mut self) -> Retired {
        Retired(self.worker.take().map(|worker| worker.thread))
    }

    fn is_worker(&self, id: u64) -> bool {
        self.worker.as_ref().is_some_and(|worker| worker.id == id)
    }
}

/// A thread that was sent home, to be waited for with [`Delivery::wait`].
#[derive(Debug)]
#[must_use]
pub(crate) struct Retired(Option<host::CallerThread>);

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
                closed: false,
                queue: VecDeque::new(),
                dropped: 0,
                running: false,
                calls: 0,
                worker: None,
                workers: 0,
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        if state.worker.is_none() && !state.closed {
            let id = state.workers;
            let owner = Arc::clone(owner);
            let thread = host::spawn_caller("wlanapi-notify", move || run(owner, id))?;
            state.workers += 1;
            state.worker = Some(Worker { id, thread });
        }
        Ok(())
    }

    /// The registration came to nothing: the one before stays, if there was one.
    pub(crate) fn abandon(&self) -> Retired {
        let mut state = self.lock();
        match state.callback {
            Some(_) => Retired(None),
            None => self.send_home(&mut state),
        }
    }

    /// From now on this callback is called, or none. What waited for the one before is for its
    /// successor, if that is to hear of the network at all.
    pub(crate) fn apply(&self, callback: Option<Callback>, hears_network: bool) -> Retired {
        let mut state = self.lock();
        // A handle that was closed meanwhile has no thread to call it.
        state.callback = callback.filter(|_| !state.closed);
        if !hears_network {
            state.queue.clear();
        }
        match state.callback {
            Some(_) => Retired(None),
            None => self.send_home(&mut state),
        }
    }

    /// Whether there is a callback.
    pub(crate) fn is_registered(&self) -> bool {
        self.lock().callback.is_some()
    }

    /// Ends it for good: no callback is called after this.
    pub(crate) fn close(&self) -> Retired {
        let mut state = self.lock();
        state.closed = true;
        state.callback = None;
        state.queue.clear();
        self.send_home(&mut state)
    }

    fn send_home(&self, state: &mut State) -> Retired {
        let retired = state.retire();
        self.changed.notify_all();
        retired
    }

    /// Waits until no callback runs that was called before this, and the retired thread is gone.
    /// Called from the callback it does not wait: it would wait for itself.
    pub(crate) fn wait(&self, retired: Retired) {
        if MINE.get() == ptr::from_ref(self) {
            return;
        }
        if let Some(thread) = retired.0 {
            thread.join();
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
}

/// The thread: runs callbacks until it is sent home.
fn run(owner: Arc<Connection>, id: u64) {
    let delivery = owner.delivery();
    let born = fork::generation();
    MINE.set(ptr::from_ref(delivery));
    let mut state = delivery.lock();
    while state.is_worker(id) {
        // A predecessor may have a callback to finish: there is one at a time.
        let next = match state.callback {
            Some(callback) if !state.running => state.queue.pop_front().map(|n| (callback, n)),
            _ => None,
        };
        let Some((callback, (device, notification))) = next else {
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
