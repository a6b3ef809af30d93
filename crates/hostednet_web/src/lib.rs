//! The local page: the network in a browser on this machine.
//!
//! A [`Page`] listens on an address of this machine and is one more client of the service's socket; it
//! may do what the user may who runs it. Nobody gets in without the link that [`Linker::link`] makes,
//! which works once. Everything the page needs comes from here: no framework, no request elsewhere.
//!
//! | file | what |
//! |---|---|
//! | `server.rs` | the listener, limits on connections, the runtime |
//! | `routes.rs` | what is answered to whom |
//! | `gate.rs` | which requests are listened to: host, origin, session, token against forgery |
//! | `session.rs` | links and sessions |
//! | `actions.rs` | what the page may ask for |
//! | `watcher.rs` | the thread that follows the service |
//! | `hub.rs` | what is sent to open pages: the state, what happened |
//! | `view.rs` | both as JSON |
//! | `service.rs` | the connection to the service for what people ask for |
//! | `words.rs`, `entropy.rs` | how events are said; randomness |
//! | `page/` | what a browser gets |
//!
//! `docs/decisions/0029-the-local-page.md` says why.

mod actions;
mod entropy;
mod gate;
mod hub;
mod routes;
mod server;
mod service;
mod session;
mod view;
mod watcher;
mod words;

pub use server::{Linker, Options, Page};
pub use words::{Describe, Names};
