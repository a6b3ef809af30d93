//! A report for people and for scripts.

use core::fmt::Write;

use serde::Serialize;

use crate::{Finding, Report, Severity};

/// A report as lines for people: worst first, what was seen indented, commands on lines of their own.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        // A string takes everything.
        let _ = one(&mut out, finding);
    }
    let _ = writeln!(out, "{}", summary(report));
    out
}

fn one(out: &mut String, finding: &Finding) -> core::fmt::Result {
    let Finding {
        id,
        severity,
        cause,
        command,
        evidence,
        reason,
    } = finding;
    writeln!(out, "{:<9} {}", severity.name(), cause.text)?;
    for line in evidence {
        writeln!(out, "{:14}{line}", "")?;
    }
    if *severity > Severity::Ok {
        writeln!(out, "{:10}{}", "", cause.remedy)?;
        if let Some(command) = command {
            writeln!(out, "{:12}$ {command}", "")?;
        }
        write!(out, "{:10}({id}", "")?;
        if let Some(reason) = reason {
            write!(out, "; programs get reason {} {reason}", reason.value())?;
        }
        writeln!(out, ")")?;
    }
    Ok(())
}

fn summary(report: &Report) -> String {
    let count = |severity, one: &str, more: &str| match report.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {more}")),
    };
    let counts: Vec<String> = [
        count(Severity::Obstacle, "obstacle", "obstacles"),
        count(Severity::Warning, "warning", "warnings"),
        count(Severity::Hint, "hint", "hints"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let way = if report.has_obstacle() {
        "The network has obstacles"
    } else {
        "Nothing stands in the way"
    };
    if counts.is_empty() {
        format!("{way}.")
    } else {
        format!("{way}: {}.", counts.join(", "))
    }
}

/// A report as JSON; described in `docs/doctor.md`.
#[derive(Debug, Serialize)]
pub struct ReportView<'a> {
    /// Whether nothing stands in the way: no finding is an obstacle.
    ok: bool,
    /// Worst first.
    findings: Vec<FindingView<'a>>,
}

#[derive(Debug, Serialize)]
struct FindingView<'a> {
    id: &'a str,
    severity: Severity,
    cause: &'a str,
    remedy: &'a str,
    command: Option<&'a str>,
    evidence: &'a [String],
    reason: Option<ReasonView>,
}

#[derive(Debug, Serialize)]
struct ReasonView {
    value: i32,
    name: &'static str,
}

impl<'a> From<&'a Report> for ReportView<'a> {
    fn from(report: &'a Report) -> Self {
        let view = |f: &'a Finding| FindingView {
            id: f.id,
            severity: f.severity,
            cause: &f.cause.text,
            remedy: &f.cause.remedy,
            command: f.command.as_deref(),
            evidence: &f.evidence,
            reason: f.reason.map(|reason| ReasonView {
                value: reason.value(),
                name: reason.name(),
            }),
        };
        Self {
            ok: !report.has_obstacle(),
            findings: report.findings.iter().map(view).collect(),
        }
    }
}
