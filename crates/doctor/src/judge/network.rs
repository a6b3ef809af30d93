//! Addresses and the internet for peers: ports, packet filter, programs.

use sharing::{PROGRAM_FOLDERS, Refusal};

use crate::facts::{Facts, Network, Port, Service};
use crate::{Finding, Severity};

/// Programs that hold port 67 for single interfaces, although their socket looks as if for all.
const PER_INTERFACE: [&str; 2] = ["dnsmasq", "systemd-network"];

pub(super) fn judge(facts: &Facts, found: &mut Vec<Finding>) {
    let network = match &facts.service {
        Service::Answers(network) => Some(&**network),
        _ => None,
    };
    if let Some(network) = network {
        from_service(network, found);
        if network.addresses_off.is_some() {
            // Then nothing below is in its way.
            return;
        }
    }
    let shares = network.is_some_and(|n| n.shares_internet);
    tools(facts, shares, found);
    ports(facts, shares, found);
    firewall(facts, network, shares, found);
}

fn from_service(network: &Network, found: &mut Vec<Finding>) {
    if let Some(cause) = &network.no_addresses {
        found.push(
            Finding::new("no-addresses", Severity::Obstacle, cause.clone())
                .seen("the service says so itself"),
        );
    }
    if let Some(cause) = &network.addresses_off {
        found.push(
            Finding::new("addresses-off", Severity::Hint, cause.clone())
                .seen("the service says so itself"),
        );
    }
    if let Some(cause) = &network.sharing_trouble {
        found.push(
            Finding::new("sharing-trouble", Severity::Warning, cause.clone())
                .seen("the service says so itself"),
        );
    }
}

fn tools(facts: &Facts, shares: bool, found: &mut Vec<Finding>) {
    let tools = &facts.tools;
    if tools.dnsmasq.is_none() {
        found.push(
            Finding::new(
                "dnsmasq-missing",
                Severity::Obstacle,
                Refusal::Missing.of_helper(),
            )
            .seen(missing("dnsmasq"))
            .run("sudo apt install dnsmasq-base"),
        );
    }
    if tools.nft.is_none() {
        let severity = if shares {
            Severity::Warning
        } else {
            Severity::Hint
        };
        found.push(
            Finding::new("nft-missing", severity, Refusal::Missing.of_rules())
                .seen(missing("nft"))
                .run("sudo apt install nftables"),
        );
    }
}

/// Where the service has looked for a program.
fn missing(program: &str) -> String {
    format!("no {program} in {}", PROGRAM_FOLDERS.join(", "))
}

fn ports(facts: &Facts, shares: bool, found: &mut Vec<Finding>) {
    super::unseen(
        facts,
        &facts.ports,
        ("unseen-ports", "who listens at the ports 53 and 67"),
        found,
    );
    let mut free = facts.ports.seen().is_some();
    for port in facts.ports.seen().into_iter().flatten() {
        let ours = port.process.as_ref().is_some_and(|p| p.ours);
        // One address of one interface is in nobody's way.
        let everywhere = matches!(port.address.as_str(), "0.0.0.0" | "::");
        if ours || !everywhere || (port.port == 67 && port.protocol != "udp") {
            continue;
        }
        free = false;
        found.push(taken(port, shares));
    }
    if free {
        let cause = cause::Cause::new(
            "The ports 53 and 67 are free for the network.",
            "Nothing to do.",
        );
        found.push(Finding::new("ports", Severity::Ok, cause));
    }
}

fn taken(port: &Port, shares: bool) -> Finding {
    let program = port.process.as_ref();
    let by = program.map(|p| format!("{} (process {})", p.name, p.pid));
    let maybe = program.is_none_or(|p| PER_INTERFACE.contains(&p.name.as_str()));
    let (id, severity) = match port.port {
        67 if maybe => ("port-67-taken", Severity::Warning),
        67 => ("port-67-taken", Severity::Obstacle),
        _ if shares => ("port-53-taken", Severity::Warning),
        _ => ("port-53-taken", Severity::Hint),
    };
    let mut finding = Finding::new(id, severity, Refusal::port_cause(port.port, by.as_deref()))
        .seen(format!(
            "{} {}:{}, user {}, {}",
            port.protocol,
            port.address,
            port.port,
            port.uid,
            by.as_deref().unwrap_or("process not seen: only root may")
        ));
    if port.port == 67 && maybe {
        finding = finding.seen(
            "such a socket may be bound to one interface (libvirt's and networkd's are): then it is in \
             nobody's way",
        );
    }
    finding.run(format!("ss -lunp sport = :{}", port.port))
}

fn firewall(facts: &Facts, network: Option<&Network>, shares: bool, found: &mut Vec<Finding>) {
    super::unseen(
        facts,
        &facts.ruleset,
        (
            "unseen-firewall",
            "whether the packet filter drops what peers send",
        ),
        found,
    );
    let Some(ruleset) = facts.ruleset.seen() else {
        return;
    };
    let interface = network
        .and_then(|n| n.radio.as_deref())
        .filter(|name| *name != "sim")
        .unwrap_or("hosted0");
    let upstream = facts.upstream.as_deref();
    // What would hinder the internet is told beforehand, but weighs only once it is shared.
    match sharing::firewall_obstacle(ruleset, interface, None) {
        Some(cause) => found.push(
            Finding::new("firewall-drops", Severity::Obstacle, cause).all_seen(drops(ruleset)),
        ),
        None => {
            if let Some(cause) =
                upstream.and_then(|up| sharing::firewall_obstacle(ruleset, interface, Some(up)))
            {
                let severity = if shares {
                    Severity::Warning
                } else {
                    Severity::Hint
                };
                found.push(
                    Finding::new("firewall-forward", severity, cause).all_seen(drops(ruleset)),
                );
            } else {
                let cause = cause::Cause::new(
                    "The packet filter lets peers' requests for addresses in.",
                    "Nothing to do.",
                );
                found.push(Finding::new("firewall", Severity::Ok, cause));
            }
        }
    }
}

/// The chains that turn away, as nft shows them.
fn drops(ruleset: &str) -> Vec<String> {
    let mut table = "";
    let mut chain = "";
    let mut out = Vec::new();
    for line in ruleset.lines() {
        if let Some(name) = line.strip_prefix("table ") {
            table = name.trim_end_matches(" {");
        } else if let Some(name) = line.trim().strip_prefix("chain ") {
            chain = name.trim_end_matches(" {");
        } else if line.contains("policy drop") && out.len() < 8 {
            out.push(format!("table {table}, chain {chain}: {}", line.trim()));
        }
    }
    out
}
