//! The station adapter on the same air.

use cause::Cause;
use clock::Instant;
use dot11::MacAddr;
use radio::{CommandError, KeyScope, RadioCommand, RadioEvent};

use super::{MAX_EVENTS, Side, SimRadio, is_about_a_frame};
use crate::adapter::AdapterOutput;
use crate::counters::{StationCounters, StationRow};
use crate::event::SimError;
use crate::fault::CommandKind;

impl SimRadio {
    /// Carries out a command on the station adapter; the answer and everything else comes from
    /// [`SimRadio::station_poll_event`].
    pub fn station_command(&mut self, command: RadioCommand, now: Instant) {
        self.adapter.command(command, now);
        self.note_adapter(now);
        self.flush_adapter(now, true);
    }

    /// The next thing that happened at the station adapter, oldest first. At the beginning that is
    /// [`RadioEvent::Ready`] with its own address.
    pub fn station_poll_event(&mut self) -> Option<RadioEvent> {
        self.station_events.pop_front()
    }

    /// The station adapter's address.
    #[must_use]
    pub const fn station_address(&self) -> MacAddr {
        self.adapter.address()
    }

    /// The host behind the station adapter sends so many echo requests to the host behind the access
    /// point, as [`SimRadio::traffic`] does for a station.
    /// [`SimEvent::TrafficDone`](crate::SimEvent::TrafficDone) with the name
    /// [`STATION_ADAPTER`](crate::STATION_ADAPTER) follows, also when the port closes or the key goes.
    ///
    /// # Errors
    /// [`SimError::BadCount`] (1 to 1000), [`SimError::NotJoined`] (its port is not open),
    /// [`SimError::NoKey`], [`SimError::TrafficRunning`].
    pub fn station_traffic(&mut self, frames: u32, now: Instant) -> Result<(), SimError> {
        if !(1..=1000).contains(&frames) {
            return Err(SimError::BadCount);
        }
        self.adapter.start_traffic(frames, now)
    }

    /// The host behind the station adapter sends a body (from its LLC header) to any address. `false`
    /// when the port is closed or there is no key.
    pub fn station_send_from_host(&mut self, to: MacAddr, body: &[u8], now: Instant) -> bool {
        let sent = self.adapter.send_body(to, body);
        self.flush_adapter(now, false);
        sent
    }

    /// What the station adapter did with frames.
    #[must_use]
    pub const fn station_adapter_counters(&self) -> StationCounters {
        self.adapter.counters
    }

    /// What the station adapter knows of its access point.
    #[must_use]
    pub fn station_adapter_row(&self) -> Option<StationRow> {
        self.adapter.row()
    }

    /// Scope and index of every key of the station adapter.
    #[must_use]
    pub fn station_adapter_keys(&self) -> Vec<(KeyScope, u8)> {
        self.adapter.keys()
    }

    /// As [`SimRadio::refuse_next`], of the station adapter.
    pub fn station_refuse_next(&mut self, kind: CommandKind, skip: u32, error: CommandError) {
        self.adapter.refuse_next(kind, skip, error);
    }

    /// The station adapter is pulled out for this cause, or (`None`) put in again.
    pub fn set_station_unavailable(&mut self, cause: Option<Cause>, now: Instant) {
        self.adapter.set_unavailable(cause);
        self.flush_adapter(now, false);
    }

    // --- Machinery -----------------------------------------------------------------------------

    /// The adapter notices after a while when its network is not on its channel any more.
    pub(super) fn note_adapter(&mut self, now: Instant) {
        let config = self.ap.bss().map(|bss| &bss.config);
        let on_air = config.map(|config| (config.bssid, config.channel.primary));
        self.adapter.note_air(on_air, now);
    }

    /// Whether the access point and the adapter are on the same channel. Frames of one that has just
    /// gone still arrive.
    pub(super) fn adapter_hears(&self) -> bool {
        let channel = self.ap.bss().map(|bss| bss.config.channel.primary);
        let tuned = self.adapter.channel();
        tuned.is_some() && (channel.is_none() || channel == tuned)
    }

    pub(super) fn arrive_at_adapter(&mut self, frame: &[u8], at: Instant) -> bool {
        let hears = self.adapter_hears();
        if hears {
            self.adapter.receive(frame, at);
            self.flush_adapter(at, false);
        }
        hears
    }

    /// Carries out what the adapter wants; what a command made of it comes as late as its answer.
    pub(super) fn flush_adapter(&mut self, now: Instant, of_command: bool) {
        let latency = self.config.command_latency;
        while let Some(output) = self.adapter.poll_output() {
            match output {
                AdapterOutput::Send(out) if self.adapter_hears() => self.transmit(out, now),
                AdapterOutput::Send(out) => {
                    self.record(&out, now);
                    self.air.send_unheard(out, now);
                }
                AdapterOutput::Event(event) if of_command && !latency.is_zero() => {
                    self.late.push_back((now + latency, Side::Station, event));
                }
                AdapterOutput::Event(event) => self.push_station_event(event),
                AdapterOutput::Sim(event) => self.push_sim_event(event),
            }
        }
        self.arm_beacon(now);
    }

    pub(super) fn push_station_event(&mut self, event: RadioEvent) {
        if !is_about_a_frame(&event) || self.station_events.len() < MAX_EVENTS {
            self.station_events.push_back(event);
        }
    }
}
