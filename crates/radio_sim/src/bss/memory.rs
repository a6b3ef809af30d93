//! What a firmware of its own remembers.

use std::collections::VecDeque;

use dot11::MacAddr;
use dot11::frame::SequenceControl;

/// Authenticated strangers it remembers.
const MAX_STRANGERS: usize = 64;

/// What the firmware remembers beside the station table.
#[derive(Debug, Default)]
pub(crate) struct Firmware {
    /// Who authenticated and is not associated, oldest first.
    pub(super) strangers: VecDeque<MacAddr>,
    /// The last association request it took: its sender and number.
    pub(super) last: Option<(MacAddr, SequenceControl)>,
}

impl Firmware {
    /// One more, in the place of the oldest if need be.
    pub(super) fn remember(&mut self, peer: MacAddr) {
        self.forget(peer);
        if self.strangers.len() >= MAX_STRANGERS {
            self.strangers.pop_front();
        }
        self.strangers.push_back(peer);
    }

    /// It is associated, or gone.
    pub(super) fn forget(&mut self, peer: MacAddr) {
        self.strangers.retain(|known| *known != peer);
    }
}
