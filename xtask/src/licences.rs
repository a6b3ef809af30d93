//! Holds the licence of every crate that is linked into our programs against a list.

use std::collections::BTreeSet;

use crate::run;

/// Licences that go with MIT OR Apache-2.0. A copyleft licence never gets here.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "LLVM-exception",
];

/// How many crates were looked at, or one line for each that does not fit.
pub(crate) fn check() -> Result<usize, Vec<String>> {
    let cargo = run::cargo();
    let words = [
        &cargo,
        "tree",
        "--workspace",
        "--edges=normal,build",
        "--prefix=none",
        "--no-dedupe",
        "--format={p}|{l}",
    ];
    let ended = run::quiet(&words, &[], 300);
    if !ended.success() {
        return Err(vec![format!("cargo tree: {}", ended.why())]);
    }
    let crates: BTreeSet<&str> = ended.stdout.lines().filter(|l| !l.is_empty()).collect();
    let wrong: Vec<String> = crates
        .iter()
        .filter_map(|line| {
            let (name, licence) = line.rsplit_once('|')?;
            (!fits(licence)).then(|| format!("{name}: licence {licence:?} is not on the list"))
        })
        .collect();
    if wrong.is_empty() && !crates.is_empty() {
        Ok(crates.len())
    } else {
        Err(wrong)
    }
}

/// Whether every licence named in an SPDX expression is allowed, whatever connects them.
fn fits(expression: &str) -> bool {
    let mut names = expression
        .split(|c: char| c.is_whitespace() || "()/".contains(c))
        .filter(|word| !matches!(*word, "" | "AND" | "OR" | "WITH"))
        .peekable();
    names.peek().is_some() && names.all(|name| ALLOWED.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_an_expression_counts() {
        assert!(fits("MIT OR Apache-2.0"));
        assert!(fits("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(fits("Apache-2.0 WITH LLVM-exception OR MIT"));
        assert!(!fits("MIT AND GPL-3.0-or-later"));
        assert!(!fits(""));
    }
}
