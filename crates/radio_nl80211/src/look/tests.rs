//! The readers against messages as the kernel builds them.

use std::collections::BTreeMap;

use super::*;
use crate::netlink::Writer;

const STATION: u32 = 1 << 2;
const AP: u32 = 1 << 3;

/// Attributes as they come behind the header of a generic message.
fn attributes(fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::new();
    fill(&mut w);
    w.as_bytes().to_vec()
}

#[test]
fn a_domain_tells_its_country_and_who_decides_it() {
    let own = attributes(|w| {
        w.text(ATTR_REG_ALPHA2, "DE")
            .u32(consts::ATTR_WIPHY, 3)
            .flag(ATTR_WIPHY_SELF_MANAGED_REG);
    });
    let world = attributes(|w| {
        w.text(ATTR_REG_ALPHA2, "00");
    });

    assert_eq!(
        read_domain(Attrs(&own)),
        Domain {
            wiphy: Some(3),
            country: "DE".into(),
            self_managed: true,
        }
    );
    assert_eq!(read_domain(Attrs(&world)).country, "00");
    assert_eq!(read_domain(Attrs(&world)).wiphy, None);
}

#[test]
fn of_a_beacon_and_a_probe_response_the_beacon_is_told() {
    let both = attributes(|w| {
        w.nest(ATTR_BSS, |w| {
            w.mac(BSS_BSSID, MacAddr([2, 0, 0, 0, 0, 1]))
                .bytes(BSS_BEACON_IES, b"\x00\x01b")
                .u32(BSS_FREQUENCY, 2437)
                .u16(BSS_BEACON_INTERVAL, 100)
                .bytes(BSS_INFORMATION_ELEMENTS, b"\x00\x01p")
                .u32(BSS_SEEN_MS_AGO, 40);
        });
    });

    let heard = read_heard(Attrs(&both)).unwrap();

    assert_eq!(heard.elements, b"\x00\x01b");
    assert_eq!(
        (heard.mhz, heard.beacon_interval, heard.age_ms),
        (2437, 100, 40)
    );
    assert_eq!(read_heard(Attrs(&[])), None);
}

#[test]
fn hostile_attributes_are_left_out_and_never_panic() {
    for len in 0..40 {
        let noise: Vec<u8> = (0..len).map(|i| (i * 37 + 11) as u8).collect();
        let _ = (read_domain(Attrs(&noise)), read_heard(Attrs(&noise)));
    }
    let short = attributes(|w| {
        w.nest(ATTR_BSS, |w| {
            w.bytes(BSS_BSSID, &[1, 2, 3]);
        });
    });
    assert_eq!(read_heard(Attrs(&short)), None);
}

#[test]
fn only_the_end_of_its_own_scan_ends_the_wait() {
    let of = |ifindex| {
        attributes(|w| {
            w.u32(consts::ATTR_IFINDEX, ifindex);
        })
    };
    let (mine, other) = (of(4), of(5));
    let ended = |command, attrs: &[u8]| scan_ended((command, Attrs(attrs)), 4);

    assert_eq!(
        ended(CMD_NEW_SCAN_RESULTS, &mine),
        Some(CMD_NEW_SCAN_RESULTS)
    );
    assert_eq!(ended(CMD_SCAN_ABORTED, &mine), Some(CMD_SCAN_ABORTED));
    assert_eq!(ended(CMD_NEW_SCAN_RESULTS, &other), None);
    assert_eq!(ended(CMD_TRIGGER_SCAN, &mine), None);
}

fn wiphy() -> Wiphy {
    Wiphy {
        name: "no such radio".into(),
        iftypes: AP | STATION,
        commands: vec![consts::CMD_FRAME, consts::CMD_START_AP],
        combinations: vec![crate::wiphy::Combination {
            max: 2,
            channels: 1,
            limits: vec![(1, STATION), (1, AP)],
        }],
        ..Wiphy::default()
    }
}

/// No file is there.
fn nothing() -> Files {
    Files::recorded(BTreeMap::new())
}

fn interface(name: &str, iftype: u32) -> Interface {
    Interface {
        name: name.into(),
        ifindex: 7,
        iftype,
        ..Interface::default()
    }
}

