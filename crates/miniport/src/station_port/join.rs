//! From a connect request to an association.

use std::collections::VecDeque;

use clock::{Duration, Instant};
use dot11::frame::{
    AssociationResponseView, AuthenticationAlgorithm, AuthenticationView, MANAGEMENT_HEADER_LEN,
    MAX_AID, ManagementSubtype, ManagementView,
};
use dot11::{MacAddr, ReasonCode, Ssid, StatusCode};
use oid::{
    AssociationFrames, AuthAlgorithm, ConnectionEnd, DisassocReason, Failure, Indication,
    NdisStatus, RequestId, StationAssociation, StationIndication,
};
use radio::{Command, CommandError, CommandId, ListenConfig};
use serde::{Deserialize, Serialize};

use super::link::Link;
use super::network::Network;
use super::scan::Scan;
use super::settings::Wanted;
use super::{State, StationPort};
use crate::mlme::rejection::Rejection;
use crate::outbox::{Pending, failure};
use crate::port::not_now;

/// A frame is repeated after this time, and given up after so many.
pub(crate) const RETRY: Duration = Duration::from_millis(200);
pub(crate) const TRIES: u8 = 4;

/// How long the radio may take to enter the access point.
const ENTER_TIMEOUT: Duration = Duration::from_secs(1);

/// Frames of the access point that are kept until the association is told.
const MAX_EARLY: usize = 8;

/// Access points that are tried, the strongest first.
pub(crate) const MAX_CANDIDATES: usize = 8;

/// A connection on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempt {
    plan: Plan,
    pub(super) phase: Phase,
}

/// What an attempt takes from one access point to the next.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    wanted: Wanted,
    /// Where the station is associated already: it reassociates.
    previous: Option<MacAddr>,
    candidates: VecDeque<Network>,
    scanned: bool,
    /// What is told when nobody is left.
    end: ConnectionEnd,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Phase {
    /// Looking for networks.
    Searching(Scan),
    /// One access point is being asked.
    Asking(Box<Trial>),
}

/// One access point being asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Trial {
    network: Network,
    tuned: CommandId,
    /// What was sent last, to be repeated.
    frame: Vec<u8>,
    tries: u8,
    deadline: Instant,
    step: Step,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Step {
    Authenticating,
    Associating,
    /// The access point has accepted; the radio is told.
    Entering {
        command: CommandId,
        aid: u16,
        frames: AssociationFrames,
        /// What the radio, which knows it already, has received from it.
        early: Vec<Indication>,
    },
}

impl Attempt {
    pub(super) const fn deadline(&self) -> Option<Instant> {
        Some(match &self.phase {
            Phase::Searching(scan) => scan.until,
            Phase::Asking(trial) => trial.deadline,
        })
    }

    pub(super) const fn ssid(&self) -> &Ssid {
        &self.plan.wanted.ssid
    }
}

impl Plan {
    /// The failure that says most is told.
    const fn note(&mut self, status: Option<StatusCode>) {
        match (status, self.end) {
            (Some(status), _) => self.end = ConnectionEnd::Refused(status),
            (None, ConnectionEnd::NotFound) => self.end = ConnectionEnd::Timeout,
            (None, _) => {}
        }
    }

    fn in_phase(self, phase: Phase) -> State {
        State::Connecting(Box::new(Attempt { plan: self, phase }))
    }
}

impl StationPort {
    /// OID_DOT11_CONNECT_REQUEST. In OP the station reassociates.
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(super) fn connect(&mut self, id: RequestId, now: Instant) -> Result<(), Failure> {
        match &self.state {
            State::Init | State::Op(_) => {}
            State::Scanning { .. } => {
                return Err(failure(
                    NdisStatus::DOT11_MEDIA_IN_USE,
                    "The radio is scanning.",
                    "Wait for the end of the scan.",
                ));
            }
            State::Connecting(_) | State::Resetting(_) => {
                return Err(not_now("The station is on its way already."));
            }
        }
        let wanted = self.settings.plan(self.radio.get()?)?;
        self.out.done(id);
        let previous = match &self.state {
            State::Op(link) => Some(link.network.bssid()),
            _ => None,
        };
        self.leave(DisassocReason::PeerReassociated, None);
        self.indicate(StationIndication::ConnectionStart {
            ssid: wanted.ssid.clone(),
        });
        let candidates = self.candidates(&wanted, now);
        let plan = Plan {
            wanted,
            previous,
            candidates,
            scanned: false,
            end: ConnectionEnd::NotFound,
        };
        self.next_candidate(plan, now);
        Ok(())
    }

