//! What hosts say.

use cause::Cause;
use clock::Instant;
use dot11::MacAddr;
use ihv::seam::{Completion, HostMessage, Level, PortId, ServiceMessage, Task, TaskId, TaskResult};
use wlan_model::{VendorFragments, Win32Error};
use wlan_rpc::{ExtensionAdapter, ExtensionEvent};

use super::Extensions;
use crate::HostId;
use crate::access_point::PROFILE;
use crate::causes::{hung, said_no};
use crate::host::{ADAPTER, Doing, SlotId, Stage, Step};
use crate::lines::fit;

/// Longest bytes of any kind that an extension may hand in; the host refuses longer ones.
const LONGEST: usize = 64 * 1024;
/// Longest name of a profile in bytes. The service gave it.
const LONGEST_NAME: usize = 1024;

impl Extensions {
    pub(crate) fn said(&mut self, host: HostId, message: HostMessage, now: Instant) {
        let Some(id) = self.slot_of(host) else {
            return;
        };
        if let Err(what) = self.heard(&id, message, now) {
            let cause = Cause::new(
                format!("The host of {} broke its protocol: {what}.", id.name),
                "The extension may have damaged its process; ask its vendor.",
            );
            self.fail(&id, cause, now);
        }
    }

    /// What a host may not do is told by an error.
    fn heard(&mut self, id: &SlotId, message: HostMessage, now: Instant) -> Result<(), String> {
        self.check(id, &message)?;
        match message {
            HostMessage::Loaded(loaded) => self.loaded(id, loaded.version, now),
            HostMessage::LoadFailed(text) => {
                let cause = Cause::new(
                    format!("{} cannot be used: {}", id.name, fit(&text)),
                    "Install a version of it that works.",
                );
                self.fail(id, cause, now);
                Ok(())
            }
            HostMessage::Call {
                id: call,
                call: what,
                ..
            } => self.call(id, call, what, now),
            HostMessage::PreAssociateCompletion {
                connection, end, ..
            } => {
                let Some(live) = self.live(id) else {
                    return Ok(());
                };
                if !live.knew_connection(connection) {
                    return Err(format!("it completed connection {}", connection.0));
                }
                let current = matches!(&live.stage,
                    Stage::PreAssociating { connection: of, .. } if *of == connection);
                if current {
                    self.pre_associated(id, end, now);
                }
                Ok(())
            }
            HostMessage::PostAssociateCompletion {
                port, peer, end, ..
            } => self.post_associated(id, port, peer, end, now),
            HostMessage::SendPacket { packet, data, .. } => {
                self.send_packet(id, packet, &data, now)
            }
            HostMessage::Notification { code, data, .. } => {
                let text = format!("It notifies: code {code}, {} bytes.", data.len());
                self.log(id, Level::Info, &text, now);
                Ok(())
            }
            HostMessage::UiRequest { request, .. } => {
                let text = format!(
                    "It wants to ask a user ({}), and nobody is there.",
                    request.id
                );
                self.log(id, Level::Info, &text, now);
                Ok(())
            }
            HostMessage::UserData { profile, data, .. } => {
                let kept = self.installed.get_mut(&id.name).map(|i| &mut i.kept);
                if kept.is_some_and(|kept| !kept.keep(profile, data)) {
                    let text = "User data were dropped: there are too many.";
                    self.log(id, Level::Warning, text, now);
                }
                Ok(())
            }
            HostMessage::Returned { task, result } => self.returned(id, task, &result, now),
            HostMessage::HandlerLate {
                handler, millis, ..
            } => {
                let handler = fit(&handler);
                let what = format!("has been in {handler} for {millis} ms");
                self.fail(id, hung(&id.name, &what), now);
                Ok(())
            }
            HostMessage::Log { level, text } => {
                self.log(id, level, &text, now);
                Ok(())
            }
            HostMessage::Ended => {
                if let Some(live) = self.live_mut(id)
                    && let Stage::Ending { step, .. } = &mut live.stage
                    && *step == Step::ShuttingDown
                {
                    *step = Step::Ended;
                    return Ok(());
                }
                Err("it ended without being told to".to_owned())
            }
        }
    }

    /// Order, names and sizes, before anything is done.
    fn check(&self, id: &SlotId, message: &HostMessage) -> Result<(), String> {
        let Some(live) = self.live(id) else {
            return Ok(());
        };
        let (adapter, bytes) = match message {
            HostMessage::LoadFailed(_) | HostMessage::Loaded(_) => {
                let loading = matches!(
                    live.stage,
                    Stage::Loading { .. }
                        | Stage::Ending {
                            step: Step::Loading,
                            ..
                        }
                );
                return if loading {
                    Ok(())
                } else {
                    Err("it was loaded twice".to_owned())
                };
            }
            HostMessage::HandlerLate { .. } | HostMessage::Log { .. } => return Ok(()),
            HostMessage::Call { adapter, .. }
            | HostMessage::PreAssociateCompletion { adapter, .. }
            | HostMessage::PostAssociateCompletion { adapter, .. }
            | HostMessage::UiRequest { adapter, .. } => (Some(*adapter), 0),
            HostMessage::SendPacket { adapter, data, .. }
            | HostMessage::Notification { adapter, data, .. } => (Some(*adapter), data.len()),
            HostMessage::UserData {
                adapter,
                profile,
                data,
            } => {
                if profile.len() > LONGEST_NAME {
                    return Err(format!("it names a profile in {} bytes", profile.len()));
                }
                (Some(*adapter), data.data.len())
            }
            HostMessage::Returned { .. } | HostMessage::Ended => (None, 0),
        };
        if !live.has_adapter() {
            return Err("it spoke before it was loaded".to_owned());
        }
        if let Some(other) = adapter.filter(|of| *of != ADAPTER) {
            return Err(format!("it names adapter {}", other.0));
        }
        if matches!(
            live.stage,
            Stage::Ending {
                step: Step::Ended,
                ..
            }
        ) {
            return Err("it spoke after its last word".to_owned());
        }
        if bytes > LONGEST {
            return Err(format!("it handed in {bytes} bytes"));
        }
        Ok(())
    }

