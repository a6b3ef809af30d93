//! Frames: headers, management bodies, data and PS-Poll (clauses 9.2 and 9.3).
//!
//! Views borrow a whole MPDU without FCS. [`ManagementView::parse`] and [`DataView::parse`] check
//! lengths once; every accessor after that is plain arithmetic that cannot fail. Unknown subtypes
//! and flags survive.

mod control;
mod data;
mod management;
mod sa_query;

#[cfg(test)]
mod tests;

pub use control::PsPoll;
pub use data::{DataHeader, DataView, QosControl, decapsulate_llc, encapsulate_llc};
pub use management::{
    ActionView, AssociationRequestView, AssociationResponseView, AuthenticationView, BeaconView,
    ManagementAddresses, ManagementBody, ManagementBuilder, ManagementView,
};
pub use sa_query::SaQuery;

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::code::code_point;

/// Length of the header of a management frame without HT Control, in bytes.
pub const MANAGEMENT_HEADER_LEN: usize = 24;

/// Largest association id (clause 9.4.1.8).
pub const MAX_AID: u16 = 2007;

/// Why bytes are not the frame they were taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrameError {
    /// It ends before its fixed part does.
    Truncated,
    /// The protocol version is not 0.
    UnknownVersion,
    /// It is of another type or subtype.
    WrongType,
    /// The body is encrypted and cannot be read here.
    Protected,
    /// It is a fragment, which nobody may send at this place.
    Fragmented,
    /// It has four addresses (To DS and From DS both set).
    FourAddresses,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the frame is too short",
            Self::UnknownVersion => "the protocol version is not 0",
            Self::WrongType => "the frame is of another type",
            Self::Protected => "the frame is encrypted",
            Self::Fragmented => "the frame is a fragment",
            Self::FourAddresses => "the frame has four addresses",
        })
    }
}

impl core::error::Error for FrameError {}

/// Type field of Frame Control (clause 9.2.4.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FrameType {
    /// Management.
    Management,
    /// Control.
    Control,
    /// Data.
    Data,
    /// Extension.
    Extension,
}

code_point! {
    /// Subtype of a management frame (table 9-1).
    ManagementSubtype(u8) {
        /// Association Request.
        ASSOCIATION_REQUEST = 0, "association request";
        /// Association Response.
        ASSOCIATION_RESPONSE = 1, "association response";
        /// Reassociation Request.
        REASSOCIATION_REQUEST = 2, "reassociation request";
        /// Reassociation Response.
        REASSOCIATION_RESPONSE = 3, "reassociation response";
        /// Probe Request.
        PROBE_REQUEST = 4, "probe request";
        /// Probe Response.
        PROBE_RESPONSE = 5, "probe response";
        /// Beacon.
        BEACON = 8, "beacon";
        /// ATIM.
        ATIM = 9, "ATIM";
        /// Disassociation.
        DISASSOCIATION = 10, "disassociation";
        /// Authentication.
        AUTHENTICATION = 11, "authentication";
        /// Deauthentication.
        DEAUTHENTICATION = 12, "deauthentication";
        /// Action.
        ACTION = 13, "action";
        /// Action No Ack.
        ACTION_NO_ACK = 14, "action no ack";
    }
}

code_point! {
    /// Subtype of a data frame (table 9-1). Bit 2 means "no data", bit 3 means "QoS".
    DataSubtype(u8) {
        /// Data.
        DATA = 0, "data";
        /// Null: no data, carries the power management bit.
        NULL = 4, "null";
        /// QoS Data.
        QOS_DATA = 8, "QoS data";
        /// QoS Null.
        QOS_NULL = 12, "QoS null";
    }
}

code_point! {
    /// Subtype of a control frame (table 9-1).
    ControlSubtype(u8) {
        /// Block Ack Request.
        BLOCK_ACK_REQUEST = 8, "block ack request";
        /// Block Ack.
        BLOCK_ACK = 9, "block ack";
        /// PS-Poll.
        PS_POLL = 10, "PS-Poll";
        /// RTS.
        RTS = 11, "RTS";
        /// CTS.
        CTS = 12, "CTS";
        /// Ack.
        ACK = 13, "ack";
    }
}

