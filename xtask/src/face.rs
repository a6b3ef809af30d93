//! The face tier: the C library as programs meet it. Headers, layouts, the reference's tables, a
//! program per function, the life of a client, the examples.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::report::Outcome;
use crate::run;

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"];
const TEST_FLAGS: &[&str] = &[
    "-std=gnu11",
    "-D_GNU_SOURCE",
    "-g",
    "-Iinclude",
    "-Itests/face",
];
const SANITIZERS: &[&str] = &[
    "-O1",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=undefined",
    "-fno-omit-frame-pointer",
];
const SHARED: &[&str] = &["report", "service", "inbox", "client"];

/// What programs include; those for vendors' extensions are no part of the library.
const LIBRARY_HEADERS: &[&str] = &[
    "include/wlanapi.h",
    "include/wlantypes.h",
    "include/windot11.h",
    "include/l2cmn.h",
];

/// In a forked child valgrind counts the memory of threads that are not there.
const WITHOUT_FORKS: &[&str] = &[
    "close",
    "restart",
    "callback",
    "end",
    "slow",
    "duplicates",
    "replace",
    "threads",
];

/// The rows of the reference's tables 10.1 to 10.6 and 5.1: a letter, and the last number.
const ROWS: &[(char, usize)] = &[
    ('A', 17),
    ('P', 21),
    ('B', 10),
    ('S', 29),
    ('Q', 9),
    ('L', 28),
    ('T', 16),
];

const MINGW: &str = "x86_64-w64-mingw32-gcc";

/// Runs everything.
pub(crate) fn tier() -> Outcome {
    if !run::there("gcc") {
        return Outcome::skipped("no C compiler here (apt-get install gcc)", true);
    }
    match Place::prepare() {
        Ok(place) => headers(&place)
            .and(layouts(&place))
            .and(programs(&place))
            .and(examples(&place)),
        Err(why) => Outcome::failed(why),
    }
}

/// Where things are.
struct Place {
    /// What this tier builds.
    out: PathBuf,
    /// The program under test.
    program: String,
    /// A folder that holds the library under the name programs are bound to.
    library: String,
}

impl Place {
    fn prepare() -> Result<Self, String> {
        let cargo = run::cargo();
        let build = run::shown(
            &[
                &cargo,
                "build",
                "--release",
                "--package=hostednet",
                "--package=wlanapi",
            ],
            &[],
            1800,
        );
        if !build.success() {
            return Err(format!("release build: {}", build.why()));
        }
        let release = run::target().join("release");
        let out = run::target().join("face");
        let library = out.join("lib");
        let made = fs::create_dir_all(&library).and_then(|()| {
            for name in ["libwlanapi.so.0", "libwlanapi.so"] {
                let link = library.join(name);
                let _ = fs::remove_file(&link);
                symlink(release.join("libwlanapi.so"), link)?;
            }
            Ok(())
        });
        made.map_err(|error| format!("cannot prepare {}: {error}", out.display()))?;
        Ok(Self {
            program: text(release.join("hostednet")),
            library: text(library),
            out,
        })
    }

    fn path(&self, name: &str) -> String {
        text(self.out.join(name))
    }

    /// What a test program needs to know.
    fn env(&self) -> [(&str, &str); 4] {
        [
            ("HOSTEDNET", &self.program),
            ("LD_LIBRARY_PATH", &self.library),
            ("ASAN_OPTIONS", "exitcode=99"),
            ("UBSAN_OPTIONS", "print_stacktrace=1"),
        ]
    }
}

fn text(path: PathBuf) -> String {
    path.to_string_lossy().into_owned()
}

// ---- Headers ------------------------------------------------------------------------------------

