//! The PHYs of the network: what of them is announced, and what of a station's own counts.
//!
//! Announced is what the radio has and the channel's width gives room for, without what nobody here
//! carries out (beamforming, target wake times, 160 MHz).

use dot11::element::{
    EXTENSION_HE_CAPABILITIES, ElementId, ElementWriter, Elements, HeCapabilities, HeOperation,
    HtCapabilities, HtOperation, VhtCapabilities, VhtOperation,
};
use dot11::{Band, ChannelWidth, MacAddr, Phy};
use radio::{Capabilities, OperatingChannel};
use serde::{Deserialize, Serialize};

use crate::channel::{center_number, is_secondary_above};

/// HT capabilities that make no sense or no good on a 20 MHz channel: 40 MHz width, greenfield, short
/// guard interval at 40 MHz, DSSS/CCK at 40 MHz, 40 MHz intolerance.
const HT_UNUSED_20: u16 = 0x0002 | 0x0010 | 0x0040 | 0x1000 | 0x4000;
/// Those of a wider one.
const HT_UNUSED_40: u16 = 0x0010 | 0x1000 | 0x4000;

/// What of VHT is carried out by radios themselves.
const VHT_USED: u32 = VhtCapabilities::MAX_MPDU_LEN
    | VhtCapabilities::RX_LDPC
    | VhtCapabilities::SHORT_GI_80
    | VhtCapabilities::TX_STBC
    | VhtCapabilities::RX_STBC
    | VhtCapabilities::MAX_AMPDU_LEN
    | VhtCapabilities::CONSTANT_ANTENNAS;

/// Bytes of the Supported HE-MCS And NSS Set field for channels up to 80 MHz.
const HE_MCS_80: usize = 4;

/// PHYs beyond those of the legacy rates, each only with the one before it in its band.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phys {
    ht: Option<HtCapabilities>,
    vht: Option<VhtCapabilities>,
    he: Option<HeCapabilities>,
}

/// What a station has of them, as it said: element bodies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StationPhys {
    pub(crate) ht: Option<Vec<u8>>,
    pub(crate) vht: Option<Vec<u8>>,
    /// Behind the element id extension.
    pub(crate) he: Option<Vec<u8>>,
}

impl Phys {
    /// What the radio can announce there.
    pub(crate) fn new(radio: &Capabilities, place: &OperatingChannel) -> Self {
        let band = place.primary.band();
        let ht = ht_for(radio.ht(band), place.width);
        let here = radio.band(band).filter(|_| ht.is_some());
        let vht = here
            .and_then(|b| b.vht)
            .filter(|_| band == Band::Ghz5)
            .map(|vht| VhtCapabilities {
                info: vht.info & VHT_USED,
                mcs: vht.mcs,
            });
        let forbidden = |c: &radio::ChannelInfo| c.channel == place.primary && c.wider.no_he;
        let he = here
            // In 5 GHz the width of HE is said by VHT Operation.
            .filter(|_| band == Band::Ghz2 || vht.is_some())
            .filter(|_| !radio.channels.iter().any(forbidden))
            .and_then(|b| b.he.as_ref())
            .and_then(|he| he_for(he, band, place.width));
        Self { ht, vht, he }
    }

    /// On another channel, in the same band or not, of 20 MHz. To announce more than fits there does no
    /// harm; what the other band may not have is left out.
    pub(crate) fn moved(&self, same_band: bool) -> Self {
        if same_band {
            self.clone()
        } else {
            Self {
                ht: self.ht,
                ..Self::default()
            }
        }
    }

    pub(crate) const fn has_ht(&self) -> bool {
        self.ht.is_some()
    }

    /// The fastest of all.
    pub(crate) fn fastest(&self, band: Band) -> Phy {
        match (self, band) {
            (Self { he: Some(_), .. }, _) => Phy::He,
            (Self { vht: Some(_), .. }, _) => Phy::Vht,
            (Self { ht: Some(_), .. }, _) => Phy::Ht,
            (_, Band::Ghz2) => Phy::Erp,
            (_, Band::Ghz5) => Phy::Ofdm,
        }
    }

    /// What a station that asks to associate has of what is announced. HT and what follows from it do
    /// not exist without WMM (clause 10.2.3).
    pub(crate) fn negotiate(&self, elements: Elements<'_>, wme: bool) -> StationPhys {
        let ht = elements
            .body(ElementId::HT_CAPABILITIES)
            .and_then(|b| b.get(..HtCapabilities::LEN))
            .filter(|_| self.ht.is_some() && wme);
        let vht = elements
            .body(ElementId::VHT_CAPABILITIES)
            .and_then(|b| b.get(..VhtCapabilities::LEN))
            .filter(|_| self.vht.is_some() && ht.is_some());
        let he = elements
            .extension(EXTENSION_HE_CAPABILITIES)
            .filter(|body| HeCapabilities::parse(body).is_some())
            .filter(|_| self.he.is_some() && ht.is_some());
        StationPhys {
            ht: ht.map(<[u8]>::to_vec),
            vht: vht.map(<[u8]>::to_vec),
            he: he.map(<[u8]>::to_vec),
        }
    }

