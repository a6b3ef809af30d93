//! The wine tier: programs for Windows, built here and run unmodified under Wine.

use crate::report::Outcome;
use crate::run;

/// Seconds for all of it, the prefix and ten thousand rounds included.
const LIMIT: u32 = 40 * 60;

/// Seconds for a hundred megabytes of packages.
const FETCH_LIMIT: u32 = 15 * 60;

/// Builds the module, has `tests/wine/run` make a prefix and run programs in it.
pub(crate) fn tier() -> Outcome {
    if std::env::consts::ARCH != "x86_64" {
        return Outcome::skipped("programs for 64-bit Windows need an amd64 host", false);
    }
    for tool in ["gcc", "objcopy"] {
        if !run::there(tool) {
            let why = format!("no {tool} here (apt-get install gcc binutils)");
            return Outcome::skipped(why, true);
        }
    }
    let fetch = ["bash", "-euc", ". wine/tools.sh"];
    if !run::there("apt-get") || !run::quiet(&fetch, &[], FETCH_LIMIT).success() {
        return Outcome::skipped(
            "Wine and mingw-w64 are not here and cannot be fetched (apt-get install wine64 \
             wine64-tools libwine-dev g++-mingw-w64-x86-64-win32)",
            true,
        );
    }
    let cargo = run::cargo();
    let build = [
        &cargo,
        "build",
        "--release",
        "--package=hostednet",
        "--package=wlanapi_wine",
    ];
    let built = run::shown(&build, &[], 1800);
    if !built.success() {
        return Outcome::failed(format!("release build: {}", built.why()));
    }
    let release = run::target().join("release");
    let folder = run::target().join("wine");
    let [archive, program, folder] = [
        &release.join("libwlanapi_wine.a"),
        &release.join("hostednet"),
        &folder,
    ]
    .map(|path| path.to_string_lossy().into_owned());
    let script = "tests/wine/run";
    let ended = run::shown(&[script, &archive, &program, &folder], &[], LIMIT);
    let mut outcome = judge(&ended.stdout);
    if !ended.success() {
        outcome = outcome.and(Outcome::failed(format!("{script}: {}", ended.why())));
    }
    outcome
}

/// Reads `ok      words`, `FAILED  words` and `skipped words`.
fn judge(output: &str) -> Outcome {
    output
        .lines()
        .filter_map(|line| {
            let (verdict, words) = line.split_once(' ')?;
            let words = words.trim();
            match verdict {
                "ok" => Some(Outcome::passed(1)),
                "FAILED" => Some(Outcome::failed(words)),
                "skipped" => Some(Outcome::skipped(words, false)),
                _ => None,
            }
        })
        .fold(Outcome::default(), Outcome::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_counted_and_every_failure_named() {
        let outcome = judge(
            "ok      open_handle: a handle\nFAILED  life: no thread is left\nskipped rust: no target\n\
             okay then\n200 rounds in 400 ms\n",
        );

        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failed, ["life: no thread is left"]);
        assert_eq!(outcome.skipped.len(), 1);
    }
}
