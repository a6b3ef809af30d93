//! The radio, its air and its stations together.

mod adapter;
mod faults;
mod stations;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clock::{Duration, Instant, earliest};
use dot11::MacAddr;
use radio::{Command, Radio, RadioCommand, RadioEvent};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::adapter::{Adapter, BEACON_LOSS};
use crate::air::{Air, AirConfig, AirCounters, Arrival, Outgoing, Receipt};
use crate::ap::AccessPoint;
use crate::config::SimConfig;
use crate::counters::ApCounters;
use crate::counters::StationRow;
use crate::event::SimEvent;
use crate::rule::{Direction, FrameKind, Rule};
use crate::sink::ApOutput;
use crate::station::{Context, PmkCache, Station, StationOutput, is_beacon};
use crate::tap::{Tap, TapFrame};

/// Most stations: as many as there are association ids.
pub const MAX_STATIONS: usize = dot11::frame::MAX_AID as usize;
/// Reports of frames are dropped when so many events wait to be fetched; answers to commands never
/// are.
const MAX_EVENTS: usize = 8_192;
/// Sim events kept; then the oldest goes.
const MAX_SIM_EVENTS: usize = 8_192;

/// Whose event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Ap,
    Station,
}

/// A simulated radio with its air and its stations.
///
/// Contract: a call, then drain [`Radio::poll_event`], [`SimRadio::station_poll_event`] and
/// [`SimRadio::poll_sim_event`].
/// [`Radio::handle_timeout`] returns as soon as there is an event, even if more is due: what the
/// owner does about a frame happens before the next frame arrives, as on a real air.
#[derive(Debug)]
pub struct SimRadio {
    config: SimConfig,
    air: Air,
    ap: AccessPoint,
    /// The second radio, in a station's role.
    adapter: Adapter,
    stations: BTreeMap<MacAddr, Station>,
    names: BTreeMap<String, MacAddr>,
    /// Deadlines of stations, and which one each station has in there.
    timers: BTreeSet<(Instant, MacAddr)>,
    armed: BTreeMap<MacAddr, Instant>,
    scanning: BTreeSet<MacAddr>,
    pmks: PmkCache,
    tap: Option<Tap>,
    events: VecDeque<RadioEvent>,
    station_events: VecDeque<RadioEvent>,
    /// Answers held back by [`SimConfig::command_latency`].
    late: VecDeque<(Instant, Side, RadioEvent)>,
    stop_delay: Duration,
    /// Stops held back by [`SimRadio::set_stop_delay`].
    stops: VecDeque<(Instant, RadioCommand)>,
    sim_events: VecDeque<SimEvent>,
    /// When stations notice that the network is gone.
    beacon_loss: Option<Instant>,
    ghosts_ack: bool,
    station_outputs: VecDeque<StationOutput>,
}

impl SimRadio {
    /// A radio that is switched on, with nothing on the air and no stations. Its first events are
    /// [`RadioEvent::Switched`] and [`RadioEvent::Ready`].
    #[must_use]
    pub fn new(config: SimConfig) -> Self {
        let air = Air::new(config.air, ChaCha20Rng::seed_from_u64(config.seed));
        let mut this = Self {
            air,
            ap: AccessPoint::new(&config),
            adapter: Adapter::new(&config),
            config,
            stations: BTreeMap::new(),
            names: BTreeMap::new(),
            timers: BTreeSet::new(),
            armed: BTreeMap::new(),
            scanning: BTreeSet::new(),
            pmks: PmkCache::default(),
            tap: None,
            events: VecDeque::new(),
            station_events: VecDeque::new(),
            late: VecDeque::new(),
            stop_delay: Duration::ZERO,
            stops: VecDeque::new(),
            sim_events: VecDeque::new(),
            beacon_loss: None,
            ghosts_ack: false,
            station_outputs: VecDeque::new(),
        };
        this.flush_ap(Instant::ZERO);
        this.flush_adapter(Instant::ZERO, false);
        this
    }

    // --- Air -----------------------------------------------------------------------------------

    /// Changes what the air does to frames sent from now on.
    pub fn set_air(&mut self, config: AirConfig) {
        self.air.configure(config);
    }

    /// Adds a rule for frames sent from now on.
    pub fn add_rule(&mut self, rule: Rule) {
        self.air.add_rule(rule);
    }

    /// Removes all rules.
    pub fn clear_rules(&mut self) {
        self.air.clear_rules();
    }

