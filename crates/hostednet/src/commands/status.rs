//! `hostednet status`.

use std::io::Write;

use clock::wall;
use wlan_client::Client;

use crate::args::format::Format;
use crate::failure::Failure;
use crate::json::status::StatusView;
use crate::{json, names, text};

/// Shows how the network is.
pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    format: &Format,
) -> Result<(), Failure> {
    let status = client.query_status()?;
    if format.json {
        let air = client.query_air_settings()?;
        json::print(out, &StatusView::new(status, air, wall()))?;
    } else {
        let names = names::ask(client, status.radio.as_deref())?;
        let air = client.query_air_settings()?;
        text::status::page(out, (&status, &air), &names)?;
        let sharing = text::share::line(&client.sharing()?);
        writeln!(out, "Sharing        {sharing}")?;
    }
    Ok(())
}
