//! Looking at radios without touching them, for diagnosis: what the service would make of each, the
//! regulatory domains, what other interfaces have heard.
//!
//! Everything here but [`Looker::listen`] works without privileges. `listen` tunes another radio to a
//! channel for a tenth of a second and sends nothing.
//!
//! What was seen can be kept ([`Looker::recording`]) and looked at on another machine
//! ([`Looker::play`]), through the same readers.

use std::os::fd::AsFd;

use clock::{Duration, Instant};
use dot11::{Channel, MacAddr};
use radio::{Cause, Switches};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::netlink;

use crate::OpenError;
use crate::claim;
use crate::consts::{
    self, ATTR_BSS, ATTR_REG_ALPHA2, ATTR_SCAN_FREQUENCIES, ATTR_WIPHY_SELF_MANAGED_REG,
    BSS_BEACON_IES, BSS_BEACON_INTERVAL, BSS_BSSID, BSS_FREQUENCY, BSS_INFORMATION_ELEMENTS,
    BSS_SEEN_MS_AGO, CMD_GET_REG, CMD_GET_SCAN, CMD_NEW_SCAN_RESULTS, CMD_SCAN_ABORTED,
    CMD_TRIGGER_SCAN,
};
use crate::errno::Refusal;
use crate::interface::{self, Interface, Plan};
use crate::kernel::Kernel;
use crate::list::{self, RadioDescription, no_wireless};
use crate::netlink::{Attrs, messages};
use crate::rfkill;
use crate::route::Route;
use crate::setup;
use crate::socket::{Requests, Socket};
use crate::sys::join_group;
use crate::tape;
use crate::wiphy::Wiphy;

pub use crate::files::Files;
pub use crate::tape::{Exchange, Protocol, Recording};

/// Where the system lists radios.
const RADIOS: &str = "/sys/class/ieee80211";
/// Most regulatory domains and heard networks that are kept.
const BOUND: usize = 512;

/// A radio, what the service would make of it, and why not.
#[derive(Clone, Debug)]
pub struct RadioLook {
    /// What the kernel says of it.
    pub description: RadioDescription,
    /// Its driver, where the system tells.
    pub driver: Option<String>,
    /// The switches that silence it.
    pub switches: Vec<SwitchLook>,
    /// What is known beside nl80211 of each interface in `description`, in its order.
    pub links: Vec<LinkLook>,
    /// How the access point would get its interface now; the interfaces of a hostednet that runs do
    /// not count.
    pub room: Room,
    /// The channel that another interface dictates.
    pub forced_channel: Option<Channel>,
    /// Whether the driver offers access point mode at all.
    pub access_point: bool,
    /// On how many channels an access point and a station may be up together; `None`: not together.
    pub beside_station: Option<u32>,
    /// The interface beside which no access point stands just now.
    pub excluded: Option<Cause>,
    /// It went away between two questions: it has no interface and the system does not list it.
    pub gone: bool,
}

/// One switch of rfkill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchLook {
    /// Its name in `/sys/class/rfkill`, `rfkill0`.
    pub name: String,
    /// Software has switched the radio off.
    pub soft: bool,
    /// A switch or key of the machine has.
    pub hard: bool,
}

/// What rtnetlink says of an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkLook {
    /// Somebody has set it up.
    pub up: bool,
    /// It carries data.
    pub running: bool,
    /// A hostednet has made it: the process, and whether that lives.
    pub maker: Option<(u32, bool)>,
    /// It went away between two questions.
    pub gone: bool,
}

/// How an access point would get its interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Room {
    /// One of its own.
    Own,
    /// This one would change its type meanwhile.
    Instead(String),
    /// None, in the service's words.
    None(Cause),
}

/// A regulatory domain in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domain {
    /// The radio it is for; `None` for all others.
    pub wiphy: Option<u32>,
    /// Two letters, `00` for the world, `99` for a driver's own.
    pub country: String,
    /// The driver decides it alone: the country cannot be set.
    pub self_managed: bool,
}

/// A network as an interface heard it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Its address.
    pub bssid: MacAddr,
    /// Where, in MHz.
    pub mhz: u32,
    /// Its beacon interval in time units.
    pub beacon_interval: u16,
    /// The elements of its beacon, or of a probe response when no beacon was heard.
    pub elements: Vec<u8>,
    /// Milliseconds since it was last heard.
    pub age_ms: u32,
}

