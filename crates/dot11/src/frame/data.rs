//! Data frames with three addresses (clause 9.3.2) and the LLC header inside them.

use serde::{Deserialize, Serialize};

use super::{DataSubtype, FrameControl, FrameError, FrameType, Reader, SequenceControl};
use crate::MacAddr;

/// QoS Control (clause 9.2.4.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QosControl(pub u16);

impl QosControl {
    /// Acknowledged normally, with this traffic identifier (0 to 15; 0 to 7 are user priorities).
    #[must_use]
    pub const fn new(tid: u8) -> Self {
        Self(tid as u16 & 0xf)
    }

    /// Traffic identifier.
    #[must_use]
    pub const fn tid(self) -> u8 {
        (self.0 & 0xf) as u8
    }

    /// End of service period (from an access point).
    #[must_use]
    pub const fn end_of_service_period(self) -> bool {
        self.0 & 0x0010 != 0
    }

    /// The payload is an A-MSDU.
    #[must_use]
    pub const fn is_amsdu(self) -> bool {
        self.0 & 0x0080 != 0
    }
}

/// The header of a data frame with three addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataHeader {
    /// Frame Control. When encoded, its QoS bit follows [`DataHeader::qos`].
    pub control: FrameControl,
    /// Receiver.
    pub addr1: MacAddr,
    /// Transmitter.
    pub addr2: MacAddr,
    /// Destination, source or BSSID, by To DS and From DS.
    pub addr3: MacAddr,
    /// Sequence Control.
    pub sequence: SequenceControl,
    /// QoS Control of a QoS frame.
    pub qos: Option<QosControl>,
}

impl DataHeader {
    /// From a station to its access point.
    #[must_use]
    pub const fn to_ds(bssid: MacAddr, source: MacAddr, destination: MacAddr) -> Self {
        Self {
            control: FrameControl::data(DataSubtype::DATA).with(FrameControl::TO_DS),
            addr1: bssid,
            addr2: source,
            addr3: destination,
            sequence: SequenceControl(0),
            qos: None,
        }
    }

    /// From an access point to its station (or a group).
    #[must_use]
    pub const fn from_ds(bssid: MacAddr, source: MacAddr, destination: MacAddr) -> Self {
        Self {
            control: FrameControl::data(DataSubtype::DATA).with(FrameControl::FROM_DS),
            addr1: destination,
            addr2: bssid,
            addr3: source,
            sequence: SequenceControl(0),
            qos: None,
        }
    }

    /// The same as a QoS frame of this traffic identifier.
    #[must_use]
    pub const fn with_qos(mut self, qos: QosControl) -> Self {
        self.qos = Some(qos);
        self.control.0 |= 0x0080;
        self
    }

    /// The same as a Null frame: nothing but its header matters.
    #[must_use]
    pub const fn as_null(mut self) -> Self {
        self.control.0 |= 0x0040;
        self
    }

    /// The same with flags of Frame Control set.
    #[must_use]
    pub const fn with(mut self, flags: u16) -> Self {
        self.control = self.control.with(flags);
        self
    }

    /// The same with a sequence number.
    #[must_use]
    pub const fn with_sequence(mut self, sequence: SequenceControl) -> Self {
        self.sequence = sequence;
        self
    }

    /// Final destination.
    #[must_use]
    pub const fn destination(&self) -> MacAddr {
        if self.control.has(FrameControl::TO_DS) {
            self.addr3
        } else {
            self.addr1
        }
    }

    /// Original source.
    #[must_use]
    pub const fn source(&self) -> MacAddr {
        if self.control.has(FrameControl::FROM_DS) {
            self.addr3
        } else {
            self.addr2
        }
    }

    /// The network.
    #[must_use]
    pub const fn bssid(&self) -> MacAddr {
        if self.control.has(FrameControl::TO_DS) {
            self.addr1
        } else if self.control.has(FrameControl::FROM_DS) {
            self.addr2
        } else {
            self.addr3
        }
    }

