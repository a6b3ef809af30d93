//! The answer to QueryStatus.

use cause::Cause;
use dot11::{ChannelWidth, MacAddr, Phy, Ssid};
use serde::{Deserialize, Serialize};
use wlan_model::{Guid, HostedNetworkState, KeyForm};

/// `WLAN_HOSTED_NETWORK_STATUS`, and what people ask next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The state.
    pub state: HostedNetworkState,
    /// The network's name, once it has one.
    pub ssid: Option<Ssid>,
    /// The access point's device (`IPDeviceID`); present when idle or active.
    pub device: Option<Guid>,
    /// The BSSID; present when idle or active.
    pub bssid: Option<MacAddr>,
    /// The channel number; present when active.
    pub channel: Option<u8>,
    /// The fastest PHY in use; present when active.
    pub phy: Option<Phy>,
    /// How wide the channel is; present when active.
    pub width: Option<ChannelWidth>,
    /// Peers cannot reach one another through the access point.
    pub isolate: bool,
    /// Most peers at a time.
    pub max_peers: u32,
    /// Name of the radio; absent when there is none.
    pub radio: Option<String>,
    /// The enable flag.
    pub enabled: bool,
    /// The secondary key, without itself.
    pub secondary_key: Option<SecondaryKeyState>,
    /// Authenticated peers, by address.
    pub peers: Vec<PeerRow>,
    /// Why the state is unavailable.
    pub unavailable: Option<Cause>,
    /// Frames the access point dropped, by reason, since the service started.
    pub rejected_frames: u64,
}

/// What is told of a secondary key without telling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondaryKeyState {
    /// Kept over runs, or for one session.
    pub persistent: bool,
    /// Passphrase or binary.
    pub form: KeyForm,
}

/// One authenticated peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRow {
    /// The peer.
    pub mac: MacAddr,
    /// Which key it joined with, seen from now.
    pub key: KeyIdentity,
    /// For how long it has been authenticated, in milliseconds.
    pub connected_ms: u64,
    /// For how long its key has been retired, in milliseconds.
    pub retired_ms: Option<u64>,
    /// Whether its management frames are protected: nobody else can send it away.
    pub management_protection: bool,
}

/// What is known of one peer's traffic, as far as the radio tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerTraffic {
    /// The peer.
    pub mac: MacAddr,
    /// Milliseconds since it was last heard.
    pub inactive_ms: u32,
    /// Bytes received from it.
    pub rx_bytes: u64,
    /// Bytes sent to it.
    pub tx_bytes: u64,
    /// Last signal in dBm.
    pub signal: Option<i8>,
    /// Rate of the last frame to it in units of 100 kbit/s.
    pub tx_rate: Option<u32>,
}

/// Which key an association stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyIdentity {
    /// The primary key.
    Primary,
    /// The secondary key in force.
    Secondary,
    /// A key that is no longer in force: the peer stays until it leaves.
    Retired,
    /// None of ours: a vendor's extension has let it in.
    Vendor,
}
