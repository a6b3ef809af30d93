//! `status --json`.

use clock::WallTime;
use dot11::{Band, Channel, ChannelWidth, Phy};
use serde::Serialize;
use wlan_client::Status;
use wlan_model::{AirSettings, HostedNetworkState, KeyForm};

use super::cause::CauseView;
use super::peers::{PeerView, peers};
use crate::hex;
use crate::names::{Leases, Names};

/// `status --json`.
#[derive(Serialize)]
pub(crate) struct StatusView {
    state: HostedNetworkState,
    ssid: Option<String>,
    bssid: Option<String>,
    channel: Option<u8>,
    max_peers: u32,
    radio: Option<String>,
    mode: &'static str,
    secondary_key: SecondaryKeyStateView,
    peers: Vec<PeerView>,
    /// Whether it is HT or faster.
    ht: bool,
    phy: Option<&'static str>,
    width_mhz: Option<u16>,
    isolate: bool,
    air: AirView,
    /// The name's bytes, where they are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    ssid_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unavailable: Option<CauseView>,
    rejected_frames: u64,
}

#[derive(Serialize)]
struct SecondaryKeyStateView {
    set: bool,
    persistent: bool,
    form: Option<KeyForm>,
}

impl StatusView {
    pub(crate) fn new(status: Status, air: AirSettings, now: WallTime) -> Self {
        let peers = peers(&status, &[], &Names::new(), &Leases::new(), now);
        let is_text = status
            .ssid
            .as_ref()
            .is_some_and(|s| core::str::from_utf8(s.as_bytes()).is_ok());
        Self {
            state: status.state,
            bssid: status.bssid.map(|bssid| bssid.to_string()),
            channel: status.channel,
            max_peers: status.max_peers,
            radio: status.radio,
            mode: if status.enabled { "allow" } else { "disallow" },
            secondary_key: SecondaryKeyStateView {
                set: status.secondary_key.is_some(),
                persistent: status.secondary_key.is_some_and(|key| key.persistent),
                form: status.secondary_key.map(|key| key.form),
            },
            peers,
            ht: status.phy >= Some(Phy::Ht),
            phy: status.phy.map(Phy::amendment),
            width_mhz: status.width.map(ChannelWidth::mhz),
            isolate: status.isolate,
            air: air.into(),
            ssid_hex: status
                .ssid
                .as_ref()
                .filter(|_| !is_text)
                .map(|ssid| hex::digits(ssid.as_bytes()).to_string()),
            ssid: status.ssid.map(|ssid| ssid.to_string()),
            unavailable: status.unavailable.map(Into::into),
            rejected_frames: status.rejected_frames,
        }
    }
}

/// `air` in `status --json`: what was asked for, not what is; `null` is left to the service.
#[derive(Serialize)]
pub(crate) struct AirView {
    band_ghz: Option<&'static str>,
    channel: Option<u8>,
    width_mhz: Option<u16>,
    isolate: bool,
}

impl From<AirSettings> for AirView {
    fn from(air: AirSettings) -> Self {
        Self {
            band_ghz: air.band.map(band_text),
            channel: air.channel.map(Channel::number),
            width_mhz: air.width.map(ChannelWidth::mhz),
            isolate: air.isolate,
        }
    }
}

const fn band_text(band: Band) -> &'static str {
    match band {
        Band::Ghz2 => "2.4",
        Band::Ghz5 => "5",
    }
}

#[cfg(test)]
mod tests {
    use dot11::{MacAddr, Ssid};
    use wlan_client::{KeyIdentity, PeerRow, SecondaryKeyState};

    use super::*;

    #[test]
    fn a_status_has_the_shape_scripts_rely_on() {
        let status = Status {
            state: HostedNetworkState::Active,
            ssid: Some(Ssid::new("testnet").unwrap()),
            device: None,
            bssid: Some(MacAddr([2, 0, 0, 0, 0, 1])),
            channel: Some(6),
            phy: Some(Phy::Ht),
            width: Some(ChannelWidth::Mhz20),
            isolate: false,
            max_peers: 100,
            radio: Some("sim".into()),
            enabled: true,
            secondary_key: Some(SecondaryKeyState {
                persistent: true,
                form: KeyForm::Passphrase,
            }),
            peers: vec![PeerRow {
                mac: MacAddr([2, 0, 0, 0, 0, 9]),
                key: KeyIdentity::Retired,
                connected_ms: 1_500,
                retired_ms: None,
                management_protection: false,
            }],
            unavailable: None,
            rejected_frames: 0,
        };
        let view = StatusView::new(
            status,
            AirSettings::default(),
            WallTime::from_unix_millis(10_000),
        );
        assert_eq!(
            serde_json::to_string(&view).unwrap(),
            concat!(
                r#"{"state":"active","ssid":"testnet","bssid":"02:00:00:00:00:01","channel":6,"#,
                r#""max_peers":100,"radio":"sim","mode":"allow","secondary_key":{"set":true,"#,
                r#""persistent":true,"form":"passphrase"},"peers":[{"mac":"02:00:00:00:00:09","#,
                r#""auth":"authenticated","key":"retired","since":"1970-01-01T00:00:08.500Z","#,
                r#""management_protection":false}],"#,
                r#""ht":true,"phy":"802.11n","width_mhz":20,"isolate":false,"air":{"band_ghz":null,"#,
                r#""channel":null,"width_mhz":null,"isolate":false},"rejected_frames":0}"#
            )
        );
    }
}
