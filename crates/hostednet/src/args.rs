//! The command line: what may be typed, and nothing of what is done about it. Each command with
//! arguments has a file here, whose name is the command's.

pub(crate) mod doctor;
pub(crate) mod format;
pub(crate) mod generate;
pub(crate) mod ihv;
pub(crate) mod key;
pub(crate) mod qr;
pub(crate) mod serve;
pub(crate) mod set;
pub(crate) mod share;
pub(crate) mod sim;
pub(crate) mod up;
pub(crate) mod values;
pub(crate) mod web;
pub(crate) mod wine;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use doctor::DoctorArguments;
use format::Format;
use generate::GenerateCommand;
use ihv::IhvCommand;
use key::KeyCommand;
use qr::QrArguments;
use serve::ServiceArguments;
use set::SetArguments;
use share::ShareCommand;
use sim::SimCommand;
use up::UpArguments;
use web::WebArguments;
use wine::WineCommand;

/// A network others can join: two keys, a real Linux radio or a simulated one.
#[derive(Debug, Parser)]
#[command(
    name = "hostednet",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    /// The service's socket [default: $HOSTEDNET_SOCKET, else /run/hostednet/control.sock, else
    /// hostednet/control.sock in $XDG_RUNTIME_DIR]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,

    /// Log more to standard error: -v what happens, -vv how, -vvv everything. Keys are never logged
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the service and the network in the foreground, with a live view
    ///
    /// Without root, or without a usable radio, the radio is simulated: stations join it by
    /// themselves, half with each key.
    Up(UpArguments),
    /// Run the service alone
    Serve(ServiceArguments),
    /// Watch the network of the service that runs: a live view, or lines where there is no terminal
    Watch {
        /// End after this time
        #[arg(long = "for", value_name = "SECONDS")]
        seconds: Option<u32>,
    },
    /// Start the network
    Start,
    /// Stop the network
    Stop,
    /// Show the network's state
    Status(Format),
    /// Show who is connected, and with which key
    Peers(Format),
    /// Show what happens, as it happens
    Events(Format),
    /// Change the network's name, its peer limit, how it uses the air, or whether it may run
    Set(SetArguments),
    /// The network's keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Show a code that phones scan to join, with the secondary key if one is set
    Qr(QrArguments),
    /// Serve a page for a browser on this machine: the network at a glance and at hand
    Web(WebArguments),
    /// Give peers this machine's internet, or addresses only
    #[command(subcommand)]
    Share(ShareCommand),
    /// The simulated radio and its stations
    #[command(subcommand)]
    Sim(SimCommand),
    /// Extensions of vendors: programs that bring keys of their own
    ///
    /// An extension is a shared library with the interface of Windows' IHV Extensions DLLs (wlanihv.h).
    /// It lets stations in by a handshake of its own and sets their keys. Each runs in processes of its
    /// own, which may fail without harm to anybody else.
    #[command(subcommand)]
    Ihv(IhvCommand),
    /// Say what stands in the way of the network on this machine; changes nothing
    ///
    /// Exit status: 0 nothing does, 1 something does. As root it sees more.
    Doctor(DoctorArguments),
    /// Windows' commands: `netsh wlan ?` lists them
    #[command(disable_help_flag = true)]
    Netsh {
        /// A command of netsh
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "WORD"
        )]
        words: Vec<OsString>,
    },
    /// Windows programs under Wine: which prefixes host networks
    #[command(subcommand)]
    Wine(WineCommand),
    /// Tell the service that the machine is about to sleep: the network stops, and stays stopped
    #[command(hide = true)]
    PrepareSleep,
    /// Feed a session recorded by --record to a fresh engine and show what comes out
    Replay {
        /// The recorded session
        file: PathBuf,
    },
    /// Write what a package installs beside the program
    #[command(subcommand, hide = true)]
    Generate(GenerateCommand),
}

/// Whether the arguments are those of a command that reads a key. Errors of these must not repeat
/// an argument: it may be a key in the wrong place.
pub(crate) fn may_hold_key(arguments: &[OsString]) -> bool {
    arguments.windows(2).any(|pair| match pair {
        [a, b] => (a == "key" && b == "set") || (a == "sim" && b == "join"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_setting_must_be_named() {
        assert!(Arguments::try_parse_from(["hostednet", "set"]).is_err());
        assert!(Arguments::try_parse_from(["hostednet", "set", "--mode", "allow"]).is_ok());
        assert!(Arguments::try_parse_from(["hostednet", "set", "--max-peers", "0"]).is_err());
        assert!(Arguments::try_parse_from(["hostednet", "set", "--ssid", ""]).is_err());
        let bytes = std::os::unix::ffi::OsStringExt::from_vec(vec![0xff; 32]);
        let named = [
            OsString::from("hostednet"),
            "set".into(),
            "--ssid".into(),
            bytes,
        ];
        assert!(Arguments::try_parse_from(named).is_ok());
        for (option, good, bad) in [
            ("--band", ["2.4", "5", "auto"], "6"),
            ("--channel", ["1", "165", "auto"], "15"),
            ("--width", ["20", "80", "auto"], "160"),
            ("--isolate", ["on", "off", "on"], "yes"),
        ] {
            let parse = |value| Arguments::try_parse_from(["hostednet", "set", option, value]);
            assert!(
                good.into_iter().all(|value| parse(value).is_ok()),
                "{option}"
            );
            assert!(parse(bad).is_err(), "{option}");
        }
    }
}
