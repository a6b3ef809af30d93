//! Client handles.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use wlan_rpc::{Call, CallId};

use crate::notify::Registration;
use crate::{HostedNetwork, Rights};

/// One connection.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) rights: Rights,
    pub(crate) handle: Handle,
    pub(crate) registration: Registration,
    /// `WlanRegisterVirtualStationNotification`. Nothing is told of virtual stations yet.
    pub(crate) virtual_station: bool,
    /// The call that has begun and has no answer yet.
    pub(crate) current: Option<CallId>,
    /// Calls behind it.
    pub(crate) waiting: VecDeque<(CallId, Call)>,
}

impl Client {
    pub(crate) const fn new(rights: Rights) -> Self {
        Self {
            rights,
            handle: Handle::Unopened,
            registration: Registration::none(),
            virtual_station: false,
            current: None,
            waiting: VecDeque::new(),
        }
    }
}

/// Whether the client has opened its handle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Handle {
    /// Not yet.
    Unopened,
    /// It has.
    Open {
        /// 1 or 2. Both may do the same.
        version: u32,
        /// What the caller calls itself, at most 64 bytes.
        program: String,
    },
}

/// How many handles are open, so that nobody has to count them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Handles {
    all: usize,
    /// Of users who do not own the service; no entry is 0.
    by_user: BTreeMap<u32, usize>,
}

/// Which limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandleLimit {
    /// [`HostedNetwork::MAX_HANDLES`].
    All,
    /// [`HostedNetwork::MAX_USER_HANDLES`].
    User,
}

impl Handles {
    /// One more for this caller.
    pub(crate) fn open(&mut self, rights: &Rights) -> Result<(), HandleLimit> {
        if self.all >= HostedNetwork::MAX_HANDLES {
            return Err(HandleLimit::All);
        }
        if !rights.owner {
            let of_user = self.by_user.get(&rights.uid).copied().unwrap_or_default();
            if of_user >= HostedNetwork::MAX_USER_HANDLES {
                return Err(HandleLimit::User);
            }
            self.by_user.insert(rights.uid, of_user + 1);
        }
        self.all += 1;
        Ok(())
    }

    /// One of this caller's is closed.
    pub(crate) fn close(&mut self, rights: &Rights) {
        self.all = self.all.saturating_sub(1);
        if rights.owner {
            return;
        }
        match self.by_user.get_mut(&rights.uid) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                self.by_user.remove(&rights.uid);
            }
        }
    }
}
