//! A thousand clients of libwlanapi against one service.
//!
//! Eight processes hold a thousand handles, each registered for notifications, and make calls as fast
//! as they are answered, while stations come and go on the simulated radio and the network stops and
//! starts. What must hold:
//!
//! * every call answers one of the codes that are right at that moment;
//! * every handle hears every notification, in the same order, and the order makes sense;
//! * afterwards the service is as large as before: memory, descriptors.
//!
//! ```text
//! load [--clients 1000] [--calls 200000] [--processes 8] SERVICE     SERVICE: the program hostednet
//! ```

mod api;
mod calls;
mod churn;
mod log;
mod rounds;
mod service;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Handles, over all processes.
    pub(crate) clients: u32,
    /// Calls, over all processes.
    pub(crate) calls: u32,
    /// Processes beside this one.
    pub(crate) processes: u32,
}

const USAGE: &str = "load [--clients N] [--calls N] [--processes N] SERVICE";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["worker", seed, clients, calls] => match (seed.parse(), clients.parse(), calls.parse()) {
            (Ok(seed), Ok(clients), Ok(calls)) => worker::work(seed, clients, calls),
            _ => Err(USAGE.to_owned()),
        },
        words => understand(words).and_then(|(load, program)| rounds::run(load, &program)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("load: {text}");
            ExitCode::FAILURE
        }
    }
}

fn understand(mut words: &[&str]) -> Result<(Load, PathBuf), String> {
    let mut load = Load {
        clients: 1000,
        calls: 200_000,
        processes: 8,
    };
    while let [name, value, rest @ ..] = words {
        let value = value.parse().map_err(|_| USAGE.to_owned());
        match *name {
            "--clients" => load.clients = value?,
            "--calls" => load.calls = value?,
            "--processes" => load.processes = value?,
            _ => break,
        }
        words = rest;
    }
    match words {
        [program] if load.processes > 0 => Ok((load, PathBuf::from(program))),
        _ => Err(USAGE.to_owned()),
    }
}
