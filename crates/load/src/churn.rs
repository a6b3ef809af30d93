//! What happens meanwhile: stations come and go, the network stops and starts.

use std::sync::atomic::{AtomicBool, Ordering};

use dot11::KeyBytes;
use wlan_client::{Client, ClientError};
use wlan_model::Win32Error;

use crate::service::Service;

/// Stations that come and go.
const STATIONS: [&str; 4] = ["phone", "tablet", "laptop", "printer"];

/// What has happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Happened {
    pub(crate) joins: u32,
    pub(crate) restarts: u32,
}

/// Goes on until `enough`, then leaves the network idle.
pub(crate) fn churn(service: &Service, enough: &AtomicBool) -> Result<Happened, String> {
    let mut client = service.connect()?;
    let text = |error: ClientError| error.to_string();
    let mut happened = Happened::default();
    let key = client.query_primary_key().map_err(text)?;
    while !enough.load(Ordering::Relaxed) {
        // Changes of the secondary key go on meanwhile: the primary key always works.
        for name in STATIONS {
            tolerate(client.sim_join(name, KeyBytes::copy_from(key.expose())))?;
            happened.joins += 1;
        }
        for name in STATIONS {
            tolerate(client.sim_leave(name))?;
        }
        if happened.joins.is_multiple_of(16) {
            stop(&mut client)?;
            client.force_start().map_err(text)?;
            happened.restarts += 1;
        }
    }
    stop(&mut client)?;
    Ok(happened)
}

fn stop(client: &mut Client) -> Result<(), String> {
    client.force_stop().map_err(|error| error.to_string())
}

/// A station may find the network stopped by nobody else than us: any refusal but that of a network
/// that is not there is wrong.
fn tolerate(result: Result<(), ClientError>) -> Result<(), String> {
    match result {
        Ok(()) => Ok(()),
        Err(ClientError::Refused(refusal)) if refusal.code == Win32Error::NOT_READY => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
