//! What a radio can do.

use dot11::{Band, Channel, ChannelWidth, CipherSuite, MacAddr};
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
    /// The bands it has, each once, with the PHYs it has there.
    pub bands: Vec<BandCapabilities>,
    /// The radio's firmware answers authentication and association by itself
    /// (`NL80211_ATTR_DEVICE_AP_SME`): stations come as
    /// [`RadioEvent::Associated`](crate::RadioEvent::Associated), and of management frames none.
    pub firmware_mlme: bool,
    /// Whether [`Command::Survey`](crate::Command::Survey) is worth asking.
    pub survey: bool,
    /// Whether [`RadioEvent::FrameSent`](crate::RadioEvent::FrameSent) tells if a frame was
    /// acknowledged.
    pub reports_tx_status: bool,
    /// The country whose rules hold, where that is known.
    pub country: Option<Country>,
}

/// A country, and how loud one may be in it: what the Country element tells stations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Country {
    /// Two capital letters (ISO 3166-1).
    pub code: [u8; 2],
    /// Channels that are not forbidden, in ascending order, with the highest power there in dBm.
    pub powers: Vec<(Channel, u8)>,
}

impl Capabilities {
    /// Whether an access point may be started on `channel` right now.
    #[must_use]
    pub fn allows(&self, channel: Channel) -> bool {
        self.channels
            .iter()
            .any(|c| c.channel == channel && c.usable())
    }

    /// What it has in a band; `None` when it has not that band.
    #[must_use]
    pub fn band(&self, band: Band) -> Option<&BandCapabilities> {
        self.bands.iter().find(|b| b.band == band)
    }

    /// HT capabilities in a band, where it has HT there.
    #[must_use]
    pub fn ht(&self, band: Band) -> Option<HtCapabilities> {
        self.band(band).and_then(|b| b.ht)
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
    /// What the regulatory domain says of wider channels of which it is the primary one.
    pub wider: WiderChannels,
}

/// Which wider channels a primary channel may not be part of; none is forbidden by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WiderChannels {
    /// 40 MHz with the channel below.
    pub no_ht40_minus: bool,
    /// 40 MHz with the channel above.
    pub no_ht40_plus: bool,
    /// 80 MHz.
    pub no_80mhz: bool,
    /// HE at all.
    pub no_he: bool,
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

/// What a radio has in one band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BandCapabilities {
    /// Which.
    pub band: Band,
    /// HT, where it has that.
    pub ht: Option<HtCapabilities>,
    /// VHT, where it has that (5 GHz only).
    pub vht: Option<VhtCapabilities>,
    /// HE as an access point, where it has that.
    pub he: Option<HeCapabilities>,
}

/// VHT capabilities as they go into the VHT Capabilities element (clause 9.4.2.157).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VhtCapabilities {
    /// VHT Capabilities Information field, host order.
    pub info: u32,
    /// Supported VHT-MCS and NSS Set field.
    pub mcs: [u8; 8],
}

/// HE capabilities of an access point as they go into the HE Capabilities element (clause 9.4.2.248).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeCapabilities {
    /// HE MAC Capabilities Information field.
    pub mac: [u8; 6],
    /// HE PHY Capabilities Information field.
    pub phy: [u8; 11],
    /// Supported HE-MCS And NSS Set field, for 80 MHz and below at least: 4, 8 or 12 bytes.
    pub mcs: Vec<u8>,
    /// PPE Thresholds field, empty where there is none.
    pub ppe: Vec<u8>,
}

/// Where an access point operates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatingChannel {
    /// The primary 20 MHz channel.
    pub primary: Channel,
    /// How wide.
    pub width: ChannelWidth,
    /// Centre of the whole width in MHz; that of the primary channel at 20 MHz.
    pub center_mhz: u32,
}

impl From<Channel> for OperatingChannel {
    /// 20 MHz.
    fn from(primary: Channel) -> Self {
        Self {
            primary,
            width: ChannelWidth::Mhz20,
            center_mhz: primary.mhz(),
        }
    }
}
