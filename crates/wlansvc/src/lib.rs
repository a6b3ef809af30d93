//! The service: one thread around the column.
//!
//! ```text
//!   socket --- Call ----> +------------------------+ --- RadioCommand --> radio (nl80211 or sim)
//!          <-- Answer --- |   loop -- column::     | <-- RadioEvent ----
//!          <-- Event ---- |           Column       | --- Settings ------> storage thread
//!   signals -- stop ----> +------------------------+ <-- result ---------
//! ```
//!
//! The loop sleeps in epoll until a descriptor is ready or a timer of the column or the radio is
//! due; an idle service does not wake at all. Everything that happens becomes one
//! [`column::Input`]; with [`Options::record`] each is also written to a file that
//! [`replay`] feeds to a fresh column.
//!
//! Every connection is one client handle (`docs/decisions/0002`). Calls to the simulated radio
//! ([`wlan_rpc::SimCall`]) never reach the column: they move stations of the radio below it. Nor do
//! calls about station interfaces, which are the system's and not the network's.
//!
//! Extensions of vendors run in processes of their own: room `extensions`.
//!
//! What peers need beside the air, addresses and the internet, is the machine's too: room `sharing`.
//!
//! What a caller may do is decided by the column from what the kernel says of him and from the
//! administrator's `policy.toml`, which is read again on request.

mod adapter_calls;
mod background;
mod clients;
mod credentials;
mod denials;
mod extensions;
mod hardening;
mod limit;
mod options;
mod policy;
mod poller;
mod radios;
mod random;
mod recorder;
mod refusals;
mod service;
mod sharing;
mod sim_adapter;
mod sim_calls;
mod socket;
mod stop;
mod storage;

pub use column::{Input, Output};

pub use clients::{MAX_CONNECTIONS, QUEUE_BYTES, QUEUE_MESSAGES, STALL_LIMIT};
pub use hardening::protect_memory;
pub use options::{Options, RadioChoice};
pub use policy::parse_policy;
pub use recorder::replay;
pub use service::Service;
pub use stop::Stopper;
