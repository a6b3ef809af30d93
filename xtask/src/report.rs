//! What the tiers found, and the table at the end.

use std::process::ExitCode;
use std::time::Duration;

/// What one tier found.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Cases that passed.
    pub(crate) passed: usize,
    /// What failed, one line each.
    pub(crate) failed: Vec<String>,
    /// What was not run and why, one line each.
    pub(crate) skipped: Vec<Skip>,
}

/// Something not run.
pub(crate) struct Skip {
    /// What, why, and how to have it run.
    pub(crate) why: String,
    /// Whether what it lacks are packages that a build machine can fetch: then not running it is a
    /// failure there.
    pub(crate) fetchable: bool,
}

impl Outcome {
    pub(crate) fn passed(n: usize) -> Self {
        Self {
            passed: n,
            ..Self::default()
        }
    }

    pub(crate) fn failed(why: impl Into<String>) -> Self {
        Self {
            failed: vec![why.into()],
            ..Self::default()
        }
    }

    pub(crate) fn skipped(why: impl Into<String>, fetchable: bool) -> Self {
        Self {
            skipped: vec![Skip {
                why: why.into(),
                fetchable,
            }],
            ..Self::default()
        }
    }

    /// Adds what a further part of the same tier found.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.skipped.extend(other.skipped);
        self
    }

    /// On a build machine nothing that can be fetched may be missing.
    pub(crate) fn strict(mut self) -> Self {
        let (missing, skipped) = self.skipped.into_iter().partition(|skip| skip.fetchable);
        self.skipped = skipped;
        let missing: Vec<Skip> = missing;
        self.failed.extend(
            missing
                .into_iter()
                .map(|skip| format!("not run: {}", skip.why)),
        );
        self
    }
}

/// Prints the table and the closing line; the exit status.
pub(crate) fn close(rows: &[(&str, Outcome, Duration)]) -> ExitCode {
    println!(
        "\n{:<9} {:>7} {:>7} {:>8} {:>7}",
        "tier", "passed", "failed", "skipped", "s"
    );
    for (tier, outcome, took) in rows {
        println!(
            "{tier:<9} {:>7} {:>7} {:>8} {:>7.1}",
            outcome.passed,
            outcome.failed.len(),
            outcome.skipped.len(),
            took.as_secs_f32()
        );
    }
    for (tier, outcome, _) in rows {
        for skip in &outcome.skipped {
            println!("\n*** SKIPPED *** {tier}: {}", skip.why);
        }
    }
    for (tier, outcome, _) in rows {
        for line in &outcome.failed {
            println!("\n*** FAILED *** {tier}: {line}");
        }
    }
    let passed: usize = rows.iter().map(|(_, outcome, _)| outcome.passed).sum();
    let failed: usize = rows
        .iter()
        .map(|(_, outcome, _)| outcome.failed.len())
        .sum();
    let skipped: usize = rows
        .iter()
        .map(|(_, outcome, _)| outcome.skipped.len())
        .sum();
    println!("\n{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_machine_forgives_only_what_cannot_be_fetched() {
        let outcome = Outcome::passed(1)
            .and(Outcome::skipped("no packages", true))
            .and(Outcome::skipped("no nightly toolchain", false))
            .strict();

        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failed, ["not run: no packages"]);
        assert_eq!(outcome.skipped.len(), 1);
    }
}
