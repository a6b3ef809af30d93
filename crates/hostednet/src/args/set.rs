//! `hostednet set`.

use clap::{Args, ValueEnum};
use dot11::{Band, Channel, ChannelWidth, Ssid};

use super::values::{self, Choice};

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct SetArguments {
    /// The network's name, 1 to 32 bytes
    #[arg(long, value_parser = values::ssid())]
    pub(crate) ssid: Option<Ssid>,

    /// Most peers at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_peers: Option<u32>,

    /// Whether the network may run on this machine
    #[arg(long)]
    pub(crate) mode: Option<Mode>,

    /// The band: 2.4, 5 or auto, which is 2.4 where the radio has it
    #[arg(long, value_name = "GHZ", value_parser = values::band)]
    pub(crate) band: Option<Choice<Band>>,

    /// The channel, or auto: the quietest
    #[arg(long, value_name = "N", value_parser = values::channel_or_auto)]
    pub(crate) channel: Option<Choice<Channel>>,

    /// The widest channel in MHz: 20, 40, 80 or auto, which is 80 in 5 GHz and 20 in 2.4 GHz
    #[arg(long, value_name = "MHZ", value_parser = values::width)]
    pub(crate) width: Option<Choice<ChannelWidth>>,

    /// Whether peers are kept from reaching one another: on or off
    #[arg(long, value_name = "SWITCH", value_parser = values::switch)]
    pub(crate) isolate: Option<bool>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Mode {
    /// It may.
    Allow,
    /// It may not; a running network stops.
    Disallow,
}
