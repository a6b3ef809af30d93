//! A station on its way in.

use clock::{Duration, Instant};
use dot11::element::{
    ElementId, ElementWriter, HtCapabilities, RsnCapabilities, Rsne, WmmInformation, WmmParameters,
    parse_association_comeback,
};
use dot11::frame::{
    AuthenticationAlgorithm, BeaconView, CapabilityInfo, ManagementAddresses, ManagementBody,
    ManagementBuilder,
};
use dot11::{AkmSuite, CipherSuite, MacAddr, Ssid, StatusCode};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsn::{Supplicant, SupplicantConfig};

use super::device::{Context, Device};
use super::link::{Joined, Link};
use super::management::Management;
use super::profile::{ManagementProtection, StationKey, StationProfile};
use crate::counters::StationCounters;
use crate::event::JoinFailure;
use crate::key::CIPHERS;

/// A probe request is repeated, and an authentication or association request.
const RETRY: Duration = Duration::from_millis(200);
/// Requests without answer before the station scans again.
const TRIES: u8 = 4;
/// Silence in the handshake that ends an attempt. Longer than an access point keeps trying.
const HANDSHAKE_SILENCE: Duration = Duration::from_millis(4_500);
/// The station comes back this long after it was refused "temporarily" or sent away by accident.
const BACK_OFF: Duration = Duration::from_millis(300);
/// So many message 2 without a message 3 mean that the key is wrong, not the air.
const HOPELESS: u8 = 3;

/// Rates of an 802.11g station in units of 500 kbit/s.
const RATES: [u8; 12] = [2, 4, 11, 22, 12, 18, 24, 36, 48, 72, 96, 108];

/// Those of an 802.11b station: the first four.
const RATES_OF_B: [u8; 4] = [2, 4, 11, 22];

/// A network as its beacon or probe response describes it.
#[derive(Clone, Debug)]
pub(super) struct Network {
    bssid: MacAddr,
    ssid: Ssid,
    /// The whole RSN element.
    rsne: Vec<u8>,
    /// For pairwise and group keys.
    cipher: CipherSuite,
    /// Its management frames can be protected.
    management_protection: bool,
    wmm: bool,
    ht: bool,
}

impl Network {
    /// `Ok(None)`: not one to look at.
    fn find(
        from: MacAddr,
        beacon: &BeaconView<'_>,
        profile: &StationProfile,
    ) -> Result<Option<Self>, JoinFailure> {
        let elements = beacon.elements;
        let ssid = elements
            .body(ElementId::SSID)
            .and_then(|b| Ssid::new(b).ok());
        let wanted = profile.ssid.as_ref();
        let Some(ssid) = ssid.filter(|s| wanted.is_none_or(|w| w == s)) else {
            return Ok(None);
        };
        let Some(element) = elements.find(ElementId::RSN) else {
            return Err(JoinFailure::UnsuitableNetwork);
        };
        let (cipher, management_protection) = match Rsne::parse(element.body()) {
            Ok(rsne)
                if CIPHERS.contains(&rsne.group_cipher)
                    && rsne.pairwise.contains(&rsne.group_cipher)
                    && rsne.akm.contains(&AkmSuite::PSK) =>
            {
                let can = rsne.capabilities.has(RsnCapabilities::MFP_CAPABLE);
                if profile.management_protection == ManagementProtection::Required && !can {
                    return Err(JoinFailure::UnsuitableNetwork);
                }
                let protection = can && profile.management_protection != ManagementProtection::No;
                (rsne.group_cipher, protection)
            }
            _ => return Err(JoinFailure::UnsuitableNetwork),
        };
        Ok(Some(Self {
            bssid: from,
            ssid,
            rsne: element.as_bytes().to_vec(),
            cipher,
            management_protection,
            wmm: WmmParameters::from_elements(elements).is_some(),
            ht: elements.find(ElementId::HT_CAPABILITIES).is_some(),
        }))
    }
}

