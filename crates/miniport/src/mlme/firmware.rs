//! Radios whose firmware answers stations by itself
//! ([`Capabilities::firmware_mlme`](radio::Capabilities::firmware_mlme), decision 0028).
//!
//! Of an association nothing is heard before it is made: the firmware has the station in its table, its
//! port closed. Of a block the service's decision is left, and who is not wanted is sent away. No frame
//! is sent from here.

use dot11::element::Elements;
use dot11::frame::{CapabilityInfo, SequenceControl};
use dot11::{MacAddr, ReasonCode, StatusCode};
use oid::{AssocRequest, AssocTicket, AssociationFrames, DisassocReason, Indication, RequestId};
use radio::Command;

use super::expulsion::{expel, reason_of};
use super::flood::Work;
use super::join::Join;
use super::needs::Needs;
use super::phys::StationPhys;
use super::rejection::Rejection;
use super::station::{Idle, Phase, Station};
use super::{BLOCK_TIMEOUT, Context, INACTIVITY_LIMIT, Mlme};
use crate::gate::PortGate;

impl Mlme {
    /// The firmware let a station in.
    pub(crate) fn handle_associated(
        &mut self,
        peer: MacAddr,
        elements: &[u8],
        reassociation: bool,
        cx: &mut Context<'_>,
    ) {
        if !self.radio.firmware_mlme {
            return cx.rejections.count(Rejection::Unasked);
        }
        if !peer.is_unicast() || peer == self.bss.bssid {
            return cx.rejections.count(Rejection::ImpossibleTransmitter);
        }
        // An older association has ended with this one: the firmware has seen to it.
        self.leave(peer, DisassocReason::PeerReassociated, cx);
        if !self.limits.admit(Work::Join, peer, cx.now) {
            cx.rejections.count(Rejection::Flood);
            return expel(peer, ReasonCode::NO_MORE_STAS, cx);
        }
        let room = self.stations.len() < usize::from(self.radio.max_stations);
        let join = self.bss.check_elements(Elements::new(elements));
        let refused = match (join, room.then(|| self.aids.take()).flatten()) {
            (Ok(rsne), Some(aid)) => {
                let join = join_of(rsne, reassociation);
                let body = request_body(elements, reassociation);
                return self.open_block(peer, aid, (join, body), cx);
            }
            (Err(status), aid) => {
                aid.into_iter().for_each(|aid| self.aids.give_back(aid));
                status
            }
            (Ok(_), None) => StatusCode::DENIED_NO_MORE_STAS,
        };
        cx.rejections.count(Rejection::RefusedAssociation);
        expel(peer, reason_of(refused), cx);
        cx.out
            .indicate(Indication::IncomingAssociationStarted { peer });
        cx.out.indicate(Indication::IncomingAssociationCompletion {
            peer,
            status: refused,
        });
    }

    /// Opens a block and asks the service at once.
    fn open_block(
        &mut self,
        peer: MacAddr,
        aid: u16,
        (join, body): (Join, Vec<u8>),
        cx: &mut Context<'_>,
    ) {
        self.next_ticket += 1;
        let ticket = AssocTicket(self.next_ticket);
        let request = AssocRequest {
            reassociation: join.reassociation,
            rsne: join.rsne.clone(),
            body: body.clone(),
            beacon_rsne: self.bss.rsne.clone(),
        };
        let deadline = cx.now + BLOCK_TIMEOUT;
        self.timers.insert((deadline, peer));
        let station = Station {
            aid,
            deadline,
            last: SequenceControl(0),
            signal: None,
            management_protection: false,
            needs: Needs::default(),
            phase: Phase::AwaitingDecision {
                ticket,
                join,
                request: body,
            },
        };
        self.stations.insert(peer, station);
        self.tickets.insert(ticket, peer);
        cx.out
            .indicate(Indication::IncomingAssociationStarted { peer });
        cx.out
            .indicate(Indication::IncomingAssociationRequestReceived {
                ticket,
                peer,
                request,
            });
    }

    /// The service takes the station in: it is associated already, so the block closes at once.
    pub(super) fn accept_associated(
        &mut self,
        peer: MacAddr,
        decision: RequestId,
        cx: &mut Context<'_>,
    ) {
        let Some(station) = self.stations.get_mut(&peer) else {
            return;
        };
        let Phase::AwaitingDecision {
            ticket,
            join,
            request,
        } = &mut station.phase
        else {
            return;
        };
        self.tickets.remove(ticket);
        let frames = AssociationFrames {
            reassociation: join.reassociation,
            request: core::mem::take(request),
            // The firmware's, which it keeps to itself.
            response: Vec::new(),
            beacon: Vec::new(),
        };
        station.phase = Phase::Associated {
            port: PortGate::Closed,
            idle: Idle::Resting,
            frames: Box::new(frames),
        };
        self.set_deadline(peer, cx.now + INACTIVITY_LIMIT);
        // A key that was set before its peer came (native-80211-ihv reference, 7.2).
        cx.keys.install_mapping(peer, None, cx.out);
        cx.out.done(decision);
        cx.out.indicate(Indication::IncomingAssociationCompletion {
            peer,
            status: StatusCode::SUCCESS,
        });
    }

    /// Tells a peer that it has to go: by a frame, or by the firmware's.
    pub(super) fn farewell(&self, peer: MacAddr, reason: ReasonCode, cx: &mut Context<'_>) {
        if self.radio.firmware_mlme {
            expel(peer, reason, cx);
        } else {
            let frame = self.bss.deauthentication(peer, reason);
            cx.out.send(Command::SendManagement { frame });
        }
    }
}

/// What is known of the request: the firmware has dealt with the rest.
fn join_of(rsne: Vec<u8>, reassociation: bool) -> Join {
    Join {
        reassociation,
        capability: REQUESTED,
        listen_interval: 0,
        rates: Vec::new(),
        phys: StationPhys::default(),
        extended_capabilities: Vec::new(),
        wme: false,
        rsne,
        management_protection: false,
    }
}

/// What every station of such a network says in Capability Information.
const REQUESTED: CapabilityInfo = CapabilityInfo(CapabilityInfo::ESS | CapabilityInfo::PRIVACY);

/// The request's body with its elements as they were. The fixed fields the firmware keeps to itself:
/// listen interval and former access point are zero.
fn request_body(elements: &[u8], reassociation: bool) -> Vec<u8> {
    let mut body = REQUESTED.0.to_le_bytes().to_vec();
    body.extend([0; 2]);
    if reassociation {
        body.extend([0; 6]);
    }
    body.extend_from_slice(elements);
    body
}
