//! The network as it is announced: beacons, probe responses, association responses, and what a
//! station must bring along.

use dot11::element::{
    ElementId, ElementWriter, Elements, Rates, RsnCapabilities, Rsne, RsneError, WmmInformation,
    WmmParameters, encode_association_comeback,
};
use dot11::frame::{
    AssociationRequestView, AuthenticationAlgorithm, CapabilityInfo, MANAGEMENT_HEADER_LEN,
    ManagementAddresses, ManagementBuilder,
};
use dot11::{
    AkmSuite, Band, Channel, ChannelWidth, CipherSuite, MacAddr, Phy, ReasonCode, Ssid, StatusCode,
};
use radio::{ApConfig, Capabilities, Country, OperatingChannel, Protection};
use serde::{Deserialize, Serialize};

use super::classes::{class_of, classes};
use super::join::Join;
use super::needs::Needs;
use super::phys::{Announced, Phys};

/// Rates of a 2.4 GHz network in 500 kbit/s: the four of 802.11b are basic.
const RATES_2GHZ: [u8; 12] = [
    0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24, 0x30, 0x48, 0x60, 0x6c,
];
/// Rates of a 5 GHz network: 6, 12 and 24 Mbit/s are basic.
const RATES_5GHZ: [u8; 8] = [0x8c, 0x12, 0x98, 0x24, 0xb0, 0x48, 0x60, 0x6c];

/// RSN capabilities: sixteen replay counters, which WMM's traffic classes need.
const RSN_CAPABILITIES: u16 = 0x000c;

/// Extended capability "operating mode notification", which the radio handles.
const OPERATING_MODE_NOTIFICATION: u16 = 62;
/// Where a probe response has its receiver.
const RECEIVER: core::ops::Range<usize> = 4..10;

/// What a start fixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BssSettings {
    pub(crate) ssid: Ssid,
    pub(crate) beacon_interval: u16,
    pub(crate) dtim_period: u8,
    /// For pairwise and group keys.
    pub(crate) cipher: CipherSuite,
    /// At the start; later the radio knows.
    pub(crate) isolate: bool,
}

/// The network on the air.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bss {
    settings: BssSettings,
    pub(crate) bssid: MacAddr,
    pub(crate) place: OperatingChannel,
    phys: Phys,
    rates: Vec<u8>,
    /// The RSN element with id and length.
    pub(crate) rsne: Vec<u8>,
    /// Protection of management frames is offered.
    management_protection: bool,
    /// Whose rules hold, where that is known.
    country: Option<Country>,
    /// Operating classes it could have.
    classes: Vec<u8>,
    /// Of older stations, as announced.
    needs: Needs,
    probe_response: Vec<u8>,
}

impl Bss {
    pub(crate) fn new(
        settings: BssSettings,
        radio: &Capabilities,
        place: OperatingChannel,
        needs: Needs,
    ) -> Self {
        let rates = rates(place.primary);
        // Firmware has no answer to our questions about associations.
        let management_protection =
            radio.ciphers.contains(&CipherSuite::BIP_CMAC_128) && !radio.firmware_mlme;
        let protection = if management_protection {
            RsnCapabilities::MFP_CAPABLE
        } else {
            0
        };
        let rsne = Rsne {
            capabilities: RsnCapabilities(RSN_CAPABILITIES | protection),
            group_management: management_protection.then_some(CipherSuite::BIP_CMAC_128),
            group_cipher: settings.cipher,
            pairwise: vec![settings.cipher],
            ..Rsne::wpa2_personal()
        };
        let mut writer = ElementWriter::new();
        writer
            .rsne(&rsne)
            .expect("an RSN element with one suite each fits");
        let mut bss = Self {
            settings,
            bssid: radio.address,
            place,
            phys: Phys::new(radio, &place),
            rates,
            rsne: writer.finish(),
            management_protection,
            country: radio.country.clone(),
            classes: classes(radio, &place),
            needs,
            probe_response: Vec::new(),
        };
        bss.probe_response = bss.build_probe_response();
        bss
    }

    /// The same network on another channel of the same band or not, 20 MHz wide: how wide the radio
    /// is there it does not tell.
    pub(crate) fn moved_to(&self, channel: Channel) -> Self {
        let stays = channel.band() == self.place.primary.band();
        let mut bss = Self {
            place: channel.into(),
            phys: self.phys.moved(stays),
            rates: rates(channel),
            ..self.clone()
        };
        bss.probe_response = bss.build_probe_response();
        bss
    }

    /// The fastest PHY announced.
    pub(crate) fn phy(&self) -> Phy {
        self.phys.fastest(self.place.primary.band())
    }

