//! Running other programs, each under a time limit.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Exit status with which coreutils' `timeout` says that the limit was reached.
const TIMED_OUT: i32 = 124;

/// How a program ended.
pub(crate) struct Ended {
    /// Its exit status; `None` when a signal ended it or it could not be started.
    pub(crate) status: Option<i32>,
    /// What it wrote to standard output.
    pub(crate) stdout: String,
    /// How long it ran.
    pub(crate) took: Duration,
}

impl Ended {
    pub(crate) fn success(&self) -> bool {
        self.status == Some(0)
    }

    /// One clause for people.
    pub(crate) fn why(&self) -> String {
        match self.status {
            Some(TIMED_OUT) => format!("time limit reached after {} s", self.took.as_secs()),
            Some(status) => format!("exit status {status}"),
            None => "ended by a signal, or could not be started".to_owned(),
        }
    }
}

/// The top of the checkout.
pub(crate) fn top() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// Cargo's output folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| top().join("target"), PathBuf::from)
}

/// Whether a program of this name is in the path.
pub(crate) fn there(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// Whether `words` run with success, silently.
pub(crate) fn works(words: &[&str]) -> bool {
    command(words, 60)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Cargo itself, as the program that runs us names it.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Runs `words` under `limit` seconds, standard output shown line by line and kept.
pub(crate) fn shown(words: &[&str], env: &[(&str, &str)], limit: u32) -> Ended {
    println!("$ {}", words.join(" "));
    kept(words, env, limit, true)
}

/// Runs `words` under `limit` seconds, standard output kept only.
pub(crate) fn quiet(words: &[&str], env: &[(&str, &str)], limit: u32) -> Ended {
    kept(words, env, limit, false)
}

fn kept(words: &[&str], env: &[(&str, &str)], limit: u32, show: bool) -> Ended {
    let began = now();
    let mut command = command(words, limit);
    command.envs(env.iter().copied()).stdout(Stdio::piped());
    let mut stdout = String::new();
    let status = command.spawn().and_then(|mut child| {
        if let Some(pipe) = child.stdout.take() {
            for line in BufReader::new(pipe).split(b'\n') {
                let line = line?;
                let line = String::from_utf8_lossy(&line);
                if show {
                    println!("{line}");
                    io::stdout().flush()?;
                }
                stdout.push_str(&line);
                stdout.push('\n');
            }
        }
        child.wait()
    });
    let status = match status {
        Ok(status) => status.code(),
        Err(error) => {
            eprintln!("cannot run {}: {error}", words.join(" "));
            None
        }
    };
    Ended {
        status,
        stdout,
        took: now() - began,
    }
}

/// `words` at the top of the checkout, without input, under coreutils' `timeout`.
fn command(words: &[&str], limit: u32) -> Command {
    let mut command = Command::new("timeout");
    command
        .arg("--kill-after=10")
        .arg(limit.to_string())
        .args(words)
        .current_dir(top())
        .stdin(Stdio::null());
    command
}

/// The time, for durations shown to people.
pub(crate) fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "a tool for people, not an engine"
    )]
    Instant::now()
}
