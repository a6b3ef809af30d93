//! `hostednet wine`.

use std::path::PathBuf;

use clap::Subcommand;

/// What to do with a prefix.
#[derive(Debug, Subcommand)]
pub(crate) enum WineCommand {
    /// Let the 64-bit programs of a prefix host networks
    Install {
        /// The prefix [default: $WINEPREFIX, else ~/.wine]
        prefix: Option<PathBuf>,
        /// Where the files for Wine are [default: ../lib/hostednet/wine beside this program]
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// Undo it: the prefix is as it was
    Remove {
        /// The prefix [default: $WINEPREFIX, else ~/.wine]
        prefix: Option<PathBuf>,
    },
    /// Tell whether a prefix is set up; the exit status is 1 when it is not, or not whole
    Status {
        /// The prefix [default: $WINEPREFIX, else ~/.wine]
        prefix: Option<PathBuf>,
    },
}
