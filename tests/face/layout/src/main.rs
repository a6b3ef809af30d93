//! `layout HEADERS... --exports FILE`: writes a C file to standard output in which every structure,
//! field, constant and enumerator of the headers is asserted against the `windows-sys` crate, and fails
//! when the headers name something that is not among them, or other functions than the library
//! exports.
//!
//! `structs.rs` and `values.rs` are lists of names; a structure with a field too many or too few does
//! not compile there.

mod header;
mod structs;
mod values;

use std::collections::BTreeSet;
use std::process::ExitCode;

use header::Names;

/// What windows-sys has not: known from the headers of mingw-w64 and from the documentation.
const OTHERS: &[(&str, i64)] = &[
    ("L2_NOTIFICATION_CODE_V2_BEGIN", 0x1000),
    ("WLAN_READ_ACCESS", 0x0002_0001),
    ("WLAN_EXECUTE_ACCESS", 0x0002_0021),
    ("WLAN_WRITE_ACCESS", 0x0007_0023),
];

/// Its fields have other names in Rust.
const GUID: &[(&str, i64)] = &[
    ("sizeof(GUID)", 16),
    ("_Alignof(GUID)", 4),
    ("offsetof(GUID, Data2)", 4),
    ("offsetof(GUID, Data3)", 6),
    ("offsetof(GUID, Data4)", 8),
];

/// Macros with arguments have no value.
const MACROS: &[&str] = &[
    "WLAN_API_VERSION_MAJOR",
    "WLAN_API_VERSION_MINOR",
    "WLAN_API_MAKE_VERSION",
];

/// Exported by Windows without a declaration.
const UNDOCUMENTED: &[&str] = &[
    "WlanHostedNetworkFreeWCNSettings",
    "WlanHostedNetworkHlpQueryEverUsed",
    "WlanHostedNetworkQueryWCNSettings",
    "WlanHostedNetworkSetWCNSettings",
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((headers, [_, exports])) = args
        .iter()
        .position(|arg| arg == "--exports")
        .map(|at| args.split_at(at))
    else {
        eprintln!("usage: layout HEADER... --exports FILE");
        return ExitCode::from(2);
    };
    let mut names = Names::default();
    for header in headers {
        match std::fs::read_to_string(header) {
            Ok(text) => names.read(&text),
            Err(error) => {
                eprintln!("layout: {header}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    let exports = match std::fs::read_to_string(exports) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("layout: {exports}: {error}");
            return ExitCode::from(2);
        }
    };
    write();
    let wrong = differences(&names, &exports);
    for line in &wrong {
        eprintln!("layout: {line}");
    }
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn write() {
    println!("#include <stddef.h>\n#include <wlanapi.h>\n");
    println!("#define SAME(got, expected) _Static_assert((long long)(got) == (expected), #got)");
    for line in structs::asserts() {
        println!("{line}");
    }
    let known = GUID.iter().chain(OTHERS).copied();
    for (name, value) in values::all().into_iter().chain(known) {
        println!("SAME({name}, {value}LL);");
    }
    println!("int main(void) {{ return 0; }}");
}

/// What is in one place only.
fn differences(names: &Names, exports: &str) -> Vec<String> {
    let values: BTreeSet<&str> = values::all()
        .into_iter()
        .chain(OTHERS.iter().copied())
        .map(|(name, _)| name)
        .chain(MACROS.iter().copied())
        .collect();
    let structs: BTreeSet<&str> = structs::NAMES.iter().copied().chain(["GUID"]).collect();
    let exports: BTreeSet<&str> = exports
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|name| !UNDOCUMENTED.contains(name))
        .collect();
    let mut wrong = Vec::new();
    let mut compare = |what: &str, headers: &BTreeSet<String>, other: &BTreeSet<&str>| {
        for name in headers.iter().filter(|name| !other.contains(name.as_str())) {
            wrong.push(format!("{what} {name} is in the headers only"));
        }
        for name in other.iter().filter(|name| !headers.contains(**name)) {
            wrong.push(format!("{what} {name} is not in the headers"));
        }
    };
    compare("value", &names.values, &values);
    compare("structure", &names.structs, &structs);
    compare("function", &names.functions, &exports);
    wrong
}
