//! `WLAN_HOSTED_NETWORK_STATE`.

use core::fmt;

use serde::{Deserialize, Serialize};

/// The three public states of the Hosted Network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostedNetworkState {
    /// Cannot be started now (0).
    Unavailable,
    /// Can be started, is not running (1).
    Idle,
    /// Running (2).
    Active,
}

impl HostedNetworkState {
    /// The number in `wlanapi.h`.
    #[must_use]
    pub const fn value(self) -> i32 {
        match self {
            Self::Unavailable => 0,
            Self::Idle => 1,
            Self::Active => 2,
        }
    }
}

impl fmt::Display for HostedNetworkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "unavailable",
            Self::Idle => "idle",
            Self::Active => "active",
        })
    }
}
