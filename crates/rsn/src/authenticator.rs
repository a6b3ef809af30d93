//! The access point's side of the four-way and group handshakes (802.11-2020, 12.7.6 and 12.7.7).
//!
//! ```text
//! Idle --start--> AwaitingMessage2 --message 2, elects a key--> AwaitingMessage4 --message 4--+
//!                        ^                                                                  v
//!                        +------------------------ rekey_pairwise ------------------- Established
//! any --no answer to four sends, or another RSN element in message 2--> Failed
//! ```
//!
//! An association owns its keys: the candidates are consulted once, when the first verified
//! message 2 elects one; the elected key is kept here and serves every later pairwise rekey.

use core::fmt;
use std::collections::VecDeque;

use clock::{Duration, Instant};
use dot11::eapol::{self, KeyData, KeyFrame, KeyFrameView, KeyInfo};
use dot11::{KeyBytes, MacAddr};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};

use crate::candidates::{Candidate, Candidates, KeyId, Verdict, mic_fits};
use crate::key::{GroupKey, Ptk, Session};
use crate::message::{Failure, Rejection, first_rsne_is, seal, wrap};

/// When a message is sent again, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// From the first send of messages 1 and 3 to the second.
    pub first: Duration,
    /// The same for the group handshake, longer because dozing stations answer late.
    pub first_group: Duration,
    /// Between all later sends, and after the last one.
    pub later: Duration,
    /// Sends in all.
    pub sends: u8,
}

impl Default for Timing {
    /// 100 ms, 500 ms, 1 s, four sends.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            first_group: Duration::from_millis(500),
            later: Duration::from_secs(1),
            sends: 4,
        }
    }
}

/// What is fixed for one association.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Our address.
    pub ap: MacAddr,
    /// The station's.
    pub station: MacAddr,
    /// RSN element of our beacon, id and length bytes included.
    pub ap_rsne: Vec<u8>,
    /// RSN element of the association request, id and length bytes included.
    pub station_rsne: Vec<u8>,
    /// Management frames of this association are protected: the station gets that key too.
    pub management_protection: bool,
    /// Resending.
    pub timing: Timing,
}

/// What the network is at the moment a frame is handled.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// The keys it accepts.
    pub candidates: &'a Candidates,
    /// Its newest group key.
    pub group: &'a GroupKey,
}

/// What must happen now, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// Send this PDU to the station. Encrypted exactly when a pairwise key was installed before.
    SendEapol(Vec<u8>),
    /// Install the pairwise key. Never given twice for the same key.
    InstallPairwiseKey {
        /// The temporal key, 16 bytes.
        tk: KeyBytes,
    },
    /// Open the port: the station has proved to hold this key and has its own installed.
    Authorize {
        /// The key that message 2 elected.
        key: KeyId,
    },
    /// A pairwise rekey is complete.
    PairwiseRekeyed,
    /// The station has confirmed to hold the group key of this index, by message 4 or by the group
    /// handshake.
    GroupKeyDelivered {
        /// Key ID, 1 to 3.
        index: u8,
    },
    /// A message 2 fits no live key. Told once per association; the handshake goes on waiting.
    Mismatch(Verdict),
    /// The station asks for a new handshake, with a right MIC.
    RekeyRequested {
        /// Of the pairwise key, else of the group key.
        pairwise: bool,
    },
    /// It is over: deauthenticate with [`Failure::reason`] and drop the authenticator.
    Failed(Failure),
}

/// A nonce; public on the air, so not erased.
type Nonce = [u8; 32];

/// One message under way: sent, perhaps several times, each time with a fresh replay counter.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Exchange {
    /// The message; counter and MIC are written at each send.
    pdu: Vec<u8>,
    issued: Issued,
    sends: u8,
    deadline: Instant,
}

/// Replay counters given to sends of one message; they follow one another without a gap.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Issued {
    first: u64,
    last: u64,
}

