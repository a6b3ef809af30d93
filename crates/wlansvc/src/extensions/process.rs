//! Host processes: started, spoken with, ended. Nothing here ever waits.
//!
//! ```text
//!   poller --- socket, exit, stderr ---> Processes --- Event::Said, Line, Gone --->
//!                                                  <-- tell, kill ----------------
//! ```
//!
//! What a host's socket does not take waits here, at most [`QUEUE_MESSAGES`] messages and
//! [`QUEUE_BYTES`] bytes; then the host is killed. Of what it says [`MESSAGES_PER_ROUND`] are taken
//! in one round of the loop, so one that floods waits for everybody else.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use cause::Cause;
use clock::{Duration, Instant, earliest};
use ihv::seam::{HostMessage, ServiceMessage};
use ihv::{MAX_MESSAGE, decode, encode};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, pidfd_send_signal, waitid,
};
use zeroize::{Zeroize, Zeroizing};

use super::dll;
use super::spawn::{Command, Started, User, spawn};
use crate::poller::{EventFlags, HostPart, Key, Poller, Token};

/// Most messages that wait for one host.
const QUEUE_MESSAGES: usize = 1024;

/// Most bytes that wait for one host.
const QUEUE_BYTES: usize = 4 * 1024 * 1024;

/// Most messages taken from one host in one round of the loop.
const MESSAGES_PER_ROUND: usize = 16;

/// More than a socket holds: what is read of a host that has ended.
const LAST_MESSAGES: usize = 4096;

/// Bytes of standard error taken in one window; a host that writes more waits for the next.
const STDERR_BYTES: usize = 16 * 1024;

/// How long that window is.
const STDERR_WINDOW: Duration = Duration::from_secs(10);

/// Longest line of standard error, in bytes.
const LINE: usize = 400;

/// How long a host may live after it closed its socket.
const GOODBYE: Duration = Duration::from_secs(1);

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A host said something.
    Said(Key, HostMessage),
    /// A line of its standard error.
    Line(Key, String),
    /// It is gone and reaped; nothing more comes. `None` when it said that it ends, and did.
    Gone(Key, Option<Cause>),
}

#[derive(Debug)]
struct Process {
    pid: Pid,
    pidfd: OwnedFd,
    /// `None` once it was closed.
    socket: Option<OwnedFd>,
    stderr: Option<Stderr>,
    queue: VecDeque<Zeroizing<Vec<u8>>>,
    queued_bytes: usize,
    /// The socket was full: it is watched for room.
    stalled: bool,
    /// It said [`HostMessage::Ended`].
    ended: bool,
    /// Why we killed it.
    fault: Option<Cause>,
    /// When it is killed if it still lives.
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct Stderr {
    fd: OwnedFd,
    line: Vec<u8>,
    last: String,
    taken: usize,
    /// When reading goes on.
    paused: Option<Instant>,
}

/// All host processes.
#[derive(Debug)]
pub(crate) struct Processes {
    binary: Result<PathBuf, Cause>,
    user: Option<User>,
    /// The folder of Wine's prefix.
    wine: PathBuf,
    rows: BTreeMap<Key, Process>,
    next: u64,
    events: VecDeque<Event>,
    buffer: Zeroizing<Vec<u8>>,
}

impl Processes {
    /// None yet. `binary` is `hostednet-ihvhost`, or why there is none; `user` whom they become; `wine`
    /// the folder of the prefix for DLLs.
    pub(crate) fn new(binary: Result<PathBuf, Cause>, user: Option<User>, wine: PathBuf) -> Self {
        Self {
            binary,
            user,
            wine,
            rows: BTreeMap::new(),
            next: 0,
            events: VecDeque::new(),
            buffer: Zeroizing::new(vec![0; MAX_MESSAGE]),
        }
    }

    /// Starts one with this library. What keeps it from starting is told by [`Event::Gone`].
    pub(crate) fn start(&mut self, library: Result<&Path, Cause>, poller: &Poller) -> Key {
        let key = Key(self.next);
        self.next += 1;
        let started = library.and_then(|library| {
            let binary = self.binary.as_deref().map_err(Clone::clone)?;
            let is_dll = dll::is_dll(library);
            let command = Command {
                binary,
                library,
                // Wine's prefix is the service's.
                user: self.user.filter(|_| !is_dll),
                wine: is_dll.then_some(self.wine.as_path()),
            };
            spawn(&command).and_then(|started| watch(started, key, poller))
        });
        match started {
            Ok(process) => {
                tracing::debug!(
                    key = key.0,
                    pid = process.pid.as_raw_nonzero(),
                    "host started"
                );
                self.rows.insert(key, process);
            }
            Err(cause) => self.events.push_back(Event::Gone(key, Some(cause))),
        }
        key
    }

