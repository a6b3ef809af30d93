//! What the access point's radio did with frames.

use dot11::MacAddr;
use serde::{Deserialize, Serialize};

/// Frames of the access point's radio by fate, since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApCounters {
    /// Echo requests answered by the host behind the access point.
    pub echoed: u64,
    /// Frames passed on from one station to another.
    pub forwarded: u64,
    /// Frames from one station to another that were not passed on because stations are isolated.
    pub isolated: u64,
    /// Data frames dropped because their packet number was used before.
    pub replayed: u64,
    /// Protected data frames dropped because there is no key or their MIC is wrong.
    pub undecryptable: u64,
    /// Data frames dropped because they came in clear: all but EAPOL and EtherTypes that may.
    pub unencrypted: u64,
    /// Deauthentications, disassociations and actions dropped because they came in clear in the name of
    /// a station whose management frames are protected.
    pub unprotected: u64,
    /// Data frames dropped because the port is closed.
    pub unauthorized: u64,
    /// Data frames dropped because they came protected, though their EtherType must come in clear.
    pub overprotected: u64,
    /// EAPOL frames, and others that are handed up, dropped because they were meant for somebody else:
    /// they are never passed on.
    pub foreign_eapol: u64,
    /// Data and PS-Poll frames from stations that are not associated.
    pub not_associated: u64,
    /// Frames dropped because they are malformed, oversized, fragments, aggregates or of a kind an
    /// access point does not receive.
    pub malformed: u64,
    /// Buffered frames dropped because a dozing station did not fetch them.
    pub buffer_dropped: u64,
    /// Beacons sent.
    pub beacons: u64,
}

/// What one station did with frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationCounters {
    /// Data frames deciphered with the pairwise key.
    pub unicast: u64,
    /// Data frames deciphered with a group key.
    pub group: u64,
    /// Data frames dropped: no key, wrong MIC.
    pub undecryptable: u64,
    /// Data frames dropped because their packet number was used before.
    pub replayed: u64,
    /// Data frames dropped because they came in clear.
    pub unencrypted: u64,
    /// Data frames dropped because they came protected, though their EtherType must come in clear.
    pub overprotected: u64,
    /// Data frames dropped because the port is closed (of the station adapter only).
    pub unauthorized: u64,
    /// Management frames dropped because they were not protected, or not rightly.
    pub unprotected_management: u64,
    /// Handshake frames dropped by the supplicant.
    pub handshake_rejected: u64,
    /// Pairwise keys installed.
    pub pairwise_installs: u64,
    /// Group keys installed.
    pub group_installs: u64,
}

/// A row of the radio's station table, as a test sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationRow {
    /// The station.
    pub peer: MacAddr,
    /// Association id.
    pub aid: u16,
    /// It is associated.
    pub associated: bool,
    /// Its port is open.
    pub authorized: bool,
    /// It has a pairwise key.
    pub keyed: bool,
    /// It dozes.
    pub dozing: bool,
    /// Frames kept for it.
    pub buffered: usize,
    /// Packet number of the last frame sent with its pairwise key; 0 without one.
    pub sent_pn: u64,
}
