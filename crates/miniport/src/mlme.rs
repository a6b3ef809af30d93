//! The access point's MAC layer management: who is on the air, and how far each has come.
//!
//! ```text
//!             authentication          (re)association request        response acknowledged
//!  stranger ----------------> authenticated ----------> in a block ---------------------> associated
//!     ^                          ^    (asks the service, enters            |                  |
//!     |                          |     the radio's table)                  |                  |
//!     +---- evicted, deauthenticated <------ refused, lost ----------------+------------------+
//! ```
//!
//! The radio's station table is told of a station only when the service has accepted it, so a flood
//! of authentications costs the kernel nothing and a join one command less. An authentication from
//! an associated station changes nothing either: anybody can forge one. Only a new association
//! request that we would accept ends the old association.
//!
//! Where management frames are protected, not even that does: see [`sa_query`].
//!
//! Strangers that authenticated are kept in a table of fixed size; the oldest gives way. A station
//! in a block or associated is never evicted.

pub(crate) mod bss;
mod classes;
mod expulsion;
mod firmware;
mod flood;
mod inactivity;
mod join;
pub(crate) mod needs;
pub(crate) mod older;
pub(crate) mod phys;
pub(crate) mod rejection;
mod sa_query;
mod station;

use std::collections::{BTreeMap, BTreeSet};

use clock::{Duration, Instant};
use dot11::frame::{
    AssociationRequestView, AuthenticationAlgorithm, AuthenticationView, FrameControl,
    ManagementBody, ManagementView, SaQuery, SequenceControl,
};
use dot11::{Channel, MacAddr, ReasonCode, StatusCode};
use oid::{AssocRequest, AssocTicket, DisassocReason, Failure, Indication, PeerInfo, RequestId};
use radio::Command;
use serde::{Deserialize, Serialize};

use crate::gate::PortGate;
use crate::key_table::KeyTable;
use crate::outbox::Outbox;
use bss::Bss;
use flood::{FloodLimits, Work};
use needs::Needs;
use older::Older;
use rejection::{Rejection, Rejections};
use sa_query::Queries;
use station::{Aids, Phase, Station};

/// Authenticated strangers that are remembered.
pub(crate) const MAX_STRANGERS: usize = 1024;

/// How long the service may take to decide, and an association response to be acknowledged.
const BLOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// A station that was silent for this long is looked for.
pub(crate) const INACTIVITY_LIMIT: Duration = Duration::from_secs(300);

/// What the engine touches besides itself.
pub(crate) struct Context<'a> {
    pub(crate) out: &'a mut Outbox,
    pub(crate) keys: &'a mut KeyTable,
    pub(crate) rejections: &'a mut Rejections,
    pub(crate) now: Instant,
}

/// The radio's traits that matter here.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct RadioTraits {
    pub(crate) reports_tx_status: bool,
    /// It answers stations by itself (`firmware.rs`).
    pub(crate) firmware_mlme: bool,
    pub(crate) max_stations: u16,
}

/// An authenticated stranger.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Stranger {
    /// Its place in the queue for eviction.
    turn: u64,
    last: SequenceControl,
}

/// The network and its stations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Mlme {
    pub(crate) bss: Bss,
    radio: RadioTraits,
    strangers: BTreeMap<MacAddr, Stranger>,
    /// Strangers by turn, oldest first.
    queue: BTreeMap<u64, MacAddr>,
    next_turn: u64,
    /// Everybody in an association block or associated.
    stations: BTreeMap<MacAddr, Station>,
    /// Those of them that wait for the service's decision.
    tickets: BTreeMap<AssocTicket, MacAddr>,
    /// Those of them that are asked whether they are still there.
    queries: Queries,
    /// The deadlines of all.
    timers: BTreeSet<(Instant, MacAddr)>,
    aids: Aids,
    next_ticket: u64,
    limits: FloodLimits,
    older: Older,
}

