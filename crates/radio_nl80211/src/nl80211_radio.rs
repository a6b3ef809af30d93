//! The radio: seam D on top, sockets below.

mod arrivals;
mod commands;
mod packets;
mod state;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;

use clock::{Duration, Instant};
use radio::RadioEvent;
use rustix::io::Errno;

use crate::OpenError;
use crate::batch::Batch;
use crate::eapol::EapolPort;
use crate::errno::command_error;
use crate::kernel::Kernel;
use crate::list::{StationInterface, no_wireless, station_interfaces};
use crate::rfkill;
use crate::route::Route;
use crate::setup::Link;
use crate::socket::Socket;
use crate::traffic::StationTraffic;
use packets::Packets;
use state::{Air, Held, State};
use survey::Surveying;

/// Datagrams taken from one source before the others get their turn.
const MAX_BURST: usize = 16;
/// Wake-ups closer together than this are a storm: then look for more at each.
const STORM: Duration = Duration::from_micros(500);

/// How a radio is to be opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// An interface of the radio to use; `None` takes the first radio that can carry an access
    /// point.
    pub ifname: Option<String>,
    /// The name for the access point's own interface.
    pub own_interface: String,
    /// A folder that lasts until the next boot (`/run/...`), for the note that lets a later start
    /// clear up after a killed one.
    pub runtime_dir: PathBuf,
    /// Take an interface that is there and change its type even where the access point could have
    /// one of its own: for drivers whose second interface does not work.
    pub convert: bool,
}

impl Options {
    /// The first radio that can, interface `hosted0`.
    #[must_use]
    pub fn new(runtime_dir: impl Into<PathBuf>) -> Self {
        Self {
            ifname: None,
            own_interface: "hosted0".to_owned(),
            runtime_dir: runtime_dir.into(),
            convert: false,
        }
    }
}

/// What to poll for reading, and to name to [`Nl80211Radio::handle_readable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Events and management frames from nl80211.
    Events,
    /// EAPOL from stations.
    Eapol,
    /// Switches that silence the radio.
    Switch,
    /// Interfaces that are set up or down.
    Links,
    /// Vendors' frames from stations whose port is open.
    Packets,
    /// Vendors' frames from the others.
    Air,
}

/// A radio of this machine.
#[derive(Debug)]
pub struct Nl80211Radio {
    options: Options,
    kernel: Kernel,
    events: Socket,
    eapol: EapolPort,
    switch: rfkill::Watch,
    links: Socket,
    packets: Packets,
    state: State,
    batch: Batch,
    out: VecDeque<RadioEvent>,
    refresh_at: Option<Instant>,
    surveying: Option<Surveying>,
    last_wake: Option<Instant>,
}

