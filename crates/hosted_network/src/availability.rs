//! Whether the network can be started, and what changes that.

use cause::Cause;
use wlan_model::{Guid, HostedNetworkState, Notification, RadioState, Reason};
use wlan_rpc::EventKind;

use crate::access_point::AccessPoint;
use crate::engine::Engine;
use crate::refusal;
use crate::state::{Life, Obstacle, Radio, RadioInfo, State, Switches};

impl<A: AccessPoint> Engine<A> {
    /// What stands in the way of a start, the weightiest first.
    fn obstacle(&self) -> Option<Obstacle> {
        let unavailable = |cause| {
            Some(Obstacle {
                reason: Reason::InterfaceUnavailable,
                cause,
            })
        };
        if self.life != Life::Serving {
            return Some(Obstacle {
                reason: Reason::ServiceShuttingDown,
                cause: refusal::ending(),
            });
        }
        if !self.policy.allowed {
            return unavailable(refusal::policy_forbids());
        }
        if !self.settings.enabled {
            return unavailable(refusal::disallowed());
        }
        match &self.radio {
            Radio::Absent { cause } | Radio::Exhausted { cause, .. } => unavailable(cause.clone()),
            Radio::Ready(_) => self.incompatible.clone().map(|cause| Obstacle {
                reason: Reason::IncompatibleConnectionStarted,
                cause,
            }),
        }
    }

    /// Where the network comes to rest as things are.
    pub(crate) fn resting_state(&self) -> State {
        self.obstacle().map_or(State::Idle, State::Unavailable)
    }

    /// What can be started may have changed; matters only to a network at rest.
    pub(crate) fn settle(&mut self, reason: Reason) {
        if self.state.is_at_rest() {
            self.enter(self.resting_state(), reason, None);
        }
    }

    /// An obstacle is there from now on: it ends a run, and it is why a stop under way does not
    /// come to rest at idle.
    pub(crate) fn obstruct(&mut self, reason: Reason, cause: Cause) {
        match &mut self.state {
            State::Starting { .. } | State::Active(_) => self.stop(reason, Some(cause), None),
            State::Stopping(stop) if self.life == Life::Serving => {
                stop.reason = reason;
                stop.cause = Some(cause);
            }
            State::Stopping(_) => {}
            State::Unavailable(_) | State::Idle => self.settle(reason),
        }
    }

    pub(crate) fn handle_radio_available(&mut self, info: RadioInfo) {
        self.device = Guid::of_access_point(info.address);
        let replaced = (self.radio.info())
            .is_some_and(|old| (&old.name, old.address) != (&info.name, info.address));
        self.radio = match &self.radio {
            Radio::Exhausted { cause, .. } if !replaced => Radio::Exhausted {
                info,
                cause: cause.clone(),
            },
            _ => Radio::Ready(info),
        };
        let before = self.state.public();
        self.settle(Reason::InterfaceAvailable);
        if replaced && before != HostedNetworkState::Unavailable && before == self.state.public() {
            self.notify_changed(Reason::DeviceChange);
        }
    }

    /// The first report tells what was so already; clients hear of changes.
    pub(crate) fn handle_radio_switched(&mut self, software: bool, hardware: bool) {
        let [software, hardware] =
            [software, hardware].map(|on| if on { RadioState::On } else { RadioState::Off });
        let switches = Switches { software, hardware };
        let before = self.switches.replace(switches);
        if before.is_some_and(|before| before != switches) {
            self.notify(&Notification::RadioStateChange { software, hardware });
            self.event(EventKind::RadioSwitched { software, hardware });
        }
    }

    /// A connection that excludes the network began, or ended. Nothing starts by itself after it.
    pub(crate) fn handle_incompatible_connection(&mut self, cause: Option<Cause>) {
        self.incompatible.clone_from(&cause);
        match cause {
            Some(cause) => self.obstruct(Reason::IncompatibleConnectionStarted, cause),
            None => self.settle(Reason::IncompatibleConnectionStopped),
        }
    }
}
