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

mod outside;
mod state;

use core::fmt;

use clock::Instant;
use dot11::eapol::{KeyFrame, KeyFrameView, KeyInfo};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};

use crate::candidates::KeyId;
use crate::key::GroupKey;
use crate::message::{Failure, Rejection};
use state::{AwaitingMessage2, Nonce, Port, Purpose, State, group_message_1};

pub use outside::{Config, Network, Output, Timing};

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

impl Authenticator {
    /// For an association that was just completed. Draws its ANonce from `rng`.
    #[must_use]
    pub fn new(config: Config, rng: &mut ChaCha20Rng) -> Self {
        let mut anonce = [0; 32];
        rng.fill_bytes(&mut anonce);
        Self {
            config,
            anonce,
            state: State::Idle,
            port: Port::new(),
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
