//! What `--json` prints: one line of JSON, in the shape scripts rely on. Fields may be added.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clock::{Duration, WallTime};
use dot11::{ChannelWidth, MacAddr, Phy};
use serde::Serialize;
use wlan_client::{
    Event, EventKind, ExtensionAdapter, ExtensionEvent, KeyIdentity, PeerTraffic, SimStation,
    Status,
};
use wlan_model::{AirSettings, HostedNetworkState, KeyForm, PrimaryKey, RadioState, SecondaryKey};
use zeroize::Zeroizing;

use crate::air::AirView;
use crate::secret::to_hex;
use crate::share;

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

/// One peer of `status --json` and `peers --json`.
#[derive(Serialize)]
pub(crate) struct PeerView {
    pub(crate) mac: String,
    auth: &'static str,
    key: KeyIdentity,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_since: Option<String>,
    /// Whether its management frames are protected.
    management_protection: bool,
    /// The simulated station's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Its address, once it has one from us; only in `peers --json`.
    #[serde(flatten)]
    pub(crate) lease: Option<share::command::PeerLease>,
    #[serde(flatten)]
    traffic: Option<TrafficView>,
}

/// What the radio counts of a peer; only in `peers --json`.
#[derive(Serialize)]
struct TrafficView {
    rx_bytes: u64,
    tx_bytes: u64,
    signal_dbm: Option<i8>,
    inactive_ms: u32,
    /// Of the last frame to it.
    tx_kbit_s: Option<u32>,
}

impl From<&PeerTraffic> for TrafficView {
    fn from(row: &PeerTraffic) -> Self {
        Self {
            rx_bytes: row.rx_bytes,
            tx_bytes: row.tx_bytes,
            signal_dbm: row.signal,
            inactive_ms: row.inactive_ms,
            tx_kbit_s: row.tx_rate.map(|rate| rate.saturating_mul(100)),
        }
    }
}

/// What happened and what to do.
#[derive(Serialize)]
pub(crate) struct CauseView {
    text: String,
    remedy: String,
}

impl From<cause::Cause> for CauseView {
    fn from(cause: cause::Cause) -> Self {
        Self {
            text: cause.text,
            remedy: cause.remedy,
        }
    }
}

/// Names of simulated stations by their address.
pub(crate) type Names = BTreeMap<MacAddr, String>;

pub(crate) fn names(stations: Vec<SimStation>) -> Names {
    stations
        .into_iter()
        .map(|station| (station.mac, station.name))
        .collect()
}

fn ago(now: WallTime, millis: u64) -> String {
    WallTime::from_unix_millis(now.as_unix_millis().saturating_sub(millis)).to_rfc3339()
}

/// `peers --json`.
pub(crate) fn peers(
    status: &Status,
    traffic: &[PeerTraffic],
    names: &Names,
    now: WallTime,
) -> Vec<PeerView> {
    let row = |peer: &wlan_client::PeerRow| PeerView {
        mac: peer.mac.to_string(),
        auth: "authenticated",
        key: peer.key,
        since: ago(now, peer.connected_ms),
        retired_since: peer.retired_ms.map(|millis| ago(now, millis)),
        management_protection: peer.management_protection,
        name: names.get(&peer.mac).cloned(),
        lease: None,
        traffic: traffic.iter().find(|t| t.mac == peer.mac).map(Into::into),
    };
    status.peers.iter().map(row).collect()
}

impl StatusView {
    pub(crate) fn new(status: Status, air: AirSettings, now: WallTime) -> Self {
        let peers = peers(&status, &[], &Names::new(), now);
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
                .map(|ssid| to_hex(ssid.as_bytes()).to_string()),
            ssid: status.ssid.map(|ssid| ssid.to_string()),
            unavailable: status.unavailable.map(Into::into),
            rejected_frames: status.rejected_frames,
        }
    }
}

/// `key show --json`.
#[derive(Serialize)]
pub(crate) struct KeysView {
    primary: PrimaryKeyView,
    secondary: SecondaryKeyView,
}

#[derive(Serialize)]
struct PrimaryKeyView {
    key: Option<Zeroizing<String>>,
}

#[derive(Serialize)]
struct SecondaryKeyView {
    set: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<KeyForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Zeroizing<String>>,
}

impl KeysView {
    pub(crate) fn new(
        primary: Option<&PrimaryKey>,
        secondary: Option<&(SecondaryKey, bool)>,
    ) -> Self {
        Self {
            primary: PrimaryKeyView {
                key: primary.map(|key| text(key.expose())),
            },
            secondary: SecondaryKeyView {
                set: secondary.is_some(),
                form: secondary.map(|(key, _)| key.form()),
                persistent: secondary.map(|(_, persistent)| *persistent),
                key: secondary.map(|(key, _)| key_text(key)),
            },
        }
    }
}

