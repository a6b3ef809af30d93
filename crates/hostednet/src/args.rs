//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dot11::{Band, Channel, ChannelWidth, Oui, Ssid};

use crate::air::{AirChange, Choice, parse_band, parse_switch, parse_width};
use crate::ihv::{Elements, parse_elements, parse_kind, parse_oui};

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
    /// Without root and without a usable radio the radio is simulated: stations join it by
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
    Qr(crate::qr::QrArguments),
    /// Serve a page for a browser on this machine: the network at a glance and at hand
    Web(crate::web::WebArguments),
    /// Give peers this machine's internet, or addresses only
    #[command(subcommand)]
    Share(crate::share::command::ShareCommand),
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
    Doctor(crate::doctor::DoctorArguments),
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
    Wine(crate::wine::WineCommand),
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
    Generate(crate::generate::GenerateCommand),
}

#[derive(Debug, Args)]
pub(crate) struct Format {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServiceArguments {
    /// The radio: the name of a wireless interface, `real` for the first that can carry an access
    /// point, `sim` for the simulated one, or `auto` for a real one if there is one
    #[arg(long, default_value = "auto", value_name = "auto|real|sim|IFNAME")]
    pub(crate) radio: String,

    /// Where settings and keys are kept [default: $STATE_DIRECTORY, else /var/lib/hostednet for
    /// root, else $XDG_STATE_HOME/hostednet]
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,

    /// What the administrator decides; read again on SIGHUP [default: /etc/hostednet/policy.toml for
    /// root, else none]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The channel to use where the radio is free to choose
    #[arg(long, value_name = "N", value_parser = channel)]
    pub(crate) channel: Option<Channel>,

    /// Renew the group key this often; 0: only when a peer leaves
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub(crate) group_rekey: u32,

    /// Renew each peer's pairwise key this often; 0: never
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) ptk_rekey: u32,

    /// Record the session in a new file, keys included, for `hostednet replay`
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Let the simulated radio's firmware answer stations by itself
    #[arg(long, hide = true)]
    pub(crate) sim_firmware: bool,

    /// Write what is on the simulated air to a capture file
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,

    /// Give peers no addresses: nothing but the radio is touched
    #[arg(long)]
    pub(crate) no_addresses: bool,

    /// The program that extensions of vendors run in [default: hostednet-ihvhost beside this program,
    /// else in ../lib/hostednet]
    #[arg(long, value_name = "FILE")]
    pub(crate) ihvhost: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    #[command(flatten)]
    pub(crate) service: ServiceArguments,

    /// The network's name
    #[arg(long, value_parser = ssid)]
    pub(crate) ssid: Option<Ssid>,

    /// The band, from now on: 2.4, 5 or auto
    #[arg(long, value_name = "GHZ", value_parser = parse_band)]
    pub(crate) band: Option<Choice<Band>>,

    /// How many simulated stations join, half with each key [default: 4 on the simulated radio]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=2007))]
    pub(crate) stations: Option<u16>,

