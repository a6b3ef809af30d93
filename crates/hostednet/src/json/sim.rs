//! `sim list --json`.

use serde::Serialize;
use wlan_client::SimStation;

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
