//! Calls to the simulated radio that take their time.
//!
//! A join is answered when the *network* has let the station in or turned it away: that is what the
//! caller asks about. The station's own view only decides when the network never heard of it.

use std::collections::VecDeque;

use cause::Cause;
use clock::{Duration, Instant, earliest};
use column::ClientId;
use dot11::{KeyBytes, MacAddr};
use radio::Switches;
use radio_sim::{STATION_ADAPTER, SimError, SimEvent, SimRadio, StationKey};
use wlan_model::{Reason, Refusal, Win32Error};
use wlan_rpc::{Answer, CallId, EventKind, JoinFailure, SimCall, SimStation, Status};

use crate::radios::Simulation;

/// Longest wait for a join; the radio itself gives up before.
const JOIN_LIMIT: Duration = Duration::from_secs(15);

/// Longest wait until the network has noticed that a station left.
const LEAVE_LIMIT: Duration = Duration::from_secs(2);

/// Longest wait for traffic; the radio itself gives up a second after the last frame.
const TRAFFIC_LIMIT: Duration = Duration::from_secs(5);

/// Longest a stop may be made to take, in milliseconds.
const SLOWEST_STOP_MS: u32 = 60_000;

/// What callers call the station adapter.
const ADAPTER: &str = "adapter";

/// An answer for a client.
#[derive(Debug)]
pub(crate) struct SimAnswer {
    pub(crate) client: ClientId,
    pub(crate) id: CallId,
    pub(crate) result: Result<Answer, Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Join,
    Leave,
    Traffic,
}

#[derive(Debug)]
struct Waiting {
    client: ClientId,
    id: CallId,
    name: String,
    mac: MacAddr,
    what: What,
    deadline: Instant,
}

/// The calls under way.
#[derive(Debug, Default)]
pub(crate) struct SimCalls {
    waiting: Vec<Waiting>,
    answers: VecDeque<SimAnswer>,
    /// Stations that were turned away for good and would go on trying.
    hopeless: Vec<String>,
}

impl SimCalls {
    /// A client calls. `status` is the network's.
    pub(crate) fn begin(
        &mut self,
        (client, id): (ClientId, CallId),
        call: SimCall,
        sim: &mut Simulation,
        status: &Status,
        now: Instant,
    ) {
        let radio = &mut sim.radio;
        let begun = match call {
            SimCall::Join { name, key } => join(radio, name, &key, status, now),
            SimCall::Leave { name } => leave(radio, name, status, now),
            SimCall::Switch { software, hardware } => {
                radio.set_switches(Switches { software, hardware }, now);
                Ok(Begun::Done(Answer::Done))
            }
            SimCall::AdHoc(ad_hoc) => {
                sim.adapter.set_ad_hoc(ad_hoc, radio, now);
                Ok(Begun::Done(Answer::Done))
            }
            SimCall::SlowStop(ms) => slow_stop(radio, ms),
            SimCall::DriverStop => driver_stop(radio, status, now),
            SimCall::Plug(is_there) => {
                plug(radio, is_there, now);
                Ok(Begun::Done(Answer::Done))
            }
            SimCall::Replace => replace(radio, now),
            SimCall::List => Ok(Begun::Done(list(radio))),
            SimCall::Traffic { name, frames } if name == ADAPTER => radio
                .station_traffic(frames, now)
                .map(|()| Begun::Waits {
                    name: STATION_ADAPTER.to_owned(),
                    mac: radio.station_address(),
                    what: What::Traffic,
                    deadline: now + TRAFFIC_LIMIT,
                })
                .map_err(refusal),
            SimCall::Traffic { name, frames } => radio
                .traffic(&name, frames, now)
                .map(|()| Begun::wait(radio, name, What::Traffic, now + TRAFFIC_LIMIT))
                .map_err(refusal),
        };
        match begun {
            Ok(Begun::Waits {
                name,
                mac,
                what,
                deadline,
            }) => {
                self.waiting.push(Waiting {
                    client,
                    id,
                    name,
                    mac,
                    what,
                    deadline,
                });
            }
            Ok(Begun::Done(answer)) => {
                self.answers.push_back(SimAnswer {
                    client,
                    id,
                    result: Ok(answer),
                });
            }
            Err(refusal) => {
                self.answers.push_back(SimAnswer {
                    client,
                    id,
                    result: Err(refusal),
                });
            }
        }
    }

    /// What the network made of it.
    pub(crate) fn handle_event(&mut self, event: &EventKind) {
        match *event {
            EventKind::PeerArrived { mac, .. } => {
                self.finish(
                    |w| w.what == What::Join && w.mac == mac,
                    |_| Ok(Answer::Done),
                );
            }
            EventKind::PeerDeparted { mac, .. } => {
                self.finish(
                    |w| w.what == What::Leave && w.mac == mac,
                    |_| Ok(Answer::Done),
                );
            }
            // With these the station may try again, and get in.
            EventKind::PeerRefused {
                failure: JoinFailure::HandshakeTimeout | JoinFailure::HandshakeViolation,
                ..
            } => {}
            EventKind::PeerRefused { mac, failure } => {
                let concerned = |w: &Waiting| w.what == What::Join && w.mac == mac;
                let names = self
                    .waiting
                    .iter()
                    .filter(|w| concerned(w))
                    .map(|w| w.name.clone());
                self.hopeless.extend(names);
                self.finish(concerned, |name| Err(turned_away(name, failure)));
            }
            _ => {}
        }
    }

