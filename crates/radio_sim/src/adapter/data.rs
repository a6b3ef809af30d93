//! Data of the station adapter in both directions.

use clock::Instant;
use dot11::frame::{
    DataHeader, DataView, FrameControl, FrameType, QosControl, decapsulate_llc, encapsulate_llc,
};
use dot11::{ETHERTYPE_EAPOL, MacAddr};
use radio::{CommandError, RadioEvent};
use rsn::ccmp::{self, CcmpError};

use super::{Adapter, AdapterOutput, Ap, STATION_ADAPTER};
use crate::air::Receipt;
use crate::echo;
use crate::ether_type::{Reception, Verdict, check_packet, is_eapol};
use crate::event::SimError;
use crate::key::Ciphering;
use crate::refusal::invalid;
use crate::rule::FrameKind;
use crate::traffic::Traffic;

/// Bytes of an echo request, EtherType payload only.
const ECHO_LEN: u16 = 256;

impl Ap {
    pub(super) fn note_heard(&mut self, bytes: usize, now: Instant) {
        self.last_heard = now;
        self.rx_bytes = self.rx_bytes.saturating_add(bytes as u64);
    }

    /// Data passes an open port only, and never in clear.
    fn passes_data(&self) -> bool {
        self.authorized && self.key.is_some()
    }
}

impl Adapter {
    /// A frame arrived at its antenna.
    pub(crate) fn receive(&mut self, frame: &[u8], now: Instant) {
        let Some(control) = FrameControl::from_frame(frame) else {
            return;
        };
        match control.frame_type() {
            FrameType::Management => self.receive_management(frame, now),
            FrameType::Data => {
                if let Ok(view) = DataView::parse(frame) {
                    self.receive_data(&view, frame, now);
                }
            }
            FrameType::Control | FrameType::Extension => {}
        }
    }

    fn receive_data(&mut self, view: &DataView<'_>, frame: &[u8], now: Instant) {
        let header = view.header();
        let own = self.address();
        let Some(ap) = self.ap_mut() else {
            return;
        };
        if !header.control.has(FrameControl::FROM_DS)
            || header.addr2 != ap.entry.peer
            || !ap.entry.flags.associated
        {
            return;
        }
        ap.note_heard(frame.len(), now);
        let keyed = ap.key.is_some();
        // Its own group frames come back; the rest is left out on purpose, as at the access point.
        if header.is_null()
            || header.source() == own
            || view.is_fragment()
            || header.qos.is_some_and(QosControl::is_amsdu)
        {
            return;
        }
        let came = Reception::new(header.addr1, header.is_protected(), keyed);
        let body = match header.is_protected() {
            true => self.decipher(view, frame),
            false => Some(view.payload().to_vec()),
        };
        let Some(body) = body else {
            return;
        };
        match self.ether_types.judge(&body, came) {
            Verdict::Accept => self.deliver(header, &body, now),
            Verdict::Unencrypted => self.counters.unencrypted += 1,
            Verdict::Overprotected => self.counters.overprotected += 1,
        }
    }

    /// The plain body of a protected frame: group frames under the group key they name, others under
    /// the pairwise key whatever they name.
    fn decipher(&mut self, view: &DataView<'_>, frame: &[u8]) -> Option<Vec<u8>> {
        let group = view.header().addr1.is_group();
        let listening = self.listening_mut()?;
        let key = match group {
            false => listening.ap.as_mut().and_then(|ap| ap.key.as_mut()),
            true => {
                let index = usize::from(ccmp::key_id(frame)?);
                listening.group.get_mut(index).and_then(Option::as_mut)
            }
        };
        let mut plain = Vec::new();
        let result = match key {
            Some(key) => key.receiver.unprotect(frame, &mut plain),
            None => Err(CcmpError::Mic),
        };
        let counters = &mut self.counters;
        match result {
            Ok(()) if group => counters.group += 1,
            Ok(()) => counters.unicast += 1,
            Err(CcmpError::Replay) => counters.replayed += 1,
            Err(_) => counters.undecryptable += 1,
        }
        result.ok()?;
        plain.drain(..view.header_bytes().len());
        Some(plain)
    }

