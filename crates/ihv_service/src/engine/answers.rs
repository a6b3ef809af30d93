//! What becomes of the answers of the miniports.

use clock::Instant;
use ihv::seam::{Level, Reply as Answered};
use oid::{Failure, Reply};
use wlan_model::Win32Error;
use wlan_rpc::ExtensionAdapter;

use super::Extensions;
use crate::asked::Asked;

const fn win32(failure: &Failure) -> Win32Error {
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
