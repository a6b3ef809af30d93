//! hostednet.
fn main() {}
