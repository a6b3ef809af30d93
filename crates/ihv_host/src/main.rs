//! `hostednet-ihvhost [--handler-limit MILLISECONDS] [--user UID:GID] [--wine FOLDER] EXTENSION`:
//! started by the service, with its socket as descriptor 3. `--wine` is for a DLL of Windows: FOLDER has
//! the service's Wine prefix, which `hostednet-ihvhost --prepare-wine FOLDER` makes.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[cfg(target_arch = "x86_64")]
use ihv_host::launch;
use ihv_host::{Limits, Options, User, confine, harden, run};

const USAGE: &str = "usage: hostednet-ihvhost [--handler-limit MILLISECONDS] [--user UID:GID] [--wine FOLDER] EXTENSION\n\
                     \x20      hostednet-ihvhost --prepare-wine FOLDER\n\
                     Started by the hostednet service with a socket as descriptor 3.";

/// What is to be done.
enum Task {
    /// A shared object.
    Linux(Options, Option<User>),
    /// A DLL, with the folder of the prefix.
    Windows(Options, PathBuf),
    /// The prefix itself.
    Prepare(PathBuf),
    /// The confined part of that.
    Make(PathBuf),
}

fn task() -> Option<Task> {
    let mut options = Options {
        extension: PathBuf::new(),
        handler_limit: Duration::from_secs(5),
    };
    let mut user = None;
    let mut wine = None;
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        if word == "--handler-limit" {
            let millis = words.next()?.to_str()?.parse().ok()?;
            options.handler_limit = Duration::from_millis(millis);
        } else if word == "--user" {
            let (uid, gid) = words
                .next()?
                .into_string()
                .ok()?
                .split_once(':')
                .map(|(uid, gid)| (uid.parse(), gid.parse()))?;
            user = Some(User {
                uid: uid.ok()?,
                gid: gid.ok()?,
            });
        } else if word == "--wine" {
            wine = Some(PathBuf::from(words.next()?));
        } else if word == "--prepare-wine" {
            let folder = PathBuf::from(words.next()?);
            return words.next().is_none().then_some(Task::Prepare(folder));
        } else if word == "--make-wine" {
            let folder = PathBuf::from(words.next()?);
            return words.next().is_none().then_some(Task::Make(folder));
        } else if options.extension.as_os_str().is_empty() && !word.is_empty() {
            options.extension = word.into();
        } else {
            return None;
        }
    }
    if options.extension.as_os_str().is_empty() {
        return None;
    }
    Some(match wine {
        None => Task::Linux(options, user),
        Some(folder) => Task::Windows(options, folder),
    })
}

fn main() -> ExitCode {
    match task() {
        Some(Task::Linux(options, user)) => host(&options, user),
        #[cfg(target_arch = "x86_64")]
        Some(Task::Windows(options, folder)) => {
            ExitCode::from(launch::host(&options, &launch::Prefix::new(folder)))
        }
        #[cfg(target_arch = "x86_64")]
        Some(Task::Prepare(folder)) => {
            ExitCode::from(launch::prepare(&launch::Prefix::new(folder)))
        }
        #[cfg(target_arch = "x86_64")]
        Some(Task::Make(folder)) => ExitCode::from(launch::make(&launch::Prefix::new(folder))),
        #[cfg(not(target_arch = "x86_64"))]
        Some(Task::Windows(..) | Task::Prepare(_) | Task::Make(_)) => {
            println!("Windows extensions are programs for amd64.\nInstall them on such a machine.");
            ExitCode::from(1)
        }
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(64)
        }
    }
}

fn host(options: &Options, user: Option<User>) -> ExitCode {
    let confined = harden(Limits::default())
        .and_then(|socket| Ok((socket, confine(&options.extension, user)?)));
    match confined {
        Ok((socket, confined)) => run(options, socket, confined),
        Err(error) => {
            eprintln!("hostednet-ihvhost: the process cannot be confined: {error}");
            ExitCode::from(1)
        }
    }
}
