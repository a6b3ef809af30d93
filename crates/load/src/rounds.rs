//! The rounds: one to warm up, one that counts.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use clock::{Duration, monotonic};

use crate::Load;
use crate::churn::{Happened, churn};
use crate::service::{Service, Size};

/// Longest wait until the service has noticed that everybody is gone.
const SETTLE_LIMIT: Duration = Duration::from_secs(10);

/// How much larger the service may be after the round that counts than after the one before, in KiB.
/// An allocator gives pages back late; a leak of 16 bytes a call would be 3 MiB.
const TOLERANCE: u64 = 1536;

pub(crate) fn run(load: Load, program: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let service = Service::start(program, folder.path())?;
    let mut first = service.connect()?;
    first.init_settings().map_err(|e| e.to_string())?;
    drop(first);
    let fresh = service.size()?;

    // The first round fills every queue and table once.
    let warm = Load {
        calls: load.calls / 4,
        ..load
    };
    round(warm, &service)?;
    let before = settle(&service, fresh)?;

    let began = monotonic();
    let (heard, happened) = round(load, &service)?;
    let took = monotonic().since(began);
    let after = settle(&service, fresh)?;

    println!(
        "{} handles in {} processes, {} calls in {} ms: every answer right",
        load.clients,
        load.processes,
        load.calls,
        took.as_millis()
    );
    println!(
        "{heard} notifications to each handle, none lost, none out of order ({} joins, {} restarts)",
        happened.joins, happened.restarts
    );
    println!(
        "the service: {} KiB fresh, {} KiB before, {} KiB after; {} descriptors as before",
        fresh.resident, before.resident, after.resident, after.descriptors
    );
    if after.resident > before.resident + TOLERANCE {
        return Err(format!(
            "the service grew from {} to {} KiB",
            before.resident, after.resident
        ));
    }
    Ok(())
}

/// Waits until no client is left; the service's size then.
fn settle(service: &Service, fresh: Size) -> Result<Size, String> {
    let deadline = monotonic() + SETTLE_LIMIT;
    loop {
        let size = service.size()?;
        if size.descriptors <= fresh.descriptors {
            return Ok(size);
        }
        if monotonic() > deadline {
            return Err(format!(
                "the service holds {} descriptors where it held {}",
                size.descriptors, fresh.descriptors
            ));
        }
        std::thread::sleep(core::time::Duration::from_millis(20));
    }
}

/// One of the processes, seen from here.
struct Worker {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Worker {
    fn start(number: u32, load: Load, service: &Service) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let share = |all: u32| all / load.processes + u32::from(number < all % load.processes);
        let mut child = Command::new(program)
            .arg("worker")
            .args([number, share(load.clients), share(load.calls)].map(|n| n.to_string()))
            .env("HOSTEDNET_SOCKET", service.socket())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (to, from) = pipes.ok_or("no pipes to a worker")?;
        Ok(Self {
            child,
            to,
            from: BufReader::new(from),
        })
    }

    fn say(&mut self, word: &str) -> Result<(), String> {
        writeln!(self.to, "{word}").map_err(|error| format!("a worker is gone: {error}"))
    }

    fn hear(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.from.read_line(&mut line) {
            Ok(0) => Err("a worker failed (see above)".to_owned()),
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Harmless when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns how many notifications each handle heard, and what happened meanwhile.
fn round(load: Load, service: &Service) -> Result<(usize, Happened), String> {
    let mut workers = Vec::new();
    for number in 0..load.processes {
        workers.push(Worker::start(number, load, service)?);
    }
    each(&mut workers, |w| expect(&w.hear()?, "ready"))?;
    let mut starter = service.connect()?;
    starter.force_start().map_err(|error| error.to_string())?;
    let enough = AtomicBool::new(false);
    let happened = std::thread::scope(|scope| {
        let churning = scope.spawn(|| churn(service, &enough));
        let called = each(&mut workers, |w| w.say("go"))
            .and_then(|()| each(&mut workers, |w| expect(&w.hear()?, "done")));
        enough.store(true, Ordering::Relaxed);
        let happened = churning
            .join()
            .map_err(|_| "the churn panicked".to_owned())?;
        called.and(happened)
    })?;
    // References of the workers may have started it again.
    starter.force_stop().map_err(|error| error.to_string())?;
    each(&mut workers, |w| w.say("finish"))?;
    let mut heard = Vec::new();
    each(&mut workers, |w| {
        heard.push(w.hear()?);
        Ok(())
    })?;
    let [first, rest @ ..] = heard.as_slice() else {
        return Err("nobody heard anything".to_owned());
    };
    if let Some(other) = rest.iter().find(|other| *other != first) {
        return Err(format!("one process {first}, another {other}"));
    }
    each(&mut workers, |w| match w.child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("a worker ended with {status}")),
        Err(error) => Err(error.to_string()),
    })?;
    let count = first
        .split(' ')
        .nth(1)
        .and_then(|count| count.parse().ok())
        .ok_or_else(|| format!("a worker said {first:?}"))?;
    Ok((count, happened))
}

fn each(
    workers: &mut [Worker],
    mut act: impl FnMut(&mut Worker) -> Result<(), String>,
) -> Result<(), String> {
    workers.iter_mut().try_for_each(&mut act)
}

fn expect(heard: &str, word: &str) -> Result<(), String> {
    if heard == word {
        Ok(())
    } else {
        Err(format!("a worker said {heard:?} instead of {word}"))
    }
}
