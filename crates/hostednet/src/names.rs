//! What peers are called, and where they are.

use std::collections::BTreeMap;

use dot11::MacAddr;
use wlan_client::{Client, ClientError, Lease, SimStation};

/// Names of simulated stations by their address.
pub(crate) type Names = BTreeMap<MacAddr, String>;

/// The address and the name of each peer that has one.
pub(crate) type Leases = BTreeMap<MacAddr, Lease>;

/// The names of these stations.
pub(crate) fn of_stations(stations: Vec<SimStation>) -> Names {
    stations
        .into_iter()
        .map(|station| (station.mac, station.name))
        .collect()
}

/// Names of the simulated stations; none on a real radio.
pub(crate) fn ask(client: &mut Client, radio: Option<&str>) -> Result<Names, ClientError> {
    if radio != Some("sim") {
        return Ok(Names::new());
    }
    match client.sim_list() {
        Ok(stations) => Ok(of_stations(stations)),
        // A real radio may have that name.
        Err(ClientError::Refused(_)) => Ok(Names::new()),
        Err(error) => Err(error),
    }
}

/// Who has which address, IPv4 before others; nobody where the service gives none.
pub(crate) fn ask_leases(client: &mut Client) -> Result<Leases, ClientError> {
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
