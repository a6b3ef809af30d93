//! Calls of an extension: what is asked of the miniport for them, and what they are answered.
//!
//! On the access point's adapter an extension may touch its own peers and nothing else: what belongs
//! to the network is ERROR_ACCESS_DENIED. `docs/decisions/0019` has the table.

use clock::Instant;
use ihv::seam::{Call, CallId, Fragments, Level, Reply, ServiceMessage};
use oid::wire::{KeyMappingKeys, WireError, parse_default_key};
use oid::{
    AuthAlgorithm, CipherAlgorithm, Direction, KeyMappingKey, NdisStatus, OperationMode, Request,
    SecurityRequest,
};
use wlan_model::Win32Error;
use wlan_rpc::ExtensionAdapter;

use super::Extensions;
use crate::asked::{Asked, KeyEntries};
use crate::consts::{ALREADY_EXISTS, OPERATION_ABORTED};
use crate::host::{SlotId, Stage, Step};
use crate::keys::Whereabouts;
use crate::{HostId, PortRequest};

/// Calls of one host that may wait. Each costs the extension a thread.
const MOST_CALLS: usize = 64;
/// Entries in the array of a key-mapping call; the host sends one.
const MOST_KEYS: usize = 64;
/// `DOT11_DIR_INBOUND` and `DOT11_DIR_BOTH`.
const DIRECTIONS: [i32; 2] = [1, 3];

/// What is to be done about a call.
enum Way {
    /// It is answered.
    Now(Result<Reply, Win32Error>),
    /// The miniport is asked.
    Down(PortRequest),
    /// It is answered elsewhere.
    Elsewhere,
}

/// What the extension called, for the log.
const fn function(call: &Call) -> &'static str {
    match call {
        Call::SetKeyMappingKey(_) => "Dot11ExtSetKeyMappingKey",
        Call::SetDefaultKey { .. } => "Dot11ExtSetDefaultKey",
        Call::SetDefaultKeyId(_) => "Dot11ExtSetDefaultKeyId",
        Call::SetAuthAlgorithm(_) => "Dot11ExtSetAuthAlgorithm",
        Call::SetUnicastCipherAlgorithm(_) => "Dot11ExtSetUnicastCipherAlgorithm",
        Call::SetMulticastCipherAlgorithm(_) => "Dot11ExtSetMulticastCipherAlgorithm",
        Call::SetExcludeUnencrypted(_) => "Dot11ExtSetExcludeUnencrypted",
        Call::SetEtherTypeHandling(_) => "Dot11ExtSetEtherTypeHandling",
        Call::NicSpecificExtension { .. } => "Dot11ExtNicSpecificExtension",
        Call::SetCurrentProfile { .. } => "Dot11ExtSetCurrentProfile",
    }
}

impl Extensions {
    /// Takes a call.
    ///
    /// # Errors
    /// What no host does.
    pub(crate) fn call(
        &mut self,
        id: &SlotId,
        call: CallId,
        what: Call,
        now: Instant,
    ) -> Result<(), String> {
        let function = function(&what);
        let Some(live) = self.live_mut(id) else {
            return Ok(());
        };
        let host = live.host;
        let full = live.calls.len() >= MOST_CALLS;
        if !live.calls.insert(call) {
            return Err(format!("call {} came twice", call.0));
        }
        let gone = matches!(
            live.stage,
            Stage::Ending {
                step: Step::ShuttingDown | Step::Ended,
                ..
            }
        );
        let way = if gone {
            Way::Now(Err(OPERATION_ABORTED))
        } else if full {
            Way::Now(Err(Win32Error::NO_SYSTEM_RESOURCES))
        } else {
            self.way(id, host, call, what)?
        };
        match way {
            Way::Now(result) => {
                if let Err(code) = &result {
                    let why = match *code {
                        ALREADY_EXISTS => ": another extension has an EtherType of these",
                        Win32Error::ACCESS_DENIED => ": that belongs to the network",
                        _ => "",
                    };
                    let text = format!("{function} was refused with {code}{why}.");
                    self.log(id, Level::Warning, &text, now);
                }
                self.answer(host, call, result);
            }
            Way::Down(request) => self.ask(id.adapter, request, Asked::Call { host, call }),
            Way::Elsewhere => {}
        }
        Ok(())
    }

