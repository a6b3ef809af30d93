//! What a simulated radio is built from.

use clock::Duration;
use dot11::{Band, Channel, CipherSuite, MacAddr};
use radio::{
    BandCapabilities, Capabilities, ChannelInfo, HeCapabilities, HtCapabilities, SurveyRow,
    VhtCapabilities, WiderChannels,
};
use serde::{Deserialize, Serialize};

use crate::air::AirConfig;

/// How a simulated radio and its air are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimConfig {
    /// Where all chance grows from: equal seeds and equal calls make equal runs.
    pub seed: u64,
    /// The access point's address.
    pub bssid: MacAddr,
    /// The address of the station adapter beside it.
    pub station_address: MacAddr,
    /// What the regulatory domain says of each channel.
    pub channels: Vec<ChannelInfo>,
    /// A channel the access point must share with another connection of the same radio.
    pub forced_channel: Option<Channel>,
    /// Its bands and what it has in each.
    pub bands: Vec<BandCapabilities>,
    /// What a survey finds; `None` when the radio offers none.
    pub survey: Option<Vec<SurveyRow>>,
    /// The air at the start; see [`SimRadio::set_air`](crate::SimRadio::set_air).
    pub air: AirConfig,
    /// How long a station tries to join before it gives up.
    pub join_timeout: Duration,
    /// Most stations in the radio's table, 2007 unless changed. Their association ids are the owner's
    /// business and may repeat.
    pub table_size: u16,
    /// It can protect management frames (BIP-CMAC-128). On unless changed.
    pub management_protection: bool,
    /// The access point's radio answers stations by itself, as
    /// [`Capabilities::firmware_mlme`](radio::Capabilities::firmware_mlme) says.
    pub firmware_mlme: bool,
    /// How long a command takes to be answered. It takes effect at once.
    pub command_latency: Duration,
}

impl Default for SimConfig {
    /// A clean air in the world regulatory domain: channels 1 to 11 may be used, 12 to 14 and
    /// 36 to 48 only where somebody else was heard, 52 to 64 and 100 to 140 also need radar
    /// detection, the rest is forbidden.
    fn default() -> Self {
        Self {
            seed: 0,
            bssid: MacAddr([0x02, 0x00, 0x00, 0x00, 0x00, 0x01]),
            station_address: MacAddr([0x02, 0x00, 0x00, 0x53, 0x54, 0x41]),
            channels: (1..=177)
                .filter_map(Channel::new)
                .map(world_domain)
                .collect(),
            forced_channel: None,
            bands: vec![two_ghz()],
            survey: None,
            air: AirConfig::default(),
            join_timeout: Duration::from_secs(10),
            table_size: dot11::frame::MAX_AID,
            management_protection: true,
            firmware_mlme: false,
            command_latency: Duration::ZERO,
        }
    }
}

impl SimConfig {
    /// The default with this seed.
    #[must_use]
    pub fn with_seed(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// A radio of two bands with VHT and HE that surveys, in a country as many are: channels 1 to 11, 36
    /// to 48 and 149 to 165 may be used, 52 to 144 need radar detection. It hears `survey`.
    #[must_use]
    pub fn dual_band(survey: Vec<SurveyRow>) -> Self {
        Self {
            channels: (1..=177).filter_map(Channel::new).map(a_country).collect(),
            bands: vec![
                BandCapabilities {
                    ht: Some(ht(HT_INFO | HT_40)),
                    he: Some(he(HE_40_IN_2GHZ)),
                    ..two_ghz()
                },
                BandCapabilities {
                    band: Band::Ghz5,
                    ht: Some(ht(HT_INFO | HT_40)),
                    vht: Some(VhtCapabilities {
                        info: VHT_INFO,
                        mcs: VHT_TWO_STREAMS,
                    }),
                    he: Some(he(HE_80_IN_5GHZ)),
                },
            ],
            survey: Some(survey),
            ..Self::default()
        }
    }

    pub(crate) fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "sim".to_owned(),
            address: self.bssid,
            channels: self.channels.clone(),
            forced_channel: self.forced_channel,
            ciphers: self.ciphers(),
            max_stations: Some(self.table_size.min(dot11::frame::MAX_AID)),
            bands: self.bands.clone(),
            firmware_mlme: self.firmware_mlme,
            survey: self.survey.is_some(),
            // Firmware sends what frames there are.
            reports_tx_status: !self.firmware_mlme,
            country: None,
        }
    }

    fn ciphers(&self) -> Vec<CipherSuite> {
        let mut ciphers = crate::key::CIPHERS.to_vec();
        if self.management_protection {
            ciphers.push(CipherSuite::BIP_CMAC_128);
        }
        ciphers
    }

    pub(crate) fn station_capabilities(&self) -> Capabilities {
        Capabilities {
            name: "sim-station".to_owned(),
            address: self.station_address,
            forced_channel: None,
            // It protects no management frames.
            ciphers: crate::key::CIPHERS.to_vec(),
            max_stations: None,
            firmware_mlme: false,
            reports_tx_status: true,
            ..self.capabilities()
        }
    }
}