impl Mlme {
    pub(crate) fn new(bss: Bss, radio: RadioTraits, secret: u64) -> Self {
        let neighbours = bss.needs();
        Self {
            bss,
            radio,
            strangers: BTreeMap::new(),
            queue: BTreeMap::new(),
            next_turn: 0,
            stations: BTreeMap::new(),
            tickets: BTreeMap::new(),
            queries: Queries::default(),
            timers: BTreeSet::new(),
            aids: Aids::default(),
            next_ticket: 0,
            limits: FloodLimits::new(secret),
            // So far nobody is here.
            older: Older::new(neighbours),
        }
    }

    /// A management frame arrived.
    pub(crate) fn handle_management(
        &mut self,
        frame: &[u8],
        signal: Option<i8>,
        cx: &mut Context<'_>,
    ) {
        if self.radio.firmware_mlme {
            return cx.rejections.count(Rejection::UnexpectedSubtype);
        }
        if let Err(rejection) = self.dispatch(frame, signal, cx) {
            cx.rejections.count(rejection);
        }
    }

    fn dispatch(
        &mut self,
        frame: &[u8],
        signal: Option<i8>,
        cx: &mut Context<'_>,
    ) -> Result<(), Rejection> {
        let view = ManagementView::parse(frame).map_err(|_| Rejection::Malformed)?;
        let from = view.transmitter();
        if !from.is_unicast() || from == self.bss.bssid {
            return Err(Rejection::ImpossibleTransmitter);
        }
        // What the radio hands up with the Protected bit set it has deciphered; from a station without
        // that agreement it can be nothing of sense.
        let body = if view.is_protected() && view.is_robust() && self.is_protected(from, cx) {
            view.deciphered_body()
        } else {
            view.body()
        };
        let body = body.map_err(|e| match e {
            dot11::frame::FrameError::Protected | dot11::frame::FrameError::Fragmented => {
                Rejection::Unreadable
            }
            _ => Rejection::Malformed,
        })?;
        if let ManagementBody::ProbeRequest(elements) = body {
            return self.probe_request(&view, elements, cx);
        }
        if view.receiver() != self.bss.bssid || view.bssid() != self.bss.bssid {
            return Err(Rejection::NotForUs);
        }
        if view.is_robust() && !view.is_protected() && self.is_protected(from, cx) {
            return Err(Rejection::Unprotected);
        }
        self.check_repetition(&view, signal)?;
        match body {
            ManagementBody::Authentication(auth) => self.authentication(&view, &auth, cx),
            ManagementBody::AssociationRequest(request) => {
                self.association_request(&view, &request, cx)
            }
            ManagementBody::Deauthentication(reason) => {
                let known = self.forget_stranger(from);
                let why = DisassocReason::PeerDeauthenticated(reason);
                if self.leave(from, why, cx) || known {
                    Ok(())
                } else {
                    Err(Rejection::UnknownStation)
                }
            }
            ManagementBody::Disassociation(reason) => {
                let why = DisassocReason::PeerDisassociated(reason);
                if self.leave(from, why, cx) {
                    self.remember_stranger(from, view.sequence());
                    Ok(())
                } else {
                    Err(Rejection::UnknownStation)
                }
            }
            ManagementBody::Action(action) if view.is_protected() => {
                match SaQuery::from_action(&action) {
                    Some(query) => self.handle_sa_query(from, query, cx),
                    None => Err(Rejection::UnexpectedSubtype),
                }
            }
            // Other action frames belong to the radio; the rest is what access points send.
            ManagementBody::Action(_)
            | ManagementBody::AssociationResponse(_)
            | ManagementBody::ProbeRequest(_)
            | ManagementBody::ProbeResponse(_)
            | ManagementBody::Beacon(_)
            | ManagementBody::Other => Err(Rejection::UnexpectedSubtype),
        }
    }

    /// Drops what the sender repeated because our acknowledgement was lost. A radio does so only
    /// for stations in its table.
    fn check_repetition(
        &mut self,
        view: &ManagementView<'_>,
        signal: Option<i8>,
    ) -> Result<(), Rejection> {
        let from = view.transmitter();
        let last = if let Some(station) = self.stations.get_mut(&from) {
            station.signal = signal.or(station.signal);
            &mut station.last
        } else if let Some(stranger) = self.strangers.get_mut(&from) {
            &mut stranger.last
        } else {
            return Ok(());
        };
        let before = core::mem::replace(last, view.sequence());
        if before == view.sequence() && view.control().has(FrameControl::RETRY) {
            return Err(Rejection::Duplicate);
        }
        Ok(())
    }

