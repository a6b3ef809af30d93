//! Tiers that watch the compiled program from below: Miri and ThreadSanitizer (both nightly).

use crate::libtest;
use crate::report::Outcome;
use crate::run;

/// Miri runs a program slowly; what `proptest` repeats it repeats this often there.
const FEW_CASES: (&str, &str) = ("PROPTEST_CASES", "4");

/// Sees to it that nightly has a component; says why it cannot.
fn component(name: &str) -> Result<(), String> {
    if !run::works(&["rustup", "run", "nightly", "cargo", "--version"]) {
        return Err("no nightly toolchain (rustup toolchain install nightly)".to_owned());
    }
    let words = ["rustup", "component", "add", "--toolchain=nightly", name];
    let added = run::quiet(&words, &[], 300);
    if added.success() {
        Ok(())
    } else {
        Err(format!("no {name} here ({})", words.join(" ")))
    }
}

/// Unsafe code between C structures and ours, interpreted: alignment, bounds, provenance.
pub(crate) fn miri() -> Outcome {
    if let Err(why) = component("miri").and_then(|()| component("rust-src")) {
        return Outcome::skipped(why, false);
    }
    let target = run::target().join("miri").to_string_lossy().into_owned();
    // The current folder is read by the test runner.
    let env = [
        ("CARGO_TARGET_DIR", target.as_str()),
        ("MIRIFLAGS", "-Zmiri-disable-isolation"),
        FEW_CASES,
    ];
    let cargo = ["rustup", "run", "nightly", "cargo", "miri", "test"];
    let parts: [&[&str]; 2] = [
        &["--package=ihv", "--lib", "--test=layout"],
        &["--package=ihv_host", "--lib"],
    ];
    tests(&cargo, &parts, &env)
}

/// The host process of an extension with all its threads, instrumented: its completion paths from
/// any thread, a storm of calls, extensions that misbehave.
pub(crate) fn threads() -> Outcome {
    if let Err(why) = component("rust-src") {
        return Outcome::skipped(why, false);
    }
    if !run::there("gcc") && !run::there("cc") {
        return Outcome::skipped("no C compiler here (apt-get install gcc)", true);
    }
    let target = run::target().join("threads").to_string_lossy().into_owned();
    let env = [
        ("CARGO_TARGET_DIR", target.as_str()),
        // The sanitizer's shadow is larger than the host's limit: `tsan` lifts it.
        ("RUSTFLAGS", "-Zsanitizer=thread --cfg tsan"),
        // Crashes are part of the tests.
        (
            "TSAN_OPTIONS",
            "halt_on_error=1 exitcode=66 handle_segv=0 handle_abort=0 handle_sigbus=0",
        ),
    ];
    let cargo = [
        "rustup",
        "run",
        "nightly",
        "cargo",
        "test",
        "-Zbuild-std",
        "--target=x86_64-unknown-linux-gnu",
    ];
    tests(
        &cargo,
        &[&[
            "--package=ihv_host",
            "--lib",
            "--test=host",
            "--",
            // The sanitizer needs what confinement takes, and has memory where the test scribbles.
            "--skip=confined::",
            "--skip=scribbling_over_memory",
        ]],
        &env,
    )
}

fn tests(cargo: &[&str], parts: &[&[&str]], env: &[(&str, &str)]) -> Outcome {
    parts
        .iter()
        .map(|part| {
            let words: Vec<&str> = cargo.iter().chain(*part).copied().collect();
            libtest::counted(&words, env, 1800)
        })
        .fold(Outcome::default(), Outcome::and)
}
