//! Extensions in safe Rust.
