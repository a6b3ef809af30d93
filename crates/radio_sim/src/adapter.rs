//! The station adapter: a second radio on the same air, in a station's role, run by commands.
//!
//! ```text
//! Idle --Listen--> Listening --AddStation--> an access point is known --UpdateStation--> associated
//!   ^                 |  ^                              |
//!   +-- StopListening-+  +-- RemoveStation, beacons missed, Listen for another network
//! ```
//!
//! It is to its user what a mac80211 driver is in a station's role: it hears its channel, keeps what
//! it is told of its access point, ciphers, and gives up an access point whose beacons cease.
//!
//! While it is associated no beacons are simulated for it and none come up, so that a silent
//! connection costs nothing; their absence is told as [`RadioEvent::StationLost`].

mod data;

use std::collections::VecDeque;

use cause::Cause;
use clock::{Duration, Instant, earliest};
use dot11::frame::{ManagementSubtype, ManagementView, SequenceControl, write_sequence_control};
use dot11::{Channel, MacAddr};
use radio::{
    Capabilities, Command, CommandError, CommandErrorKind, CommandId, EtherTypeRule, Key, KeyScope,
    ListenConfig, RadioCommand, RadioEvent, StationEntry, StationReport,
};

use crate::air::{Outgoing, Receipt};
use crate::bss::{SIGNAL, check_address};
use crate::config::SimConfig;
use crate::counters::{StationCounters, StationRow};
use crate::ether_type::EtherTypes;
use crate::event::SimEvent;
use crate::fault::{CommandKind, Faults};
use crate::key::{CipherKey, Ciphering, check_key};
use crate::refusal::{REPORT_BUG, invalid, not_found, refuse};
use crate::rule::{Direction, FrameKind};
use crate::traffic::Traffic;

/// The name under which the traffic of the station adapter is reported; no station can have it.
pub const STATION_ADAPTER: &str = "station adapter";

/// Beacons may be missed so long: seven of 100 time units.
pub(crate) const BEACON_LOSS: Duration = Duration::from_micros(7 * 102_400);

/// What the adapter does now.
#[derive(Debug)]
pub(crate) enum AdapterOutput {
    Send(Outgoing),
    Event(RadioEvent),
    Sim(SimEvent),
}

/// The access point it works with.
#[derive(Debug)]
struct Ap {
    entry: StationEntry,
    authorized: bool,
    key: Option<CipherKey>,
    traffic: Option<Traffic>,
    last_heard: Instant,
    rx_bytes: u64,
    tx_bytes: u64,
}

/// While its receiver is on.
#[derive(Debug)]
struct Listening {
    config: ListenConfig,
    ap: Option<Ap>,
    /// Both halves are there, but nothing is ever sent with them: a station's group-addressed data
    /// goes to its access point under the pairwise key.
    group: [Option<CipherKey>; 4],
}

#[derive(Debug)]
enum State {
    Unavailable(Cause),
    Idle,
    Listening(Box<Listening>),
}

/// The second radio.
#[derive(Debug)]
pub(crate) struct Adapter {
    capabilities: Capabilities,
    state: State,
    faults: Faults,
    /// They outlive a connection.
    ether_types: EtherTypes,
    sequence: u16,
    /// How often traffic was started.
    runs: u32,
    /// When it will believe that its access point is gone.
    beacon_loss: Option<Instant>,
    outputs: VecDeque<AdapterOutput>,
    pub(crate) counters: StationCounters,
}

impl Adapter {
    pub(crate) fn new(config: &SimConfig) -> Self {
        let mut this = Self {
            capabilities: config.station_capabilities(),
            state: State::Idle,
            faults: Faults::default(),
            ether_types: EtherTypes::default(),
            sequence: 0,
            runs: 0,
            beacon_loss: None,
            outputs: VecDeque::new(),
            counters: StationCounters::default(),
        };
        this.say_ready();
        this
    }

    pub(crate) const fn address(&self) -> MacAddr {
        self.capabilities.address
    }

    pub(crate) fn poll_output(&mut self) -> Option<AdapterOutput> {
        self.outputs.pop_front()
    }

    pub(crate) fn refuse_next(&mut self, kind: CommandKind, skip: u32, error: CommandError) {
        self.faults.add(kind, skip, error);
    }

    /// It is pulled out, or (`None`) put in again.
    pub(crate) fn set_unavailable(&mut self, cause: Option<Cause>) {
        match (&self.state, cause) {
            (_, Some(cause)) => {
                self.forget();
                self.event(RadioEvent::Unavailable {
                    cause: cause.clone(),
                });
                self.state = State::Unavailable(cause);
            }
            (State::Unavailable(_), None) => {
                self.state = State::Idle;
                self.say_ready();
            }
            (_, None) => {}
        }
    }