    fn probe_request(
        &mut self,
        view: &ManagementView<'_>,
        elements: dot11::element::Elements<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), Rejection> {
        let (to, network) = (view.receiver(), view.bssid());
        let ours = |a: MacAddr| a == self.bss.bssid || a == MacAddr::BROADCAST;
        if !ours(to) || !ours(network) || !self.bss.is_asked_for(elements) {
            return Err(Rejection::OtherNetwork);
        }
        let from = view.transmitter();
        if !self.limits.admit(Work::Probe, from, cx.now) {
            return Err(Rejection::Flood);
        }
        cx.out.send(Command::SendManagement {
            frame: self.bss.probe_response(from),
        });
        Ok(())
    }

    /// Open-system authentication (clause 12.3.3.2).
    fn authentication(
        &mut self,
        view: &ManagementView<'_>,
        auth: &AuthenticationView<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), Rejection> {
        let from = view.transmitter();
        if !self.limits.admit(Work::Join, from, cx.now) {
            return Err(Rejection::Flood);
        }
        let (status, result) = if auth.algorithm != AuthenticationAlgorithm::OPEN_SYSTEM {
            (
                StatusCode::UNSUPPORTED_AUTH_ALGORITHM,
                Err(Rejection::UnsupportedAlgorithm),
            )
        } else if auth.transaction != 1 {
            (
                StatusCode::TRANSACTION_SEQUENCE_ERROR,
                Err(Rejection::WrongTransaction),
            )
        } else {
            (StatusCode::SUCCESS, Ok(()))
        };
        if result.is_ok() && !self.stations.contains_key(&from) {
            self.remember_stranger(from, view.sequence());
        }
        let next = auth.transaction.wrapping_add(1);
        let frame = self.bss.authentication(from, auth.algorithm, next, status);
        cx.out.send(Command::SendManagement { frame });
        result
    }

    /// Association and reassociation (clauses 11.3.5.3 and 11.3.5.5): the checks that are ours.
    fn association_request(
        &mut self,
        view: &ManagementView<'_>,
        request: &AssociationRequestView<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), Rejection> {
        let from = view.transmitter();
        if !self.stations.contains_key(&from) && !self.strangers.contains_key(&from) {
            self.scold(from, ReasonCode::INVALID_CLASS2_FRAME, cx);
            return Err(Rejection::NotAuthenticated);
        }
        if !self.limits.admit(Work::Join, from, cx.now) {
            return Err(Rejection::Flood);
        }
        if let Some(Station { phase, .. }) = self.stations.get(&from) {
            match phase {
                // The service is about to answer.
                Phase::AwaitingDecision { .. } => return Err(Rejection::Duplicate),
                // It did not hear our response: say it again, it is the same association.
                Phase::AwaitingAck { request, .. } if request == view.body_bytes() => {
                    self.repeat_response(from, cx);
                    return Ok(());
                }
                Phase::AwaitingAck { .. } | Phase::Associated { .. } => {}
            }
        }
        let reassociation = request.current_ap.is_some();
        let join = match self.bss.check(request) {
            Ok(join) => join,
            Err(status) => {
                self.refuse(from, reassociation, status, cx);
                return Err(Rejection::RefusedAssociation);
            }
        };
        if let Some(time_units) = self.must_ask_first(from, cx) {
            let frame = self.bss.come_back(from, reassociation, time_units);
            cx.out.send(Command::SendManagement { frame });
            return Err(Rejection::AskedFirst);
        }
        // An association (or an unfinished one) gives way to the new one, keys and all.
        self.leave(from, DisassocReason::PeerReassociated, cx);
        let room = self.stations.len() < usize::from(self.radio.max_stations);
        let Some(aid) = room.then(|| self.aids.take()).flatten() else {
            self.remember_stranger(from, view.sequence());
            self.refuse(from, reassociation, StatusCode::DENIED_NO_MORE_STAS, cx);
            return Err(Rejection::RefusedAssociation);
        };
        self.forget_stranger(from);
        self.next_ticket += 1;
        let ticket = AssocTicket(self.next_ticket);
        let indication = AssocRequest {
            reassociation,
            rsne: join.rsne.clone(),
            body: view.body_bytes().to_vec(),
            beacon_rsne: self.bss.rsne.clone(),
        };
        let management_protection = join.management_protection;
        let phase = Phase::AwaitingDecision {
            ticket,
            join,
            request: view.body_bytes().to_vec(),
        };
        let deadline = cx.now + BLOCK_TIMEOUT;
        self.timers.insert((deadline, from));
        let station = Station {
            aid,
            deadline,
            last: view.sequence(),
            signal: None,
            management_protection,
            needs: Needs::default(),
            phase,
        };
        self.stations.insert(from, station);
        self.tickets.insert(ticket, from);
        cx.out
            .indicate(Indication::IncomingAssociationStarted { peer: from });
        cx.out
            .indicate(Indication::IncomingAssociationRequestReceived {
                ticket,
                peer: from,
                request: indication,
            });
        Ok(())
    }

