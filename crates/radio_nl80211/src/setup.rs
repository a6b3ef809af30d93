//! Getting an access point interface, and giving it back.

use std::path::PathBuf;

use dot11::MacAddr;
use radio::{Capabilities, Cause, CommandError, CommandErrorKind};
use rustix::io::Errno;

use crate::Options;
use crate::claim::{self, Change, Claim, Owner};
use crate::consts;
use crate::interface::{self, Interface, Plan};
use crate::kernel::Kernel;
use crate::wiphy::Wiphy;

/// An interface that this process holds for its access point.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) ifindex: u32,
    pub(crate) name: String,
    pub(crate) address: MacAddr,
    pub(crate) wiphy: Wiphy,
    claim: Claim,
    claim_path: PathBuf,
}

fn busy(text: String, remedy: &str) -> CommandError {
    CommandError {
        kind: CommandErrorKind::Busy,
        cause: Cause::new(text, remedy),
    }
}

fn held_by(interface: &str, owner: Owner) -> CommandError {
    CommandError {
        kind: CommandErrorKind::Busy,
        cause: held(interface, owner.pid()),
    }
}

/// Why an interface cannot be had that another hostednet made.
pub(crate) fn held(interface: &str, pid: u32) -> Cause {
    Cause::new(
        format!("{interface} belongs to another hostednet (process {pid})."),
        "End that one first.",
    )
}

/// Removes the monitor interface of a process that has ended. Nothing depends on it, so what cannot
/// be done is left for when a new one is made.
fn clear_monitor(kernel: &mut Kernel, options: &Options) -> Result<(), CommandError> {
    let name = claim::monitor_name(&options.own_interface);
    let Some(found) = list(kernel)?.into_iter().find(|i| i.name == name) else {
        return Ok(());
    };
    let link = kernel.route.link(found.ifindex).unwrap_or_default();
    let owner = link.alias.as_deref().and_then(claim::read_alias);
    if owner.is_some_and(|owner| !owner.is_alive())
        && let Err(e) = kernel.remove_interface(found.ifindex)
    {
        tracing::warn!(errno = e.errno, interface = %name, "a stale monitor cannot be removed");
    }
    Ok(())
}

/// Undoes what an earlier process left behind. What a living one holds is left alone, and so is
/// what belongs to others.
fn clear_leftovers(kernel: &mut Kernel, options: &Options) -> Result<(), CommandError> {
    clear_monitor(kernel, options)?;
    let path = claim::path(&options.runtime_dir, &options.own_interface);
    if let Some(claim) = claim::read(&path) {
        if claim.owner.is_alive() {
            return Err(held_by(&claim.interface, claim.owner));
        }
        let interfaces = list(kernel)?;
        undo(kernel, &claim, &interfaces)?;
        claim::remove(&path);
    }
    let name = &options.own_interface;
    let Some(found) = list(kernel)?.into_iter().find(|i| i.name == *name) else {
        return Ok(());
    };
    let link = kernel
        .route
        .link(found.ifindex)
        .map_err(|e| e.explain(&format!("describe {name}")))?;
    match link.alias.as_deref().and_then(claim::read_alias) {
        Some(owner) if owner.is_alive() => Err(held_by(name, owner)),
        Some(_) => {
            tracing::info!(interface = %name, "removing the access point of an ended process");
            kernel
                .remove_interface(found.ifindex)
                .map_err(|e| e.explain(&format!("remove the stale interface {name}")))
        }
        None => Err(busy(
            format!("An interface {name} exists that hostednet did not make."),
            "Remove or rename it (`iw dev`).",
        )),
    }
}

fn list(kernel: &mut Kernel) -> Result<Vec<Interface>, CommandError> {
    kernel
        .interfaces()
        .map_err(|e| e.explain("list the wireless interfaces"))
}

