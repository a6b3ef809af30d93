//! Other programs that manage the radio's interfaces.

use cause::Cause;
use wlan_model::Reason;

use crate::facts::{Facts, Interface, Program, Radio, Room};
use crate::{Finding, Severity};

pub(super) fn judge(facts: &Facts, radio: &Radio, found: &mut Vec<Finding>) {
    super::unseen(
        facts,
        &facts.programs,
        ("unseen-programs", "which other programs manage the radio"),
        found,
    );
    for program in facts.programs.seen().into_iter().flatten() {
        if !program.ours {
            found.extend(owner(program, radio));
        }
    }
}

/// What is said of a program, when it has to do with this radio.
fn owner(program: &Program, radio: &Radio) -> Option<Finding> {
    let (id, name) = match program.name.as_str() {
        "NetworkManager" => ("owner-networkmanager", "NetworkManager"),
        "wpa_supplicant" => ("owner-wpa-supplicant", "wpa_supplicant"),
        "hostapd" => ("owner-hostapd", "hostapd"),
        "iwd" => ("owner-iwd", "iwd"),
        "connmand" => ("owner-connman", "connman"),
        _ => return None,
    };
    let foreign = || radio.interfaces.iter().filter(|i| i.maker.is_none());
    let named = || foreign().find(|i| program.interfaces.contains(&i.name));
    // Which it has is told by its command line, else by what the interface is.
    let (interface, certain): (&Interface, bool) = match name {
        "NetworkManager" => {
            let managed = foreign().find(|i| i.network_manager == Some(true));
            let unknown = || foreign().find(|i| i.network_manager.is_none());
            managed
                .map(|i| (i, true))
                .or_else(|| unknown().map(|i| (i, false)))?
        }
        "hostapd" => {
            let is_ap = |i: &&Interface| i.kind == "access point" && i.up;
            (named().or_else(|| foreign().find(is_ap))?, true)
        }
        _ if !program.interfaces.is_empty() => (named()?, true),
        // Started without one, it gets its interfaces over D-Bus.
        _ => (foreign().find(|i| i.kind == "station" && i.up)?, false),
    };
    Some(tell(id, name, program, (interface, certain), radio))
}

fn tell(
    id: &'static str,
    name: &str,
    program: &Program,
    (interface, certain): (&Interface, bool),
    radio: &Radio,
) -> Finding {
    let (at, pid) = (&interface.name, program.pid);
    let verb = if certain {
        "manages"
    } else {
        "seems to manage"
    };
    let severity = match &radio.room {
        Room::None(_) => Severity::Obstacle,
        Room::Own | Room::Instead(_) if certain => Severity::Warning,
        _ => Severity::Hint,
    };
    let command = match name {
        "NetworkManager" => format!("nmcli device set {at} managed no"),
        "iwd" => format!("iwctl device {at} set-property Powered off"),
        "connman" => "systemctl stop connman".to_owned(),
        _ => format!("kill {pid}"),
    };
    let danger = match (&radio.room, name) {
        (Room::Instead(taken), _) if taken == at => {
            "the service takes it away when the network starts".to_owned()
        }
        (_, "hostapd") => "the network must share the radio and its channel".to_owned(),
        _ => "it may scan or move the radio while the network runs".to_owned(),
    };
    let cause = Cause::new(
        format!("{name} {verb} {at} of the same radio: {danger}."),
        match name {
            "NetworkManager" => format!("Have it keep off {at}, if that disturbs."),
            "iwd" => format!("Have it power {at} off, if that disturbs."),
            "connman" => format!(
                "Stop it, or add {at} to NetworkInterfaceBlacklist in /etc/connman/main.conf, if that disturbs."
            ),
            _ => "End it, or the unit that started it, if that disturbs.".to_owned(),
        },
    );
    let mut finding = Finding::new(id, severity, cause)
        .seen(format!("process {pid}, {}", program.name))
        .all_seen(
            super::radio::interfaces(radio)
                .into_iter()
                .filter(|l| l.split(':').next() == Some(at.as_str())),
        )
        .run(command);
    if severity == Severity::Obstacle {
        finding = finding.leads_to(Reason::InterfaceUnavailable);
    }
    finding
}
