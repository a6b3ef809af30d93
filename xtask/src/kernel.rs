//! The kernel tier: real stations, Debian's kernel, simulated radios, in an emulated machine.

use std::process::{Command, ExitCode};

use crate::report::Outcome;
use crate::run;

/// Seconds for all cases together, downloads included.
const LIMIT: u32 = 30 * 60;

fn lab(name: &str) -> String {
    format!("tests/kernel/{name}")
}

/// Why there can be no emulated machine here, if so.
pub(crate) fn obstacle() -> Option<String> {
    if std::env::consts::ARCH != "x86_64" {
        return Some("the emulated machine needs an amd64 host".to_owned());
    }
    if !run::there("apt-get") || !run::there("dpkg-deb") {
        return Some(
            "Debian's kernel, QEMU and the stations are fetched with apt-get, which is not here"
                .to_owned(),
        );
    }
    if !run::works(&[&lab("vm"), "--prepare"]) {
        return Some(format!(
            "the packages for the emulated machine cannot be fetched (no network, or apt-get \
             update was never run): {} --prepare says which",
            lab("vm")
        ));
    }
    None
}

/// Builds the program as it is shipped, and the examples that the cases use.
pub(crate) fn build() -> Result<(), String> {
    let cargo = run::cargo();
    let build = run::shown(
        &[
            &cargo,
            "build",
            "--release",
            "--package=hostednet",
            "--package=wlan_client",
            "--package=radio_nl80211",
            "--package=ihv_host",
            "--package=ihv_extension",
            "--bins",
            "--examples",
        ],
        &[],
        1800,
    );
    if !build.success() {
        return Err(format!("release build: {}", build.why()));
    }
    extension()
}

/// Builds the example extension in C beside the other examples.
fn extension() -> Result<(), String> {
    let library = run::target().join("release/examples/libhandshake.so");
    let library = library.to_string_lossy();
    let words = [
        "gcc",
        "-std=c11",
        "-O2",
        "-shared",
        "-fPIC",
        "-pthread",
        "-Iinclude",
        "-o",
        &library,
        "examples/ihv/c/handshake.c",
    ];
    let build = run::quiet(&words, &[], 120);
    match build.success() {
        true => Ok(()),
        false => Err(format!("the example extension in C: {}", build.why())),
    }
}

/// Runs all cases in one boot.
pub(crate) fn tier() -> Outcome {
    if let Err(why) = build() {
        return Outcome::failed(why);
    }
    if let Some(why) = obstacle() {
        return Outcome::skipped(why, true);
    }
    let cases = match scripts("tests/kernel/cases") {
        Ok(cases) => cases,
        Err(why) => return Outcome::failed(why),
    };
    let vm = lab("vm");
    let mut words = vec![vm.as_str()];
    words.extend(cases.iter().map(String::as_str));
    let ended = run::shown(&words, &[], LIMIT);
    let mut outcome = judge(&ended.stdout);
    let told = outcome.passed + outcome.failed.len();
    if told < cases.len() {
        outcome.failed.push(format!(
            "{} cases did not run to their end: {}",
            cases.len() - told,
            ended.why()
        ));
    }
    outcome
}

/// Reads `PASS name seconds` and `FAIL name seconds why`.
fn judge(output: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for line in output.lines() {
        if line.starts_with("PASS ") {
            outcome.passed += 1;
        } else if let Some(rest) = line.strip_prefix("FAIL ") {
            outcome.failed.push(format!("case {rest}"));
        }
    }
    outcome
}

/// The shell scripts of a folder of the checkout, sorted.
pub(crate) fn scripts(folder: &str) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(run::top().join(folder))
        .map_err(|error| format!("cannot read {folder}: {error}"))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".sh"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    names.sort();
    Ok(names)
}

/// `cargo xtask vm`: the machine for people, with the program as built now.
pub(crate) fn vm(args: &[&str]) -> ExitCode {
    if !args.contains(&"-h")
        && let Err(why) = build()
    {
        eprintln!("{why}");
        return ExitCode::FAILURE;
    }
    let mut program = run::top();
    program.push(lab("vm"));
    let args = args
        .iter()
        .map(|arg| if *arg == "--shell" { "-s" } else { arg });
    match Command::new(&program).args(args).status() {
        Ok(status) => u8::try_from(status.code().unwrap_or(1)).unwrap_or(1).into(),
        Err(error) => {
            eprintln!("cannot run {}: {error}", program.display());
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_case_is_named_with_its_reason() {
        let outcome = judge(
            "== join\n  ok    PASS is not a verdict here\nPASS join 12.3\nFAIL storm 90.1 status 1\n",
        );

        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failed, ["case storm 90.1 status 1"]);
    }
}
