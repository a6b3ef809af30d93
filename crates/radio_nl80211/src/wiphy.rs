//! What a radio can do, from the kernel's description of it (`GET_WIPHY`, a dump in parts).

use dot11::{Band, Channel, CipherSuite, MacAddr};
use radio::{
    BandCapabilities, ChannelInfo, Country, HeCapabilities, HtCapabilities, VhtCapabilities,
    WiderChannels,
};

use crate::consts;
use crate::netlink::{Attr, Attrs};

/// Most channels, ciphers, combinations ... that are kept; real radios have a tenth of it.
const BOUND: usize = 512;

/// One radio ("wiphy") as the kernel describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wiphy {
    /// The kernel's number.
    pub index: u32,
    /// The kernel's name, `phy0`.
    pub name: String,
    /// 20 MHz channels with their restrictions.
    pub channels: Vec<ChannelInfo>,
    /// The highest power on each of them that is not forbidden, in dBm.
    pub powers: Vec<(Channel, u8)>,
    /// Code of the country whose rules hold: the kernel is asked for it apart from the rest.
    pub country_code: Option<[u8; 2]>,
    /// HT, VHT and HE capabilities of each band.
    pub bands: Vec<BandCapabilities>,
    /// Ciphers.
    pub ciphers: Vec<CipherSuite>,
    /// Interface types it can have, as bits `1 << type`.
    pub iftypes: u32,
    /// Interface types that do not count in combinations.
    pub software_iftypes: u32,
    /// Which interfaces may be up together.
    pub combinations: Vec<Combination>,
    /// nl80211 commands it knows, as far as the kernel lists them.
    pub commands: Vec<u8>,
    /// `NL80211_FEATURE_*`.
    pub features: u32,
    /// Names that one scan may ask for; 0 when it cannot scan.
    pub scan_names: u8,
    /// Most associated stations.
    pub max_stations: Option<u16>,
    /// Whether the driver does authentication and association itself.
    pub own_sme: bool,
    /// Addresses its interfaces may have, where the hardware has a list.
    pub addresses: Vec<MacAddr>,
    /// Bits in which the addresses of its interfaces may differ; zero means any.
    pub address_mask: MacAddr,
}

/// A set of interfaces that may be up together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Combination {
    /// Interfaces altogether.
    pub max: u32,
    /// Different channels.
    pub channels: u32,
    /// `(at most, of these types as bits)`.
    pub limits: Vec<(u32, u32)>,
}

impl Combination {
    /// Whether `counts` interfaces (type, number) fit, by the kernel's own rule.
    fn fits(&self, counts: &[(u32, u32)]) -> bool {
        let total: u32 = counts.iter().map(|(_, n)| n).sum();
        if total > self.max {
            return false;
        }
        let mut left = self.limits.clone();
        for (kind, count) in counts {
            let mut placed = false;
            for (room, types) in &mut left {
                if *types & bit(*kind) == 0 {
                    continue;
                }
                let Some(rest) = room.checked_sub(*count) else {
                    return false;
                };
                *room = rest;
                placed = true;
            }
            if !placed {
                return false;
            }
        }
        true
    }
}

fn bit(kind: u32) -> u32 {
    1u32.checked_shl(kind).unwrap_or(0)
}

impl Wiphy {
    /// Whether it can have interfaces of this `NL80211_IFTYPE_*`.
    #[must_use]
    pub fn has_iftype(&self, kind: u32) -> bool {
        self.iftypes & bit(kind) != 0
    }

    /// Whether the driver keeps stations in all states (`NL80211_FEATURE_FULL_AP_CLIENT_STATE`);
    /// others want them entered at association.
    #[must_use]
    pub const fn full_client_state(&self) -> bool {
        self.features & consts::FEATURE_FULL_AP_CLIENT_STATE != 0
    }

    /// Whether interfaces of these types may be up together; if so, on how many channels.
    #[must_use]
    pub fn channels_for(&self, kinds: &[u32]) -> Option<u32> {
        let mut counts: Vec<(u32, u32)> = Vec::new();
        for kind in kinds
            .iter()
            .filter(|k| self.software_iftypes & bit(**k) == 0)
        {
            match counts.iter_mut().find(|(k, _)| k == kind) {
                Some((_, n)) => *n += 1,
                None => counts.push((*kind, 1)),
            }
        }
        if self.combinations.is_empty() {
            return (kinds.len() <= 1).then_some(1);
        }
        self.combinations
            .iter()
            .filter(|c| c.fits(&counts))
            .map(|c| c.channels)
            .max()
    }

