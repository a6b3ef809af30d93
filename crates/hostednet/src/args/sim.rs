//! `hostednet sim`.

use std::ffi::OsString;

use clap::{Subcommand, ValueEnum};

use super::format::Format;

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
    /// The driver ends the network by itself; it takes another one some seconds later
    DriverStop,
    /// The adapter is put in, or pulled out
    Plug {
        /// Whether it is there
        to: Switch,
    },
    /// An adapter with another address takes the place of this one, while no network runs
    Replace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// There, or usable.
    On,
    /// Gone.
    Off,
}
