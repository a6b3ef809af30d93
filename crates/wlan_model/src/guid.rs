//! Names of adapters.

use core::fmt;

use dot11::MacAddr;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A GUID, in the order of its text form. The C face turns it into the `GUID` structure, whose first
/// three members are integers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// All zero: no adapter.
    pub const NIL: Self = Self([0; 16]);

    /// Under which our names are made (RFC 9562, version 5); drawn once by chance.
    const NAMESPACE: Uuid = Uuid::from_u128(0x3e1c_7a52_90d4_4b0e_8f63_5ad1_27c8_9b46);

    /// The virtual access point device of an adapter with this address: `IPDeviceID` of
    /// `WLAN_HOSTED_NETWORK_STATUS`. The same at every start.
    #[must_use]
    pub fn of_access_point(address: MacAddr) -> Self {
        Self::named(b"access point", &address.0)
    }

    /// The station interface of this name: `InterfaceGuid` of `WlanEnumInterfaces`. The same at every
    /// start as long as the interface keeps its name.
    #[must_use]
    pub fn of_station(ifname: &str) -> Self {
        Self::named(b"station", ifname.as_bytes())
    }

    fn named(kind: &[u8], name: &[u8]) -> Self {
        let name = [kind, b":", name].concat();
        Self(*Uuid::new_v5(&Self::NAMESPACE, &name).as_bytes())
    }
}

/// `{6f9619ff-8b86-d011-b42d-00cf4fc964ff}` without the braces.
impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Uuid::from_bytes(self.0), f)
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_keeps_its_name_and_shares_it_with_nobody() {
        let address = MacAddr([2, 0, 0, 0, 0, 1]);
        let names = [
            Guid::of_access_point(address),
            Guid::of_access_point(MacAddr([2, 0, 0, 0, 0, 2])),
            Guid::of_station("wlan0"),
            Guid::of_station("wlan1"),
        ];

        assert_eq!(names[0], Guid::of_access_point(address));
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name) && *name != Guid::NIL);
            assert_eq!(name.0[6] >> 4, 5, "version 5");
        }
    }
}
