//! What only a station port is asked and tells (Extensible Station: native-80211-ihv reference, 2.6, 3
//! and 4.1).
//!
//! ```text
//!   INIT -- Connect --> ConnectionStart, AssociationStart, AssociationCompletion, ConnectionCompletion
//!   OP   -- Disconnect --> Disassociation, completion
//! ```

use dot11::{Channel, MacAddr, Ssid, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{AuthAlgorithm, CipherAlgorithm};

/// What the service asks of a station port, beside what [`Request`](crate::Request) and
/// [`SecurityRequest`](crate::SecurityRequest) carry for both kinds of port (operation mode, SSID,
/// authentication, ciphers, keys, port state, EAPOL, reset). Answered by the same
/// [`Completion`](crate::Completion).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StationRequest {
    /// OID_DOT11_SCAN_REQUEST on every channel that is allowed, active where that is allowed. Answered
    /// when done, by [`Reply::BssEntries`](crate::Reply::BssEntries). DOT11_MEDIA_IN_USE while there is a
    /// connection or one on its way.
    Scan,
    /// The elements for the end of (re)association requests: the `uIHVDataOffset` part of
    /// OID_DOT11_ASSOCIATION_PARAMS. Whole elements, none that every such request has.
    AssociationElements(Vec<u8>),
    /// OID_DOT11_CONNECT_REQUEST: find the desired network and associate. Completed at once; the rest
    /// is told by indications, the last one [`StationIndication::ConnectionCompletion`]. With a
    /// connection the port reassociates:
    /// [`Indication::Disassociation`](crate::Indication::Disassociation) comes first.
    Connect,
    /// OID_DOT11_DISCONNECT_REQUEST: a deauthentication frame (reason 3). Succeeds without a
    /// connection.
    Disconnect,
}

/// A network heard: `DOT11_BSS_ENTRY` as far as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BssEntry {
    /// Its address.
    pub bssid: MacAddr,
    /// Where.
    pub channel: Channel,
    /// In dBm, where known.
    pub signal: Option<i8>,
    /// Beacon interval in time units.
    pub beacon_interval: u16,
    /// Capability Information field.
    pub capability: u16,
    /// Time stamp of the frame, host order.
    pub timestamp: u64,
    /// All elements of the last beacon or probe response.
    pub elements: Vec<u8>,
}

/// Frames of an association, each without MAC header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssociationFrames {
    /// Whether it was a reassociation.
    pub reassociation: bool,
    /// (Re)association request.
    pub request: Vec<u8>,
    /// (Re)association response.
    pub response: Vec<u8>,
    /// Beacon or probe response.
    pub beacon: Vec<u8>,
}

/// `DOT11_ASSOCIATION_COMPLETION_PARAMETERS` of a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationAssociation {
    /// The access point.
    pub bssid: MacAddr,
    /// Negotiated.
    pub auth: AuthAlgorithm,
    /// Negotiated.
    pub unicast_cipher: CipherAlgorithm,
    /// Negotiated.
    pub multicast_cipher: CipherAlgorithm,
    /// The frames.
    pub frames: AssociationFrames,
}

/// How a connection attempt ended (`DOT11_CONNECTION_COMPLETION_PARAMETERS.uStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionEnd {
    /// Associated; the port is closed until it is opened.
    Success,
    /// No network of the desired name that offers what is enabled.
    NotFound,
    /// No answer, or the radio could not ask.
    Timeout,
    /// The access point's answer.
    Refused(StatusCode),
    /// A disconnect or reset came in between, or the radio was lost.
    Aborted,
}

/// What a station port tells unasked, beside
/// [`Indication::Disassociation`](crate::Indication::Disassociation),
/// [`Indication::ReceivePacket`](crate::Indication::ReceivePacket) and what is told of radios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StationIndication {
    /// NDIS_STATUS_DOT11_CONNECTION_START.
    ConnectionStart {
        /// The name looked for.
        ssid: Ssid,
    },
    /// NDIS_STATUS_DOT11_ASSOCIATION_START.
    AssociationStart {
        /// With whom.
        bssid: MacAddr,
    },
    /// NDIS_STATUS_DOT11_ASSOCIATION_COMPLETION. Non-static keys have just been removed.
    AssociationCompletion {
        /// With whom.
        bssid: MacAddr,
        /// The association, or the status it was refused with; `None` without any answer.
        result: Result<Box<StationAssociation>, Option<StatusCode>>,
    },
    /// NDIS_STATUS_DOT11_CONNECTION_COMPLETION.
    ConnectionCompletion(ConnectionEnd),
}
