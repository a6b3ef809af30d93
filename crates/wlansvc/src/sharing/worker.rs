//! The steps themselves, in a thread of their own: programs are started and waited for here.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use cause::Cause;
use sharing::{Address, Forwarding, Outcome, Refusal, Snapshot, Step, TABLE};
use wlan_rpc::SharingMode;

use super::claim::{Claim, Process, Switched};
use super::kept;
use super::programs::{self, Dnsmasq, Watched};
use super::route::Rtnetlink;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Job {
    /// Clear up after a service that was killed.
    CleanUp,
    /// A step of the engine.
    Step(Step),
    /// Keep what was asked for.
    Save(SharingMode),
    /// Undo everything.
    End,
}

/// How it went.
#[derive(Debug)]
pub(crate) enum Done {
    /// A step, and dnsmasq where it was started.
    Step(Outcome, Option<Watched>),
    Saved(Result<(), Cause>),
    /// Something was left by a service that was killed.
    CleanedUp(bool),
    Ended,
}

/// Where the worker keeps its files.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) state_dir: PathBuf,
    pub(crate) runtime_dir: PathBuf,
}

impl Places {
    pub(crate) fn leases(&self) -> PathBuf {
        self.runtime_dir.join("dnsmasq.leases")
    }

    fn claim(&self) -> PathBuf {
        self.runtime_dir.join("sharing.claim")
    }

    fn config(&self) -> PathBuf {
        self.runtime_dir.join("dnsmasq.conf")
    }
}

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Worker {
    places: Places,
    claim: Option<Claim>,
    dnsmasq: Option<Dnsmasq>,
}

/// Below this folder the kernel's forwarding is switched.
const SYSCTL: &str = "/proc/sys/net";

impl Worker {
    pub(crate) const fn new(places: Places) -> Self {
        Self {
            places,
            claim: None,
            dnsmasq: None,
        }
    }

    pub(crate) fn carry_out(&mut self, job: Job) -> Done {
        match job {
            Job::CleanUp => Done::CleanedUp(self.clean_up()),
            Job::Save(mode) => Done::Saved(kept::save(&self.places.state_dir, &mode)),
            Job::Step(Step::StartHelper(config)) => {
                let leases = self.places.leases().to_string_lossy().into_owned();
                match self.start_helper(&config.text(&leases)) {
                    Ok(watched) => Done::Step(Outcome::Done, Some(watched)),
                    Err(refusal) => Done::Step(Outcome::Refused(refusal), None),
                }
            }
            Job::Step(step) => {
                let outcome = self.step(&step).unwrap_or_else(Outcome::Refused);
                Done::Step(outcome, None)
            }
            Job::End => {
                if let Some(dnsmasq) = self.dnsmasq.take() {
                    dnsmasq.end();
                }
                if let Some(claim) = self.claim.take() {
                    self.undo(claim);
                }
                let _ = fs::remove_file(self.places.config());
                Done::Ended
            }
        }
    }

    fn step(&mut self, step: &Step) -> Result<Outcome, Refusal> {
        match step {
            Step::Look => return look().map(Outcome::Seen).map_err(said),
            Step::ListRules => return programs::nft_list().map(Outcome::Ruleset),
            Step::AddAddress(address) => {
                self.note(|claim| claim.add(address))?;
                let added = Rtnetlink::open().and_then(|mut route| route.add(address));
                if !matches!(added, Ok(true)) {
                    // One that was there is somebody else's, and stays his.
                    self.note(|claim| {
                        claim.remove(address);
                    })?;
                }
                added.map_err(said)?;
            }
            Step::RemoveAddress(address) => {
                let ours = self.claim()?.addresses.iter().any(|(interface, ip, _)| {
                    *interface == address.interface && *ip == address.address
                });
                if ours {
                    Rtnetlink::open()
                        .and_then(|mut route| route.remove(address))
                        .map_err(said)?;
                    self.note(|claim| {
                        claim.remove(address);
                    })?;
                }
            }
            Step::Forward(forwarding) => self.forward(forwarding)?,
            Step::Unforward => {
                let before = std::mem::take(&mut self.claim()?.forwarding);
                unforward(&before);
                self.note(|_| ())?;
            }
            Step::SetRules(text) => {
                let before = self.claim()?.rules;
                self.note(|claim| claim.rules = true)?;
                let set = programs::nft(text);
                if matches!(set, Err(Refusal::Missing)) {
                    // Without nft there is nothing to undo, nor anything to undo it with.
                    self.note(|claim| claim.rules = before)?;
                }
                set?;
            }
            Step::DropRules => {
                drop_rules()?;
                self.note(|claim| claim.rules = false)?;
            }
            // Taken above.
            Step::StartHelper(_) => {}
            Step::StopHelper => {
                if let Some(dnsmasq) = self.dnsmasq.take() {
                    dnsmasq.end();
                }
                self.note(|claim| claim.helper = None)?;
            }
        }
        Ok(Outcome::Done)
    }

    fn start_helper(&mut self, config: &str) -> Result<Watched, Refusal> {
        let (path, leases) = (self.places.config(), self.places.leases());
        fs::create_dir_all(&self.places.runtime_dir).map_err(said)?;
        fs::write(&path, config).map_err(said)?;
        // There to be watched, whatever dnsmasq does.
        fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(&leases)
            .map_err(said)?;
        let (dnsmasq, watched) = Dnsmasq::start(&path)?;
        let process = Process::of(dnsmasq.pid);
        self.dnsmasq = Some(dnsmasq);
        self.note(|claim| claim.helper = process)?;
        Ok(watched)
    }

