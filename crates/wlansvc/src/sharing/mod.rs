//! Addresses and internet sharing: the engine of crate `sharing` with its worker, and what wakes it.
//!
//! ```text
//!   calls, network on or off --> engine --- Step ----> worker thread: rtnetlink, nft, dnsmasq
//!   rtnetlink: changes -------->        <-- Outcome --
//!   lease file, dnsmasq -------->       --- events --> clients
//! ```
//!
//! While the network is off nothing is watched, so that an idle service does not wake.

mod claim;
mod holder;
mod kept;
mod programs;
mod route;
mod worker;

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use cause::Cause;
use clock::{Duration, Instant};
use column::ClientId;
use rustix::fs::inotify;
use rustix::io::Errno;
use sharing::{Outcome, Sharing as Engine, Step, Ula};
use wlan_model::{HostedNetworkState, Reason, Refusal, Win32Error};
use wlan_rpc::{Answer, CallId, EventKind, SharingCall, SharingMode};

use crate::Options;
use crate::background::{Background, Died};
use crate::poller::{EventFlags, Poller, SharingPart, Token};
use worker::{Done, Job, Places, Worker};

/// Longest wait for the worker at the end.
const END_LIMIT: Duration = Duration::from_secs(8);

/// Most of dnsmasq's last words that are kept, in bytes.
const MOST_WORDS: usize = 4096;

/// Largest lease file that is read, in bytes: a subnet's leases with the longest names fit.
const MOST_LEASES: u64 = 256 * 1024;

/// What the service has to pass on.
#[derive(Debug)]
pub(crate) enum Output {
    Event(EventKind),
    Answer((ClientId, CallId), Result<Answer, Refusal>),
}

/// The running dnsmasq as the loop sees it.
#[derive(Debug)]
struct Helper {
    exit: Arc<OwnedFd>,
    stderr: OwnedFd,
    words: Vec<u8>,
    /// The lease file's watch.
    leases: Option<OwnedFd>,
}

/// Addresses and sharing.
#[derive(Debug)]
pub(crate) struct Sharing {
    engine: Engine,
    /// None on a radio without an interface.
    worker: Option<Background<Job, Done>>,
    places: Places,
    on_air: bool,
    changes: Option<OwnedFd>,
    helper: Option<Helper>,
    /// Callers whose wish is being kept, with the mode it leads to.
    saving: VecDeque<((ClientId, CallId), SharingMode)>,
    outputs: VecDeque<Output>,
}

impl Sharing {
    /// `refused` says why there are no addresses at all, where that is so; the worker then clears up
    /// after an earlier service and no more. Without `real` there is no worker.
    pub(crate) fn open(
        options: &Options,
        real: bool,
        refused: Option<Cause>,
    ) -> io::Result<(Self, Vec<Cause>)> {
        let places = Places {
            state_dir: options.state_dir.clone(),
            runtime_dir: options.runtime_dir.clone(),
        };
        let refused = if real {
            refused
        } else {
            Some(Cause::new(
                "The simulated radio has no network interface that addresses could be given on.",
                "Use a real radio (`--radio real`).",
            ))
        };
        let (mode, warnings) = match kept::load(&options.state_dir) {
            Ok(mode) => (mode, Vec::new()),
            Err(warning) => (SharingMode::Standalone, vec![warning]),
        };
        let mut worker = if real {
            let mut worker = Worker::new(places.clone());
            Some(Background::spawn("sharing", move |job| {
                worker.carry_out(job)
            })?)
        } else {
            None
        };
        if let Some(worker) = &mut worker {
            worker.begin(Job::CleanUp);
        }
        let sharing = Self {
            engine: Engine::new(mode, ula(), refused),
            worker,
            places,
            on_air: false,
            changes: None,
            helper: None,
            saving: VecDeque::new(),
            outputs: VecDeque::new(),
        };
        Ok((sharing, warnings))
    }

    /// Has the worker watched.
    pub(crate) fn watch(&self, poller: &Poller) -> Result<(), Errno> {
        match &self.worker {
            Some(worker) => poller.add(worker, Token::Sharing(SharingPart::Worker), EventFlags::IN),
            None => Ok(()),
        }
    }

    /// Why there are no addresses at all now. `None`: there may be.
    pub(crate) fn set_refused(&mut self, refused: Option<Cause>, poller: &Poller, now: Instant) {
        if self.worker.is_some() {
            self.engine.set_refused(refused, now);
            self.follow_changes(poller);
        }
    }

