//! The access point's adapter: what is known of the network and of the stations of extensions.

use std::collections::BTreeMap;

use dot11::{MacAddr, Ssid};
use ihv::seam::PortId;
use oid::DisassocReason;

use crate::HostId;
use crate::host::SlotId;
use crate::tables::Tables;

/// The access point's profile.
pub(crate) const PROFILE: &str = "Hosted Network";

/// What is known of the hosted network.
#[derive(Debug, Default)]
pub(crate) struct AccessPoint {
    pub(crate) network: Option<Network>,
    pub(crate) peers: BTreeMap<MacAddr, Peer>,
    pub(crate) tables: Tables,
    pub(crate) visits: u64,
}

/// The network on the air.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) ssid: Ssid,
    pub(crate) bssid: MacAddr,
}

/// A station that an extension serves.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) id: SlotId,
    pub(crate) host: HostId,
    /// Tells this association from an earlier one.
    pub(crate) visit: u64,
    pub(crate) stage: PeerStage,
    /// Why it left, if the driver said so already.
    pub(crate) left: Option<DisassocReason>,
}

/// How far its association has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerStage {
    /// The frames of its association have been asked for.
    Asking,
    /// The extension has a port to it, and is to say how it is to be.
    Joining(PortId),
    /// It said open.
    Open(PortId),
    /// It said closed, and the peer is being sent away.
    Refused(PortId),
}

impl Peer {
    pub(crate) fn port(&self) -> Option<PortId> {
        match self.stage {
            PeerStage::Asking => None,
            PeerStage::Joining(port) | PeerStage::Open(port) | PeerStage::Refused(port) => {
                Some(port)
            }
        }
    }
}

impl AccessPoint {
    pub(crate) const fn is_up(&self) -> bool {
        self.network.is_some()
    }

    pub(crate) fn ports_of(&self, host: HostId) -> u32 {
        let ports = self
            .peers
            .values()
            .filter(|peer| peer.host == host && peer.port().is_some());
        u32::try_from(ports.count()).unwrap_or(u32::MAX)
    }

    /// Whether a station is served by an extension, and has a port if `port` is set.
    pub(crate) fn serves(&self, peer: MacAddr, id: &SlotId, port: bool) -> bool {
        self.peers
            .get(&peer)
            .is_some_and(|peer| peer.id == *id && (!port || peer.port().is_some()))
    }

    /// The extension that serves a station and has been told of it.
    pub(crate) fn server_of(&self, peer: MacAddr) -> Option<&SlotId> {
        let peer = self.peers.get(&peer)?;
        peer.port().map(|_| &peer.id)
    }
}
