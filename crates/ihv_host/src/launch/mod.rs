//! Starts Wine for a Windows extension, confined before anything of Wine runs.
//!
//! ```text
//!  service -- starts --> hostednet-ihvhost --wine FOLDER DLL
//!                          a room of its own, limits, Landlock, system calls
//!                          |-- starts --> wineserver            dies with it
//!                          becomes wine hostednet-ihvhost.exe.so DLL    (`inside`)
//! ```
//!
//! A host is one process with one server of its own: hosts share files that none of them can write, and
//! nothing else. What is weaker than for a shared object is in docs/decisions/0023.

mod restrict;
mod room;
mod wine;

use std::convert::Infallible;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clock::{Duration, Instant, monotonic};
use ihv::seam::{HostMessage, Level};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::harden::{Limits, harden, harden_without_service};
use crate::runner::Options;
use crate::socket::Socket;
use room::Room;
use wine::Wine;

pub use room::Prefix;

/// The program for Wine, in a folder of this name beside ours.
const PROGRAM: [&str; 2] = ["wine", "hostednet-ihvhost.exe.so"];

/// How long Wine's server may take to begin.
const SERVER_LIMIT: Duration = Duration::from_secs(10);

/// How long Wine may take to make a prefix, in seconds.
const PREFIX_LIMIT: Duration = Duration::from_secs(240);

/// Wine reserves much more than it uses.
const LIMITS: Limits = Limits {
    memory: 4 << 30,
    descriptors: 512,
};

