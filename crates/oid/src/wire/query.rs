//! Answers to queries: what goes into the buffer and what is said about it (reference 3.2, 3.3).

use super::form::count;
use super::{Entry, List, Structure};
use crate::NdisStatus;

/// What a query answers to a buffer that is too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// BUFFER_OVERFLOW; a list also writes its counts, 0 and the real one.
    Overflow,
    /// INVALID_LENGTH and nothing else: `DOT11_PEER_INFO_LIST`.
    Length,
}

/// The completion of a query OID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryAnswer {
    /// SUCCESS, or why there is no answer.
    pub status: NdisStatus,
    /// What to copy to the beginning of the buffer; never longer than it.
    pub bytes: Vec<u8>,
    /// `BytesWritten`: 0 for an answer that did not fit, even when counts were written.
    pub written: u32,
    /// `BytesNeeded`: what the whole answer takes; 0 on success.
    pub needed: u32,
}

impl QueryAnswer {
    /// `value` into a buffer of `room` bytes. Where nothing is documented a short buffer is
    /// BUFFER_OVERFLOW.
    #[must_use]
    pub fn of<'a>(value: &impl Structure<'a>, room: usize) -> Self {
        Self::fit(value.to_bytes(), room, Shortage::Overflow)
    }

    fn fit(bytes: Vec<u8>, room: usize, shortage: Shortage) -> Self {
        let len = count(bytes.len());
        if bytes.len() <= room {
            return Self {
                status: NdisStatus::SUCCESS,
                bytes,
                written: len,
                needed: 0,
            };
        }
        Self {
            status: match shortage {
                Shortage::Overflow => NdisStatus::BUFFER_OVERFLOW,
                Shortage::Length => NdisStatus::INVALID_LENGTH,
            },
            bytes: Vec::new(),
            written: 0,
            needed: len,
        }
    }
}

/// A list into a buffer of `room` bytes. If it does not fit: no entries, the real count in
/// `uTotalNumOfEntries` where there is room for it, and the bytes needed.
#[must_use]
pub fn answer<E: Entry>(list: &List<E>, room: usize) -> QueryAnswer {
    let mut answer = QueryAnswer::fit(list.to_bytes(), room, E::SHORTAGE);
    if answer.status != NdisStatus::SUCCESS && E::SHORTAGE == Shortage::Overflow {
        let mut counts = Vec::new();
        List::<E>::write_counts(&mut counts, 0, count(list.entries.len()));
        counts.truncate(12);
        if counts.len() <= room {
            answer.bytes = counts;
        }
    }
    answer
}
