//! One run of the access point: beacons, station table, keys.

mod data;
mod firmware;
mod held;
mod memory;
mod power;

use std::collections::VecDeque;

use clock::{Duration, Instant};
use dot11::element::ElementWriter;
use dot11::frame::{
    FrameControl, ManagementView, SequenceControl, write_sequence_control, write_timestamp,
};
use dot11::{CipherSuite, MacAddr};
use radio::{
    ApConfig, CommandError, CommandErrorKind, CommandId, Key, KeyScope, StationEntry, StationReport,
};
use rsn::bip::BipSender;

use crate::address_map::AddressMap;
use crate::air::{Outgoing, Receipt};
use crate::counters::StationRow;
use crate::ether_type::{self, EtherTypes};
use crate::key::{CipherKey, Ciphering, check_key, check_management_key, management_slot};
use crate::refusal::{REPORT_BUG, invalid, not_found, refuse};
use crate::rule::{Direction, FrameKind};
use crate::sink::Sink;
use held::{Held, Power, is_bufferable};
use memory::Firmware;

/// Signal strength of every simulated station in dBm.
pub(crate) const SIGNAL: i8 = -42;

/// A station in the table: as short as it can be, and first what every received frame needs. Among
/// thousands of rows most are in no cache near the processor, and each line of them costs.
#[derive(Debug)]
#[repr(C, align(64))]
struct Peer {
    last_heard: Instant,
    rx_bytes: u64,
    power: Power,
    other: Box<Other>,
    authorized: bool,
    associated: bool,
    key: Option<CipherKey>,
}

impl Peer {
    /// Its management frames are protected: agreed on, and there is a key.
    fn protects_management(&self) -> bool {
        self.key.is_some() && self.other.entry.flags.management_protection
    }
}

/// What received frames do not need.
#[derive(Debug)]
struct Other {
    entry: StationEntry,
    tx_bytes: u64,
}

/// The network on the air.
#[derive(Debug)]
pub(crate) struct Bss {
    pub(crate) config: ApConfig,
    started: Instant,
    /// Which beacon comes next, counted from the start; `None` while nobody listens.
    next_beacon: Option<u64>,
    peers: AddressMap<Peer>,
    table_size: usize,
    /// Frames held for dozing stations, over all peers.
    held: usize,
    group_keys: [Option<CipherKey>; 4],
    /// The group key that is sent with.
    group_index: Option<u8>,
    /// Those of management frames, and which of them is sent with.
    management_keys: [Option<BipSender>; 2],
    management_slot: Option<usize>,
    group_held: VecDeque<Held>,
    sequence: u16,
    ether_types: EtherTypes,
    /// Answers stations by itself.
    firmware: Option<Firmware>,
    /// Where a frame is deciphered to, and where one is built before it is ciphered.
    plain: Vec<u8>,
}

impl Bss {
    pub(crate) fn new(
        config: ApConfig,
        ether_types: EtherTypes,
        table_size: u16,
        now: Instant,
    ) -> Self {
        Self {
            config,
            started: now,
            next_beacon: None,
            peers: AddressMap::new(),
            table_size: usize::from(table_size),
            held: 0,
            group_keys: [const { None }; 4],
            group_index: None,
            management_keys: [const { None }; 2],
            management_slot: None,
            group_held: VecDeque::new(),
            sequence: 0,
            ether_types,
            firmware: None,
            plain: Vec::new(),
        }
    }

    /// From now on it answers stations by itself.
    pub(crate) fn with_firmware(mut self) -> Self {
        self.firmware = Some(Firmware::default());
        self
    }

    fn next_sequence(&mut self) -> SequenceControl {
        self.sequence = self.sequence.wrapping_add(1) & 0xfff;
        SequenceControl::new(self.sequence, 0)
    }

    // --- Beacons -------------------------------------------------------------------------------

    /// From one beacon to the next.
    pub(crate) fn beacon_interval(&self) -> Duration {
        Duration::from_micros(1_024) * u32::from(self.config.beacon_interval)
    }

    fn beacon_time(&self, index: u64) -> Instant {
        let micros = u64::from(self.config.beacon_interval) * 1_024;
        self.started + Duration::from_micros(micros.saturating_mul(index))
    }

    /// The first beacon after `now`.
    fn beacon_after(&self, now: Instant) -> u64 {
        let micros = u64::from(self.config.beacon_interval).max(1) * 1_024;
        let passed = u64::try_from(now.since(self.started).as_micros()).unwrap_or(u64::MAX);
        passed / micros + 1
    }

