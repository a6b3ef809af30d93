//! `cargo xtask bench`: figures beside our peers' in the same run, as a table of ratios.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use crate::{kernel, run};

/// One row: a figure of both sides, and how far ours may go.
#[derive(Clone, Copy)]
struct Row {
    /// The name `bench/` prints it under.
    figure: &'static str,
    about: &'static str,
    unit: &'static str,
    /// What ours divided by the peer's may be at most; `None` where nothing was promised.
    bar: Option<f64>,
}

const fn row(figure: &'static str, about: &'static str, unit: &'static str, bar: f64) -> Row {
    Row {
        figure,
        about,
        unit,
        bar: Some(bar),
    }
}

const fn plain(figure: &'static str, about: &'static str, unit: &'static str) -> Row {
    Row {
        figure,
        about,
        unit,
        bar: None,
    }
}

/// Against hostapd, in one boot of the emulated machine.
const MACHINE: &[Row] = &[
    row(
        "port",
        "one station: association request to open port",
        "ms",
        1.0,
    ),
    row("seen", "the same, as the station sees it", "ms", 1.0),
    plain("total", "one station: told to connect to open port", "ms"),
    row("cpu", "service CPU for a join and leave", "ms", 0.5),
    row("rss1", "resident memory, 1 station", "kB", 1.0),
    plain("private1", "of that private (anonymous)", "kB"),
    row("storm_rss32", "resident memory, 32 stations", "kB", 1.0),
    plain("storm_private32", "of that private (anonymous)", "kB"),
    row(
        "start",
        "start command to first beacon, network stopped",
        "ms",
        1.0,
    ),
    plain("cold", "start to first beacon, nothing running", "ms"),
    row(
        "storm_time1",
        "1 station from a signal to connected",
        "ms",
        1.0,
    ),
    row(
        "storm_time32",
        "32 stations at once: the last is connected",
        "ms",
        1.0,
    ),
    row(
        "storm_time64",
        "64 stations at once: the last is connected",
        "ms",
        1.0,
    ),
    plain(
        "address",
        "one station: told to connect to usable address, dnsmasq beside hostapd",
        "ms",
    ),
    plain("lease", "of that from its open port", "ms"),
    plain("storm_cpu32", "service CPU for each of 32", "ms"),
    plain("storm_cpu64", "service CPU for each of 64", "ms"),
    plain("storm_rss64", "resident memory, 64 stations", "kB"),
    row(
        "change_lost",
        "10 secondary key changes: pings lost (of 20 a second)",
        "",
        0.0,
    ),
    row(
        "change_dropped",
        "10 secondary key changes, 4 stations: sent away",
        "",
        0.0,
    ),
    plain("change_cpu", "service CPU for a secondary key change", "ms"),
];

/// Against OpenSSL, on this processor.
const CRYPTO: &[Row] = &[
    row("pmk", "passphrase to PMK", "us", 1.0),
    row("ccmp_1500_seal", "CCMP, 1500-byte frame, seal", "us", 1.0),
    row(
        "ccmp_1500_seal_and_open",
        "CCMP, 1500-byte frame, seal and open",
        "us",
        1.0,
    ),
];

/// Against intel-ipsec-mb, on this processor: the ceiling, which nobody promised to reach.
const IPSEC_MB: &[Row] = &[
    plain(
        "ccmp_1500_seal",
        "CCMP, 1500-byte frame, seal; one frame at a time",
        "us",
    ),
    plain(
        "ccmp_1500_seal_lot",
        "the same; the peer takes 16 frames at a time",
        "us",
    ),
];

/// Keys of vendors' extensions, beside bare messages between two threads.
const SET_KEY: &[Row] = &[row(
    "set_key",
    "Dot11ExtSetKeyMappingKey: call, installed, back in the extension",
    "us",
    17.0,
)];

/// The simulated radio with 10,000 keys, beside itself with ten.
const KEYS: &[Row] = &[
    row(
        "keys_few",
        "a frame, ten of the stations talk: the look-up alone",
        "ns",
        1.1,
    ),
    plain(
        "keys_all",
        "a frame, all stations talk in no order: also cold caches",
        "ns",
    ),
];

/// The API, beside messages of the same sizes between two processes that do nothing else.
const API_BARE: &[Row] = &[
    row("api_query", "query of the network's status", "us", 2.0),
    plain("api_temporary", "secondary key for one session", "us"),
    plain("api_persistent", "secondary key, stored", "us"),
    plain("api_passphrase", "passphrase for one session", "us"),
];

