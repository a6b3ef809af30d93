//! Tests of the whole engine over a scripted access point. Row names (S05, L12, T8 ..) are those of
//! the Hosted Network reference.

mod air;
mod life_cycle;
mod limits;
mod model;
mod notifications;
mod pending;
mod policy;
mod radio;
mod seam;
mod secondary_key;
mod shut_down;
mod sleep;
mod vendor;

use std::collections::VecDeque;

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Channel, KeyBytes, MacAddr, Ssid};
use rsn::{Passphrase, Pmk};
use softap::{
    Candidates, Departure, Event, Peer, PeerKey, RunSettings, VendorEvent, VendorService,
    VendorVerdict,
};
use wlan_model::{
    ConnectionSettings, Guid, HostedNetworkState, Notification, Policy, Reason, Refusal,
    SecondaryKey, Settings, Who, Win32Error,
};
use wlan_rpc::{Answer, Call, CallId, EventKind, Status};

use crate::access_point::AccessPoint;
use crate::engine::Engine;
use crate::{ClientId, Config, Output, Rights};

const BSSID: MacAddr = MacAddr([2, 0, 0, 0, 0, 0]);
const PHONE: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const TABLET: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);

/// An access point that keeps what it was told and does what the test says.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct ScriptedAp {
    /// Starts and stops are done at once; else the test answers them.
    obliging: bool,
    run: Option<(RunSettings, Candidates)>,
    starts: u32,
    stops: u32,
    stations: Vec<(Pmk, Peer)>,
    services: Vec<VendorService>,
    verdicts: Vec<(MacAddr, VendorVerdict)>,
    outputs: VecDeque<softap::Output>,
}

impl ScriptedAp {
    fn tell(&mut self, event: Event) {
        self.outputs.push_back(softap::Output::Event(event));
    }

    fn started(&mut self) {
        let channel = Channel::new(6).unwrap();
        self.tell(Event::Started {
            bssid: BSSID,
            channel,
            width: dot11::ChannelWidth::Mhz20,
            phy: dot11::Phy::Ht,
        });
    }

    fn key_of(candidates: &Candidates, pmk: &Pmk) -> Option<PeerKey> {
        if candidates.primary == *pmk {
            Some(PeerKey::Primary)
        } else if candidates.secondary.as_ref() == Some(pmk) {
            Some(PeerKey::Secondary)
        } else {
            None
        }
    }
}

impl AccessPoint for ScriptedAp {
    fn start(&mut self, settings: RunSettings, candidates: Candidates, _: Instant) {
        assert!(self.run.is_none(), "a start without a run only");
        self.run = Some((settings, candidates));
        self.starts += 1;
        if self.obliging {
            self.started();
        }
    }

    fn stop(&mut self) {
        self.run = None;
        self.stations.clear();
        self.stops += 1;
        if self.obliging {
            self.tell(Event::Stopped);
        }
    }

    fn set_keys(&mut self, candidates: Candidates, now: Instant) {
        let mut retired = Vec::new();
        for (pmk, peer) in &mut self.stations {
            peer.key = match (Self::key_of(&candidates, pmk), peer.key) {
                (Some(key), _) => key,
                (None, PeerKey::Retired { since }) => PeerKey::Retired { since },
                (None, PeerKey::Vendor) => PeerKey::Vendor,
                (None, PeerKey::Primary | PeerKey::Secondary) => {
                    retired.push(peer.mac);
                    PeerKey::Retired { since: now }
                }
            };
        }
        for mac in retired {
            self.tell(Event::KeyRetired { mac });
        }
        self.run.as_mut().expect("keys are set on a run only").1 = candidates;
    }

    fn set_isolation(&mut self, on: bool) {
        let run = self.run.as_mut();
        run.expect("peers are isolated on a run only").0.isolate = on;
    }

    fn peers(&self) -> Vec<Peer> {
        self.stations.iter().map(|(_, peer)| *peer).collect()
    }

    fn serve_vendors(&mut self, services: Vec<VendorService>) {
        self.services = services;
    }

    /// An open port is answered as by a radio that has a key.
    fn vendor_verdict(&mut self, mac: MacAddr, verdict: VendorVerdict, now: Instant) {
        self.verdicts.push((mac, verdict));
        if verdict == VendorVerdict::Open {
            let key = PeerKey::Vendor;
            let since = now;
            let nobodys = Pmk::from_raw(&[0; 32]);
            self.stations.push((
                nobodys,
                Peer {
                    mac,
                    key,
                    since,
                    management_protection: false,
                },
            ));
            self.tell(Event::PeerArrived { mac, key });
        }
    }

