//! A dozing station, and the frames kept for it.

use std::collections::VecDeque;

use clock::Instant;
use dot11::frame::ManagementSubtype;

use crate::air::Receipt;
use crate::key::Ciphering;
use crate::rule::FrameKind;
use crate::sink::Sink;

/// Most frames kept for one station; then the oldest goes.
const MAX_HELD: usize = 64;

/// A frame that waits, not ciphered yet.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) frame: Vec<u8>,
    pub(crate) kind: FrameKind,
    pub(crate) cipher: Ciphering,
    pub(crate) receipt: Receipt,
    pub(crate) since: Instant,
}

/// Whether a station listens.
#[derive(Debug, Default)]
pub(crate) enum Power {
    #[default]
    Awake,
    #[expect(
        clippy::box_collection,
        reason = "of many rows few doze, and short ones share fewer lines of a cache"
    )]
    Dozing(Box<VecDeque<Held>>),
}

impl Power {
    pub(crate) const fn is_dozing(&self) -> bool {
        matches!(self, Self::Dozing(_))
    }

    pub(crate) fn holds(&self) -> bool {
        self.len() > 0
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Awake => 0,
            Self::Dozing(held) => held.len(),
        }
    }

    /// Keeps a frame for a dozing station. How many more frames are kept than before: 1 or 0.
    pub(crate) fn hold(&mut self, frame: Held, sink: &mut Sink) -> usize {
        let Self::Dozing(held) = self else {
            return 0;
        };
        held.push_back(frame);
        if held.len() <= MAX_HELD {
            return 1;
        }
        if let Some(oldest) = held.pop_front() {
            drop_held(&oldest, sink);
        }
        0
    }

    /// Drops all that is kept; how many frames that were.
    pub(crate) fn drop_all(&mut self, sink: &mut Sink) -> usize {
        let Self::Dozing(held) = self else {
            return 0;
        };
        held.drain(..).map(|frame| drop_held(&frame, sink)).count()
    }
}

/// Tells its sender, and counts it.
pub(crate) fn drop_held(frame: &Held, sink: &mut Sink) {
    sink.counters.buffer_dropped += 1;
    sink.report(frame.receipt, false);
}

/// Management frames that wait for a dozing station (11.2.2): a station that doze cannot await an
/// answer to its own request, so responses never wait.
pub(crate) const fn is_bufferable(subtype: ManagementSubtype) -> bool {
    matches!(
        subtype,
        ManagementSubtype::DEAUTHENTICATION
            | ManagementSubtype::DISASSOCIATION
            | ManagementSubtype::ACTION
    )
}
