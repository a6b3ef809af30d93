//! The association block of an access point: started, request received, decision, completion
//! (reference 3.4, 4.1).

use dot11::MacAddr;

use super::form::{Fields, Form};
use super::{ObjectHeader, Structure, WireError};
use crate::{AuthAlgorithm, CipherAlgorithm};

/// `DOT11_INCOMING_ASSOC_STARTED_PARAMETERS`, 10 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingAssocStarted {
    /// The peer.
    pub peer: MacAddr,
}

impl IncomingAssocStarted {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 10);
}

impl<'a> Structure<'a> for IncomingAssocStarted {
    const NAME: &'static str = "DOT11_INCOMING_ASSOC_STARTED_PARAMETERS";
    const LEAST: usize = 10;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            peer: fields.mac(4),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 10);
        Self::HEADER.put(&mut form);
        form.mac(4, self.peer);
    }
}

/// `DOT11_INCOMING_ASSOC_REQUEST_RECEIVED_PARAMETERS`, 20 bytes and the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingAssocRequestReceived<'a> {
    /// The peer.
    pub peer: MacAddr,
    /// Whether it is a reassociation request.
    pub reassociation: bool,
    /// The request **without** MAC header.
    pub request: &'a [u8],
}

impl IncomingAssocRequestReceived<'_> {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 20);
}

impl<'a> Structure<'a> for IncomingAssocRequestReceived<'a> {
    const NAME: &'static str = "DOT11_INCOMING_ASSOC_REQUEST_RECEIVED_PARAMETERS";
    const LEAST: usize = 20;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            peer: fields.mac(4),
            reassociation: fields.flag(10),
            request: fields.span(12)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 20);
        Self::HEADER.put(&mut form);
        form.mac(4, self.peer)
            .flag(10, self.reassociation)
            .data(12, self.request);
    }
}

/// `DOT11_INCOMING_ASSOC_DECISION` (24 bytes) or, with a Wi-Fi Direct status, its second version
/// (28 bytes, revision 2), and elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingAssocDecision<'a> {
    /// The peer.
    pub peer: MacAddr,
    /// Whether it may in.
    pub accept: bool,
    /// `usReasonCode`: the 802.11 status of the response if it may not.
    pub reason: u16,
    /// Elements to append to the response.
    pub elements: &'a [u8],
    /// `WFDStatus`, which makes it version 2.
    pub wfd_status: Option<u8>,
}

impl IncomingAssocDecision<'_> {
    const V1: ObjectHeader = ObjectHeader::new(1, 24);
    const V2: ObjectHeader = ObjectHeader::new(2, 28);
}

impl<'a> Structure<'a> for IncomingAssocDecision<'a> {
    const NAME: &'static str = "DOT11_INCOMING_ASSOC_DECISION";
    const LEAST: usize = 24;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        let second = ObjectHeader::read(&fields, Self::NAME)? == Self::V2;
        if second {
            fields = Fields::new(bytes, Self::NAME, 28)?;
        } else {
            Self::V1.check(&fields, Self::NAME)?;
        }
        Ok(Self {
            peer: fields.mac(4),
            accept: fields.flag(10),
            reason: fields.u16(12),
            elements: fields.span(16)?,
            wfd_status: second.then(|| fields.u8(24)),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let header = match self.wfd_status {
            Some(_) => Self::V2,
            None => Self::V1,
        };
        let mut form = Form::new(out, usize::from(header.size));
        header.put(&mut form);
        form.mac(4, self.peer)
            .flag(10, self.accept)
            .u16(12, self.reason);
        if let Some(status) = self.wfd_status {
            form.u8(24, status);
        }
        form.data(16, self.elements);
    }
}

/// `ucErrorSource`: whose number `uStatus` is. Unknown values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorSource(pub u8);

impl ErrorSource {
    /// An NDIS status of the system.
    pub const OS: Self = Self(0);
    /// The 802.11 status code of the exchange.
    pub const REMOTE: Self = Self(1);
    /// A vendor's number.
    pub const OTHER: Self = Self(0xFF);
}

/// ULONGs that lie anywhere in a buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PhyList<'a>(&'a [u8]);

impl<'a> PhyList<'a> {
    /// No PHYs.
    pub const EMPTY: Self = Self(&[]);

    /// From little-endian ULONGs; `None` if the length is no multiple of 4.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        bytes.len().is_multiple_of(4).then_some(Self(bytes))
    }

    /// As they lie in the buffer.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The `DOT11_PHY_ID`s.
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        let (ids, _) = self.0.as_chunks::<4>();
        ids.iter().map(|id| u32::from_le_bytes(*id))
    }
}

impl core::fmt::Debug for PhyList<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// `DOT11_INCOMING_ASSOC_COMPLETION_PARAMETERS`, 64 bytes and what it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingAssocCompletion<'a> {
    /// The peer.
    pub peer: MacAddr,
    /// 0, or why not; see `source`.
    pub status: u32,
    /// Whose number `status` is.
    pub source: ErrorSource,
    /// Whether the request was a reassociation request.
    pub reassociation_request: bool,
    /// Whether the response was a reassociation response.
    pub reassociation_response: bool,
    /// The request without MAC header.
    pub request: &'a [u8],
    /// The response without MAC header.
    pub response: &'a [u8],
    /// Negotiated authentication; 0 on failure, like the rest.
    pub auth: AuthAlgorithm,
    /// Negotiated unicast cipher.
    pub unicast: CipherAlgorithm,
    /// Negotiated multicast cipher.
    pub multicast: CipherAlgorithm,
    /// `DOT11_PHY_ID`s in use with the peer.
    pub phys: PhyList<'a>,
    /// The latest beacon without MAC header.
    pub beacon: &'a [u8],
}

impl IncomingAssocCompletion<'_> {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 64);
}

impl<'a> Structure<'a> for IncomingAssocCompletion<'a> {
    const NAME: &'static str = "DOT11_INCOMING_ASSOC_COMPLETION_PARAMETERS";
    const LEAST: usize = 64;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        let phys = fields.span(48)?;
        Ok(Self {
            peer: fields.mac(4),
            status: fields.u32(12),
            source: ErrorSource(fields.u8(16)),
            reassociation_request: fields.flag(17),
            reassociation_response: fields.flag(18),
            request: fields.span(20)?,
            response: fields.span(28)?,
            auth: AuthAlgorithm(fields.u32(36)),
            unicast: CipherAlgorithm(fields.u32(40)),
            multicast: CipherAlgorithm(fields.u32(44)),
            phys: phy_list(phys)?,
            beacon: fields.span(56)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 64);
        Self::HEADER.put(&mut form);
        form.mac(4, self.peer)
            .u32(12, self.status)
            .u8(16, self.source.0)
            .flag(17, self.reassociation_request)
            .flag(18, self.reassociation_response)
            .u32(36, self.auth.0)
            .u32(40, self.unicast.0)
            .u32(44, self.multicast.0)
            // First, where it is aligned for readers that cast.
            .data(48, self.phys.as_bytes())
            .data(20, self.request)
            .data(28, self.response)
            .data(56, self.beacon);
    }
}

pub(super) fn phy_list(bytes: &[u8]) -> Result<PhyList<'_>, WireError> {
    PhyList::new(bytes).ok_or_else(|| {
        WireError::data(format!("A list of PHYs cannot have {} bytes.", bytes.len()))
    })
}