/// Looks at radios.
#[derive(Debug)]
pub struct Looker {
    kernel: Kernel,
    files: Files,
    /// The kernel is a recorded one.
    played: bool,
}

impl Looker {
    /// Opens the sockets.
    ///
    /// # Errors
    /// When the kernel has no wireless support.
    pub fn open() -> Result<Self, OpenError> {
        Ok(Self {
            kernel: Kernel::open().map_err(|e| no_wireless(&e))?,
            files: Files::of_this_machine(),
            played: false,
        })
    }

    /// Opens the sockets and keeps from then on what comes out of them.
    ///
    /// # Errors
    /// When the kernel has no wireless support.
    pub fn open_recording() -> Result<Self, OpenError> {
        let open = || {
            let mut requests = Requests::open(Some(netlink::GENERIC))?;
            let mut route = Route::open()?;
            requests.record();
            route.requests().record();
            Kernel::over(requests, route)
        };
        Ok(Self {
            kernel: open().map_err(|e| no_wireless(&e))?,
            files: Files::of_this_machine().keeping(),
            played: false,
        })
    }

    /// What was kept so far. Of the networks that were heard only the machine's own are in it.
    #[must_use]
    pub fn recording(&mut self) -> Recording {
        let mut exchanges = Vec::new();
        if let Some(tape) = self.kernel.requests.tape() {
            exchanges.extend(tape.exchanges(Protocol::Generic));
        }
        if let Some(tape) = self.kernel.route.requests().tape() {
            exchanges.extend(tape.exchanges(Protocol::Route));
        }
        tape::without_neighbours(&mut exchanges);
        Recording {
            exchanges,
            files: self.files.kept(),
        }
    }

    /// Looks at the radios of a recording. `files` are those beside it: [`Files::recorded`] of the
    /// recording's, or others.
    ///
    /// # Errors
    /// When no nl80211 was there.
    pub fn play(recording: &Recording, files: Files) -> Result<Self, OpenError> {
        let socket = |protocol| {
            let fd = tape::play(&recording.exchanges, protocol)?;
            Ok::<_, Errno>(Requests::over(fd))
        };
        let open = || {
            let route = Route::over(socket(Protocol::Route)?);
            Kernel::over(socket(Protocol::Generic)?, route)
        };
        Ok(Self {
            kernel: open().map_err(|e: Refusal| no_wireless(&e))?,
            files,
            played: true,
        })
    }

    /// The files beside the radios.
    #[must_use]
    pub const fn files(&self) -> &Files {
        &self.files
    }

