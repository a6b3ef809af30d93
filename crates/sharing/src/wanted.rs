//! What should stand in the system.

use core::net::{IpAddr, Ipv4Addr};

use crate::Forwarding;
use crate::helper::{HelperConfig, Names, Ula};
use crate::snapshot::{Address, Snapshot, Upstream};
use crate::subnet::{self, PREFIX};
use crate::texts;

/// All that should stand while the network runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) addresses: Vec<Address>,
    pub(crate) forwarding: Option<Forwarding>,
    pub(crate) rules: String,
    pub(crate) helper: HelperConfig,
}

/// From what it is made.
pub(crate) struct Plan<'a> {
    pub(crate) interface: &'a str,
    pub(crate) subnet: Ipv4Addr,
    /// In full mode; `Some(None)` without an upstream.
    pub(crate) full: Option<Option<&'a Upstream>>,
    /// IPv6 addresses are given, in full mode.
    pub(crate) v6: Option<Ula>,
    /// Port 53 is taken.
    pub(crate) names_taken: bool,
}

impl Plan<'_> {
    pub(crate) fn wanted(&self, snapshot: &Snapshot) -> Wanted {
        let host = subnet::host(self.subnet);
        let interface = || self.interface.to_owned();
        let mut addresses = vec![Address {
            interface: interface(),
            address: IpAddr::V4(host),
            prefix: PREFIX,
        }];
        if let Some(ula) = self.v6 {
            addresses.push(Address {
                interface: interface(),
                address: IpAddr::V6(ula.host()),
                prefix: Ula::PREFIX,
            });
        }
        let upstream = self.full.flatten();
        let names = match self.full {
            None => Names::None,
            Some(_) if self.names_taken => Names::There(
                snapshot
                    .resolvers
                    .iter()
                    .filter_map(|address| match address {
                        IpAddr::V4(v4) => Some(*v4),
                        IpAddr::V6(_) => None,
                    })
                    .take(3)
                    .collect(),
            ),
            Some(_) => Names::Here,
        };
        Wanted {
            addresses,
            forwarding: self.full.is_some().then(|| Forwarding {
                v6: self.v6.is_some(),
                keep_advertisements: upstream
                    .filter(|upstream| upstream.v6 && self.v6.is_some())
                    .map(|upstream| upstream.interface.clone()),
            }),
            rules: texts::rules(
                self.interface,
                self.subnet,
                self.v6,
                upstream.map(|upstream| &*upstream.interface),
            ),
            helper: HelperConfig {
                interface: interface(),
                address: host,
                routes: self.full.is_some(),
                names,
                v6: self.v6.map(Ula::host),
            },
        }
    }
}
