//! Logs on standard error, held back while the live view has the terminal.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Most bytes held back; then the oldest go.
const HELD_LIMIT: usize = 64 * 1024;

static HELD: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// Starts logging: warnings, or more with each `-v`. `HOSTEDNET_LOG` may name a filter of its own.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("HOSTEDNET_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let done = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Terminal)
        .with_ansi(false)
        .with_target(verbose > 1)
        .try_init();
    if let Err(error) = done {
        say(&format!("cannot log: {error}"));
    }
}

/// A line for people on standard error; nothing happens when nobody reads it.
pub(crate) fn say(text: &str) {
    let _ = writeln!(Terminal, "hostednet: {text}");
}

/// From now on logs are held back.
pub(crate) fn hold() {
    *HELD.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
}

/// Writes what was held back, and no longer holds.
pub(crate) fn release() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(held) = held {
        let _ = io::stderr().write_all(&held);
    }
}

struct Terminal;

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *held {
            Some(held) => {
                held.extend_from_slice(bytes);
                let surplus = held.len().saturating_sub(HELD_LIMIT);
                held.drain(..surplus);
                Ok(bytes.len())
            }
            None => {
                // A service does not end because nobody reads its log any more.
                let _ = io::stderr().write_all(bytes);
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Terminal {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}
