//! hostednet: the service and its command line in one program.
//!
//! Exit status: 0 done, 1 refused (Win32 name, reason name and a remedy on standard error), 2 wrong
//! command line, 3 service not reachable. Called by the name of `netsh` it is that program.

mod air;
mod args;
mod commands;
mod doctor;
mod failure;
mod generate;
mod ihv;
mod json;
mod log;
mod netsh;
mod qr;
mod secret;
mod serve;
mod share;
mod text;
mod up;
mod view;
mod web;
mod wine;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::key::KeyCommand;
use args::sim::SimCommand;
use args::{Arguments, Command};
use failure::Failure;

fn main() -> ExitCode {
    wlansvc::protect_memory();
    let arguments: Vec<OsString> = env::args_os().collect();
    if netsh::is_called(arguments.first()) {
        return netsh::main(arguments.into_iter().skip(1), None);
    }
    match parse(arguments).and_then(run) {
        Ok(status) => status,
        Err(failure) => {
            if !matches!(failure, Failure::NobodyReads) {
                log::say(&failure.to_string());
            }
            failure.exit_code()
        }
    }
}

/// The command line understood; help and version are printed and end the program here.
fn parse(arguments: Vec<OsString>) -> Result<Arguments, Failure> {
    let misplaced_key = || {
        Failure::Usage(
            "A key is never an argument, which everybody on this machine could read: leave it out \
             and type it when asked, or pipe it in (`... key set < FILE`)."
                .into(),
        )
    };
    let parsed = match Arguments::try_parse_from(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
            _ if args::may_hold_key(&arguments) => return Err(misplaced_key()),
            // It prints and exits with status 2.
            _ => error.exit(),
        },
    };
    match &parsed.command {
        Command::Key(KeyCommand::Set { misplaced, .. })
        | Command::Sim(SimCommand::Join { misplaced, .. })
            if !misplaced.is_empty() =>
        {
            Err(misplaced_key())
        }
        _ => Ok(parsed),
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    log::start(arguments.verbose);
    let done = match arguments.command {
        Command::Doctor(options) => return doctor::run(arguments.socket, &options),
        Command::Netsh { words } => return Ok(netsh::main(words, arguments.socket)),
        Command::Serve(options) => serve::serve(arguments.socket, &options),
        Command::Up(options) => up::up(arguments.socket, &options),
        Command::Watch { seconds } => {
            let socket = arguments.socket.unwrap_or_else(wlan_client::default_socket);
            view::watch(&socket, seconds)
        }
        Command::Web(page) => {
            let socket = arguments.socket.unwrap_or_else(wlan_client::default_socket);
            web::run(socket, &page)
        }
        Command::Replay { file } => serve::replay(&file),
        Command::Generate(what) => generate::generate(&what),
        Command::Wine(what) => wine::run(what),
        command => {
            let socket = arguments.socket.unwrap_or_else(wlan_client::default_socket);
            commands::run(&socket, command)
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}