    /// All radios. `wanted` names the interface whose radio is meant, as for the service; `own` is the
    /// interface of a network that runs.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn radios(
        &mut self,
        wanted: Option<&str>,
        own: Option<&str>,
    ) -> Result<Vec<RadioLook>, OpenError> {
        let doing = "describe the radios";
        let wiphys = self.kernel.wiphys(None).map_err(|e| e.explain(doing))?;
        let interfaces = self.kernel.interfaces().map_err(|e| e.explain(doing))?;
        let looks = wiphys.into_iter().map(|wiphy| {
            let mine: Vec<(Interface, LinkLook)> = interfaces
                .iter()
                .filter(|i| i.wiphy == wiphy.index)
                .map(|i| (i.clone(), self.link(i.ifindex)))
                .collect();
            describe(&self.files, wiphy, mine, wanted, own)
        });
        Ok(looks.collect())
    }

    /// A P2P device has no link of its own.
    fn link(&mut self, ifindex: u32) -> LinkLook {
        if ifindex == 0 {
            return LinkLook::default();
        }
        let state = match self.kernel.route.link(ifindex) {
            Ok(state) => state,
            Err(refusal) => {
                return LinkLook {
                    gone: refusal.is(Errno::NODEV),
                    ..LinkLook::default()
                };
            }
        };
        let owner = state.alias.as_deref().and_then(claim::read_alias);
        let lives = |owner: claim::Owner| {
            let stat = format!("/proc/{}/stat", owner.pid());
            let stat = self.files.keep(&stat, str::to_owned);
            owner.is_alive_by(stat.as_deref())
        };
        LinkLook {
            up: state.up,
            running: state.running,
            maker: owner.map(|owner| (owner.pid(), lives(owner))),
            gone: false,
        }
    }

    /// The regulatory domains in force: that of the system, and those of radios that have their own.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn domains(&mut self) -> Result<Vec<Domain>, OpenError> {
        let answer = self.kernel.requests.dump(
            self.kernel.family.id,
            |w| {
                w.raw(&[CMD_GET_REG, 0, 0, 0]);
            },
            |all: &mut Vec<Domain>, m| {
                if let Some((_, attrs)) = m.genl()
                    && all.len() < BOUND
                {
                    all.push(read_domain(attrs));
                }
            },
        );
        answer.map_err(|e| e.explain("tell the regulatory domain"))
    }

    /// What an interface has heard lately.
    ///
    /// # Errors
    /// When the interface keeps no such list.
    pub fn heard(&mut self, ifindex: u32) -> Result<Vec<Heard>, OpenError> {
        let answer = self.kernel.requests.dump(
            self.kernel.family.id,
            |w| {
                w.raw(&[CMD_GET_SCAN, 0, 0, 0])
                    .u32(consts::ATTR_IFINDEX, ifindex);
            },
            |all: &mut Vec<Heard>, m| {
                if let Some((_, attrs)) = m.genl()
                    && all.len() < BOUND
                {
                    all.extend(read_heard(attrs));
                }
            },
        );
        answer.map_err(|e| e.explain("tell what it has heard"))
    }

    /// Has an interface listen on one channel, sending nothing; returns when it has. `now` reads the
    /// clock.
    ///
    /// # Errors
    /// Without privileges, when the interface is down or busy, or when it takes longer than `limit`.
    /// In a recording never: what was heard afterwards comes next on the tape.
    pub fn listen(
        &mut self,
        ifindex: u32,
        channel: Channel,
        now: impl Fn() -> Instant,
        limit: Duration,
    ) -> Result<(), OpenError> {
        if self.played {
            return Ok(());
        }
        let doing = "listen";
        let explain = |e: Errno| Refusal::from(e).explain(doing);
        let mut events = Socket::open(Some(netlink::GENERIC)).map_err(explain)?;
        if let Some(group) = self.kernel.family.group("scan") {
            join_group(events.as_fd(), group).map_err(explain)?;
        }
        self.kernel
            .request(CMD_TRIGGER_SCAN, |w| {
                // Without a list of names nothing is asked, only heard.
                w.u32(consts::ATTR_IFINDEX, ifindex)
                    .nest(ATTR_SCAN_FREQUENCIES, |w| {
                        w.u32(0, channel.mhz());
                    });
            })
            .map_err(|e| e.explain(doing))?;
        let deadline = now() + limit;
        loop {
            let left = deadline.since(now());
            if left == Duration::ZERO {
                return Err(explain(Errno::TIMEDOUT));
            }
            let timeout = Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            match poll(&mut [PollFd::new(&events, PollFlags::IN)], Some(&timeout)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(e) => return Err(explain(e)),
            }
            while let Some(datagram) = events.receive_now().map_err(explain)? {
                let ended = messages(datagram).find_map(|m| scan_ended(m.genl()?, ifindex));
                match ended {
                    Some(CMD_NEW_SCAN_RESULTS) => return Ok(()),
                    Some(_) => return Err(explain(Errno::BUSY)),
                    None => {}
                }
            }
        }
    }
}

