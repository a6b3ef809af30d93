//! What the administrator of the machine decides: the counterpart of Windows' group policy.

use dot11::Ssid;
use serde::{Deserialize, Serialize};

/// The administrator's decisions. The default decides nothing: it is Windows without a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Whether the network may run at all ("Don't allow hosted networks").
    pub allowed: bool,
    /// Members of this group count as privileged, beside root and the service's own user.
    pub privileged_group: Option<u32>,
    /// Who may read the primary and the secondary key.
    pub read_keys: Who,
    /// Who may set or remove the secondary key and refresh the primary key.
    pub set_keys: Who,
    /// Whether peers may be given addresses and the internet (ours).
    pub sharing: bool,
    /// The only name the network may have.
    pub fixed_ssid: Option<Ssid>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allowed: true,
            privileged_group: None,
            read_keys: Who::Anybody,
            set_keys: Who::Anybody,
            sharing: true,
            fixed_ssid: None,
        }
    }
}

/// Who may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    /// Everybody who can reach the service.
    Anybody,
    /// Root, the service's own user, and members of [`Policy::privileged_group`].
    Privileged,
    /// The privileged, and members of the group with this id.
    Group(u32),
}
