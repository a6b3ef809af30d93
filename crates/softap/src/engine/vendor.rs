//! Peers whose keys a vendor's extension makes: see [`crate::vendor`].

use clock::Instant;
use dot11::element::{ElementId, Elements};
use dot11::{MacAddr, ReasonCode};
use oid::{AssocRequest, Failure, NdisStatus};

use super::{SoftAp, State};
use crate::peer::{Peer as PeerState, VendorPeer, VendorPhase};
use crate::vendor::VERDICT_LIMIT;
use crate::{Event, PeerKey, Refused, VendorEvent, VendorService, VendorVerdict};

/// Capability and listen interval come before an association request's elements (clause 9.3.3.5),
/// in a reassociation request the current access point's address too (clause 9.3.3.7).
const FIXED: usize = 4;
const FIXED_REASSOCIATION: usize = FIXED + 6;

/// Which service a request asks for: the first one of the list that matches. Elements behind a
/// malformed one are not looked at.
pub(super) fn service_of(
    services: &[VendorService],
    request: &AssocRequest,
) -> Option<VendorService> {
    let fixed = if request.reassociation {
        FIXED_REASSOCIATION
    } else {
        FIXED
    };
    let elements = Elements::new(request.body.get(fixed..).unwrap_or_default());
    let carries = |service: &&VendorService| {
        elements
            .iter()
            .flatten()
            .filter(|e| e.id() == ElementId::VENDOR_SPECIFIC)
            .any(|e| service.element.matches(e.body()))
    };
    services.iter().find(carries).copied()
}

impl SoftAp {
    /// Whom the extensions of vendors serve from now on, in any state; replaces the list before. Peers
    /// that are there stay.
    pub fn serve_vendors(&mut self, services: Vec<VendorService>) {
        self.services = services;
    }

    /// An extension decided on a peer that [`VendorEvent::Associated`] told of. Of any other it does
    /// nothing. `Open` is answered by [`Event::PeerArrived`] or, when no key protects the peer,
    /// [`Event::PeerRefused`]; on an open port it changes nothing. `Refuse` ends the association
    /// whatever was said before.
    pub fn vendor_verdict(&mut self, mac: MacAddr, verdict: VendorVerdict, now: Instant) {
        let Some(PeerState::Vendor(peer)) = self.peer(mac) else {
            return;
        };
        match (verdict, peer.phase) {
            // It is about another association: of this one the extension does not know.
            (_, VendorPhase::Associating)
            | (VendorVerdict::Open, VendorPhase::Opening | VendorPhase::Joined { .. }) => {}
            (VendorVerdict::Open, VendorPhase::Waiting { .. }) => {
                peer.phase = VendorPhase::Opening;
                if let State::Active(run) = &mut self.state {
                    run.note_deadline(mac);
                }
                self.open_port(mac, now);
            }
            (VendorVerdict::Refuse, VendorPhase::Waiting { .. } | VendorPhase::Opening) => {
                self.refuse_vendor(mac, Refused::Extension, now);
            }
            (VendorVerdict::Refuse, VendorPhase::Joined { .. }) => {
                self.send_away(mac, ReasonCode::UNSPECIFIED, now);
            }
        }
    }

    /// Associated: the extension has the word.
    pub(super) fn begin_vendor_wait(&mut self, mac: MacAddr, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let serial = run.take_serial();
        let Some(PeerState::Vendor(peer)) = run.peers.get_mut(&mac) else {
            return;
        };
        peer.phase = VendorPhase::Waiting {
            until: now + VERDICT_LIMIT,
            serial,
        };
        let element = peer.element;
        run.note_deadline(mac);
        self.event(Event::Vendor(VendorEvent::Associated { mac, element }));
    }

    /// The extension let the time pass.
    pub(super) fn vendor_timeout(&mut self, mac: MacAddr, now: Instant) {
        if let Some(PeerState::Vendor(VendorPeer {
            phase: VendorPhase::Waiting { until, .. },
            ..
        })) = self.peer(mac)
            && *until <= now
        {
            self.refuse_vendor(mac, Refused::Extension, now);
        }
    }

    pub(super) fn vendor_port_opened(&mut self, mac: MacAddr, now: Instant) {
        if let Some(PeerState::Vendor(peer)) = self.peer(mac)
            && matches!(peer.phase, VendorPhase::Opening)
        {
            peer.phase = VendorPhase::Joined { since: now };
            let key = PeerKey::Vendor;
            self.event(Event::PeerArrived { mac, key });
        }
    }

    pub(super) fn vendor_port_refused(&mut self, mac: MacAddr, failure: Failure, now: Instant) {
        // The port's state is wrong when no key is there: the extension said yes too early.
        let why = if failure.status == NdisStatus::INVALID_STATE {
            Refused::Extension
        } else {
            Refused::Radio(failure.cause)
        };
        self.refuse_vendor(mac, why, now);
    }

    /// Tells the extensions' owner that an association he knows of is over.
    pub(super) fn tell_departed(&mut self, mac: MacAddr, peer: &PeerState) {
        if let PeerState::Vendor(peer) = peer
            && peer.is_told()
        {
            self.event(Event::Vendor(VendorEvent::Departed { mac }));
        }
    }

    fn refuse_vendor(&mut self, mac: MacAddr, why: Refused, now: Instant) {
        self.event(Event::PeerRefused { mac, why });
        self.send_away(mac, ReasonCode::UNSPECIFIED, now);
    }
}