/// The command of an event that ends a scan of this interface.
fn scan_ended((command, attrs): (u8, Attrs<'_>), ifindex: u32) -> Option<u8> {
    let same = attrs.find(consts::ATTR_IFINDEX).and_then(|a| a.u32()) == Some(ifindex);
    (same && matches!(command, CMD_NEW_SCAN_RESULTS | CMD_SCAN_ABORTED)).then_some(command)
}

fn read_domain(attrs: Attrs<'_>) -> Domain {
    let mut out = Domain::default();
    for attr in attrs {
        match attr.kind {
            consts::ATTR_WIPHY => out.wiphy = attr.u32(),
            ATTR_REG_ALPHA2 => out.country = attr.text().unwrap_or_default().to_owned(),
            ATTR_WIPHY_SELF_MANAGED_REG => out.self_managed = true,
            _ => {}
        }
    }
    out
}

fn read_heard(attrs: Attrs<'_>) -> Option<Heard> {
    let mut out = Heard::default();
    let mut beacon = None;
    for attr in attrs.find(ATTR_BSS)?.attrs() {
        match attr.kind {
            BSS_BSSID => out.bssid = attr.mac()?,
            BSS_FREQUENCY => out.mhz = attr.u32()?,
            BSS_BEACON_INTERVAL => out.beacon_interval = attr.u16()?,
            BSS_INFORMATION_ELEMENTS => out.elements = attr.data.to_vec(),
            BSS_BEACON_IES => beacon = Some(attr.data.to_vec()),
            BSS_SEEN_MS_AGO => out.age_ms = attr.u32()?,
            _ => {}
        }
    }
    if let Some(beacon) = beacon {
        out.elements = beacon;
    }
    Some(out)
}

fn describe(
    files: &Files,
    wiphy: Wiphy,
    mine: Vec<(Interface, LinkLook)>,
    wanted: Option<&str>,
    own: Option<&str>,
) -> RadioLook {
    // What a hostednet holds makes room for itself; what a dead one left is cleared at the next start.
    let others: Vec<&(Interface, LinkLook)> = mine
        .iter()
        .filter(|(i, link)| link.maker.is_none() && own != Some(i.name.as_str()))
        .collect();
    let other_interfaces: Vec<Interface> = others.iter().map(|(i, _)| i.clone()).collect();
    let foreign: Vec<&Interface> = other_interfaces.iter().collect();
    let held = mine.iter().find_map(|(i, link)| match link.maker {
        Some((pid, true)) if own != Some(i.name.as_str()) => Some(setup::held(&i.name, pid)),
        _ => None,
    });
    // The name that is asked for may be that of the access point itself.
    let wanted = wanted.filter(|name| other_interfaces.iter().any(|i| i.name == *name));
    let room = match held {
        Some(cause) => Room::None(cause),
        None => match interface::choose(
            std::slice::from_ref(&wiphy),
            &other_interfaces,
            wanted,
            false,
        ) {
            Ok((_, Plan::Create)) => Room::Own,
            Ok((_, Plan::Convert(target))) => Room::Instead(target.name),
            Err(error) => Room::None(error.cause),
        },
    };
    let excluded = others
        .iter()
        .find(|(i, link)| link.up && interface::excludes(i.iftype))
        .map(|(i, _)| interface::exclusion(i));
    let switches: Vec<SwitchLook> = rfkill::switches(files, &wiphy.name)
        .into_iter()
        .map(|(name, soft, hard)| SwitchLook { name, soft, hard })
        .collect();
    let state = Switches {
        software: !switches.iter().any(|s| s.soft),
        hardware: !switches.iter().any(|s| s.hard),
    };
    // Kept, so that a recording lists it, too.
    let _ = files.keep(&format!("{RADIOS}/{}/index", wiphy.name), str::to_owned);
    let listed = files.names(RADIOS);
    let gone = mine.is_empty() && listed.is_some_and(|all| !all.contains(&wiphy.name));
    RadioLook {
        gone,
        driver: list::driver_by(files, &wiphy.name),
        switches,
        room,
        forced_channel: interface::forced_channel(&wiphy, &foreign),
        access_point: wiphy.has_iftype(consts::IFTYPE_AP),
        beside_station: wiphy.channels_for(&[consts::IFTYPE_STATION, consts::IFTYPE_AP]),
        excluded,
        links: mine.iter().map(|(_, link)| *link).collect(),
        description: RadioDescription {
            interfaces: mine.into_iter().map(|(i, _)| i).collect(),
            unfit: interface::unfit(&wiphy),
            switched_off: rfkill::cause(state),
            wiphy,
        },
    }
}

/// Why there is nothing to look at: no radio, or no interface of the name that was asked for.
#[must_use]
pub fn missing(looks: &[RadioLook], wanted: Option<&str>) -> Option<Cause> {
    if looks.is_empty() {
        return Some(interface::no_radio());
    }
    let name = wanted?;
    let mut all = looks.iter().flat_map(|l| &l.description.interfaces);
    let is_there = all.any(|i| i.name == name);
    (!is_there).then(|| interface::no_interface(name))
}

/// What `NL80211_IFTYPE_*` an interface has, in a word.
#[must_use]
pub const fn iftype_name(iftype: u32) -> &'static str {
    match iftype {
        consts::IFTYPE_ADHOC => "ad hoc",
        consts::IFTYPE_STATION => "station",
        consts::IFTYPE_AP => "access point",
        4 => "access point VLAN",
        consts::IFTYPE_MONITOR => "monitor",
        7 => "mesh",
        8 => "P2P client",
        9 => "P2P group owner",
        10 => "P2P device",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