    /// Beacons are sent only while somebody would notice: `listeners`, or stations with frames to
    /// be announced. So an idle network costs no wake-ups.
    pub(crate) fn arm_beacon(&mut self, listeners: bool, now: Instant) {
        let wanted = listeners || self.held > 0 || !self.group_held.is_empty();
        self.next_beacon = match (wanted, self.next_beacon) {
            (false, _) => None,
            (true, None) => Some(self.beacon_after(now)),
            (true, armed) => armed,
        };
    }

    pub(crate) fn next_beacon_at(&self) -> Option<Instant> {
        self.next_beacon.map(|index| self.beacon_time(index))
    }

    /// Sends the beacon that is due at `at`; after a long sleep (`now` is later) the missed ones
    /// are left out.
    pub(crate) fn send_beacon(&mut self, sink: &mut Sink, at: Instant, now: Instant) {
        let Some(index) = self.next_beacon else {
            return;
        };
        let late = now.since(at) > self.beacon_interval() * 10;
        self.next_beacon = Some(if late {
            self.beacon_after(now)
        } else {
            index + 1
        });
        self.expire_held(sink, at);
        let period = u64::from(self.config.dtim_period).max(1);
        // At most 254.
        let dtim_count = ((period - index % period) % period) as u8;
        let group = dtim_count == 0 && !self.group_held.is_empty();
        let waiting = self
            .peers
            .values()
            .filter(|p| p.power.holds())
            .map(|p| p.other.entry.aid);
        let mut writer = ElementWriter::append_to(self.config.beacon_head.clone());
        writer.tim(dtim_count, self.config.dtim_period, group, waiting);
        writer.raw(&self.config.beacon_tail);
        let mut frame = writer.finish();
        write_timestamp(&mut frame, at.as_micros());
        write_sequence_control(&mut frame, self.next_sequence());
        sink.counters.beacons += 1;
        sink.send(Outgoing {
            kind: FrameKind::of_frame(&frame),
            frame,
            peer: MacAddr::BROADCAST,
            direction: Direction::FromAp,
            receipt: Receipt::None,
        });
        if dtim_count == 0 {
            self.release_group(sink);
        }
    }

    // --- Frames down ---------------------------------------------------------------------------

    pub(crate) fn send_management(
        &mut self,
        mut frame: Vec<u8>,
        id: CommandId,
        sink: &mut Sink,
        now: Instant,
    ) -> Result<(), CommandError> {
        if self.firmware.is_some() {
            return refuse(
                CommandErrorKind::NotSupported,
                "The radio's firmware sends the management frames.",
                REPORT_BUG,
            );
        }
        let Ok(view) = ManagementView::parse(&frame) else {
            return invalid("The frame is not a management frame.");
        };
        if view.transmitter() != self.config.bssid {
            return invalid("The frame is not from this access point.");
        }
        let peer = view.receiver();
        let kind = FrameKind::Management(view.subtype());
        let receipt = Receipt::Command(id);
        let robust = view.is_robust();
        let cipher = match self.peers.get(&peer) {
            Some(row) if robust && row.protects_management() => Ciphering::Must,
            _ => Ciphering::Never,
        };
        if is_bufferable(view.subtype())
            && let Some(row) = self.peers.get_mut(&peer)
            && row.power.is_dozing()
        {
            let held = Held {
                frame,
                kind,
                cipher,
                receipt,
                since: now,
            };
            self.held += row.power.hold(held, sink);
            return Ok(());
        }
        if cipher == Ciphering::Must {
            let held = Held {
                frame,
                kind,
                cipher,
                receipt,
                since: now,
            };
            self.cipher_and_send(peer, held, sink);
            return Ok(());
        }
        if robust && peer.is_group() {
            self.protect_for_all(&mut frame);
        }
        let sequence = self.next_sequence();
        write_sequence_control(&mut frame, sequence);
        write_timestamp(&mut frame, now.as_micros());
        sink.send(Outgoing {
            frame,
            kind,
            peer,
            direction: Direction::FromAp,
            receipt,
        });
        Ok(())
    }

    /// Adds what stations believe a group-addressed management frame by, when there is a key for it.
    fn protect_for_all(&mut self, frame: &mut Vec<u8>) {
        let slot = self.management_slot.unwrap_or_default();
        if self.management_slot.is_some()
            && let Some(Some(key)) = self.management_keys.get_mut(slot)
        {
            // Without packet numbers left it goes as it is: who needs protection does not believe it.
            let _ = key.protect(frame);
        }
    }

    pub(crate) fn send_eapol(
        &mut self,
        peer: MacAddr,
        pdu: &[u8],
        sink: &mut Sink,
        now: Instant,
    ) -> Result<(), CommandError> {
        if !self.peers.contains_key(&peer) {
            return not_found("There is no such station to send EAPOL to.");
        }
        let body = dot11::frame::encapsulate_llc(dot11::ETHERTYPE_EAPOL, pdu);
        self.send_body(peer, self.config.bssid, &body, sink, now);
        Ok(())
    }

