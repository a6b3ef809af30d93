//! The host process against a scripted service: reference §9.1, §9.8 rows 14 to 18, and extensions
//! that misbehave.

mod bad;
mod examples;
mod rows;
mod service;
