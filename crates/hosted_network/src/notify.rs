//! Who hears what.

use serde::{Deserialize, Serialize};
use wlan_model::{Guid, Notification};

/// `WLAN_NOTIFICATION_SOURCE_HNWK`.
pub(crate) const SOURCE_HOSTED_NETWORK: u32 = 0x80;

/// `WlanRegisterNotification` of one handle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registration {
    /// OR of `WLAN_NOTIFICATION_SOURCE_*`.
    sources: u32,
    duplicates: Duplicates,
}

/// What becomes of a notification equal to the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Duplicates {
    /// It is delivered too.
    Delivered,
    /// It is left out.
    LeftOut {
        /// The last one delivered.
        last: Option<(Guid, Notification)>,
    },
}

impl Registration {
    /// Hears nothing.
    pub(crate) const fn none() -> Self {
        Self {
            sources: 0,
            duplicates: Duplicates::Delivered,
        }
    }

    pub(crate) const fn new(sources: u32, ignore_duplicate: bool) -> Self {
        let duplicates = if ignore_duplicate {
            Duplicates::LeftOut { last: None }
        } else {
            Duplicates::Delivered
        };
        Self {
            sources,
            duplicates,
        }
    }

    pub(crate) const fn sources(&self) -> u32 {
        self.sources
    }

    /// Whether the handle is to hear it. If so it counts as delivered.
    pub(crate) fn wants(&mut self, device: Guid, notification: &Notification) -> bool {
        if self.sources & SOURCE_HOSTED_NETWORK == 0 {
            return false;
        }
        let Duplicates::LeftOut { last } = &mut self.duplicates else {
            return true;
        };
        let this = Some((device, notification.clone()));
        let new = *last != this;
        *last = this;
        new
    }
}