/// The API, beside hostapd's control socket.
const API_HOSTAPD: &[Row] = &[row(
    "api_query",
    "query of the network's status; hostapd: PING",
    "us",
    1.0,
)];

/// Where hostednet has a figure and its peer has no such thing, the peer's nearest one.
const INSTEAD: &[(&str, &str)] = &[
    ("start", "cold"),
    ("api_temporary", "api_query"),
    ("api_persistent", "api_query"),
    ("api_passphrase", "api_query"),
];

/// Figures by name and side.
type Figures = BTreeMap<(String, String), f64>;

/// Which sections are measured anew; the others stay as they were.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    All,
    /// What needs no emulated machine: a quiet processor is wanted.
    Host,
    /// The emulated machine, whose clock counts instructions: other work beside it does no harm.
    Machine,
}

/// Measures, prints the page and writes it.
pub(crate) fn bench(part: Part) -> ExitCode {
    let page = run::top().join("docs").join("benchmarks.md");
    let old = || {
        std::fs::read_to_string(&page)
            .map_err(|error| format!("cannot read {}: {error}", page.display()))
    };
    let measured = match part {
        Part::All => measure(),
        Part::Host => old().and_then(|old| measure_host(&old)),
        Part::Machine => old().and_then(|old| measure_machine(&old)),
    };
    match measured {
        Ok(table) => {
            println!("\n{table}");
            if let Err(error) = std::fs::write(&page, table) {
                eprintln!("cannot write {}: {error}", page.display());
                return ExitCode::FAILURE;
            }
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// The whole page.
fn measure() -> Result<String, String> {
    let mut missed = Vec::new();
    let host = host_sections(&mut missed)?;
    let machine = machine_sections(&mut missed)?;
    Ok(format!("{HEAD}{machine}{host}{}", missed_section(&missed)))
}

/// The page with its sections on this processor measured anew; those of the machine stay.
fn measure_host(old: &str) -> Result<String, String> {
    let (machine, _) = halves(old)?;
    let mut missed = still_missed(old, of_machine);
    let host = host_sections(&mut missed)?;
    Ok(format!("{machine}{host}{}", missed_section(&missed)))
}

/// The page with the sections of the machine measured anew; those on this processor stay.
fn measure_machine(old: &str) -> Result<String, String> {
    let (_, host) = halves(old)?;
    let mut missed = still_missed(old, |line| !of_machine(line));
    let machine = machine_sections(&mut missed)?;
    Ok(format!("{HEAD}{machine}{host}{}", missed_section(&missed)))
}

/// The sections of the machine with what stands above them, and those on this processor.
fn halves(page: &str) -> Result<(&str, &str), String> {
    let host = page
        .find(HOST_BEGINS)
        .ok_or("docs/benchmarks.md has no section on OpenSSL: run `cargo xtask bench` first")?;
    let missed = page.find(MISSED_BEGINS).unwrap_or(page.len());
    Ok((&page[..host], &page[host..missed]))
}

/// Whether a line on a missed bar is about a row of the machine.
fn of_machine(line: &str) -> bool {
    let rows = [MACHINE, API_BARE, API_HOSTAPD].concat();
    rows.iter().any(|row| line.starts_with(row.about))
}

/// The lines on missed bars that are not measured anew.
fn still_missed(page: &str, kept: impl Fn(&str) -> bool) -> Vec<String> {
    let (_, missed) = page.split_once(MISSED_BEGINS).unwrap_or((page, ""));
    missed
        .lines()
        .filter_map(|line| line.strip_prefix("- "))
        .filter(|line| kept(line))
        .map(str::to_owned)
        .collect()
}

/// Where the sections on this processor begin.
const HOST_BEGINS: &str = "\n## Beside OpenSSL\n";

/// Where the bars that were missed are named.
const MISSED_BEGINS: &str = "\n## Missed\n";

fn missed_section(missed: &[String]) -> String {
    let mut section = format!("{MISSED_BEGINS}\n");
    if missed.is_empty() {
        section.push_str("No bar is missed.\n");
    }
    for line in missed {
        let _ = writeln!(section, "- {line}");
    }
    section
}

fn machine_sections(missed: &mut Vec<String>) -> Result<String, String> {
    kernel::build()?;
    build_api()?;
    if let Some(why) = kernel::obstacle() {
        return Err(why);
    }
    let scripts = kernel::scripts("bench/kernel")?;
    let mut words = vec![
        "tests/kernel/vm",
        "-i",
        "-a",
        "tests/kernel/ap/hostapd.sh",
        "-a",
        "tests/kernel/ap/hostednet.sh",
    ];
    words.extend(scripts.iter().map(String::as_str));
    let machine = run::shown(&words, &[], 3600);
    if !machine.success() {
        return Err(format!("bench/kernel: {}", machine.why()));
    }
    let machine = machine_figures(&machine.stdout);
    let mut page = format!("\n## Beside hostapd {}\n\n", hostapd_version());
    page.push_str(MACHINE_TEXT);
    table(&mut page, missed, MACHINE, "hostapd", &machine);
    page.push_str("\n## The API\n\n");
    page.push_str(API_TEXT);
    table(&mut page, missed, API_BARE, "bare", &machine);
    page.push('\n');
    table(&mut page, missed, API_HOSTAPD, "hostapd", &machine);
    Ok(page)
}

fn host_sections(missed: &mut Vec<String>) -> Result<String, String> {
    let cargo = run::cargo();
    let crypto = run::shown(
        &[
            &cargo,
            "run",
            "--release",
            "--quiet",
            "--manifest-path=bench/crypto/Cargo.toml",
        ],
        &[],
        900,
    );
    if !crypto.success() {
        return Err(format!("bench/crypto: {}", crypto.why()));
    }
    let crypto = side_figures(&format!("{}{}", crypto.stdout, ipsec_mb()?));
    let keys = format!("{}{}", cargo_bench("wlansvc")?, cargo_bench("radio_sim")?);
    let keys = side_figures(&keys);
    let mut page = format!("{HOST_BEGINS}\n{CRYPTO_TEXT}");
    table(&mut page, missed, CRYPTO, "OpenSSL", &crypto);
    page.push_str("\n## Beside intel-ipsec-mb\n\n");
    page.push_str(IPSEC_MB_TEXT);
    table(&mut page, missed, IPSEC_MB, "intel-ipsec-mb", &crypto);
    page.push_str("\n## Keys of extensions\n\n");
    page.push_str(KEYS_TEXT);
    table(&mut page, missed, SET_KEY, "bare", &keys);
    page.push('\n');
    table(&mut page, missed, KEYS, "10 keys", &keys);
    Ok(page)
}

/// Builds the library and the program that measures through it, which the machine takes along.
fn build_api() -> Result<(), String> {
    let cargo = run::cargo();
    let library = run::shown(
        &[&cargo, "build", "--release", "--package=wlanapi"],
        &[],
        1800,
    );
    if !library.success() {
        return Err(format!("release build: {}", library.why()));
    }
    let release = run::target().join("release").to_string_lossy().into_owned();
    let (program, folder) = (format!("{release}/bench-api"), format!("-L{release}"));
    let words = [
        "gcc",
        "-O2",
        "-Iinclude",
        "bench/api/api.c",
        "-o",
        &program,
        &folder,
        "-lwlanapi",
        "-lpthread",
    ];
    let built = run::shown(&words, &[], 60);
    if built.success() {
        Ok(())
    } else {
        Err(format!("bench/api: {}", built.why()))
    }
}

/// The benches of a crate.
fn cargo_bench(package: &str) -> Result<String, String> {
    let cargo = run::cargo();
    let package = format!("--package={package}");
    let ended = run::shown(&[&cargo, "bench", "--quiet", &package], &[], 1800);
    if ended.success() {
        Ok(ended.stdout)
    } else {
        Err(format!("cargo bench {package}: {}", ended.why()))
    }
}

/// Builds and runs the program that measures intel-ipsec-mb.
fn ipsec_mb() -> Result<String, String> {
    let packages = "tests/kernel/packages";
    let wanted = [
        "/usr/include/intel-ipsec-mb.h:libipsec-mb-dev",
        "/usr/lib/x86_64-linux-gnu/libIPSec_MB.so.1:libipsec-mb1",
    ];
    let fetched = run::quiet(&[packages, wanted[0], wanted[1]], &[], 300);
    if !fetched.success() {
        return Err(format!("libipsec-mb: {}", fetched.why()));
    }
    let root = run::quiet(&[packages, "-r"], &[], 10);
    let root = root.stdout.trim();
    let program = run::target().join("release").join("bench-ipsec-mb");
    let program = program.to_string_lossy().into_owned();
    let (include, library) = (
        format!("-I{root}/usr/include"),
        format!("{root}/usr/lib/x86_64-linux-gnu"),
    );
    let folder = format!("-L{library}");
    let words = [
        "gcc",
        "-std=c11",
        "-D_GNU_SOURCE",
        "-O2",
        &include,
        "bench/crypto/ipsec_mb.c",
        "-o",
        &program,
        &folder,
        "-lIPSec_MB",
    ];
    let built = run::shown(&words, &[], 60);
    if !built.success() {
        return Err(format!("bench/crypto/ipsec_mb.c: {}", built.why()));
    }
    let measured = run::shown(&[&program], &[("LD_LIBRARY_PATH", &library)], 300);
    if measured.success() {
        Ok(measured.stdout)
    } else {
        Err(format!("bench-ipsec-mb: {}", measured.why()))
    }
}

const HEAD: &str = "\
# Benchmarks

Made by `cargo xtask bench`, which rewrites this page. Ratios are ours divided by the peer's, so less is
better; each peer is measured in the same run. Figures of other runs are not comparable, ratios are.
`cargo xtask bench host` measures anew only what needs no emulated machine, the sections from OpenSSL on;
`cargo xtask bench machine` only those before.
";

const MACHINE_TEXT: &str = "\
Debian's hostapd and kernel in one boot of an emulated machine whose clock counts instructions
(`bench/kernel`, `tests/kernel/vm -i`): a time here is a number of instructions, all processes and the kernel
together; service CPU is the service's own share. Both have a primary and a secondary key, the station uses the
second.

- \"Association request to open port\" is read from the kernel's trace of the access point's side, from the request's
  arrival to the station's authorisation; then as the station sees it, from its log line to its open port.
- The kernel is told to hasten RCU grace periods (rcu_expedited): otherwise the station's key installation waits for
  two or three ticks of 4 ms, by chance of phase, and hides what is measured.
- Beacons leave at multiples of 102.4 ms, which adds 51.2 ms to both sides' starts on average; hostapd has no stopped
  state, so its cold start stands beside both of ours.
- In a storm most of the time is the stations' own work on the one processor.

";

const API_TEXT: &str = "\
Round trips from a C program through libwlanapi (`bench/api`, `bench/kernel/api.sh`), in the same boot and by the
same clock as above; medians. \"Bare\" is two processes that send each other messages of the query's sizes over the
same kind of socket and do nothing else. Both networks run, without stations. The machine's disk is memory, so
what a real disk takes to store a key is not in its figure; a passphrase becomes a key (8192 rounds of
HMAC-SHA-1) before the call returns.

";

const CRYPTO_TEXT: &str = "\
One thread of the processor that made this page (`bench/crypto`). Our CCMP figures are for whole frames, header and
replay check included; OpenSSL's for the bare cipher.

";

const KEYS_TEXT: &str = "\
`cargo bench -p wlansvc`: an extension in its host process sets the key of an associated station again and again, through the
real service, until the simulated radio has it; medians. \"Bare\" is a packet of the same size there and back
between two threads. The bar is 100 us where the bare packet takes 6. `cargo bench -p radio_sim`: a received frame in the
simulated radio with 10,000 stations and keys, beside the same with ten.

";

const IPSEC_MB_TEXT: &str = "\
The ceiling of what this processor can do: a library that works on several buffers side by side
(`bench/crypto/ipsec_mb.c`, bare cipher). Ours takes frame after frame, as they come from the air.

";

/// Reads `FIGURE name side value`.
fn machine_figures(output: &str) -> Figures {
    output
        .lines()
        .filter_map(|line| {
            let mut words = line.strip_prefix("FIGURE ")?.split_whitespace();
            let (name, side) = (words.next()?, words.next()?);
            Some((
                (name.to_owned(), side.to_owned()),
                words.next()?.parse().ok()?,
            ))
        })
        .collect()
}

/// Reads `name_ours value unit`, and the same of a peer. Ours works on one frame at a time, so its
/// figure stands for lots of them too.
fn side_figures(output: &str) -> Figures {
    let mut figures: Figures = output
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (name, value) = (words.next()?, words.next()?.parse().ok()?);
            let (name, side) = name.rsplit_once('_')?;
            let side = match side {
                "ours" => "hostednet",
                "openssl" => "OpenSSL",
                "ipsecmb" => "intel-ipsec-mb",
                "bare" => "bare",
                "ten" => "10 keys",
                _ => return None,
            };
            Some(((name.to_owned(), side.to_owned()), value))
        })
        .collect();
    let one = ("ccmp_1500_seal".to_owned(), "hostednet".to_owned());
    if let Some(value) = figures.get(&one).copied() {
        figures.insert(("ccmp_1500_seal_lot".to_owned(), one.1), value);
    }
    figures
}

fn table(page: &mut String, missed: &mut Vec<String>, rows: &[Row], peer: &str, figures: &Figures) {
    let _ = writeln!(page, "| what | {peer} | hostednet | ratio | bar |");
    page.push_str("|---|--:|--:|--:|--:|\n");
    let find = |name: &str, side: &str| figures.get(&(name.to_owned(), side.to_owned())).copied();
    for Row {
        figure,
        about,
        unit,
        bar,
    } in rows
    {
        let instead = INSTEAD
            .iter()
            .find(|(name, _)| name == figure)
            .map(|(_, other)| other);
        let theirs = find(figure, peer).or_else(|| find(instead?, peer));
        let ours = find(figure, "hostednet");
        let ratio = theirs.zip(ours).map(|(theirs, ours)| ratio(ours, theirs));
        let show = |value: Option<f64>| {
            value.map_or("-".to_owned(), |value| format!("{} {unit}", digits(value)))
        };
        let _ = writeln!(
            page,
            "| {about} | {} | {} | {} | {} |",
            show(theirs).trim_end(),
            show(ours).trim_end(),
            ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")),
            bar.map_or(String::new(), |bar| format!("{bar}"))
        );
        match (ratio, bar) {
            (Some(ratio), Some(bar)) if ratio > *bar => {
                missed.push(format!("{about}: {ratio:.2}, wanted at most {bar}"));
            }
            (None, _) => missed.push(format!("{about}: not measured")),
            _ => {}
        }
    }
}

/// Nothing over nothing is nothing.
fn ratio(ours: f64, theirs: f64) -> f64 {
    if ours == 0.0 { 0.0 } else { ours / theirs }
}

/// Three significant digits or all before the point.
fn digits(value: f64) -> String {
    match value {
        v if v == v.trunc() || v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// Debian's version of the hostapd that was measured.
fn hostapd_version() -> String {
    let version = run::quiet(&["apt-cache", "policy", "hostapd"], &[], 60);
    let candidate = version
        .stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "));
    candidate.map_or("of Debian".to_owned(), |version| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bar_is_said_and_a_met_one_is_not() {
        let figures = machine_figures(
            "FIGURE port hostapd 10.00\nFIGURE port hostednet 9.00\nFIGURE cpu hostapd 2.0\nFIGURE cpu hostednet 1.5\n",
        );
        let (mut page, mut missed) = (String::new(), Vec::new());

        table(&mut page, &mut missed, &MACHINE[..4], "hostapd", &figures);

        assert!(page.contains("| 10 ms | 9 ms | 0.90 | 1 |"), "{page}");
        assert_eq!(
            missed,
            [
                "the same, as the station sees it: not measured",
                "one station: told to connect to open port: not measured",
                "service CPU for a join and leave: 0.75, wanted at most 0.5"
            ]
        );
    }

    #[test]
    fn what_is_not_measured_anew_stays() {
        let page = "head\n\n## Beside hostapd\n\nrows\n\n## Beside OpenSSL\n\nother rows\n\n## Missed\n\n\
                    - service CPU for a join and leave: 0.75, wanted at most 0.5\n\
                    - passphrase to PMK: 1.20, wanted at most 1\n";

        let (machine, host) = halves(page).unwrap();

        assert_eq!(machine, "head\n\n## Beside hostapd\n\nrows\n");
        assert_eq!(host, "\n## Beside OpenSSL\n\nother rows\n");
        assert_eq!(
            still_missed(page, of_machine),
            ["service CPU for a join and leave: 0.75, wanted at most 0.5"]
        );
        assert_eq!(
            still_missed(page, |line| !of_machine(line)),
            ["passphrase to PMK: 1.20, wanted at most 1"]
        );
    }

    #[test]
    fn losing_nothing_meets_a_bar_of_nothing() {
        assert_eq!(ratio(0.0, 0.0).to_string(), "0");
        assert_eq!(ratio(0.0, 48.0).to_string(), "0");
    }

    #[test]
    fn a_ratio_printed_by_the_program_is_not_taken_for_a_figure() {
        let figures = side_figures("pmk_ours 700.1 us\npmk_openssl 1800.2 us\npmk_ratio 2.5 x\n");

        assert_eq!(figures.len(), 2);
        assert_eq!(
            figures[&("pmk".to_owned(), "OpenSSL".to_owned())].to_string(),
            "1800.2"
        );
    }
}
