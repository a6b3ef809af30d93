//! The controlled port of one association: data passes only when it is open, and it never opens
//! without a key-mapping key that works.

use dot11::MacAddr;
use oid::{Failure, NdisStatus, RequestId};
use radio::Command;
use serde::{Deserialize, Serialize};

use crate::key_table::{KeyTable, Protection};
use crate::outbox::{Outbox, Pending, failure};

/// The controlled port of an associated station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PortGate {
    /// Only EAPOL and extensions' frames pass.
    Closed,
    /// To be opened as soon as the pairwise key works: never before, or data would pass in clear.
    OpensWithKey(RequestId),
    /// Data passes.
    Open,
}

impl PortGate {
    /// OID_DOT11_PORT_STATE_NOTIFICATION.
    pub(crate) fn set(
        &mut self,
        peer: MacAddr,
        open: bool,
        request: RequestId,
        keys: &KeyTable,
        out: &mut Outbox,
    ) {
        if let Self::OpensWithKey(earlier) = *self {
            *self = Self::Closed;
            let replaced = failure(
                NdisStatus::INVALID_STATE,
                "A later request for the same port came first.",
                "This is a fault of the program that asked.",
            );
            out.fail(earlier, &replaced);
        }
        if open == (*self == Self::Open) {
            out.done(request);
            return;
        }
        *self = match (open, keys.protection(peer)) {
            (false, _) => Self::Closed,
            (true, Protection::Working) => Self::Open,
            (true, Protection::Coming) => Self::OpensWithKey(request),
            (true, Protection::None) => {
                let no_key = failure(
                    NdisStatus::INVALID_STATE,
                    "The station has no pairwise key, so its data would pass in clear.",
                    "Set its key-mapping key first.",
                );
                out.fail(request, &no_key);
                return;
            }
        };
        if !matches!(self, Self::OpensWithKey(_)) {
            authorize(peer, open, request, out);
        }
    }

    /// The pairwise key on its way arrived, or not: a port that waits for it opens, or not.
    pub(crate) fn key_settled(
        &mut self,
        peer: MacAddr,
        failure: Option<&Failure>,
        keys: &KeyTable,
        out: &mut Outbox,
    ) {
        match (*self, failure) {
            (Self::OpensWithKey(request), None) => {
                *self = Self::Open;
                authorize(peer, true, request, out);
            }
            (Self::OpensWithKey(request), Some(why)) => {
                *self = Self::Closed;
                out.fail(request, why);
            }
            // The radio lost the key that worked, with the station.
            (Self::Open, Some(_)) if keys.protection(peer) == Protection::None => {
                *self = Self::Closed;
                out.send(Command::Authorize { peer, open: false });
            }
            (Self::Open | Self::Closed, _) => {}
        }
    }

    /// The key of the peer is about to be removed: what is open closes first.
    pub(crate) fn close_before_key_removal(&mut self, peer: MacAddr, out: &mut Outbox) {
        let before = core::mem::replace(self, Self::Closed);
        if before == Self::Open {
            out.send(Command::Authorize { peer, open: false });
        } else {
            before.end(&not_associated(), out);
        }
    }

    /// The radio did not open or close the port.
    pub(crate) fn authorize_refused(&mut self) {
        if *self == Self::Open {
            *self = Self::Closed;
        }
    }

    /// The association is over: what waits is answered.
    pub(crate) fn end(self, why: &Failure, out: &mut Outbox) {
        if let Self::OpensWithKey(request) = self {
            out.fail(request, why);
        }
    }
}

fn authorize(peer: MacAddr, open: bool, request: RequestId, out: &mut Outbox) {
    out.send_for(
        Command::Authorize { peer, open },
        Pending::Authorize { peer, request },
    );
}

/// The refusal of whatever needs an association.
pub(crate) fn not_associated() -> Failure {
    failure(
        NdisStatus::INVALID_STATE,
        "The station is not associated.",
        "It will come back by itself.",
    )
}
