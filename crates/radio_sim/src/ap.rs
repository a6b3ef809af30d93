//! The access point's radio: what a mac80211 driver is to its user.

use cause::Cause;
use clock::Instant;
use dot11::frame::ManagementView;
use dot11::{Channel, MacAddr, Ssid};
use radio::{
    ApConfig, Capabilities, Command, CommandError, CommandErrorKind, KeyScope, RadioCommand,
    RadioEvent, SurveyRow, Switches,
};

use crate::bss::Bss;
use crate::config::SimConfig;
use crate::counters::{ApCounters, StationRow};
use crate::ether_type::EtherTypes;
use crate::fault::{CommandKind, Faults};
use crate::key::{CIPHERS, Ciphering};
use crate::refusal::{REPORT_BUG, invalid, refuse};
use crate::sink::{ApOutput, Sink};

#[derive(Debug)]
enum State {
    Unavailable(Cause),
    Idle,
    OnAir(Box<Bss>),
}

/// The access point's radio.
#[derive(Debug)]
pub(crate) struct AccessPoint {
    capabilities: Capabilities,
    state: State,
    /// Why it cannot be used, whatever its switches say.
    pulled: Option<Cause>,
    switches: Switches,
    /// Another connection that excludes an access point.
    incompatible: Option<Cause>,
    faults: Faults,
    /// They outlive a run.
    ether_types: EtherTypes,
    table_size: u16,
    /// What a survey tells; `None` when there is none.
    survey: Option<Vec<SurveyRow>>,
    sink: Sink,
}

impl AccessPoint {
    pub(crate) fn new(config: &SimConfig) -> Self {
        let mut this = Self {
            capabilities: config.capabilities(),
            state: State::Idle,
            pulled: None,
            switches: Switches {
                software: true,
                hardware: true,
            },
            incompatible: None,
            faults: Faults::default(),
            ether_types: EtherTypes::default(),
            table_size: config.table_size,
            survey: config.survey.clone(),
            sink: Sink::default(),
        };
        this.sink.event(RadioEvent::Switched(this.switches));
        this.sink
            .event(RadioEvent::Ready(Box::new(this.capabilities.clone())));
        this
    }

    pub(crate) const fn bssid(&self) -> MacAddr {
        self.capabilities.address
    }

    pub(crate) const fn counters(&self) -> &ApCounters {
        &self.sink.counters
    }

    pub(crate) fn poll_output(&mut self) -> Option<ApOutput> {
        self.sink.outputs.pop_front()
    }

    pub(crate) fn bss(&self) -> Option<&Bss> {
        match &self.state {
            State::OnAir(bss) => Some(bss),
            State::Idle | State::Unavailable(_) => None,
        }
    }

    /// The network on the air and where its outputs go.
    pub(crate) fn bss_mut(&mut self) -> Option<(&mut Bss, &mut Sink)> {
        match &mut self.state {
            State::OnAir(bss) => Some((bss, &mut self.sink)),
            State::Idle | State::Unavailable(_) => None,
        }
    }

    /// The name of the network on the air.
    pub(crate) fn ssid(&self) -> Option<&Ssid> {
        self.bss().map(|bss| &bss.config.ssid)
    }

    pub(crate) fn refuse_next(&mut self, kind: CommandKind, skip: u32, error: CommandError) {
        self.faults.add(kind, skip, error);
    }

    pub(crate) fn set_unavailable(&mut self, cause: Cause) {
        self.pulled = Some(cause.clone());
        self.lose(cause);
    }

    pub(crate) fn set_available(&mut self) {
        self.pulled = None;
        self.recover();
    }

    pub(crate) const fn switches(&self) -> Switches {
        self.switches
    }

    pub(crate) fn set_switches(&mut self, switches: Switches) {
        self.switches = switches;
        self.sink.event(RadioEvent::Switched(switches));
        // Of a radio that is not there the switches decide nothing.
        if self.pulled.is_none() {
            self.recover();
        }
    }

    pub(crate) const fn incompatible(&self) -> Option<&Cause> {
        self.incompatible.as_ref()
    }

    pub(crate) fn set_incompatible(&mut self, cause: Option<Cause>) {
        if self.incompatible != cause {
            self.incompatible.clone_from(&cause);
            self.sink.event(RadioEvent::Incompatible(cause));
        }
    }

    /// As far as the switches let it.
    fn recover(&mut self) {
        if let Some(cause) = switched_off(self.switches) {
            return self.lose(cause);
        }
        if matches!(self.state, State::Unavailable(_)) {
            self.state = State::Idle;
        }
        self.sink
            .event(RadioEvent::Ready(Box::new(self.capabilities.clone())));
    }

