//! Between indications, replies and their bytes.

use dot11::element::{ElementId, Elements};
use dot11::{Band, Channel, ChannelWidth, Phy, ReasonCode, StatusCode};

use super::{
    CanSustainAp, Disassociation, ErrorSource, IncomingAssocCompletion,
    IncomingAssocRequestReceived, IncomingAssocStarted, List, PeerInfo, PeerInfoList,
    PhyFrequencyAdopted, PhyId, PhyList, PhyState, PortContext, StopAp, Structure, UNKNOWN_COUNTER,
    WireError,
};
use crate::{
    AssocRequest, AuthAlgorithm, Cause, CipherAlgorithm, DisassocReason, Indication,
    IndicationCode, NdisStatus, StopApReason,
};

/// The PHYs of a port. Ids are the adapter's own business; those without HT share one, told apart by
/// the channel, and those after it have theirs.
const PLAIN_PHY: PhyId = PhyId(0);
const HT_PHY: PhyId = PhyId(1);
const VHT_PHY: PhyId = PhyId(2);
const HE_PHY: PhyId = PhyId(3);

const fn phy_id(phy: Phy) -> PhyId {
    match phy {
        Phy::Ofdm | Phy::Erp => PLAIN_PHY,
        Phy::Ht => HT_PHY,
        Phy::Vht => VHT_PHY,
        Phy::He => HE_PHY,
    }
}

fn phy_of(id: PhyId, channel: Channel) -> Phy {
    match (id, channel.band()) {
        (HT_PHY, _) => Phy::Ht,
        (VHT_PHY, _) => Phy::Vht,
        (HE_PHY, _) => Phy::He,
        (_, Band::Ghz2) => Phy::Erp,
        (_, Band::Ghz5) => Phy::Ofdm,
    }
}

/// First reason of a vendor.
const IHV_REASON: u32 = 0xFF00_0000;

/// What the indications of an association block carry beyond what the seam tells.
#[derive(Clone, Copy, Debug)]
pub struct AssocFrames<'a> {
    /// The request without MAC header.
    pub request: &'a [u8],
    /// The response without MAC header, empty if none was sent.
    pub response: &'a [u8],
    /// The latest beacon without MAC header.
    pub beacon: &'a [u8],
    /// Whether request and response are those of a reassociation.
    pub reassociation: bool,
    /// Who refused.
    pub source: ErrorSource,
    /// Negotiated authentication.
    pub auth: AuthAlgorithm,
    /// Negotiated unicast cipher.
    pub unicast: CipherAlgorithm,
    /// Negotiated multicast cipher.
    pub multicast: CipherAlgorithm,
    /// `DOT11_PHY_ID`s in use with the peer.
    pub phys: PhyList<'a>,
}

impl AssocFrames<'static> {
    /// No frames, WPA2-Personal with CCMP, refusals by the exchange.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            request: &[],
            response: &[],
            beacon: &[],
            reassociation: false,
            source: ErrorSource::REMOTE,
            auth: AuthAlgorithm::RSNA_PSK,
            unicast: CipherAlgorithm::CCMP,
            multicast: CipherAlgorithm::CCMP,
            phys: PhyList::EMPTY,
        }
    }
}

/// An indication's code and bytes. `None` for what Windows tells in other ways.
#[must_use]
pub fn indication_bytes(
    told: &Indication,
    frames: &AssocFrames<'_>,
) -> Option<(IndicationCode, Vec<u8>)> {
    Some(match told {
        Indication::RadioSwitched { software, hardware } => (
            IndicationCode::PHY_STATE_CHANGED,
            PhyState {
                phy: PhyId::ANY,
                hardware: *hardware,
                software: *software,
            }
            .to_bytes(),
        ),
        Indication::PhyFrequencyAdopted { channel, phy, .. } => (
            IndicationCode::PHY_FREQUENCY_ADOPTED,
            PhyFrequencyAdopted {
                phy: phy_id(*phy),
                place: u32::from(channel.number()),
            }
            .to_bytes(),
        ),
        Indication::IncomingAssociationStarted { peer } => (
            IndicationCode::INCOMING_ASSOC_STARTED,
            IncomingAssocStarted { peer: *peer }.to_bytes(),
        ),
        Indication::IncomingAssociationRequestReceived { peer, request, .. } => (
            IndicationCode::INCOMING_ASSOC_REQUEST_RECEIVED,
            IncomingAssocRequestReceived {
                peer: *peer,
                reassociation: request.reassociation,
                request: frames.request,
            }
            .to_bytes(),
        ),
        Indication::IncomingAssociationCompletion { peer, status } => (
            IndicationCode::INCOMING_ASSOC_COMPLETION,
            completion(*peer, *status, frames).to_bytes(),
        ),
        Indication::Disassociation { peer, reason } => (
            IndicationCode::DISASSOCIATION,
            Disassociation {
                peer: *peer,
                reason: reason.value(),
                ihv_data: &[],
            }
            .to_bytes(),
        ),
        Indication::StopAp { reason, .. } => (
            IndicationCode::STOP_AP,
            StopAp {
                reason: stop_reason_number(*reason),
            }
            .to_bytes(),
        ),
        Indication::CanSustainAp => (
            IndicationCode::CAN_SUSTAIN_AP,
            CanSustainAp { reason: 0 }.to_bytes(),
        ),
        Indication::PhyStateChanged(_)
        | Indication::IncompatibleConnection(_)
        | Indication::ReceivePacket { .. }
        | Indication::ReceiveVendorPacket { .. }
        | Indication::Station(_) => return None,
    })
}