    /// What the stations made of it.
    pub(crate) fn handle_radio(&mut self, radio: &mut SimRadio, now: Instant) {
        for name in self.hopeless.drain(..) {
            // It fails when the station has given up by itself.
            let _ = radio.leave(&name, now);
        }
        while let Some(event) = radio.poll_sim_event() {
            tracing::debug!(?event, "station");
            match event {
                // The network's word counts: it may still be checking the last message.
                SimEvent::Joined { .. }
                | SimEvent::Left { .. }
                | SimEvent::Associated { .. }
                | SimEvent::Packet { .. } => {}
                SimEvent::JoinFailed { mac, reason, .. } => {
                    self.finish(
                        |w| w.what == What::Join && w.mac == mac,
                        |name| {
                            Err(Refusal::new(
                                Win32Error::GEN_FAILURE,
                                Reason::Unspecified,
                                format!("{reason}: {name} did not join."),
                                "See `hostednet status` and `hostednet events`.",
                            ))
                        },
                    );
                }
                SimEvent::TrafficDone {
                    name,
                    sent,
                    received,
                } => {
                    let result = |name: &str| match received {
                        0 => Err(Refusal::new(
                            Win32Error::GEN_FAILURE,
                            Reason::Unspecified,
                            format!("None of the {sent} frames of {name} came back."),
                            "See with `hostednet peers` whether it is still connected.",
                        )),
                        _ => Ok(Answer::SimTraffic { sent, received }),
                    };
                    self.finish(|w| w.what == What::Traffic && w.name == name, result);
                }
            }
        }
    }

    /// Gives up what takes too long.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.finish(
            |w| w.deadline <= now,
            |name| {
                Err(Refusal::new(
                    Win32Error::GEN_FAILURE,
                    Reason::Unspecified,
                    format!("{name} did not finish in time."),
                    "Try again.",
                ))
            },
        );
    }

    /// When [`SimCalls::handle_timeout`] is wanted.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.waiting
            .iter()
            .fold(None, |first, w| earliest(first, Some(w.deadline)))
    }

    /// Nobody waits for these answers any more.
    pub(crate) fn handle_client_gone(&mut self, client: ClientId) {
        self.waiting.retain(|w| w.client != client);
    }

    /// The next answer.
    pub(crate) fn poll_answer(&mut self) -> Option<SimAnswer> {
        self.answers.pop_front()
    }

    fn finish(
        &mut self,
        concerned: impl Fn(&Waiting) -> bool,
        result: impl Fn(&str) -> Result<Answer, Refusal>,
    ) {
        for Waiting {
            client, id, name, ..
        } in self.waiting.extract_if(.., |w| concerned(w))
        {
            self.answers.push_back(SimAnswer {
                client,
                id,
                result: result(&name),
            });
        }
    }
}

enum Begun {
    Done(Answer),
    Waits {
        name: String,
        mac: MacAddr,
        what: What,
        deadline: Instant,
    },
}

impl Begun {
    fn wait(radio: &SimRadio, name: String, what: What, deadline: Instant) -> Self {
        let mac = radio.mac(&name).unwrap_or_default();
        Self::Waits {
            name,
            mac,
            what,
            deadline,
        }
    }
}

fn join(
    radio: &mut SimRadio,
    name: String,
    key: &KeyBytes,
    status: &Status,
    now: Instant,
) -> Result<Begun, Refusal> {
    if name.chars().any(char::is_control) {
        return Err(Refusal::new(
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            "A station's name holds no control characters.",
            "Name it with 1 to 32 bytes that can be shown.",
        ));
    }
    let key = StationKey::parse(key).map_err(|_| {
        Refusal::new(
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            "This is no key: a passphrase has 8 to 63 printable ASCII characters, a raw key 64 \
             hexadecimal digits.",
            "Give one of the network's keys (`hostednet key show`).",
        )
    })?;
    if !radio.is_on_air() {
        return Err(Refusal::new(
            Win32Error::INVALID_STATE,
            Reason::Unspecified,
            format!("The network is {}: there is nothing to join.", status.state),
            "Start it with `hostednet start`.",
        ));
    }
    radio.join(&name, key, now).map_err(refusal)?;
    Ok(Begun::wait(radio, name, What::Join, now + JOIN_LIMIT))
}

fn leave(
    radio: &mut SimRadio,
    name: String,
    status: &Status,
    now: Instant,
) -> Result<Begun, Refusal> {
    radio.leave(&name, now).map_err(refusal)?;
    let mac = radio.mac(&name).unwrap_or_default();
    if status.peers.iter().any(|peer| peer.mac == mac) {
        Ok(Begun::wait(radio, name, What::Leave, now + LEAVE_LIMIT))
    } else {
        // It was still joining: the network has nothing to notice.
        Ok(Begun::Done(Answer::Done))
    }
}

