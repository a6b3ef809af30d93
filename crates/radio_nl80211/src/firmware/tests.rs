//! What firmware radios are told and tell, without one.

use dot11::{CipherSuite, MacAddr, Phy, Ssid};

use super::*;
use crate::ap;
use crate::event::{self, What};
use crate::netlink::messages;

const PEER: MacAddr = MacAddr([0xb8, 0x27, 0xeb, 0, 0, 1]);
const RSN: [u8; 22] = [
    48, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0x0c, 0,
];
const EXTENDED: [u8; 4] = [127, 2, 0, 0x40];
const VENDOR: [u8; 6] = [221, 4, 0x02, 0xca, 0xfe, 1];
const WMM_PARAMETERS: [u8; 9] = [221, 7, 0x00, 0x50, 0xf2, 2, 1, 1, 0];

fn config() -> ApConfig {
    let tail = [
        &[42, 1, 0][..],
        &[50, 4, 0x30, 0x48, 0x60, 0x6c],
        &RSN,
        &EXTENDED,
        &WMM_PARAMETERS,
        &VENDOR,
    ];
    ApConfig {
        ssid: Ssid::new("pi").unwrap(),
        bssid: MacAddr([0xba, 0x27, 0xeb, 0, 0, 2]),
        channel: dot11::Channel::new(6).unwrap().into(),
        phy: Phy::Ht,
        beacon_head: vec![0x80, 0, 0, 0],
        beacon_tail: tail.concat(),
        beacon_interval: 100,
        dtim_period: 2,
        cipher: CipherSuite::CCMP,
        basic_rates: vec![2, 4, 11, 22],
        isolate: false,
        management_protection: false,
        protection: radio::Protection::default(),
    }
}

/// The attributes of one message as they lie there: kind and value.
fn written(fill: impl FnOnce(&mut Writer)) -> Vec<(u16, Vec<u8>)> {
    let mut w = Writer::new();
    w.begin_genl(32, 1, 0, 1);
    fill(&mut w);
    w.end();
    let message = messages(w.as_bytes()).next().unwrap();
    let (_, attrs) = message.genl().unwrap();
    attrs.map(|a| (a.kind, a.data.to_vec())).collect()
}

#[test]
fn start_ap_is_the_golden_message_of_a_firmware_driver() {
    let config = config();
    let extra = [&EXTENDED[..], &VENDOR].concat();
    let word = |n: u32| n.to_ne_bytes().to_vec();
    let golden = [
        (3, word(7)),                             // IFINDEX
        (14, config.beacon_head.clone()),         // BEACON_HEAD
        (15, config.beacon_tail.clone()),         // BEACON_TAIL, the RSN element in it
        (12, word(100)),                          // BEACON_INTERVAL
        (13, word(2)),                            // DTIM_PERIOD
        (52, b"pi".to_vec()),                     // SSID
        (126, word(0)),                           // HIDDEN_SSID: not in use
        (53, word(0)),                            // AUTH_TYPE: open system
        (38, word(2437)),                         // WIPHY_FREQ
        (70, Vec::new()),                         // PRIVACY
        (75, word(2)),                            // WPA_VERSIONS: 2
        (76, word(0x000f_ac02)),                  // AKM_SUITES: PSK
        (73, word(0x000f_ac04)),                  // CIPHER_SUITES_PAIRWISE: CCMP
        (74, word(0x000f_ac04)),                  // CIPHER_SUITE_GROUP: CCMP
        (102, 0x888e_u16.to_ne_bytes().to_vec()), // CONTROL_PORT_ETHERTYPE
        (68, Vec::new()),                         // CONTROL_PORT
        (42, extra.clone()),                      // IE
        (127, extra.clone()),                     // IE_PROBE_RESP
        (128, extra),                             // IE_ASSOC_RESP
    ];
    let message = written(|w| {
        ap::start_ap(w, 7, &config);
        start_ap(w, &config);
    });
    for attr in &golden {
        assert!(message.contains(attr), "{attr:?} in {message:?}");
    }
    // Width and centre are those of every radio; an owner would end the network with this process.
    let others = message.iter().filter(|attr| !golden.contains(attr));
    let others: Vec<u16> = others.map(|(kind, _)| *kind).collect();
    assert_eq!(others, [159, 160], "CHANNEL_WIDTH and CENTER_FREQ1");
}

#[test]
fn a_beacon_without_extras_gives_none() {
    assert_eq!(extra_elements(&RSN), Vec::<u8>::new());
    assert_eq!(extra_elements(&[221, 200, 1]), Vec::<u8>::new(), "cut off");
}

