//! The stream behind `hostednet events`.

use cause::Cause;
use clock::WallTime;
use dot11::{MacAddr, Ssid};
use serde::{Deserialize, Serialize};
use wlan_model::{HostedNetworkState, KeyForm, RadioState, Reason};

use crate::{KeyIdentity, SharingEvent};

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When; stamped by the service.
    pub at: WallTime,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// The network's state changed.
    State {
        /// Before.
        old: HostedNetworkState,
        /// After.
        new: HostedNetworkState,
        /// Why.
        reason: Reason,
        /// More for people, where there is more.
        cause: Option<Cause>,
    },
    /// On the air.
    Started {
        /// The network's name.
        ssid: Ssid,
        /// Its address.
        bssid: MacAddr,
        /// Its channel.
        channel: u8,
    },
    /// A start was refused by the radio.
    StartFailed {
        /// Why.
        cause: Cause,
    },
    /// A peer's port opened.
    PeerArrived {
        /// The peer.
        mac: MacAddr,
        /// With which key.
        key: KeyIdentity,
    },
    /// A peer is gone.
    PeerDeparted {
        /// The peer.
        mac: MacAddr,
        /// Left (peer_departed) or silent (peer_timeout).
        reason: Reason,
    },
    /// A station did not get in.
    PeerRefused {
        /// The station.
        mac: MacAddr,
        /// Why.
        failure: JoinFailure,
    },
    /// A peer's key is no longer in force; the peer stays.
    KeyRetired {
        /// The peer.
        mac: MacAddr,
    },
    /// The secondary key was set, or removed (`None`).
    SecondaryKey {
        /// Its form and whether it is persistent.
        set: Option<(KeyForm, bool)>,
        /// A temporary key erased because its run ended.
        expired: bool,
    },
    /// A new primary key.
    PrimaryKeyRefreshed,
    /// SSID, peer limit, enable flag or the use of the air changed.
    SettingsChanged,
    /// The radio was switched on or off; it works when both are on.
    RadioSwitched {
        /// By software.
        software: RadioState,
        /// By hardware.
        hardware: RadioState,
    },
    /// An extension of a vendor.
    Extension {
        /// Its name.
        name: String,
        /// Which adapter it serves there.
        adapter: ExtensionAdapter,
        /// What happened to it.
        what: ExtensionEvent,
    },
    /// Addresses and internet sharing.
    Sharing(SharingEvent),
    /// The settings could not be used as found, or the like: something a person should read.
    Warning(Cause),
}

/// Which adapter a host process of an extension serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtensionAdapter {
    /// The port of the hosted network.
    AccessPoint,
    /// The station adapter.
    Station,
}

/// What happened to an extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExtensionEvent {
    /// Loaded and initialised.
    Ready {
        /// Of the interface.
        version: u32,
    },
    /// It ended as it was told to.
    Ended,
    /// Its process crashed, hung or could not be started: the adapter was reset and its non-static
    /// keys are gone.
    Failed {
        /// Why.
        cause: Cause,
        /// When it is started again, in milliseconds; `None` when it is not.
        again_ms: Option<u64>,
    },
    /// The station adapter is connected and its port open.
    Connected {
        /// The access point.
        bssid: MacAddr,
    },
    /// The station adapter is not connected any more, or the attempt failed.
    Disconnected {
        /// Why.
        cause: Cause,
    },
}

/// Why a station did not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinFailure {
    /// Its key matches none of ours.
    WrongKey,
    /// Its key matches one that was retired not long ago.
    RetiredKey,
    /// The network is full.
    Full,
    /// The handshake was not finished in time.
    HandshakeTimeout,
    /// It broke the handshake's rules.
    HandshakeViolation,
    /// The radio refused to enter it or its key.
    Radio,
    /// The vendor's extension that serves it said no, said nothing in time, or ended.
    Extension,
}

impl JoinFailure {
    /// The words people and scripts see.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong key",
            Self::RetiredKey => "retired key",
            Self::Full => "network full",
            Self::HandshakeTimeout => "handshake timeout",
            Self::HandshakeViolation => "handshake violation",
            Self::Radio => "radio refused",
            Self::Extension => "extension refused",
        }
    }
}