/// Every header and example compiles without a warning, with every compiler and standard.
fn headers(place: &Place) -> Outcome {
    let mut headers = match files("include", ".h") {
        Ok(headers) => headers,
        Err(why) => return Outcome::failed(why),
    };
    headers.extend(files("include/hostednet", ".h").unwrap_or_default());
    headers.push("include/hostednet/compat/windows.h".to_owned());
    let examples = files("examples", ".c").unwrap_or_default();
    let mut jobs = Vec::new();
    for (compiler, language, standards) in [
        ("gcc", "c", &["c99", "c11", "c17", "c2x"][..]),
        ("clang", "c", &["c99", "c11", "c17", "c2x"][..]),
        ("g++", "c++", &["c++11", "c++14", "c++17", "c++20"][..]),
        ("clang++", "c++", &["c++11", "c++17", "c++20"][..]),
    ] {
        if !run::there(compiler) {
            println!("(no {compiler} here: its part is left out)");
            continue;
        }
        for standard in standards {
            jobs.push(syntax(compiler, language, standard, &headers));
            if language == "c" {
                jobs.push(syntax(compiler, language, standard, &examples));
            }
        }
    }
    // As a program that begins with windows.h, with the folder that pkg-config names.
    let mut windows = syntax("gcc", "c", "c99", &examples);
    let first = ["-Iinclude/hostednet/compat", "-include", "windows.h"];
    windows.splice(1..1, words(&first));
    jobs.push(windows);
    let mut outcome = compile(&jobs);
    match mingw() {
        Some(compiler) => {
            let sources = [headers, examples].concat();
            let jobs: Vec<_> = ["c99", "c17"]
                .iter()
                .map(|standard| syntax(&compiler, "c", standard, &sources))
                .collect();
            outcome = outcome.and(compile(&jobs));
            let exe = place.path("set_secondary_key.exe");
            let source = "examples/set_secondary_key.c";
            let link = [&compiler, "-Iinclude", source, "-o", &exe, "-lwlanapi"];
            outcome = outcome.and(compile(&[words(&link)]));
        }
        None => {
            outcome = outcome.and(Outcome::skipped(
                "mingw-w64 is not here and cannot be fetched (gcc-mingw-w64-x86-64-win32): the \
                 headers are not compiled for Windows",
                true,
            ));
        }
    }
    outcome
}

fn syntax(compiler: &str, language: &str, standard: &str, sources: &[String]) -> Vec<String> {
    let mut line = words(&[compiler, "-fsyntax-only", "-Iinclude", "-x", language]);
    line.push(format!("-std={standard}"));
    line.extend(words(WARNINGS));
    line.extend(sources.iter().cloned());
    line
}

/// mingw-w64's C compiler, installed or fetched.
fn mingw() -> Option<String> {
    if run::there(MINGW) {
        return Some(MINGW.to_owned());
    }
    let program = format!("{MINGW}-win32");
    fetched(&program, "gcc-mingw-w64-x86-64-win32")
}

/// A Debian package's program, installed or fetched into the cache.
fn fetched(program: &str, package: &str) -> Option<String> {
    if run::there(program) {
        return Some(program.to_owned());
    }
    let packages = "tests/kernel/packages";
    if !run::there("apt-get") || !run::works(&[packages, &format!("{program}:{package}")]) {
        return None;
    }
    let root = run::quiet(&[packages, "-r"], &[], 10);
    Some(format!("{}/usr/bin/{program}", root.stdout.trim()))
}

/// The headers say what the `windows-sys` crate says, and declare what the library exports.
fn layouts(place: &Place) -> Outcome {
    let cargo = run::cargo();
    let target = place.path("layout");
    let mut line = words(&[
        &cargo,
        "run",
        "--quiet",
        "--locked",
        "--manifest-path=tests/face/layout/Cargo.toml",
        "--",
    ]);
    line.extend(words(LIBRARY_HEADERS));
    match files("include/hostednet", ".h") {
        Ok(headers) => line.extend(headers),
        Err(why) => return Outcome::failed(why),
    }
    line.extend(words(&["--exports", "crates/wlanapi/exports.txt"]));
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let ended = run::quiet(&line, &[("CARGO_TARGET_DIR", &target)], 600);
    if !ended.success() {
        return Outcome::failed(format!("the headers against windows-sys: {}", ended.why()));
    }
    let source = place.path("layout.c");
    if let Err(error) = fs::write(&source, &ended.stdout) {
        return Outcome::failed(format!("{source}: {error}"));
    }
    let asserts = ended.stdout.matches("\nSAME(").count();
    println!("{asserts} assertions");
    let compilers = [Some("gcc".to_owned()), mingw()];
    let jobs: Vec<_> = compilers
        .iter()
        .flatten()
        .map(|compiler| syntax(compiler, "c", "c11", std::slice::from_ref(&source)))
        .collect();
    compile(&jobs)
}

