//! The wine tier: programs for Windows, built here and run unmodified under Wine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::report::Outcome;
use crate::run;

/// Seconds for one script, a prefix and ten thousand rounds included.
const LIMIT: u32 = 40 * 60;

/// Seconds for a hundred megabytes of packages.
const FETCH_LIMIT: u32 = 15 * 60;

/// Why nothing can be built for Wine here, if so.
pub(crate) fn obstacle() -> Option<Outcome> {
    if std::env::consts::ARCH != "x86_64" {
        let why = "programs for 64-bit Windows need an amd64 host";
        return Some(Outcome::skipped(why, false));
    }
    for tool in ["gcc", "objcopy"] {
        if !run::there(tool) {
            let why = format!("no {tool} here (apt-get install gcc binutils)");
            return Some(Outcome::skipped(why, true));
        }
    }
    let fetch = ["bash", "-euc", ". wine/tools.sh"];
    if !run::there("apt-get") || !run::quiet(&fetch, &[], FETCH_LIMIT).success() {
        return Some(Outcome::skipped(
            "Wine and mingw-w64 are not here and cannot be fetched (apt-get install wine64 \
             wine64-tools libwine-dev g++-mingw-w64-x86-64-win32)",
            true,
        ));
    }
    None
}

/// Builds the archive that becomes the module of Wine, and that of the extension host beside it; its
/// path. Without the programs: packages that are built together turn on each other's features, and the
/// programs would be built anew for this.
fn archive() -> Result<PathBuf, String> {
    release(&["ihv_host_wine", "wlanapi_wine"])?;
    Ok(run::target().join("release").join("libwlanapi_wine.a"))
}

fn release(packages: &[&str]) -> Result<(), String> {
    let mut words = vec![run::cargo(), "build".to_owned(), "--release".to_owned()];
    words.extend(
        packages
            .iter()
            .map(|package| format!("--package={package}")),
    );
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let built = run::shown(&words, &[], 1800);
    if built.success() {
        Ok(())
    } else {
        Err(format!("release build: {}", built.why()))
    }
}

/// Builds what a prefix gets and what Windows extensions run in, into a folder that holds nothing else
/// then.
pub(crate) fn modules(folder: &Path) -> Result<(), String> {
    let functions = archive()?;
    let host = run::target().join("release").join("libihv_host_wine.a");
    let _ = fs::remove_dir_all(folder);
    for (script, archive) in [("wine/build", functions), ("wine/ihv", host)] {
        let [archive, folder] = [&archive, folder].map(|path| path.to_string_lossy().into_owned());
        let built = run::shown(&[script, &archive, &folder], &[], 600);
        if !built.success() {
            return Err(format!("{script}: {}", built.why()));
        }
    }
    Ok(())
}

/// Builds what a prefix gets and the programs, has them run under Debian's Wine and, where they can be had,
/// under those of other releases.
pub(crate) fn tier() -> Outcome {
    if let Some(outcome) = obstacle() {
        return outcome;
    }
    // As the package is built.
    let programs = release(&["hostednet", "ihv_host", "wlanapi"]);
    let archive = match programs.and_then(|()| archive()) {
        Ok(archive) => archive,
        Err(why) => return Outcome::failed(why),
    };
    let release = run::target().join("release");
    let folder = run::target().join("wine");
    let [functions, host, program, ihvhost, folder] = [
        &archive,
        &release.join("libihv_host_wine.a"),
        &release.join("hostednet"),
        &release.join("hostednet-ihvhost"),
        &folder,
    ]
    .map(|path| path.to_string_lossy().into_owned());
    let built = script(&["tests/wine/build", &functions, &host, &folder]);
    if !built.failed.is_empty() {
        return built;
    }
    [
        ["tests/wine/run", &program, &folder].as_slice(),
        &["tests/wine/ihv", &program, &ihvhost, &folder],
        &["tests/wine/other", "trixie", &program, &ihvhost, &folder],
        &["tests/wine/other", "noble", &program, &ihvhost, &folder],
    ]
    .into_iter()
    .map(script)
    .fold(built, Outcome::and)
}

/// Runs one and reads its lines.
fn script(words: &[&str]) -> Outcome {
    let ended = run::shown(words, &[], LIMIT);
    let outcome = judge(&ended.stdout);
    if ended.success() {
        outcome
    } else {
        outcome.and(Outcome::failed(format!("{}: {}", words[0], ended.why())))
    }
}

/// Reads `ok      words`, `FAILED  words` and `skipped words`.
pub(crate) fn judge(output: &str) -> Outcome {
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
