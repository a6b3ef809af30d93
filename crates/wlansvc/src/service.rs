//! The loop. What becomes of calls is in `calls`.

mod calls;

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;

use cause::Cause;
use clock::{Duration, Instant, earliest, monotonic, wall};
use column::{Column, Config, Input, Output};
use rustix::io::Errno;
use sd_notify::NotifyState;
use settings_store::Store;
use wlan_model::Policy;
use wlan_rpc::{Event, EventKind, ServiceMessage};

use crate::clients::{Clients, MAX_CONNECTIONS, Received};
use crate::credentials::Caller;
use crate::denials::Denials;
use crate::extensions::{Extensions, Output as ExtensionOutput};
use crate::policy::{Reloaded, Reloader};
use crate::poller::{EventFlags, Poller, Token};
use crate::radios::AnyRadio;
use crate::random::random;
use crate::recorder::Recorder;
use crate::sharing::{Output as SharingOutput, Sharing};
use crate::sim_calls::{SimAnswer, SimCalls};
use crate::socket::Listener;
use crate::stop::{Ear, Stopper, bell};
use crate::storage::Storage;
use crate::{Options, hardening, policy, refusals};

/// Longest wait for the column to come to rest once the end was asked for.
const SHUT_DOWN_LIMIT: Duration = Duration::from_secs(5);

/// Most connections taken in one round, so that a storm of them delays nobody for long.
const ACCEPTS_PER_ROUND: usize = 64;

/// How long to take no connections after the system had no descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// Where the service is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    /// Waits for [`Output::ShutDownComplete`], at most until then.
    ShuttingDown {
        deadline: Instant,
    },
    Ended,
}

/// The service. [`Service::open`] takes everything it needs; [`Service::run`] runs it to its end.
#[derive(Debug)]
pub struct Service {
    column: Column,
    radio: AnyRadio,
    radio_note: Option<String>,
    sim_calls: SimCalls,
    clients: Clients,
    listener: Listener,
    /// The listener is not watched while there is no room.
    accepting: bool,
    /// When to try again after the system had no descriptor left.
    accept_again: Option<Instant>,
    storage: Storage,
    extensions: Extensions,
    sharing: Sharing,
    /// Addresses are given, as far as it is for whoever started the service.
    addresses: bool,
    /// What to begin with, told once the loop runs.
    beginning: Vec<Input>,
    warnings: Vec<Cause>,
    recorder: Option<Recorder>,
    poller: Poller,
    stopper: Stopper,
    stop_requests: Ear,
    reload_requests: Ear,
    reloader: Reloader,
    reloaded: Ear,
    /// The policy in force.
    policy: Policy,
    denials: Denials,
    phase: Phase,
    /// When what is being handled came: the clock is read once for each event, not by each part.
    now: Instant,
}

