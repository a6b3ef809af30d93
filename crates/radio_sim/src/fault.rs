//! Commands that a test wants declined.

use radio::{Command, CommandError};
use serde::{Deserialize, Serialize};

/// Kinds of command, to say which one a fault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each is the variant of radio::Command with its name"
)]
pub enum CommandKind {
    StartAp,
    UpdateBeacon,
    StopAp,
    SendManagement,
    SendEapol,
    AddStation,
    UpdateStation,
    Authorize,
    RemoveStation,
    InstallKey,
    RemoveKey,
    UseGroupKey,
    QueryGroupCounter,
    QueryStation,
    ProbeStation,
    SendPacket,
    SetEtherTypes,
    Listen,
    StopListening,
    Isolate,
    Survey,
    Protect,
}

impl CommandKind {
    /// Every kind.
    pub const ALL: [Self; 22] = [
        Self::StartAp,
        Self::UpdateBeacon,
        Self::StopAp,
        Self::SendManagement,
        Self::SendEapol,
        Self::AddStation,
        Self::UpdateStation,
        Self::Authorize,
        Self::RemoveStation,
        Self::InstallKey,
        Self::RemoveKey,
        Self::UseGroupKey,
        Self::QueryGroupCounter,
        Self::QueryStation,
        Self::ProbeStation,
        Self::SendPacket,
        Self::SetEtherTypes,
        Self::Listen,
        Self::StopListening,
        Self::Isolate,
        Self::Survey,
        Self::Protect,
    ];

    /// Of a command.
    #[must_use]
    pub const fn of(command: &Command) -> Self {
        match command {
            Command::StartAp(_) => Self::StartAp,
            Command::UpdateBeacon { .. } => Self::UpdateBeacon,
            Command::StopAp => Self::StopAp,
            Command::SendManagement { .. } => Self::SendManagement,
            Command::SendEapol { .. } => Self::SendEapol,
            Command::AddStation(_) => Self::AddStation,
            Command::UpdateStation(_) => Self::UpdateStation,
            Command::Authorize { .. } => Self::Authorize,
            Command::RemoveStation { .. } => Self::RemoveStation,
            Command::InstallKey(_) => Self::InstallKey,
            Command::RemoveKey { .. } => Self::RemoveKey,
            Command::UseGroupKey { .. } => Self::UseGroupKey,
            Command::QueryGroupCounter { .. } => Self::QueryGroupCounter,
            Command::QueryStation { .. } => Self::QueryStation,
            Command::ProbeStation { .. } => Self::ProbeStation,
            Command::SendPacket { .. } => Self::SendPacket,
            Command::SetEtherTypes(_) => Self::SetEtherTypes,
            Command::Listen(_) => Self::Listen,
            Command::StopListening => Self::StopListening,
            Command::Isolate(_) => Self::Isolate,
            Command::Survey { .. } => Self::Survey,
            Command::Protect(_) => Self::Protect,
        }
    }
}

/// Commands that will be declined, each after so many of its kind.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(CommandKind, u32, CommandError)>);

impl Faults {
    pub(crate) fn add(&mut self, kind: CommandKind, skip: u32, error: CommandError) {
        self.0.push((kind, skip, error));
    }

    /// Why a command that was given now is declined.
    pub(crate) fn take(&mut self, kind: CommandKind) -> Option<CommandError> {
        let at = self.0.iter_mut().position(|(of, skip, _)| {
            let due = *of == kind && *skip == 0;
            if *of == kind && !due {
                *skip -= 1;
            }
            due
        })?;
        Some(self.0.remove(at).2)
    }
}
