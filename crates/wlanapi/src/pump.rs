//! The one thread that reads the sockets of registered handles while no call does.
//!
//! It never runs a callback: what it reads goes into the queue of the handle (`delivery.rs`). It is
//! there while a handle is registered.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rustix::event::{EventfdFlags, epoll, eventfd};
use rustix::io::{Errno, write};

use crate::table::{Descriptor, table};
use crate::thread;

/// Sockets looked at in one round.
const ROUND: usize = 64;

/// The key of the event that ends the thread; handles have 32 bits.
const END: u64 = u64::MAX;

/// Locked before the table, never after it.
static PUMP: Mutex<Option<Running>> = Mutex::new(None);

/// The pump of the process while there is a registered handle.
#[derive(Debug)]
pub(crate) struct Running {
    pump: Arc<Pump>,
    thread: JoinHandle<()>,
    /// Sockets it watches.
    watched: usize,
}

/// The pump of the process, whatever happened to the thread that had it last.
pub(crate) fn pump() -> MutexGuard<'static, Option<Running>> {
    PUMP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches sockets.
#[derive(Debug)]
pub(crate) struct Pump {
    epoll: Descriptor,
    /// Readable when the thread shall end.
    end: Descriptor,
}

/// Set once per arming: between two armings one report at most, so that a call that reads for
/// itself is not disturbed over and over.
fn interest() -> epoll::EventFlags {
    epoll::EventFlags::IN | epoll::EventFlags::ONESHOT
}

impl Pump {
    /// Watches the socket of the handle with this value; the first one starts the thread.
    ///
    /// # Errors
    /// When the system has no descriptor, no memory or no thread left.
    pub(crate) fn watch(socket: impl AsFd, handle: u32) -> io::Result<Arc<Self>> {
        let mut running = pump();
        let pump = match &*running {
            Some(running) => Arc::clone(&running.pump),
            None => Arc::new(Self::new()?),
        };
        let data = epoll::EventData::new_u64(handle.into());
        epoll::add(&pump.epoll, socket, data, interest())?;
        match &mut *running {
            Some(running) => running.watched += 1,
            None => {
                let runner = Arc::clone(&pump);
                *running = Some(Running {
                    pump: Arc::clone(&pump),
                    thread: thread::spawn("wlanapi-pump", move || runner.run())?,
                    watched: 1,
                });
            }
        }
        Ok(pump)
    }

    fn new() -> Result<Self, Errno> {
        let epoll = table().open(|| epoll::create(epoll::CreateFlags::CLOEXEC))?;
        let end = table().open(|| eventfd(0, EventfdFlags::CLOEXEC))?;
        let key = epoll::EventData::new_u64(END);
        epoll::add(&epoll, &end, key, epoll::EventFlags::IN)?;
        Ok(Self { epoll, end })
    }

    /// Watches it on.
    pub(crate) fn rearm(&self, socket: impl AsFd, handle: u32) {
        let data = epoll::EventData::new_u64(handle.into());
        // It fails for a socket that was taken out meanwhile.
        let _ = epoll::modify(&self.epoll, socket, data, interest());
    }

    /// Watches it no longer. When it was the last one, the thread is gone when this returns.
    pub(crate) fn unwatch(&self, socket: impl AsFd) {
        let _ = epoll::delete(&self.epoll, socket);
        let mut running = pump();
        let last = running.take_if(|running| {
            running.watched -= 1;
            running.watched == 0
        });
        drop(running);
        if let Some(last) = last {
            let _ = write(&last.pump.end, &1_u64.to_ne_bytes());
            // It runs no code but ours and waits for nobody.
            let _ = last.thread.join();
        }
    }

    fn run(&self) {
        let mut ready = [libc::epoll_event { events: 0, u64: 0 }; ROUND];
        loop {
            let count = match wait(&self.epoll, &mut ready) {
                Ok(count) => count,
                Err(Errno::INTR) => continue,
                // The descriptor was closed by somebody else: without it there is nothing to do.
                Err(_) => return,
            };
            for event in ready.iter().take(count) {
                // A connection is looked up by its number: it may be closed by now.
                match u32::try_from(event.u64) {
                    Ok(value) => {
                        let connection = table().by_value(value);
                        if let Some(connection) = connection {
                            connection.handle_readable();
                        }
                    }
                    Err(_) => return,
                }
            }
        }
    }
}

/// Waits for events; returns how many there are. Through the C library: the system call rustix makes
/// leaves out a size nobody looks at, which valgrind calls a mistake of the program.
#[expect(unsafe_code, reason = "epoll_wait of the C library")]
fn wait(epoll: &Descriptor, ready: &mut [libc::epoll_event; ROUND]) -> Result<usize, Errno> {
    let epoll = epoll.as_fd().as_raw_fd();
    let most = i32::try_from(ROUND).unwrap_or(1);
    // SAFETY: the descriptor is open, and there is room for as many events as it says.
    let count = unsafe { libc::epoll_wait(epoll, ready.as_mut_ptr(), most, -1) };
    usize::try_from(count).map_err(|_| {
        let error = io::Error::last_os_error();
        Errno::from_io_error(&error).unwrap_or(Errno::IO)
    })
}
