//! A station port (Extensible Station): one station on a radio of its own.
//!
//! ```text
//!          Connect                 answers of the access point
//!  INIT -----------> connecting -------------------------------> OP, port closed
//!   ^                    |                                            |
//!   +--- nobody left ----+        sent away, silence, Disconnect      |
//!   +-----------------------------------------------------------------+
//! ```
//!
//! A connection takes networks that were heard lately, else it scans; it tries those that suit, the
//! strongest first, each with open-system authentication and an association request that has an RSN
//! element and the elements that were given. What follows the association (a handshake, keys, the
//! open port) is the service's. The port does not come back by itself: whoever wants that connects
//! again.
//!
//! The radio has keys only while there is an association, so none can outlive it there; what the
//! tables may keep is in [`KeyTable`].
//!
//! [`KeyTable`]: crate::key_table::KeyTable

mod join;
mod link;
mod network;
mod requests;
mod scan;
mod settings;

use clock::Instant;
use dot11::MacAddr;
use dot11::frame::{BeaconView, FrameError, ManagementBody, ManagementView};
use oid::{
    DisassocReason, Failure, Indication, NdisStatus, OperationMode, Reply, RequestId,
    StationIndication,
};
use radio::{Command, CommandError, CommandId, RadioEvent};
use serde::{Deserialize, Serialize};

use crate::Output;
use crate::ether_types::EtherTypes;
use crate::key_table::KeyTable;
use crate::mlme::rejection::{Rejection, Rejections};
use crate::outbox::{Outbox, Pending, failure};
use crate::radio_state::RadioState;
use join::{Attempt, Phase};
use link::Link;
use scan::{Networks, Scan};
use settings::Settings;

#[cfg(test)]
pub(crate) use scan::MAX_NETWORKS;

/// The engine. Contract: as [`Miniport`](crate::Miniport).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StationPort {
    radio: RadioState,
    settings: Settings,
    state: State,
    networks: Networks,
    keys: KeyTable,
    ether_types: EtherTypes,
    out: Outbox,
    rejections: Rejections,
}

/// Where the port stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
enum State {
    /// INIT.
    #[default]
    Init,
    /// INIT, looking around for whom.
    Scanning { request: RequestId, scan: Scan },
    /// On the way to OP.
    Connecting(Box<Attempt>),
    /// OP.
    Op(Box<Link>),
    /// On the way back to INIT, with the requests that wait for it.
    Resetting(Vec<RequestId>),
}