    /// End after this time
    #[arg(long = "for", value_name = "SECONDS")]
    pub(crate) seconds: Option<u32>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct SetArguments {
    /// The network's name, 1 to 32 bytes
    #[arg(long, value_parser = ssid)]
    pub(crate) ssid: Option<Ssid>,

    /// Most peers at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_peers: Option<u32>,

    /// Whether the network may run on this machine
    #[arg(long)]
    pub(crate) mode: Option<Mode>,

    /// The band: 2.4, 5 or auto, which is 2.4 where the radio has it
    #[arg(long, value_name = "GHZ", value_parser = parse_band)]
    pub(crate) band: Option<Choice<Band>>,

    /// The channel, or auto: the quietest
    #[arg(long, value_name = "N", value_parser = channel_or_auto)]
    pub(crate) channel: Option<Choice<Channel>>,

    /// The widest channel in MHz: 20, 40, 80 or auto, which is 80 in 5 GHz and 20 in 2.4 GHz
    #[arg(long, value_name = "MHZ", value_parser = parse_width)]
    pub(crate) width: Option<Choice<ChannelWidth>>,

    /// Whether peers are kept from reaching one another: on or off
    #[arg(long, value_name = "SWITCH", value_parser = parse_switch)]
    pub(crate) isolate: Option<bool>,
}

impl SetArguments {
    /// What is to change in the use of the air.
    pub(crate) const fn air(&self) -> AirChange {
        AirChange {
            band: self.band,
            channel: self.channel,
            width: self.width,
            isolate: self.isolate,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Mode {
    /// It may.
    Allow,
    /// It may not; a running network stops.
    Disallow,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Set the secondary key: asked for, or read as one line from standard input
    Set {
        /// For one session only: erased when the network stops
        #[arg(long)]
        once: bool,
        /// The key is 64 hexadecimal digits, the pairwise master key itself, and no passphrase
        #[arg(long)]
        raw: bool,
        /// Caught here because everybody may read the arguments of a process.
        #[arg(hide = true, allow_hyphen_values = true)]
        misplaced: Vec<OsString>,
    },
    /// Show both keys
    Show(Format),
    /// Remove the secondary key
    Remove,
    /// Make a new primary key; a running network stops
    Refresh,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// A station joins; its key is asked for, or read as one line from standard input
    Join {
        /// The station's name
        name: String,
        /// Caught here because everybody may read the arguments of a process.
        #[arg(hide = true, allow_hyphen_values = true)]
        misplaced: Vec<OsString>,
    },
    /// A station leaves
    Leave {
        /// The station's name
        name: String,
    },
    /// Show all stations
    List(Format),
    /// A station exchanges encrypted frames with the access point
    Traffic {
        /// The station's name
        name: String,
        /// How many frames
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
        frames: u32,
    },
    /// The radio is switched on or off, as on a settings page
    Radio {
        /// What it is switched to
        to: Switch,
        /// By a key of the machine
        #[arg(long)]
        hardware: bool,
    },
    /// An ad hoc connection of the station adapter begins or ends: no network can run beside it
    Adhoc {
        /// Whether there is one
        to: Switch,
    },
    /// From now on the radio takes this long to stop a network
    SlowStop {
        /// How long; 0: at once
        #[arg(value_parser = clap::value_parser!(u32).range(..=60_000))]
        milliseconds: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum IhvCommand {
    /// Show what is installed, and what its processes do
    List(Format),
    /// Install an extension, or replace the one of that name
    ///
    /// The library is tried first, and copied. What cannot be loaded changes nothing.
    Install(IhvInstallArguments),
    /// End an extension and forget it; stations it serves are sent away
    Remove {
        /// The extension's name
        name: String,
    },
    /// Show what extensions wrote and what was written about them
    Log {
        /// Of this extension only
        name: Option<String>,
        #[command(flatten)]
        format: Format,
    },
    /// Let the simulated station adapter connect by an extension; an earlier connection ends
    Connect(IhvConnectArguments),
    /// End the simulated station adapter's connection
    Disconnect,
}

#[derive(Debug, Args)]
pub(crate) struct IhvInstallArguments {
    /// The shared library
    pub(crate) file: PathBuf,

    /// What to call it: 1 to 32 letters, digits, - and _
    #[arg(long)]
    pub(crate) name: String,

    /// The vendor: profiles with this OUI belong to it
    #[arg(long, value_name = "AA:BB:CC", value_parser = parse_oui)]
    pub(crate) oui: Oui,

    /// Serve the stations of the hosted network that have a Vendor Specific element with this OUI in
    /// their association request. KIND is the byte behind the OUI; without it any will do
    #[arg(long, value_name = "KIND", num_args = 0..=1, value_parser = parse_kind)]
    pub(crate) serve_element: Option<Option<u8>>,

    #[command(flatten)]
    pub(crate) fragments: FragmentArguments,
}

#[derive(Debug, Args)]
pub(crate) struct IhvConnectArguments {
    /// The network's name
    #[arg(value_parser = ssid)]
    pub(crate) ssid: Ssid,

    /// The vendor: its extension connects
    #[arg(long, value_name = "AA:BB:CC", value_parser = parse_oui)]
    pub(crate) oui: Oui,

    /// Under which name the extension keeps what it wants to know again [default: the network's]
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Elements for the association request, whole, in hexadecimal digits: dd0402cafe01
    #[arg(long, value_name = "HEX", value_parser = parse_elements)]
    pub(crate) elements: Option<Elements>,

    #[command(flatten)]
    pub(crate) fragments: FragmentArguments,
}

/// What the vendor's part of a profile says, which may be secret: never an argument.
#[derive(Debug, Args)]
pub(crate) struct FragmentArguments {
    /// The vendor's XML on connecting; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) connectivity: Option<PathBuf>,

    /// The vendor's XML on security; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) security: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// There, or usable.
    On,
    /// Gone.
    Off,
}

fn channel(text: &str) -> Result<Channel, String> {
    text.parse::<u8>()
        .ok()
        .and_then(Channel::new)
        .ok_or_else(|| "no such channel: 1 to 14, or 36 to 177 in the 5 GHz band".to_owned())
}

fn channel_or_auto(text: &str) -> Result<Choice<Channel>, String> {
    match text {
        "auto" => Ok(Choice::Auto),
        number => channel(number).map(Choice::Is),
    }
}

fn ssid(text: &str) -> Result<Ssid, String> {
    Ssid::new(text).map_err(|error| error.to_string())
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
