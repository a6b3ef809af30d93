//! What the shared object shows to the world.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

/// The shared object beside this test's program.
fn library() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.with_file_name("libwlanapi.so")
}

fn lines_of(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .arg(library())
        .output()
        .unwrap_or_else(|error| panic!("{program} is part of every linker's package: {error}"));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn exactly_the_listed_functions_are_exported() {
    let listed: BTreeSet<&str> = include_str!("../exports.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();

    let symbols = lines_of("nm", &["--dynamic", "--defined-only", "--format=posix"]);
    let exported: BTreeSet<&str> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();

    assert_eq!(exported, listed);
}

#[test]
fn the_library_has_its_name_and_stays_in_memory() {
    let dynamic = lines_of("readelf", &["--dynamic", "--wide"]);
    assert!(dynamic.contains("[libwlanapi.so.0]"), "{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
}
