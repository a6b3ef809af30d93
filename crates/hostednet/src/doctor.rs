//! `hostednet doctor`: what stands in the way of the network, gathered here and judged by `doctor`.

mod beacon;
mod processes;
mod radios;
mod service;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use cause::Cause;
use doctor::facts::{Caller, Looked, Network, Service, Tools};
use doctor::{Facts, ReportView, read};
use radio_nl80211::look::Looker;

use crate::args::doctor::DoctorArguments;
use crate::failure::Failure;
use crate::json;

/// Most that is read of what nft says.
const MOST_RULES: usize = 4 * 1024 * 1024;

/// Looks, judges and tells.
pub(crate) fn run(socket: Option<PathBuf>, options: &DoctorArguments) -> Result<ExitCode, Failure> {
    let facts = match &options.from {
        Some(file) => recorded(file)?,
        None => gather(socket, options.radio.clone()),
    };
    let mut out = io::stdout().lock();
    if options.facts {
        json::print(&mut out, &facts)?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = doctor::judge(&facts);
    if options.json {
        json::print(&mut out, &ReportView::from(&report))?;
    } else {
        out.write_all(doctor::text(&report).as_bytes())?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(report.has_obstacle())))
}

fn recorded(file: &Path) -> Result<Facts, Cause> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Cause::new(
            format!("Cannot read facts from {}: {error}.", file.display()),
            "Give a file that `hostednet doctor --facts` wrote.",
        )
    };
    let text = fs::read(file).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(&error))
}

/// Looks at everything and changes nothing.
fn gather(socket: Option<PathBuf>, wanted: Option<String>) -> Facts {
    let socket = socket.unwrap_or_else(wlan_client::default_socket);
    let (service, service_pid) = service::look(&socket);
    let own = match &service {
        Service::Answers(network) => network.radio.clone(),
        _ => None,
    };
    let programs = processes::programs(service_pid);
    let mut facts = Facts {
        caller: caller(),
        ports: processes::ports(service_pid),
        programs,
        ruleset: ruleset(),
        upstream: fs::read_to_string("/proc/net/route")
            .ok()
            .and_then(|table| read::default_route(&table)),
        tools: Tools {
            dnsmasq: locate("dnsmasq"),
            nft: locate("nft"),
        },
        wanted,
        service,
        ..Facts::default()
    };
    match Looker::open() {
        Ok(mut looker) => {
            radios::look(&mut looker, own.as_deref(), &mut facts);
            if let Some(network) = running(&facts.service) {
                facts.beacon = beacon::look(&mut looker, network, &facts);
            }
        }
        Err(error) => facts.no_radio = Some(error.cause),
    }
    if running(&facts.service).is_none() {
        facts.beacon = Looked::Unseen("the network is not on the air".to_owned());
    }
    facts
}

fn running(service: &Service) -> Option<&Network> {
    match service {
        Service::Answers(network) if network.active => Some(network),
        _ => None,
    }
}

fn caller() -> Caller {
    const NET_ADMIN: u64 = 1 << 12;
    const NET_RAW: u64 = 1 << 13;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let capabilities = read::effective_capabilities(&status).unwrap_or_default();
    let policy = fs::read_to_string("/etc/hostednet/policy.toml").unwrap_or_default();
    let group = read::privileged_group(&policy).and_then(|name| {
        let groups = fs::read_to_string("/etc/group").ok()?;
        let number = read::group_number(&groups, &name)?;
        let mine = rustix::process::getgroups().ok()?;
        let is_member = rustix::process::getegid().as_raw() == number
            || mine.iter().any(|group| group.as_raw() == number);
        Some((name, is_member))
    });
    Caller {
        uid: rustix::process::geteuid().as_raw(),
        net_admin: capabilities & NET_ADMIN != 0,
        net_raw: capabilities & NET_RAW != 0,
        group,
    }
}

/// Where the service finds a program.
fn locate(name: &str) -> Option<String> {
    sharing::program_places(name)
        .find(|path| path.is_file())
        .map(|path| path.display().to_string())
}

/// All tables of the packet filter. Listing is the only thing nft is ever asked for here.
fn ruleset() -> Looked<String> {
    let Some(nft) = locate("nft") else {
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
