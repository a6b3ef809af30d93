//! The access point's adapter: one connection for as long as the network runs, one port for each
//! station of an extension.

use std::collections::BTreeMap;

use clock::Instant;
use dot11::{MacAddr, Ssid, VendorElement};
use ihv::seam::{Adapter, Association, PortId, Profile, Task};
use oid::{
    AssociationFrames, AuthAlgorithm, CipherAlgorithm, DisassocReason, KeyMappingKey, Request,
    SecurityRequest,
};
use softap::VendorVerdict;
use wlan_model::Guid;
use wlan_rpc::ExtensionAdapter;

use super::Extensions;
use crate::access_point::{Network, PROFILE, Peer, PeerStage};
use crate::asked::Asked;
use crate::consts::{BY_RESET, INFRASTRUCTURE};
use crate::host::{Doing, PRE_LIMIT, SlotId, Stage};
use crate::{Output, PortRequest};

const HERE: ExtensionAdapter = ExtensionAdapter::AccessPoint;

impl Extensions {
    pub(crate) fn network_started(&mut self, ssid: Ssid, bssid: MacAddr, now: Instant) {
        if self.access_point.network.is_some() {
            self.network_stopped(now);
        }
        self.access_point.network = Some(Network { ssid, bssid });
    }

    /// All stations are gone, all keys cleared.
    pub(crate) fn network_stopped(&mut self, now: Instant) {
        self.access_point.network = None;
        self.access_point.tables.keys.clear();
        let peers = std::mem::take(&mut self.access_point.peers);
        for peer in peers.into_values() {
            self.stop_port(&peer, BY_RESET, now);
        }
        let serving: Vec<_> = self
            .slots
            .keys()
            .filter(|id| id.adapter == HERE)
            .cloned()
            .collect();
        for id in serving {
            self.end(&id, None, now);
        }
    }

    /// The extension is loaded: its adapter arrives.
    pub(crate) fn access_point_arrives(&mut self, id: &SlotId, now: Instant) {
        let Some(network) = &self.access_point.network else {
            return;
        };
        let adapter = Adapter {
            guid: Guid::of_access_point(network.bssid),
            description: format!("Hosted Network {}", network.bssid),
            mode: ihv::abi::DOT11_OPERATION_MODE_EXTENSIBLE_AP,
        };
        self.task(id, Doing::Init, Task::InitAdapter(adapter), now);
    }

    /// The adapter is there: the one connection begins.
    pub(crate) fn access_point_begins(&mut self, id: &SlotId, now: Instant) {
        let Some(network) = &self.access_point.network else {
            return;
        };
        let Some(installed) = self.installed.get(&id.name) else {
            return;
        };
        let Some(configured) = &installed.extension.ports else {
            return;
        };
        let profile = Profile {
            name: PROFILE.to_owned(),
            ssids: vec![network.ssid.clone()],
            bss_type: INFRASTRUCTURE,
            fragments: installed.kept.fragments(PROFILE, &configured.fragments),
            user_data: installed.kept.users(PROFILE),
        };
        let Some(live) = self.live_mut(id) else {
            return;
        };
        let connection = live.new_connection();
        live.stage = Stage::PreAssociating {
            connection,
            by: now + PRE_LIMIT,
        };
        let what = Task::PerformPreAssociate {
            connection,
            profile,
            networks: Vec::new(),
        };
        self.task(id, Doing::PreAssociate(connection), what, now);
    }

    /// A station of this element is associated.
    pub(crate) fn peer_associated(&mut self, mac: MacAddr, element: VendorElement) {
        if self.access_point.peers.contains_key(&mac) {
            // Its departure has not been told.
            return self.verdict(mac, VendorVerdict::Refuse);
        }
        let found = self
            .installed
            .iter()
            .find(|(_, installed)| {
                let ports = installed.extension.ports.as_ref();
                ports.is_some_and(|ports| ports.element == element)
            })
            .map(|(name, _)| SlotId {
                name: name.clone(),
                adapter: HERE,
            });
        let ready = found.and_then(|id| {
            let live = self.live(&id)?;
            matches!(live.stage, Stage::Ready).then_some((id, live.host))
        });
        let Some((id, host)) = ready else {
            return self.verdict(mac, VendorVerdict::Refuse);
        };
        self.access_point.visits += 1;
        let visit = self.access_point.visits;
        self.access_point.peers.insert(
            mac,
            Peer {
                id,
                host,
                visit,
                stage: PeerStage::Asking,
                left: None,
            },
        );
        self.ask(
            HERE,
            PortRequest::Security(SecurityRequest::QueryAssociation(mac)),
            Asked::Association { peer: mac, visit },
        );
    }

