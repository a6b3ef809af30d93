//! `hostednet up`: service, network and a view of it in one process.
//!
//! ```text
//!  service thread (wlansvc) <--- socket --- view (this thread): live, or plain lines
//!                           <--- socket --- demonstration thread: stations of the simulated radio
//! ```
//!
//! The view and the demonstration are clients like any other: what they show, any program can ask.

mod demo;
mod model;
mod plain;
mod screen;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use cause::Cause;
use clock::{Duration, Instant, monotonic};
use wlan_client::{Client, ClientError};
use wlansvc::Stopper;

use crate::args::UpArguments;
use crate::failure::Failure;
use crate::{commands, log, serve};
use model::Model;

/// Stations that join the simulated radio when nobody says how many.
const STATIONS: u16 = 4;

/// What ends the view.
#[derive(Clone, Debug)]
pub(crate) struct End {
    asked: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl End {
    /// On a signal, and after `seconds`.
    fn new(seconds: Option<u32>) -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&asked))?;
        }
        let deadline = seconds.map(|s| monotonic() + Duration::from_secs(s.into()));
        Ok(Self { asked, deadline })
    }

    fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    fn has_come(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
            || self
                .deadline
                .is_some_and(|deadline| deadline <= monotonic())
    }

    /// How long to wait for something else: not beyond the end, and not so long that a signal
    /// would seem unheard.
    fn wait(&self) -> Duration {
        const LONGEST: Duration = Duration::from_millis(200);
        self.deadline
            .map_or(LONGEST, |deadline| deadline.since(monotonic()).min(LONGEST))
    }
}

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
pub(crate) fn up(socket: Option<PathBuf>, arguments: &UpArguments) -> Result<(), Failure> {
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
    let made_key = stations > 1 && demo::lend_secondary_key(&mut client)?;
    commands::start(&mut client)?;
    let demo = (stations > 0)
        .then(|| demo::Demo::start(socket, stations))
        .transpose()?;
    let mut model = Model::new(client, demo, note, made_key)?;
    let shown = if io::stdout().is_terminal() && io::stdin().is_terminal() {
        log::hold();
        let shown = screen::show(&mut model, end);
        log::release();
        shown
    } else {
        plain::show(&mut model, end)
    };
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