impl Nl80211Radio {
    /// Gets a radio with an interface for the access point, which is not started yet. The first
    /// event is `Ready`, or `Unavailable` while the radio is switched off.
    ///
    /// # Errors
    /// When there is no radio that can carry an access point, it is in use, or the process may not
    /// have it; nothing is changed then.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let mut kernel = Kernel::open().map_err(|e| no_wireless(&e))?;
        let opening = |e: Errno| command_error("open its sockets", e.raw_os_error(), None);
        // Events are heard before the state is read, so that no change falls in between.
        let events = kernel.open_events().map_err(opening)?;
        let links = Route::open_events().map_err(opening)?;
        let eapol = EapolPort::open().map_err(opening)?;
        let packets = Packets::open(&options.own_interface).map_err(opening)?;
        let link = Link::acquire(&mut kernel, &options)?;
        let mut radio = Self {
            options,
            kernel,
            events,
            eapol,
            switch: rfkill::Watch::open(),
            links,
            packets,
            state: State::Gone,
            batch: Batch::default(),
            out: VecDeque::new(),
            refresh_at: None,
            surveying: None,
            last_wake: None,
        };
        radio.hold(link)?;
        Ok(radio)
    }

    /// Prepares an interface that was just acquired; gives it back when that fails.
    fn hold(&mut self, link: Link) -> Result<(), OpenError> {
        let registered = if link.wiphy.own_sme {
            self.kernel.register_stations(&mut self.events)
        } else {
            self.kernel.register_frames(&mut self.events, link.ifindex)
        };
        let prepared = registered
            .and_then(|()| self.eapol.attach(link.ifindex).map_err(Into::into))
            .and_then(|()| self.kernel.interfaces());
        let interfaces = match prepared {
            Ok(interfaces) => interfaces,
            Err(e) => {
                let error = e.explain(&format!("prepare {}", link.name));
                link.release(&mut self.kernel);
                return Err(error);
            }
        };
        let capabilities = link.capabilities(&interfaces);
        let switches = rfkill::state(&link.wiphy.name);
        let mut held = Held {
            link,
            capabilities,
            switches,
            incompatible: None,
            excluding: Vec::new(),
            air: Air::Idle,
        };
        self.out.push_back(RadioEvent::Switched(switches));
        held.follow_neighbours(&interfaces, &mut self.kernel.route, &mut self.out);
        match rfkill::cause(switches) {
            Some(cause) => {
                held.air = Air::Silenced;
                self.out.push_back(RadioEvent::Unavailable { cause });
            }
            None => {
                let ready = Box::new(held.capabilities.clone());
                self.out.push_back(RadioEvent::Ready(ready));
            }
        }
        self.state = State::Held(held);
        Ok(())
    }

    /// What to poll for reading. The set never changes while the radio is open.
    pub fn sources(&self) -> impl Iterator<Item = (Source, BorrowedFd<'_>)> {
        [
            Some((Source::Events, self.events.as_fd())),
            Some((Source::Eapol, self.eapol.as_fd())),
            self.switch.fd().map(|fd| (Source::Switch, fd)),
            Some((Source::Links, self.links.as_fd())),
            Some((Source::Packets, self.packets.wired.as_fd())),
            Some((Source::Air, self.packets.air.as_fd())),
        ]
        .into_iter()
        .flatten()
    }

    /// The name of the access point's interface, while one is held.
    #[must_use]
    pub fn interface(&self) -> Option<&str> {
        match &self.state {
            State::Held(held) => Some(&held.link.name),
            State::Gone | State::Closed => None,
        }
    }

    /// Takes what has arrived. Meant for level-triggered polling: something may be left.
    pub fn handle_readable(&mut self, source: Source, now: Instant) {
        self.flush();
        let storm = self.last_wake.is_some_and(|last| now.since(last) < STORM);
        self.last_wake = Some(now);
        let most = if storm { MAX_BURST } else { 1 };
        match source {
            Source::Events => self.read_events(most, now),
            Source::Eapol => self.read_eapol(most),
            Source::Switch => {
                self.switch.drain();
                self.follow_switch();
            }
            Source::Links => self.read_links(),
            Source::Packets => self.read_wired(most),
            Source::Air => self.read_air(most),
        }
        self.settle_packets();
    }

    /// The interfaces over which this machine is a station, of all its radios, by name. The access
    /// point's own is never among them.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn station_interfaces(&mut self) -> Result<Vec<StationInterface>, OpenError> {
        self.flush();
        let own = match &self.state {
            State::Held(held) => Some(held.link.ifindex),
            State::Gone | State::Closed => None,
        };
        station_interfaces(&mut self.kernel, own)
    }

    /// What the stations whose port is open have sent and received; nothing while no access point runs.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn traffic(&mut self) -> Result<Vec<StationTraffic>, OpenError> {
        self.flush();
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            return Ok(Vec::new());
        };
        let mut rows = self
            .kernel
            .traffic(link.ifindex)
            .map_err(|e| e.explain("read the stations' figures"))?;
        rows.retain(|row| running.is_authorized(row.report.peer));
        Ok(rows)
    }

    /// Switches a radio (`phy0`) on or off by software, for everybody who uses it.
    ///
    /// # Errors
    /// When it has no such switch, or this process may not use it.
    pub fn set_software_switch(&mut self, phy: &str, on: bool) -> Result<(), OpenError> {
        rfkill::set_software(phy, on)?;
        // The kernel has obeyed: do not wait for its report.
        self.follow_switch();
        Ok(())
    }

    /// Gives everything back: access point, stations, interface, claim. What the radio does for
    /// others stays. Called on drop, too.
    pub fn close(&mut self) {
        self.flush();
        self.packets.end(&mut self.kernel);
        if let State::Held(held) = core::mem::replace(&mut self.state, State::Closed) {
            held.link.release(&mut self.kernel);
        }
    }
}

impl Drop for Nl80211Radio {
    fn drop(&mut self) {
        self.close();
    }
}
