//! Which peer wants to be woken when.

use std::collections::{BTreeMap, BTreeSet};

use clock::Instant;
use dot11::MacAddr;
use serde::{Deserialize, Serialize};

/// At most one deadline per peer; both ways to look it up are logarithmic.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Deadlines {
    by_time: BTreeSet<(Instant, MacAddr)>,
    by_peer: BTreeMap<MacAddr, Instant>,
}

impl Deadlines {
    /// Sets or (`None`) clears a peer's deadline.
    pub(crate) fn set(&mut self, peer: MacAddr, at: Option<Instant>) {
        let old = match at {
            Some(at) => self.by_peer.insert(peer, at),
            None => self.by_peer.remove(&peer),
        };
        if old == at {
            return;
        }
        if let Some(old) = old {
            self.by_time.remove(&(old, peer));
        }
        if let Some(at) = at {
            self.by_time.insert((at, peer));
        }
    }

    /// The earliest.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// A peer whose deadline has come; its deadline is cleared.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<MacAddr> {
        let (_, peer) = self.by_time.first().copied().filter(|(at, _)| *at <= now)?;
        self.set(peer, None);
        Some(peer)
    }
}
