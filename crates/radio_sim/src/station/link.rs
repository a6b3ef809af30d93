//! A station's association: its keys, its handshakes and its data.

mod dozing;
mod protection;

use clock::{Duration, Instant};
use dot11::frame::{
    DataHeader, DataView, FrameControl, QosControl, decapsulate_llc, encapsulate_llc,
};
use dot11::{CipherSuite, ETHERTYPE_EAPOL, MacAddr};
use rsn::ccmp::{self, CcmpError};
use rsn::{Supplicant, SupplicantOutput};

use super::device::{Context, Device};
use super::management::Management;
use super::power::Power;
use super::profile::StationKey;
use crate::air::Receipt;
use crate::counters::StationCounters;
use crate::echo;
use crate::ether_type::{EtherTypes, Reception, Verdict};
use crate::key::{CipherKey, Ciphering, Receiver};
use crate::rule::FrameKind;
use crate::traffic::Traffic;

/// An EAPOL PDU and whether it came ciphered.
#[derive(Debug)]
pub(super) struct Eapol {
    pdu: Vec<u8>,
    protected: bool,
    /// Frame Control flags of the answer: a dozing station must not seem awake by it.
    flags: u16,
}

/// The body of a received data frame.
struct Plain {
    body: Vec<u8>,
    protected: bool,
}

/// What is handed up beside the data.
#[derive(Debug)]
pub(super) struct Packet {
    pub(super) ether_type: u16,
    pub(super) payload: Vec<u8>,
    /// It came ciphered.
    pub(super) protected: bool,
}

/// Keys and counters of one association.
#[derive(Debug)]
pub(super) struct Link {
    bssid: MacAddr,
    aid: u16,
    pub(super) wmm: bool,
    pub(super) ether_types: EtherTypes,
    /// `None`: no handshake of ours.
    supplicant: Option<Supplicant>,
    /// Of the keys the supplicant makes.
    cipher: CipherSuite,
    pub(super) pairwise: Option<CipherKey>,
    group: [Option<Receiver>; 4],
    /// Where protection of management frames was agreed on.
    pub(super) management: Option<Management>,
}

impl Link {
    pub(super) fn new(
        bssid: MacAddr,
        aid: u16,
        cipher: CipherSuite,
        supplicant: Option<Supplicant>,
    ) -> Self {
        Self {
            bssid,
            aid,
            wmm: false,
            ether_types: EtherTypes::default(),
            supplicant,
            cipher,
            pairwise: None,
            group: [const { None }; 4],
            management: None,
        }
    }

    pub(super) const fn has_key(&self) -> bool {
        self.pairwise.is_some()
    }

    pub(super) fn install_key(&mut self, key: CipherKey) {
        CipherKey::install(&mut self.pairwise, key);
    }

    pub(super) fn remove_key(&mut self) {
        self.pairwise = None;
    }

    pub(super) const fn bssid(&self) -> MacAddr {
        self.bssid
    }

    pub(super) const fn aid(&self) -> u16 {
        self.aid
    }

    /// What a data frame says, if it may be believed as far as this layer can tell.
    fn open(
        &mut self,
        view: &DataView<'_>,
        frame: &[u8],
        counters: &mut StationCounters,
    ) -> Option<Plain> {
        let header = view.header();
        if header.addr2 != self.bssid
            || !header.control.has(FrameControl::FROM_DS)
            || header.is_null()
            || view.is_fragment()
            || header.qos.is_some_and(QosControl::is_amsdu)
        {
            return None;
        }
        let came = Reception::new(header.addr1, header.is_protected(), self.has_key());
        let body = match header.is_protected() {
            true => self.decipher(view, frame, counters)?,
            false => view.payload().to_vec(),
        };
        match self.ether_types.judge(&body, came) {
            Verdict::Accept => Some(Plain {
                body,
                protected: came.protected,
            }),
            Verdict::Unencrypted => {
                counters.unencrypted += 1;
                None
            }
            Verdict::Overprotected => {
                counters.overprotected += 1;
                None
            }
        }
    }

