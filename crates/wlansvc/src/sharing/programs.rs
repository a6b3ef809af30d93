//! dnsmasq and nft, started without a shell.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use clock::{Duration, monotonic};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid,
};
use rustix::thread::CapabilitySet;
use sharing::{PROGRAM_FOLDERS, Refusal, program_places};

use super::holder;

/// How long dnsmasq may take until it serves, and to end when asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// Most of a program's words that are kept, in bytes.
const MOST_WORDS: usize = 16 * 1024;

/// Most of what nft tells about others' tables, in bytes.
const MOST_RULES: u64 = 4 * 1024 * 1024;

/// What dnsmasq writes when it serves.
const SERVES: &[u8] = b"started, version";

/// The same rights as the service's unit gives: interfaces, raw packets, low ports.
const KEPT: CapabilitySet = CapabilitySet::NET_ADMIN
    .union(CapabilitySet::NET_RAW)
    .union(CapabilitySet::NET_BIND_SERVICE);

fn locate(name: &str) -> Result<PathBuf, Refusal> {
    program_places(name)
        .find(|path| path.is_file())
        .ok_or(Refusal::Missing)
}

/// The program with nothing of ours but the rights it needs. It dies with the thread that starts it.
#[expect(unsafe_code, reason = "what happens between fork and exec")]
fn command(name: &str) -> Result<Command, Refusal> {
    let mut command = Command::new(locate(name)?);
    let service = rustix::process::getpid();
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", PROGRAM_FOLDERS.join(":"))
        .current_dir("/");
    // SAFETY: only system calls between fork and exec.
    unsafe {
        command.pre_exec(move || {
            // A terminal's signals are for the service, which ends its helper itself.
            rustix::process::setsid()?;
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
            if rustix::process::getppid() != Some(service) {
                // It died before the line above.
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            rustix::thread::set_no_new_privs(true)?;
            for bit in 0..64 {
                let one = CapabilitySet::from_bits_retain(1 << bit);
                if !KEPT.contains(one) {
                    // Refused where the service may not, which then has no more itself.
                    let _ = rustix::thread::remove_capability_from_bounding_set(one);
                }
            }
            libc::close_range(3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC as i32);
            Ok(())
        });
    }
    Ok(command)
}

fn failed(error: &io::Error) -> Refusal {
    Refusal::Said(format!("it could not be started: {error}"))
}

/// Has nft carry out what `input` says.
pub(crate) fn nft(input: &str) -> Result<(), Refusal> {
    let mut child = command("nft")?
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    if let Some(mut stdin) = child.stdin.take() {
        // It says itself why it does not read.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Refusal::from_nft(&String::from_utf8_lossy(&output.stderr)))
}

/// All tables, as text.
pub(crate) fn nft_list() -> Result<String, Refusal> {
    let mut child = command("nft")?
        .args(["list", "ruleset"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let _ = stdout.take(MOST_RULES).read_to_end(&mut bytes);
    }
    let _ = child.wait();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A running dnsmasq.
#[derive(Debug)]
pub(crate) struct Dnsmasq {
    pub(crate) pid: u32,
    pidfd: Arc<OwnedFd>,
}

/// What the loop watches of it.
#[derive(Debug)]
pub(crate) struct Watched {
    /// Readable once it has ended.
    pub(crate) exit: Arc<OwnedFd>,
    /// What it writes; does not block.
    pub(crate) stderr: OwnedFd,
}

impl Dnsmasq {
    /// Starts it and waits until it serves.
    pub(crate) fn start(config: &Path) -> Result<(Self, Watched), Refusal> {
        let mut child = command("dnsmasq")?
            .arg("--keep-in-foreground")
            .arg("-C")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        let pid = Pid::from_child(&child);
        let watch = || -> io::Result<(OwnedFd, OwnedFd)> {
            let stderr = child.stderr.take().ok_or(io::ErrorKind::Other)?;
            let stderr = OwnedFd::from(stderr);
            let flags = rustix::fs::fcntl_getfl(&stderr)?;
            rustix::fs::fcntl_setfl(&stderr, flags | rustix::fs::OFlags::NONBLOCK)?;
            Ok((pidfd_open(pid, PidfdFlags::empty())?, stderr))
        };
        let mut watch = watch;
        let (pidfd, stderr) = match watch() {
            Ok(fds) => fds,
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(&error));
            }
        };
        let dnsmasq = Self {
            pid: child.id(),
            pidfd: Arc::new(pidfd),
        };
        match until_it_serves(&stderr) {
            Ok(()) => {
                let exit = Arc::clone(&dnsmasq.pidfd);
                Ok((dnsmasq, Watched { exit, stderr }))
            }
            Err(mut refusal) => {
                dnsmasq.end();
                if let Refusal::PortTaken { port, by } = &mut refusal {
                    *by = holder::of_port(*port);
                }
                Err(refusal)
            }
        }
    }

    /// Ends it and waits for its end.
    pub(crate) fn end(&self) {
        let _ = pidfd_send_signal(&self.pidfd, Signal::TERM);
        if !wait(&self.pidfd, PATIENCE) {
            let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
        }
        let _ = waitid(WaitId::PidFd(self.pidfd.as_fd()), WaitIdOptions::EXITED);
    }
}

/// Ends a dnsmasq that a killed service has left.
pub(crate) fn end_stale(pid: u32) {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid
        && name.trim() == "dnsmasq"
        && let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty())
    {
        let _ = pidfd_send_signal(&pidfd, Signal::KILL);
        wait(&pidfd, PATIENCE);
    }
}

/// Whether the descriptor becomes readable in time.
fn wait(fd: &OwnedFd, limit: Duration) -> bool {
    let deadline = monotonic() + limit;
    loop {
        let left = deadline.since(monotonic());
        let timeout = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        match poll(&mut [PollFd::new(fd, PollFlags::IN)], Some(&timeout)) {
            Err(Errno::INTR) => {}
            Ok(count) => return count > 0,
            Err(_) => return false,
        }
    }
}

/// Reads what dnsmasq writes until it says that it serves.
fn until_it_serves(stderr: &OwnedFd) -> Result<(), Refusal> {
    let deadline = monotonic() + PATIENCE;
    let mut words = Vec::new();
    loop {
        if !wait(stderr, deadline.since(monotonic())) {
            return Err(Refusal::Said("it did not serve in time".into()));
        }
        let mut buffer = [0; 1024];
        match rustix::io::read(stderr, &mut buffer) {
            // It has ended.
            Ok(0) => return Err(Refusal::from_dnsmasq(&String::from_utf8_lossy(&words))),
            Ok(len) => words.extend(buffer.iter().take(len)),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error) => return Err(failed(&error.into())),
        }
        if words.windows(SERVES.len()).any(|part| part == SERVES) {
            return Ok(());
        }
        if words.len() > MOST_WORDS {
            words.clear();
        }
    }
}
