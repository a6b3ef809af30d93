//! Management frames (clause 9.3.3).

use serde::{Deserialize, Serialize};

use super::{
    ActionCategory, AuthenticationAlgorithm, CapabilityInfo, FrameControl, FrameError, FrameType,
    MANAGEMENT_HEADER_LEN, MAX_AID, ManagementSubtype, Reader, SequenceControl,
};
use crate::element::{ElementWriter, Elements};
use crate::{MacAddr, ReasonCode, StatusCode};

/// A management frame whose header is complete (clause 9.3.3.1).
#[derive(Clone, Copy, Debug)]
pub struct ManagementView<'a> {
    control: FrameControl,
    addresses: ManagementAddresses,
    sequence: SequenceControl,
    frame: &'a [u8],
    body: &'a [u8],
}

impl<'a> ManagementView<'a> {
    /// Reads the header of `frame` (without FCS).
    ///
    /// # Errors
    /// When it is no management frame of version 0 or ends within its header.
    pub fn parse(frame: &'a [u8]) -> Result<Self, FrameError> {
        let mut r = Reader(frame);
        let control = FrameControl(r.u16().ok_or(FrameError::Truncated)?);
        if control.version() != 0 {
            return Err(FrameError::UnknownVersion);
        }
        if control.frame_type() != FrameType::Management {
            return Err(FrameError::WrongType);
        }
        Self::parse_rest(control, r, frame).ok_or(FrameError::Truncated)
    }

    fn parse_rest(control: FrameControl, mut r: Reader<'a>, frame: &'a [u8]) -> Option<Self> {
        let _duration = r.u16()?;
        let addresses = ManagementAddresses {
            receiver: r.mac()?,
            transmitter: r.mac()?,
            bssid: r.mac()?,
        };
        let sequence = SequenceControl(r.u16()?);
        if control.has(FrameControl::HTC) {
            r.array::<4>()?;
        }
        Some(Self {
            control,
            addresses,
            sequence,
            frame,
            body: r.rest(),
        })
    }

    /// Frame Control.
    #[must_use]
    pub const fn control(&self) -> FrameControl {
        self.control
    }

    /// Subtype.
    #[must_use]
    pub const fn subtype(&self) -> ManagementSubtype {
        ManagementSubtype(self.control.subtype())
    }

    /// All three addresses.
    #[must_use]
    pub const fn addresses(&self) -> ManagementAddresses {
        self.addresses
    }

    /// Address 1: who shall receive it.
    #[must_use]
    pub const fn receiver(&self) -> MacAddr {
        self.addresses.receiver
    }

    /// Address 2: who sent it.
    #[must_use]
    pub const fn transmitter(&self) -> MacAddr {
        self.addresses.transmitter
    }

    /// Address 3: the network it belongs to.
    #[must_use]
    pub const fn bssid(&self) -> MacAddr {
        self.addresses.bssid
    }

    /// Sequence Control.
    #[must_use]
    pub const fn sequence(&self) -> SequenceControl {
        self.sequence
    }

