//! A station's association: its keys, its handshakes and its data.

use clock::{Duration, Instant};
use dot11::frame::{
    DataHeader, DataView, FrameControl, QosControl, decapsulate_llc, encapsulate_llc,
};
use dot11::{CipherSuite, ETHERTYPE_EAPOL, MacAddr};
use rsn::ccmp::{self, CcmpError};
use rsn::{Supplicant, SupplicantOutput};

use super::power::Power;
use super::{Context, Device, StationCounters, StationKey};
use crate::air::Receipt;
use crate::echo;
use crate::event::SimEvent;
use crate::key::{Receiver, Sender};
use crate::rule::FrameKind;

/// From one echo request to the next.
const PACE: Duration = Duration::from_millis(1);
/// Answers are awaited so long after the last request.
const PATIENCE: Duration = Duration::from_secs(1);

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

/// Keys and counters of one association.
#[derive(Debug)]
pub(super) struct Link {
    bssid: MacAddr,
    aid: u16,
    wmm: bool,
    supplicant: Supplicant,
    /// Of pairwise and group keys.
    cipher: CipherSuite,
    pairwise: Option<(Sender, Receiver)>,
    group: [Option<Receiver>; 4],
}

impl Link {
    pub(super) const fn new(
        (bssid, cipher): (MacAddr, CipherSuite),
        aid: u16,
        wmm: bool,
        supplicant: Supplicant,
    ) -> Self {
        let group = [const { None }; 4];
        Self {
            bssid,
            aid,
            wmm,
            supplicant,
            cipher,
            pairwise: None,
            group,
        }
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
        if !header.is_protected() {
            let eapol = matches!(decapsulate_llc(view.payload()), Some((ETHERTYPE_EAPOL, _)));
            if !eapol {
                counters.unencrypted += 1;
                return None;
            }
            return Some(Plain {
                body: view.payload().to_vec(),
                protected: false,
            });
        }
        let key_id = ccmp::key_id(frame)?;
        let group = header.addr1.is_group();
        let key = match (group, key_id) {
            (false, 0) => self.pairwise.as_mut().map(|(_, receiver)| receiver),
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
        Some(Plain {
            body: plain,
            protected: true,
        })
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
        if self.supplicant.handle_eapol(&eapol.pdu).is_err() {
            counters.handshake_rejected += 1;
            return Ok(None);
        }
        let mut done = false;
        while let Some(output) = self.supplicant.poll_output() {
            match output {
                // As it was asked: an answer to a repeated message 3 that came in clear must be
                // readable to an access point that has no key yet.
                SupplicantOutput::SendEapol(pdu) => {
                    let body = encapsulate_llc(ETHERTYPE_EAPOL, &pdu);
                    self.send(
                        self.bssid,
                        &body,
                        (eapol.flags, eapol.protected),
                        device,
                        cx,
                    );
                }
                SupplicantOutput::InstallPairwiseKey { tk } => {
                    if let Ok(tk) = <&[u8; 16]>::try_from(tk.expose()) {
                        counters.pairwise_installs += 1;
                        let sender = Sender::new(self.cipher, tk, 0);
                        self.pairwise = sender.zip(Receiver::new(self.cipher, tk, 0));
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
                SupplicantOutput::Done => done = true,
                SupplicantOutput::Failed(failure) => return Err(failure),
            }
        }
        Ok(Some(done))
    }

    /// Sends a body (from its LLC header), ciphered when there is a key.
    pub(super) fn send_body(
        &mut self,
        to: MacAddr,
        body: &[u8],
        dozing: bool,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) {
        self.send(to, body, (power_flag(dozing), true), device, cx);
    }

    fn send(
        &mut self,
        to: MacAddr,
        body: &[u8],
        (flags, cipher): (u16, bool),
        device: &mut Device,
        cx: &mut Context<'_>,
    ) {
        let mut header = DataHeader::to_ds(self.bssid, device.mac, to).with(flags);
        if self.wmm {
            header = header.with_qos(QosControl::new(0));
        }
        let mut frame = header.encode(body);
        let kind = FrameKind::of_payload(body);
        device.number(&mut frame);
        if let (true, Some((sender, _))) = (cipher, &mut self.pairwise) {
            let mut out = Vec::new();
            if sender.protect(&frame, &mut out).is_err() {
                return;
            }
            frame = out;
        }
        device.send_numbered(frame, kind, Receipt::None, cx);
    }
}

const fn power_flag(dozing: bool) -> u16 {
    if dozing {
        FrameControl::POWER_MANAGEMENT
    } else {
        0
    }
}

/// Echo requests under way.
#[derive(Debug)]
pub(super) struct Traffic {
    run: u32,
    to: MacAddr,
    sent: u32,
    /// Which numbers were answered.
    answered: Vec<bool>,
    next: Instant,
}

impl Traffic {
    pub(super) fn new(run: u32, to: MacAddr, frames: u32, now: Instant) -> Self {
        let answered = vec![false; usize::try_from(frames).unwrap_or(0)];
        Self {
            run,
            to,
            sent: 0,
            answered,
            next: now,
        }
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.next
    }

    fn all_sent(&self) -> bool {
        self.sent as usize >= self.answered.len()
    }

    fn received(&self) -> u32 {
        self.answered.iter().filter(|a| **a).count() as u32
    }

    pub(super) fn done(&self, name: &str) -> SimEvent {
        SimEvent::TrafficDone {
            name: name.to_owned(),
            sent: self.sent,
            received: self.received(),
        }
    }

    /// Whether that was the last answer awaited.
    fn handle_reply(&mut self, run: u32, number: u32) -> bool {
        if run == self.run
            && let Some(slot) = self.answered.get_mut(number as usize)
        {
            *slot = true;
        }
        self.all_sent() && self.answered.iter().all(|a| *a)
    }
}

/// A station whose port is open.
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
        if traffic.next > cx.now {
            return;
        }
        if traffic.all_sent() {
            let done = traffic.done(name);
            self.traffic = None;
            cx.event(done);
            return;
        }
        if !self.power.is_awake() {
            traffic.next = cx.now + PACE;
            return;
        }
        let body = echo::request(
            traffic.run,
            traffic.sent,
            usize::from(device.profile.echo_len),
        );
        let to = traffic.to;
        traffic.sent += 1;
        traffic.next = cx.now + if traffic.all_sent() { PATIENCE } else { PACE };
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
    ) -> Result<(), rsn::Failure> {
        if view.header().bssid() != self.link.bssid {
            return Ok(());
        }
        self.power_data(view.header(), device, cx);
        let Some(plain) = self.link.open(view, frame, counters) else {
            return Ok(());
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
        } else if let Some((run, number)) = echo::parse_reply(&body) {
            if let Some(traffic) = &mut self.traffic
                && traffic.handle_reply(run, number)
            {
                // All answers are there: the timer reports it.
                traffic.next = cx.now;
            }
        } else if let Some(reply) = echo::reply_to(&body)
            && !view.header().addr1.is_group()
        {
            self.link
                .send_body(view.header().source(), &reply, dozing, device, cx);
        }
        Ok(())
    }
}
