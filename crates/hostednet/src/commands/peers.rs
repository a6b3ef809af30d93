//! `hostednet peers`.

use std::io::Write;

use clock::wall;
use wlan_client::{Client, ClientError, PeerTraffic};

use crate::args::format::Format;
use crate::failure::Failure;
use crate::{json, names, text};

/// Shows who is connected.
pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    format: &Format,
) -> Result<(), Failure> {
    let leases = names::ask_leases(client)?;
    let status = client.query_status()?;
    let names = names::ask(client, status.radio.as_deref())?;
    let traffic = traffic(client)?;
    if format.json {
        let rows = json::peers::peers(&status, &traffic, &names, &leases, wall());
        json::print(out, &rows)?;
    } else if status.peers.is_empty() {
        writeln!(out, "nobody is connected")?;
    } else {
        let names = names::labels(names, &leases);
        text::peers::rows(out, &status.peers, &traffic, &names)?;
    }
    Ok(())
}

/// What the radio counts of each peer; nothing where it does not tell.
fn traffic(client: &mut Client) -> Result<Vec<PeerTraffic>, ClientError> {
    match client.query_traffic() {
        Err(ClientError::Refused(_)) => Ok(Vec::new()),
        other => other,
    }
}
