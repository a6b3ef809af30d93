//! `hostednet web`.

use std::net::SocketAddr;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct WebArguments {
    /// Where to listen [default: 127.0.0.1, a free port]. Any other address than this machine's own
    /// loopback lets others read keys on their way, since nothing is encrypted
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,

    /// The port to listen on, where --listen does not say it
    #[arg(long, conflicts_with = "listen", default_value_t = 0)]
    pub(crate) port: u16,
}
