//! The radio: seam D on top, sockets below.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;

use clock::{Duration, Instant};
use dot11::{Channel, MacAddr, ReasonCode};
use radio::{
    ApConfig, Capabilities, Cause, Command, CommandError, CommandErrorKind, CommandId, KeyScope,
    Radio, RadioCommand, RadioEvent, StationEntry,
};
use rustix::io::Errno;

use crate::OpenError;
use crate::ap;
use crate::batch::{Batch, Op, Outcome, Sent};
use crate::consts;
use crate::eapol::EapolPort;
use crate::errno::command_error;
use crate::event::{self, Event, What};
use crate::kernel::Kernel;
use crate::list::no_wireless;
use crate::netlink::messages;
use crate::rfkill;
use crate::setup::Link;
use crate::socket::Socket;

/// Changes of the regulatory domain come in bursts; they are read once this much later.
const SETTLE: Duration = Duration::from_millis(200);
/// Frames whose fate is awaited; far more than a radio queues.
const MAX_AWAITED: usize = 1024;
/// Datagrams taken from one source before the others get their turn.
const MAX_BURST: usize = 16;
/// Wake-ups closer together than this are a storm: then look for more at each.
const STORM: Duration = Duration::from_micros(500);
/// EAPOL PDUs and management frames have to fit in one 802.11 frame.
const MAX_FRAME: usize = 2304;

/// How a radio is to be opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// An interface of the radio to use; `None` takes the first radio that can carry an access
    /// point.
    pub ifname: Option<String>,
    /// The name for the access point's own interface.
    pub own_interface: String,
    /// A folder that lasts until the next boot (`/run/...`), for the note that lets a later start
    /// clear up after a killed one.
    pub runtime_dir: PathBuf,
}

impl Options {
    /// The first radio that can, interface `hosted0`.
    #[must_use]
    pub fn new(runtime_dir: impl Into<PathBuf>) -> Self {
        Self {
            ifname: None,
            own_interface: "hosted0".to_owned(),
            runtime_dir: runtime_dir.into(),
        }
    }
}

/// What to poll for reading, and to name to [`Nl80211Radio::handle_readable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Events and management frames from nl80211.
    Events,
    /// EAPOL from stations.
    Eapol,
    /// Switches that silence the radio.
    Switch,
}

/// A radio of this machine.
#[derive(Debug)]
pub struct Nl80211Radio {
    options: Options,
    kernel: Kernel,
    events: Socket,
    eapol: EapolPort,
    switch: rfkill::Watch,
    state: State,
    batch: Batch,
    out: VecDeque<RadioEvent>,
    refresh_at: Option<Instant>,
    last_wake: Option<Instant>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
enum State {
    /// An interface is held.
    Held(Held),
    /// The radio is gone; it may come back.
    Gone,
    /// Everything was given back.
    Closed,
}

#[derive(Debug)]
struct Held {
    link: Link,
    capabilities: Capabilities,
    air: Air,
}

#[derive(Debug)]
enum Air {
    /// Switched off by rfkill.
    Silenced,
    /// Ready for an access point.
    Idle,
    /// An access point is on the air.
    Running(Running),
}

#[derive(Debug)]
struct Running {
    /// For stations that are entered before they said theirs.
    rates: Vec<u8>,
    stations: BTreeMap<MacAddr, Station>,
    /// Frames whose fate the kernel will report, by its number for them. The number arrives
    /// within the exchange that sent the frame, so a report is never read before it.
    awaited: BTreeMap<u64, CommandId>,
    /// Stations replaced by themselves: the kernel will report the departure of the first entry.
    replaced: Vec<MacAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Station {
    /// The kernel has it: not the case before association with a driver that wants it then.
    entered: bool,
    associated: bool,
    /// Frames to it get lost; a probe of our own is on its way.
    suspected: bool,
}

/// No radio, or none on the air: what every command but a few then answers.
fn not_running() -> CommandError {
    CommandError {
        kind: CommandErrorKind::PoweredDown,
        cause: Cause::new("The access point is not running.", "Start it first."),
    }
}

fn radio_gone() -> Cause {
    Cause::new(
        "The radio or its interface was removed.",
        "Plug the radio in again, or start the service again if only the interface was removed.",
    )
}

impl Nl80211Radio {
    /// Gets a radio with an interface for the access point, which is not started yet. The first
    /// event is `Ready`, or `Unavailable` while the radio is switched off.
    ///
    /// # Errors
    /// When there is no radio that can carry an access point, it is in use, or the process may not
    /// have it; nothing is changed then.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let mut kernel = Kernel::open().map_err(|e| no_wireless(&e))?;
        let opening = |e: Errno| command_error("open its sockets", e.raw_os_error(), None);
        // Events are heard before the state is read, so that no change falls in between.
        let events = kernel.open_events().map_err(opening)?;
        let eapol = EapolPort::open().map_err(opening)?;
        let link = Link::acquire(&mut kernel, &options)?;
        let mut radio = Self {
            options,
            kernel,
            events,
            eapol,
            switch: rfkill::Watch::open(),
            state: State::Gone,
            batch: Batch::default(),
            out: VecDeque::new(),
            refresh_at: None,
            last_wake: None,
        };
        radio.hold(link)?;
        Ok(radio)
    }

