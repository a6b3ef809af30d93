//! Tests of Rust's own runner, counted.

use crate::report::Outcome;
use crate::run;

/// A command whose tests are counted one by one.
pub(crate) fn counted(words: &[&str], env: &[(&str, &str)], limit: u32) -> Outcome {
    let ended = run::shown(words, env, limit);
    let mut outcome = count_tests(&ended.stdout);
    if !ended.success() && outcome.failed.is_empty() {
        outcome
            .failed
            .push(format!("{}: {}", words.join(" "), ended.why()));
    }
    outcome
}

/// Reads what libtest prints: `test result: ok. 3 passed; 0 failed; 1 ignored; ..` and
/// `test name ... FAILED`.
fn count_tests(output: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for line in output.lines() {
        if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|l| l.strip_suffix(" ... FAILED"))
        {
            outcome.failed.push(name.to_owned());
        } else if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|l| l.split_once(" ... ignored"))
            .map(|(n, _)| n)
        {
            outcome = outcome.and(Outcome::skipped(
                format!("test {name} is marked ignored"),
                false,
            ));
        } else if let Some(rest) = line.strip_prefix("test result: ") {
            outcome.passed += rest
                .split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(" passed"))
                .filter_map(|n| n.parse::<usize>().ok())
                .sum::<usize>();
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_is_counted_and_every_failure_named() {
        let outcome = count_tests(
            "running 3 tests\ntest a ... ok\ntest b::c ... FAILED\ntest d ... ignored, slow\n\n\
             test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out\n\
             test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
        );

        assert_eq!(outcome.passed, 41);
        assert_eq!(outcome.failed, ["b::c"]);
        assert_eq!(outcome.skipped.len(), 1);
    }
}
