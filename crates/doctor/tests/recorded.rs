//! Facts that `hostednet doctor --facts` wrote in the kernel tier (mac80211_hwsim, case `doctor`), and
//! what is made of them.

use std::fs;
use std::path::Path;

use doctor::{Facts, Report, Severity, judge, text};

fn report(name: &str) -> Report {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/facts/{name}.json"));
    let facts: Facts = serde_json::from_slice(&fs::read(file).expect("the recorded file is there"))
        .expect("facts of an older release are still understood");
    judge(&facts)
}

#[track_caller]
fn expect(name: &str, wanted: &[(&str, Severity)]) {
    let report = report(name);
    for (id, severity) in wanted {
        let found = report.find(id).map(|f| f.severity);
        assert_eq!(found, Some(*severity), "{id} in\n{}", text(&report));
    }
    let obstacle = wanted.iter().any(|(_, s)| *s == Severity::Obstacle);
    assert_eq!(report.has_obstacle(), obstacle, "{}", text(&report));
}

use Severity::{Hint, Obstacle, Ok, Warning};

#[test]
fn a_free_radio_is_ready() {
    expect(
        "before",
        &[
            ("radio", Ok),
            ("channels", Ok),
            ("firewall", Ok),
            ("ports", Ok),
            ("world-domain", Hint),
            ("service-absent", Warning),
        ],
    );
}

#[test]
fn a_blocked_radio_is_an_obstacle() {
    expect("rfkill", &[("rfkill-soft", Obstacle)]);
}

#[test]
fn hostapd_and_its_channel_are_told() {
    expect(
        "hostapd",
        &[("owner-hostapd", Warning), ("forced-channel", Hint)],
    );
}

#[test]
fn a_connection_tells_its_channel() {
    expect("connected", &[("forced-channel", Hint), ("radio", Ok)]);
}

#[test]
fn a_strict_firewall_is_an_obstacle() {
    expect("firewall", &[("firewall-drops", Obstacle)]);
}

#[test]
fn a_running_network_hears_its_own_beacon() {
    expect("running", &[("beacon", Ok), ("service", Ok), ("radio", Ok)]);
}

#[test]
fn without_radios_there_is_one_obstacle() {
    let report = report("none");
    assert_eq!(report.count(Severity::Obstacle), 1, "{}", text(&report));
    assert!(report.find("no-radio").is_some());
}
