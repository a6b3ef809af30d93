//! Frames up, and data in both directions.

use clock::Instant;
use dot11::frame::{
    ControlSubtype, DataHeader, DataView, FrameControl, FrameType, ManagementSubtype,
    ManagementView, PsPoll, QosControl, decapsulate_llc, write_sequence_control,
};
use dot11::{MacAddr, ReasonCode};
use radio::RadioEvent;
use rsn::ccmp::CcmpError;

use super::held::Held;
use super::{Bss, Peer, SIGNAL};
use crate::air::{Outgoing, Receipt};
use crate::echo;
use crate::ether_type::{Reception, Verdict, is_eapol};
use crate::key::Ciphering;
use crate::rule::{Direction, FrameKind};
use crate::sink::Sink;

/// Longest MPDU any PHY carries, in bytes without FCS (table 9-25, VHT).
const MAX_MPDU: usize = 11_450;
/// The group address of port access entities (IEEE 802.1X-2020, table 11-1).
const PAE_GROUP: MacAddr = MacAddr([0x01, 0x80, 0xc2, 0x00, 0x00, 0x03]);

/// Where the plain body of a received frame goes.
enum Route {
    Eapol,
    Packet,
    Host,
    Station(MacAddr),
    Group(MacAddr),
    Nowhere,
}

impl Peer {
    fn note_heard(&mut self, bytes: usize, now: Instant) {
        self.last_heard = now;
        self.rx_bytes = self.rx_bytes.saturating_add(bytes as u64);
    }
}

impl Bss {
    /// A frame arrived at the access point's antenna.
    pub(crate) fn receive(&mut self, frame: &[u8], sink: &mut Sink, now: Instant) {
        let control = FrameControl::from_frame(frame).filter(|fc| fc.version() == 0);
        let (Some(control), true) = (control, frame.len() <= MAX_MPDU) else {
            sink.counters.malformed += 1;
            return;
        };
        match control.frame_type() {
            FrameType::Management => self.receive_management(frame, sink, now),
            FrameType::Control if control.subtype() == ControlSubtype::PS_POLL.0 => {
                self.receive_ps_poll(frame, sink, now);
            }
            FrameType::Data => self.receive_data(frame, sink, now),
            FrameType::Control | FrameType::Extension => sink.counters.malformed += 1,
        }
    }

    fn heard(&mut self, peer: MacAddr, bytes: usize, now: Instant) -> Option<&mut Peer> {
        let row = self.peers.get_mut(&peer)?;
        row.note_heard(bytes, now);
        Some(row)
    }

    fn associated(&mut self, peer: MacAddr) -> Option<&mut Peer> {
        self.peers.get_mut(&peer).filter(|row| row.associated)
    }

    /// Passes up what an access point's user registers for, and nothing else.
    fn receive_management(&mut self, frame: &[u8], sink: &mut Sink, now: Instant) {
        let Ok(view) = ManagementView::parse(frame) else {
            sink.counters.malformed += 1;
            return;
        };
        let wanted = match view.subtype() {
            ManagementSubtype::PROBE_REQUEST => {
                view.receiver() == MacAddr::BROADCAST || view.receiver() == self.config.bssid
            }
            ManagementSubtype::AUTHENTICATION
            | ManagementSubtype::ASSOCIATION_REQUEST
            | ManagementSubtype::REASSOCIATION_REQUEST
            | ManagementSubtype::DISASSOCIATION
            | ManagementSubtype::DEAUTHENTICATION
            | ManagementSubtype::ACTION => view.receiver() == self.config.bssid,
            _ => false,
        };
        if !wanted {
            sink.counters.malformed += 1;
            return;
        }
        let Some(frame) = self.open_management(&view, frame, sink) else {
            return;
        };
        self.heard(view.transmitter(), frame.len(), now);
        if self.firmware.is_some() {
            return self.answer_management(&view, sink, now);
        }
        sink.event(RadioEvent::Management {
            frame,
            signal: Some(SIGNAL),
        });
    }

