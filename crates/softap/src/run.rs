//! What exists during a start and a run only.

use std::collections::{BTreeMap, VecDeque};

use dot11::{Channel, ChannelWidth, KeyBytes, MacAddr, Phy};
use oid::{CipherAlgorithm, Direction, KeyMappingKey, KeyMaterial, Request};
use serde::{Deserialize, Serialize};

use crate::group::Group;
use crate::keys::KeyRing;
use crate::peer::{Peer as PeerState, VendorPeer, VendorPhase};
use crate::timer::Deadlines;
use crate::{Candidates, RunSettings};

/// Handshakes under way at a time. Beyond it the one that has waited longest without a right
/// message 2, or without an extension's verdict, is sent away: a flood of stations that never answer
/// cannot keep honest ones out.
const HANDSHAKES_MAX: usize = 256;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Starting {
    pub(crate) steps: VecDeque<Request>,
    pub(crate) adopted: Option<Adopted>,
    pub(crate) settings: RunSettings,
    pub(crate) candidates: Candidates,
    pub(crate) group: Group,
}

/// Where the miniport says it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Adopted {
    pub(crate) channel: Channel,
    pub(crate) width: ChannelWidth,
    pub(crate) phy: Phy,
    pub(crate) bssid: MacAddr,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) settings: RunSettings,
    pub(crate) bssid: MacAddr,
    pub(crate) keys: KeyRing,
    pub(crate) group: Group,
    pub(crate) peers: BTreeMap<MacAddr, PeerState>,
    /// When which peer's timers want attention. Kept in step by `SoftAp::settle`.
    pub(crate) deadlines: Deadlines,
    pub(crate) next_serial: u64,
}

impl Run {
    pub(crate) fn joined_count(&self) -> usize {
        self.peers.values().filter(|p| p.is_joined()).count()
    }

    pub(crate) fn has_joined_peers(&self) -> bool {
        self.peers.values().any(PeerState::is_joined)
    }

    /// A number for whoever begins to wait.
    pub(crate) fn take_serial(&mut self) -> u64 {
        let serial = self.next_serial;
        self.next_serial = self.next_serial.saturating_add(1);
        serial
    }

    pub(crate) fn remove(&mut self, mac: MacAddr) -> Option<PeerState> {
        self.deadlines.set(mac, None);
        self.peers.remove(&mac)
    }

    pub(crate) fn note_deadline(&mut self, mac: MacAddr) {
        self.deadlines
            .set(mac, self.peers.get(&mac).and_then(PeerState::poll_timeout));
    }

    /// The handshake to give up when there are too many.
    pub(crate) fn hopeless_handshake(&self) -> Option<MacAddr> {
        let open = self.peers.iter().filter_map(|(mac, p)| match p {
            PeerState::Handshaking(h) if h.authenticator.key().is_none() => Some((h.serial, *mac)),
            PeerState::Vendor(VendorPeer {
                phase: VendorPhase::Waiting { serial, .. },
                ..
            }) => Some((*serial, *mac)),
            PeerState::Associating(_)
            | PeerState::Handshaking(_)
            | PeerState::Vendor(_)
            | PeerState::Joined(_)
            | PeerState::Leaving { .. } => None,
        });
        let (count, oldest) = open.fold((0, None), |(n, oldest): (usize, Option<_>), this| {
            (
                n + 1,
                Some(oldest.map_or(this, |o: (u64, MacAddr)| o.min(this))),
            )
        });
        oldest
            .filter(|_| count > HANDSHAKES_MAX)
            .map(|(_, mac)| mac)
    }
}

pub(crate) fn pairwise_key(peer: MacAddr, tk: KeyBytes) -> KeyMappingKey {
    KeyMappingKey {
        peer,
        algorithm: CipherAlgorithm::CCMP,
        direction: Direction::Both,
        is_static: false,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: tk,
        }),
    }
}
