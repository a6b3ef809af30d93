//! The administrator's file: `policy.toml`.
//!
//! ```toml
//! hosted_network   = "disallow"        # or "allow"
//! privileged_group = "netdev"
//! read_keys        = "privileged"      # or "anybody", "group:NAME"
//! set_keys         = "group:wheel"
//! sharing          = "disallow"
//! ssid             = "Office"
//! ```
//!
//! Every key may be missing; `dist/policy.toml` explains them. No file means no policy. A file that
//! is there but cannot be read, understood or trusted is never passed over: the service does not
//! start, and one that runs keeps the policy it has.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use cause::Cause;
use dot11::Ssid;
use serde::Deserialize;
use toml::Spanned;
use wlan_model::{Policy, Who};

use crate::stop::Bell;

/// Largest file that is read, in bytes.
const MOST_BYTES: u64 = 64 * 1024;

/// Writable by the group or by others.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// The sticky bit: in such a folder nobody removes what is another's.
const STICKY: u32 = 0o1000;

/// What may be in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    hosted_network: Option<Spanned<String>>,
    privileged_group: Option<Spanned<String>>,
    read_keys: Option<Spanned<String>>,
    set_keys: Option<Spanned<String>>,
    sharing: Option<Spanned<String>>,
    ssid: Option<Spanned<String>>,
}

/// Reads the text of a policy file. `group` finds a group's number by its name.
///
/// # Errors
/// What is wrong, with the number of its line, and what to write instead.
pub fn parse_policy(
    text: &str,
    group: &dyn Fn(&str) -> Result<u32, Cause>,
) -> Result<Policy, Cause> {
    let at = |byte: usize| {
        let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
        1 + before.iter().filter(|b| **b == b'\n').count()
    };
    let written: Written = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| at(span.start));
        Cause::new(
            format!("Line {line}: {}.", one_line(error.message())),
            "The keys are hosted_network, privileged_group, read_keys, set_keys, sharing and ssid, each with \
             a text in quotation marks (see hostednet's policy.toml).",
        )
    })?;
    let line = |value: &Spanned<String>| at(value.span().start);
    let number = |line: usize, name: &str| {
        group(name)
            .map_err(|cause| Cause::new(format!("Line {line}: {}", cause.text), cause.remedy))
    };
    let who = |value: Option<Spanned<String>>| match value {
        None => Ok(Who::Anybody),
        Some(value) => match value.get_ref().as_str() {
            "anybody" => Ok(Who::Anybody),
            "privileged" => Ok(Who::Privileged),
            other => match other.strip_prefix("group:") {
                Some(name) => number(line(&value), name).map(Who::Group),
                None => Err(Cause::new(
                    format!(
                        "Line {}: {:?} names nobody.",
                        line(&value),
                        shortened(other)
                    ),
                    "Write \"anybody\", \"privileged\" or \"group:NAME\".",
                )),
            },
        },
    };
    let decision = |value: &Option<Spanned<String>>| match value {
        None => Ok(true),
        Some(value) => match value.get_ref().as_str() {
            "allow" => Ok(true),
            "disallow" => Ok(false),
            other => {
                let (line, other) = (line(value), shortened(other));
                Err(Cause::new(
                    format!("Line {line}: {other:?} is no decision."),
                    "Write \"allow\" or \"disallow\".",
                ))
            }
        },
    };
    Ok(Policy {
        allowed: decision(&written.hosted_network)?,
        sharing: decision(&written.sharing)?,
        privileged_group: written
            .privileged_group
            .map(|value| number(line(&value), value.get_ref()))
            .transpose()?,
        read_keys: who(written.read_keys)?,
        set_keys: who(written.set_keys)?,
        fixed_ssid: written
            .ssid
            .map(|value| {
                Ssid::new(value.get_ref().as_bytes()).map_err(|error| {
                    Cause::new(
                        format!(
                            "Line {}: no network can have this name: {error}.",
                            line(&value)
                        ),
                        "Write a name of 1 to 32 bytes.",
                    )
                })
            })
            .transpose()?,
    })
}

/// A message of the parser on one line, without what it may quote at length.
fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    shortened(&words.join(" "))
}

fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    text.chars().take(MOST).collect()
}

/// The group of this name, wherever the system keeps its groups (`getgrnam_r`).
fn system_group(name: &str) -> Result<u32, Cause> {
    match nix::unistd::Group::from_name(name) {
        Ok(Some(group)) => Ok(group.gid.as_raw()),
        Ok(None) => Err(Cause::new(
            format!("There is no group {:?}.", shortened(name)),
            "Make it (`groupadd`), or name another.",
        )),
        Err(error) => Err(Cause::new(
            format!(
                "The group {:?} cannot be looked up: {error}.",
                shortened(name)
            ),
            "See to the system's group database (`getent group`).",
        )),
    }
}

