//! The access point driver: OID requests in, indications out, AP MLME and key tables inside.
//!
//! ```text
//!   service --- oid::Request -----> +----------+ --- RadioCommand --> radio
//!           <-- oid::Completion --- | Miniport |
//!           <-- oid::Indication --- +----------+ <-- RadioEvent -----
//! ```
//!
//! An engine without IO, clock or randomness of its own. Contract: call one `handle_*` method, then
//! drain [`Miniport::poll_output`]; call [`Miniport::handle_timeout`] when
//! [`Miniport::poll_timeout`] has come.
//!
//! A [`StationPort`] is the same for a station on a radio of its own: it has the key tables, the rules
//! for EtherTypes and the port gate in common with the access point's.
//!
//! # Commands of one join
//! Authentication response; then, once the service accepts: enter the station, association response;
//! then what the service asks for: two EAPOL PDUs, the key, the open port. Commands are given without
//! waiting for answers, because a radio takes them in order. Only a port never opens before its key
//! is known to work.

mod channel;
mod cipher;
mod ether_types;
mod gate;
mod key_requests;
mod key_table;
mod mlme;
mod outbox;
mod port;
mod radio_state;
mod requests;
mod station_port;

#[cfg(test)]
mod tests;

use cause::Cause;
use clock::Instant;
use oid::{Failure, Indication, NdisStatus, Reply, StopApReason};
use radio::{Command, CommandError, CommandId, RadioEvent};
use serde::{Deserialize, Serialize};

pub use mlme::rejection::{Rejection, Rejections};
pub use outbox::Output;
pub use station_port::StationPort;

use ether_types::EtherTypes;
use key_table::KeyTable;
use mlme::{Context, Mlme};
use outbox::{Outbox, Pending, radio_failure};
use port::{HALT_TIME, Settings, StartOutcome, Starting, State};
use radio_state::RadioState;

/// The engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Miniport {
    radio: RadioState,
    settings: Settings,
    state: State,
    keys: KeyTable,
    ether_types: EtherTypes,
    out: Outbox,
    rejections: Rejections,
    /// Makes the flood limiter's hash unpredictable.
    secret: u64,
}

