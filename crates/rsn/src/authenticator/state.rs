//! The states of the handshakes, and what each message does to them.

use std::collections::VecDeque;

use clock::{Duration, Instant};
use dot11::KeyBytes;
use dot11::eapol::{self, KeyData, KeyFrame, KeyFrameView, KeyInfo};
use serde::{Deserialize, Serialize};

use super::outside::{Config, Network, Output};
use crate::candidates::{Candidate, mic_fits};
use crate::key::{GroupKey, Ptk, Session};
use crate::message::{Failure, Rejection, first_rsne_is, seal, wrap};

/// A nonce; public on the air, so not erased.
pub(super) type Nonce = [u8; 32];

/// One message under way: sent, perhaps several times, each time with a fresh replay counter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Exchange {
    /// The message; counter and MIC are written at each send.
    pdu: Vec<u8>,
    issued: Issued,
    pub(super) sends: u8,
    pub(super) deadline: Instant,
}

/// Replay counters given to sends of one message; they follow one another without a gap.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Issued {
    first: u64,
    last: u64,
}

impl Issued {
    fn contains(self, counter: u64) -> bool {
        (self.first..=self.last).contains(&counter)
    }
}

/// Where the handshakes of an association are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum State {
    Idle,
    AwaitingMessage2(AwaitingMessage2),
    AwaitingMessage4(Box<AwaitingMessage4>),
    Established(Box<Established>),
    Failed(Failure),
}

/// Why a four-way handshake runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// First of the association: message 2 elects.
    Join,
    /// Later: only the association's own key counts.
    Rekey(Candidate),
}

/// Message 1 is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AwaitingMessage2 {
    pub(super) purpose: Purpose,
    pub(super) anonce: Nonce,
    pub(super) message1: Exchange,
}

/// Message 3 is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AwaitingMessage4 {
    pub(super) rekey: bool,
    pub(super) elected: Candidate,
    anonce: Nonce,
    snonce: Nonce,
    /// Counters of message 1, and the one the current SNonce came with.
    message1: Issued,
    message2: u64,
    pub(super) ptk: Ptk,
    /// The group key in message 3, and a newer one that must follow.
    pub(super) group: GroupKey,
    pub(super) newer_group: Option<GroupKey>,
    pub(super) message3: Exchange,
}

/// Both sides have the keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Established {
    pub(super) elected: Candidate,
    pub(super) ptk: Ptk,
    pub(super) group: Option<GroupExchange>,
}

/// A group handshake under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct GroupExchange {
    index: u8,
    pub(super) message1: Exchange,
}

/// The part of the authenticator that talks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Port {
    /// Next replay counter to be issued.
    next_counter: u64,
    /// Highest counter of a verified request of the station.
    last_request: Option<u64>,
    mismatch_told: bool,
    pub(super) group_key_sent: bool,
    pub(super) rejected: u32,
    pub(super) outputs: VecDeque<Output>,
}

impl Port {
    /// Nothing was sent: the first replay counter is 1.
    pub(super) fn new() -> Self {
        Self {
            next_counter: 1,
            ..Self::default()
        }
    }

    /// Sends `pdu` for the first time.
    pub(super) fn open(
        &mut self,
        pdu: Vec<u8>,
        ptk: Option<&Ptk>,
        wait: Duration,
        now: Instant,
    ) -> Exchange {
        let next = self.next_counter;
        let issued = Issued {
            first: next,
            last: next,
        };
        let mut exchange = Exchange {
            pdu,
            issued,
            sends: 0,
            deadline: now,
        };
        self.send(&mut exchange, ptk, wait, now);
        exchange
    }

    pub(super) fn send(
        &mut self,
        x: &mut Exchange,
        ptk: Option<&Ptk>,
        wait: Duration,
        now: Instant,
    ) {
        x.issued.last = self.next_counter;
        self.next_counter = self.next_counter.saturating_add(1);
        eapol::set_replay_counter(&mut x.pdu, x.issued.last);
        if let Some(ptk) = ptk {
            eapol::set_mic(&mut x.pdu, &[0; 16]);
            seal(&mut x.pdu, ptk);
        }
        x.sends = x.sends.saturating_add(1);
        x.deadline = now + wait;
        self.outputs.push_back(Output::SendEapol(x.pdu.clone()));
    }