    /// What is handed up of a management frame: of a protected one the plain body, its Protected bit
    /// left as it was. `None` when it is not to be believed (clause 12.6.19).
    fn open_management(
        &mut self,
        view: &ManagementView<'_>,
        frame: &[u8],
        sink: &mut Sink,
    ) -> Option<Vec<u8>> {
        let row = self.peers.get_mut(&view.transmitter());
        let protects = |row: &&mut Peer| view.is_robust() && row.protects_management();
        let Some(row) = row.filter(protects) else {
            return Some(frame.to_vec());
        };
        if !view.is_protected() {
            sink.counters.unprotected += 1;
            return None;
        }
        let mut plain = Vec::new();
        match row.key.as_mut()?.receiver.unprotect(frame, &mut plain) {
            Ok(()) => {
                dot11::frame::write_flags(&mut plain, FrameControl::PROTECTED);
                Some(plain)
            }
            Err(CcmpError::Replay) => {
                sink.counters.replayed += 1;
                None
            }
            Err(_) => {
                sink.counters.undecryptable += 1;
                None
            }
        }
    }

    fn is_associated(&self, peer: MacAddr) -> bool {
        self.peers.get(&peer).is_some_and(|row| row.associated)
    }

    fn stranger(&mut self, peer: MacAddr, sink: &mut Sink) {
        sink.counters.not_associated += 1;
        if self.firmware.is_some() {
            return self.deauthenticate(peer, ReasonCode::INVALID_CLASS3_FRAME, sink);
        }
        sink.event(RadioEvent::UnexpectedData { peer });
    }

    fn receive_ps_poll(&mut self, frame: &[u8], sink: &mut Sink, now: Instant) {
        let Ok(poll) = PsPoll::parse(frame) else {
            sink.counters.malformed += 1;
            return;
        };
        if poll.bssid != self.config.bssid || !poll.transmitter.is_unicast() {
            sink.counters.malformed += 1;
            return;
        }
        if !self.is_associated(poll.transmitter) {
            self.stranger(poll.transmitter, sink);
            return;
        }
        match self.heard(poll.transmitter, frame.len(), now) {
            Some(row) if row.other.entry.aid == poll.aid => {
                self.answer_poll(poll.transmitter, sink, now);
            }
            _ => sink.counters.malformed += 1,
        }
    }

    fn receive_data(&mut self, frame: &[u8], sink: &mut Sink, now: Instant) {
        let Ok(view) = DataView::parse(frame) else {
            sink.counters.malformed += 1;
            return;
        };
        let header = *view.header();
        let peer = header.addr2;
        if !header.control.has(FrameControl::TO_DS)
            || header.addr1 != self.config.bssid
            || !peer.is_unicast()
        {
            sink.counters.malformed += 1;
            return;
        }
        let Some(mut row) = self.associated(peer) else {
            self.stranger(peer, sink);
            return;
        };
        row.note_heard(frame.len(), now);
        let dozes = header.control.has(FrameControl::POWER_MANAGEMENT);
        if row.power.is_dozing() != dozes {
            self.note_power(peer, dozes, sink);
            let Some(again) = self.associated(peer) else {
                return;
            };
            row = again;
        }
        if header.is_null() {
            return;
        }
        // Reassembly and de-aggregation are left out on purpose: no simulated station makes use of
        // them, and most of the attacks on both begin with mixing what was ciphered with what was not.
        if view.is_fragment() || header.qos.is_some_and(QosControl::is_amsdu) {
            sink.counters.malformed += 1;
            return;
        }
        let (authorized, keyed) = (row.authorized, row.key.is_some());
        let mut plain = core::mem::take(&mut self.plain);
        if self.decipher(&view, frame, &mut plain, sink) {
            // HT Control lies between header and body where it is present.
            let body = plain.get(view.header_bytes().len()..).unwrap_or_default();
            let came = Reception::new(header.addr1, header.is_protected(), keyed);
            match self.ether_types.judge(body, came) {
                Verdict::Accept => self.deliver(&header, body, authorized, sink, now),
                Verdict::Unencrypted => sink.counters.unencrypted += 1,
                Verdict::Overprotected => sink.counters.overprotected += 1,
            }
        }
        self.plain = plain;
    }