    /// Refuses a request that the service is not asked about. A station with an association keeps
    /// it, and then there is nothing to indicate.
    fn refuse(&self, peer: MacAddr, reassociation: bool, status: StatusCode, cx: &mut Context<'_>) {
        let frame = self.bss.refusal(peer, reassociation, status);
        cx.out.send(Command::SendManagement { frame });
        if !self.stations.contains_key(&peer) {
            cx.out
                .indicate(Indication::IncomingAssociationStarted { peer });
            cx.out
                .indicate(Indication::IncomingAssociationCompletion { peer, status });
        }
    }

    /// A data frame arrived from a station the radio does not know as associated.
    pub(crate) fn handle_unexpected_data(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        // Known to us: the radio's view lags behind or runs ahead.
        if self.radio.firmware_mlme || self.stations.contains_key(&peer) || !peer.is_unicast() {
            return;
        }
        cx.rejections.count(Rejection::UnassociatedData);
        self.scold(peer, ReasonCode::INVALID_CLASS3_FRAME, cx);
    }

    /// Tells a stranger where it stands (clause 11.3.4.1): one that is authenticated is told that it
    /// is not associated, any other that it is nothing.
    fn scold(&mut self, peer: MacAddr, reason: ReasonCode, cx: &mut Context<'_>) {
        if !self.limits.admit(Work::Scold, peer, cx.now) {
            cx.rejections.count(Rejection::Flood);
            return;
        }
        let frame = if self.strangers.contains_key(&peer) {
            self.bss.disassociation(peer, reason)
        } else {
            self.bss.deauthentication(peer, reason)
        };
        cx.out.send(Command::SendManagement { frame });
    }

    /// An EAPOL PDU arrived.
    pub(crate) fn handle_eapol(&mut self, peer: MacAddr, pdu: Vec<u8>, cx: &mut Context<'_>) {
        if self.is_associated(peer) {
            cx.out.indicate(Indication::ReceivePacket { peer, pdu });
        } else {
            cx.rejections.count(Rejection::StrayEapol);
        }
    }

    /// A frame of another EtherType that is handed up arrived; `None` when nobody wants it.
    pub(crate) fn handle_packet(
        &mut self,
        peer: MacAddr,
        packet: Option<Indication>,
        cx: &mut Context<'_>,
    ) {
        match packet {
            Some(packet) if self.is_associated(peer) => cx.out.indicate(packet),
            Some(_) | None => cx.rejections.count(Rejection::StrayPacket),
        }
    }

    /// The radio itself dropped a station.
    pub(crate) fn handle_station_lost(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        self.leave(peer, DisassocReason::PeerUnreachable, cx);
    }

