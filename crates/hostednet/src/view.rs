//! A view of the network: live in a terminal, lines elsewhere.
//!
//! ```text
//!  service <--- socket --- model --- facts ---> draw (columns, code)    screen: keys, resizes
//!                                         \---> plain
//! ```
//!
//! A client like any other: what it shows, any program can ask.

mod code;
mod columns;
pub(crate) mod demo;
mod draw;
mod end;
mod facts;
mod model;
mod pause;
mod plain;
mod screen;
mod style;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal};
use std::path::Path;

pub(crate) use end::End;
pub(crate) use model::Model;

use crate::failure::Failure;
use crate::log;

/// Shows `model` until `end` has come.
pub(crate) fn show(model: &mut Model<'_>, end: &End) -> Result<(), Failure> {
    if io::stdout().is_terminal() && io::stdin().is_terminal() && can_draw() {
        log::hold();
        let shown = screen::show(model, end);
        log::release();
        shown
    } else {
        plain::show(model, end)
    }
}

/// Whether the terminal says what it is, and that it can do more than print.
fn can_draw() -> bool {
    std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// `hostednet watch`: a view of the service that runs.
pub(crate) fn watch(socket: &Path, seconds: Option<u32>) -> Result<(), Failure> {
    let end = End::new(seconds)?;
    show(&mut Model::of_service(socket)?, &end)
}
