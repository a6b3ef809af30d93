//! Echo requests under way.

use clock::{Duration, Instant};
use dot11::MacAddr;

use crate::echo;
use crate::event::SimEvent;

/// From one echo request to the next.
const PACE: Duration = Duration::from_millis(1);
/// Answers are awaited so long after the last request.
const PATIENCE: Duration = Duration::from_secs(1);

/// Echo requests from one station to one address.
#[derive(Debug)]
pub(crate) struct Traffic {
    run: u32,
    pub(crate) to: MacAddr,
    sent: u32,
    /// Which numbers were answered.
    answered: Vec<bool>,
    next: Instant,
}

impl Traffic {
    /// `run` tells its answers from those of an earlier run.
    pub(crate) fn new(run: u32, to: MacAddr, frames: u32, now: Instant) -> Self {
        let answered = vec![false; usize::try_from(frames).unwrap_or(0)];
        Self {
            run,
            to,
            sent: 0,
            answered,
            next: now,
        }
    }

    pub(crate) const fn deadline(&self) -> Instant {
        self.next
    }

    /// All requests are sent and nothing more is awaited, once its deadline is there.
    pub(crate) fn all_sent(&self) -> bool {
        self.sent as usize >= self.answered.len()
    }

    /// It cannot send just now.
    pub(crate) fn put_off(&mut self, now: Instant) {
        self.next = now + PACE;
    }

    /// The body of the next request.
    pub(crate) fn next_request(&mut self, echo_len: u16, now: Instant) -> Vec<u8> {
        let body = echo::request(self.run, self.sent, usize::from(echo_len));
        self.sent += 1;
        self.next = now + if self.all_sent() { PATIENCE } else { PACE };
        body
    }

    pub(crate) fn done(&self, name: &str) -> SimEvent {
        SimEvent::TrafficDone {
            name: name.to_owned(),
            sent: self.sent,
            received: self.answered.iter().filter(|a| **a).count() as u32,
        }
    }

    /// Run and number of an answer. When it was the last one awaited the deadline is there.
    pub(crate) fn handle_reply(&mut self, (run, number): (u32, u32), now: Instant) {
        if run == self.run
            && let Some(slot) = self.answered.get_mut(number as usize)
        {
            *slot = true;
        }
        if self.all_sent() && self.answered.iter().all(|a| *a) {
            self.next = now;
        }
    }
}