    fn handle_completion(&mut self, _: oid::Completion, _: Instant) {}
    fn handle_indication(&mut self, _: oid::Indication, _: Instant) {}
    fn handle_timeout(&mut self, _: Instant) {}

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn poll_output(&mut self) -> Option<softap::Output> {
        self.outputs.pop_front()
    }
}

/// What a storage that is asked to write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disk {
    Writes,
    ReadOnly,
    /// Answers when the test says so.
    Slow,
}

/// The engine with everything around it.
struct Bench {
    engine: Engine<ScriptedAp>,
    now: Instant,
    disk: Disk,
    /// What is on the disk.
    stored: Settings,
    /// What is being written.
    writing: Option<Settings>,
    written: u32,
    next_call: u32,
    answers: Vec<(ClientId, CallId, Result<Answer, Refusal>)>,
    notifications: Vec<(ClientId, Notification)>,
    /// The device every notification is to name.
    device: Guid,
    events: Vec<EventKind>,
    /// For the extensions of vendors.
    vendor: Vec<VendorEvent>,
    /// Who was kept from what, and why.
    denied: Vec<(ClientId, String, Reason)>,
    shut_down: u32,
    last_told: Option<HostedNetworkState>,
}

const USER: ClientId = ClientId(1);
const OTHER: ClientId = ClientId(2);
const ROOT: ClientId = ClientId(3);

