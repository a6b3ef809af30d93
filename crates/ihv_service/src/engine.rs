//! The engine itself: what comes in, and who is concerned. Its further methods have rooms of their
//! own: each adapter's in `access_point` and `station`, what extensions say in `messages`, `calls` and
//! `packets`, what miniports say in `answers`.

mod access_point;
mod answers;
mod calls;
mod messages;
mod packets;
mod station;

use std::collections::{BTreeMap, VecDeque};

use cause::Cause;
use clock::{Instant, earliest};
use ihv::seam::{Level, ServiceMessage, Task};
use oid::{Completion, Indication, RequestId};
use softap::{VendorEvent, VendorService};
use wlan_model::Extension;
use wlan_rpc::{EventKind, ExtensionAdapter, ExtensionEvent, ExtensionRow, HostState};

use crate::access_point::AccessPoint;
use crate::asked::Asked;
use crate::causes::hung;
use crate::host::{ADAPTER, Doing, END_LIMIT, Live, Phase, Slot, SlotId, Stage, Step, Wait};
use crate::kept::Kept;
use crate::lines::fit;
use crate::station::Station;
use crate::{HostId, HostOrder, Input, Output, PortRequest};

/// The engine. Contract: call a `handle_*` method, then drain [`Extensions::poll_output`].
#[derive(Debug, Default)]
pub struct Extensions {
    pub(crate) installed: BTreeMap<String, Installed>,
    pub(crate) slots: BTreeMap<SlotId, Slot>,
    pub(crate) hosts: BTreeMap<HostId, SlotId>,
    pub(crate) asked: BTreeMap<RequestId, Asked>,
    pub(crate) access_point: AccessPoint,
    pub(crate) station: Station,
    /// What the hosted network was told last.
    served: Vec<VendorService>,
    shut_down: ShutDown,
    installations: u64,
    next_host: u64,
    next_request: u64,
    outputs: VecDeque<Output>,
}

/// An extension that can be used.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) extension: Extension,
    /// Tells it from an earlier one of its name.
    pub(crate) generation: u64,
    pub(crate) kept: Kept,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ShutDown {
    #[default]
    No,
    Wanted,
    Done,
}

