//! Every finding, made by the readers: recorded netlink answers and a folder that stands for a machine's
//! root go through `radio_nl80211::look` and `doctor_look`, and what they make of it is judged.
//!
//! The recordings are of the kernel tier (mac80211_hwsim, Debian's Linux 6.1; case `doctor`). What no
//! emulated radio says of itself is edited into them, attribute by attribute, where the case stands.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod channel;
mod drivers;
mod edit;
mod hostile;
mod machine;
mod network;
mod owner;
mod played;
mod radio;
mod service;

use std::collections::BTreeSet;

use doctor::{FINDINGS, Severity, judge, text};
use machine::Machine;
use wlan_model::Reason;

/// A machine, and what must be found on it.
struct Case {
    /// What is so on that machine.
    what: &'static str,
    machine: fn() -> Machine,
    finds: &'static [Found],
}

/// A finding. Texts are parts of what is said; an empty one is not asked for.
struct Found {
    id: &'static str,
    severity: Severity,
    reason: Option<Reason>,
    /// Of the cause.
    says: &'static str,
    /// Of the remedy or of the command.
    advises: &'static str,
    /// Of the evidence.
    shows: &'static str,
}

const fn found(id: &'static str, severity: Severity, says: &'static str) -> Found {
    Found {
        id,
        severity,
        reason: None,
        says,
        advises: "",
        shows: "",
    }
}

impl Found {
    const fn leads_to(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    const fn advises(mut self, text: &'static str) -> Self {
        self.advises = text;
        self
    }

    const fn shows(mut self, text: &'static str) -> Self {
        self.shows = text;
        self
    }
}

/// Looks at the machine of each case.
fn hold(cases: &[Case]) {
    for case in cases {
        let report = judge(&(case.machine)().facts());
        let page = format!("{}:\n{}", case.what, text(&report));
        for wanted in case.finds {
            let Some(finding) = report.find(wanted.id) else {
                panic!("no {} where {page}", wanted.id);
            };
            assert_eq!(
                finding.severity, wanted.severity,
                "{} where {page}",
                wanted.id
            );
            assert_eq!(finding.reason, wanted.reason, "{} where {page}", wanted.id);
            let cause = &finding.cause.text;
            assert!(
                cause.contains(wanted.says),
                "{:?} where {page}",
                wanted.says
            );
            let advice = format!(
                "{} {}",
                finding.cause.remedy,
                finding.command.as_deref().unwrap_or_default()
            );
            assert!(
                advice.contains(wanted.advises),
                "{:?} where {page}",
                wanted.advises
            );
            let evidence = finding.evidence.join("\n");
            assert!(
                evidence.contains(wanted.shows),
                "{:?} where {page}",
                wanted.shows
            );
        }
        let obstacle = case.finds.iter().any(|f| f.severity == Severity::Obstacle);
        assert_eq!(report.has_obstacle(), obstacle, "{page}");
    }
}

const ALL: &[&[Case]] = &[
    radio::CASES,
    channel::CASES,
    owner::CASES,
    network::CASES,
    service::CASES,
    service::ON_THE_AIR,
    hostile::CASES,
];

#[test]
fn every_finding_comes_through_the_readers_in_some_case() {
    let found: BTreeSet<&str> = ALL
        .iter()
        .flat_map(|cases| cases.iter())
        .flat_map(|case| case.finds)
        .map(|found| found.id)
        .collect();
    let untried: Vec<_> = FINDINGS.iter().filter(|id| !found.contains(*id)).collect();
    assert_eq!(untried, [&""; 0]);
}

#[test]
fn every_finding_is_on_the_page_for_people() {
    let page = include_str!("../../../../docs/doctor.md");
    let (_, table) = page.split_once("## All findings").unwrap();
    let named: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(named, FINDINGS.iter().copied().collect());
}
