//! Installing and removing: one change at a time, the others wait.
//!
//! ```text
//!   Install: copy (-> a DLL: Wine is ready) -> try in a process of its own -> store -> the column learns of it -> answer
//!   Remove:  forget -> the column ends it -> its processes are gone -> answer
//! ```

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use cause::Cause;
use clock::{Duration, Instant, earliest};
use ihv::seam::{HostMessage, ServiceMessage};
use wlan_model::{Extension, Reason, Refusal, Win32Error};

use super::dll;
use super::output::Caller;
use super::worker::{Done, Job};
use crate::poller::Key;

/// How long a library may take to load and to initialise.
const LOAD_LIMIT: Duration = Duration::from_secs(10);

/// How long a process may take to end.
pub(crate) const END_LIMIT: Duration = Duration::from_secs(5);

/// What a change wants.
#[derive(Debug)]
pub(crate) enum Step {
    /// From the disk.
    Job(Job),
    /// Wine, for an extension of this name.
    Prepare(String),
    /// A process with this library; [`Changes::trying`] tells which it became.
    Try(PathBuf),
    /// Say this to it.
    Tell(Key, ServiceMessage),
    /// It is to be killed unless it is gone then.
    Limit(Key, Instant),
    /// It is to be killed.
    Kill(Key),
    /// An extension is there.
    Installed(Extension, PathBuf),
    /// An extension is to end; [`Changes::handle_quiet`] tells when it has.
    Removed(String),
    /// The caller's answer.
    Answer(Caller, Result<(), Refusal>),
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Change {
    Install(Extension, PathBuf),
    Remove(String),
}

#[derive(Debug)]
enum Stage {
    Copying(Extension),
    /// A DLL needs Wine's prefix, which is made for the first one.
    Preparing(Extension, PathBuf),
    Trying {
        extension: Extension,
        library: PathBuf,
        process: Option<Key>,
        /// What became of it so far.
        outcome: Option<Result<(), String>>,
    },
    Storing(Extension, PathBuf),
    /// The copy is removed before the answer.
    Discarding(Refusal),
    Forgetting(String),
    Ending(String, Instant),
}

/// All changes.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    waiting: VecDeque<(Caller, Change)>,
    current: Option<(Caller, Stage)>,
    steps: VecDeque<Step>,
}

impl Changes {
    pub(crate) fn begin(&mut self, caller: Caller, change: Change) {
        self.waiting.push_back((caller, change));
        self.go_on();
    }

