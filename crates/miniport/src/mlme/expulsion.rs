//! Stations that firmware let in and that must go.

use dot11::{MacAddr, ReasonCode, StatusCode};
use radio::Command;

use super::Context;

/// The firmware removes the station and tells it.
pub(super) fn expel(peer: MacAddr, reason: ReasonCode, cx: &mut Context<'_>) {
    cx.out.send(Command::RemoveStation { peer, reason });
}

/// The reason for sending away whom a response would have refused with this status (clauses 9.4.1.7
/// and 9.4.1.9 name the same faults twice).
pub(super) const fn reason_of(status: StatusCode) -> ReasonCode {
    match status {
        StatusCode::DENIED_NO_MORE_STAS => ReasonCode::NO_MORE_STAS,
        StatusCode::INVALID_ELEMENT => ReasonCode::INVALID_ELEMENT,
        // Group cipher, pairwise cipher, AKM, version and capabilities of the RSN element.
        StatusCode::INVALID_GROUP_CIPHER => ReasonCode(18),
        StatusCode::INVALID_PAIRWISE_CIPHER => ReasonCode(19),
        StatusCode::INVALID_AKMP => ReasonCode(20),
        StatusCode::UNSUPPORTED_RSNE_VERSION => ReasonCode(21),
        StatusCode::INVALID_RSNE_CAPABILITIES => ReasonCode(22),
        _ => ReasonCode::UNSPECIFIED,
    }
}
