//! How much a host may write into the log.

use clock::{Duration, Instant};

/// Lines in one window.
const MOST: u32 = 50;
const WINDOW: Duration = Duration::from_secs(10);
/// Longest line in characters.
const LONGEST: usize = 1024;

/// Counts the lines of one host.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    began: Instant,
    said: u32,
    dropped: u64,
}

impl Lines {
    /// Whether another line may be written, and how many were dropped before it.
    pub(crate) fn next(&mut self, now: Instant) -> Option<u64> {
        if now.since(self.began) >= WINDOW {
            self.began = now;
            self.said = 0;
        }
        if self.said == MOST {
            self.dropped += 1;
            return None;
        }
        self.said += 1;
        Some(std::mem::take(&mut self.dropped))
    }
}

/// A line that fits, on one line.
pub(crate) fn fit(text: &str) -> String {
    text.chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
