//! Respect for stations that know less: what the beacon says of them, and what the radio does (clause
//! 10.27).
//!
//! A need is announced at once. What is not needed any more is withdrawn after [`HOLD`] only, so that
//! stations which come and go in crowds, or pretend to, change the beacon a handful of times in that
//! time at most: each need rises once, and all fall together.

use clock::{Duration, Instant};
use radio::Command;
use serde::{Deserialize, Serialize};

use super::needs::Needs;
use super::{Context, Mlme};

/// What nobody needs any more is withdrawn so long after it was first seen.
pub(crate) const HOLD: Duration = Duration::from_secs(5);

/// Who needs what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Older {
    /// Members with each need.
    members: [u16; Needs::OF_MEMBERS.len()],
    neighbours: Needs,
    /// When what is announced and not needed any more is withdrawn.
    withdraw_at: Option<Instant>,
}

impl Older {
    pub(crate) fn new(neighbours: Needs) -> Self {
        Self {
            neighbours,
            ..Self::default()
        }
    }

    fn count(&mut self, needs: Needs, change: impl Fn(u16) -> u16) {
        for (one, members) in Needs::OF_MEMBERS.iter().zip(&mut self.members) {
            if needs.has(*one) {
                *members = change(*members);
            }
        }
    }

    fn needs(&self) -> Needs {
        let mut needs = self.neighbours;
        for (one, members) in Needs::OF_MEMBERS.iter().zip(&self.members) {
            needs.add_if(*members > 0, *one);
        }
        needs
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.withdraw_at
    }

    /// What is announced now, and is not needed, has its time to go.
    fn watch(&mut self, announced: Needs, now: Instant) {
        let surplus = !self.needs().has(announced);
        let at = self.withdraw_at.take().unwrap_or(now + HOLD);
        self.withdraw_at = surplus.then_some(at);
    }
}

impl Mlme {
    /// A station is about to be in the radio's table; whether others must be told
    /// ([`Mlme::tell_needs`]).
    pub(super) fn count_in(&mut self, needs: Needs, now: Instant) -> bool {
        self.older.count(needs, |n| n.saturating_add(1));
        let announced = self.bss.needs().with(self.older.needs());
        self.older.watch(announced, now);
        self.bss.set_needs(announced)
    }

    /// A station is out of it.
    pub(super) fn count_out(&mut self, needs: Needs, now: Instant) {
        self.older.count(needs, |n| n.saturating_sub(1));
        self.older.watch(self.bss.needs(), now);
    }

    /// The beacon as it is now, and the radio's part.
    pub(super) fn tell_needs(&self, cx: &mut Context<'_>) {
        let (head, tail) = (self.bss.beacon_head(), self.bss.beacon_tail());
        cx.out.send(Command::UpdateBeacon { head, tail });
        // Firmware looks after its stations itself.
        if !self.radio.firmware_mlme {
            cx.out.send(Command::Protect(self.bss.protection()));
        }
    }

    /// Withdraws what has not been needed for a while.
    pub(super) fn withdraw_needs(&mut self, cx: &mut Context<'_>) {
        if self.older.withdraw_at.is_none_or(|at| at > cx.now) {
            return;
        }
        self.older.withdraw_at = None;
        if self.bss.set_needs(self.older.needs()) {
            self.tell_needs(cx);
        }
    }
}
