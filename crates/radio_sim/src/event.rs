//! What the owner of the simulated radio learns.

use core::fmt;

use dot11::{MacAddr, ReasonCode, StatusCode};
use serde::{Deserialize, Serialize};

/// What became of a station or of what it was told to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SimEvent {
    /// Its handshake is finished and its keys are installed.
    Joined {
        /// Which.
        name: String,
        /// Its address.
        mac: MacAddr,
    },
    /// It is associated and has no handshake to do ([`StationKey::Vendor`](crate::StationKey::Vendor)):
    /// what opens its port, and its key, are others' business.
    Associated {
        /// Which.
        name: String,
        /// Its address.
        mac: MacAddr,
    },
    /// A frame arrived of an EtherType that its profile hands up
    /// ([`StationProfile::ether_types`](crate::StationProfile::ether_types)).
    Packet {
        /// Which.
        name: String,
        /// Its address.
        mac: MacAddr,
        /// In host order.
        ether_type: u16,
        /// Behind the EtherType.
        payload: Vec<u8>,
        /// It came ciphered.
        protected: bool,
    },
    /// It gave up; it is idle again.
    JoinFailed {
        /// Which.
        name: String,
        /// Its address.
        mac: MacAddr,
        /// Why.
        reason: JoinFailure,
    },
    /// It was joined and is no more.
    Left {
        /// Which.
        name: String,
        /// Its address.
        mac: MacAddr,
        /// Why.
        why: LeaveReason,
    },
    /// Its traffic is over: all answers are there, or a second passed, or it left.
    TrafficDone {
        /// Which.
        name: String,
        /// Requests sent.
        sent: u32,
        /// Answers received, each counted once.
        received: u32,
    },
}

/// Why a station did not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinFailure {
    /// No network was heard.
    NoNetwork,
    /// The network has no WPA2-Personal with CCMP.
    UnsuitableNetwork,
    /// The access point did not answer.
    NoAnswer,
    /// Authentication was refused.
    AuthenticationRefused(StatusCode),
    /// Association was refused.
    AssociationRefused(StatusCode),
    /// The access point sent it away before the handshake was finished. With reason 15 the key is
    /// most likely wrong.
    SentAway(ReasonCode),
    /// The access point broke the handshake's rules.
    Handshake(rsn::Failure),
    /// The handshake was begun but not finished in time.
    HandshakeTimeout,
    /// Its owner changed his mind.
    Aborted,
}

impl fmt::Display for JoinFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNetwork => f.write_str("no network was heard"),
            Self::UnsuitableNetwork => f.write_str("the network has no WPA2-Personal with CCMP"),
            Self::NoAnswer => f.write_str("the access point did not answer"),
            Self::AuthenticationRefused(s) => write!(f, "authentication refused: status {s}"),
            Self::AssociationRefused(s) => write!(f, "association refused: status {s}"),
            Self::SentAway(r) => write!(f, "sent away: reason {r}"),
            Self::Handshake(failure) => write!(f, "handshake failed: {}", failure.reason()),
            Self::HandshakeTimeout => f.write_str("the handshake was not finished in time"),
            Self::Aborted => f.write_str("given up"),
        }
    }
}

/// Why a station is not joined any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaveReason {
    /// Its owner said so; the access point was told.
    Asked,
    /// Its owner made it vanish; the access point was not told.
    Vanished,
    /// It joins anew; the access point was not told.
    Rejoining,
    /// The access point sent it away.
    SentAway(ReasonCode),
    /// A renewal of keys broke the rules; it told the access point.
    HandshakeFailed(rsn::Failure),
    /// Beacons ceased.
    NetworkGone,
    /// The access point said in clear that it knows of no association, and when it was asked about that
    /// under protection it did not answer.
    NoAnswer,
}

impl fmt::Display for LeaveReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("asked to"),
            Self::Vanished => f.write_str("vanished"),
            Self::Rejoining => f.write_str("joins anew"),
            Self::SentAway(r) => write!(f, "sent away: reason {r}"),
            Self::HandshakeFailed(failure) => write!(f, "handshake failed: {}", failure.reason()),
            Self::NetworkGone => f.write_str("the network is gone"),
            Self::NoAnswer => f.write_str("the access point forgot it"),
        }
    }
}

/// A call to the simulated radio that cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SimError {
    /// A name has 1 to 32 bytes.
    BadName,
    /// There is no station of this name.
    NoSuchStation,
    /// There are 2007 stations and none of them is idle.
    TooManyStations,
    /// It is joining already.
    AlreadyJoining,
    /// It is not joined (or, to leave, idle).
    NotJoined,
    /// Its earlier traffic is not over.
    TrafficRunning,
    /// The number of frames is not 1 to 1000.
    BadCount,
    /// It has no pairwise key, and data never goes in clear.
    NoKey,
    /// A key of CCMP or GCMP-128 has 16 bytes; there are no others here.
    BadKey,
    /// EAPOL, an EtherType below 0x0600, or more than 2296 bytes.
    BadPacket,
    /// Its elements are malformed or longer than 1024 bytes, or its EtherTypes cannot be.
    BadProfile,
}

impl fmt::Display for SimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadName => "a station's name has 1 to 32 bytes",
            Self::NoSuchStation => "there is no station of this name",
            Self::TooManyStations => "there are 2007 stations already",
            Self::AlreadyJoining => "the station is joining already",
            Self::NotJoined => "the station is not joined",
            Self::TrafficRunning => "the station is sending already",
            Self::BadCount => "the number of frames must be 1 to 1000",
            Self::NoKey => "the station has no key",
            Self::BadKey => "the key is not one of CCMP or GCMP with 16 bytes",
            Self::BadPacket => "such a frame cannot be sent",
            Self::BadProfile => "such a station cannot be",
        })
    }
}

impl core::error::Error for SimError {}