    /// Puts the frame in clear into `plain`; `false` when it cannot be.
    fn decipher(
        &mut self,
        view: &DataView<'_>,
        frame: &[u8],
        plain: &mut Vec<u8>,
        sink: &mut Sink,
    ) -> bool {
        if !view.header().is_protected() {
            plain.clear();
            plain.extend_from_slice(frame);
            return true;
        }
        // The transmitter alone says which key: there is one for the pair, whatever the Key ID.
        let row = self.peers.get_mut(&view.header().addr2);
        let result = match row.and_then(|row| row.key.as_mut()) {
            Some(key) => key.receiver.unprotect(frame, plain),
            None => Err(CcmpError::Mic),
        };
        match result {
            Ok(()) => true,
            Err(CcmpError::Replay) => {
                sink.counters.replayed += 1;
                false
            }
            Err(_) => {
                sink.counters.undecryptable += 1;
                false
            }
        }
    }

    fn route(&self, header: &DataHeader, body: &[u8], authorized: bool, sink: &mut Sink) -> Route {
        let destination = header.destination();
        let for_us = destination == self.config.bssid;
        if is_eapol(body) {
            if for_us || destination == PAE_GROUP {
                return Route::Eapol;
            }
            // CVE-2020-26139: never passed on, whoever sent it.
            sink.counters.foreign_eapol += 1;
            return Route::Nowhere;
        }
        if self.ether_types.handed_up(body).is_some() {
            if for_us || destination.is_group() {
                return Route::Packet;
            }
            sink.counters.foreign_eapol += 1;
            return Route::Nowhere;
        }
        if !authorized {
            sink.counters.unauthorized += 1;
            return Route::Nowhere;
        }
        if for_us {
            return Route::Host;
        }
        if destination.is_group() || self.is_associated(destination) {
            if self.config.isolate {
                sink.counters.isolated += 1;
                return Route::Nowhere;
            }
            return if destination.is_group() {
                Route::Group(destination)
            } else {
                Route::Station(destination)
            };
        }
        Route::Nowhere
    }

    fn deliver(
        &mut self,
        header: &DataHeader,
        body: &[u8],
        authorized: bool,
        sink: &mut Sink,
        now: Instant,
    ) {
        let source = header.addr2;
        match self.route(header, body, authorized, sink) {
            Route::Eapol => {
                let pdu = decapsulate_llc(body)
                    .map(|(_, pdu)| pdu)
                    .unwrap_or_default();
                sink.event(RadioEvent::Eapol {
                    peer: source,
                    pdu: pdu.to_vec(),
                });
            }
            Route::Packet => {
                if let Some((ether_type, payload)) = self.ether_types.handed_up(body) {
                    sink.event(RadioEvent::Packet {
                        peer: source,
                        ether_type,
                        payload: payload.to_vec(),
                    });
                }
            }
            Route::Host => {
                if let Some(reply) = echo::reply_to(body) {
                    sink.counters.echoed += 1;
                    self.send_body(source, self.config.bssid, &reply, sink, now);
                }
            }
            Route::Station(to) => {
                sink.counters.forwarded += 1;
                self.send_body(to, source, body, sink, now);
            }
            Route::Group(to) => {
                sink.counters.forwarded += 1;
                self.send_group(to, source, body, sink, now);
            }
            Route::Nowhere => {}
        }
    }

    /// Sends a body (from its LLC header) to one station: ciphered when it has a key; without one
    /// only EAPOL goes, and other data only through an open port.
    pub(crate) fn send_body(
        &mut self,
        to: MacAddr,
        source: MacAddr,
        body: &[u8],
        sink: &mut Sink,
        now: Instant,
    ) {
        let Some(row) = self.peers.get(&to) else {
            return;
        };
        let eapol = is_eapol(body);
        if !row.associated || !(eapol || row.authorized && row.key.is_some()) {
            sink.counters.unauthorized += 1;
            return;
        }
        let cipher = match eapol {
            true => Ciphering::IfKeyed,
            false => Ciphering::Must,
        };
        let kind = FrameKind::of_payload(body);
        self.enqueue(to, source, (body, kind, cipher), sink, now);
    }