    fn read(&mut self, attrs: Attrs<'_>) {
        for attr in attrs {
            match attr.kind {
                consts::ATTR_WIPHY_NAME => self.name = attr.text().unwrap_or_default().to_owned(),
                consts::ATTR_WIPHY_BANDS => attr.attrs().for_each(|band| self.read_band(&band)),
                consts::ATTR_CIPHER_SUITES => {
                    self.ciphers = attr
                        .data
                        .chunks_exact(4)
                        .filter_map(|c| c.first_chunk().copied())
                        .map(|c| CipherSuite(u32::from_ne_bytes(c)))
                        .take(BOUND)
                        .collect();
                }
                consts::ATTR_SUPPORTED_IFTYPES => self.iftypes |= type_bits(attr.attrs()),
                consts::ATTR_SOFTWARE_IFTYPES => self.software_iftypes |= type_bits(attr.attrs()),
                consts::ATTR_INTERFACE_COMBINATIONS => {
                    let room = BOUND.saturating_sub(self.combinations.len());
                    self.combinations
                        .extend(attr.attrs().map(|c| combination(c.attrs())).take(room));
                }
                consts::ATTR_SUPPORTED_COMMANDS => {
                    let room = BOUND.saturating_sub(self.commands.len());
                    let list = attr
                        .attrs()
                        .filter_map(|c| c.u32().and_then(|c| u8::try_from(c).ok()));
                    self.commands.extend(list.take(room));
                }
                consts::ATTR_FEATURE_FLAGS => self.features = attr.u32().unwrap_or_default(),
                consts::ATTR_MAX_NUM_SCAN_SSIDS => {
                    self.scan_names = attr.u8().unwrap_or_default();
                }
                consts::ATTR_MAX_AP_ASSOC_STA => self.max_stations = attr.u16(),
                consts::ATTR_DEVICE_AP_SME => self.own_sme = true,
                consts::ATTR_MAC_ADDRS => {
                    let room = BOUND.saturating_sub(self.addresses.len());
                    self.addresses
                        .extend(attr.attrs().filter_map(|a| a.mac()).take(room));
                }
                consts::ATTR_MAC_MASK => self.address_mask = attr.mac().unwrap_or_default(),
                _ => {}
            }
        }
    }

    fn read_band(&mut self, band: &Attr<'_>) {
        let mut ht = HtCapabilities {
            info: 0,
            ampdu: 0,
            mcs: [0; 16],
        };
        let mut has_ht = false;
        let (mut vht_info, mut vht_mcs, mut he) = (None, None, None);
        for attr in band.attrs() {
            match attr.kind {
                consts::BAND_FREQS => attr.attrs().for_each(|f| self.read_channel(f.attrs())),
                consts::BAND_HT_CAPA => {
                    has_ht = true;
                    ht.info = attr.u16().unwrap_or_default();
                }
                consts::BAND_HT_MCS_SET => {
                    ht.mcs = attr.data.first_chunk().copied().unwrap_or_default();
                }
                // A-MPDU Parameters (9.4.2.55.3): exponent in bits 0-1, spacing in bits 2-4.
                consts::BAND_HT_AMPDU_FACTOR => ht.ampdu |= attr.u8().unwrap_or_default() & 0x03,
                consts::BAND_HT_AMPDU_DENSITY => {
                    ht.ampdu |= (attr.u8().unwrap_or_default() & 0x07) << 2;
                }
                consts::BAND_VHT_CAPA => vht_info = attr.u32(),
                consts::BAND_VHT_MCS_SET => vht_mcs = attr.data.first_chunk().copied(),
                consts::BAND_IFTYPE_DATA => {
                    he = attr
                        .attrs()
                        .find_map(|data| he_as_access_point(data.attrs()));
                }
                _ => {}
            }
        }
        let which = match band.kind {
            consts::BAND_2GHZ => Band::Ghz2,
            consts::BAND_5GHZ => Band::Ghz5,
            _ => return,
        };
        // A dump may come in several messages.
        let place = match self.bands.iter().position(|b| b.band == which) {
            Some(place) => place,
            None => {
                self.bands.push(BandCapabilities {
                    band: which,
                    ht: None,
                    vht: None,
                    he: None,
                });
                self.bands.len() - 1
            }
        };
        if let Some(known) = self.bands.get_mut(place).filter(|_| has_ht) {
            known.ht = Some(ht);
        }
        let Some(known) = self.bands.get_mut(place) else {
            return;
        };
        if let (Some(info), Some(mcs)) = (vht_info, vht_mcs) {
            known.vht = Some(VhtCapabilities { info, mcs });
        }
        if he.is_some() {
            known.he = he;
        }
    }

