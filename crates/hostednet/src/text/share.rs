//! `share status`, and what else is said of addresses and the internet.

use std::io::{self, Write};

use wlan_client::{SharingEvent, SharingMode, SharingState, SharingStatus};

use crate::names::Names;

/// How sharing stands, in one line: what was asked for, what is so.
pub(crate) fn line(status: &SharingStatus) -> String {
    let mode = match &status.mode {
        SharingMode::Standalone => "off".to_owned(),
        SharingMode::Full { upstream: None } => "on".to_owned(),
        SharingMode::Full {
            upstream: Some(name),
        } => format!("on, through {name}"),
    };
    format!("{mode}: {}", state(&status.state))
}

/// A line for each address.
pub(crate) fn leases(out: &mut impl Write, status: &SharingStatus) -> io::Result<()> {
    for lease in &status.leases {
        let name = lease.host_name.as_deref().unwrap_or_default();
        let line = format!("  {}  {:<15}  {name}", lease.mac, lease.address);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A state as half a sentence.
pub(crate) fn state(state: &SharingState) -> String {
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
        state => Some(self::state(state)),
    }
}

/// An event as a sentence.
pub(crate) fn event(event: &SharingEvent, names: &Names) -> String {
    match event {
        SharingEvent::State(state) => self::state(state),
        SharingEvent::Leased(lease) => {
            let who = match (names.get(&lease.mac), &lease.host_name) {
                (Some(name), _) | (None, Some(name)) => format!("{name} ({})", lease.mac),
                (None, None) => lease.mac.to_string(),
            };
            format!("{who} has the address {}", lease.address)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use clock::WallTime;
    use dot11::MacAddr;
    use wlan_client::Lease;

    use super::*;

    /// What a service that shares the internet answers.
    pub(crate) fn running() -> SharingStatus {
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
