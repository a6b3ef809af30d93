//! What the machine has: addresses and routes.

use core::net::IpAddr;

/// An address of an interface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The interface's name.
    pub interface: String,
    /// The address.
    pub address: IpAddr,
    /// Bits of the network's part.
    pub prefix: u8,
}

/// A route of the main table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Where it goes out.
    pub interface: String,
    /// Where it leads.
    pub destination: IpAddr,
    /// Bits of the network's part; 0 for a default route.
    pub prefix: u8,
    /// The lower, the better.
    pub metric: u32,
}

/// The machine at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Names of all interfaces that are up.
    pub interfaces: Vec<String>,
    /// Addresses, those of the loopback left out.
    pub addresses: Vec<Address>,
    /// Routes to unicast destinations.
    pub routes: Vec<Route>,
    /// Name servers of the machine that others can ask too: no loopback addresses.
    pub resolvers: Vec<IpAddr>,
    /// Whether the machine has any name server.
    pub resolves: bool,
    /// Whether the kernel forwards packets, by us or by others.
    pub forwards: bool,
}

/// Where the internet is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    pub(crate) interface: String,
    /// It leads to IPv6 destinations too.
    pub(crate) v6: bool,
}

impl Snapshot {
    /// Where the internet is: at the interface asked for while it has a default route, else at that of
    /// the best default route. Never at `own`, the access point's interface.
    pub(crate) fn upstream(&self, asked: Option<&str>, own: &str) -> Option<Upstream> {
        let defaults = || {
            self.routes
                .iter()
                .filter(|r| r.prefix == 0 && r.interface != own)
                .filter(|r| asked.is_none_or(|name| name == r.interface))
        };
        let best = |v4: bool| {
            defaults()
                .filter(|r| r.destination.is_ipv4() == v4)
                .min_by_key(|r| (r.metric, &r.interface))
        };
        let interface = best(true).or_else(|| best(false))?.interface.clone();
        let v6 = defaults().any(|r| r.destination.is_ipv6() && r.interface == interface);
        Some(Upstream { interface, v6 })
    }
}
