//! Each finding from facts that lead to it.

use cause::Cause;
use wlan_model::Reason;

use crate::facts::{
    Beacon, Caller, Channel, Interface, Looked, Network, Port, Program, Radio, Room, Service,
    Switch, Tools,
};
use crate::{Facts, Finding, Severity, judge, text};

/// A machine on which everything is as it should be, with its network on the air.
fn healthy() -> Facts {
    Facts {
        caller: Caller {
            uid: 0,
            net_admin: true,
            net_raw: true,
            group: None,
        },
        radios: vec![radio("phy0", "wlan0")],
        country: Looked::Seen("DE".into()),
        programs: Looked::Seen(Vec::new()),
        service: Service::Answers(Box::new(network())),
        ports: Looked::Seen(Vec::new()),
        ruleset: Looked::Seen(String::new()),
        upstream: Some("eth0".into()),
        tools: Tools {
            dnsmasq: Some("/usr/sbin/dnsmasq".into()),
            nft: Some("/usr/sbin/nft".into()),
        },
        beacon: Looked::Seen(beacon()),
        ..Facts::default()
    }
}

/// The same before the service has been started.
fn before() -> Facts {
    Facts {
        service: Service::Absent(Cause::new("Nobody answers.", "Start it.")),
        beacon: Looked::Unseen("the network is not on the air".into()),
        radios: vec![Radio {
            interfaces: vec![station("wlan0")],
            ..radio("phy0", "wlan0")
        }],
        ..healthy()
    }
}

fn radio(phy: &str, name: &str) -> Radio {
    let free = |number| Channel {
        number,
        ..Channel::default()
    };
    Radio {
        phy: phy.into(),
        driver: Some("mac80211_hwsim".into()),
        access_point: true,
        interfaces: vec![
            station(name),
            Interface {
                name: "hosted0".into(),
                kind: "access point".into(),
                up: true,
                running: true,
                ssid: Some("Tea room".into()),
                mhz: Some(2437),
                maker: Some((77, true)),
                ..Interface::default()
            },
        ],
        switches: vec![Switch {
            name: "rfkill0".into(),
            ..Switch::default()
        }],
        beside_station: Some(1),
        channels: vec![free(1), free(6), free(11)],
        ccmp: true,
        bip: true,
        ..Radio::default()
    }
}

fn station(name: &str) -> Interface {
    Interface {
        name: name.into(),
        kind: "station".into(),
        ..Interface::default()
    }
}

fn network() -> Network {
    Network {
        active: true,
        ssid: Some("Tea room".into()),
        bssid: Some("02:00:00:00:00:01".into()),
        channel: Some(6),
        radio: Some("hosted0".into()),
        max_peers: 100,
        enabled: true,
        ..Network::default()
    }
}

fn beacon() -> Beacon {
    let mut elements = b"\x00\x08Tea room\x01\x04\x82\x84\x8b\x96\x03\x01\x06".to_vec();
    // RSN 1, group CCMP, pairwise CCMP, PSK.
    elements.extend(
        b"\x30\x14\x01\x00\x00\x0f\xac\x04\x01\x00\x00\x0f\xac\x04\x01\x00\x00\x0f\xac\x02\x0c\x00",
    );
    Beacon {
        heard_by: "wlan1".into(),
        mhz: 2437,
        bssid: "02:00:00:00:00:01".into(),
        interval: 100,
        elements,
    }
}

fn with_network(change: impl FnOnce(&mut Network)) -> Facts {
    let mut facts = healthy();
    let mut network = network();
    change(&mut network);
    facts.service = Service::Answers(Box::new(network));
    facts
}

fn with_radio(mut facts: Facts, change: impl FnOnce(&mut Radio)) -> Facts {
    change(&mut facts.radios[0]);
    facts
}

fn cause(text: &str) -> Cause {
    Cause::new(text, "Do something.")
}

