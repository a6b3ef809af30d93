//! `events --json`.

use serde::Serialize;
use wlan_client::{Event, EventKind, ExtensionAdapter, ExtensionEvent, KeyIdentity, SharingEvent};
use wlan_model::{HostedNetworkState, KeyForm, RadioState};

use super::cause::CauseView;
use crate::text;

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
    Sharing(SharingView),
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

#[derive(Serialize)]
#[serde(tag = "sharing", rename_all = "snake_case")]
enum SharingView {
    State {
        text: String,
    },
    Leased {
        mac: String,
        address: String,
        host_name: Option<String>,
    },
}

impl From<SharingEvent> for SharingView {
    fn from(event: SharingEvent) -> Self {
        match event {
            SharingEvent::State(state) => Self::State {
                text: text::share::state(&state),
            },
            SharingEvent::Leased(lease) => Self::Leased {
                mac: lease.mac.to_string(),
                address: lease.address.to_string(),
                host_name: lease.host_name,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use clock::WallTime;
    use dot11::MacAddr;

    use super::*;

    #[test]
    fn a_refused_peer_is_named_with_the_words_people_see() {
        let event = Event {
            at: WallTime::from_unix_millis(0),
            kind: EventKind::PeerRefused {
                mac: MacAddr([2, 0, 0, 0, 0, 9]),
                failure: wlan_client::JoinFailure::RetiredKey,
            },
        };
        assert_eq!(
            serde_json::to_string(&EventView::from(event)).unwrap(),
            concat!(
                r#"{"at":"1970-01-01T00:00:00.000Z","event":"peer_refused","#,
                r#""mac":"02:00:00:00:00:09","failure":"retired key"}"#
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
}
