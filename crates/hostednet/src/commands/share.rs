//! `hostednet share`.

use std::io::Write;

use wlan_client::Client;

use crate::args::format::Format;
use crate::args::share::ShareCommand;
use crate::failure::Failure;
use crate::json;
use crate::json::share::SharingView;
use crate::text::share::{leases, line};

/// Carries out one of the commands.
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
            json::print(out, &SharingView::from(client.sharing()?))?;
        }
        ShareCommand::Status(Format { json: false }) => {
            let status = client.sharing()?;
            writeln!(out, "{}", line(&status))?;
            leases(out, &status)?;
        }
    }
    Ok(())
}