/// A key as people type it: the passphrase, or 64 hexadecimal digits.
pub(crate) fn key_text(key: &SecondaryKey) -> Zeroizing<String> {
    match key.form() {
        KeyForm::Passphrase => text(key.expose()),
        KeyForm::Binary => to_hex(key.expose()),
    }
}

/// The characters of a key, which are ASCII.
pub(crate) fn text(ascii: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(ascii.len()));
    text.extend(ascii.iter().map(|byte| char::from(*byte)));
    text
}

/// One station of `sim list --json`.
#[derive(Serialize)]
pub(crate) struct StationView {
    name: String,
    mac: String,
    state: String,
}

impl From<SimStation> for StationView {
    fn from(station: SimStation) -> Self {
        Self {
            name: station.name,
            mac: station.mac.to_string(),
            state: station.state,
        }
    }
}

/// One line of `events --json`.
#[derive(Serialize)]
pub(crate) struct EventView {
    at: String,
    #[serde(flatten)]
    kind: KindView,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum KindView {
    State {
        old: HostedNetworkState,
        new: HostedNetworkState,
        reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<CauseView>,
    },
    Started {
        ssid: String,
        bssid: String,
        channel: u8,
    },
    StartFailed {
        cause: CauseView,
    },
    PeerArrived {
        mac: String,
        key: KeyIdentity,
    },
    PeerDeparted {
        mac: String,
        reason: &'static str,
    },
    PeerRefused {
        mac: String,
        failure: &'static str,
    },
    KeyRetired {
        mac: String,
    },
    SecondaryKey {
        set: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        persistent: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        form: Option<KeyForm>,
        expired: bool,
    },
    PrimaryKeyRefreshed,
    SettingsChanged,
    RadioSwitched {
        software: RadioState,
        hardware: RadioState,
    },
    Extension {
        name: String,
        adapter: ExtensionAdapter,
        #[serde(flatten)]
        what: ExtensionView,
    },
    Sharing(share::EventView),
    Warning {
        cause: CauseView,
    },
}

#[derive(Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum ExtensionView {
    Ready {
        version: u32,
    },
    Ended,
    Failed {
        cause: CauseView,
        again_ms: Option<u64>,
    },
    Connected {
        bssid: String,
    },
    Disconnected {
        cause: CauseView,
    },
}

impl From<ExtensionEvent> for ExtensionView {
    fn from(what: ExtensionEvent) -> Self {
        match what {
            ExtensionEvent::Ready { version } => Self::Ready { version },
            ExtensionEvent::Ended => Self::Ended,
            ExtensionEvent::Failed { cause, again_ms } => Self::Failed {
                cause: cause.into(),
                again_ms,
            },
            ExtensionEvent::Connected { bssid } => Self::Connected {
                bssid: bssid.to_string(),
            },
            ExtensionEvent::Disconnected { cause } => Self::Disconnected {
                cause: cause.into(),
            },
        }
    }
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let kind = match event.kind {
            EventKind::State {
                old,
                new,
                reason,
                cause,
            } => KindView::State {
                old,
                new,
                reason: reason.name(),
                cause: cause.map(Into::into),
            },
            EventKind::Started {
                ssid,
                bssid,
                channel,
            } => KindView::Started {
                ssid: ssid.to_string(),
                bssid: bssid.to_string(),
                channel,
            },
            EventKind::StartFailed { cause } => KindView::StartFailed {
                cause: cause.into(),
            },
            EventKind::PeerArrived { mac, key } => KindView::PeerArrived {
                mac: mac.to_string(),
                key,
            },
            EventKind::PeerDeparted { mac, reason } => KindView::PeerDeparted {
                mac: mac.to_string(),
                reason: reason.name(),
            },
            EventKind::PeerRefused { mac, failure } => KindView::PeerRefused {
                mac: mac.to_string(),
                failure: failure.text(),
            },
            EventKind::KeyRetired { mac } => KindView::KeyRetired {
                mac: mac.to_string(),
            },
            EventKind::SecondaryKey { set, expired } => KindView::SecondaryKey {
                set: set.is_some(),
                persistent: set.map(|(_, persistent)| persistent),
                form: set.map(|(form, _)| form),
                expired,
            },
            EventKind::PrimaryKeyRefreshed => KindView::PrimaryKeyRefreshed,
            EventKind::SettingsChanged => KindView::SettingsChanged,
            EventKind::RadioSwitched { software, hardware } => {
                KindView::RadioSwitched { software, hardware }
            }
            EventKind::Extension {
                name,
                adapter,
                what,
            } => KindView::Extension {
                name,
                adapter,
                what: what.into(),
            },
            EventKind::Sharing(what) => KindView::Sharing(what.into()),
            EventKind::Warning(cause) => KindView::Warning {
                cause: cause.into(),
            },
        };
        Self {
            at: event.at.to_rfc3339(),
            kind,
        }
    }
}