    fn deliver(&mut self, header: &DataHeader, body: &[u8], now: Instant) {
        let (source, own) = (header.source(), self.address());
        let Some(ap) = self.ap_mut() else {
            return;
        };
        let peer = ap.entry.peer;
        let open = ap.authorized;
        if let Some((ETHERTYPE_EAPOL, pdu)) = decapsulate_llc(body) {
            // Of the access point itself: it passes on nobody else's.
            if source == peer && header.addr1 == own {
                let pdu = pdu.to_vec();
                self.event(RadioEvent::Eapol { peer, pdu });
            }
            return;
        }
        if let Some((ether_type, payload)) = self.ether_types.handed_up(body) {
            if source == peer {
                let payload = payload.to_vec();
                self.event(RadioEvent::Packet {
                    peer,
                    ether_type,
                    payload,
                });
            }
            return;
        }
        if !open {
            self.counters.unauthorized += 1;
            return;
        }
        if let Some(reply) = echo::parse_reply(body) {
            if let Some(traffic) = self.ap_mut().and_then(|ap| ap.traffic.as_mut()) {
                traffic.handle_reply(reply, now);
            }
        } else if let Some(reply) = echo::reply_to(body)
            && !header.addr1.is_group()
        {
            self.send_body(source, &reply);
        }
    }

    // --- Up to the access point ----------------------------------------------------------------

    pub(super) fn send_eapol(&mut self, peer: MacAddr, pdu: &[u8]) -> Result<(), CommandError> {
        self.check_associated(peer)?;
        let body = encapsulate_llc(ETHERTYPE_EAPOL, pdu);
        let kind = FrameKind::of_eapol(pdu);
        self.send_data(peer, (&body, kind), Ciphering::IfKeyed);
        Ok(())
    }

    pub(super) fn send_packet(
        &mut self,
        peer: MacAddr,
        (ether_type, payload): (u16, &[u8]),
        cipher: Ciphering,
    ) -> Result<(), CommandError> {
        check_packet(ether_type, payload)?;
        self.check_associated(peer)?;
        let body = encapsulate_llc(ether_type, payload);
        self.send_data(peer, (&body, FrameKind::Packet(ether_type)), cipher);
        Ok(())
    }

    fn check_associated(&mut self, peer: MacAddr) -> Result<(), CommandError> {
        match self.known(peer)?.entry.flags.associated {
            true => Ok(()),
            false => invalid("There is no association with this access point."),
        }
    }

    /// The host behind it sends a body (from its LLC header). `false` when the port or the want of a
    /// key stops it.
    pub(crate) fn send_body(&mut self, to: MacAddr, body: &[u8]) -> bool {
        let eapol = is_eapol(body);
        let passes = self.ap().is_some_and(Ap::passes_data);
        if !passes || eapol {
            self.counters.unauthorized += 1;
            return false;
        }
        self.send_data(to, (body, FrameKind::Data), Ciphering::Must)
    }

    /// `false` when it does not go.
    fn send_data(
        &mut self,
        to: MacAddr,
        (body, kind): (&[u8], FrameKind),
        cipher: Ciphering,
    ) -> bool {
        let own = self.address();
        let Some(entry) = self.ap().map(|ap| &ap.entry) else {
            return false;
        };
        let mut header = DataHeader::to_ds(entry.peer, own, to);
        if entry.flags.wme {
            let priority = if is_eapol(body) { 7 } else { 0 };
            header = header.with_qos(QosControl::new(priority));
        }
        let mut frame = header.encode(body);
        self.number(&mut frame);
        let Some(ap) = self.ap_mut() else {
            return false;
        };
        let Some(frame) = cipher.apply(ap.key.as_mut(), frame) else {
            return false;
        };
        ap.tx_bytes = ap.tx_bytes.saturating_add(frame.len() as u64);
        self.send(frame, kind, Receipt::None);
        true
    }

    // --- Traffic -------------------------------------------------------------------------------

    pub(crate) fn start_traffic(&mut self, frames: u32, now: Instant) -> Result<(), SimError> {
        let runs = self.runs.wrapping_add(1);
        let ap = self.ap_mut().ok_or(SimError::NotJoined)?;
        if !ap.authorized {
            return Err(SimError::NotJoined);
        }
        if ap.key.is_none() {
            return Err(SimError::NoKey);
        }
        if ap.traffic.is_some() {
            return Err(SimError::TrafficRunning);
        }
        ap.traffic = Some(Traffic::new(runs, ap.entry.peer, frames, now));
        self.runs = runs;
        Ok(())
    }

    pub(super) fn send_traffic(&mut self, now: Instant) {
        let Some(ap) = self.ap_mut() else {
            return;
        };
        let passes = ap.passes_data();
        let Some(traffic) = ap.traffic.as_mut().filter(|t| t.deadline() <= now) else {
            return;
        };
        // Through a closed port, or without a key, nothing more goes.
        if traffic.all_sent() || !passes {
            let done = traffic.done(STATION_ADAPTER);
            ap.traffic = None;
            self.outputs.push_back(AdapterOutput::Sim(done));
            return;
        }
        let body = traffic.next_request(ECHO_LEN, now);
        let to = traffic.to;
        self.send_body(to, &body);
    }
}
