//! What the lease file tells.

use wlan_rpc::{SharingEvent, SharingMode};

use super::Machine;
use crate::leases::parse;

const LEASES: &str = "1700000000 02:00:00:00:01:00 192.168.173.10 phone 01:02\n\
    0 02:00:00:00:02:00 192.168.173.11 * *\n\
    1700000000 02:00:00:00:03:00 192.168.137.12 elsewhere *\n";

#[test]
fn a_lease_is_told_once_and_again_with_its_name() {
    let mut machine = Machine::running(SharingMode::Standalone);
    machine.engine.handle_leases("", machine.now);
    machine.settle();
    machine.events.clear();
    for text in [
        LEASES,
        LEASES,
        "",
        LEASES,
        &LEASES.replace("phone", "tablet"),
    ] {
        machine.engine.handle_leases(text, machine.now);
        machine.settle();
    }
    let told: Vec<String> = machine
        .events
        .iter()
        .map(|event| match event {
            SharingEvent::Leased(lease) => {
                format!("{} {:?}", lease.address, lease.host_name.as_deref())
            }
            SharingEvent::State(state) => format!("{state:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            "192.168.173.10 Some(\"phone\")",
            "192.168.173.11 None",
            "192.168.173.10 Some(\"tablet\")",
        ]
    );
    assert_eq!(machine.engine.status().leases.len(), 2);
}

#[test]
fn leases_of_an_earlier_run_are_known_and_not_told() {
    let mut machine = Machine::running(SharingMode::Standalone);
    machine.events.clear();
    machine.engine.handle_leases(LEASES, machine.now);
    machine.settle();
    assert!(machine.events.is_empty());
    assert_eq!(machine.engine.status().leases.len(), 2);
    let renewed = LEASES.replace("1700000000", "1700000060");
    machine.engine.handle_leases(&renewed, machine.now);
    machine.settle();
    assert_eq!(machine.events.len(), 1, "{:?}", machine.events);
}

#[test]
fn hostile_names_are_cut_to_what_can_be_shown() {
    let hostile = format!(
        "1 02:00:00:00:01:00 10.0.0.1 \u{1b}[2J\u{202e}a\"<b> *\n1 02:00:00:00:01:01 10.0.0.2 {} *\n",
        "x".repeat(300)
    );
    let leases = parse(&hostile);
    assert_eq!(leases[0].host_name.as_deref(), Some("[2Ja\"<b>"));
    assert_eq!(leases[1].host_name.as_ref().map(String::len), Some(64));
}
