//! One station from its association request on.

use dot11::frame::{CapabilityInfo, MAX_AID, ManagementSubtype, ManagementView, SequenceControl};
use dot11::{MacAddr, StatusCode};
use oid::{
    AssocDecision, AssocTicket, AssociationFrames, DisassocReason, Failure, Indication, NdisStatus,
    Reply, RequestId,
};
use radio::{Command, CommandError, CommandId, StationEntry, StationFlags};
use serde::{Deserialize, Serialize};

use clock::Instant;

use super::expulsion::{expel, reason_of};
use super::join::Join;
use super::needs::Needs;
use super::{BLOCK_TIMEOUT, Context, INACTIVITY_LIMIT, Mlme};
use crate::gate::{PortGate, not_associated};
use crate::outbox::{Pending, failure, radio_failure};

/// A station in an association block or associated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Station {
    pub(super) aid: u16,
    /// When its phase wants attention; also in the timer queue.
    pub(super) deadline: Instant,
    /// Sequence Control of its last management frame.
    pub(super) last: SequenceControl,
    /// Of its last management frame, in dBm.
    pub(super) signal: Option<i8>,
    /// It was agreed to protect its management frames.
    pub(super) management_protection: bool,
    /// What is done for its sake since it is in the radio's table.
    pub(super) needs: Needs,
    pub(super) phase: Phase,
}

/// How far a station has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// The service was asked whether it may associate.
    AwaitingDecision {
        ticket: AssocTicket,
        join: Join,
        /// Body of the request, to tell a repetition.
        request: Vec<u8>,
    },
    /// It is in the radio's table, and the response is on its way.
    AwaitingAck {
        entered: CommandId,
        response: CommandId,
        /// The response, to be repeated.
        frame: Vec<u8>,
        /// The service's decision, until it is answered.
        decision: Option<RequestId>,
        request: Vec<u8>,
    },
    /// It is associated.
    Associated {
        port: PortGate,
        idle: Idle,
        /// What was said on the way, for whoever asks. No longer than two frames.
        frames: Box<AssociationFrames>,
    },
}

/// What is done about an associated station's silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Idle {
    /// Nothing before the deadline.
    Resting,
    /// The radio was asked how long it has been silent.
    Measuring,
    /// The radio looks for it.
    Probing,
}

/// Association ids in use.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Aids([u64; 32]);

impl Aids {
    /// The lowest free one.
    pub(super) fn take(&mut self) -> Option<u16> {
        for (index, word) in (0_u16..).zip(&mut self.0) {
            let bit = word.trailing_ones();
            if bit < 64 {
                // Bit 0 of the first word stands for association id 1.
                let aid = index * 64 + bit as u16 + 1;
                if aid > MAX_AID {
                    return None;
                }
                *word |= 1 << bit;
                return Some(aid);
            }
        }
        None
    }

    pub(super) fn give_back(&mut self, aid: u16) {
        if let Some(word) = self.0.get_mut(usize::from(aid.saturating_sub(1) / 64)) {
            *word &= !(1 << (aid.saturating_sub(1) % 64));
        }
    }
}

impl Mlme {
    pub(crate) fn is_associated(&self, peer: MacAddr) -> bool {
        matches!(
            self.stations.get(&peer),
            Some(Station {
                phase: Phase::Associated { .. },
                ..
            })
        )
    }

    /// Whether the radio's table has the station.
    pub(crate) fn is_in_radio(&self, peer: MacAddr) -> bool {
        matches!(
            self.stations.get(&peer),
            Some(Station {
                phase: Phase::Associated { .. } | Phase::AwaitingAck { .. },
                ..
            })
        )
    }

    pub(super) fn set_deadline(&mut self, peer: MacAddr, deadline: Instant) {
        if let Some(station) = self.stations.get_mut(&peer) {
            self.timers.remove(&(station.deadline, peer));
            station.deadline = deadline;
            self.timers.insert((deadline, peer));
        }
    }

    /// The service decided.
    pub(crate) fn decide(
        &mut self,
        request: RequestId,
        decision: AssocDecision,
        cx: &mut Context<'_>,
    ) {
        let Some(peer) = self.tickets.get(&decision.ticket).copied() else {
            let gone = failure(
                NdisStatus::INVALID_DATA,
                "The station does not wait for this decision any more.",
                "It will come back by itself.",
            );
            cx.out.fail(request, &gone);
            return;
        };
        if decision.status == StatusCode::SUCCESS && self.radio.firmware_mlme {
            self.accept_associated(peer, request, cx);
        } else if decision.status == StatusCode::SUCCESS {
            self.accept(peer, request, cx);
        } else {
            self.turn_down(peer, decision.status, cx);
            cx.out.done(request);
        }
    }

