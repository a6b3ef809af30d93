//! The ExtAP port: its settings and its two states, INIT and OP (native-80211-ihv reference, 3.3
//! and 4.2).

use clock::{Duration, Instant};
use dot11::{CipherSuite, Ssid};
use oid::{AuthAlgorithm, CipherAlgorithm, Failure, NdisStatus, OperationMode, Request, RequestId};
use radio::{Capabilities, CommandId, SurveyRow};
use serde::{Deserialize, Serialize};

use crate::channel::Wish;
use crate::cipher::{KeyRules, standard_suite};
use crate::mlme::Mlme;
use crate::mlme::bss::BssSettings;
use crate::outbox::failure;

/// After the driver ended the access point, a start is refused for this long.
pub(crate) const HALT_TIME: Duration = Duration::from_secs(1);

/// Ciphers of the standard that can protect a network here, in order of preference.
pub(crate) const DATA_CIPHERS: [CipherSuite; 4] = [
    CipherSuite::CCMP,
    CipherSuite::GCMP,
    CipherSuite::CCMP_256,
    CipherSuite::GCMP_256,
];

/// A radio that has not surveyed by then is not waited for.
pub(crate) const SURVEY_TIME: Duration = Duration::from_secs(3);

/// What the set OIDs collect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) mode: OperationMode,
    ssid: Option<Ssid>,
    beacon_period: u16,
    dtim_period: u8,
    /// Where it would like to be.
    pub(crate) wish: Wish,
    isolate: bool,
    pub(crate) unicast_cipher: CipherAlgorithm,
    pub(crate) multicast_cipher: CipherAlgorithm,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: OperationMode::ExtensibleStation,
            ssid: None,
            beacon_period: 100,
            dtim_period: 2,
            wish: Wish::default(),
            isolate: false,
            unicast_cipher: CipherAlgorithm::CCMP,
            multicast_cipher: CipherAlgorithm::CCMP,
        }
    }
}

/// Where the port stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum State {
    /// INIT.
    Init,
    /// On the way to OP, waiting for a survey.
    Surveying(Surveying),
    /// On the way to OP.
    Starting(Box<Starting>),
    /// OP.
    Op(Box<Mlme>),
    /// On the way back to INIT, with the requests that wait for it.
    Resetting(Vec<RequestId>),
    /// INIT, between STOP_AP and CAN_SUSTAIN_AP.
    Halted { until: Instant },
}

/// A start that waits until it is known which channel is quiet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Surveying {
    pub(crate) request: RequestId,
    pub(crate) command: CommandId,
    pub(crate) rows: Vec<SurveyRow>,
    /// When it goes on without.
    pub(crate) until: Instant,
}

/// A start under way: the access point itself and the group keys that were set before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Starting {
    pub(crate) request: RequestId,
    pub(crate) mlme: Box<Mlme>,
    /// Commands not yet answered.
    pub(crate) outstanding: u32,
    pub(crate) outcome: StartOutcome,
}

/// How a start has gone so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum StartOutcome {
    /// Nothing was answered yet.
    Unknown,
    /// The access point is on the air.
    OnAir,
    /// The access point was refused.
    Refused(Failure),
    /// It is on the air, but a key was refused.
    Broken(Failure),
}