/// Short guard interval at 20 MHz, receive STBC with one stream, SM power save off.
const HT_INFO: u16 = 0x0020 | 0x0100 | 0x000c;

/// 40 MHz, and the short guard interval there.
const HT_40: u16 = 0x0002 | 0x0040;

/// MPDUs of 11454 bytes, LDPC, short guard interval at 80 MHz, receive STBC with one stream, SU
/// beamformee, longest A-MPDUs.
const VHT_INFO: u32 = 0x0000_0002 | 0x0010 | 0x0020 | 0x0100 | 0x1000 | 0x0380_0000;

/// VHT-MCS 0 to 9 with two streams in both directions.
const VHT_TWO_STREAMS: [u8; 8] = [0xfa, 0xff, 0, 0, 0xfa, 0xff, 0, 0];

/// Bits of the first byte of HE PHY Capabilities.
const HE_40_IN_2GHZ: u8 = 0x02;
const HE_80_IN_5GHZ: u8 = 0x04;

fn two_ghz() -> BandCapabilities {
    BandCapabilities {
        band: Band::Ghz2,
        ht: Some(ht(HT_INFO)),
        vht: None,
        he: None,
    }
}

const fn ht(info: u16) -> HtCapabilities {
    HtCapabilities {
        info,
        ampdu: 0x1b,
        mcs: MCS_0_TO_15,
    }
}

/// HE-MCS 0 to 11 with two streams; a target wake time responder, an SU beamformer.
fn he(widths: u8) -> HeCapabilities {
    HeCapabilities {
        mac: [0x05, 0, 0, 0x10, 0, 0],
        phy: [widths, 0, 0, 0x80, 0x01, 0, 0, 0, 0, 0, 0],
        mcs: vec![0xfa, 0xff, 0xfa, 0xff],
        ppe: Vec::new(),
    }
}

fn a_country(channel: Channel) -> ChannelInfo {
    let (disabled, radar) = match channel.number() {
        1..=11 | 36..=48 | 149..=165 => (false, false),
        52..=64 | 100..=144 => (false, true),
        _ => (true, false),
    };
    ChannelInfo {
        channel,
        disabled,
        no_ir: radar,
        radar,
        wider: WiderChannels::default(),
    }
}

const MCS_0_TO_15: [u8; 16] = {
    let mut mcs = [0; 16];
    mcs[0] = 0xff;
    mcs[1] = 0xff;
    mcs[12] = 0x01;
    mcs
};

fn world_domain(channel: Channel) -> ChannelInfo {
    let (disabled, no_ir, radar) = match channel.number() {
        1..=11 => (false, false, false),
        12..=14 | 36..=48 => (false, true, false),
        52..=64 | 100..=140 => (false, true, true),
        _ => (true, false, false),
    };
    ChannelInfo {
        channel,
        disabled,
        no_ir,
        radar,
        wider: WiderChannels::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_channels_1_to_11_carry_an_access_point() {
        let capabilities = SimConfig::default().capabilities();
        let usable: Vec<u8> = (1..=177)
            .filter_map(Channel::new)
            .filter(|c| capabilities.allows(*c))
            .map(Channel::number)
            .collect();
        assert_eq!(usable, (1..=11).collect::<Vec<_>>());
        assert!(capabilities.channels.iter().any(|c| c.no_ir && c.radar));
    }
}