const UP: LinkLook = LinkLook {
    up: true,
    running: false,
    maker: None,
    gone: false,
};

#[test]
fn a_network_that_runs_does_not_stand_in_its_own_way() {
    let interfaces = || {
        vec![
            (interface("wlan0", consts::IFTYPE_STATION), UP),
            (
                interface("hosted0", consts::IFTYPE_AP),
                LinkLook {
                    maker: Some((1, true)),
                    ..UP
                },
            ),
        ]
    };

    let own = describe(&nothing(), wiphy(), interfaces(), None, Some("hosted0"));
    assert_eq!(own.room, Room::Own);

    let foreign = describe(&nothing(), wiphy(), interfaces(), None, None);
    let Room::None(cause) = foreign.room else {
        panic!("{:?}", foreign.room);
    };
    assert!(
        cause
            .text
            .contains("hosted0 belongs to another hostednet (process 1)")
    );
}

#[test]
fn what_a_killed_service_left_does_not_count() {
    let left = LinkLook {
        maker: Some((1, false)),
        ..UP
    };
    let look = describe(
        &nothing(),
        wiphy(),
        vec![
            (interface("wlan0", consts::IFTYPE_STATION), UP),
            (interface("hosted0", consts::IFTYPE_AP), left),
        ],
        None,
        None,
    );
    assert_eq!(look.room, Room::Own);
}

#[test]
fn an_access_point_of_others_takes_the_room_and_a_monitor_excludes() {
    let look = describe(
        &nothing(),
        wiphy(),
        vec![(interface("wlan0", consts::IFTYPE_AP), UP)],
        None,
        None,
    );
    assert!(matches!(look.room, Room::None(_)), "{:?}", look.room);
    assert_eq!(look.beside_station, Some(1));

    let monitor = describe(
        &nothing(),
        wiphy(),
        vec![(interface("mon0", consts::IFTYPE_MONITOR), UP)],
        None,
        None,
    );
    assert!(monitor.excluded.unwrap().text.contains("mon0 monitors"));
}

#[test]
fn a_radio_that_the_system_does_not_list_any_more_is_gone() {
    let listing = |name: &str| {
        let path = format!("/sys/class/ieee80211/{name}/index");
        Files::recorded(BTreeMap::from([(path, "0\n".to_owned())]))
    };
    let gone = |files: &Files, interfaces| describe(files, wiphy(), interfaces, None, None).gone;
    assert!(gone(&listing("phy7"), Vec::new()));
    assert!(!gone(&listing("no such radio"), Vec::new()));
    // Another mount of /sys may list others than this network namespace has.
    let interfaces = vec![(interface("wlan0", consts::IFTYPE_STATION), UP)];
    assert!(!gone(&listing("phy7"), interfaces));
}

#[test]
fn what_is_missing_is_said_as_the_service_says_it() {
    let look = describe(
        &nothing(),
        wiphy(),
        vec![(interface("wlan0", consts::IFTYPE_STATION), UP)],
        None,
        None,
    );
    let said = |wanted| {
        interface::choose(&[], &[], wanted, false)
            .map(|_| ())
            .unwrap_err()
            .cause
    };

    assert_eq!(missing(&[], None), Some(said(None)));
    assert_eq!(
        missing(std::slice::from_ref(&look), Some("wlan7")),
        Some(said(Some("wlan7")))
    );
    assert_eq!(missing(&[look], Some("wlan0")), None);
}

/// Writes the attributes of a message.
type Fill<'a> = &'a dyn Fn(&mut Writer);

