//! Who gets an association, and how each ends.

use cause::Cause;
use clock::Instant;
use dot11::{MacAddr, ReasonCode, StatusCode};
use oid::{AssocDecision, AssocRequest, AssocTicket, DisassocReason, Request};
use rsn::{Authenticator, Config, Timing};

use super::vendor::service_of;
use super::{Pending, SoftAp, State};
use crate::peer::{Handshaking, Peer as PeerState, VendorPeer, VendorPhase};
use crate::{Departure, Event, Refused};

impl SoftAp {
    pub(super) fn decide(
        &mut self,
        ticket: AssocTicket,
        mac: MacAddr,
        request: AssocRequest,
        now: Instant,
    ) {
        let State::Active(run) = &self.state else {
            return self.answer(ticket, StatusCode::DENIED_OTHER_REASON, Pending::Unwatched);
        };
        let joined = run
            .peers
            .iter()
            .filter(|(other, p)| **other != mac && p.is_joined())
            .count();
        let service = service_of(&self.services, &request);
        let management_protection = request.protects_management();
        let admitted = match service {
            // Our keys are no way in for a station that asks for a vendor's.
            Some(service) if !service.ready => Err((StatusCode::REFUSED, Refused::Extension)),
            _ if joined >= usize::from(run.settings.max_peers) => {
                Err((StatusCode::DENIED_NO_MORE_STAS, Refused::Full))
            }
            Some(service) => Ok(PeerState::Vendor(VendorPeer {
                element: service.element,
                phase: VendorPhase::Associating,
                management_protection,
            })),
            None => Ok(PeerState::Associating(Box::new(request))),
        };
        let stays_with_us = matches!(admitted, Ok(PeerState::Associating(_)));
        self.supersede(mac, stays_with_us, now);
        match admitted {
            Ok(peer) => {
                if let State::Active(run) = &mut self.state {
                    run.peers.insert(mac, peer);
                }
                if stays_with_us && management_protection {
                    self.protect_management(mac);
                }
                self.answer(ticket, StatusCode::SUCCESS, Pending::Admission(mac));
            }
            Err((status, why)) => {
                self.answer(ticket, status, Pending::Unwatched);
                self.event(Event::PeerRefused { mac, why });
            }
        }
        self.finish_group_renewal(now);
    }