    /// Who suits among those heard lately, the strongest first.
    fn candidates(&self, wanted: &Wanted, now: Instant) -> VecDeque<Network> {
        let Ok(radio) = self.radio.get() else {
            return VecDeque::new();
        };
        let heard = self.networks.fresh(now);
        let mut all: Vec<Network> = heard
            .filter_map(|entry| Network::suit(entry, wanted, radio))
            .collect();
        all.sort_by_key(|n| core::cmp::Reverse(n.entry.signal));
        all.truncate(MAX_CANDIDATES);
        all.into()
    }

    /// Asks the next access point, or looks for some, or gives up.
    fn next_candidate(&mut self, mut plan: Plan, now: Instant) {
        if let Some(network) = plan.candidates.pop_front() {
            let phase = Phase::Asking(Box::new(self.ask(network, now)));
            self.state = plan.in_phase(phase);
            return;
        }
        if !plan.scanned {
            plan.scanned = true;
            self.networks.clear();
            let ssid = Some(plan.wanted.ssid.clone());
            let scan = self
                .radio
                .get()
                .ok()
                .and_then(|radio| Scan::start(radio, ssid, now, &mut self.out));
            if let Some(scan) = scan {
                self.state = plan.in_phase(Phase::Searching(scan));
                return;
            }
        }
        self.state = State::Init;
        self.out.send(Command::StopListening);
        self.indicate(StationIndication::ConnectionCompletion(plan.end));
    }

    /// Begins with one access point.
    fn ask(&mut self, network: Network, now: Instant) -> Trial {
        let bssid = network.bssid();
        let config = ListenConfig {
            channel: network.entry.channel,
            bssid: Some(bssid),
        };
        let tuned = self.out.send_for(Command::Listen(config), Pending::Tune);
        self.indicate(StationIndication::AssociationStart { bssid });
        let frame = network.authentication();
        self.out.send(Command::SendManagement {
            frame: frame.clone(),
        });
        Trial {
            network,
            tuned,
            frame,
            tries: 1,
            deadline: now + RETRY,
            step: Step::Authenticating,
        }
    }

    /// The access point being asked, when it is `from`.
    fn trial(&self, from: MacAddr) -> Option<(&Plan, &Trial)> {
        let State::Connecting(attempt) = &self.state else {
            return None;
        };
        match &attempt.phase {
            Phase::Asking(trial) if trial.network.bssid() == from => Some((&attempt.plan, trial)),
            Phase::Asking(_) | Phase::Searching(_) => None,
        }
    }

    fn trial_mut(&mut self) -> Option<&mut Trial> {
        match &mut self.state {
            State::Connecting(attempt) => match &mut attempt.phase {
                Phase::Asking(trial) => Some(trial),
                Phase::Searching(_) => None,
            },
            _ => None,
        }
    }

    /// Takes the attempt apart.
    fn take_attempt(&mut self) -> Option<(Plan, Phase)> {
        match core::mem::take(&mut self.state) {
            State::Connecting(attempt) => Some((attempt.plan, attempt.phase)),
            state => {
                self.state = state;
                None
            }
        }
    }

    /// The access point being asked does not take us: the next one.
    fn fail_candidate(&mut self, status: Option<StatusCode>, now: Instant) {
        let Some((mut plan, Phase::Asking(trial))) = self.take_attempt() else {
            return;
        };
        let bssid = trial.network.bssid();
        if matches!(trial.step, Step::Entering { .. }) {
            // It thinks that we are associated.
            let reason = ReasonCode::LEAVING_NETWORK_DEAUTH;
            let frame = trial.network.deauthentication(reason);
            self.out.send(Command::SendManagement { frame });
            self.out.send(Command::RemoveStation {
                peer: bssid,
                reason,
            });
        }
        self.indicate(StationIndication::AssociationCompletion {
            bssid,
            result: Err(status),
        });
        plan.note(status);
        self.next_candidate(plan, now);
    }