    /// Says something to a host. One that is gone hears nothing.
    pub(crate) fn tell(&mut self, key: Key, message: &ServiceMessage, poller: &Poller) {
        let Some(process) = self.rows.get_mut(&key) else {
            return;
        };
        let Some(socket) = &process.socket else {
            return;
        };
        let packet = encode(message);
        if process.queue.is_empty() {
            match send_now(socket.as_fd(), &packet) {
                Ok(()) => return,
                Err(Errno::WOULDBLOCK) => {}
                // Its end is told by the process.
                Err(_) => return,
            }
        }
        let bytes = process.queued_bytes + packet.len();
        if process.queue.len() >= QUEUE_MESSAGES || bytes > QUEUE_BYTES {
            process.kill(Cause::new(
                "The extension's host process does not read what the service says to it.",
                "Report this to the extension's vendor.",
            ));
            return;
        }
        process.queued_bytes = bytes;
        process.queue.push_back(packet);
        process.watch_for_room(true, key, poller);
    }

    /// Ends a host at once. Without a cause it is the system's that is told.
    pub(crate) fn kill(&mut self, key: Key, fault: Option<Cause>) {
        if let Some(process) = self.rows.get_mut(&key) {
            match fault {
                Some(fault) => process.kill(fault),
                None => process.signal(),
            }
        }
    }

    /// Kills a host that still lives then.
    pub(crate) fn limit(&mut self, key: Key, deadline: Instant) {
        if let Some(process) = self.rows.get_mut(&key) {
            process.deadline = earliest(process.deadline, Some(deadline));
        }
    }

    /// The process id, while it lives.
    pub(crate) fn pid(&self, key: Key) -> Option<u32> {
        let process = self.rows.get(&key)?;
        u32::try_from(process.pid.as_raw_nonzero().get()).ok()
    }

    /// What happened next.
    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Something about a host is ready.
    pub(crate) fn handle_ready(
        &mut self,
        (key, part): (Key, HostPart),
        flags: EventFlags,
        poller: &Poller,
        now: Instant,
    ) {
        match part {
            HostPart::Socket => {
                if flags.contains(EventFlags::OUT) {
                    self.flush(key, poller);
                }
                self.receive(key, MESSAGES_PER_ROUND, now);
            }
            HostPart::Stderr => self.read_stderr(key, poller, now),
            HostPart::Exit => self.reap(key, poller, now),
        }
    }

    /// Kills what should have ended, and reads on where reading was paused.
    pub(crate) fn handle_timeout(&mut self, poller: &Poller, now: Instant) {
        for (key, process) in &mut self.rows {
            if process.deadline.is_some_and(|deadline| deadline <= now) {
                process.deadline = None;
                process.kill(Cause::new(
                    "The extension's host process did not end in time.",
                    "Report this to the extension's vendor.",
                ));
            }
            if let Some(stderr) = &mut process.stderr
                && stderr.paused.is_some_and(|until| until <= now)
            {
                stderr.paused = None;
                stderr.taken = 0;
                let token = Token::Host(*key, HostPart::Stderr);
                let _ = poller.change(&stderr.fd, token, EventFlags::IN);
            }
        }
    }

