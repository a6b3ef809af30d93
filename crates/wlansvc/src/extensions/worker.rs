//! The disk's and Wine's part of installing and removing, in a thread of its own.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;

use cause::Cause;
use wlan_model::{Extension, Reason, Refusal, Win32Error};

use super::dll;
use super::shelf::Shelf;
use crate::background::{Background, Died};

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
    /// Wine is to be ready for DLLs.
    Prepare,
}

/// The staged library, or where the library is that was there already.
pub(crate) type Done = Result<Option<PathBuf>, Refusal>;

/// The loop's end of the thread.
#[derive(Debug)]
pub(crate) struct Worker(Background<Job, Done>);

impl Worker {
    /// `host` is `hostednet-ihvhost`, or why there is none; `wine` the folder of the prefix.
    pub(crate) fn spawn(
        shelf: Shelf,
        host: Result<PathBuf, Cause>,
        wine: PathBuf,
    ) -> std::io::Result<Self> {
        let carry_out = move |job| match job {
            Job::Stage { name, library } => shelf.stage(&name, &library).map(Some),
            Job::Commit { extension, library } => shelf.commit(&extension, &library).map(|()| None),
            Job::Remove { name } => shelf.remove(&name).map(|()| None),
            Job::Discard { library } => {
                shelf.discard(&library);
                Ok(None)
            }
            Job::Prepare => dll::prepare(host.as_deref(), &wine).map(|()| None),
        };
        Background::spawn("extensions", carry_out).map(Self)
    }

    /// Has something done; [`Worker::take_result`] tells how it went.
    pub(crate) fn begin(&mut self, job: Job) {
        self.0.begin(job);
    }

    /// The answer, if there is one.
    pub(crate) fn take_result(&mut self) -> Option<Done> {
        Some(self.0.take()?.unwrap_or_else(|Died| {
            Err(Refusal::new(
                Win32Error::GEN_FAILURE,
                Reason::Unspecified,
                "The part of the service that stores extensions has died.",
                "Restart the service.",
            ))
        }))
    }
}

impl AsFd for Worker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