impl Extensions {
    /// Without extensions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Something happened outside.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Install(extension) => self.install(extension),
            Input::Remove { name } => {
                self.installed.remove(&name);
            }
            Input::Connect(profile) => self.connect(*profile, now),
            Input::Disconnect => self.disconnect(now),
            Input::Said { host, message } => self.said(host, message, now),
            Input::Gone { host, cause } => self.gone(host, cause, now),
            Input::ShutDown => {
                if self.shut_down == ShutDown::No {
                    self.shut_down = ShutDown::Wanted;
                }
            }
        }
        self.settle(now);
    }

    /// The hosted network tells.
    pub fn handle_vendor_event(&mut self, event: VendorEvent, now: Instant) {
        match event {
            VendorEvent::NetworkStarted { ssid, bssid, .. } => {
                self.network_started(ssid, bssid, now)
            }
            VendorEvent::NetworkStopped => self.network_stopped(now),
            VendorEvent::Associated { mac, element } => self.peer_associated(mac, element),
            VendorEvent::Departed { mac } => self.peer_departed(mac, now),
        }
        self.settle(now);
    }

    /// The miniport of an adapter answered a request.
    pub fn handle_completion(
        &mut self,
        adapter: ExtensionAdapter,
        completion: Completion,
        now: Instant,
    ) {
        if let Some(asked) = self.asked.remove(&completion.id) {
            self.completed(adapter, asked, completion.result, now);
            self.settle(now);
        }
    }

    /// The miniport of an adapter indicated. Of the access point's,
    /// [`Indication::ReceiveVendorPacket`] matters here, and [`Indication::Disassociation`], if it is
    /// told before [`VendorEvent::Departed`], for the status a port is stopped with.
    pub fn handle_indication(
        &mut self,
        adapter: ExtensionAdapter,
        indication: Indication,
        now: Instant,
    ) {
        match (adapter, indication) {
            (
                _,
                Indication::ReceiveVendorPacket {
                    peer,
                    ether_type,
                    payload,
                },
            ) => self.packet_received(adapter, peer, ether_type, &payload),
            (ExtensionAdapter::AccessPoint, Indication::Disassociation { peer, reason }) => {
                self.peer_disassociated(peer, reason);
            }
            (ExtensionAdapter::AccessPoint, _) => {}
            (ExtensionAdapter::Station, indication) => self.station_indicated(indication, now),
        }
        self.settle(now);
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        let late: Vec<_> = self
            .slots
            .iter()
            .filter_map(|(id, slot)| {
                let mut deadlines = slot.live()?.deadlines();
                let (_, what) = deadlines.find(|(by, _)| now >= *by)?;
                Some((id.clone(), what))
            })
            .collect();
        for (id, what) in late {
            self.fail(&id, hung(&id.name, &what), now);
        }
        self.station_timeout(now);
        self.settle(now);
    }

    /// When [`Extensions::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let hosts = self.slots.values().filter_map(Slot::timeout).min();
        earliest(hosts, self.station.timeout())
    }

    /// What is to be done next, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// All extensions, for [`IhvCall::List`](wlan_rpc::IhvCall::List). Process ids are 0 here.
    #[must_use]
    pub fn rows(&self) -> Vec<ExtensionRow> {
        self.installed
            .iter()
            .map(|(name, installed)| {
                let mut extension = installed.extension.clone();
                if let Some(ports) = &mut extension.ports {
                    ports.fragments = wlan_model::VendorFragments::default();
                }
                let served = extension.ports.is_some();
                let hosts = [
                    (ExtensionAdapter::AccessPoint, served),
                    (ExtensionAdapter::Station, false),
                ]
                .into_iter()
                .filter_map(|(adapter, always)| {
                    let name = name.clone();
                    let slot = self.slots.get(&SlotId { name, adapter });
                    let state = slot.map(|slot| self.state(adapter, slot));
                    let state = state.or(always.then_some(HostState::Stopped))?;
                    Some((adapter, state))
                })
                .collect();
                ExtensionRow { extension, hosts }
            })
            .collect()
    }

    fn state(&self, adapter: ExtensionAdapter, slot: &Slot) -> HostState {
        match &slot.phase {
            Phase::Stopped => HostState::Stopped,
            Phase::Waiting(wait) | Phase::Dying { wait } => HostState::Waiting {
                cause: wait.cause.clone(),
            },
            Phase::Running(live) => match &live.stage {
                Stage::Loading { .. } => HostState::Starting,
                Stage::Ending {
                    wait: Some(wait), ..
                } => HostState::Waiting {
                    cause: wait.cause.clone(),
                },
                _ => HostState::Running {
                    pid: 0,
                    ports: match adapter {
                        ExtensionAdapter::AccessPoint => self.access_point.ports_of(live.host),
                        ExtensionAdapter::Station => self.station.ports(),
                    },
                },
            },
        }
    }

    fn install(&mut self, extension: Extension) {
        self.installations += 1;
        let generation = self.installations;
        let name = extension.name.clone();
        let kept = Kept::default();
        let installed = Installed {
            extension,
            generation,
            kept,
        };
        self.installed.insert(name, installed);
    }

    /// Whether a host is to run there, and for which installation.
    fn wanted(&self, id: &SlotId) -> Option<u64> {
        let installed = self.installed.get(&id.name)?;
        let wanted = self.shut_down == ShutDown::No
            && match id.adapter {
                ExtensionAdapter::AccessPoint => {
                    self.access_point.is_up() && installed.extension.ports.is_some()
                }
                ExtensionAdapter::Station => self.station.wants(&id.name),
            };
        wanted.then_some(installed.generation)
    }

    /// Brings hosts to where they are wanted, and tells the hosted network who can be asked.
    fn settle(&mut self, now: Instant) {
        for (name, installed) in &self.installed {
            let adapters = [
                (
                    ExtensionAdapter::AccessPoint,
                    installed.extension.ports.is_some(),
                ),
                (ExtensionAdapter::Station, self.station.wants(name)),
            ];
            for (adapter, needed) in adapters {
                if needed {
                    let name = name.clone();
                    self.slots.entry(SlotId { name, adapter }).or_default();
                }
            }
        }
        let ids: Vec<_> = self.slots.keys().cloned().collect();
        for id in ids {
            self.settle_slot(&id, now);
        }
        self.announce();
        if self.shut_down == ShutDown::Wanted && self.slots.is_empty() {
            self.shut_down = ShutDown::Done;
            self.outputs.push_back(Output::ShutDownComplete);
        }
    }

    fn settle_slot(&mut self, id: &SlotId, now: Instant) {
        let wanted = self.wanted(id);
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        match (&slot.phase, wanted) {
            (Phase::Running(live), _) if !live.is_ending() && wanted != Some(live.generation) => {
                self.end(id, None, now);
            }
            (Phase::Stopped, Some(generation)) => self.start(id, generation, now),
            (Phase::Waiting(wait), Some(generation)) if now >= wait.until => {
                self.start(id, generation, now);
            }
            (Phase::Stopped | Phase::Waiting(_), None) => {
                self.slots.remove(id);
            }
            _ => {}
        }
    }

    pub(crate) fn start(&mut self, id: &SlotId, generation: u64, now: Instant) {
        self.next_host += 1;
        let host = HostId(self.next_host);
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        slot.phase = Phase::Running(Box::new(Live::new(host, generation, now)));
        self.hosts.insert(host, id.clone());
        let order = HostOrder::Start {
            extension: id.name.clone(),
            adapter: id.adapter,
        };
        self.outputs.push_back(Output::Host { host, order });
    }

    /// What the hosted network has to know of those that serve its stations.
    fn announce(&mut self) {
        let mut served: Vec<VendorService> = Vec::new();
        for (name, installed) in &self.installed {
            let Some(ports) = &installed.extension.ports else {
                continue;
            };
            // An element belongs to the first that has it.
            if served.iter().any(|known| known.element == ports.element) {
                continue;
            }
            let id = SlotId {
                name: name.clone(),
                adapter: ExtensionAdapter::AccessPoint,
            };
            let ready = self.slots.get(&id).and_then(Slot::live).is_some_and(|l| {
                matches!(l.stage, Stage::Ready) && l.generation == installed.generation
            });
            served.push(VendorService {
                element: ports.element,
                ready,
            });
        }
        if served != self.served {
            self.served.clone_from(&served);
            self.outputs.push_back(Output::Serve(served));
        }
    }

    pub(crate) fn live(&self, id: &SlotId) -> Option<&Live> {
        self.slots.get(id).and_then(Slot::live)
    }

    pub(crate) fn live_mut(&mut self, id: &SlotId) -> Option<&mut Live> {
        self.slots.get_mut(id).and_then(Slot::live_mut)
    }

    /// A host's slot, while it may be spoken to.
    pub(crate) fn slot_of(&self, host: HostId) -> Option<SlotId> {
        let id = self.hosts.get(&host)?;
        self.live(id)
            .is_some_and(|live| live.host == host)
            .then(|| id.clone())
    }

    pub(crate) fn put(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(crate) fn tell(&mut self, host: HostId, message: ServiceMessage) {
        let order = HostOrder::Tell(Box::new(message));
        self.outputs.push_back(Output::Host { host, order });
    }

    /// Asks for a handler.
    pub(crate) fn task(&mut self, id: &SlotId, doing: Doing, what: Task, now: Instant) {
        if let Some(live) = self.live_mut(id) {
            let host = live.host;
            let task = live.begin(doing, now);
            self.tell(
                host,
                ServiceMessage::AdapterTask {
                    task,
                    adapter: ADAPTER,
                    what,
                },
            );
        }
    }

    pub(crate) fn ask(&mut self, adapter: ExtensionAdapter, request: PortRequest, asked: Asked) {
        self.next_request += 1;
        let id = RequestId(self.next_request);
        self.asked.insert(id, asked);
        self.outputs.push_back(Output::Request {
            adapter,
            id,
            request,
        });
    }

    pub(crate) fn event(&mut self, id: &SlotId, what: ExtensionEvent) {
        self.outputs.push_back(Output::Event(EventKind::Extension {
            name: id.name.clone(),
            adapter: id.adapter,
            what,
        }));
    }

    /// A line for the log, unless there have been too many.
    pub(crate) fn log(&mut self, id: &SlotId, level: Level, text: &str, now: Instant) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let Some(dropped) = slot.lines.next(now) else {
            return;
        };
        let mut texts = Vec::new();
        if dropped > 0 {
            texts.push((Level::Warning, format!("{dropped} lines were dropped.")));
        }
        texts.push((level, fit(text)));
        for (level, text) in texts {
            self.outputs.push_back(Output::Log {
                extension: id.name.clone(),
                adapter: id.adapter,
                level,
                text,
            });
        }
    }

    /// A host ends in good order, because it is not wanted or (`why`) because it did not work.
    pub(crate) fn end(&mut self, id: &SlotId, why: Option<Cause>, now: Instant) {
        let wait = why.map(|cause| self.failed(id, cause, now));
        self.withdraw(id, now);
        let by = now + END_LIMIT;
        let Some(live) = self.live_mut(id) else {
            return;
        };
        let step = match &live.stage {
            Stage::Loading { .. } => Step::Loading,
            Stage::Arriving if live.tasks.values().any(|doing| *doing == Doing::Init) => {
                Step::Arriving
            }
            // The adapter did not come.
            Stage::Arriving => Step::ShuttingDown,
            Stage::Idle => Step::Removing,
            Stage::PreAssociating { .. } | Stage::Ready | Stage::Resetting => Step::Resetting,
            Stage::Ending { .. } => return,
        };
        live.stage = Stage::Ending { step, by, wait };
        let host = live.host;
        self.forget_handling(id);
        match step {
            Step::Resetting => self.task(id, Doing::Reset, Task::AdapterReset, now),
            Step::Removing => self.task(id, Doing::Deinit, Task::DeinitAdapter, now),
            Step::ShuttingDown => self.tell(host, ServiceMessage::Shutdown),
            Step::Loading | Step::Arriving | Step::Ended => {}
        }
    }

    /// What its extension has said with a message is wrong, or it is dead, or hangs: it is killed, and
    /// what it served ends.
    pub(crate) fn fail(&mut self, id: &SlotId, cause: Cause, now: Instant) {
        let Some(host) = self.live(id).map(|live| live.host) else {
            return;
        };
        let order = HostOrder::Kill;
        self.outputs.push_back(Output::Host { host, order });
        let wait = self.failed(id, cause, now);
        self.crash(id);
        if let Some(slot) = self.slots.get_mut(id) {
            slot.phase = Phase::Dying { wait };
        }
    }

    /// Tells of a failure; when it is tried again.
    fn failed(&mut self, id: &SlotId, cause: Cause, now: Instant) -> Wait {
        let wanted = self.wanted(id).is_some();
        let pause = self
            .slots
            .get_mut(id)
            .map(|slot| slot.next_pause(now))
            .unwrap_or_default();
        let again_ms = wanted.then(|| u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
        self.event(
            id,
            ExtensionEvent::Failed {
                cause: cause.clone(),
                again_ms,
            },
        );
        Wait {
            cause,
            until: now + pause,
        }
    }

    /// A process is gone.
    fn gone(&mut self, host: HostId, cause: Option<Cause>, now: Instant) {
        let Some(id) = self.hosts.remove(&host) else {
            return;
        };
        let Some(slot) = self.slots.get_mut(&id) else {
            return;
        };
        let phase = match &slot.phase {
            Phase::Dying { wait } => Phase::Waiting(wait.clone()),
            Phase::Running(live) => match &live.stage {
                Stage::Ending {
                    wait,
                    step: Step::Ended,
                    ..
                } if cause.is_none() => {
                    let next = wait.clone().map_or(Phase::Stopped, Phase::Waiting);
                    if matches!(next, Phase::Stopped) {
                        self.event(&id, ExtensionEvent::Ended);
                    }
                    next
                }
                Stage::Ending {
                    wait: Some(wait), ..
                } => Phase::Waiting(wait.clone()),
                _ => {
                    let cause = cause.unwrap_or_else(|| {
                        Cause::new(
                            format!("The host of {} ended without being told to.", id.name),
                            "Read its log with `hostednet ihv log`.",
                        )
                    });
                    let wait = self.failed(&id, cause, now);
                    self.crash(&id);
                    Phase::Waiting(wait)
                }
            },
            Phase::Stopped | Phase::Waiting(_) => return,
        };
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.phase = phase;
        }
        // An extension may have registered again inside its last reset.
        self.download(id.adapter, None);
    }

    /// What a host served ends with it, at once.
    fn crash(&mut self, id: &SlotId) {
        match id.adapter {
            ExtensionAdapter::AccessPoint => self.access_point_crashed(id),
            ExtensionAdapter::Station => self.station_crashed(id),
        }
        self.forget_handling(id);
    }

    /// What a host served is taken from it in good order.
    fn withdraw(&mut self, id: &SlotId, now: Instant) {
        match id.adapter {
            ExtensionAdapter::AccessPoint => self.access_point_withdrawn(id, now),
            ExtensionAdapter::Station => self.station_withdrawn(id, now),
        }
    }
}
