//! Starting, stopping, and what the access point tells.

use std::collections::BTreeMap;

use cause::Cause;
use clock::Instant;
use softap::{Departure, Event, Refused, RunSettings};
use wlan_model::{HostedNetworkState, Notification, PeerAuthState, Reason, Refusal, Win32Error};
use wlan_rpc::{Answer, EventKind, JoinFailure};

use crate::access_point::AccessPoint;
use crate::engine::{Engine, key_identity};
use crate::refusal;
use crate::state::{Caller, Life, Radio, RadioInfo, Run, Starter, State, Stop};

/// Most peers an access point can have: association ids end here (802.11-2020, 9.4.1.8).
const MAX_AID: u16 = 2007;

impl<A: AccessPoint> Engine<A> {
    /// Adds a starter to the run, to the start under way, or begins one. Name and keys exist.
    pub(crate) fn start(&mut self, starter: Starter, now: Instant) {
        let caller = starter.caller;
        if !self.clients.contains_key(&caller.client) {
            // It died while its settings were being written: nobody is there to hold the network.
            return;
        }
        match &mut self.state {
            State::Active(run) => {
                run.hold(caller.client, starter.hold);
                self.answer(caller, Ok(Answer::Done));
            }
            State::Starting { starters } => starters.push(starter),
            State::Idle => match self.run_settings() {
                Ok(settings) => {
                    self.derive_master_keys();
                    let Some(keys) = &self.master_keys else {
                        return self.answer(caller, Err(refusal::no_primary_key()));
                    };
                    self.access_point.start(settings, keys.candidates(), now);
                    self.state = State::Starting {
                        starters: vec![starter],
                    };
                }
                Err(refusal) => self.answer(caller, Err(refusal)),
            },
            // The state changed while the settings were being written.
            State::Unavailable(obstacle) => {
                let refusal = if self.life == Life::Serving {
                    refusal::unavailable(obstacle)
                } else {
                    refusal::shutting_down()
                };
                self.answer(caller, Err(refusal));
            }
            State::Stopping(_) => self.answer(caller, Err(refusal::stopping())),
        }
    }

    fn run_settings(&self) -> Result<RunSettings, Refusal> {
        let connection = self.connection().ok_or_else(refusal::no_name)?;
        let served = self
            .radio
            .info()
            .and_then(|info| info.max_stations)
            .unwrap_or(MAX_AID);
        let wanted = u16::try_from(connection.max_peers).unwrap_or(u16::MAX);
        Ok(RunSettings {
            ssid: connection.ssid,
            max_peers: wanted.min(served).min(MAX_AID),
            channel: self.wished_channel(),
            band: self.settings.air.band,
            width: self.settings.air.width,
            isolate: self.settings.air.isolate,
            group_rekey: self.fixed.group_rekey,
            pairwise_rekey: self.fixed.pairwise_rekey,
        })
    }

    /// Ends a run, a start, or nothing. `caller` is answered with success when it is done.
    pub(crate) fn stop(&mut self, reason: Reason, cause: Option<Cause>, caller: Option<Caller>) {
        let callers = Vec::from_iter(caller);
        let seen_as = match &mut self.state {
            State::Stopping(stop) => {
                stop.callers.extend(callers);
                if self.life != Life::Serving {
                    stop.reason = reason;
                }
                return;
            }
            State::Unavailable(_) | State::Idle => {
                self.enter(self.resting_state(), reason, cause);
                return self.answer_all(callers);
            }
            State::Starting { starters } => {
                let starters = core::mem::take(starters);
                let refusal = refusal::start_given_up(reason, cause.as_ref());
                self.refuse_all(&starters, &refusal);
                HostedNetworkState::Idle
            }
            State::Active(_) => HostedNetworkState::Active,
        };
        self.access_point.stop();
        self.state = State::Stopping(Stop {
            seen_as,
            reason,
            cause,
            callers,
        });
    }

