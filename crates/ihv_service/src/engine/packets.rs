//! Frames of vendors' EtherTypes, and whose they are.

use clock::Instant;
use dot11::{ETHERTYPE_EAPOL as EAPOL, ETHERTYPE_MIN, MacAddr};
use ihv::seam::{
    CallId, EtherTypeHandling, Exemption, Level, PacketId, Reply as Answered, ServiceMessage,
};
use oid::{ExemptionAction, ExemptionPackets, PrivacyExemption, Request, SecurityRequest};
use wlan_model::Win32Error;
use wlan_rpc::ExtensionAdapter;

use super::Extensions;
use crate::asked::Asked;
use crate::consts::ALREADY_EXISTS;
use crate::host::{ADAPTER, ListCall, SlotId, Stage};
use crate::tables::Tables;
use crate::{HostId, PortRequest};

/// What a network carries for everybody, and EAPOL: nobody may take these from an access point.
const RESERVED: [u16; 5] = [0x0800, 0x0806, 0x8100, 0x86dd, EAPOL];
/// Entries of each list; the host refuses more.
const MOST_ENTRIES: usize = 64;
/// Packets on their way. The host holds back the 65th; those before a reset may come on top.
const MOST_PACKETS: usize = 256;
/// `DOT11_SECURITY_PACKET_HEADER` and the longest MSDU.
const LONGEST_PACKET: usize = 8 + 2304;

impl Extensions {
    pub(crate) fn tables(&mut self, adapter: ExtensionAdapter) -> &mut Tables {
        match adapter {
            ExtensionAdapter::AccessPoint => &mut self.access_point.tables,
            ExtensionAdapter::Station => &mut self.station.tables,
        }
    }

    /// `SendPacket`. It is accounted for exactly once.
    ///
    /// # Errors
    /// What no host lets through.
    pub(crate) fn send_packet(
        &mut self,
        id: &SlotId,
        packet: PacketId,
        data: &[u8],
        now: Instant,
    ) -> Result<(), String> {
        let Some((head, payload)) = data.split_first_chunk::<8>() else {
            return Err(format!("it sent a packet of {} bytes", data.len()));
        };
        let [a, b, c, d, e, f, high, low] = *head;
        let peer = MacAddr([a, b, c, d, e, f]);
        let ether_type = u16::from_be_bytes([high, low]);
        if data.len() > LONGEST_PACKET || a & 1 != 0 {
            return Err(format!(
                "it sent a packet of {} bytes to {peer}",
                data.len()
            ));
        }
        let Some(live) = self.live_mut(id) else {
            return Ok(());
        };
        if live.packets.len() >= MOST_PACKETS {
            return Err(format!(
                "it has more than {MOST_PACKETS} packets on their way"
            ));
        }
        if !live.packets.insert(packet) {
            return Err(format!("packet {} came twice", packet.0));
        }
        let host = live.host;
        let refusal = match id.adapter {
            ExtensionAdapter::AccessPoint if !self.access_point.serves(peer, id, true) => Some(
                format!("A packet to {peer}, which it does not serve, was dropped."),
            ),
            ExtensionAdapter::AccessPoint if ether_type == EAPOL => Some(format!(
                "An EAPOL packet to {peer} was dropped: EAPOL belongs to the service here."
            )),
            ExtensionAdapter::Station if !self.station.is_with(peer) => Some(format!(
                "A packet to {peer}, which is not its access point, was dropped."
            )),
            _ => None,
        };
        if let Some(text) = refusal {
            self.log(id, Level::Warning, &text, now);
            self.packet_sent(host, packet);
            return Ok(());
        }
        let payload = payload.to_vec();
        let request = if ether_type == EAPOL {
            PortRequest::Request(Request::SendPacket { peer, pdu: payload })
        } else {
            PortRequest::Security(SecurityRequest::SendVendorPacket {
                peer,
                ether_type,
                payload,
            })
        };
        self.ask(id.adapter, request, Asked::Packet { host, packet });
        Ok(())
    }

    /// A packet has left, or never will.
    pub(crate) fn packet_sent(&mut self, host: HostId, packet: PacketId) {
        let Some(id) = self.slot_of(host) else {
            return;
        };
        let known = self
            .live_mut(&id)
            .is_some_and(|l| l.packets.remove(&packet));
        if known {
            self.tell(
                host,
                ServiceMessage::PacketSent {
                    adapter: ADAPTER,
                    packet,
                },
            );
        }
    }

    /// A frame goes up to the extension that serves its sender, if it asked for such.
    pub(crate) fn packet_received(
        &mut self,
        adapter: ExtensionAdapter,
        peer: MacAddr,
        ether_type: u16,
        payload: &[u8],
    ) {
        let server = match adapter {
            ExtensionAdapter::AccessPoint => self.access_point.server_of(peer).cloned(),
            ExtensionAdapter::Station => self.station.server_of(peer),
        };
        let Some(id) = server else {
            return;
        };
        let Some(live) = self.live(&id) else {
            return;
        };
        if live.is_ending() || !live.handling.registrations.contains(&ether_type) {
            return;
        }
        let host = live.host;
        let data = [&peer.0[..], &ether_type.to_be_bytes(), payload].concat();
        self.tell(
            host,
            ServiceMessage::ReceivePacket {
                adapter: ADAPTER,
                data,
            },
        );
    }

