//! The station's adapter: what is known of its connection.

use clock::Instant;
use dot11::MacAddr;
use ihv::seam::{ConnectionId, PortId};
use wlan_model::{VendorFragments, VendorProfile};
use wlan_rpc::ExtensionAdapter;

use crate::host::SlotId;
use crate::tables::Tables;

/// What is known of the station's adapter.
#[derive(Debug, Default)]
pub(crate) struct Station {
    pub(crate) tables: Tables,
    /// Name of its radio.
    pub(crate) radio: Option<String>,
    pub(crate) mode: Mode,
    /// Whose host is to run.
    pub(crate) host: Option<String>,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) attempts: u64,
}

/// Whether the port has been told that it is a station's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    Unset,
    Set,
}

/// A connection, from the wish on.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) number: u64,
    /// With which extension.
    pub(crate) name: String,
    pub(crate) profile: VendorProfile,
    pub(crate) stage: Progress,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The port is made ready; the host may be on its way too.
    SettingUp,
    /// The port is ready, the extension is not.
    WaitingForHost,
    Scanning,
    PreAssociating(ConnectionId),
    /// Name and elements are set.
    Preparing,
    Connecting {
        by: Instant,
    },
    Joining {
        bssid: MacAddr,
        port: PortId,
        by: Instant,
    },
    /// The extension said open.
    Opening {
        bssid: MacAddr,
        port: PortId,
    },
    Connected {
        bssid: MacAddr,
        port: PortId,
    },
}

impl Progress {
    pub(crate) const fn port(self) -> Option<(MacAddr, PortId)> {
        match self {
            Self::Joining { bssid, port, .. }
            | Self::Opening { bssid, port }
            | Self::Connected { bssid, port } => Some((bssid, port)),
            _ => None,
        }
    }

    /// Whether something may be on the air.
    pub(crate) const fn is_on_air(self) -> bool {
        matches!(
            self,
            Self::Preparing
                | Self::Connecting { .. }
                | Self::Joining { .. }
                | Self::Opening { .. }
                | Self::Connected { .. }
        )
    }
}

impl Station {
    /// Whether the host of this extension is to run.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.host.as_deref() == Some(name)
    }

    pub(crate) fn ports(&self) -> u32 {
        u32::from(self.port().is_some())
    }

    pub(crate) fn port(&self) -> Option<(MacAddr, PortId)> {
        self.attempt.as_ref()?.stage.port()
    }

    /// Whether this is the access point it is associated with.
    pub(crate) fn is_with(&self, peer: MacAddr) -> bool {
        self.port().is_some_and(|(bssid, _)| bssid == peer)
    }

    /// The extension that handles frames from there.
    pub(crate) fn server_of(&self, peer: MacAddr) -> Option<SlotId> {
        let attempt = self.attempt.as_ref().filter(|_| self.is_with(peer))?;
        Some(slot(&attempt.name))
    }

    /// Name and fragments of the profile in use.
    pub(crate) fn profile(&self, name: &str) -> Option<(String, VendorFragments)> {
        let attempt = self.attempt.as_ref().filter(|a| a.name == name)?;
        let profile = &attempt.profile;
        Some((profile.name.clone(), profile.fragments.clone()))
    }

    pub(crate) fn timeout(&self) -> Option<Instant> {
        match self.attempt.as_ref()?.stage {
            Progress::Connecting { by } | Progress::Joining { by, .. } => Some(by),
            _ => None,
        }
    }
}

/// Where its host with this extension is.
pub(crate) fn slot(name: &str) -> SlotId {
    SlotId {
        name: name.to_owned(),
        adapter: ExtensionAdapter::Station,
    }
}
