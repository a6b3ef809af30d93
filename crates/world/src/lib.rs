//! Tests of the whole column under a virtual clock: scripted and hostile stations.
//!
//! A [`World`] is the column above a simulated radio, with a disk, clients, host processes of
//! extensions and the time. Its steps jump from one deadline to the next, so an hour takes a moment,
//! and everything that happens grows from one seed. A failing test prints its seed;
//! `WORLD_SEED=<seed>` runs it again with that one.

mod disk;
mod extensions;
pub mod host;
mod world;

pub use disk::Disk;
pub use extensions::{Hosts, KeptOut, extension, profile};
pub use world::{Recorded, World, WorldConfig, column_config, passphrase, raw_key, with_firmware};
