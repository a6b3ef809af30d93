//! The process that runs one vendor's extension.
//!
//! An extension is foreign native code: it may hang, crash or scribble. So it gets a process of its
//! own, `hostednet-ihvhost`, which speaks seam B (crate `ihv`) with the service over one socket and
//! can be lost without loss. What may be called when, and what becomes of it, is decided by
//! [`lifecycle`], which has no thread and no clock; the rest is the machinery around it:
//!
//! ```text
//!  extension's threads -> [api] -----+                        +--> handler threads -> extension
//!                                    v                        |    (one per adapter)
//!                              [lifecycle] <- socket thread <-+
//!                                    |
//!                                 socket -> service
//! ```
//!
//! No lock is held while a handler runs or while a call waits for the service.

mod api;
mod buffer;
mod confine;
mod harden;
pub mod lifecycle;
mod loader;
mod marshal;
mod runner;
mod seccomp;
mod shared;
mod socket;

pub use confine::{Confined, User, confine};
pub use harden::{Limits, harden};
pub use runner::{Options, run};
