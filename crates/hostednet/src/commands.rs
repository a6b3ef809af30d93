//! The commands that ask the service one thing.

use std::io::{self, Write};
use std::path::Path;

use clock::{Duration, monotonic, wall};
use dot11::KeyBytes;
use wlan_client::{Client, ClientError, EventKind, PeerTraffic, SimCall};
use wlan_model::{HostedNetworkState, RadioState, Reason, Refusal, Win32Error};
use zeroize::Zeroizing;

use crate::air::AirChange;
use crate::args::Command;
use crate::args::key::KeyCommand;
use crate::args::set::{Mode, SetArguments};
use crate::args::sim::{SimCommand, Switch};
use crate::failure::Failure;
use crate::ihv;
use crate::json::{self, EventView, KeysView, Names, StationView, StatusView};
use crate::qr;
use crate::secret;
use crate::share;
use crate::text;

/// Longest wait for the radio to come on the air.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Carries out a command that talks to the service at `socket`.
pub(crate) fn run(socket: &Path, command: Command) -> Result<(), Failure> {
    let mut client = Client::connect(socket, "hostednet")?;
    let mut out = io::stdout().lock();
    match command {
        Command::Up(_)
        | Command::Watch { .. }
        | Command::Serve(_)
        | Command::Replay { .. }
        | Command::Generate(_)
        | Command::Web(_)
        | Command::Doctor(_)
        | Command::Wine(_)
        | Command::Netsh { .. } => {
            unreachable!("these do not ask a service, or in their own way")
        }
        Command::Start => {
            start(&mut client)?;
            writeln!(out, "{}", text::on_air(&client.query_status()?))?;
        }
        Command::Stop => {
            client.force_stop()?;
            writeln!(out, "{}", client.query_status()?.state)?;
        }
        Command::Status(format) => {
            let status = client.query_status()?;
            if format.json {
                let air = client.query_air_settings()?;
                json::print(&mut out, &StatusView::new(status, air, wall()))?;
            } else {
                let names = station_names(&mut client, status.radio.as_deref())?;
                let air = client.query_air_settings()?;
                text::status(&mut out, (&status, &air), &names)?;
                writeln!(
                    out,
                    "Sharing        {}",
                    share::command::line(&client.sharing()?)
                )?;
            }
        }
        Command::Peers(format) => {
            let leases = share::command::addresses(&mut client)?;
            let status = client.query_status()?;
            let names = station_names(&mut client, status.radio.as_deref())?;
            let traffic = traffic(&mut client)?;
            if format.json {
                let mut rows = json::peers(&status, &traffic, &names, wall());
                share::command::add(&mut rows, &leases);
                json::print(&mut out, &rows)?;
            } else if status.peers.is_empty() {
                writeln!(out, "nobody is connected")?;
            } else {
                let names = share::command::labels(names, &leases);
                text::peers(&mut out, &status.peers, &traffic, &names)?;
            }
        }
        Command::Events(format) => events(&mut client, &mut out, format.json)?,
        Command::Set(settings) => {
            say_if_stopped(&mut client, &mut out, |client, _| set(client, settings))?;
        }
        Command::Key(command) => {
            say_if_stopped(&mut client, &mut out, |client, out| {
                key(client, out, command)
            })?;
        }
        Command::PrepareSleep => client.prepare_for_sleep()?,
        Command::Qr(arguments) => qr::run(&mut client, &mut out, &arguments)?,
        Command::Share(command) => share::command::run(&mut client, &mut out, command)?,
        Command::Ihv(command) => ihv::run(&mut client, &mut out, command)?,
        Command::Sim(command) => sim(&mut client, &mut out, command)?,
    }
    Ok(out.flush()?)
}

/// Starts the network and waits until it is on the air.
pub(crate) fn start(client: &mut Client) -> Result<(), Failure> {
    client.subscribe()?;
    client.init_settings()?;
    client.force_start()?;
    let deadline = monotonic() + START_LIMIT;
    // The answer comes when the network is on the air, unless it was being started already.
    while client.query_status()?.state != HostedNetworkState::Active {
        let left = deadline.since(monotonic());
        match client.next_event(Some(left))? {
            Some(event) => {
                if let EventKind::StartFailed { cause } = event.kind {
                    return Err(Failure::Refused(Refusal {
                        code: Win32Error::INVALID_STATE,
                        reason: Reason::ApStartFailed,
                        cause,
                    }));
                }
            }
            None => {
                return Err(Failure::Refused(Refusal::new(
                    Win32Error::INVALID_STATE,
                    Reason::ApStartFailed,
                    format!(
                        "The network was not on the air after {} s.",
                        START_LIMIT.as_secs()
                    ),
                    "See `hostednet status` and the service's log.",
                )));
            }
        }
    }
    Ok(())
}