    pub(super) fn fail(&mut self, failure: Failure) -> State {
        self.outputs.push_back(Output::Failed(failure));
        State::Failed(failure)
    }
}

/// The association's constants and its mouth.
type Side<'a> = (&'a Config, &'a mut Port);

impl AwaitingMessage2 {
    pub(super) fn message_2(
        &self,
        frame: &KeyFrameView<'_>,
        network: &Network<'_>,
        (config, port): Side<'_>,
        now: Instant,
    ) -> Result<State, Rejection> {
        if !self.message1.issued.contains(frame.replay_counter()) {
            return Err(Rejection::ReplayCounter);
        }
        let session = Session::new(config.ap, config.station, &self.anonce, frame.nonce());
        let elected = match &self.purpose {
            Purpose::Join => match network.candidates.elect(&session, frame) {
                Ok(elected) => elected,
                Err(verdict) => {
                    if !port.mismatch_told {
                        port.mismatch_told = true;
                        port.outputs.push_back(Output::Mismatch(verdict));
                    }
                    return Err(Rejection::Mic);
                }
            },
            Purpose::Rekey(own) if mic_fits(&own.pmk.kck(&session), frame) => own,
            Purpose::Rekey(_) => return Err(Rejection::Mic),
        };
        if !first_rsne_is(frame.key_data(), &config.station_rsne) {
            return Ok(port.fail(Failure::ElementMismatch));
        }
        let ptk = Ptk::derive(&elected.pmk, &session);
        let message3 = message_3(port, &ptk, &self.anonce, network.group, (config, now));
        Ok(State::AwaitingMessage4(Box::new(AwaitingMessage4 {
            rekey: matches!(self.purpose, Purpose::Rekey(_)),
            elected: elected.clone(),
            anonce: self.anonce,
            snonce: *frame.nonce(),
            message1: self.message1.issued,
            message2: frame.replay_counter(),
            ptk,
            group: network.group.clone(),
            newer_group: None,
            message3,
        })))
    }
}

impl AwaitingMessage4 {
    /// Some stations make a new SNonce for each copy of message 1 they get. They then know only the
    /// newest pairwise key, and message 3 has to be made anew for it. Only the elected key counts;
    /// an older message 2 that was overtaken changes nothing.
    pub(super) fn message_2_again(
        &mut self,
        frame: &KeyFrameView<'_>,
        network: &Network<'_>,
        (config, port): Side<'_>,
        now: Instant,
    ) -> Result<Option<State>, Rejection> {
        let counter = frame.replay_counter();
        if !self.message1.contains(counter) || counter < self.message2 {
            return Err(Rejection::ReplayCounter);
        }
        if *frame.nonce() == self.snonce {
            return Err(Rejection::Duplicate);
        }
        let session = Session::new(config.ap, config.station, &self.anonce, frame.nonce());
        if !mic_fits(&self.elected.pmk.kck(&session), frame) {
            return Err(Rejection::Mic);
        }
        if !first_rsne_is(frame.key_data(), &config.station_rsne) {
            return Ok(Some(port.fail(Failure::ElementMismatch)));
        }
        self.snonce = *frame.nonce();
        self.message2 = counter;
        self.ptk = Ptk::derive(&self.elected.pmk, &session);
        self.group = network.group.clone();
        self.newer_group = None;
        self.message3 = message_3(port, &self.ptk, &self.anonce, network.group, (config, now));
        Ok(None)
    }