    /// Sends a body to one station, once it is awake.
    pub(crate) fn enqueue(
        &mut self,
        to: MacAddr,
        source: MacAddr,
        (body, kind, cipher): (&[u8], FrameKind, Ciphering),
        sink: &mut Sink,
        now: Instant,
    ) {
        let Some(row) = self.peers.get_mut(&to) else {
            return;
        };
        let mut header = DataHeader::from_ds(self.config.bssid, source, to);
        if row.other.entry.flags.wme {
            let priority = if is_eapol(body) { 7 } else { 0 };
            header = header.with_qos(QosControl::new(priority));
        }
        let held = Held {
            frame: header.encode(body),
            kind,
            cipher,
            receipt: Receipt::None,
            since: now,
        };
        if row.power.is_dozing() {
            self.held += row.power.hold(held, sink);
        } else {
            self.cipher_and_send(to, held, sink);
        }
    }

    /// Sends a body to all stations under the group key. Without one nothing goes: group frames in
    /// clear would be worse than none.
    pub(crate) fn send_group(
        &mut self,
        to: MacAddr,
        source: MacAddr,
        body: &[u8],
        sink: &mut Sink,
        now: Instant,
    ) {
        if self.group_index.is_none() {
            sink.counters.unauthorized += 1;
            return;
        }
        let frame = DataHeader::from_ds(self.config.bssid, source, to).encode(body);
        let kind = FrameKind::Data;
        let held = Held {
            frame,
            kind,
            cipher: Ciphering::Must,
            receipt: Receipt::None,
            since: now,
        };
        if self.anybody_dozes() {
            self.hold_group(held, sink);
        } else {
            self.cipher_and_send(to, held, sink);
        }
    }

    /// A Null frame; it waits when the station dozes.
    pub(crate) fn send_null(
        &mut self,
        to: MacAddr,
        receipt: Receipt,
        sink: &mut Sink,
        now: Instant,
    ) {
        match self.peers.get_mut(&to) {
            Some(row) if row.power.is_dozing() => {
                let frame = null_frame(self.config.bssid, to);
                let held = Held {
                    frame,
                    kind: FrameKind::Null,
                    cipher: Ciphering::Never,
                    receipt,
                    since: now,
                };
                self.held += row.power.hold(held, sink);
            }
            Some(_) => self.send_null_now(to, receipt, sink, now),
            None => {}
        }
    }

    pub(crate) fn send_null_now(
        &mut self,
        to: MacAddr,
        receipt: Receipt,
        sink: &mut Sink,
        now: Instant,
    ) {
        let frame = null_frame(self.config.bssid, to);
        self.cipher_and_send(
            to,
            Held {
                frame,
                kind: FrameKind::Null,
                // It has no body to cipher.
                cipher: Ciphering::Never,
                receipt,
                since: now,
            },
            sink,
        );
    }

    /// Last step of every data frame, and of every protected management frame to one station.
    pub(crate) fn cipher_and_send(&mut self, to: MacAddr, held: Held, sink: &mut Sink) {
        let Held {
            mut frame,
            kind,
            cipher,
            receipt,
            ..
        } = held;
        let sequence = self.next_sequence();
        write_sequence_control(&mut frame, sequence);
        let group = to.is_group();
        let key = if group {
            let index = usize::from(self.group_index.unwrap_or(0));
            self.group_keys.get_mut(index).and_then(Option::as_mut)
        } else {
            self.peers.get_mut(&to).and_then(|row| row.key.as_mut())
        };
        // Perhaps the key went while the frame waited.
        let unkeyed = key.is_none();
        let Some(frame) = cipher.apply(key, frame) else {
            sink.counters.unauthorized += u64::from(unkeyed);
            sink.report(receipt, false);
            return;
        };
        if let Some(row) = self.peers.get_mut(&to) {
            row.other.tx_bytes = row.other.tx_bytes.saturating_add(frame.len() as u64);
        }
        let direction = Direction::FromAp;
        sink.send(Outgoing {
            frame,
            kind,
            peer: to,
            direction,
            receipt,
        });
    }
}

fn null_frame(bssid: MacAddr, to: MacAddr) -> Vec<u8> {
    DataHeader::from_ds(bssid, bssid, to).as_null().encode(&[])
}