code_point! {
    /// Category of an action frame (clause 9.4.1.11).
    ActionCategory(u8) {
        /// Spectrum Management.
        SPECTRUM_MANAGEMENT = 0, "spectrum management";
        /// QoS.
        QOS = 1, "QoS";
        /// Block Ack.
        BLOCK_ACK = 3, "block ack";
        /// Public.
        PUBLIC = 4, "public";
        /// Radio Measurement.
        RADIO_MEASUREMENT = 5, "radio measurement";
        /// Fast BSS Transition.
        FAST_BSS_TRANSITION = 6, "fast BSS transition";
        /// HT.
        HT = 7, "HT";
        /// SA Query.
        SA_QUERY = 8, "SA query";
        /// WNM.
        WNM = 10, "WNM";
        /// Vendor-specific.
        VENDOR = 127, "vendor-specific";
    }
}

impl ActionCategory {
    /// Whether frames of this category are protected where management frames are (table 9-51). Numbers
    /// nobody knows yet count as such.
    #[must_use]
    pub const fn is_robust(self) -> bool {
        // Public, HT, unprotected WNM, self-protected, unprotected DMG, VHT, unprotected S1G, HE, and
        // vendor-specific ones are not.
        !matches!(self.0, 4 | 7 | 11 | 15 | 20 | 21 | 22 | 30 | 127)
    }
}

code_point! {
    /// Authentication algorithm number (clause 9.4.1.1).
    AuthenticationAlgorithm(u16) {
        /// Open System, the only one WPA2-Personal uses.
        OPEN_SYSTEM = 0, "open system";
        /// Shared Key (WEP).
        SHARED_KEY = 1, "shared key";
        /// Fast BSS Transition.
        FAST_BSS_TRANSITION = 2, "fast BSS transition";
        /// SAE.
        SAE = 3, "SAE";
    }
}

/// Frame Control (clause 9.2.4.1), the little-endian field as a number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FrameControl(pub u16);

impl FrameControl {
    /// To the distribution system: from a station to its access point.
    pub const TO_DS: u16 = 0x0100;
    /// From the distribution system: from an access point to its station.
    pub const FROM_DS: u16 = 0x0200;
    /// More fragments of this frame follow.
    pub const MORE_FRAGMENTS: u16 = 0x0400;
    /// A repetition.
    pub const RETRY: u16 = 0x0800;
    /// The sender sleeps after this exchange.
    pub const POWER_MANAGEMENT: u16 = 0x1000;
    /// The access point holds more frames for the receiver.
    pub const MORE_DATA: u16 = 0x2000;
    /// The body is encrypted.
    pub const PROTECTED: u16 = 0x4000;
    /// HT Control follows the header (in management and QoS data frames).
    pub const HTC: u16 = 0x8000;

    /// For a management frame.
    #[must_use]
    pub const fn management(subtype: ManagementSubtype) -> Self {
        Self((subtype.0 as u16 & 0xf) << 4)
    }

    /// For a control frame.
    #[must_use]
    pub const fn control(subtype: ControlSubtype) -> Self {
        Self(0x0004 | (subtype.0 as u16 & 0xf) << 4)
    }

    /// For a data frame.
    #[must_use]
    pub const fn data(subtype: DataSubtype) -> Self {
        Self(0x0008 | (subtype.0 as u16 & 0xf) << 4)
    }

    /// The same with flag bits set.
    #[must_use]
    pub const fn with(self, flags: u16) -> Self {
        Self(self.0 | flags & 0xff00)
    }

    /// The first two bytes of a frame.
    #[must_use]
    pub fn from_frame(frame: &[u8]) -> Option<Self> {
        frame.first_chunk().map(|b| Self(u16::from_le_bytes(*b)))
    }

    /// Protocol version, 0 in all frames of today.
    #[must_use]
    pub const fn version(self) -> u8 {
        (self.0 & 0x3) as u8
    }