impl Service {
    /// Loads the settings, opens the radio and listens. After this a client can connect; it is
    /// served once [`Service::run`] is called.
    ///
    /// # Errors
    /// What is missing, and what to do.
    pub fn open(options: &Options) -> Result<Self, Cause> {
        // Before there are threads, whose stacks are large enough.
        hardening::refuse_huge_pages();
        // The socket first: it keeps a second service away from settings and radio.
        let listener = Listener::bind(&options.socket)?;
        let policy = match &options.policy {
            Some(path) => policy::load(path)?,
            None => Policy::default(),
        };
        tracing::debug!(?policy, "policy");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&options.state_dir)
            .map_err(|error| {
                Cause::new(
                    format!(
                        "Cannot make the folder {}: {error}.",
                        options.state_dir.display()
                    ),
                    "Name another one with --state-dir.",
                )
            })?;
        // It also locks the folder.
        let (store, loaded) = Store::open(&options.state_dir)?;
        let (extensions, installed, mut warnings) =
            Extensions::open(options).map_err(|error| no_resources("thread", &error))?;
        if let Some(warning) = &loaded.warning {
            tracing::warn!("{warning}");
        }
        let config = Config {
            seed: random()?,
            settings: loaded.settings,
            policy: policy.clone(),
            host_name: host_name(),
            channel: options.channel,
            group_rekey: options.group_rekey,
            pairwise_rekey: options.pairwise_rekey,
            diagnose_retired_keys: true,
        };
        let recorder = options
            .record
            .as_ref()
            .map(|path| {
                Recorder::create(path, &config).map_err(|error| {
                    Cause::new(
                        format!("Cannot record to {}: {error}.", path.display()),
                        "Name a file that does not exist yet.",
                    )
                })
            })
            .transpose()?;
        let (radio, radio_note) = AnyRadio::open(options)?;
        let (sharing, warning) = Sharing::open(
            options,
            matches!(radio, AnyRadio::Linux(_)),
            refusals::no_sharing(options.addresses, &policy),
        )
        .map_err(|error| no_resources("thread", &error))?;
        warnings.extend(warning);
        let storage = Storage::spawn(store).map_err(|error| no_resources("thread", &error))?;
        let pipe = || bell().map_err(|error| no_resources("pipe", &error.into()));
        let (stop, stop_requests) = pipe()?;
        let (reload, reload_requests) = pipe()?;
        let (done, reloaded) = pipe()?;
        let poller = Poller::new().map_err(|error| no_resources("poller", &error.into()))?;
        let service = Self {
            column: Column::new(config),
            radio,
            radio_note,
            sim_calls: SimCalls::default(),
            clients: Clients::new(),
            listener,
            accepting: true,
            accept_again: None,
            storage,
            extensions,
            sharing,
            addresses: options.addresses,
            beginning: installed
                .into_iter()
                .map(|extension| Input::Extension(ihv_service::Input::Install(extension)))
                .collect(),
            warnings,
            recorder,
            poller,
            stopper: Stopper::new(stop, reload),
            stop_requests,
            reload_requests,
            reloader: Reloader::new(options.policy.clone(), done),
            reloaded,
            policy,
            denials: Denials::default(),
            phase: Phase::Running,
            now: monotonic(),
        };
        service
            .watch()
            .map_err(|error| no_resources("poller", &error.into()))?;
        hardening::allow_descriptors(MAX_CONNECTIONS as u64 + 64 + Extensions::MOST_DESCRIPTORS);
        Ok(service)
    }

    fn watch(&self) -> Result<(), Errno> {
        self.poller
            .add(&self.listener, Token::Listener, EventFlags::IN)?;
        self.poller
            .add(&self.stop_requests, Token::Stop, EventFlags::IN)?;
        self.poller
            .add(&self.reload_requests, Token::Reload, EventFlags::IN)?;
        self.poller
            .add(&self.reloaded, Token::Policy, EventFlags::IN)?;
        self.poller
            .add(&self.storage, Token::Storage, EventFlags::IN)?;
        self.poller
            .add(&self.extensions, Token::Extensions, EventFlags::IN)?;
        self.sharing.watch(&self.poller)?;
        for (source, fd) in self.radio.sources() {
            self.poller.add(fd, Token::Radio(source), EventFlags::IN)?;
        }
        Ok(())
    }

    /// Ends the service when asked, also from another thread.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// One line on the radio that was picked, where somebody should know.
    #[must_use]
    pub fn radio_note(&self) -> Option<&str> {
        self.radio_note.as_deref()
    }

    /// Whether the radio is the simulated one.
    #[must_use]
    pub const fn is_simulated(&self) -> bool {
        matches!(self.radio, AnyRadio::Sim(_))
    }

    /// Runs until it is stopped and everything is undone.
    ///
    /// # Errors
    /// When the system fails the loop itself; everything is undone even so.
    pub fn run(mut self) -> Result<(), Cause> {
        // It fails only outside of systemd's reach, where nobody waits for it.
        let _ = sd_notify::notify(&[NotifyState::Ready]);
        let result = self.turn();
        self.extensions.finish();
        self.sharing.finish();
        self.radio.close();
        self.storage.finish(SHUT_DOWN_LIMIT);
        result
    }

    fn turn(&mut self) -> Result<(), Cause> {
        let mut ready = Vec::new();
        self.pump();
        for warning in std::mem::take(&mut self.warnings) {
            tracing::warn!("{warning}");
            self.obey(Output::Event(EventKind::Warning(warning)));
        }
        for input in std::mem::take(&mut self.beginning) {
            self.input(input);
            self.pump();
        }
        loop {
            self.clients.settle(&self.poller);
            if self.phase == Phase::Ended {
                return Ok(());
            }
            self.now = monotonic();
            let timeout = self
                .next_deadline()
                .map(|deadline| deadline.since(self.now));
            self.poller.wait(timeout, &mut ready).map_err(|error| {
                Cause::new(
                    format!("Cannot wait for events: {}.", io::Error::from(error)),
                    "Restart the service, and report this.",
                )
            })?;
            if ready.is_empty() {
                self.now = monotonic();
            }
            for (token, flags) in ready.drain(..) {
                // What was handled before may have taken its time.
                self.now = monotonic();
                self.handle_ready(token, flags);
                self.pump();
            }
            self.handle_deadlines();
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let engines = earliest(self.column.poll_timeout(), self.radio.poll_timeout());
        let clients = earliest(self.clients.poll_timeout(), self.sim_calls.poll_timeout());
        let clients = earliest(clients, self.extensions.poll_timeout());
        let clients = earliest(clients, self.sharing.poll_timeout());
        let end = match self.phase {
            Phase::ShuttingDown { deadline } => Some(deadline),
            Phase::Running | Phase::Ended => None,
        };
        earliest(earliest(engines, clients), earliest(end, self.accept_again))
    }

    fn handle_ready(&mut self, token: Token, flags: EventFlags) {
        match token {
            Token::Listener => self.accept(),
            Token::Stop => {
                self.stop_requests.drain();
                if self.phase == Phase::Running {
                    tracing::info!("shutting down");
                    let _ = sd_notify::notify(&[NotifyState::Stopping]);
                    let deadline = self.now + SHUT_DOWN_LIMIT;
                    self.phase = Phase::ShuttingDown { deadline };
                    self.watch_listener(false);
                    self.input(Input::ShutDown);
                }
            }
            Token::Reload => {
                self.reload_requests.drain();
                // Outside of systemd's reach nobody waits for it.
                if let Ok(at) = NotifyState::monotonic_usec_now() {
                    let _ = sd_notify::notify(&[NotifyState::Reloading, at]);
                }
                self.reloader.begin();
            }
            Token::Policy => {
                self.reloaded.drain();
                while let Reloaded::Policy(outcome) = self.reloader.take() {
                    self.take_policy(*outcome);
                    let _ = sd_notify::notify(&[NotifyState::Ready]);
                }
            }
            Token::Storage => {
                if let Some(result) = self.storage.take_result() {
                    if let Err(cause) = &result {
                        tracing::warn!("the settings were not written: {cause}");
                    }
                    self.input(Input::Persisted(result));
                }
            }
            Token::Extensions => self.extensions.handle_worker(self.now),
            Token::Sharing(part) => {
                self.sharing.handle_ready(part, &self.poller, self.now);
            }
            Token::Host(key, part) => {
                let now = self.now;
                self.extensions
                    .handle_ready((key, part), flags, &self.poller, now);
            }
            Token::Radio(source) => self.radio.handle_readable(source, self.now),
            Token::Client(id) => {
                if flags.contains(EventFlags::OUT) {
                    self.clients.handle_writable(id, self.now);
                }
                if flags.contains(EventFlags::IN) {
                    match self.clients.receive(id, self.now) {
                        Received::Message(message) => self.handle_message(id, message),
                        Received::Nothing | Received::Gone => {}
                    }
                }
                if flags.intersects(EventFlags::HUP | EventFlags::ERR) {
                    self.clients.handle_hang_up(id);
                }
            }
        }
    }

    fn handle_deadlines(&mut self) {
        let now = self.now;
        if self.column.poll_timeout().is_some_and(|due| due <= now) {
            self.input(Input::Timeout);
        }
        if self.radio.poll_timeout().is_some_and(|due| due <= now) {
            self.radio.handle_timeout(now);
        }
        if self.accept_again.is_some_and(|due| due <= now) {
            self.accept_again = None;
            self.watch_listener(true);
        }
        self.clients.handle_timeout(now);
        self.sim_calls.handle_timeout(now);
        self.extensions.handle_timeout(&self.poller, now);
        self.sharing.handle_timeout(now);
        self.pump();
        if let Phase::ShuttingDown { deadline } = self.phase
            && deadline <= now
        {
            tracing::warn!("the network did not end in time");
            self.phase = Phase::Ended;
        }
    }

    fn accept(&mut self) {
        for _ in 0..ACCEPTS_PER_ROUND {
            if self.clients.is_full() && !self.clients.drop_unopened(self.now) {
                self.watch_listener(false);
                return;
            }
            let (socket, rights) = match self.listener.accept() {
                Ok(Some(caller)) => caller,
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection");
                    // Out of descriptors: wait, or the loop would do nothing else.
                    self.watch_listener(false);
                    self.accept_again = Some(self.now + ACCEPT_PAUSE);
                    return;
                }
            };
            let who = Caller::from(&rights);
            match self.clients.insert(socket, who, &self.poller) {
                Ok(client) => {
                    tracing::debug!(
                        client = client.0,
                        uid = rights.uid,
                        pid = rights.pid,
                        program = rights.program,
                        "connected"
                    );
                    self.input(Input::ClientConnected { client, rights });
                }
                Err(error) => tracing::warn!(%error, "cannot watch a connection"),
            }
        }
    }

    fn watch_listener(&mut self, accepting: bool) {
        let accepting = accepting && self.phase == Phase::Running;
        if accepting == self.accepting {
            return;
        }
        let interest = if accepting {
            EventFlags::IN
        } else {
            EventFlags::empty()
        };
        match self
            .poller
            .change(&self.listener, Token::Listener, interest)
        {
            Ok(()) => self.accepting = accepting,
            Err(error) => tracing::warn!(%error, "cannot watch the socket"),
        }
    }

    /// The policy file was read again.
    fn take_policy(&mut self, outcome: Result<Policy, Cause>) {
        match outcome {
            Ok(policy) if policy == self.policy => tracing::info!("the policy is as it was"),
            Ok(policy) => {
                tracing::info!(?policy, "the policy changed");
                self.policy = policy.clone();
                let refused = refusals::no_sharing(self.addresses, &policy);
                self.sharing.set_refused(refused, &self.poller, self.now);
                self.input(Input::PolicyChanged(policy));
            }
            Err(Cause { text, remedy }) => {
                let text = format!("{text} The policy in force stays.");
                tracing::warn!("{text} {remedy}");
                self.obey(Output::Event(EventKind::Warning(Cause { text, remedy })));
            }
        }
    }

    fn input(&mut self, input: Input) {
        let now = self.now;
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.record(now, &input)
        {
            tracing::warn!(%error, "recording ends");
            self.recorder = None;
        }
        self.column.handle(input, now);
    }

    /// Lets the column, the radio and the clients talk until nobody has anything left to say.
    fn pump(&mut self) {
        loop {
            let mut quiet = true;
            while let Some(output) = self.column.poll_output() {
                quiet = false;
                self.obey(output);
            }
            // One at a time: its outputs come before the next event.
            if let Some(event) = self.radio.poll_event() {
                self.input(Input::Radio(event));
                continue;
            }
            if let Some(event) = self.radio.poll_station_event() {
                self.input(Input::StationRadio(event));
                continue;
            }
            if let Some(output) = self.extensions.poll_output(&self.poller, self.now) {
                match output {
                    ExtensionOutput::Input(input) => self.input(Input::Extension(input)),
                    ExtensionOutput::Answer((client, id), result) => {
                        self.answer(client, id, result);
                    }
                }
                continue;
            }
            if let Some(output) = self.sharing.poll_output(&self.poller) {
                match output {
                    SharingOutput::Event(kind) => self.obey(Output::Event(kind)),
                    SharingOutput::Answer((client, id), result) => {
                        self.answer(client, id, result);
                    }
                }
                continue;
            }
            if let Some(sim) = self.radio.sim() {
                self.sim_calls.handle_radio(&mut sim.radio, self.now);
            }
            while let Some(SimAnswer { client, id, result }) = self.sim_calls.poll_answer() {
                quiet = false;
                self.answer(client, id, result);
            }
            while let Some(client) = self.clients.poll_gone() {
                quiet = false;
                self.sim_calls.handle_client_gone(client);
                self.input(Input::ClientGone { client });
                self.watch_listener(true);
            }
            if quiet {
                self.radio.capture();
                return;
            }
        }
    }

    fn obey(&mut self, output: Output) {
        match output {
            Output::Radio(command) => {
                tracing::trace!(?command, "radio");
                self.radio.command(command, self.now);
            }
            Output::Answer { client, id, result } => self.answer(client, id, result),
            Output::Notification {
                client,
                device,
                notification,
            } => self.clients.notify(client, device, notification, self.now),
            Output::Event(kind) => {
                tracing::info!(?kind, "event");
                self.sim_calls.handle_event(&kind);
                self.extensions.handle_told(&kind, self.now);
                let interface = self.radio.interface();
                self.sharing
                    .handle_told(&kind, interface, &self.poller, self.now);
                let message = ServiceMessage::Event(Event { at: wall(), kind });
                self.clients.broadcast(&message, self.now);
            }
            Output::Persist(settings) => self.storage.save(settings),
            Output::Denied {
                uid,
                pid,
                program,
                what,
                reason,
                ..
            } => {
                let who = Caller { uid, pid, program };
                self.denials.log(&who, &what, reason, self.now);
            }
            Output::StationRadio(command) => {
                tracing::trace!(?command, "station radio");
                self.radio.station_command(command, self.now);
            }
            Output::Host { host, order } => self.extensions.obey(host, order, &self.poller),
            Output::ExtensionLog {
                extension,
                adapter,
                level,
                text,
            } => {
                let of = (&*extension, adapter);
                self.extensions.log(of, level, &text, self.now);
            }
            Output::ShutDownComplete => self.phase = Phase::Ended,
        }
    }
}

fn host_name() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

fn no_resources(what: &str, error: &io::Error) -> Cause {
    Cause::new(
        format!("Cannot make a {what}: {error}."),
        "Raise the service's limits on processes and open files.",
    )
}
