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

//!
//! Crate `ihv_host_wine` compiles the same source once more with `cfg(wine)`, for DLLs of Windows: the
//! module `host` is what differs.

#[cfg(not(wine))]
use ihv::abi;
#[cfg(wine)]
use ihv::abi::win64 as abi;

mod api;
mod buffer;
#[cfg(not(wine))]
mod confine;
mod handlers;
#[cfg(not(wine))]
mod harden;
mod host;
#[cfg(wine)]
mod inside;
#[cfg(all(not(wine), target_arch = "x86_64"))]
pub mod launch;
pub mod lifecycle;
mod loader;
mod marshal;
mod runner;
mod seccomp;
mod shared;
mod socket;

#[cfg(not(wine))]
pub use confine::{User, confine};
#[cfg(not(wine))]
pub use harden::{Limits, harden};
#[cfg(wine)]
pub use inside::hostednet_ihvhost;
pub use runner::{Confined, Options, run};
