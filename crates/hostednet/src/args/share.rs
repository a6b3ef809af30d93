//! `hostednet share`.

use clap::Subcommand;

use super::format::Format;

/// What can be said about sharing.
#[derive(Debug, Subcommand)]
pub(crate) enum ShareCommand {
    /// Share this machine's internet with the peers, from now on
    On {
        /// The interface that has the internet, or auto for the one with the default route
        #[arg(long, value_name = "IFNAME|auto", default_value = "auto")]
        to: String,
    },
    /// Give peers addresses only
    Off,
    /// Show how sharing stands, and who has an address
    Status(Format),
}
