//! Writing the settings without stopping the loop: one thread, one write at a time.
//!
//! ```text
//!  loop --- Settings ---> storage thread --- Store::save
//!       <-- result, and a count in the eventfd that wakes the loop
//! ```

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};

use cause::Cause;
use clock::Duration;
use rustix::event::{EventfdFlags, eventfd};
use settings_store::Store;
use wlan_model::Settings;

/// The loop's end of the storage thread.
#[derive(Debug)]
pub(crate) struct Storage {
    work: Option<Sender<Box<Settings>>>,
    done: Receiver<Result<(), Cause>>,
    wake: Arc<OwnedFd>,
    outstanding: bool,
    thread: Option<JoinHandle<()>>,
}

impl Storage {
    pub(crate) fn spawn(mut store: Store) -> std::io::Result<Self> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (work, jobs) = channel::<Box<Settings>>();
        let (report, done) = channel();
        let alarm = Arc::clone(&wake);
        let thread = thread::Builder::new()
            .name("storage".into())
            .spawn(move || {
                for settings in jobs {
                    let result = save(&mut store, &settings);
                    drop(settings);
                    if report.send(result).is_err() {
                        return;
                    }
                    // It fails only at a count nobody reaches.
                    let _ = rustix::io::write(&*alarm, &1u64.to_ne_bytes());
                }
            })?;
        Ok(Self {
            work: Some(work),
            done,
            wake,
            outstanding: false,
            thread: Some(thread),
        })
    }

    /// Has `settings` written; [`Storage::take_result`] tells how it went.
    pub(crate) fn save(&mut self, settings: Box<Settings>) {
        self.outstanding = true;
        if let Some(work) = &self.work {
            // Without a thread the result is an error, which take_result makes.
            let _ = work.send(settings);
        }
        if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            let _ = rustix::io::write(&*self.wake, &1u64.to_ne_bytes());
        }
    }

    /// The result of the outstanding write, once it is there.
    pub(crate) fn take_result(&mut self) -> Option<Result<(), Cause>> {
        let mut count = [0; 8];
        let _ = rustix::io::read(&*self.wake, &mut count);
        if !self.outstanding {
            return None;
        }
        let result = match self.done.try_recv() {
            Ok(result) => result,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err(died()),
        };
        self.outstanding = false;
        Some(result)
    }

    /// Waits for the outstanding write, at most `limit`, and ends the thread.
    pub(crate) fn finish(&mut self, limit: Duration) {
        self.work = None;
        if self.outstanding && self.done.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the disk did not finish writing the settings");
            return;
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl AsFd for Storage {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

fn save(store: &mut Store, settings: &Settings) -> Result<(), Cause> {
    store.save(settings)
}

fn died() -> Cause {
    Cause::new(
        "The part that writes the settings has died.",
        "Restart the service.",
    )
}