    pub(crate) fn ap_config(&self) -> ApConfig {
        ApConfig {
            ssid: self.settings.ssid.clone(),
            bssid: self.bssid,
            channel: self.place,
            phy: self.phy(),
            beacon_head: self.beacon_head(),
            beacon_tail: self.beacon_tail(),
            beacon_interval: self.settings.beacon_interval,
            dtim_period: self.settings.dtim_period,
            cipher: self.settings.cipher,
            basic_rates: Rates::new(&self.rates).basic().collect(),
            isolate: self.settings.isolate,
            management_protection: self.management_protection,
            protection: self.protection(),
        }
    }

    /// What older stations need, as it is announced.
    pub(crate) const fn needs(&self) -> Needs {
        self.needs
    }

    /// Announces these from now on; whether that changes a frame.
    pub(crate) fn set_needs(&mut self, needs: Needs) -> bool {
        if needs == self.needs {
            return false;
        }
        self.needs = needs;
        let before = core::mem::take(&mut self.probe_response);
        self.probe_response = self.build_probe_response();
        self.probe_response != before
    }

    /// The radio's part in what is announced.
    pub(crate) fn protection(&self) -> Protection {
        let has_erp = self.place.primary.is_2ghz();
        Protection {
            cts: has_erp && self.needs.cts(),
            long_preamble: has_erp && self.needs.long_preamble(),
            long_slot: has_erp && self.needs.long_slot(),
            ht: self.phys.has_ht().then(|| self.ht_protection()),
        }
    }

    fn ht_protection(&self) -> u8 {
        self.needs.ht(self.place.width > ChannelWidth::Mhz20)
    }

    /// What a station that joins needs.
    pub(crate) fn needs_of(&self, join: &Join) -> Needs {
        Needs::of_station(join, &self.place, self.phys.has_ht())
    }

    /// The beacon up to the place of the TIM element.
    pub(crate) fn beacon_head(&self) -> Vec<u8> {
        ManagementBuilder::beacon(self.bssid, self.settings.beacon_interval, self.capability())
            .with(|e| self.write_front(e))
            .finish()
    }

    /// The beacon's elements after the TIM element.
    pub(crate) fn beacon_tail(&self) -> Vec<u8> {
        let mut writer = ElementWriter::new();
        self.write_back(&mut writer);
        writer.finish()
    }

    fn build_probe_response(&self) -> Vec<u8> {
        let to_nobody = ManagementAddresses::from_ap(self.bssid, MacAddr::default());
        let interval = self.settings.beacon_interval;
        ManagementBuilder::probe_response(to_nobody, interval, self.capability())
            .with(|e| {
                self.write_front(e);
                self.write_back(e);
            })
            .finish()
    }

    pub(crate) fn probe_response(&self, to: MacAddr) -> Vec<u8> {
        let mut frame = self.probe_response.clone();
        if let Some(receiver) = frame.get_mut(RECEIVER) {
            receiver.copy_from_slice(&to.0);
        }
        frame
    }

    /// The body of a beacon, as of a probe response: no TIM element, no time.
    pub(crate) fn beacon_body(&self) -> Vec<u8> {
        let body = self.probe_response.get(MANAGEMENT_HEADER_LEN..);
        body.unwrap_or_default().to_vec()
    }

    pub(crate) fn authentication(
        &self,
        to: MacAddr,
        algorithm: AuthenticationAlgorithm,
        transaction: u16,
        status: StatusCode,
    ) -> Vec<u8> {
        let addresses = ManagementAddresses::from_ap(self.bssid, to);
        ManagementBuilder::authentication(addresses, algorithm, transaction, status).finish()
    }

    pub(crate) fn deauthentication(&self, to: MacAddr, reason: ReasonCode) -> Vec<u8> {
        let addresses = ManagementAddresses::from_ap(self.bssid, to);
        ManagementBuilder::deauthentication(addresses, reason).finish()
    }

    pub(crate) fn disassociation(&self, to: MacAddr, reason: ReasonCode) -> Vec<u8> {
        let addresses = ManagementAddresses::from_ap(self.bssid, to);
        ManagementBuilder::disassociation(addresses, reason).finish()
    }

    /// A response that accepts `join` under this association id.
    pub(crate) fn acceptance(&self, to: MacAddr, join: &Join, aid: u16) -> Vec<u8> {
        ManagementBuilder::association_response(
            ManagementAddresses::from_ap(self.bssid, to),
            join.reassociation,
            self.capability(),
            StatusCode::SUCCESS,
            aid,
        )
        .with(|e| {
            e.rates(&self.rates);
            self.write_phys(e, &self.phys.for_station(&join.phys), None);
            if join.wme {
                e.wmm_parameters(&WmmParameters::default());
            }
        })
        .finish()
    }

