//! Where the extension lives: a process of Linux with a shared object, or one of Wine with a DLL, never
//! both. What differs is how a library is opened, whose threads run its handlers, and how a process dies.

#[cfg(not(wine))]
mod native;
#[cfg(wine)]
mod wine;

#[cfg(not(wine))]
pub(crate) use native::{Library, abort, spawn};
#[cfg(wine)]
pub(crate) use wine::{Library, abort, spawn};
