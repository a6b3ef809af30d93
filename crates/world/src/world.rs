//! The column, its radio, its clients and the time.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};

use clock::{Duration, Instant, earliest};
use column::{ClientId, Column, Config, Input, Output, Rights};
use dot11::{KeyBytes, MacAddr, Ssid};
use radio::{Radio, RadioCommand, RadioEvent};
use radio_sim::{JoinFailure, SimConfig, SimEvent, SimRadio, StationKey};
use rsn::{Passphrase, Pmk};
use wlan_model::{
    ConnectionSettings, Guid, HostedNetworkState, Notification, PrimaryKey, Refusal, Settings,
};
use wlan_rpc::{Answer, Call, CallId, EventKind, KeyIdentity, Status};

use crate::Disk;
use crate::extensions::{Hosts, VendorStation};

/// Longest time a call or a join may take; more is a failure of the column.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// More steps without the clock moving are a loop that never ends.
const MAX_STEPS_AT_ONCE: u32 = 1_000_000;

/// How a world begins.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    /// The seed of everything, unless `WORLD_SEED` says otherwise.
    pub seed: u64,
    /// The radio; its seed is replaced.
    pub radio: SimConfig,
    /// What is on the disk.
    pub settings: Settings,
    /// As in [`Config`].
    pub group_rekey: Option<Duration>,
    /// As in [`Config`].
    pub pairwise_rekey: Option<Duration>,
}

impl Default for WorldConfig {
    /// A network "world" with room for 100 peers that was set up before, without a secondary key.
    fn default() -> Self {
        let connection = Ssid::new("world").ok().map(|ssid| ConnectionSettings {
            ssid,
            max_peers: 100,
        });
        let settings = Settings {
            connection,
            primary_key: Some(PrimaryKey::from_entropy(&[5; PrimaryKey::LEN])),
            ..Settings::default()
        };
        Self {
            seed: 1,
            radio: SimConfig::default(),
            settings,
            group_rekey: None,
            pairwise_rekey: None,
        }
    }
}

thread_local! {
    /// Worlds of this thread have a radio whose firmware answers stations by itself.
    static WITH_FIRMWARE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `test` in worlds whose radio's firmware answers stations by itself (decision 0028). With
/// `WORLD_FIRMWARE` in the environment all worlds are such.
pub fn with_firmware(test: impl FnOnce()) {
    WITH_FIRMWARE.set(true);
    test();
    WITH_FIRMWARE.set(false);
}

/// What a column of this world is made from.
#[must_use]
pub fn column_config(config: &WorldConfig, settings: Settings, seed: u64) -> Config {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    Config {
        seed: bytes,
        settings,
        policy: wlan_model::Policy::default(),
        host_name: "test-machine".to_owned(),
        channel: None,
        group_rekey: config.group_rekey,
        pairwise_rekey: config.pairwise_rekey,
        diagnose_retired_keys: true,
    }
}

/// A key as a station's owner types it.
///
/// # Panics
/// When it is no passphrase.
#[must_use]
pub fn passphrase(text: &str) -> StationKey {
    StationKey::Passphrase(Passphrase::new(text.as_bytes()).expect("8 to 63 characters"))
}

/// A binary key.
#[must_use]
pub fn raw_key(bytes: [u8; 32]) -> StationKey {
    StationKey::Raw(Pmk::from_raw(&bytes))
}

/// One input and the outputs it caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// When.
    pub at: Instant,
    /// What happened.
    pub input: Input,
    /// What the column wanted.
    pub outputs: Vec<Output>,
}