    pub(crate) fn poll_step(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// The process of [`Step::Try`].
    pub(crate) fn trying(&mut self, key: Key, now: Instant) {
        if let Some((_, Stage::Trying { process, .. })) = &mut self.current {
            *process = Some(key);
            self.steps.push_back(Step::Limit(key, now + LOAD_LIMIT));
        }
    }

    /// The disk is done.
    pub(crate) fn handle_done(&mut self, done: Done, now: Instant) {
        let Some((caller, stage)) = self.current.take() else {
            return;
        };
        match (stage, done) {
            (Stage::Copying(extension), Ok(Some(library))) if dll::is_dll(&library) => {
                self.steps.push_back(Step::Prepare(extension.name.clone()));
                self.current = Some((caller, Stage::Preparing(extension, library)));
            }
            (Stage::Copying(extension), Ok(Some(library)))
            | (Stage::Preparing(extension, library), Ok(None)) => {
                self.steps.push_back(Step::Try(library.clone()));
                let stage = Stage::Trying {
                    extension,
                    library,
                    process: None,
                    outcome: None,
                };
                self.current = Some((caller, stage));
            }
            (Stage::Preparing(extension, library), Err(refusal)) => {
                let text = format!("{} needs Wine: {}", extension.name, refusal.cause.text);
                let refusal = Refusal::new(
                    refusal.code,
                    refusal.reason,
                    text,
                    refusal.cause.remedy.clone(),
                );
                self.steps.push_back(Step::Job(Job::Discard { library }));
                self.current = Some((caller, Stage::Discarding(refusal)));
            }
            (Stage::Storing(extension, library), Ok(_)) => {
                self.steps.push_back(Step::Installed(extension, library));
                self.answer(caller, Ok(()));
            }
            (Stage::Forgetting(name), Ok(_)) => {
                self.steps.push_back(Step::Removed(name.clone()));
                self.current = Some((caller, Stage::Ending(name, now + END_LIMIT)));
            }
            (Stage::Discarding(refusal), _) | (_, Err(refusal)) => {
                self.answer(caller, Err(refusal));
            }
            // No stage has another answer.
            (stage, Ok(_)) => self.current = Some((caller, stage)),
        }
    }

    /// A process said something. `false` when it is not on trial.
    pub(crate) fn handle_said(&mut self, key: Key, message: &HostMessage, now: Instant) -> bool {
        let Some((
            _,
            Stage::Trying {
                process, outcome, ..
            },
        )) = &mut self.current
        else {
            return false;
        };
        if *process != Some(key) {
            return false;
        }
        match message {
            HostMessage::Loaded(_) if outcome.is_none() => {
                *outcome = Some(Ok(()));
                self.steps
                    .push_back(Step::Tell(key, ServiceMessage::Shutdown));
                self.steps.push_back(Step::Limit(key, now + END_LIMIT));
            }
            HostMessage::LoadFailed(why) if outcome.is_none() => *outcome = Some(Err(why.clone())),
            HostMessage::HandlerLate {
                handler, millis, ..
            } if outcome.is_none() => {
                *outcome = Some(Err(format!(
                    "{handler} has not returned within {millis} milliseconds."
                )));
                self.steps.push_back(Step::Kill(key));
            }
            _ => {}
        }
        true
    }

    /// A process is gone. `false` when it was not on trial.
    pub(crate) fn handle_gone(&mut self, key: Key, cause: Option<&Cause>) -> bool {
        match self.current.take() {
            Some((
                caller,
                Stage::Trying {
                    extension,
                    library,
                    process,
                    outcome,
                },
            )) if process.is_none_or(|process| process == key) => {
                let fault = match (outcome, cause) {
                    // That it loads is what counts; how it ends is the log's.
                    (Some(Ok(())), _) => None,
                    (Some(Err(why)), _) => Some(Cause::new(
                        why,
                        "Get another version of it from its vendor.",
                    )),
                    (None, Some(cause)) => Some(cause.clone()),
                    (None, None) => Some(Cause::new(
                        "The extension's host process ended without a word.",
                        "Report this to the extension's vendor.",
                    )),
                };
                match fault {
                    None => {
                        let job = Job::Commit {
                            extension: extension.clone(),
                            library: library.clone(),
                        };
                        self.steps.push_back(Step::Job(job));
                        self.current = Some((caller, Stage::Storing(extension, library)));
                    }
                    Some(Cause { text, remedy }) => {
                        let text = format!("{} cannot be used: {text}", extension.name);
                        let refusal = Refusal::new(
                            Win32Error::BAD_CONFIGURATION,
                            Reason::BadParameters,
                            text,
                            remedy,
                        );
                        self.steps.push_back(Step::Job(Job::Discard { library }));
                        self.current = Some((caller, Stage::Discarding(refusal)));
                    }
                }
                true
            }
            current => {
                self.current = current;
                false
            }
        }
    }

    /// Which extension is to have no process any more.
    pub(crate) fn ending(&self) -> Option<&str> {
        match &self.current {
            Some((_, Stage::Ending(name, _))) => Some(name),
            _ => None,
        }
    }

    /// It has none.
    pub(crate) fn handle_quiet(&mut self) {
        if let Some((caller, Stage::Ending(..))) = self.current {
            self.answer(caller, Ok(()));
        }
    }

    /// Which library is not named by any record yet.
    pub(crate) fn staged(&self) -> Option<(&str, &Path)> {
        match &self.current {
            Some((
                _,
                Stage::Trying {
                    extension, library, ..
                },
            )) => Some((&extension.name, library)),
            _ => None,
        }
    }

    /// The time for ending is over: whoever is left is to be killed.
    pub(crate) fn is_late(&self, now: Instant) -> bool {
        matches!(self.current, Some((_, Stage::Ending(_, deadline))) if deadline <= now)
    }

    /// When [`Changes::is_late`] becomes true.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.current {
            Some((_, Stage::Ending(_, deadline))) => earliest(None, Some(deadline)),
            _ => None,
        }
    }

    fn answer(&mut self, caller: Caller, result: Result<(), Refusal>) {
        self.steps.push_back(Step::Answer(caller, result));
        self.current = None;
        self.go_on();
    }

    fn go_on(&mut self) {
        if self.current.is_some() {
            return;
        }
        let Some((caller, change)) = self.waiting.pop_front() else {
            return;
        };
        let (job, stage) = match change {
            Change::Install(extension, library) => (
                Job::Stage {
                    name: extension.name.clone(),
                    library,
                },
                Stage::Copying(extension),
            ),
            Change::Remove(name) => (Job::Remove { name: name.clone() }, Stage::Forgetting(name)),
        };
        self.steps.push_back(Step::Job(job));
        self.current = Some((caller, stage));
    }
}
