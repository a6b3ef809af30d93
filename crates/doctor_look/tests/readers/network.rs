//! Addresses and the internet: ports, packet filter, programs.

use Severity::{Hint, Obstacle, Ok, Warning};
use doctor::Severity;
use wlan_rpc::SharingMode;

use crate::machine::Machine;
use crate::{Case, found, hold};

/// A program listens at port 67 of all addresses.
fn dhcp(name: &str) -> Machine {
    let machine = Machine::free();
    machine.process(812, name, &[name]);
    machine.listens("udp", "00000000:0043", 812);
    machine
}

fn dns() -> Machine {
    let machine = Machine::free();
    machine.process(813, "named", &["named"]);
    machine.listens("udp6", "00000000000000000000000000000000:0035", 813);
    machine
}

fn sharing(mut machine: Machine) -> Machine {
    machine.serves(|says| says.mode = SharingMode::Full { upstream: None });
    machine
}

/// A chain of a strict filter at this hook.
fn strict(hook: &str) -> Machine {
    let machine = Machine::free();
    machine.rules(&format!(
        "table inet strict {{\n\tchain {hook} {{\n\t\ttype filter hook {hook} priority filter; policy drop;\n\t}}\n}}\n"
    ));
    machine
}

fn without(program: &str) -> Machine {
    let machine = Machine::free();
    machine.remove(&format!("/usr/sbin/{program}"));
    machine
}

pub(crate) const CASES: &[Case] = &[
    Case {
        what: "nobody is in the way",
        machine: Machine::free,
        finds: &[
            found("ports", Ok, "ports 53 and 67 are free"),
            found("firewall", Ok, "lets peers' requests"),
        ],
    },
    Case {
        what: "a server of addresses has its port everywhere",
        machine: || dhcp("udhcpd"),
        finds: &[found("port-67-taken", Obstacle, "67")
            .advises("ss -lunp")
            .shows("udp 0.0.0.0:67, user 0, udhcpd (process 812)")],
    },
    Case {
        what: "dnsmasq has it, perhaps for one interface",
        machine: || dhcp("dnsmasq"),
        finds: &[found("port-67-taken", Warning, "67").shows("may be bound to one interface")],
    },
    Case {
        what: "systemd-networkd has it, perhaps for one interface",
        machine: || dhcp("systemd-network"),
        finds: &[found("port-67-taken", Warning, "67").shows("systemd-network (process 812)")],
    },
    Case {
        what: "somebody has it whom this user cannot see",
        machine: || {
            let machine = dhcp("udhcpd");
            machine.remove("/proc/812/fd");
            machine
        },
        finds: &[found("port-67-taken", Warning, "67").shows("process not seen")],
    },
    Case {
        what: "a name server has its port, and nothing is shared",
        machine: dns,
        finds: &[found("port-53-taken", Hint, "53").shows("udp :::53, user 0, named")],
    },
    Case {
        what: "a name server has its port, and the internet is shared",
        machine: || sharing(dns()),
        finds: &[found("port-53-taken", Warning, "53")],
    },
    Case {
        what: "/proc/net cannot be read",
        machine: || {
            let machine = Machine::free();
            machine.remove("/proc/net");
            machine
        },
        finds: &[found("unseen-ports", Hint, "/proc/net cannot be read")],
    },
    Case {
        what: "the packet filter drops what comes in",
        machine: || strict("input"),
        finds: &[found("firewall-drops", Obstacle, "requests for addresses")
            .shows("table inet strict, chain input")],
    },
    Case {
        what: "the packet filter forwards nothing, and nothing is shared",
        machine: || strict("forward"),
        finds: &[found("firewall-forward", Hint, "to the internet")
            .shows("table inet strict, chain forward")],
    },
    Case {
        what: "the packet filter forwards nothing, and the internet is shared",
        machine: || sharing(strict("forward")),
        finds: &[found("firewall-forward", Warning, "to the internet")],
    },
    Case {
        what: "nft does not show the tables",
        machine: || {
            let machine = Machine::free();
            machine.file("/usr/sbin/nft.refuses", "");
            machine
        },
        finds: &[found(
            "unseen-firewall",
            Hint,
            "nft says: Operation not permitted",
        )],
    },
    Case {
        what: "dnsmasq is not installed",
        machine: || without("dnsmasq"),
        finds: &[found("dnsmasq-missing", Obstacle, "dnsmasq").advises("apt install dnsmasq-base")],
    },
    Case {
        what: "nft is not installed, and nothing is shared",
        machine: || without("nft"),
        finds: &[
            found("nft-missing", Hint, "nft").advises("apt install nftables"),
            found("unseen-firewall", Hint, "nft is not installed"),
        ],
    },
    Case {
        what: "nft is not installed, and the internet is shared",
        machine: || sharing(without("nft")),
        finds: &[found("nft-missing", Warning, "nft")],
    },
];

#[test]
fn what_addresses_need_is_read_from_the_system() {
    hold(CASES);
}
