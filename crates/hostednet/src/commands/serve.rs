//! `hostednet serve`.

use std::env;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use cause::Cause;
use clock::Duration;
use wlan_client::{check_private_folder, service_socket};
use wlansvc::{Options, RadioChoice, Service};

use crate::args::serve::ServiceArguments;
use crate::failure::Failure;
use crate::log;

/// Runs the service until SIGTERM or SIGINT; SIGHUP has it read its policy again.
pub(crate) fn run(socket: Option<PathBuf>, arguments: &ServiceArguments) -> Result<(), Failure> {
    let service = open(socket, arguments)?;
    if let Some(note) = service.radio_note() {
        log::say(note);
    }
    service.stopper().stop_on_signals()?;
    service.stopper().reload_on_hangup()?;
    Ok(service.run()?)
}

/// The service, ready to run.
pub(crate) fn open(
    socket: Option<PathBuf>,
    arguments: &ServiceArguments,
) -> Result<Service, Failure> {
    Ok(Service::open(&options(socket, arguments)?)?)
}

fn options(socket: Option<PathBuf>, arguments: &ServiceArguments) -> Result<Options, Failure> {
    let socket = socket.unwrap_or_else(service_socket);
    prepare_folder(&socket)?;
    let seconds = |n: u32| (n > 0).then(|| Duration::from_secs(n.into()));
    Ok(Options {
        state_dir: match &arguments.state_dir {
            Some(folder) => folder.clone(),
            None => default_state_dir()?,
        },
        runtime_dir: if is_root() {
            PathBuf::from("/run/hostednet")
        } else {
            socket.parent().unwrap_or(Path::new(".")).to_owned()
        },
        policy: arguments
            .policy
            .clone()
            .or_else(|| is_root().then(|| PathBuf::from("/etc/hostednet/policy.toml"))),
        radio: match arguments
            .radio
            .parse()
            .unwrap_or_else(|never| match never {})
        {
            RadioChoice::Sim if arguments.sim_firmware => RadioChoice::SimFirmware,
            other => other,
        },
        channel: arguments.channel,
        group_rekey: seconds(arguments.group_rekey),
        pairwise_rekey: seconds(arguments.ptk_rekey),
        record: arguments.record.clone(),
        pcap: arguments.pcap.clone(),
        addresses: !arguments.no_addresses,
        ihvhost: arguments.ihvhost.clone(),
        socket,
    })
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Makes the folder the socket goes to, and refuses one that others may have prepared.
fn prepare_folder(socket: &Path) -> Result<(), Cause> {
    let Some(folder) = socket
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    // Everybody may ask root's service; another's is his own.
    let mode = if is_root() { 0o755 } else { 0o700 };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(folder)
        .map_err(|error| {
            Cause::new(
                format!("Cannot make the folder {}: {error}.", folder.display()),
                "Name another socket with --socket.",
            )
        })?;
    check_private_folder(folder).map_err(|error| {
        Cause::new(
            format!(
                "The socket {} cannot be made safely: {error}.",
                socket.display()
            ),
            "Remove that folder, or name another socket with --socket.",
        )
    })
}

/// `$STATE_DIRECTORY` (systemd's), else `/var/lib/hostednet` for root, else the user's own.
fn default_state_dir() -> Result<PathBuf, Cause> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    // systemd separates several folders with colons; the first is ours.
    if let Ok(folders) = env::var("STATE_DIRECTORY")
        && let Some(first) = folders
            .split(':')
            .next()
            .filter(|first| first.starts_with('/'))
    {
        return Ok(PathBuf::from(first));
    }
    if is_root() {
        return Ok(PathBuf::from("/var/lib/hostednet"));
    }
    absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .map(|folder| folder.join("hostednet"))
        .ok_or_else(|| {
            Cause::new(
                "There is no home folder to keep the settings in.",
                "Name a folder with --state-dir.",
            )
        })
}