    fn lose(&mut self, cause: Cause) {
        self.sink.event(RadioEvent::Unavailable {
            cause: cause.clone(),
        });
        self.state = State::Unavailable(cause);
    }

    pub(crate) fn change_capabilities(&mut self, change: impl FnOnce(&mut Capabilities)) {
        change(&mut self.capabilities);
        if !matches!(self.state, State::Unavailable(_)) {
            self.sink
                .event(RadioEvent::Ready(Box::new(self.capabilities.clone())));
        }
    }

    /// `false` when nothing was on the air.
    pub(crate) fn stop_by_driver(&mut self, cause: Cause) -> bool {
        let State::OnAir(_) = self.state else {
            return false;
        };
        self.state = State::Idle;
        self.sink.event(RadioEvent::ApStopped { cause });
        true
    }

    pub(crate) fn command(&mut self, command: RadioCommand, now: Instant) {
        let RadioCommand { id, command } = command;
        let kind = CommandKind::of(&command);
        let result = match self.faults.take(kind) {
            Some(error) => Err(error),
            None => self.carry_out(id, command, now),
        };
        // Reports that answer the command were queued by now and precede its completion.
        self.sink.event(RadioEvent::Completed { id, result });
    }

    fn carry_out(
        &mut self,
        id: radio::CommandId,
        command: Command,
        now: Instant,
    ) -> Result<(), CommandError> {
        let command = match command {
            Command::SetEtherTypes(rules) => return self.set_ether_types(rules),
            Command::Listen(_) | Command::StopListening => {
                return refuse(
                    CommandErrorKind::NotSupported,
                    "This radio is an access point's.",
                    REPORT_BUG,
                );
            }
            other => other,
        };
        // What only takes away succeeds whatever the state is.
        match (&self.state, &command) {
            (State::OnAir(_), _) => {}
            (_, Command::StopAp | Command::RemoveStation { .. } | Command::RemoveKey { .. }) => {
                return Ok(());
            }
            (State::Unavailable(cause), _) => {
                let cause = cause.clone();
                return Err(CommandError {
                    kind: CommandErrorKind::PoweredDown,
                    cause,
                });
            }
            (State::Idle, Command::StartAp(_)) => {}
            (State::Idle, Command::Survey { channels }) => {
                let channels = channels.clone();
                return self.look_around(&channels);
            }
            (State::Idle, _) => return invalid("No access point is on the air."),
        }
        match command {
            Command::StartAp(config) => self.start(*config, now),
            Command::StopAp => {
                self.state = State::Idle;
                Ok(())
            }
            other => match &mut self.state {
                State::OnAir(bss) => Self::run(bss, &mut self.sink, id, other, now),
                State::Idle | State::Unavailable(_) => Ok(()),
            },
        }
    }

    /// What the configuration says was heard, at once.
    fn look_around(&mut self, channels: &[Channel]) -> Result<(), CommandError> {
        let Some(heard) = &self.survey else {
            return refuse(
                CommandErrorKind::NotSupported,
                "This simulated radio does not survey.",
                REPORT_BUG,
            );
        };
        let rows = heard.iter().filter(|row| channels.contains(&row.channel));
        let rows = rows.copied().collect();
        self.sink.event(RadioEvent::Survey(rows));
        Ok(())
    }

    /// A table, not a thing on the air: it can be set in every state.
    fn set_ether_types(&mut self, rules: Vec<radio::EtherTypeRule>) -> Result<(), CommandError> {
        self.ether_types = EtherTypes::new(rules)?;
        if let State::OnAir(bss) = &mut self.state {
            bss.set_ether_types(self.ether_types.clone());
        }
        Ok(())
    }

