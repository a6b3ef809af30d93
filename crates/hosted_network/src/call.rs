//! What each call asks for, before it changes anything.

use clock::Instant;
use wlan_model::{Reason, Refusal, SecondaryKey};
use wlan_rpc::{Answer, Call};

use crate::access_point::AccessPoint;
use crate::air;
use crate::client::Handle;
use crate::engine::Engine;
use crate::job::{Action, Job};
use crate::notify::Registration;
use crate::state::{Caller, Hold, Life, State};
use crate::{ClientId, refusal};

/// Longest caller's name that is kept, in bytes.
const MAX_PROGRAM: usize = 64;

/// How far a call has come.
enum Step {
    /// It has its answer.
    Answered(Answer),
    /// It is to be done in its turn.
    Queued(Action),
    /// It waits, or has been answered on the way.
    UnderWay,
}

impl<A: AccessPoint> Engine<A> {
    /// Begins a call of a client that is in no other.
    pub(crate) fn dispatch(&mut self, caller: Caller, call: Call, now: Instant) {
        match self.decide(caller, call, now) {
            Ok(Step::Answered(answer)) => self.answer(caller, Ok(answer)),
            Ok(Step::Queued(action)) => match self.permit(caller.client, &action) {
                Ok(()) => {
                    let user = self.clients.get(&caller.client).map(|c| c.rights.uid);
                    self.queue
                        .push(user.unwrap_or_default(), Job { caller, action });
                }
                Err(refusal) => self.answer(caller, Err(refusal)),
            },
            Ok(Step::UnderWay) => {}
            Err(refusal) => self.answer(caller, Err(refusal)),
        }
    }

    /// In this order, as Windows does: the service, the handle, the values, the caller's rights.
    /// The network's state comes last, when the call's turn has come.
    fn decide(&mut self, caller: Caller, call: Call, now: Instant) -> Result<Step, Refusal> {
        if self.life != Life::Serving {
            return Err(refusal::shutting_down());
        }
        if let Call::Open {
            client_version,
            program,
        } = call
        {
            return self
                .open(caller.client, client_version, program)
                .map(Step::Answered);
        }
        if !self.is_open(caller.client) {
            return Err(refusal::not_open());
        }
        Ok(match call {
            Call::Open { .. } => unreachable!("taken above"),
            Call::Subscribe
            | Call::Sim(_)
            | Call::Ihv(_)
            | Call::Sharing(_)
            | Call::QueryTraffic
            | Call::EnumInterfaces
            | Call::QueryInterface(_)
            | Call::SetRadioState { .. }
            | Call::SetOperationMode { .. } => return Err(refusal::not_ours()),
            Call::RegisterNotification {
                sources,
                ignore_duplicate,
            } => Step::Answered(self.register(caller.client, sources, ignore_duplicate)),
            Call::RegisterVirtualStationNotification(on) => {
                self.permit_use(caller.client, "register for virtual stations")?;
                if let Some(client) = self.clients.get_mut(&caller.client) {
                    client.virtual_station = on;
                }
                Step::Answered(Answer::Done)
            }
            Call::QueryConnectionSettings
            | Call::QueryEnabled
            | Call::QueryPrimaryKey
            | Call::QuerySecondaryKey
            | Call::QueryStatus => {
                match call {
                    Call::QueryPrimaryKey => {
                        self.permit_reading(caller.client, "read the primary key")?;
                    }
                    Call::QuerySecondaryKey => {
                        self.permit_reading(caller.client, "read the secondary key")?;
                    }
                    _ => {}
                }
                self.refuse_while_stopping()?;
                Step::Answered(self.query(&call, now)?)
            }
            Call::InitSettings => Step::Queued(Action::Initialise),
            Call::SetConnectionSettings(connection) => {
                if connection.max_peers == 0 {
                    return Err(refusal::no_peers());
                }
                Step::Queued(Action::SetConnection(connection))
            }
            Call::QueryAirSettings => {
                self.refuse_while_stopping()?;
                Step::Answered(Answer::AirSettings(self.settings.air))
            }
            Call::SetAirSettings(air) => {
                air::check(&air)?;
                Step::Queued(Action::SetAir(air))
            }
            Call::SetEnabled(enabled) => Step::Queued(Action::SetEnabled(enabled)),
            Call::SetSecondaryKey {
                data,
                is_passphrase,
                persistent,
            } => {
                let key = SecondaryKey::from_api(data.expose(), is_passphrase)
                    .map_err(refusal::key_form)?;
                Step::Queued(Action::SetSecondary(Some((key, persistent))))
            }
            Call::RemoveSecondaryKey => Step::Queued(Action::SetSecondary(None)),
            Call::RefreshSecuritySettings => Step::Queued(Action::Refresh),
            Call::StartUsing => Step::Queued(Action::Start(Hold::Reference)),
            Call::ForceStart => Step::Queued(Action::Start(Hold::Forced)),
            Call::PrepareForSleep => {
                self.permit_privileged(
                    caller.client,
                    "Preparing the network for sleep",
                    "prepare the network for sleep",
                )?;
                self.sleep(Some(caller));
                Step::UnderWay
            }
            // Stops change no setting: they need not wait for those who do.
            Call::StopUsing => self.stop_using(caller)?,
            Call::ForceStop => {
                self.force_stop(caller);
                Step::UnderWay
            }
        })
    }