    /// Before a peer whose management frames are protected can be given the key of those that go to
    /// all, the radio must have it.
    fn protect_management(&mut self, mac: MacAddr) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        if let Some(key) = run.group.protect_management(&mut self.rng) {
            let install = crate::start::management_key(key);
            self.request(install, Pending::ManagementKey(mac));
        }
    }

    /// A station that associates anew has ended its old association, said or not.
    fn supersede(&mut self, mac: MacAddr, stays_with_us: bool, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let Some(before) = run.remove(mac) else {
            return;
        };
        if stays_with_us {
            run.group.peer_away(mac);
        } else if before.knows_group_key() {
            run.group.peer_left(mac, now);
        }
        self.forget_requests(mac);
        self.tell_departed(mac, &before);
        if before.was_joined() {
            let why = Departure::Left;
            self.event(Event::PeerDeparted { mac, why });
        }
    }

    /// What was asked for an association that is over.
    fn forget_requests(&mut self, mac: MacAddr) {
        self.pending.retain(
            |_, p| !matches!(p, Pending::PairwiseKey(m) | Pending::OpenPort(m) if *m == mac),
        );
    }

    fn answer(&mut self, ticket: AssocTicket, status: StatusCode, pending: Pending) {
        let decision = AssocDecision { ticket, status };
        self.request(Request::IncomingAssociationDecision(decision), pending);
    }

    /// The radio could not take an accepted station; the miniport has told the station.
    pub(super) fn admission_refused(&mut self, mac: MacAddr, cause: Cause) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        if run.peers.get(&mac).is_some_and(is_associating) {
            run.remove(mac);
        }
        let why = Refused::Radio(cause);
        self.event(Event::PeerRefused { mac, why });
    }

    pub(super) fn association_completed(&mut self, mac: MacAddr, status: StatusCode, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        if !run.peers.get(&mac).is_some_and(is_associating) {
            return;
        }
        if status != StatusCode::SUCCESS {
            run.remove(mac);
            return;
        }
        match run.peers.get(&mac) {
            Some(PeerState::Associating(_)) => self.begin_handshake(mac, now),
            _ => self.begin_vendor_wait(mac, now),
        }
        self.crowd_out(now);
        self.settle(mac, now);
    }

    fn begin_handshake(&mut self, mac: MacAddr, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let Some(PeerState::Associating(request)) = run.peers.get(&mac) else {
            return;
        };
        let config = Config {
            ap: run.bssid,
            station: mac,
            ap_rsne: request.beacon_rsne.clone(),
            station_rsne: request.rsne.clone(),
            management_protection: request.protects_management(),
            timing: Timing::default(),
        };
        let mut authenticator = Authenticator::new(config, &mut self.rng);
        authenticator.start(now);
        let handshaking = Handshaking {
            authenticator,
            serial: run.take_serial(),
            mismatch_told: false,
            elected: None,
        };
        run.peers
            .insert(mac, PeerState::Handshaking(Box::new(handshaking)));
        let index = run.group.current().index;
        if run.has_joined_peers() {
            // Message 3 tells where the group key's counter stands, so that frames sent before
            // cannot be replayed to this peer. With nobody there nothing was sent.
            let query = Request::QueryKeyCounter(u32::from(index));
            self.request(query, Pending::GroupCounter { index });
        }
    }

    fn crowd_out(&mut self, now: Instant) {
        if let State::Active(run) = &self.state
            && let Some(slow) = run.hopeless_handshake()
        {
            self.send_away(slow, ReasonCode::NO_MORE_STAS, now);
        }
    }

    pub(super) fn disassociated(&mut self, mac: MacAddr, reason: DisassocReason, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        if reason == DisassocReason::PeerReassociated
            && run
                .peers
                .get(&mac)
                .is_some_and(|p| is_associating(p) || matches!(p, PeerState::Handshaking(_)))
        {
            // The end of an association whose successor we have already decided on.
            return;
        }
        let Some(peer) = run.remove(mac) else { return };
        if peer.knows_group_key() {
            run.group.peer_left(mac, now);
        }
        self.forget_requests(mac);
        self.tell_departed(mac, &peer);
        if !peer.was_joined() {
            return;
        }
        let why = match reason {
            DisassocReason::PeerUnreachable => Departure::Timeout,
            DisassocReason::Os
            | DisassocReason::PeerDeauthenticated(_)
            | DisassocReason::PeerDisassociated(_)
            | DisassocReason::PeerReassociated => Departure::Left,
        };
        self.event(Event::PeerDeparted { mac, why });
        self.finish_group_renewal(now);
    }

    pub(super) fn send_away(&mut self, mac: MacAddr, reason: ReasonCode, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let Some(peer) = run.remove(mac) else { return };
        if peer.knows_group_key() {
            run.group.peer_left(mac, now);
        }
        let was_joined = peer.was_joined();
        run.peers.insert(mac, PeerState::Leaving { was_joined });
        self.forget_requests(mac);
        self.tell_departed(mac, &peer);
        self.request(
            Request::DisassociatePeer { peer: mac, reason },
            Pending::Unwatched,
        );
    }
}

/// Whether the association response is on its way.
const fn is_associating(peer: &PeerState) -> bool {
    match peer {
        PeerState::Associating(_) => true,
        PeerState::Vendor(vendor) => matches!(vendor.phase, VendorPhase::Associating),
        PeerState::Handshaking(_) | PeerState::Joined(_) | PeerState::Leaving { .. } => false,
    }
}