    pub(crate) fn refusal(&self, to: MacAddr, reassociation: bool, status: StatusCode) -> Vec<u8> {
        let addresses = ManagementAddresses::from_ap(self.bssid, to);
        let capability = self.capability();
        ManagementBuilder::association_response(addresses, reassociation, capability, status, 0)
            .with(|e| {
                e.rates(&self.rates);
            })
            .finish()
    }

    /// A refusal for now: the station may ask again in so many time units (clause 11.3.5.3).
    pub(crate) fn come_back(&self, to: MacAddr, reassociation: bool, time_units: u32) -> Vec<u8> {
        let addresses = ManagementAddresses::from_ap(self.bssid, to);
        let (capability, status) = (self.capability(), StatusCode::REFUSED_TEMPORARILY);
        ManagementBuilder::association_response(addresses, reassociation, capability, status, 0)
            .with(|e| {
                e.rates(&self.rates);
                let comeback = encode_association_comeback(time_units);
                // Five bytes are never too long.
                let _ = e.element(ElementId::TIMEOUT_INTERVAL, &comeback);
            })
            .finish()
    }

    /// Whether a probe request is meant for us.
    pub(crate) fn is_asked_for(&self, elements: dot11::element::Elements<'_>) -> bool {
        let named = match elements.body(ElementId::SSID) {
            Some(name) => name.is_empty() || name == self.settings.ssid.as_bytes(),
            None => false,
        };
        // A request may leak in from a neighbouring channel: it says which one it was meant for.
        let on_channel = match elements.body(ElementId::DS_PARAMETER_SET) {
            Some(body) => body == [self.place.primary.number()],
            None => true,
        };
        named && on_channel && elements.is_well_formed()
    }

    /// Checks a (re)association request against what we announce (clause 11.3.5.3).
    ///
    /// # Errors
    /// The status for the response.
    pub(crate) fn check(&self, request: &AssociationRequestView<'_>) -> Result<Join, StatusCode> {
        let elements = request.elements;
        if !elements.is_well_formed() {
            return Err(StatusCode::INVALID_ELEMENT);
        }
        if elements.body(ElementId::SSID) != Some(self.settings.ssid.as_bytes()) {
            return Err(StatusCode::REFUSED);
        }
        let capability = request.capability;
        if !capability.has(CapabilityInfo::ESS) || capability.has(CapabilityInfo::IBSS) {
            return Err(StatusCode::REFUSED_CAPABILITIES_MISMATCH);
        }
        let rates = Rates::from_elements(elements);
        if !Rates::new(&self.rates).basic().any(|rate| rates.has(rate)) {
            return Err(StatusCode::REFUSED_BASIC_RATES_MISMATCH);
        }
        let rsne = elements
            .find(ElementId::RSN)
            .ok_or(StatusCode::INVALID_ELEMENT)?;
        let offered = self.management_protection;
        let management_protection = check_rsne(rsne.body(), self.settings.cipher, offered)?;
        let wme = WmmInformation::from_elements(elements).is_some();
        Ok(Join {
            reassociation: request.current_ap.is_some(),
            capability,
            listen_interval: request.listen_interval,
            rates: rates.as_bytes().to_vec(),
            phys: self.phys.negotiate(elements, wme),
            extended_capabilities: elements
                .body(ElementId::EXTENDED_CAPABILITIES)
                .unwrap_or_default()
                .to_vec(),
            wme,
            rsne: rsne.as_bytes().to_vec(),
            management_protection,
        })
    }

    /// Checks the elements of a (re)association request that firmware has accepted: those that decide
    /// who gets keys. The RSN element with id and length.
    ///
    /// # Errors
    /// The status that a response would have had.
    pub(crate) fn check_elements(&self, elements: Elements<'_>) -> Result<Vec<u8>, StatusCode> {
        if !elements.is_well_formed() {
            return Err(StatusCode::INVALID_ELEMENT);
        }
        // Some firmware leaves the name out, which it has compared.
        let ours = self.settings.ssid.as_bytes();
        if elements
            .body(ElementId::SSID)
            .is_some_and(|name| name != ours)
        {
            return Err(StatusCode::REFUSED);
        }
        let rsne = elements
            .find(ElementId::RSN)
            .ok_or(StatusCode::INVALID_ELEMENT)?;
        let offered = self.management_protection;
        check_rsne(rsne.body(), self.settings.cipher, offered)?;
        Ok(rsne.as_bytes().to_vec())
    }

