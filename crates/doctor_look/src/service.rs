//! What the service says of itself.

use std::path::Path;

use doctor::facts::{Network, Service};
use radio_nl80211::look::Files;
use rustix::io::Errno;
use wlan_client::{Client, ClientError, SharingMode, SharingState};
use wlan_model::HostedNetworkState;

/// The service at `socket`, and its process where that can be told.
pub(crate) fn look(files: &Files, socket: &Path) -> (Service, Option<u32>) {
    let mut client = match Client::connect(socket, "doctor") {
        Ok(client) => client,
        Err(error) => return (absent(&error), None),
    };
    let pid = processes_of(files, socket);
    match ask(&mut client) {
        Ok(network) => (Service::Answers(Box::new(network)), pid),
        Err(error @ ClientError::Version { .. }) => (Service::OtherVersion(error.cause()), pid),
        Err(error) => (Service::Broken(error.cause()), pid),
    }
}

fn absent(error: &ClientError) -> Service {
    match error {
        ClientError::NotReachable { cause, .. }
            if matches!(*cause, Errno::ACCESS | Errno::PERM) =>
        {
            Service::Denied(error.cause())
        }
        ClientError::NotReachable { .. } => Service::Absent(error.cause()),
        ClientError::Version { .. } => Service::OtherVersion(error.cause()),
        ClientError::Untrusted { .. } => Service::Denied(error.cause()),
        _ => Service::Broken(error.cause()),
    }
}

fn ask(client: &mut Client) -> Result<Network, ClientError> {
    let status = client.query_status()?;
    let (enabled, by_policy) = client.query_enabled()?;
    let air = client.query_air_settings()?;
    let mut network = Network {
        active: status.state == HostedNetworkState::Active,
        ssid: status
            .ssid
            .map(|ssid| String::from_utf8_lossy(ssid.as_bytes()).into_owned()),
        bssid: status.bssid.map(|bssid| bssid.to_string()),
        channel: status.channel,
        wish: air.channel.map(dot11::Channel::number),
        radio: status.radio,
        max_peers: status.max_peers,
        enabled,
        by_policy,
        unavailable: status.unavailable,
        ..Network::default()
    };
    match client.sharing() {
        Ok(sharing) => {
            network.shares_internet = matches!(sharing.mode, SharingMode::Full { .. });
            match sharing.state {
                SharingState::Unsupported(cause) => network.addresses_off = Some(cause),
                SharingState::Failed(cause) => network.no_addresses = Some(cause),
                SharingState::Running { trouble, .. } => network.sharing_trouble = trouble,
                _ => {}
            }
        }
        // A service may have none to tell of.
        Err(ClientError::Refused(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(network)
}

/// Whoever listens at the socket: its number in `/proc/net/unix`, found among the open files of a
/// process, where this user may look there.
fn processes_of(files: &Files, socket: &Path) -> Option<u32> {
    let table = files.text("/proc/net/unix")?;
    let path = socket.to_str()?;
    // `Num RefCount Protocol Flags Type St Inode Path`; flags 00010000: it listens.
    let inode = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let listens = fields.get(3) == Some(&"00010000") && fields.get(7) == Some(&path);
        listens.then(|| fields.get(6)?.parse::<u64>().ok())?
    })?;
    crate::processes::holder(files, inode)
}
