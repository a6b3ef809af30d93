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

mod engine;
mod group;
mod keys;
mod peer;
mod run;
mod start;
#[cfg(test)]
mod tests;
mod timer;
mod vendor;

pub use engine::SoftAp;
pub use vendor::{VendorEvent, VendorService, VendorVerdict};

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Band, Channel, ChannelWidth, MacAddr, Phy, Ssid};
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
    /// A wish; `None` takes 2.4 GHz where the radio has it.
    pub band: Option<Band>,
    /// The widest channel; `None` leaves it to the miniport.
    pub width: Option<ChannelWidth>,
    /// Peers cannot reach one another through the access point.
    pub isolate: bool,
    /// Renewal of the group key, at least a second; `None` renews it only when a peer leaves.
    pub group_rekey: Option<Duration>,
    /// Renewal of each pairwise key, at least a second; `None` never.
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
    /// None of ours: a vendor's extension keys this peer.
    Vendor,
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
    /// Whether its management frames are protected.
    pub management_protection: bool,
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
    /// How the radio is switched (`true` is on): once where it is known, and at each change, before
    /// what follows from it.
    RadioSwitched {
        /// By software.
        software: bool,
        /// By hardware.
        hardware: bool,
    },
    /// A connection of the same adapter that no access point can stand beside began (why), or ended.
    /// A run goes on until the owner stops it.
    IncompatibleConnection(Option<Cause>),
    /// On the air.
    Started {
        /// The network's address.
        bssid: MacAddr,
        /// Where.
        channel: Channel,
        /// How wide.
        width: ChannelWidth,
        /// The fastest PHY in use.
        phy: Phy,
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
    /// The access point moved.
    ChannelChanged {
        /// To this channel.
        channel: Channel,
        /// How wide it is there.
        width: ChannelWidth,
        /// The fastest PHY in use there.
        phy: Phy,
    },
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
    /// For the extensions of vendors.
    Vendor(VendorEvent),
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
    /// The extension that serves its element is not ready, refused it, or let the time pass.
    Extension,
}