/// Undoes the change a claim tells of, as far as the interface is still there.
fn undo(kernel: &mut Kernel, claim: &Claim, interfaces: &[Interface]) -> Result<(), CommandError> {
    let result = match claim.change {
        Change::Made { ifindex } => {
            let same = |i: &&Interface| {
                i.name == claim.interface && ifindex.is_none_or(|index| index == i.ifindex)
            };
            match interfaces.iter().find(same) {
                // The access point ends with its interface.
                Some(i) => kernel.remove_interface(i.ifindex),
                None => Ok(()),
            }
        }
        Change::Converted {
            ifindex,
            iftype,
            up,
        } => {
            let Some(i) = interfaces.iter().find(|i| i.ifindex == ifindex) else {
                return Ok(());
            };
            if i.iftype != consts::IFTYPE_AP {
                return Ok(());
            }
            kernel
                .stop_ap(ifindex)
                .and_then(|()| kernel.route.set_up(ifindex, false))
                .and_then(|()| kernel.set_iftype(ifindex, iftype))
                .and_then(|()| {
                    if up {
                        kernel.route.set_up(ifindex, true)
                    } else {
                        Ok(())
                    }
                })
        }
    };
    match result {
        Err(e) if !e.is(Errno::NODEV) => Err(e.explain(&format!("give {} back", claim.interface))),
        _ => Ok(()),
    }
}

/// The address the hardware was made with; programs may have given its interfaces others.
fn permanent_address(wiphy: &Wiphy, interfaces: &[&Interface]) -> MacAddr {
    std::fs::read_to_string(format!("/sys/class/ieee80211/{}/macaddress", wiphy.name))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .or_else(|| {
            interfaces
                .iter()
                .map(|i| i.address)
                .find(|a| a.is_unicast())
        })
        .unwrap_or(MacAddr([0x02, 0, 0, 0, 0, 1]))
}

impl Link {
    /// One that no kernel knows.
    #[cfg(test)]
    pub(crate) fn for_test(ifindex: u32, address: MacAddr) -> Self {
        Self {
            ifindex,
            name: "hosted0".to_owned(),
            address,
            wiphy: Wiphy::default(),
            claim: Claim {
                owner: Owner::this_process(),
                interface: "hosted0".to_owned(),
                change: Change::Made {
                    ifindex: Some(ifindex),
                },
            },
            claim_path: PathBuf::new(),
        }
    }

    /// Gets an interface as `options` say.
    pub(crate) fn acquire(kernel: &mut Kernel, options: &Options) -> Result<Self, CommandError> {
        clear_leftovers(kernel, options)?;
        let wiphys = kernel
            .wiphys(None)
            .map_err(|e| e.explain("describe the radios"))?;
        let interfaces = list(kernel)?;
        let wanted = options.ifname.as_deref();
        let (wiphy, plan) = interface::choose(&wiphys, &interfaces, wanted, options.convert)?;
        let mut wiphy = wiphy.clone();
        wiphy.country_code = kernel.country(wiphy.index);
        match plan {
            Plan::Create => {
                let taken: Vec<MacAddr> = interfaces.iter().map(|i| i.address).collect();
                let permanent = permanent_address(&wiphy, &interface::on(&wiphy, &interfaces));
                let addresses = interface::addresses(&wiphy, permanent, &taken);
                Self::make(kernel, options, wiphy, &addresses)
            }
            Plan::Convert(target) => Self::convert(kernel, options, wiphy, &target),
        }
    }

    fn make(
        kernel: &mut Kernel,
        options: &Options,
        wiphy: Wiphy,
        addresses: &[MacAddr],
    ) -> Result<Self, CommandError> {
        let name = options.own_interface.clone();
        let doing = format!("make the interface {name}");
        let owner = Owner::this_process();
        let mut claim = Claim {
            owner,
            interface: name.clone(),
            change: Change::Made { ifindex: None },
        };
        let claim_path = claim::path(&options.runtime_dir, &name);
        save(&claim_path, &claim)?;
        let mut made = Err(Errno::ADDRNOTAVAIL.into());
        for address in addresses {
            made = kernel.new_interface(wiphy.index, &name, *address);
            if !matches!(&made, Err(e) if e.is(Errno::BUSY) || e.is(Errno::NOTUNIQ)) {
                break;
            }
        }
        let made = made.map_err(|e| {
            claim::remove(&claim_path);
            e.explain(&doing)
        })?;
        claim.change = Change::Made {
            ifindex: Some(made.ifindex),
        };
        let mut link = Self {
            ifindex: made.ifindex,
            name,
            address: made.address,
            wiphy,
            claim,
            claim_path,
        };
        let prepared = link.prepare_made(kernel, addresses);
        match prepared {
            Ok(()) => Ok(link),
            Err(e) => {
                link.release(kernel);
                Err(e)
            }
        }
    }

