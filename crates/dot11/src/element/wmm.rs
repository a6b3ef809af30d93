//! WMM Information and Parameter elements (Wi-Fi Alliance WMM 1.2, 2.2.1 and 2.2.2): the QoS
//! announcement of 802.11n in practice, without which stations are held to 802.11g rates.

use serde::{Deserialize, Serialize};

use super::{Elements, OUI_MICROSOFT};
use crate::frame::Reader;

/// Vendor type of WMM under [`OUI_MICROSOFT`].
const WMM_TYPE: u8 = 2;
const SUBTYPE_INFORMATION: u8 = 0;
const SUBTYPE_PARAMETER: u8 = 1;
const VERSION: u8 = 1;

/// An access category, in the order of its number (ACI).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AccessCategory {
    /// Best effort, ACI 0.
    BestEffort,
    /// Background, ACI 1.
    Background,
    /// Video, ACI 2.
    Video,
    /// Voice, ACI 3.
    Voice,
}

/// How one access category contends for the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdcaParameters {
    /// Slots to wait before contention, 2 to 15.
    pub aifsn: u8,
    /// Exponent of the smallest contention window, 0 to 15.
    pub ecw_min: u8,
    /// Exponent of the largest contention window, 0 to 15.
    pub ecw_max: u8,
    /// Longest transmission opportunity in units of 32 microseconds, 0: one frame.
    pub txop: u16,
    /// Admission control is mandatory.
    pub admission: bool,
}

impl EdcaParameters {
    const fn plain(aifsn: u8, ecw_min: u8, ecw_max: u8, txop: u16) -> Self {
        Self {
            aifsn,
            ecw_min,
            ecw_max,
            txop,
            admission: false,
        }
    }
}

/// WMM Parameter element, from an access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WmmParameters {
    /// QoS Info: bits 0 to 3 count parameter changes, bit 7 announces U-APSD.
    pub qos_info: u8,
    /// By ACI: best effort, background, video, voice.
    pub categories: [EdcaParameters; 4],
}

impl Default for WmmParameters {
    /// The values of table 9-155 for stations of an OFDM network.
    fn default() -> Self {
        Self {
            qos_info: 0,
            categories: [
                EdcaParameters::plain(3, 4, 10, 0),
                EdcaParameters::plain(7, 4, 10, 0),
                EdcaParameters::plain(2, 3, 4, 94),
                EdcaParameters::plain(2, 2, 3, 47),
            ],
        }
    }
}

impl WmmParameters {
    /// Length of the element body in bytes, OUI included.
    pub const LEN: usize = 24;

    /// From the elements of a frame.
    #[must_use]
    pub fn from_elements(elements: Elements<'_>) -> Option<Self> {
        let mut r = wmm(elements, SUBTYPE_PARAMETER)?;
        let qos_info = r.u8()?;
        let _reserved = r.u8()?;
        let mut out = Self {
            qos_info,
            ..Self::default()
        };
        for _ in 0..4 {
            let (aci, ecw, txop) = (r.u8()?, r.u8()?, r.u16()?);
            let category = out.categories.get_mut(usize::from(aci >> 5 & 0x3))?;
            *category = EdcaParameters {
                aifsn: aci & 0xf,
                ecw_min: ecw & 0xf,
                ecw_max: ecw >> 4,
                txop,
                admission: aci & 0x10 != 0,
            };
        }
        Some(out)
    }

    /// The element body, OUI included.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut body = [0; Self::LEN];
        body[..7].copy_from_slice(&header(SUBTYPE_PARAMETER, self.qos_info));
        let records = body[8..].chunks_exact_mut(4);
        for ((aci, category), record) in (0_u8..).zip(&self.categories).zip(records) {
            let [low, high] = category.txop.to_le_bytes();
            record.copy_from_slice(&[
                category.aifsn & 0xf | u8::from(category.admission) << 4 | aci << 5,
                category.ecw_min & 0xf | category.ecw_max << 4,
                low,
                high,
            ]);
        }
        body
    }

    /// The parameters of one category.
    #[must_use]
    pub const fn category(&self, category: AccessCategory) -> &EdcaParameters {
        &self.categories[category as usize]
    }
}

/// WMM Information element, from a station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WmmInformation {
    /// QoS Info: the access categories with U-APSD, in a request.
    pub qos_info: u8,
}

impl WmmInformation {
    /// Length of the element body in bytes, OUI included.
    pub const LEN: usize = 7;

    /// From the elements of a frame.
    #[must_use]
    pub fn from_elements(elements: Elements<'_>) -> Option<Self> {
        wmm(elements, SUBTYPE_INFORMATION)?
            .u8()
            .map(|qos_info| Self { qos_info })
    }

    /// The element body, OUI included.
    #[must_use]
    pub const fn encode(&self) -> [u8; Self::LEN] {
        header(SUBTYPE_INFORMATION, self.qos_info)
    }
}

const fn header(subtype: u8, qos_info: u8) -> [u8; 7] {
    let [a, b, c] = OUI_MICROSOFT;
    [a, b, c, WMM_TYPE, subtype, VERSION, qos_info]
}

/// The QoS Info byte and what follows, of the first WMM element of this subtype and version 1.
fn wmm(elements: Elements<'_>, subtype: u8) -> Option<Reader<'_>> {
    elements
        .iter()
        .flatten()
        .filter(|e| e.id() == super::ElementId::VENDOR_SPECIFIC)
        .find_map(|e| {
            e.body()
                .strip_prefix(&OUI_MICROSOFT)?
                .strip_prefix(&[WMM_TYPE, subtype, VERSION])
        })
        .map(Reader)
}