    /// Prepares an interface that was just acquired; gives it back when that fails.
    fn hold(&mut self, link: Link) -> Result<(), OpenError> {
        let prepared = self
            .kernel
            .register_frames(&mut self.events, link.ifindex)
            .and_then(|()| self.eapol.attach(link.ifindex).map_err(Into::into))
            .and_then(|()| self.kernel.interfaces());
        let interfaces = match prepared {
            Ok(interfaces) => interfaces,
            Err(e) => {
                let error = e.explain(&format!("prepare {}", link.name));
                link.release(&mut self.kernel);
                return Err(error);
            }
        };
        let capabilities = link.capabilities(&interfaces);
        let air = match rfkill::state(&link.wiphy.name).cause() {
            Some(cause) => {
                self.out.push_back(RadioEvent::Unavailable { cause });
                Air::Silenced
            }
            None => {
                self.out
                    .push_back(RadioEvent::Ready(Box::new(capabilities.clone())));
                Air::Idle
            }
        };
        self.state = State::Held(Held {
            link,
            capabilities,
            air,
        });
        Ok(())
    }

    /// What to poll for reading. The set never changes while the radio is open.
    pub fn sources(&self) -> impl Iterator<Item = (Source, BorrowedFd<'_>)> {
        [
            Some((Source::Events, self.events.as_fd())),
            Some((Source::Eapol, self.eapol.as_fd())),
            self.switch.fd().map(|fd| (Source::Switch, fd)),
        ]
        .into_iter()
        .flatten()
    }

    /// The name of the access point's interface, while one is held.
    #[must_use]
    pub fn interface(&self) -> Option<&str> {
        match &self.state {
            State::Held(held) => Some(&held.link.name),
            State::Gone | State::Closed => None,
        }
    }

    /// Takes what has arrived. Meant for level-triggered polling: something may be left.
    pub fn handle_readable(&mut self, source: Source, now: Instant) {
        self.flush();
        let storm = self.last_wake.is_some_and(|last| now.since(last) < STORM);
        self.last_wake = Some(now);
        let most = if storm { MAX_BURST } else { 1 };
        match source {
            Source::Events => self.read_events(most, now),
            Source::Eapol => self.read_eapol(most),
            Source::Switch => {
                self.switch.drain();
                self.follow_switch();
            }
        }
    }

    /// Gives everything back: access point, stations, interface, claim. What the radio does for
    /// others stays. Called on drop, too.
    pub fn close(&mut self) {
        self.flush();
        if let State::Held(held) = core::mem::replace(&mut self.state, State::Closed) {
            held.link.release(&mut self.kernel);
        }
    }

    // --- commands ---------------------------------------------------------------------------

    fn complete(&mut self, id: CommandId, result: Result<(), CommandError>) {
        self.out.push_back(RadioEvent::Completed { id, result });
    }

    /// Adds a message about the running access point to the batch.
    fn push(
        &mut self,
        command: u8,
        what: (Option<CommandId>, Op),
        fill: impl FnOnce(&mut crate::netlink::Writer, u32, &Running),
    ) {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            if let Some(id) = what.0 {
                self.complete(id, Err(not_running()));
            }
            return;
        };
        let seq = self.kernel.requests.take_seqs(1);
        self.batch
            .push((self.kernel.family.id, seq), command, what, |w| {
                fill(w, link.ifindex, running);
            });
        if self.batch.is_full() {
            self.flush();
        }
    }

