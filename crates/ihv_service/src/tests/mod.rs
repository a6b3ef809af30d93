//! The engine against scripted hosts and miniports.

mod access_point;
mod bench;
mod calls;
mod failures;
mod keys;
mod model;

mod packets;
mod station;