    /// Routes are watched while they matter.
    fn follow_changes(&mut self, poller: &Poller) {
        if !self.on_air || self.engine.refused().is_some() {
            // A closed descriptor leaves the poller by itself.
            self.changes = None;
        } else if self.changes.is_none() {
            let opened = route::open_changes().and_then(|changes| {
                poller.add(
                    &changes,
                    Token::Sharing(SharingPart::Changes),
                    EventFlags::IN,
                )?;
                Ok(changes)
            });
            match opened {
                Ok(changes) => self.changes = Some(changes),
                Err(error) => tracing::warn!(%error, "changes of routes are not seen"),
            }
        }
    }

    /// What all are told is heard here too: the network comes and goes. `interface` is its interface.
    pub(crate) fn handle_told(
        &mut self,
        kind: &EventKind,
        interface: Option<&str>,
        poller: &Poller,
        now: Instant,
    ) {
        let on_air = match kind {
            EventKind::Started { .. } => interface,
            EventKind::State { new, .. } if *new != HostedNetworkState::Active => None,
            _ => return,
        };
        if self.worker.is_none() {
            return;
        }
        self.on_air = on_air.is_some();
        self.follow_changes(poller);
        self.engine.handle_network(on_air, now);
    }

    /// A call. Whether the caller may make it has been seen to.
    pub(crate) fn handle_call(&mut self, caller: (ClientId, CallId), call: SharingCall) {
        let mode = match call {
            SharingCall::Status => {
                let status = Box::new(self.engine.status());
                self.outputs
                    .push_back(Output::Answer(caller, Ok(Answer::Sharing(status))));
                return;
            }
            SharingCall::On { upstream } => SharingMode::Full { upstream },
            SharingCall::Off => SharingMode::Standalone,
        };
        match self.permit(&mode) {
            Ok(()) => {
                self.saving.push_back((caller, mode.clone()));
                self.begin(Job::Save(mode));
            }
            Err(refusal) => self.outputs.push_back(Output::Answer(caller, Err(refusal))),
        }
    }

    fn permit(&self, mode: &SharingMode) -> Result<(), Refusal> {
        if let (SharingMode::Full { .. }, Some(cause)) = (mode, self.engine.refused()) {
            return Err(Refusal {
                code: Win32Error::NOT_SUPPORTED,
                reason: Reason::BadParameters,
                cause: cause.clone(),
            });
        }
        Engine::check(mode).map_err(|cause| Refusal {
            code: Win32Error::INVALID_PARAMETER,
            reason: Reason::BadParameters,
            cause,
        })
    }

    fn begin(&mut self, job: Job) {
        match &mut self.worker {
            Some(worker) => worker.begin(job),
            // Switching off what cannot be on.
            None => {
                if let Some((caller, _)) = self.saving.pop_front() {
                    self.outputs
                        .push_back(Output::Answer(caller, Ok(Answer::Done)));
                }
            }
        }
    }

    /// One of its descriptors is ready.
    pub(crate) fn handle_ready(&mut self, part: SharingPart, poller: &Poller, now: Instant) {
        match part {
            SharingPart::Worker => {
                while let Some(done) = self.worker.as_mut().and_then(Background::take) {
                    self.handle_done(done, poller, now);
                }
            }
            SharingPart::Changes => {
                if let Some(changes) = &self.changes {
                    route::drain(changes);
                    self.engine.handle_changed(now);
                }
            }
            SharingPart::Leases => {
                if let Some(leases) = self.helper.as_ref().and_then(|h| h.leases.as_ref()) {
                    drain(leases);
                    self.read_leases(now);
                }
            }
            SharingPart::Words => self.read_words(poller),
            SharingPart::Exit => {
                self.read_words(poller);
                if let Some(helper) = self.unwatch(poller) {
                    let words = String::from_utf8_lossy(&helper.words).into_owned();
                    self.engine.handle_helper_exit(&words, now);
                }
            }
        }
    }

    fn handle_done(&mut self, done: Result<Done, Died>, poller: &Poller, now: Instant) {
        match done {
            Ok(Done::Step(outcome, watched)) => {
                let started = watched.is_some();
                if let Some(watched) = watched {
                    self.watch_helper(watched, poller);
                }
                self.engine.handle_outcome(outcome, now);
                if started {
                    self.read_leases(now);
                }
            }
            Ok(Done::Saved(result)) => {
                if let Some((caller, mode)) = self.saving.pop_front() {
                    let result = result.map_err(|cause| Refusal {
                        code: Win32Error::GEN_FAILURE,
                        reason: Reason::Unspecified,
                        cause,
                    });
                    if result.is_ok() {
                        self.engine.set_mode(mode, now);
                    }
                    let answer = result.map(|()| Answer::Done);
                    self.outputs.push_back(Output::Answer(caller, answer));
                }
            }
            Ok(Done::CleanedUp(true)) => {
                tracing::info!("cleared up what a killed service had left of sharing");
            }
            Ok(Done::CleanedUp(false) | Done::Ended) => {}
            Err(Died) => {
                let words = "the part of the service that sets up addresses has died".to_owned();
                let refusal = sharing::Refusal::Said(words);
                self.engine.handle_outcome(Outcome::Refused(refusal), now);
                for (caller, _) in self.saving.drain(..) {
                    let refusal = Refusal::new(
                        Win32Error::GEN_FAILURE,
                        Reason::Unspecified,
                        "The part of the service that sets up addresses has died.",
                        "Restart the service.",
                    );
                    self.outputs.push_back(Output::Answer(caller, Err(refusal)));
                }
            }
        }
    }