fn completion<'a>(
    peer: dot11::MacAddr,
    status: StatusCode,
    frames: &AssocFrames<'a>,
) -> IncomingAssocCompletion<'a> {
    let ok = status == StatusCode::SUCCESS;
    let source = if ok { ErrorSource::OS } else { frames.source };
    let number = match source {
        // The system's own refusals are NDIS statuses.
        ErrorSource::OS if !ok => NdisStatus::FAILURE.0,
        _ => u32::from(status.0),
    };
    IncomingAssocCompletion {
        peer,
        status: number,
        source,
        reassociation_request: frames.reassociation,
        reassociation_response: frames.reassociation && !frames.response.is_empty(),
        request: frames.request,
        response: frames.response,
        auth: if ok { frames.auth } else { AuthAlgorithm(0) },
        unicast: if ok {
            frames.unicast
        } else {
            CipherAlgorithm::NONE
        },
        multicast: if ok {
            frames.multicast
        } else {
            CipherAlgorithm::NONE
        },
        phys: if ok { frames.phys } else { PhyList::EMPTY },
        beacon: if ok { frames.beacon } else { &[] },
    }
}

const fn stop_reason_number(reason: StopApReason) -> u32 {
    match reason {
        StopApReason::FrequencyNotAvailable => 1,
        StopApReason::ChannelNotAvailable => 2,
        StopApReason::ApActive => 3,
        StopApReason::Driver => IHV_REASON,
    }
}

/// What an indication with these bytes tells. `beacon_rsne` is the RSN element of our beacon, which
/// Windows' consumer knows and the seam carries along.
///
/// # Errors
/// As [`Structure::parse`]; INVALID_DATA for reasons the seam has no word for and requests of
/// peers without an open block; NOT_SUPPORTED for indications the seam does not carry.
pub fn indication(
    code: IndicationCode,
    bytes: &[u8],
    port: &PortContext<'_>,
    beacon_rsne: &[u8],
) -> Result<Indication, WireError> {
    Ok(match code {
        IndicationCode::PHY_STATE_CHANGED => {
            let state = PhyState::parse(bytes)?;
            Indication::RadioSwitched {
                software: state.software,
                hardware: state.hardware,
            }
        }
        IndicationCode::PHY_FREQUENCY_ADOPTED => {
            let adopted = PhyFrequencyAdopted::parse(bytes)?;
            let channel = channel(adopted.place)?;
            Indication::PhyFrequencyAdopted {
                channel,
                width: ChannelWidth::Mhz20,
                phy: phy_of(adopted.phy, channel),
                bssid: port.address,
            }
        }
        IndicationCode::INCOMING_ASSOC_STARTED => Indication::IncomingAssociationStarted {
            peer: IncomingAssocStarted::parse(bytes)?.peer,
        },
        IndicationCode::INCOMING_ASSOC_REQUEST_RECEIVED => {
            let received = IncomingAssocRequestReceived::parse(bytes)?;
            let ticket = port.blocks.get(&received.peer).copied();
            Indication::IncomingAssociationRequestReceived {
                ticket: ticket.ok_or_else(|| {
                    WireError::data(format!("{} has no open association block.", received.peer))
                })?,
                peer: received.peer,
                request: AssocRequest {
                    reassociation: received.reassociation,
                    rsne: rsne(received.request, received.reassociation)?,
                    body: received.request.to_vec(),
                    beacon_rsne: beacon_rsne.to_vec(),
                },
            }
        }
        IndicationCode::INCOMING_ASSOC_COMPLETION => {
            let done = IncomingAssocCompletion::parse(bytes)?;
            Indication::IncomingAssociationCompletion {
                peer: done.peer,
                status: match (done.status, u16::try_from(done.status)) {
                    (0, _) => StatusCode::SUCCESS,
                    (_, Ok(status)) if done.source == ErrorSource::REMOTE => StatusCode(status),
                    // Numbers of the system and of vendors are no 802.11 status.
                    _ => StatusCode(1),
                },
            }
        }
        IndicationCode::DISASSOCIATION => {
            let gone = Disassociation::parse(bytes)?;
            Indication::Disassociation {
                peer: gone.peer,
                reason: disassoc_reason(gone.reason)?,
            }
        }
        IndicationCode::STOP_AP => {
            let (reason, text) = stop_reason(StopAp::parse(bytes)?.reason)?;
            Indication::StopAp {
                reason,
                cause: Cause::new(
                    text,
                    "Start the network again when the driver can carry it.",
                ),
            }
        }
        IndicationCode::CAN_SUSTAIN_AP => {
            CanSustainAp::parse(bytes)?;
            Indication::CanSustainAp
        }
        other => {
            return Err(WireError::new(
                NdisStatus::NOT_SUPPORTED,
                format!("{other} is not for an access point of this service."),
            ));
        }
    })
}

