//! What the set OIDs of a station port collect, and what a connection may then negotiate.

use std::collections::BTreeSet;

use dot11::element::{ElementId, Elements};
use dot11::{CipherSuite, MacAddr, Ssid};
use oid::{AuthAlgorithm, CipherAlgorithm, Failure, NdisStatus, OperationMode, Request};
use radio::Capabilities;
use serde::{Deserialize, Serialize};

use crate::cipher::KeyRules;
use crate::outbox::failure;
use crate::port::{DATA_CIPHERS, invalid, not_now};

/// Longest run of elements for the end of a request, in bytes: the request still fits a frame.
const MAX_ELEMENTS: usize = 1024;

/// Most access points that are shunned (`uExcludedMacAddressListSize`).
const MAX_EXCLUDED: usize = 32;

/// Elements the port writes itself.
const OWN_ELEMENTS: [ElementId; 6] = [
    ElementId::SSID,
    ElementId::SUPPORTED_RATES,
    ElementId::EXTENDED_SUPPORTED_RATES,
    ElementId::RSN,
    ElementId::HT_CAPABILITIES,
    ElementId::EXTENDED_CAPABILITIES,
];

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) ssid: Option<Ssid>,
    /// `None`: any for data that the radio offers.
    unicast: Option<CipherAlgorithm>,
    multicast: Option<CipherAlgorithm>,
    elements: Vec<u8>,
    excluded: BTreeSet<MacAddr>,
}

/// What a connection looks for and asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) ssid: Ssid,
    /// In order of preference.
    pub(super) unicast: Vec<CipherSuite>,
    pub(super) multicast: Vec<CipherSuite>,
    pub(super) elements: Vec<u8>,
    pub(super) excluded: BTreeSet<MacAddr>,
}

impl Settings {
    /// Carries out one of the set OIDs that are allowed in INIT only.
    ///
    /// # Errors
    /// The status for the completion; nothing has changed.
    pub(super) fn set(
        &mut self,
        request: Request,
        is_init: bool,
        offered: Option<&[CipherSuite]>,
    ) -> Result<(), Failure> {
        if !is_init {
            return Err(not_now("The station is connected or on its way."));
        }
        let rules = KeyRules {
            mode: OperationMode::ExtensibleStation,
            own: None,
            offered,
        };
        let cipher = |cipher| {
            let known = rules.can_enable(cipher);
            let refusal = || invalid("The radio does not offer this cipher for data.");
            known.then_some(Some(cipher)).ok_or_else(refusal)
        };
        match request {
            Request::CurrentOperationMode(OperationMode::ExtensibleStation) => {
                *self = Self::default();
            }
            Request::CurrentOperationMode(_) => {
                return Err(failure(
                    NdisStatus::BAD_VERSION,
                    "This port is a station's and nothing else.",
                    "Use the station mode, or another port.",
                ));
            }
            Request::DesiredSsid(ssid) => self.ssid = Some(ssid),
            Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::RSNA_PSK) => {
                (self.unicast, self.multicast) = (None, None);
            }
            Request::EnabledAuthenticationAlgorithm(_) => {
                return Err(invalid(
                    "The only authentication is WPA2-Personal (RSNA_PSK).",
                ));
            }
            Request::EnabledUnicastCipherAlgorithm(asked) => self.unicast = cipher(asked)?,
            Request::EnabledMulticastCipherAlgorithm(asked) => self.multicast = cipher(asked)?,
            other => unreachable!("{other:?} is no setting of a station"),
        }
        Ok(())
    }

    /// The elements for the end of association requests.
    ///
    /// # Errors
    /// INVALID_LENGTH or INVALID_DATA; nothing has changed.
    pub(super) fn set_elements(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        if bytes.len() > MAX_ELEMENTS {
            return Err(failure(
                NdisStatus::INVALID_LENGTH,
                "The elements do not fit an association request.",
                "Give at most 1024 bytes.",
            ));
        }
        let elements = Elements::new(&bytes);
        let own = |id| OWN_ELEMENTS.contains(&id);
        if !elements.is_well_formed() || elements.iter().flatten().any(|e| own(e.id())) {
            return Err(invalid(
                "An association request takes whole elements, none of those the port writes itself.",
            ));
        }
        self.elements = bytes;
        Ok(())
    }

    /// OID_DOT11_EXCLUDED_MAC_ADDRESS_LIST.
    ///
    /// # Errors
    /// INVALID_LENGTH; nothing has changed.
    pub(super) fn set_excluded(&mut self, list: Vec<MacAddr>) -> Result<(), Failure> {
        if list.len() > MAX_EXCLUDED {
            return Err(failure(
                NdisStatus::INVALID_LENGTH,
                "The list has more than 32 entries.",
                "Give fewer.",
            ));
        }
        self.excluded = list.into_iter().collect();
        Ok(())
    }

    /// The ciphers keys are checked against: those enabled, or those negotiated, or CCMP.
    pub(super) fn enabled(
        &self,
        negotiated: Option<(CipherAlgorithm, CipherAlgorithm)>,
    ) -> (CipherAlgorithm, CipherAlgorithm) {
        let (unicast, multicast) =
            negotiated.unwrap_or((CipherAlgorithm::CCMP, CipherAlgorithm::CCMP));
        (
            self.unicast.unwrap_or(unicast),
            self.multicast.unwrap_or(multicast),
        )
    }

    /// Checks everything a connection needs that is known without the air.
    ///
    /// # Errors
    /// The status for the completion.
    pub(super) fn plan(&self, radio: &Capabilities) -> Result<Wanted, Failure> {
        let Some(ssid) = self.ssid.clone().filter(|ssid| !ssid.as_bytes().is_empty()) else {
            return Err(not_now("The network to look for has no name yet."));
        };
        Ok(Wanted {
            ssid,
            unicast: suites(self.unicast, radio)?,
            multicast: suites(self.multicast, radio)?,
            elements: self.elements.clone(),
            excluded: self.excluded.clone(),
        })
    }
}

/// What an association may use. WEP is no RSN, and TKIP wants countermeasures that nobody takes here.
fn suites(
    enabled: Option<CipherAlgorithm>,
    radio: &Capabilities,
) -> Result<Vec<CipherSuite>, Failure> {
    let rules = KeyRules {
        mode: OperationMode::ExtensibleStation,
        own: None,
        offered: Some(&radio.ciphers),
    };
    let suites: Vec<CipherSuite> = match enabled {
        Some(cipher) => rules
            .suite(cipher, 0)
            .filter(|suite| cipher.is_ihv() || DATA_CIPHERS.contains(suite))
            .into_iter()
            .collect(),
        None => DATA_CIPHERS
            .into_iter()
            .filter(|suite| radio.ciphers.contains(suite))
            .collect(),
    };
    if suites.is_empty() {
        return Err(failure(
            NdisStatus::NOT_SUPPORTED,
            &format!(
                "The radio {} has no cipher that is enabled and protects a network.",
                radio.name
            ),
            "Enable CCMP, or use another radio.",
        ));
    }
    Ok(suites)
}