    fn open(&mut self, id: ClientId, version: u32, program: String) -> Result<Answer, Refusal> {
        let Some(client) = self.clients.get_mut(&id) else {
            return Err(refusal::not_open());
        };
        if client.handle != Handle::Unopened {
            return Err(refusal::already_open());
        }
        if !(1..=2).contains(&version) {
            return Err(refusal::client_version(version));
        }
        self.handles
            .open(&client.rights)
            .map_err(refusal::too_many_handles)?;
        let kept = program.floor_char_boundary(MAX_PROGRAM);
        let program = program.get(..kept).unwrap_or_default().to_owned();
        client.handle = Handle::Open { version, program };
        Ok(Answer::Opened { version })
    }

    fn register(&mut self, id: ClientId, sources: u32, ignore_duplicate: bool) -> Answer {
        let previous = self.clients.get_mut(&id).map_or(0, |client| {
            let previous = client.registration.sources();
            client.registration = Registration::new(sources, ignore_duplicate);
            previous
        });
        Answer::PreviousSources(previous)
    }

    fn query(&self, call: &Call, now: Instant) -> Result<Answer, Refusal> {
        Ok(match call {
            Call::QueryConnectionSettings => {
                Answer::ConnectionSettings(self.connection().ok_or_else(refusal::no_name)?)
            }
            Call::QueryEnabled => Answer::Enabled {
                enabled: self.is_enabled(),
                by_policy: !self.policy.allowed,
            },
            Call::QueryPrimaryKey => Answer::PrimaryKey(
                self.settings
                    .primary_key
                    .clone()
                    .ok_or_else(refusal::no_primary_key)?,
            ),
            Call::QuerySecondaryKey => {
                let secondary = self.secondary();
                Answer::SecondaryKey {
                    key: secondary.map(|s| s.key.clone()),
                    persistent: secondary.is_some_and(|s| s.persistent),
                }
            }
            Call::QueryStatus => Answer::Status(Box::new(self.status(now))),
            _ => return Err(refusal::not_ours()),
        })
    }

    fn stop_using(&mut self, caller: Caller) -> Result<Step, Refusal> {
        self.refuse_while_stopping()?;
        if let State::Unavailable(obstacle) = &self.state {
            return Err(refusal::stop_while_unavailable(obstacle));
        }
        let Some(run) = self.run_mut() else {
            return Err(refusal::stop_before_start());
        };
        if !run.release(caller.client) {
            return Err(refusal::stop_before_start());
        }
        if run.is_held() {
            return Ok(Step::Answered(Answer::Done));
        }
        self.stop(Reason::UserAction, None, Some(caller));
        Ok(Step::UnderWay)
    }

    /// Never fails: on a network that does not run there is nothing to stop (clients begin with
    /// it), and on one that is being stopped it waits for the end.
    fn force_stop(&mut self, caller: Caller) {
        self.stop(Reason::UserAction, None, Some(caller));
    }

    pub(crate) fn refuse_while_stopping(&self) -> Result<(), Refusal> {
        match self.state {
            State::Stopping(_) => Err(refusal::stopping()),
            _ => Ok(()),
        }
    }
}
