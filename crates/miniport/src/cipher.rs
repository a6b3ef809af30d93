//! Which keys a port takes: for ciphers that its radio offers and that are enabled
//! (native-80211-ihv reference, 2.6 and 2.8).

use dot11::{CipherSuite, MacAddr};
use oid::wire::KeyData;
use oid::{CipherAlgorithm, Failure, KeyMaterial, NdisStatus, OperationMode};

use crate::outbox::failure;

/// The organisation of the standard's own suites, 00-0F-AC.
const STANDARD: u32 = 0x000f_ac00;
const ORGANISATION: u32 = 0xffff_ff00;
/// An IHV number is the vendor's suite selector with this bit set.
const IHV: u32 = 0x8000_0000;

/// What the validity of a key depends on besides the tables.
#[derive(Clone, Copy)]
pub(crate) struct KeyRules<'a> {
    pub(crate) mode: OperationMode,
    /// The port's own address, while there is a radio.
    pub(crate) own: Option<MacAddr>,
    /// What the radio offers, while there is one.
    pub(crate) offered: Option<&'a [CipherSuite]>,
}

impl KeyRules<'_> {
    /// Vendors' numbers are defined for station ports only.
    pub(crate) fn takes_ihv(&self, algorithm: CipherAlgorithm) -> bool {
        algorithm.is_ihv() && self.mode == OperationMode::ExtensibleStation
    }

    /// Whether the cipher can be enabled for data.
    pub(crate) fn can_enable(&self, algorithm: CipherAlgorithm) -> bool {
        // The cipher of every port: a radio without it is refused at the start, with its name.
        algorithm == CipherAlgorithm::CCMP
            || !is_management(algorithm)
                && [5, 13]
                    .iter()
                    .any(|len| self.suite(algorithm, *len).is_some())
    }

    /// The suite a key of this length is for, where the radio offers it.
    pub(crate) fn suite(&self, algorithm: CipherAlgorithm, len: usize) -> Option<CipherSuite> {
        if self.takes_ihv(algorithm) {
            let mut offered = self.offered?.iter();
            return offered
                .find(|s| s.0 & ORGANISATION != STANDARD && s.0 | IHV == algorithm.0)
                .copied();
        }
        let suite = standard_suite(algorithm, len)?;
        match self.offered {
            Some(offered) => offered.contains(&suite).then_some(suite),
            // Without a radio nobody can say; the one every radio must have is taken.
            None => (suite == CipherSuite::CCMP).then_some(suite),
        }
    }

    /// Checks a key against its cipher.
    ///
    /// # Errors
    /// INVALID_DATA.
    pub(crate) fn check(
        &self,
        algorithm: CipherAlgorithm,
        material: &KeyMaterial,
    ) -> Result<CipherSuite, Failure> {
        if self.offered.is_some_and(<[CipherSuite]>::is_empty) {
            return Err(invalid("The radio has no keys at all."));
        }
        if KeyData::from_material(algorithm, material).is_err() {
            return Err(invalid(
                "The key or its receive counter does not have its cipher's length, or there are no keys for this cipher.",
            ));
        }
        self.suite(algorithm, material.key.len())
            .ok_or_else(|| invalid("The key is for a cipher that the radio does not offer."))
    }
}

/// Whether the cipher protects group-addressed management frames and nothing else.
pub(crate) const fn is_management(algorithm: CipherAlgorithm) -> bool {
    matches!(
        algorithm,
        CipherAlgorithm::BIP
            | CipherAlgorithm::BIP_GMAC_128
            | CipherAlgorithm::BIP_GMAC_256
            | CipherAlgorithm::BIP_CMAC_256
    )
}

/// Whether default keys of this cipher may have the index 0.
pub(crate) const fn is_wep(algorithm: CipherAlgorithm) -> bool {
    matches!(
        algorithm,
        CipherAlgorithm::WEP | CipherAlgorithm::WEP40 | CipherAlgorithm::WEP104
    )
}

/// The suite of a cipher of the standard. WEP of any length is told apart by it; lengths without a
/// suite have none.
pub(crate) const fn standard_suite(algorithm: CipherAlgorithm, len: usize) -> Option<CipherSuite> {
    let number = match (algorithm, len) {
        (CipherAlgorithm::WEP40, _) | (CipherAlgorithm::WEP, 5) => 1,
        (CipherAlgorithm::WEP104, _) | (CipherAlgorithm::WEP, 13) => 5,
        (
            CipherAlgorithm::TKIP
            | CipherAlgorithm::CCMP
            | CipherAlgorithm::BIP
            | CipherAlgorithm::GCMP
            | CipherAlgorithm::GCMP_256
            | CipherAlgorithm::CCMP_256
            | CipherAlgorithm::BIP_GMAC_128
            | CipherAlgorithm::BIP_GMAC_256
            | CipherAlgorithm::BIP_CMAC_256,
            _,
        ) => algorithm.0,
        _ => return None,
    };
    Some(CipherSuite(STANDARD | number))
}

/// The number of a suite, of the standard or a vendor's.
pub(crate) const fn algorithm_of(suite: CipherSuite) -> CipherAlgorithm {
    if suite.0 & ORGANISATION == STANDARD {
        CipherAlgorithm(suite.0 & !ORGANISATION)
    } else {
        CipherAlgorithm(suite.0 | IHV)
    }
}

pub(crate) fn invalid(text: &str) -> Failure {
    failure(
        NdisStatus::INVALID_DATA,
        text,
        "This is a fault of the program that set the key.",
    )
}
