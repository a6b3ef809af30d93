//! OID requests and their completions.

use dot11::{Band, Channel, ChannelWidth, MacAddr, ReasonCode, Ssid, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{
    AssocTicket, AssociationFrames, AuthAlgorithm, BssEntry, CipherAlgorithm, DefaultKey, Failure,
    KeyMappingKey,
};

/// Ties a request to its completion. Chosen by the requester, unique while outstanding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub u64);

/// `DOT11_CURRENT_OPERATION_MODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperationMode {
    /// 4.
    ExtensibleStation,
    /// 8: the mode of a Hosted Network's port.
    ExtensibleAp,
    /// 0x8000_0000.
    NetworkMonitor,
}

/// What the service asks of the miniport. The documented order of a start: operation mode, SSID,
/// authentication, unicast cipher, multicast cipher, the rest in any order, start request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// OID_DOT11_CURRENT_OPERATION_MODE. Loads the mode's defaults and goes to its INIT state.
    CurrentOperationMode(OperationMode),
    /// OID_DOT11_DESIRED_SSID_LIST with its one entry. INIT only.
    DesiredSsid(Ssid),
    /// OID_DOT11_BEACON_PERIOD in time units of 1024 microseconds, 1 to 65535. INIT only.
    BeaconPeriod(u16),
    /// OID_DOT11_DTIM_PERIOD in beacons. INIT only.
    DtimPeriod(u8),
    /// OID_DOT11_ENABLED_AUTHENTICATION_ALGORITHM. Resets both cipher lists. INIT only.
    EnabledAuthenticationAlgorithm(AuthAlgorithm),
    /// OID_DOT11_ENABLED_UNICAST_CIPHER_ALGORITHM. INIT only.
    EnabledUnicastCipherAlgorithm(CipherAlgorithm),
    /// OID_DOT11_ENABLED_MULTICAST_CIPHER_ALGORITHM. INIT only.
    EnabledMulticastCipherAlgorithm(CipherAlgorithm),
    /// OID_DOT11_CURRENT_CHANNEL: a wish. A channel that another connection of the radio
    /// forces comes before it; without either the miniport chooses by itself
    /// (`docs/decisions/0027`). A channel that is not allowed makes the start fail with a cause.
    /// INIT only.
    CurrentChannel(Option<Channel>),
    /// In which band, and how wide at most (ours: on Windows that is up to the driver). INIT only.
    BandAndWidth {
        /// The band; `None` takes 2.4 GHz where the radio has it. A channel of
        /// [`Request::CurrentChannel`] comes before it.
        band: Option<Band>,
        /// The widest channel; `None` takes 80 MHz in 5 GHz and 20 MHz in 2.4 GHz. The radio, the
        /// regulatory domain and its neighbours may make it narrower, which is no failure.
        width: Option<ChannelWidth>,
    },
    /// Keep peers from reaching one another through the access point, or let them (the mode's
    /// default). At any time; Windows has no OID for it.
    IsolatePeers(bool),
    /// OID_DOT11_START_AP_REQUEST: INIT to OP. Completed when beacons are on the air;
    /// [`Indication::PhyFrequencyAdopted`](crate::Indication::PhyFrequencyAdopted) precedes the
    /// completion.
    StartAp,
    /// OID_DOT11_RESET_REQUEST, the only way to stop: OP to INIT. Every peer gets a
    /// deauthentication frame (reason 3) and is indicated as gone or not at all; all keys are
    /// cleared. With `default_mib` also all settings.
    Reset {
        /// `bSetDefaultMIB`.
        default_mib: bool,
    },
    /// OID_DOT11_INCOMING_ASSOCIATION_DECISION.
    IncomingAssociationDecision(AssocDecision),
    /// OID_DOT11_DISASSOCIATE_PEER_REQUEST: a deauthentication frame, then
    /// [`Indication::Disassociation`](crate::Indication::Disassociation) with reason "OS". Succeeds
    /// for an unknown peer.
    DisassociatePeer {
        /// The peer.
        peer: MacAddr,
        /// Told to the peer.
        reason: ReasonCode,
    },
    /// OID_DOT11_CIPHER_DEFAULT_KEY.
    CipherDefaultKey(DefaultKey),
    /// OID_DOT11_CIPHER_DEFAULT_KEY_ID: which default key protects group frames from now on.
    CipherDefaultKeyId(u32),
    /// OID_DOT11_CIPHER_KEY_MAPPING_KEY.
    CipherKeyMappingKey(KeyMappingKey),
    /// OID_DOT11_PORT_STATE_NOTIFICATION: opens (or closes) the peer's controlled port. Unlike on
    /// Windows it gates data. Takes effect after every earlier key request for the peer.
    PortStateNotification {
        /// The peer.
        peer: MacAddr,
        /// Open or closed.
        open: bool,
    },
    /// An EAPOL PDU to a peer; encrypted exactly when the peer has a key-mapping key.
    SendPacket {
        /// The peer.
        peer: MacAddr,
        /// From the EAPOL version byte.
        pdu: Vec<u8>,
    },
    /// Transmit counter of the default key at this index; Windows has no OID for it, message 3 of
    /// the handshake needs it. Answered by [`Reply::KeyCounter`].
    QueryKeyCounter(u32),
    /// OID_DOT11_ENUM_PEER_INFO. Answered by [`Reply::PeerInfo`].
    EnumPeerInfo,
}

/// The service's answer to
/// [`Indication::IncomingAssociationRequestReceived`](crate::Indication::IncomingAssociationRequestReceived).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssocDecision {
    /// From the indication.
    pub ticket: AssocTicket,
    /// [`StatusCode::SUCCESS`] accepts, anything else refuses and is told to the peer.
    pub status: StatusCode,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Which request.
    pub id: RequestId,
    /// How it went.
    pub result: Result<Reply, Failure>,
}

/// What a completed request brings back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Nothing but success.
    Done,
    /// Packet number of the last frame sent with the key.
    KeyCounter(u64),
    /// The peers in the port's table.
    PeerInfo(Vec<PeerInfo>),
    /// The frames of an association.
    Association(Box<AssociationFrames>),
    /// What is on the air.
    BssEntries(Vec<BssEntry>),
}

/// `DOT11_PEER_INFO`, as far as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerInfo {
    /// The peer.
    pub peer: MacAddr,
    /// Association id.
    pub aid: u16,
    /// Whether its port is open.
    pub port_open: bool,
    /// Signal of its last frame in dBm.
    pub signal: Option<i8>,
}
