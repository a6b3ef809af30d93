//! The candidate keys and the few that were retired not long ago.

use clock::Instant;
use rsn::{Candidate, KeyId};
use serde::{Deserialize, Serialize};

use crate::{Candidates, PeerKey};

/// How many retired keys are remembered for diagnosis.
pub(crate) const RETIRED_MAX: usize = 8;

/// Every key that ever was a candidate in this run has a name of its own, so an association can say
/// which key it stands on without keeping track of what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRing {
    /// Live candidates: the primary first, then the secondary if one is set; then the retired ones.
    candidates: rsn::Candidates,
    next_id: u32,
    diagnose: bool,
}

impl KeyRing {
    pub(crate) fn new(candidates: Candidates, diagnose: bool) -> Self {
        let mut this = Self {
            candidates: rsn::Candidates::default(),
            next_id: 0,
            diagnose,
        };
        this.replace(candidates);
        this
    }

    pub(crate) const fn candidates(&self) -> &rsn::Candidates {
        &self.candidates
    }

    pub(crate) fn diagnose(&mut self, on: bool) {
        self.diagnose = on;
        if !on {
            self.candidates.retired.clear();
        }
    }

    /// Puts new candidates into force. A key that stays keeps its name, a retired one that comes
    /// back gets its old name back.
    pub(crate) fn replace(&mut self, new: Candidates) {
        let before = core::mem::take(&mut self.candidates.live);
        let mut live: Vec<Candidate> = Vec::with_capacity(2);
        for pmk in core::iter::once(new.primary).chain(new.secondary) {
            let known = live.iter().chain(&before).chain(&self.candidates.retired);
            let id = match known.into_iter().find(|c| c.pmk == pmk) {
                Some(c) => c.id,
                None => self.new_id(),
            };
            live.push(Candidate { id, pmk });
        }
        for old in before {
            if self.diagnose && !live.iter().any(|c| c.id == old.id) {
                self.candidates.retired.insert(0, old);
            }
        }
        self.candidates
            .retired
            .retain(|r| !live.iter().any(|c| c.id == r.id));
        self.candidates.retired.truncate(RETIRED_MAX);
        self.candidates.live = live;
    }

    fn new_id(&mut self) -> KeyId {
        let id = KeyId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        id
    }

    /// What a key is now; `since` is told of one that is no candidate any more.
    pub(crate) fn standing(&self, id: KeyId, since: Instant) -> PeerKey {
        match self.candidates.live.iter().position(|c| c.id == id) {
            Some(0) => PeerKey::Primary,
            Some(_) => PeerKey::Secondary,
            None => PeerKey::Retired { since },
        }
    }
}

#[cfg(test)]
mod tests {
    use rsn::Pmk;

    use super::*;

    fn pmk(n: u8) -> Pmk {
        Pmk::from_raw(&[n; 32])
    }

    fn keys(secondary: u8) -> Candidates {
        Candidates {
            primary: pmk(1),
            secondary: Some(pmk(secondary)),
        }
    }

    #[test]
    fn a_key_that_comes_back_is_no_longer_retired() {
        let mut ring = KeyRing::new(keys(2), true);
        let second = ring.candidates().live[1].id;

        ring.replace(keys(3));
        assert!(matches!(
            ring.standing(second, Instant::ZERO),
            PeerKey::Retired { .. }
        ));

        ring.replace(keys(2));
        assert_eq!(ring.standing(second, Instant::ZERO), PeerKey::Secondary);
        assert_eq!(ring.candidates().retired.len(), 1);
    }

    #[test]
    fn setting_the_same_key_again_changes_nothing() {
        let mut ring = KeyRing::new(keys(2), true);
        let before = ring.candidates().clone();
        ring.replace(keys(2));
        assert_eq!(ring.candidates(), &before);
    }

    #[test]
    fn a_secondary_key_equal_to_the_primary_never_counts_as_retired() {
        let mut ring = KeyRing::new(
            Candidates {
                primary: pmk(1),
                secondary: Some(pmk(1)),
            },
            true,
        );
        ring.replace(Candidates {
            primary: pmk(1),
            secondary: None,
        });
        assert!(ring.candidates().retired.is_empty());
        assert_eq!(ring.standing(KeyId(0), Instant::ZERO), PeerKey::Primary);
    }

    #[test]
    fn retired_keys_are_bounded_and_can_be_switched_off() {
        let mut ring = KeyRing::new(keys(2), true);
        for n in 3..30 {
            ring.replace(keys(n));
        }
        assert_eq!(ring.candidates().retired.len(), RETIRED_MAX);
        ring.diagnose(false);
        ring.replace(keys(99));
        assert!(ring.candidates().retired.is_empty());
    }
}
