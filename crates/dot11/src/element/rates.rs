//! Supported Rates and Extended Supported Rates (clauses 9.4.2.3 and 9.4.2.13).

use serde::{Deserialize, Serialize};

use super::{ElementId, Elements};

/// Marks a rate that every member of the network must have.
pub const BASIC_RATE: u8 = 0x80;

/// 6, 9, 12, 18, 24, 36, 48 and 54 Mbit/s (clause 17.2.3.3).
const OFDM: [u8; 8] = [12, 18, 24, 36, 48, 72, 96, 108];

/// A set of rates in units of 500 kbit/s, each perhaps with [`BASIC_RATE`], in the order of the
/// elements. BSS membership selectors appear as rates above 0x78.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates(Vec<u8>);

impl Rates {
    /// Longest list that is kept, in rates. More do not exist; the rest of a longer element is noise.
    pub const MAX: usize = 32;

    /// From rate bytes; those beyond [`Rates::MAX`] are dropped.
    #[must_use]
    pub fn new(rates: &[u8]) -> Self {
        Self(rates.iter().copied().take(Self::MAX).collect())
    }

    /// Both elements together; empty when neither is there.
    #[must_use]
    pub fn from_elements(elements: Elements<'_>) -> Self {
        let part = |id| elements.body(id).unwrap_or_default().iter().copied();
        Self(
            part(ElementId::SUPPORTED_RATES)
                .chain(part(ElementId::EXTENDED_SUPPORTED_RATES))
                .take(Self::MAX)
                .collect(),
        )
    }

    /// The rate bytes, basic bits included.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether `rate` (basic bit ignored) is in the set.
    #[must_use]
    pub fn has(&self, rate: u8) -> bool {
        self.0.iter().any(|r| r & !BASIC_RATE == rate & !BASIC_RATE)
    }

    /// The rates marked basic, without the mark.
    pub fn basic(&self) -> impl Iterator<Item = u8> + '_ {
        self.0
            .iter()
            .filter(|r| **r & BASIC_RATE != 0)
            .map(|r| r & !BASIC_RATE)
    }

    /// Whether one of OFDM is among them, which 802.11b does not know.
    #[must_use]
    pub fn has_ofdm(&self) -> bool {
        OFDM.iter().any(|rate| self.has(*rate))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
