//! What the Hosted Network remembers.

use dot11::{Band, Channel, ChannelWidth, Ssid};
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

/// How the network uses the air (ours: Windows decides by itself). A network that runs moves to idle
/// when anything but [`AirSettings::isolate`] changes, as for [`ConnectionSettings`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AirSettings {
    /// The band; `None` leaves it to the service, which takes 2.4 GHz where the radio has it.
    pub band: Option<Band>,
    /// The primary channel; `None`, the default, leaves it to the service.
    pub channel: Option<Channel>,
    /// Widest channel to use; `None` leaves it to the service.
    pub width: Option<ChannelWidth>,
    /// Keep peers from reaching one another through the access point.
    pub isolate: bool,
}

/// Everything that survives a restart of the service. A temporary secondary key is not among it: it
/// never reaches a disk, which is how it cannot survive a crash or a power loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Name and peer limit; `None` until the network is first initialised.
    pub connection: Option<ConnectionSettings>,
    /// The enable flag: whether the network is allowed on this machine.
    pub enabled: bool,
    /// How it uses the air.
    pub air: AirSettings,
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
            air: AirSettings::default(),
            primary_key: None,
            secondary_key: None,
        }
    }
}
