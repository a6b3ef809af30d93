//! The group key and its renewal (802.11-2020, 12.7.7).

use std::collections::BTreeSet;

use clock::{Duration, Instant};
use dot11::MacAddr;
use rand_chacha::ChaCha20Rng;
use rsn::{GroupKey, Gtk, Igtk, ManagementKey};
use serde::{Deserialize, Serialize};

/// Departures within this time share one renewal.
pub(crate) const COALESCE: Duration = Duration::from_secs(1);

/// The group key of a run. Two slots alternate, so that stations that have the new key already and
/// those that do not yet can both read what is sent with the old one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    /// Protects group frames now.
    current: GroupKey,
    renewal: Renewal,
    /// Periodic renewal.
    period: Option<Duration>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Renewal {
    /// Nothing to do before this time.
    Waiting { due: Option<Instant> },
    /// `next` is being handed out; `missing` have not confirmed it.
    HandingOut {
        next: GroupKey,
        missing: BTreeSet<MacAddr>,
        /// Somebody left meanwhile: renew again right after.
        again: bool,
    },
}

impl Group {
    pub(crate) fn new(rng: &mut ChaCha20Rng, period: Option<Duration>, now: Instant) -> Self {
        let current = GroupKey {
            gtk: Gtk::random(rng),
            index: 1,
            rsc: 0,
            management: None,
        };
        Self {
            current,
            renewal: Renewal::Waiting {
                due: period.map(|p| now + p),
            },
            period,
        }
    }

    pub(crate) const fn current(&self) -> &GroupKey {
        &self.current
    }

    /// The key new associations get: the one being handed out, if any.
    pub(crate) const fn newest(&self) -> &GroupKey {
        match &self.renewal {
            Renewal::HandingOut { next, .. } => next,
            Renewal::Waiting { .. } => &self.current,
        }
    }

    /// A peer is coming whose management frames are protected. The first one of a run gets a key made
    /// for it, which is returned, to be installed.
    pub(crate) fn protect_management(&mut self, rng: &mut ChaCha20Rng) -> Option<&ManagementKey> {
        if let Renewal::HandingOut { next, .. } = &mut self.renewal
            && next.management.is_none()
        {
            next.management = Some(management_key(rng, next.index));
        }
        if self.current.management.is_some() {
            return None;
        }
        let key = management_key(rng, self.current.index);
        Some(self.current.management.insert(key))
    }

    /// The radio refused the key of management frames: the next peer that wants one makes it try again.
    pub(crate) fn management_refused(&mut self) {
        self.current.management = None;
    }

    /// The radio told the transmit counter of a slot.
    pub(crate) fn set_counter(&mut self, index: u8, counter: u64) {
        if self.current.index == index {
            self.current.rsc = counter;
        }
    }

    /// A peer that knew the key has left.
    pub(crate) fn peer_left(&mut self, peer: MacAddr, now: Instant) {
        match &mut self.renewal {
            Renewal::Waiting { due } => {
                *due = clock::earliest(*due, Some(now + COALESCE));
            }
            Renewal::HandingOut { missing, again, .. } => {
                missing.remove(&peer);
                *again = true;
            }
        }
    }

    /// A peer asks for a renewal. It comes soon but not at once, so that one peer cannot keep all
    /// others busy; one that is under way is renewal enough.
    pub(crate) fn ask(&mut self, now: Instant) {
        if let Renewal::Waiting { due } = &mut self.renewal {
            *due = clock::earliest(*due, Some(now + COALESCE));
        }
    }

    /// A peer cannot confirm for now: nobody waits for it.
    pub(crate) fn peer_away(&mut self, peer: MacAddr) {
        if let Renewal::HandingOut { missing, .. } = &mut self.renewal {
            missing.remove(&peer);
        }
    }

    /// Whether a renewal shall begin.
    pub(crate) const fn is_due(&self, now: Instant) -> bool {
        matches!(self.renewal, Renewal::Waiting { due: Some(due) } if due.as_micros() <= now.as_micros())
    }

    pub(crate) const fn poll_timeout(&self) -> Option<Instant> {
        match self.renewal {
            Renewal::Waiting { due } => due,
            Renewal::HandingOut { .. } => None,
        }
    }

    /// Begins to hand out a new key to `peers`. `None` while that is under way already.
    pub(crate) fn begin(
        &mut self,
        rng: &mut ChaCha20Rng,
        peers: BTreeSet<MacAddr>,
    ) -> Option<&GroupKey> {
        if matches!(self.renewal, Renewal::HandingOut { .. }) {
            return None;
        }
        let index = if self.current.index == 1 { 2 } else { 1 };
        let next = GroupKey {
            gtk: Gtk::random(rng),
            index,
            rsc: 0,
            // Renewed with it, for whoever leaves knows both.
            management: self
                .current
                .management
                .as_ref()
                .map(|_| management_key(rng, index)),
        };
        self.renewal = Renewal::HandingOut {
            next,
            missing: peers,
            again: false,
        };
        Some(self.newest())
    }

    /// A peer confirmed the key of this index.
    pub(crate) fn delivered(&mut self, peer: MacAddr, index: u8) {
        if let Renewal::HandingOut { next, missing, .. } = &mut self.renewal
            && next.index == index
        {
            missing.remove(&peer);
        }
    }

    /// When everybody has the new key: it becomes the current one and is returned, to be installed
    /// and used.
    pub(crate) fn finish(&mut self, now: Instant) -> Option<&GroupKey> {
        let Renewal::HandingOut {
            next,
            missing,
            again,
        } = &self.renewal
        else {
            return None;
        };
        if !missing.is_empty() {
            return None;
        }
        let soon = again.then(|| now + COALESCE);
        self.current = next.clone();
        let due = clock::earliest(soon, self.period.map(|p| now + p));
        self.renewal = Renewal::Waiting { due };
        Some(&self.current)
    }
}

/// Packet numbers start at zero with each key, and stations are told so also later: the only frames
/// that it ever protects here are those that end the network.
fn management_key(rng: &mut ChaCha20Rng, beside: u8) -> ManagementKey {
    ManagementKey {
        igtk: Igtk::random(rng),
        // 4 beside the group key 1, 5 beside 2.
        index: beside + 3,
        ipn: 0,
    }
}
