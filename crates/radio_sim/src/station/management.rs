//! A station's protected management frames (802.11-2020, 12.6.19 and 11.13).

use clock::Instant;
use dot11::KeyBytes;
use rsn::Igtk;
use rsn::bip::{self, BipReceiver};

use crate::key::management_slot;

/// Keys of frames to all, and the question whether the association still stands.
#[derive(Debug, Default)]
pub(super) struct Management {
    keys: [Option<BipReceiver>; 2],
    pub(super) query: Option<Query>,
    pub(super) last_transaction: u16,
}

/// The question, while it is open.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) begun: Instant,
    pub(super) next: Instant,
}

impl Management {
    pub(super) fn install(&mut self, index: u8, igtk: &KeyBytes, ipn: u64) {
        if let Some(igtk) = Igtk::from_slice(igtk.expose())
            && let Some(slot) = management_slot(index).and_then(|at| self.keys.get_mut(at))
        {
            *slot = Some(BipReceiver::new(igtk, index, ipn));
        }
    }

    /// Whether a frame to all comes from who has the key.
    pub(super) fn believes(&mut self, frame: &[u8]) -> bool {
        let slot = bip::key_id(frame)
            .and_then(|id| u8::try_from(id).ok())
            .and_then(management_slot);
        match slot.and_then(|at| self.keys.get_mut(at)) {
            Some(Some(key)) => key.check(frame).is_ok(),
            _ => false,
        }
    }
}
