//! What a simulated radio is built from.

use clock::Duration;
use dot11::{Band, Channel, MacAddr};
use radio::{BandCapabilities, Capabilities, ChannelInfo, HtCapabilities, WiderChannels};
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
    /// The air at the start; see [`SimRadio::set_air`](crate::SimRadio::set_air).
    pub air: AirConfig,
    /// How long a station tries to join before it gives up.
    pub join_timeout: Duration,
    /// Most stations in the radio's table, 2007 unless changed. Their association ids are the owner's
    /// business and may repeat.
    pub table_size: u16,
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
            air: AirConfig::default(),
            join_timeout: Duration::from_secs(10),
            table_size: dot11::frame::MAX_AID,
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

    pub(crate) fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "sim".to_owned(),
            address: self.bssid,
            channels: self.channels.clone(),
            forced_channel: self.forced_channel,
            ciphers: crate::key::CIPHERS.to_vec(),
            max_stations: Some(self.table_size.min(dot11::frame::MAX_AID)),
            bands: vec![BandCapabilities {
                band: Band::Ghz2,
                ht: Some(HtCapabilities {
                    info: HT_INFO,
                    ampdu: 0x1b,
                    mcs: MCS_0_TO_15,
                }),
                vht: None,
                he: None,
            }],
            firmware_mlme: false,
            survey: false,
            reports_tx_status: true,
        }
    }

    pub(crate) fn station_capabilities(&self) -> Capabilities {
        Capabilities {
            name: "sim-station".to_owned(),
            address: self.station_address,
            forced_channel: None,
            max_stations: None,
            ..self.capabilities()
        }
    }
}

/// Short guard interval at 20 MHz, receive STBC with one stream, SM power save off.
const HT_INFO: u16 = 0x0020 | 0x0100 | 0x000c;

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
