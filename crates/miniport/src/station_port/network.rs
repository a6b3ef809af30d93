//! One network to join: whether it suits, and the frames to its access point.

use dot11::element::{
    ElementId, Elements, HtCapabilities, Rates, RsnCapabilities, Rsne, WmmInformation,
    WmmParameters,
};
use dot11::frame::{
    AssociationResponseView, AuthenticationAlgorithm, CapabilityInfo, ManagementAddresses,
    ManagementBuilder,
};
use dot11::{AkmSuite, ChannelWidth, CipherSuite, MacAddr, ReasonCode, StatusCode};
use oid::BssEntry;
use radio::{Capabilities, StationEntry, StationFlags};
use serde::{Deserialize, Serialize};

use super::settings::Wanted;
use crate::mlme::phys::ht_for;

/// Rates of a station in units of 500 kbit/s: 802.11b and g, or a.
const RATES_2GHZ: [u8; 12] = [2, 4, 11, 22, 12, 18, 24, 36, 48, 72, 96, 108];
const RATES_5GHZ: [u8; 8] = [12, 18, 24, 36, 48, 72, 96, 108];

/// How often a sleeping station would wake, in beacon intervals. This one does not sleep.
const LISTEN_INTERVAL: u16 = 5;

/// Extended capability "operating mode notification", which the radio handles.
const OPERATING_MODE_NOTIFICATION: u16 = 62;

/// A network that suits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Network {
    pub(super) entry: BssEntry,
    pub(super) unicast: CipherSuite,
    pub(super) multicast: CipherSuite,
    /// The station's own address.
    own: MacAddr,
    /// Body of our RSN element.
    rsne: Vec<u8>,
    wmm: bool,
    ht: Option<HtCapabilities>,
}

pub(super) const fn rates_of(is_2ghz: bool) -> &'static [u8] {
    if is_2ghz { &RATES_2GHZ } else { &RATES_5GHZ }
}

/// Whether the network has the wanted name.
pub(super) fn is_named(elements: &[u8], ssid: &dot11::Ssid) -> bool {
    Elements::new(elements).body(ElementId::SSID) == Some(ssid.as_bytes())
}

impl Network {
    /// The network behind a beacon or probe response, when it offers what is wanted.
    pub(super) fn suit(entry: &BssEntry, wanted: &Wanted, radio: &Capabilities) -> Option<Self> {
        let elements = Elements::new(&entry.elements);
        let capability = CapabilityInfo(entry.capability);
        let known = radio.channels.iter().find(|c| c.channel == entry.channel);
        let fits = is_named(&entry.elements, &wanted.ssid)
            && !wanted.excluded.contains(&entry.bssid)
            && capability.has(CapabilityInfo::ESS | CapabilityInfo::PRIVACY)
            && !capability.has(CapabilityInfo::IBSS)
            && known.is_some_and(|c| !c.disabled);
        if !fits {
            return None;
        }
        let theirs = Rsne::parse(elements.body(ElementId::RSN)?).ok()?;
        let needs = theirs.capabilities.has(RsnCapabilities::MFP_REQUIRED);
        if needs || !theirs.akm.contains(&AkmSuite::PSK) {
            return None;
        }
        let multicast = theirs.group_cipher;
        if !wanted.multicast.contains(&multicast) {
            return None;
        }
        let mut choices = wanted.unicast.iter();
        let unicast = *choices.find(|suite| theirs.pairwise.contains(suite))?;
        let rsne = Rsne {
            group_cipher: multicast,
            pairwise: vec![unicast],
            ..Rsne::wpa2_personal()
        };
        let wmm = WmmParameters::from_elements(elements).is_some();
        // HT without WMM does not exist (clause 10.2.3).
        let has_ht = wmm && elements.find(ElementId::HT_CAPABILITIES).is_some();
        Some(Self {
            entry: entry.clone(),
            unicast,
            multicast,
            own: radio.address,
            rsne: rsne.encode().ok()?,
            wmm,
            ht: ht_for(radio.ht(entry.channel.band()), ChannelWidth::Mhz20).filter(|_| has_ht),
        })
    }

