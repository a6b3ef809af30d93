//! `WLAN_NOTIFICATION_SOURCE_HNWK` notifications.

use dot11::MacAddr;
use serde::{Deserialize, Serialize};

use crate::{HostedNetworkState, Reason};

/// What a client that registered for Hosted Network notifications receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notification {
    /// `wlan_hosted_network_state_change` (0x1000).
    StateChange {
        /// Before.
        old: HostedNetworkState,
        /// After; visible to QueryStatus before this is sent.
        new: HostedNetworkState,
        /// Why.
        reason: Reason,
    },
    /// `wlan_hosted_network_peer_state_change` (0x1001).
    PeerStateChange {
        /// The peer, in both halves of the Windows structure.
        peer: MacAddr,
        /// Before.
        old: PeerAuthState,
        /// After.
        new: PeerAuthState,
        /// Why.
        reason: Reason,
    },
    /// `wlan_hosted_network_radio_state_change` (0x1002).
    RadioStateChange {
        /// Switched by software.
        software: RadioState,
        /// Switched by hardware.
        hardware: RadioState,
    },
}

/// `WLAN_HOSTED_NETWORK_PEER_AUTH_STATE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerAuthState {
    /// 0.
    Invalid,
    /// 1: the handshake is finished.
    Authenticated,
}

/// `DOT11_RADIO_STATE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RadioState {
    /// 0.
    Unknown,
    /// 1.
    On,
    /// 2.
    Off,
}
