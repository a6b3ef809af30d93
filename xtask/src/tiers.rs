//! The test tiers.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use crate::report::{self, Outcome};
use crate::{arrows, face, kernel, libtest, licences, package, run, sound, web, wine};

/// A tier: its name, what it does, how to run it.
struct Tier {
    name: &'static str,
    about: &'static str,
    run: fn() -> Outcome,
}

/// Cheap ones first, so that a slip is told soon.
const TIERS: &[Tier] = &[
    Tier {
        name: "fmt",
        about: "the source is formatted",
        run: fmt,
    },
    Tier {
        name: "scripts",
        about: "shellcheck finds nothing in the shell scripts",
        run: scripts,
    },
    Tier {
        name: "arrows",
        about: "no dependency runs the wrong way",
        run: arrows,
    },
    Tier {
        name: "licences",
        about: "every crate we link has a licence that goes with ours",
        run: licences,
    },
    Tier {
        name: "clippy",
        about: "no lint warns",
        run: clippy,
    },
    Tier {
        name: "unit",
        about: "unit tests of all crates, documentation examples",
        run: unit,
    },
    Tier {
        name: "world",
        about: "the whole column under a virtual clock",
        run: world,
    },
    Tier {
        name: "docs",
        about: "the documentation builds without warnings",
        run: docs,
    },
    Tier {
        name: "session",
        about: "scripted sessions on the simulated radio",
        run: session,
    },
    Tier {
        name: "face",
        about: "the C library: headers, tables, functions, examples",
        run: face::tier,
    },
    Tier {
        name: "wine",
        about: "programs for Windows, unmodified, under Wine",
        run: wine::tier,
    },
    Tier {
        name: "web",
        about: "the local page in a headless Chromium",
        run: web::tier,
    },
    Tier {
        name: "load",
        about: "a thousand clients of libwlanapi against one service",
        run: load,
    },
    Tier {
        name: "package",
        about: "the Debian package, installed in a scratch root",
        run: package::tier,
    },
    Tier {
        name: "miri",
        about: "unsafe code of the extension host, interpreted (nightly)",
        run: sound::miri,
    },
    Tier {
        name: "threads",
        about: "the extension host under ThreadSanitizer (nightly)",
        run: sound::threads,
    },
    Tier {
        name: "fuzz",
        about: "every fuzz target for a moment (nightly, cargo-fuzz)",
        run: fuzz,
    },
    Tier {
        name: "kernel",
        about: "real stations, Debian's kernel, simulated radios",
        run: kernel::tier,
    },
];

/// Prints the tiers.
pub(crate) fn list() {
    for tier in TIERS {
        println!("  {:<9} {}", tier.name, tier.about);
    }
}

/// `cargo xtask test`.
pub(crate) fn test(names: &[&str]) -> ExitCode {
    if let Some(unknown) = names
        .iter()
        .find(|name| TIERS.iter().all(|tier| tier.name != **name))
    {
        eprintln!("no tier is called {unknown}; there are:");
        list();
        return ExitCode::from(2);
    }
    let strict = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let mut rows = Vec::new();
    for tier in TIERS
        .iter()
        .filter(|tier| names.is_empty() || names.contains(&tier.name))
    {
        println!("\n=== {}: {}", tier.name, tier.about);
        let began = run::now();
        let outcome = (tier.run)();
        let outcome = if strict { outcome.strict() } else { outcome };
        rows.push((tier.name, outcome, run::now() - began));
    }
    report::close(&rows)
}

/// One command is one case.
fn one(words: &[&str], env: &[(&str, &str)], limit: u32) -> Outcome {
    let ended = run::shown(words, env, limit);
    if ended.success() {
        Outcome::passed(1)
    } else {
        Outcome::failed(format!("{}: {}", words.join(" "), ended.why()))
    }
}

fn fmt() -> Outcome {
    let cargo = run::cargo();
    if !run::works(&[&cargo, "fmt", "--version"]) {
        return Outcome::skipped("no rustfmt here (rustup component add rustfmt)", false);
    }
    one(&[&cargo, "fmt", "--all", "--check"], &[], 120)
}

