//! What the administrator's policy and a caller's rights let him do.
//!
//! Each check happens when a call comes in and again when its turn has come, so that a policy holds
//! for everything that has not begun. Whatever is refused here is told as [`Output::Denied`].

use clock::Instant;
use wlan_model::{ConnectionSettings, Policy, Reason, Refusal, Who};
use wlan_rpc::EventKind;

use crate::access_point::AccessPoint;
use crate::engine::Engine;
use crate::job::Action;
use crate::state::{Hold, State};
use crate::{ClientId, Output, refusal};

impl<A: AccessPoint> Engine<A> {
    pub(crate) fn set_policy(&mut self, policy: Policy, now: Instant) {
        let was_allowed = self.policy.allowed;
        let old = self.connection();
        self.policy = policy;
        match (was_allowed, self.policy.allowed) {
            (true, false) => self.obstruct(Reason::GpDenied, refusal::policy_forbids()),
            (false, true) => self.settle(Reason::UserAction),
            (true, true) | (false, false) => {}
        }
        if self.connection() != old {
            self.handle_name_fixed();
        }
        self.pump(now);
    }

    /// The policy gave the network another name: no run goes on under the one before.
    fn handle_name_fixed(&mut self) {
        self.derive_master_keys();
        self.event(EventKind::SettingsChanged);
        if self.has_run() {
            let cause = refusal::name_fixed(self.policy.fixed_ssid.as_ref());
            self.stop(Reason::PropertiesChange, Some(cause), None);
        } else if matches!(self.state, State::Idle) {
            self.notify_changed(Reason::PropertiesChange);
        }
    }

    /// The connection settings in force: as stored, under the name the policy fixes.
    pub(crate) fn connection(&self) -> Option<ConnectionSettings> {
        let mut connection = self.settings.connection.clone()?;
        if let Some(ssid) = &self.policy.fixed_ssid {
            connection.ssid = ssid.clone();
        }
        Some(connection)
    }

    /// The enable flag as it counts.
    pub(crate) const fn is_enabled(&self) -> bool {
        self.settings.enabled && self.policy.allowed
    }

    /// Whether a caller may do this.
    pub(crate) fn permit(&mut self, client: ClientId, action: &Action) -> Result<(), Refusal> {
        match action {
            Action::Initialise | Action::SetAir(_) | Action::Start(Hold::Reference) => Ok(()),
            Action::Start(Hold::Forced) => self.permit_privileged(
                client,
                "Starting the network for everybody",
                "force a start of the network",
            ),
            Action::SetConnection(connection) => match &self.policy.fixed_ssid {
                Some(fixed) if *fixed != connection.ssid => {
                    let refusal = refusal::other_name(fixed);
                    Err(self.deny(client, "rename the network", refusal))
                }
                _ => Ok(()),
            },
            Action::SetEnabled(_) => {
                let what = "allow or disallow the network";
                if !self.policy.allowed {
                    return Err(self.deny(client, what, refusal::enabled_by_policy()));
                }
                self.permit_privileged(client, "Allowing or disallowing the network", what)
            }
            Action::SetSecondary(Some(_)) => self.permit_setting(client, "set the secondary key"),
            Action::SetSecondary(None) => self.permit_setting(client, "remove the secondary key"),
            Action::Refresh => self.permit_setting(client, "make a new primary key"),
        }
    }

    /// Whether a caller may read keys.
    pub(crate) fn permit_reading(&mut self, client: ClientId, what: &str) -> Result<(), Refusal> {
        if self.is_among(client, self.policy.read_keys) {
            return Ok(());
        }
        Err(self.deny(client, what, refusal::no_reading()))
    }

    fn permit_setting(&mut self, client: ClientId, what: &str) -> Result<(), Refusal> {
        if self.is_among(client, self.policy.set_keys) {
            return Ok(());
        }
        Err(self.deny(client, what, refusal::no_setting()))
    }

    /// Whether a caller is privileged. `deed` begins a sentence, `what` goes on after "tried to".
    pub(crate) fn permit_privileged(
        &mut self,
        client: ClientId,
        deed: &str,
        what: &str,
    ) -> Result<(), Refusal> {
        if self.is_privileged(client) {
            return Ok(());
        }
        Err(self.deny(client, what, refusal::elevation_required(deed)))
    }

    /// Whether the policy lets anybody use the network; if so the rest is a matter of its state.
    pub(crate) fn permit_use(&mut self, client: ClientId, what: &str) -> Result<(), Refusal> {
        if self.policy.allowed {
            return Ok(());
        }
        Err(self.deny(client, what, refusal::use_forbidden()))
    }

    fn is_among(&self, client: ClientId, who: Who) -> bool {
        self.clients
            .get(&client)
            .is_some_and(|c| c.rights.is_among(who, &self.policy))
    }

    /// Has the attempt logged.
    fn deny(&mut self, client: ClientId, what: &str, refusal: Refusal) -> Refusal {
        if let Some(known) = self.clients.get(&client) {
            let rights = &known.rights;
            let denied = Output::Denied {
                client,
                uid: rights.uid,
                pid: rights.pid,
                program: rights.program.clone(),
                what: what.to_owned(),
                reason: refusal.reason,
            };
            self.output(denied);
        }
        refusal
    }
}
