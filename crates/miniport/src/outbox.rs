//! What the engine wants done, and the commands it waits for.

use std::collections::{BTreeMap, VecDeque};

use dot11::MacAddr;
use oid::{Completion, Failure, Indication, NdisStatus, Reply, RequestId};
use radio::{Command, CommandError, CommandErrorKind, CommandId, RadioCommand};
use serde::{Deserialize, Serialize};

/// What the miniport wants done or made known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// For the radio.
    Radio(RadioCommand),
    /// For the service: the answer to a request.
    Completion(Completion),
    /// For the service: something happened.
    Indication(Indication),
}

/// Why the outcome of a command matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pending {
    /// Part of a start.
    Start,
    /// A survey before a start.
    Survey,
    /// The end of a reset.
    Stop,
    /// A request that succeeds or fails with the command.
    Request(RequestId),
    /// A request to remove something, which succeeds also when that did not exist.
    Removal(RequestId),
    /// A default key being put to use.
    UseKey(RequestId),
    /// Rules for EtherTypes.
    EtherTypes(Option<RequestId>),
    /// A station's radio being tuned to a network.
    Tune,
    /// A station being entered.
    AddStation(MacAddr),
    /// An association response; its entry stays until its fate on the air is known.
    Response(MacAddr),
    /// A key of the mapping table.
    MappingKey {
        peer: MacAddr,
        request: Option<RequestId>,
    },
    /// A key of the default table.
    DefaultKey {
        index: u8,
        request: Option<RequestId>,
    },
    /// A port being opened or closed.
    Authorize { peer: MacAddr, request: RequestId },
    /// A transmit counter being read.
    Counter {
        request: RequestId,
        index: u8,
        value: Option<u64>,
    },
    /// A station's silence being measured.
    Query(MacAddr),
    /// A station being looked for.
    Probe(MacAddr),
}

impl Pending {
    /// The request that must be answered whatever happens.
    pub(crate) const fn request(&self) -> Option<RequestId> {
        match self {
            Self::Request(id)
            | Self::Removal(id)
            | Self::UseKey(id)
            | Self::Authorize { request: id, .. }
            | Self::Counter { request: id, .. } => Some(*id),
            Self::MappingKey { request, .. }
            | Self::DefaultKey { request, .. }
            | Self::EtherTypes(request) => *request,
            Self::Start
            | Self::Survey
            | Self::Stop
            | Self::Tune
            | Self::AddStation(_)
            | Self::Response(_)
            | Self::Query(_)
            | Self::Probe(_) => None,
        }
    }
}

/// Outputs in order, and commands whose outcome matters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outbox {
    outputs: VecDeque<Output>,
    pending: BTreeMap<CommandId, Pending>,
    last_command: u64,
}

impl Outbox {
    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// A command whose outcome changes nothing.
    pub(crate) fn send(&mut self, command: Command) -> CommandId {
        self.last_command += 1;
        let id = CommandId(self.last_command);
        self.outputs
            .push_back(Output::Radio(RadioCommand { id, command }));
        id
    }

    /// A command whose outcome matters.
    pub(crate) fn send_for(&mut self, command: Command, pending: Pending) -> CommandId {
        let id = self.send(command);
        self.pending.insert(id, pending);
        id
    }

    pub(crate) fn indicate(&mut self, indication: Indication) {
        self.outputs.push_back(Output::Indication(indication));
    }

    pub(crate) fn complete(&mut self, id: RequestId, result: Result<Reply, Failure>) {
        self.outputs
            .push_back(Output::Completion(Completion { id, result }));
    }

    pub(crate) fn done(&mut self, id: RequestId) {
        self.complete(id, Ok(Reply::Done));
    }

    pub(crate) fn fail(&mut self, id: RequestId, failure: &Failure) {
        self.complete(id, Err(failure.clone()));
    }

    /// A request ends as its command did.
    pub(crate) fn answered(&mut self, id: RequestId, result: Result<(), CommandError>) {
        self.complete(id, result.map(|()| Reply::Done).map_err(radio_failure));
    }

    /// A request to remove something ends; that it did not exist is success.
    pub(crate) fn removed(&mut self, id: RequestId, result: Result<(), CommandError>) {
        let absent = |e: &CommandError| e.kind == CommandErrorKind::NotFound;
        let result = if result.as_ref().is_err_and(absent) {
            Ok(())
        } else {
            result
        };
        self.answered(id, result);
    }

    pub(crate) fn pending(&self, id: CommandId) -> Option<&Pending> {
        self.pending.get(&id)
    }

    #[cfg(test)]
    pub(crate) fn waits_for(&self) -> usize {
        self.pending.len()
    }

    /// The command's outcome is known or does not matter any more.
    pub(crate) fn settle(&mut self, id: CommandId) -> Option<Pending> {
        self.pending.remove(&id)
    }

    /// The counter of the group key at `index` arrived.
    pub(crate) fn note_counter(&mut self, index: u8, counter: u64) {
        for pending in self.pending.values_mut() {
            if let Pending::Counter {
                index: i, value, ..
            } = pending
                && *i == index
            {
                *value = Some(counter);
            }
        }
    }

    /// The port is deleted: whoever waits is told, and everything left to say comes out.
    pub(crate) fn close(mut self) -> Vec<Output> {
        self.abandon(&failure(
            NdisStatus::RESET_IN_PROGRESS,
            "The port was deleted.",
            "Make another one.",
        ));
        self.outputs.into()
    }

    /// Nothing that is under way will be answered: fails every request that waits.
    pub(crate) fn abandon(&mut self, failure: &Failure) {
        for pending in core::mem::take(&mut self.pending).into_values() {
            if let Some(id) = pending.request() {
                self.fail(id, failure);
            }
        }
    }
}

/// A refusal of our own.
pub(crate) fn failure(status: NdisStatus, text: &str, remedy: &str) -> Failure {
    Failure {
        status,
        cause: cause::Cause::new(text, remedy),
    }
}

/// A refusal of the radio, its cause untouched (native-80211-ihv reference, 7.2).
pub(crate) fn radio_failure(error: CommandError) -> Failure {
    let status = match error.kind {
        CommandErrorKind::Invalid => NdisStatus::INVALID_DATA,
        CommandErrorKind::NotSupported => NdisStatus::NOT_SUPPORTED,
        CommandErrorKind::Resources => NdisStatus::RESOURCES,
        CommandErrorKind::Busy => NdisStatus::DOT11_MEDIA_IN_USE,
        CommandErrorKind::PoweredDown => NdisStatus::DOT11_POWER_STATE_INVALID,
        CommandErrorKind::Regulatory => NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED,
        CommandErrorKind::NotFound | CommandErrorKind::Permission | CommandErrorKind::Failed => {
            NdisStatus::FAILURE
        }
    };
    Failure {
        status,
        cause: error.cause,
    }
}