fn clippy() -> Outcome {
    let cargo = run::cargo();
    if !run::works(&[&cargo, "clippy", "--version"]) {
        return Outcome::skipped("no clippy here (rustup component add clippy)", false);
    }
    one(
        &[
            &cargo,
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-Dwarnings",
        ],
        &[],
        1800,
    )
}

fn docs() -> Outcome {
    let cargo = run::cargo();
    one(
        &[&cargo, "doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-Dwarnings")],
        1800,
    )
}

fn arrows() -> Outcome {
    match arrows::check() {
        Ok(text) => {
            println!("{text}");
            Outcome::passed(1)
        }
        Err(wrong) => wrong
            .lines()
            .map(Outcome::failed)
            .fold(Outcome::default(), Outcome::and),
    }
}

fn licences() -> Outcome {
    match licences::check() {
        Ok(count) => {
            println!("{count} crates, each with a licence on the list");
            Outcome::passed(1)
        }
        Err(wrong) => wrong
            .into_iter()
            .map(Outcome::failed)
            .fold(Outcome::default(), Outcome::and),
    }
}

fn unit() -> Outcome {
    cargo_test(&["--workspace", "--exclude=world"])
}

fn world() -> Outcome {
    cargo_test(&["--package=world"])
}

fn cargo_test(which: &[&str]) -> Outcome {
    let cargo = run::cargo();
    let mut words = vec![cargo.as_str(), "test", "--no-fail-fast"];
    words.extend(which);
    libtest::counted(&words, &[], 2400)
}

/// All shell scripts of the checkout, known by name or first line.
fn scripts() -> Outcome {
    let mut files = Vec::new();
    if let Err(error) = find_scripts(&run::top(), &mut files) {
        return Outcome::failed(format!("cannot list the checkout: {error}"));
    }
    files.sort();
    let Some(shellcheck) = fetched("shellcheck") else {
        return Outcome::skipped("shellcheck is not here and cannot be fetched", true);
    };
    let mut words = vec![shellcheck.as_str()];
    words.extend(files.iter().map(String::as_str));
    let ended = run::shown(&words, &[], 300);
    if ended.success() {
        Outcome::passed(files.len())
    } else {
        Outcome::failed(format!("shellcheck: {}", ended.why()))
    }
}

