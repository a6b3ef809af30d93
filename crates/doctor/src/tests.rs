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

fn program(name: &str, interfaces: &[&str]) -> Program {
    Program {
        pid: 4711,
        name: name.into(),
        interfaces: interfaces.iter().map(|i| (*i).to_owned()).collect(),
        ours: false,
    }
}

use Severity::{Hint, Obstacle, Ok, Warning};

mod channel;
mod network;
mod owner;
mod service;

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