    pub(super) fn message_4(
        &self,
        frame: &KeyFrameView<'_>,
        (config, port): Side<'_>,
        now: Instant,
    ) -> Result<State, Rejection> {
        if !self.message3.issued.contains(frame.replay_counter()) {
            return Err(Rejection::ReplayCounter);
        }
        if !mic_fits(&self.ptk.mic_key(), frame) {
            return Err(Rejection::Mic);
        }
        let tk = KeyBytes::copy_from(self.ptk.tk());
        port.outputs.push_back(Output::InstallPairwiseKey { tk });
        port.outputs.push_back(if self.rekey {
            Output::PairwiseRekeyed
        } else {
            Output::Authorize {
                key: self.elected.id,
            }
        });
        port.outputs.push_back(Output::GroupKeyDelivered {
            index: self.group.index,
        });
        let ptk = self.ptk.clone();
        let newer = self.newer_group.as_ref();
        let group = newer.map(|g| group_message_1(port, &ptk, g, config, now));
        let elected = self.elected.clone();
        Ok(State::Established(Box::new(Established {
            elected,
            ptk,
            group,
        })))
    }
}

impl Established {
    pub(super) fn group_message_2(
        &mut self,
        frame: &KeyFrameView<'_>,
        port: &mut Port,
    ) -> Result<(), Rejection> {
        let Some(group) = &self.group else {
            return Err(Rejection::Unexpected);
        };
        if !group.message1.issued.contains(frame.replay_counter()) {
            return Err(Rejection::ReplayCounter);
        }
        if !mic_fits(&self.ptk.mic_key(), frame) {
            return Err(Rejection::Mic);
        }
        port.outputs
            .push_back(Output::GroupKeyDelivered { index: group.index });
        self.group = None;
        Ok(())
    }

    pub(super) fn request(
        &self,
        frame: &KeyFrameView<'_>,
        pairwise: bool,
        port: &mut Port,
    ) -> Result<(), Rejection> {
        // The station counts its requests by itself (12.7.2 d).
        if port
            .last_request
            .is_some_and(|last| frame.replay_counter() <= last)
        {
            return Err(Rejection::ReplayCounter);
        }
        if !mic_fits(&self.ptk.mic_key(), frame) {
            return Err(Rejection::Mic);
        }
        port.last_request = Some(frame.replay_counter());
        port.outputs.push_back(Output::RekeyRequested { pairwise });
        Ok(())
    }
}

/// The keys of group-addressed frames that the station takes (12.7.6.4 and 12.7.7.2).
fn group_keys(data: KeyData, group: &GroupKey, config: &Config) -> KeyData {
    let data = data.gtk(group.index, false, group.gtk.expose());
    match &group.management {
        Some(key) if config.management_protection => {
            data.igtk(u16::from(key.index), key.ipn, key.igtk.expose())
        }
        _ => data,
    }
}

fn message_3(
    port: &mut Port,
    ptk: &Ptk,
    anonce: &Nonce,
    group: &GroupKey,
    (config, now): (&Config, Instant),
) -> Exchange {
    let data = group_keys(KeyData::new().element(&config.ap_rsne), group, config);
    let pdu = KeyFrame {
        info: KeyInfo::VERSION_2
            | KeyInfo::PAIRWISE
            | KeyInfo::INSTALL
            | KeyInfo::ACK
            | KeyInfo::MIC
            | KeyInfo::SECURE
            | KeyInfo::ENCRYPTED,
        key_length: 16,
        nonce: Some(anonce),
        rsc: group.rsc,
        key_data: &wrap(ptk, data),
        ..KeyFrame::default()
    }
    .encode();
    port.group_key_sent = true;
    port.open(pdu, Some(ptk), config.timing.first, now)
}

pub(super) fn group_message_1(
    port: &mut Port,
    ptk: &Ptk,
    group: &GroupKey,
    config: &Config,
    now: Instant,
) -> GroupExchange {
    let data = group_keys(KeyData::new(), group, config);
    let pdu = KeyFrame {
        info: KeyInfo::VERSION_2
            | KeyInfo::ACK
            | KeyInfo::MIC
            | KeyInfo::SECURE
            | KeyInfo::ENCRYPTED,
        rsc: group.rsc,
        key_data: &wrap(ptk, data),
        ..KeyFrame::default()
    }
    .encode();
    let message1 = port.open(pdu, Some(ptk), config.timing.first_group, now);
    GroupExchange {
        index: group.index,
        message1,
    }
}