    fn say_ready(&mut self) {
        self.event(RadioEvent::Ready(Box::new(self.capabilities.clone())));
    }

    fn event(&mut self, event: RadioEvent) {
        self.outputs.push_back(AdapterOutput::Event(event));
    }

    fn listening(&self) -> Option<&Listening> {
        match &self.state {
            State::Listening(listening) => Some(listening),
            State::Idle | State::Unavailable(_) => None,
        }
    }

    fn listening_mut(&mut self) -> Option<&mut Listening> {
        match &mut self.state {
            State::Listening(listening) => Some(listening),
            State::Idle | State::Unavailable(_) => None,
        }
    }

    fn ap(&self) -> Option<&Ap> {
        self.listening()?.ap.as_ref()
    }

    fn ap_mut(&mut self) -> Option<&mut Ap> {
        self.listening_mut()?.ap.as_mut()
    }

    /// Where its receiver is, if that is on.
    pub(crate) fn channel(&self) -> Option<Channel> {
        self.listening().map(|l| l.config.channel)
    }

    /// The access point it is associated with.
    pub(crate) fn associated(&self) -> Option<MacAddr> {
        let ap = self.ap()?;
        ap.entry.flags.associated.then_some(ap.entry.peer)
    }

    /// Whether it would notice beacons on this channel.
    pub(crate) fn wants_beacons(&self, channel: Channel) -> bool {
        self.channel() == Some(channel) && self.associated().is_none()
    }

    // --- Commands ------------------------------------------------------------------------------

    pub(crate) fn command(&mut self, command: RadioCommand, now: Instant) {
        let RadioCommand { id, command } = command;
        let result = match self.faults.take(CommandKind::of(&command)) {
            Some(error) => Err(error),
            None => self.carry_out(id, command, now),
        };
        // Reports that answer the command were queued by now and precede its completion.
        self.event(RadioEvent::Completed { id, result });
    }

    fn carry_out(
        &mut self,
        id: CommandId,
        command: Command,
        now: Instant,
    ) -> Result<(), CommandError> {
        // What only takes away, and what is only a table, succeeds whatever the state is.
        match (&self.state, &command) {
            (State::Listening(_), _) | (_, Command::SetEtherTypes(_)) => {}
            (
                _,
                Command::StopAp
                | Command::StopListening
                | Command::RemoveStation { .. }
                | Command::RemoveKey { .. },
            ) => return Ok(()),
            (State::Unavailable(cause), _) => {
                let cause = cause.clone();
                return Err(CommandError {
                    kind: CommandErrorKind::PoweredDown,
                    cause,
                });
            }
            (State::Idle, Command::Listen(_) | Command::StartAp(_)) => {}
            (State::Idle, _) => return invalid("The station's radio does not listen."),
        }
        match command {
            Command::Listen(config) => self.listen(config),
            Command::StopListening => {
                self.forget();
                self.state = State::Idle;
                Ok(())
            }
            Command::SendManagement { frame } => self.send_management(frame, id),
            Command::SendEapol { peer, pdu } => self.send_eapol(peer, &pdu),
            Command::SendPacket {
                peer,
                ether_type,
                payload,
                in_clear,
            } => {
                let cipher = Ciphering::of_packet(in_clear);
                self.send_packet(peer, (ether_type, &payload), cipher)
            }
            Command::SetEtherTypes(rules) => self.set_ether_types(rules),
            Command::AddStation(entry) => self.add_station(*entry, now),
            Command::UpdateStation(entry) => self.update_station(*entry),
            Command::RemoveStation { peer, .. } => {
                if self.ap().is_some_and(|ap| ap.entry.peer == peer) {
                    self.forget();
                }
                Ok(())
            }
            Command::Authorize { peer, open } => self.authorize(peer, open),
            Command::InstallKey(key) => self.install_key(&key),
            Command::RemoveKey { scope, index } => {
                self.remove_key(scope, index);
                Ok(())
            }
            Command::UseGroupKey { index } => self.use_group_key(index),
            Command::QueryStation { peer } => {
                let report = self.report(peer, now)?;
                self.event(RadioEvent::Station(report));
                Ok(())
            }
            Command::StopAp => Ok(()),
            Command::StartAp(_)
            | Command::UpdateBeacon { .. }
            | Command::QueryGroupCounter { .. }
            | Command::Isolate(_)
            | Command::Protect(_)
            | Command::Survey { .. }
            | Command::ProbeStation { .. } => refuse(
                CommandErrorKind::NotSupported,
                "This radio is a station's.",
                REPORT_BUG,
            ),
        }
    }

