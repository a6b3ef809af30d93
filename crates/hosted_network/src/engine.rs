//! The engine's parts, what reaches it, and the loop that brings it to rest.

use std::collections::{BTreeMap, VecDeque};

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Channel, MacAddr};
use serde::{Deserialize, Serialize};
use softap::{PeerKey, VendorService, VendorVerdict};
use wlan_model::{
    ConnectionSettings, Guid, HostedNetworkState, Notification, Policy, Reason, Refusal,
    SecondaryKey, Settings,
};
use wlan_rpc::{Answer, Call, CallId, EventKind, KeyIdentity, PeerRow, SecondaryKeyState, Status};

use crate::access_point::AccessPoint;
use crate::client::{Client, Handle, Handles};
use crate::entropy::Entropy;
use crate::job::Storage;
use crate::keys::{MasterKeys, Secondary};
use crate::queue::Queue;
use crate::state::{Caller, Hold, Life, Radio, Run, State, Switches};
use crate::{ClientId, Config, HostedNetwork, Output, Rights, refusal};

/// [`HostedNetwork`] over any access point.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Engine<A> {
    pub(crate) access_point: A,
    pub(crate) entropy: Entropy,
    pub(crate) fixed: Fixed,
    pub(crate) policy: Policy,
    /// In force. Changed only by what is on the disk.
    pub(crate) settings: Settings,
    /// The secondary key while it is a temporary one; then `settings` holds none.
    pub(crate) temporary: Option<SecondaryKey>,
    /// `None` until there is a name and a primary key.
    pub(crate) master_keys: Option<MasterKeys>,
    pub(crate) radio: Radio,
    /// `None` until the radio has told.
    pub(crate) switches: Option<Switches>,
    /// Why no access point can stand beside another connection of the adapter.
    pub(crate) incompatible: Option<Cause>,
    /// The device of the last adapter there was; [`Guid::NIL`] before.
    pub(crate) device: Guid,
    pub(crate) state: State,
    pub(crate) life: Life,
    pub(crate) storage: Storage,
    /// Changes and starts that have not begun.
    pub(crate) queue: Queue,
    pub(crate) clients: BTreeMap<ClientId, Client>,
    pub(crate) handles: Handles,
    /// Clients whose next waiting call may begin.
    ready: VecDeque<ClientId>,
    pub(crate) outputs: VecDeque<Output>,
}

/// What never changes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Fixed {
    pub(crate) host_name: String,
    pub(crate) channel: Option<Channel>,
    pub(crate) group_rekey: Option<Duration>,
    pub(crate) pairwise_rekey: Option<Duration>,
}

impl<A: AccessPoint> Engine<A> {
    /// `access_point` makes one from a seed and whether it diagnoses retired keys.
    pub(crate) fn new(config: Config, access_point: impl FnOnce([u8; 32], bool) -> A) -> Self {
        let mut entropy = Entropy::new(config.seed);
        let access_point = access_point(entropy.draw(), config.diagnose_retired_keys);
        let cause = Cause::new(
            "No radio has reported itself yet.",
            "Wait a moment; then see which radios there are with 'iw phy'.",
        );
        let mut engine = Self {
            access_point,
            entropy,
            fixed: Fixed {
                host_name: config.host_name,
                channel: config.channel,
                group_rekey: config.group_rekey,
                pairwise_rekey: config.pairwise_rekey,
            },
            policy: config.policy,
            settings: config.settings,
            temporary: None,
            master_keys: None,
            radio: Radio::Absent { cause },
            switches: None,
            incompatible: None,
            device: Guid::NIL,
            state: State::Idle,
            life: Life::Serving,
            storage: Storage::Quiet,
            queue: Queue::default(),
            clients: BTreeMap::new(),
            handles: Handles::default(),
            ready: VecDeque::new(),
            outputs: VecDeque::new(),
        };
        engine.derive_master_keys();
        engine.state = engine.resting_state();
        engine
    }

    pub(crate) fn connect_client(&mut self, client: ClientId, rights: Rights, now: Instant) {
        self.clients.entry(client).or_insert(Client::new(rights));
        self.pump(now);
    }

    pub(crate) fn handle_client_gone(&mut self, client: ClientId, now: Instant) {
        if let Some(gone) = self.clients.remove(&client) {
            if gone.handle != Handle::Unopened {
                self.handles.close(&gone.rights);
            }
            self.queue.forget(client);
            self.drop_references(client);
        }
        self.pump(now);
    }