    /// A frame beside the data, whatever the port's state.
    pub(crate) fn send_packet(
        &mut self,
        peer: MacAddr,
        (ether_type, payload): (u16, &[u8]),
        cipher: Ciphering,
        sink: &mut Sink,
        now: Instant,
    ) -> Result<(), CommandError> {
        ether_type::check_packet(ether_type, payload)?;
        match self.peers.get(&peer) {
            None => return not_found("There is no such station to send a packet to."),
            Some(row) if !row.associated => {
                return invalid("The station is not associated.");
            }
            Some(_) => {}
        }
        let body = dot11::frame::encapsulate_llc(ether_type, payload);
        let kind = FrameKind::Packet(ether_type);
        self.enqueue(peer, self.config.bssid, (&body, kind, cipher), sink, now);
        Ok(())
    }

    pub(crate) fn set_ether_types(&mut self, ether_types: EtherTypes) {
        self.ether_types = ether_types;
    }

    /// A Null frame whose acknowledgement is reported.
    pub(crate) fn probe(
        &mut self,
        peer: MacAddr,
        sink: &mut Sink,
        now: Instant,
    ) -> Result<(), CommandError> {
        if !self.peers.contains_key(&peer) {
            return not_found("There is no such station to probe.");
        }
        self.send_null(peer, Receipt::Probe(peer), sink, now);
        Ok(())
    }

    // --- Station table -------------------------------------------------------------------------

    pub(crate) fn add_station(
        &mut self,
        entry: StationEntry,
        sink: &mut Sink,
        now: Instant,
    ) -> Result<(), CommandError> {
        check_entry(&entry)?;
        // Firmware enters them itself.
        match self.firmware {
            Some(_) => Ok(()),
            None => self.enter(entry, sink, now),
        }
    }

    fn enter(
        &mut self,
        entry: StationEntry,
        sink: &mut Sink,
        now: Instant,
    ) -> Result<(), CommandError> {
        let peer = entry.peer;
        if !self.peers.contains_key(&peer) && self.peers.len() >= self.table_size {
            return refuse(
                CommandErrorKind::Resources,
                "The radio's station table is full.",
                "Wait until a station leaves.",
            );
        }
        self.remove_station(peer, sink);
        self.peers.insert(
            peer,
            Peer {
                last_heard: now,
                rx_bytes: 0,
                power: Power::default(),
                authorized: false,
                associated: entry.flags.associated,
                other: Box::new(Other { entry, tx_bytes: 0 }),
                key: None,
            },
        );
        Ok(())
    }

    pub(crate) fn update_station(&mut self, entry: StationEntry) -> Result<(), CommandError> {
        check_entry(&entry)?;
        let Some(row) = self.peers.get_mut(&entry.peer) else {
            return not_found("There is no such station to update.");
        };
        // A port is open on an association: without one it closes.
        row.authorized &= entry.flags.associated;
        row.associated = entry.flags.associated;
        row.other.entry = entry;
        Ok(())
    }

    pub(crate) fn authorize(&mut self, peer: MacAddr, open: bool) -> Result<(), CommandError> {
        let Some(row) = self.peers.get_mut(&peer) else {
            return not_found("There is no such station to authorize.");
        };
        if open && !row.associated {
            return invalid("The station is not associated.");
        }
        row.authorized = open;
        Ok(())
    }

    /// `false` when it was not there.
    pub(crate) fn remove_station(&mut self, peer: MacAddr, sink: &mut Sink) -> bool {
        let Some(mut row) = self.peers.remove(&peer) else {
            return false;
        };
        self.held -= row.power.drop_all(sink);
        true
    }

    // --- Keys ----------------------------------------------------------------------------------

    pub(crate) fn install_key(&mut self, key: &Key) -> Result<(), CommandError> {
        if key.cipher == CipherSuite::BIP_CMAC_128 {
            let (slot, installed) = check_management_key(key)?;
            if let Some(place) = self.management_keys.get_mut(slot)
                && !place.as_ref().is_some_and(|old| old.is_same(&installed))
            {
                *place = Some(installed);
            }
            return Ok(());
        }
        let installed = check_key(key)?;
        let slot = match key.scope {
            KeyScope::Pairwise(peer) => match self.peers.get_mut(&peer) {
                Some(row) => &mut row.key,
                None => return not_found("There is no such station to install a key for."),
            },
            KeyScope::Group => match self.group_keys.get_mut(usize::from(key.index)) {
                Some(slot) => slot,
                None => return invalid("A group key's index is 1 to 3."),
            },
        };
        CipherKey::install(slot, installed);
        Ok(())
    }

