//! What dnsmasq is to do.

use core::net::{Ipv4Addr, Ipv6Addr};

/// A network of IPv6 addresses of our own: `fd` and these 40 bits (RFC 4193).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ula(pub [u8; 5]);

impl Ula {
    /// Bits of the network's part.
    pub(crate) const PREFIX: u8 = 64;

    pub(crate) fn network(self) -> Ipv6Addr {
        let mut octets = [0; 16];
        for (place, octet) in octets.iter_mut().zip([0xfd].into_iter().chain(self.0)) {
            *place = octet;
        }
        Ipv6Addr::from(octets)
    }

    pub(crate) fn host(self) -> Ipv6Addr {
        Ipv6Addr::from_bits(self.network().to_bits() | 1)
    }
}

/// Who answers the peers' questions for names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// Nobody: standalone mode.
    None,
    /// dnsmasq, which asks the machine's name servers.
    Here,
    /// These, since the port is taken here.
    There(Vec<Ipv4Addr>),
}

/// What dnsmasq does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelperConfig {
    /// The only interface it serves.
    pub interface: String,
    /// The host's address there; the peers' addresses are the others of its /24.
    pub address: Ipv4Addr,
    /// Peers are told of the way to elsewhere.
    pub routes: bool,
    /// Names.
    pub names: Names,
    /// IPv6 addresses by router advertisements: the host's one.
    pub v6: Option<Ipv6Addr>,
}