// ---- Programs -----------------------------------------------------------------------------------

/// The tables, the functions, the life of a client: under sanitizers, and under valgrind.
fn programs(place: &Place) -> Outcome {
    let functions = match files("tests/face/functions", ".c") {
        Ok(functions) => functions,
        Err(why) => return Outcome::failed(why),
    };
    let rows = files("tests/face/rows", ".c").unwrap_or_default();
    let life = vec!["tests/face/life/life.c".to_owned()];
    let mut objects = Vec::new();
    let mut links = Vec::new();
    for (kind, flags) in [("asan", SANITIZERS), ("plain", &[])] {
        let _ = fs::create_dir_all(place.out.join(kind));
        for name in SHARED {
            let (source, object) = (
                format!("tests/face/{name}.c"),
                place.path(&format!("{kind}/{name}.o")),
            );
            objects.push(test_compiler(flags, &["-c", &source, "-o", &object]));
        }
        for function in &functions {
            links.push(link(
                place,
                kind,
                flags,
                stem(function),
                std::slice::from_ref(function),
            ));
        }
        links.push(link(place, kind, flags, "life", &life));
    }
    links.push(link(place, "asan", SANITIZERS, "rows", &rows));
    let built = compile(&objects).and(compile(&links));
    if !built.failed.is_empty() {
        return built;
    }
    // The longest first.
    let mut cases = vec![
        Case::of(place, "asan", "rows", &["tests/face/rows"]),
        Case::of(place, "asan", "life", &[]),
    ];
    let valgrind = valgrind();
    if let Some(checker) = &valgrind {
        cases.push(Case::of(place, "plain", "life", WITHOUT_FORKS).under(checker));
    }
    for function in &functions {
        let name = stem(function);
        cases.push(Case::of(place, "asan", name, &[]));
        if let Some(checker) = &valgrind {
            cases.push(Case::of(place, "plain", name, &[]).under(checker));
        }
    }
    let outcome = in_parallel(&cases, |case| case.run(place))
        .into_iter()
        .fold(built, Outcome::and);
    match valgrind {
        Some(_) => outcome,
        None => outcome.and(Outcome::skipped(
            "valgrind is not here and cannot be fetched",
            true,
        )),
    }
}

fn test_compiler(flags: &[&str], rest: &[&str]) -> Vec<String> {
    [&["gcc"], TEST_FLAGS, WARNINGS, flags, rest]
        .into_iter()
        .flat_map(words)
        .collect()
}

fn link(place: &Place, kind: &str, flags: &[&str], name: &str, sources: &[String]) -> Vec<String> {
    let mut line = test_compiler(flags, &[]);
    line.extend_from_slice(sources);
    line.extend(
        SHARED
            .iter()
            .map(|name| place.path(&format!("{kind}/{name}.o"))),
    );
    let folder = format!("-L{}", place.library);
    let program = place.path(&format!("{kind}/{name}"));
    line.extend(words(&["-o", &program, &folder, "-lwlanapi", "-lpthread"]));
    line
}

/// A program to run.
struct Case {
    label: String,
    line: Vec<String>,
    env: Vec<(String, String)>,
}

impl Case {
    fn of(place: &Place, kind: &str, name: &str, args: &[&str]) -> Self {
        let mut line = vec![place.path(&format!("{kind}/{name}"))];
        line.extend(words(args));
        Self {
            label: name.to_owned(),
            line,
            env: Vec::new(),
        }
    }

    fn under(mut self, checker: &Valgrind) -> Self {
        self.label += " (valgrind)";
        let mut line = words(&[
            &checker.program,
            "--quiet",
            "--error-exitcode=99",
            "--leak-check=full",
            "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect",
        ]);
        line.append(&mut self.line);
        self.line = line;
        self.env.extend(checker.env.clone());
        self
    }

