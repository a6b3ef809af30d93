//! `hostednet sim`.

use std::io::Write;

use dot11::KeyBytes;
use wlan_client::{Client, ClientError, SimCall};
use wlan_model::RadioState;

use crate::args::sim::{SimCommand, Switch};
use crate::failure::Failure;
use crate::json::sim::StationView;
use crate::{json, secret, text};

/// Carries out one of the commands.
pub(crate) fn run(
    client: &mut Client,
    out: &mut impl Write,
    command: SimCommand,
) -> Result<(), Failure> {
    match command {
        SimCommand::Join { name, misplaced: _ } => {
            let key = secret::read_key(&format!("Key for {name}: "), false)?;
            client.sim_join(&name, KeyBytes::copy_from(&key))?;
        }
        SimCommand::Leave { name } => client.sim_leave(&name)?,
        SimCommand::List(format) => {
            let stations = client.sim_list()?;
            if format.json {
                let views: Vec<StationView> = stations.into_iter().map(Into::into).collect();
                json::print(out, &views)?;
            } else {
                text::sim::rows(out, &stations)?;
            }
        }
        SimCommand::Traffic { name, frames } => {
            let (sent, received) = client.sim_traffic(&name, frames)?;
            writeln!(out, "{received} of {sent} frames came back")?;
        }
        SimCommand::Radio { to, hardware } => switch(client, to == Switch::On, hardware)?,
        SimCommand::Adhoc { to } => client.sim(SimCall::AdHoc(to == Switch::On))?,
        SimCommand::SlowStop { milliseconds } => client.sim(SimCall::SlowStop(milliseconds))?,
        SimCommand::DriverStop => client.sim(SimCall::DriverStop)?,
        SimCommand::Plug { to } => client.sim(SimCall::Plug(to == Switch::On))?,
        SimCommand::Replace => client.sim(SimCall::Replace)?,
    }
    Ok(())
}

/// Moves one of the radio's two switches and leaves the other where it is.
fn switch(client: &mut Client, on: bool, is_hardware: bool) -> Result<(), ClientError> {
    let interface = client.enum_interfaces()?.into_iter().next();
    let (software, hardware) = match interface {
        Some(interface) => {
            let now = client.query_interface(interface.id)?;
            (
                now.software != RadioState::Off,
                now.hardware != RadioState::Off,
            )
        }
        // The simulated radio always has one: the service refuses on any other.
        None => (true, true),
    };
    client.sim(if is_hardware {
        SimCall::Switch {
            software,
            hardware: on,
        }
    } else {
        SimCall::Switch {
            software: on,
            hardware,
        }
    })
}
