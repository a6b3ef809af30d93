//! The radios of this machine, for choosing and for diagnosis.

use std::path::Path;

use dot11::{Channel, CipherSuite, MacAddr};
use radio::{Cause, Switches};

use crate::OpenError;
use crate::consts;
use crate::files::Files;
use crate::interface::{self, Interface};
use crate::kernel::Kernel;
use crate::rfkill;
use crate::wiphy::Wiphy;

/// A radio, its interfaces and what keeps it from being used.
#[derive(Clone, Debug)]
pub struct RadioDescription {
    /// What the kernel says it can do.
    pub wiphy: Wiphy,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// Why it can never carry an access point; `None` when it can.
    pub unfit: Option<Cause>,
    /// Why it is silent just now; `None` when it is not.
    pub switched_off: Option<Cause>,
}

/// An interface over which this machine is a station of somebody's network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationInterface {
    /// Its name, `wlan0`.
    pub name: String,
    /// Its radio's name, `phy0`.
    pub phy: String,
    /// The driver's name, where the system tells it.
    pub driver: Option<String>,
    /// Its address.
    pub address: MacAddr,
    /// Whether somebody has set it up.
    pub up: bool,
    /// Whether it is in an ad hoc network rather than a station.
    pub ad_hoc: bool,
    /// Whether it is connected to a network and carries data.
    pub connected: bool,
    /// The network it is in, where the kernel knows: it does not when a program authenticates for it.
    pub ssid: Option<Vec<u8>>,
    /// The channel it holds, while it does.
    pub channel: Option<Channel>,
    /// How its radio is switched.
    pub switches: Switches,
    /// Whether its radio can carry an access point, not asking what it is used for just now.
    pub can_host: bool,
    /// Whether it can protect management frames (802.11w).
    pub protects_management: bool,
}

/// The station interfaces of all radios, by name. `own` is the access point's.
pub(crate) fn station_interfaces(
    kernel: &mut Kernel,
    own: Option<u32>,
) -> Result<Vec<StationInterface>, OpenError> {
    let doing = "list the wireless interfaces";
    let wiphys = kernel.wiphys(None).map_err(|e| e.explain(doing))?;
    let interfaces = kernel.interfaces().map_err(|e| e.explain(doing))?;
    let mut found = Vec::new();
    for i in interfaces {
        let ad_hoc = i.iftype == consts::IFTYPE_ADHOC;
        let wanted = ad_hoc || i.iftype == consts::IFTYPE_STATION;
        if !wanted || i.ifindex == 0 || own == Some(i.ifindex) {
            continue;
        }
        let Some(wiphy) = wiphys.iter().find(|w| w.index == i.wiphy) else {
            continue;
        };
        let Ok(link) = kernel.route.link(i.ifindex) else {
            continue; // gone meanwhile
        };
        found.push(StationInterface {
            channel: i.channel(),
            name: i.name,
            phy: wiphy.name.clone(),
            driver: driver(&wiphy.name),
            address: i.address,
            up: link.up,
            // An interface that has just come up counts as running until the kernel has looked.
            connected: link.up && link.running && i.mhz.is_some(),
            ad_hoc,
            ssid: i.ssid,
            switches: rfkill::state(&wiphy.name),
            can_host: interface::capable(wiphy),
            protects_management: wiphy.ciphers.contains(&CipherSuite::BIP_CMAC_128),
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

pub(crate) fn driver(phy: &str) -> Option<String> {
    driver_by(&Files::of_this_machine(), phy)
}

/// The same by these files.
pub(crate) fn driver_by(files: &Files, phy: &str) -> Option<String> {
    let target = files.link(&format!("/sys/class/ieee80211/{phy}/device/driver"))?;
    Some(Path::new(&target).file_name()?.to_str()?.to_owned())
}

/// Describes all radios. Needs no privileges.
///
/// # Errors
/// When the kernel has no wireless support, or does not answer.
pub fn list_radios() -> Result<Vec<RadioDescription>, OpenError> {
    let doing = "describe the radios";
    let mut kernel = Kernel::open().map_err(|e| no_wireless(&e))?;
    let wiphys = kernel.wiphys(None).map_err(|e| e.explain(doing))?;
    let interfaces = kernel.interfaces().map_err(|e| e.explain(doing))?;
    let describe = |wiphy: Wiphy| RadioDescription {
        interfaces: interfaces
            .iter()
            .filter(|i| i.wiphy == wiphy.index)
            .cloned()
            .collect(),
        unfit: interface::unfit(&wiphy),
        switched_off: rfkill::cause(rfkill::state(&wiphy.name)),
        wiphy,
    };
    Ok(wiphys.into_iter().map(describe).collect())
}

/// Why the kernel's wireless interface could not be reached.
pub(crate) fn no_wireless(refusal: &crate::errno::Refusal) -> OpenError {
    use radio::CommandErrorKind::NotFound;
    if refusal.is(rustix::io::Errno::NOENT) {
        return OpenError {
            kind: NotFound,
            cause: Cause::new(
                "The kernel has no wireless support loaded (nl80211 is unknown).",
                "Plug a radio in or load its driver, or use the simulated radio (`--radio sim`).",
            ),
        };
    }
    refusal.explain("open nl80211")
}
