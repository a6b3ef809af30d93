//! Work for the disk without stopping the loop: one thread, one job at a time.
//!
//! ```text
//!  loop --- job ----> thread
//!       <-- result, and a count in the eventfd that wakes the loop
//! ```

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};

use clock::Duration;
use rustix::event::{EventfdFlags, eventfd};

/// The loop's end of the thread, which ends with it.
#[derive(Debug)]
pub(crate) struct Background<J, R> {
    work: Option<Sender<J>>,
    done: Receiver<R>,
    wake: Arc<OwnedFd>,
    /// Jobs whose result has not been taken.
    outstanding: usize,
    thread: Option<JoinHandle<()>>,
}

/// The thread has died, so the job was not done, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Died;

impl<J: Send + 'static, R: Send + 'static> Background<J, R> {
    /// A thread of this name.
    pub(crate) fn spawn(
        name: &str,
        mut carry_out: impl FnMut(J) -> R + Send + 'static,
    ) -> std::io::Result<Self> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (work, jobs) = channel();
        let (report, done) = channel();
        let alarm = Alarm(Arc::clone(&wake));
        let thread = thread::Builder::new().name(name.into()).spawn(move || {
            // Dropped last: whoever is woken by the end finds it.
            let alarm = alarm;
            let report = report;
            for job in jobs {
                if report.send(carry_out(job)).is_err() {
                    return;
                }
                alarm.ring();
            }
        })?;
        Ok(Self {
            work: Some(work),
            done,
            wake,
            outstanding: 0,
            thread: Some(thread),
        })
    }

    /// Has something done; [`Background::take`] tells how it went.
    pub(crate) fn begin(&mut self, job: J) {
        self.outstanding += 1;
        let sent = self.work.as_ref().is_some_and(|w| w.send(job).is_ok());
        if !sent {
            ring(&self.wake);
        }
    }

    /// The result of the oldest job, once it is there.
    pub(crate) fn take(&mut self) -> Option<Result<R, Died>> {
        let mut count = [0; 8];
        let _ = rustix::io::read(&*self.wake, &mut count);
        if self.outstanding == 0 {
            return None;
        }
        let result = match self.done.try_recv() {
            Ok(result) => Ok(result),
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err(Died),
        };
        self.outstanding -= 1;
        Some(result)
    }

    /// Waits for the one outstanding job, at most `limit`, and ends the thread. `false` if the job is
    /// not done by then.
    pub(crate) fn finish(&mut self, limit: Duration) -> bool {
        self.work = None;
        if self.outstanding > 0
            && self.done.recv_timeout(limit).err() == Some(RecvTimeoutError::Timeout)
        {
            return false;
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        true
    }
}

impl<J, R> AsFd for Background<J, R> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

/// Rings at the thread's end too, however it ends.
struct Alarm(Arc<OwnedFd>);

impl Alarm {
    fn ring(&self) {
        ring(&self.0);
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.ring();
    }
}

fn ring(wake: &OwnedFd) {
    // It fails only at a count nobody reaches.
    let _ = rustix::io::write(wake, &1u64.to_ne_bytes());
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, poll};

    use super::*;

    fn next(background: &mut Background<u32, u32>) -> Result<u32, Died> {
        loop {
            poll(&mut [PollFd::new(&*background, PollFlags::IN)], None).unwrap();
            if let Some(result) = background.take() {
                return result;
            }
        }
    }

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let mut background = Background::spawn("test", |n: u32| n * 2).unwrap();
        assert_eq!(background.take(), None);
        background.begin(1);
        background.begin(2);
        assert_eq!(next(&mut background), Ok(2));
        assert_eq!(
            background.take().unwrap_or_else(|| next(&mut background)),
            Ok(4)
        );
        assert!(background.finish(Duration::from_secs(60)));
    }

    #[test]
    fn a_thread_that_dies_wakes_the_loop_and_so_does_each_job_after_it() {
        let mut background = Background::spawn("test", |n: u32| 4 / n).unwrap();
        background.begin(0);
        assert_eq!(next(&mut background), Err(Died));
        background.begin(1);
        assert_eq!(next(&mut background), Err(Died));
        assert_eq!(background.take(), None);
    }
}
