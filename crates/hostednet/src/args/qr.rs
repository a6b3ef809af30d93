//! `hostednet qr`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct QrArguments {
    /// The primary key, also when a secondary key is set
    #[arg(long)]
    pub(crate) primary: bool,

    /// Write a picture that only you may read, instead of showing the code
    #[arg(long, value_name = "FILE")]
    pub(crate) png: Option<PathBuf>,
}
