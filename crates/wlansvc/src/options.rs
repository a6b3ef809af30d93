//! What the service is started with.

use core::convert::Infallible;
use core::str::FromStr;
use std::path::PathBuf;

use clock::Duration;
use dot11::Channel;

/// What the service is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where to listen. The folder must exist.
    pub socket: PathBuf,
    /// Where settings and keys are kept; made if need be.
    pub state_dir: PathBuf,
    /// Where notes for a later start are left, which must not outlive the next boot; made if need be.
    pub runtime_dir: PathBuf,
    /// Where the administrator's decisions are; a file that is missing decides nothing.
    pub policy: Option<PathBuf>,
    /// Which radio to use.
    pub radio: RadioChoice,
    /// The channel to use where the radio is free to choose.
    pub channel: Option<Channel>,
    /// Renewal of the group key; `None` only when a peer leaves.
    pub group_rekey: Option<Duration>,
    /// Renewal of each pairwise key; `None` never.
    pub pairwise_rekey: Option<Duration>,
    /// Record the session in this new file. It will hold keys.
    pub record: Option<PathBuf>,
    /// Write the simulated air to this capture file.
    pub pcap: Option<PathBuf>,
    /// Give peers addresses and, where it is asked for, the internet. Without, nothing but the radio is
    /// touched.
    pub addresses: bool,
    /// The program extensions of vendors run in; `None` for the one beside our own program, or where
    /// the package puts it.
    pub ihvhost: Option<PathBuf>,
}

/// Which radio to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RadioChoice {
    /// The first that can carry an access point, else the simulated one.
    Auto,
    /// The first that can carry an access point, and no other.
    Real,
    /// The simulated one.
    Sim,
    /// The simulated one, whose firmware answers stations by itself (decision 0028). For tests.
    SimFirmware,
    /// The radio of this interface.
    Interface(String),
}

/// `auto`, `real`, `sim`, or an interface's name.
impl FromStr for RadioChoice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "auto" => Self::Auto,
            "real" => Self::Real,
            "sim" => Self::Sim,
            name => Self::Interface(name.to_owned()),
        })
    }
}