fn find_scripts(folder: &Path, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            let made = name == ".git" || name.starts_with("target") || name == "corpus";
            if !made {
                find_scripts(&entry.path(), found)?;
            }
        } else if is_shell(&entry.path(), &name) {
            let path = entry.path();
            let path = path.strip_prefix(run::top()).unwrap_or(&path);
            found.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn is_shell(path: &Path, name: &str) -> bool {
    if name.ends_with(".sh") {
        return true;
    }
    let mut start = [0; 24];
    !name.contains('.')
        && std::fs::File::open(path)
            .and_then(|mut file| file.read(&mut start))
            .is_ok_and(|n| {
                [&b"#!/bin/sh"[..], b"#!/bin/bash", b"#!/usr/bin/env bash"]
                    .iter()
                    .any(|line| start.get(..n).is_some_and(|start| start.starts_with(line)))
            })
}

/// The path of a Debian package's program of the same name, installed or fetched into the cache.
fn fetched(program: &str) -> Option<String> {
    if run::there(program) {
        return Some(program.to_owned());
    }
    let packages = "tests/kernel/packages";
    if !run::there("apt-get") || !run::works(&[packages, &format!("{program}:{program}")]) {
        return None;
    }
    let root = run::quiet(&[packages, "-r"], &[], 10);
    Some(format!("{}/usr/bin/{program}", root.stdout.trim()))
}

/// Each script of `tests/session` is one case; it finds the program in its path.
fn session() -> Outcome {
    if let Err(why) = kernel::build() {
        return Outcome::failed(why);
    }
    let scripts = match kernel::scripts("tests/session") {
        Ok(scripts) if scripts.is_empty() => {
            return Outcome::failed("tests/session holds no script");
        }
        Ok(scripts) => scripts,
        Err(why) => return Outcome::failed(why),
    };
    let program = run::target().join("release").join("hostednet");
    let program = program.to_string_lossy();
    let path = format!(
        "{}:{}",
        run::target().join("release").to_string_lossy(),
        std::env::var("PATH").unwrap_or_default()
    );
    scripts
        .iter()
        .map(|script| {
            one(
                &["bash", script],
                &[("PATH", path.as_str()), ("HOSTEDNET", &program)],
                300,
            )
        })
        .fold(Outcome::default(), Outcome::and)
}

fn load() -> Outcome {
    let cargo = run::cargo();
    if let Err(why) = kernel::build() {
        return Outcome::failed(why);
    }
    let built = one(&[&cargo, "build", "--release", "--package=load"], &[], 1800);
    if !built.failed.is_empty() {
        return built;
    }
    let release = run::target().join("release");
    let [load, service] = ["load", "hostednet"].map(|name| release.join(name));
    let [load, service] = [&load, &service].map(|path| path.to_string_lossy());
    one(&[&load, &service], &[], 900)
}

/// Seconds for each fuzz target.
const FUZZ_SECONDS: &str = "-max_total_time=10";

fn fuzz() -> Outcome {
    if !run::top().join("fuzz").join("Cargo.toml").exists() {
        return Outcome::failed("there is no fuzz/Cargo.toml");
    }
    if !run::works(&["rustup", "run", "nightly", "cargo", "--version"]) {
        return Outcome::skipped(
            "no nightly toolchain (rustup toolchain install nightly)",
            false,
        );
    }
    if !run::there("c++") && !run::there("g++") && !run::there("clang++") {
        return Outcome::skipped(
            "libFuzzer is built with a C++ compiler; none is here (g++)",
            false,
        );
    }
    let Some(path) = cargo_fuzz() else {
        return Outcome::skipped(
            "cargo-fuzz is not here and could not be built (cargo install cargo-fuzz)",
            false,
        );
    };
    let env = [("PATH", path.as_str()), ("RUSTUP_TOOLCHAIN", "nightly")];
    let listed = run::quiet(&["cargo", "fuzz", "list"], &env, 60);
    if !listed.success() {
        return Outcome::failed(format!("cargo fuzz list: {}", listed.why()));
    }
    let build = run::shown(&["cargo", "fuzz", "build"], &env, 1800);
    if !build.success() {
        return Outcome::failed(format!("cargo fuzz build: {}", build.why()));
    }
    listed
        .stdout
        .lines()
        .map(|target| {
            let corpus = format!("fuzz/corpus/{target}");
            let scratch = run::target().join("fuzz-corpus").join(target);
            let _ = std::fs::create_dir_all(&scratch);
            let scratch = scratch.to_string_lossy();
            let mut words = vec!["cargo", "fuzz", "run", target, &scratch];
            if run::top().join(&corpus).is_dir() {
                words.push(&corpus); // read only: what is found goes to the first folder
            }
            words.extend(["--", FUZZ_SECONDS, "-verbosity=0"]);
            one(&words, &env, 300)
        })
        .fold(Outcome::default(), Outcome::and)
}

/// A path in which `cargo fuzz` works, built into the target folder if need be.
fn cargo_fuzz() -> Option<String> {
    let tools = run::target().join("tools");
    let path = format!(
        "{}:{}",
        tools.join("bin").to_string_lossy(),
        std::env::var("PATH").unwrap_or_default()
    );
    let env = [("PATH", path.as_str())];
    if run::quiet(&["cargo", "fuzz", "--version"], &env, 60).success() {
        return Some(path);
    }
    let root = tools.to_string_lossy();
    let build = [
        "cargo",
        "install",
        "cargo-fuzz",
        "--locked",
        "--quiet",
        "--root",
        &root,
    ];
    run::shown(&build, &[], 900).success().then_some(path)
}
