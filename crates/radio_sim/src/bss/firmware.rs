//! Firmware that answers stations by itself
//! ([`SimConfig::firmware_mlme`](crate::SimConfig::firmware_mlme)), as that of a Raspberry Pi does.
//!
//! It lets in whoever asks for the right name while there is room: of keys and of the RSN element it
//! knows nothing. Its user is told of stations that are in, and of those that left.

use clock::Instant;
use dot11::element::{ElementId, Elements};
use dot11::frame::{
    AssociationRequestView, AuthenticationAlgorithm, AuthenticationView, CapabilityInfo,
    FrameControl, MANAGEMENT_HEADER_LEN, MAX_AID, ManagementAddresses, ManagementBody,
    ManagementBuilder, ManagementView, write_sequence_control, write_timestamp,
};
use dot11::{MacAddr, ReasonCode, StatusCode};
use radio::{RadioEvent, StationEntry, StationFlags};

use super::Bss;
use crate::air::{Outgoing, Receipt};
use crate::rule::{Direction, FrameKind};
use crate::sink::Sink;

/// Bytes of a beacon's body before its elements: time, interval, capabilities.
const BEACON_FIXED_LEN: usize = 12;
/// Bytes of the Capability Information field at the end of a beacon's fixed fields.
const CAPABILITY_LEN: usize = 2;

impl Bss {
    /// The firmware takes a management frame, which nobody else sees.
    pub(crate) fn answer_management(
        &mut self,
        view: &ManagementView<'_>,
        sink: &mut Sink,
        now: Instant,
    ) {
        let peer = view.transmitter();
        let Ok(body) = view.body() else {
            sink.counters.malformed += 1;
            return;
        };
        match body {
            ManagementBody::ProbeRequest(elements) => self.answer_probe(peer, elements, sink, now),
            ManagementBody::Authentication(auth) => self.answer_authentication(peer, &auth, sink),
            ManagementBody::AssociationRequest(request) => {
                let number = (peer, view.sequence());
                let repeated = view.control().has(FrameControl::RETRY);
                let last = self.firmware.as_mut().map(|f| &mut f.last);
                if let Some(last) = last
                    && last.replace(number) == Some(number)
                    && repeated
                {
                    return;
                }
                self.answer_association(peer, &request, sink, now);
            }
            ManagementBody::Deauthentication(_) => {
                if let Some(firmware) = &mut self.firmware {
                    firmware.forget(peer);
                }
                self.lose(peer, sink);
            }
            ManagementBody::Disassociation(_) => {
                if self.lose(peer, sink)
                    && let Some(firmware) = &mut self.firmware
                {
                    firmware.remember(peer);
                }
            }
            _ => {}
        }
    }

    /// The user removes a station: firmware tells it.
    pub(crate) fn expel(&mut self, peer: MacAddr, reason: ReasonCode, sink: &mut Sink) {
        if self.remove_station(peer, sink) && self.firmware.is_some() {
            self.deauthenticate(peer, reason, sink);
        }
    }

    /// A stranger sent data.
    pub(crate) fn deauthenticate(&mut self, peer: MacAddr, reason: ReasonCode, sink: &mut Sink) {
        let addresses = ManagementAddresses::from_ap(self.config.bssid, peer);
        let frame = ManagementBuilder::deauthentication(addresses, reason).finish();
        self.transmit(peer, frame, sink);
    }

    fn lose(&mut self, peer: MacAddr, sink: &mut Sink) -> bool {
        let was_there = self.remove_station(peer, sink);
        if was_there {
            sink.event(RadioEvent::StationLost { peer });
        }
        was_there
    }

    fn transmit(&mut self, peer: MacAddr, mut frame: Vec<u8>, sink: &mut Sink) {
        let sequence = self.next_sequence();
        write_sequence_control(&mut frame, sequence);
        sink.send(Outgoing {
            kind: FrameKind::of_frame(&frame),
            frame,
            peer,
            direction: Direction::FromAp,
            receipt: Receipt::None,
        });
    }

    /// Elements of the beacon before the TIM element, and the capabilities.
    fn announced(&self) -> (CapabilityInfo, &[u8]) {
        let at = MANAGEMENT_HEADER_LEN + BEACON_FIXED_LEN;
        let head = &self.config.beacon_head;
        let capability = head
            .get(at - CAPABILITY_LEN..at)
            .and_then(|b| b.first_chunk().copied())
            .map_or(0, u16::from_le_bytes);
        (
            CapabilityInfo(capability),
            head.get(at..).unwrap_or_default(),
        )
    }

    fn answer_probe(
        &mut self,
        peer: MacAddr,
        elements: Elements<'_>,
        sink: &mut Sink,
        now: Instant,
    ) {
        let ours = self.config.ssid.as_bytes();
        if elements
            .body(ElementId::SSID)
            .is_none_or(|name| !name.is_empty() && name != ours)
        {
            return;
        }
        let (capability, front) = self.announced();
        let addresses = ManagementAddresses::from_ap(self.config.bssid, peer);
        let interval = self.config.beacon_interval;
        let mut frame = ManagementBuilder::probe_response(addresses, interval, capability)
            .with(|e| {
                e.raw(front).raw(&self.config.beacon_tail);
            })
            .finish();
        write_timestamp(&mut frame, now.as_micros());
        self.transmit(peer, frame, sink);
    }

