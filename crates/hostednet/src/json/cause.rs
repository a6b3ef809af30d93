//! Cause and remedy.

use serde::Serialize;

/// What happened and what to do.
#[derive(Serialize)]
pub(crate) struct CauseView {
    text: String,
    remedy: String,
}

impl From<cause::Cause> for CauseView {
    fn from(cause: cause::Cause) -> Self {
        Self {
            text: cause.text,
            remedy: cause.remedy,
        }
    }
}