/// Some changes move a running network to idle: people should not have to find out.
fn say_if_stopped<W: Write>(
    client: &mut Client,
    out: &mut W,
    change: impl FnOnce(&mut Client, &mut W) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let was_active = client.query_status()?.state == HostedNetworkState::Active;
    change(client, out)?;
    if was_active && client.query_status()?.state == HostedNetworkState::Idle {
        writeln!(
            out,
            "the network stopped for this: `hostednet start` starts it again"
        )?;
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

/// Names of the simulated stations; none on a real radio.
fn station_names(client: &mut Client, radio: Option<&str>) -> Result<Names, ClientError> {
    if radio != Some("sim") {
        return Ok(Names::new());
    }
    match client.sim_list() {
        Ok(stations) => Ok(json::names(stations)),
        // A real radio may have that name.
        Err(ClientError::Refused(_)) => Ok(Names::new()),
        Err(error) => Err(error),
    }
}

fn events(client: &mut Client, out: &mut impl Write, as_json: bool) -> Result<(), Failure> {
    client.subscribe()?;
    let radio = client.query_status()?.radio;
    loop {
        let Some(event) = client.next_event(None)? else {
            continue;
        };
        if as_json {
            json::print(out, &EventView::from(event))?;
        } else {
            let names = station_names(client, radio.as_deref())?;
            writeln!(
                out,
                "{}  {}",
                event.at.to_rfc3339(),
                text::event(&event.kind, &names)
            )?;
            out.flush()?;
        }
    }
}

fn set(client: &mut Client, settings: SetArguments) -> Result<(), Failure> {
    let air = AirChange::from(&settings);
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
    air.carry_out(client)?;
    match settings.mode {
        Some(Mode::Allow) => client.set_enabled(true)?,
        Some(Mode::Disallow) => client.set_enabled(false)?,
        None => {}
    }
    Ok(())
}

fn key(client: &mut Client, out: &mut impl Write, command: KeyCommand) -> Result<(), Failure> {
    match command {
        KeyCommand::Set {
            once,
            raw,
            misplaced: _,
        } => {
            let prompt = if raw {
                "New key (64 hexadecimal digits): "
            } else {
                "New key: "
            };
            let mut key = secret::read_key(prompt, true)?;
            if raw {
                let key = secret::from_hex(&key)?;
                client.set_secondary_key(KeyBytes::copy_from(&key), false, !once)?;
            } else {
                key.push(0);
                client.set_secondary_key(KeyBytes::copy_from(&key), true, !once)?;
            }
        }
        KeyCommand::Show(format) => {
            let primary = match client.query_primary_key() {
                Ok(key) => Some(key),
                Err(ClientError::Refused(refusal))
                    if refusal.code == Win32Error::BAD_CONFIGURATION =>
                {
                    None
                }
                Err(error) => return Err(error.into()),
            };
            let secondary = client.query_secondary_key()?;
            if format.json {
                json::print(out, &KeysView::new(primary.as_ref(), secondary.as_ref()))?;
            } else {
                // Gathered first: a buffered writer of the standard library is not erased.
                let mut page = Zeroizing::new(Vec::with_capacity(512));
                text::keys(&mut *page, primary.as_ref(), secondary.as_ref())?;
                out.write_all(&page)?;
            }
        }
        KeyCommand::Remove => client.remove_secondary_key()?,
        KeyCommand::Refresh => {
            // A network that has no primary key yet gets one, and then another.
            client.init_settings()?;
            client.refresh_security_settings()?;
        }
    }
    Ok(())
}

fn sim(client: &mut Client, out: &mut impl Write, command: SimCommand) -> Result<(), Failure> {
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
                text::stations(out, &stations)?;
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
