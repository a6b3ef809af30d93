//! `hostednet events`.

use std::io::Write;

use wlan_client::Client;

use crate::args::format::Format;
use crate::failure::Failure;
use crate::json::events::EventView;
use crate::{json, names, text};

/// Shows what happens until somebody ends it.
pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    format: &Format,
) -> Result<(), Failure> {
    client.subscribe()?;
    let radio = client.query_status()?.radio;
    loop {
        let Some(event) = client.next_event(None)? else {
            continue;
        };
        if format.json {
            json::print(out, &EventView::from(event))?;
        } else {
            let names = names::ask(client, radio.as_deref())?;
            writeln!(
                out,
                "{}  {}",
                event.at.to_rfc3339(),
                text::events::sentence(&event.kind, &names)
            )?;
            out.flush()?;
        }
    }
}