    pub(crate) fn handle_call(&mut self, client: ClientId, id: CallId, call: Call, now: Instant) {
        match self.clients.get_mut(&client) {
            None => {
                let result = Err(refusal::not_open());
                self.outputs
                    .push_back(Output::Answer { client, id, result });
            }
            Some(known) if known.waiting.len() >= HostedNetwork::MAX_WAITING_CALLS => {
                let result = Err(refusal::too_many_calls());
                self.outputs
                    .push_back(Output::Answer { client, id, result });
            }
            Some(known) => {
                known.waiting.push_back((id, call));
                if known.current.is_none() {
                    self.ready.push_back(client);
                }
            }
        }
        self.pump(now);
    }

    pub(crate) fn handle_completion(&mut self, completion: oid::Completion, now: Instant) {
        self.access_point.handle_completion(completion, now);
        self.pump(now);
    }

    pub(crate) fn handle_indication(&mut self, indication: oid::Indication, now: Instant) {
        self.access_point.handle_indication(indication, now);
        self.pump(now);
    }

    pub(crate) fn serve_vendors(&mut self, services: Vec<VendorService>) {
        self.access_point.serve_vendors(services);
    }

    pub(crate) fn vendor_verdict(&mut self, peer: MacAddr, verdict: VendorVerdict, now: Instant) {
        self.access_point.vendor_verdict(peer, verdict, now);
        self.pump(now);
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.access_point.handle_timeout(now);
        self.pump(now);
    }

    pub(crate) fn shut_down(&mut self, now: Instant) {
        if self.life == Life::Serving {
            self.life = Life::Ending;
            for job in self.queue.take(|_| true) {
                self.answer(job.caller, Err(refusal::shutting_down()));
            }
            self.stop(Reason::ServiceShuttingDown, Some(refusal::ending()), None);
        }
        self.pump(now);
    }

    pub(crate) fn stop_for_suspend(&mut self, now: Instant) {
        self.sleep(None);
        self.pump(now);
    }

    /// Ends what runs or is about to. `caller` is answered when the network has stopped.
    pub(crate) fn sleep(&mut self, caller: Option<Caller>) {
        self.give_up_starts(&refusal::going_to_sleep());
        self.stop(Reason::InterfaceUnavailable, Some(refusal::sleep()), caller);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.access_point.poll_timeout()
    }

    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(crate) fn status(&self, now: Instant) -> Status {
        let connection = self.connection();
        let run = match &self.state {
            State::Active(run) => Some(run),
            _ => None,
        };
        let state = self.state.public();
        let bssid = run
            .map(|run| run.bssid)
            .or_else(|| self.radio.info().map(|info| info.address));
        let peers = if run.is_some() {
            self.access_point.peers()
        } else {
            Vec::new()
        };
        Status {
            state,
            ssid: connection.as_ref().map(|c| c.ssid.clone()),
            device: Some(self.device).filter(|_| state != HostedNetworkState::Unavailable),
            bssid: bssid.filter(|_| state != HostedNetworkState::Unavailable),
            channel: run.map(|run| run.channel.number()),
            phy: run.map(|run| run.phy),
            width: run.map(|run| run.width),
            isolate: self.settings.air.isolate,
            max_peers: connection
                .as_ref()
                .map_or(ConnectionSettings::DEFAULT_MAX_PEERS, |c| c.max_peers),
            radio: self.radio.info().map(|info| info.name.clone()),
            enabled: self.is_enabled(),
            secondary_key: self.secondary().map(|s| SecondaryKeyState {
                persistent: s.persistent,
                form: s.key.form(),
            }),
            peers: peers
                .into_iter()
                .map(|peer| PeerRow {
                    mac: peer.mac,
                    key: key_identity(peer.key),
                    connected_ms: millis(now.since(peer.since)),
                    retired_ms: match peer.key {
                        PeerKey::Retired { since } => Some(millis(now.since(since))),
                        PeerKey::Primary | PeerKey::Secondary | PeerKey::Vendor => None,
                    },
                    management_protection: peer.management_protection,
                })
                .collect(),
            unavailable: match &self.state {
                State::Unavailable(obstacle) => Some(obstacle.cause.clone()),
                _ => None,
            },
            rejected_frames: 0,
        }
    }

    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn is_privileged(&self, client: ClientId) -> bool {
        self.clients
            .get(&client)
            .is_some_and(|c| c.rights.is_privileged(&self.policy))
    }

    pub(crate) fn is_open(&self, client: ClientId) -> bool {
        self.clients
            .get(&client)
            .is_some_and(|c| c.handle != Handle::Unopened)
    }