    /// Puts any bytes on the air towards the access point. The sender is whoever the bytes name;
    /// nobody needs to exist.
    pub fn inject(&mut self, frame: Vec<u8>, now: Instant) {
        let peer = frame
            .get(10..)
            .and_then(MacAddr::from_slice)
            .unwrap_or_default();
        let kind = FrameKind::of_frame(&frame);
        let direction = Direction::ToAp;
        self.transmit(
            Outgoing {
                frame,
                kind,
                peer,
                direction,
                receipt: Receipt::None,
            },
            now,
        );
    }

    /// Whether frames to addresses that are no station's are acknowledged: an attacker can do that
    /// for as many addresses as it likes.
    pub fn set_ghosts_ack(&mut self, ack: bool) {
        self.ghosts_ack = ack;
    }

    /// Attaches or removes the tap. With a tap every beacon is sent.
    pub fn set_tap(&mut self, on: bool, now: Instant) {
        match (on, &self.tap) {
            (true, None) => self.tap = Some(Tap::default()),
            (true, Some(_)) => {}
            (false, _) => self.tap = None,
        }
        self.arm_beacon(now);
    }

    /// The next frame that was sent, lost ones included. Beyond 8192 that nobody fetched the oldest
    /// goes.
    pub fn poll_tap(&mut self) -> Option<TapFrame> {
        self.tap.as_mut()?.poll()
    }

    /// How many frames the tap dropped because nobody fetched them.
    #[must_use]
    pub fn tap_lost(&self) -> u64 {
        self.tap.as_ref().map_or(0, Tap::lost)
    }

    /// What became of frames on the air.
    #[must_use]
    pub fn air_counters(&self) -> AirCounters {
        self.air.counters
    }