impl Issued {
    fn contains(self, counter: u64) -> bool {
        (self.first..=self.last).contains(&counter)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    Idle,
    AwaitingMessage2(AwaitingMessage2),
    AwaitingMessage4(Box<AwaitingMessage4>),
    Established(Box<Established>),
    Failed(Failure),
}

/// Why a four-way handshake runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Purpose {
    /// First of the association: message 2 elects.
    Join,
    /// Later: only the association's own key counts.
    Rekey(Candidate),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct AwaitingMessage2 {
    purpose: Purpose,
    anonce: Nonce,
    message1: Exchange,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct AwaitingMessage4 {
    rekey: bool,
    elected: Candidate,
    anonce: Nonce,
    snonce: Nonce,
    /// Counters of message 1, and the one the current SNonce came with.
    message1: Issued,
    message2: u64,
    ptk: Ptk,
    /// The group key in message 3, and a newer one that must follow.
    group: GroupKey,
    newer_group: Option<GroupKey>,
    message3: Exchange,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Established {
    elected: Candidate,
    ptk: Ptk,
    group: Option<GroupExchange>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct GroupExchange {
    index: u8,
    message1: Exchange,
}

/// The authenticator of one association.
///
/// Drain [`Authenticator::poll_output`] to `None` after every call. Replay counters, keys and timers
/// are all in here and survive being written and read back.
#[derive(Clone, Serialize, Deserialize)]
pub struct Authenticator {
    config: Config,
    anonce: Nonce,
    state: State,
    port: Port,
}

/// The part of the authenticator that talks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Port {
    /// Next replay counter to be issued.
    next_counter: u64,
    /// Highest counter of a verified request of the station.
    last_request: Option<u64>,
    mismatch_told: bool,
    group_key_sent: bool,
    rejected: u32,
    outputs: VecDeque<Output>,
}

impl Port {
    /// Sends `pdu` for the first time.
    fn open(&mut self, pdu: Vec<u8>, ptk: Option<&Ptk>, wait: Duration, now: Instant) -> Exchange {
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

    fn send(&mut self, x: &mut Exchange, ptk: Option<&Ptk>, wait: Duration, now: Instant) {
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

    fn fail(&mut self, failure: Failure) -> State {
        self.outputs.push_back(Output::Failed(failure));
        State::Failed(failure)
    }
}

impl Authenticator {
    /// For an association that was just completed. Draws its ANonce from `rng`.
    #[must_use]
    pub fn new(config: Config, rng: &mut ChaCha20Rng) -> Self {
        let mut anonce = [0; 32];
        rng.fill_bytes(&mut anonce);
        let port = Port {
            next_counter: 1,
            ..Port::default()
        };
        Self {
            config,
            anonce,
            state: State::Idle,
            port,
        }
    }

    /// The key that was elected, from the first verified message 2 on.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        match &self.state {
            State::AwaitingMessage4(s) => Some(s.elected.id),
            State::Established(s) => Some(s.elected.id),
            State::AwaitingMessage2(AwaitingMessage2 {
                purpose: Purpose::Rekey(c),
                ..
            }) => Some(c.id),
            State::AwaitingMessage2(_) | State::Idle | State::Failed(_) => None,
        }
    }

    /// Whether the port may be open: the first handshake is complete and none has failed since.
    #[must_use]
    pub fn is_authorized(&self) -> bool {
        match &self.state {
            State::Established(_) => true,
            State::AwaitingMessage4(s) => s.rekey,
            State::AwaitingMessage2(s) => matches!(s.purpose, Purpose::Rekey(_)),
            State::Idle | State::Failed(_) => false,
        }
    }

    /// Whether a group key was sent to the station, which may have it also when it never answered.
    #[must_use]
    pub const fn group_key_sent(&self) -> bool {
        self.port.group_key_sent
    }

    /// [`Config::management_protection`].
    #[must_use]
    pub const fn management_protection(&self) -> bool {
        self.config.management_protection
    }

    /// How many received frames were dropped.
    #[must_use]
    pub const fn rejected(&self) -> u32 {
        self.port.rejected
    }

    /// Sends message 1. Does nothing when it was called before.
    pub fn start(&mut self, now: Instant) {
        if matches!(self.state, State::Idle) {
            self.state = self.message_1(Purpose::Join, now);
        }
    }

    /// A frame of the station, from its EAPOL version byte.
    ///
    /// # Errors
    /// The frame was dropped; nothing changed. See [`Rejection`].
    pub fn handle_eapol(
        &mut self,
        pdu: &[u8],
        network: &Network<'_>,
        now: Instant,
    ) -> Result<(), Rejection> {
        let result = self.receive(pdu, network, now);
        if result.is_err() {
            self.port.rejected = self.port.rejected.saturating_add(1);
        }
        result
    }

    /// Sends again what has waited long enough, or gives up.
    pub fn handle_timeout(&mut self, now: Instant) {
        let timing = self.config.timing;
        let (exchange, ptk, failure) = match &mut self.state {
            State::AwaitingMessage2(s) => (&mut s.message1, None, Failure::PairwiseTimeout),
            State::AwaitingMessage4(s) => (&mut s.message3, Some(&s.ptk), Failure::PairwiseTimeout),
            State::Established(s) => match &mut s.group {
                Some(g) => (&mut g.message1, Some(&s.ptk), Failure::GroupTimeout),
                None => return,
            },
            State::Idle | State::Failed(_) => return,
        };
        if exchange.deadline > now {
            return;
        }
        if exchange.sends < timing.sends {
            self.port.send(exchange, ptk, timing.later, now);
        } else {
            self.state = self.port.fail(failure);
        }
    }

    /// When [`Authenticator::handle_timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::AwaitingMessage2(s) => Some(s.message1.deadline),
            State::AwaitingMessage4(s) => Some(s.message3.deadline),
            State::Established(s) => s.group.as_ref().map(|g| g.message1.deadline),
            State::Idle | State::Failed(_) => None,
        }
    }

    /// The next thing to do, oldest first.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.port.outputs.pop_front()
    }

