//! The engine against scripted hosts and miniports.

mod access_point;
mod bench;
