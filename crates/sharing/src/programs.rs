//! The programs of the system that carry steps out: where they are looked for.

use std::path::{Path, PathBuf};

/// Where programs of the system are, whatever the search path of whoever starts them.
pub const PROGRAM_FOLDERS: [&str; 6] = [
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
];

/// Where `name` may be, the place that counts first.
pub fn program_places(name: &str) -> impl Iterator<Item = PathBuf> {
    PROGRAM_FOLDERS
        .iter()
        .map(move |folder| Path::new(folder).join(name))
}
