//! How commands are declined.

use cause::Cause;
use radio::{CommandError, CommandErrorKind};

/// Why a command is declined.
pub(crate) fn refuse<T>(
    kind: CommandErrorKind,
    text: &str,
    remedy: &str,
) -> Result<T, CommandError> {
    Err(CommandError {
        kind,
        cause: Cause::new(text, remedy),
    })
}

/// What helps against a mistake of ours.
pub(crate) const REPORT_BUG: &str = "This is a fault in hostednet; please report it.";

/// No user of a radio asks for this.
pub(crate) fn invalid<T>(text: &str) -> Result<T, CommandError> {
    refuse(CommandErrorKind::Invalid, text, REPORT_BUG)
}

/// There is nothing of that name.
pub(crate) fn not_found<T>(text: &str) -> Result<T, CommandError> {
    refuse(CommandErrorKind::NotFound, text, REPORT_BUG)
}