    /// The plain body of a protected frame.
    fn decipher(
        &mut self,
        view: &DataView<'_>,
        frame: &[u8],
        counters: &mut StationCounters,
    ) -> Option<Vec<u8>> {
        let key_id = ccmp::key_id(frame)?;
        let group = view.header().addr1.is_group();
        let key = match (group, key_id) {
            (false, 0) => self.pairwise.as_mut().map(|key| &mut key.receiver),
            (true, id) => self.group.get_mut(usize::from(id)).and_then(Option::as_mut),
            (false, _) => None,
        };
        let mut plain = Vec::new();
        match key.map(|key| key.unprotect(frame, &mut plain)) {
            Some(Ok(())) => {}
            Some(Err(CcmpError::Replay)) => {
                counters.replayed += 1;
                return None;
            }
            Some(Err(_)) | None => {
                counters.undecryptable += 1;
                return None;
            }
        }
        if group {
            counters.group += 1;
        } else {
            counters.unicast += 1;
        }
        plain.drain(..view.header_bytes().len());
        Some(plain)
    }

    /// The EAPOL PDU in a data frame that arrived before the port opened.
    pub(super) fn receive_eapol(
        &mut self,
        view: &DataView<'_>,
        frame: &[u8],
        counters: &mut StationCounters,
    ) -> Option<Eapol> {
        let Plain { body, protected } = self.open(view, frame, counters)?;
        let (ETHERTYPE_EAPOL, pdu) = decapsulate_llc(&body)? else {
            return None;
        };
        Some(Eapol {
            pdu: pdu.to_vec(),
            protected,
            flags: 0,
        })
    }

    /// `Ok(None)`: the supplicant dropped it. `Ok(Some(true))`: the four-way handshake is finished.
    pub(super) fn handle_eapol(
        &mut self,
        eapol: &Eapol,
        device: &mut Device,
        counters: &mut StationCounters,
        cx: &mut Context<'_>,
    ) -> Result<Option<bool>, rsn::Failure> {
        let taken = self.supplicant.as_mut().map(|s| s.handle_eapol(&eapol.pdu));
        if !matches!(taken, Some(Ok(_))) {
            counters.handshake_rejected += 1;
            return Ok(None);
        }
        let mut done = false;
        while let Some(output) = self.supplicant.as_mut().and_then(Supplicant::poll_output) {
            match output {
                // As it was asked: an answer to a repeated message 3 that came in clear must be
                // readable to an access point that has no key yet.
                SupplicantOutput::SendEapol(pdu) => {
                    let body = encapsulate_llc(ETHERTYPE_EAPOL, &pdu);
                    let body = (&*body, FrameKind::of_eapol(&pdu));
                    let cipher = match eapol.protected {
                        true => Ciphering::IfKeyed,
                        false => Ciphering::Never,
                    };
                    self.send(self.bssid, body, (eapol.flags, cipher), device, cx);
                }
                SupplicantOutput::InstallPairwiseKey { tk } => {
                    if let Some(key) = CipherKey::new(self.cipher, &tk, 0, 0) {
                        counters.pairwise_installs += 1;
                        self.pairwise = Some(key);
                    }
                }
                SupplicantOutput::InstallGroupKey { index, gtk, rsc } => {
                    if let Ok(gtk) = <&[u8; 16]>::try_from(gtk.expose())
                        && let Some(slot) = self.group.get_mut(usize::from(index))
                    {
                        counters.group_installs += 1;
                        *slot = Receiver::new(self.cipher, gtk, rsc);
                    }
                }
                SupplicantOutput::InstallManagementKey { index, igtk, ipn } => {
                    if let Some(management) = &mut self.management {
                        management.install(index, &igtk, ipn);
                    }
                }
                SupplicantOutput::Done => done = true,
                SupplicantOutput::Failed(failure) => return Err(failure),
            }
        }
        Ok(Some(done))
    }

    /// Sends a body (from its LLC header). `false` when there is no key.
    pub(super) fn send_body(
        &mut self,
        to: MacAddr,
        body: &[u8],
        dozing: bool,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) -> bool {
        let body = (body, FrameKind::of_payload(body));
        self.send(to, body, (power_flag(dozing), Ciphering::Must), device, cx)
    }

