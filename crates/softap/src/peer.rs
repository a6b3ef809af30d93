//! One peer from its association request to its departure.

use clock::Instant;
use dot11::VendorElement;
use oid::AssocRequest;
use rsn::{Authenticator, KeyId};
use serde::{Deserialize, Serialize};

/// How far a peer has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Peer {
    /// Accepted; the association response is on its way.
    Associating(Box<AssocRequest>),
    /// The first handshake runs, or its keys are being installed. Boxed with all that follows.
    Handshaking(Box<Handshaking>),
    /// The port is open.
    Joined(Box<Joined>),
    /// A vendor's extension keys it, in whatever phase.
    Vendor(VendorPeer),
    /// We have asked the miniport to send it away.
    Leaving {
        /// Its departure is told to the owner.
        was_joined: bool,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Handshaking {
    pub(crate) authenticator: Authenticator,
    /// Counts up from peer to peer: who has waited longest.
    pub(crate) serial: u64,
    /// The owner already knows that its key is wrong.
    pub(crate) mismatch_told: bool,
    /// Message 4 was verified; the port opens once the pairwise key is installed.
    pub(crate) elected: Option<KeyId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    pub(crate) authenticator: Authenticator,
    pub(crate) key: KeyId,
    pub(crate) since: Instant,
    /// When its key ceased to be a candidate; meaningless while it is one.
    pub(crate) retired_since: Instant,
    pub(crate) was_live: bool,
    pub(crate) rekey_due: Option<Instant>,
}

/// A peer of an extension: no authenticator, none of our keys.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct VendorPeer {
    /// By which it was recognised.
    pub(crate) element: VendorElement,
    pub(crate) phase: VendorPhase,
    pub(crate) management_protection: bool,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum VendorPhase {
    /// Accepted; the association response is on its way. The extension knows nothing of it yet.
    Associating,
    /// For the extension's verdict.
    Waiting {
        until: Instant,
        /// As [`Handshaking::serial`].
        serial: u64,
    },
    /// The extension said yes; the port is being opened.
    Opening,
    /// The port is open.
    Joined { since: Instant },
}

impl VendorPeer {
    pub(crate) const fn joined_since(&self) -> Option<Instant> {
        match self.phase {
            VendorPhase::Joined { since } => Some(since),
            VendorPhase::Associating | VendorPhase::Waiting { .. } | VendorPhase::Opening => None,
        }
    }

    /// Whether the extension was told of it.
    pub(crate) const fn is_told(&self) -> bool {
        !matches!(self.phase, VendorPhase::Associating)
    }

    const fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            VendorPhase::Waiting { until, .. } => Some(until),
            VendorPhase::Associating | VendorPhase::Opening | VendorPhase::Joined { .. } => None,
        }
    }
}

impl Peer {
    pub(crate) fn authenticator(&mut self) -> Option<&mut Authenticator> {
        match self {
            Self::Handshaking(h) => Some(&mut h.authenticator),
            Self::Joined(j) => Some(&mut j.authenticator),
            Self::Associating(_) | Self::Vendor(_) | Self::Leaving { .. } => None,
        }
    }

    /// Whether a message 3 with the group key may have reached it. One that is leaving has been
    /// counted already.
    pub(crate) fn knows_group_key(&self) -> bool {
        match self {
            Self::Handshaking(h) => h.authenticator.group_key_sent(),
            Self::Joined(_) => true,
            Self::Associating(_) | Self::Vendor(_) | Self::Leaving { .. } => false,
        }
    }

    /// Whether its port is open.
    pub(crate) const fn is_joined(&self) -> bool {
        match self {
            Self::Joined(_) => true,
            Self::Vendor(v) => v.joined_since().is_some(),
            Self::Associating(_) | Self::Handshaking(_) | Self::Leaving { .. } => false,
        }
    }

    /// Whether its departure is to be told to the owner.
    pub(crate) const fn was_joined(&self) -> bool {
        match self {
            Self::Leaving { was_joined } => *was_joined,
            other => other.is_joined(),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Handshaking(h) => h.authenticator.poll_timeout(),
            Self::Joined(j) => clock::earliest(j.authenticator.poll_timeout(), j.rekey_due),
            Self::Vendor(v) => v.poll_timeout(),
            Self::Associating(_) | Self::Leaving { .. } => None,
        }
    }
}