    fn read_channel(&mut self, attrs: Attrs<'_>) {
        let mut channel = None;
        let (mut disabled, mut no_ir, mut radar) = (false, false, false);
        let mut wider = WiderChannels::default();
        // In hundredths of a dBm.
        let mut power = None;
        for attr in attrs {
            match attr.kind {
                consts::FREQ_FREQ => channel = attr.u32().and_then(Channel::from_mhz),
                consts::FREQ_DISABLED => disabled = true,
                consts::FREQ_NO_IR => no_ir = true,
                consts::FREQ_RADAR => radar = true,
                consts::FREQ_NO_HT40_MINUS => wider.no_ht40_minus = true,
                consts::FREQ_NO_HT40_PLUS => wider.no_ht40_plus = true,
                consts::FREQ_NO_80MHZ => wider.no_80mhz = true,
                consts::FREQ_NO_HE => wider.no_he = true,
                consts::FREQ_MAX_TX_POWER => power = attr.u32(),
                _ => {}
            }
        }
        let Some(channel) = channel else { return };
        let info = ChannelInfo {
            channel,
            disabled,
            no_ir,
            radar,
            wider,
        };
        match self.channels.iter_mut().find(|c| c.channel == channel) {
            Some(known) => *known = info,
            None => self.channels.push(info),
        }
        self.powers.retain(|(known, _)| *known != channel);
        if let Some(power) = power.filter(|_| !disabled) {
            let dbm = u8::try_from(power.cast_signed().max(0) / 100).unwrap_or(u8::MAX);
            self.powers.push((channel, dbm));
            self.powers.sort_unstable();
        }
    }

    /// The country and how loud one may be there, where that is known.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        Some(Country {
            code: self.country_code?,
            powers: self.powers.clone(),
        })
    }
}

/// HE of one group of interface types, where access points are among them.
fn he_as_access_point(data: Attrs<'_>) -> Option<HeCapabilities> {
    let types = data.find(consts::BAND_IFTYPES)?;
    if type_bits(types.attrs()) & bit(consts::IFTYPE_AP) == 0 {
        return None;
    }
    let bytes = |kind| data.find(kind).map(|a| a.data);
    let phy: [u8; 11] = *bytes(consts::BAND_HE_CAP_PHY)?.first_chunk()?;
    // The kernel hands both out in full length, whatever of it is in use.
    let ppe = bytes(consts::BAND_HE_CAP_PPE)
        .filter(|_| phy[6] & dot11::element::HeCapabilities::PPE_PRESENT != 0)
        .and_then(|ppe| {
            let len = dot11::element::HeCapabilities::ppe_len(*ppe.first()?);
            ppe.get(..len)
        });
    Some(HeCapabilities {
        mac: *bytes(consts::BAND_HE_CAP_MAC)?.first_chunk()?,
        phy,
        mcs: bytes(consts::BAND_HE_CAP_MCS_SET)?.get(..4)?.to_vec(),
        ppe: ppe.unwrap_or_default().to_vec(),
    })
}

fn type_bits(types: Attrs<'_>) -> u32 {
    types.fold(0, |bits, t| bits | bit(u32::from(t.kind)))
}

fn combination(attrs: Attrs<'_>) -> Combination {
    let mut out = Combination::default();
    for attr in attrs {
        match attr.kind {
            consts::COMB_MAXNUM => out.max = attr.u32().unwrap_or_default(),
            consts::COMB_NUM_CHANNELS => out.channels = attr.u32().unwrap_or_default(),
            consts::COMB_LIMITS => {
                out.limits = attr
                    .attrs()
                    .map(|limit| {
                        let max = limit.attrs().find(consts::LIMIT_MAX).and_then(|a| a.u32());
                        let types = limit.attrs().find(consts::LIMIT_TYPES);
                        (
                            max.unwrap_or_default(),
                            types.map_or(0, |t| type_bits(t.attrs())),
                        )
                    })
                    .take(BOUND)
                    .collect();
            }
            _ => {}
        }
    }
    out
}

/// Puts one message of the dump to the radio it belongs to.
pub fn collect(wiphys: &mut Vec<Wiphy>, attrs: Attrs<'_>) {
    let Some(index) = attrs.find(consts::ATTR_WIPHY).and_then(|a| a.u32()) else {
        return;
    };
    let at = match wiphys.iter().position(|w| w.index == index) {
        Some(at) => at,
        None if wiphys.len() < BOUND => {
            wiphys.push(Wiphy {
                index,
                ..Wiphy::default()
            });
            wiphys.len() - 1
        }
        None => return,
    };
    if let Some(wiphy) = wiphys.get_mut(at) {
        wiphy.read(attrs);
    }
}

#[cfg(test)]
mod tests;
