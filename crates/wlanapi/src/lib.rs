//! `libwlanapi`: the functions of Windows' `wlanapi.dll` that concern the Hosted Network, for
//! programs on Linux.
//!
//! ```text
//!  C program --- exports (extern "C") ---> api ---> connection ---> service
//!            <-- callback --- delivery <--- pump <------|  (registered handles, between calls)
//! ```
//!
//! One handle is one connection (`docs/decisions/0002`). A call is one packet out and one in, in the
//! thread that calls; a process that never registers for notifications has no thread of ours. What
//! the library does with threads, forks, callbacks and results is written down in
//! `docs/decisions/0011`.
//!
//! Crate `wlanapi_wine` compiles the same source for Windows programs under Wine, with `cfg(wine)`: the
//! other calling convention, and the Wine side of `host`.

mod api;
mod connection;
mod convert;
mod delivery;
pub mod exports;
mod failure;
mod fork;
mod host;
mod memory;
mod path;
mod pump;
mod table;
mod thread;
pub mod types;

pub use delivery::LIMIT as NOTIFICATION_LIMIT;

/// How many notifications a handle lost because its callback was too slow for them; `None` for what
/// is no handle. For tests and measurements in Rust: Windows has no such function.
#[must_use]
pub fn dropped_notifications(handle: types::HANDLE) -> Option<u64> {
    let connection = table::table().get(handle)?;
    Some(connection.delivery().dropped())
}