    /// When [`Processes::handle_timeout`] is wanted.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.rows.values().fold(None, |first, process| {
            let paused = process.stderr.as_ref().and_then(|stderr| stderr.paused);
            earliest(first, earliest(process.deadline, paused))
        })
    }

    /// The service is at its end: what is left is killed, and reaped as far as it dies at once.
    pub(crate) fn finish(&mut self) {
        for process in self.rows.values() {
            process.signal();
        }
        for process in std::mem::take(&mut self.rows).into_values() {
            drop(process.socket);
            // Killed processes end within the time the kernel takes for it, unless they are stuck in a
            // driver; then they are left to init.
            let mut fds = [rustix::event::PollFd::new(
                &process.pidfd,
                rustix::event::PollFlags::IN,
            )];
            let second = rustix::event::Timespec {
                tv_sec: 1,
                tv_nsec: 0,
            };
            let _ = rustix::event::poll(&mut fds, Some(&second));
            let _ = exit_of(&process.pidfd);
        }
    }

    fn flush(&mut self, key: Key, poller: &Poller) {
        let Some(process) = self.rows.get_mut(&key) else {
            return;
        };
        while let (Some(socket), Some(packet)) = (&process.socket, process.queue.front()) {
            match send_now(socket.as_fd(), packet) {
                Ok(()) => {
                    process.queued_bytes -= packet.len();
                    process.queue.pop_front();
                }
                Err(Errno::WOULDBLOCK) => return,
                Err(_) => process.queue.clear(),
            }
        }
        process.queued_bytes = 0;
        process.watch_for_room(false, key, poller);
    }

    fn receive(&mut self, key: Key, most: usize, now: Instant) {
        for _ in 0..most {
            let Some(process) = self.rows.get_mut(&key) else {
                return;
            };
            let Some(socket) = &process.socket else {
                return;
            };
            let buffer = &mut self.buffer[..];
            let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
            let len = match recv(socket, &mut *buffer, flags) {
                Ok((_, 0)) => {
                    // The process ends, or should.
                    process.socket = None;
                    process.deadline = earliest(process.deadline, Some(now + GOODBYE));
                    return;
                }
                Ok((_, len)) => len,
                Err(Errno::INTR) => continue,
                Err(Errno::WOULDBLOCK) => return,
                Err(_) => {
                    process.socket = None;
                    process.deadline = earliest(process.deadline, Some(now + GOODBYE));
                    return;
                }
            };
            // What comes after that is of no interest.
            if process.fault.is_some() {
                continue;
            }
            let message = buffer
                .get_mut(..len)
                .ok_or("a packet larger than any message".to_owned())
                .and_then(|packet| {
                    let message = decode::<HostMessage>(packet);
                    packet.zeroize();
                    message.map_err(|error| format!("a {error}"))
                });
            match message {
                Ok(message) => {
                    process.ended |= message == HostMessage::Ended;
                    self.events.push_back(Event::Said(key, message));
                }
                Err(what) => process.kill(Cause::new(
                    format!("The extension's host process sent {what}."),
                    "Use the hostednet-ihvhost of the same release; else report this to the \
                     extension's vendor.",
                )),
            }
        }
    }

    fn read_stderr(&mut self, key: Key, poller: &Poller, now: Instant) {
        let Some(process) = self.rows.get_mut(&key) else {
            return;
        };
        let Some(stderr) = &mut process.stderr else {
            return;
        };
        let mut bytes = [0; 4096];
        match rustix::io::read(&stderr.fd, &mut bytes) {
            Ok(0) => {
                stderr.end_line(|line| self.events.push_back(Event::Line(key, line)));
                // Its last line is still needed; the poller must not be woken for it any more.
                let _ = poller.remove(&stderr.fd);
            }
            Ok(len) => {
                for byte in bytes.iter().take(len) {
                    if *byte == b'\n' || stderr.line.len() >= LINE {
                        stderr.end_line(|line| self.events.push_back(Event::Line(key, line)));
                    }
                    if *byte != b'\n' {
                        stderr.line.push(*byte);
                    }
                }
                stderr.taken += len;
                if stderr.taken >= STDERR_BYTES {
                    stderr.paused = Some(now + STDERR_WINDOW);
                    let token = Token::Host(key, HostPart::Stderr);
                    let _ = poller.change(&stderr.fd, token, EventFlags::empty());
                }
            }
            Err(_) => {}
        }
    }

    fn reap(&mut self, key: Key, poller: &Poller, now: Instant) {
        let Some(process) = self.rows.get(&key) else {
            return;
        };
        let Some(end) = exit_of(&process.pidfd) else {
            return;
        };
        // What it said before comes before its end.
        self.receive(key, LAST_MESSAGES, now);
        for _ in 0..4 {
            self.read_stderr(key, poller, now);
        }
        let Some(mut process) = self.rows.remove(&key) else {
            return;
        };
        let mut last = String::new();
        if let Some(stderr) = &mut process.stderr {
            stderr.end_line(|line| self.events.push_back(Event::Line(key, line)));
            last = std::mem::take(&mut stderr.last);
        }
        let cause = process.fault.take().or_else(|| match end {
            End::Status(0) if process.ended => None,
            end => Some(end.cause(&last)),
        });
        tracing::debug!(key = key.0, ?cause, "host gone");
        self.events.push_back(Event::Gone(key, cause));
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Process {
    fn kill(&mut self, fault: Cause) {
        self.fault.get_or_insert(fault);
        self.signal();
    }

    fn signal(&self) {
        match pidfd_send_signal(&self.pidfd, Signal::KILL) {
            // It is dead and will be reaped.
            Ok(()) | Err(Errno::SRCH) => {}
            Err(error) => tracing::warn!(%error, "cannot kill the host process of an extension"),
        }
    }

    fn watch_for_room(&mut self, wanted: bool, key: Key, poller: &Poller) {
        if self.stalled == wanted {
            return;
        }
        if let Some(socket) = &self.socket {
            let mut interest = EventFlags::IN;
            interest.set(EventFlags::OUT, wanted);
            match poller.change(socket, Token::Host(key, HostPart::Socket), interest) {
                Ok(()) => self.stalled = wanted,
                Err(error) => tracing::warn!(%error, "cannot watch a host process"),
            }
        }
    }
}

impl Stderr {
    fn end_line(&mut self, mut tell: impl FnMut(String)) {
        let line = String::from_utf8_lossy(&self.line);
        let line = line.trim_end();
        if !line.is_empty() {
            line.clone_into(&mut self.last);
            tell(line.to_owned());
        }
        self.line.clear();
    }
}

/// How a process ended.
enum End {
    Status(i32),
    Signal(i32),
    /// Somebody else took the answer.
    Unknown,
}

impl End {
    fn cause(&self, last_line: &str) -> Cause {
        let mut text = match *self {
            Self::Status(status) => {
                format!("The extension's host process ended with exit status {status}")
            }
            Self::Signal(signal) => format!(
                "The extension's host process was killed by signal {signal}{}",
                signal_name(signal)
            ),
            Self::Unknown => "The extension's host process has ended".to_owned(),
        };
        if last_line.is_empty() {
            text.push('.');
        } else {
            text.push_str(": ");
            text.push_str(last_line);
        }
        Cause::new(
            text,
            "See `hostednet ihv log`; report it to the extension's vendor.",
        )
    }
}

/// How it ended, once it has; it is reaped then.
fn exit_of(pidfd: &OwnedFd) -> Option<End> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
    match waitid(WaitId::PidFd(pidfd.as_fd()), options) {
        Ok(Some(status)) => Some(end(&status)),
        Ok(None) | Err(Errno::INTR) => None,
        Err(_) => Some(End::Unknown),
    }
}