impl Miniport {
    /// A port in INIT without a radio. `seed` must not be known to the stations: it decides which of
    /// them share a rate limit.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        let secret = seed.chunks_exact(8).fold(0_u64, |sum, chunk| {
            chunk
                .iter()
                .fold(sum, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte))
        });
        Self {
            radio: RadioState::default(),
            settings: Settings::default(),
            state: State::Init,
            keys: KeyTable::default(),
            ether_types: EtherTypes::default(),
            out: Outbox::default(),
            rejections: Rejections::default(),
            secret,
        }
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.poll()
    }

    /// When [`Miniport::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Op(mlme) => mlme.poll_timeout(),
            State::Halted { until } => Some(*until),
            State::Surveying(survey) => Some(survey.until),
            State::Init | State::Starting(_) | State::Resetting(_) => None,
        }
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        match &self.state {
            State::Halted { until } if *until <= now => self.end_halt(),
            State::Surveying(survey) if survey.until <= now => self.end_survey(),
            State::Op(_) => self.with_mlme(now, |mlme, cx| mlme.handle_timeout(cx)),
            State::Halted { .. }
            | State::Surveying(_)
            | State::Init
            | State::Starting(_)
            | State::Resetting(_) => {}
        }
    }

    /// Frames that had no effect, counted.
    #[must_use]
    pub const fn rejections(&self) -> &Rejections {
        &self.rejections
    }

    /// The radio reports.
    pub fn handle_radio_event(&mut self, event: RadioEvent, now: Instant) {
        match event {
            RadioEvent::Ready(capabilities) => {
                if self.radio.arrive(capabilities, &mut self.out) {
                    self.ether_types.radio_arrived(&mut self.out);
                }
                if matches!(self.state, State::Halted { .. }) {
                    self.end_halt();
                }
            }
            RadioEvent::Unavailable { cause } => {
                let why = self.radio.leave(cause);
                self.ether_types.radio_lost(&why, &mut self.out);
                self.lose_radio(why);
                self.radio.indicate(&mut self.out);
            }
            RadioEvent::Switched(switches) => self.out.indicate(Indication::RadioSwitched {
                software: switches.software,
                hardware: switches.hardware,
            }),
            RadioEvent::Incompatible(cause) => {
                self.out.indicate(Indication::IncompatibleConnection(cause));
            }
            RadioEvent::ApStopped { cause } => self.halt(cause, now),
            RadioEvent::ChannelChanged(channel) => {
                self.with_mlme(now, |mlme, cx| {
                    if mlme.bss.place.primary != channel {
                        mlme.move_to(channel, cx);
                        indicate_frequency(mlme, cx.out);
                    }
                });
            }
            RadioEvent::Completed { id, result } => self.handle_completed(id, result, now),
            RadioEvent::Management { frame, signal } => {
                self.with_mlme(now, |mlme, cx| mlme.handle_management(&frame, signal, cx));
            }
            RadioEvent::Eapol { peer, pdu } => {
                self.with_mlme(now, |mlme, cx| mlme.handle_eapol(peer, pdu, cx));
            }
            RadioEvent::Packet {
                peer,
                ether_type,
                payload,
            } => {
                // The radio may not have heard yet that nobody wants them any more.
                let wanted = self.ether_types.is_handed_up(ether_type);
                let packet = Indication::ReceiveVendorPacket {
                    peer,
                    ether_type,
                    payload,
                };
                self.with_mlme(now, |mlme, cx| {
                    mlme.handle_packet(peer, wanted.then_some(packet), cx);
                });
            }
            RadioEvent::FrameSent { id, acked } => {
                if let Some(Pending::Response(peer)) = self.out.pending(id) {
                    let peer = *peer;
                    self.with_mlme(now, |mlme, cx| {
                        mlme.handle_response_sent(peer, id, acked, cx)
                    });
                }
            }
            RadioEvent::UnexpectedData { peer } => {
                self.with_mlme(now, |mlme, cx| mlme.handle_unexpected_data(peer, cx));
            }
            RadioEvent::StationLost { peer } => {
                self.with_mlme(now, |mlme, cx| mlme.handle_station_lost(peer, cx));
            }
            RadioEvent::Station(report) => {
                self.with_mlme(now, |mlme, cx| mlme.handle_report(&report, cx));
            }
            RadioEvent::Associated {
                peer,
                elements,
                reassociation,
            } => self.with_mlme(now, |mlme, cx| {
                mlme.handle_associated(peer, &elements, reassociation, cx);
            }),
            // Asked for by nobody yet.
            RadioEvent::Survey(rows) => {
                if let State::Surveying(survey) = &mut self.state {
                    survey.rows = rows;
                }
            }
            RadioEvent::GroupCounter { index, counter } => self.out.note_counter(index, counter),
            RadioEvent::ProbeResult { peer, acked } => {
                self.with_mlme(now, |mlme, cx| mlme.handle_probe_result(peer, acked, cx));
            }
        }
    }

    /// A command was carried out or refused.
    fn handle_completed(&mut self, id: CommandId, result: Result<(), CommandError>, now: Instant) {
        // The entry of a queued response waits for the frame's fate on the air.
        if let Some(Pending::Response(peer)) = self.out.pending(id) {
            let peer = *peer;
            self.with_mlme(now, |mlme, cx| {
                mlme.handle_response_queued(peer, id, result, cx)
            });
            return;
        }
        let Some(pending) = self.out.settle(id) else {
            return;
        };
        match pending {
            Pending::Start => self.start_step(result),
            Pending::Stop => self.finish_reset(result),
            // A radio that could not look has told nothing.
            Pending::Survey => self.end_survey(),
            Pending::Request(request) => self.out.answered(request, result),
            Pending::Removal(request) => self.out.removed(request, result),
            Pending::UseKey(request) => {
                if result.is_err() {
                    self.keys.not_in_use();
                }
                self.out.answered(request, result);
            }
            Pending::EtherTypes(request) => {
                self.ether_types.settled(request, result, &mut self.out);
            }
            Pending::AddStation(peer) => {
                self.with_mlme(now, |mlme, cx| mlme.handle_entered(peer, id, result, cx));
            }
            Pending::MappingKey { peer, request } => {
                let out = &mut self.out;
                let settled = self.keys.mapping_answered(peer, request, id, result, out);
                if let Some(result) = settled {
                    self.with_mlme(now, |mlme, cx| {
                        mlme.key_settled(peer, result.as_ref().err(), cx);
                    });
                }
            }
            Pending::DefaultKey { index, request } => {
                self.keys.default_settled(index, id, result.is_ok());
                match request {
                    None => self.start_step(result),
                    Some(request) => {
                        let mode = self.settings.mode;
                        let out = &mut self.out;
                        self.keys
                            .default_answered(index, request, mode, result, out);
                    }
                }
            }
            Pending::Authorize { peer, request } => {
                if result.is_err() {
                    self.with_mlme(now, |mlme, _| mlme.authorize_refused(peer));
                }
                self.out.answered(request, result);
            }
            Pending::Counter { request, value, .. } => {
                let result = match (result, value) {
                    (Ok(()), Some(value)) => Ok(Reply::KeyCounter(value)),
                    // A radio that cannot tell has sent nothing worth telling, or hides it.
                    (Ok(()), None) => Ok(Reply::KeyCounter(0)),
                    (Err(error), _) => Err(radio_failure(error)),
                };
                self.out.complete(request, result);
            }
            Pending::Query(peer) => {
                if result.is_err() {
                    self.with_mlme(now, |mlme, cx| mlme.handle_query_refused(peer, cx));
                }
            }
            Pending::Probe(peer) => {
                if let Err(error) = result {
                    self.with_mlme(now, |mlme, cx| mlme.handle_probe_refused(peer, &error, cx));
                }
            }
            Pending::Response(_) | Pending::Tune => {}
        }
    }

    /// One command of a start is answered.
    fn start_step(&mut self, result: Result<(), CommandError>) {
        let State::Starting(starting) = &mut self.state else {
            return;
        };
        starting.outstanding = starting.outstanding.saturating_sub(1);
        let outcome = core::mem::replace(&mut starting.outcome, StartOutcome::Unknown);
        // The first answer is the access point's own.
        starting.outcome = match (outcome, result) {
            (StartOutcome::Unknown, Ok(())) => StartOutcome::OnAir,
            (StartOutcome::Unknown, Err(e)) => StartOutcome::Refused(radio_failure(e)),
            (StartOutcome::OnAir, Err(e)) => StartOutcome::Broken(radio_failure(e)),
            (outcome, _) => outcome,
        };
        if starting.outstanding > 0 {
            return;
        }
        let State::Starting(starting) = core::mem::replace(&mut self.state, State::Init) else {
            return;
        };
        let Starting {
            request,
            mlme,
            outcome,
            ..
        } = *starting;
        match outcome {
            StartOutcome::Unknown | StartOutcome::OnAir => {
                indicate_frequency(&mlme, &mut self.out);
                self.state = State::Op(mlme);
                self.out.done(request);
            }
            StartOutcome::Refused(failure) => {
                self.keys.forget_radio();
                self.out.fail(request, &failure);
            }
            StartOutcome::Broken(failure) => {
                self.out.send(Command::StopAp);
                self.keys.forget_radio();
                self.out.fail(request, &failure);
            }
        }
    }

    fn finish_reset(&mut self, result: Result<(), CommandError>) {
        let State::Resetting(requests) = core::mem::replace(&mut self.state, State::Init) else {
            return;
        };
        let result = result.map(|()| Reply::Done).map_err(radio_failure);
        for request in requests {
            self.out.complete(request, result.clone());
        }
    }

    /// The radio is gone and everything on it.
    fn lose_radio(&mut self, why: Failure) {
        self.out.abandon(&why);
        self.keys.forget_radio();
        match core::mem::replace(&mut self.state, State::Init) {
            State::Init | State::Halted { .. } => {}
            State::Surveying(survey) => self.out.fail(survey.request, &why),
            State::Starting(starting) => self.out.fail(starting.request, &why),
            State::Op(mlme) => mlme.abandon(&why, &mut self.out),
            // Nothing is on the air: that is what was asked for.
            State::Resetting(requests) => requests.into_iter().for_each(|id| self.out.done(id)),
        }
    }

    /// The driver ended the access point.
    fn halt(&mut self, cause: Cause, now: Instant) {
        if !matches!(self.state, State::Op(_) | State::Starting(_)) {
            return;
        }
        self.lose_radio(Failure {
            status: NdisStatus::FAILURE,
            cause: cause.clone(),
        });
        self.ether_types.commands_abandoned(&mut self.out);
        self.state = State::Halted {
            until: now + HALT_TIME,
        };
        self.out.indicate(Indication::StopAp {
            reason: StopApReason::Driver,
            cause,
        });
    }

    fn end_halt(&mut self) {
        self.state = State::Init;
        self.out.indicate(Indication::CanSustainAp);
    }

    /// Runs `f` on the network, when one is on the air.
    fn with_mlme(&mut self, now: Instant, f: impl FnOnce(&mut Mlme, &mut Context<'_>)) {
        if let State::Op(mlme) = &mut self.state {
            let mut cx = Context {
                out: &mut self.out,
                keys: &mut self.keys,
                rejections: &mut self.rejections,
                now,
            };
            f(mlme, &mut cx);
        }
    }
}

fn indicate_frequency(mlme: &Mlme, out: &mut Outbox) {
    out.indicate(Indication::PhyFrequencyAdopted {
        channel: mlme.bss.place.primary,
        width: mlme.bss.place.width,
        phy: mlme.bss.phy(),
        bssid: mlme.bss.bssid,
    });
}
