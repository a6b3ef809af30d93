//! Ports, firewalls, programs and addresses.

use super::*;

fn port(protocol: &str, address: &str, port: u16, program: Option<Program>) -> Port {
    Port {
        protocol: protocol.into(),
        address: address.into(),
        port,
        uid: 0,
        process: program,
    }
}

fn with_port(port: Port) -> Facts {
    Facts {
        ports: Looked::Seen(vec![port]),
        ..before()
    }
}

#[test]
fn a_taken_port_names_who_has_it() {
    let dhcpd = with_port(port("udp", "0.0.0.0", 67, Some(program("dhcpd", &[]))));
    let finding = expect(&dhcpd, "port-67-taken", Obstacle, None);
    assert!(
        finding.cause.text.contains("dhcpd (process 4711)"),
        "{finding:?}"
    );
    assert!(finding.evidence[0].starts_with("udp 0.0.0.0:67, user 0"));

    // Those of libvirt and networkd are bound to single interfaces, which does not show here.
    for holder in [Some(program("dnsmasq", &[])), None] {
        let facts = with_port(port("udp", "0.0.0.0", 67, holder));
        expect(&facts, "port-67-taken", Warning, None);
    }
}

#[test]
fn port_53_weighs_only_while_the_internet_is_shared() {
    let facts = with_port(port("udp", "0.0.0.0", 53, Some(program("unbound", &[]))));
    expect(&facts, "port-53-taken", Hint, None);

    let mut shared = with_network(|n| n.shares_internet = true);
    shared.ports = facts.ports;
    expect(&shared, "port-53-taken", Warning, None);
}

#[test]
fn a_port_of_ours_or_of_one_address_is_in_nobodys_way() {
    let ours = Program {
        ours: true,
        ..program("dnsmasq", &[])
    };
    for port in [
        port("udp", "0.0.0.0", 67, Some(ours)),
        port(
            "udp",
            "127.0.0.53",
            53,
            Some(program("systemd-resolve", &[])),
        ),
    ] {
        let facts = with_port(port);
        absent(&facts, "port-67-taken");
        absent(&facts, "port-53-taken");
        expect(&facts, "ports", Ok, None);
    }
}

const INPUT_DROP: &str = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established,related accept\n\t}\n}\n";
const FORWARD_DROP: &str = "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n";

#[test]
fn a_firewall_that_drops_requests_for_addresses_is_an_obstacle() {
    let facts = Facts {
        ruleset: Looked::Seen(INPUT_DROP.into()),
        ..before()
    };
    let finding = expect(&facts, "firewall-drops", Obstacle, None);
    assert!(
        finding.evidence[0].contains("table inet filter, chain input"),
        "{finding:?}"
    );
}

#[test]
fn a_firewall_that_forwards_nothing_weighs_only_while_the_internet_is_shared() {
    let facts = Facts {
        ruleset: Looked::Seen(FORWARD_DROP.into()),
        ..before()
    };
    expect(&facts, "firewall-forward", Hint, None);

    let mut shared = with_network(|n| n.shares_internet = true);
    shared.ruleset = facts.ruleset;
    expect(&shared, "firewall-forward", Warning, None);
}

#[test]
fn missing_programs_are_named_with_their_package() {
    let mut facts = before();
    facts.tools.dnsmasq = None;
    let finding = expect(&facts, "dnsmasq-missing", Obstacle, None);
    assert_eq!(
        finding.command.as_deref(),
        Some("sudo apt install dnsmasq-base")
    );

    facts = before();
    facts.tools.nft = None;
    expect(&facts, "nft-missing", Hint, None);
}

#[test]
fn trouble_with_addresses_is_told_in_the_services_words() {
    let why = cause("Peers get no addresses.");
    let facts = with_network(|n| n.no_addresses = Some(why.clone()));
    assert_eq!(expect(&facts, "no-addresses", Obstacle, None).cause, why);
    let facts = with_network(|n| n.sharing_trouble = Some(why.clone()));
    assert_eq!(expect(&facts, "sharing-trouble", Warning, None).cause, why);
}

#[test]
fn where_no_addresses_are_given_nothing_stands_in_their_way() {
    let why = cause("The administrator gives no addresses.");
    let mut facts = with_network(|n| n.addresses_off = Some(why.clone()));
    facts.tools.dnsmasq = None;
    facts.ruleset = Looked::Seen(INPUT_DROP.into());
    assert_eq!(expect(&facts, "addresses-off", Hint, None).cause, why);
}

#[test]
fn who_is_root_is_not_told_to_become_it() {
    let mut facts = Facts {
        ruleset: Looked::Unseen("nft is not installed".into()),
        ..before()
    };
    assert_eq!(found(&facts, "unseen-firewall").command, None);
    facts.caller.uid = 1000;
    let finding = found(&facts, "unseen-firewall");
    assert_eq!(finding.command.as_deref(), Some("sudo hostednet doctor"));
}