impl Settings {
    /// Carries out one of the set OIDs that are allowed in INIT only.
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(crate) fn set(
        &mut self,
        request: Request,
        state: &State,
        offered: Option<&[CipherSuite]>,
    ) -> Result<(), Failure> {
        if !matches!(state, State::Init | State::Halted { .. }) {
            return Err(not_now("The access point runs."));
        }
        if let Request::CurrentOperationMode(mode) = request {
            if mode == OperationMode::NetworkMonitor {
                return Err(failure(
                    NdisStatus::BAD_VERSION,
                    "This port has no monitor mode.",
                    "Use the access point mode.",
                ));
            }
            *self = Self {
                mode,
                ..Self::default()
            };
            return Ok(());
        }
        let rules = KeyRules {
            mode: self.mode,
            own: None,
            offered,
        };
        // Ciphers are the one setting that a station port has: keys are checked against them.
        match request {
            Request::EnabledUnicastCipherAlgorithm(cipher) if rules.can_enable(cipher) => {
                self.unicast_cipher = cipher;
                return Ok(());
            }
            Request::EnabledMulticastCipherAlgorithm(cipher) if rules.can_enable(cipher) => {
                self.multicast_cipher = cipher;
                return Ok(());
            }
            Request::EnabledUnicastCipherAlgorithm(_)
            | Request::EnabledMulticastCipherAlgorithm(_) => {
                return Err(invalid("The radio does not offer this cipher for data."));
            }
            _ => {}
        }
        if self.mode != OperationMode::ExtensibleAp {
            return Err(not_now("The port is not in access point mode."));
        }
        match request {
            Request::DesiredSsid(ssid) => self.ssid = Some(ssid),
            Request::BeaconPeriod(0) => return Err(invalid("A beacon period is 1 to 65535.")),
            Request::BeaconPeriod(period) => self.beacon_period = period,
            Request::DtimPeriod(0) => return Err(invalid("A DTIM period is 1 to 255.")),
            Request::DtimPeriod(period) => self.dtim_period = period,
            Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::RSNA_PSK) => {
                self.unicast_cipher = CipherAlgorithm::CCMP;
                self.multicast_cipher = CipherAlgorithm::CCMP;
            }
            Request::EnabledAuthenticationAlgorithm(_) => {
                return Err(invalid(
                    "The only authentication is WPA2-Personal (RSNA_PSK).",
                ));
            }
            Request::CurrentChannel(channel) => self.wish.channel = channel,
            Request::BandAndWidth { band, width } => {
                self.wish.band = band;
                self.wish.width = width;
            }
            other => unreachable!("{other:?} is no setting"),
        }
        Ok(())
    }

    /// The one setting that may change while the access point runs.
    ///
    /// # Errors
    /// INVALID_STATE outside of access point mode.
    pub(crate) fn isolate_peers(&mut self, on: bool) -> Result<(), Failure> {
        if self.mode != OperationMode::ExtensibleAp {
            return Err(not_now("The port is not in access point mode."));
        }
        self.isolate = on;
        Ok(())
    }

    /// Checks everything a start needs that is known without asking the radio.
    ///
    /// # Errors
    /// The status for the completion.
    pub(crate) fn plan_start(&self, radio: &Capabilities) -> Result<BssSettings, Failure> {
        if self.mode != OperationMode::ExtensibleAp {
            return Err(not_now("The port is not in access point mode."));
        }
        let Some(ssid) = self.ssid.clone() else {
            return Err(not_now("The network has no name yet."));
        };
        let cipher = self.plan_cipher(radio)?;
        Ok(BssSettings {
            ssid,
            beacon_interval: self.beacon_period,
            dtim_period: self.dtim_period,
            cipher,
            isolate: self.isolate,
        })
    }

    /// The cipher of the whole network. WEP is no RSN, TKIP wants countermeasures that nobody takes
    /// here, and two ciphers at once nobody asks for.
    fn plan_cipher(&self, radio: &Capabilities) -> Result<CipherSuite, Failure> {
        let suite = standard_suite(self.unicast_cipher, 0).filter(|suite| {
            DATA_CIPHERS.contains(suite) && self.multicast_cipher == self.unicast_cipher
        });
        let Some(suite) = suite else {
            return Err(failure(
                NdisStatus::NOT_SUPPORTED,
                "A network is protected by one cipher, CCMP or GCMP.",
                "Enable CCMP for unicast and multicast.",
            ));
        };
        if !radio.ciphers.contains(&suite) {
            let name = suite.meaning().unwrap_or("this cipher");
            return Err(failure(
                NdisStatus::NOT_SUPPORTED,
                &format!("The radio {} cannot encrypt with {name}.", radio.name),
                "Use another radio.",
            ));
        }
        Ok(suite)
    }
}

pub(crate) fn not_now(text: &str) -> Failure {
    failure(
        NdisStatus::INVALID_STATE,
        text,
        "This is a fault of the program that asked.",
    )
}

pub(crate) fn invalid(text: &str) -> Failure {
    failure(
        NdisStatus::INVALID_DATA,
        text,
        "This is a fault of the program that asked.",
    )
}
