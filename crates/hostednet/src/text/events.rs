//! `events`.

use wlan_client::{EventKind, KeyIdentity};
use wlan_model::{RadioState, Reason};

use super::{ihv, key, share};
use crate::names::Names;

/// One event as a sentence.
pub(crate) fn sentence(kind: &EventKind, names: &Names) -> String {
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
            key => format!("{} joined with the {} key", who(mac), key::name(*key)),
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
        } => ihv::event(name, *adapter, what),
        EventKind::Sharing(what) => share::event(what, names),
        EventKind::Warning(cause) => format!("warning: {cause}"),
    }
}

fn reason_words(reason: Reason) -> String {
    reason.name().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use dot11::MacAddr;
    use wlan_client::JoinFailure;

    use super::*;

    const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);

    #[test]
    fn a_vendors_peer_has_no_key_of_ours() {
        let arrived = |key| sentence(&EventKind::PeerArrived { mac: MAC, key }, &Names::new());
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
            sentence(&refused, &Names::new()),
            "02:00:00:00:00:09 was refused: extension refused"
        );
    }
}
