//! Looks at a machine for the doctor: everything `doctor` judges is gathered here, and nothing is
//! changed by it.
//!
//! [`Eyes`] say where to look: at this machine, or at a folder that stands for one. The radios come out
//! of a [`Looker`], which asks the kernel or plays a [`Recording`]. So a radio that nobody here has can
//! be looked at through the very readers that looked at it first.
//!
//! A recording holds the facts, the kernel's answers about the radios, and the few small files beside
//! them. No key is among it: facts have none, nl80211 tells none to anybody, and files are kept only in
//! the part that is read (`docs/decisions/0030-what-the-doctor-looks-at.md`).

mod beacon;
mod caller;
mod processes;
mod radios;
mod recording;
mod service;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use doctor::facts::{Looked, Network, Service, Tools};
use doctor::{Facts, read};
use radio_nl80211::OpenError;
use radio_nl80211::look::{Files, Looker};

pub use recording::{Recording, record, replay};

/// Most that is read of what nft says.
const MOST_RULES: usize = 4 * 1024 * 1024;

/// Where to look.
#[derive(Debug)]
pub struct Eyes {
    /// The machine's files.
    pub files: Files,
    /// The service's socket.
    pub socket: PathBuf,
    /// The interface whose radio is meant.
    pub wanted: Option<String>,
}

/// Looks at everything and changes nothing. `looker` is that of the same machine.
#[must_use]
pub fn gather(eyes: &Eyes, looker: &mut Result<Looker, OpenError>) -> Facts {
    let files = &eyes.files;
    let (service, service_pid) = service::look(files, &eyes.socket);
    let mut facts = Facts {
        caller: caller::caller(files),
        programs: processes::programs(files, service_pid),
        ports: processes::ports(files, service_pid),
        ruleset: ruleset(files),
        upstream: files
            .text("/proc/net/route")
            .and_then(|table| read::default_route(&table)),
        tools: Tools {
            dnsmasq: locate(files, "dnsmasq"),
            nft: locate(files, "nft"),
        },
        wanted: eyes.wanted.clone(),
        service,
        ..Facts::default()
    };
    see_radios(looker, &mut facts);
    facts
}

/// Everything that a [`Looker`] sees, into facts that have the rest.
fn see_radios(looker: &mut Result<Looker, OpenError>, facts: &mut Facts) {
    let own = match &facts.service {
        Service::Answers(network) => network.radio.clone(),
        _ => None,
    };
    match looker {
        Ok(looker) => {
            radios::look(looker, own.as_deref(), facts);
            if let Some(network) = running(&facts.service) {
                facts.beacon = beacon::look(looker, network, facts);
            }
        }
        Err(error) => facts.no_radio = Some(error.cause.clone()),
    }
    if running(&facts.service).is_none() {
        facts.beacon = Looked::Unseen("the network is not on the air".to_owned());
    }
}

fn running(service: &Service) -> Option<&Network> {
    match service {
        Service::Answers(network) if network.active => Some(network),
        _ => None,
    }
}

/// Where the service finds a program.
fn locate(files: &Files, name: &str) -> Option<String> {
    sharing::program_places(name)
        .map(|path| path.display().to_string())
        .find(|path| files.is_file(path))
}

/// All tables of the packet filter. Listing is the only thing nft is ever asked for here.
fn ruleset(files: &Files) -> Looked<String> {
    let Some(nft) = locate(files, "nft").and_then(|nft| files.path(&nft)) else {
        return Looked::Unseen("nft is not installed".to_owned());
    };
    let output = Command::new(nft)
        .args(["list", "ruleset"])
        .env_clear()
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
            if text.len() > MOST_RULES {
                return Looked::Unseen("it has more rules than are read".to_owned());
            }
            // Sets of addresses may be long and say nothing about policies.
            text.truncate(text.trim_end().len());
            Looked::Seen(text)
        }
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let first = words.lines().next().unwrap_or("nft said nothing");
            Looked::Unseen(format!("nft says: {first}"))
        }
        Err(error) => Looked::Unseen(format!("nft could not be started: {error}")),
    }
}
