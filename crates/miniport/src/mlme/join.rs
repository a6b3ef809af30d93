//! What a station wants.

use dot11::frame::CapabilityInfo;
use serde::{Deserialize, Serialize};

use super::phys::StationPhys;

/// What a station asks for, in a request we could accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Join {
    pub(crate) reassociation: bool,
    pub(crate) capability: CapabilityInfo,
    pub(crate) listen_interval: u16,
    pub(crate) rates: Vec<u8>,
    pub(crate) phys: StationPhys,
    pub(crate) extended_capabilities: Vec<u8>,
    pub(crate) wme: bool,
    /// The RSN element with id and length.
    pub(crate) rsne: Vec<u8>,
    /// Management frames are to be protected: both sides can.
    pub(crate) management_protection: bool,
}