#[test]
fn isolation_is_all_that_set_bss_says() {
    for isolate in [false, true] {
        let message = written(|w| ap::isolate(w, 7, isolate));
        let expected = [
            (3, 7_u32.to_ne_bytes().to_vec()),
            (96, vec![u8::from(isolate)]),
        ];
        assert_eq!(message, expected);
    }
}

#[test]
fn a_driver_without_set_bss_is_a_fault_only_where_isolation_is_wanted() {
    let refusal = |errno: i32| Err(Refusal::new(errno, None));
    assert_eq!(isolated(Ok(()), true, "x"), Ok(()));
    assert_eq!(isolated(refusal(libc::EOPNOTSUPP), false, "x"), Ok(()));
    let error = isolated(refusal(libc::EOPNOTSUPP), true, "x").unwrap_err();
    assert_eq!(error.kind, CommandErrorKind::NotSupported);
    assert!(error.cause.text.contains("forwards frames"), "{error}");
    let error = isolated(refusal(libc::EINVAL), false, "start the access point").unwrap_err();
    assert_eq!(error.kind, CommandErrorKind::Invalid);
    assert!(error.cause.text.contains("EINVAL"), "{error}");
}

#[test]
fn a_refused_start_names_the_drivers_errno() {
    for (errno, name, kind) in [
        (libc::EINVAL, "EINVAL", CommandErrorKind::Invalid),
        (
            libc::EOPNOTSUPP,
            "EOPNOTSUPP",
            CommandErrorKind::NotSupported,
        ),
        (libc::EIO, "EIO", CommandErrorKind::Failed),
    ] {
        let error = Refusal::new(errno, Some("Beacon too odd")).explain("start the access point");
        assert_eq!(error.kind, kind);
        assert!(error.cause.text.contains(name), "{error}");
        assert!(error.cause.text.contains("Beacon too odd"), "{error}");
    }
}

/// An event as cfg80211 multicasts it.
fn event_bytes(command: u8, elements: Option<&[u8]>) -> Vec<u8> {
    let mut w = Writer::new();
    w.begin_genl(32, command, 0, 0);
    w.u32(consts::ATTR_IFINDEX, 7).mac(consts::ATTR_MAC, PEER);
    if let Some(elements) = elements {
        // Between what nobody reads here.
        w.u32(46, 3) // GENERATION
            .nest(consts::ATTR_STA_INFO, |_| ())
            .bytes(consts::ATTR_IE, elements);
    }
    w.end();
    w.as_bytes().to_vec()
}

#[test]
fn a_new_station_comes_with_the_elements_of_its_request() {
    let elements = [&[0, 2, b'p', b'i'][..], &RSN].concat();
    let bytes = event_bytes(consts::CMD_NEW_STATION, Some(&elements));
    let message = messages(&bytes).next().unwrap();
    let event = event::parse(&message).unwrap();
    assert_eq!(event.ifindex, 7);
    let What::StationIn { peer, elements: e } = event.what else {
        panic!("{event:?}")
    };
    assert_eq!((peer, e), (PEER, &elements[..]));
    let expected = RadioEvent::Associated {
        peer: PEER,
        elements,
        reassociation: false,
    };
    assert_eq!(associated(peer, e), expected);
}

#[test]
fn a_new_station_without_elements_has_none_and_one_without_address_is_none() {
    let bytes = event_bytes(consts::CMD_NEW_STATION, None);
    let message = messages(&bytes).next().unwrap();
    assert_eq!(
        event::parse(&message).map(|e| e.what),
        Some(What::StationIn {
            peer: PEER,
            elements: &[]
        })
    );
    let mut w = Writer::new();
    w.begin_genl(32, consts::CMD_NEW_STATION, 0, 0);
    w.end();
    let message = messages(w.as_bytes()).next().unwrap();
    assert_eq!(event::parse(&message), None);
}

#[test]
fn a_station_that_left_is_told_by_its_address() {
    let bytes = event_bytes(consts::CMD_DEL_STATION, None);
    let message = messages(&bytes).next().unwrap();
    assert_eq!(
        event::parse(&message).map(|e| e.what),
        Some(What::StationGone { peer: PEER })
    );
}

#[test]
fn who_is_sent_away_is_named_with_the_reason() {
    let message = written(|w| ap::remove_station(w, 7, PEER, ReasonCode(18)));
    assert!(message.contains(&(6, PEER.0.to_vec())));
    assert!(message.contains(&(54, 18_u16.to_ne_bytes().to_vec())));
    // Deauthentication, not disassociation.
    assert!(message.contains(&(consts::ATTR_MGMT_SUBTYPE, vec![12])));
}