    fn loaded(&mut self, id: &SlotId, version: u32, now: Instant) -> Result<(), String> {
        let Some(live) = self.live_mut(id) else {
            return Ok(());
        };
        match &mut live.stage {
            Stage::Loading { .. } => {
                live.stage = Stage::Arriving;
                self.event(id, ExtensionEvent::Ready { version });
                match id.adapter {
                    ExtensionAdapter::AccessPoint => self.access_point_arrives(id, now),
                    ExtensionAdapter::Station => self.station_arrives(id, now),
                }
            }
            Stage::Ending { step, .. } => {
                *step = Step::ShuttingDown;
                let host = live.host;
                self.tell(host, ServiceMessage::Shutdown);
            }
            _ => {}
        }
        Ok(())
    }

    fn returned(
        &mut self,
        id: &SlotId,
        task: TaskId,
        result: &TaskResult,
        now: Instant,
    ) -> Result<(), String> {
        let Some(live) = self.live_mut(id) else {
            return Ok(());
        };
        let Some(doing) = live.tasks.remove(&task) else {
            return Err(format!("it returned from task {}, which is none", task.0));
        };
        live.progress = now;
        let host = live.host;
        let well = result.code == Win32Error::SUCCESS;
        if let Stage::Ending { step, .. } = &mut live.stage {
            let (next, remove) = match (*step, doing) {
                (Step::Arriving, Doing::Init) if well => (Step::Removing, true),
                (Step::Resetting, Doing::Reset) => (Step::Removing, true),
                (Step::Arriving, Doing::Init) | (Step::Removing, Doing::Deinit) => {
                    (Step::ShuttingDown, false)
                }
                _ => return Ok(()),
            };
            *step = next;
            if remove {
                self.task(id, Doing::Deinit, Task::DeinitAdapter, now);
            } else {
                self.tell(host, ServiceMessage::Shutdown);
            }
            return Ok(());
        }
        match doing {
            Doing::Init if well => match id.adapter {
                ExtensionAdapter::AccessPoint => self.access_point_begins(id, now),
                ExtensionAdapter::Station => {
                    live.stage = Stage::Idle;
                    live.healthy = Some(now);
                    self.station_goes_on();
                }
            },
            Doing::Init => {
                let cause = said_no(&id.name, "the adapter", result.code, result.reason);
                self.end(id, Some(cause), now);
            }
            Doing::PreAssociate(connection) if !well => {
                let current = matches!(&live.stage,
                    Stage::PreAssociating { connection: of, .. } if *of == connection);
                if current {
                    let end = Completion {
                        win32: result.code,
                        reason: result.reason,
                    };
                    self.pre_associated(id, end, now);
                }
            }
            Doing::PostAssociate(port) if !well => match id.adapter {
                ExtensionAdapter::AccessPoint => self.peer_not_begun(id, port),
                ExtensionAdapter::Station => {
                    let end = Completion {
                        win32: result.code,
                        reason: result.reason,
                    };
                    self.station_completed(id, port, end, now);
                }
            },
            Doing::Reset if matches!(live.stage, Stage::Resetting) => {
                live.stage = Stage::Idle;
                self.station_goes_on();
            }
            _ => {}
        }
        Ok(())
    }

    fn pre_associated(&mut self, id: &SlotId, end: Completion, now: Instant) {
        let well = end.is_success();
        match id.adapter {
            ExtensionAdapter::AccessPoint if well => {
                if let Some(live) = self.live_mut(id) {
                    live.stage = Stage::Ready;
                    live.healthy = Some(now);
                }
            }
            ExtensionAdapter::AccessPoint => {
                let cause = said_no(&id.name, "the network", end.win32, end.reason);
                self.end(id, Some(cause), now);
            }
            ExtensionAdapter::Station => {
                if let Some(live) = self.live_mut(id) {
                    live.stage = if well { Stage::Ready } else { Stage::Idle };
                }
                self.station_pre_associated(id, end, now);
            }
        }
    }

    fn post_associated(
        &mut self,
        id: &SlotId,
        port: PortId,
        peer: MacAddr,
        end: Completion,
        now: Instant,
    ) -> Result<(), String> {
        let Some(live) = self.live(id) else {
            return Ok(());
        };
        if !live.knew_port(port) {
            return Err(format!("it completed port {}", port.0));
        }
        if live.is_ending() {
            return Ok(());
        }
        match id.adapter {
            ExtensionAdapter::AccessPoint => self.peer_completed(id, peer, port, end.is_success()),
            ExtensionAdapter::Station => self.station_completed(id, port, end, now),
        }
        Ok(())
    }

    /// Name of the profile of an adapter's connection, and what is configured for it.
    pub(crate) fn profile(&self, id: &SlotId) -> Option<(String, VendorFragments)> {
        match id.adapter {
            ExtensionAdapter::AccessPoint => {
                let ports = self.installed.get(&id.name)?.extension.ports.as_ref()?;
                let name = PROFILE.to_owned();
                Some((name, ports.fragments.clone()))
            }
            ExtensionAdapter::Station => self.station.profile(&id.name),
        }
    }
}
