//! Client handles.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use wlan_rpc::{Call, CallId};

use crate::Rights;
use crate::notify::Registration;

/// One connection.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) rights: Rights,
    pub(crate) handle: Handle,
    pub(crate) registration: Registration,
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
