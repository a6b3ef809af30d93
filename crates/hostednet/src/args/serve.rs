//! `hostednet serve`: the service, as `up` takes it too.

use std::path::PathBuf;

use clap::Args;
use dot11::Channel;

use super::values;

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
    #[arg(long, value_name = "N", value_parser = values::channel)]
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
