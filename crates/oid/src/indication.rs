//! NDIS status indications (native-80211-ihv reference, 4.1).

use cause::Cause;
use dot11::element::{RsnCapabilities, Rsne};
use dot11::{Channel, ChannelWidth, MacAddr, Phy, StatusCode};
use serde::{Deserialize, Serialize};

use crate::{DisassocReason, StationIndication};

/// Names one association block; spent by the decision that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AssocTicket(pub u64);

/// Why the driver cannot carry the access point: `DOT11_STOP_AP_PARAMETERS.ulReason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopApReason {
    /// The frequency is not available (1).
    FrequencyNotAvailable,
    /// The channel is not available (2).
    ChannelNotAvailable,
    /// Another MAC entity of the adapter runs an access point (3).
    ApActive,
    /// The driver ended it for a reason of its own (0xFF00_0000).
    Driver,
}

/// A (re)association request the miniport itself would accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssocRequest {
    /// Whether it is a reassociation.
    pub reassociation: bool,
    /// The request's RSN element, id and length bytes included, as received: message 2 of the
    /// handshake must repeat it byte for byte.
    pub rsne: Vec<u8>,
    /// The frame's body behind the MAC header, for whoever reads vendors' elements.
    pub body: Vec<u8>,
    /// The RSN element of our beacon, id and length bytes included, for message 3.
    pub beacon_rsne: Vec<u8>,
}

impl AssocRequest {
    /// Whether management frames of this association are protected: both RSN elements say that their
    /// side can (802.11-2020, 12.6.3).
    #[must_use]
    pub fn protects_management(&self) -> bool {
        let can = |element: &[u8]| {
            let body = element.get(2..).unwrap_or_default();
            Rsne::parse(body).is_ok_and(|e| e.capabilities.has(RsnCapabilities::MFP_CAPABLE))
        };
        can(&self.rsne) && can(&self.beacon_rsne)
    }
}

/// What the miniport tells unasked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Indication {
    /// NDIS_STATUS_DOT11_PHY_STATE_CHANGED and the arrival or removal of the adapter: a port could
    /// run (or not) from now on. Sent once at the beginning and at each change.
    PhyStateChanged(PhyState),
    /// NDIS_STATUS_DOT11_PHY_STATE_CHANGED proper: how the radio is switched, `true` is on. Comes
    /// before the [`PhyState`] that follows from it.
    RadioSwitched {
        /// By software.
        software: bool,
        /// By hardware.
        hardware: bool,
    },
    /// A connection of the same adapter that no access point can stand beside began (why), or ended.
    IncompatibleConnection(Option<Cause>),
    /// NDIS_STATUS_DOT11_PHY_FREQUENCY_ADOPTED: started on, or moved to, this channel.
    PhyFrequencyAdopted {
        /// Its primary channel.
        channel: Channel,
        /// How wide it operates. Not in the binary form.
        width: ChannelWidth,
        /// The fastest PHY in use.
        phy: Phy,
        /// The port's address.
        bssid: MacAddr,
    },
    /// NDIS_STATUS_DOT11_INCOMING_ASSOC_STARTED: opens an association block. Blocks of one peer
    /// never overlap, and each has exactly one completion.
    IncomingAssociationStarted {
        /// The peer.
        peer: MacAddr,
    },
    /// NDIS_STATUS_DOT11_INCOMING_ASSOC_REQUEST_RECEIVED: the service decides now.
    IncomingAssociationRequestReceived {
        /// To be named in the decision.
        ticket: AssocTicket,
        /// The peer.
        peer: MacAddr,
        /// What it asks for.
        request: AssocRequest,
    },
    /// NDIS_STATUS_DOT11_INCOMING_ASSOC_COMPLETION: closes the block. On success a controlled,
    /// closed port exists for the peer, and EAPOL may flow.
    IncomingAssociationCompletion {
        /// The peer.
        peer: MacAddr,
        /// [`StatusCode::SUCCESS`] or why not.
        status: StatusCode,
    },
    /// NDIS_STATUS_DOT11_DISASSOCIATION: an associated peer is gone, with its non-static keys.
    Disassociation {
        /// The peer.
        peer: MacAddr,
        /// Why.
        reason: DisassocReason,
    },
    /// NDIS_STATUS_DOT11_STOP_AP: the driver has stopped the access point; every peer is gone.
    /// Starting again fails with INVALID_STATE until [`Indication::CanSustainAp`].
    StopAp {
        /// For programs.
        reason: StopApReason,
        /// For people.
        cause: Cause,
    },
    /// NDIS_STATUS_DOT11_CAN_SUSTAIN_AP: a start could work again.
    CanSustainAp,
    /// An EAPOL PDU from a peer with a completed association. Nothing is indicated before that.
    ReceivePacket {
        /// The peer.
        peer: MacAddr,
        /// From the EAPOL version byte.
        pdu: Vec<u8>,
    },
    /// A frame of an EtherType asked for by
    /// [`SecurityRequest::ReceiveEtherTypes`](crate::SecurityRequest::ReceiveEtherTypes), from a peer with
    /// a completed association.
    ReceiveVendorPacket {
        /// The peer.
        peer: MacAddr,
        /// In host order.
        ether_type: u16,
        /// Behind the EtherType.
        payload: Vec<u8>,
    },
    /// Of a station port.
    Station(StationIndication),
}

/// Whether the adapter can carry a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhyState {
    /// It can. Carries what the service shows of it.
    On {
        /// Name of the radio for people.
        name: String,
        /// The address a port will have.
        address: MacAddr,
        /// Largest number of stations, where the driver tells.
        max_stations: Option<u16>,
    },
    /// It cannot; a running port is gone without further indications.
    Off {
        /// Why.
        cause: Cause,
    },
}
