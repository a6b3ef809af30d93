//! Who else has the radio.

use super::*;

fn owned_by(program: Program, change: impl FnOnce(&mut Radio)) -> Facts {
    let mut facts = with_radio(before(), change);
    facts.programs = Looked::Seen(vec![program]);
    facts
}

#[test]
fn another_owner_is_named_with_the_command_that_keeps_it_off() {
    let up = |r: &mut Radio| r.interfaces[0].up = true;
    for (facts, id, severity, command) in [
        (
            owned_by(program("NetworkManager", &[]), |r| {
                r.interfaces[0].network_manager = Some(true);
            }),
            "owner-networkmanager",
            Warning,
            "nmcli device set wlan0 managed no",
        ),
        (
            owned_by(program("wpa_supplicant", &["wlan0"]), up),
            "owner-wpa-supplicant",
            Warning,
            "kill 4711",
        ),
        (
            owned_by(program("wpa_supplicant", &[]), up),
            "owner-wpa-supplicant",
            Hint,
            "kill 4711",
        ),
        (
            owned_by(program("hostapd", &["wlan0"]), up),
            "owner-hostapd",
            Warning,
            "kill 4711",
        ),
        (
            owned_by(program("iwd", &[]), up),
            "owner-iwd",
            Hint,
            "iwctl device wlan0 set-property Powered off",
        ),
        (
            owned_by(program("connmand", &[]), up),
            "owner-connman",
            Hint,
            "systemctl stop connman",
        ),
    ] {
        let finding = expect(&facts, id, severity, None);
        assert_eq!(finding.command.as_deref(), Some(command));
        assert!(finding.evidence[0].contains("process 4711"), "{finding:?}");
        assert!(
            finding.evidence[1].starts_with("wlan0: station"),
            "{finding:?}"
        );
    }
}

#[test]
fn an_owner_of_something_else_is_not_in_the_way() {
    for facts in [
        owned_by(program("wpa_supplicant", &["wlan7"]), |r| {
            r.interfaces[0].up = true
        }),
        owned_by(program("wpa_supplicant", &[]), |_| ()),
        owned_by(program("hostapd", &["wlan7"]), |_| ()),
        owned_by(program("NetworkManager", &[]), |r| {
            r.interfaces[0].network_manager = Some(false);
        }),
        owned_by(
            Program {
                ours: true,
                ..program("iwd", &[])
            },
            |r| r.interfaces[0].up = true,
        ),
    ] {
        let report = judge(&facts);
        assert!(
            report.findings.iter().all(|f| !f.id.starts_with("owner-")),
            "{}",
            text(&report)
        );
    }
}

#[test]
fn an_owner_that_leaves_no_room_is_an_obstacle() {
    let facts = owned_by(program("hostapd", &["wlan0"]), |r| {
        r.interfaces[0].kind = "access point".into();
        r.interfaces[0].up = true;
        r.room = Room::None(cause("Radio phy0 cannot have another interface."));
    });
    expect(
        &facts,
        "owner-hostapd",
        Obstacle,
        Some(Reason::InterfaceUnavailable),
    );
}
