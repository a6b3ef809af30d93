//! Firewalls of others.

use super::{Machine, full};
use crate::firewall::{Paths, obstacle};

pub(super) fn paths(upstream: Option<&str>) -> Paths {
    Paths {
        interface: "hosted0".into(),
        upstream: upstream.map(str::to_owned),
    }
}

const DOCKER: &str = "table ip nat {\n\tchain DOCKER {\n\t}\n}\n\
    table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tcounter packets 0 bytes 0 jump DOCKER-USER\n\t}\n}\n";
const UFW: &str = "table ip filter {\n\tchain ufw-before-input {\n\t}\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tjump ufw-before-input\n\t}\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n";
const FIREWALLD: &str = "table inet firewalld {\n\tchain filter_INPUT {\n\t\ttype filter hook input priority filter + 10; policy accept;\n\t\tct state { established, related } accept\n\t\treject with icmpx admin-prohibited\n\t}\n}\n";
const OURS: &str = "table inet hostednet {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tiifname \"hosted0\" drop\n\t}\n}\n";

#[test]
fn each_firewall_is_named_with_its_own_remedy() {
    for (ruleset, name, remedy) in [
        (
            DOCKER,
            "Docker",
            "iptables -I DOCKER-USER -i hosted0 -j ACCEPT",
        ),
        (UFW, "ufw", "ufw route allow in on hosted0 out on eth0"),
        (
            FIREWALLD,
            "firewalld",
            "firewall-cmd --zone=trusted --add-interface=hosted0",
        ),
    ] {
        let cause = obstacle(ruleset, &paths(Some("eth0"))).expect(name);
        assert!(cause.text.contains(name), "{cause}");
        assert!(cause.remedy.contains(remedy), "{cause}");
    }
}

#[test]
fn our_own_table_and_harmless_ones_are_no_obstacle() {
    assert_eq!(obstacle(OURS, &paths(Some("eth0"))), None);
    assert_eq!(obstacle("", &paths(Some("eth0"))), None);
    assert_eq!(
        obstacle(DOCKER, &paths(None)),
        None,
        "nothing is forwarded in standalone mode"
    );
    let solved = DOCKER.replace("\t\tcounter", "\t\tiifname \"hosted0\" accept\n\t\tcounter");
    assert_eq!(obstacle(&solved, &paths(Some("eth0"))), None);
}

#[test]
fn a_firewall_in_the_way_is_looked_at_again_until_it_lets_pass() {
    let mut machine = Machine::new(full(None));
    machine.ruleset = DOCKER.into();
    machine.on_air();
    assert!(machine.trouble().unwrap().text.contains("Docker"));
    machine.ruleset.clear();
    machine.pass(30_000);
    assert_eq!(machine.trouble(), None);
    assert_eq!(machine.engine.poll_timeout(), None);
}