/// The policy in the file; that of nobody when there is none.
pub(crate) fn load(path: &Path) -> Result<Policy, Cause> {
    let about = |cause: Cause| {
        Cause::new(
            format!("The policy {}: {}", path.display(), cause.text),
            cause.remedy,
        )
    };
    match read(path).map_err(about)? {
        None => Ok(Policy::default()),
        Some(text) => parse_policy(&text, &system_group).map_err(about),
    }
}

/// The text of the file, if there is one that can be trusted.
fn read(path: &Path) -> Result<Option<String>, Cause> {
    let unreadable = |error: io::Error| {
        Cause::new(
            format!("It cannot be read: {error}."),
            "Make it readable for the service, or remove it.",
        )
    };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let meta = file.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(Cause::new(
            "It is not a file.",
            "Put a file there, or name another with --policy.",
        ));
    }
    if !is_ours(&meta) || meta.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(Cause::new(
            format!(
                "Others than root and the service can change it (owner {}, mode {:o}).",
                meta.uid(),
                meta.mode() & 0o7777
            ),
            "Give it to root and to nobody else: `chown root:root` and `chmod 644`.",
        ));
    }
    // Who can replace the file need not change it.
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder.metadata().map_err(unreadable)?;
    let shared = folder.mode() & WRITABLE_BY_OTHERS != 0 && folder.mode() & STICKY == 0;
    if !is_ours(&folder) || shared {
        return Err(Cause::new(
            "Others than root and the service can put another file in its place.",
            "Move it to a folder that only root can write to, such as /etc/hostednet.",
        ));
    }
    let mut text = String::new();
    let len = (&mut file)
        .take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if len as u64 > MOST_BYTES {
        return Err(Cause::new(
            format!("It has more than {MOST_BYTES} bytes."),
            "Write only the policy's six keys.",
        ));
    }
    Ok(Some(text))
}

fn is_ours(meta: &std::fs::Metadata) -> bool {
    meta.uid() == 0 || meta.uid() == rustix::process::geteuid().as_raw()
}

/// Loads the policy again without stopping the loop: looking up a group may take as long as some
/// directory server likes.
#[derive(Debug)]
pub(crate) struct Reloader {
    path: Option<PathBuf>,
    bell: Bell,
    under_way: Option<Receiver<Result<Policy, Cause>>>,
    /// It was asked for again meanwhile.
    again: bool,
}

/// What became of the last request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reloaded {
    /// Nothing new.
    Nothing,
    /// This is what the file says now, or why it says nothing.
    Policy(Box<Result<Policy, Cause>>),
}

impl Reloader {
    /// `bell` is rung when [`Reloader::take`] should be called.
    pub(crate) const fn new(path: Option<PathBuf>, bell: Bell) -> Self {
        Self {
            path,
            bell,
            under_way: None,
            again: false,
        }
    }

    /// Somebody asks for the file to be read again.
    pub(crate) fn begin(&mut self) {
        if self.under_way.is_some() {
            self.again = true;
            return;
        }
        let (tell, told) = channel();
        self.under_way = Some(told);
        let (path, bell) = (self.path.clone(), self.bell.clone());
        let spawned = thread::Builder::new().name("policy".into()).spawn(move || {
            let policy = path.map_or_else(|| Ok(Policy::default()), |path| load(&path));
            // Nobody listens when the service has ended.
            let _ = tell.send(policy);
            bell.ring();
        });
        if spawned.is_err() {
            // The sender is gone: take() says so.
            self.bell.ring();
        }
    }

    /// The outcome, once it is there.
    pub(crate) fn take(&mut self) -> Reloaded {
        let Some(told) = &self.under_way else {
            return Reloaded::Nothing;
        };
        let outcome = match told.try_recv() {
            Ok(outcome) => outcome,
            Err(TryRecvError::Empty) => return Reloaded::Nothing,
            Err(TryRecvError::Disconnected) => Err(Cause::new(
                "The policy could not be read again: there is no room for a thread.",
                "Raise the service's limit of processes, and reload it again.",
            )),
        };
        self.under_way = None;
        if core::mem::take(&mut self.again) {
            // What was asked for meanwhile may have been written after this was read.
            self.begin();
        }
        Reloaded::Policy(Box::new(outcome))
    }
}

#[cfg(test)]
mod tests;