    pub(crate) fn remove_key(&mut self, scope: KeyScope, index: u8) {
        match scope {
            KeyScope::Pairwise(peer) => {
                if let Some(row) = self.peers.get_mut(&peer) {
                    row.key = None;
                }
            }
            KeyScope::Group => {
                if let Some(slot) = management_slot(index) {
                    self.management_keys[slot] = None;
                    self.management_slot = self.management_slot.filter(|used| *used != slot);
                }
                if let Some(slot) = self.group_keys.get_mut(usize::from(index)) {
                    *slot = None;
                }
                if self.group_index == Some(index) {
                    self.group_index = None;
                }
            }
        }
    }

    fn group_key(&self, index: u8) -> Option<&CipherKey> {
        self.group_keys.get(usize::from(index))?.as_ref()
    }

    pub(crate) fn use_group_key(&mut self, index: u8) -> Result<(), CommandError> {
        if let Some(slot) = management_slot(index) {
            if !matches!(self.management_keys.get(slot), Some(Some(_))) {
                return not_found("There is no key of management frames of this index.");
            }
            self.management_slot = Some(slot);
            return Ok(());
        }
        if self.group_key(index).is_none() {
            return not_found("There is no group key of this index.");
        }
        self.group_index = Some(index);
        Ok(())
    }

    pub(crate) fn group_counter(&self, index: u8) -> Result<u64, CommandError> {
        match self.group_key(index) {
            Some(key) => Ok(key.sent()),
            None => not_found("There is no group key of this index."),
        }
    }

    // --- Reports -------------------------------------------------------------------------------

    pub(crate) fn report(
        &self,
        peer: MacAddr,
        now: Instant,
    ) -> Result<StationReport, CommandError> {
        let Some(row) = self.peers.get(&peer) else {
            return not_found("There is no such station.");
        };
        let silent = now.since(row.last_heard).as_millis();
        Ok(StationReport {
            peer,
            inactive_ms: u32::try_from(silent).unwrap_or(u32::MAX),
            rx_bytes: row.rx_bytes,
            tx_bytes: row.other.tx_bytes,
            signal: Some(SIGNAL),
        })
    }

    /// Of the stations whose port is open.
    pub(crate) fn traffic(&self, now: Instant) -> Vec<StationReport> {
        self.peers
            .iter()
            .filter(|(_, row)| row.authorized)
            .filter_map(|(peer, _)| self.report(*peer, now).ok())
            .collect()
    }

    fn row_of(peer: MacAddr, row: &Peer) -> StationRow {
        StationRow {
            peer,
            aid: row.other.entry.aid,
            associated: row.associated,
            authorized: row.authorized,
            keyed: row.key.is_some(),
            dozing: row.power.is_dozing(),
            buffered: row.power.len(),
            sent_pn: row.key.as_ref().map_or(0, CipherKey::sent),
        }
    }

    pub(crate) fn row(&self, peer: MacAddr) -> Option<StationRow> {
        self.peers.get(&peer).map(|row| Self::row_of(peer, row))
    }

    pub(crate) fn rows(&self) -> Vec<StationRow> {
        self.peers
            .iter()
            .map(|(peer, row)| Self::row_of(*peer, row))
            .collect()
    }

    pub(crate) fn key_list(&self) -> Vec<(KeyScope, u8)> {
        let pairwise = self.peers.iter().filter(|(_, row)| row.key.is_some());
        let group = (0..6).filter(|index| match management_slot(*index) {
            Some(slot) => matches!(self.management_keys.get(slot), Some(Some(_))),
            None => self.group_key(*index).is_some(),
        });
        pairwise
            .map(|(peer, _)| (KeyScope::Pairwise(*peer), 0))
            .chain(group.map(|index| (KeyScope::Group, index)))
            .collect()
    }
}

pub(crate) fn check_address(peer: MacAddr) -> Result<(), CommandError> {
    match peer.is_unicast() {
        true => Ok(()),
        false => invalid("A station's address is not a group address."),
    }
}

fn check_entry(entry: &StationEntry) -> Result<(), CommandError> {
    check_address(entry.peer)?;
    if !(1..=dot11::frame::MAX_AID).contains(&entry.aid) {
        return invalid("An association id is 1 to 2007.");
    }
    Ok(())
}

/// The "more data" flag of a frame that is not ciphered yet (or of one whose flag is not covered).
fn set_more_data(frame: &mut [u8], more: bool) {
    if more {
        dot11::frame::write_flags(frame, FrameControl::MORE_DATA);
    }
}