    fn way(&mut self, id: &SlotId, host: HostId, call: CallId, what: Call) -> Result<Way, String> {
        let refused = |code| Ok(Way::Now(Err(code)));
        let what = match what {
            Call::NicSpecificExtension { .. } => return refused(Win32Error::NOT_SUPPORTED),
            Call::SetCurrentProfile {
                connection,
                fragments,
            } => {
                let Some(live) = self.live(id) else {
                    return Ok(Way::Elsewhere);
                };
                if !live.knew_connection(connection) {
                    return Err(format!("it names connection {}", connection.0));
                }
                let current = matches!(&live.stage,
                    Stage::PreAssociating { connection: of, .. } if *of == connection);
                if !current {
                    return refused(Win32Error::INVALID_STATE);
                }
                return Ok(Way::Now(self.set_profile(id, fragments)));
            }
            Call::SetEtherTypeHandling(handling) => {
                return match self.set_handling(id, call, handling) {
                    Ok(()) => Ok(Way::Elsewhere),
                    Err(code) => refused(code),
                };
            }
            Call::SetKeyMappingKey(bytes) => {
                let mode = match id.adapter {
                    ExtensionAdapter::AccessPoint => OperationMode::ExtensibleAp,
                    ExtensionAdapter::Station => OperationMode::ExtensibleStation,
                };
                let entries: KeyEntries = match KeyMappingKeys::parse(bytes.expose(), mode) {
                    Ok(entries) => entries.take(MOST_KEYS + 1).collect(),
                    Err(error) => return refused(code(&error)),
                };
                if entries.len() > MOST_KEYS {
                    return Err(format!("it sets more than {MOST_KEYS} keys at once"));
                }
                self.apply_keys(host, call, entries);
                return Ok(Way::Elsewhere);
            }
            other => other,
        };
        Ok(match id.adapter {
            ExtensionAdapter::AccessPoint => Way::Now(match what {
                // So it is.
                Call::SetExcludeUnencrypted(true) => Ok(Reply::Done),
                _ => Err(Win32Error::ACCESS_DENIED),
            }),
            ExtensionAdapter::Station if !self.station.wants(&id.name) => {
                Way::Now(Err(Win32Error::INVALID_STATE))
            }
            ExtensionAdapter::Station => of_station(what),
        })
    }

    fn set_profile(&mut self, id: &SlotId, fragments: Fragments) -> Result<Reply, Win32Error> {
        let profile = self.profile(id);
        let kept = self.installed.get_mut(&id.name).map(|i| &mut i.kept);
        match (kept, profile) {
            (Some(kept), Some((name, configured))) => {
                if kept.replace(&name, configured, fragments) {
                    Ok(Reply::Done)
                } else {
                    Err(Win32Error::NO_SYSTEM_RESOURCES)
                }
            }
            _ => Err(Win32Error::INVALID_STATE),
        }
    }

    /// The answer to a call that waits; else nothing.
    pub(crate) fn answer(&mut self, host: HostId, call: CallId, result: Result<Reply, Win32Error>) {
        let Some(id) = self.slot_of(host) else {
            return;
        };
        let waits = self.live_mut(&id).is_some_and(|l| l.calls.remove(&call));
        if waits {
            self.tell(host, ServiceMessage::Answer { id: call, result });
        }
    }

    /// Entries are applied one after the other until the first error, which is the answer.
    pub(crate) fn apply_keys(&mut self, host: HostId, call: CallId, mut rest: KeyEntries) {
        let Some(id) = self.slot_of(host) else {
            return;
        };
        let key = match rest.pop_front() {
            None => return self.answer(host, call, Ok(Reply::Done)),
            Some(Err(error)) => return self.answer(host, call, Err(code(&error))),
            Some(Ok(key)) => key,
        };
        let own = match id.adapter {
            ExtensionAdapter::AccessPoint => self.access_point.serves(key.peer, &id, false),
            ExtensionAdapter::Station => self.station.wants(&id.name),
        };
        if own {
            self.install_key(&id, host, call, key, rest);
        } else if id.adapter == ExtensionAdapter::Station {
            self.answer(host, call, Err(Win32Error::INVALID_STATE));
        } else if let Some(status) = impossible(&key) {
            self.answer(host, call, Err(Win32Error(status.win32())));
        } else {
            let key = Box::new(key);
            let asked = Asked::Peers {
                host,
                call,
                key,
                rest,
            };
            self.ask(
                id.adapter,
                PortRequest::Request(Request::EnumPeerInfo),
                asked,
            );
        }
    }