/// The finding of this kind, which must be there.
fn found(facts: &Facts, id: &str) -> Finding {
    let report = judge(facts);
    let finding = report.find(id).cloned();
    finding.unwrap_or_else(|| panic!("no {id} in\n{}", text(&report)))
}

#[track_caller]
fn expect(facts: &Facts, id: &str, severity: Severity, reason: Option<Reason>) -> Finding {
    let finding = found(facts, id);
    assert_eq!(finding.severity, severity, "{id}");
    assert_eq!(finding.reason, reason, "{id}");
    assert_eq!(judge(facts).has_obstacle(), severity == Severity::Obstacle);
    finding
}

#[track_caller]
fn absent(facts: &Facts, id: &str) {
    let report = judge(facts);
    assert!(report.find(id).is_none(), "{}", text(&report));
}

use Severity::{Hint, Obstacle, Ok, Warning};

#[test]
fn on_a_healthy_machine_nothing_stands_in_the_way() {
    let report = judge(&healthy());

    assert!(
        report.findings.iter().all(|f| f.severity == Ok),
        "{}",
        text(&report)
    );
    for id in [
        "service", "radio", "channels", "ports", "firewall", "beacon",
    ] {
        assert!(report.find(id).is_some(), "{id}");
    }
    assert!(text(&report).ends_with("Nothing stands in the way.\n"));
}

#[test]
fn every_finding_has_sentences_and_the_worst_comes_first() {
    let mut facts = with_radio(before(), |r| {
        r.unfit = Some(cause("It cannot."));
        r.bip = false;
        r.silent = Some(cause("It is off."));
    });
    facts.ruleset = Looked::Unseen("only root may".into());

    let report = judge(&facts);

    assert!(
        report
            .findings
            .is_sorted_by(|a, b| a.severity >= b.severity)
    );
    for finding in &report.findings {
        assert!(finding.cause.text.ends_with('.'), "{finding:?}");
        assert!(finding.cause.remedy.ends_with('.'), "{finding:?}");
    }
}

#[test]
fn no_radio_is_an_obstacle_in_the_services_words() {
    let mut facts = before();
    facts.radios.clear();
    facts.no_radio = Some(cause("This machine has no radio that the kernel knows."));

    let finding = expect(
        &facts,
        "no-radio",
        Obstacle,
        Some(Reason::InterfaceUnavailable),
    );
    assert_eq!(Some(finding.cause), facts.no_radio);
}

#[test]
fn a_driver_without_access_point_mode_is_told_from_one_that_is_unfit_otherwise() {
    let unfit = |access_point| {
        with_radio(before(), |r| {
            r.access_point = access_point;
            r.unfit = Some(cause("It cannot."));
        })
    };
    let reason = Some(Reason::InterfaceUnavailable);
    expect(&unfit(false), "no-ap-mode", Obstacle, reason);
    expect(&unfit(true), "unfit-driver", Obstacle, reason);
}

#[test]
fn of_two_radios_the_fit_one_counts_and_the_other_is_named() {
    let mut facts = before();
    facts.radios.insert(
        0,
        Radio {
            phy: "phy9".into(),
            access_point: false,
            unfit: Some(cause("It cannot.")),
            interfaces: vec![station("wlan9")],
            ..Radio::default()
        },
    );

    let finding = expect(&facts, "other-radio", Ok, None);
    assert!(finding.cause.text.contains("phy9 could not"), "{finding:?}");

    facts.wanted = Some("wlan9".into());
    expect(
        &facts,
        "no-ap-mode",
        Obstacle,
        Some(Reason::InterfaceUnavailable),
    );
    let other = found(&facts, "other-radio");
    assert!(other.cause.remedy.contains("--radio wlan0"), "{other:?}");
}

