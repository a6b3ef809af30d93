//! Calls about addresses and internet sharing (hosted-network-api reference, 7.2).

use core::net::{IpAddr, Ipv4Addr};

use cause::Cause;
use clock::WallTime;
use dot11::MacAddr;
use serde::{Deserialize, Serialize};

/// What can be asked about sharing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SharingCall {
    /// How things stand. Answered by [`Answer::Sharing`](crate::Answer::Sharing).
    Status,
    /// Share the internet: full mode. It stays on over runs of the network and of the service. The same
    /// again is no change. Privileged.
    On {
        /// The interface that has the internet; `None` for the one that holds the default route, also
        /// when that changes.
        upstream: Option<String>,
    },
    /// Cease to: standalone mode. Succeeds when it is off. Privileged.
    Off,
}

/// How sharing stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharingStatus {
    /// What was asked for.
    pub mode: SharingMode,
    /// What is so.
    pub state: SharingState,
    /// Who has an address, by address of the peer. Those of peers that left stay until they expire.
    pub leases: Vec<Lease>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SharingMode {
    /// Addresses only, of 192.168.173.0/24.
    Standalone,
    /// Addresses, names and the internet, of 192.168.137.0/24.
    Full {
        /// As in [`SharingCall::On`].
        upstream: Option<String>,
    },
}

/// What is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SharingState {
    /// The radio has no network interface (the simulated one), or the administrator switched sharing
    /// off.
    Unsupported(Cause),
    /// The network does not run.
    Stopped,
    /// The network runs, addresses are on their way.
    Starting,
    /// Addresses are given.
    Running {
        /// The access point's interface.
        interface: String,
        /// The host's address there.
        address: Ipv4Addr,
        /// Bits of the network's part.
        prefix: u8,
        /// In full mode: the interface that has the internet, while there is one.
        upstream: Option<String>,
        /// What is not as it should be: no upstream, no name service, another subnet than usual.
        trouble: Option<Cause>,
    },
    /// It could not be set up; it is tried again.
    Failed(Cause),
}

/// An address that was given to a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The peer.
    pub mac: MacAddr,
    /// Its address.
    pub address: IpAddr,
    /// What it calls itself: printable characters only, at most 64.
    pub host_name: Option<String>,
    /// Until when.
    pub expires: Option<WallTime>,
}

/// What happened to sharing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SharingEvent {
    /// Its state changed.
    State(SharingState),
    /// A peer got an address.
    Leased(Lease),
}
