//! Other owners of the radio, by the process table and the interfaces.

use Severity::{Hint, Obstacle, Warning};
use doctor::Severity;
use wlan_model::Reason;

use crate::drivers::{AP, IWLWIFI};
use crate::edit::{IFF_UP, link_flags};
use crate::machine::Machine;
use crate::radio::{WLAN0, driven, with_type};
use crate::{Case, found, hold};

const PID: u32 = 4711;

/// wlan0 is up, and this program runs.
fn up(name: &str, arguments: &[&str]) -> Machine {
    let mut machine = Machine::free();
    link_flags(&mut machine.radios, WLAN0, IFF_UP);
    machine.process(PID, name, arguments);
    machine
}

/// NetworkManager runs and says this of wlan0.
fn network_manager(state: &str) -> Machine {
    let machine = Machine::free();
    machine.process(
        PID,
        "NetworkManager",
        &["/usr/sbin/NetworkManager", "--no-daemon"],
    );
    machine.file(&format!("/run/NetworkManager/devices/{WLAN0}"), state);
    machine
}

fn hostapd(mut machine: Machine) -> Machine {
    machine = with_type(machine, AP);
    machine.process(PID, "hostapd", &["hostapd", "-B", "ap.conf"]);
    machine.file(
        &format!("/proc/{PID}/cwd/ap.conf"),
        "interface=wlan0\nssid=theirs\nwpa_passphrase=nobody reads this\n",
    );
    machine
}

pub(crate) const CASES: &[Case] = &[
    Case {
        what: "NetworkManager manages the interface",
        machine: || network_manager("[device]\nmanaged=true\n"),
        finds: &[found(
            "owner-networkmanager",
            Warning,
            "NetworkManager manages wlan0",
        )
        .advises("nmcli device set wlan0 managed no")
        .shows("process 4711, NetworkManager")],
    },
    Case {
        what: "NetworkManager keeps no file of the interface",
        machine: || {
            let machine = Machine::free();
            machine.process(PID, "NetworkManager", &["/usr/sbin/NetworkManager"]);
            machine
        },
        finds: &[found(
            "owner-networkmanager",
            Hint,
            "NetworkManager seems to manage wlan0",
        )],
    },
    Case {
        what: "wpa_supplicant was started for the interface",
        machine: || {
            up(
                "wpa_supplicant",
                &["/sbin/wpa_supplicant", "-B", "-i", "wlan0"],
            )
        },
        finds: &[found(
            "owner-wpa-supplicant",
            Warning,
            "wpa_supplicant manages wlan0",
        )
        .advises("kill 4711")],
    },
    Case {
        what: "wpa_supplicant gets its interfaces over D-Bus",
        machine: || up("wpa_supplicant", &["/sbin/wpa_supplicant", "-u", "-s"]),
        finds: &[found(
            "owner-wpa-supplicant",
            Hint,
            "wpa_supplicant seems to manage wlan0",
        )],
    },
    Case {
        what: "hostapd has an access point, by its configuration",
        machine: || hostapd(Machine::free()),
        finds: &[found("owner-hostapd", Warning, "hostapd manages wlan0")
            .advises("kill 4711")
            .shows("wlan0: access point, up")],
    },
    Case {
        what: "hostapd has the only access point an Intel radio carries",
        machine: || hostapd(driven(&IWLWIFI)),
        finds: &[
            found("owner-hostapd", Obstacle, "hostapd manages wlan0")
                .leads_to(Reason::InterfaceUnavailable),
            found("no-room", Obstacle, "").leads_to(Reason::InterfaceUnavailable),
        ],
    },
    Case {
        what: "iwd runs",
        machine: || up("iwd", &["/usr/libexec/iwd"]),
        finds: &[found("owner-iwd", Hint, "iwd seems to manage wlan0")
            .advises("iwctl device wlan0 set-property Powered off")],
    },
    Case {
        what: "connman runs",
        machine: || up("connmand", &["/usr/sbin/connmand", "-n"]),
        finds: &[
            found("owner-connman", Hint, "connman seems to manage wlan0")
                .advises("systemctl stop connman"),
        ],
    },
    Case {
        what: "/proc hides the processes of others",
        machine: || {
            let machine = Machine::free();
            machine.remove("/proc/1");
            machine
        },
        finds: &[found(
            "unseen-programs",
            Hint,
            "/proc hides the processes of others",
        )],
    },
];

#[test]
fn owners_are_found_by_process_and_interface() {
    hold(CASES);
}

#[test]
fn owners_of_something_else_are_left_out() {
    for machine in [
        network_manager("[device]\nmanaged=false\n"),
        up("wpa_supplicant", &["wpa_supplicant", "-i", "wlan1"]),
        up("bash", &["bash", "-i", "wlan0"]),
    ] {
        let report = doctor::judge(&machine.facts());
        assert!(
            report.findings.iter().all(|f| !f.id.starts_with("owner-")),
            "{}",
            doctor::text(&report)
        );
    }
}

#[test]
fn no_secret_of_a_configuration_becomes_a_fact() {
    let facts = serde_json::to_string(&hostapd(Machine::free()).facts()).unwrap();
    assert!(facts.contains("wlan0"));
    assert!(!facts.contains("nobody reads this"), "{facts}");
}
