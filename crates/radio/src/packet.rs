//! Frames of vendors' protocols, beside EAPOL.

use serde::{Deserialize, Serialize};

/// What is special about frames of one EtherType. EAPOL has rules of its own and is never named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EtherTypeRule {
    /// Behind the LLC/SNAP header, in host order.
    pub ether_type: u16,
    /// Frames come up as [`RadioEvent::Packet`](crate::RadioEvent::Packet), whatever the port's
    /// state, and do not pass as data.
    pub hand_up: bool,
    /// How unicast frames may arrive.
    pub unicast: Arrival,
    /// How group-addressed frames may arrive.
    pub group: Arrival,
}

/// Whether received frames may, or must, be in clear (native-80211-ihv reference, 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arrival {
    /// As all data: protected. A frame in clear is dropped and counted.
    #[default]
    Protected,
    /// In clear: a protected frame is dropped.
    InClear,
    /// In clear while there is no pairwise key for the sender, protected from then on.
    InClearWithoutKey,
}
