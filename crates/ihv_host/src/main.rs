//! `hostednet-ihvhost [--handler-limit MILLISECONDS] [--user UID:GID] EXTENSION`: started by the
//! service, with its socket as descriptor 3.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ihv_host::{Limits, Options, User, confine, harden, run};

const USAGE: &str = "usage: hostednet-ihvhost [--handler-limit MILLISECONDS] [--user UID:GID] EXTENSION\n\
                     Started by the hostednet service with a socket as descriptor 3.";

fn options() -> Option<(Options, Option<User>)> {
    let mut options = Options {
        extension: PathBuf::new(),
        handler_limit: Duration::from_secs(5),
    };
    let mut user = None;
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
        } else if options.extension.as_os_str().is_empty() && !word.is_empty() {
            options.extension = word.into();
        } else {
            return None;
        }
    }
    (!options.extension.as_os_str().is_empty()).then_some((options, user))
}

fn main() -> ExitCode {
    let Some((options, user)) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    let confined = harden(Limits::default())
        .and_then(|socket| Ok((socket, confine(&options.extension, user)?)));
    match confined {
        Ok((socket, confined)) => run(&options, socket, confined),
        Err(error) => {
            eprintln!("hostednet-ihvhost: the process cannot be confined: {error}");
            ExitCode::from(1)
        }
    }
}
