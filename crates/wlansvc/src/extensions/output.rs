//! What follows from what happens to extensions, and for whom.

use column::ClientId;
use ihv_service::Input;
use wlan_model::Refusal;
use wlan_rpc::{Answer, CallId};

/// Who waits for an answer.
pub(crate) type Caller = (ClientId, CallId);

/// What follows.
#[derive(Debug)]
pub(crate) enum Output {
    /// For the column.
    Input(Input),
    /// For a client.
    Answer(Caller, Result<Answer, Refusal>),
}
