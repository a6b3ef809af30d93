//! What becomes of the answers of the miniports.

use std::collections::VecDeque;

use clock::Instant;
use dot11::MacAddr;
use ihv::seam::{CallId, Level, PacketId, Reply as Answered};
use oid::wire::WireError;
use oid::{Failure, KeyMappingKey, Reply};
use wlan_model::Win32Error;
use wlan_rpc::ExtensionAdapter;

use crate::HostId;
use crate::engine::Extensions;
use crate::keys::Change;
use crate::station::SetUp;

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

pub(crate) const fn win32(failure: &Failure) -> Win32Error {
    Win32Error(failure.status.win32())
}

impl Extensions {
    pub(crate) fn completed(
        &mut self,
        adapter: ExtensionAdapter,
        asked: Asked,
        result: Result<Reply, Failure>,
        now: Instant,
    ) {
        match asked {
            Asked::Nothing => {}
            Asked::Association { peer, visit } => {
                let frames = match result {
                    Ok(Reply::Association(frames)) => Some(*frames),
                    _ => None,
                };
                self.association_known(peer, visit, frames, now);
            }
            Asked::Key {
                host,
                call,
                change,
                rest,
            } => match result {
                Ok(_) => self.apply_keys(host, call, rest),
                Err(failure) => {
                    self.tables(adapter).keys.refused(change);
                    self.answer(host, call, Err(win32(&failure)));
                }
            },
            Asked::Peers {
                host,
                call,
                key,
                rest,
            } => match result {
                Ok(Reply::PeerInfo(peers)) => {
                    let is_peer = peers.iter().any(|row| row.peer == key.peer);
                    self.key_of_nobody(host, call, *key, rest, is_peer);
                }
                Ok(_) => self.answer(host, call, Err(Win32Error::GEN_FAILURE)),
                Err(failure) => self.answer(host, call, Err(win32(&failure))),
            },
            Asked::Reinstalled { change } => {
                if result.is_err() {
                    self.tables(adapter).keys.refused(change);
                }
            }
            Asked::List { call } => {
                let result = result.map(|_| ()).map_err(|failure| win32(&failure));
                self.list_done(adapter, call, result);
            }
            Asked::Call { host, call } => {
                let result = match result {
                    Ok(_) => Ok(Answered::Done),
                    Err(failure) => Err(win32(&failure)),
                };
                self.answer(host, call, result);
            }
            Asked::Packet { host, packet } => {
                if let Err(failure) = result
                    && let Some(id) = self.slot_of(host)
                {
                    let text = format!("A packet could not be sent: {}", failure.cause.text);
                    self.log(&id, Level::Info, &text, now);
                }
                self.packet_sent(host, packet);
            }
            Asked::SetUp { attempt, step } => self.station_set_up(attempt, step, result, now),
        }
    }
}
