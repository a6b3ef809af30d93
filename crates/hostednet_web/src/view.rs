//! The state as the page gets it. Never a key.

use cause::Cause;
use dot11::{Channel, ChannelWidth, Ssid};
use serde::Serialize;
use wlan_client::{
    Event, EventKind, KeyIdentity, PeerTraffic, SharingMode, SharingState, SharingStatus, Status,
};
use wlan_model::{AirSettings, HostedNetworkState, KeyForm};

use crate::actions::BandName;
use crate::words::Names;

/// What happened and what to do.
#[derive(Serialize)]
pub(crate) struct CauseView {
    text: String,
    remedy: String,
}

impl From<Cause> for CauseView {
    fn from(cause: Cause) -> Self {
        Self {
            text: cause.text,
            remedy: cause.remedy,
        }
    }
}

/// Everything the page shows but the history.
#[derive(Serialize)]
#[serde(tag = "service", rename_all = "snake_case")]
pub(crate) enum StateView {
    /// The service answers.
    Here(Box<NetworkView>),
    /// It does not.
    Away { cause: CauseView },
}

/// The network.
#[derive(Serialize)]
pub(crate) struct NetworkView {
    state: HostedNetworkState,
    /// For people.
    ssid: Option<String>,
    /// The same where it can be typed: a name that is no text is shown in digits, which are not it.
    name: Option<String>,
    bssid: Option<String>,
    channel: Option<u8>,
    band: Option<&'static str>,
    phy: Option<&'static str>,
    width_mhz: Option<u16>,
    isolate: bool,
    air: Option<AirView>,
    max_peers: u32,
    radio: Option<String>,
    enabled: bool,
    unavailable: Option<CauseView>,
    secondary: Option<SecondaryView>,
    peers: Vec<PeerView>,
    sharing: Option<SharingView>,
}

/// What was asked for, not what is; `null` is left to the service.
#[derive(Serialize)]
struct AirView {
    band: Option<BandName>,
    channel: Option<u8>,
    /// MHz.
    width: Option<u16>,
}

impl From<AirSettings> for AirView {
    fn from(air: AirSettings) -> Self {
        Self {
            band: air.band.map(Into::into),
            channel: air.channel.map(Channel::number),
            width: air.width.map(ChannelWidth::mhz),
        }
    }
}

#[derive(Serialize)]
struct SecondaryView {
    persistent: bool,
    form: KeyForm,
}

#[derive(Serialize)]
struct PeerView {
    mac: String,
    key: KeyIdentity,
    connected_s: u64,
    name: Option<String>,
    address: Option<String>,
    rx_bytes: Option<u64>,
    tx_bytes: Option<u64>,
    signal: Option<i8>,
    /// Mbit/s.
    rate: Option<f64>,
}

#[derive(Serialize)]
struct SharingView {
    /// `off`, `stopped`, `starting`, `running`, `failed`.
    state: &'static str,
    /// Whether the internet is wanted.
    internet: bool,
    wanted: Option<String>,
    address: Option<String>,
    upstream: Option<String>,
    trouble: Option<CauseView>,
    leases: Vec<LeaseView>,
    /// Interfaces whose internet could be shared.
    interfaces: Vec<String>,
}

/// An address that was given.
#[derive(Serialize)]
struct LeaseView {
    mac: String,
    address: String,
    name: Option<String>,
    /// RFC 3339, UTC.
    expires: Option<String>,
}

/// What the service and the machine say, for the page.
pub(crate) struct Told<'a> {
    pub(crate) status: Status,
    pub(crate) air: Option<AirSettings>,
    /// Of simulated stations.
    pub(crate) names: &'a Names,
    pub(crate) traffic: &'a [PeerTraffic],
    pub(crate) sharing: Option<SharingStatus>,
    /// Network interfaces of this machine.
    pub(crate) interfaces: Vec<String>,
}

impl StateView {
    pub(crate) fn new(told: Told<'_>) -> Self {
        let Told {
            status,
            air,
            names,
            traffic,
            sharing,
            interfaces,
        } = told;
        let peers = status
            .peers
            .iter()
            .map(|peer| {
                let lease = sharing
                    .iter()
                    .flat_map(|sharing| &sharing.leases)
                    .find(|lease| lease.mac == peer.mac);
                let traffic = traffic.iter().find(|row| row.mac == peer.mac);
                PeerView {
                    mac: peer.mac.to_string(),
                    key: peer.key,
                    connected_s: peer.connected_ms / 1000,
                    name: names
                        .get(&peer.mac)
                        .cloned()
                        .or_else(|| lease.and_then(|lease| lease.host_name.clone())),
                    address: lease.map(|lease| lease.address.to_string()),
                    rx_bytes: traffic.map(|row| row.rx_bytes),
                    tx_bytes: traffic.map(|row| row.tx_bytes),
                    signal: traffic.and_then(|row| row.signal),
                    rate: traffic
                        .and_then(|row| row.tx_rate)
                        .map(|rate| f64::from(rate) / 10.0),
                }
            })
            .collect();
        Self::Here(Box::new(NetworkView {
            state: status.state,
            ssid: status.ssid.as_ref().map(Ssid::to_string),
            name: status
                .ssid
                .as_ref()
                .and_then(|ssid| ssid.text().map(str::to_owned)),
            bssid: status.bssid.map(|bssid| bssid.to_string()),
            channel: status.channel,
            band: status
                .channel
                .map(|channel| if channel <= 14 { "2.4 GHz" } else { "5 GHz" }),
            phy: status.phy.map(dot11::Phy::amendment),
            width_mhz: status.width.map(ChannelWidth::mhz),
            isolate: status.isolate,
            air: air.map(Into::into),
            max_peers: status.max_peers,
            radio: status.radio,
            enabled: status.enabled,
            unavailable: status.unavailable.map(Into::into),
            secondary: status.secondary_key.map(|key| SecondaryView {
                persistent: key.persistent,
                form: key.form,
            }),
            peers,
            sharing: sharing.map(|sharing| SharingView::new(sharing, names, interfaces)),
        }))
    }