    /// Begins a new four-way handshake on the association's own key. Returns whether it began: only
    /// an established association that is not in one already can. A group handshake under way is
    /// superseded, since message 3 carries the newest group key.
    pub fn rekey_pairwise(&mut self, rng: &mut ChaCha20Rng, now: Instant) -> bool {
        let State::Established(s) = &self.state else {
            return false;
        };
        let purpose = Purpose::Rekey(s.elected.clone());
        rng.fill_bytes(&mut self.anonce);
        self.state = self.message_1(purpose, now);
        true
    }

    /// Hands a new group key to the station: by a group handshake, or as soon as the four-way
    /// handshake under way allows. [`Output::GroupKeyDelivered`] tells when it has arrived. Before
    /// message 3 was sent nothing needs to be done: it will carry [`Network::group`].
    pub fn rekey_group(&mut self, group: &GroupKey, now: Instant) {
        match &mut self.state {
            State::Established(s) => {
                s.group = Some(group_message_1(
                    &mut self.port,
                    &s.ptk,
                    group,
                    &self.config,
                    now,
                ));
            }
            State::AwaitingMessage4(s) => {
                s.newer_group = (!s.group.same_key(group)).then(|| group.clone());
            }
            State::Idle | State::AwaitingMessage2(_) | State::Failed(_) => {}
        }
    }

    fn message_1(&mut self, purpose: Purpose, now: Instant) -> State {
        let pdu = KeyFrame {
            info: KeyInfo::VERSION_2 | KeyInfo::PAIRWISE | KeyInfo::ACK,
            key_length: 16,
            nonce: Some(&self.anonce),
            ..KeyFrame::default()
        }
        .encode();
        let message1 = self.port.open(pdu, None, self.config.timing.first, now);
        State::AwaitingMessage2(AwaitingMessage2 {
            purpose,
            anonce: self.anonce,
            message1,
        })
    }

    fn receive(
        &mut self,
        pdu: &[u8],
        network: &Network<'_>,
        now: Instant,
    ) -> Result<(), Rejection> {
        let frame = KeyFrameView::parse(pdu).map_err(Rejection::NotKeyFrame)?;
        let message = Message::classify(&frame)?;
        let (config, port) = (&self.config, &mut self.port);
        let next = match (&mut self.state, message) {
            (State::Idle | State::Failed(_), _) => return Err(Rejection::Closed),
            (State::AwaitingMessage2(s), Message::Two) => {
                Some(s.message_2(&frame, network, (config, port), now)?)
            }
            (State::AwaitingMessage4(s), Message::Two) => {
                s.message_2_again(&frame, network, (config, port), now)?
            }
            (State::AwaitingMessage4(s), Message::Four) => {
                Some(s.message_4(&frame, (config, port), now)?)
            }
            (State::Established(s), Message::GroupTwo) => {
                s.group_message_2(&frame, port)?;
                None
            }
            (State::Established(s), Message::Request { pairwise }) => {
                s.request(&frame, pairwise, port)?;
                None
            }
            // A message 4 again, after it was accepted: nothing is installed a second time. And a
            // message 4 while message 2 is awaited: there is no key yet that it could confirm.
            (
                State::AwaitingMessage2(_) | State::AwaitingMessage4(_) | State::Established(_),
                Message::Two | Message::Four | Message::GroupTwo | Message::Request { .. },
            ) => return Err(Rejection::Unexpected),
        };
        if let Some(next) = next {
            self.state = next;
        }
        Ok(())
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Idle => "Idle",
            State::AwaitingMessage2(_) => "AwaitingMessage2",
            State::AwaitingMessage4(_) => "AwaitingMessage4",
            State::Established(_) => "Established",
            State::Failed(_) => "Failed",
        };
        f.debug_struct("Authenticator")
            .field("station", &self.config.station)
            .field("state", &state)
            .field("key", &self.key())
            .finish_non_exhaustive()
    }
}

/// Which message a frame of a station must be, by its form alone.
#[derive(Clone, Copy)]
enum Message {
    Two,
    Four,
    GroupTwo,
    Request { pairwise: bool },
}

impl Message {
    /// Message 2 and 4 differ for certain only in that message 4 has no key data: the Secure bit of
    /// message 2 varies between stations during a rekey.
    fn classify(frame: &KeyFrameView<'_>) -> Result<Self, Rejection> {
        let info = frame.info();
        if info.version() != 2 {
            return Err(Rejection::DescriptorVersion(info.version()));
        }
        if !info.contains(KeyInfo::MIC)
            || info.intersects(KeyInfo::ACK | KeyInfo::ENCRYPTED | KeyInfo::ERROR)
        {
            return Err(Rejection::Unexpected);
        }
        let pairwise = info.contains(KeyInfo::PAIRWISE);
        if info.contains(KeyInfo::REQUEST) {
            return Ok(Self::Request { pairwise });
        }
        Ok(match (pairwise, frame.key_data()) {
            (true, []) => Self::Four,
            (true, _) => Self::Two,
            (false, _) => Self::GroupTwo,
        })
    }
}

/// The association's constants and its mouth.
type Side<'a> = (&'a Config, &'a mut Port);

impl AwaitingMessage2 {
    fn message_2(
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
    fn message_2_again(
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

    fn message_4(
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
    fn group_message_2(
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

    fn request(
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

fn group_message_1(
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
