//! The states of the network, each with what exists only in it.

use std::collections::BTreeMap;

use cause::Cause;
use dot11::{Channel, ChannelWidth, MacAddr, Phy};
use serde::{Deserialize, Serialize};
use wlan_model::{HostedNetworkState, RadioState, Reason};
use wlan_rpc::CallId;

use crate::ClientId;

/// What the network is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// It cannot be started.
    Unavailable(Obstacle),
    /// It can be started.
    Idle,
    /// A start was handed down; beacons are not on the air yet.
    Starting {
        /// Who waits for it; never empty.
        starters: Vec<Starter>,
    },
    /// On the air.
    Active(Run),
    /// A stop was handed down.
    Stopping(Stop),
}

impl State {
    /// What clients see of it.
    pub(crate) const fn public(&self) -> HostedNetworkState {
        match self {
            Self::Unavailable(_) => HostedNetworkState::Unavailable,
            Self::Idle | Self::Starting { .. } => HostedNetworkState::Idle,
            Self::Active(_) => HostedNetworkState::Active,
            Self::Stopping(stop) => stop.seen_as,
        }
    }

    /// Whether nothing is handed down: no run, no start, no stop.
    pub(crate) const fn is_at_rest(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Idle)
    }
}

/// Why the network cannot be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Obstacle {
    /// What a start is refused with.
    pub(crate) reason: Reason,
    /// For people.
    pub(crate) cause: Cause,
}

/// A call that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Caller {
    pub(crate) client: ClientId,
    pub(crate) id: CallId,
}

/// How a starter holds the network up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Hold {
    /// `StartUsing`: one reference of the client.
    Reference,
    /// `ForceStart`: tied to nobody.
    Forced,
}

/// A call that waits for the network to be on the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Starter {
    pub(crate) caller: Caller,
    pub(crate) hold: Hold,
}

/// A run on the air, and what holds it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Somebody forced it.
    pub(crate) forced: bool,
    /// References per client; no entry is 0.
    pub(crate) references: BTreeMap<ClientId, u32>,
    pub(crate) bssid: MacAddr,
    pub(crate) channel: Channel,
    pub(crate) width: ChannelWidth,
    pub(crate) phy: Phy,
}

impl Run {
    pub(crate) fn hold(&mut self, client: ClientId, hold: Hold) {
        match hold {
            Hold::Reference => {
                let count = self.references.entry(client).or_default();
                *count = count.saturating_add(1);
            }
            Hold::Forced => self.forced = true,
        }
    }

    /// Drops one reference; `false` when the client has none.
    pub(crate) fn release(&mut self, client: ClientId) -> bool {
        match self.references.get_mut(&client) {
            None => false,
            Some(1) => {
                self.references.remove(&client);
                true
            }
            Some(count) => {
                *count -= 1;
                true
            }
        }
    }

    pub(crate) fn is_held(&self) -> bool {
        self.forced || !self.references.is_empty()
    }
}

/// A stop under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stop {
    /// What clients see until it is done: active, or idle for a start that was given up.
    pub(crate) seen_as: HostedNetworkState,
    pub(crate) reason: Reason,
    /// For people, where there is more to say.
    pub(crate) cause: Option<Cause>,
    /// Answered with success when it is done.
    pub(crate) callers: Vec<Caller>,
}

/// What is known of the radio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Radio {
    /// There is none that can run.
    Absent {
        /// Why.
        cause: Cause,
    },
    /// It can run.
    Ready(RadioInfo),
    /// Its driver ended a run and has not said yet that it can sustain another.
    Exhausted {
        /// It is there, though.
        info: RadioInfo,
        /// Why it ended the run.
        cause: Cause,
    },
}

impl Radio {
    pub(crate) const fn info(&self) -> Option<&RadioInfo> {
        match self {
            Self::Absent { .. } => None,
            Self::Ready(info) | Self::Exhausted { info, .. } => Some(info),
        }
    }
}

/// What a radio says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RadioInfo {
    pub(crate) name: String,
    pub(crate) address: MacAddr,
    pub(crate) max_stations: Option<u16>,
}

/// How the radio is switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Switches {
    pub(crate) software: RadioState,
    pub(crate) hardware: RadioState,
}

/// Whether the service itself is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Life {
    /// It takes calls.
    Serving,
    /// It refuses calls and waits for the run and the storage to end.
    Ending,
    /// It has said so.
    Ended,
}