    fn running(&mut self) -> Option<&mut Running> {
        match &mut self.state {
            State::Held(Held {
                air: Air::Running(running),
                ..
            }) => Some(running),
            _ => None,
        }
    }

    fn add_station(&mut self, id: CommandId, entry: Box<StationEntry>) {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &mut self.state
        else {
            return self.complete(id, Err(not_running()));
        };
        let peer = entry.peer;
        let associated = entry.flags.associated;
        let enter = associated || link.wiphy.full_client_state();
        let station = Station {
            entered: enter,
            associated,
            suspected: false,
        };
        let old = running.stations.insert(peer, station);
        if old.is_some_and(|s| s.entered) {
            running.replaced.push(peer);
            self.push(
                consts::CMD_DEL_STATION,
                (None, Op::Preparation),
                |w, ifindex, _| {
                    ap::peer(w, ifindex, peer);
                },
            );
        }
        if enter {
            self.enter(id, entry);
        } else {
            self.complete(id, Ok(()));
        }
    }

    fn enter(&mut self, id: CommandId, entry: Box<StationEntry>) {
        // Written before the entry moves into the operation that keeps it.
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            return self.complete(id, Err(not_running()));
        };
        let seq = self.kernel.requests.take_seqs(1);
        self.batch
            .push_station((self.kernel.family.id, seq), id, entry, |w, entry| {
                ap::station(w, link.ifindex, entry, &running.rates);
            });
    }

    fn update_station(&mut self, id: CommandId, entry: Box<StationEntry>) {
        let Some(running) = self.running() else {
            return self.complete(id, Err(not_running()));
        };
        let Some(station) = running.stations.get_mut(&entry.peer) else {
            let error = command_error("update the station", libc::ENOENT, None);
            return self.complete(id, Err(error));
        };
        let before = *station;
        station.associated = entry.flags.associated;
        if !before.entered {
            if !entry.flags.associated {
                return self.complete(id, Ok(()));
            }
            station.entered = true;
            return self.enter(id, entry);
        }
        let what = (Some(id), Op::Plain("update the station"));
        self.push(consts::CMD_SET_STATION, what, |w, ifindex, running| {
            if before.associated {
                ap::station_flags_only(w, ifindex, &entry);
            } else {
                ap::station(w, ifindex, &entry, &running.rates);
            }
        });
    }

    fn remove_station(&mut self, id: Option<CommandId>, peer: MacAddr, reason: ReasonCode) {
        let old = self.running().and_then(|r| r.stations.remove(&peer));
        if old.is_some_and(|s| s.entered) {
            let what = (id, Op::Removal("remove the station"));
            self.push(consts::CMD_DEL_STATION, what, |w, ifindex, _| {
                ap::remove_station(w, ifindex, peer, reason);
            });
        } else if let Some(id) = id {
            self.complete(id, Ok(()));
        }
    }

    fn send_eapol(&mut self, id: CommandId, peer: MacAddr, pdu: &[u8]) {
        const DOING: &str = "send EAPOL";
        // Keys and stations that were ordered before must be in force.
        self.flush();
        let address = match &self.state {
            State::Held(Held {
                link,
                air: Air::Running(_),
                ..
            }) => link.address,
            _ => return self.complete(id, Err(not_running())),
        };
        let result = if pdu.len() > MAX_FRAME {
            Err(Errno::MSGSIZE)
        } else {
            self.eapol.send(address, peer, pdu)
        };
        let result = result.map_err(|e| command_error(DOING, e.raw_os_error(), None));
        self.complete(id, result);
    }

    fn send_management(&mut self, id: CommandId, frame: &[u8]) {
        if frame.len() > MAX_FRAME {
            let error = command_error("send a management frame", libc::EMSGSIZE, None);
            return self.complete(id, Err(error));
        }
        let op = if ap::reports_fate(frame) {
            Op::Frame
        } else {
            Op::Plain("send a management frame")
        };
        self.push(consts::CMD_FRAME, (Some(id), op), |w, ifindex, _| {
            ap::frame(w, ifindex, frame)
        });
    }

    // --- start and stop ---------------------------------------------------------------------

    fn start_ap(&mut self, config: &ApConfig) -> Result<(), CommandError> {
        const DOING: &str = "start the access point";
        let State::Held(held) = &mut self.state else {
            return Err(CommandError {
                kind: CommandErrorKind::NotFound,
                cause: radio_gone(),
            });
        };
        if let Some(cause) = rfkill::state(&held.link.wiphy.name).cause() {
            return Err(CommandError {
                kind: CommandErrorKind::PoweredDown,
                cause,
            });
        }
        check_channel(&held.capabilities, config.channel)?;
        let kernel = &mut self.kernel;
        let ifindex = held.link.ifindex;
        if let Air::Running(_) = held.air {
            held.air = Air::Idle;
            kernel.stop_ap(ifindex).map_err(|e| e.explain(DOING))?;
        }
        kernel
            .route
            .set_up(ifindex, true)
            .map_err(|e| e.explain(DOING))?;
        let started =
            match kernel.request(consts::CMD_START_AP, |w| ap::start_ap(w, ifindex, config)) {
                // An access point of an earlier process on an interface that was handed to us.
                Err(e) if e.is(Errno::ALREADY) => kernel.stop_ap(ifindex).and_then(|()| {
                    kernel.request(consts::CMD_START_AP, |w| ap::start_ap(w, ifindex, config))
                }),
                other => other,
            };
        let configured = started.and_then(|()| {
            kernel.request(consts::CMD_SET_BSS, |w| ap::set_bss(w, ifindex, config))
        });
        if let Err(e) = configured {
            let _ = kernel.stop_ap(ifindex);
            let _ = kernel.route.set_up(ifindex, false);
            return Err(e.explain(DOING));
        }
        if let Err(e) = kernel.route.set_operational(ifindex) {
            tracing::warn!(
                errno = e.errno,
                "the interface does not show as operational"
            );
        }
        held.air = Air::Running(Running {
            rates: config.basic_rates.clone(),
            stations: BTreeMap::new(),
            awaited: BTreeMap::new(),
            replaced: Vec::new(),
        });
        Ok(())
    }

    fn stop_ap(&mut self) -> Result<(), CommandError> {
        let State::Held(held) = &mut self.state else {
            return Ok(());
        };
        if let Air::Running(_) = held.air {
            held.air = Air::Idle;
            let ifindex = held.link.ifindex;
            self.kernel
                .stop_ap(ifindex)
                .and_then(|()| self.kernel.route.set_up(ifindex, false))
                .map_err(|e| e.explain("stop the access point"))?;
        }
        Ok(())
    }

    // --- the batch --------------------------------------------------------------------------

    fn flush(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        self.batch.exchange(&mut self.kernel.requests);
        let mut sent = self.batch.take_sent();
        for entry in sent.drain(..) {
            self.conclude(entry);
        }
        self.batch.reuse(sent);
    }

    fn conclude(&mut self, entry: Sent) {
        let Sent {
            id, op, outcome, ..
        } = entry;
        let refusal = match outcome {
            Outcome::Done => None,
            Outcome::Cookie(cookie) => {
                if let (Some(id), Some(running)) = (id, self.running()) {
                    running.awaited.insert(cookie, id);
                    if running.awaited.len() > MAX_AWAITED {
                        running.awaited.pop_first();
                    }
                }
                None
            }
            Outcome::Counter(counter) => {
                if let Op::GroupCounter(index) = op {
                    self.out
                        .push_back(RadioEvent::GroupCounter { index, counter });
                }
                None
            }
            Outcome::Station(report) => {
                self.out.push_back(RadioEvent::Station(report));
                None
            }
            Outcome::Refused(refusal) => Some(refusal),
        };
        let result = match (refusal, op) {
            (None, _) | (_, Op::Preparation) => Ok(()),
            (Some(e), Op::Removal(_)) if e.is(Errno::NOENT) => Ok(()),
            // A station of that address was there after all, entered by somebody else.
            (Some(e), Op::NewStation(entry)) if e.is(Errno::EXIST) => self.enter_again(&entry),
            (Some(e), op) => Err(e.explain(match op {
                Op::Plain(doing) | Op::Removal(doing) => doing,
                Op::NewStation(_) => "enter the station",
                Op::Frame | Op::Preparation => "send a management frame",
                Op::GroupCounter(_) => "read the group key's counter",
                Op::Station(_) => "read the station's figures",
            })),
        };
        if let Some(id) = id {
            self.complete(id, result);
        }
    }

    fn enter_again(&mut self, entry: &StationEntry) -> Result<(), CommandError> {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &mut self.state
        else {
            return Err(not_running());
        };
        let ifindex = link.ifindex;
        running.replaced.push(entry.peer);
        self.kernel
            .request(consts::CMD_DEL_STATION, |w| {
                ap::peer(w, ifindex, entry.peer)
            })
            .and_then(|()| {
                self.kernel.request(consts::CMD_NEW_STATION, |w| {
                    ap::station(w, ifindex, entry, &running.rates);
                })
            })
            .map_err(|e| e.explain("enter the station"))
    }

    // --- what arrives -----------------------------------------------------------------------

    fn read_eapol(&mut self, most: usize) {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            // Nobody may speak yet: throw it away.
            while matches!(self.eapol.receive(), Ok(Some(_))) {}
            return;
        };
        for _ in 0..most {
            match self.eapol.receive() {
                Ok(Some(frame)) => {
                    // A station speaks EAPOL only once it is associated, and only to us.
                    let known = running
                        .stations
                        .get(&frame.source)
                        .is_some_and(|s| s.associated);
                    if known && frame.destination == link.address {
                        self.out.push_back(RadioEvent::Eapol {
                            peer: frame.source,
                            pdu: frame.pdu.to_vec(),
                        });
                    }
                }
                Ok(None) => return,
                Err(e) => {
                    tracing::warn!(error = %e, "EAPOL cannot be received");
                    return;
                }
            }
        }
    }

    fn read_events(&mut self, most: usize, now: Instant) {
        for _ in 0..most {
            // The events borrow the socket's buffer, and handling them needs all of the radio.
            let mut deferred = None;
            match self.events.receive_now() {
                Ok(Some(datagram)) => {
                    for event in messages(datagram).filter_map(|m| event::parse(&m)) {
                        deferred = quick(&mut self.state, &mut self.out, event).or(deferred);
                    }
                }
                Ok(None) => return,
                Err(Errno::NOBUFS) => {
                    tracing::warn!("events were lost; reading the state anew");
                    self.resync();
                    return;
                }
                Err(e) => {
                    tracing::warn!(error = %e, "events cannot be received");
                    return;
                }
            }
            if let Some(deferred) = deferred {
                self.handle_deferred(deferred, now);
            }
        }
    }

    fn handle_deferred(&mut self, deferred: Deferred, now: Instant) {
        match deferred {
            Deferred::Probe(peer) => {
                let what = (None, Op::Preparation);
                self.push(consts::CMD_PROBE_CLIENT, what, |w, ifindex, _| {
                    ap::peer(w, ifindex, peer)
                });
            }
            Deferred::Drop(peer) => {
                self.remove_station(None, peer, ReasonCode::INACTIVITY);
                self.out.push_back(RadioEvent::StationLost { peer });
            }
            Deferred::ApStopped => self.explain_stop(),
            Deferred::Neighbours => self.refresh(false),
            Deferred::Regulatory => self.refresh_at = Some(now + SETTLE),
            Deferred::OwnType => {
                let State::Held(held) = &self.state else {
                    return;
                };
                let ifindex = held.link.ifindex;
                let still = |all: Vec<crate::interface::Interface>| {
                    all.iter()
                        .any(|i| i.ifindex == ifindex && i.iftype == consts::IFTYPE_AP)
                };
                if !self.kernel.interfaces().is_ok_and(still) {
                    let text = format!("Another program took the interface {}.", held.link.name);
                    let remedy = "Keep network managers off it, then start the service again.";
                    self.lose(Cause::new(text, remedy));
                }
            }
            Deferred::OwnGone => self.lose(radio_gone()),
            Deferred::Recover => self.recover(),
        }
    }

    /// The kernel ended the access point: because of a switch, another program, or by itself.
    fn explain_stop(&mut self) {
        let State::Held(held) = &mut self.state else {
            return;
        };
        let Air::Running(_) = held.air else { return };
        held.air = Air::Idle;
        let name = &held.link.name;
        if let Some(cause) = rfkill::state(&held.link.wiphy.name).cause() {
            held.air = Air::Silenced;
            self.out.push_back(RadioEvent::Unavailable { cause });
            return;
        }
        let cause = match self.kernel.route.link(held.link.ifindex) {
            Err(e) if e.is(Errno::NODEV) => return self.lose(radio_gone()),
            Ok(link) if !link.up => Cause::new(
                format!("Another program set the interface {name} down."),
                "Keep network managers off it, then start the network again.",
            ),
            _ => Cause::new(
                "The driver ended the access point.",
                "See the kernel's log (`dmesg`), then start the network again.",
            ),
        };
        self.out.push_back(RadioEvent::ApStopped { cause });
    }

    /// The interface is not ours any more.
    fn lose(&mut self, cause: Cause) {
        if let State::Held(held) = core::mem::replace(&mut self.state, State::Gone) {
            held.link.forget();
            // A radio that is switched off was reported as unavailable before, for another cause.
            self.out.push_back(RadioEvent::Unavailable { cause });
        }
    }

    /// A radio appeared while there was none.
    fn recover(&mut self) {
        if let State::Gone = self.state {
            match Link::acquire(&mut self.kernel, &self.options).and_then(|link| self.hold(link)) {
                Ok(()) => tracing::info!("the radio is back"),
                Err(e) => tracing::debug!(error = %e, "the new radio does not serve"),
            }
        }
    }

    fn follow_switch(&mut self) {
        let State::Held(held) = &mut self.state else {
            return;
        };
        match (rfkill::state(&held.link.wiphy.name).cause(), &held.air) {
            (Some(cause), Air::Idle | Air::Running(_)) => {
                held.air = Air::Silenced;
                self.out.push_back(RadioEvent::Unavailable { cause });
            }
            (None, Air::Silenced) => {
                held.air = Air::Idle;
                let ready = Box::new(held.capabilities.clone());
                self.out.push_back(RadioEvent::Ready(ready));
                self.refresh(true);
            }
            (Some(_), Air::Silenced) | (None, Air::Idle | Air::Running(_)) => {}
        }
    }

    /// Reads anew what the radio can do; tells when it changed.
    fn refresh(&mut self, channels: bool) {
        let State::Held(held) = &mut self.state else {
            return;
        };
        if channels {
            match self.kernel.wiphys(Some(held.link.wiphy.index)) {
                Ok(mut found) => {
                    if let Some(wiphy) = found.pop() {
                        held.link.wiphy = wiphy;
                    }
                }
                Err(e) => tracing::warn!(errno = e.errno, "the radio cannot be described"),
            }
        }
        let interfaces = match self.kernel.interfaces() {
            Ok(interfaces) => interfaces,
            Err(e) => {
                tracing::warn!(errno = e.errno, "the interfaces cannot be listed");
                return;
            }
        };
        let capabilities = held.link.capabilities(&interfaces);
        if capabilities != held.capabilities {
            held.capabilities = capabilities;
            if !matches!(held.air, Air::Silenced) {
                let ready = Box::new(held.capabilities.clone());
                self.out.push_back(RadioEvent::Ready(ready));
            }
        }
    }

    /// Events were lost: find out what they could have told.
    fn resync(&mut self) {
        self.follow_switch();
        self.refresh(true);
        let State::Held(held) = &mut self.state else {
            return self.recover();
        };
        let ifindex = held.link.ifindex;
        let Ok(interfaces) = self.kernel.interfaces() else {
            return;
        };
        let Some(own) = interfaces.iter().find(|i| i.ifindex == ifindex) else {
            return self.lose(radio_gone());
        };
        let Air::Running(running) = &mut held.air else {
            return;
        };
        if !own.in_use() {
            return self.explain_stop();
        }
        // Whether these frames arrived nobody knows; a lost one is noticed by what should follow.
        for id in core::mem::take(&mut running.awaited).into_values() {
            self.out
                .push_back(RadioEvent::FrameSent { id, acked: true });
        }
        running.replaced.clear();
        if let Ok(there) = self.kernel.stations(ifindex) {
            let lost: Vec<MacAddr> = running
                .stations
                .iter()
                .filter(|(peer, s)| s.entered && !there.contains(peer))
                .map(|(peer, _)| *peer)
                .collect();
            for peer in lost {
                running.stations.remove(&peer);
                self.out.push_back(RadioEvent::StationLost { peer });
            }
        }
    }
}

