//! `status`, and the parts of it that others show.

use std::io::{self, Write};

use wlan_client::Status;
use wlan_model::{AirSettings, HostedNetworkState};

use super::{key, peers};
use crate::names::Names;

/// The whole page.
pub(crate) fn page(
    out: &mut impl Write,
    (status, air): (&Status, &AirSettings),
    names: &Names,
) -> io::Result<()> {
    let mut line = |name: &str, value: String| writeln!(out, "{name:<15}{value}");
    line("State", status.state.to_string())?;
    if let Some(cause) = &status.unavailable {
        line("", cause.to_string())?;
    }
    line(
        "Network",
        status
            .ssid
            .as_ref()
            .map_or_else(|| "not set up yet".into(), ToString::to_string),
    )?;
    if let Some(bssid) = status.bssid {
        line("BSSID", bssid.to_string())?;
    }
    if let Some(channel) = status.channel {
        line("Channel", format!("{channel}{}", phy(status)))?;
    }
    if let Some(wishes) = wishes(air) {
        line("Asked for", wishes)?;
    }
    line(
        "Radio",
        status.radio.clone().unwrap_or_else(|| "none".into()),
    )?;
    line("Allowed", if status.enabled { "yes" } else { "no" }.into())?;
    line("Secondary key", key::of_network(status))?;
    line(
        "Peers",
        format!("{} of {}", status.peers.len(), status.max_peers),
    )?;
    peers::rows(out, &status.peers, &[], names)
}

/// The PHY behind a channel, where it says something: ` (802.11ac, 80 MHz)`.
pub(crate) fn phy(status: &Status) -> String {
    let width = match status.width {
        None | Some(dot11::ChannelWidth::Mhz20) => String::new(),
        Some(wider) => format!(", {} MHz", wider.mhz()),
    };
    status
        .phy
        .map_or_else(String::new, |phy| format!(" ({}{width})", phy.amendment()))
}

/// What was asked for, for people; `None` when nothing was.
fn wishes(air: &AirSettings) -> Option<String> {
    let parts = [
        air.band.map(|band| band.to_string()),
        air.channel
            .map(|channel| format!("channel {}", channel.number())),
        air.width
            .map(|width| format!("at most {} MHz", width.mhz())),
        air.isolate.then(|| "peers kept apart".to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `active: testnet on channel 6 (02:00:00:00:00:01)`.
pub(crate) fn on_air(status: &Status) -> String {
    let ssid = status
        .ssid
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    match (status.state, status.channel, status.bssid) {
        (HostedNetworkState::Active, Some(channel), Some(bssid)) => {
            format!("active: {ssid} on channel {channel} ({bssid})")
        }
        _ => status.state.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use dot11::{Band, Channel, ChannelWidth};

    use super::*;

    #[test]
    fn wishes_are_told_in_one_line() {
        let asked = AirSettings {
            band: Some(Band::Ghz5),
            channel: Channel::new(36),
            width: Some(ChannelWidth::Mhz80),
            isolate: true,
        };
        let text = wishes(&asked).unwrap();
        assert_eq!(text, "5 GHz, channel 36, at most 80 MHz, peers kept apart");
        assert_eq!(wishes(&AirSettings::default()), None);
    }
}