    /// Enters the station into the radio's table and sends the response, in one go: the radio takes
    /// them in order, and a refusal of the first is repaired when it comes.
    fn accept(&mut self, peer: MacAddr, decision: RequestId, cx: &mut Context<'_>) {
        let needs = match self.stations.get(&peer).map(|s| &s.phase) {
            Some(Phase::AwaitingDecision { join, .. }) => self.bss.needs_of(join),
            _ => return,
        };
        // Before the response is written, which tells it too.
        let news = self.count_in(needs, cx.now);
        let Some(station) = self.stations.get_mut(&peer) else {
            return;
        };
        station.needs = needs;
        let Phase::AwaitingDecision {
            ticket,
            join,
            request,
        } = &mut station.phase
        else {
            return;
        };
        self.tickets.remove(ticket);
        let frame = self.bss.acceptance(peer, join, station.aid);
        let request = core::mem::take(request);
        let entry = StationEntry {
            peer,
            aid: station.aid,
            listen_interval: join.listen_interval,
            capability: join.capability.0,
            rates: core::mem::take(&mut join.rates),
            ht_capabilities: join.phys.ht.take(),
            vht_capabilities: join.phys.vht.take(),
            he_capabilities: join.phys.he.take(),
            extended_capabilities: core::mem::take(&mut join.extended_capabilities),
            flags: StationFlags {
                authenticated: true,
                associated: true,
                wme: join.wme,
                short_preamble: join.capability.has(CapabilityInfo::SHORT_PREAMBLE),
                management_protection: join.management_protection,
            },
        };
        let entered = cx.out.send_for(
            Command::AddStation(Box::new(entry)),
            Pending::AddStation(peer),
        );
        // A key that was set before its peer came (native-80211-ihv reference, 7.2).
        cx.keys.install_mapping(peer, None, cx.out);
        let response = cx.out.send_for(
            Command::SendManagement {
                frame: frame.clone(),
            },
            Pending::Response(peer),
        );
        let decision = Some(decision);
        station.phase = Phase::AwaitingAck {
            entered,
            response,
            frame,
            decision,
            request,
        };
        self.set_deadline(peer, cx.now + BLOCK_TIMEOUT);
        if news {
            self.tell_needs(cx);
        }
    }

    /// The service does not want it.
    fn turn_down(&mut self, peer: MacAddr, status: StatusCode, cx: &mut Context<'_>) {
        let Some(station) = self.take_station(peer, cx.now) else {
            return;
        };
        if self.radio.firmware_mlme {
            expel(peer, reason_of(status), cx);
        } else {
            let reassociation = matches!(&station.phase, Phase::AwaitingDecision { join, .. } if join.reassociation);
            let frame = self.bss.refusal(peer, reassociation, status);
            cx.out.send(Command::SendManagement { frame });
            self.remember_stranger(peer, station.last);
        }
        cx.out
            .indicate(Indication::IncomingAssociationCompletion { peer, status });
    }

    /// The station did not hear the response.
    pub(super) fn repeat_response(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        let Some(station) = self.stations.get_mut(&peer) else {
            return;
        };
        let Phase::AwaitingAck {
            response, frame, ..
        } = &mut station.phase
        else {
            return;
        };
        cx.out.settle(*response);
        let command = Command::SendManagement {
            frame: frame.clone(),
        };
        *response = cx.out.send_for(command, Pending::Response(peer));
        self.set_deadline(peer, cx.now + BLOCK_TIMEOUT);
    }

    /// The radio answered to an [`AddStation`](Command::AddStation).
    pub(crate) fn handle_entered(
        &mut self,
        peer: MacAddr,
        command: CommandId,
        result: Result<(), CommandError>,
        cx: &mut Context<'_>,
    ) {
        let Err(error) = result else { return };
        match self.stations.get(&peer).map(|s| &s.phase) {
            Some(Phase::AwaitingAck { entered, .. }) if *entered == command => {}
            _ => return,
        }
        // The response says "success" and may have been heard.
        let reason = dot11::ReasonCode::NO_MORE_STAS;
        let frame = self.bss.deauthentication(peer, reason);
        cx.out.send(Command::SendManagement { frame });
        self.fail_block(peer, &radio_failure(error), cx);
    }