    fn install_key(
        &mut self,
        id: &SlotId,
        host: HostId,
        call: CallId,
        key: KeyMappingKey,
        rest: KeyEntries,
    ) {
        let keep = id.adapter == ExtensionAdapter::AccessPoint;
        let keys = &mut self.tables(id.adapter).keys;
        if !keys.has_room(&id.name, &key) {
            return self.answer(host, call, Err(Win32Error::NO_SYSTEM_RESOURCES));
        }
        let change = keys.change(&id.name, &key, Whereabouts::Installed, keep);
        let request = PortRequest::Request(Request::CipherKeyMappingKey(key));
        let asked = Asked::Key {
            host,
            call,
            change,
            rest,
        };
        self.ask(id.adapter, request, asked);
    }

    /// A key for a station that the extension did not serve when it was asked who is there.
    pub(crate) fn key_of_nobody(
        &mut self,
        host: HostId,
        call: CallId,
        key: KeyMappingKey,
        rest: KeyEntries,
        is_peer: bool,
    ) {
        let Some(id) = self.slot_of(host) else {
            return;
        };
        if self.access_point.serves(key.peer, &id, false) {
            return self.install_key(&id, host, call, key, rest);
        }
        let keys = &mut self.access_point.tables.keys;
        if is_peer || keys.is_foreign(&id.name, &key) {
            return self.answer(host, call, Err(Win32Error::ACCESS_DENIED));
        }
        if !keys.has_room(&id.name, &key) {
            return self.answer(host, call, Err(Win32Error::NO_SYSTEM_RESOURCES));
        }
        // A key that would not live to see the association need not be kept.
        if key.is_static || key.material.is_none() {
            keys.change(&id.name, &key, Whereabouts::Parked, true);
        }
        self.apply_keys(host, call, rest);
    }
}

/// What the miniport would say of a key for an address that nobody has.
fn impossible(key: &KeyMappingKey) -> Option<NdisStatus> {
    let nowhere = key.peer.0[0] & 1 != 0 || key.peer.0 == [0; 6];
    let no_cipher = key.material.is_some() && key.algorithm != CipherAlgorithm::CCMP;
    if nowhere || no_cipher {
        return Some(NdisStatus::INVALID_DATA);
    }
    let one_way = key.material.is_some() && key.direction != Direction::Both;
    one_way.then_some(NdisStatus::NOT_SUPPORTED)
}

/// Calls that a station's adapter hands down.
fn of_station(what: Call) -> Way {
    let request = |request| Way::Down(PortRequest::Request(request));
    match what {
        Call::SetDefaultKey { key, direction } => {
            if !DIRECTIONS.contains(&direction) {
                return Way::Now(Err(Win32Error::INVALID_PARAMETER));
            }
            match parse_default_key(key.expose()) {
                Err(error) => {
                    let error = error.in_mode(OperationMode::ExtensibleStation);
                    Way::Now(Err(code(&error)))
                }
                Ok(value) => match value.station {
                    None => request(Request::CipherDefaultKey(value.key)),
                    Some(station) => {
                        let key = value.key;
                        let row = SecurityRequest::CipherPerStationKey { station, key };
                        Way::Down(PortRequest::Security(row))
                    }
                },
            }
        }
        Call::SetDefaultKeyId(index) => request(Request::CipherDefaultKeyId(index)),
        Call::SetAuthAlgorithm(of) => {
            request(Request::EnabledAuthenticationAlgorithm(AuthAlgorithm(of)))
        }
        Call::SetUnicastCipherAlgorithm(of) => {
            request(Request::EnabledUnicastCipherAlgorithm(CipherAlgorithm(of)))
        }
        Call::SetMulticastCipherAlgorithm(of) => request(Request::EnabledMulticastCipherAlgorithm(
            CipherAlgorithm(of),
        )),
        Call::SetExcludeUnencrypted(exclude) => Way::Down(PortRequest::Security(
            SecurityRequest::ExcludeUnencrypted(exclude),
        )),
        Call::SetKeyMappingKey(_)
        | Call::SetEtherTypeHandling(_)
        | Call::NicSpecificExtension { .. }
        | Call::SetCurrentProfile { .. } => Way::Elsewhere,
    }
}

const fn code(error: &WireError) -> Win32Error {
    Win32Error(error.status.win32())
}
