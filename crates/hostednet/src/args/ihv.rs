//! `hostednet ihv`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use dot11::{Oui, Ssid};

use super::format::Format;
use super::values::{self, Elements};

#[derive(Debug, Subcommand)]
pub(crate) enum IhvCommand {
    /// Show what is installed, and what its processes do
    List(Format),
    /// Install an extension, or replace the one of that name
    ///
    /// The library is tried first, and copied. What cannot be loaded changes nothing.
    Install(InstallArguments),
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
    Connect(ConnectArguments),
    /// End the simulated station adapter's connection
    Disconnect,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArguments {
    /// The shared library
    pub(crate) file: PathBuf,

    /// What to call it: 1 to 32 letters, digits, - and _
    #[arg(long)]
    pub(crate) name: String,

    /// The vendor: profiles with this OUI belong to it
    #[arg(long, value_name = "AA:BB:CC", value_parser = values::oui)]
    pub(crate) oui: Oui,

    /// Serve the stations of the hosted network that have a Vendor Specific element with this OUI in
    /// their association request. KIND is the byte behind the OUI; without it any will do
    #[arg(long, value_name = "KIND", num_args = 0..=1, value_parser = values::kind)]
    pub(crate) serve_element: Option<Option<u8>>,

    #[command(flatten)]
    pub(crate) fragments: FragmentArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectArguments {
    /// The network's name
    #[arg(value_parser = values::ssid())]
    pub(crate) ssid: Ssid,

    /// The vendor: its extension connects
    #[arg(long, value_name = "AA:BB:CC", value_parser = values::oui)]
    pub(crate) oui: Oui,

    /// Under which name the extension keeps what it wants to know again [default: the network's]
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Elements for the association request, whole, in hexadecimal digits: dd0402cafe01
    #[arg(long, value_name = "HEX", value_parser = values::elements)]
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