#[test]
fn interface_combinations_that_leave_no_room_are_an_obstacle_in_the_services_words() {
    let why =
        cause("wlan0 is connected, and radio phy0 cannot be an access point at the same time.");
    let facts = with_radio(before(), |r| {
        r.room = Room::None(why.clone());
        r.beside_station = None;
    });

    let finding = expect(
        &facts,
        "no-room",
        Obstacle,
        Some(Reason::InterfaceUnavailable),
    );
    assert_eq!(finding.cause, why);
    assert!(finding.evidence[0].contains("no access point beside a station"));
}

#[test]
fn a_radio_that_must_give_up_its_station_is_a_warning() {
    let facts = with_radio(before(), |r| {
        r.room = Room::Instead("wlan0".into());
        r.beside_station = None;
    });
    let finding = expect(&facts, "not-beside-station", Warning, None);
    assert!(finding.cause.text.contains("wlan0 is the access point"));
}

#[test]
fn an_ad_hoc_network_or_a_monitor_is_an_incompatible_connection() {
    let facts = with_radio(before(), |r| {
        r.excluded = Some(cause("mon0 monitors the air."))
    });
    expect(
        &facts,
        "incompatible-interface",
        Obstacle,
        Some(Reason::IncompatibleConnectionStarted),
    );
}

#[test]
fn rfkill_names_the_switch_and_tells_soft_from_hard() {
    let blocked = |soft, hard| {
        with_radio(before(), |r| {
            r.silent = Some(cause("The radio is switched off."));
            r.switches = vec![Switch {
                name: "rfkill3".into(),
                soft,
                hard,
            }];
        })
    };
    let reason = Some(Reason::InterfaceUnavailable);
    let soft = expect(&blocked(true, false), "rfkill-soft", Obstacle, reason);
    assert_eq!(soft.command.as_deref(), Some("rfkill unblock wifi"));
    assert_eq!(
        soft.evidence,
        ["/sys/class/rfkill/rfkill3 of phy0: software off, hardware on"]
    );
    let hard = expect(&blocked(true, true), "rfkill-hard", Obstacle, reason);
    assert_eq!(hard.command, None);
}

#[test]
fn a_connections_channel_is_followed_or_stands_in_the_way() {
    let connected = |number, change: fn(&mut Channel)| {
        with_radio(before(), |r| {
            let mut channel = Channel {
                number,
                ..Channel::default()
            };
            change(&mut channel);
            r.channels.push(channel);
            r.forced_channel = Some(number);
            r.interfaces[0].mhz = Some(5260);
            r.interfaces[0].ssid = Some("Home".into());
        })
    };
    let followed = expect(&connected(36, |_| ()), "forced-channel", Hint, None);
    assert!(followed.cause.text.contains("channel 36"));
    assert!(followed.evidence[0].contains("wlan0: station"));

    let reason = Some(Reason::ApStartFailed);
    let id = "forced-channel-forbidden";
    let dfs = expect(
        &connected(52, |c| {
            c.radar = true;
            c.no_ir = true;
        }),
        id,
        Obstacle,
        reason,
    );
    assert_eq!(
        dfs.cause.text,
        "Channel 52 cannot carry an access point: it needs radar detection (DFS), which is not offered."
    );
    let no_ir = expect(&connected(36, |c| c.no_ir = true), id, Obstacle, reason);
    assert!(no_ir.cause.text.contains("forbids to transmit there first"));
}

#[test]
fn a_network_that_runs_is_not_told_that_its_channel_cannot_be() {
    let facts = with_radio(healthy(), |r| {
        r.forced_channel = Some(6);
        r.channels[1].no_ir = true;
    });
    expect(&facts, "forced-channel", Hint, None);
}

#[test]
fn a_channel_that_was_asked_for_must_be_free() {
    let wish = |number| {
        let mut facts = with_network(|n| {
            n.active = false;
            n.channel = None;
            n.wish = Some(number);
        });
        facts.radios[0].channels.push(Channel {
            number: 100,
            radar: true,
            ..Channel::default()
        });
        facts
    };
    let finding = expect(
        &wish(100),
        "channel-forbidden",
        Obstacle,
        Some(Reason::ApStartFailed),
    );
    assert!(finding.cause.text.contains("radar"));
    let missing = found(&wish(44), "channel-forbidden");
    assert!(missing.cause.text.contains("does not have it"));
    absent(&wish(6), "channel-forbidden");
}