    /// Type.
    #[must_use]
    pub const fn frame_type(self) -> FrameType {
        match self.0 >> 2 & 0x3 {
            0 => FrameType::Management,
            1 => FrameType::Control,
            2 => FrameType::Data,
            _ => FrameType::Extension,
        }
    }

    /// Subtype, whose meaning depends on the type.
    #[must_use]
    pub const fn subtype(self) -> u8 {
        (self.0 >> 4 & 0xf) as u8
    }

    /// Whether all of `flags` are set, e.g. [`FrameControl::PROTECTED`].
    #[must_use]
    pub const fn has(self, flags: u16) -> bool {
        self.0 & flags == flags
    }
}

impl fmt::Debug for FrameControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FrameControl({:?}/{}, {:#06x})",
            self.frame_type(),
            self.subtype(),
            self.0
        )
    }
}

/// Sequence Control (clause 9.2.4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SequenceControl(pub u16);

impl SequenceControl {
    /// From a sequence number (12 bits used) and a fragment number (4 bits used).
    #[must_use]
    pub const fn new(sequence: u16, fragment: u8) -> Self {
        Self(sequence << 4 | fragment as u16 & 0xf)
    }

    /// Sequence number, 0 to 4095.
    #[must_use]
    pub const fn sequence(self) -> u16 {
        self.0 >> 4
    }

    /// Fragment number, 0 to 15.
    #[must_use]
    pub const fn fragment(self) -> u8 {
        (self.0 & 0xf) as u8
    }
}

/// Capability Information (clause 9.4.1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CapabilityInfo(pub u16);

impl CapabilityInfo {
    /// Infrastructure BSS.
    pub const ESS: u16 = 0x0001;
    /// Independent BSS.
    pub const IBSS: u16 = 0x0002;
    /// Data must be encrypted.
    pub const PRIVACY: u16 = 0x0010;
    /// Short preambles allowed.
    pub const SHORT_PREAMBLE: u16 = 0x0020;
    /// Short slot time (9 us) in the 2.4 GHz band.
    pub const SHORT_SLOT_TIME: u16 = 0x0400;

    /// Whether all of `flags` are set.
    #[must_use]
    pub const fn has(self, flags: u16) -> bool {
        self.0 & flags == flags
    }
}

/// Writes Sequence Control into a management or data frame, as a radio does before sending.
/// `false` when the frame has none (too short, or a control frame).
pub fn write_sequence_control(frame: &mut [u8], control: SequenceControl) -> bool {
    let has_one = FrameControl::from_frame(frame)
        .is_some_and(|fc| matches!(fc.frame_type(), FrameType::Management | FrameType::Data));
    match frame.get_mut(22..24) {
        Some(field) if has_one => {
            field.copy_from_slice(&control.0.to_le_bytes());
            true
        }
        _ => false,
    }
}

/// Sets flag bits in Frame Control, e.g. [`FrameControl::RETRY`]. `false` when the frame is too short.
pub fn write_flags(frame: &mut [u8], flags: u16) -> bool {
    match frame.get_mut(1) {
        Some(byte) => {
            *byte |= (flags >> 8) as u8;
            true
        }
        None => false,
    }
}

/// Writes the timestamp (microseconds, the TSF) into a beacon or probe response, as a radio does
/// before sending. `false` when the frame is neither.
pub fn write_timestamp(frame: &mut [u8], tsf: u64) -> bool {
    let carries = FrameControl::from_frame(frame).is_some_and(|fc| {
        fc.frame_type() == FrameType::Management
            && matches!(
                ManagementSubtype(fc.subtype()),
                ManagementSubtype::BEACON | ManagementSubtype::PROBE_RESPONSE
            )
    });
    match frame.get_mut(24..32) {
        Some(field) if carries => {
            field.copy_from_slice(&tsf.to_le_bytes());
            true
        }
        _ => false,
    }
}

/// Reads little-endian and address fields off the front of a slice.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[b]| b)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn mac(&mut self) -> Option<crate::MacAddr> {
        self.array().map(crate::MacAddr)
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}
