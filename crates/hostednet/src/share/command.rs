//! `hostednet share`: the internet for the peers.

use std::collections::BTreeMap;
use std::io::{self, Write};

use dot11::MacAddr;
use serde::Serialize;
use wlan_client::{Client, ClientError, Lease, SharingMode, SharingState, SharingStatus};

use crate::args::format::Format;
use crate::args::share::ShareCommand;
use crate::failure::Failure;
use crate::json::{self, CauseView, Names, PeerView};
use crate::share::state_text;

pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    command: ShareCommand,
) -> Result<(), Failure> {
    match command {
        ShareCommand::On { to } => {
            client.share((to != "auto").then_some(to))?;
            writeln!(out, "{}", line(&client.sharing()?))?;
        }
        ShareCommand::Off => {
            client.unshare()?;
            writeln!(out, "{}", line(&client.sharing()?))?;
        }
        ShareCommand::Status(Format { json: true }) => {
            json::print(out, &View::from(client.sharing()?))?;
        }
        ShareCommand::Status(Format { json: false }) => {
            let status = client.sharing()?;
            writeln!(out, "{}", line(&status))?;
            leases(out, &status)?;
        }
    }
    Ok(())
}

/// How sharing stands, in one line: what was asked for, what is so.
pub(crate) fn line(status: &SharingStatus) -> String {
    let mode = match &status.mode {
        SharingMode::Standalone => "off".to_owned(),
        SharingMode::Full { upstream: None } => "on".to_owned(),
        SharingMode::Full {
            upstream: Some(name),
        } => format!("on, through {name}"),
    };
    format!("{mode}: {}", state_text(&status.state))
}

fn leases(out: &mut impl Write, status: &SharingStatus) -> io::Result<()> {
    for lease in &status.leases {
        let name = lease.host_name.as_deref().unwrap_or_default();
        let line = format!("  {}  {:<15}  {name}", lease.mac, lease.address);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The address and the name of each peer that has one.
pub(crate) type Leases = BTreeMap<MacAddr, Lease>;

/// Who has which address, IPv4 before others; nobody where the service gives none.
pub(crate) fn addresses(client: &mut Client) -> Result<Leases, ClientError> {
    let mut rows = Leases::new();
    match client.sharing() {
        Ok(status) => {
            for lease in status.leases {
                rows.entry(lease.mac).or_insert(lease);
            }
            Ok(rows)
        }
        Err(ClientError::Refused(_)) => Ok(rows),
        Err(error) => Err(error),
    }
}

/// What people call each peer, behind its address where it has one.
pub(crate) fn labels(mut names: Names, leases: &Leases) -> Names {
    for (mac, lease) in leases {
        let name = names.get(mac).or(lease.host_name.as_ref());
        let label = match name {
            Some(name) => format!("{}  {name}", lease.address),
            None => lease.address.to_string(),
        };
        names.insert(*mac, label);
    }
    names
}

/// Adds what is known of addresses to the rows of `peers --json`.
pub(crate) fn add(rows: &mut [PeerView], leases: &Leases) {
    for row in rows {
        let lease = leases
            .values()
            .find(|lease| lease.mac.to_string() == row.mac);
        row.lease = lease.map(Into::into);
    }
}

/// A peer's part in `peers --json`.
#[derive(Serialize)]
pub(crate) struct PeerLease {
    address: String,
    host_name: Option<String>,
}

impl From<&Lease> for PeerLease {
    fn from(lease: &Lease) -> Self {
        Self {
            address: lease.address.to_string(),
            host_name: lease.host_name.clone(),
        }
    }
}

/// `share status --json`.
#[derive(Serialize)]
struct View {
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

impl From<SharingStatus> for View {
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
    use core::net::{IpAddr, Ipv4Addr};

    use clock::WallTime;

    use super::*;

    fn running() -> SharingStatus {
        SharingStatus {
            mode: SharingMode::Full { upstream: None },
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
    fn scripts_find_what_they_ask_for() {
        let json = serde_json::to_value(View::from(running())).unwrap();
        assert_eq!(json["mode"], "full");
        assert_eq!(json["state"], "running");
        assert_eq!(json["upstream"], "eth0");
        assert!(json["trouble"].is_null());
        assert_eq!(json["leases"][0]["host_name"], "phone");
        assert_eq!(json["leases"][0]["expires"], "1970-01-01T00:00:01.000Z");
    }

    #[test]
    fn people_read_it_in_one_line_and_one_for_each_peer() {
        let mut out = Vec::new();
        leases(&mut out, &running()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "  02:00:00:00:01:00  192.168.137.77   phone\n"
        );
        assert_eq!(
            line(&running()),
            "on: addresses of 192.168.137.1/24 on hosted0, the internet of eth0 is shared"
        );
    }
}