#[derive(Debug)]
enum Phase {
    Scanning,
    Authenticating {
        network: Network,
        tries: u8,
    },
    Associating {
        network: Network,
        tries: u8,
    },
    Handshaking {
        link: Box<Link>,
        answers: u8,
        done: bool,
    },
    BackingOff,
}

/// A station that is joining.
#[derive(Debug)]
pub(super) struct Joining {
    key: StationKey,
    /// Where it was joined before: it reassociates there.
    previous: Option<MacAddr>,
    give_up: Instant,
    retry: Instant,
    /// What to say when time is up.
    trouble: JoinFailure,
    phase: Phase,
}

impl Joining {
    pub(super) const fn new(
        key: StationKey,
        previous: Option<MacAddr>,
        give_up: Instant,
        now: Instant,
    ) -> Self {
        let (phase, trouble) = (Phase::Scanning, JoinFailure::NoNetwork);
        Self {
            key,
            previous,
            give_up,
            retry: now,
            trouble,
            phase,
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.give_up.min(self.retry)
    }

    pub(super) const fn is_scanning(&self) -> bool {
        matches!(self.phase, Phase::Scanning)
    }

    /// Its port may open: the handshake is finished, or there is none to do.
    pub(super) const fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Handshaking { done: true, .. })
    }

    pub(super) const fn text(&self) -> &'static str {
        match self.phase {
            Phase::Scanning => "scanning",
            Phase::Authenticating { .. } => "authenticating",
            Phase::Associating { .. } => "associating",
            Phase::Handshaking { .. } => "handshaking",
            Phase::BackingOff => "backing off",
        }
    }

    pub(super) fn bssid(&self) -> Option<MacAddr> {
        match &self.phase {
            Phase::Scanning | Phase::BackingOff => None,
            Phase::Authenticating { network, .. } | Phase::Associating { network, .. } => {
                Some(network.bssid)
            }
            Phase::Handshaking { link, .. } => Some(link.bssid()),
        }
    }

    pub(super) fn link_mut(&mut self) -> Option<&mut Link> {
        match &mut self.phase {
            Phase::Handshaking { link, .. } => Some(link),
            _ => None,
        }
    }

    /// Itself again when it is not in a handshake.
    pub(super) fn into_joined(
        self,
        doze_after: Option<Duration>,
        now: Instant,
    ) -> Result<Joined, Box<Self>> {
        match self.phase {
            Phase::Handshaking { link, .. } => Ok(Joined::new(*link, self.key, doze_after, now)),
            phase => Err(Box::new(Self { phase, ..self })),
        }
    }

    pub(super) fn handle_timeout(
        &mut self,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) -> Result<(), JoinFailure> {
        if cx.now >= self.give_up {
            return Err(self.trouble);
        }
        match &mut self.phase {
            Phase::Scanning | Phase::BackingOff => self.scan(device, cx),
            Phase::Authenticating { tries, .. } | Phase::Associating { tries, .. } => {
                *tries += 1;
                if *tries >= TRIES {
                    self.trouble = JoinFailure::NoAnswer;
                    self.scan(device, cx);
                } else {
                    self.ask(device, cx);
                }
            }
            Phase::Handshaking { .. } => {
                self.trouble = JoinFailure::HandshakeTimeout;
                self.scan(device, cx);
            }
        }
        Ok(())
    }

    /// Looks for the network, from the start.
    pub(super) fn scan(&mut self, device: &mut Device, cx: &mut Context<'_>) {
        self.phase = Phase::Scanning;
        self.retry = cx.now + RETRY;
        if device.profile.probes {
            let ssid = device
                .profile
                .ssid
                .as_ref()
                .map(Ssid::as_bytes)
                .unwrap_or_default();
            let frame = ManagementBuilder::probe_request(ManagementAddresses::to_all(device.mac))
                .with(|w| {
                    w.ssid(ssid).rates(&RATES);
                })
                .finish();
            device.send_management(frame, cx);
        }
    }

    fn back_off(&mut self, trouble: JoinFailure, cx: &Context<'_>) {
        self.trouble = trouble;
        self.phase = Phase::BackingOff;
        self.retry = cx.now + BACK_OFF;
    }

    /// Sends the request of the present phase.
    fn ask(&mut self, device: &mut Device, cx: &mut Context<'_>) {
        self.retry = cx.now + RETRY;
        let frame = match &self.phase {
            Phase::Authenticating { network, .. } => ManagementBuilder::authentication(
                ManagementAddresses::to_ap(network.bssid, device.mac),
                AuthenticationAlgorithm::OPEN_SYSTEM,
                1,
                StatusCode::SUCCESS,
            )
            .finish(),
            Phase::Associating { network, .. } => {
                association_request(network, self.previous, device)
            }
            Phase::Scanning | Phase::Handshaking { .. } | Phase::BackingOff => return,
        };
        device.send_management(frame, cx);
    }

    pub(super) fn handle_management(
        &mut self,
        from: MacAddr,
        body: &ManagementBody<'_>,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) -> Result<(), JoinFailure> {
        match (&self.phase, body) {
            (
                Phase::Scanning,
                ManagementBody::Beacon(beacon) | ManagementBody::ProbeResponse(beacon),
            ) => match Network::find(from, beacon, &device.profile) {
                Ok(Some(network)) => {
                    self.trouble = JoinFailure::NoAnswer;
                    self.phase = Phase::Authenticating { network, tries: 0 };
                    self.ask(device, cx);
                    Ok(())
                }
                Ok(None) => Ok(()),
                Err(trouble) => {
                    // Another network may still turn up until time is up.
                    self.trouble = trouble;
                    Ok(())
                }
            },
            (_, _) if self.bssid() != Some(from) => Ok(()),
            (Phase::Authenticating { network, .. }, ManagementBody::Authentication(answer)) => {
                if answer.transaction != 2 {
                    return Ok(());
                }
                if answer.status != StatusCode::SUCCESS {
                    return Err(JoinFailure::AuthenticationRefused(answer.status));
                }
                self.phase = Phase::Associating {
                    network: network.clone(),
                    tries: 0,
                };
                self.ask(device, cx);
                Ok(())
            }
            (Phase::Associating { network, .. }, ManagementBody::AssociationResponse(answer)) => {
                match answer.status {
                    StatusCode::SUCCESS => {
                        let supplicant = supplicant(&self.key, network, device, cx);
                        let wmm = network.wmm && device.profile.wmm;
                        let done = supplicant.is_none();
                        let (bssid, cipher) = (network.bssid, network.cipher);
                        let mut link = Link::new(bssid, answer.aid, cipher, supplicant);
                        link.wmm = wmm;
                        if network.management_protection {
                            link.management = Some(Management::default());
                        }
                        link.ether_types = device.ether_types.clone();
                        self.phase = Phase::Handshaking {
                            link: Box::new(link),
                            answers: 0,
                            done,
                        };
                        self.retry = cx.now + HANDSHAKE_SILENCE;
                        Ok(())
                    }
                    StatusCode::REFUSED_TEMPORARILY => {
                        let comeback = answer
                            .elements
                            .body(ElementId::TIMEOUT_INTERVAL)
                            .and_then(parse_association_comeback);
                        self.back_off(JoinFailure::AssociationRefused(answer.status), cx);
                        if let Some(time_units) = comeback {
                            self.retry = cx.now + Duration::from_micros(1_024) * time_units;
                        }
                        Ok(())
                    }
                    status => Err(JoinFailure::AssociationRefused(status)),
                }
            }
            (
                Phase::Handshaking { answers, .. },
                ManagementBody::Deauthentication(reason) | ManagementBody::Disassociation(reason),
            ) => {
                if *answers >= HOPELESS {
                    return Err(JoinFailure::SentAway(*reason));
                }
                self.back_off(JoinFailure::SentAway(*reason), cx);
                Ok(())
            }
            (
                Phase::Authenticating { .. } | Phase::Associating { .. },
                ManagementBody::Deauthentication(reason) | ManagementBody::Disassociation(reason),
            ) => {
                self.back_off(JoinFailure::SentAway(*reason), cx);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `Ok(true)` when the handshake is finished.
    pub(super) fn handle_eapol(
        &mut self,
        eapol: &super::link::Eapol,
        device: &mut Device,
        counters: &mut StationCounters,
        cx: &mut Context<'_>,
    ) -> Result<bool, rsn::Failure> {
        let Phase::Handshaking {
            link,
            answers,
            done,
        } = &mut self.phase
        else {
            return Ok(false);
        };
        if let Some(finished) = link.handle_eapol(eapol, device, counters, cx)? {
            *answers = answers.saturating_add(1);
            *done |= finished;
            self.retry = cx.now + HANDSHAKE_SILENCE;
        }
        Ok(*done)
    }
}

/// `None` when it has no handshake to do.
fn supplicant(
    key: &StationKey,
    network: &Network,
    device: &mut Device,
    cx: &mut Context<'_>,
) -> Option<Supplicant> {
    let config = SupplicantConfig {
        ap: network.bssid,
        station: device.mac,
        pmk: cx.pmks.pmk(key, &network.ssid)?,
        ap_rsne: network.rsne.clone(),
        station_rsne: own_rsne(network, &device.profile),
        management_protection: network.management_protection,
    };
    let rng = ChaCha20Rng::from_rng(&mut device.rng);
    Some(Supplicant::new(config, rng))
}

/// The RSN element of the association request and of message 2.
fn own_rsne(network: &Network, profile: &StationProfile) -> Vec<u8> {
    let mut writer = ElementWriter::new();
    let cipher = network.cipher;
    let capabilities = match profile.management_protection {
        ManagementProtection::No => 0,
        ManagementProtection::Capable => RsnCapabilities::MFP_CAPABLE,
        ManagementProtection::Required => {
            RsnCapabilities::MFP_CAPABLE | RsnCapabilities::MFP_REQUIRED
        }
    };
    let protected = network.management_protection;
    // An element with one cipher of each kind is never too long.
    let _ = writer.rsne(&Rsne {
        group_cipher: cipher,
        pairwise: vec![cipher],
        capabilities: RsnCapabilities(capabilities),
        group_management: protected.then_some(CipherSuite::BIP_CMAC_128),
        ..Rsne::wpa2_personal()
    });
    writer.finish()
}

fn association_request(network: &Network, previous: Option<MacAddr>, device: &Device) -> Vec<u8> {
    let profile = &device.profile;
    let mut capability = CapabilityInfo::ESS | CapabilityInfo::PRIVACY;
    if profile.short_preamble {
        capability |= CapabilityInfo::SHORT_PREAMBLE;
    }
    if profile.erp {
        capability |= CapabilityInfo::SHORT_SLOT_TIME;
    }
    let rates = if profile.erp { &RATES[..] } else { &RATES_OF_B };
    ManagementBuilder::association_request(
        ManagementAddresses::to_ap(network.bssid, device.mac),
        CapabilityInfo(capability),
        device.profile.listen_interval,
        previous.filter(|p| *p == network.bssid),
    )
    .with(|w| {
        w.ssid(network.ssid.as_bytes())
            .rates(rates)
            .raw(&own_rsne(network, profile));
        if profile.ht && profile.erp && network.ht {
            let mut mcs = [0; 16];
            mcs[0] = 0xff;
            let ht = HtCapabilities {
                info: HtCapabilities::SHORT_GI_20 | 0x000c,
                ampdu: 0x1b,
                mcs,
                ..HtCapabilities::default()
            };
            w.ht_capabilities(&ht);
        }
        if device.profile.wmm && network.wmm {
            w.wmm_information(WmmInformation { qos_info: 0 });
        }
        w.raw(&device.profile.elements);
    })
    .finish()
}
