//! Reports up from the radio.

use core::fmt;

use cause::Cause;
use dot11::{Channel, MacAddr};
use serde::{Deserialize, Serialize};

use crate::{Capabilities, CommandId};

/// What a radio reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RadioEvent {
    /// The radio can carry an access point, with these abilities. Also sent again when they change.
    Ready(Box<Capabilities>),
    /// The radio cannot carry an access point (any more). If one was running it is gone, with its
    /// stations and keys; no command is needed to clean up.
    Unavailable {
        /// Why, and what could be done.
        cause: Cause,
    },
    /// The radio was switched on or off. Sent once at the beginning where it is known, and at each
    /// change, before the [`RadioEvent::Unavailable`] or [`RadioEvent::Ready`] that follows from it.
    Switched(Switches),
    /// A connection of the same adapter which no access point can stand beside (ad hoc, network
    /// monitor) began, or ended. An access point that runs is still there: its owner stops it.
    Incompatible(Option<Cause>),
    /// The driver ended the access point but the radio itself is there.
    ApStopped {
        /// Why.
        cause: Cause,
    },
    /// The access point moved to another channel.
    ChannelChanged(Channel),
    /// A command is done or refused.
    Completed {
        /// Which command.
        id: CommandId,
        /// How it went.
        result: Result<(), CommandError>,
    },
    /// A management frame arrived: whole MAC header, no FCS.
    Management {
        /// The frame.
        frame: Vec<u8>,
        /// Signal in dBm, where known.
        signal: Option<i8>,
    },
    /// An EAPOL PDU arrived from an associated station.
    Eapol {
        /// The station.
        peer: MacAddr,
        /// The EAPOL PDU from its version byte.
        pdu: Vec<u8>,
    },
    /// A frame of an EtherType that is to be handed up
    /// ([`EtherTypeRule::hand_up`](crate::EtherTypeRule::hand_up)) arrived from an associated station.
    Packet {
        /// The station.
        peer: MacAddr,
        /// In host order.
        ether_type: u16,
        /// Behind the EtherType.
        payload: Vec<u8>,
    },
    /// Firmware that answers stations by itself
    /// ([`Capabilities::firmware_mlme`](crate::Capabilities::firmware_mlme)) has let one in: it is in
    /// the station table, its port closed. [`Command::RemoveStation`](crate::Command::RemoveStation)
    /// sends it away.
    Associated {
        /// The station.
        peer: MacAddr,
        /// The elements of its (re)association request.
        elements: Vec<u8>,
        /// Whether it is a reassociation.
        reassociation: bool,
    },
    /// Answer to [`Command::Survey`](crate::Command::Survey): the channels that were visited.
    Survey(Vec<SurveyRow>),
    /// The fate of a management frame.
    FrameSent {
        /// The id of the command that sent it.
        id: CommandId,
        /// Whether it was acknowledged.
        acked: bool,
    },
    /// A data frame arrived from a station that is not associated.
    UnexpectedData {
        /// The stranger.
        peer: MacAddr,
    },
    /// The radio dropped a station by itself (station loss, low acknowledgement), or a station's radio
    /// its access point, whose beacons ceased. Its keys are gone.
    StationLost {
        /// The station.
        peer: MacAddr,
    },
    /// Answer to [`Command::QueryStation`](crate::Command::QueryStation).
    Station(StationReport),
    /// Answer to [`Command::QueryGroupCounter`](crate::Command::QueryGroupCounter).
    GroupCounter {
        /// Key index.
        index: u8,
        /// Packet number of the last frame sent, 48 bits.
        counter: u64,
    },
    /// Answer to [`Command::ProbeStation`](crate::Command::ProbeStation).
    ProbeResult {
        /// The station.
        peer: MacAddr,
        /// Whether it acknowledged.
        acked: bool,
    },
}

/// The two switches of a radio; `true` is on. It works when both are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// Switched by software.
    pub software: bool,
    /// Switched by hardware.
    pub hardware: bool,
}

/// What is known of one station's traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationReport {
    /// The station.
    pub peer: MacAddr,
    /// Milliseconds since it was last heard.
    pub inactive_ms: u32,
    /// Bytes received from it, where counted.
    pub rx_bytes: u64,
    /// Bytes sent to it, where counted.
    pub tx_bytes: u64,
    /// Last signal in dBm.
    pub signal: Option<i8>,
}

/// How busy a channel was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyRow {
    /// Which.
    pub channel: Channel,
    /// For how long it was listened to, in milliseconds.
    pub active_ms: u64,
    /// For how long of that it was busy, in milliseconds; zero where the radio does not tell.
    pub busy_ms: u64,
    /// Noise in dBm, where known.
    pub noise: Option<i8>,
    /// Networks heard on it, where that is known.
    pub networks: u16,
    /// Those of them that have, or are, stations with the rates of 802.11b only.
    pub without_erp: u16,
    /// Those of them without HT.
    pub without_ht: u16,
}

/// A command the radio declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandError {
    /// What kind of refusal, for code that must branch.
    pub kind: CommandErrorKind,
    /// For people.
    pub cause: Cause,
}

/// Kinds of refusal a caller may have to tell apart (native-80211-ihv reference, 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandErrorKind {
    /// A parameter is invalid (EINVAL).
    Invalid,
    /// Not offered by this radio (EOPNOTSUPP).
    NotSupported,
    /// No such station, key or interface (ENOENT, ENODEV).
    NotFound,
    /// No room (ENOMEM, ENOSPC).
    Resources,
    /// Somebody else uses the radio or the channel (EBUSY).
    Busy,
    /// Powered down or blocked (ENETDOWN, ERFKILL).
    PoweredDown,
    /// The regulatory domain forbids it.
    Regulatory,
    /// The caller may not (EPERM).
    Permission,
    /// Anything else.
    Failed,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.cause, f)
    }
}

impl core::error::Error for CommandError {}
