//! Frames up, and data in both directions.

use clock::Instant;
use dot11::frame::{
    ControlSubtype, DataHeader, DataView, FrameControl, FrameType, ManagementSubtype,
    ManagementView, PsPoll, QosControl, decapsulate_llc, write_sequence_control,
};
use dot11::{ETHERTYPE_EAPOL, MacAddr};
use radio::RadioEvent;
use rsn::ccmp::CcmpError;

use super::power::Held;
use super::{Bss, Peer, SIGNAL};
use crate::air::{Outgoing, Receipt};
use crate::ap::Sink;
use crate::echo;
use crate::rule::{Direction, FrameKind};

/// Longest MPDU any PHY carries, in bytes without FCS (table 9-25, VHT).
const MAX_MPDU: usize = 11_450;
/// The group address of port access entities (IEEE 802.1X-2020, table 11-1).
const PAE_GROUP: MacAddr = MacAddr([0x01, 0x80, 0xc2, 0x00, 0x00, 0x03]);

/// Where the plain body of a received frame goes.
enum Route {
    Eapol,
    Host,
    Station(MacAddr),
    Group(MacAddr),
    Nowhere,
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
        row.last_heard = now;
        row.rx_bytes = row.rx_bytes.saturating_add(bytes as u64);
        Some(row)
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
        self.heard(view.transmitter(), frame.len(), now);
        sink.event(RadioEvent::Management {
            frame: frame.to_vec(),
            signal: Some(SIGNAL),
        });
    }

    fn is_associated(&self, peer: MacAddr) -> bool {
        self.peers
            .get(&peer)
            .is_some_and(|row| row.entry.flags.associated)
    }

    fn stranger(peer: MacAddr, sink: &mut Sink) {
        sink.counters.not_associated += 1;
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
            Self::stranger(poll.transmitter, sink);
            return;
        }
        match self.heard(poll.transmitter, frame.len(), now) {
            Some(row) if row.entry.aid == poll.aid => {
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
        if !self.is_associated(peer) {
            Self::stranger(peer, sink);
            return;
        }
        self.heard(peer, frame.len(), now);
        self.note_power(
            peer,
            header.control.has(FrameControl::POWER_MANAGEMENT),
            sink,
        );
        if header.is_null() {
            return;
        }
        // Reassembly and de-aggregation are left out on purpose: no simulated station makes use of
        // them, and most of the attacks on both begin with mixing what was ciphered with what was not.
        if view.is_fragment() || header.qos.is_some_and(QosControl::is_amsdu) {
            sink.counters.malformed += 1;
            return;
        }
        let mut plain = core::mem::take(&mut self.plain);
        if self.decipher(peer, &view, frame, &mut plain, sink) {
            let body = plain.get(view.header().encoded_len()..).unwrap_or_default();
            // HT Control lies between header and body where it is present.
            let htc = view.header_bytes().len() - header.encoded_len();
            let body = body.get(htc..).unwrap_or_default();
            self.deliver(&header, body, sink, now);
        }
        self.plain = plain;
    }

    /// Puts the frame in clear into `plain`; `false` when it is to be dropped.
    fn decipher(
        &mut self,
        peer: MacAddr,
        view: &DataView<'_>,
        frame: &[u8],
        plain: &mut Vec<u8>,
        sink: &mut Sink,
    ) -> bool {
        if !view.header().is_protected() {
            // Only EAPOL may come in clear, even when a key is installed: that is how the last
            // message of a rekey often comes.
            let eapol = matches!(decapsulate_llc(view.payload()), Some((ETHERTYPE_EAPOL, _)));
            if !eapol {
                sink.counters.unencrypted += 1;
                return false;
            }
            plain.clear();
            plain.extend_from_slice(frame);
            return true;
        }
        // The transmitter alone says which key: there is one for the pair, whatever the Key ID.
        let key = self.peers.get_mut(&peer).and_then(|row| row.key.as_mut());
        let result = match key {
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

    fn route(&self, header: &DataHeader, body: &[u8], sink: &mut Sink) -> Route {
        let destination = header.destination();
        if let Some((ETHERTYPE_EAPOL, _)) = decapsulate_llc(body) {
            if destination == self.config.bssid || destination == PAE_GROUP {
                return Route::Eapol;
            }
            // CVE-2020-26139: never passed on, whoever sent it.
            sink.counters.foreign_eapol += 1;
            return Route::Nowhere;
        }
        if !self
            .peers
            .get(&header.addr2)
            .is_some_and(|row| row.authorized)
        {
            sink.counters.unauthorized += 1;
            return Route::Nowhere;
        }
        if destination == self.config.bssid {
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

    fn deliver(&mut self, header: &DataHeader, body: &[u8], sink: &mut Sink, now: Instant) {
        let source = header.addr2;
        match self.route(header, body, sink) {
            Route::Eapol => {
                let pdu = decapsulate_llc(body)
                    .map(|(_, pdu)| pdu)
                    .unwrap_or_default();
                sink.event(RadioEvent::Eapol {
                    peer: source,
                    pdu: pdu.to_vec(),
                });
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
        let Some(row) = self.peers.get_mut(&to) else {
            return;
        };
        let kind = FrameKind::of_payload(body);
        let is_eapol = matches!(decapsulate_llc(body), Some((ETHERTYPE_EAPOL, _)));
        if !row.entry.flags.associated || !(is_eapol || row.authorized && row.key.is_some()) {
            sink.counters.unauthorized += 1;
            return;
        }
        let mut header = DataHeader::from_ds(self.config.bssid, source, to);
        if row.entry.flags.wme {
            header = header.with_qos(QosControl::new(if is_eapol { 7 } else { 0 }));
        }
        let frame = header.encode(body);
        let held = Held {
            frame,
            kind,
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
                receipt,
                since: now,
            },
            sink,
        );
    }

    /// Last step of every data frame.
    pub(crate) fn cipher_and_send(&mut self, to: MacAddr, held: Held, sink: &mut Sink) {
        let Held {
            mut frame,
            kind,
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
        let frame = match (key, kind) {
            // A Null frame has no body to cipher.
            (_, FrameKind::Null) => frame,
            (Some(key), _) => {
                let mut out = Vec::new();
                if key.sender.protect(&frame, &mut out).is_err() {
                    sink.report(receipt, false);
                    return;
                }
                out
            }
            // The key went while the frame waited.
            (None, FrameKind::Data | FrameKind::Other) => {
                sink.counters.unauthorized += 1;
                return;
            }
            (None, _) => frame,
        };
        if let Some(row) = self.peers.get_mut(&to) {
            row.tx_bytes = row.tx_bytes.saturating_add(frame.len() as u64);
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
