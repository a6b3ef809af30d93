//! `hostednet doctor`.

use std::path::PathBuf;

use clap::Args;

/// What the doctor is to do.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// The radio to look at, by one of its interfaces [default: the service's, or what it would take]
    #[arg(long, value_name = "IFNAME")]
    pub(crate) radio: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Print what was seen instead of what it means, for a report: no keys, but names and addresses
    #[arg(long, conflicts_with_all = ["json", "from", "record"])]
    pub(crate) facts: bool,

    /// Write what was seen, and what the kernel says of the radios, to this file: for a report of a
    /// radio, no keys, but names and addresses
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub(crate) record: Option<PathBuf>,

    /// Judge what --facts printed or --record wrote, of this machine or another
    #[arg(long, value_name = "FILE", conflicts_with = "radio")]
    pub(crate) from: Option<PathBuf>,
}
