//! Building elements.

use core::fmt;

use super::{
    EXTENSION_HE_CAPABILITIES, EXTENSION_HE_OPERATION, ElementId, HeCapabilities, HeOperation,
    HtCapabilities, HtOperation, Rsne, VhtCapabilities, VhtOperation, WmmInformation,
    WmmParameters, encode_tim,
};

/// An element body longer than 255 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementTooLong {
    /// The length that was offered, in bytes.
    pub len: usize,
}

impl fmt::Display for ElementTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an element body has at most 255 bytes, not {}", self.len)
    }
}

impl core::error::Error for ElementTooLong {}

/// Appends elements to a frame or to nothing.
#[derive(Clone, Debug, Default)]
pub struct ElementWriter {
    bytes: Vec<u8>,
}

impl ElementWriter {
    /// Starts with nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Continues `bytes`.
    #[must_use]
    pub const fn append_to(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Any element.
    ///
    /// # Errors
    /// When `body` is longer than 255 bytes; nothing is written then.
    pub fn element(&mut self, id: ElementId, body: &[u8]) -> Result<&mut Self, ElementTooLong> {
        let len = u8::try_from(body.len()).map_err(|_| ElementTooLong { len: body.len() })?;
        self.bytes.extend([id.0, len]);
        self.bytes.extend(body);
        Ok(self)
    }

    /// Bytes as they are: ready-made elements.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend(bytes);
        self
    }

    /// SSID; empty for the wildcard. Bytes beyond 32 are not written.
    pub fn ssid(&mut self, ssid: &[u8]) -> &mut Self {
        self.clipped(ElementId::SSID, ssid, 32)
    }

    /// Supported Rates with the first eight of `rates` (units of 500 kbit/s, basic bits included)
    /// and, when there are more, Extended Supported Rates with the others.
    ///
    /// Beacons have other elements between the two: see [`ElementWriter::supported_rates`].
    pub fn rates(&mut self, rates: &[u8]) -> &mut Self {
        self.supported_rates(rates).extended_rates(rates)
    }

    /// Supported Rates: the first eight of `rates`.
    pub fn supported_rates(&mut self, rates: &[u8]) -> &mut Self {
        self.clipped(ElementId::SUPPORTED_RATES, rates, 8)
    }

    /// Extended Supported Rates: those of `rates` after the eighth; nothing when there are none.
    pub fn extended_rates(&mut self, rates: &[u8]) -> &mut Self {
        match rates.get(8..) {
            Some(rest) if !rest.is_empty() => {
                self.clipped(ElementId::EXTENDED_SUPPORTED_RATES, rest, 255)
            }
            _ => self,
        }
    }

    /// DS Parameter Set: the channel number.
    pub fn ds_parameter_set(&mut self, channel: u8) -> &mut Self {
        self.clipped(ElementId::DS_PARAMETER_SET, &[channel], 1)
    }

    /// TIM, see [`encode_tim`].
    pub fn tim(
        &mut self,
        dtim_count: u8,
        dtim_period: u8,
        group_traffic: bool,
        aids: impl IntoIterator<Item = u16>,
    ) -> &mut Self {
        // At most 3 + 251 bytes.
        let body = encode_tim(dtim_count, dtim_period, group_traffic, aids);
        self.clipped(ElementId::TIM, &body, 255)
    }

    /// Country: the code of two letters, for all surroundings, and triplets of a first channel, how many
    /// there are of the kind, and the highest power there in dBm (clause 9.4.2.8). Those beyond 83 are
    /// left out.
    pub fn country(&mut self, code: [u8; 2], triplets: &[[u8; 3]]) -> &mut Self {
        let [a, b] = code;
        let mut body = vec![a, b, b' '];
        body.extend(triplets.iter().take(83).flatten());
        // Its length is even.
        if !body.len().is_multiple_of(2) {
            body.push(0);
        }
        self.clipped(ElementId::COUNTRY, &body, 255)
    }

    /// ERP, flags of [`erp`](super::erp).
    pub fn erp(&mut self, flags: u8) -> &mut Self {
        self.clipped(ElementId::ERP, &[flags], 1)
    }

    /// HT Capabilities.
    pub fn ht_capabilities(&mut self, ht: &HtCapabilities) -> &mut Self {
        self.clipped(ElementId::HT_CAPABILITIES, &ht.encode(), 255)
    }