/// What cannot be done while the event is being read.
enum Deferred {
    Probe(MacAddr),
    Drop(MacAddr),
    ApStopped,
    Neighbours,
    Regulatory,
    OwnType,
    OwnGone,
    Recover,
}

/// Handles the events of every day; the others are handed back. (One datagram has one event.)
fn quick(state: &mut State, out: &mut VecDeque<RadioEvent>, event: Event<'_>) -> Option<Deferred> {
    let held = match state {
        State::Held(held) => held,
        State::Gone => {
            return matches!(event.what, What::WiphyAdded | What::InterfaceAdded { .. })
                .then_some(Deferred::Recover);
        }
        State::Closed => return None,
    };
    if event.ifindex != held.link.ifindex {
        return match event.what {
            What::WiphyRemoved { wiphy } if wiphy == held.link.wiphy.index => {
                Some(Deferred::OwnGone)
            }
            What::ConnectionChanged
            | What::ChannelSwitched { .. }
            | What::InterfaceAdded { .. }
            | What::InterfaceRemoved
            | What::InterfaceChanged => Some(Deferred::Neighbours),
            What::RegulatoryChanged => Some(Deferred::Regulatory),
            _ => None,
        };
    }
    match event.what {
        What::InterfaceRemoved => return Some(Deferred::OwnGone),
        What::InterfaceChanged => return Some(Deferred::OwnType),
        _ => {}
    }
    let Air::Running(running) = &mut held.air else {
        return None;
    };
    match event.what {
        What::Frame { frame, signal } => {
            out.push_back(RadioEvent::Management {
                frame: frame.to_vec(),
                signal,
            });
        }
        What::FrameSent { cookie, acked } => {
            if let Some(id) = running.awaited.remove(&cookie) {
                out.push_back(RadioEvent::FrameSent { id, acked });
            }
        }
        What::UnexpectedData { peer } => out.push_back(RadioEvent::UnexpectedData { peer }),
        What::ProbeResult { peer, acked } => {
            let suspected = running
                .stations
                .get_mut(&peer)
                .is_some_and(|s| core::mem::replace(&mut s.suspected, false));
            match (suspected, acked) {
                (false, _) => out.push_back(RadioEvent::ProbeResult { peer, acked }),
                (true, true) => {}
                (true, false) => return Some(Deferred::Drop(peer)),
            }
        }
        What::StationGone { peer } => {
            if let Some(at) = running.replaced.iter().position(|r| *r == peer) {
                running.replaced.swap_remove(at);
            } else if running.stations.remove(&peer).is_some() {
                out.push_back(RadioEvent::StationLost { peer });
            }
        }
        What::PacketLoss { peer } => {
            let station = running.stations.get_mut(&peer)?;
            if !core::mem::replace(&mut station.suspected, true) {
                return Some(Deferred::Probe(peer));
            }
        }
        What::ApStopped => return Some(Deferred::ApStopped),
        What::ChannelSwitched { channel } => out.extend(channel.map(RadioEvent::ChannelChanged)),
        _ => {}
    }
    None
}

