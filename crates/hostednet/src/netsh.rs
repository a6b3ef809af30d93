//! `netsh`, as far as it concerns the Hosted Network: by that name, or as `hostednet netsh`.
//!
//! Standard output is for programs that know Windows' netsh: the same texts in the same layout, and
//! nothing else. What Windows does not tell, above all why something failed and what to do, goes to
//! standard error. Exit status: 0 done, 1 not.
//!
//! ```text
//!  words -> grammar (words) -> Command -> run -> texts, help, show (page) -> standard output
//!                                          |
//!                                    wlan_client -> service
//! ```
//!
//! The grammar takes a key as an argument, where everybody on the machine can read it as long as
//! the program runs. It is the only place that does, since programs rely on it; `key=-` reads it
//! from standard input instead.

mod grammar;
mod help;
mod page;
mod run;
mod show;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wlan_client::Client;
use zeroize::Zeroizing;

use crate::{log, secret};
use grammar::{
    Command, Context, Invocation, KeyArgument, Line, Mistake, Object, Topic, Verb, Wrong,
};
use run::Said;

/// Longest script that is read, in bytes.
const LONGEST_SCRIPT: u64 = 1024 * 1024;

/// Whether the program was called by the name of netsh.
pub(crate) fn is_called(program: Option<&OsString>) -> bool {
    program
        .and_then(|program| Path::new(program).file_name())
        .and_then(OsStr::to_str)
        .is_some_and(|name| {
            name.eq_ignore_ascii_case("netsh") || name.eq_ignore_ascii_case("netsh.exe")
        })
}

/// Carries out what stands behind `netsh`.
pub(crate) fn main(
    arguments: impl IntoIterator<Item = OsString>,
    socket: Option<PathBuf>,
) -> ExitCode {
    let mut session = Session {
        socket: socket.unwrap_or_else(wlan_client::default_socket),
        client: None,
    };
    let done = match grammar::invocation(&grammar::words(arguments)) {
        Ok(Invocation::Command(command)) => tell(&session.run(command), ""),
        Ok(Invocation::Script(path, context)) => session.script(&path, context),
        Err(mistake) => tell(&explain(&mistake), ""),
    };
    if done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The commands of one run of the program share one connection, made when the first needs it.
struct Session {
    socket: PathBuf,
    client: Option<Client>,
}

impl Session {
    fn run(&mut self, mut command: Command) -> Said {
        if let Command::Help(topic) = command {
            let mut said = Said::new();
            help::help(&mut said.page, topic);
            return said;
        }
        if let Err(said) = read_key(&mut command) {
            return said;
        }
        let mut client = match self.client.take() {
            Some(client) => client,
            None => match Client::connect(&self.socket, "netsh") {
                Ok(client) => client,
                Err(error) => return Said::unreachable(error),
            },
        };
        let said = run::carry_out(&mut client, command);
        self.client = Some(client);
        said
    }

    /// The lines of a file, up to the first that fails.
    fn script(&mut self, path: &Path, mut context: Context) -> bool {
        let text = match read_script(path) {
            Ok(text) => text,
            Err(error) => {
                let mut said = Said::new();
                said.done = false;
                said.page
                    .message("The script file couldn't be read.")
                    .empty();
                said.notes.push(format!("{}: {error}.", path.display()));
                return tell(&said, "");
            }
        };
        for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            let said = match grammar::line(context, &words::words_of_line(line)) {
                None => continue,
                Some(Ok(Line::Context(entered))) => {
                    context = entered;
                    continue;
                }
                Some(Ok(Line::End)) => break,
                Some(Ok(Line::Command(command))) => self.run(command),
                Some(Err(mistake)) => explain(&mistake),
            };
            if !tell(&said, &format!("{}, line {number}: ", path.display())) {
                return false;
            }
        }
        true
    }
}

fn read_script(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // It may hold keys: at its final size from the start, so that growing leaves no copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(LONGEST_SCRIPT as usize + 1));
    File::open(path)?
        .take(LONGEST_SCRIPT + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > LONGEST_SCRIPT {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    // Notepad's marks.
    if let Some(units) = text.strip_prefix(b"\xff\xfe") {
        return from_utf16(units);
    }
    if text.starts_with(b"\xef\xbb\xbf") {
        text.drain(..3);
    }
    Ok(text)
}

/// What Notepad calls Unicode.
fn from_utf16(bytes: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [low, high] => u16::from_le_bytes([low, high]),
        _ => 0,
    });
    // Two bytes become three at most.
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() / 2 * 3));
    for letter in char::decode_utf16(units) {
        let letter = letter.map_err(|_| io::Error::other("it is no text in UTF-16"))?;
        text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(text)
}

/// Replaces `key=-` by the key, read before anything is done.
fn read_key(command: &mut Command) -> Result<(), Said> {
    let Command::Set(settings) = command else {
        return Ok(());
    };
    let Some((key @ KeyArgument::FromInput, _)) = &mut settings.key else {
        return Ok(());
    };
    let wrong = |error| Mistake::Parameters {
        topic: Topic::Command(Verb::Set, Object::HostedNetwork),
        wrong: Wrong::Key(error),
    };
    let text = secret::read_key("User security key: ", false).map_err(|failure| {
        let mut said = explain(&wrong(wlan_model::KeyFormError::PassphraseLength(0)));
        said.notes = vec![failure.to_string()];
        said
    })?;
    let given = grammar::secondary_key(&text).map_err(|error| explain(&wrong(error)))?;
    *key = KeyArgument::Given(given);
    Ok(())
}

fn explain(mistake: &Mistake) -> Said {
    let mut said = Said::new();
    said.done = false;
    texts::mistake(&mut said.page, mistake);
    said.notes.extend(texts::note(mistake));
    said
}

/// Prints it, and returns whether the command was done. Nobody reading is no failure of the command.
fn tell(said: &Said, place: &str) -> bool {
    let mut out = io::stdout().lock();
    let _ = out.write_all(said.page.as_bytes());
    let _ = out.flush();
    for note in &said.notes {
        log::say(&format!("{place}{note}"));
    }
    said.done
}