    /// `SetEtherTypeHandling`: checked against the other extensions, then downloaded.
    ///
    /// # Errors
    /// For the extension.
    pub(crate) fn set_handling(
        &mut self,
        id: &SlotId,
        call: CallId,
        new: EtherTypeHandling,
    ) -> Result<(), Win32Error> {
        self.check_handling(id, &new)?;
        let Some(live) = self.live_mut(id) else {
            return Ok(());
        };
        let host = live.host;
        let before = std::mem::replace(&mut live.handling, new.clone());
        let left = self.download(id.adapter, Some((host, call)));
        if left == 0 {
            self.answer(host, call, Ok(Answered::Done));
        } else if let Some(live) = self.live_mut(id) {
            live.lists.insert(
                call,
                ListCall {
                    left,
                    failed: None,
                    before,
                    tried: new,
                },
            );
        }
        Ok(())
    }

    fn check_handling(&self, id: &SlotId, new: &EtherTypeHandling) -> Result<(), Win32Error> {
        if new.registrations.len() > MOST_ENTRIES || new.exemptions.len() > MOST_ENTRIES {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        let mut types = new
            .registrations
            .iter()
            .copied()
            .chain(new.exemptions.iter().map(|e| e.ether_type));
        if types.any(|of| of < ETHERTYPE_MIN) {
            return Err(Win32Error::INVALID_PARAMETER);
        }
        if id.adapter == ExtensionAdapter::Station {
            return Ok(());
        }
        if new.registrations.iter().any(|of| RESERVED.contains(of)) {
            return Err(Win32Error::ACCESS_DENIED);
        }
        let own = |e: &Exemption| new.registrations.contains(&e.ether_type);
        if !new.exemptions.iter().all(own) {
            return Err(Win32Error::ACCESS_DENIED);
        }
        let taken = self
            .slots
            .iter()
            .filter(|(other, _)| other.adapter == id.adapter && *other != id)
            .filter_map(|(_, slot)| slot.live())
            .flat_map(|live| &live.handling.registrations)
            .any(|of| new.registrations.contains(of));
        if taken { Err(ALREADY_EXISTS) } else { Ok(()) }
    }

    /// Tells the miniport what all hosts of an adapter want together. The number of requests.
    pub(crate) fn download(
        &mut self,
        adapter: ExtensionAdapter,
        call: Option<(HostId, CallId)>,
    ) -> u8 {
        let mut types = Vec::new();
        let mut exemptions = Vec::new();
        for (_, slot) in self.slots.iter().filter(|(id, _)| id.adapter == adapter) {
            let Some(live) = slot.live() else {
                continue;
            };
            for of in &live.handling.registrations {
                // EAPOL comes up anyway.
                if *of != EAPOL && !types.contains(of) {
                    types.push(*of);
                }
            }
            let entries = &live.handling.exemptions;
            exemptions.extend(entries.iter().map(|e| PrivacyExemption {
                ethertype: e.ether_type,
                action: ExemptionAction(e.action),
                packets: ExemptionPackets(e.packet_type),
            }));
            // A handshake begins without a key: what nothing is said about is in clear until then.
            let silent = live
                .handling
                .registrations
                .iter()
                .filter(|of| **of != EAPOL && !entries.iter().any(|e| e.ether_type == **of));
            exemptions.extend(silent.map(|of| PrivacyExemption {
                ethertype: *of,
                action: ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE,
                packets: ExemptionPackets::UNICAST,
            }));
        }
        let mut asked = 0;
        let tables = self.tables(adapter);
        let new_exemptions = tables.exemptions.as_ref() != Some(&exemptions);
        let new_types = tables.types.as_ref() != Some(&types);
        if new_exemptions {
            tables.exemptions = Some(exemptions.clone());
        }
        if new_types {
            tables.types = Some(types.clone());
        }
        if new_exemptions {
            let request = SecurityRequest::PrivacyExemptionList(exemptions);
            self.ask(
                adapter,
                PortRequest::Security(request),
                Asked::List { call },
            );
            asked += 1;
        }
        if new_types {
            let request = SecurityRequest::ReceiveEtherTypes(types);
            self.ask(
                adapter,
                PortRequest::Security(request),
                Asked::List { call },
            );
            asked += 1;
        }
        asked
    }

    /// The miniport has taken a list, or has not.
    pub(crate) fn list_done(
        &mut self,
        adapter: ExtensionAdapter,
        call: Option<(HostId, CallId)>,
        result: Result<(), Win32Error>,
    ) {
        if result.is_err() {
            let tables = self.tables(adapter);
            tables.types = None;
            tables.exemptions = None;
        }
        let Some((host, call)) = call else {
            return;
        };
        let Some(id) = self.slot_of(host) else {
            return;
        };
        let Some(live) = self.live_mut(&id) else {
            return;
        };
        let Some(list) = live.lists.get_mut(&call) else {
            return;
        };
        list.left -= 1;
        list.failed = list.failed.or(result.err());
        if list.left > 0 {
            return;
        }
        let Some(list) = live.lists.remove(&call) else {
            return;
        };
        match list.failed {
            None => self.answer(host, call, Ok(Answered::Done)),
            Some(code) => {
                if live.handling == list.tried {
                    live.handling = list.before;
                }
                self.download(adapter, None);
                self.answer(host, call, Err(code));
            }
        }
    }

    /// A connection or a host ends: nothing is registered any more, and no frame goes up.
    pub(crate) fn forget_handling(&mut self, id: &SlotId) {
        if let Some(live) = self.live_mut(id) {
            live.handling = EtherTypeHandling::default();
            for list in live.lists.values_mut() {
                list.before = EtherTypeHandling::default();
            }
            // The host has accounted for them when it hears of the reset.
            if matches!(live.stage, Stage::Ending { .. } | Stage::Resetting) {
                live.packets.clear();
            }
        }
        self.download(id.adapter, None);
    }
}