    const fn capability(&self) -> CapabilityInfo {
        let mut flags = CapabilityInfo::ESS | CapabilityInfo::PRIVACY;
        let has_erp = self.place.primary.is_2ghz();
        if has_erp && !self.needs.long_preamble() {
            flags |= CapabilityInfo::SHORT_PREAMBLE;
        }
        if has_erp && !self.needs.long_slot() {
            flags |= CapabilityInfo::SHORT_SLOT_TIME;
        }
        CapabilityInfo(flags)
    }

    /// Elements before the TIM element, in the order of table 9-32.
    fn write_front(&self, e: &mut ElementWriter) {
        e.ssid(self.settings.ssid.as_bytes());
        e.supported_rates(&self.rates);
        if self.place.primary.is_2ghz() {
            e.ds_parameter_set(self.place.primary.number());
        }
    }

    /// Elements after the TIM element.
    fn write_back(&self, e: &mut ElementWriter) {
        if let Some(country) = &self.country {
            write_country(e, country, self.place.primary.band());
        }
        if self.place.primary.is_2ghz() {
            e.erp(self.needs.erp());
        }
        e.extended_rates(&self.rates);
        e.raw(&self.rsne);
        e.operating_classes(class_of(&self.place), &self.classes);
        self.write_phys(e, &self.phys.for_all(), self.power());
        e.wmm_parameters(&WmmParameters::default());
    }

    /// The highest power on the primary channel in dBm, where that is known.
    fn power(&self) -> Option<u8> {
        let powers = &self.country.as_ref()?.powers;
        let here = powers.iter().find(|(c, _)| *c == self.place.primary);
        here.map(|(_, power)| *power)
    }

    fn write_phys(&self, e: &mut ElementWriter, phys: &Announced<'_>, power: Option<u8>) {
        phys.write_ht(e, &self.place, self.ht_protection());
        e.extended_capabilities(8, &[OPERATING_MODE_NOTIFICATION]);
        phys.write_vht(e, &self.place, power);
        phys.write_he(e, self.bssid);
    }
}

fn rates(channel: Channel) -> Vec<u8> {
    if channel.is_2ghz() {
        RATES_2GHZ.to_vec()
    } else {
        RATES_5GHZ.to_vec()
    }
}

/// The Country element for a band; nothing where the country has no channel there.
fn write_country(e: &mut ElementWriter, country: &Country, band: Band) {
    // Channels of one triplet follow one another, and are numbered by fives of MHz.
    let step = if band == Band::Ghz2 { 1 } else { 4 };
    let mut triplets: Vec<[u8; 3]> = Vec::new();
    let here = country.powers.iter().filter(|(c, _)| c.band() == band);
    for (channel, power) in here {
        match triplets.last_mut() {
            Some([first, count, same])
                if same == power && channel.number() == *first + *count * step =>
            {
                *count += 1;
            }
            _ => triplets.push([channel.number(), 1, *power]),
        }
    }
    if !triplets.is_empty() {
        e.country(country.code, &triplets);
    }
}

/// The one pair on offer: the network's cipher (a Hosted Network's is CCMP) and pre-shared key. A
/// station must have chosen, so its lists have one entry each. Whether management frames will be
/// protected: when they are `offered` and the station can (table 12-5).
fn check_rsne(body: &[u8], cipher: CipherSuite, offered: bool) -> Result<bool, StatusCode> {
    let rsne = Rsne::parse(body).map_err(|error| match error {
        RsneError::UnsupportedVersion(_) => StatusCode::UNSUPPORTED_RSNE_VERSION,
        RsneError::Truncated | RsneError::EmptyList => StatusCode::INVALID_ELEMENT,
    })?;
    if rsne.group_cipher != cipher {
        return Err(StatusCode::INVALID_GROUP_CIPHER);
    }
    if rsne.pairwise != [cipher] {
        return Err(StatusCode::INVALID_PAIRWISE_CIPHER);
    }
    if rsne.akm != [AkmSuite::PSK] {
        return Err(StatusCode::INVALID_AKMP);
    }
    let capable = rsne.capabilities.has(RsnCapabilities::MFP_CAPABLE);
    let required = rsne.capabilities.has(RsnCapabilities::MFP_REQUIRED);
    match (offered, capable, required) {
        (false, _, true) => Err(StatusCode::INVALID_RSNE_CAPABILITIES),
        // It wants what it cannot do.
        (true, false, true) => Err(StatusCode::ROBUST_MANAGEMENT_POLICY_VIOLATION),
        (true, true, _) => match rsne.group_management {
            None | Some(CipherSuite::BIP_CMAC_128) => Ok(true),
            Some(_) => Err(StatusCode::CIPHER_REJECTED),
        },
        (_, _, false) => Ok(false),
    }
}