    fn answer_authentication(
        &mut self,
        peer: MacAddr,
        auth: &AuthenticationView<'_>,
        sink: &mut Sink,
    ) {
        let status = if auth.algorithm != AuthenticationAlgorithm::OPEN_SYSTEM {
            StatusCode::UNSUPPORTED_AUTH_ALGORITHM
        } else if auth.transaction != 1 {
            StatusCode::TRANSACTION_SEQUENCE_ERROR
        } else {
            StatusCode::SUCCESS
        };
        // An associated station's is answered and changes nothing: anybody can forge it.
        if status == StatusCode::SUCCESS
            && !self.peers.contains_key(&peer)
            && let Some(firmware) = &mut self.firmware
        {
            firmware.remember(peer);
        }
        let addresses = ManagementAddresses::from_ap(self.config.bssid, peer);
        let next = auth.transaction.wrapping_add(1);
        let frame =
            ManagementBuilder::authentication(addresses, auth.algorithm, next, status).finish();
        self.transmit(peer, frame, sink);
    }

    fn answer_association(
        &mut self,
        peer: MacAddr,
        request: &AssociationRequestView<'_>,
        sink: &mut Sink,
        now: Instant,
    ) {
        let known = self.peers.contains_key(&peer)
            || self
                .firmware
                .as_ref()
                .is_some_and(|f| f.strangers.contains(&peer));
        if !known {
            return self.deauthenticate(peer, ReasonCode::INVALID_CLASS2_FRAME, sink);
        }
        let elements = request.elements;
        let named = elements.body(ElementId::SSID) == Some(self.config.ssid.as_bytes());
        let full = !self.peers.contains_key(&peer) && self.peers.len() >= self.table_size;
        let aid = self.free_aid(peer);
        let status = match aid {
            _ if !named || !elements.is_well_formed() => StatusCode::REFUSED,
            Some(_) if !full => StatusCode::SUCCESS,
            _ => StatusCode::DENIED_NO_MORE_STAS,
        };
        let aid = aid.filter(|_| status == StatusCode::SUCCESS);
        let reassociation = request.current_ap.is_some();
        let (capability, front) = self.announced();
        let frame = ManagementBuilder::association_response(
            ManagementAddresses::from_ap(self.config.bssid, peer),
            reassociation,
            capability,
            status,
            aid.unwrap_or_default(),
        )
        .with(|e| {
            // What a beacon has beside its name and its place, as far as it goes into a response.
            let back = Elements::new(&self.config.beacon_tail);
            for element in Elements::new(front).iter().chain(back.iter()).flatten() {
                if is_for_response(element.id()) {
                    e.raw(element.as_bytes());
                }
            }
        })
        .finish();
        if let Some(aid) = aid {
            let entry = StationEntry {
                peer,
                aid,
                listen_interval: request.listen_interval,
                capability: request.capability.0,
                rates: Vec::new(),
                ht_capabilities: None,
                vht_capabilities: None,
                he_capabilities: None,
                extended_capabilities: Vec::new(),
                flags: StationFlags {
                    authenticated: true,
                    associated: true,
                    wme: dot11::element::WmmInformation::from_elements(elements).is_some(),
                    ..StationFlags::default()
                },
            };
            if let Some(firmware) = &mut self.firmware {
                firmware.forget(peer);
            }
            // An older association goes with its key.
            if self.enter(entry, sink, now).is_err() {
                return;
            }
        }
        self.transmit(peer, frame, sink);
        if aid.is_some() {
            sink.event(RadioEvent::Associated {
                peer,
                elements: elements.as_bytes().to_vec(),
                reassociation,
            });
        }
    }

    /// The lowest association id that nobody has, or the station's own.
    fn free_aid(&self, peer: MacAddr) -> Option<u16> {
        if let Some(row) = self.peers.get(&peer) {
            return Some(row.other.entry.aid);
        }
        let mut taken = [0_u64; 32];
        for row in self.peers.values() {
            let aid = row.other.entry.aid;
            if let Some(word) = taken.get_mut(usize::from(aid / 64)) {
                *word |= 1 << (aid % 64);
            }
        }
        (1..=MAX_AID).find(|aid| {
            let word = taken.get(usize::from(aid / 64)).copied().unwrap_or(0);
            word & 1 << (aid % 64) == 0
        })
    }
}

/// Not its name, its place, and what only beacons tell.
fn is_for_response(id: ElementId) -> bool {
    ![
        ElementId::SSID,
        ElementId::DS_PARAMETER_SET,
        ElementId::ERP,
        ElementId::RSN,
    ]
    .contains(&id)
}
