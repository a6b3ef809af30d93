//! Commands of the seam.

use clock::Instant;
use dot11::{MacAddr, ReasonCode};
use radio::{
    ApConfig, Cause, Command, CommandError, CommandErrorKind, CommandId, KeyScope, Protection,
    Radio, RadioCommand, RadioEvent, StationEntry,
};
use rustix::io::Errno;

use super::Nl80211Radio;
use super::state::{
    Air, Held, Running, State, Station, check_channel, is_keyless, not_running, radio_gone,
};
use crate::ap;
use crate::batch::{Op, Outcome, Sent};
use crate::consts;
use crate::errno::command_error;
use crate::firmware;
use crate::netlink::Writer;
use crate::rfkill;

/// Frames whose fate is awaited; far more than a radio queues.
const MAX_AWAITED: usize = 1024;
/// EAPOL PDUs and management frames have to fit in one 802.11 frame.
const MAX_FRAME: usize = 2304;

impl Radio for Nl80211Radio {
    fn command(&mut self, command: RadioCommand, _now: Instant) {
        let RadioCommand { id, command } = command;
        match command {
            Command::StartAp(config) => {
                self.flush();
                self.abort_survey();
                let result = self.start_ap(&config);
                self.complete(id, result);
            }
            Command::StopAp => {
                self.flush();
                self.abort_survey();
                let result = self.stop_ap();
                self.complete(id, result);
            }
            Command::UpdateBeacon { head, tail } => {
                let what = (Some(id), Op::Plain("change the beacon"));
                self.push(consts::CMD_SET_BEACON, what, |w, ifindex, _| {
                    ap::set_beacon(w, ifindex, &head, &tail);
                });
            }
            Command::SendManagement { frame } => self.send_management(id, &frame),
            Command::SendEapol { peer, pdu } => self.send_eapol(id, peer, &pdu),
            Command::AddStation(entry) => self.add_station(id, entry),
            Command::UpdateStation(entry) => self.update_station(id, entry),
            Command::Authorize { peer, open } => {
                self.before_port(peer, open);
                let what = (Some(id), Op::Port(peer, open));
                self.push(consts::CMD_SET_STATION, what, |w, ifindex, _| {
                    ap::authorize(w, ifindex, peer, open);
                });
            }
            Command::RemoveStation { peer, reason } => self.remove_station(Some(id), peer, reason),
            Command::InstallKey(key) => {
                self.before_key(&key);
                self.batch.mark_secret();
                let op = match key.scope {
                    KeyScope::Pairwise(peer) => Op::Key(peer),
                    KeyScope::Group => Op::Plain("install the key"),
                };
                let what = (Some(id), op);
                self.push(consts::CMD_NEW_KEY, what, |w, ifindex, _| {
                    ap::new_key(w, ifindex, &key)
                });
            }
            Command::RemoveKey { scope, index } => {
                if self.running().is_none_or(|r| is_keyless(r, scope)) {
                    return self.complete(id, Ok(()));
                }
                let op = match scope {
                    KeyScope::Pairwise(peer) => Op::KeyRemoval(peer),
                    KeyScope::Group => Op::Removal("remove the key"),
                };
                let what = (Some(id), op);
                self.push(consts::CMD_DEL_KEY, what, |w, ifindex, _| {
                    ap::remove_key(w, ifindex, scope, index);
                });
            }
            Command::UseGroupKey { index } => {
                let what = (Some(id), Op::Plain("use the group key"));
                self.push(consts::CMD_SET_KEY, what, |w, ifindex, _| {
                    ap::use_group_key(w, ifindex, index);
                });
            }
            Command::QueryGroupCounter { index } => {
                let what = (Some(id), Op::GroupCounter(index));
                self.push(consts::CMD_GET_KEY, what, |w, ifindex, _| {
                    ap::group_counter(w, ifindex, index);
                });
            }
            Command::QueryStation { peer } => {
                let what = (Some(id), Op::Station(peer));
                self.push(consts::CMD_GET_STATION, what, |w, ifindex, _| {
                    ap::peer(w, ifindex, peer)
                });
            }
            Command::SendPacket {
                peer,
                ether_type,
                payload,
                in_clear,
            } => {
                let result = self.send_packet(peer, (ether_type, &payload), in_clear);
                self.complete(id, result);
            }
            Command::SetEtherTypes(rules) => {
                self.flush();
                let result = self.set_ether_types(rules);
                self.complete(id, result);
            }
            Command::Survey { channels } => self.begin_survey(id, channels),
            Command::Isolate(on) => {
                let what = (Some(id), Op::Plain("isolate the stations"));
                self.push(consts::CMD_SET_BSS, what, |w, ifindex, _| {
                    ap::isolate(w, ifindex, on);
                });
            }
            Command::Protect(protection) => self.protect(id, protection),
            Command::Listen(_) | Command::StopListening => {
                let cause = Cause::new(
                    "A Linux radio carries an access point here, and no station.",
                    "Use the simulated radio for stations of extensions (`--radio sim`).",
                );
                let kind = CommandErrorKind::NotSupported;
                self.complete(id, Err(CommandError { kind, cause }));
            }
            Command::ProbeStation { peer } => {
                let what = (Some(id), Op::Plain("probe the station"));
                self.push(consts::CMD_PROBE_CLIENT, what, |w, ifindex, _| {
                    ap::peer(w, ifindex, peer)
                });
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.refresh_at.is_some_and(|at| at <= now) {
            self.refresh_at = None;
            self.refresh(true);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.refresh_at
    }

    fn poll_event(&mut self) -> Option<RadioEvent> {
        if self.out.is_empty() {
            self.flush();
        }
        self.out.pop_front()
    }
}

impl Nl80211Radio {
    pub(super) fn complete(&mut self, id: CommandId, result: Result<(), CommandError>) {
        self.out.push_back(RadioEvent::Completed { id, result });
    }

    /// Adds a message about the running access point to the batch.
    pub(super) fn push(
        &mut self,
        command: u8,
        what: (Option<CommandId>, Op),
        fill: impl FnOnce(&mut crate::netlink::Writer, u32, &Running),
    ) {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            if let Some(id) = what.0 {
                self.complete(id, Err(not_running()));
            }
            return;
        };
        let seq = self.kernel.requests.take_seqs(1);
        self.batch
            .push((self.kernel.family.id, seq), command, what, |w| {
                fill(w, link.ifindex, running);
            });
        if self.batch.is_full() {
            self.flush();
        }
    }

    pub(super) fn running(&mut self) -> Option<&mut Running> {
        match &mut self.state {
            State::Held(Held {
                air: Air::Running(running),
                ..
            }) => Some(running),
            _ => None,
        }
    }

    fn add_station(&mut self, id: CommandId, entry: Box<StationEntry>) {
        if self.running().is_some_and(|r| r.firmware) {
            return self.complete(id, Ok(()));
        }
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &mut self.state
        else {
            return self.complete(id, Err(not_running()));
        };
        let peer = entry.peer;
        let associated = entry.flags.associated;
        let enter = associated || link.wiphy.full_client_state();
        if running.add(peer, Station::new(enter, associated)) {
            let what = (None, Op::Departure(peer));
            self.push(consts::CMD_DEL_STATION, what, |w, ifindex, _| {
                ap::peer(w, ifindex, peer)
            });
        }
        if enter {
            self.enter(id, entry);
        } else {
            self.complete(id, Ok(()));
        }
    }

    fn enter(&mut self, id: CommandId, entry: Box<StationEntry>) {
        // Written before the entry moves into the operation that keeps it.
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            return self.complete(id, Err(not_running()));
        };
        let seq = self.kernel.requests.take_seqs(1);
        self.batch
            .push_station((self.kernel.family.id, seq), id, entry, |w, entry| {
                ap::station(w, link.ifindex, entry, &running.rates);
            });
    }

    fn update_station(&mut self, id: CommandId, entry: Box<StationEntry>) {
        let Some(running) = self.running() else {
            return self.complete(id, Err(not_running()));
        };
        if running.firmware {
            return self.complete(id, Ok(()));
        }
        let Some(station) = running.stations.get_mut(&entry.peer) else {
            let error = command_error("update the station", libc::ENOENT, None);
            return self.complete(id, Err(error));
        };
        let was_associated = core::mem::replace(&mut station.associated, entry.flags.associated);
        if !station.entered {
            if !entry.flags.associated {
                return self.complete(id, Ok(()));
            }
            station.entered = true;
            return self.enter(id, entry);
        }
        let what = (Some(id), Op::Plain("update the station"));
        self.push(consts::CMD_SET_STATION, what, |w, ifindex, running| {
            if was_associated {
                ap::station_flags_only(w, ifindex, &entry);
            } else {
                ap::station(w, ifindex, &entry, &running.rates);
            }
        });
    }

    pub(super) fn remove_station(
        &mut self,
        id: Option<CommandId>,
        peer: MacAddr,
        reason: ReasonCode,
    ) {
        if self.running().is_some_and(|r| r.remove(peer)) {
            let what = (id, Op::Departure(peer));
            self.push(consts::CMD_DEL_STATION, what, |w, ifindex, _| {
                ap::remove_station(w, ifindex, peer, reason);
            });
        } else if let Some(id) = id {
            self.complete(id, Ok(()));
        }
    }

    fn protect(&mut self, id: CommandId, protection: Protection) {
        // Such firmware protects by what it knows of the stations.
        if self.running().is_some_and(|r| r.firmware) {
            return self.complete(id, Ok(()));
        }
        let what = (Some(id), Op::Plain("protect older stations"));
        self.push(consts::CMD_SET_BSS, what, |w, ifindex, _| {
            ap::protect(w, ifindex, protection);
        });
    }

    fn send_eapol(&mut self, id: CommandId, peer: MacAddr, pdu: &[u8]) {
        const DOING: &str = "send EAPOL";
        // Keys and stations that were ordered before must be in force.
        self.flush();
        let address = match &self.state {
            State::Held(Held {
                link,
                air: Air::Running(_),
                ..
            }) => link.address,
            _ => return self.complete(id, Err(not_running())),
        };
        let result = if pdu.len() > MAX_FRAME {
            Err(Errno::MSGSIZE)
        } else {
            self.eapol.send(address, peer, pdu)
        };
        let result = result.map_err(|e| command_error(DOING, e.raw_os_error(), None));
        self.complete(id, result);
    }

    fn send_management(&mut self, id: CommandId, frame: &[u8]) {
        if self.running().is_some_and(|r| r.firmware) {
            return self.complete(id, Err(firmware::no_frames()));
        }
        if frame.len() > MAX_FRAME {
            let error = command_error("send a management frame", libc::EMSGSIZE, None);
            return self.complete(id, Err(error));
        }
        let op = if ap::reports_fate(frame) {
            Op::Frame
        } else {
            Op::Plain("send a management frame")
        };
        self.push(consts::CMD_FRAME, (Some(id), op), |w, ifindex, _| {
            ap::frame(w, ifindex, frame)
        });
    }

    // --- start and stop ---------------------------------------------------------------------

    fn start_ap(&mut self, config: &ApConfig) -> Result<(), CommandError> {
        const DOING: &str = "start the access point";
        let State::Held(held) = &mut self.state else {
            return Err(CommandError {
                kind: CommandErrorKind::NotFound,
                cause: radio_gone(),
            });
        };
        if let Some(cause) = rfkill::cause(rfkill::state(&held.link.wiphy.name)) {
            return Err(CommandError {
                kind: CommandErrorKind::PoweredDown,
                cause,
            });
        }
        check_channel(&held.capabilities, config.channel.primary)?;
        let kernel = &mut self.kernel;
        let ifindex = held.link.ifindex;
        if let Air::Running(_) = held.air {
            held.air = Air::Idle;
            self.packets.end(kernel);
            kernel.stop_ap(ifindex).map_err(|e| e.explain(DOING))?;
        }
        kernel
            .route
            .set_up(ifindex, true)
            .map_err(|e| e.explain(DOING))?;
        let in_firmware = held.link.wiphy.own_sme;
        let message = |w: &mut Writer| {
            ap::start_ap(w, ifindex, config);
            if in_firmware {
                firmware::start_ap(w, config);
            }
        };
        let started = match kernel.request(consts::CMD_START_AP, message) {
            // An access point of an earlier process on an interface that was handed to us.
            Err(e) if e.is(Errno::ALREADY) => kernel
                .stop_ap(ifindex)
                .and_then(|()| kernel.request(consts::CMD_START_AP, message)),
            other => other,
        };
        let configured = started.map_err(|e| e.explain(DOING)).and_then(|()| {
            let isolate = config.isolate;
            let result = kernel.request(consts::CMD_SET_BSS, |w| {
                if in_firmware {
                    ap::isolate(w, ifindex, isolate);
                } else {
                    ap::set_bss(w, ifindex, config);
                }
            });
            if in_firmware {
                firmware::isolated(result, isolate, DOING)
            } else {
                result.map_err(|e| e.explain(DOING))
            }
        });
        if let Err(e) = configured {
            let _ = kernel.stop_ap(ifindex);
            let _ = kernel.route.set_up(ifindex, false);
            return Err(e);
        }
        if let Err(e) = kernel.route.set_operational(ifindex) {
            tracing::warn!(
                errno = e.errno,
                "the interface does not show as operational"
            );
        }
        held.air = Air::Running(Running {
            firmware: in_firmware,
            ..Running::new(config.basic_rates.clone())
        });
        self.begin_packets();
        Ok(())
    }

    fn stop_ap(&mut self) -> Result<(), CommandError> {
        let State::Held(held) = &mut self.state else {
            return Ok(());
        };
        if let Air::Running(_) = held.air {
            held.air = Air::Idle;
            let ifindex = held.link.ifindex;
            self.packets.end(&mut self.kernel);
            self.kernel
                .stop_ap(ifindex)
                .and_then(|()| self.kernel.route.set_up(ifindex, false))
                .map_err(|e| e.explain("stop the access point"))?;
        }
        Ok(())
    }

    // --- the batch --------------------------------------------------------------------------

    pub(super) fn flush(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        self.batch.exchange(&mut self.kernel.requests);
        let mut sent = self.batch.take_sent();
        for entry in sent.drain(..) {
            self.conclude(entry);
        }
        self.batch.reuse(sent);
    }

    fn conclude(&mut self, entry: Sent) {
        let Sent {
            id, op, outcome, ..
        } = entry;
        let refusal = match outcome {
            Outcome::Done => None,
            Outcome::Cookie(cookie) => {
                if let (Some(id), Some(running)) = (id, self.running()) {
                    running.awaited.insert(cookie, id);
                    if running.awaited.len() > MAX_AWAITED {
                        running.awaited.pop_first();
                    }
                }
                None
            }
            Outcome::Counter(counter) => {
                if let Op::GroupCounter(index) = op {
                    self.out
                        .push_back(RadioEvent::GroupCounter { index, counter });
                }
                None
            }
            Outcome::Station(report) => {
                self.out.push_back(RadioEvent::Station(report));
                None
            }
            Outcome::Refused(refusal) => Some(refusal),
        };
        // Drivers of firmware have many words for a station that is not there any more.
        let refusal = match (refusal, &op) {
            (Some(_), Op::Departure(peer)) if self.is_gone_from_firmware(*peer) => None,
            (refusal, _) => refusal,
        };
        // Of a removal that was refused no departure is reported. (Lost answers tell nothing.)
        if let (Some(e), Op::Departure(peer)) = (&refusal, &op)
            && !e.is(Errno::NOBUFS)
            && let Some(running) = self.running()
        {
            running.forget_removal(*peer);
        }
        let entering = match &op {
            Op::NewStation(entry) => Some(entry.peer),
            _ => None,
        };
        self.note_outcome(&op, refusal.as_ref());
        let result = match (refusal, op) {
            (None, _) | (_, Op::Preparation) => Ok(()),
            (Some(e), Op::Removal(_) | Op::KeyRemoval(_) | Op::Departure(_))
                if e.is(Errno::NOENT) =>
            {
                Ok(())
            }
            // A station of that address was there after all, entered by somebody else.
            (Some(e), Op::NewStation(entry)) if e.is(Errno::EXIST) => self.enter_again(&entry),
            (Some(e), op) => Err(e.explain(match op {
                Op::Plain(doing) | Op::Removal(doing) => doing,
                Op::Key(_) => "install the key",
                Op::KeyRemoval(_) => "remove the key",
                Op::Port(..) => "set the station's port",
                Op::Departure(_) => "remove the station",
                Op::NewStation(_) => "enter the station",
                Op::Frame | Op::Preparation => "send a management frame",
                Op::GroupCounter(_) => "read the group key's counter",
                Op::Station(_) => "read the station's figures",
            })),
        };
        if result.is_err()
            && let Some(peer) = entering
            && let Some(station) = self.running().and_then(|r| r.stations.get_mut(&peer))
        {
            // The kernel does not have it: nothing to remove there, nothing to be reported.
            station.entered = false;
        }
        if let Some(id) = id {
            self.complete(id, result);
        }
    }

    fn is_gone_from_firmware(&mut self, peer: MacAddr) -> bool {
        let State::Held(Held {
            link,
            air: Air::Running(Running { firmware: true, .. }),
            ..
        }) = &self.state
        else {
            return false;
        };
        !self.kernel.has_station(link.ifindex, peer)
    }

    fn enter_again(&mut self, entry: &StationEntry) -> Result<(), CommandError> {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &mut self.state
        else {
            return Err(not_running());
        };
        let ifindex = link.ifindex;
        running.own_removals.push(entry.peer);
        let removed = self.kernel.request(consts::CMD_DEL_STATION, |w| {
            ap::peer(w, ifindex, entry.peer)
        });
        if removed.is_err() {
            running.forget_removal(entry.peer);
        }
        removed
            .and_then(|()| {
                self.kernel.request(consts::CMD_NEW_STATION, |w| {
                    ap::station(w, ifindex, entry, &running.rates);
                })
            })
            .map_err(|e| e.explain("enter the station"))
    }
}
