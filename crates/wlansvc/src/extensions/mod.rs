//! Extensions of vendors: their host processes, where they are kept, their log, and calls about
//! them. Which of them run, and what is said to them, is decided in the column.
//!
//! ```text
//!   column -- Output::Host --> Extensions --> Processes --> hostednet-ihvhost
//!          <-- Input::Extension --             <-- messages, ends --
//!   client -- Call::Ihv -----> Extensions --> Changes --> Worker --> Shelf (disk)
//! ```

mod changes;
mod connect;
mod dll;
mod leash;
mod log;
mod output;
mod process;
mod shelf;
mod spawn;
mod worker;

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use cause::Cause;
use clock::{Instant, earliest, wall};
use ihv::seam::{HostMessage, Level};
use ihv_service::{HostId, HostOrder, Input};
use wlan_model::{Extension, Reason, Refusal, Win32Error};
use wlan_rpc::{
    Answer, EventKind, ExtensionAdapter, ExtensionEvent, ExtensionRow, HostState, IhvCall,
};

use crate::Options;
use crate::poller::{EventFlags, HostPart, Key, Poller};
use changes::{Change, Changes, Step};
use connect::Connect;
use log::ExtensionLog;
use output::Caller;
use process::{Event, Processes};
use shelf::{MOST_EXTENSIONS, Shelf, Stored, is_name};
use worker::{Job, Worker};

pub(crate) use output::Output;

/// Whose process it is.
#[derive(Debug)]
struct Host {
    id: HostId,
    extension: String,
    adapter: ExtensionAdapter,
}

/// Everything about extensions but what they do.
#[derive(Debug)]
pub(crate) struct Extensions {
    processes: Processes,
    hosts: BTreeMap<Key, Host>,
    keys: BTreeMap<HostId, Key>,
    /// Where the library of each installed extension is.
    libraries: BTreeMap<String, PathBuf>,
    changes: Changes,
    connect: Connect,
    log: ExtensionLog,
    worker: Worker,
    /// The folder of the prefix for DLLs.
    wine: PathBuf,
    outputs: VecDeque<Output>,
}

impl Extensions {
    /// Each of two adapters may have a host of every extension, with three descriptors.
    pub(crate) const MOST_DESCRIPTORS: u64 = MOST_EXTENSIONS as u64 * 2 * 3;

    /// What is installed, for the column to begin with, and what a person should know.
    pub(crate) fn open(options: &Options) -> std::io::Result<(Self, Vec<Extension>, Vec<Cause>)> {
        let shelf = Shelf::new(&options.state_dir);
        let found = shelf.load();
        let mut libraries = BTreeMap::new();
        let mut installed = Vec::new();
        for Stored { extension, library } in found.stored {
            libraries.insert(extension.name.clone(), library);
            installed.push(extension);
        }
        let (user, note) = spawn::user();
        if let Some(note) = note {
            tracing::info!("{note}");
        }
        let host = spawn::locate(options.ihvhost.as_deref());
        let wine = dll::wine_folder(&options.state_dir);
        let extensions = Self {
            processes: Processes::new(host.clone(), user, wine.clone()),
            hosts: BTreeMap::new(),
            keys: BTreeMap::new(),
            libraries,
            changes: Changes::default(),
            connect: Connect::default(),
            log: ExtensionLog::default(),
            worker: Worker::spawn(shelf, host, wine.clone())?,
            wine,
            outputs: VecDeque::new(),
        };
        Ok((extensions, installed, found.warnings))
    }