/// Why not: what happened, and what helps.
pub(crate) type Fault = (String, &'static str);

/// Becomes the host of a DLL. Returns only when that fails, after the service was told.
pub fn host(options: &Options, prefix: &Prefix) -> u8 {
    let socket = match harden(LIMITS) {
        Ok(socket) => Socket(socket),
        Err(error) => {
            eprintln!("hostednet-ihvhost: the process cannot be confined: {error}");
            return 1;
        }
    };
    let Err((text, remedy)) = become_host(options, prefix, &socket);
    // The service adds what to do with an extension that does not load.
    let _ = socket.send(&HostMessage::LoadFailed(format!("{text} {remedy}")));
    1
}

fn become_host(options: &Options, prefix: &Prefix, socket: &Socket) -> Result<Infallible, Fault> {
    let wine = Wine::find()?;
    let program = program()?;
    prefix.check(&wine)?;
    let room = Room::enter(prefix)?;
    let missing = restrict::host(&wine, prefix, &room, &program, &options.extension)?;
    for missing in missing {
        let _ = socket.send(&HostMessage::Log {
            level: Level::Info,
            text: missing,
        });
    }
    let mut server = start_server(&wine, &room)?;
    wait_for_server(&mut server, &room)?;
    // Both go on: the room is ours as long as one of them lives.
    let kept = room.keep();
    let inherited = |fd: &OwnedFd| fcntl_setfd(fd, FdFlags::empty());
    kept.and_then(|()| Ok(inherited(&socket.0)?))
        .map_err(|error| failed("keep its descriptors", &error))?;
    let error = wine
        .command(room.path())
        // Without Wine's services: they are programs that nobody needs here.
        .env(
            "WINEDLLOVERRIDES",
            "wineboot.exe,winemenubuilder.exe,winedbg.exe,mscoree,mshtml=d",
        )
        .arg(&program)
        .arg(options.handler_limit.as_millis().to_string())
        .arg(&options.extension)
        .exec();
    Err(failed("start Wine", &error))
}

/// Makes the prefix, unless it is there: half a minute. Prints what went wrong and what helps, a line
/// each.
pub fn prepare(prefix: &Prefix) -> u8 {
    tell(try_prepare(prefix))
}

/// The part of [`prepare`] that runs Wine, confined, in a process of its own.
pub fn make(prefix: &Prefix) -> u8 {
    tell(try_make(prefix))
}

fn tell(result: Result<(), Fault>) -> u8 {
    match result {
        Ok(()) => 0,
        Err((text, remedy)) => {
            println!("{text}\n{remedy}");
            1
        }
    }
}

fn try_prepare(prefix: &Prefix) -> Result<(), Fault> {
    let wine = Wine::find()?;
    program()?;
    if prefix.check(&wine).is_ok() {
        return Ok(());
    }
    prefix.begin()?;
    let own = std::env::current_exe().map_err(|error| failed("find itself", &error))?;
    let mut maker = Command::new(own);
    maker.arg("--make-wine").arg(prefix.path());
    dies_with_us(&mut maker);
    let made = maker
        .output()
        .map_err(|error| failed("start itself", &error))?;
    if made.status.success() {
        return prefix.complete(&wine);
    }
    let text = String::from_utf8_lossy(&made.stdout);
    let text = text.lines().next().unwrap_or("Wine was not started.");
    Err((
        format!("The Wine prefix for extensions cannot be made: {text}"),
        "See whether `wineboot --init` works with a new WINEPREFIX.",
    ))
}

fn try_make(prefix: &Prefix) -> Result<(), Fault> {
    let wine = Wine::find()?;
    harden_without_service(LIMITS).map_err(|error| failed("confine itself", &error))?;
    let room = prefix.new_room()?;
    restrict::maker(&wine, &room)?;
    let mut server = start_server(&wine, &room)?;
    wait_for_server(&mut server, &room)?;
    let mut boot = wine.command(room.path());
    boot.env("WINEDLLOVERRIDES", "winemenubuilder.exe,mscoree,mshtml=d")
        .args(["wineboot", "--init"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    dies_with_us(&mut boot);
    let mut boot = boot.spawn().map_err(|error| failed("start Wine", &error))?;
    let deadline = monotonic() + PREFIX_LIMIT;
    // Its server ends when all programs have, and has written the registry then.
    for child in [&mut boot, &mut server] {
        if !ended(child, deadline) {
            let _ = child.kill();
            return Err((
                format!(
                    "Wine has not made it within {} seconds.",
                    PREFIX_LIMIT.as_millis() / 1000
                ),
                "",
            ));
        }
    }
    Ok(())
}

/// Waits for the end of a child.
fn ended(child: &mut Child, deadline: Instant) -> bool {
    loop {
        match child.try_wait() {
            Ok(Some(_)) | Err(_) => return true,
            Ok(None) if monotonic() >= deadline => return false,
            Ok(None) => std::thread::sleep(std::time::Duration::from_millis(50)),
        }
    }
}

fn program() -> Result<PathBuf, Fault> {
    let own = std::env::current_exe().unwrap_or_default();
    let program = own
        .parent()
        .unwrap_or(Path::new("/"))
        .join(PROGRAM.iter().collect::<PathBuf>());
    if program.is_file() {
        Ok(program)
    } else {
        Err((
            format!(
                "Windows extensions need the program {}, which is not there.",
                program.display()
            ),
            "Install the package hostednet-wine.",
        ))
    }
}

/// Wine's server, as a child that dies with us and that no program of Wine has to start.
fn start_server(wine: &Wine, room: &Room) -> Result<Child, Fault> {
    let mut server = wine.server(room.path());
    server
        // Stays in front, and ends with the last program.
        .args(["-f", "-p0"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    dies_with_us(&mut server);
    server
        .spawn()
        .map_err(|error| failed("start Wine's server", &error))
}

#[expect(unsafe_code, reason = "what happens between fork and exec")]
fn dies_with_us(command: &mut Command) {
    let parent = rustix::process::getpid();
    // SAFETY: only system calls.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            if rustix::process::getppid() == Some(parent) {
                Ok(())
            } else {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        });
    }
}

/// It says nothing when it has begun, and a program that comes too early starts another one.
fn wait_for_server(server: &mut Child, room: &Room) -> Result<(), Fault> {
    let deadline = monotonic() + SERVER_LIMIT;
    loop {
        if room.has_socket() {
            return Ok(());
        }
        let why = match server.try_wait() {
            Ok(Some(status)) => match (status.code(), status.signal()) {
                (Some(code), _) => format!("ended with status {code}"),
                (None, signal) => format!("was killed by signal {}", signal.unwrap_or(0)),
            },
            _ if monotonic() >= deadline => "does not begin".to_owned(),
            _ => {
                std::thread::sleep(std::time::Duration::from_millis(1));
                continue;
            }
        };
        let _ = server.kill();
        return Err((
            format!("Wine's server {why}."),
            "See whether Wine runs here (`wineboot --init` with a new WINEPREFIX).",
        ));
    }
}

fn failed(what: &str, error: &io::Error) -> Fault {
    (
        format!("hostednet-ihvhost cannot {what}: {error}."),
        "See what is there, and whether the service's user may use it.",
    )
}
