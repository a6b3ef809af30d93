//! What a station is told to be.

use clock::Duration;
use dot11::element::Elements;
use dot11::{KeyBytes, Ssid};
use radio::{Arrival, EtherTypeRule};
use rsn::{Passphrase, PassphraseError, Pmk};
use serde::{Deserialize, Serialize};

use crate::ether_type::EtherTypes;
use crate::event::SimError;

/// What a station joins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StationKey {
    /// The PMK is made of it and of the network's name.
    Passphrase(Passphrase),
    /// The PMK itself.
    Raw(Pmk),
    /// None: after the association a vendor's protocol goes on, without a handshake of ours. Its owner
    /// gives it a key ([`SimRadio::install_key`](crate::SimRadio::install_key)).
    Vendor,
}

impl StationKey {
    /// From what a person typed: 64 hexadecimal digits are the key itself, 8 to 63 printable
    /// characters a passphrase.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &KeyBytes) -> Result<Self, PassphraseError> {
        if let Some(raw) = parse_hex(text.expose()) {
            return Ok(Self::Raw(Pmk::from_raw(&raw)));
        }
        Passphrase::try_from(text.clone()).map(Self::Passphrase)
    }
}

/// 64 hexadecimal digits.
fn parse_hex(text: &[u8]) -> Option<zeroize::Zeroizing<[u8; 32]>> {
    let digits: &[u8; 64] = text.try_into().ok()?;
    let mut out = zeroize::Zeroizing::new([0; 32]);
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            let value = char::from(*digit).to_digit(16)?;
            *byte = *byte << 4 | value as u8;
        }
    }
    Some(out)
}

/// How a station fetches frames that were kept while it dozed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PowerSaveStyle {
    /// It asks for each with a PS-Poll and dozes on.
    #[default]
    PsPoll,
    /// It wakes with a Null frame and is sent all of them.
    Wake,
}

/// What a station does about protected management frames (802.11-2020, 12.6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ManagementProtection {
    /// It has none, as stations of long ago.
    No,
    /// It has them where the network has, as phones do.
    #[default]
    Capable,
    /// It joins no network without.
    Required,
}

/// What kind of station it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationProfile {
    /// Joins only a network of this name; `None`: the first one heard.
    pub ssid: Option<Ssid>,
    /// Speaks WMM and sends QoS data.
    pub wmm: bool,
    /// Announces HT; not without `erp`.
    pub ht: bool,
    /// Has the rates of 802.11g and the short slot time; without it is a station of 802.11b.
    pub erp: bool,
    /// Has short preambles.
    pub short_preamble: bool,
    /// Asks by probe requests; otherwise only listens for beacons.
    pub probes: bool,
    /// In beacon intervals.
    pub listen_interval: u16,
    /// Dozes after so much silence.
    pub doze_after: Option<Duration>,
    /// How it fetches frames.
    pub power_save: PowerSaveStyle,
    /// Whether its management frames are protected.
    pub management_protection: ManagementProtection,
    /// Comes back by itself, after a second, when it was sent away.
    pub reconnects: bool,
    /// Bytes of an echo request, EtherType payload only: 12 to 1500.
    pub echo_len: u16,
    /// Whole elements at the end of its association request, up to 1024 bytes.
    pub elements: Vec<u8>,
    /// What is special about EtherTypes. What is handed up comes as
    /// [`SimEvent::Packet`](crate::SimEvent::Packet).
    pub ether_types: Vec<EtherTypeRule>,
}

impl StationProfile {
    /// A station of a vendor: with these elements in its association request, and frames of this
    /// EtherType handed up, in clear until it has a key.
    #[must_use]
    pub fn vendor(elements: Vec<u8>, ether_type: u16) -> Self {
        let rule = EtherTypeRule {
            ether_type,
            hand_up: true,
            unicast: Arrival::InClearWithoutKey,
            group: Arrival::Protected,
        };
        Self {
            elements,
            ether_types: vec![rule],
            // Nobody would give it the key of those to all.
            management_protection: ManagementProtection::No,
            ..Self::default()
        }
    }
}

/// A profile that can be.
#[derive(Debug)]
pub(crate) struct CheckedProfile(StationProfile, EtherTypes);

impl CheckedProfile {
    const MAX_ELEMENTS: usize = 1_024;

    pub(crate) fn new(profile: StationProfile) -> Result<Self, SimError> {
        let mut elements = Elements::new(&profile.elements).iter();
        if profile.elements.len() > Self::MAX_ELEMENTS || elements.any(|e| e.is_err()) {
            return Err(SimError::BadProfile);
        }
        let types =
            EtherTypes::new(profile.ether_types.clone()).map_err(|_| SimError::BadProfile)?;
        Ok(Self(profile, types))
    }

    pub(super) fn into_parts(self) -> (StationProfile, EtherTypes) {
        (self.0, self.1)
    }
}

impl Default for StationProfile {
    fn default() -> Self {
        Self {
            ssid: None,
            wmm: true,
            ht: true,
            erp: true,
            short_preamble: true,
            probes: true,
            listen_interval: 10,
            doze_after: None,
            power_save: PowerSaveStyle::default(),
            management_protection: ManagementProtection::default(),
            reconnects: false,
            echo_len: 256,
            elements: Vec::new(),
            ether_types: Vec::new(),
        }
    }
}
