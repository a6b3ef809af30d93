//! Frames that were dropped, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why a received frame had no effect, or none but a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rejection {
    /// Too short, of another type or version.
    Malformed,
    /// Encrypted or a fragment: nobody sends such a management frame to this access point.
    Unreadable,
    /// For another network or another receiver.
    NotForUs,
    /// The transmitter cannot be a station: a group address, zero or our own.
    ImpossibleTransmitter,
    /// A subtype the port has no use for.
    UnexpectedSubtype,
    /// A repetition of a frame that was already taken.
    Duplicate,
    /// Its sender or the whole air sends too many of them.
    Flood,
    /// A probe request for another network or another channel.
    OtherNetwork,
    /// An authentication that is not open system.
    UnsupportedAlgorithm,
    /// An authentication frame other than the first of its exchange.
    WrongTransaction,
    /// An association request from a station that is not authenticated.
    NotAuthenticated,
    /// An association request that was refused with a status.
    RefusedAssociation,
    /// A data frame from a station that is not associated.
    UnassociatedData,
    /// A departure of a station that is not there.
    UnknownStation,
    /// An answer nobody waits for, or of another than the one that was asked.
    Unasked,
    /// An EAPOL PDU outside an association.
    StrayEapol,
    /// A departure or an action in clear in the name of a station whose management frames are protected.
    Unprotected,
    /// An association request in the name of such a station, which was asked whether it is still there.
    AskedFirst,
    /// A frame of another EtherType that comes up, outside an association or of one nobody asked for.
    StrayPacket,
}

/// How often each [`Rejection`] happened since the engine was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejections(BTreeMap<Rejection, u64>);

impl Rejections {
    pub(crate) fn count(&mut self, rejection: Rejection) {
        let n = self.0.entry(rejection).or_default();
        *n = n.saturating_add(1);
    }

    /// How often this one happened.
    #[must_use]
    pub fn of(&self, rejection: Rejection) -> u64 {
        self.0.get(&rejection).copied().unwrap_or_default()
    }

    /// Those that happened, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (Rejection, u64)> + '_ {
        self.0.iter().map(|(r, n)| (*r, *n))
    }
}
