//! Elements: the type-length-value part of management frames (clause 9.4.2).
//!
//! [`Elements`] walks borrowed bytes, [`ElementWriter`] builds them. Formats with inner structure
//! have their own types: [`Tim`], [`Rsne`], [`HtCapabilities`], [`HtOperation`], [`VhtCapabilities`],
//! [`VhtOperation`], [`HeCapabilities`], [`HeOperation`], [`WmmParameters`].

mod he;
mod ht;
mod rates;
mod rsne;
mod tim;
mod timeout;
mod vht;
mod wmm;
mod writer;

#[cfg(test)]
mod tests;

pub use he::{HeCapabilities, HeOperation};
pub use ht::{HtCapabilities, HtOperation};
pub use rates::{BASIC_RATE, Rates};
pub use rsne::{Pmkid, RsnCapabilities, Rsne, RsneError};
pub use tim::{Tim, encode_tim};
pub use timeout::{encode_association_comeback, parse_association_comeback};
pub use vht::{VhtCapabilities, VhtOperation};
pub use wmm::{AccessCategory, EdcaParameters, WmmInformation, WmmParameters};
pub use writer::{ElementTooLong, ElementWriter};

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::code::code_point;

code_point! {
    /// Element id (table 9-92).
    ElementId(u8) {
        /// SSID.
        SSID = 0, "SSID";
        /// Supported Rates and BSS Membership Selectors.
        SUPPORTED_RATES = 1, "supported rates";
        /// DSSS Parameter Set: the current channel.
        DS_PARAMETER_SET = 3, "DS parameter set";
        /// TIM: who has frames waiting.
        TIM = 5, "TIM";
        /// Country.
        COUNTRY = 7, "country";
        /// BSS Load.
        BSS_LOAD = 11, "BSS load";
        /// Power Constraint.
        POWER_CONSTRAINT = 32, "power constraint";
        /// Power Capability.
        POWER_CAPABILITY = 33, "power capability";
        /// Supported Channels.
        SUPPORTED_CHANNELS = 36, "supported channels";
        /// Channel Switch Announcement.
        CHANNEL_SWITCH = 37, "channel switch";
        /// ERP.
        ERP = 42, "ERP";
        /// HT Capabilities.
        HT_CAPABILITIES = 45, "HT capabilities";
        /// RSN.
        RSN = 48, "RSN";
        /// Extended Supported Rates and BSS Membership Selectors.
        EXTENDED_SUPPORTED_RATES = 50, "extended supported rates";
        /// Timeout Interval.
        TIMEOUT_INTERVAL = 56, "timeout interval";
        /// Supported Operating Classes.
        SUPPORTED_OPERATING_CLASSES = 59, "supported operating classes";
        /// HT Operation.
        HT_OPERATION = 61, "HT operation";
        /// Management MIC: protects a group-addressed management frame.
        MANAGEMENT_MIC = 76, "management MIC";
        /// Extended Capabilities.
        EXTENDED_CAPABILITIES = 127, "extended capabilities";
        /// VHT Capabilities.
        VHT_CAPABILITIES = 191, "VHT capabilities";
        /// VHT Operation.
        VHT_OPERATION = 192, "VHT operation";
        /// Transmit Power Envelope.
        TRANSMIT_POWER_ENVELOPE = 195, "transmit power envelope";
        /// Vendor Specific: OUI, then whatever the vendor likes.
        VENDOR_SPECIFIC = 221, "vendor specific";
        /// The first body byte is an element id extension.
        EXTENSION = 255, "extension";
    }
}

/// Element id extension of HE Capabilities (table 9-92).
pub const EXTENSION_HE_CAPABILITIES: u8 = 35;
/// Element id extension of HE Operation.
pub const EXTENSION_HE_OPERATION: u8 = 36;

/// Microsoft's OUI, under which WPA, WMM and WPS elements live.
pub const OUI_MICROSOFT: [u8; 3] = [0x00, 0x50, 0xf2];

/// Flags of the ERP element's only byte (clause 9.4.2.11).
pub mod erp {
    /// A station without ERP (802.11b) is in the network.
    pub const NON_ERP_PRESENT: u8 = 0x01;
    /// Protect OFDM frames.
    pub const USE_PROTECTION: u8 = 0x02;
    /// Use long preambles.
    pub const BARKER_PREAMBLE: u8 = 0x04;
}

/// The bytes end within an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedElements;

impl fmt::Display for MalformedElements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the frame ends within an element")
    }
}

impl core::error::Error for MalformedElements {}

/// A run of elements as it stood in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// Takes any bytes; what is wrong with them shows while walking.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Walks the elements. After an error nothing more comes.
    #[must_use]
    pub const fn iter(self) -> ElementIter<'a> {
        ElementIter { rest: self.0 }
    }

    /// Whether the last element ends where the bytes end.
    #[must_use]
    pub fn is_well_formed(self) -> bool {
        self.iter().all(|e| e.is_ok())
    }

    /// The first complete element with this id, even if later ones are malformed.
    #[must_use]
    pub fn find(self, id: ElementId) -> Option<Element<'a>> {
        self.iter().flatten().find(|e| e.id() == id)
    }

    /// Body of the first complete element with this id.
    #[must_use]
    pub fn body(self, id: ElementId) -> Option<&'a [u8]> {
        self.find(id).map(Element::body)
    }

    /// Body behind the extension of the first complete element with this element id extension.
    #[must_use]
    pub fn extension(self, extension: u8) -> Option<&'a [u8]> {
        self.iter()
            .flatten()
            .filter(|e| e.id() == ElementId::EXTENSION)
            .find_map(|e| e.body().strip_prefix(&[extension]))
    }

    /// The first vendor-specific element of this OUI and vendor type, as the body after the type.
    #[must_use]
    pub fn vendor(self, oui: [u8; 3], vendor_type: u8) -> Option<&'a [u8]> {
        self.iter()
            .flatten()
            .filter(|e| e.id() == ElementId::VENDOR_SPECIFIC)
            .find_map(|e| e.body().strip_prefix(&oui)?.strip_prefix(&[vendor_type]))
    }
}

impl<'a> IntoIterator for Elements<'a> {
    type Item = Result<Element<'a>, MalformedElements>;
    type IntoIter = ElementIter<'a>;

    fn into_iter(self) -> ElementIter<'a> {
        self.iter()
    }
}

/// Iterator of [`Elements::iter`].
#[derive(Clone, Debug)]
pub struct ElementIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for ElementIter<'a> {
    type Item = Result<Element<'a>, MalformedElements>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let whole = self.rest.get(1).and_then(|len| {
            let end = 2 + usize::from(*len);
            (self.rest.len() >= end).then(|| self.rest.split_at(end))
        });
        match whole {
            Some((element, rest)) => {
                self.rest = rest;
                Some(Ok(Element(element)))
            }
            None => {
                self.rest = &[];
                Some(Err(MalformedElements))
            }
        }
    }
}

impl core::iter::FusedIterator for ElementIter<'_> {}

/// One complete element. It holds at least two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a>(&'a [u8]);

impl<'a> Element<'a> {
    /// Its id.
    #[must_use]
    pub fn id(self) -> ElementId {
        ElementId(self.0.first().copied().unwrap_or_default())
    }

    /// What follows id and length, at most 255 bytes.
    #[must_use]
    pub fn body(self) -> &'a [u8] {
        self.0.get(2..).unwrap_or_default()
    }

    /// Id, length and body as they stood in the frame: what is compared byte for byte in the 4-way
    /// handshake.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}
