//! What was gathered. Plain data: no key is ever among it.

use cause::Cause;
use serde::{Deserialize, Serialize};

/// Something that could be looked at, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Looked<T> {
    /// It could.
    Seen(T),
    /// It could not, and why: half a sentence, `only root may`.
    Unseen(String),
}

impl<T> Looked<T> {
    /// What was seen, if it was.
    pub const fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(it) => Some(it),
            Self::Unseen(_) => None,
        }
    }
}

impl<T> Default for Looked<T> {
    fn default() -> Self {
        Self::Unseen("nobody looked".to_owned())
    }
}

/// All that is known of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Who asks.
    pub caller: Caller,
    /// The interface that was named.
    pub wanted: Option<String>,
    /// Why there is no radio at all, or not the one that was named.
    pub no_radio: Option<Cause>,
    /// The radios.
    pub radios: Vec<Radio>,
    /// The regulatory domain of radios that have none of their own: two letters.
    pub country: Looked<String>,
    /// Programs that manage radios or give addresses, as far as they run.
    pub programs: Looked<Vec<Program>>,
    /// The service.
    pub service: Service,
    /// Who listens at the ports that giving addresses needs.
    pub ports: Looked<Vec<Port>>,
    /// What `nft list ruleset` says: the packet filter's tables, those of iptables-nft among them.
    pub ruleset: Looked<String>,
    /// Which interface has the internet.
    pub upstream: Option<String>,
    /// Where programs lie that sharing needs.
    pub tools: Tools,
    /// The network's own beacon, while it runs.
    pub beacon: Looked<Beacon>,
}

/// Who asks, and what he may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caller {
    /// The effective user.
    pub uid: u32,
    /// Whether the process may administer the network.
    pub net_admin: bool,
    /// Whether it may open raw sockets.
    pub net_raw: bool,
    /// The group whose members may what root may, where the policy names one, and whether the user is in
    /// it.
    pub group: Option<(String, bool)>,
}

/// One radio.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Radio {
    /// The kernel's name, `phy0`.
    pub phy: String,
    /// Its driver.
    pub driver: Option<String>,
    /// Whether the driver offers access point mode.
    pub access_point: bool,
    /// Why the service would never use it.
    pub unfit: Option<Cause>,
    /// Its firmware answers stations by itself (`NL80211_ATTR_DEVICE_AP_SME`).
    pub firmware: bool,
    /// Its switches.
    pub switches: Vec<Switch>,
    /// Why it is silent.
    pub silent: Option<Cause>,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// How the access point would get its interface.
    pub room: Room,
    /// Why no access point stands beside what one of its interfaces does.
    pub excluded: Option<Cause>,
    /// It went away while it was looked at.
    pub gone: bool,
    /// The channel that a connection of its own dictates.
    pub forced_channel: Option<u8>,
    /// On how many channels it can be access point and station at a time; `None`: it cannot.
    pub beside_station: Option<u32>,
    /// Its channels.
    pub channels: Vec<Channel>,
    /// Its own regulatory domain, where it has one.
    pub country: Option<String>,
    /// Its driver decides that domain alone.
    pub self_managed: bool,
    /// It encrypts data with CCMP.
    pub ccmp: bool,
    /// It protects group management frames with BIP.
    pub bip: bool,
    /// Most stations it serves.
    pub max_stations: Option<u16>,
}

/// A switch of rfkill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// `rfkill0`.
    pub name: String,
    /// Off by software.
    pub soft: bool,
    /// Off by hardware.
    pub hard: bool,
}

/// An interface of a radio.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// What it is: `station`, `access point`, `monitor`...
    pub kind: String,
    /// Somebody has set it up.
    pub up: bool,
    /// It carries data.
    pub running: bool,
    /// The network it is in.
    pub ssid: Option<String>,
    /// Where, in MHz.
    pub mhz: Option<u32>,
    /// The process of the hostednet that made it, and whether that lives.
    pub maker: Option<(u32, bool)>,
    /// It went away while it was looked at.
    pub gone: bool,
    /// Whether NetworkManager says that it manages it.
    pub network_manager: Option<bool>,
}

/// How an access point would get its interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// One of its own.
    #[default]
    Own,
    /// This one would change its type meanwhile.
    Instead(String),
    /// None, in the service's words.
    None(Cause),
}

/// A 20 MHz channel under the regulatory domain in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Channel {
    /// Its number.
    pub number: u8,
    /// Forbidden.
    pub disabled: bool,
    /// Nobody may transmit first.
    pub no_ir: bool,
    /// Radar must be looked for first.
    pub radar: bool,
}

/// A program that runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Program {
    /// Its process.
    pub pid: u32,
    /// The kernel's short name for it.
    pub name: String,
    /// Interfaces that its command line names.
    pub interfaces: Vec<String>,
    /// Whether the process belongs to a hostednet.
    pub ours: bool,
}

/// The service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// It answers.
    Answers(Box<Network>),
    /// Nobody is there.
    Absent(Cause),
    /// It is there, and this user may not reach it.
    Denied(Cause),
    /// It is of another version.
    OtherVersion(Cause),
    /// It answered, and not what was asked.
    Broken(Cause),
}

impl Default for Service {
    fn default() -> Self {
        Self::Absent(Cause::new("Nobody looked.", ""))
    }
}

/// What the service says of its network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Network {
    /// It is on the air.
    pub active: bool,
    /// Its name.
    pub ssid: Option<String>,
    /// Its address.
    pub bssid: Option<String>,
    /// Its channel.
    pub channel: Option<u8>,
    /// The channel that was asked for (`hostednet set --channel`).
    pub wish: Option<u8>,
    /// The radio the service uses: an interface, or `sim`.
    pub radio: Option<String>,
    /// Most peers at a time.
    pub max_peers: u32,
    /// Whether it may run.
    pub enabled: bool,
    /// Whether the administrator decided that.
    pub by_policy: bool,
    /// Why it cannot run now.
    pub unavailable: Option<Cause>,
    /// Why peers get no addresses, where the service says so.
    pub no_addresses: Option<Cause>,
    /// Why the service gives no addresses at all: the simulated radio, or the administrator.
    pub addresses_off: Option<Cause>,
    /// What else is not as it should be with addresses and the internet.
    pub sharing_trouble: Option<Cause>,
    /// Whether the internet is to be shared.
    pub shares_internet: bool,
}

/// Somebody who listens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Port {
    /// `udp` or `tcp`.
    pub protocol: String,
    /// The address, `0.0.0.0` or `::` for all.
    pub address: String,
    /// 53 or 67.
    pub port: u16,
    /// Whose socket it is.
    pub uid: u32,
    /// The process, where it could be found.
    pub process: Option<Program>,
}

/// Where programs lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tools {
    /// dnsmasq, which gives addresses and names.
    pub dnsmasq: Option<String>,
    /// nft, which changes the packet filter.
    pub nft: Option<String>,
}

/// The network's own beacon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Beacon {
    /// Whoever heard it.
    pub heard_by: String,
    /// Where, in MHz.
    pub mhz: u32,
    /// The address.
    pub bssid: String,
    /// Time units between two.
    pub interval: u16,
    /// All elements.
    pub elements: Vec<u8>,
}
