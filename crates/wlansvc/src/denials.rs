//! Attempts at what somebody may not do, on their way to the log.
//!
//! Each is written down with user, process and program. Nobody can fill the log: of one user at most
//! [`PER_WINDOW`] are written in [`WINDOW`], the others are counted, and their number is written with
//! the first one after it.

use std::collections::BTreeMap;

use clock::{Duration, Instant};
use wlan_model::Reason;

use crate::credentials::Caller;

/// Attempts of one user that are written down in one window.
const PER_WINDOW: u32 = 20;

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(60);

/// Users that are kept apart; those beyond share one row.
const MOST_USERS: usize = 256;

/// The row of those who have none of their own; no process has this user (it is -1).
const OTHERS: u32 = u32::MAX;

#[derive(Debug)]
struct Row {
    began: Instant,
    written: u32,
    passed_over: u64,
}

/// What was tried lately.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    users: BTreeMap<u32, Row>,
}

impl Denials {
    /// Writes an attempt to the log. `what` goes on after "tried to".
    pub(crate) fn log(&mut self, who: &Caller, what: &str, reason: Reason, now: Instant) {
        let Some(passed_over) = self.note(who.uid, now) else {
            return;
        };
        let Caller { uid, pid, program } = who;
        if passed_over > 0 {
            tracing::warn!(uid, "denied: {passed_over} more attempts before the next");
        }
        tracing::warn!(uid, pid, program, %reason, "denied: tried to {what}");
    }

    /// An attempt of this user. `Some` when it is to be written down, with how many before it were
    /// not.
    fn note(&mut self, uid: u32, now: Instant) -> Option<u64> {
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
        let mut denials = Denials::default();
        let written = (0..10_000)
            .filter(|_| denials.note(1000, T0).is_some())
            .count();
        assert_eq!(written, PER_WINDOW as usize);

        assert_eq!(denials.note(1001, T0), Some(0));
        let later = T0 + WINDOW;
        assert_eq!(denials.note(1000, later), Some(10_000 - 20));
        assert_eq!(denials.note(1000, later), Some(0));
    }

    #[test]
    fn many_users_are_kept_in_bounded_memory() {
        let mut denials = Denials::default();
        for uid in 0..5000 {
            denials.note(uid, T0);
        }
        assert!(denials.users.len() <= MOST_USERS + 1);

        let later = T0 + WINDOW;
        assert_eq!(denials.note(70_000, later), Some(0));
        assert!(denials.users.contains_key(&70_000));
    }
}
