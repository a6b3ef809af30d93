//! Attackers: addresses without a station, whose frames are written by hand.

use clock::Duration;
use dot11::eapol::{KeyFrameView, KeyInfo};
use dot11::element::Rsne;
use dot11::frame::{
    AuthenticationAlgorithm, CapabilityInfo, DataHeader, DataView, ManagementAddresses,
    ManagementBody, ManagementBuilder, ManagementView, decapsulate_llc, encapsulate_llc,
};
use dot11::{ETHERTYPE_EAPOL, MacAddr, StatusCode};
use world::World;

/// An address an attacker speaks from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ghost {
    pub(crate) mac: MacAddr,
    pub(crate) ap: MacAddr,
}

/// A message 1 as an eavesdropper has it.
#[derive(Clone, Debug)]
pub(crate) struct Message1 {
    pub(crate) counter: u64,
    pub(crate) anonce: [u8; 32],
}

impl Ghost {
    /// The `number`th attacker. From now on frames to nobody are acknowledged, and the tap is on.
    pub(crate) fn new(world: &mut World, number: u32) -> Self {
        world.radio.set_ghosts_ack(true);
        world.radio.set_tap(true, world.now());
        let ap = world.status().bssid.unwrap();
        let [a, b, c, d] = number.to_be_bytes();
        Self {
            mac: MacAddr([0x06, 0x66, a, b, c, d]),
            ap,
        }
    }

    pub(crate) fn authentication(self) -> Vec<u8> {
        ManagementBuilder::authentication(
            ManagementAddresses::to_ap(self.ap, self.mac),
            AuthenticationAlgorithm::OPEN_SYSTEM,
            1,
            StatusCode::SUCCESS,
        )
        .finish()
    }

    pub(crate) fn association(self) -> Vec<u8> {
        let capability = CapabilityInfo(CapabilityInfo::ESS | CapabilityInfo::PRIVACY);
        let to = ManagementAddresses::to_ap(self.ap, self.mac);
        ManagementBuilder::association_request(to, capability, 10, None)
            .with(|w| {
                w.ssid(b"world")
                    .rates(&[0x82, 0x84, 0x8b, 0x96, 12, 24, 48, 108]);
                w.rsne(&Rsne::wpa2_personal()).unwrap();
            })
            .finish()
    }

    pub(crate) fn eapol(self, pdu: &[u8]) -> Vec<u8> {
        self.eapol_to(self.ap, pdu)
    }

    pub(crate) fn eapol_to(self, to: MacAddr, pdu: &[u8]) -> Vec<u8> {
        DataHeader::to_ds(self.ap, self.mac, to).encode(&encapsulate_llc(ETHERTYPE_EAPOL, pdu))
    }

    pub(crate) fn send(self, world: &mut World, frame: Vec<u8>) {
        world.radio.inject(frame, world.now());
    }

    /// Authenticates and associates; the status of the response, if there was one.
    pub(crate) fn associate(&mut self, world: &mut World) -> Option<StatusCode> {
        while world.radio.poll_tap().is_some() {}
        self.send(world, self.authentication());
        world.run(Duration::from_millis(2));
        self.send(world, self.association());
        world.run(Duration::from_millis(2));
        let mut status = None;
        // What follows the response is left in the tap.
        while status.is_none() {
            let frame = world.radio.poll_tap()?;
            let Ok(view) = ManagementView::parse(&frame.bytes) else {
                continue;
            };
            if view.receiver() == self.mac
                && let Ok(ManagementBody::AssociationResponse(answer)) = view.body()
            {
                status = Some(answer.status);
            }
        }
        status
    }

    /// The next message 1 to this address that the tap has.
    pub(crate) fn message_1(self, world: &mut World) -> Option<Message1> {
        loop {
            let frame = world.radio.poll_tap()?;
            let Ok(view) = DataView::parse(&frame.bytes) else {
                continue;
            };
            if view.header().addr1 != self.mac || view.header().is_protected() {
                continue;
            }
            let Some((ETHERTYPE_EAPOL, pdu)) = decapsulate_llc(view.payload()) else {
                continue;
            };
            let Ok(key) = KeyFrameView::parse(pdu) else {
                continue;
            };
            if key.info().contains(KeyInfo::ACK) && !key.info().contains(KeyInfo::MIC) {
                return Some(Message1 {
                    counter: key.replay_counter(),
                    anonce: *key.nonce(),
                });
            }
        }
    }
}
