//! `hostednet set`.

use std::io::Write;

use wlan_client::Client;

use super::air::AirChange;
use super::stop::say_if_stopped;
use crate::args::set::{Mode, SetArguments};
use crate::failure::Failure;

/// Changes the settings that are named.
pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    settings: SetArguments,
) -> Result<(), Failure> {
    say_if_stopped(client, out, |client, _| set(client, settings))
}

fn set(client: &mut Client, settings: SetArguments) -> Result<(), Failure> {
    let air = AirChange::from(&settings);
    // First: a contradiction in the command is refused before anything is changed.
    air.carry_out(client)?;
    if settings.ssid.is_some() || settings.max_peers.is_some() {
        client.init_settings()?;
        let mut connection = client.query_connection_settings()?;
        if let Some(ssid) = settings.ssid {
            connection.ssid = ssid;
        }
        if let Some(max_peers) = settings.max_peers {
            connection.max_peers = max_peers;
        }
        client.set_connection_settings(connection)?;
    }
    match settings.mode {
        Some(Mode::Allow) => client.set_enabled(true)?,
        Some(Mode::Disallow) => client.set_enabled(false)?,
        None => {}
    }
    Ok(())
}
