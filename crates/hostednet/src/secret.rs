//! Reading a key: from a hidden prompt, or as one line from standard input. Never from an argument,
//! which everybody on the machine may read.

use std::io::{self, IsTerminal, Write};
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, read};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use wlan_model::{Reason, Refusal, Win32Error};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::hex;

/// Longest line that is taken; no key is longer.
const LONGEST: usize = 512;

/// A line that is secret, without its end.
pub(crate) type Secret = Zeroizing<Vec<u8>>;

/// Asks for a key, twice when `confirm`; without a terminal it is the first line of standard input.
pub(crate) fn read_key(prompt: &str, confirm: bool) -> Result<Secret, Failure> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return read_line(None)?
            .ok_or_else(|| Failure::bad_key("No key was given: standard input is empty."));
    }
    let hidden = HiddenInput::begin()?;
    let first = hidden.ask(prompt)?;
    if confirm && hidden.ask("The same once more: ")? != first {
        return Err(Failure::Refused(Refusal::new(
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            "The two were not the same; nothing was changed.",
            "Try again.",
        )));
    }
    Ok(first)
}

/// The first line of standard input; `None` when there is not even an empty one.
fn read_line(interrupts: Option<&OwnedFd>) -> Result<Option<Secret>, Failure> {
    let stdin = rustix::stdio::stdin();
    // At its final size from the start: growing would leave copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut chunk = Zeroizing::new([0; 1]);
    let mut any = false;
    let mut too_long = false;
    loop {
        if let Some(interrupts) = interrupts {
            let mut fds = [
                PollFd::new(&stdin, PollFlags::IN),
                PollFd::new(interrupts, PollFlags::IN),
            ];
            match poll(&mut fds, None) {
                Ok(_) if fds[1].revents().contains(PollFlags::IN) => {
                    return Err(Failure::Interrupted);
                }
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(unreadable(error)),
            }
        }
        match read(stdin, &mut chunk[..]) {
            Ok(0) => break,
            Ok(_) => any = true,
            Err(Errno::INTR) => continue,
            Err(error) => return Err(unreadable(error)),
        }
        match chunk[0] {
            b'\n' => break,
            byte if line.len() < LONGEST => line.push(byte),
            // Read to its end: it is not for whoever reads the terminal next.
            _ => too_long = true,
        }
    }
    if too_long {
        return Err(Failure::bad_key(format!(
            "The line is longer than {LONGEST} bytes, and no key is."
        )));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(any.then_some(line))
}

fn unreadable(error: Errno) -> Failure {
    Failure::bad_key(format!(
        "The key cannot be read: {}.",
        io::Error::from(error)
    ))
}

/// A terminal that does not echo. Whatever ends it, also a signal, gives the echo back.
struct HiddenInput {
    before: Termios,
    interrupts: OwnedFd,
    handlers: Vec<signal_hook::SigId>,
}

impl HiddenInput {
    fn begin() -> Result<Self, Failure> {
        let stdin = rustix::stdio::stdin();
        let before = tcgetattr(stdin).map_err(unreadable)?;
        let (interrupts, write) =
            pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).map_err(unreadable)?;
        let mut hidden = Self {
            before,
            interrupts,
            handlers: Vec::new(),
        };
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
            for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
                let id = signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
                hidden.handlers.push(id);
            }
        }
        let mut quiet = hidden.before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        quiet
            .local_modes
            .insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        // No suspending: the shell would come back without echo.
        quiet.special_codes[SpecialCodeIndex::VSUSP] = 0;
        tcsetattr(stdin, OptionalActions::Flush, &quiet).map_err(unreadable)?;
        Ok(hidden)
    }

    fn ask(&self, prompt: &str) -> Result<Secret, Failure> {
        let mut terminal = io::stderr();
        terminal.write_all(prompt.as_bytes())?;
        terminal.flush()?;
        let line = read_line(Some(&self.interrupts)).and_then(|l| l.ok_or(Failure::Interrupted));
        if line.is_err() {
            // The message begins a line of its own.
            terminal.write_all(b"\n")?;
        }
        line
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &self.before);
        for id in self.handlers.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

/// A raw key: 64 hexadecimal digits as 32 bytes.
pub(crate) fn raw_key(digits: &[u8]) -> Result<Secret, Failure> {
    if digits.len() != 64 {
        return Err(Failure::bad_key(format!(
            "A raw key is written as 64 hexadecimal digits, not {} characters.",
            digits.len()
        )));
    }
    hex::bytes(digits).ok_or_else(|| {
        Failure::bad_key("A raw key is written as 64 hexadecimal digits; this one holds others.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_round_trips_and_anything_else_is_refused_without_being_repeated() {
        let text = b"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
        let key = raw_key(text).unwrap();
        assert_eq!(key.len(), 32);
        assert_eq!(hex::digits(&key).as_bytes(), text.to_ascii_lowercase());
        assert!(raw_key(&text[1..]).is_err());
        let error = raw_key(&[b'x'; 64]).unwrap_err().to_string();
        assert!(!error.contains("xx"), "{error}");
    }
}