/// The world.
#[derive(Debug)]
pub struct World {
    config: WorldConfig,
    seed: u64,
    starts: u64,
    /// The radio with its air and stations: tests reach in.
    pub radio: SimRadio,
    /// The disk: tests break it.
    pub disk: Disk,
    /// Host processes of extensions.
    pub hosts: Hosts,
    pub(crate) vendor_stations: BTreeMap<String, VendorStation>,
    /// Where in the list of events each one's last join began.
    pub(crate) vendor_marks: BTreeMap<String, usize>,
    pub(crate) column: Column,
    now: Instant,
    idle_steps: u32,
    /// Writes under way: when they are done.
    writing: VecDeque<(Instant, Settings)>,
    next_client: u64,
    next_call: u32,
    answers: BTreeMap<(ClientId, CallId), Result<Answer, Refusal>>,
    /// Everything the service made known, in order.
    pub events: Vec<(Instant, EventKind)>,
    /// Everything clients were notified of, in order.
    pub notifications: Vec<(ClientId, Notification)>,
    /// Which users were kept from what, in order.
    pub denied: Vec<(u32, String)>,
    /// Everything that became of stations, in order.
    pub sim_events: Vec<(Instant, SimEvent)>,
    /// The column has shut down.
    pub shut_down: bool,
    /// Commands given to the radio, by name, in this life of the column.
    pub commands: Vec<RadioCommand>,
    /// Of the adapter there was last.
    address: MacAddr,
    record: Option<Vec<Recorded>>,
    /// Where in the list of events the traffic of each station began.
    traffic: BTreeMap<String, usize>,
}

