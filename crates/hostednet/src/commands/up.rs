//! `hostednet up`: service, network and a view of it in one process.
//!
//! ```text
//!  service thread (wlansvc) <--- socket --- view (this thread): live, or plain lines
//!                           <--- socket --- demonstration thread: stations of the simulated radio
//! ```
//!
//! The view and the demonstration are clients like any other: what they show, any program can ask.

use std::io::{self, Write};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use cause::Cause;
use wlan_client::{Client, ClientError};
use wlansvc::Stopper;

use super::air::AirChange;
use super::{serve, start};
use crate::args::up::UpArguments;
use crate::failure::Failure;
use crate::view::{self, End, Model, demo};

/// Stations that join the simulated radio when nobody says how many.
const STATIONS: u16 = 4;

/// The service in its thread; it is stopped and waited for when this is dropped.
struct Running {
    stopper: Stopper,
    thread: Option<JoinHandle<Result<(), Cause>>>,
}

impl Running {
    /// Stops the service and says how it went.
    fn finish(&mut self) -> Result<(), Failure> {
        self.stopper.stop();
        match self.thread.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(cause))) => Err(cause.into()),
            Some(Err(_)) => Err(Failure::Failed(Cause::new(
                "The service has died.",
                "Run it again with -vv, and report what it says.",
            ))),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error has been reported by finish(), or another one is on its way.
        let _ = self.finish();
    }
}

/// Runs the network until a signal, `q`, or the time asked for.
pub(crate) fn run(socket: Option<PathBuf>, arguments: &UpArguments) -> Result<(), Failure> {
    let socket = socket.unwrap_or_else(wlan_client::service_socket);
    let end = End::new(arguments.seconds)?;
    let service = serve::open(Some(socket.clone()), &arguments.service)?;
    let note = service.radio_note().map(str::to_owned);
    let simulated = service.is_simulated();
    let stations = match (arguments.stations, simulated) {
        (Some(n), true) => n,
        (None, true) => STATIONS,
        (None | Some(0), false) => 0,
        (Some(_), false) => {
            return Err(Failure::Failed(Cause::new(
                "A real radio has no simulated stations.",
                "Leave out --stations, or add `--radio sim`.",
            )));
        }
    };
    let mut running = Running {
        stopper: service.stopper(),
        thread: Some(
            thread::Builder::new()
                .name("service".into())
                .spawn(|| service.run())?,
        ),
    };
    let result = watch(&socket, arguments, (stations, note), &end);
    // What ended the service is the reason why the view lost it.
    running.finish()?;
    result
}

fn watch(
    socket: &std::path::Path,
    arguments: &UpArguments,
    (stations, note): (u16, Option<String>),
    end: &End,
) -> Result<(), Failure> {
    let mut client = Client::connect(socket, "hostednet up")?;
    client.init_settings()?;
    if let Some(ssid) = &arguments.ssid {
        let mut settings = client.query_connection_settings()?;
        if settings.ssid != *ssid {
            settings.ssid = ssid.clone();
            client.set_connection_settings(settings)?;
        }
    }
    let band = AirChange {
        band: arguments.band,
        ..AirChange::default()
    };
    band.carry_out(&mut client)?;
    let made_key = stations > 1 && demo::lend_secondary_key(&mut client)?;
    start::start(&mut client)?;
    let demo = (stations > 0)
        .then(|| demo::Demo::start(socket, stations))
        .transpose()?;
    let mut model = Model::of_own(client, demo, note, made_key)?;
    let shown = view::show(&mut model, end);
    if let Some(demo) = &model.demo {
        demo.stop();
    }
    match shown {
        Err(Failure::Unreachable(ClientError::Broken { .. })) => {
            return Err(Failure::Failed(Cause::new(
                "The service ended.",
                "Run it again with -vv, and report what it says.",
            )));
        }
        shown => shown?,
    }
    for line in model.summary() {
        // Nobody may be there to read it, which is no reason to fail.
        let _ = writeln!(io::stdout(), "{line}");
    }
    model.verdict()
}
