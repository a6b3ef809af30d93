//! The whole service over its socket, on the simulated radio.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod adapters;
mod calls;
mod extensions;
mod flood;
mod harness;
mod libraries;
mod policy;
mod sharing;