    /// The access point told something.
    pub(crate) fn handle_event(&mut self, event: Event) {
        match event {
            Event::RadioAvailable {
                name,
                address,
                max_stations,
            } => {
                self.handle_radio_available(RadioInfo {
                    name,
                    address,
                    max_stations,
                });
            }
            Event::RadioSwitched { software, hardware } => {
                self.handle_radio_switched(software, hardware);
            }
            Event::IncompatibleConnection(cause) => self.handle_incompatible_connection(cause),
            Event::RadioUnavailable { cause } => {
                self.radio = Radio::Absent {
                    cause: cause.clone(),
                };
                self.handle_run_lost(Reason::InterfaceUnavailable, &cause);
            }
            Event::StoppedByDriver { cause } => {
                if let Some(info) = self.radio.info().cloned() {
                    self.radio = Radio::Exhausted {
                        info,
                        cause: cause.clone(),
                    };
                }
                self.handle_run_lost(Reason::MiniportStopped, &cause);
            }
            Event::CanSustain => {
                if let Radio::Exhausted { info, .. } = &self.radio {
                    self.radio = Radio::Ready(info.clone());
                    self.settle(Reason::MiniportStarted);
                }
            }
            Event::Started {
                bssid,
                channel,
                width,
                phy,
            } => {
                let run = Run {
                    forced: false,
                    references: BTreeMap::new(),
                    bssid,
                    channel,
                    width,
                    phy,
                };
                self.handle_started(run);
            }
            Event::StartFailed { status, cause } => {
                if let State::Starting { starters } = &mut self.state {
                    let starters = core::mem::take(starters);
                    self.event(EventKind::StartFailed {
                        cause: cause.clone(),
                    });
                    self.enter(self.resting_state(), Reason::ApStartFailed, None);
                    self.refuse_all(&starters, &refusal::start_failed(status, &cause));
                }
            }
            Event::Vendor(event) => self.outputs.push_back(crate::Output::Vendor(event)),
            Event::Stopped => {
                if let State::Stopping(stop) = &self.state {
                    let stop = stop.clone();
                    self.finish_stop(stop);
                }
            }
            Event::ChannelChanged {
                channel,
                width,
                phy,
            } => {
                if let Some(run) = self.run_mut() {
                    run.channel = channel;
                    run.width = width;
                    run.phy = phy;
                }
            }
            Event::PeerArrived { mac, key } => {
                if self.run_mut().is_some() {
                    self.notify(&Notification::PeerStateChange {
                        peer: mac,
                        old: PeerAuthState::Invalid,
                        new: PeerAuthState::Authenticated,
                        reason: Reason::PeerArrived,
                    });
                    self.event(EventKind::PeerArrived {
                        mac,
                        key: key_identity(key),
                    });
                }
            }
            Event::PeerDeparted { mac, why } => {
                if self.run_mut().is_some() {
                    let reason = match why {
                        Departure::Left => Reason::PeerDeparted,
                        Departure::Timeout => Reason::PeerTimeout,
                    };
                    self.notify(&Notification::PeerStateChange {
                        peer: mac,
                        old: PeerAuthState::Authenticated,
                        new: PeerAuthState::Invalid,
                        reason,
                    });
                    self.event(EventKind::PeerDeparted { mac, reason });
                }
            }
            Event::PeerRefused { mac, why } => {
                self.event(EventKind::PeerRefused {
                    mac,
                    failure: join_failure(&why),
                });
                if let Refused::Radio(cause) = why {
                    self.event(EventKind::Warning(cause));
                }
            }
            Event::KeyRetired { mac } => self.event(EventKind::KeyRetired { mac }),
        }
    }

    /// On the air: everybody who waited holds it now.
    fn handle_started(&mut self, mut run: Run) {
        let State::Starting { starters } = &self.state else {
            return;
        };
        let starters = starters.clone();
        for starter in &starters {
            run.hold(starter.caller.client, starter.hold);
        }
        let started = self.connection().map(|connection| EventKind::Started {
            ssid: connection.ssid,
            bssid: run.bssid,
            channel: run.channel.number(),
        });
        self.enter(State::Active(run), Reason::UserAction, None);
        if let Some(started) = started {
            self.event(started);
        }
        self.answer_all(starters.iter().map(|s| s.caller));
    }

    /// The run, the start or the stop under way ended by itself. No `Stopped` follows.
    fn handle_run_lost(&mut self, reason: Reason, cause: &Cause) {
        match &mut self.state {
            State::Unavailable(_) | State::Idle => self.settle(reason),
            State::Starting { starters } => {
                let starters = core::mem::take(starters);
                self.event(EventKind::StartFailed {
                    cause: cause.clone(),
                });
                self.enter(self.resting_state(), reason, Some(cause.clone()));
                let cause = cause.clone();
                self.refuse_all(
                    &starters,
                    &Refusal {
                        code: Win32Error::INVALID_STATE,
                        reason,
                        cause,
                    },
                );
            }
            State::Active(_) => {
                self.expire_temporary_key();
                self.enter(self.resting_state(), reason, Some(cause.clone()));
            }
            State::Stopping(stop) => {
                let mut stop = stop.clone();
                if self.life == Life::Serving {
                    stop.reason = reason;
                }
                self.finish_stop(stop);
            }
        }
    }

    fn finish_stop(&mut self, stop: Stop) {
        if stop.seen_as == HostedNetworkState::Active {
            self.expire_temporary_key();
        }
        self.enter(self.resting_state(), stop.reason, stop.cause);
        self.answer_all(stop.callers);
    }

    /// The run that used it is over.
    fn expire_temporary_key(&mut self) {
        if self.temporary.is_some() {
            self.temporary = None;
            self.derive_master_keys();
            self.event(EventKind::SecondaryKey {
                set: None,
                expired: true,
            });
        }
    }

    fn answer_all(&mut self, callers: impl IntoIterator<Item = Caller>) {
        for caller in callers {
            self.answer(caller, Ok(Answer::Done));
        }
    }

    fn refuse_all(&mut self, starters: &[Starter], refusal: &Refusal) {
        for starter in starters {
            self.answer(starter.caller, Err(refusal.clone()));
        }
    }
}

const fn join_failure(why: &Refused) -> JoinFailure {
    match why {
        Refused::WrongKey => JoinFailure::WrongKey,
        Refused::RetiredKey => JoinFailure::RetiredKey,
        Refused::Full => JoinFailure::Full,
        Refused::HandshakeTimeout => JoinFailure::HandshakeTimeout,
        Refused::HandshakeViolation => JoinFailure::HandshakeViolation,
        Refused::Radio(_) => JoinFailure::Radio,
        Refused::Extension => JoinFailure::Extension,
    }
}