    /// A disconnect, a reset or the loss of the radio came in between.
    pub(super) fn abort_attempt(&mut self) {
        let Some((_, phase)) = self.take_attempt() else {
            return;
        };
        if let Phase::Asking(trial) = phase {
            if self.radio.is_present() && !matches!(trial.step, Step::Authenticating) {
                let reason = ReasonCode::LEAVING_NETWORK_DEAUTH;
                let frame = trial.network.deauthentication(reason);
                self.out.send(Command::SendManagement { frame });
            }
            self.indicate(StationIndication::AssociationCompletion {
                bssid: trial.network.bssid(),
                result: Err(None),
            });
        }
        if self.radio.is_present() {
            self.out.send(Command::StopListening);
        }
        self.indicate(StationIndication::ConnectionCompletion(
            ConnectionEnd::Aborted,
        ));
    }

    pub(super) fn attempt_timeout(&mut self, now: Instant) {
        let State::Connecting(attempt) = &mut self.state else {
            return;
        };
        match &mut attempt.phase {
            Phase::Searching(scan) => {
                if !scan.advance(now, &mut self.out)
                    && let Some((mut plan, _)) = self.take_attempt()
                {
                    plan.candidates = self.candidates(&plan.wanted, now);
                    self.next_candidate(plan, now);
                }
            }
            Phase::Asking(trial) => {
                if trial.tries >= TRIES || matches!(trial.step, Step::Entering { .. }) {
                    self.fail_candidate(None, now);
                    return;
                }
                trial.tries += 1;
                trial.deadline = now + RETRY;
                let frame = trial.frame.clone();
                self.out.send(Command::SendManagement { frame });
            }
        }
    }

    /// The radio did or did not go to the channel.
    pub(super) fn tuned(&mut self, id: CommandId, result: Result<(), CommandError>) {
        // Without the channel there will be no answer either: no more tries.
        if let (Err(_), Some(trial)) = (result, self.trial_mut())
            && trial.tuned == id
        {
            trial.tries = TRIES;
        }
    }

    pub(super) fn authentication(
        &mut self,
        from: MacAddr,
        answer: &AuthenticationView<'_>,
        now: Instant,
    ) -> Result<(), Rejection> {
        let Some((plan, trial)) = self.trial(from) else {
            return Err(Rejection::Unasked);
        };
        if !matches!(trial.step, Step::Authenticating) {
            return Err(Rejection::Unasked);
        }
        if answer.algorithm != AuthenticationAlgorithm::OPEN_SYSTEM {
            return Err(Rejection::UnsupportedAlgorithm);
        }
        if answer.transaction != 2 {
            return Err(Rejection::WrongTransaction);
        }
        if answer.status != StatusCode::SUCCESS {
            self.fail_candidate(Some(answer.status), now);
            return Ok(());
        }
        let extra = &plan.wanted.elements;
        let frame = trial.network.association_request(extra, plan.previous);
        self.out.send(Command::SendManagement {
            frame: frame.clone(),
        });
        if let Some(trial) = self.trial_mut() {
            trial.frame = frame;
            trial.tries = 1;
            trial.deadline = now + RETRY;
            trial.step = Step::Associating;
        }
        Ok(())
    }