    /// Whether the body is encrypted.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.control.has(FrameControl::PROTECTED)
    }

    /// Whether it is one that can be protected (clause 12.2.8): a deauthentication, a disassociation, an
    /// action frame of most categories. Of an encrypted action frame the category cannot be seen, and
    /// no other kind is ever encrypted.
    #[must_use]
    pub fn is_robust(&self) -> bool {
        match self.subtype() {
            ManagementSubtype::DEAUTHENTICATION | ManagementSubtype::DISASSOCIATION => true,
            ManagementSubtype::ACTION | ManagementSubtype::ACTION_NO_ACK => {
                let category = self.body.first().map(|c| ActionCategory(*c));
                self.is_protected() || category.is_some_and(ActionCategory::is_robust)
            }
            _ => false,
        }
    }

    /// Whether it is a fragment of a longer frame.
    #[must_use]
    pub const fn is_fragment(&self) -> bool {
        self.control.has(FrameControl::MORE_FRAGMENTS) || self.sequence.fragment() != 0
    }

    /// The whole frame.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.frame
    }

    /// Everything after the header.
    #[must_use]
    pub const fn body_bytes(&self) -> &'a [u8] {
        self.body
    }

    /// Reads the fixed fields of the body.
    ///
    /// # Errors
    /// When the body is encrypted, a fragment, or shorter than its fixed fields. Elements are not
    /// looked at: see [`Elements::is_well_formed`].
    pub fn body(&self) -> Result<ManagementBody<'a>, FrameError> {
        if self.is_protected() {
            return Err(FrameError::Protected);
        }
        if self.is_fragment() {
            return Err(FrameError::Fragmented);
        }
        self.parse_body().ok_or(FrameError::Truncated)
    }

    /// The same of a frame whose Protected bit is still set but whose body was deciphered, as a radio
    /// hands it up.
    ///
    /// # Errors
    /// As [`ManagementView::body`], but for the encryption.
    pub fn deciphered_body(&self) -> Result<ManagementBody<'a>, FrameError> {
        if self.is_fragment() {
            return Err(FrameError::Fragmented);
        }
        self.parse_body().ok_or(FrameError::Truncated)
    }

    fn parse_body(&self) -> Option<ManagementBody<'a>> {
        let mut r = Reader(self.body);
        Some(match self.subtype() {
            ManagementSubtype::AUTHENTICATION => {
                ManagementBody::Authentication(AuthenticationView {
                    algorithm: AuthenticationAlgorithm(r.u16()?),
                    transaction: r.u16()?,
                    status: StatusCode(r.u16()?),
                    elements: Elements::new(r.rest()),
                })
            }
            ManagementSubtype::ASSOCIATION_REQUEST => {
                ManagementBody::AssociationRequest(AssociationRequestView {
                    capability: CapabilityInfo(r.u16()?),
                    listen_interval: r.u16()?,
                    current_ap: None,
                    elements: Elements::new(r.rest()),
                })
            }
            ManagementSubtype::REASSOCIATION_REQUEST => {
                ManagementBody::AssociationRequest(AssociationRequestView {
                    capability: CapabilityInfo(r.u16()?),
                    listen_interval: r.u16()?,
                    current_ap: Some(r.mac()?),
                    elements: Elements::new(r.rest()),
                })
            }
            ManagementSubtype::ASSOCIATION_RESPONSE | ManagementSubtype::REASSOCIATION_RESPONSE => {
                ManagementBody::AssociationResponse(AssociationResponseView {
                    capability: CapabilityInfo(r.u16()?),
                    status: StatusCode(r.u16()?),
                    aid: r.u16()? & 0x3fff,
                    elements: Elements::new(r.rest()),
                })
            }
            ManagementSubtype::PROBE_REQUEST => {
                ManagementBody::ProbeRequest(Elements::new(r.rest()))
            }
            ManagementSubtype::PROBE_RESPONSE => ManagementBody::ProbeResponse(beacon(r)?),
            ManagementSubtype::BEACON => ManagementBody::Beacon(beacon(r)?),
            ManagementSubtype::DISASSOCIATION => {
                ManagementBody::Disassociation(ReasonCode(r.u16()?))
            }
            ManagementSubtype::DEAUTHENTICATION => {
                ManagementBody::Deauthentication(ReasonCode(r.u16()?))
            }
            ManagementSubtype::ACTION | ManagementSubtype::ACTION_NO_ACK => {
                ManagementBody::Action(ActionView {
                    category: ActionCategory(r.u8()?),
                    details: r.rest(),
                })
            }
            _ => ManagementBody::Other,
        })
    }
}

