//! Set requests that [`Request`](crate::Request) does not carry: those of a station port, of
//! vendors' extensions and of lists with more than one entry.
//!
//! They are an enum of their own because an access point port of a Hosted Network needs none of
//! them.

use dot11::MacAddr;
use serde::{Deserialize, Serialize};

use crate::{AuthAlgorithm, CipherAlgorithm, DefaultKey};

/// What the service may ask of a miniport beyond [`Request`](crate::Request). Answered by the same
/// [`Completion`](crate::Completion).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecurityRequest {
    /// OID_DOT11_CIPHER_DEFAULT_KEY for one row of the per-station table: only in an IBSS, or for
    /// a vendor's extension. Without a row it is
    /// [`Request::CipherDefaultKey`](crate::Request::CipherDefaultKey).
    CipherPerStationKey {
        /// The row: the transmitter's unicast address.
        station: MacAddr,
        /// Its column and the key.
        key: DefaultKey,
    },
    /// OID_DOT11_ENABLED_AUTHENTICATION_ALGORITHM with other than one entry. Resets both cipher
    /// lists. INIT only.
    EnabledAuthenticationAlgorithms(Vec<AuthAlgorithm>),
    /// OID_DOT11_ENABLED_UNICAST_CIPHER_ALGORITHM with other than one entry, in order of
    /// preference. INIT only.
    EnabledUnicastCipherAlgorithms(Vec<CipherAlgorithm>),
    /// OID_DOT11_ENABLED_MULTICAST_CIPHER_ALGORITHM with other than one entry, in order of
    /// preference. INIT only.
    EnabledMulticastCipherAlgorithms(Vec<CipherAlgorithm>),
    /// OID_DOT11_EXCLUDE_UNENCRYPTED: received unicast frames in clear are dropped unless an
    /// exemption speaks for them. The tables say INIT only, extensions set it after association.
    ExcludeUnencrypted(bool),
    /// OID_DOT11_PRIVACY_EXEMPTION_LIST, empty to clear it. The first matching entry wins.
    PrivacyExemptionList(Vec<PrivacyExemption>),
    /// Which EtherTypes (host order) come up as
    /// [`Indication::ReceiveVendorPacket`](crate::Indication::ReceiveVendorPacket) instead of passing as
    /// data, whatever the port's state. Replaces the list before. Windows does this above the driver.
    ReceiveEtherTypes(Vec<u16>),
    /// A frame to an associated peer, whatever its port's state. Encrypted exactly when the peer has a
    /// key-mapping key, unless [`ExemptionAction::ALWAYS`] holds for its EtherType.
    SendVendorPacket {
        /// The peer.
        peer: MacAddr,
        /// In host order.
        ether_type: u16,
        /// Behind the EtherType.
        payload: Vec<u8>,
    },
    /// The frames of a peer's association (those of `DOT11_ASSOCIATION_COMPLETION_PARAMETERS`).
    /// Answered by [`Reply::Association`](crate::Reply::Association).
    QueryAssociation(MacAddr),
    /// OID_DOT11_UNICAST_USE_GROUP_ENABLED. Station only.
    UnicastUseGroupEnabled(bool),
    /// OID_DOT11_EXCLUDED_MAC_ADDRESS_LIST: access points not to associate with. Station only.
    ExcludedMacAddressList(Vec<MacAddr>),
    /// OID_DOT11_SAFE_MODE_ENABLED: encryption is done above. Station only, INIT only.
    SafeModeEnabled(bool),
    /// OID_DOT11_PMKID_LIST. Station only.
    PmkidList(Vec<Pmkid>),
    /// OID_DOT11_WPS_ENABLED. Access point only.
    WpsEnabled(bool),
    /// OID_DOT11_ADDITIONAL_IE: elements for the end of frames. Access point only; effective at
    /// once.
    AdditionalIe {
        /// For beacons.
        beacon: Vec<u8>,
        /// For probe responses.
        response: Vec<u8>,
    },
}

/// `DOT11_PRIVACY_EXEMPTION` (reference 6.3). On the wire the EtherType alone is big-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyExemption {
    /// Behind the LLC/SNAP header: 0x888E is EAPOL.
    pub ethertype: u16,
    /// What is exempt.
    pub action: ExemptionAction,
    /// Of which frames.
    pub packets: ExemptionPackets,
}

/// `usExemptionActionType`. Unknown numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemptionAction(pub u16);

impl ExemptionAction {
    /// Nothing is exempt; for frames to be sent.
    pub const NO_EXEMPTION: Self = Self(0);
    /// Always in clear: an encrypted frame is **discarded**.
    pub const ALWAYS: Self = Self(1);
    /// In clear exactly while the peer has no key-mapping key.
    pub const ON_KEY_MAPPING_KEY_UNAVAILABLE: Self = Self(2);
}

/// `usExemptionPacketType`, by Address 1. Unknown numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemptionPackets(pub u16);

impl ExemptionPackets {
    /// Unicast frames.
    pub const UNICAST: Self = Self(1);
    /// Group-addressed frames.
    pub const MULTICAST: Self = Self(2);
    /// Both.
    pub const BOTH: Self = Self(3);
}

/// `DOT11_PMKID_ENTRY`: an identifier, no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pmkid {
    /// Of which access point.
    pub bssid: MacAddr,
    /// The identifier.
    pub pmkid: [u8; 16],
    /// `uFlags`.
    pub flags: u32,
}
