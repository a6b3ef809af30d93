//! Changes and starts: one at a time, first on the disk, then in force.

use cause::Cause;
use clock::Instant;
use wlan_model::{Reason, Refusal, SecondaryKey, Settings};
use wlan_rpc::{Answer, EventKind};

use crate::access_point::AccessPoint;
use crate::air;
use crate::engine::Engine;
use crate::job::{Action, Job, Storage};
use crate::refusal;
use crate::settings::{initialise, new_primary_key};
use crate::state::{Life, Starter, State};

impl<A: AccessPoint> Engine<A> {
    /// A job's turn has come: the last check, then the disk, if it changes what is there.
    pub(crate) fn begin(&mut self, job: Job, now: Instant) {
        let settings = self
            .permit(job.caller.client, &job.action)
            .and_then(|()| self.settings_after(&job));
        match settings {
            Err(refusal) => self.answer(job.caller, Err(refusal)),
            Ok(settings) if settings == self.settings => self.carry_out(job, None, now),
            Ok(settings) => {
                let settings = Box::new(settings);
                self.persist(settings.clone());
                self.storage = Storage::Writing {
                    job,
                    settings,
                    given_up: None,
                };
            }
        }
    }

    pub(crate) fn handle_persisted(&mut self, result: Result<(), Cause>, now: Instant) {
        let storage = core::mem::replace(&mut self.storage, Storage::Quiet);
        match (storage, result) {
            (Storage::Quiet, _) => {}
            (Storage::Writing { job, .. }, Err(cause)) => {
                self.answer(job.caller, Err(refusal::persistence_failed(cause)));
            }
            (
                Storage::Writing {
                    job,
                    settings,
                    given_up,
                },
                Ok(()),
            ) => {
                let old = core::mem::replace(&mut self.settings, *settings);
                self.announce(&job.action, &old);
                match given_up {
                    None => self.carry_out(job, Some(&old), now),
                    Some(refusal) => {
                        self.derive_master_keys();
                        self.answer(job.caller, Err(refusal));
                    }
                }
            }
        }
        self.pump(now);
    }

    /// What the disk must hold for an action, or why it is impossible as things are.
    fn settings_after(&mut self, job: &Job) -> Result<Settings, Refusal> {
        if self.life != Life::Serving {
            return Err(refusal::shutting_down());
        }
        self.refuse_while_stopping()?;
        let mut settings = self.settings.clone();
        match &job.action {
            Action::Initialise => self.initialise(&mut settings),
            Action::SetConnection(connection) => {
                settings.connection = Some(connection.clone());
                // With a name there is a station profile to be asked for, which needs the key.
                self.initialise(&mut settings);
            }
            Action::SetAir(air) => settings.air = *air,
            Action::SetEnabled(enabled) => settings.enabled = *enabled,
            // One slot: a temporary key removes a persistent one for good.
            Action::SetSecondary(None | Some((_, false))) => settings.secondary_key = None,
            Action::SetSecondary(Some((key, true))) => settings.secondary_key = Some(key.clone()),
            Action::Refresh => settings.primary_key = Some(new_primary_key(&mut self.entropy)),
            Action::Start(_) => {
                self.permit_use(job.caller.client, "start the network")?;
                if let State::Unavailable(obstacle) = &self.state {
                    return Err(refusal::unavailable(obstacle));
                }
                self.initialise(&mut settings);
            }
        }
        Ok(settings)
    }

    fn initialise(&mut self, settings: &mut Settings) {
        initialise(
            settings,
            self.policy.fixed_ssid.as_ref(),
            &self.fixed.host_name,
            &mut self.entropy,
        );
    }

    /// Starts that have not begun never will.
    pub(crate) fn give_up_starts(&mut self, refusal: &Refusal) {
        if let Storage::Writing { job, given_up, .. } = &mut self.storage
            && matches!(job.action, Action::Start(_))
        {
            *given_up = Some(refusal.clone());
        }
        let starts = self
            .queue
            .take(|job| matches!(job.action, Action::Start(_)));
        for job in starts {
            self.answer(job.caller, Err(refusal.clone()));
        }
    }

    /// Tells listeners what is new on the disk, as far as it is not a secondary key.
    fn announce(&mut self, action: &Action, old: &Settings) {
        let connection_changed = self.settings.connection != old.connection;
        let air_changed = self.settings.air != old.air;
        if connection_changed || air_changed || self.settings.enabled != old.enabled {
            self.event(EventKind::SettingsChanged);
        }
        if *action == Action::Refresh {
            self.event(EventKind::PrimaryKeyRefreshed);
        }
        // A start that initialises is about to tell more than that.
        let starts = matches!(action, Action::Start(_));
        let primary_changed = self.settings.primary_key != old.primary_key;
        if matches!(self.state, State::Idle)
            && !starts
            && (connection_changed || air_changed || primary_changed)
        {
            self.notify_changed(Reason::PropertiesChange);
        }
    }

    /// The disk holds what the job needs; `old` is what it held before, if that was something else.
    fn carry_out(&mut self, job: Job, old: Option<&Settings>, now: Instant) {
        let Job { caller, action } = job;
        match action {
            Action::Initialise => {
                self.derive_master_keys();
                self.answer(caller, Ok(Answer::Done));
            }
            Action::SetConnection(_) | Action::Refresh => {
                self.derive_master_keys();
                self.stop(Reason::PropertiesChange, None, Some(caller));
            }
            Action::SetAir(air) => match old {
                Some(old) if air::moves(&old.air, &air) => {
                    self.stop(Reason::PropertiesChange, None, Some(caller));
                }
                Some(_) => {
                    self.apply_isolation();
                    self.answer(caller, Ok(Answer::Done));
                }
                None => self.answer(caller, Ok(Answer::Done)),
            },
            Action::SetEnabled(_) if self.state.is_at_rest() => {
                self.enter(self.resting_state(), Reason::UserAction, None);
                self.answer(caller, Ok(Answer::Done));
            }
            Action::SetEnabled(true) => self.answer(caller, Ok(Answer::Done)),
            Action::SetEnabled(false) => {
                self.stop(
                    Reason::UserAction,
                    Some(refusal::disallowed()),
                    Some(caller),
                );
            }
            Action::SetSecondary(set) => {
                self.set_secondary(set, old.is_some(), now);
                self.answer(caller, Ok(Answer::Done));
            }
            Action::Start(hold) => self.start(Starter { caller, hold }, now),
        }
    }

    /// The slot on the disk is as it should be; now the one in memory, and the running network.
    fn set_secondary(&mut self, set: Option<(SecondaryKey, bool)>, written: bool, now: Instant) {
        let event = EventKind::SecondaryKey {
            set: set
                .as_ref()
                .map(|(key, persistent)| (key.form(), *persistent)),
            expired: false,
        };
        let temporary = set
            .filter(|(_, persistent)| !persistent)
            .map(|(key, _)| key);
        if !written && temporary == self.temporary {
            return;
        }
        self.temporary = temporary;
        self.derive_master_keys();
        if self.has_run()
            && let Some(keys) = &self.master_keys
        {
            self.access_point.set_keys(keys.candidates(), now);
        }
        self.event(event);
    }
}
