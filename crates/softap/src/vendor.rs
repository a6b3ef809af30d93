//! Peers whose keys a vendor's extension makes.
//!
//! ```text
//!   association request --- element matches? --- no --> the handshake of rsn
//!                                |
//!                               yes --> associated, port closed --> VendorEvent::Associated
//!                                                                        |  the extension's own handshake
//!   port open, PeerArrived <-- a key-mapping key is installed <-- VendorVerdict::Open
//! ```

use clock::Duration;
use dot11::{Channel, MacAddr, Ssid, VendorElement};
use serde::{Deserialize, Serialize};

/// How long an extension may take from the association to its verdict. Windows gives an association
/// as long.
pub(crate) const VERDICT_LIMIT: Duration = Duration::from_secs(10);

/// Stations of which element an extension serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorService {
    /// In their association request.
    pub element: VendorElement,
    /// Whether the extension can be asked now. While it cannot, such stations are refused (status 1);
    /// they never fall back to our keys.
    pub ready: bool,
}

/// What the extensions' owner must know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VendorEvent {
    /// On the air.
    NetworkStarted {
        /// Its name.
        ssid: Ssid,
        /// Its address.
        bssid: MacAddr,
        /// Where.
        channel: Channel,
    },
    /// Not any more, whatever ended it. All peers are gone without events of their own.
    NetworkStopped,
    /// A station of an extension is associated, its port closed. A verdict is wanted within ten
    /// seconds.
    Associated {
        /// The station.
        mac: MacAddr,
        /// Which service it matched.
        element: VendorElement,
    },
    /// It is gone, whoever ended it (also after a verdict against it).
    Departed {
        /// The station.
        mac: MacAddr,
    },
}

/// What an extension decided on a peer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VendorVerdict {
    /// The port is to be open. Without a key-mapping key that the radio has, it is a refusal: data
    /// never flows in clear.
    Open,
    /// The peer is sent away.
    Refuse,
}
