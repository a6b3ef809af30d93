//! Which subnet the peers get.

use core::net::{IpAddr, Ipv4Addr};

use crate::contains;
use crate::snapshot::Snapshot;

/// Bits of every subnet's network part.
pub(crate) const PREFIX: u8 = 24;

/// Where Windows gives addresses without the internet.
pub(crate) const STANDALONE: Ipv4Addr = Ipv4Addr::new(192, 168, 173, 0);

/// Where Windows gives addresses with the internet.
pub(crate) const FULL: Ipv4Addr = Ipv4Addr::new(192, 168, 137, 0);

/// Where to go when those are taken, in this order: neighbours first, then the other private ranges, for
/// a VPN may route one of them as a whole.
const OTHERS: [Ipv4Addr; 8] = [
    Ipv4Addr::new(192, 168, 138, 0),
    Ipv4Addr::new(192, 168, 174, 0),
    Ipv4Addr::new(192, 168, 213, 0),
    Ipv4Addr::new(172, 29, 137, 0),
    Ipv4Addr::new(172, 23, 173, 0),
    Ipv4Addr::new(10, 173, 137, 0),
    Ipv4Addr::new(10, 211, 73, 0),
    Ipv4Addr::new(100, 115, 137, 0),
];

/// Routes shorter than this are of no harm: ours are longer, and win. They are the "everything" of VPNs.
const SHORTEST_CONFLICT: u8 = 8;

/// Who uses the subnet already: the name of an interface other than `own`.
pub(crate) fn user<'a>(subnet: Ipv4Addr, snapshot: &'a Snapshot, own: &str) -> Option<&'a str> {
    let ours = IpAddr::V4(subnet);
    let overlaps = |theirs: IpAddr, prefix: u8| {
        contains(theirs, prefix, ours) || contains(ours, PREFIX, theirs)
    };
    let by_address = snapshot
        .addresses
        .iter()
        .find(|a| a.interface != own && overlaps(a.address, a.prefix))
        .map(|a| &*a.interface);
    by_address.or_else(|| {
        snapshot
            .routes
            .iter()
            .find(|r| {
                r.interface != own
                    && r.prefix >= SHORTEST_CONFLICT
                    && overlaps(r.destination, r.prefix)
            })
            .map(|r| &*r.interface)
    })
}

/// The subnet to use: the wanted one, or the first that nobody uses. With none left it is the wanted one.
pub(crate) fn choose(wanted: Ipv4Addr, snapshot: &Snapshot, own: &str) -> Ipv4Addr {
    core::iter::once(wanted)
        .chain(OTHERS)
        .find(|subnet| user(*subnet, snapshot, own).is_none())
        .unwrap_or(wanted)
}

/// The host's own address in it.
pub(crate) fn host(subnet: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::from_bits(subnet.to_bits() | 1)
}
