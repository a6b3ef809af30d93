//! What a radio can do.

use dot11::{Channel, CipherSuite, MacAddr};
use serde::{Deserialize, Serialize};

/// What a radio can do, reported once by [`RadioEvent::Ready`](crate::RadioEvent::Ready) and again
/// whenever it changes (regulatory domain, channel of another connection).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Short name for people: `sim`, or the interface's name.
    pub name: String,
    /// The address the access point will have: its BSSID.
    pub address: MacAddr,
    /// Channels the hardware knows, each with what the regulatory domain says of it now.
    pub channels: Vec<ChannelInfo>,
    /// Set while another interface of the same radio holds a channel that the access point must
    /// share (a station connection on single-channel hardware).
    pub forced_channel: Option<Channel>,
    /// Ciphers the radio can carry out.
    pub ciphers: Vec<CipherSuite>,
    /// Largest number of associated stations, where the driver tells.
    pub max_stations: Option<u16>,
    /// HT capabilities of the 2.4 GHz band, `None` when the radio has no HT.
    pub ht: Option<HtCapabilities>,
    /// Whether [`RadioEvent::FrameSent`](crate::RadioEvent::FrameSent) tells if a frame was
    /// acknowledged.
    pub reports_tx_status: bool,
}

impl Capabilities {
    /// Whether an access point may be started on `channel` right now.
    #[must_use]
    pub fn allows(&self, channel: Channel) -> bool {
        self.channels
            .iter()
            .any(|c| c.channel == channel && c.usable())
    }
}

/// One 20 MHz channel and what is allowed on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelInfo {
    /// Which channel.
    pub channel: Channel,
    /// The regulatory domain forbids it altogether.
    pub disabled: bool,
    /// Nothing may be transmitted before somebody else was heard: no access point.
    pub no_ir: bool,
    /// Radar detection is required before use.
    pub radar: bool,
}

impl ChannelInfo {
    /// Whether an access point without radar detection may use it.
    #[must_use]
    pub const fn usable(&self) -> bool {
        !self.disabled && !self.no_ir && !self.radar
    }
}

/// HT capabilities of one band as they go into the HT Capabilities element (clause 9.4.2.55).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HtCapabilities {
    /// HT Capability Information field, host order.
    pub info: u16,
    /// A-MPDU Parameters field.
    pub ampdu: u8,
    /// Supported MCS Set field.
    pub mcs: [u8; 16],
}
