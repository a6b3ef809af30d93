//! One peer from its association request to its departure.

use clock::Instant;
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

impl Peer {
    pub(crate) fn authenticator(&mut self) -> Option<&mut Authenticator> {
        match self {
            Self::Handshaking(h) => Some(&mut h.authenticator),
            Self::Joined(j) => Some(&mut j.authenticator),
            Self::Associating(_) | Self::Leaving { .. } => None,
        }
    }

    /// Whether a message 3 with the group key may have reached it. One that is leaving has been
    /// counted already.
    pub(crate) fn knows_group_key(&self) -> bool {
        match self {
            Self::Handshaking(h) => h.authenticator.group_key_sent(),
            Self::Joined(_) => true,
            Self::Associating(_) | Self::Leaving { .. } => false,
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Handshaking(h) => h.authenticator.poll_timeout(),
            Self::Joined(j) => clock::earliest(j.authenticator.poll_timeout(), j.rekey_due),
            Self::Associating(_) | Self::Leaving { .. } => None,
        }
    }
}