fn beacon(mut r: Reader<'_>) -> Option<BeaconView<'_>> {
    Some(BeaconView {
        timestamp: r.u64()?,
        interval: r.u16()?,
        capability: CapabilityInfo(r.u16()?),
        elements: Elements::new(r.rest()),
    })
}

/// The body of a management frame, by subtype.
#[derive(Clone, Copy, Debug)]
pub enum ManagementBody<'a> {
    /// Authentication.
    Authentication(AuthenticationView<'a>),
    /// Association or Reassociation Request; the latter names a current access point.
    AssociationRequest(AssociationRequestView<'a>),
    /// Association or Reassociation Response.
    AssociationResponse(AssociationResponseView<'a>),
    /// Probe Request: elements only.
    ProbeRequest(Elements<'a>),
    /// Probe Response.
    ProbeResponse(BeaconView<'a>),
    /// Beacon.
    Beacon(BeaconView<'a>),
    /// Disassociation.
    Disassociation(ReasonCode),
    /// Deauthentication.
    Deauthentication(ReasonCode),
    /// Action, with or without acknowledgement.
    Action(ActionView<'a>),
    /// A subtype nobody here reads.
    Other,
}

/// Authentication (clause 9.3.3.11).
#[derive(Clone, Copy, Debug)]
pub struct AuthenticationView<'a> {
    /// Which algorithm.
    pub algorithm: AuthenticationAlgorithm,
    /// Authentication transaction sequence number: 1 from the station, 2 from the access point.
    pub transaction: u16,
    /// Outcome; reserved in the first frame.
    pub status: StatusCode,
    /// What follows.
    pub elements: Elements<'a>,
}

/// Association or Reassociation Request (clauses 9.3.3.5 and 9.3.3.7).
#[derive(Clone, Copy, Debug)]
pub struct AssociationRequestView<'a> {
    /// What the station says of itself.
    pub capability: CapabilityInfo,
    /// How often a sleeping station wakes, in beacon intervals.
    pub listen_interval: u16,
    /// Where the station comes from; only in a Reassociation Request.
    pub current_ap: Option<MacAddr>,
    /// What follows.
    pub elements: Elements<'a>,
}

/// Association or Reassociation Response (clauses 9.3.3.6 and 9.3.3.8).
#[derive(Clone, Copy, Debug)]
pub struct AssociationResponseView<'a> {
    /// What the access point says of the network.
    pub capability: CapabilityInfo,
    /// Outcome.
    pub status: StatusCode,
    /// Association id without its two top bits; meaningful with status 0.
    pub aid: u16,
    /// What follows.
    pub elements: Elements<'a>,
}

/// Beacon or Probe Response (clauses 9.3.3.2 and 9.3.3.10).
#[derive(Clone, Copy, Debug)]
pub struct BeaconView<'a> {
    /// The network's clock in microseconds.
    pub timestamp: u64,
    /// Beacon interval in time units of 1024 microseconds.
    pub interval: u16,
    /// What the access point says of the network.
    pub capability: CapabilityInfo,
    /// What follows.
    pub elements: Elements<'a>,
}

/// Action (clause 9.3.3.13).
#[derive(Clone, Copy, Debug)]
pub struct ActionView<'a> {
    /// Category.
    pub category: ActionCategory,
    /// Everything after the category, the action code first.
    pub details: &'a [u8],
}

/// The three addresses of a management frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementAddresses {
    /// Address 1.
    pub receiver: MacAddr,
    /// Address 2.
    pub transmitter: MacAddr,
    /// Address 3.
    pub bssid: MacAddr,
}

impl ManagementAddresses {
    /// From the access point `bssid` to `station` (which may be the broadcast address).
    #[must_use]
    pub const fn from_ap(bssid: MacAddr, station: MacAddr) -> Self {
        Self {
            receiver: station,
            transmitter: bssid,
            bssid,
        }
    }

    /// From `station` to the access point `bssid`.
    #[must_use]
    pub const fn to_ap(bssid: MacAddr, station: MacAddr) -> Self {
        Self {
            receiver: bssid,
            transmitter: station,
            bssid,
        }
    }

    /// From `station` to whom it may concern: an undirected probe request.
    #[must_use]
    pub const fn to_all(station: MacAddr) -> Self {
        Self {
            receiver: MacAddr::BROADCAST,
            transmitter: station,
            bssid: MacAddr::BROADCAST,
        }
    }
}

/// Builds one management frame: fixed fields first, then elements, then [`ManagementBuilder::finish`].
///
/// Duration and Sequence Control are zero; the radio fills them in.
#[derive(Clone, Debug)]
pub struct ManagementBuilder {
    writer: ElementWriter,
}

impl ManagementBuilder {
    /// A frame of any subtype with an empty body.
    #[must_use]
    pub fn new(subtype: ManagementSubtype, addresses: ManagementAddresses) -> Self {
        let mut frame = Vec::with_capacity(256);
        frame.extend_from_slice(&FrameControl::management(subtype).0.to_le_bytes());
        frame.extend_from_slice(&[0, 0]);
        frame.extend_from_slice(&addresses.receiver.0);
        frame.extend_from_slice(&addresses.transmitter.0);
        frame.extend_from_slice(&addresses.bssid.0);
        frame.extend_from_slice(&[0, 0]);
        debug_assert_eq!(frame.len(), MANAGEMENT_HEADER_LEN);
        Self {
            writer: ElementWriter::append_to(frame),
        }
    }

    /// Authentication.
    #[must_use]
    pub fn authentication(
        addresses: ManagementAddresses,
        algorithm: AuthenticationAlgorithm,
        transaction: u16,
        status: StatusCode,
    ) -> Self {
        Self::new(ManagementSubtype::AUTHENTICATION, addresses)
            .u16(algorithm.0)
            .u16(transaction)
            .u16(status.0)
    }

    /// Association Request, or Reassociation Request when `current_ap` is given.
    #[must_use]
    pub fn association_request(
        addresses: ManagementAddresses,
        capability: CapabilityInfo,
        listen_interval: u16,
        current_ap: Option<MacAddr>,
    ) -> Self {
        match current_ap {
            None => Self::new(ManagementSubtype::ASSOCIATION_REQUEST, addresses)
                .u16(capability.0)
                .u16(listen_interval),
            Some(ap) => Self::new(ManagementSubtype::REASSOCIATION_REQUEST, addresses)
                .u16(capability.0)
                .u16(listen_interval)
                .bytes(&ap.0),
        }
    }

    /// Association Response, or Reassociation Response when `reassociation` is set. `aid` is 0 to
    /// 2007 and gets its two top bits here; it is 0 in a refusal.
    #[must_use]
    pub fn association_response(
        addresses: ManagementAddresses,
        reassociation: bool,
        capability: CapabilityInfo,
        status: StatusCode,
        aid: u16,
    ) -> Self {
        let subtype = if reassociation {
            ManagementSubtype::REASSOCIATION_RESPONSE
        } else {
            ManagementSubtype::ASSOCIATION_RESPONSE
        };
        let aid = if aid == 0 {
            0
        } else {
            aid.min(MAX_AID) | 0xc000
        };
        Self::new(subtype, addresses)
            .u16(capability.0)
            .u16(status.0)
            .u16(aid)
    }

    /// Probe Request.
    #[must_use]
    pub fn probe_request(addresses: ManagementAddresses) -> Self {
        Self::new(ManagementSubtype::PROBE_REQUEST, addresses)
    }

    /// Probe Response with timestamp 0. `interval` in time units of 1024 microseconds.
    #[must_use]
    pub fn probe_response(
        addresses: ManagementAddresses,
        interval: u16,
        capability: CapabilityInfo,
    ) -> Self {
        Self::new(ManagementSubtype::PROBE_RESPONSE, addresses)
            .bytes(&[0; 8])
            .u16(interval)
            .u16(capability.0)
    }

    /// Beacon of the access point `bssid` with timestamp 0. `interval` in time units.
    #[must_use]
    pub fn beacon(bssid: MacAddr, interval: u16, capability: CapabilityInfo) -> Self {
        let addresses = ManagementAddresses::from_ap(bssid, MacAddr::BROADCAST);
        Self::new(ManagementSubtype::BEACON, addresses)
            .bytes(&[0; 8])
            .u16(interval)
            .u16(capability.0)
    }

    /// Deauthentication.
    #[must_use]
    pub fn deauthentication(addresses: ManagementAddresses, reason: ReasonCode) -> Self {
        Self::new(ManagementSubtype::DEAUTHENTICATION, addresses).u16(reason.0)
    }

    /// Disassociation.
    #[must_use]
    pub fn disassociation(addresses: ManagementAddresses, reason: ReasonCode) -> Self {
        Self::new(ManagementSubtype::DISASSOCIATION, addresses).u16(reason.0)
    }

    /// Action; `details` begins with the action code.
    #[must_use]
    pub fn action(
        addresses: ManagementAddresses,
        category: ActionCategory,
        details: &[u8],
    ) -> Self {
        Self::new(ManagementSubtype::ACTION, addresses)
            .bytes(&[category.0])
            .bytes(details)
    }

    /// Appends elements.
    #[must_use]
    pub fn with(mut self, elements: impl FnOnce(&mut ElementWriter)) -> Self {
        elements(&mut self.writer);
        self
    }

    /// Appends bytes as they are: ready-made elements, or garbage in tests.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.writer.raw(bytes);
        self
    }

    /// The frame.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.writer.finish()
    }

    fn u16(self, value: u16) -> Self {
        self.bytes(&value.to_le_bytes())
    }
}
