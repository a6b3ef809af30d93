//! The access point's management, between the service engine and the miniport.
//!
//! Decides who may associate, runs one [`rsn`] authenticator per peer, installs keys by OID and
//! opens ports. It knows both keys of the network and the few that were retired not long ago; it
//! does not know why a key changed or who is asking.
//!
//! ```text
//!  hosted_network -- start / stop / set_keys --> SoftAp -- oid::Request ----> miniport
//!                 <-- Event ------------------          <-- oid::Completion
//!                                                       <-- oid::Indication
//! ```
//!
//! # A running association owns its keys
//! The candidate keys are consulted once, when message 2 of a *new* association is checked. The
//! elected key then lives in that association's authenticator: renewals of pairwise and group keys
//! stand on it whatever becomes of the candidates. [`SoftAp::set_keys`] sends nothing to anybody.

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Channel, MacAddr, Ssid};
use rsn::Pmk;
use serde::{Deserialize, Serialize};

/// What is fixed for one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSettings {
    /// The network's name.
    pub ssid: Ssid,
    /// Most peers at a time; the next one is refused with status 17.
    pub max_peers: u16,
    /// A wish; `None` leaves it to the miniport.
    pub channel: Option<Channel>,
    /// Renewal of the group key; `None` renews it only when a peer leaves.
    pub group_rekey: Option<Duration>,
    /// Renewal of each pairwise key; `None` never.
    pub pairwise_rekey: Option<Duration>,
}

/// The keys a new association may choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidates {
    /// From the primary key and the SSID.
    pub primary: Pmk,
    /// From the secondary key, if one is set.
    pub secondary: Option<Pmk>,
}

/// Which key an association stands on, seen from the candidates in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeerKey {
    /// The primary key.
    Primary,
    /// The secondary key in force.
    Secondary,
    /// A key that is no candidate any more.
    Retired {
        /// When it ceased to be one.
        since: Instant,
    },
}

/// A peer whose port is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its address.
    pub mac: MacAddr,
    /// Its key. It follows the candidates: setting the same key again changes nothing, and a key
    /// that comes back is no longer retired.
    pub key: PeerKey,
    /// When its port opened.
    pub since: Instant,
}

/// What the engine wants done or made known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// For the miniport.
    Request(oid::RequestId, oid::Request),
    /// For the owner.
    Event(Event),
}

/// What the owner learns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A radio is there and could run. Sent when that becomes so, and again when what it says of
    /// itself changes.
    RadioAvailable {
        /// For people.
        name: String,
        /// The BSSID a run will have.
        address: MacAddr,
        /// Largest number of peers it serves, where known.
        max_stations: Option<u16>,
    },
    /// No radio can run. If a run was on it has ended: no `Stopped` follows.
    RadioUnavailable {
        /// Why.
        cause: Cause,
    },
    /// On the air.
    Started {
        /// The network's address.
        bssid: MacAddr,
        /// Where.
        channel: Channel,
        /// Whether HT is in use.
        ht: bool,
    },
    /// The start was refused; nothing is on the air.
    StartFailed {
        /// The miniport's status.
        status: oid::NdisStatus,
        /// Why.
        cause: Cause,
    },
    /// The stop the owner asked for is done.
    Stopped,
    /// The driver ended the run; it cannot start again until [`Event::CanSustain`].
    StoppedByDriver {
        /// Why.
        cause: Cause,
    },
    /// After [`Event::StoppedByDriver`]: a start could work again.
    CanSustain,
    /// The access point moved to this channel.
    ChannelChanged(Channel),
    /// A peer's handshake is finished and its port open.
    PeerArrived {
        /// The peer.
        mac: MacAddr,
        /// With which key.
        key: PeerKey,
    },
    /// A peer whose port was open is gone.
    PeerDeparted {
        /// The peer.
        mac: MacAddr,
        /// Left by itself (or was sent away) or fell silent.
        why: Departure,
    },
    /// A station did not get in. For a key that matches none this is sent once per association, as
    /// soon as its first message 2 was checked; for other causes when the association ends.
    PeerRefused {
        /// The station.
        mac: MacAddr,
        /// Why.
        why: Refused,
    },
    /// A connected peer's key ceased to be a candidate.
    KeyRetired {
        /// The peer.
        mac: MacAddr,
    },
}

/// How a peer went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Departure {
    /// It left, or came back anew, or was sent away.
    Left,
    /// It fell silent.
    Timeout,
}

/// Why a station did not get in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refused {
    /// Its key matches no candidate.
    WrongKey,
    /// Its key matches one that was retired not long ago.
    RetiredKey,
    /// [`RunSettings::max_peers`] is reached.
    Full,
    /// The handshake was not finished in time.
    HandshakeTimeout,
    /// It broke the handshake's rules.
    HandshakeViolation,
    /// The radio refused to enter the station or its key.
    Radio(Cause),
}

/// The engine. Contract: call a `handle_*` method or a verb, then drain [`SoftAp::poll_output`].
#[derive(Debug)]
pub struct SoftAp {}

impl SoftAp {
    /// An idle engine. `seed` is 32 bytes of good randomness: nonces and group keys grow from it.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        let _ = seed;
        todo!()
    }

    /// Starts a run. Answered by [`Event::Started`], [`Event::StartFailed`] or
    /// [`Event::RadioUnavailable`]. Only without a run.
    pub fn start(&mut self, settings: RunSettings, candidates: Candidates, now: Instant) {
        let _ = (settings, candidates, now);
        todo!()
    }

    /// Ends the run, peers are told. Answered by [`Event::Stopped`], also without a run. Peers get
    /// no departure events.
    pub fn stop(&mut self, now: Instant) {
        let _ = now;
        todo!()
    }

    /// Replaces the candidates of a run. Nothing is sent to anybody; connected peers on a key that
    /// is no candidate any more are reported by [`Event::KeyRetired`]. The replaced keys are
    /// remembered (the last eight, until the run ends) to tell "retired key" from "wrong key".
    pub fn set_keys(&mut self, candidates: Candidates, now: Instant) {
        let _ = (candidates, now);
        todo!()
    }

    /// Whether retired keys are remembered for diagnosis; on by default. Switching off forgets them.
    pub fn diagnose_retired_keys(&mut self, on: bool) {
        let _ = on;
        todo!()
    }

    /// Peers whose port is open, by address.
    pub fn peers(&self) -> impl Iterator<Item = Peer> + '_ {
        core::iter::empty()
    }

    /// The miniport answered.
    pub fn handle_completion(&mut self, completion: oid::Completion, now: Instant) {
        let _ = (completion, now);
        todo!()
    }

    /// The miniport indicated.
    pub fn handle_indication(&mut self, indication: oid::Indication, now: Instant) {
        let _ = (indication, now);
        todo!()
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
        todo!()
    }

    /// When [`SoftAp::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        todo!()
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        todo!()
    }
}