impl Bench {
    /// A machine without a radio that never hosted a network.
    fn bare() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        let config = Config {
            seed: [42; 32],
            settings: settings.clone(),
            policy: Policy::default(),
            host_name: "attic".into(),
            channel: None,
            group_rekey: None,
            pairwise_rekey: None,
            diagnose_retired_keys: true,
        };
        let engine = Engine::new(config, |_, _| ScriptedAp {
            obliging: true,
            run: None,
            starts: 0,
            stops: 0,
            stations: Vec::new(),
            services: Vec::new(),
            verdicts: Vec::new(),
            outputs: VecDeque::new(),
        });
        let mut bench = Self {
            engine,
            now: Instant::from_micros(1_000_000),
            disk: Disk::Writes,
            stored: settings,
            writing: None,
            written: 0,
            next_call: 0,
            answers: Vec::new(),
            notifications: Vec::new(),
            device: Guid::NIL,
            events: Vec::new(),
            vendor: Vec::new(),
            denied: Vec::new(),
            shut_down: 0,
            last_told: None,
        };
        bench.connect(USER, false);
        bench.connect(OTHER, false);
        bench.connect(ROOT, true);
        bench.register(OTHER);
        bench.events.clear();
        bench
    }

    /// A machine with a radio and a network that has a name, not started.
    fn idle() -> Self {
        let mut bench = Self::bare();
        bench.radio_arrives();
        bench.ok(USER, Call::InitSettings);
        bench.forget();
        bench
    }

    /// Forced on.
    fn active() -> Self {
        let mut bench = Self::idle();
        bench.ok(ROOT, Call::ForceStart);
        bench.forget();
        bench
    }

    fn connect(&mut self, client: ClientId, privileged: bool) {
        let rights = Rights {
            owner: privileged,
            ..rights(1000, &[1000])
        };
        self.engine.connect_client(client, rights, self.now);
        let open = Call::Open {
            client_version: 2,
            program: "test".into(),
        };
        assert_eq!(self.call(client, open), Ok(Answer::Opened { version: 2 }));
    }

    fn register(&mut self, client: ClientId) {
        self.ok(
            client,
            Call::RegisterNotification {
                sources: 0x80,
                ignore_duplicate: false,
            },
        );
    }

    fn radio_arrives(&mut self) {
        self.tell(Event::RadioAvailable {
            name: "sim".into(),
            address: BSSID,
            max_stations: Some(64),
        });
    }

    fn radio_leaves(&mut self) {
        self.engine.access_point.run = None;
        self.engine.access_point.stations.clear();
        self.tell(Event::RadioUnavailable {
            cause: cause("The radio was pulled out."),
        });
    }

    /// The access point tells the engine something.
    fn tell(&mut self, event: Event) {
        if let Event::RadioAvailable { address, .. } = &event {
            self.device = Guid::of_access_point(*address);
        }
        self.engine.access_point.tell(event);
        self.engine.pump(self.now);
        self.drain();
    }

    /// Sends a call; its answer may come later.
    fn send(&mut self, client: ClientId, call: Call) -> CallId {
        self.next_call += 1;
        let id = CallId(self.next_call);
        self.engine.handle_call(client, id, call, self.now);
        self.drain();
        id
    }

    /// The answer to a call, if it has come. At most one ever comes.
    fn answer(&self, id: CallId) -> Option<Result<Answer, Refusal>> {
        let mut answers = self
            .answers
            .iter()
            .filter(|(_, answered, _)| *answered == id);
        let answer = answers.next().map(|(.., result)| result.clone());
        assert_eq!(answers.next(), None, "a second answer");
        answer
    }

    /// Sends a call that is answered at once.
    fn call(&mut self, client: ClientId, call: Call) -> Result<Answer, Refusal> {
        let id = self.send(client, call);
        self.answer(id).expect("an answer")
    }

    fn ok(&mut self, client: ClientId, call: Call) -> Answer {
        self.call(client, call).expect("success")
    }

    fn policy(&mut self, change: impl FnOnce(&mut Policy)) {
        let mut policy = self.engine.policy.clone();
        change(&mut policy);
        self.engine.set_policy(policy, self.now);
        self.drain();
    }

    /// What was denied since the last time, and why.
    fn kept_from(&mut self) -> Vec<(ClientId, String, Reason)> {
        core::mem::take(&mut self.denied)
    }

    /// Code and reason of a refused call.
    fn refused(&mut self, client: ClientId, call: Call) -> (Win32Error, Reason) {
        codes(&self.call(client, call))
    }

    fn gone(&mut self, client: ClientId) {
        self.engine.handle_client_gone(client, self.now);
        self.drain();
    }

    /// Answers the outstanding write.
    fn persisted(&mut self, result: Result<(), Cause>) {
        let settings = self.writing.take().expect("a write");
        if result.is_ok() {
            self.stored = settings;
        }
        self.engine.handle_persisted(result, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Request(..) => unreachable!("the scripted access point has no miniport"),
                Output::Answer { client, id, result } => {
                    if let Err(refusal) = &result {
                        assert_ne!(refusal.code, Win32Error::SUCCESS);
                        assert_ne!(refusal.reason, Reason::Success);
                        assert!(refusal.cause.text.ends_with('.'), "{refusal}");
                        assert!(refusal.cause.remedy.ends_with('.'), "{refusal}");
                    }
                    self.answers.push((client, id, result));
                }
                Output::Notification {
                    client,
                    device,
                    notification,
                } => {
                    assert_eq!(device, self.device, "of {notification:?}");
                    if let Notification::StateChange { new, .. } = notification {
                        self.last_told = Some(new);
                    }
                    self.notifications.push((client, notification));
                }
                Output::Event(kind) => self.events.push(kind),
                Output::Vendor(event) => self.vendor.push(event),
                Output::Persist(settings) => {
                    assert_eq!(self.writing, None, "one write at a time");
                    assert_ne!(*settings, self.stored, "nothing to write");
                    self.written += 1;
                    self.writing = Some(*settings);
                    match self.disk {
                        Disk::Writes => self.persisted(Ok(())),
                        Disk::ReadOnly => self.persisted(Err(cause("The disk is read-only."))),
                        Disk::Slow => {}
                    }
                }
                Output::Denied {
                    client,
                    uid,
                    pid,
                    program,
                    what,
                    reason,
                } => {
                    assert_eq!((pid, program.as_str()), (7, "test"));
                    let rights = &self.engine.clients[&client].rights;
                    assert_eq!(rights.uid, uid);
                    self.denied.push((client, what, reason));
                }
                Output::ShutDownComplete => self.shut_down += 1,
            }
        }
        if let Some(told) = self.last_told.take() {
            assert_eq!(self.state(), told, "visible when it is told");
        }
        assert_eq!(
            *self.engine.settings(),
            self.stored,
            "what is in force is what is stored"
        );
        let slots = u32::from(self.engine.temporary.is_some())
            + u32::from(self.engine.settings.secondary_key.is_some());
        assert!(slots <= 1, "one secondary key");
    }

    /// Forgets what was told so far.
    fn forget(&mut self) {
        self.notifications.clear();
        self.events.clear();
        self.written = 0;
    }

    fn status(&self) -> Status {
        self.engine.status(self.now)
    }

    fn state(&self) -> HostedNetworkState {
        self.status().state
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// State changes told to the registered client since the last time, as `(old, new, reason)`.
    fn told(&mut self) -> Vec<(HostedNetworkState, HostedNetworkState, Reason)> {
        let told = self.notifications.iter().filter_map(|(_, n)| match n {
            Notification::StateChange { old, new, reason } => Some((*old, *new, *reason)),
            _ => None,
        });
        let told = told.collect();
        self.notifications.clear();
        told
    }

    /// A station tries to join; whether it got in.
    fn join(&mut self, mac: MacAddr, pmk: Pmk) -> bool {
        let now = self.now;
        let access_point = &mut self.engine.access_point;
        let Some((_, candidates)) = &access_point.run else {
            return false;
        };
        let Some(key) = ScriptedAp::key_of(candidates, &pmk) else {
            return false;
        };
        access_point.stations.push((
            pmk,
            Peer {
                mac,
                key,
                since: now,
                management_protection: false,
            },
        ));
        self.tell(Event::PeerArrived { mac, key });
        true
    }

    fn leave(&mut self, mac: MacAddr) {
        self.engine
            .access_point
            .stations
            .retain(|(_, peer)| peer.mac != mac);
        self.tell(Event::PeerDeparted {
            mac,
            why: Departure::Left,
        });
    }

    fn join_with(&mut self, mac: MacAddr, passphrase: &str) -> bool {
        let passphrase = Passphrase::new(passphrase.as_bytes()).unwrap();
        let ssid = self.status().ssid.expect("a name");
        self.join(mac, Pmk::from_passphrase(&passphrase, &ssid))
    }

    fn join_with_primary(&mut self, mac: MacAddr) -> bool {
        let key = String::from_utf8(self.primary_key()).unwrap();
        self.join_with(mac, &key)
    }

    fn primary_key(&self) -> Vec<u8> {
        self.engine
            .settings()
            .primary_key
            .as_ref()
            .expect("a primary key")
            .expose()
            .to_vec()
    }

    /// The secondary key and whether it is persistent.
    fn secondary(&mut self) -> Option<(SecondaryKey, bool)> {
        match self.ok(USER, Call::QuerySecondaryKey) {
            Answer::SecondaryKey { key, persistent } => key.map(|key| (key, persistent)),
            other => panic!("{other:?}"),
        }
    }
}

