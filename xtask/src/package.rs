//! The Debian packages: building them, and the tier that holds what they install.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::report::Outcome;
use crate::{kernel, run, wine};

/// The release of cargo-deb that the package's metadata was written for.
const CARGO_DEB: &str = "3.8.0";

/// Where Debian keeps amd64's libraries; the package's metadata says the same.
const LIBDIR: &str = "/usr/lib/x86_64-linux-gnu";

/// Seconds for a release build.
const BUILD_LIMIT: u32 = 1800;

/// `cargo xtask dist`: everything a package installs, below target/release.
pub(crate) fn dist() -> ExitCode {
    told(build().map(|()| run::target().join("release")))
}

/// `cargo xtask deb`: the packages.
pub(crate) fn deb() -> ExitCode {
    let made = make();
    if made.is_err() || wine::obstacle().is_none() {
        return told(made.and_then(|deb| {
            println!("{}", deb.display());
            make_for_wine()
        }));
    }
    eprintln!("hostednet-wine is not built: Wine and mingw-w64 are not here.");
    told(made)
}

fn told(result: Result<PathBuf, String>) -> ExitCode {
    match result {
        Ok(path) => {
            println!("{}", path.display());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Builds programs and library as they are shipped, and what is generated beside them.
fn build() -> Result<(), String> {
    let cargo = run::cargo();
    let words = [
        &cargo,
        "build",
        "--release",
        "--package=hostednet",
        "--package=ihv_host",
        "--package=wlanapi",
    ];
    let built = run::shown(&words, &[], BUILD_LIMIT);
    if !built.success() {
        return Err(format!("release build: {}", built.why()));
    }
    let release = run::target().join("release");
    let staged = release.join("package");
    // What an earlier build made and this one does not, must not be shipped.
    let _ = fs::remove_dir_all(&staged);
    let program = release.join("hostednet").to_string_lossy().into_owned();
    for what in ["man", "completions"] {
        let dir = staged.join(what).to_string_lossy().into_owned();
        let made = run::shown(&[&program, "generate", what, &dir], &[], 60);
        if !made.success() {
            return Err(format!("hostednet generate {what}: {}", made.why()));
        }
    }
    // cargo-deb compresses only what is not built, and strips only the package's own programs.
    let path = |path: PathBuf| path.to_string_lossy().into_owned();
    must(&["gzip", "-9nr", &path(staged.join("man"))])?;
    for (built, shipped) in [
        ("libwlanapi.so", "libwlanapi.so.0"),
        ("hostednet-ihvhost", "hostednet-ihvhost"),
    ] {
        must(&[
            "strip",
            "--strip-unneeded",
            "-o",
            &path(staged.join(shipped)),
            &path(release.join(built)),
        ])?;
    }
    let template = run::top().join("dist").join("wlanapi.pc.in");
    fs::read_to_string(&template)
        .map(|template| pkg_config(&template))
        .and_then(|text| fs::write(staged.join("wlanapi.pc"), text))
        .map_err(|error| format!("{}: {error}", template.display()))
}

fn pkg_config(template: &str) -> String {
    let filled = template
        .replace("@prefix@", "/usr")
        .replace("@libdir@", LIBDIR)
        .replace("@version@", env!("CARGO_PKG_VERSION"));
    // The remark is for the packager.
    let lines = filled.lines().filter(|line| !line.contains('@'));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Runs a small program that has to succeed.
fn must(words: &[&str]) -> Result<(), String> {
    let ended = run::quiet(words, &[], 120);
    if ended.success() {
        Ok(())
    } else {
        Err(format!("{}: {}", words.join(" "), ended.why()))
    }
}

/// Adds what cargo-deb has no word for: what packages that link against the library, if there is one,
/// depend on, and the sums that `dpkg --verify` looks at.
fn complete(deb: &Path, library: bool) -> Result<(), String> {
    let folder = deb.with_extension("unpacked");
    let _ = fs::remove_dir_all(&folder);
    let (package, unpacked) = (deb.to_string_lossy(), folder.to_string_lossy());
    must(&["dpkg-deb", "--raw-extract", &package, &unpacked])?;
    let shlibs = concat!(
        "libwlanapi 0 hostednet (>= ",
        env!("CARGO_PKG_VERSION"),
        ")\n"
    );
    if library {
        fs::write(folder.join("DEBIAN").join("shlibs"), shlibs)
            .map_err(|error| format!("{unpacked}: {error}"))?;
    }
    let sums = "cd \"$1\" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums";
    must(&["sh", "-c", sums, "sh", &unpacked])?;
    must(&[
        "dpkg-deb",
        "--root-owner-group",
        "--build",
        &unpacked,
        &package,
    ])
}

/// Builds the package; its path.
fn make() -> Result<PathBuf, String> {
    if std::env::consts::ARCH != "x86_64" {
        return Err(format!(
            "the package's metadata names amd64's library folder {LIBDIR}; change it in \
             crates/hostednet/Cargo.toml and xtask/src/package.rs for this machine"
        ));
    }
    build()?;
    packed("hostednet", true)
}

/// Builds the package of what Wine prefixes get, of whatever `wine/build` makes; its path.
fn make_for_wine() -> Result<PathBuf, String> {
    wine::modules(&run::target().join("release").join("package").join("wine"))?;
    packed("wlanapi_wine", false)
}

/// Packs what is built, as the manifest of that crate has it.
fn packed(of: &str, library: bool) -> Result<PathBuf, String> {
    let path = tools()?;
    let cargo = run::cargo();
    let of = format!("--package={of}");
    let ended = run::shown(
        &[&cargo, "deb", &of, "--no-build", "--locked"],
        &[("PATH", path.as_str())],
        300,
    );
    // The last line is the package's path.
    match ended.stdout.lines().last() {
        Some(deb) if ended.success() => {
            let deb = PathBuf::from(deb);
            complete(&deb, library)?;
            Ok(deb)
        }
        _ => Err(format!("cargo deb: {}", ended.why())),
    }
}

/// A path in which `cargo deb` works. It is built into the cache if need be, which takes minutes
/// once.
fn tools() -> Result<String, String> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
        .ok_or("there is no home folder to keep cargo-deb in: set XDG_CACHE_HOME")?;
    let root = cache.join("hostednet").join("tools");
    let path = format!(
        "{}:{}",
        root.join("bin").to_string_lossy(),
        std::env::var("PATH").unwrap_or_default()
    );
    let version = run::quiet(&["cargo-deb", "--version"], &[("PATH", &path)], 60);
    if version.stdout.trim().ends_with(&format!(" {CARGO_DEB}")) {
        return Ok(path);
    }
    let cargo = run::cargo();
    let root = root.to_string_lossy();
    let words = [
        &cargo,
        "install",
        "cargo-deb",
        "--version",
        CARGO_DEB,
        "--locked",
        "--quiet",
        "--root",
        &root,
    ];
    let built = run::shown(&words, &[], BUILD_LIMIT);
    if built.success() {
        Ok(path)
    } else {
        Err(format!("cargo install cargo-deb: {}", built.why()))
    }
}

/// Builds the packages, has `tests/package/installed.sh` and `wine.sh` look at what they install, and
/// `tests/package/systemd.sh` run the units under systemd in the emulated machine.
pub(crate) fn tier() -> Outcome {
    if !run::there("dpkg-deb") || !run::there("fakeroot") {
        return Outcome::skipped(
            "the package is looked at with dpkg and fakeroot, which are not here",
            false,
        );
    }
    let deb = match make() {
        Ok(deb) => deb,
        Err(why) => return Outcome::failed(why),
    };
    looked_at("tests/package/installed.sh", &[&deb])
        .and(for_wine(&deb))
        .and(under_systemd())
}

fn for_wine(deb: &Path) -> Outcome {
    if let Some(outcome) = wine::obstacle() {
        return outcome;
    }
    match make_for_wine() {
        Ok(wine) => looked_at("tests/package/wine.sh", &[deb, &wine]),
        Err(why) => Outcome::failed(why),
    }
}

fn looked_at(script: &str, debs: &[&Path]) -> Outcome {
    let debs: Vec<String> = debs
        .iter()
        .map(|deb| deb.to_string_lossy().into_owned())
        .collect();
    let mut words = vec!["bash", script];
    words.extend(debs.iter().map(String::as_str));
    let ended = run::shown(&words, &[], 600);
    let mut outcome = judge(&ended.stdout);
    if !ended.success() && outcome.failed.is_empty() {
        outcome.failed.push(format!("{script}: {}", ended.why()));
    }
    outcome
}

fn under_systemd() -> Outcome {
    if let Some(why) = kernel::obstacle() {
        return Outcome::skipped(why, true);
    }
    let fetched = run::works(&[
        "tests/kernel/packages",
        "/usr/lib/systemd/systemd:systemd",
        "systemctl:systemd",
        "udevadm:udev",
    ]);
    if !fetched {
        return Outcome::skipped("systemd is not here and cannot be fetched", true);
    }
    // An extension to run there.
    let cargo = run::cargo();
    let words = [
        &cargo,
        "build",
        "--release",
        "--package=ihv_extension",
        "--examples",
    ];
    let built = run::shown(&words, &[], BUILD_LIMIT);
    if !built.success() {
        return Outcome::failed(format!("the example extension: {}", built.why()));
    }
    let script = "tests/package/systemd.sh";
    let ended = run::shown(&["tests/kernel/vm", script], &[], 600);
    if ended.success() {
        Outcome::passed(1)
    } else {
        Outcome::failed(format!("{script}: {}", ended.why()))
    }
}

/// Reads `ok    words`, `FAIL  words` and `SKIP  words`.
fn judge(output: &str) -> Outcome {
    output
        .lines()
        .filter_map(|line| {
            let (verdict, words) = line.split_once("  ")?;
            match verdict {
                "ok" => Some(Outcome::passed(1)),
                "FAIL" => Some(Outcome::failed(words.trim())),
                "SKIP" => Some(Outcome::skipped(words.trim(), false)),
                _ => None,
            }
        })
        .fold(Outcome::default(), Outcome::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pkg_config_file_has_no_gap_left() {
        let text = pkg_config(
            "# The packager fills in the words between @.\nprefix=@prefix@\nlibdir=@libdir@\n\
             Version: @version@\n",
        );

        assert_eq!(
            text,
            format!(
                "prefix=/usr\nlibdir={LIBDIR}\nVersion: {}\n",
                env!("CARGO_PKG_VERSION")
            )
        );
    }

    #[test]
    fn checks_are_counted_and_a_failed_one_is_named() {
        let outcome = judge(
            "-- files\nok    a file\nFAIL  a mode (status 1)\n      said more\nSKIP  lintian\nok    b\n",
        );

        assert_eq!(outcome.passed, 2);
        assert_eq!(outcome.failed, ["a mode (status 1)"]);
        assert_eq!(outcome.skipped.len(), 1);
    }

    #[test]
    fn metadata_and_changelog_agree_with_what_is_built() {
        let read = |path: &str| fs::read_to_string(run::top().join(path)).unwrap();
        let manifest = read("crates/hostednet/Cargo.toml");
        assert!(manifest.contains(&format!("libwlanapi.so.0\", \"{}/\"", &LIBDIR[1..])));
        let version = env!("CARGO_PKG_VERSION");
        let changelog = read("dist/deb/changelog");
        assert!(changelog.starts_with(&format!("hostednet ({version}-1) ")));
        let wine = read("crates/wlanapi_wine/Cargo.toml");
        assert!(wine.contains(&format!("hostednet (= {version}-1)")));
        assert!(
            read("dist/deb-wine/changelog").starts_with(&format!("hostednet-wine ({version}-1) "))
        );
    }
}
