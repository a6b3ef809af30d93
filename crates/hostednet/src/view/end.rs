//! What ends a view.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clock::{Duration, Instant, monotonic};

/// Asked for by a key or a signal, or come with time.
#[derive(Clone, Debug)]
pub(crate) struct End {
    asked: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl End {
    /// On a signal, and after `seconds`.
    pub(crate) fn new(seconds: Option<u32>) -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&asked))?;
        }
        let deadline = seconds.map(|s| monotonic() + Duration::from_secs(s.into()));
        Ok(Self { asked, deadline })
    }

    pub(crate) fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_come(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
            || self
                .deadline
                .is_some_and(|deadline| deadline <= monotonic())
    }

    /// How long to wait for something else: not beyond the end, and not so long that a signal
    /// would seem unheard.
    pub(crate) fn wait(&self) -> Duration {
        const LONGEST: Duration = Duration::from_millis(200);
        self.deadline
            .map_or(LONGEST, |deadline| deadline.since(monotonic()).min(LONGEST))
    }
}
