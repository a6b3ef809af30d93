//! Connecting the station adapter, which takes its time.
//!
//! The answer is the station's next event. So that the end of an earlier connection is not taken for
//! that of the new one, the earlier one is ended first, and its end waited for.

use std::collections::VecDeque;

use clock::{Duration, Instant};
use ihv_service::Input;
use wlan_model::{Reason, Refusal, VendorProfile, Win32Error};
use wlan_rpc::{Answer, ExtensionEvent};

use super::output::{Caller, Output};

/// Longest wait for a connection: the start of a process, a scan, an association of ten seconds and
/// a handshake of ten.
const CONNECT_LIMIT: Duration = Duration::from_secs(45);

/// Longest wait for the end of a connection.
const DISCONNECT_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug)]
enum Waiting {
    /// For the end of the earlier connection.
    Earlier(Caller, Box<VendorProfile>, Instant),
    /// For the new one.
    Connection(Caller, Instant),
    /// For the end that was asked for.
    End(Caller, Instant),
}

/// The station adapter's connection, as far as callers wait for it.
#[derive(Debug, Default)]
pub(crate) struct Connect {
    connected: bool,
    waiting: Option<Waiting>,
    outputs: VecDeque<Output>,
}

impl Connect {
    pub(crate) fn connect(&mut self, caller: Caller, profile: Box<VendorProfile>, now: Instant) {
        let earlier = self.connected || matches!(self.waiting, Some(Waiting::Connection(..)));
        self.give_up("another connection was asked for meanwhile");
        if earlier {
            self.waiting = Some(Waiting::Earlier(caller, profile, now + DISCONNECT_LIMIT));
            self.input(Input::Disconnect);
        } else {
            self.begin(caller, profile, now);
        }
    }

    pub(crate) fn disconnect(&mut self, caller: Caller, now: Instant) {
        let earlier = self.connected || matches!(self.waiting, Some(Waiting::Connection(..)));
        self.give_up("it was ended meanwhile");
        if earlier {
            self.waiting = Some(Waiting::End(caller, now + DISCONNECT_LIMIT));
            self.input(Input::Disconnect);
        } else {
            // The extension's process may be there without a connection.
            self.input(Input::Disconnect);
            self.answer(caller, Ok(Answer::Done));
        }
    }

    /// What became of the station adapter.
    pub(crate) fn handle_event(&mut self, event: &ExtensionEvent) {
        let refusal = match event {
            ExtensionEvent::Ready { .. } => return,
            ExtensionEvent::Connected { .. } => {
                self.connected = true;
                if let Some(Waiting::Connection(caller, _)) = self.waiting {
                    self.waiting = None;
                    self.answer(caller, Ok(Answer::Done));
                }
                return;
            }
            ExtensionEvent::Ended => None,
            ExtensionEvent::Disconnected { cause } | ExtensionEvent::Failed { cause, .. } => {
                Some(cause)
            }
        };
        self.connected = false;
        match (self.waiting.take(), refusal) {
            (Some(Waiting::Connection(caller, _)), Some(cause)) => {
                let refusal = Refusal::new(
                    Win32Error::GEN_FAILURE,
                    Reason::Unspecified,
                    cause.text.clone(),
                    cause.remedy.clone(),
                );
                self.answer(caller, Err(refusal));
            }
            (Some(Waiting::Earlier(caller, profile, deadline)), _) => {
                self.begin_by(caller, profile, deadline + CONNECT_LIMIT);
            }
            (Some(Waiting::End(caller, _)), _) => self.answer(caller, Ok(Answer::Done)),
            // A host that ends in good order is not the end of the attempt.
            (waiting, _) => self.waiting = waiting,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|due| due > now) {
            return;
        }
        match self.waiting.take() {
            Some(Waiting::Earlier(caller, profile, _)) => {
                self.connected = false;
                self.begin(caller, profile, now);
            }
            Some(Waiting::Connection(caller, _)) => {
                self.input(Input::Disconnect);
                let refusal = Refusal::new(
                    Win32Error::GEN_FAILURE,
                    Reason::Unspecified,
                    "The station adapter did not connect in time.",
                    "See `hostednet ihv log`.",
                );
                self.answer(caller, Err(refusal));
            }
            Some(Waiting::End(caller, _)) => {
                self.connected = false;
                self.answer(caller, Ok(Answer::Done));
            }
            None => {}
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match &self.waiting {
            Some(
                Waiting::Earlier(_, _, due) | Waiting::Connection(_, due) | Waiting::End(_, due),
            ) => Some(*due),
            None => None,
        }
    }

    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn begin(&mut self, caller: Caller, profile: Box<VendorProfile>, now: Instant) {
        self.begin_by(caller, profile, now + CONNECT_LIMIT);
    }

    fn begin_by(&mut self, caller: Caller, profile: Box<VendorProfile>, deadline: Instant) {
        self.waiting = Some(Waiting::Connection(caller, deadline));
        self.input(Input::Connect(profile));
    }

    /// Whoever waits waits in vain.
    fn give_up(&mut self, why: &str) {
        let caller = match self.waiting.take() {
            None => return,
            Some(Waiting::End(caller, _)) => {
                self.answer(caller, Ok(Answer::Done));
                return;
            }
            Some(Waiting::Earlier(caller, ..) | Waiting::Connection(caller, _)) => caller,
        };
        let refusal = Refusal::new(
            Win32Error::GEN_FAILURE,
            Reason::ClientAbort,
            format!("The station adapter did not connect: {why}."),
            "Connect again.",
        );
        self.answer(caller, Err(refusal));
    }

    fn input(&mut self, input: Input) {
        self.outputs.push_back(Output::Input(input));
    }

    fn answer(&mut self, caller: Caller, result: Result<Answer, Refusal>) {
        self.outputs.push_back(Output::Answer(caller, result));
    }
}
