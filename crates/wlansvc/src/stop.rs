//! How the service is asked to end, or to read its policy again: one byte in a pipe, from a signal
//! or from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

/// Asks the service for something. May be used from any thread, any number of times.
#[derive(Clone, Debug)]
pub struct Stopper {
    stop: Bell,
    reload: Bell,
}

impl Stopper {
    pub(crate) const fn new(stop: Bell, reload: Bell) -> Self {
        Self { stop, reload }
    }

    /// Asks it to end.
    pub fn stop(&self) {
        self.stop.ring();
    }

    /// Asks it to read its policy again.
    pub fn reload(&self) {
        self.reload.ring();
    }

    /// From now on SIGTERM and SIGINT ask it to end.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub fn stop_on_signals(&self) -> io::Result<()> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        self.stop.ring_on(SIGTERM)?;
        self.stop.ring_on(SIGINT)
    }

    /// From now on SIGHUP asks it to read its policy again: for a service without a terminal.
    ///
    /// # Errors
    /// When the system refuses the handler.
    pub fn reload_on_hangup(&self) -> io::Result<()> {
        self.reload.ring_on(signal_hook::consts::SIGHUP)
    }
}

/// Wakes whoever has the other end.
#[derive(Clone, Debug)]
pub(crate) struct Bell(Arc<OwnedFd>);

impl Bell {
    pub(crate) fn ring(&self) {
        // A full pipe means that it was rung before.
        let _ = rustix::io::write(&*self.0, &[0]);
    }

    fn ring_on(&self, signal: i32) -> io::Result<()> {
        signal_hook::low_level::pipe::register(signal, self.0.try_clone()?).map(|_| ())
    }
}

/// Where a bell is heard: readable when it was rung.
#[derive(Debug)]
pub(crate) struct Ear(OwnedFd);

impl Ear {
    /// Reads what came, so that the descriptor rests again.
    pub(crate) fn drain(&self) {
        let mut bytes = [0; 64];
        while matches!(rustix::io::read(&self.0, &mut bytes), Ok(1..)) {}
    }
}

impl AsFd for Ear {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

pub(crate) fn bell() -> Result<(Bell, Ear), Errno> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    Ok((Bell(Arc::new(write)), Ear(read)))
}
