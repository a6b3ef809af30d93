//! The disk's part of installing and removing, in a thread of its own: one job at a time.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustix::event::{EventfdFlags, eventfd};
use wlan_model::{Extension, Reason, Refusal, Win32Error};

use super::shelf::Shelf;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Job {
    Stage {
        name: String,
        library: PathBuf,
    },
    Commit {
        extension: Extension,
        library: PathBuf,
    },
    Remove {
        name: String,
    },
    Discard {
        library: PathBuf,
    },
}

/// The staged library, or where the library is that was there already.
pub(crate) type Done = Result<Option<PathBuf>, Refusal>;

/// The loop's end of the thread, which ends with it.
#[derive(Debug)]
pub(crate) struct Worker {
    work: Sender<Job>,
    done: Receiver<Done>,
    wake: Arc<OwnedFd>,
}

impl Worker {
    pub(crate) fn spawn(shelf: Shelf) -> std::io::Result<Self> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (work, jobs) = channel();
        let (report, done) = channel();
        let alarm = Arc::clone(&wake);
        thread::Builder::new()
            .name("extensions".into())
            .spawn(move || {
                for job in jobs {
                    let result = match job {
                        Job::Stage { name, library } => shelf.stage(&name, &library).map(Some),
                        Job::Commit { extension, library } => {
                            shelf.commit(&extension, &library).map(|()| None)
                        }
                        Job::Remove { name } => shelf.remove(&name).map(|()| None),
                        Job::Discard { library } => {
                            shelf.discard(&library);
                            Ok(None)
                        }
                    };
                    if report.send(result).is_err() {
                        return;
                    }
                    // It fails only at a count nobody reaches.
                    let _ = rustix::io::write(&*alarm, &1u64.to_ne_bytes());
                }
            })?;
        Ok(Self { work, done, wake })
    }

    /// Has something done; [`Worker::take_result`] tells how it went.
    pub(crate) fn begin(&self, job: Job) {
        // Without the thread the answer tells.
        let _ = self.work.send(job);
    }

    /// The answer, if there is one.
    pub(crate) fn take_result(&self) -> Option<Done> {
        let mut count = [0; 8];
        let _ = rustix::io::read(&*self.wake, &mut count);
        match self.done.try_recv() {
            Ok(done) => Some(done),
            Err(std::sync::mpsc::TryRecvError::Empty) => None,
            Err(std::sync::mpsc::TryRecvError::Disconnected) => Some(Err(Refusal::new(
                Win32Error::GEN_FAILURE,
                Reason::Unspecified,
                "The part of the service that stores extensions has died.",
                "Restart the service.",
            ))),
        }
    }
}

impl AsFd for Worker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
