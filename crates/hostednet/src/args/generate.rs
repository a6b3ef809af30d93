//! `hostednet generate`.

use std::path::PathBuf;

use clap::Subcommand;

/// What to generate.
#[derive(Debug, Subcommand)]
pub(crate) enum GenerateCommand {
    /// Manual pages, one per command
    Man {
        /// The folder they go to; made if need be
        dir: PathBuf,
    },
    /// Completions for bash, zsh and fish
    Completions {
        /// The folder they go to; made if need be
        dir: PathBuf,
    },
}
