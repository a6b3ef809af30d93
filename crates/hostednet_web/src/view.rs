//! The state as the page gets it. Never a key.

use cause::Cause;
use dot11::ChannelWidth;
use serde::Serialize;
use wlan_client::{
    Event, EventKind, KeyIdentity, PeerTraffic, SharingMode, SharingState, SharingStatus, Status,
};
use wlan_model::{HostedNetworkState, KeyForm};

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
    ssid: Option<String>,
    bssid: Option<String>,
    channel: Option<u8>,
    band: Option<&'static str>,
    phy: Option<&'static str>,
    width_mhz: Option<u16>,
    isolate: bool,
    max_peers: u32,
    radio: Option<String>,
    enabled: bool,
    unavailable: Option<CauseView>,
    secondary: Option<SecondaryView>,
    peers: Vec<PeerView>,
    sharing: Option<SharingView>,
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
}

impl StateView {
    pub(crate) fn new(
        status: Status,
        names: &Names,
        traffic: &[PeerTraffic],
        sharing: Option<SharingStatus>,
    ) -> Self {
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
            ssid: status.ssid.map(|ssid| ssid.to_string()),
            bssid: status.bssid.map(|bssid| bssid.to_string()),
            channel: status.channel,
            band: status
                .channel
                .map(|channel| if channel <= 14 { "2.4 GHz" } else { "5 GHz" }),
            phy: status.phy.map(dot11::Phy::amendment),
            width_mhz: status.width.map(ChannelWidth::mhz),
            isolate: status.isolate,
            max_peers: status.max_peers,
            radio: status.radio,
            enabled: status.enabled,
            unavailable: status.unavailable.map(Into::into),
            secondary: status.secondary_key.map(|key| SecondaryView {
                persistent: key.persistent,
                form: key.form,
            }),
            peers,
            sharing: sharing.map(Into::into),
        }))
    }

    pub(crate) fn away(cause: Cause) -> Self {
        Self::Away {
            cause: cause.into(),
        }
    }
}

impl From<SharingStatus> for SharingView {
    fn from(status: SharingStatus) -> Self {
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
        };
        match status.state {
            SharingState::Unsupported(cause) => {
                view.state = "off";
                view.trouble = Some(cause.into());
            }
            SharingState::Stopped => {}
            SharingState::Starting => view.state = "starting",
            SharingState::Running {
                interface: _,
                address,
                prefix,
                upstream,
                trouble,
            } => {
                view.state = "running";
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
