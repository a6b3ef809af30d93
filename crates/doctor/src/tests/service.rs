//! The service, rights and the policy.

use super::*;

#[test]
fn who_may_not_administer_the_network_is_told_before_he_tries() {
    let mut facts = before();
    facts.caller = Caller {
        uid: 1000,
        group: Some(("hostednet".into(), false)),
        ..Caller::default()
    };
    let finding = expect(
        &facts,
        "no-rights",
        Obstacle,
        Some(Reason::ElevationRequired),
    );
    assert_eq!(
        finding.evidence,
        ["user 1000, CAP_NET_ADMIN no, CAP_NET_RAW no"]
    );
    let group = found(&facts, "not-privileged");
    assert_eq!(group.reason, Some(Reason::ElevationRequired));
    assert!(group.command.unwrap().contains("usermod -aG hostednet"));

    // Where a service runs, nobody else needs the right.
    facts.service = healthy().service;
    absent(&facts, "no-rights");
    facts.caller.group = Some(("hostednet".into(), true));
    absent(&facts, "not-privileged");
}

#[test]
fn the_services_own_refusals_are_told_in_its_own_words() {
    let why = cause("The radio is busy.");
    let reason = Some(Reason::ServiceUnavailable);
    for (service, id, severity) in [
        (Service::Absent(why.clone()), "service-absent", Warning),
        (Service::Denied(why.clone()), "service-denied", Obstacle),
        (
            Service::OtherVersion(why.clone()),
            "service-version",
            Obstacle,
        ),
        (Service::Broken(why.clone()), "service-broken", Obstacle),
    ] {
        let facts = Facts {
            service,
            ..before()
        };
        assert_eq!(expect(&facts, id, severity, reason).cause, why);
    }
    let unavailable = with_network(|n| {
        n.active = false;
        n.unavailable = Some(why.clone());
    });
    let finding = expect(
        &unavailable,
        "service-unavailable",
        Obstacle,
        Some(Reason::InterfaceUnavailable),
    );
    assert_eq!(finding.cause, why);
}

#[test]
fn what_the_service_and_the_radio_say_alike_is_said_once() {
    let why = cause("The radio is switched off by software (rfkill).");
    let mut facts = with_network(|n| {
        n.active = false;
        n.unavailable = Some(why.clone());
    });
    facts.radios[0].silent = Some(why.clone());
    facts.radios[0].switches[0].soft = true;

    let report = judge(&facts);

    let same = report.findings.iter().filter(|f| f.cause == why);
    assert_eq!(same.count(), 1, "{}", text(&report));
    let finding = report.find("service-unavailable").unwrap();
    assert_eq!(finding.evidence.len(), 2);
    assert_eq!(finding.command.as_deref(), Some("rfkill unblock wifi"));
}

#[test]
fn policy_is_told_from_a_switch_of_the_user() {
    let disallowed = |by_policy| {
        with_network(|n| {
            n.active = false;
            n.enabled = false;
            n.by_policy = by_policy;
            n.unavailable = Some(cause("It is disallowed."));
        })
    };
    expect(
        &disallowed(true),
        "policy-forbids",
        Obstacle,
        Some(Reason::GpDenied),
    );
    expect(
        &disallowed(false),
        "disabled",
        Obstacle,
        Some(Reason::InterfaceUnavailable),
    );
    absent(&disallowed(true), "service-unavailable");
}

#[test]
fn a_simulated_radio_is_a_warning() {
    let facts = with_network(|n| n.radio = Some("sim".into()));
    expect(&facts, "simulated", Warning, None);
    absent(&facts, "beacon-not-read");
}
