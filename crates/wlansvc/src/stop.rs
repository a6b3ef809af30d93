//! How the service is asked to end: one byte in a pipe, from a signal or from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

/// Asks the service to end. May be used from any thread, any number of times.
#[derive(Clone, Debug)]
pub struct Stopper {
    pipe: Arc<OwnedFd>,
}

impl Stopper {
    /// Asks.
    pub fn stop(&self) {
        // A full pipe means that it has been asked before.
        let _ = rustix::io::write(&*self.pipe, &[0]);
    }

    /// From now on SIGTERM and SIGINT ask.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub fn stop_on_signals(&self) -> io::Result<()> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        for signal in [SIGTERM, SIGINT] {
            let pipe = self.pipe.try_clone()?;
            signal_hook::low_level::pipe::register(signal, pipe)?;
        }
        Ok(())
    }
}

/// Where the question arrives.
#[derive(Debug)]
pub(crate) struct StopRequests {
    pipe: OwnedFd,
}

impl StopRequests {
    /// Reads what came, so that the descriptor rests again.
    pub(crate) fn drain(&self) {
        let mut bytes = [0; 64];
        while matches!(rustix::io::read(&self.pipe, &mut bytes), Ok(1..)) {}
    }
}

impl AsFd for StopRequests {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

pub(crate) fn stop_pair() -> Result<(Stopper, StopRequests), Errno> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    Ok((
        Stopper {
            pipe: Arc::new(write),
        },
        StopRequests { pipe: read },
    ))
}