    fn forward(&mut self, forwarding: &Forwarding) -> Result<(), Refusal> {
        let mut wanted: Vec<(String, &str)> = Vec::new();
        if let Some(interface) = &forwarding.keep_advertisements {
            // Before forwarding, which makes the kernel forget what routers told it: 2 means "even so".
            let file = format!("ipv6/conf/{interface}/accept_ra");
            if read_switch(&file).as_deref() == Some("1") {
                wanted.push((file, "2"));
            }
        }
        wanted.push(("ipv4/ip_forward".to_owned(), "1"));
        if forwarding.v6 && Path::new(SYSCTL).join("ipv6").exists() {
            wanted.push(("ipv6/conf/all/forwarding".to_owned(), "1"));
        }
        for (file, value) in wanted {
            match read_switch(&file) {
                Some(before) if before != value => {
                    let noted = (file.clone(), before);
                    self.note(|claim| claim.forwarding.0.push(noted))?;
                    write_switch(&file, value).map_err(said)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What is claimed. A living service that has claimed before us is not disturbed.
    fn claim(&mut self) -> Result<&mut Claim, Refusal> {
        if self.claim.is_none() {
            if let Some(claim) = Claim::read(&self.places.claim())
                && claim.owner.is_alive()
            {
                return Err(Refusal::Said(format!(
                    "another service of this machine (process {}) gives addresses",
                    claim.owner.pid
                )));
            }
            let own = Process::of(std::process::id())
                .ok_or_else(|| Refusal::Said("/proc cannot be read".into()))?;
            self.claim = Some(Claim::new(own));
        }
        self.claim
            .as_mut()
            .ok_or_else(|| Refusal::Said("there is no claim".into()))
    }

    /// Notes a change before it is made.
    fn note(&mut self, change: impl FnOnce(&mut Claim)) -> Result<(), Refusal> {
        let path = self.places.claim();
        let claim = self.claim()?;
        change(claim);
        claim.write(&path).map_err(said)
    }

    fn clean_up(&self) -> bool {
        match Claim::read(&self.places.claim()) {
            Some(claim) if !claim.owner.is_alive() => {
                self.undo(claim);
                true
            }
            _ => false,
        }
    }

    /// Undoes all that is claimed, whatever fails on the way.
    fn undo(&self, mut claim: Claim) {
        if let Some(helper) = claim.helper.take()
            && helper.is_alive()
        {
            programs::end_stale(helper.pid);
        }
        if claim.rules
            && let Err(refusal) = drop_rules()
        {
            tracing::warn!(?refusal, "our table could not be removed");
        }
        unforward(&claim.forwarding);
        for (interface, address, prefix) in std::mem::take(&mut claim.addresses) {
            let address = Address {
                interface,
                address,
                prefix,
            };
            if let Err(error) = Rtnetlink::open().and_then(|mut route| route.remove(&address)) {
                tracing::warn!(%error, ?address, "an address could not be removed");
            }
        }
        claim.rules = false;
        claim.forwarding = Switched::default();
        if let Err(error) = claim.write(&self.places.claim()) {
            tracing::warn!(%error, "the note on sharing could not be removed");
        }
    }
}

/// One input, so one transaction: the first line makes the table where there is none.
fn drop_rules() -> Result<(), Refusal> {
    programs::nft(&format!("table {TABLE}\ndelete table {TABLE}\n"))
}

fn unforward(before: &Switched) {
    for (file, value) in before.0.iter().rev() {
        // An interface may be gone meanwhile.
        if let Err(error) = write_switch(file, value) {
            tracing::debug!(%error, file, "not given back");
        }
    }
}

fn read_switch(file: &str) -> Option<String> {
    let text = fs::read_to_string(Path::new(SYSCTL).join(file)).ok()?;
    Some(text.trim().to_owned())
}

fn write_switch(file: &str, value: &str) -> io::Result<()> {
    fs::write(Path::new(SYSCTL).join(file), value)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn said(error: io::Error) -> Refusal {
    Refusal::Said(error.to_string())
}

fn look() -> io::Result<Snapshot> {
    let mut snapshot = Rtnetlink::open()?.look()?;
    let own = servers("/etc/resolv.conf");
    snapshot.resolves = !own.is_empty();
    snapshot.resolvers = own.into_iter().filter(|ip| !ip.is_loopback()).collect();
    if snapshot.resolvers.is_empty() {
        // What systemd-resolved asks itself.
        snapshot.resolvers = servers("/run/systemd/resolve/resolv.conf")
            .into_iter()
            .filter(|ip| !ip.is_loopback())
            .collect();
    }
    snapshot.forwards = ["ipv4/ip_forward", "ipv6/conf/all/forwarding"]
        .iter()
        .any(|file| read_switch(file).is_some_and(|value| value != "0"));
    Ok(snapshot)
}

/// The name servers of a resolv.conf.
fn servers(path: &str) -> Vec<IpAddr> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            (words.next()? == "nameserver").then_some(())?;
            words.next()?.parse().ok()
        })
        .collect()
}