    pub(super) fn association_response(
        &mut self,
        view: &ManagementView<'_>,
        answer: &AssociationResponseView<'_>,
        now: Instant,
    ) -> Result<(), Rejection> {
        let Some((plan, trial)) = self.trial(view.transmitter()) else {
            return Err(Rejection::Unasked);
        };
        let reassociation = plan.previous.is_some();
        let is_answer =
            reassociation == (view.subtype() == ManagementSubtype::REASSOCIATION_RESPONSE);
        if !matches!(trial.step, Step::Associating) || !is_answer {
            return Err(Rejection::Unasked);
        }
        if answer.status != StatusCode::SUCCESS {
            self.fail_candidate(Some(answer.status), now);
            return Ok(());
        }
        if !(1..=MAX_AID).contains(&answer.aid) || !answer.elements.is_well_formed() {
            return Err(Rejection::Malformed);
        }
        let request = trial.frame.get(MANAGEMENT_HEADER_LEN..);
        let frames = AssociationFrames {
            reassociation,
            request: request.unwrap_or_default().to_vec(),
            response: view.body_bytes().to_vec(),
            beacon: trial.network.beacon_body(),
        };
        let entry = trial.network.station_entry(answer);
        let pending = Pending::AddStation(entry.peer);
        let aid = answer.aid;
        let command = self
            .out
            .send_for(Command::AddStation(Box::new(entry)), pending);
        if let Some(trial) = self.trial_mut() {
            trial.deadline = now + ENTER_TIMEOUT;
            trial.step = Step::Entering {
                command,
                aid,
                frames,
                early: Vec::new(),
            };
        }
        Ok(())
    }

    /// A data frame for the service. Nothing comes up before the association is told, but what the
    /// radio received in between is not lost: a handshake may begin with it. `false` when nobody
    /// waits for frames of `peer`.
    pub(super) fn receive(&mut self, peer: MacAddr, frame: Indication) -> bool {
        if self.is_associated(peer) {
            self.out.indicate(frame);
            return true;
        }
        match self.trial_mut() {
            Some(Trial {
                network,
                step: Step::Entering { early, .. },
                ..
            }) if network.bssid() == peer && early.len() < MAX_EARLY => {
                early.push(frame);
                true
            }
            _ => false,
        }
    }

    /// The access point sends us away before we are associated: the next one.
    pub(super) fn sent_away_early(&mut self, from: MacAddr, now: Instant) -> Result<(), Rejection> {
        let Some((_, trial)) = self.trial(from) else {
            return Err(Rejection::UnknownStation);
        };
        if matches!(trial.step, Step::Authenticating) {
            // What it ends is older than our question.
            return Err(Rejection::UnknownStation);
        }
        self.fail_candidate(None, now);
        Ok(())
    }

    /// The radio answered to an [`AddStation`](Command::AddStation).
    pub(super) fn entered(
        &mut self,
        id: CommandId,
        result: Result<(), CommandError>,
        now: Instant,
    ) {
        let is_current = self.trial_mut().is_some_and(
            |trial| matches!(&trial.step, Step::Entering { command, .. } if *command == id),
        );
        if !is_current {
            return;
        }
        if result.is_err() {
            self.fail_candidate(None, now);
            return;
        }
        let Some((_, Phase::Asking(trial))) = self.take_attempt() else {
            return;
        };
        let Trial { network, step, .. } = *trial;
        let Step::Entering {
            aid, frames, early, ..
        } = step
        else {
            return;
        };
        self.associated(Link::new(network, aid, frames, now));
        for frame in early {
            self.out.indicate(frame);
        }
    }

    /// The association is complete.
    fn associated(&mut self, link: Link) {
        let bssid = link.network.bssid();
        self.keys.association_completed(bssid);
        // The radio has none yet; static ones go down now.
        self.keys.install_mapping(bssid, None, &mut self.out);
        for index in self.keys.default_indices() {
            self.keys.install_default(index, None, &mut self.out);
        }
        let (unicast_cipher, multicast_cipher) = link.ciphers();
        let association = StationAssociation {
            bssid,
            auth: AuthAlgorithm::RSNA_PSK,
            unicast_cipher,
            multicast_cipher,
            frames: link.frames.clone(),
        };
        self.state = State::Op(Box::new(link));
        self.indicate(StationIndication::AssociationCompletion {
            bssid,
            result: Ok(Box::new(association)),
        });
        self.indicate(StationIndication::ConnectionCompletion(
            ConnectionEnd::Success,
        ));
    }
}
