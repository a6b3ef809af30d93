//! Whether there is a radio, and what the service was told of it.

use cause::Cause;
use dot11::CipherSuite;
use oid::{Failure, Indication, NdisStatus, OperationMode, PhyState};
use radio::Capabilities;
use serde::{Deserialize, Serialize};

use crate::cipher::KeyRules;
use crate::outbox::Outbox;

/// The radio of a port.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RadioState {
    present: Result<Box<Capabilities>, Cause>,
    /// What the service was last told.
    indicated: Option<PhyState>,
}

impl Default for RadioState {
    fn default() -> Self {
        Self {
            present: Err(Cause::new("No radio has been found yet.", "Wait a moment.")),
            indicated: None,
        }
    }
}

impl RadioState {
    /// The radio is there, with these abilities; whether it was not there before.
    pub(crate) fn arrive(&mut self, capabilities: Box<Capabilities>, out: &mut Outbox) -> bool {
        let arrived = self.present.is_err();
        self.present = Ok(capabilities);
        self.indicate(out);
        arrived
    }

    /// The radio is gone. [`RadioState::indicate`] is to follow when everything on it is given up.
    pub(crate) fn leave(&mut self, cause: Cause) -> Failure {
        self.present = Err(cause.clone());
        Failure {
            status: NdisStatus::DOT11_POWER_STATE_INVALID,
            cause,
        }
    }

    /// Tells the service of the radio, unless it knows.
    pub(crate) fn indicate(&mut self, out: &mut Outbox) {
        let state = match &self.present {
            Err(cause) => PhyState::Off {
                cause: cause.clone(),
            },
            Ok(radio) => PhyState::On {
                name: radio.name.clone(),
                address: radio.address,
                max_stations: radio.max_stations,
            },
        };
        if self.indicated.as_ref() != Some(&state) {
            self.indicated = Some(state.clone());
            out.indicate(Indication::PhyStateChanged(state));
        }
    }

    pub(crate) const fn is_present(&self) -> bool {
        self.present.is_ok()
    }

    /// The radio, for what needs one.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn get(&self) -> Result<&Capabilities, Failure> {
        self.present.as_deref().map_err(|cause| Failure {
            status: NdisStatus::DOT11_POWER_STATE_INVALID,
            cause: cause.clone(),
        })
    }

    /// What the radio offers, while there is one.
    pub(crate) fn ciphers(&self) -> Option<&[CipherSuite]> {
        self.present.as_ref().ok().map(|radio| &radio.ciphers[..])
    }

    pub(crate) fn key_rules(&self, mode: OperationMode) -> KeyRules<'_> {
        KeyRules {
            mode,
            own: self.present.as_ref().ok().map(|radio| radio.address),
            offered: self.ciphers(),
        }
    }
}
