//! Stations that fell silent: measured, looked for, and given up.

use clock::Duration;
use dot11::{MacAddr, ReasonCode};
use oid::DisassocReason;
use radio::{Command, CommandError, StationReport};

use super::station::{Idle, Phase, Station};
use super::{Context, INACTIVITY_LIMIT, Mlme};
use crate::outbox::Pending;

/// How long the radio may take to measure or to look for a station.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

impl Mlme {
    /// The deadline of an associated station passed.
    pub(super) fn idle_timeout(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        match self.idle(peer) {
            Some(Idle::Resting) => {
                self.set_idle(peer, Idle::Measuring, ANSWER_TIMEOUT, cx);
                cx.out
                    .send_for(Command::QueryStation { peer }, Pending::Query(peer));
            }
            // No answer is no proof of life.
            Some(Idle::Measuring) => self.look_for(peer, cx),
            Some(Idle::Probing) => self.give_up(peer, cx),
            None => {}
        }
    }

    /// The radio measured a station's silence.
    pub(crate) fn handle_report(&mut self, report: &StationReport, cx: &mut Context<'_>) {
        let peer = report.peer;
        if let Some(station) = self.stations.get_mut(&peer) {
            station.signal = report.signal.or(station.signal);
        }
        if self.idle(peer) != Some(Idle::Measuring) {
            return;
        }
        let silent = Duration::from_millis(u64::from(report.inactive_ms));
        match INACTIVITY_LIMIT
            .checked_sub(silent)
            .filter(|rest| !rest.is_zero())
        {
            Some(rest) => self.set_idle(peer, Idle::Resting, rest, cx),
            None => self.look_for(peer, cx),
        }
    }

    /// The radio could not measure.
    pub(crate) fn handle_query_refused(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        if self.idle(peer) == Some(Idle::Measuring) {
            self.look_for(peer, cx);
        }
    }

    /// The radio looked for a station.
    pub(crate) fn handle_probe_result(&mut self, peer: MacAddr, acked: bool, cx: &mut Context<'_>) {
        if self.idle(peer) != Some(Idle::Probing) {
            return;
        }
        if acked {
            self.set_idle(peer, Idle::Resting, INACTIVITY_LIMIT, cx);
        } else {
            self.give_up(peer, cx);
        }
    }

    /// The radio cannot look for stations: nobody is given up for that.
    pub(crate) fn handle_probe_refused(
        &mut self,
        peer: MacAddr,
        error: &CommandError,
        cx: &mut Context<'_>,
    ) {
        if self.idle(peer) != Some(Idle::Probing) {
            return;
        }
        if error.kind == radio::CommandErrorKind::NotFound {
            self.give_up(peer, cx);
        } else {
            self.set_idle(peer, Idle::Resting, INACTIVITY_LIMIT, cx);
        }
    }

    fn look_for(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        self.set_idle(peer, Idle::Probing, ANSWER_TIMEOUT, cx);
        cx.out
            .send_for(Command::ProbeStation { peer }, Pending::Probe(peer));
    }

    fn give_up(&mut self, peer: MacAddr, cx: &mut Context<'_>) {
        self.farewell(peer, ReasonCode::INACTIVITY, cx);
        self.leave(peer, DisassocReason::PeerUnreachable, cx);
    }

    fn idle(&self, peer: MacAddr) -> Option<Idle> {
        match self.stations.get(&peer) {
            Some(Station {
                phase: Phase::Associated { idle, .. },
                ..
            }) => Some(*idle),
            _ => None,
        }
    }

    fn set_idle(&mut self, peer: MacAddr, to: Idle, within: Duration, cx: &mut Context<'_>) {
        if let Some(Station {
            phase: Phase::Associated { idle, .. },
            ..
        }) = self.stations.get_mut(&peer)
        {
            *idle = to;
        }
        self.set_deadline(peer, cx.now + within);
    }
}