    fn start(&mut self, config: ApConfig, now: Instant) -> Result<(), CommandError> {
        if matches!(self.state, State::OnAir(_)) {
            return refuse(
                CommandErrorKind::Busy,
                "An access point is on the air already.",
                "Stop it first.",
            );
        }
        if let Some(cause) = &self.incompatible {
            return Err(CommandError {
                kind: CommandErrorKind::Busy,
                cause: cause.clone(),
            });
        }
        if config.bssid != self.capabilities.address {
            return invalid("The BSSID is not the radio's address.");
        }
        if !CIPHERS.contains(&config.cipher) {
            return refuse(
                CommandErrorKind::NotSupported,
                "The simulated radio ciphers with CCMP and GCMP only.",
                REPORT_BUG,
            );
        }
        if let Some(forced) = self.capabilities.forced_channel
            && forced != config.channel.primary
        {
            let text = format!(
                "Channel {} cannot be used: another connection of this radio is on channel {}.",
                config.channel.primary.number(),
                forced.number()
            );
            let remedy = format!("Use channel {}, or end that connection.", forced.number());
            return refuse(CommandErrorKind::Busy, &text, &remedy);
        }
        if !self.capabilities.allows(config.channel.primary) {
            let text = format!(
                "The regulatory domain allows no access point on channel {}.",
                config.channel.primary.number()
            );
            return refuse(
                CommandErrorKind::Regulatory,
                &text,
                "Choose another channel.",
            );
        }
        if config.beacon_interval == 0 || config.dtim_period == 0 {
            return invalid("Beacon interval and DTIM period must not be zero.");
        }
        if ManagementView::parse(&config.beacon_head).is_err() {
            return invalid("The beacon's head is not a management frame.");
        }
        let mut bss = Bss::new(config, self.ether_types.clone(), self.table_size, now);
        if self.capabilities.firmware_mlme {
            bss = bss.with_firmware();
        }
        self.state = State::OnAir(Box::new(bss));
        Ok(())
    }

    fn run(
        bss: &mut Bss,
        sink: &mut Sink,
        id: radio::CommandId,
        command: Command,
        now: Instant,
    ) -> Result<(), CommandError> {
        match command {
            Command::StartAp(_)
            | Command::StopAp
            | Command::SetEtherTypes(_)
            | Command::Listen(_)
            | Command::StopListening => Ok(()),
            Command::Isolate(on) => {
                bss.config.isolate = on;
                Ok(())
            }
            Command::Protect(protection) => {
                bss.config.protection = protection;
                Ok(())
            }
            Command::Survey { .. } => refuse(
                CommandErrorKind::Busy,
                "A network is on the air.",
                "Stop it first.",
            ),
            Command::UpdateBeacon { head, tail } => {
                bss.config.beacon_head = head;
                bss.config.beacon_tail = tail;
                Ok(())
            }
            Command::SendManagement { frame } => bss.send_management(frame, id, sink, now),
            Command::SendEapol { peer, pdu } => bss.send_eapol(peer, &pdu, sink, now),
            Command::SendPacket {
                peer,
                ether_type,
                payload,
                in_clear,
            } => {
                let cipher = Ciphering::of_packet(in_clear);
                bss.send_packet(peer, (ether_type, &payload), cipher, sink, now)
            }
            Command::AddStation(entry) => bss.add_station(*entry, sink, now),
            Command::UpdateStation(entry) => bss.update_station(*entry),
            Command::Authorize { peer, open } => bss.authorize(peer, open),
            Command::RemoveStation { peer, reason } => {
                bss.expel(peer, reason, sink);
                Ok(())
            }
            Command::InstallKey(key) => bss.install_key(&key),
            Command::RemoveKey { scope, index } => {
                bss.remove_key(scope, index);
                Ok(())
            }
            Command::UseGroupKey { index } => bss.use_group_key(index),
            Command::QueryGroupCounter { index } => {
                let counter = bss.group_counter(index)?;
                sink.event(RadioEvent::GroupCounter { index, counter });
                Ok(())
            }
            Command::QueryStation { peer } => {
                let report = bss.report(peer, now)?;
                sink.event(RadioEvent::Station(report));
                Ok(())
            }
            Command::ProbeStation { peer } => bss.probe(peer, sink, now),
        }
    }

    /// Whether a station is entered, with its key and with its port open; for tests of what is
    /// left behind.
    pub(crate) fn station_row(&self, peer: MacAddr) -> Option<StationRow> {
        self.bss()?.row(peer)
    }

    pub(crate) fn station_rows(&self) -> Vec<StationRow> {
        self.bss().map(Bss::rows).unwrap_or_default()
    }

    /// Which scopes have keys.
    pub(crate) fn keys(&self) -> Vec<(KeyScope, u8)> {
        self.bss().map(Bss::key_list).unwrap_or_default()
    }
}

/// Why a radio with such switches cannot be used.
fn switched_off(switches: Switches) -> Option<Cause> {
    let (text, remedy) = match (switches.software, switches.hardware) {
        (true, true) => return None,
        (false, true) => (
            "The radio is switched off by software.",
            "Switch it on: end airplane mode, or use its software switch.",
        ),
        (true, false) => (
            "The radio is switched off by its hardware switch.",
            "Turn the switch or press the key of the machine.",
        ),
        (false, false) => (
            "The radio is switched off by software and by its hardware switch.",
            "Turn the switch of the machine, then end airplane mode.",
        ),
    };
    Some(Cause::new(text, remedy))
}
