//! Why the miniports were asked.

use std::collections::VecDeque;

use dot11::MacAddr;
use ihv::seam::{CallId, PacketId};
use oid::KeyMappingKey;
use oid::wire::WireError;

use crate::HostId;
use crate::keys::Change;

/// The entries of a key-mapping call that are still to be applied.
pub(crate) type KeyEntries = VecDeque<Result<KeyMappingKey, WireError>>;

/// Why a request was made.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Nobody waits for the answer.
    Nothing,
    /// The frames of the association of a station.
    Association { peer: MacAddr, visit: u64 },
    /// A key of a call.
    Key {
        host: HostId,
        call: CallId,
        change: Change,
        rest: KeyEntries,
    },
    /// Who is in the network, before a key for somebody that the extension does not serve.
    Peers {
        host: HostId,
        call: CallId,
        key: Box<KeyMappingKey>,
        rest: KeyEntries,
    },
    /// A static key of a peer that is back.
    Reinstalled { change: Change },
    /// Exemptions or EtherTypes.
    List { call: Option<(HostId, CallId)> },
    /// A call that is done when the miniport is.
    Call { host: HostId, call: CallId },
    /// A packet of an extension.
    Packet { host: HostId, packet: PacketId },
    /// A step of the station's connection.
    SetUp { attempt: u64, step: SetUp },
}

/// Requests of a connection that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetUp {
    Disconnect,
    Mode,
    Authentication,
    Unicast,
    Multicast,
    Scan,
    Ssid,
    Elements,
    Connect,
    Open,
}