    /// Whether it is a Null or QoS Null frame, that is, without payload.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        self.control.0 & 0x0040 != 0
    }

    /// Whether the payload is encrypted.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.control.has(FrameControl::PROTECTED)
    }

    /// Length on the air in bytes: 24, or 26 with QoS Control.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        if self.qos.is_some() { 26 } else { 24 }
    }

    /// Appends the header. The QoS bit of the subtype follows [`DataHeader::qos`]; HT Control is
    /// never written and its flag is cleared.
    pub fn encode_into(&self, frame: &mut Vec<u8>) {
        let control = match self.qos {
            Some(_) => self.control.0 | 0x0080,
            None => self.control.0 & !0x0080,
        } & !FrameControl::HTC;
        frame.extend_from_slice(&control.to_le_bytes());
        frame.extend_from_slice(&[0, 0]);
        frame.extend_from_slice(&self.addr1.0);
        frame.extend_from_slice(&self.addr2.0);
        frame.extend_from_slice(&self.addr3.0);
        frame.extend_from_slice(&self.sequence.0.to_le_bytes());
        if let Some(qos) = self.qos {
            frame.extend_from_slice(&qos.0.to_le_bytes());
        }
    }

    /// A whole frame.
    #[must_use]
    pub fn encode(&self, payload: &[u8]) -> Vec<u8> {
        let mut frame = Vec::with_capacity(self.encoded_len() + payload.len());
        self.encode_into(&mut frame);
        frame.extend_from_slice(payload);
        frame
    }
}

/// A data frame whose header is complete.
#[derive(Clone, Copy, Debug)]
pub struct DataView<'a> {
    header: DataHeader,
    header_bytes: &'a [u8],
    payload: &'a [u8],
}

impl<'a> DataView<'a> {
    /// Reads the header of `frame` (without FCS).
    ///
    /// # Errors
    /// When it is no data frame of version 0 with three addresses or ends within its header.
    pub fn parse(frame: &'a [u8]) -> Result<Self, FrameError> {
        let mut r = Reader(frame);
        let control = FrameControl(r.u16().ok_or(FrameError::Truncated)?);
        if control.version() != 0 {
            return Err(FrameError::UnknownVersion);
        }
        if control.frame_type() != FrameType::Data {
            return Err(FrameError::WrongType);
        }
        if control.has(FrameControl::TO_DS | FrameControl::FROM_DS) {
            return Err(FrameError::FourAddresses);
        }
        Self::parse_rest(control, r, frame).ok_or(FrameError::Truncated)
    }

    fn parse_rest(control: FrameControl, mut r: Reader<'a>, frame: &'a [u8]) -> Option<Self> {
        let _duration = r.u16()?;
        let (addr1, addr2, addr3) = (r.mac()?, r.mac()?, r.mac()?);
        let sequence = SequenceControl(r.u16()?);
        let qos = if control.subtype() & 0x8 != 0 {
            Some(QosControl(r.u16()?))
        } else {
            None
        };
        if qos.is_some() && control.has(FrameControl::HTC) {
            r.array::<4>()?;
        }
        let payload = r.rest();
        let header_bytes = frame.get(..frame.len() - payload.len())?;
        let header = DataHeader {
            control,
            addr1,
            addr2,
            addr3,
            sequence,
            qos,
        };
        Some(Self {
            header,
            header_bytes,
            payload,
        })
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &DataHeader {
        &self.header
    }

    /// The header as it stood in the frame, for the cipher's additional data.
    #[must_use]
    pub const fn header_bytes(&self) -> &'a [u8] {
        self.header_bytes
    }

    /// Everything after the header, encrypted when [`DataHeader::is_protected`].
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Traffic identifier, `None` in a frame without QoS Control.
    #[must_use]
    pub fn tid(&self) -> Option<u8> {
        self.header.qos.map(QosControl::tid)
    }

    /// Whether it is a fragment of a longer frame.
    #[must_use]
    pub const fn is_fragment(&self) -> bool {
        self.header.control.has(FrameControl::MORE_FRAGMENTS)
            || self.header.sequence.fragment() != 0
    }
}

/// LLC and SNAP header of an Ethernet payload (RFC 1042), without the EtherType.
const SNAP: [u8; 6] = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00];

/// `payload` behind an LLC/SNAP header with this EtherType (RFC 1042).
#[must_use]
pub fn encapsulate_llc(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + payload.len());
    out.extend_from_slice(&SNAP);
    out.extend_from_slice(&ethertype.to_be_bytes());
    out.extend_from_slice(payload);
    out
}

/// EtherType and payload behind an LLC/SNAP header; `None` when there is no such header.
#[must_use]
pub fn decapsulate_llc(body: &[u8]) -> Option<(u16, &[u8])> {
    let (ethertype, payload) = body.strip_prefix(&SNAP)?.split_first_chunk::<2>()?;
    Some((u16::from_be_bytes(*ethertype), payload))
}
