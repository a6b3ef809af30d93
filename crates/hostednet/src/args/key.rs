//! `hostednet key`.

use std::ffi::OsString;

use clap::Subcommand;

use super::format::Format;

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
