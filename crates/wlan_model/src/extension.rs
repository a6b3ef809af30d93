//! Extensions of vendors, as an administrator installs them.

use dot11::{KeyBytes, Oui, Ssid, VendorElement};
use serde::{Deserialize, Serialize};

/// The vendor's parts of a profile: XML as UTF-8, which may hold secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorFragments {
    /// How to connect.
    pub connectivity: Option<KeyBytes>,
    /// How to be safe.
    pub security: Option<KeyBytes>,
}

/// An installed extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Chosen by who installed it: 1 to 32 letters, digits, `-`, `_`. Its library has the same name.
    pub name: String,
    /// The vendor (`AdapterOUI` of Windows' setup files): station profiles with this OUI are its.
    pub oui: Oui,
    /// Which stations of the hosted network it serves; none unless configured.
    pub ports: Option<ExtensionPorts>,
}

/// What an extension is to the hosted network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionPorts {
    /// Stations whose association request carries it are served by the extension, not by our keys.
    pub element: VendorElement,
    /// Handed to the extension when the network starts.
    pub fragments: VendorFragments,
}

/// A station profile with a vendor's part: with what the station adapter connects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorProfile {
    /// Under which the extension keeps its users' data.
    pub name: String,
    /// The network.
    pub ssid: Ssid,
    /// Names the extension.
    pub oui: Oui,
    /// Elements for the end of the association request, whole; may be empty.
    pub elements: Vec<u8>,
    /// The vendor's parts.
    pub fragments: VendorFragments,
}
