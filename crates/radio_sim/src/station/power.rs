//! When a station's receiver is on.

use clock::{Duration, Instant};

/// Whether a station listens.
#[derive(Debug)]
pub(super) enum Power {
    Awake {
        doze_at: Option<Instant>,
    },
    /// The access point is being told; until it acknowledges the station stays awake.
    Announcing {
        doze: bool,
        /// Once awake, doze again soon.
        nap: bool,
        tries: u8,
        retry: Instant,
    },
    Dozing {
        /// A polled frame is awaited until then.
        polling: Option<Instant>,
        /// Group frames are awaited until then.
        group: Option<Instant>,
    },
}

impl Power {
    pub(super) fn awake(doze_after: Option<Duration>, now: Instant) -> Self {
        Self::Awake {
            doze_at: doze_after.map(|d| now + d),
        }
    }

    pub(super) const fn is_dozing(&self) -> bool {
        matches!(self, Self::Dozing { .. })
    }

    pub(super) const fn is_awake(&self) -> bool {
        matches!(self, Self::Awake { .. })
    }

    pub(super) fn listens(&self, group: bool, beacon: bool, now: Instant) -> bool {
        match self {
            Self::Awake { .. } | Self::Announcing { .. } => true,
            Self::Dozing { .. } if beacon => true,
            Self::Dozing { group: until, .. } if group => until.is_some_and(|t| now <= t),
            Self::Dozing { polling, .. } => polling.is_some_and(|t| now <= t),
        }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Awake { doze_at } => *doze_at,
            Self::Announcing { retry, .. } => Some(*retry),
            // What was awaited in vain needs no clean-up.
            Self::Dozing { .. } => None,
        }
    }

    /// There was something to do: dozing off is put off.
    pub(super) fn stir(&mut self, doze_after: Option<Duration>, now: Instant) {
        if let Self::Awake { doze_at } = self {
            *doze_at = doze_after.map(|d| now + d).max(*doze_at);
        }
    }
}
