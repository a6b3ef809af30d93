//! From a path and a socket to a running extension.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;

use clock::{Duration, monotonic};
use ihv::seam::{HostMessage, Level};

use crate::host;
use crate::lifecycle::{Lane, Lifecycle};
use crate::loader;
use crate::shared::{SHARED, Shared, end};
use crate::socket::{Silence, Socket};

/// What the service wants.
#[derive(Clone, Debug)]
pub struct Options {
    /// The shared object.
    pub extension: PathBuf,
    /// After which a handler is late.
    pub handler_limit: Duration,
}

/// A confined process.
#[derive(Debug)]
pub struct Confined {
    /// The extension, where its path may not be open to the user any more.
    pub file: Option<File>,
    /// What this system or the service's rights lack.
    pub missing: Vec<String>,
}

/// Runs the extension. Does not return: the process ends with 0 after a shutdown or when the service
/// has gone, 1 if the extension cannot be loaded, 2 if the service speaks another language.
pub fn run(options: &Options, socket: OwnedFd, confined: Confined) -> ! {
    let life = Lifecycle::new(options.handler_limit);
    let shared = SHARED.get_or_init(|| Shared::new(life, Socket(socket)));
    shared.with(|life| life.load_began(monotonic()));
    // Before anything foreign runs: it may hang, and the service may go away meanwhile.
    start("ihv-socket", || read(shared));
    start("ihv-watchdog", || shared.watch());
    for missing in &confined.missing {
        shared.log(Level::Info, missing);
    }
    match loader::load(&options.extension, confined.file) {
        Ok((handlers, loaded)) => {
            let _ = shared.handlers.set(handlers);
            shared.with(Lifecycle::load_ended);
            shared.send(&HostMessage::Loaded(loaded));
        }
        Err(why) => {
            shared.send(&HostMessage::LoadFailed(why));
            end(1);
        }
    }
    if catch_unwind(AssertUnwindSafe(|| shared.run_lane(Lane::System))).is_err() {
        shared.fatal("the host itself has failed");
    }
    shared.send(&HostMessage::Ended);
    end(0)
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) {
    let started = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _ = catch_unwind(AssertUnwindSafe(body));
        // Neither ever returns.
        host::abort();
    });
    if started.is_err() {
        host::abort();
    }
}

/// Takes what the service says; never waits for anything else.
fn read(shared: &'static Shared) {
    let mut buffer = Vec::new();
    loop {
        match shared.socket.receive(&mut buffer) {
            Ok(message) => shared.with(|life| life.handle_service(message)),
            Err(Silence::Closed) => end(0),
            Err(Silence::Broken(error)) => {
                eprintln!("hostednet-ihvhost: the socket to the service: {error}");
                end(2);
            }
            Err(Silence::Garbage(why)) => {
                shared.log(Level::Error, format!("the service sent a {why}"));
                end(2);
            }
        }
    }
}