    /// The next thing that follows. To be drained after every other method.
    pub(crate) fn poll_output(&mut self, poller: &Poller, now: Instant) -> Option<Output> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            if let Some(step) = self.changes.poll_step() {
                self.take_step(step, poller, now);
            } else if let Some(event) = self.processes.poll_event() {
                self.handle_event(event, now);
            } else if let Some(output) = self.connect.poll_output() {
                return Some(output);
            } else if let Some(name) = self.changes.ending()
                && !self.hosts.values().any(|host| host.extension == name)
            {
                self.changes.handle_quiet();
            } else {
                return None;
            }
        }
    }

    /// The column wants something of a host.
    pub(crate) fn obey(&mut self, host: HostId, order: HostOrder, poller: &Poller) {
        match order {
            HostOrder::Start { extension, adapter } => {
                let library = self.libraries.get(&extension).ok_or_else(|| {
                    Cause::new(
                        format!("The extension {extension} is not installed."),
                        "Install it (hostednet ihv install).",
                    )
                });
                let key = self.processes.start(library.map(PathBuf::as_path), poller);
                self.keys.insert(host, key);
                let of = Host {
                    id: host,
                    extension,
                    adapter,
                };
                self.hosts.insert(key, of);
            }
            HostOrder::Tell(message) => {
                if let Some(key) = self.keys.get(&host) {
                    self.processes.tell(*key, &message, poller);
                }
            }
            HostOrder::Kill => {
                if let Some(key) = self.keys.get(&host) {
                    self.processes.kill(*key, None);
                }
            }
        }
    }

    /// A line for the log.
    pub(crate) fn log(
        &mut self,
        (extension, adapter): (&str, ExtensionAdapter),
        level: Level,
        text: &str,
        now: Instant,
    ) {
        self.log
            .write((extension, adapter), level, text, (now, wall()));
    }

    /// A client calls. `rows` are the column's; `station` tells whether there is a station adapter.
    /// Rights are checked already.
    pub(crate) fn handle_call(
        &mut self,
        caller: Caller,
        call: IhvCall,
        (rows, station): (Vec<ExtensionRow>, bool),
        now: Instant,
    ) {
        let result = match call {
            IhvCall::List => Ok(Answer::Extensions(self.with_pids(rows))),
            IhvCall::Log { name } => match &name {
                Some(name) if !self.libraries.contains_key(name) && !self.log.knows(name) => {
                    Err(unknown(name))
                }
                name => Ok(Answer::ExtensionLog(self.log.lines(name.as_deref()))),
            },
            IhvCall::Install { extension, library } => {
                let library = PathBuf::from(OsString::from_vec(library));
                match self.check(&extension, &library, &rows) {
                    Ok(()) => {
                        let change = Change::Install(extension, library);
                        return self.changes.begin(caller, change);
                    }
                    Err(refusal) => Err(refusal),
                }
            }
            IhvCall::Remove { name } if self.libraries.contains_key(&name) => {
                return self.changes.begin(caller, Change::Remove(name));
            }
            IhvCall::Remove { name } => Err(unknown(&name)),
            IhvCall::Connect(_) | IhvCall::Disconnect if !station => Err(Refusal::new(
                Win32Error::NOT_SUPPORTED,
                Reason::BadParameters,
                "This service has no station adapter: only the simulated radio has one.",
                "Start one with `hostednet serve --radio sim`.",
            )),
            IhvCall::Connect(profile) => return self.connect.connect(caller, profile, now),
            IhvCall::Disconnect => return self.connect.disconnect(caller, now),
        };
        self.outputs.push_back(Output::Answer(caller, result));
    }

    /// Everybody is told this. What happens to an extension is in its log, too.
    pub(crate) fn handle_told(&mut self, event: &EventKind, now: Instant) {
        let EventKind::Extension {
            name,
            adapter,
            what,
        } = event
        else {
            return;
        };
        if self.libraries.contains_key(name) || self.log.knows(name) {
            let (level, text) = told(what);
            self.log((name, *adapter), level, &text, now);
        }
        if *adapter == ExtensionAdapter::Station {
            self.connect.handle_event(what);
        }
    }

    /// Something about a host is ready.
    pub(crate) fn handle_ready(
        &mut self,
        host: (Key, HostPart),
        flags: EventFlags,
        poller: &Poller,
        now: Instant,
    ) {
        self.processes.handle_ready(host, flags, poller, now);
    }

    /// The disk is done with something.
    pub(crate) fn handle_worker(&mut self, now: Instant) {
        while let Some(done) = self.worker.take_result() {
            self.changes.handle_done(done, now);
        }
    }

    /// Time passed.
    pub(crate) fn handle_timeout(&mut self, poller: &Poller, now: Instant) {
        self.processes.handle_timeout(poller, now);
        self.connect.handle_timeout(now);
        if self.changes.is_late(now) {
            self.end_late();
        }
    }

    /// When [`Extensions::handle_timeout`] is wanted.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let changes = earliest(self.changes.poll_timeout(), self.connect.poll_timeout());
        earliest(self.processes.poll_timeout(), changes)
    }

    /// The service is at its end.
    pub(crate) fn finish(&mut self) {
        self.processes.finish();
    }

    /// Kills what should have ended by now.
    fn end_late(&mut self) {
        let Some(name) = self.changes.ending() else {
            return;
        };
        let late: Vec<Key> = self
            .hosts
            .iter()
            .filter(|(_, host)| host.extension == name)
            .map(|(key, _)| *key)
            .collect();
        for key in late {
            self.processes.kill(
                key,
                Some(Cause::new(
                    "The extension's host process did not end in time.",
                    "Report this to the extension's vendor.",
                )),
            );
        }
        // They are as good as dead; nobody waits for a process that is stuck in the kernel.
        self.changes.handle_quiet();
    }

    fn check(
        &self,
        extension: &Extension,
        library: &std::path::Path,
        rows: &[ExtensionRow],
    ) -> Result<(), Refusal> {
        let bad = |text: String, remedy: &str| {
            Err(Refusal::new(
                Win32Error::INVALID_PARAMETER,
                Reason::BadParameters,
                text,
                remedy,
            ))
        };
        if !is_name(&extension.name) {
            return bad(
                format!("{:?} is no name for an extension.", extension.name),
                "Use 1 to 32 letters, digits, - and _.",
            );
        }
        if !library.is_absolute() || library.as_os_str().as_encoded_bytes().contains(&0) {
            return bad(
                format!("{} is no absolute path.", library.display()),
                "Name the library by a path that begins with /.",
            );
        }
        if !self.libraries.contains_key(&extension.name) && self.libraries.len() >= MOST_EXTENSIONS
        {
            return Err(Refusal::new(
                Win32Error::NO_SYSTEM_RESOURCES,
                Reason::InsufficientResources,
                format!("{MOST_EXTENSIONS} extensions are installed already."),
                "Remove one first.",
            ));
        }
        let rival = extension.ports.as_ref().and_then(|ports| {
            rows.iter().map(|row| &row.extension).find(|other| {
                let theirs = other.ports.as_ref().map(|ports| ports.element);
                other.name != extension.name
                    && theirs.is_some_and(|theirs| theirs.overlaps(&ports.element))
            })
        });
        if let Some(rival) = rival {
            return bad(
                format!(
                    "Stations with that element are served by {} already.",
                    rival.name
                ),
                "Remove that one first, or name another kind of element.",
            );
        }
        Ok(())
    }

    fn with_pids(&self, mut rows: Vec<ExtensionRow>) -> Vec<ExtensionRow> {
        for row in &mut rows {
            for (adapter, state) in &mut row.hosts {
                let HostState::Running { pid, .. } = state else {
                    continue;
                };
                // One that is about to end may still be there: the newest is meant.
                *pid = self
                    .hosts
                    .iter()
                    .rev()
                    .filter(|(_, host)| {
                        host.extension == row.extension.name && host.adapter == *adapter
                    })
                    .find_map(|(key, _)| self.processes.pid(*key))
                    .unwrap_or(0);
            }
        }
        rows
    }

    fn take_step(&mut self, step: Step, poller: &Poller, now: Instant) {
        match step {
            Step::Job(job) => self.worker.begin(job),
            Step::Prepare(name) => {
                if !dll::has_prefix(&self.wine) {
                    let text =
                        "Wine makes a prefix for Windows extensions, which takes half a minute.";
                    tracing::info!(name, "{text}");
                    let of = (name.as_str(), ExtensionAdapter::AccessPoint);
                    self.log(of, Level::Info, text, now);
                }
                self.worker.begin(Job::Prepare);
            }
            Step::Try(library) => {
                let key = self.processes.start(Ok(&library), poller);
                self.changes.trying(key, now);
            }
            Step::Tell(key, message) => self.processes.tell(key, &message, poller),
            Step::Limit(key, deadline) => self.processes.limit(key, deadline),
            Step::Kill(key) => self.processes.kill(key, None),
            Step::Installed(extension, library) => {
                tracing::info!(name = extension.name, oui = %extension.oui, "extension installed");
                self.libraries.insert(extension.name.clone(), library);
                self.outputs
                    .push_back(Output::Input(Input::Install(extension)));
            }
            Step::Removed(name) => {
                tracing::info!(name, "extension removed");
                self.libraries.remove(&name);
                self.outputs
                    .push_back(Output::Input(Input::Remove { name }));
            }
            Step::Answer(caller, result) => self
                .outputs
                .push_back(Output::Answer(caller, result.map(|()| Answer::Done))),
        }
    }

    fn handle_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::Said(key, message) => match self.hosts.get(&key) {
                Some(host) => {
                    let host = host.id;
                    self.outputs
                        .push_back(Output::Input(Input::Said { host, message }));
                }
                None => {
                    self.log_trial(&message, now);
                    self.changes.handle_said(key, &message, now);
                }
            },
            Event::Line(key, line) => {
                let of = match self.hosts.get(&key) {
                    Some(host) => Some((host.extension.clone(), host.adapter)),
                    None => self.trial(),
                };
                if let Some((name, adapter)) = of {
                    self.log((&name, adapter), Level::Info, &line, now);
                }
            }
            Event::Gone(key, cause) => match self.hosts.remove(&key) {
                Some(host) => {
                    self.keys.remove(&host.id);
                    let host = host.id;
                    self.outputs
                        .push_back(Output::Input(Input::Gone { host, cause }));
                }
                None => {
                    self.changes.handle_gone(key, cause.as_ref());
                }
            },
        }
    }

    /// Which extension is on trial; its adapter is a manner of speaking.
    fn trial(&self) -> Option<(String, ExtensionAdapter)> {
        let (name, _) = self.changes.staged()?;
        Some((name.to_owned(), ExtensionAdapter::AccessPoint))
    }

    fn log_trial(&mut self, message: &HostMessage, now: Instant) {
        if let HostMessage::Log { level, text } = message
            && let Some((name, adapter)) = self.trial()
        {
            self.log((&name, adapter), *level, text, now);
        }
    }
}

impl AsFd for Extensions {
    /// Readable when [`Extensions::handle_worker`] is wanted.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.worker.as_fd()
    }
}

fn told(what: &ExtensionEvent) -> (Level, String) {
    match what {
        ExtensionEvent::Ready { .. } => (Level::Info, "It is ready.".to_owned()),
        ExtensionEvent::Ended => (Level::Info, "It has ended.".to_owned()),
        ExtensionEvent::Failed { cause, .. } => (Level::Error, cause.text.clone()),
        ExtensionEvent::Connected { bssid } => {
            (Level::Info, format!("It is connected to {bssid}."))
        }
        ExtensionEvent::Disconnected { cause } => {
            (Level::Info, format!("It is not connected: {}", cause.text))
        }
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(
        Win32Error::NOT_FOUND,
        Reason::BadParameters,
        format!("There is no extension {name:?}."),
        "See `hostednet ihv list`.",
    )
}