    /// Frames under way; at most 20,000.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.air.in_flight()
    }

    // --- Access point --------------------------------------------------------------------------

    /// The host behind the access point sends a body (from its LLC header) to a station or a group.
    pub fn send_from_host(&mut self, to: MacAddr, body: &[u8], now: Instant) {
        let bssid = self.ap.bssid();
        if let Some((bss, sink)) = self.ap.bss_mut() {
            if to.is_group() {
                bss.send_group(to, bssid, body, sink, now);
            } else {
                bss.send_body(to, bssid, body, sink, now);
            }
        }
        self.flush_ap(now);
    }

    /// What the access point's radio did with frames.
    #[must_use]
    pub fn ap_counters(&self) -> ApCounters {
        *self.ap.counters()
    }

    /// A station's row in the radio's table.
    #[must_use]
    pub fn station_row(&self, peer: MacAddr) -> Option<StationRow> {
        self.ap.station_row(peer)
    }

    /// The radio's station table, by address.
    #[must_use]
    pub fn station_rows(&self) -> Vec<StationRow> {
        self.ap.station_rows()
    }

    /// What the stations whose port is open have sent and received.
    #[must_use]
    pub fn peer_traffic(&self, now: Instant) -> Vec<radio::StationReport> {
        self.ap
            .bss()
            .map(|bss| bss.traffic(now))
            .unwrap_or_default()
    }

    /// Scope and index of every installed key.
    #[must_use]
    pub fn installed_keys(&self) -> Vec<(radio::KeyScope, u8)> {
        self.ap.keys()
    }

    /// Whether an access point is on the air.
    #[must_use]
    pub fn is_on_air(&self) -> bool {
        self.ap.bss().is_some()
    }

    /// Name of the network on the air.
    #[must_use]
    pub fn ssid(&self) -> Option<&dot11::Ssid> {
        self.ap.ssid()
    }

    // --- Machinery -----------------------------------------------------------------------------

    /// Works with a station, then carries out what it wants. `None`: there is no such station.
    fn with_station<T>(
        &mut self,
        mac: MacAddr,
        now: Instant,
        work: impl FnOnce(&mut Station, &mut Context<'_>) -> T,
    ) -> Option<T> {
        let station = self.stations.get_mut(&mac)?;
        let mut cx = Context {
            now,
            pmks: &mut self.pmks,
            out: &mut self.station_outputs,
        };
        let result = work(station, &mut cx);
        let deadline = station.deadline();
        if station.is_scanning() {
            self.scanning.insert(mac);
        } else {
            self.scanning.remove(&mac);
        }
        self.arm_station(mac, deadline);
        while let Some(output) = self.station_outputs.pop_front() {
            match output {
                StationOutput::Send(out) => self.transmit(out, now),
                StationOutput::Event(event) => self.push_sim_event(event),
            }
        }
        self.arm_beacon(now);
        Some(result)
    }

    fn arm_station(&mut self, mac: MacAddr, deadline: Option<Instant>) {
        let before = match deadline {
            Some(at) => self.armed.insert(mac, at),
            None => self.armed.remove(&mac),
        };
        if before == deadline {
            return;
        }
        if let Some(at) = before {
            self.timers.remove(&(at, mac));
        }
        if let Some(at) = deadline {
            self.timers.insert((at, mac));
        }
    }

    fn arm_beacon(&mut self, now: Instant) {
        let scanned = self.tap.is_some() || !self.scanning.is_empty();
        if let Some((bss, _)) = self.ap.bss_mut() {
            let listeners = scanned || self.adapter.wants_beacons(bss.config.channel.primary);
            bss.arm_beacon(listeners, now);
        }
    }

    fn transmit(&mut self, out: Outgoing, now: Instant) {
        self.record(&out, now);
        self.air.send(out, now);
    }

    fn record(&mut self, out: &Outgoing, now: Instant) {
        if let Some(tap) = &mut self.tap {
            tap.record(now, &out.frame);
        }
    }

    fn push_sim_event(&mut self, event: SimEvent) {
        if self.sim_events.len() >= MAX_SIM_EVENTS {
            self.sim_events.pop_front();
        }
        self.sim_events.push_back(event);
    }

    /// Carries out what the access point's radio wants.
    fn flush_ap(&mut self, now: Instant) {
        while let Some(output) = self.ap.poll_output() {
            match output {
                ApOutput::Send(out) => self.transmit(out, now),
                ApOutput::Event(event) => self.push_event(event),
            }
        }
        self.arm_beacon(now);
    }

    fn push_event(&mut self, event: RadioEvent) {
        if !is_about_a_frame(&event) || self.events.len() < MAX_EVENTS {
            self.events.push_back(event);
        }
    }

    /// Stations notice after a while when nothing is on the air any more.
    fn note_air(&mut self, now: Instant) {
        self.note_adapter(now);
        self.beacon_loss = match (self.ap.bss().is_some(), self.beacon_loss) {
            (true, _) => None,
            (false, None) if self.stations.values().any(Station::is_joined) => {
                Some(now + BEACON_LOSS)
            }
            (false, pending) => pending,
        };
    }

    fn lose_beacons(&mut self, now: Instant) {
        self.beacon_loss = None;
        let joined: Vec<MacAddr> = self
            .stations
            .values()
            .filter(|s| s.is_joined())
            .map(Station::mac)
            .collect();
        for mac in joined {
            self.with_station(mac, now, |s, cx| s.handle_beacon_loss(cx));
        }
    }

    fn arrive(&mut self, arrival: Arrival, at: Instant) {
        let Arrival {
            frame,
            peer,
            direction,
            receipt,
            ack_arrives,
        } = arrival;
        let heard = match (frame, direction) {
            (None, _) => false,
            (Some(frame), Direction::ToAp) => self.arrive_at_ap(&frame, at),
            (Some(frame), Direction::FromAp) if peer.is_group() => {
                self.arrive_at_all(&frame, at);
                false
            }
            (Some(frame), Direction::FromAp) => self.arrive_at_station(peer, &frame, at),
        };
        let acked = heard && ack_arrives;
        match receipt {
            Receipt::None => {}
            Receipt::Command(id) => self.push_event(RadioEvent::FrameSent { id, acked }),
            Receipt::Adapter(id) => self.push_station_event(RadioEvent::FrameSent { id, acked }),
            Receipt::Probe(peer) => self.push_event(RadioEvent::ProbeResult { peer, acked }),
            Receipt::PowerManagement(mac) => {
                self.with_station(mac, at, |s, cx| s.handle_power_receipt(acked, cx));
            }
        }
    }

    /// Whether somebody acknowledges.
    fn arrive_at_ap(&mut self, frame: &[u8], at: Instant) -> bool {
        let Some((bss, sink)) = self.ap.bss_mut() else {
            return false;
        };
        bss.receive(frame, sink, at);
        self.flush_ap(at);
        true
    }

    fn arrive_at_station(&mut self, mac: MacAddr, frame: &[u8], at: Instant) -> bool {
        match self.stations.get(&mac) {
            None if mac == self.adapter.address() => self.arrive_at_adapter(frame, at),
            None => self.ghosts_ack,
            Some(station) if !station.listens(false, false, at) => false,
            Some(_) => {
                self.with_station(mac, at, |s, cx| s.receive(frame, cx));
                true
            }
        }
    }

    fn arrive_at_all(&mut self, frame: &[u8], at: Instant) {
        let beacon = is_beacon(frame);
        let listening: Vec<MacAddr> = self
            .stations
            .values()
            .filter(|s| !s.is_idle() && s.listens(true, beacon, at))
            .map(Station::mac)
            .collect();
        for mac in listening {
            if self.air.reaches_one() {
                self.with_station(mac, at, |s, cx| s.receive(frame, cx));
            }
        }
        if self.adapter_hears() && self.air.reaches_one() {
            self.arrive_at_adapter(frame, at);
        }
    }

    fn carry_out(&mut self, command: RadioCommand, now: Instant) {
        self.ap.command(command, now);
        let latency = self.config.command_latency;
        if latency.is_zero() {
            self.flush_ap(now);
        } else {
            while let Some(output) = self.ap.poll_output() {
                match output {
                    ApOutput::Send(out) => self.transmit(out, now),
                    ApOutput::Event(event) => {
                        self.late.push_back((now + latency, Side::Ap, event));
                    }
                }
            }
            self.arm_beacon(now);
        }
        self.note_air(now);
    }

    /// Carries out stops that are held back.
    fn finish_stops(&mut self, now: Instant) {
        while let Some((_, command)) = self.stops.pop_front() {
            self.carry_out(command, now);
        }
    }

    /// Does the next thing that is due by `now`. `false`: there is none.
    fn step(&mut self, now: Instant) -> bool {
        let late = self.late.front().map(|(at, ..)| *at);
        let stop = self.stops.front().map(|(at, _)| *at);
        let beacon = self.ap.bss().and_then(|bss| bss.next_beacon_at());
        let timer = self.timers.first().map(|(at, _)| *at);
        let next = [
            late,
            stop,
            self.air.next_arrival(),
            beacon,
            timer,
            self.beacon_loss,
            self.adapter.deadline(),
        ]
        .into_iter()
        .fold(None, earliest);
        let Some(at) = next.filter(|at| *at <= now) else {
            return false;
        };
        if late == Some(at) {
            match self.late.pop_front() {
                Some((_, Side::Ap, event)) => self.push_event(event),
                Some((_, Side::Station, event)) => self.push_station_event(event),
                None => {}
            }
        } else if stop == Some(at) {
            if let Some((_, command)) = self.stops.pop_front() {
                self.carry_out(command, at);
            }
        } else if let Some((at, arrival)) = self.air.arrive(at) {
            self.arrive(arrival, at);
        } else if beacon == Some(at) {
            if let Some((bss, sink)) = self.ap.bss_mut() {
                bss.send_beacon(sink, at, now);
            }
            self.flush_ap(at);
        } else if self.beacon_loss == Some(at) {
            self.lose_beacons(at);
        } else if self.adapter.deadline() == Some(at) {
            self.adapter.handle_timeout(at);
            self.flush_adapter(at, false);
        } else if let Some((_, mac)) = self.timers.first().copied() {
            // A station that sees no reason to act must not be asked for ever.
            self.arm_station(mac, None);
            self.with_station(mac, at, |s, cx| s.handle_timeout(cx));
        }
        true
    }
}