    fn watch_helper(&mut self, watched: programs::Watched, poller: &Poller) {
        let programs::Watched { exit, stderr } = watched;
        let leases = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)
            .and_then(|fd| {
                inotify::add_watch(&fd, self.places.leases(), inotify::WatchFlags::MODIFY)?;
                poller.add(&fd, Token::Sharing(SharingPart::Leases), EventFlags::IN)?;
                Ok(fd)
            });
        let watched = poller
            .add(&exit, Token::Sharing(SharingPart::Exit), EventFlags::IN)
            .and_then(|()| poller.add(&stderr, Token::Sharing(SharingPart::Words), EventFlags::IN));
        if let Err(error) = watched.and(leases.as_ref().map(|_| ()).map_err(|error| *error)) {
            tracing::warn!(%error, "dnsmasq is not watched");
        }
        self.helper = Some(Helper {
            exit,
            stderr,
            words: Vec::new(),
            leases: leases.ok(),
        });
    }

    /// Forgets dnsmasq: it has ended, or is about to be ended.
    fn unwatch(&mut self, poller: &Poller) -> Option<Helper> {
        let helper = self.helper.take()?;
        // The worker has the same descriptor, so that it would stay watched.
        let _ = poller.remove(&helper.exit);
        Some(helper)
    }

    fn read_words(&mut self, poller: &Poller) {
        let Some(helper) = &mut self.helper else {
            return;
        };
        let mut buffer = [0; 1024];
        for _ in 0..64 {
            match rustix::io::read(&helper.stderr, &mut buffer) {
                Ok(0) => {
                    let _ = poller.remove(&helper.stderr);
                    break;
                }
                Ok(len) => helper.words.extend(buffer.iter().take(len)),
                Err(_) => break,
            }
        }
        // What was said last is what counts.
        let surplus = helper.words.len().saturating_sub(MOST_WORDS);
        helper.words.drain(..surplus);
        tracing::debug!(
            words = %String::from_utf8_lossy(&helper.words).escape_debug(),
            "dnsmasq"
        );
    }

    fn read_leases(&mut self, now: Instant) {
        use std::io::Read;
        // Peers choose their names: they need not be text.
        let mut bytes = Vec::new();
        let read = std::fs::File::open(self.places.leases())
            .and_then(|file| file.take(MOST_LEASES).read_to_end(&mut bytes));
        match read {
            Ok(_) => {
                let text = String::from_utf8_lossy(&bytes);
                self.engine.handle_leases(&text, now);
            }
            Err(error) => tracing::warn!(%error, "the leases cannot be read"),
        }
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.engine.poll_timeout().is_some_and(|due| due <= now) {
            self.engine.handle_timeout(now);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.engine.poll_timeout()
    }

    /// What is to be passed on next.
    pub(crate) fn poll_output(&mut self, poller: &Poller) -> Option<Output> {
        while let Some(output) = self.engine.poll_output() {
            match output {
                sharing::Output::Do(step) => {
                    if step == Step::StopHelper {
                        self.unwatch(poller);
                    }
                    self.begin(Job::Step(step));
                }
                sharing::Output::Event(event) => {
                    let kind = EventKind::Sharing(event);
                    self.outputs.push_back(Output::Event(kind));
                }
            }
        }
        self.outputs.pop_front()
    }

    /// Undoes everything.
    pub(crate) fn finish(&mut self) {
        let Some(worker) = &mut self.worker else {
            return;
        };
        self.helper = None;
        worker.begin(Job::End);
        if !worker.finish(END_LIMIT) {
            tracing::warn!("sharing was not undone in time");
        }
    }
}

/// Our own IPv6 network, the same on every start of this machine.
fn ula() -> Ula {
    let id = std::fs::read("/etc/machine-id").unwrap_or_default();
    // FNV-1a: it need not be secret, only other than the neighbours'.
    let hash = id.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let [a, b, c, d, e, ..] = hash.to_be_bytes();
    Ula([a, b, c, d, e])
}

/// Reads a descriptor until nothing is left.
fn drain(fd: &OwnedFd) {
    let mut buffer = [0; 4096];
    while matches!(rustix::io::read(fd, &mut buffer), Ok(1..)) {}
}