/// Prints `value` as one line; what was printed is erased from memory, since it may be a key.
pub(crate) fn print(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = Zeroizing::new(Vec::with_capacity(1024));
    serde_json::to_writer(&mut *line, value)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

/// How long something has lasted, for people: `42 s`, `3 min`, `2 h 5 min`, `4 d 1 h`.
pub(crate) fn lasting(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min"),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use dot11::Ssid;
    use wlan_client::{PeerRow, SecondaryKeyState};

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
        let mut out = Vec::new();

        print(
            &mut out,
            &StatusView::new(
                status,
                AirSettings::default(),
                WallTime::from_unix_millis(10_000),
            ),
        )
        .unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                r#"{"state":"active","ssid":"testnet","bssid":"02:00:00:00:00:01","channel":6,"#,
                r#""max_peers":100,"radio":"sim","mode":"allow","secondary_key":{"set":true,"#,
                r#""persistent":true,"form":"passphrase"},"peers":[{"mac":"02:00:00:00:00:09","#,
                r#""auth":"authenticated","key":"retired","since":"1970-01-01T00:00:08.500Z","#,
                r#""management_protection":false}],"#,
                r#""ht":true,"phy":"802.11n","width_mhz":20,"isolate":false,"air":{"band_ghz":null,"#,
                r#""channel":null,"width_mhz":null,"isolate":false},"rejected_frames":0}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_refused_peer_is_named_with_the_words_people_see() {
        let event = Event {
            at: WallTime::from_unix_millis(0),
            kind: EventKind::PeerRefused {
                mac: MacAddr([2, 0, 0, 0, 0, 9]),
                failure: wlan_client::JoinFailure::RetiredKey,
            },
        };
        let mut out = Vec::new();

        print(&mut out, &EventView::from(event)).unwrap();

        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                r#"{"at":"1970-01-01T00:00:00.000Z","event":"peer_refused","#,
                r#""mac":"02:00:00:00:00:09","failure":"retired key"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn what_an_extension_does_has_the_shape_scripts_rely_on() {
        let row = |what| {
            let event = Event {
                at: WallTime::from_unix_millis(0),
                kind: EventKind::Extension {
                    name: "handshake".into(),
                    adapter: ExtensionAdapter::AccessPoint,
                    what,
                },
            };
            serde_json::to_string(&EventView::from(event)).unwrap()
        };
        let head = r#"{"at":"1970-01-01T00:00:00.000Z","event":"extension","name":"handshake","#;
        let cause = cause::Cause::new("It crashed.", "See its log.");
        for (what, tail) in [
            (
                ExtensionEvent::Ready { version: 0 },
                r#""adapter":"access_point","what":"ready","version":0}"#,
            ),
            (
                ExtensionEvent::Ended,
                r#""adapter":"access_point","what":"ended"}"#,
            ),
            (
                ExtensionEvent::Failed {
                    cause,
                    again_ms: Some(250),
                },
                concat!(
                    r#""adapter":"access_point","what":"failed","#,
                    r#""cause":{"text":"It crashed.","remedy":"See its log."},"again_ms":250}"#
                ),
            ),
            (
                ExtensionEvent::Connected {
                    bssid: MacAddr([2, 0, 0, 0, 0, 1]),
                },
                r#""adapter":"access_point","what":"connected","bssid":"02:00:00:00:00:01"}"#,
            ),
        ] {
            assert_eq!(row(what), format!("{head}{tail}"));
        }
    }

    #[test]
    fn a_binary_key_is_shown_as_hexadecimal_digits() {
        let key = SecondaryKey::binary(&[0xab; 32]).unwrap();
        let mut out = Vec::new();

        print(&mut out, &KeysView::new(None, Some(&(key, false)))).unwrap();

        let expected = format!(
            "{{\"primary\":{{\"key\":null}},\"secondary\":{{\"set\":true,\"form\":\"binary\",\
             \"persistent\":false,\"key\":\"{}\"}}}}\n",
            "ab".repeat(32)
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
