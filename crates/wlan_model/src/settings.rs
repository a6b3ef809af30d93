//! What the Hosted Network remembers.

use dot11::Ssid;
use serde::{Deserialize, Serialize};

use crate::{PrimaryKey, SecondaryKey};

/// `WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSettings {
    /// The network's name.
    pub ssid: Ssid,
    /// Most peers at a time, at least 1. A number above what the radio can serve is kept and
    /// clamped at the start.
    pub max_peers: u32,
}

impl ConnectionSettings {
    /// What `WlanHostedNetworkInitSettings` gives a new network.
    pub const DEFAULT_MAX_PEERS: u32 = 100;
}

/// Everything that survives a restart of the service. A temporary secondary key is not among it: it
/// never reaches a disk, which is how it cannot survive a crash or a power loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Name and peer limit; `None` until the network is first initialised.
    pub connection: Option<ConnectionSettings>,
    /// The enable flag: whether the network is allowed on this machine.
    pub enabled: bool,
    /// `None` until first needed.
    pub primary_key: Option<PrimaryKey>,
    /// The persistent secondary key.
    pub secondary_key: Option<SecondaryKey>,
}

impl Default for Settings {
    /// A machine that never hosted a network.
    fn default() -> Self {
        Self {
            connection: None,
            enabled: true,
            primary_key: None,
            secondary_key: None,
        }
    }
}