impl Radio for SimRadio {
    fn command(&mut self, command: RadioCommand, now: Instant) {
        match command.command {
            Command::StopAp if !self.stop_delay.is_zero() || !self.stops.is_empty() => {
                let last = self.stops.back().map_or(now, |(at, _)| *at);
                self.stops
                    .push_back((last.max(now + self.stop_delay), command));
                return;
            }
            // A stop never ends a run that began after it was asked for.
            Command::StartAp(_) => self.finish_stops(now),
            _ => {}
        }
        self.carry_out(command, now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        let events = |this: &Self| this.events.len() + this.station_events.len();
        let waiting = events(self);
        while events(self) <= waiting && self.step(now) {}
    }

    fn poll_timeout(&self) -> Option<Instant> {
        [
            self.late.front().map(|(at, ..)| *at),
            self.stops.front().map(|(at, _)| *at),
            self.air.next_arrival(),
            self.ap.bss().and_then(|bss| bss.next_beacon_at()),
            self.timers.first().map(|(at, _)| *at),
            self.beacon_loss,
            self.adapter.deadline(),
        ]
        .into_iter()
        .fold(None, earliest)
    }

    fn poll_event(&mut self) -> Option<RadioEvent> {
        self.events.pop_front()
    }
}

/// What may be dropped when nobody fetches it.
const fn is_about_a_frame(event: &RadioEvent) -> bool {
    matches!(
        event,
        RadioEvent::Management { .. }
            | RadioEvent::Eapol { .. }
            | RadioEvent::Packet { .. }
            | RadioEvent::UnexpectedData { .. }
    )
}