    fn run(&self, place: &Place) -> Outcome {
        let line: Vec<&str> = self.line.iter().map(String::as_str).collect();
        let mut env = place.env().to_vec();
        env.extend(self.env.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let ended = run::quiet(&line, &env, 300);
        let mut outcome = judge(&self.label, &ended.stdout);
        // Of the tables every row is shown, of the rest what is wrong.
        let shown: Vec<&str> = ended
            .stdout
            .lines()
            .filter(|line| self.label == "rows" || !line.starts_with("ok "))
            .collect();
        println!(
            "{}: {} passed, {} failed, {:.1} s{}{}",
            self.label,
            outcome.passed,
            outcome.failed.len(),
            ended.took.as_secs_f32(),
            if shown.is_empty() { "" } else { "\n" },
            shown.join("\n")
        );
        if !ended.success() && outcome.failed.is_empty() {
            let why = format!("{}: {}", self.label, ended.why());
            outcome.failed.push(why);
        }
        if self.label == "rows" {
            outcome.failed.extend(missing_rows(&ended.stdout));
        }
        outcome
    }
}

/// Rows of the reference of which nothing was said.
fn missing_rows(output: &str) -> Vec<String> {
    let told: BTreeSet<&str> = output
        .lines()
        .filter_map(|line| {
            line.split([' ', ':'])
                .filter(|word| !word.is_empty())
                .nth(1)
        })
        .collect();
    ROWS.iter()
        .flat_map(|(letter, last)| (1..=*last).map(move |n| (letter, n)))
        // The reference writes A02, and T2.
        .map(|(letter, n)| (format!("{letter}{n:02}"), format!("{letter}{n}")))
        .filter(|(row, short)| !told.contains(row.as_str()) && !told.contains(short.as_str()))
        .map(|(row, _)| format!("rows: {row} is missing"))
        .collect()
}

/// valgrind, and what it needs to know when it is not where it was made for.
struct Valgrind {
    program: String,
    env: Option<(String, String)>,
}

fn valgrind() -> Option<Valgrind> {
    let program = fetched("valgrind", "valgrind")?;
    let env = program.strip_suffix("/bin/valgrind").map(|root| {
        (
            "VALGRIND_LIB".to_owned(),
            format!("{root}/libexec/valgrind"),
        )
    });
    run::works(&[&program, "--version"]).then_some(Valgrind { program, env })
}

// ---- Examples -----------------------------------------------------------------------------------

/// The examples, built as their readers would, against a service.
fn examples(place: &Place) -> Outcome {
    let folder = place.path("examples");
    if let Err(error) = fs::create_dir_all(&folder) {
        return Outcome::failed(format!("{folder}: {error}"));
    }
    let search = format!("-L{}", place.library);
    let jobs: Vec<_> = files("examples", ".c")
        .unwrap_or_default()
        .iter()
        .map(|source| {
            let program = format!("{folder}/{}", stem(source));
            let line = [
                "gcc",
                source,
                "-Iinclude",
                &search,
                "-lwlanapi",
                "-o",
                &program,
            ];
            words(&line)
        })
        .collect();
    let mut outcome = compile(&jobs);
    outcome = outcome.and(windows_sys(place, &folder));
    let script = format!("{folder}/hosted_network.py");
    let _ = fs::remove_file(&script);
    if run::works(&["python3", "--version"]) {
        let source = run::top().join("examples/python/hosted_network.py");
        if let Err(error) = fs::copy(source, &script) {
            return outcome.and(Outcome::failed(format!("{script}: {error}")));
        }
    } else {
        outcome = outcome.and(Outcome::skipped(
            "no Python here: its example is not run (apt-get install python3)",
            true,
        ));
    }
    let ended = run::shown(
        &["bash", "tests/face/examples.sh", &folder],
        &place.env(),
        120,
    );
    let mut ran = judge("examples", &ended.stdout);
    if !ended.success() && ran.failed.is_empty() {
        ran.failed.push(format!("examples: {}", ended.why()));
    }
    outcome.and(ran)
}

/// A Rust program that knows only windows-sys.
fn windows_sys(place: &Place, folder: &str) -> Outcome {
    let cargo = run::cargo();
    let target = place.path("rust-windows-sys");
    let line = [
        cargo.as_str(),
        "build",
        "--locked",
        "--manifest-path=examples/rust-windows-sys/Cargo.toml",
    ];
    let env = [
        ("CARGO_TARGET_DIR", target.as_str()),
        ("WLANAPI_LIBDIR", &place.library),
    ];
    let name = "hosted-network-windows-sys";
    let built = run::shown(&line, &env, 600);
    if !built.success() {
        return Outcome::failed(format!("examples/rust-windows-sys: {}", built.why()));
    }
    match fs::copy(format!("{target}/debug/{name}"), format!("{folder}/{name}")) {
        Ok(_) => Outcome::passed(1),
        Err(error) => Outcome::failed(format!("{name}: {error}")),
    }
}

// ---- Helpers ------------------------------------------------------------------------------------

/// Reads `ok`, `FAILED name: why` (or `FAIL name`) and `skipped name: why`.
fn judge(label: &str, output: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for line in output.lines() {
        if line.starts_with("ok ") {
            outcome.passed += 1;
        } else if let Some(what) = ["FAILED ", "FAIL "]
            .iter()
            .find_map(|mark| line.strip_prefix(mark))
        {
            outcome.failed.push(format!("{label}: {}", what.trim()));
        } else if let Some(what) = line.strip_prefix("skipped ") {
            let skip = Outcome::skipped(format!("{label}: {what}"), false);
            outcome = outcome.and(skip);
        }
    }
    outcome
}

/// Each line is one case.
fn compile(lines: &[Vec<String>]) -> Outcome {
    in_parallel(lines, |line| {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let ended = run::quiet(&line, &[], 120);
        if ended.success() {
            Outcome::passed(1)
        } else {
            Outcome::failed(format!("{}: {}", line.join(" "), ended.why()))
        }
    })
    .into_iter()
    .fold(Outcome::default(), Outcome::and)
}

/// Does `work` for all items, as many at a time as there are processors.
fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) -> Outcome + Sync) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..hands)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Outcome::default();
                    while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                        done = done.and(work(item));
                    }
                    done
                })
            })
            .collect();
        hands
            .into_iter()
            .map(|hand| {
                hand.join()
                    .unwrap_or_else(|_| Outcome::failed("a thread of the tier panicked"))
            })
            .collect()
    })
}

