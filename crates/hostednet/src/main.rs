//! hostednet: the service and its command line in one program.
//!
//! Exit status: 0 done, 1 refused (Win32 name, reason name and a remedy on standard error), 2 wrong
//! command line, 3 service not reachable. Called by the name of `netsh` it is that program.
//!
//! | room | what |
//! |---|---|
//! | `args/` | what may be typed |
//! | `commands/` | what is done about it |
//! | `json/`, `text/` | what is printed, for scripts and for people |
//! | `netsh/` | Windows' grammar and pages |
//! | `view/` | the live view |
//! | `wine/` | what a Wine prefix gets |
//!
//! A file in the first four has the name of its command. `commands/` stands on `json/` and `text/`,
//! `json/` on `text/`; above `commands/` are only `netsh/` and this file.

mod args;
mod commands;
mod failure;
mod hex;
mod json;
mod log;
mod names;
mod netsh;
mod secret;
mod text;
mod view;
mod wine;

use std::env;
use std::ffi::OsString;
use std::io::{self, StdoutLock, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use wlan_client::Client;

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
    let socket = arguments.socket;
    let done = match arguments.command {
        Command::Doctor(options) => return commands::doctor::run(socket, &options),
        Command::Netsh { words } => return Ok(netsh::main(words, socket)),
        Command::Up(options) => commands::up::run(socket, &options),
        Command::Serve(options) => commands::serve::run(socket, &options),
        Command::Replay { file } => commands::replay::run(&file),
        Command::Generate(what) => commands::generate::run(&what),
        Command::Wine(what) => wine::run(what),
        Command::Watch { seconds } => view::watch(&asked(socket), seconds),
        Command::Web(page) => commands::web::run(asked(socket), &page),
        Command::Start => ask(socket, commands::start::run),
        Command::Stop => ask(socket, commands::stop::run),
        Command::Status(format) => ask(socket, |client, out| {
            commands::status::run(client, out, &format)
        }),
        Command::Peers(format) => ask(socket, |client, out| {
            commands::peers::run(client, out, &format)
        }),
        Command::Events(format) => ask(socket, |client, out| {
            commands::events::run(client, out, &format)
        }),
        Command::Set(settings) => ask(socket, |client, out| {
            commands::set::run(client, out, settings)
        }),
        Command::Key(what) => ask(socket, |client, out| commands::key::run(client, out, what)),
        Command::Qr(options) => ask(socket, |client, out| {
            commands::qr::run(client, out, &options)
        }),
        Command::Share(what) => ask(socket, |client, out| {
            commands::share::run(client, out, what)
        }),
        Command::Ihv(what) => ask(socket, |client, out| commands::ihv::run(client, out, what)),
        Command::Sim(what) => ask(socket, |client, out| commands::sim::run(client, out, what)),
        Command::PrepareSleep => ask(socket, |client, _| Ok(client.prepare_for_sleep()?)),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// The socket of the service to ask.
fn asked(named: Option<PathBuf>) -> PathBuf {
    named.unwrap_or_else(wlan_client::default_socket)
}

/// Has a command ask the service and print what comes of it.
fn ask(
    socket: Option<PathBuf>,
    command: impl FnOnce(&mut Client, &mut StdoutLock<'static>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut client = Client::connect(&asked(socket), "hostednet")?;
    let mut out = io::stdout().lock();
    command(&mut client, &mut out)?;
    Ok(out.flush()?)
}