    /// HT Operation.
    pub fn ht_operation(&mut self, ht: &HtOperation) -> &mut Self {
        self.clipped(ElementId::HT_OPERATION, &ht.encode(), 255)
    }

    /// VHT Capabilities.
    pub fn vht_capabilities(&mut self, vht: &VhtCapabilities) -> &mut Self {
        self.clipped(ElementId::VHT_CAPABILITIES, &vht.encode(), 255)
    }

    /// VHT Operation.
    pub fn vht_operation(&mut self, vht: &VhtOperation) -> &mut Self {
        self.clipped(ElementId::VHT_OPERATION, &vht.encode(), 255)
    }

    /// Transmit Power Envelope: the highest EIRP in dBm, the same for channels of 20 MHz and, as many as
    /// `wider` says, of 40 and of 80 MHz (clause 9.4.2.161). Above 63 dBm it says 63.
    pub fn transmit_power_envelope(&mut self, wider: u8, dbm: u8) -> &mut Self {
        let wider = wider.min(2);
        // In halves of a dBm.
        let mut body = vec![2 * dbm.min(63); 2 + usize::from(wider)];
        body[0] = wider;
        self.clipped(ElementId::TRANSMIT_POWER_ENVELOPE, &body, 5)
    }

    /// HE Capabilities.
    pub fn he_capabilities(&mut self, he: &HeCapabilities) -> &mut Self {
        self.extended(EXTENSION_HE_CAPABILITIES, &he.encode())
    }

    /// HE Operation.
    pub fn he_operation(&mut self, he: &HeOperation) -> &mut Self {
        self.extended(EXTENSION_HE_OPERATION, &he.encode())
    }

    /// RSN.
    ///
    /// # Errors
    /// When its lists are too long for an element; nothing is written then.
    pub fn rsne(&mut self, rsne: &Rsne) -> Result<&mut Self, ElementTooLong> {
        let body = rsne.encode()?;
        self.element(ElementId::RSN, &body)
    }

    /// Extended Capabilities with these bits set (table 9-153); nothing when there are none.
    /// `len` is the least length in bytes. Bits above 2039 are left out.
    pub fn extended_capabilities(&mut self, len: usize, bits: &[u16]) -> &mut Self {
        let mut body = vec![0_u8; len.min(255)];
        for bit in bits.iter().filter(|b| **b < 2040) {
            let index = usize::from(bit / 8);
            if body.len() <= index {
                body.resize(index + 1, 0);
            }
            body[index] |= 1 << (bit % 8);
        }
        if body.is_empty() {
            return self;
        }
        self.clipped(ElementId::EXTENDED_CAPABILITIES, &body, 255)
    }

    /// Supported Operating Classes: the current class, then all (at most 254).
    pub fn operating_classes(&mut self, current: u8, all: &[u8]) -> &mut Self {
        let body: Vec<u8> = core::iter::once(current)
            .chain(all.iter().copied())
            .collect();
        self.clipped(ElementId::SUPPORTED_OPERATING_CLASSES, &body, 255)
    }

    /// WMM Parameter.
    pub fn wmm_parameters(&mut self, wmm: &WmmParameters) -> &mut Self {
        self.clipped(ElementId::VENDOR_SPECIFIC, &wmm.encode(), 255)
    }

    /// WMM Information.
    pub fn wmm_information(&mut self, wmm: WmmInformation) -> &mut Self {
        self.clipped(ElementId::VENDOR_SPECIFIC, &wmm.encode(), 255)
    }

    /// An element with an element id extension.
    fn extended(&mut self, extension: u8, body: &[u8]) -> &mut Self {
        let body: Vec<u8> = core::iter::once(extension)
            .chain(body.iter().copied())
            .collect();
        self.clipped(ElementId::EXTENSION, &body, 255)
    }

    /// An element whose body cannot be longer than `max` (at most 255) for anything valid.
    fn clipped(&mut self, id: ElementId, body: &[u8], max: u8) -> &mut Self {
        let len = u8::try_from(body.len()).unwrap_or(max).min(max);
        self.bytes.extend([id.0, len]);
        self.bytes.extend(body.iter().take(usize::from(len)));
        self
    }
}
