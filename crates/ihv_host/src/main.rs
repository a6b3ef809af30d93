//! `hostednet-ihvhost [--handler-limit MILLISECONDS] EXTENSION`: started by the service, with its
//! socket as descriptor 3.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ihv_host::{Limits, Options, harden, run};

const USAGE: &str = "usage: hostednet-ihvhost [--handler-limit MILLISECONDS] EXTENSION\n\
                     Started by the hostednet service with a socket as descriptor 3.";

fn options() -> Option<Options> {
    let mut options = Options {
        extension: PathBuf::new(),
        handler_limit: Duration::from_secs(5),
    };
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        if word == "--handler-limit" {
            let millis = words.next()?.to_str()?.parse().ok()?;
            options.handler_limit = Duration::from_millis(millis);
        } else if options.extension.as_os_str().is_empty() && !word.is_empty() {
            options.extension = word.into();
        } else {
            return None;
        }
    }
    (!options.extension.as_os_str().is_empty()).then_some(options)
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    match harden(Limits::default()) {
        Ok(socket) => run(&options, socket),
        Err(error) => {
            eprintln!("hostednet-ihvhost: the process cannot be confined: {error}");
            ExitCode::from(1)
        }
    }
}