/// The files of a folder of the checkout whose names end so, sorted, from its top.
fn files(folder: &str, end: &str) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(run::top().join(folder))
        .map_err(|error| format!("cannot read {folder}: {error}"))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(end))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    names.sort();
    if names.is_empty() {
        return Err(format!("{folder} holds no {end}"));
    }
    Ok(names)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_counted_and_every_failure_named() {
        let outcome = judge(
            "rows",
            "ok      A01 [D] no handle\nFAILED  A02 [D] unknown: the code is 87, not 6\n\
             skipped L28: there is no sharing\nFAIL  a key is set (status 1)\nokay\n",
        );

        assert_eq!(outcome.passed, 1);
        assert_eq!(
            outcome.failed,
            [
                "rows: A02 [D] unknown: the code is 87, not 6",
                "rows: a key is set (status 1)"
            ]
        );
        assert_eq!(outcome.skipped.len(), 1);
    }

    #[test]
    fn a_row_that_is_not_told_of_is_missed() {
        let output = "ok      A01 [D] words\nFAILED  A02 [D] x: y\nskipped A03: why\n";

        let missing = missing_rows(output);

        assert_eq!(missing.len(), 17 + 21 + 10 + 29 + 9 + 28 + 16 - 3);
        assert_eq!(missing[0], "rows: A04 is missing");
    }

    #[test]
    fn all_items_are_worked_on_once() {
        let items: Vec<usize> = (0..100).collect();

        let outcome = in_parallel(&items, |_| Outcome::passed(1))
            .into_iter()
            .fold(Outcome::default(), Outcome::and);

        assert_eq!(outcome.passed, 100);
    }
}