    /// The radio has queued the association response, or not.
    pub(crate) fn handle_response_queued(
        &mut self,
        peer: MacAddr,
        command: CommandId,
        result: Result<(), CommandError>,
        cx: &mut Context<'_>,
    ) {
        let Some(station) = self.stations.get_mut(&peer) else {
            return;
        };
        let Phase::AwaitingAck {
            response, decision, ..
        } = &mut station.phase
        else {
            return;
        };
        if *response != command {
            return;
        }
        match result {
            Err(error) => self.fail_block(peer, &radio_failure(error), cx),
            Ok(()) => {
                if let Some(request) = decision.take() {
                    cx.out.done(request);
                }
                if !self.radio.reports_tx_status {
                    self.associate(peer, cx);
                }
            }
        }
    }

    /// The fate of the association response.
    pub(crate) fn handle_response_sent(
        &mut self,
        peer: MacAddr,
        command: CommandId,
        acked: bool,
        cx: &mut Context<'_>,
    ) {
        match self.stations.get(&peer).map(|s| &s.phase) {
            Some(Phase::AwaitingAck { response, .. }) if *response == command => {}
            _ => return,
        }
        if acked {
            self.associate(peer, cx);
        } else {
            self.fail_block(peer, &not_acknowledged(), cx);
        }
    }

    /// Closes the block with success.
    fn associate(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        let Some(station) = self.stations.get_mut(&peer) else {
            return;
        };
        let Phase::AwaitingAck {
            response,
            decision,
            frame,
            request,
            ..
        } = &mut station.phase
        else {
            return;
        };
        cx.out.settle(*response);
        if let Some(request) = decision {
            cx.out.done(*request);
        }
        let answer = ManagementView::parse(frame);
        let frames = AssociationFrames {
            reassociation: answer
                .is_ok_and(|f| f.subtype() == ManagementSubtype::REASSOCIATION_RESPONSE),
            request: core::mem::take(request),
            response: answer.map_or_else(|_| Vec::new(), |f| f.body_bytes().to_vec()),
            beacon: Vec::new(),
        };
        station.phase = Phase::Associated {
            port: PortGate::Closed,
            idle: Idle::Resting,
            frames: Box::new(frames),
        };
        self.set_deadline(peer, cx.now + INACTIVITY_LIMIT);
        cx.out.indicate(Indication::IncomingAssociationCompletion {
            peer,
            status: StatusCode::SUCCESS,
        });
    }

    /// Closes the block with failure; the station may ask again.
    pub(super) fn fail_block(&mut self, peer: MacAddr, why: &Failure, cx: &mut Context<'_>) {
        let Some(station) = self.take_station(peer, cx.now) else {
            return;
        };
        if let Phase::AwaitingAck {
            response, decision, ..
        } = &station.phase
        {
            cx.out.settle(*response);
            if let Some(request) = decision {
                cx.out.fail(*request, why);
            }
            remove_from_radio(peer, cx);
        }
        cx.keys.peer_gone(peer);
        self.remember_stranger(peer, station.last);
        cx.out.indicate(Indication::IncomingAssociationCompletion {
            peer,
            status: StatusCode::REFUSED,
        });
    }

    /// Ends whatever the station has, except that it is authenticated. `false` when it had nothing.
    pub(super) fn leave(
        &mut self,
        peer: MacAddr,
        why: DisassocReason,
        cx: &mut Context<'_>,
    ) -> bool {
        let Some(station) = self.take_station(peer, cx.now) else {
            return false;
        };
        // A station the radio dropped by itself is removed once more: that succeeds. Firmware has removed it
        // by now, and may have let it in again.
        if !self.radio.firmware_mlme && !matches!(station.phase, Phase::AwaitingDecision { .. }) {
            remove_from_radio(peer, cx);
        }
        self.indicate_end(peer, &station, why, cx);
        true
    }

    /// Drops the station from our tables.
    pub(super) fn take_station(&mut self, peer: MacAddr, now: Instant) -> Option<Station> {
        let station = self.stations.remove(&peer)?;
        self.timers.remove(&(station.deadline, peer));
        self.aids.give_back(station.aid);
        self.queries.forget(peer);
        self.count_out(station.needs, now);
        if let Phase::AwaitingDecision { ticket, .. } = &station.phase {
            self.tickets.remove(ticket);
        }
        Some(station)
    }