    fn listen(&mut self, config: ListenConfig) -> Result<(), CommandError> {
        let known = self.channel_info(config.channel);
        if known.is_none_or(|c| c.disabled) {
            let text = format!(
                "The regulatory domain forbids channel {}.",
                config.channel.number()
            );
            return refuse(
                CommandErrorKind::Regulatory,
                &text,
                "Choose another channel.",
            );
        }
        match self.listening_mut() {
            Some(listening) if listening.config.bssid == config.bssid => listening.config = config,
            _ => {
                self.forget();
                self.state = State::Listening(Box::new(Listening {
                    config,
                    ap: None,
                    group: [const { None }; 4],
                }));
            }
        }
        Ok(())
    }

    fn channel_info(&self, channel: Channel) -> Option<radio::ChannelInfo> {
        let mut channels = self.capabilities.channels.iter();
        channels.find(|c| c.channel == channel).copied()
    }

    /// The access point's entry and all keys go.
    fn forget(&mut self) {
        let Some(listening) = self.listening_mut() else {
            return;
        };
        listening.group = [const { None }; 4];
        let ap = listening.ap.take();
        self.beacon_loss = None;
        if let Some(traffic) = ap.and_then(|ap| ap.traffic) {
            let done = traffic.done(STATION_ADAPTER);
            self.outputs.push_back(AdapterOutput::Sim(done));
        }
    }

    fn set_ether_types(&mut self, rules: Vec<EtherTypeRule>) -> Result<(), CommandError> {
        self.ether_types = EtherTypes::new(rules)?;
        Ok(())
    }

    fn add_station(&mut self, entry: StationEntry, now: Instant) -> Result<(), CommandError> {
        self.check_entry(&entry)?;
        if self.ap().is_some() {
            self.forget();
        }
        if let Some(listening) = self.listening_mut() {
            listening.ap = Some(Ap {
                entry,
                authorized: false,
                key: None,
                traffic: None,
                last_heard: now,
                rx_bytes: 0,
                tx_bytes: 0,
            });
        }
        Ok(())
    }

    fn update_station(&mut self, entry: StationEntry) -> Result<(), CommandError> {
        self.check_entry(&entry)?;
        match self.ap_mut() {
            Some(ap) => {
                // A port is open on an association: without one it closes.
                ap.authorized &= entry.flags.associated;
                ap.entry = entry;
                Ok(())
            }
            None => not_found("There is no access point to update."),
        }
    }

    fn check_entry(&self, entry: &StationEntry) -> Result<(), CommandError> {
        check_address(entry.peer)?;
        // Its number comes with the association.
        if entry.aid > dot11::frame::MAX_AID || (entry.aid == 0 && entry.flags.associated) {
            return invalid("An association id is 1 to 2007.");
        }
        match self.listening() {
            Some(l) if l.config.bssid == Some(entry.peer) => Ok(()),
            _ => invalid("The radio does not listen for this access point."),
        }
    }

    fn authorize(&mut self, peer: MacAddr, open: bool) -> Result<(), CommandError> {
        let ap = self.known(peer)?;
        if open && !ap.entry.flags.associated {
            return invalid("There is no association with this access point.");
        }
        ap.authorized = open;
        Ok(())
    }

    fn known(&mut self, peer: MacAddr) -> Result<&mut Ap, CommandError> {
        match self.ap_mut() {
            Some(ap) if ap.entry.peer == peer => Ok(ap),
            _ => not_found("There is no such access point."),
        }
    }

    fn install_key(&mut self, key: &Key) -> Result<(), CommandError> {
        let installed = check_key(key)?;
        let slot = match key.scope {
            KeyScope::Pairwise(peer) => &mut self.known(peer)?.key,
            KeyScope::Group => {
                let index = usize::from(key.index);
                match self.listening_mut().and_then(|l| l.group.get_mut(index)) {
                    Some(slot) => slot,
                    None => return invalid("A group key's index is 1 to 3."),
                }
            }
        };
        CipherKey::install(slot, installed);
        match key.scope {
            KeyScope::Pairwise(_) => self.counters.pairwise_installs += 1,
            KeyScope::Group => self.counters.group_installs += 1,
        }
        Ok(())
    }

    fn remove_key(&mut self, scope: KeyScope, index: u8) {
        match scope {
            KeyScope::Pairwise(peer) => {
                if let Ok(ap) = self.known(peer) {
                    ap.key = None;
                }
            }
            KeyScope::Group => {
                let group = self.listening_mut().map(|l| &mut l.group);
                if let Some(slot) = group.and_then(|g| g.get_mut(usize::from(index))) {
                    *slot = None;
                }
            }
        }
    }

    /// A station hears group frames under every key it has and sends none.
    fn use_group_key(&self, index: u8) -> Result<(), CommandError> {
        let group = self
            .listening()
            .and_then(|l| l.group.get(usize::from(index)));
        match group {
            Some(Some(_)) => Ok(()),
            _ => not_found("There is no group key of this index."),
        }
    }