impl StationPort {
    /// A port in INIT without a radio.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.poll()
    }

    /// When [`StationPort::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Scanning { scan, .. } => Some(scan.until),
            State::Connecting(attempt) => attempt.deadline(),
            State::Op(link) => Some(link.deadline),
            State::Init | State::Resetting(_) => None,
        }
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return;
        }
        match &mut self.state {
            State::Scanning { scan, .. } => {
                if !scan.advance(now, &mut self.out) {
                    self.end_scan(Ok(()));
                }
            }
            State::Connecting(_) => self.attempt_timeout(now),
            State::Op(_) => self.link_timeout(now),
            State::Init | State::Resetting(_) => {}
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
            }
            RadioEvent::Unavailable { cause } => {
                let why = self.radio.leave(cause);
                self.ether_types.radio_lost(&why, &mut self.out);
                self.lose_radio(&why);
                self.radio.indicate(&mut self.out);
            }
            RadioEvent::Switched(switches) => self.out.indicate(Indication::RadioSwitched {
                software: switches.software,
                hardware: switches.hardware,
            }),
            RadioEvent::Completed { id, result } => self.handle_completed(id, result, now),
            RadioEvent::Management { frame, signal } => {
                if let Err(rejection) = self.dispatch(&frame, signal, now) {
                    self.rejections.count(rejection);
                }
            }
            RadioEvent::Eapol { peer, pdu } => {
                let frame = Indication::ReceivePacket { peer, pdu };
                if !self.receive(peer, frame) {
                    self.rejections.count(Rejection::StrayEapol);
                }
            }
            RadioEvent::Packet {
                peer,
                ether_type,
                payload,
            } => {
                let wanted = self.ether_types.is_handed_up(ether_type);
                let frame = Indication::ReceiveVendorPacket {
                    peer,
                    ether_type,
                    payload,
                };
                if !wanted || !self.receive(peer, frame) {
                    self.rejections.count(Rejection::StrayPacket);
                }
            }
            RadioEvent::StationLost { peer } => {
                if self.is_associated(peer) {
                    self.leave(DisassocReason::PeerUnreachable, None);
                }
            }
            RadioEvent::ChannelChanged(channel) => {
                if let State::Op(link) = &mut self.state {
                    link.network.entry.channel = channel;
                }
            }
            RadioEvent::UnexpectedData { .. } => {
                self.rejections.count(Rejection::UnassociatedData);
            }
            // An access point's, or answers to what a station does not ask.
            RadioEvent::Incompatible(_)
            | RadioEvent::ApStopped { .. }
            | RadioEvent::Associated { .. }
            | RadioEvent::Survey(_)
            | RadioEvent::FrameSent { .. }
            | RadioEvent::Station(_)
            | RadioEvent::GroupCounter { .. }
            | RadioEvent::ProbeResult { .. } => {}
        }
    }

    /// OID_DOT11_DELETE_MAC: the port ends with everything in it. What is left to do: answers to who
    /// waits, and what leaves the radio clean.
    #[must_use]
    pub fn delete(mut self) -> Vec<Output> {
        self.leave_for_reset();
        self.ether_types
            .clear(self.radio.is_present(), &mut self.out);
        if let State::Resetting(requests) = core::mem::take(&mut self.state) {
            requests.into_iter().for_each(|id| self.out.done(id));
        }
        self.out.close()
    }

    fn handle_completed(&mut self, id: CommandId, result: Result<(), CommandError>, now: Instant) {
        let Some(pending) = self.out.settle(id) else {
            return;
        };
        match pending {
            Pending::Stop => self.finish_reset(result),
            Pending::Tune => self.tuned(id, result),
            Pending::AddStation(_) => self.entered(id, result, now),
            Pending::Request(request) | Pending::UseKey(request) => {
                self.out.answered(request, result);
            }
            Pending::Removal(request) => self.out.removed(request, result),
            Pending::EtherTypes(request) => {
                self.ether_types.settled(request, result, &mut self.out);
            }
            Pending::MappingKey { peer, request } => {
                let out = &mut self.out;
                let settled = self.keys.mapping_answered(peer, request, id, result, out);
                if let (Some(result), State::Op(link)) = (settled, &mut self.state)
                    && link.network.bssid() == peer
                {
                    let failure = result.as_ref().err();
                    link.gate
                        .key_settled(peer, failure, &self.keys, &mut self.out);
                }
            }
            Pending::DefaultKey { index, request } => {
                self.keys.default_settled(index, id, result.is_ok());
                if let Some(request) = request {
                    let mode = OperationMode::ExtensibleStation;
                    let out = &mut self.out;
                    self.keys
                        .default_answered(index, request, mode, result, out);
                }
            }
            Pending::Authorize { peer, request } => {
                if let (Err(_), State::Op(link)) = (&result, &mut self.state)
                    && link.network.bssid() == peer
                {
                    link.gate.authorize_refused();
                }
                self.out.answered(request, result);
            }
            Pending::Start
            | Pending::Survey
            | Pending::Response(_)
            | Pending::Counter { .. }
            | Pending::Query(_)
            | Pending::Probe(_) => {}
        }
    }

    fn dispatch(
        &mut self,
        frame: &[u8],
        signal: Option<i8>,
        now: Instant,
    ) -> Result<(), Rejection> {
        let view = ManagementView::parse(frame).map_err(|_| Rejection::Malformed)?;
        let own = match self.radio.get() {
            Ok(radio) => radio.address,
            Err(_) => return Err(Rejection::NotForUs),
        };
        let (from, to) = (view.transmitter(), view.receiver());
        if !from.is_unicast() || from == own {
            return Err(Rejection::ImpossibleTransmitter);
        }
        if view.bssid() != from || (to != own && to != MacAddr::BROADCAST) {
            return Err(Rejection::NotForUs);
        }
        let body = view.body().map_err(|e| match e {
            FrameError::Protected | FrameError::Fragmented => Rejection::Unreadable,
            _ => Rejection::Malformed,
        })?;
        match body {
            ManagementBody::Beacon(beacon) | ManagementBody::ProbeResponse(beacon) => {
                self.beacon(from, &beacon, signal, now)
            }
            ManagementBody::Deauthentication(reason) => {
                let why = DisassocReason::PeerDeauthenticated(reason);
                self.sent_away(from, why, now)
            }
            ManagementBody::Disassociation(reason) => {
                let why = DisassocReason::PeerDisassociated(reason);
                self.sent_away(from, why, now)
            }
            ManagementBody::Authentication(answer) if to == own => {
                self.authentication(from, &answer, now)
            }
            ManagementBody::AssociationResponse(answer) if to == own => {
                self.association_response(&view, &answer, now)
            }
            ManagementBody::Authentication(_) | ManagementBody::AssociationResponse(_) => {
                Err(Rejection::NotForUs)
            }
            ManagementBody::Action(_)
            | ManagementBody::AssociationRequest(_)
            | ManagementBody::ProbeRequest(_)
            | ManagementBody::Other => Err(Rejection::UnexpectedSubtype),
        }
    }

    fn beacon(
        &mut self,
        from: MacAddr,
        beacon: &BeaconView<'_>,
        signal: Option<i8>,
        now: Instant,
    ) -> Result<(), Rejection> {
        let (scan, wanted) = match &self.state {
            State::Scanning { scan, .. } => (scan, self.settings.ssid.as_ref()),
            State::Connecting(attempt) => match &attempt.phase {
                Phase::Searching(scan) => (scan, Some(attempt.ssid())),
                Phase::Asking(_) => return Ok(()),
            },
            State::Op(_) => return self.link_beacon(from, beacon, signal, now),
            State::Init | State::Resetting(_) => return Ok(()),
        };
        let heard = (scan.channel, signal, now);
        self.networks.note(from, beacon, heard, wanted)
    }

    /// The access point ended something.
    fn sent_away(
        &mut self,
        from: MacAddr,
        why: DisassocReason,
        now: Instant,
    ) -> Result<(), Rejection> {
        match &self.state {
            State::Op(link) if link.network.bssid() == from => {
                self.leave(why, None);
                Ok(())
            }
            State::Connecting(_) => self.sent_away_early(from, now),
            _ => Err(Rejection::UnknownStation),
        }
    }

    fn is_associated(&self, peer: MacAddr) -> bool {
        matches!(&self.state, State::Op(link) if link.network.bssid() == peer)
    }

    /// A scan for a request is over.
    fn end_scan(&mut self, result: Result<(), Failure>) {
        let State::Scanning { request, .. } = &self.state else {
            return;
        };
        let request = *request;
        self.state = State::Init;
        if self.radio.is_present() {
            self.out.send(Command::StopListening);
        }
        let networks = &self.networks;
        let result = result.map(|()| Reply::BssEntries(networks.entries()));
        self.out.complete(request, result);
    }

    /// Leaves whatever there is, as a reset does; whether the radio has to be silenced.
    fn leave_for_reset(&mut self) -> bool {
        let reset = failure(
            NdisStatus::RESET_IN_PROGRESS,
            "The port was reset.",
            "Ask again.",
        );
        let busy = match &self.state {
            State::Init | State::Resetting(_) => false,
            State::Scanning { .. } => {
                self.end_scan(Err(reset));
                true
            }
            State::Connecting(_) => {
                self.abort_attempt();
                true
            }
            State::Op(_) => {
                let reason = dot11::ReasonCode::LEAVING_NETWORK_DEAUTH;
                self.leave(DisassocReason::Os, Some(reason));
                true
            }
        };
        self.networks.clear();
        self.keys.clear();
        busy
    }

    fn finish_reset(&mut self, result: Result<(), CommandError>) {
        if let State::Resetting(requests) = &mut self.state {
            for request in core::mem::take(requests) {
                self.out.answered(request, result.clone());
            }
            self.state = State::Init;
        }
    }

    /// The radio is gone and everything on it.
    fn lose_radio(&mut self, why: &Failure) {
        self.out.abandon(why);
        self.networks.clear();
        match core::mem::take(&mut self.state) {
            State::Init => {}
            State::Scanning { request, .. } => self.out.fail(request, why),
            state @ State::Connecting(_) => {
                self.state = state;
                self.abort_attempt();
            }
            // The state of the radio says it all.
            State::Op(link) => link.gate.end(why, &mut self.out),
            State::Resetting(requests) => requests.into_iter().for_each(|id| self.out.done(id)),
        }
        self.keys.forget_radio();
    }

    fn indicate(&mut self, indication: StationIndication) {
        self.out.indicate(Indication::Station(indication));
    }
}