    /// The secondary key in force.
    pub(crate) fn secondary(&self) -> Option<Secondary<'_>> {
        let temporary = self.temporary.as_ref().map(|key| Secondary {
            key,
            persistent: false,
        });
        let stored = self.settings.secondary_key.as_ref();
        temporary.or(stored.map(|key| Secondary {
            key,
            persistent: true,
        }))
    }

    /// To be called whenever name or keys have changed.
    pub(crate) fn derive_master_keys(&mut self) {
        self.master_keys = self
            .connection()
            .map(|connection| connection.ssid)
            .zip(self.settings.primary_key.as_ref())
            .map(|(ssid, primary)| {
                let secondary = self.secondary().map(|s| s.key);
                MasterKeys::derive(self.master_keys.as_ref(), &ssid, primary, secondary)
            });
    }

    /// Goes to a state and tells everybody, once it is visible, when it looks different.
    pub(crate) fn enter(&mut self, state: State, reason: Reason, cause: Option<Cause>) {
        let old = self.state.public();
        let cause = match &state {
            State::Unavailable(obstacle) => Some(obstacle.cause.clone()),
            _ => cause,
        };
        self.state = state;
        let new = self.state.public();
        if old != new {
            self.notify(&Notification::StateChange { old, new, reason });
            self.event(EventKind::State {
                old,
                new,
                reason,
                cause,
            });
        }
    }

    /// Tells clients that something about an idle network changed.
    pub(crate) fn notify_changed(&mut self, reason: Reason) {
        let state = self.state.public();
        self.notify(&Notification::StateChange {
            old: state,
            new: state,
            reason,
        });
    }

    pub(crate) fn notify(&mut self, notification: &Notification) {
        for (client, known) in &mut self.clients {
            if known.registration.wants(self.device, notification) {
                self.outputs.push_back(Output::Notification {
                    client: *client,
                    device: self.device,
                    notification: notification.clone(),
                });
            }
        }
    }

    pub(crate) fn event(&mut self, kind: EventKind) {
        self.outputs.push_back(Output::Event(kind));
    }

    pub(crate) fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(crate) fn persist(&mut self, settings: Box<Settings>) {
        self.outputs.push_back(Output::Persist(settings));
    }

    /// Answers the call a client is in, unless the client is gone, and lets its next one begin.
    pub(crate) fn answer(&mut self, caller: Caller, result: Result<Answer, Refusal>) {
        let Some(client) = self.clients.get_mut(&caller.client) else {
            return;
        };
        client.current = None;
        if !client.waiting.is_empty() {
            self.ready.push_back(caller.client);
        }
        let Caller { client, id } = caller;
        self.outputs
            .push_back(Output::Answer { client, id, result });
    }

    /// Lets everything happen that can happen now.
    pub(crate) fn pump(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.access_point.poll_output() {
                match output {
                    softap::Output::Request(id, request) => {
                        self.outputs.push_back(Output::Request(id, request));
                    }
                    softap::Output::Event(event) => self.handle_event(event),
                }
            } else if matches!(self.storage, Storage::Quiet)
                && let Some(job) = self.queue.pop()
            {
                self.begin(job, now);
            } else if let Some(client) = self.ready.pop_front() {
                self.begin_next_call(client, now);
            } else {
                break;
            }
        }
        let quiet = self.state.is_at_rest() && matches!(self.storage, Storage::Quiet);
        if self.life == Life::Ending && quiet {
            self.life = Life::Ended;
            self.outputs.push_back(Output::ShutDownComplete);
        }
    }

    fn begin_next_call(&mut self, client: ClientId, now: Instant) {
        let Some(known) = self.clients.get_mut(&client) else {
            return;
        };
        if known.current.is_some() {
            return;
        }
        let Some((id, call)) = known.waiting.pop_front() else {
            return;
        };
        known.current = Some(id);
        self.dispatch(Caller { client, id }, call, now);
    }

    /// The run, when it is on the air.
    pub(crate) fn run_mut(&mut self) -> Option<&mut Run> {
        match &mut self.state {
            State::Active(run) => Some(run),
            _ => None,
        }
    }

    /// Whether an association could choose among candidate keys now.
    pub(crate) const fn has_run(&self) -> bool {
        matches!(self.state, State::Starting { .. } | State::Active(_))
    }

    /// Drops what a client that is gone held.
    fn drop_references(&mut self, client: ClientId) {
        let held = match &mut self.state {
            State::Starting { starters } => {
                starters.retain(|s| s.caller.client != client || s.hold == Hold::Forced);
                !starters.is_empty()
            }
            State::Active(run) => {
                run.references.remove(&client);
                run.is_held()
            }
            State::Unavailable(_) | State::Idle | State::Stopping(_) => true,
        };
        if !held {
            self.stop(Reason::ClientAbort, None, None);
        }
    }
}

pub(crate) const fn key_identity(key: PeerKey) -> KeyIdentity {
    match key {
        PeerKey::Primary => KeyIdentity::Primary,
        PeerKey::Secondary => KeyIdentity::Secondary,
        PeerKey::Retired { .. } => KeyIdentity::Retired,
        PeerKey::Vendor => KeyIdentity::Vendor,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
