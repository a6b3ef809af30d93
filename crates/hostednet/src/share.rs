//! Addresses and internet sharing, for people and for scripts.

pub(crate) mod command;

use serde::Serialize;
use wlan_client::{SharingEvent, SharingState, SharingStatus};

use crate::json::Names;

/// An event as a sentence.
pub(crate) fn event_text(event: &SharingEvent, names: &Names) -> String {
    match event {
        SharingEvent::State(state) => state_text(state),
        SharingEvent::Leased(lease) => {
            let who = match (names.get(&lease.mac), &lease.host_name) {
                (Some(name), _) | (None, Some(name)) => format!("{name} ({})", lease.mac),
                (None, None) => lease.mac.to_string(),
            };
            format!("{who} has the address {}", lease.address)
        }
    }
}

/// A state as half a sentence.
pub(crate) fn state_text(state: &SharingState) -> String {
    match state {
        SharingState::Unsupported(cause) => format!("no addresses: {cause}"),
        SharingState::Stopped => "no addresses while the network does not run".to_owned(),
        SharingState::Starting => "addresses are being set up".to_owned(),
        SharingState::Running {
            interface,
            address,
            prefix,
            upstream,
            trouble,
        } => {
            let more = trouble
                .as_ref()
                .map(|cause| format!("; {cause}"))
                .unwrap_or_default();
            let shared = upstream
                .as_ref()
                .map(|upstream| format!(", the internet of {upstream} is shared"))
                .unwrap_or_default();
            format!("addresses of {address}/{prefix} on {interface}{shared}{more}")
        }
        SharingState::Failed(cause) => format!("no addresses: {cause}"),
    }
}

/// What the view says in one line; nothing where addresses are not ours to give.
pub(crate) fn summary(status: &SharingStatus) -> Option<String> {
    match &status.state {
        SharingState::Unsupported(_) | SharingState::Stopped => None,
        state => Some(state_text(state)),
    }
}

/// An event as JSON.
#[derive(Debug, Serialize)]
#[serde(tag = "sharing", rename_all = "snake_case")]
pub(crate) enum EventView {
    State {
        text: String,
    },
    Leased {
        mac: String,
        address: String,
        host_name: Option<String>,
    },
}

impl From<SharingEvent> for EventView {
    fn from(event: SharingEvent) -> Self {
        match event {
            SharingEvent::State(state) => Self::State {
                text: state_text(&state),
            },
            SharingEvent::Leased(lease) => Self::Leased {
                mac: lease.mac.to_string(),
                address: lease.address.to_string(),
                host_name: lease.host_name,
            },
        }
    }
}
