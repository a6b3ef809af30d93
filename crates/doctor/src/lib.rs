//! What stands in the way of a hosted network on this machine: [`Facts`] in, [`Report`] out.
//!
//! The engine looks at nothing by itself. Whoever gathers the facts (`hostednet doctor`) says of each
//! whether it could be looked at, and the report says it too: silence never means "all is well". Facts
//! are plain data and can be written to a file, so that a machine's facts are the input of a test.
//!
//! Where the service refuses for the same reason, its own sentence is used: facts carry the
//! [`Cause`](cause::Cause)s that `radio_nl80211` has for a radio, and those of channels and ciphers come
//! from `radio`. `docs/decisions/0030-what-the-doctor-looks-at.md` says what is looked at and what is
//! not.
//!
//! Where to start reading: [`Facts`], then `judge.rs`.

pub mod facts;
mod finding;
mod judge;
pub mod read;
mod view;

#[cfg(test)]
mod tests;

pub use facts::Facts;
pub use finding::{FINDINGS, Finding, Report, Severity};
pub use judge::judge;
pub use view::{ReportView, text};