/// A datagram of messages to the request of number 7.
fn datagram(all: &[(u8, Fill<'_>)]) -> Vec<u8> {
    let mut w = Writer::new();
    for (command, fill) in all {
        w.begin_genl(32, *command, 0, 7);
        fill(&mut w);
        w.end();
    }
    w.as_bytes().to_vec()
}

/// A dump of this command that was asked for with number 7.
fn dumped(command: u8, answers: Vec<Vec<u8>>) -> Exchange {
    let mut w = Writer::new();
    w.begin_genl(32, command, consts::NLM_F_DUMP, 7);
    w.end();
    Exchange {
        protocol: Protocol::Generic,
        request: w.as_bytes().to_vec(),
        answers,
    }
}

fn network(w: &mut Writer, last: u8) {
    w.nest(ATTR_BSS, |w| {
        w.mac(BSS_BSSID, MacAddr([2, 0, 0, 0, 0, last]));
    });
}

#[test]
fn networks_of_others_leave_no_trace_in_a_recording() {
    let own = |w: &mut Writer| {
        w.mac(consts::ATTR_MAC, MacAddr([2, 0, 0, 0, 0, 1]));
    };
    let without_address = |w: &mut Writer| {
        w.nest(ATTR_BSS, |_| ());
    };
    let (mine, theirs) = (
        |w: &mut Writer| network(w, 1),
        |w: &mut Writer| network(w, 2),
    );
    let heard = [
        datagram(&[(34, &theirs), (34, &mine), (34, &without_address)]),
        datagram(&[(34, &theirs)]),
    ];
    let mut exchanges = [
        dumped(CMD_GET_SCAN, heard.to_vec()),
        dumped(consts::CMD_GET_INTERFACE, vec![datagram(&[(7, &own)])]),
    ];

    tape::without_neighbours(&mut exchanges);

    assert_eq!(exchanges[0].answers, [datagram(&[(34, &mine)])]);
    assert_eq!(exchanges[1].answers.len(), 1);
}

#[test]
fn a_played_kernel_answers_the_number_it_is_asked_with_and_always_ends() {
    let mine = |w: &mut Writer| network(w, 1);
    let mut second = dumped(CMD_GET_SCAN, vec![datagram(&[(34, &mine), (34, &mine)])]);
    second.request[8..12].copy_from_slice(&9u32.to_ne_bytes());
    for m in [0, second.answers[0].len() / 2] {
        second.answers[0][m + 8..m + 12].copy_from_slice(&9u32.to_ne_bytes());
    }
    let done = |seq: u32| {
        let mut w = Writer::new();
        w.begin(consts::NLMSG_DONE, 0, seq).raw(&[0; 4]);
        w.end();
        w.as_bytes().to_vec()
    };
    second.answers.push(done(9));
    let first = dumped(CMD_GET_SCAN, vec![datagram(&[(34, &mine)]), done(7)]);
    let never = dumped(CMD_GET_REG, vec![datagram(&[(31, &|_| ())])]);
    let fd = tape::play(&[first, second, never], Protocol::Generic).unwrap();
    let mut requests = Requests::over(fd);
    let mut count = |command: u8| {
        requests.dump(
            32,
            |w| {
                w.raw(&[command, 0, 0, 0]);
            },
            |n: &mut u32, _| *n += 1,
        )
    };

    // In their order; the last one again and again.
    assert_eq!(count(CMD_GET_SCAN), Ok(1));
    assert_eq!(count(CMD_GET_SCAN), Ok(2));
    assert_eq!(count(CMD_GET_SCAN), Ok(2));
    assert_eq!(count(CMD_GET_REG), Err(Errno::TIMEDOUT.into()));
    assert_eq!(count(CMD_TRIGGER_SCAN), Err(Errno::NODATA.into()));
}

#[test]
fn of_a_file_only_what_is_read_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("run/nm")).unwrap();
    std::fs::write(folder.path().join("run/nm/3"), "secret=1\nmanaged=true\n").unwrap();
    let files = Files::below(folder.path()).keeping();
    let first = |text: &str| text.lines().nth(1).unwrap_or_default().to_owned();

    assert_eq!(
        files.keep("/run/nm/3", first).as_deref(),
        Some("managed=true")
    );
    assert!(
        files
            .text("/run/nm/3")
            .is_some_and(|t| t.contains("secret"))
    );

    let kept = files.kept();
    assert_eq!(kept.len(), 1);
    let played = Files::recorded(kept);
    assert_eq!(played.text("/run/nm/3").as_deref(), Some("managed=true"));
    assert_eq!(played.names("/run"), Some(vec!["nm".to_owned()]));
    assert_eq!(played.text("/run/nm/4"), None);
    assert_eq!(played.path("/run/nm/3"), None);
}