    /// Closes the block or reports the departure of a station that was taken out, and answers
    /// what waited for it.
    pub(super) fn indicate_end(
        &self,
        peer: MacAddr,
        station: &Station,
        why: DisassocReason,
        cx: &mut Context<'_>,
    ) {
        cx.keys.peer_gone(peer);
        match &station.phase {
            Phase::AwaitingDecision { .. } => {}
            Phase::AwaitingAck {
                response, decision, ..
            } => {
                cx.out.settle(*response);
                if let Some(request) = decision {
                    cx.out.fail(*request, &not_associated());
                }
            }
            Phase::Associated { port, .. } => {
                port.end(&not_associated(), cx.out);
                cx.out
                    .indicate(Indication::Disassociation { peer, reason: why });
                return;
            }
        }
        let status = StatusCode::REFUSED;
        cx.out
            .indicate(Indication::IncomingAssociationCompletion { peer, status });
    }

    /// The frames of an association, the beacon as it is now.
    pub(crate) fn query_association(
        &self,
        peer: MacAddr,
        request: RequestId,
        cx: &mut Context<'_>,
    ) {
        let Some(Station {
            phase: Phase::Associated { frames, .. },
            ..
        }) = self.stations.get(&peer)
        else {
            cx.out.fail(request, &not_associated());
            return;
        };
        let frames = AssociationFrames {
            beacon: self.bss.beacon_body(),
            ..(**frames).clone()
        };
        cx.out
            .complete(request, Ok(Reply::Association(Box::new(frames))));
    }

    /// OID_DOT11_PORT_STATE_NOTIFICATION.
    pub(crate) fn set_port(
        &mut self,
        peer: MacAddr,
        open: bool,
        request: RequestId,
        cx: &mut Context<'_>,
    ) {
        let Some(port) = self.gate(peer) else {
            // A port that is not there is closed.
            if open {
                cx.out.fail(request, &not_associated());
            } else {
                cx.out.done(request);
            }
            return;
        };
        port.set(peer, open, request, cx.keys, cx.out);
    }

    /// The port of an associated station.
    fn gate(&mut self, peer: MacAddr) -> Option<&mut PortGate> {
        match &mut self.stations.get_mut(&peer)?.phase {
            Phase::Associated { port, .. } => Some(port),
            Phase::AwaitingDecision { .. } | Phase::AwaitingAck { .. } => None,
        }
    }

    /// Whether the radio's table has the station, and its port where it is associated.
    pub(crate) fn peer_in_radio(&mut self, peer: MacAddr) -> Option<Option<&mut PortGate>> {
        self.is_in_radio(peer).then(|| self.gate(peer))
    }

    /// The pairwise key on its way arrived, or not.
    pub(crate) fn key_settled(
        &mut self,
        peer: MacAddr,
        failure: Option<&Failure>,
        cx: &mut Context<'_>,
    ) {
        if let Some(port) = self.gate(peer) {
            port.key_settled(peer, failure, cx.keys, cx.out);
        }
    }

    /// The radio did not open or close the port.
    pub(crate) fn authorize_refused(&mut self, peer: MacAddr) {
        if let Some(port) = self.gate(peer) {
            port.authorize_refused();
        }
    }

    /// The deadline of a station passed.
    pub(super) fn station_timeout(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        match self.stations.get(&peer).map(|s| &s.phase) {
            Some(Phase::AwaitingDecision { .. }) => {
                self.turn_down(peer, StatusCode::REFUSED, cx);
            }
            Some(Phase::AwaitingAck { .. }) => self.fail_block(peer, &not_acknowledged(), cx),
            Some(Phase::Associated { .. }) => self.idle_timeout(peer, cx),
            None => {}
        }
    }
}

fn remove_from_radio(peer: MacAddr, cx: &mut Context<'_>) {
    cx.out.send(Command::RemoveStation {
        peer,
        reason: dot11::ReasonCode::UNSPECIFIED,
    });
}

fn not_acknowledged() -> Failure {
    failure(
        NdisStatus::FAILURE,
        "The station did not acknowledge the association response.",
        "Bring it closer; it will try again by itself.",
    )
}
