//! What an authenticator is told, and what it wants done.

use clock::Duration;
use dot11::{KeyBytes, MacAddr};
use serde::{Deserialize, Serialize};

use crate::candidates::{Candidates, KeyId, Verdict};
use crate::key::GroupKey;
use crate::message::Failure;

/// When a message is sent again, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// From the first send of messages 1 and 3 to the second.
    pub first: Duration,
    /// The same for the group handshake, longer because dozing stations answer late.
    pub first_group: Duration,
    /// Between all later sends, and after the last one.
    pub later: Duration,
    /// Sends in all.
    pub sends: u8,
}

impl Default for Timing {
    /// 100 ms, 500 ms, 1 s, four sends.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            first_group: Duration::from_millis(500),
            later: Duration::from_secs(1),
            sends: 4,
        }
    }
}

/// What is fixed for one association.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Our address.
    pub ap: MacAddr,
    /// The station's.
    pub station: MacAddr,
    /// RSN element of our beacon, id and length bytes included.
    pub ap_rsne: Vec<u8>,
    /// RSN element of the association request, id and length bytes included.
    pub station_rsne: Vec<u8>,
    /// Management frames of this association are protected: the station gets that key too.
    pub management_protection: bool,
    /// Resending.
    pub timing: Timing,
}

/// What the network is at the moment a frame is handled.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// The keys it accepts.
    pub candidates: &'a Candidates,
    /// Its newest group key.
    pub group: &'a GroupKey,
}

/// What must happen now, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// Send this PDU to the station. Encrypted exactly when a pairwise key was installed before.
    SendEapol(Vec<u8>),
    /// Install the pairwise key. Never given twice for the same key.
    InstallPairwiseKey {
        /// The temporal key, 16 bytes.
        tk: KeyBytes,
    },
    /// Open the port: the station has proved to hold this key and has its own installed.
    Authorize {
        /// The key that message 2 elected.
        key: KeyId,
    },
    /// A pairwise rekey is complete.
    PairwiseRekeyed,
    /// The station has confirmed to hold the group key of this index, by message 4 or by the group
    /// handshake.
    GroupKeyDelivered {
        /// Key ID, 1 to 3.
        index: u8,
    },
    /// A message 2 fits no live key. Told once per association; the handshake goes on waiting.
    Mismatch(Verdict),
    /// The station asks for a new handshake, with a right MIC.
    RekeyRequested {
        /// Of the pairwise key, else of the group key.
        pairwise: bool,
    },
    /// It is over: deauthenticate with [`Failure::reason`] and drop the authenticator.
    Failed(Failure),
}