    fn report(&mut self, peer: MacAddr, now: Instant) -> Result<StationReport, CommandError> {
        let ap = self.known(peer)?;
        let silent = now.since(ap.last_heard).as_millis();
        Ok(StationReport {
            peer,
            inactive_ms: u32::try_from(silent).unwrap_or(u32::MAX),
            rx_bytes: ap.rx_bytes,
            tx_bytes: ap.tx_bytes,
            signal: Some(SIGNAL),
        })
    }

    // --- Management frames ---------------------------------------------------------------------

    fn send_management(&mut self, mut frame: Vec<u8>, id: CommandId) -> Result<(), CommandError> {
        let Ok(view) = ManagementView::parse(&frame) else {
            return invalid("The frame is not a management frame.");
        };
        if view.transmitter() != self.address() {
            return invalid("The frame is not from this station.");
        }
        let kind = FrameKind::Management(view.subtype());
        let info = self.channel().and_then(|c| self.channel_info(c));
        if !info.is_some_and(|c| c.usable()) {
            return refuse(
                CommandErrorKind::Regulatory,
                "On this channel a station may only listen until somebody else was heard.",
                "Listen for beacons there.",
            );
        }
        self.number(&mut frame);
        self.send(frame, kind, Receipt::Adapter(id));
        Ok(())
    }

    fn number(&mut self, frame: &mut [u8]) {
        self.sequence = self.sequence.wrapping_add(1) & 0xfff;
        write_sequence_control(frame, SequenceControl::new(self.sequence, 0));
    }

    fn send(&mut self, frame: Vec<u8>, kind: FrameKind, receipt: Receipt) {
        self.outputs.push_back(AdapterOutput::Send(Outgoing {
            frame,
            kind,
            peer: self.address(),
            direction: Direction::ToAp,
            receipt,
        }));
    }

    /// Passes up what a station's user registers for, and nothing else.
    fn receive_management(&mut self, frame: &[u8], now: Instant) {
        let Ok(view) = ManagementView::parse(frame) else {
            return;
        };
        let ours = view.receiver() == self.address();
        let wanted = match view.subtype() {
            ManagementSubtype::BEACON => self.associated().is_none(),
            ManagementSubtype::DISASSOCIATION | ManagementSubtype::DEAUTHENTICATION => {
                ours || view.receiver().is_group()
            }
            ManagementSubtype::PROBE_RESPONSE
            | ManagementSubtype::AUTHENTICATION
            | ManagementSubtype::ASSOCIATION_RESPONSE
            | ManagementSubtype::REASSOCIATION_RESPONSE
            | ManagementSubtype::ACTION => ours,
            _ => false,
        };
        let from = view.transmitter();
        let network = self.listening().and_then(|l| l.config.bssid);
        if !wanted || network.is_some_and(|bssid| bssid != from) {
            return;
        }
        if let Ok(ap) = self.known(from) {
            ap.note_heard(frame.len(), now);
        }
        self.event(RadioEvent::Management {
            frame: frame.to_vec(),
            signal: Some(SIGNAL),
        });
    }

    // --- Time ----------------------------------------------------------------------------------

    /// What network is on the air now, and where.
    pub(crate) fn note_air(&mut self, on_air: Option<(MacAddr, Channel)>, now: Instant) {
        let wanted = self.associated().zip(self.channel());
        self.beacon_loss = match wanted {
            None => None,
            Some(_) if wanted == on_air => None,
            Some(_) => self.beacon_loss.or(Some(now + BEACON_LOSS)),
        };
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        let traffic = self.ap().and_then(|ap| ap.traffic.as_ref());
        earliest(self.beacon_loss, traffic.map(Traffic::deadline))
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.beacon_loss.is_some_and(|at| at <= now) {
            self.beacon_loss = None;
            if let Some(peer) = self.associated() {
                self.forget();
                self.event(RadioEvent::StationLost { peer });
            }
        }
        self.send_traffic(now);
    }

    // --- For tests -----------------------------------------------------------------------------

    pub(crate) fn row(&self) -> Option<StationRow> {
        let ap = self.ap()?;
        Some(StationRow {
            peer: ap.entry.peer,
            aid: ap.entry.aid,
            associated: ap.entry.flags.associated,
            authorized: ap.authorized,
            keyed: ap.key.is_some(),
            dozing: false,
            buffered: 0,
            sent_pn: ap.key.as_ref().map_or(0, CipherKey::sent),
        })
    }

    pub(crate) fn keys(&self) -> Vec<(KeyScope, u8)> {
        let pairwise = self.ap().filter(|ap| ap.key.is_some());
        let group = self.listening().map(|l| &l.group).into_iter().flatten();
        let group = group.zip(0..).filter(|(key, _)| key.is_some());
        pairwise
            .map(|ap| (KeyScope::Pairwise(ap.entry.peer), 0))
            .into_iter()
            .chain(group.map(|(_, index)| (KeyScope::Group, index)))
            .collect()
    }
}