    pub(super) const fn bssid(&self) -> MacAddr {
        self.entry.bssid
    }

    fn addresses(&self) -> ManagementAddresses {
        ManagementAddresses::to_ap(self.entry.bssid, self.own)
    }

    fn ssid(&self) -> &[u8] {
        let elements = Elements::new(&self.entry.elements);
        elements.body(ElementId::SSID).unwrap_or_default()
    }

    pub(super) fn authentication(&self) -> Vec<u8> {
        let (open, status) = (AuthenticationAlgorithm::OPEN_SYSTEM, StatusCode::SUCCESS);
        ManagementBuilder::authentication(self.addresses(), open, 1, status).finish()
    }

    pub(super) fn association_request(&self, extra: &[u8], current_ap: Option<MacAddr>) -> Vec<u8> {
        let mut capability = CapabilityInfo::ESS | CapabilityInfo::PRIVACY;
        if self.entry.channel.is_2ghz() {
            capability |= CapabilityInfo::SHORT_PREAMBLE | CapabilityInfo::SHORT_SLOT_TIME;
        }
        let capability = CapabilityInfo(capability);
        let addresses = self.addresses();
        ManagementBuilder::association_request(addresses, capability, LISTEN_INTERVAL, current_ap)
            .with(|e| {
                e.ssid(self.ssid());
                e.rates(rates_of(self.entry.channel.is_2ghz()));
                let rsne = e.element(ElementId::RSN, &self.rsne);
                debug_assert!(rsne.is_ok(), "an RSN element with one suite each fits");
                if let Some(ht) = &self.ht {
                    e.ht_capabilities(ht);
                }
                e.extended_capabilities(8, &[OPERATING_MODE_NOTIFICATION]);
                if self.wmm {
                    e.wmm_information(WmmInformation::default());
                }
                e.raw(extra);
            })
            .finish()
    }

    /// A question whether the access point is still there.
    pub(super) fn probe_request(&self) -> Vec<u8> {
        ManagementBuilder::probe_request(self.addresses())
            .with(|e| {
                e.ssid(self.ssid());
                e.rates(rates_of(self.entry.channel.is_2ghz()));
            })
            .finish()
    }

    pub(super) fn deauthentication(&self, reason: ReasonCode) -> Vec<u8> {
        ManagementBuilder::deauthentication(self.addresses(), reason).finish()
    }

    /// The access point as the one row of the radio's table.
    pub(super) fn station_entry(&self, response: &AssociationResponseView<'_>) -> StationEntry {
        let elements = response.elements;
        let ht = elements
            .body(ElementId::HT_CAPABILITIES)
            .and_then(|b| b.get(..HtCapabilities::LEN));
        let wme = self.wmm && WmmParameters::from_elements(elements).is_some();
        StationEntry {
            peer: self.entry.bssid,
            aid: response.aid,
            listen_interval: LISTEN_INTERVAL,
            capability: response.capability.0,
            rates: Rates::from_elements(elements).as_bytes().to_vec(),
            ht_capabilities: ht.filter(|_| self.ht.is_some() && wme).map(<[u8]>::to_vec),
            vht_capabilities: None,
            he_capabilities: None,
            extended_capabilities: elements
                .body(ElementId::EXTENDED_CAPABILITIES)
                .unwrap_or_default()
                .to_vec(),
            flags: StationFlags {
                authenticated: true,
                associated: true,
                wme,
                short_preamble: response.capability.has(CapabilityInfo::SHORT_PREAMBLE),
                management_protection: false,
            },
        }
    }

    /// The body of the frame the network was heard by.
    pub(super) fn beacon_body(&self) -> Vec<u8> {
        let entry = &self.entry;
        let mut body = entry.timestamp.to_le_bytes().to_vec();
        body.extend(entry.beacon_interval.to_le_bytes());
        body.extend(entry.capability.to_le_bytes());
        body.extend(&entry.elements);
        body
    }
}