    /// The frames of a station's association are known (or not).
    pub(crate) fn association_known(
        &mut self,
        mac: MacAddr,
        visit: u64,
        frames: Option<AssociationFrames>,
        now: Instant,
    ) {
        let peer = self.access_point.peers.get(&mac);
        let Some(peer) = peer.filter(|p| p.visit == visit && p.stage == PeerStage::Asking) else {
            return;
        };
        let id = peer.id.clone();
        let Some(frames) = frames else {
            self.access_point.peers.remove(&mac);
            return self.verdict(mac, VendorVerdict::Refuse);
        };
        let owner = id.name.clone();
        for (key, change) in self.access_point.tables.keys.arrived(mac, &owner) {
            let request = PortRequest::Request(Request::CipherKeyMappingKey(key));
            self.ask(HERE, request, Asked::Reinstalled { change });
        }
        let Some(live) = self.live_mut(&id) else {
            return;
        };
        let port = live.new_port();
        if let Some(peer) = self.access_point.peers.get_mut(&mac) {
            peer.stage = PeerStage::Joining(port);
        }
        let association = Association {
            peer: mac,
            reassociation: frames.reassociation,
            auth: AuthAlgorithm::RSNA_PSK.0,
            unicast_cipher: CipherAlgorithm::CCMP.0,
            multicast_cipher: CipherAlgorithm::CCMP.0,
            authorized: false,
            request: frames.request,
            response: frames.response,
            beacon: frames.beacon,
        };
        let what = Task::PerformPostAssociate {
            port,
            session: u32::try_from(port.0).unwrap_or(u32::MAX),
            association,
        };
        self.task(&id, Doing::PostAssociate(port), what, now);
    }

    /// An extension says how a port is to be.
    pub(crate) fn peer_completed(&mut self, id: &SlotId, mac: MacAddr, port: PortId, well: bool) {
        let Some(peer) = self.access_point.peers.get_mut(&mac) else {
            return;
        };
        if peer.id != *id {
            return;
        }
        let (next, verdict) = match (peer.stage, well) {
            (PeerStage::Joining(of), true) if of == port => {
                (PeerStage::Open(port), VendorVerdict::Open)
            }
            (PeerStage::Joining(of) | PeerStage::Open(of), false) if of == port => {
                (PeerStage::Refused(port), VendorVerdict::Refuse)
            }
            _ => return,
        };
        peer.stage = next;
        self.verdict(mac, verdict);
    }

    /// The handler for a port said no: there is no port.
    pub(crate) fn peer_not_begun(&mut self, id: &SlotId, port: PortId) {
        let peers = &mut self.access_point.peers;
        let found = peers
            .iter()
            .find(|(_, peer)| peer.id == *id && peer.port() == Some(port))
            .map(|(mac, peer)| (*mac, peer.stage));
        let Some((mac, stage)) = found else {
            return;
        };
        if !matches!(stage, PeerStage::Refused(_)) {
            if let Some(peer) = peers.get_mut(&mac) {
                peer.stage = PeerStage::Refused(port);
            }
            self.verdict(mac, VendorVerdict::Refuse);
        }
    }

    /// The driver says why a station left.
    pub(crate) fn peer_disassociated(&mut self, mac: MacAddr, reason: DisassocReason) {
        if let Some(peer) = self.access_point.peers.get_mut(&mac) {
            peer.left = Some(reason);
        }
    }

    pub(crate) fn peer_departed(&mut self, mac: MacAddr, now: Instant) {
        let to_delete = self.access_point.tables.keys.departed(mac);
        self.delete_keys(HERE, to_delete);
        if let Some(peer) = self.access_point.peers.remove(&mac) {
            // Whoever ended it without a word of the driver: it was the service.
            let status = peer.left.unwrap_or(DisassocReason::Os).value();
            self.stop_port(&peer, status, now);
        }
    }

    fn stop_port(&mut self, peer: &Peer, status: u32, now: Instant) {
        let Some(port) = peer.port() else {
            return;
        };
        if self.live(&peer.id).is_some_and(|l| l.host == peer.host) {
            let what = Task::StopPostAssociate { port, status };
            self.task(&peer.id, Doing::Stop, what, now);
        }
    }

    /// The peers of an extension, which it serves no more.
    fn take_peers(&mut self, id: &SlotId) -> Vec<(MacAddr, Peer)> {
        let (taken, left) = std::mem::take(&mut self.access_point.peers)
            .into_iter()
            .partition(|(_, peer): &(_, Peer)| peer.id == *id);
        self.access_point.peers = left;
        let taken: BTreeMap<_, _> = taken;
        taken.into_iter().collect()
    }

    /// Its process is dead: its peers are sent away and its keys deleted.
    pub(crate) fn access_point_crashed(&mut self, id: &SlotId) {
        for (mac, peer) in self.take_peers(id) {
            if !matches!(peer.stage, PeerStage::Refused(_)) {
                self.verdict(mac, VendorVerdict::Refuse);
            }
        }
        let to_delete = self.access_point.tables.keys.crashed(&id.name);
        self.delete_keys(HERE, to_delete);
    }

    /// It ends in good order. While the network runs that is a removal or a replacement.
    pub(crate) fn access_point_withdrawn(&mut self, id: &SlotId, now: Instant) {
        for (mac, peer) in self.take_peers(id) {
            if !matches!(peer.stage, PeerStage::Refused(_)) {
                self.verdict(mac, VendorVerdict::Refuse);
            }
            self.stop_port(&peer, DisassocReason::Os.value(), now);
        }
        let to_delete = self.access_point.tables.keys.remove_owner(&id.name);
        self.delete_keys(HERE, to_delete);
    }

    pub(crate) fn delete_keys(&mut self, adapter: ExtensionAdapter, keys: Vec<KeyMappingKey>) {
        for key in keys {
            let request = PortRequest::Request(Request::CipherKeyMappingKey(key));
            self.ask(adapter, request, Asked::Nothing);
        }
    }

    fn verdict(&mut self, peer: MacAddr, verdict: VendorVerdict) {
        self.put(Output::Verdict { peer, verdict });
    }
}
