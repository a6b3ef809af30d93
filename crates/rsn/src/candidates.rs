//! The keys a network accepts, and which of them a message was made with.

use dot11::eapol::{KeyFrameView, MIC_RANGE};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::key::{Kck, Pmk, Session};

/// The caller's name for one key. Two keys that ever existed should not share a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(pub u32);

/// A key and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its name.
    pub id: KeyId,
    /// The key.
    pub pmk: Pmk,
}

/// All keys an election knows. Consulted when a verified message 2 elects one, never afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidates {
    /// Keys that let a station in, likeliest first.
    pub live: Vec<Candidate>,
    /// Keys that do not any more; they only explain why a station failed.
    pub retired: Vec<Candidate>,
}

/// What a message 2 was made with, when no live key fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// A key unknown to us.
    WrongKey,
    /// A key that was replaced or removed.
    RetiredKey(KeyId),
}

impl Candidates {
    /// Which live key `frame` was made with.
    pub(crate) fn elect(
        &self,
        session: &Session,
        frame: &KeyFrameView<'_>,
    ) -> Result<&Candidate, Verdict> {
        let fits = |c: &&Candidate| mic_fits(&c.pmk.kck(session), frame);
        self.live.iter().find(fits).ok_or_else(|| {
            self.retired
                .iter()
                .find(fits)
                .map_or(Verdict::WrongKey, |c| Verdict::RetiredKey(c.id))
        })
    }
}

/// Whether the frame's MIC was made with this key.
pub(crate) fn mic_fits(kck: &Kck, frame: &KeyFrameView<'_>) -> bool {
    let pdu = frame.pdu();
    let head = pdu.get(..MIC_RANGE.start).unwrap_or_default();
    let tail = pdu.get(MIC_RANGE.end..).unwrap_or_default();
    bool::from(kck.mic(head, tail).ct_eq(frame.mic()))
}
