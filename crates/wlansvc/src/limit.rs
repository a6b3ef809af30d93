//! How much of what users do gets into the log.
//!
//! Nobody can fill it: of one user at most [`PER_WINDOW`] lines are written in [`WINDOW`], the others
//! are counted, and their number is written with the first one after it.

use std::collections::BTreeMap;

use clock::{Duration, Instant};

/// Lines of one user that are written in one window.
pub(crate) const PER_WINDOW: u32 = 20;

/// How long a window lasts.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// Users that are kept apart; those beyond share one row.
const MOST_USERS: usize = 256;

/// The row of those who have none of their own; no process has this user (it is -1).
const OTHERS: u32 = u32::MAX;

/// What one user did in the last window.
#[derive(Debug)]
struct Row {
    began: Instant,
    written: u32,
    passed_over: u64,
}

/// One kind of line, of all users.
#[derive(Debug, Default)]
pub(crate) struct Limit {
    users: BTreeMap<u32, Row>,
}

impl Limit {
    /// A line about this user. `Some` when it is to be written, with how many before it were not.
    pub(crate) fn note(&mut self, uid: u32, now: Instant) -> Option<u64> {
        let key = if self.users.contains_key(&uid) || self.make_room(now) {
            uid
        } else {
            OTHERS
        };
        let row = self.users.entry(key).or_insert(Row {
            began: now,
            written: 0,
            passed_over: 0,
        });
        if row.began + WINDOW <= now {
            row.began = now;
            row.written = 0;
        }
        if row.written < PER_WINDOW {
            row.written += 1;
            Some(core::mem::take(&mut row.passed_over))
        } else {
            row.passed_over += 1;
            None
        }
    }

    /// Whether there is room for another user. Forgets those of whom nothing is left to say.
    fn make_room(&mut self, now: Instant) -> bool {
        if self.users.len() >= MOST_USERS {
            self.users
                .retain(|_, row| row.passed_over > 0 || row.began + WINDOW > now);
        }
        self.users.len() < MOST_USERS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Instant = Instant::from_micros(5_000_000);

    #[test]
    fn one_user_fills_no_log_and_hides_no_other() {
        let mut limit = Limit::default();
        let written = (0..10_000)
            .filter(|_| limit.note(1000, T0).is_some())
            .count();
        assert_eq!(written, PER_WINDOW as usize);

        assert_eq!(limit.note(1001, T0), Some(0));
        let later = T0 + WINDOW;
        assert_eq!(limit.note(1000, later), Some(10_000 - 20));
        assert_eq!(limit.note(1000, later), Some(0));
    }

    #[test]
    fn many_users_are_kept_in_bounded_memory() {
        let mut limit = Limit::default();
        for uid in 0..5000 {
            limit.note(uid, T0);
        }
        assert!(limit.users.len() <= MOST_USERS + 1);

        let later = T0 + WINDOW;
        assert_eq!(limit.note(70_000, later), Some(0));
        assert!(limit.users.contains_key(&70_000));
    }
}
