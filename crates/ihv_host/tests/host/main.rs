//! The host process against a scripted service: reference §9.1, §9.8 rows 14 to 18, and extensions
//! that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad;
mod confined;
mod examples;
mod rows;
mod service;
mod storm;