    /// Sends a frame of this EtherType to the access point.
    pub(super) fn send_packet(
        &mut self,
        (ether_type, payload): (u16, &[u8]),
        cipher: Ciphering,
        dozing: bool,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) -> bool {
        let body = encapsulate_llc(ether_type, payload);
        let body = (&*body, FrameKind::Packet(ether_type));
        self.send(self.bssid, body, (power_flag(dozing), cipher), device, cx)
    }

    /// `false` when it may not go.
    fn send(
        &mut self,
        to: MacAddr,
        (body, kind): (&[u8], FrameKind),
        (flags, cipher): (u16, Ciphering),
        device: &mut Device,
        cx: &mut Context<'_>,
    ) -> bool {
        let mut header = DataHeader::to_ds(self.bssid, device.mac, to).with(flags);
        if self.wmm {
            header = header.with_qos(QosControl::new(0));
        }
        let mut frame = header.encode(body);
        device.number(&mut frame);
        let Some(frame) = cipher.apply(self.pairwise.as_mut(), frame) else {
            return false;
        };
        device.send_numbered(frame, kind, Receipt::None, cx);
        true
    }
}

const fn power_flag(dozing: bool) -> u16 {
    if dozing {
        FrameControl::POWER_MANAGEMENT
    } else {
        0
    }
}

/// A station whose port is open, or a vendor's whose port is another's business.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) link: Link,
    pub(super) key: StationKey,
    pub(super) power: Power,
    pub(super) traffic: Option<Traffic>,
    pub(super) doze_after: Option<Duration>,
}

impl Joined {
    pub(super) fn new(
        link: Link,
        key: StationKey,
        doze_after: Option<Duration>,
        now: Instant,
    ) -> Self {
        let power = Power::awake(doze_after, now);
        Self {
            link,
            key,
            power,
            traffic: None,
            doze_after,
        }
    }

    pub(super) fn handle_timeout(&mut self, name: &str, device: &mut Device, cx: &mut Context<'_>) {
        self.power_timeout(device, cx);
        let Some(traffic) = &mut self.traffic else {
            return;
        };
        if traffic.deadline() > cx.now {
            return;
        }
        // Without a key nothing more goes.
        if traffic.all_sent() || !self.link.has_key() {
            let done = traffic.done(name);
            self.traffic = None;
            cx.event(done);
            return;
        }
        if !self.power.is_awake() {
            traffic.put_off(cx.now);
            return;
        }
        let body = traffic.next_request(device.profile.echo_len, cx.now);
        let to = traffic.to;
        self.power.stir(self.doze_after, cx.now);
        self.link.send_body(to, &body, false, device, cx);
    }

    pub(super) fn receive_data(
        &mut self,
        view: &DataView<'_>,
        frame: &[u8],
        device: &mut Device,
        counters: &mut StationCounters,
        cx: &mut Context<'_>,
    ) -> Result<Option<Packet>, rsn::Failure> {
        if view.header().bssid() != self.link.bssid {
            return Ok(None);
        }
        self.power_data(view.header(), device, cx);
        let Some(plain) = self.link.open(view, frame, counters) else {
            return Ok(None);
        };
        let dozing = self.power.is_dozing();
        let body = plain.body;
        if let Some((ETHERTYPE_EAPOL, pdu)) = decapsulate_llc(&body) {
            let flags = power_flag(dozing);
            let eapol = Eapol {
                pdu: pdu.to_vec(),
                protected: plain.protected,
                flags,
            };
            self.link.handle_eapol(&eapol, device, counters, cx)?;
        } else if let Some((ether_type, payload)) = self.link.ether_types.handed_up(&body) {
            return Ok(Some(Packet {
                ether_type,
                payload: payload.to_vec(),
                protected: plain.protected,
            }));
        } else if let Some(reply) = echo::parse_reply(&body) {
            if let Some(traffic) = &mut self.traffic {
                traffic.handle_reply(reply, cx.now);
            }
        } else if let Some(reply) = echo::reply_to(&body)
            && !view.header().addr1.is_group()
        {
            self.link
                .send_body(view.header().source(), &reply, dozing, device, cx);
        }
        Ok(None)
    }
}