    /// The service sends a peer away, or everybody.
    pub(crate) fn send_away(
        &mut self,
        peer: MacAddr,
        reason: ReasonCode,
        request: RequestId,
        cx: &mut Context<'_>,
    ) {
        let peers: Vec<MacAddr> = if peer == MacAddr::BROADCAST {
            self.stations.keys().copied().collect()
        } else {
            self.stations
                .contains_key(&peer)
                .then_some(peer)
                .into_iter()
                .collect()
        };
        for peer in peers {
            self.farewell(peer, reason, cx);
            self.leave(peer, DisassocReason::Os, cx);
        }
        cx.out.done(request);
    }

    /// The port is reset: everybody is told, every block closed.
    pub(crate) fn shut_down(&mut self, cx: &mut Context<'_>) {
        let reason = ReasonCode::LEAVING_NETWORK_DEAUTH;
        let peers: Vec<MacAddr> = self.stations.keys().copied().collect();
        for peer in peers {
            self.farewell(peer, reason, cx);
            // The radio drops its table with the access point.
            if let Some(station) = self.take_station(peer, cx.now) {
                self.indicate_end(peer, &station, DisassocReason::Os, cx);
            }
        }
        if self.radio.firmware_mlme {
            return;
        }
        // For stations that think they are connected and are not in the table.
        let frame = self.bss.deauthentication(MacAddr::BROADCAST, reason);
        cx.out.send(Command::SendManagement { frame });
    }

    /// The access point is gone without our doing: what waits is answered, nothing is indicated.
    pub(crate) fn abandon(&self, why: &Failure, out: &mut Outbox) {
        for station in self.stations.values() {
            match &station.phase {
                Phase::AwaitingAck {
                    decision: Some(request),
                    ..
                } => out.fail(*request, why),
                Phase::Associated { port, .. } => port.end(why, out),
                Phase::AwaitingDecision { .. } | Phase::AwaitingAck { .. } => {}
            }
        }
    }

    /// The access point moved.
    pub(crate) fn move_to(&mut self, channel: Channel, cx: &mut Context<'_>) {
        self.bss = self.bss.moved_to(channel);
        self.tell_needs(cx);
    }

    /// Time passed.
    pub(crate) fn handle_timeout(&mut self, cx: &mut Context<'_>) {
        while let Some((deadline, peer)) = self.timers.first().copied() {
            if deadline > cx.now {
                break;
            }
            self.timers.remove(&(deadline, peer));
            self.station_timeout(peer, cx);
        }
        self.query_timeouts(cx);
        self.withdraw_needs(cx);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let stations = self.timers.first().map(|(deadline, _)| *deadline);
        let others = clock::earliest(self.queries.poll_timeout(), self.older.poll_timeout());
        clock::earliest(stations, others)
    }

    /// OID_DOT11_ENUM_PEER_INFO.
    pub(crate) fn peer_info(&self) -> Vec<PeerInfo> {
        self.stations
            .iter()
            .filter_map(|(peer, station)| match &station.phase {
                Phase::Associated { port, .. } => Some(PeerInfo {
                    peer: *peer,
                    aid: station.aid,
                    port_open: *port == PortGate::Open,
                    signal: station.signal,
                }),
                Phase::AwaitingDecision { .. } | Phase::AwaitingAck { .. } => None,
            })
            .collect()
    }

    fn remember_stranger(&mut self, peer: MacAddr, last: SequenceControl) {
        // One that comes back keeps its turn: nobody stays in by repeating itself.
        if let Some(stranger) = self.strangers.get_mut(&peer) {
            stranger.last = last;
            return;
        }
        if self.strangers.len() >= MAX_STRANGERS
            && let Some((_, oldest)) = self.queue.pop_first()
        {
            self.strangers.remove(&oldest);
        }
        self.next_turn += 1;
        self.queue.insert(self.next_turn, peer);
        self.strangers.insert(
            peer,
            Stranger {
                turn: self.next_turn,
                last,
            },
        );
    }

    fn forget_stranger(&mut self, peer: MacAddr) -> bool {
        match self.strangers.remove(&peer) {
            Some(stranger) => {
                self.queue.remove(&stranger.turn);
                true
            }
            None => false,
        }
    }

    #[cfg(test)]
    pub(crate) fn strangers(&self) -> usize {
        assert_eq!(self.strangers.len(), self.queue.len());
        self.strangers.len()
    }
}
