//! The one thread that reads the sockets of registered handles while no call does.
//!
//! It never runs a callback: what it reads goes into the queue of the handle (`delivery.rs`).

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

use rustix::event::epoll;
use rustix::io::Errno;

use crate::table::{Descriptor, table};
use crate::thread;

/// Sockets looked at in one round.
const ROUND: usize = 64;

/// Set once per arming: between two armings one report at most, so that a call that reads for
/// itself is not disturbed over and over.
fn interest() -> epoll::EventFlags {
    epoll::EventFlags::IN | epoll::EventFlags::ONESHOT
}

/// Watches sockets.
#[derive(Debug)]
pub(crate) struct Pump {
    epoll: Descriptor,
}

impl Pump {
    /// The process's pump, started if need be. It runs until the process ends.
    ///
    /// # Errors
    /// When the system has no descriptor or no thread left.
    pub(crate) fn of_process() -> io::Result<Arc<Self>> {
        let mut table = table();
        if let Some(pump) = table.pump() {
            return Ok(pump);
        }
        let epoll = table.open(|| epoll::create(epoll::CreateFlags::CLOEXEC))?;
        let pump = Arc::new(Self { epoll });
        let runner = Arc::clone(&pump);
        match thread::spawn("wlanapi-pump", move || runner.run()) {
            // It ends with the process.
            Ok(_) => table.set_pump(Arc::clone(&pump)),
            Err(error) => {
                // The descriptor's own end needs the table.
                drop(table);
                return Err(error);
            }
        }
        Ok(pump)
    }

    /// Watches the socket of the handle with this value.
    pub(crate) fn add(&self, socket: impl AsFd, handle: u32) -> Result<(), Errno> {
        let data = epoll::EventData::new_u64(handle.into());
        epoll::add(&self.epoll, socket, data, interest())
    }

    /// Watches it on.
    pub(crate) fn rearm(&self, socket: impl AsFd, handle: u32) {
        let data = epoll::EventData::new_u64(handle.into());
        // It fails for a socket that was taken out meanwhile.
        let _ = epoll::modify(&self.epoll, socket, data, interest());
    }

    /// Watches it no longer.
    pub(crate) fn remove(&self, socket: impl AsFd) {
        let _ = epoll::delete(&self.epoll, socket);
    }

    fn run(&self) {
        let mut ready = Vec::with_capacity(ROUND);
        loop {
            ready.clear();
            match epoll::wait(
                &self.epoll,
                rustix::buffer::spare_capacity(&mut ready),
                None,
            ) {
                Ok(_) | Err(Errno::INTR) => {}
                // The descriptor was closed by somebody else: without it there is nothing to do.
                Err(_) => return,
            }
            for event in &ready {
                let Ok(value) = u32::try_from(event.data.u64()) else {
                    continue;
                };
                let connection = table().by_value(value);
                if let Some(connection) = connection {
                    connection.handle_readable();
                }
            }
        }
    }
}