    fn prepare_made(
        &mut self,
        kernel: &mut Kernel,
        addresses: &[MacAddr],
    ) -> Result<(), CommandError> {
        save(&self.claim_path, &self.claim)?;
        // Some drivers pass over the address in NEW_INTERFACE.
        if !addresses.contains(&self.address)
            && let Some(first) = addresses.first()
        {
            kernel
                .route
                .set_address(self.ifindex, *first)
                .map_err(|e| e.explain(&format!("give {} its address", self.name)))?;
            self.address = *first;
        }
        let alias = claim::alias(self.claim.owner);
        if let Err(e) = kernel.route.set_alias(self.ifindex, &alias) {
            tracing::warn!(errno = e.errno, "the interface gets no alias");
        }
        Ok(())
    }

    fn convert(
        kernel: &mut Kernel,
        options: &Options,
        wiphy: Wiphy,
        target: &Interface,
    ) -> Result<Self, CommandError> {
        let doing = format!("make {} an access point", target.name);
        let ifindex = target.ifindex;
        let up = kernel
            .route
            .link(ifindex)
            .map_err(|e| e.explain(&doing))?
            .up;
        let claim = Claim {
            owner: Owner::this_process(),
            interface: target.name.clone(),
            change: Change::Converted {
                ifindex,
                iftype: target.iftype,
                up,
            },
        };
        let claim_path = claim::path(&options.runtime_dir, &options.own_interface);
        save(&claim_path, &claim)?;
        let link = Self {
            ifindex,
            name: target.name.clone(),
            address: target.address,
            wiphy,
            claim,
            claim_path,
        };
        let changed = kernel
            .route
            .set_up(ifindex, false)
            .and_then(|()| kernel.set_iftype(ifindex, consts::IFTYPE_AP));
        match changed {
            Ok(()) => Ok(link),
            Err(e) => {
                let error = e.explain(&doing);
                if up {
                    let _ = kernel.route.set_up(ifindex, true);
                }
                claim::remove(&link.claim_path);
                Err(error)
            }
        }
    }

    /// Gives the interface back as it was. What fails is logged: there is nobody left to tell.
    pub(crate) fn release(&self, kernel: &mut Kernel) {
        let done = list(kernel).and_then(|all| undo(kernel, &self.claim, &all));
        match done {
            Ok(()) => claim::remove(&self.claim_path),
            Err(e) => tracing::warn!(error = %e, "the interface is left for the next start"),
        }
    }

    /// Forgets the interface because it is gone.
    pub(crate) fn forget(&self) {
        claim::remove(&self.claim_path);
    }

    /// What the radio can do now.
    pub(crate) fn capabilities(&self, interfaces: &[Interface]) -> Capabilities {
        let others: Vec<&Interface> = interfaces
            .iter()
            .filter(|i| i.wiphy == self.wiphy.index && i.ifindex != self.ifindex)
            .collect();
        Capabilities {
            name: self.name.clone(),
            address: self.address,
            channels: self.wiphy.channels.clone(),
            forced_channel: interface::forced_channel(&self.wiphy, &others),
            ciphers: self.wiphy.ciphers.clone(),
            max_stations: self.wiphy.max_stations,
            bands: self.wiphy.bands.clone(),
            firmware_mlme: self.wiphy.own_sme,
            survey: self.wiphy.scan_names > 0,
            reports_tx_status: !self.wiphy.own_sme,
            country: self.wiphy.country(),
        }
    }
}

fn save(path: &std::path::Path, claim: &Claim) -> Result<(), CommandError> {
    claim::write(path, claim).map_err(|e| CommandError {
        kind: CommandErrorKind::Failed,
        cause: Cause::new(
            format!("The claim file {} cannot be written: {e}.", path.display()),
            "Make its folder writable for the service.",
        ),
    })
}
