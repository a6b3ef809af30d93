//! `hostednet up`.

use clap::Args;
use dot11::{Band, Ssid};

use super::serve::ServiceArguments;
use super::values::{self, Choice};

#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    #[command(flatten)]
    pub(crate) service: ServiceArguments,

    /// The network's name
    #[arg(long, value_parser = values::ssid())]
    pub(crate) ssid: Option<Ssid>,

    /// The band, from now on: 2.4, 5 or auto
    #[arg(long, value_name = "GHZ", value_parser = values::band)]
    pub(crate) band: Option<Choice<Band>>,

    /// How many simulated stations join, half with each key [default: 4 on the simulated radio]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=2007))]
    pub(crate) stations: Option<u16>,

    /// End after this time
    #[arg(long = "for", value_name = "SECONDS")]
    pub(crate) seconds: Option<u32>,
}