fn slow_stop(radio: &mut SimRadio, ms: u32) -> Result<Begun, Refusal> {
    if ms > SLOWEST_STOP_MS {
        return Err(Refusal::new(
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            format!("A stop cannot be made to take {ms} ms."),
            format!("Give at most {SLOWEST_STOP_MS}."),
        ));
    }
    radio.set_stop_delay(Duration::from_millis(ms.into()));
    Ok(Begun::Done(Answer::Done))
}

fn driver_stop(radio: &mut SimRadio, status: &Status, now: Instant) -> Result<Begun, Refusal> {
    if !radio.is_on_air() {
        return Err(Refusal::new(
            Win32Error::INVALID_STATE,
            Reason::Unspecified,
            format!("The network is {}: no driver can end it.", status.state),
            "Start it with `hostednet start`.",
        ));
    }
    let cause = Cause::new(
        "The simulated driver ended the network, as it was told to.",
        "Wait some seconds, then start it again.",
    );
    radio.stop_ap_by_driver(cause, now);
    Ok(Begun::Done(Answer::Done))
}

fn plug(radio: &mut SimRadio, is_there: bool, now: Instant) {
    if is_there {
        radio.set_available(now);
    } else {
        let cause = Cause::new(
            "The simulated adapter is pulled out.",
            "Put it back with `hostednet sim plug on`.",
        );
        radio.set_unavailable(cause, now);
    }
}

fn replace(radio: &mut SimRadio, now: Instant) -> Result<Begun, Refusal> {
    if radio.is_on_air() {
        return Err(Refusal::new(
            Win32Error::INVALID_STATE,
            Reason::Unspecified,
            "The network runs on this adapter: no other one can take its place.",
            "Stop it with `hostednet stop`, or pull the adapter out with `hostednet sim plug off`.",
        ));
    }
    radio.change_capabilities(|it| it.address = following(it.address), now);
    Ok(Begun::Done(Answer::Done))
}

/// The address of the next adapter from the same maker.
fn following(address: MacAddr) -> MacAddr {
    let [a, b, c, d, e, last] = address.0;
    MacAddr([a, b, c, d, e.wrapping_add(1), last])
}

fn list(radio: &SimRadio) -> Answer {
    let station = |(name, mac, state): (String, MacAddr, &str)| SimStation {
        name,
        mac,
        state: state.into(),
    };
    Answer::SimStations(radio.list().into_iter().map(station).collect())
}

/// The network's refusal of a station. It is ERROR_ACCESS_DENIED for a key and begins with the words
/// of [`JoinFailure::text`], which scripts look for.
fn turned_away(name: &str, failure: JoinFailure) -> Refusal {
    let words = failure.text();
    match failure {
        JoinFailure::WrongKey => Refusal::new(
            Win32Error::ACCESS_DENIED,
            Reason::Unspecified,
            format!("{words}: the key of {name} is none of the network's."),
            "Join with the primary or the secondary key (`hostednet key show`).",
        ),
        JoinFailure::RetiredKey => Refusal::new(
            Win32Error::ACCESS_DENIED,
            Reason::Unspecified,
            format!("{words}: the key of {name} was replaced or removed."),
            "Join with the primary or the secondary key (`hostednet key show`).",
        ),
        JoinFailure::Full => Refusal::new(
            Win32Error::NO_SYSTEM_RESOURCES,
            Reason::InsufficientResources,
            format!("{words}: there is no room for {name}."),
            "Let somebody leave, or raise the limit with `hostednet set --max-peers`.",
        ),
        JoinFailure::HandshakeTimeout
        | JoinFailure::HandshakeViolation
        | JoinFailure::Radio
        | JoinFailure::Extension => Refusal::new(
            Win32Error::GEN_FAILURE,
            Reason::Unspecified,
            format!("{words}: {name} did not join."),
            "See the service's log, and try again.",
        ),
    }
}

fn refusal(error: SimError) -> Refusal {
    let (code, reason, remedy) = match error {
        SimError::BadName => (
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            "Name it with 1 to 32 bytes, without control characters.",
        ),
        SimError::BadCount => (
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            "Give another number.",
        ),
        SimError::NoSuchStation => (
            Win32Error::NOT_FOUND,
            Reason::BadParameters,
            "See `hostednet sim list`; `hostednet sim join` makes one.",
        ),
        SimError::TooManyStations => (
            Win32Error::NO_SYSTEM_RESOURCES,
            Reason::InsufficientResources,
            "Let one leave, and use its name.",
        ),
        SimError::AlreadyJoining | SimError::TrafficRunning => (
            Win32Error::INVALID_STATE,
            Reason::Unspecified,
            "Wait until it is done.",
        ),
        SimError::NotJoined => (
            Win32Error::INVALID_STATE,
            Reason::Unspecified,
            "Let it join with `hostednet sim join`.",
        ),
        _ => (Win32Error::GEN_FAILURE, Reason::Unspecified, "Try again."),
    };
    let mut text = error.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Refusal::new(code, reason, format!("{text}."), remedy)
}