#[test]
fn where_nobody_may_transmit_first_there_is_no_channel() {
    let facts = |self_managed, country: &str| {
        let mut facts = with_radio(before(), |r| {
            r.channels.iter_mut().for_each(|c| c.no_ir = true);
            r.self_managed = self_managed;
            r.country = self_managed.then(|| "DE".to_owned());
        });
        facts.country = Looked::Seen(country.into());
        facts
    };
    let reason = Some(Reason::ApStartFailed);
    let world = expect(&facts(false, "00"), "no-channel", Obstacle, reason);
    assert_eq!(
        world.evidence,
        ["regulatory domain 00", "nobody may transmit first: 1 6 11"]
    );
    assert!(world.cause.remedy.contains("iw reg set"));
    assert_eq!(found(&facts(false, "00"), "world-domain").severity, Warning);

    let own = expect(&facts(true, "00"), "no-channel", Obstacle, reason);
    assert!(own.cause.remedy.contains("does not help"), "{own:?}");
    absent(&facts(true, "00"), "world-domain");
}

#[test]
fn world_domain_and_a_drivers_own_domain_are_hints_while_channels_are_left() {
    let mut facts = before();
    facts.country = Looked::Seen("00".into());
    expect(&facts, "world-domain", Hint, None);

    let own = with_radio(before(), |r| {
        r.self_managed = true;
        r.country = Some("US".into());
    });
    let finding = expect(&own, "self-managed-domain", Hint, None);
    assert!(finding.cause.text.contains("alone (US)"));
    absent(&before(), "world-domain");
}

#[test]
fn channels_are_listed_by_what_may_be_done_there() {
    let facts = with_radio(before(), |r| {
        let channel = |number, disabled, no_ir, radar| Channel {
            number,
            disabled,
            no_ir,
            radar,
        };
        r.channels.extend([
            channel(12, false, true, false),
            channel(14, true, false, false),
            channel(52, false, true, true),
        ]);
    });
    assert_eq!(
        found(&facts, "channels").evidence,
        [
            "regulatory domain DE",
            "free: 1 6 11",
            "nobody may transmit first: 12",
            "radar detection needed: 52",
            "forbidden: 14"
        ]
    );
}

fn program(name: &str, interfaces: &[&str]) -> Program {
    Program {
        pid: 4711,
        name: name.into(),
        interfaces: interfaces.iter().map(|i| (*i).to_owned()).collect(),
        ours: false,
    }
}

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

#[test]
fn limits_and_lacks_of_a_radio_are_told() {
    let limited = with_radio(healthy(), |r| r.max_stations = Some(8));
    let finding = expect(&limited, "station-limit", Hint, None);
    assert!(finding.cause.text.contains("serves 8 stations"));
    let roomy = with_radio(healthy(), |r| r.max_stations = Some(100));
    absent(&roomy, "station-limit");

    let ccmp = with_radio(before(), |r| r.ccmp = false);
    expect(&ccmp, "no-ccmp", Obstacle, Some(Reason::ApStartFailed));
    let bip = with_radio(before(), |r| r.bip = false);
    expect(&bip, "no-bip", Hint, None);
    let firmware = with_radio(before(), |r| r.firmware = true);
    expect(&firmware, "firmware-radio", Hint, None);
}

