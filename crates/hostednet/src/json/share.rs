//! `share status --json`.

use serde::Serialize;
use wlan_client::{SharingMode, SharingState, SharingStatus};

use super::cause::CauseView;

/// `share status --json`.
#[derive(Serialize)]
pub(crate) struct SharingView {
    mode: &'static str,
    /// As asked for.
    to: Option<String>,
    state: &'static str,
    interface: Option<String>,
    address: Option<String>,
    prefix: Option<u8>,
    /// What is in use.
    upstream: Option<String>,
    trouble: Option<CauseView>,
    leases: Vec<LeaseView>,
}

#[derive(Serialize)]
struct LeaseView {
    mac: String,
    address: String,
    host_name: Option<String>,
    expires: Option<String>,
}

impl From<SharingStatus> for SharingView {
    fn from(status: SharingStatus) -> Self {
        let (mode, to) = match status.mode {
            SharingMode::Standalone => ("standalone", None),
            SharingMode::Full { upstream } => ("full", upstream),
        };
        let mut view = Self {
            mode,
            to,
            state: "stopped",
            interface: None,
            address: None,
            prefix: None,
            upstream: None,
            trouble: None,
            leases: status
                .leases
                .into_iter()
                .map(|lease| LeaseView {
                    mac: lease.mac.to_string(),
                    address: lease.address.to_string(),
                    host_name: lease.host_name,
                    expires: lease.expires.map(clock::WallTime::to_rfc3339),
                })
                .collect(),
        };
        match status.state {
            SharingState::Stopped => {}
            SharingState::Starting => view.state = "starting",
            SharingState::Unsupported(cause) => {
                view.state = "unsupported";
                view.trouble = Some(cause.into());
            }
            SharingState::Failed(cause) => {
                view.state = "failed";
                view.trouble = Some(cause.into());
            }
            SharingState::Running {
                interface,
                address,
                prefix,
                upstream,
                trouble,
            } => {
                view.state = "running";
                view.interface = Some(interface);
                view.address = Some(address.to_string());
                view.prefix = Some(prefix);
                view.upstream = upstream;
                view.trouble = trouble.map(Into::into);
            }
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::share::tests::running;

    #[test]
    fn scripts_find_what_they_ask_for() {
        let json = serde_json::to_value(SharingView::from(running())).unwrap();
        assert_eq!(json["mode"], "full");
        assert_eq!(json["state"], "running");
        assert_eq!(json["upstream"], "eth0");
        assert!(json["trouble"].is_null());
        assert_eq!(json["leases"][0]["host_name"], "phone");
        assert_eq!(json["leases"][0]["expires"], "1970-01-01T00:00:01.000Z");
    }
}