/// Somebody who does not own the service.
fn rights(uid: u32, groups: &[u32]) -> Rights {
    Rights {
        owner: false,
        uid,
        groups: groups.to_vec(),
        pid: 7,
        program: "test".into(),
    }
}

fn cause(text: &str) -> Cause {
    Cause::new(text, "Do something about it.")
}

/// The access point is on this channel from now on.
fn moved(channel: u8) -> Event {
    Event::ChannelChanged {
        channel: Channel::new(channel).unwrap(),
        width: dot11::ChannelWidth::Mhz20,
        phy: dot11::Phy::Ht,
    }
}

fn codes(result: &Result<Answer, Refusal>) -> (Win32Error, Reason) {
    let refusal = result.as_ref().expect_err("a refusal");
    (refusal.code, refusal.reason)
}

fn set(passphrase: &str, persistent: bool) -> Call {
    let data = [passphrase.as_bytes(), &[0]].concat();
    Call::SetSecondaryKey {
        data: KeyBytes::new(data),
        is_passphrase: true,
        persistent,
    }
}

fn set_binary(key: [u8; 32], persistent: bool) -> Call {
    let data = KeyBytes::copy_from(&key);
    Call::SetSecondaryKey {
        data,
        is_passphrase: false,
        persistent,
    }
}

fn word(passphrase: &str) -> SecondaryKey {
    SecondaryKey::passphrase(passphrase.as_bytes()).unwrap()
}

fn named(name: &str) -> Call {
    let ssid = Ssid::new(name).unwrap();
    Call::SetConnectionSettings(ConnectionSettings {
        ssid,
        max_peers: 10,
    })
}
