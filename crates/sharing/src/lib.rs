//! Addresses and internet sharing, as an engine (hosted-network-api reference, 7.2).
//!
//! ```text
//!   network on the air, what was asked for --+
//!   addresses and routes of the machine -----+--> Wanted --+
//!                                                          +--> the next Step --> worker --> Outcome
//!   what the steps so far have left standing --------------+
//! ```
//!
//! [`Sharing`] compares what should stand in the system (an address, a dnsmasq, forwarding, our table of
//! nft) with what stands, and asks for the one [`Step`] that comes next. Its [`Outcome`] comes back before
//! the next is asked for, so every order of events leads to the same end, and there is one place where a
//! failure is kept and tried again. What is written for dnsmasq and nft is made in `texts.rs`.

mod engine;
mod firewall;
mod helper;
mod leases;
mod programs;
mod refusal;
mod snapshot;
mod subnet;
mod texts;
mod wanted;

#[cfg(test)]
mod tests;

pub use engine::{Output, Sharing};
pub use firewall::firewall_obstacle;
pub use helper::{HelperConfig, Names, Ula};
pub use programs::{PROGRAM_FOLDERS, program_places};
pub use refusal::Refusal;
pub use snapshot::{Address, Route, Snapshot};
pub use texts::TABLE;

use core::net::IpAddr;

/// One thing to do to the system. The one after it is asked for when its [`Outcome`] is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Look at the machine's addresses and routes. [`Outcome::Seen`].
    Look,
    /// Give the interface an address. One that it has is a success.
    AddAddress(Address),
    /// Take an address away. A missing one, or a missing interface, is a success.
    RemoveAddress(Address),
    /// Let the kernel forward packets, remembering how it was.
    Forward(Forwarding),
    /// Give forwarding back as it was.
    Unforward,
    /// Put our table in the place of the one that may be there: input for `nft -f -`, one transaction.
    SetRules(String),
    /// Remove our table. A missing one is a success.
    DropRules,
    /// Tell what tables all others have made: `nft list ruleset`. [`Outcome::Ruleset`].
    ListRules,
    /// Start dnsmasq with this configuration; done when it serves.
    StartHelper(HelperConfig),
    /// End dnsmasq, also one that has ended by itself; done when it is gone.
    StopHelper,
}

/// What the kernel is to forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarding {
    /// IPv6 too; IPv4 always.
    pub v6: bool,
    /// The interface that must go on hearing router advertisements, which a router does not.
    pub keep_advertisements: Option<String>,
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// To [`Step::Look`].
    Seen(Snapshot),
    /// To [`Step::ListRules`].
    Ruleset(String),
    /// It is not done.
    Refused(Refusal),
}

/// Whether `inner` lies in the network of `prefix` bits around `network`.
fn contains(network: IpAddr, prefix: u8, inner: IpAddr) -> bool {
    match (network, inner) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            let shift = 32u32.saturating_sub(prefix.into());
            a.to_bits().checked_shr(shift) == b.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            let shift = 128u32.saturating_sub(prefix.into());
            a.to_bits().checked_shr(shift) == b.to_bits().checked_shr(shift)
        }
        _ => false,
    }
}