fn end(status: &WaitIdStatus) -> End {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(status), _) => End::Status(status),
        (None, Some(signal)) => End::Signal(signal),
        (None, None) => End::Unknown,
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGABRT => " (SIGABRT)",
        libc::SIGBUS => " (SIGBUS)",
        libc::SIGFPE => " (SIGFPE)",
        libc::SIGILL => " (SIGILL)",
        libc::SIGKILL => " (SIGKILL)",
        libc::SIGSEGV => " (SIGSEGV)",
        libc::SIGSYS => " (SIGSYS)",
        libc::SIGTERM => " (SIGTERM)",
        libc::SIGTRAP => " (SIGTRAP)",
        _ => "",
    }
}

fn send_now(socket: BorrowedFd<'_>, packet: &[u8]) -> Result<(), Errno> {
    loop {
        match send(socket, packet, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
            Err(Errno::INTR) => {}
            result => return result.map(|_| ()),
        }
    }
}

fn watch(started: Started, key: Key, poller: &Poller) -> Result<Process, Cause> {
    let Started {
        pid,
        pidfd,
        socket,
        stderr,
    } = started;
    let watched = poller
        .add(&socket, Token::Host(key, HostPart::Socket), EventFlags::IN)
        .and_then(|()| poller.add(&stderr, Token::Host(key, HostPart::Stderr), EventFlags::IN))
        .and_then(|()| poller.add(&pidfd, Token::Host(key, HostPart::Exit), EventFlags::IN));
    let process = Process {
        pid,
        pidfd,
        socket: Some(socket),
        stderr: Some(Stderr {
            fd: stderr,
            line: Vec::new(),
            last: String::new(),
            taken: 0,
            paused: None,
        }),
        queue: VecDeque::new(),
        queued_bytes: 0,
        stalled: false,
        ended: false,
        fault: None,
        deadline: None,
    };
    match watched {
        Ok(()) => Ok(process),
        Err(error) => {
            process.signal();
            // It dies at once; nobody else would take its exit.
            let _ = waitid(WaitId::PidFd(process.pidfd.as_fd()), WaitIdOptions::EXITED);
            Err(Cause::new(
                format!("The extension's host process cannot be watched: {error}."),
                "Raise the service's limits on open files.",
            ))
        }
    }
}

#[cfg(test)]
mod tests;
