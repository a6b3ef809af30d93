//! The thread that follows the service: one connection for events and for the state after each. It
//! wakes by itself only while a page is open (for traffic) or the service is away.

use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use cause::Cause;
use clock::Duration;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read, write};
use rustix::pipe::{PipeFlags, pipe_with};
use wlan_client::{Client, ClientError, SimStation};

use crate::hub::Hub;
use crate::view::{self, StateView, Told};
use crate::words::{Describe, Names};

/// How often traffic is asked for while a page is open, and a service that is away is tried.
const PACE: Timespec = Timespec {
    tv_sec: 2,
    tv_nsec: 0,
};

/// Longest wait for an answer: a service that stands still is shown as one that is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Has the thread look at once.
#[derive(Clone)]
pub(crate) struct Waker(Arc<OwnedFd>);

impl Waker {
    pub(crate) fn wake(&self) {
        // A full pipe wakes as well.
        let _ = write(&*self.0, &[1]);
    }
}

/// Starts the thread.
pub(crate) fn start(
    socket: PathBuf,
    hub: Arc<Hub>,
    describe: Describe,
) -> Result<Waker, std::io::Error> {
    let (wakes, waker) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    let watcher = Watcher {
        socket,
        hub,
        describe,
        wakes,
    };
    thread::Builder::new()
        .name("watcher".into())
        .spawn(move || watcher.run())?;
    Ok(Waker(Arc::new(waker)))
}

struct Watcher {
    socket: PathBuf,
    hub: Arc<Hub>,
    describe: Describe,
    wakes: OwnedFd,
}

impl Watcher {
    fn run(self) {
        let mut was_there = true;
        loop {
            let error = match Client::connect(&self.socket, "hostednet web") {
                Ok(client) => {
                    if !was_there {
                        self.note("the service answers again", "state");
                    }
                    was_there = true;
                    self.follow(client)
                }
                Err(error) => error,
            };
            let cause = error.cause();
            if was_there {
                self.note(&cause.text, "trouble");
            }
            was_there = false;
            self.tell(&StateView::away(cause));
            self.wait(None, Some(&PACE));
        }
    }

    /// Until the connection ends.
    fn follow(&self, mut client: Client) -> ClientError {
        let mut names = Names::new();
        let result: Result<core::convert::Infallible, ClientError> = (|| {
            client.set_patience(Some(PATIENCE));
            client.subscribe()?;
            loop {
                names = self.look(&mut client)?;
                // Events that came meanwhile are kept by the client.
                while !self.drain(&mut client, &names)? {
                    let pace = self.hub.is_heard().then_some(&PACE);
                    if self.wait(Some(&client), pace) {
                        break;
                    }
                }
            }
        })();
        match result {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    /// Tells all events that are there; whether there were any.
    fn drain(&self, client: &mut Client, names: &Names) -> Result<bool, ClientError> {
        let mut any = false;
        let mut names = names.clone();
        while let Some(event) = client.next_event(Some(Duration::ZERO))? {
            if !any {
                // A station that just came has a name, too.
                names.extend(simulated(client));
            }
            any = true;
            let text = (self.describe)(&event.kind, &names);
            let kind = view::kind(&event);
            self.hub.tell_event(event.at.to_rfc3339(), text, kind);
        }
        Ok(any)
    }

    /// Asks for the state and tells it.
    fn look(&self, client: &mut Client) -> Result<Names, ClientError> {
        let status = client.query_status()?;
        let names = if status.radio.as_deref() == Some("sim") {
            simulated(client).collect()
        } else {
            Names::new()
        };
        // What a service or a radio cannot tell is not shown.
        let traffic = match client.query_traffic() {
            Err(ClientError::Refused(_)) => Vec::new(),
            answer => answer?,
        };
        let sharing = match client.sharing() {
            Err(ClientError::Refused(_)) => None,
            answer => Some(answer?),
        };
        let air = match client.query_air_settings() {
            Err(ClientError::Refused(_)) => None,
            answer => Some(answer?),
        };
        self.tell(&StateView::new(Told {
            status,
            air,
            names: &names,
            traffic: &traffic,
            sharing,
            interfaces: interfaces(),
        }));
        Ok(names)
    }

    fn tell(&self, state: &StateView) {
        match serde_json::to_string(state) {
            Ok(json) => self.hub.tell_state(json),
            Err(error) => tracing::warn!("cannot write the state: {error}"),
        }
    }

    fn note(&self, text: &str, kind: &'static str) {
        self.hub
            .tell_event(clock::wall().to_rfc3339(), text.to_owned(), kind);
    }

    /// Waits for a message of the service, a wake or the time; whether it is time to look (no message).
    fn wait(&self, client: Option<&Client>, pace: Option<&Timespec>) -> bool {
        let mut fds = vec![PollFd::new(&self.wakes, PollFlags::IN)];
        if let Some(client) = client {
            fds.push(PollFd::from_borrowed_fd(client.as_fd(), PollFlags::IN));
        }
        match poll(&mut fds, pace) {
            Ok(0) => true,
            Ok(_) => {
                let woken = fds.first().is_some_and(|fd| !fd.revents().is_empty());
                if woken {
                    let mut bytes = [0; 64];
                    while read(&self.wakes, &mut bytes[..]).is_ok_and(|n| n == bytes.len()) {}
                }
                woken
            }
            Err(Errno::INTR) => false,
            Err(error) => {
                tracing::warn!("cannot wait for the service: {error}");
                thread::sleep(core::time::Duration::from_secs(2));
                true
            }
        }
    }
}

/// Names of simulated stations; none on a real radio.
fn simulated(client: &mut Client) -> impl Iterator<Item = (dot11::MacAddr, String)> + use<> {
    let stations: Vec<SimStation> = client.sim_list().unwrap_or_default();
    stations.into_iter().map(|s| (s.mac, s.name))
}

/// Most interfaces that are offered.
const MOST_INTERFACES: usize = 32;

/// Network interfaces of this machine that could have the internet, by their names.
fn interfaces() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        // A file of the bonding driver lies among them.
        .filter(|name| name != "lo" && name != "bonding_masters")
        .take(MOST_INTERFACES)
        .collect();
    names.sort_unstable();
    names
}

/// Why the thread could not be started.
pub(crate) fn no_thread(error: &std::io::Error) -> Cause {
    Cause::new(
        format!("Cannot follow the service: {error}."),
        "See whether the system is out of processes or open files.",
    )
}
