//! One of the processes: its share of the handles and of the calls.

use std::io::{BufRead as _, Write as _};

use clock::{Duration, monotonic};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::api::Client;
use crate::calls;
use crate::log::{Log, Summary};

/// Longest wait until the last notifications have come.
const LAST_WORDS: Duration = Duration::from_secs(60);

/// Opens `clients` handles, makes `calls` calls, and tells what was heard. The words on standard output
/// and input keep it in step with the parent: `ready`, `go`, `done`, `finish`, `heard COUNT DIGEST`.
pub(crate) fn work(seed: u64, clients: u32, calls: u32) -> Result<(), String> {
    // The handles outlive this function: the listeners have to as well.
    let logs: &'static [Log] = Vec::leak((0..clients).map(|_| Log::default()).collect());
    let mut handles = Vec::new();
    for log in logs {
        let client = Client::open().map_err(|code| format!("WlanOpenHandle answered {code}"))?;
        match client.register(log) {
            0 => handles.push(client),
            code => return Err(format!("WlanRegisterNotification answered {code}")),
        }
    }
    say("ready")?;
    wait_for("go")?;

    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Two threads a process, so that calls of one process meet inside the library too.
    let half = handles.len() / 2;
    let (first, second) = handles.split_at(half);
    let mut other = ChaCha8Rng::seed_from_u64(!seed);
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| make_calls(second, calls - calls / 2, &mut other));
        let here = make_calls(first, calls / 2, &mut random);
        let there = thread.join().map_err(|_| "a thread panicked".to_owned())?;
        here.and(there)
    })?;
    say("done")?;
    wait_for("finish")?;

    let deadline = monotonic() + LAST_WORDS;
    let summary = loop {
        match settled(logs)? {
            Ok(summary) => break summary,
            Err(text) if monotonic() > deadline => return Err(text),
            Err(_) => std::thread::sleep(core::time::Duration::from_millis(20)),
        }
    };
    say(&format!("heard {} {:016x}", summary.count, summary.digest))?;
    // Every other process leaves without closing anything.
    if seed.is_multiple_of(2) {
        for client in handles {
            match client.close() {
                0 => {}
                code => return Err(format!("WlanCloseHandle answered {code}")),
            }
        }
    }
    Ok(())
}

fn make_calls(handles: &[Client], calls: u32, random: &mut ChaCha8Rng) -> Result<(), String> {
    for (_, client) in (0..calls).zip(handles.iter().cycle()) {
        calls::one(client, random)?;
    }
    Ok(())
}

/// What all logs agree on, or how they still differ.
fn settled(logs: &[Log]) -> Result<Result<Summary, String>, String> {
    let mut all = Vec::new();
    for log in logs {
        all.push(log.check()?);
    }
    let Some(longest) = all.iter().max_by_key(|s| s.count) else {
        return Err("no handle at all".to_owned());
    };
    let behind = all.iter().filter(|s| *s != longest).count();
    Ok(if behind == 0 && longest.ends_idle {
        Ok(*longest)
    } else {
        Err(format!(
            "{behind} of {} handles heard something else than the others ({} notifications)",
            all.len(),
            longest.count
        ))
    })
}

fn say(word: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{word}")
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}

fn wait_for(word: &str) -> Result<(), String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| error.to_string())?;
    if line.trim_end() == word {
        Ok(())
    } else {
        Err(format!(
            "the parent said {:?} instead of {word}",
            line.trim_end()
        ))
    }
}
