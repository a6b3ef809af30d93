//! A session as a file: the column's configuration and every input with its time, one JSON line
//! each. A bug arrives as such a file; [`replay`] feeds it to a fresh column.
//!
//! The file holds keys in clear: settings, calls and the seed are in it. It is made with mode 0600;
//! who passes it on passes the keys on.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use clock::Instant;
use column::{Column, Config, Input, Output};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Written<'a> {
    Config(&'a Config),
    Input { now: Instant, input: &'a Input },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Read {
    Config(Box<Config>),
    Input { now: Instant, input: Input },
}

/// Writes a session to a file.
#[derive(Debug)]
pub(crate) struct Recorder {
    file: File,
}

impl Recorder {
    /// Starts a new file; one that exists is an error.
    pub(crate) fn create(path: &Path, config: &Config) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        let mut recorder = Self { file };
        recorder.write(&Written::Config(config))?;
        Ok(recorder)
    }

    /// Writes one input, before it is handled: what ends the service is in the file.
    pub(crate) fn record(&mut self, now: Instant, input: &Input) -> io::Result<()> {
        self.write(&Written::Input { now, input })
    }

    fn write(&mut self, line: &Written<'_>) -> io::Result<()> {
        let mut text = Zeroizing::new(serde_json::to_vec(line)?);
        text.push(b'\n');
        self.file.write_all(&text)
    }
}

/// Feeds a recorded session to a fresh column and shows each input with the outputs it made. Keys
/// are not shown.
///
/// # Errors
/// When the file cannot be read or holds no session.
pub fn replay(
    file: &Path,
    mut show: impl FnMut(Instant, &Input, &[Output]) -> io::Result<()>,
) -> io::Result<()> {
    let mut column = None;
    let mut outputs = Vec::new();
    for (number, line) in BufReader::new(File::open(file)?).lines().enumerate() {
        let line = Zeroizing::new(line?);
        let malformed = |error: serde_json::Error| {
            // Position only: the message may quote the line.
            let text = format!("line {}, column {}: no record", number + 1, error.column());
            io::Error::new(io::ErrorKind::InvalidData, text)
        };
        match (serde_json::from_str(&line).map_err(malformed)?, &mut column) {
            (Read::Config(config), None) => column = Some(Column::new(*config)),
            (Read::Input { now, input }, Some(column)) => {
                column.handle(input.clone(), now);
                outputs.clear();
                outputs.extend(core::iter::from_fn(|| column.poll_output()));
                show(now, &input, &outputs)?;
            }
            (Read::Config(_), Some(_)) | (Read::Input { .. }, None) => {
                let text = format!("line {}: out of place", number + 1);
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
        }
    }
    Ok(())
}
