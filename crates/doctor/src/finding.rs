//! What was found.

use cause::Cause;
use serde::Serialize;
use wlan_model::Reason;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Good to know; nothing to do.
    Hint,
    /// The network runs, but not as well as it could, or may be disturbed.
    Warning,
    /// The network cannot run, or nobody can use it.
    Obstacle,
}

impl Severity {
    /// In a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Obstacle => "obstacle",
        }
    }
}

/// The names of all kinds of findings, as documented.
pub const FINDINGS: &[&str] = &[
    "addresses-off",
    "beacon",
    "beacon-differs",
    "beacon-not-read",
    "channel-forbidden",
    "channels",
    "disabled",
    "dnsmasq-missing",
    "firewall",
    "firewall-drops",
    "firewall-forward",
    "firmware-radio",
    "forced-channel",
    "forced-channel-forbidden",
    "incompatible-interface",
    "interface-changed",
    "interface-gone",
    "nft-missing",
    "no-addresses",
    "no-ap-mode",
    "no-bip",
    "no-ccmp",
    "no-channel",
    "no-radio",
    "no-rights",
    "no-room",
    "not-beside-station",
    "not-privileged",
    "one-channel",
    "other-radio",
    "owner-connman",
    "owner-hostapd",
    "owner-iwd",
    "owner-networkmanager",
    "owner-wpa-supplicant",
    "policy-forbids",
    "port-53-taken",
    "port-67-taken",
    "ports",
    "radio",
    "radio-gone",
    "rfkill-hard",
    "rfkill-soft",
    "self-managed-domain",
    "service",
    "service-absent",
    "service-broken",
    "service-denied",
    "service-unavailable",
    "service-version",
    "sharing-trouble",
    "simulated",
    "station-limit",
    "unfit-driver",
    "unseen-domain",
    "unseen-firewall",
    "unseen-ports",
    "unseen-programs",
    "world-domain",
];

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable name of the kind of finding, `rfkill-soft`.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is so, and what to do about it.
    pub cause: Cause,
    /// A command that does it, where one does.
    pub command: Option<String>,
    /// What was seen, a line each.
    pub evidence: Vec<String>,
    /// The `WLAN_HOSTED_NETWORK_REASON` a program gets when it meets this.
    pub reason: Option<Reason>,
}

impl Finding {
    /// Without evidence, command and reason.
    #[must_use]
    pub const fn new(id: &'static str, severity: Severity, cause: Cause) -> Self {
        Self {
            id,
            severity,
            cause,
            command: None,
            evidence: Vec::new(),
            reason: None,
        }
    }

    pub(crate) fn seen(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }

    pub(crate) fn all_seen(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(lines);
        self
    }

    pub(crate) fn run(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    pub(crate) const fn leads_to(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }
}

/// All that was found, worst first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Sorts, and says a thing once that was found twice.
    pub(crate) fn new(found: Vec<Finding>) -> Self {
        debug_assert!(found.iter().all(|f| FINDINGS.contains(&f.id)), "{found:?}");
        let mut findings: Vec<Finding> = Vec::with_capacity(found.len());
        for finding in found {
            match findings.iter_mut().find(|f| f.cause == finding.cause) {
                Some(known) => {
                    known.severity = known.severity.max(finding.severity);
                    known.command = known.command.take().or(finding.command);
                    known.reason = known.reason.or(finding.reason);
                    for line in finding.evidence {
                        if !known.evidence.contains(&line) {
                            known.evidence.push(line);
                        }
                    }
                }
                None => findings.push(finding),
            }
        }
        findings.sort_by_key(|f| core::cmp::Reverse(f.severity));
        Self { findings }
    }

    /// Whether something stands in the way.
    #[must_use]
    pub fn has_obstacle(&self) -> bool {
        self.count(Severity::Obstacle) > 0
    }

    /// How many findings of this severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let same = self.findings.iter().filter(|f| f.severity == severity);
        same.count()
    }

    /// The finding of this kind, if there is one.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|f| f.id == id)
    }
}
