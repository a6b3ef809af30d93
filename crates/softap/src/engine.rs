//! The engine itself: runs, requests and their completions.

mod association;
mod handshake;
mod vendor;

use std::collections::{BTreeMap, VecDeque};

use cause::Cause;
use clock::{Duration, Instant};
use dot11::MacAddr;
use oid::{Completion, Failure, Indication, NdisStatus, PhyState, Reply, Request, RequestId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use crate::group::Group;
use crate::keys::KeyRing;
use crate::peer::Peer as PeerState;
use crate::run::{Adopted, Run, Starting};
use crate::timer::Deadlines;
use crate::{
    Candidates, Event, Output, Peer, PeerKey, RunSettings, VendorEvent, VendorService, start,
};

/// Shortest time between two renewals of one key.
const RENEWAL_MIN: Duration = Duration::from_secs(1);

/// The engine. Contract: call a `handle_*` method or a verb, then drain [`SoftAp::poll_output`].
#[derive(Debug, Serialize, Deserialize)]
pub struct SoftAp {
    rng: ChaCha20Rng,
    state: State,
    diagnose: bool,
    /// Whom the extensions of vendors serve; holds from run to run.
    services: Vec<VendorService>,
    next_request: u64,
    pending: BTreeMap<RequestId, Pending>,
    outputs: VecDeque<Output>,
}

#[derive(Debug, Serialize, Deserialize)]
enum State {
    Idle,
    /// The start's requests go down one by one.
    Starting(Box<Starting>),
    Active(Box<Run>),
    /// A reset is on its way.
    Stopping,
}

/// What an outstanding request was for.
#[derive(Debug, Serialize, Deserialize)]
enum Pending {
    Start,
    Stop,
    /// An accepted association.
    Admission(MacAddr),
    PairwiseKey(MacAddr),
    OpenPort(MacAddr),
    /// The key of management frames that go to all, made for this peer.
    ManagementKey(MacAddr),
    GroupCounter {
        index: u8,
    },
    /// Failure cannot be helped or has been told otherwise.
    Unwatched,
}

impl SoftAp {
    /// An idle engine. `seed` is 32 bytes of good randomness: nonces and group keys grow from it.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            rng: ChaCha20Rng::from_seed(seed),
            state: State::Idle,
            diagnose: true,
            services: Vec::new(),
            next_request: 0,
            pending: BTreeMap::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Starts a run. Answered by [`Event::Started`], [`Event::StartFailed`] or
    /// [`Event::RadioUnavailable`]. Only without a run: otherwise it does nothing.
    pub fn start(&mut self, settings: RunSettings, candidates: Candidates, now: Instant) {
        if !matches!(self.state, State::Idle) {
            return;
        }
        let mut settings = settings;
        // Without a pause between two renewals the engine would do nothing else.
        settings.group_rekey = settings.group_rekey.map(|p| p.max(RENEWAL_MIN));
        settings.pairwise_rekey = settings.pairwise_rekey.map(|p| p.max(RENEWAL_MIN));
        let group = Group::new(&mut self.rng, settings.group_rekey, now);
        let starting = Starting {
            steps: start::requests(&settings, group.current()).into(),
            adopted: None,
            settings,
            candidates,
            group,
        };
        self.state = State::Starting(Box::new(starting));
        self.next_start_step();
    }

    /// Ends the run, peers are told. Answered by [`Event::Stopped`], also without a run. Peers get
    /// no departure events.
    pub fn stop(&mut self) {
        match self.state {
            State::Idle => self.event(Event::Stopped),
            State::Stopping => {}
            State::Starting(_) | State::Active(_) => {
                self.leave_run(State::Stopping);
                self.request(Request::Reset { default_mib: true }, Pending::Stop);
            }
        }
    }

    /// Replaces the candidates of a run. Nothing is sent to anybody; connected peers on a key that
    /// is no candidate any more are reported by [`Event::KeyRetired`]. The replaced keys are
    /// remembered (the last eight, until the run ends) to tell "retired key" from "wrong key".
    pub fn set_keys(&mut self, candidates: Candidates, now: Instant) {
        let run = match &mut self.state {
            State::Active(run) => run,
            State::Starting(starting) => {
                starting.candidates = candidates;
                return;
            }
            State::Idle | State::Stopping => return,
        };
        run.keys.replace(candidates);
        for (mac, peer) in &mut run.peers {
            let PeerState::Joined(joined) = peer else {
                continue;
            };
            let live = !matches!(run.keys.standing(joined.key, now), PeerKey::Retired { .. });
            if joined.was_live && !live {
                joined.retired_since = now;
                self.outputs
                    .push_back(Output::Event(Event::KeyRetired { mac: *mac }));
            }
            joined.was_live = live;
        }
    }

    /// Keeps the peers of a run from reaching one another through the access point from now on, or
    /// lets them. Without a run it does nothing: [`RunSettings::isolate`] holds for the next one.
    pub fn set_isolation(&mut self, on: bool) {
        match &mut self.state {
            State::Starting(starting) => {
                starting.settings.isolate = on;
                let steps = &mut starting.steps;
                steps.retain(|step| !matches!(step, Request::IsolatePeers(_)));
            }
            State::Active(run) => run.settings.isolate = on,
            State::Idle | State::Stopping => return,
        }
        // The miniport takes it at every moment of a start, after all that was asked for before.
        self.request(Request::IsolatePeers(on), Pending::Unwatched);
    }

    /// Whether retired keys are remembered for diagnosis; on by default. Switching off forgets them.
    pub fn diagnose_retired_keys(&mut self, on: bool) {
        self.diagnose = on;
        if let State::Active(run) = &mut self.state {
            run.keys.diagnose(on);
        }
    }

    /// Peers whose port is open, by address.
    pub fn peers(&self) -> impl Iterator<Item = Peer> + '_ {
        let run = match &self.state {
            State::Active(run) => Some(run),
            State::Idle | State::Starting(_) | State::Stopping => None,
        };
        run.into_iter().flat_map(|run| {
            run.peers.iter().filter_map(|(mac, peer)| {
                let (key, since, management_protection) = match peer {
                    PeerState::Joined(j) => (
                        run.keys.standing(j.key, j.retired_since),
                        j.since,
                        j.authenticator.management_protection(),
                    ),
                    PeerState::Vendor(v) => {
                        (PeerKey::Vendor, v.joined_since()?, v.management_protection)
                    }
                    PeerState::Associating(_)
                    | PeerState::Handshaking(_)
                    | PeerState::Leaving { .. } => return None,
                };
                let mac = *mac;
                Some(Peer {
                    mac,
                    key,
                    since,
                    management_protection,
                })
            })
        })
    }

    /// The miniport answered.
    pub fn handle_completion(&mut self, completion: Completion, now: Instant) {
        let Some(pending) = self.pending.remove(&completion.id) else {
            return;
        };
        match (pending, completion.result) {
            (Pending::Start, Ok(_)) => self.next_start_step(),
            (Pending::Start, Err(failure)) => self.start_failed(failure),
            (Pending::Stop, _) => {
                self.state = State::Idle;
                self.event(Event::Stopped);
            }
            (Pending::PairwiseKey(peer), Ok(_)) => self.pairwise_key_installed(peer, now),
            (Pending::OpenPort(peer), Ok(_)) => self.port_opened(peer, now),
            (Pending::PairwiseKey(peer) | Pending::OpenPort(peer), Err(failure)) => {
                self.radio_refused(peer, failure, now);
            }
            (Pending::GroupCounter { index }, Ok(Reply::KeyCounter(counter))) => {
                if let State::Active(run) = &mut self.state {
                    run.group.set_counter(index, counter);
                }
            }
            (Pending::Admission(peer), Err(failure)) => {
                self.admission_refused(peer, failure.cause);
            }
            (Pending::ManagementKey(peer), Err(failure)) => {
                if let State::Active(run) = &mut self.state {
                    run.group.management_refused();
                }
                self.radio_refused(peer, failure, now);
            }
            (Pending::Admission(_) | Pending::ManagementKey(_), Ok(_))
            | (Pending::GroupCounter { .. } | Pending::Unwatched, _) => {}
        }
    }

    /// The miniport indicated.
    pub fn handle_indication(&mut self, indication: Indication, now: Instant) {
        match indication {
            Indication::PhyStateChanged(PhyState::On {
                name,
                address,
                max_stations,
            }) => {
                self.event(Event::RadioAvailable {
                    name,
                    address,
                    max_stations,
                });
            }
            Indication::PhyStateChanged(PhyState::Off { cause }) => {
                self.forget_run();
                self.event(Event::RadioUnavailable { cause });
            }
            Indication::StopAp { cause, .. } => {
                self.forget_run();
                self.event(Event::StoppedByDriver { cause });
            }
            Indication::RadioSwitched { software, hardware } => {
                self.event(Event::RadioSwitched { software, hardware });
            }
            Indication::IncompatibleConnection(cause) => {
                self.event(Event::IncompatibleConnection(cause));
            }
            Indication::CanSustainAp => self.event(Event::CanSustain),
            Indication::PhyFrequencyAdopted {
                channel,
                width,
                phy,
                bssid,
            } => match &mut self.state {
                State::Starting(starting) => {
                    starting.adopted = Some(Adopted {
                        channel,
                        width,
                        phy,
                        bssid,
                    });
                }
                State::Active(_) => self.event(Event::ChannelChanged {
                    channel,
                    width,
                    phy,
                }),
                State::Idle | State::Stopping => {}
            },
            Indication::IncomingAssociationStarted { .. } => {}
            Indication::IncomingAssociationRequestReceived {
                ticket,
                peer,
                request,
            } => {
                self.decide(ticket, peer, request, now);
            }
            Indication::IncomingAssociationCompletion { peer, status } => {
                self.association_completed(peer, status, now);
            }
            Indication::Disassociation { peer, reason } => self.disassociated(peer, reason, now),
            Indication::ReceivePacket { peer, pdu } => self.received(peer, &pdu, now),
            // Others listen to these.
            Indication::ReceiveVendorPacket { .. } | Indication::Station(_) => {}
        }
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let State::Active(run) = &mut self.state {
            let Some(mac) = run.deadlines.pop_due(now) else {
                break;
            };
            if let Some(peer) = run.peers.get_mut(&mac) {
                if let Some(authenticator) = peer.authenticator() {
                    authenticator.handle_timeout(now);
                }
                if let PeerState::Joined(joined) = peer
                    && joined.rekey_due.is_some_and(|at| at <= now)
                {
                    joined.authenticator.rekey_pairwise(&mut self.rng, now);
                    joined.rekey_due = run.settings.pairwise_rekey.map(|p| now + p);
                }
            }
            self.vendor_timeout(mac, now);
            self.settle(mac, now);
        }
        if let State::Active(run) = &self.state
            && run.group.is_due(now)
        {
            self.renew_group_key(now);
        }
    }

    /// When [`SoftAp::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Active(run) => clock::earliest(run.deadlines.next(), run.group.poll_timeout()),
            State::Idle | State::Starting(_) | State::Stopping => None,
        }
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    // --- start and stop -----------------------------------------------------------------------

    fn next_start_step(&mut self) {
        let State::Starting(starting) = &mut self.state else {
            return;
        };
        if let Some(step) = starting.steps.pop_front() {
            self.request(step, Pending::Start);
            return;
        }
        let Some(adopted) = starting.adopted else {
            let cause = Cause::new(
                "The driver reported a start without a channel.",
                "This is a defect of the driver layer; please report it.",
            );
            return self.start_failed(Failure {
                status: NdisStatus::FAILURE,
                cause,
            });
        };
        let Adopted { bssid, channel, .. } = adopted;
        let settings = starting.settings.clone();
        let ssid = settings.ssid.clone();
        let keys = KeyRing::new(starting.candidates.clone(), self.diagnose);
        let group = starting.group.clone();
        self.state = State::Active(Box::new(Run {
            settings,
            bssid,
            keys,
            group,
            peers: BTreeMap::new(),
            deadlines: Deadlines::default(),
            next_serial: 0,
        }));
        self.event(Event::Started {
            bssid,
            channel,
            width: adopted.width,
            phy: adopted.phy,
        });
        self.event(Event::Vendor(VendorEvent::NetworkStarted {
            ssid,
            bssid,
            channel,
        }));
    }

    fn start_failed(&mut self, failure: Failure) {
        self.forget_run();
        self.request(Request::Reset { default_mib: true }, Pending::Unwatched);
        self.event(Event::StartFailed {
            status: failure.status,
            cause: failure.cause,
        });
    }

    /// The run is over without a request of ours.
    fn forget_run(&mut self) {
        self.leave_run(State::Idle);
    }

    /// Every way out of a run or a start.
    fn leave_run(&mut self, to: State) {
        self.pending.clear();
        let before = core::mem::replace(&mut self.state, to);
        if matches!(before, State::Active(_)) {
            self.event(Event::Vendor(VendorEvent::NetworkStopped));
        }
    }

    // --- small change -------------------------------------------------------------------------

    fn peer(&mut self, mac: MacAddr) -> Option<&mut PeerState> {
        match &mut self.state {
            State::Active(run) => run.peers.get_mut(&mac),
            State::Idle | State::Starting(_) | State::Stopping => None,
        }
    }

    fn request(&mut self, request: Request, pending: Pending) {
        let id = RequestId(self.next_request);
        self.next_request = self.next_request.wrapping_add(1);
        if !matches!(pending, Pending::Unwatched) {
            self.pending.insert(id, pending);
        }
        self.outputs.push_back(Output::Request(id, request));
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }
}
