//! What commands print for people.

use std::io::{self, Write};

use clock::Duration;
use wlan_client::{
    EventKind, ExtensionAdapter, ExtensionEvent, KeyIdentity, PeerRow, PeerTraffic, SimStation,
    Status,
};
use wlan_model::{
    AirSettings, HostedNetworkState, KeyForm, PrimaryKey, RadioState, Reason, SecondaryKey,
};

use crate::ihv::adapter_name;
use crate::json::{Names, key_text, lasting, text};
use crate::share;

pub(crate) fn status(
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
    if let Some(wishes) = crate::air::wishes(air) {
        line("Asked for", wishes)?;
    }
    line(
        "Radio",
        status.radio.clone().unwrap_or_else(|| "none".into()),
    )?;
    line("Allowed", if status.enabled { "yes" } else { "no" }.into())?;
    line("Secondary key", secondary_key(status))?;
    line(
        "Peers",
        format!("{} of {}", status.peers.len(), status.max_peers),
    )?;
    peers(out, &status.peers, &[], names)
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

/// What there is to know of the secondary key without telling it.
pub(crate) fn secondary_key(status: &Status) -> String {
    match status.secondary_key {
        None => "not set".into(),
        Some(key) => format!(
            "{}, {}",
            match key.form {
                KeyForm::Passphrase => "passphrase",
                KeyForm::Binary => "binary",
            },
            if key.persistent {
                "persistent"
            } else {
                "for one session"
            }
        ),
    }
}

pub(crate) fn peers(
    out: &mut impl Write,
    peers: &[PeerRow],
    traffic: &[PeerTraffic],
    names: &Names,
) -> io::Result<()> {
    for peer in peers {
        let since = lasting(Duration::from_millis(peer.connected_ms));
        write!(
            out,
            "  {}  {:<9}  for {since}",
            peer.mac,
            key_name(peer.key)
        )?;
        if let Some(name) = names.get(&peer.mac) {
            write!(out, "  {name}")?;
        }
        if let Some(row) = traffic.iter().find(|row| row.mac == peer.mac) {
            write!(out, "  {}", traffic_text(row))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Traffic as a person reads it: `12.3 kB in, 1.0 MB out, -52 dBm`.
pub(crate) fn traffic_text(row: &PeerTraffic) -> String {
    let signal = row
        .signal
        .map_or_else(String::new, |dbm| format!(", {dbm} dBm"));
    format!(
        "{} in, {} out{signal}",
        bytes(row.rx_bytes),
        bytes(row.tx_bytes)
    )
}

/// A number of bytes with one digit behind the point: `999 B`, `12.3 kB`.
pub(crate) fn bytes(count: u64) -> String {
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut unit = 1_000;
    for name in ["kB", "MB", "GB"] {
        // Rounded first: 999 950 bytes are a megabyte.
        let tenths = (u128::from(count) * 10 + unit / 2) / unit;
        if tenths < 10_000 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1_000;
    }
    let tenths = (u128::from(count) * 10 + unit / 2) / unit;
    format!("{}.{} TB", tenths / 10, tenths % 10)
}

pub(crate) const fn key_name(key: KeyIdentity) -> &'static str {
    match key {
        KeyIdentity::Primary => "primary",
        KeyIdentity::Secondary => "secondary",
        KeyIdentity::Retired => "retired",
        KeyIdentity::Vendor => "vendor",
    }
}

pub(crate) fn keys(
    out: &mut impl Write,
    primary: Option<&PrimaryKey>,
    secondary: Option<&(SecondaryKey, bool)>,
) -> io::Result<()> {
    match primary {
        Some(key) => writeln!(out, "Primary key    {}", *text(key.expose()))?,
        None => writeln!(
            out,
            "Primary key    not made yet: `hostednet start` makes it"
        )?,
    }
    match secondary {
        Some((key, persistent)) => {
            let lifetime = if *persistent {
                "persistent"
            } else {
                "for one session"
            };
            let form = match key.form() {
                KeyForm::Passphrase => "passphrase",
                KeyForm::Binary => "binary",
            };
            writeln!(
                out,
                "Secondary key  {}  ({form}, {lifetime})",
                *key_text(key)
            )
        }
        None => writeln!(out, "Secondary key  not set"),
    }
}

pub(crate) fn stations(out: &mut impl Write, stations: &[SimStation]) -> io::Result<()> {
    for station in stations {
        writeln!(
            out,
            "{:<20}  {}  {}",
            station.name, station.mac, station.state
        )?;
    }
    Ok(())
}

/// One event as a sentence.
pub(crate) fn event(kind: &EventKind, names: &Names) -> String {
    let who = |mac: &dot11::MacAddr| match names.get(mac) {
        Some(name) => format!("{name} ({mac})"),
        None => mac.to_string(),
    };
    match kind {
        EventKind::State {
            old,
            new,
            reason,
            cause,
        } => {
            let more = cause
                .as_ref()
                .map(|cause| format!(": {}", cause.text))
                .unwrap_or_default();
            format!("{old} -> {new} ({}){more}", reason_words(*reason))
        }
        EventKind::Started {
            ssid,
            bssid,
            channel,
        } => {
            format!("on the air: {ssid} on channel {channel}, {bssid}")
        }
        EventKind::StartFailed { cause } => format!("start refused: {cause}"),
        EventKind::PeerArrived { mac, key } => match key {
            KeyIdentity::Vendor => format!("{} was let in by an extension", who(mac)),
            key => format!("{} joined with the {} key", who(mac), key_name(*key)),
        },
        EventKind::PeerDeparted {
            mac,
            reason: Reason::PeerTimeout,
        } => {
            format!("{} fell silent", who(mac))
        }
        EventKind::PeerDeparted { mac, .. } => format!("{} left", who(mac)),
        EventKind::PeerRefused { mac, failure } => {
            format!("{} was refused: {}", who(mac), failure.text())
        }
        EventKind::KeyRetired { mac } => {
            format!(
                "the key of {} is retired; it stays until it leaves",
                who(mac)
            )
        }
        EventKind::RadioSwitched { software, hardware } => match (software, hardware) {
            (RadioState::Off, RadioState::Off) => {
                "the radio is off, by software and by hardware".to_owned()
            }
            (RadioState::Off, _) => "the radio is off, by software".to_owned(),
            (_, RadioState::Off) => "the radio is off, by hardware".to_owned(),
            _ => "the radio is on".to_owned(),
        },
        EventKind::SecondaryKey {
            set: Some((_, persistent)),
            ..
        } => {
            let lifetime = if *persistent { "" } else { " for one session" };
            format!("the secondary key was set{lifetime}")
        }
        EventKind::SecondaryKey {
            set: None,
            expired: true,
        } => "the secondary key was erased with the session it was for".into(),
        EventKind::SecondaryKey {
            set: None,
            expired: false,
        } => "the secondary key was removed".into(),
        EventKind::PrimaryKeyRefreshed => "a new primary key was made".into(),
        EventKind::SettingsChanged => "the settings changed".into(),
        EventKind::Extension {
            name,
            adapter,
            what,
        } => extension_event(name, *adapter, what),
        EventKind::Sharing(what) => share::event_text(what, names),
        EventKind::Warning(cause) => format!("warning: {cause}"),
    }
}

fn extension_event(name: &str, adapter: ExtensionAdapter, what: &ExtensionEvent) -> String {
    let host = format!("extension {name}, {}", adapter_name(adapter));
    match what {
        ExtensionEvent::Ready { version } => format!("{host}: ready (interface version {version})"),
        ExtensionEvent::Ended => format!("{host}: ended"),
        ExtensionEvent::Failed {
            cause,
            again_ms: Some(ms),
        } => format!(
            "{host}: failed: {cause} It is started again in {}.",
            short(*ms)
        ),
        ExtensionEvent::Failed {
            cause,
            again_ms: None,
        } => format!("{host}: failed and is not started again: {cause}"),
        ExtensionEvent::Connected { bssid } => format!("{host}: connected to {bssid}"),
        ExtensionEvent::Disconnected { cause } => format!("{host}: not connected: {cause}"),
    }
}

/// A waiting time: `250 ms`, `1 s`.
fn short(millis: u64) -> String {
    if millis < 1000 {
        format!("{millis} ms")
    } else {
        lasting(Duration::from_millis(millis))
    }
}

fn reason_words(reason: Reason) -> String {
    reason.name().replace('_', " ")
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
    use cause::Cause;
    use dot11::MacAddr;
    use wlan_client::JoinFailure;

    use super::*;

    const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);

    fn told(adapter: ExtensionAdapter, what: ExtensionEvent) -> String {
        let name = "handshake".to_owned();
        event(
            &EventKind::Extension {
                name,
                adapter,
                what,
            },
            &Names::new(),
        )
    }

    #[test]
    fn bytes_are_rounded_to_one_digit_and_never_to_a_thousand() {
        let rows = [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (12_345, "12.3 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (5_000_000_000, "5.0 GB"),
            (u64::MAX, "18446744.1 TB"),
        ];
        for (count, expected) in rows {
            assert_eq!(bytes(count), expected);
        }
    }

    #[test]
    fn what_an_extension_does_is_told_with_cause_and_remedy() {
        use ExtensionAdapter::{AccessPoint, Station};
        let cause = || Cause::new("It was killed by signal 11.", "See `hostednet ihv log`.");
        let rows = [
            (
                told(AccessPoint, ExtensionEvent::Ready { version: 0 }),
                "extension handshake, access point: ready (interface version 0)",
            ),
            (
                told(Station, ExtensionEvent::Ended),
                "extension handshake, station: ended",
            ),
            (
                told(
                    AccessPoint,
                    ExtensionEvent::Failed {
                        cause: cause(),
                        again_ms: Some(250),
                    },
                ),
                "extension handshake, access point: failed: It was killed by signal 11. \
                 See `hostednet ihv log`. It is started again in 250 ms.",
            ),
            (
                told(
                    Station,
                    ExtensionEvent::Failed {
                        cause: cause(),
                        again_ms: None,
                    },
                ),
                "extension handshake, station: failed and is not started again: \
                 It was killed by signal 11. See `hostednet ihv log`.",
            ),
            (
                told(Station, ExtensionEvent::Connected { bssid: MAC }),
                "extension handshake, station: connected to 02:00:00:00:00:09",
            ),
            (
                told(Station, ExtensionEvent::Disconnected { cause: cause() }),
                "extension handshake, station: not connected: It was killed by signal 11. \
                 See `hostednet ihv log`.",
            ),
        ];
        for (told, expected) in rows {
            assert_eq!(told, expected);
        }
        assert_eq!(
            (short(999), short(30_000)),
            ("999 ms".into(), "30 s".into())
        );
    }

    #[test]
    fn a_vendors_peer_has_no_key_of_ours() {
        let arrived = |key| event(&EventKind::PeerArrived { mac: MAC, key }, &Names::new());
        assert_eq!(
            arrived(KeyIdentity::Vendor),
            "02:00:00:00:00:09 was let in by an extension"
        );
        assert_eq!(
            arrived(KeyIdentity::Primary),
            "02:00:00:00:00:09 joined with the primary key"
        );
        let refused = EventKind::PeerRefused {
            mac: MAC,
            failure: JoinFailure::Extension,
        };
        assert_eq!(
            event(&refused, &Names::new()),
            "02:00:00:00:00:09 was refused: extension refused"
        );
        let mut out = Vec::new();
        let row = PeerRow {
            mac: MAC,
            key: KeyIdentity::Vendor,
            connected_ms: 42_000,
            retired_ms: None,
            management_protection: false,
        };
        peers(&mut out, core::slice::from_ref(&row), &[], &Names::new()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "  02:00:00:00:00:09  vendor     for 42 s\n"
        );
        let traffic = PeerTraffic {
            mac: MAC,
            inactive_ms: 10,
            rx_bytes: 1_500,
            tx_bytes: 20,
            signal: Some(-52),
            tx_rate: None,
        };
        let mut out = Vec::new();
        peers(&mut out, &[row], &[traffic], &Names::new()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "  02:00:00:00:00:09  vendor     for 42 s  1.5 kB in, 20 B out, -52 dBm\n"
        );
    }
}