    /// For everybody.
    pub(crate) fn for_all(&self) -> Announced<'_> {
        Announced {
            ht: self.ht.as_ref(),
            vht: self.vht.as_ref(),
            he: self.he.as_ref(),
        }
    }

    /// For a station with these.
    pub(crate) fn for_station(&self, station: &StationPhys) -> Announced<'_> {
        Announced {
            ht: self.ht.as_ref().filter(|_| station.ht.is_some()),
            vht: self.vht.as_ref().filter(|_| station.vht.is_some()),
            he: self.he.as_ref().filter(|_| station.he.is_some()),
        }
    }
}

/// What one frame says of the PHYs. Other elements stand between the two halves (table 9-32).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced<'a> {
    ht: Option<&'a HtCapabilities>,
    vht: Option<&'a VhtCapabilities>,
    he: Option<&'a HeCapabilities>,
}

impl Announced<'_> {
    /// Before Extended Capabilities.
    pub(crate) fn write_ht(&self, e: &mut ElementWriter, place: &OperatingChannel, protection: u8) {
        if let Some(ht) = self.ht {
            let number = place.primary.number();
            let operation = match place.width {
                ChannelWidth::Mhz20 => HtOperation::twenty_mhz(number),
                ChannelWidth::Mhz40 | ChannelWidth::Mhz80 => {
                    HtOperation::forty_mhz(number, is_secondary_above(place))
                }
            };
            e.ht_capabilities(ht);
            e.ht_operation(&operation.with_protection(protection));
        }
    }

    /// Behind Extended Capabilities, with the highest power in dBm where that is to be said.
    pub(crate) fn write_vht(
        &self,
        e: &mut ElementWriter,
        place: &OperatingChannel,
        power: Option<u8>,
    ) {
        if let Some(vht) = self.vht {
            e.vht_capabilities(vht);
            e.vht_operation(&match place.width {
                ChannelWidth::Mhz20 | ChannelWidth::Mhz40 => VhtOperation::as_ht(),
                ChannelWidth::Mhz80 => VhtOperation::eighty_mhz(center_number(place)),
            });
            if let Some(power) = power {
                let wider = match place.width {
                    ChannelWidth::Mhz20 => 0,
                    ChannelWidth::Mhz40 => 1,
                    ChannelWidth::Mhz80 => 2,
                };
                e.transmit_power_envelope(wider, power);
            }
        }
    }

    /// Behind those of VHT.
    pub(crate) fn write_he(&self, e: &mut ElementWriter, bssid: MacAddr) {
        if let Some(he) = self.he {
            e.he_capabilities(he);
            e.he_operation(&HeOperation::plain(color(bssid)));
        }
    }
}

/// The element's form of what the radio can do on a channel of this width.
pub(crate) fn ht_for(
    radio: Option<radio::HtCapabilities>,
    width: ChannelWidth,
) -> Option<HtCapabilities> {
    let unused = match width {
        ChannelWidth::Mhz20 => HT_UNUSED_20,
        ChannelWidth::Mhz40 | ChannelWidth::Mhz80 => HT_UNUSED_40,
    };
    radio.map(|ht| HtCapabilities {
        info: ht.info & !unused,
        ampdu: ht.ampdu,
        mcs: ht.mcs,
        ..HtCapabilities::default()
    })
}

/// `None` for what the radio says of itself that is no HE capability.
fn he_for(he: &radio::HeCapabilities, band: Band, width: ChannelWidth) -> Option<HeCapabilities> {
    let (mut mac, mut phy) = (he.mac, he.phy);
    mac[0] &= !HeCapabilities::TWT;
    let widths = match (band, width) {
        (_, ChannelWidth::Mhz20) => 0,
        (Band::Ghz2, _) => HeCapabilities::WIDTH_40_IN_2GHZ,
        (Band::Ghz5, _) => HeCapabilities::WIDTH_80_IN_5GHZ,
    };
    // Bit 0 and the bits of narrower resource units above are not ours.
    phy[0] &= widths;
    phy[3] &= !HeCapabilities::SU_BEAMFORMER;
    phy[4] &= !HeCapabilities::BEAMFORMEE_AND_MU;
    let ppe = he
        .ppe
        .first()
        .filter(|_| phy[6] & HeCapabilities::PPE_PRESENT != 0)
        .and_then(|first| he.ppe.get(..HeCapabilities::ppe_len(*first)))
        .unwrap_or_default()
        .to_vec();
    if ppe.is_empty() {
        phy[6] &= !HeCapabilities::PPE_PRESENT;
    }
    Some(HeCapabilities {
        mac,
        phy,
        mcs: he.mcs.get(..HE_MCS_80)?.to_vec(),
        ppe,
    })
}

/// A colour for a network that does not use it: 1 to 63, the same as long as the address is.
fn color(bssid: MacAddr) -> u8 {
    let sum: u16 = bssid.0.iter().map(|b| u16::from(*b)).sum();
    (sum % 63) as u8 + 1
}

#[cfg(test)]
mod tests;