    pub(crate) fn away(cause: Cause) -> Self {
        Self::Away {
            cause: cause.into(),
        }
    }
}

impl SharingView {
    fn new(status: SharingStatus, names: &Names, interfaces: Vec<String>) -> Self {
        let (internet, wanted) = match status.mode {
            SharingMode::Standalone => (false, None),
            SharingMode::Full { upstream } => (true, upstream),
        };
        let mut view = Self {
            state: "stopped",
            internet,
            wanted,
            address: None,
            upstream: None,
            trouble: None,
            leases: status
                .leases
                .into_iter()
                .map(|lease| LeaseView {
                    name: names.get(&lease.mac).cloned().or(lease.host_name),
                    mac: lease.mac.to_string(),
                    address: lease.address.to_string(),
                    expires: lease.expires.map(clock::WallTime::to_rfc3339),
                })
                .collect(),
            interfaces,
        };
        match status.state {
            SharingState::Unsupported(cause) => {
                view.state = "off";
                view.trouble = Some(cause.into());
            }
            SharingState::Stopped => {}
            SharingState::Starting => view.state = "starting",
            SharingState::Running {
                interface,
                address,
                prefix,
                upstream,
                trouble,
            } => {
                view.state = "running";
                // The peers' own interface has no internet of its own.
                view.interfaces.retain(|name| *name != interface);
                view.address = Some(format!("{address}/{prefix}"));
                view.upstream = upstream;
                view.trouble = trouble.map(Into::into);
            }
            SharingState::Failed(cause) => {
                view.state = "failed";
                view.trouble = Some(cause.into());
            }
        }
        view
    }
}

/// What an event is like, for colours.
pub(crate) const fn kind(event: &Event) -> &'static str {
    match event.kind {
        EventKind::PeerArrived { .. } => "join",
        EventKind::PeerDeparted { .. } => "leave",
        EventKind::PeerRefused { .. } => "refused",
        EventKind::KeyRetired { .. }
        | EventKind::SecondaryKey { .. }
        | EventKind::PrimaryKeyRefreshed => "key",
        EventKind::State { .. } | EventKind::Started { .. } => "state",
        EventKind::StartFailed { .. } | EventKind::Warning(_) => "trouble",
        EventKind::SettingsChanged
        | EventKind::RadioSwitched { .. }
        | EventKind::Extension { .. }
        | EventKind::Sharing(_) => "other",
    }
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use clock::WallTime;
    use dot11::{Band, MacAddr};
    use wlan_client::Lease;

    use super::*;

    fn sharing() -> SharingStatus {
        SharingStatus {
            mode: SharingMode::Full {
                upstream: Some("eth0".into()),
            },
            state: SharingState::Running {
                interface: "hosted0".into(),
                address: Ipv4Addr::new(192, 168, 137, 1),
                prefix: 24,
                upstream: Some("eth0".into()),
                trouble: None,
            },
            leases: vec![Lease {
                mac: MacAddr([2, 0, 0, 0, 1, 0]),
                address: IpAddr::from([192, 168, 137, 77]),
                host_name: Some("phone".into()),
                expires: Some(WallTime::from_unix_millis(1000)),
            }],
        }
    }

    #[test]
    fn the_page_is_told_of_leases_and_of_interfaces_with_an_internet_to_share() {
        let interfaces = ["eth0", "hosted0", "wlan0"].map(str::to_owned).to_vec();
        let view = SharingView::new(sharing(), &Names::new(), interfaces);
        let json = serde_json::to_value(view).unwrap();

        assert_eq!(json["state"], "running");
        assert_eq!(json["wanted"], "eth0");
        assert_eq!(json["interfaces"], serde_json::json!(["eth0", "wlan0"]));
        assert_eq!(json["leases"][0]["address"], "192.168.137.77");
        assert_eq!(json["leases"][0]["name"], "phone");
        assert_eq!(json["leases"][0]["expires"], "1970-01-01T00:00:01.000Z");
    }

    #[test]
    fn a_wish_for_the_air_is_told_as_the_form_has_it() {
        let air = AirSettings {
            band: Some(Band::Ghz5),
            channel: Channel::new(36),
            width: Some(ChannelWidth::Mhz80),
            isolate: false,
        };
        let json = serde_json::to_value(AirView::from(air)).unwrap();
        let expected = serde_json::json!({ "band": "5", "channel": 36, "width": 80 });
        assert_eq!(json, expected);
        let json = serde_json::to_value(AirView::from(AirSettings::default())).unwrap();
        assert!(json["band"].is_null() && json["channel"].is_null() && json["width"].is_null());
    }
}