#[test]
fn a_beacon_that_is_not_as_asked_names_every_difference() {
    let mut facts = healthy();
    let mut wrong = beacon();
    wrong.mhz = 2412;
    wrong.interval = 200;
    let at = wrong.elements.len() - 3;
    wrong.elements[at] = 1; // 802.1X instead of PSK
    wrong.elements[2] = b'S';
    facts.beacon = Looked::Seen(wrong);

    let finding = expect(&facts, "beacon-differs", Obstacle, None);

    assert_eq!(finding.evidence[0], "heard by wlan1");
    assert_eq!(finding.evidence[1], "name: asked Tea room, found Sea room");
    assert_eq!(finding.evidence[2], "channel: asked 6, found 1");
    assert_eq!(finding.evidence[3], "beacon interval: asked 100, found 200");
    assert!(
        finding.evidence[4].starts_with("security: asked RSN"),
        "{finding:?}"
    );
}

#[test]
fn a_beacon_that_could_not_be_read_is_said_so() {
    let mut facts = healthy();
    facts.beacon =
        Looked::Unseen("no other radio of this machine has an interface that is up".into());
    let finding = expect(&facts, "beacon-not-read", Hint, None);
    assert!(finding.cause.text.contains("no other radio"), "{finding:?}");
}

#[test]
fn an_interface_that_somebody_changed_is_an_obstacle() {
    let facts = with_radio(healthy(), |r| {
        r.interfaces[1].mhz = Some(2412);
        r.interfaces[1].up = false;
    });
    let finding = expect(&facts, "interface-changed", Obstacle, None);
    assert_eq!(
        finding.evidence,
        ["channel: asked 6, found 1", "hosted0 is down"]
    );
}

#[test]
fn what_could_not_be_looked_at_is_said_and_is_no_obstacle() {
    let facts = Facts {
        country: Looked::Unseen("it did not answer".into()),
        programs: Looked::Unseen("/proc hides them".into()),
        ports: Looked::Unseen("no /proc/net".into()),
        ruleset: Looked::Unseen("only root may".into()),
        ..healthy()
    };
    for id in [
        "unseen-domain",
        "unseen-programs",
        "unseen-ports",
        "unseen-firewall",
    ] {
        expect(&facts, id, Hint, None);
    }
    absent(&facts, "firewall");
    absent(&facts, "ports");
}

#[test]
fn facts_survive_a_file_and_need_not_be_complete() {
    let facts = healthy();
    let file = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<Facts>(&file).unwrap(), facts);
    // Those of an older release lack what came later.
    let old: Facts = serde_json::from_str("{\"radios\":[{\"phy\":\"phy0\"}]}").unwrap();
    assert!(judge(&old).has_obstacle());
}

#[test]
fn the_page_for_people_is_as_documented() {
    let mut facts = with_radio(before(), |r| {
        r.silent = Some(Cause::new(
            "The radio is switched off by software (rfkill).",
            "Switch it on with `rfkill unblock wifi`, or leave airplane mode.",
        ));
        r.switches[0].soft = true;
    });
    facts.ruleset = Looked::Unseen("nft is not installed".into());

    let page = text(&judge(&facts));

    let wanted = "\
obstacle  The radio is switched off by software (rfkill).
              /sys/class/rfkill/rfkill0 of phy0: software off, hardware on
          Switch it on with `rfkill unblock wifi`, or leave airplane mode.
            $ rfkill unblock wifi
          (rfkill-soft; programs get reason 12 interface_unavailable)
";
    assert!(page.starts_with(wanted), "{page}");
    assert!(
        page.ends_with("The network has obstacles: 1 obstacle, 1 warning, 1 hint.\n"),
        "{page}"
    );
}

#[test]
fn json_has_the_documented_form() {
    let facts = with_radio(before(), |r| r.ccmp = false);
    let report = judge(&facts);
    let json = serde_json::to_value(crate::ReportView::from(&report)).unwrap();

    assert_eq!(json["ok"], false);
    assert_eq!(
        json["findings"][0],
        serde_json::json!({
            "id": "no-ccmp",
            "severity": "obstacle",
            "cause": "The radio phy0 cannot encrypt with CCMP.",
            "remedy": "Use another radio.",
            "command": null,
            "evidence": ["phy0, driver mac80211_hwsim"],
            "reason": { "value": 19, "name": "ap_start_failed" },
        })
    );
}
