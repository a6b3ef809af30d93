//! What waits for its turn, and what is being written.

use serde::{Deserialize, Serialize};
use wlan_model::{AirSettings, ConnectionSettings, Refusal, SecondaryKey, Settings};

use crate::state::{Caller, Hold};

/// A call whose values and rights are checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) caller: Caller,
    pub(crate) action: Action,
}

/// What it wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    Initialise,
    SetConnection(ConnectionSettings),
    SetAir(AirSettings),
    SetEnabled(bool),
    /// A key and whether it is persistent, or none.
    SetSecondary(Option<(SecondaryKey, bool)>),
    Refresh,
    Start(Hold),
}

/// The one writer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Storage {
    /// Nothing is being written.
    Quiet,
    /// These settings are; the job goes on when they are safe.
    Writing {
        job: Job,
        settings: Box<Settings>,
        /// What a start is answered with instead, when it was given up meanwhile.
        given_up: Option<Refusal>,
    },
}
