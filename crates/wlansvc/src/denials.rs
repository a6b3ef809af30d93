//! Attempts at what somebody may not do, on their way to the log.
//!
//! Each is written down with user, process and program, as far as [`Limit`] lets it: nobody can fill the
//! log.

use clock::Instant;
use wlan_model::Reason;

use crate::credentials::Caller;
use crate::limit::Limit;

/// What was tried lately.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    limit: Limit,
}

impl Denials {
    /// Writes an attempt to the log. `what` goes on after "tried to".
    pub(crate) fn log(&mut self, who: &Caller, what: &str, reason: Reason, now: Instant) {
        let Some(passed_over) = self.limit.note(who.uid, now) else {
            return;
        };
        let Caller { uid, pid, program } = who;
        if passed_over > 0 {
            tracing::warn!(uid, "denied: {passed_over} more attempts before the next");
        }
        tracing::warn!(uid, pid, program, %reason, "denied: tried to {what}");
    }
}