fn channel(place: u32) -> Result<Channel, WireError> {
    u8::try_from(place)
        .ok()
        .and_then(Channel::new)
        .or_else(|| Channel::from_mhz(place))
        .ok_or_else(|| WireError::data(format!("{place} is neither a channel nor a frequency.")))
}

/// The RSN element of a request without MAC header, id and length included; empty without one.
fn rsne(request: &[u8], reassociation: bool) -> Result<Vec<u8>, WireError> {
    // Capability and listen interval; a reassociation also names the current access point.
    let fixed = if reassociation { 10 } else { 4 };
    let elements = request.get(fixed..).ok_or_else(|| {
        WireError::data(format!(
            "An association request of {} bytes is too short.",
            request.len()
        ))
    })?;
    let Some(body) = Elements::new(elements).body(ElementId::RSN) else {
        return Ok(Vec::new());
    };
    let len = u8::try_from(body.len()).unwrap_or(u8::MAX);
    let mut rsne = vec![ElementId::RSN.0, len];
    rsne.extend_from_slice(body);
    Ok(rsne)
}

fn disassoc_reason(number: u32) -> Result<DisassocReason, WireError> {
    let low = ReasonCode((number & 0xFFFF) as u16);
    Ok(match number {
        7 => DisassocReason::Os,
        2 => DisassocReason::PeerUnreachable,
        0x1_0000..=0x1_FFFF => DisassocReason::PeerDeauthenticated(low),
        0x2_0000..=0x2_FFFF => DisassocReason::PeerDisassociated(low),
        other => {
            return Err(WireError::data(format!(
                "{other:#x} is no reason for an access point to lose a peer."
            )));
        }
    })
}

fn stop_reason(number: u32) -> Result<(StopApReason, &'static str), WireError> {
    Ok(match number {
        1 => (
            StopApReason::FrequencyNotAvailable,
            "The frequency is not available.",
        ),
        2 => (
            StopApReason::ChannelNotAvailable,
            "The channel is not available.",
        ),
        3 => (
            StopApReason::ApActive,
            "Another access point of the adapter is active.",
        ),
        IHV_REASON.. => (
            StopApReason::Driver,
            "The driver stopped the access point for a reason of its own.",
        ),
        other => {
            return Err(WireError::data(format!(
                "{other:#x} is no reason to stop an access point."
            )));
        }
    })
}

/// What a query of OID_DOT11_ENUM_PEER_INFO answers for these peers. Signal and port have no field;
/// what is not known is 0, and counters are [`UNKNOWN_COUNTER`].
#[must_use]
pub fn peer_info_list(
    peers: &[crate::PeerInfo],
    auth: AuthAlgorithm,
    cipher: CipherAlgorithm,
) -> PeerInfoList {
    let entry = |peer: &crate::PeerInfo| PeerInfo {
        peer: peer.peer,
        capability: 0,
        auth,
        unicast: cipher,
        multicast: cipher,
        wps: false,
        listen_interval: 0,
        rates: [0; 255],
        aid: Some(peer.aid),
        state: 3,
        power_mode: 0,
        up_time: 0,
        counters: [UNKNOWN_COUNTER; 6],
    };
    List::new(peers.iter().map(entry).collect())
}
