//! The service, and what this user may.

use cause::Cause;
use wlan_model::Reason;

use crate::facts::{Facts, Network, Service};
use crate::{Finding, Severity};

pub(super) fn judge(facts: &Facts, found: &mut Vec<Finding>) {
    let caller = &facts.caller;
    match &facts.service {
        Service::Answers(network) => answers(network, found),
        Service::Absent(cause) => {
            found.push(
                Finding::new("service-absent", Severity::Warning, cause.clone())
                    .leads_to(Reason::ServiceUnavailable),
            );
            if !(caller.net_admin && caller.net_raw) {
                found.push(no_rights(facts));
            }
        }
        Service::Denied(cause) => found.push(
            Finding::new("service-denied", Severity::Obstacle, cause.clone())
                .seen(format!("user {}", caller.uid))
                .leads_to(Reason::ServiceUnavailable),
        ),
        Service::OtherVersion(cause) => found.push(
            Finding::new("service-version", Severity::Obstacle, cause.clone())
                .run("sudo systemctl restart hostednet")
                .leads_to(Reason::ServiceUnavailable),
        ),
        Service::Broken(cause) => found.push(
            Finding::new("service-broken", Severity::Obstacle, cause.clone())
                .leads_to(Reason::ServiceUnavailable),
        ),
    }
    if caller.uid != 0
        && !caller.net_admin
        && let Some((group, false)) = &caller.group
    {
        let cause = Cause::new(
            format!(
                "User {} is not in the group {group}, so he may not start the network for good.",
                caller.uid
            ),
            format!("Do it as root, or add the user to {group} and log in again."),
        );
        found.push(
            Finding::new("not-privileged", Severity::Hint, cause)
                .run(format!("sudo usermod -aG {group} \"$USER\""))
                .leads_to(Reason::ElevationRequired),
        );
    }
}

fn no_rights(facts: &Facts) -> Finding {
    let caller = &facts.caller;
    let has = |yes: bool| if yes { "yes" } else { "no" };
    let cause = Cause::new(
        "This user may not administer the network: a service of his own gets no real radio.",
        "Run the service as root or give it CAP_NET_ADMIN and CAP_NET_RAW.",
    );
    Finding::new("no-rights", Severity::Obstacle, cause)
        .seen(format!(
            "user {}, CAP_NET_ADMIN {}, CAP_NET_RAW {}",
            caller.uid,
            has(caller.net_admin),
            has(caller.net_raw)
        ))
        .run("sudo hostednet up")
        .leads_to(Reason::ElevationRequired)
}

fn answers(network: &Network, found: &mut Vec<Finding>) {
    if !network.enabled {
        let finding = if network.by_policy {
            Finding::new(
                "policy-forbids",
                Severity::Obstacle,
                Cause::new(
                    "The administrator's policy forbids the network.",
                    "Ask the administrator: hosted_network in /etc/hostednet/policy.toml decides.",
                ),
            )
            .leads_to(Reason::GpDenied)
        } else {
            Finding::new(
                "disabled",
                Severity::Obstacle,
                Cause::new(
                    "The network is disallowed on this machine.",
                    "Allow it with `hostednet set --mode allow`.",
                ),
            )
            .run("sudo hostednet set --mode allow")
            .leads_to(Reason::InterfaceUnavailable)
        };
        found.push(finding);
    }
    // Disallowed, it is unavailable for no other reason.
    if let Some(cause) = network.unavailable.as_ref().filter(|_| network.enabled) {
        found.push(
            Finding::new("service-unavailable", Severity::Obstacle, cause.clone())
                .seen("the service says so itself")
                .leads_to(Reason::InterfaceUnavailable),
        );
    }
    if network.radio.as_deref() == Some("sim") {
        let cause = Cause::new(
            "The service uses the simulated radio: nobody can see its network.",
            "Start it as root with `--radio real` for a network on the air.",
        );
        found.push(
            Finding::new("simulated", Severity::Warning, cause)
                .run("sudo hostednet serve --radio real"),
        );
    }
    let state = if network.active {
        format!(
            "The service runs, its network {} is on the air.",
            network.ssid.as_deref().unwrap_or("without a name")
        )
    } else {
        "The service runs, its network is not on the air.".to_owned()
    };
    let remedy = if network.active {
        "Nothing to do."
    } else {
        "Start it with `hostednet start`."
    };
    found.push(Finding::new(
        "service",
        Severity::Ok,
        Cause::new(state, remedy),
    ));
}