impl World {
    /// A world whose network is not running, with the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::with(WorldConfig::default())
    }

    /// A world made from `config`.
    #[must_use]
    pub fn with(mut config: WorldConfig) -> Self {
        let seed = std::env::var("WORLD_SEED")
            .ok()
            .and_then(|s| s.parse().ok())
            .unwrap_or(config.seed);
        config.radio.seed = seed;
        config.radio.firmware_mlme |=
            WITH_FIRMWARE.get() || std::env::var_os("WORLD_FIRMWARE").is_some();
        let settings = config.settings.clone();
        let mut this = Self {
            radio: SimRadio::new(config.radio.clone()),
            column: Column::new(column_config(&config, settings.clone(), seed)),
            disk: Disk::new(settings),
            hosts: Hosts::default(),
            vendor_stations: BTreeMap::new(),
            vendor_marks: BTreeMap::new(),
            config,
            seed,
            starts: 0,
            now: Instant::from_micros(3_600_000_000),
            idle_steps: 0,
            writing: VecDeque::new(),
            next_client: 0,
            next_call: 0,
            answers: BTreeMap::new(),
            events: Vec::new(),
            notifications: Vec::new(),
            denied: Vec::new(),
            sim_events: Vec::new(),
            shut_down: false,
            commands: Vec::new(),
            address: MacAddr::default(),
            record: None,
            traffic: BTreeMap::new(),
        };
        this.pump();
        this
    }

    /// A world whose network runs, and the client that runs it.
    #[must_use]
    pub fn running() -> (Self, ClientId) {
        Self::running_with(WorldConfig::default())
    }

    /// As [`World::running`], made from `config`.
    #[must_use]
    pub fn running_with(config: WorldConfig) -> (Self, ClientId) {
        let mut this = Self::with(config);
        let client = this.connect();
        this.start(client);
        (this, client)
    }

    /// From now on every input is kept with its outputs.
    pub fn record(&mut self) {
        self.record = Some(Vec::new());
    }

    /// What was recorded.
    pub fn recorded(&mut self) -> Vec<Recorded> {
        self.record.take().unwrap_or_default()
    }

    // --- Time ----------------------------------------------------------------------------------

    /// The time.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The seed in use.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// When something is due next; `None`: never, whatever one waits.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let disk = self.writing.front().map(|(at, _)| *at);
        [
            self.column.poll_timeout(),
            self.radio.poll_timeout(),
            self.hosts.poll_timeout(),
            disk,
        ]
        .into_iter()
        .fold(None, earliest)
    }

    /// Jumps to the next deadline. `false`, and `until` is reached: there was none before it.
    ///
    /// # Panics
    /// When the world does not come to rest.
    pub fn step(&mut self, until: Instant) -> bool {
        // A test may have reached into the radio.
        self.pump();
        let Some(at) = self.next_deadline().filter(|at| *at <= until) else {
            self.now = self.now.max(until);
            return false;
        };
        if at > self.now {
            self.idle_steps = 0;
        }
        self.idle_steps += 1;
        assert!(
            self.idle_steps < MAX_STEPS_AT_ONCE,
            "the clock stands still at {at:?}"
        );
        self.now = self.now.max(at);
        if self.radio.poll_timeout().is_some_and(|t| t <= self.now) {
            self.radio.handle_timeout(self.now);
        }
        self.pump();
        if self.writing.front().is_some_and(|(t, _)| *t <= self.now)
            && let Some((_, settings)) = self.writing.pop_front()
        {
            let result = self.disk.write(settings);
            self.input(Input::Persisted(result));
        }
        while let Some(mail) = self.hosts.take_mail(self.now) {
            self.input(mail);
        }
        if self.column.poll_timeout().is_some_and(|t| t <= self.now) {
            self.input(Input::Timeout);
        }
        true
    }

    /// Lets time pass.
    pub fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.step(until) {}
    }

    /// Steps until `wanted` says so. `false`: it did not happen in time.
    pub fn run_until(&mut self, time: Duration, mut wanted: impl FnMut(&mut Self) -> bool) -> bool {
        let until = self.now + time;
        loop {
            if wanted(self) {
                return true;
            }
            if !self.step(until) {
                return wanted(self);
            }
        }
    }

    /// Gives the column one input and carries out what it wants.
    pub fn input(&mut self, input: Input) {
        self.feed(input);
        self.pump();
    }

    fn feed(&mut self, input: Input) {
        let kept = self.record.is_some().then(|| input.clone());
        self.column.handle(input, self.now);
        let outputs: Vec<Output> = core::iter::from_fn(|| self.column.poll_output()).collect();
        if let (Some(record), Some(input)) = (&mut self.record, kept) {
            record.push(Recorded {
                at: self.now,
                input,
                outputs: outputs.clone(),
            });
        }
        for output in outputs {
            self.carry_out(output);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Radio(command) => {
                self.commands.push(command.clone());
                self.radio.command(command, self.now);
            }
            Output::Answer { client, id, result } => {
                let before = self.answers.insert((client, id), result);
                assert!(before.is_none(), "two answers to {id:?} of {client:?}");
            }
            Output::Notification {
                client,
                device,
                notification,
            } => {
                let expected = Guid::of_access_point(self.address);
                assert_eq!(device, expected, "the device of {notification:?}");
                self.notifications.push((client, notification));
            }
            Output::Event(kind) => self.events.push((self.now, kind)),
            Output::Denied { uid, what, .. } => self.denied.push((uid, what)),
            Output::Persist(settings) => {
                assert!(self.writing.is_empty(), "two writes at a time");
                self.writing
                    .push_back((self.now + self.disk.latency, *settings));
            }
            Output::Host { host, order } => self.hosts.carry_out(host, order, self.now),
            Output::ExtensionLog {
                extension,
                level,
                text,
                ..
            } => self.hosts.log.push((extension, level, text)),
            Output::StationRadio(command) => self.radio.station_command(command, self.now),
            Output::ShutDownComplete => self.shut_down = true,
        }
    }

    /// Carries news of the radio up until there are none.
    pub fn pump(&mut self) {
        loop {
            if let Some(event) = self.radio.poll_event() {
                if let RadioEvent::Ready(capabilities) = &event {
                    self.address = capabilities.address;
                }
                self.feed(Input::Radio(event));
            } else if let Some(event) = self.radio.station_poll_event() {
                self.feed(Input::StationRadio(event));
            } else if let Some(event) = self.radio.poll_sim_event() {
                self.react(&event);
                self.sim_events.push((self.now, event));
            } else {
                return;
            }
        }
    }

    // --- Clients -------------------------------------------------------------------------------

    /// A privileged client with an open handle.
    pub fn connect(&mut self) -> ClientId {
        self.connect_as(Rights {
            owner: true,
            uid: 0,
            groups: vec![0],
            pid: 1,
            program: "test".into(),
        })
    }

    /// A client with an open handle.
    ///
    /// # Panics
    /// When the handle is refused.
    pub fn connect_as(&mut self, rights: Rights) -> ClientId {
        self.next_client += 1;
        let client = ClientId(self.next_client);
        self.input(Input::ClientConnected { client, rights });
        let open = Call::Open {
            client_version: 2,
            program: "world".to_owned(),
        };
        assert!(self.call(client, open).is_ok());
        client
    }

    /// A client's process dies.
    pub fn kill(&mut self, client: ClientId) {
        self.input(Input::ClientGone { client });
    }

    /// Calls without waiting.
    pub fn send(&mut self, client: ClientId, call: Call) -> CallId {
        self.next_call += 1;
        let id = CallId(self.next_call);
        self.input(Input::Call { client, id, call });
        id
    }

    /// The answer, if it is there.
    pub fn take_answer(&mut self, client: ClientId, id: CallId) -> Option<Result<Answer, Refusal>> {
        self.answers.remove(&(client, id))
    }

    /// Calls and waits for the answer.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When there is no answer.
    pub fn call(&mut self, client: ClientId, call: Call) -> Result<Answer, Refusal> {
        let id = self.send(client, call);
        let answered = self.run_until(PATIENCE, |w| w.answers.contains_key(&(client, id)));
        assert!(answered, "{id:?} was not answered");
        self.take_answer(client, id).expect("it is there")
    }

    /// Starts the network for a client.
    ///
    /// # Panics
    /// When that is refused.
    pub fn start(&mut self, client: ClientId) {
        let result = self.call(client, Call::StartUsing);
        assert_eq!(result, Ok(Answer::Done));
        assert_eq!(self.status().state, HostedNetworkState::Active);
    }

    /// Stops the network for a client.
    ///
    /// # Panics
    /// When that is refused.
    pub fn stop(&mut self, client: ClientId) {
        let result = self.call(client, Call::StopUsing);
        assert_eq!(result, Ok(Answer::Done));
    }

    /// Sets the secondary key to a passphrase.
    ///
    /// # Panics
    /// When that is refused.
    pub fn set_key(&mut self, client: ClientId, text: &str, persistent: bool) {
        let mut data = text.as_bytes().to_vec();
        data.push(0);
        let data = KeyBytes::new(data);
        let call = Call::SetSecondaryKey {
            data,
            is_passphrase: true,
            persistent,
        };
        assert_eq!(self.call(client, call), Ok(Answer::Done));
    }

    /// Removes the secondary key.
    ///
    /// # Panics
    /// When that is refused.
    pub fn remove_key(&mut self, client: ClientId) {
        assert_eq!(
            self.call(client, Call::RemoveSecondaryKey),
            Ok(Answer::Done)
        );
    }

    /// What the service says of everything.
    #[must_use]
    pub fn status(&self) -> Status {
        self.column.status(self.now)
    }

    /// How long the column is when it is written down: a measure of what it remembers.
    #[must_use]
    pub fn column_size(&self) -> usize {
        format!("{:?}", self.column).len()
    }

    /// Which key a peer stands on.
    #[must_use]
    pub fn key_of(&self, mac: MacAddr) -> Option<KeyIdentity> {
        self.status()
            .peers
            .iter()
            .find(|p| p.mac == mac)
            .map(|p| p.key)
    }

    // --- Lives ---------------------------------------------------------------------------------

    /// The service dies without a word (and its simulated radio with it) and is started again.
    /// Writes under way are lost. Clients are gone; stations must be made anew.
    pub fn crash(&mut self) {
        self.starts += 1;
        self.writing.clear();
        self.answers.clear();
        self.commands.clear();
        self.hosts = Hosts::default();
        self.vendor_stations.clear();
        let seed = self.seed.wrapping_add(self.starts);
        let settings = self.disk.settings.clone();
        self.column = Column::new(column_config(&self.config, settings, seed));
        self.radio = SimRadio::new(self.config.radio.clone());
        self.shut_down = false;
        self.pump();
    }

    /// The service is asked to end, and ends.
    ///
    /// # Panics
    /// When it does not.
    pub fn shut_down(&mut self) {
        self.input(Input::ShutDown);
        assert!(
            self.run_until(PATIENCE, |w| w.shut_down),
            "the service does not end"
        );
    }

    // --- Stations ------------------------------------------------------------------------------

    /// The key a station needs to join with the primary key.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn primary_key(&self) -> StationKey {
        let key = self
            .disk
            .settings
            .primary_key
            .as_ref()
            .expect("there is a primary key");
        StationKey::Passphrase(Passphrase::new(key.expose()).expect("63 characters"))
    }

    /// A station joins, or fails to.
    ///
    /// # Panics
    /// When neither happens.
    pub fn join(&mut self, name: &str, key: StationKey) -> Result<MacAddr, JoinFailure> {
        let mac = self
            .radio
            .join(name, key, self.now)
            .expect("the station can try");
        let seen = self.sim_events.len();
        self.pump();
        let done = self.run_until(PATIENCE, |w| w.outcome(seen, mac).is_some());
        assert!(done, "{name} neither joined nor failed");
        let outcome = self.outcome(seen, mac).expect("it is there");
        // Message 4 is on its way still.
        self.run(Duration::from_millis(10));
        outcome
    }

    fn outcome(&self, from: usize, of: MacAddr) -> Option<Result<MacAddr, JoinFailure>> {
        self.sim_events
            .iter()
            .skip(from)
            .find_map(|(_, event)| match event {
                SimEvent::Joined { mac, .. } if *mac == of => Some(Ok(of)),
                SimEvent::JoinFailed { mac, reason, .. } if *mac == of => Some(Err(*reason)),
                _ => None,
            })
    }

    /// A station joins and is shown as a peer with this key.
    ///
    /// # Panics
    /// When not.
    pub fn joined(&mut self, name: &str, key: StationKey, identity: KeyIdentity) -> MacAddr {
        let mac = match self.join(name, key) {
            Ok(mac) => mac,
            Err(failure) => panic!("{name} did not join: {failure}"),
        };
        assert_eq!(self.key_of(mac), Some(identity), "{name}");
        mac
    }

    /// A station leaves.
    ///
    /// # Panics
    /// When it is not joined.
    pub fn leave(&mut self, name: &str) {
        self.radio.leave(name, self.now).expect("it is joined");
        self.run(Duration::from_millis(10));
    }

    /// A station sends echo requests to the host; how many answers it got.
    ///
    /// # Panics
    /// When it is not joined.
    pub fn traffic(&mut self, name: &str, frames: u32) -> u32 {
        self.begin_traffic(name, frames);
        self.end_traffic(name)
    }

    /// Begins traffic without waiting for its end.
    ///
    /// # Panics
    /// When the station is not joined.
    pub fn begin_traffic(&mut self, name: &str, frames: u32) {
        self.traffic.insert(name.to_owned(), self.sim_events.len());
        self.radio
            .traffic(name, frames, self.now)
            .expect("the station is joined");
    }

    /// Waits for the end of traffic; how many answers there were.
    ///
    /// # Panics
    /// When it does not end.
    pub fn end_traffic(&mut self, of: &str) -> u32 {
        let mut answers = None;
        let seen = self.traffic.get(of).copied().unwrap_or_default();
        let done = self.run_until(PATIENCE, |w| {
            answers = w
                .sim_events
                .iter()
                .skip(seen)
                .find_map(|(_, event)| match event {
                    SimEvent::TrafficDone { name, received, .. } if name == of => Some(*received),
                    _ => None,
                });
            answers.is_some()
        });
        assert!(done, "the traffic of {of} does not end");
        answers.unwrap_or_default()
    }

    /// Events since the one with this number.
    #[must_use]
    pub fn events_since(&self, from: usize) -> Vec<EventKind> {
        self.events
            .iter()
            .skip(from)
            .map(|(_, kind)| kind.clone())
            .collect()
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this world had WORLD_SEED={}", self.seed);
        }
    }
}
