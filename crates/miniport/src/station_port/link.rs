//! OP: the association, and watching over it.

use clock::{Duration, Instant};
use dot11::frame::BeaconView;
use dot11::{MacAddr, ReasonCode};
use oid::{AssociationFrames, CipherAlgorithm, DisassocReason, Indication, PeerInfo};
use radio::Command;
use serde::{Deserialize, Serialize};

use super::network::Network;
use super::{State, StationPort};
use crate::cipher::algorithm_of;
use crate::gate::{PortGate, not_associated};
use crate::mlme::rejection::Rejection;

/// So long may nothing be heard before the access point is looked for. The radio that counts beacons
/// says earlier that it is gone; this is for what the radio does not see.
const SILENCE: Duration = Duration::from_secs(30);

/// It is asked so often, and so long apart.
const PROBES: u8 = 4;
const PROBE_INTERVAL: Duration = Duration::from_millis(200);

/// An association.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) network: Network,
    pub(super) gate: PortGate,
    pub(super) frames: AssociationFrames,
    aid: u16,
    signal: Option<i8>,
    /// Questions since it was heard last.
    probes: u8,
    pub(super) deadline: Instant,
}

impl Link {
    pub(super) fn new(network: Network, aid: u16, frames: AssociationFrames, now: Instant) -> Self {
        let signal = network.entry.signal;
        Self {
            deadline: now + SILENCE,
            network,
            gate: PortGate::Closed,
            frames,
            aid,
            signal,
            probes: 0,
        }
    }

    /// Unicast and multicast.
    pub(super) const fn ciphers(&self) -> (CipherAlgorithm, CipherAlgorithm) {
        let network = &self.network;
        (
            algorithm_of(network.unicast),
            algorithm_of(network.multicast),
        )
    }

    pub(super) fn peer_info(&self) -> PeerInfo {
        PeerInfo {
            peer: self.network.bssid(),
            aid: self.aid,
            port_open: self.gate == PortGate::Open,
            signal: self.signal,
        }
    }
}

impl StationPort {
    /// A beacon or probe response while there is an association.
    pub(super) fn link_beacon(
        &mut self,
        from: MacAddr,
        beacon: &BeaconView<'_>,
        signal: Option<i8>,
        now: Instant,
    ) -> Result<(), Rejection> {
        let State::Op(link) = &mut self.state else {
            return Ok(());
        };
        if link.network.bssid() != from {
            return Err(Rejection::OtherNetwork);
        }
        if !beacon.elements.is_well_formed() {
            return Err(Rejection::Malformed);
        }
        link.signal = signal.or(link.signal);
        link.probes = 0;
        link.deadline = now + SILENCE;
        Ok(())
    }

    /// The access point was not heard for too long.
    pub(super) fn link_timeout(&mut self, now: Instant) {
        let State::Op(link) = &mut self.state else {
            return;
        };
        if link.probes < PROBES {
            link.probes += 1;
            link.deadline = now + PROBE_INTERVAL;
            let frame = link.network.probe_request();
            self.out.send(Command::SendManagement { frame });
        } else {
            let reason = ReasonCode::INACTIVITY;
            self.leave(DisassocReason::PeerUnreachable, Some(reason));
        }
    }

    /// Ends the association: only static keys stay. With a reason for the access point it is told.
    pub(super) fn leave(&mut self, why: DisassocReason, farewell: Option<ReasonCode>) {
        let link = match core::mem::take(&mut self.state) {
            State::Op(link) => link,
            state => {
                self.state = state;
                return;
            }
        };
        if let Some(reason) = farewell {
            let frame = link.network.deauthentication(reason);
            self.out.send(Command::SendManagement { frame });
        }
        // With it the radio forgets the access point and all keys.
        self.out.send(Command::StopListening);
        self.keys.association_over();
        link.gate.end(&not_associated(), &mut self.out);
        self.out.indicate(Indication::Disassociation {
            peer: link.network.bssid(),
            reason: why,
        });
    }
}