/// Refuses a channel the regulatory domain keeps from access points, and says which rule it is.
fn check_channel(c: &Capabilities, channel: Channel) -> Result<(), CommandError> {
    let number = channel.number();
    let refuse = |text: String, remedy: &str| {
        Err(CommandError {
            kind: CommandErrorKind::Regulatory,
            cause: Cause::new(text, remedy),
        })
    };
    let other = "Choose another channel, or set the country you are in (`iw reg set`).";
    match c.channels.iter().find(|i| i.channel == channel) {
        None => refuse(
            format!("The radio has no channel {number}."),
            "Choose another channel.",
        ),
        Some(i) if i.disabled => refuse(
            format!("Channel {number} is not allowed in this regulatory domain."),
            other,
        ),
        Some(i) if i.radar => refuse(
            format!("Channel {number} needs radar detection, which is not offered."),
            "Choose another channel.",
        ),
        Some(i) if i.no_ir => refuse(
            format!(
                "The regulatory domain lets nobody transmit first on channel {number}, so no access point."
            ),
            other,
        ),
        Some(_) => Ok(()),
    }
}

impl Radio for Nl80211Radio {
    fn command(&mut self, command: RadioCommand, _now: Instant) {
        let RadioCommand { id, command } = command;
        match command {
            Command::StartAp(config) => {
                self.flush();
                let result = self.start_ap(&config);
                self.complete(id, result);
            }
            Command::StopAp => {
                self.flush();
                let result = self.stop_ap();
                self.complete(id, result);
            }
            Command::UpdateBeacon { head, tail } => {
                let what = (Some(id), Op::Plain("change the beacon"));
                self.push(consts::CMD_SET_BEACON, what, |w, ifindex, _| {
                    ap::set_beacon(w, ifindex, &head, &tail);
                });
            }
            Command::SendManagement { frame } => self.send_management(id, &frame),
            Command::SendEapol { peer, pdu } => self.send_eapol(id, peer, &pdu),
            Command::AddStation(entry) => self.add_station(id, entry),
            Command::UpdateStation(entry) => self.update_station(id, entry),
            Command::Authorize { peer, open } => {
                let what = (Some(id), Op::Plain("set the station's port"));
                self.push(consts::CMD_SET_STATION, what, |w, ifindex, _| {
                    ap::authorize(w, ifindex, peer, open);
                });
            }
            Command::RemoveStation { peer, reason } => self.remove_station(Some(id), peer, reason),
            Command::InstallKey(key) => {
                self.batch.mark_secret();
                let what = (Some(id), Op::Plain("install the key"));
                self.push(consts::CMD_NEW_KEY, what, |w, ifindex, _| {
                    ap::new_key(w, ifindex, &key)
                });
            }
            Command::RemoveKey { scope, index } => {
                if self.running().is_none_or(|r| is_keyless(r, scope)) {
                    return self.complete(id, Ok(()));
                }
                let what = (Some(id), Op::Removal("remove the key"));
                self.push(consts::CMD_DEL_KEY, what, |w, ifindex, _| {
                    ap::remove_key(w, ifindex, scope, index);
                });
            }
            Command::UseGroupKey { index } => {
                let what = (Some(id), Op::Plain("use the group key"));
                self.push(consts::CMD_SET_KEY, what, |w, ifindex, _| {
                    ap::use_group_key(w, ifindex, index);
                });
            }
            Command::QueryGroupCounter { index } => {
                let what = (Some(id), Op::GroupCounter(index));
                self.push(consts::CMD_GET_KEY, what, |w, ifindex, _| {
                    ap::group_counter(w, ifindex, index);
                });
            }
            Command::QueryStation { peer } => {
                let what = (Some(id), Op::Station(peer));
                self.push(consts::CMD_GET_STATION, what, |w, ifindex, _| {
                    ap::peer(w, ifindex, peer)
                });
            }
            Command::ProbeStation { peer } => {
                let what = (Some(id), Op::Plain("probe the station"));
                self.push(consts::CMD_PROBE_CLIENT, what, |w, ifindex, _| {
                    ap::peer(w, ifindex, peer)
                });
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.refresh_at.is_some_and(|at| at <= now) {
            self.refresh_at = None;
            self.refresh(true);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.refresh_at
    }

    fn poll_event(&mut self) -> Option<RadioEvent> {
        if self.out.is_empty() {
            self.flush();
        }
        self.out.pop_front()
    }
}

/// A station the kernel does not have, has no key there either.
fn is_keyless(running: &Running, scope: KeyScope) -> bool {
    match scope {
        KeyScope::Pairwise(peer) => !running.stations.get(&peer).is_some_and(|s| s.entered),
        KeyScope::Group => false,
    }
}

impl Drop for Nl80211Radio {
    fn drop(&mut self) {
        self.close();
    }
}
