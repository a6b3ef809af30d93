//! Against recorded messages, and against anything.

use std::collections::BTreeMap;

use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, ReasonCode, Ssid};
use proptest::prelude::*;
use radio::{ApConfig, Key, KeyScope, StationEntry, StationFlags};

use crate::ap;
use crate::consts;
use crate::eapol;
use crate::event::{self, What};
use crate::interface;
use crate::netlink::{Ack, Attrs, Message, Writer, messages};
use crate::wiphy::{self, Wiphy};

const WIPHYS: &[u8] = include_bytes!("../testdata/hwsim_wiphys.bin");
const INTERFACES: &[u8] = include_bytes!("../testdata/hwsim_interfaces.bin");
const EVENTS: &[u8] = include_bytes!("../testdata/hwsim_events.bin");
const HOSTAPD: &[u8] = include_bytes!("../testdata/hostapd_requests.bin");

/// The station of the recordings.
const STATION: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);

fn read_wiphys(bytes: &[u8]) -> Vec<Wiphy> {
    let mut all = Vec::new();
    for message in messages(bytes) {
        if let Some((_, attrs)) = message.genl() {
            wiphy::collect(&mut all, attrs);
        }
    }
    all
}

/// The messages hostapd sent with this command.
fn hostapd(command: u8) -> impl Iterator<Item = Attrs<'static>> {
    messages(HOSTAPD)
        .filter_map(|m| m.genl())
        .filter_map(move |(c, attrs)| (c == command).then_some(attrs))
}

fn map(attrs: Attrs<'_>) -> BTreeMap<u16, Vec<u8>> {
    attrs.map(|a| (a.kind, a.data.to_vec())).collect()
}

/// What `fill` writes, as attributes by their type.
fn written(fill: impl FnOnce(&mut Writer)) -> BTreeMap<u16, Vec<u8>> {
    let mut w = Writer::new();
    w.begin_genl(32, 1, 0, 7);
    fill(&mut w);
    w.end();
    let message = messages(w.as_bytes()).next().expect("a message");
    assert_eq!(
        (message.kind, message.flags, message.seq),
        (32, consts::NLM_F_REQUEST, 7)
    );
    map(message.genl().expect("generic netlink").1)
}

/// Compares with hostapd: `ours` and `theirs` list what only one of the two sends.
fn assert_same(
    our: &BTreeMap<u16, Vec<u8>>,
    their: &BTreeMap<u16, Vec<u8>>,
    (ours, theirs): (&[u16], &[u16]),
) {
    for (kind, data) in our {
        match their.get(kind) {
            Some(expected) => assert_eq!(data, expected, "attribute {kind}"),
            None => assert!(
                ours.contains(kind),
                "attribute {kind} is ours alone: {data:02x?}"
            ),
        }
    }
    for kind in their.keys().filter(|k| !our.contains_key(k)) {
        assert!(theirs.contains(kind), "attribute {kind} is missing");
    }
}

fn hostapd_config() -> ApConfig {
    let theirs = map(hostapd(consts::CMD_START_AP).next().unwrap());
    ApConfig {
        ssid: Ssid::new("lab").unwrap(),
        bssid: MacAddr([2, 0, 0, 0, 0, 0]),
        channel: Channel::new(6).unwrap().into(),
        phy: dot11::Phy::Ht,
        beacon_head: theirs[&consts::ATTR_BEACON_HEAD].clone(),
        beacon_tail: theirs[&consts::ATTR_BEACON_TAIL].clone(),
        beacon_interval: 100,
        dtim_period: 2,
        cipher: CipherSuite::CCMP,
        basic_rates: vec![0x82, 0x84, 0x8b, 0x96],
        isolate: false,
        management_protection: false,
        // hostapd allows no short preambles unless told to.
        protection: radio::Protection {
            long_preamble: true,
            ht: Some(0),
            ..radio::Protection::default()
        },
    }
}

#[test]
fn recorded_radios_are_described() {
    let all = read_wiphys(WIPHYS);
    assert_eq!(all.len(), 2);
    let w = all.iter().find(|w| w.name == "phy0").unwrap();
    assert!(w.has_iftype(consts::IFTYPE_AP) && w.full_client_state() && !w.own_sme);
    assert_eq!(interface::unfit(w), None);
    assert!(w.ciphers.contains(&CipherSuite::CCMP));
    assert_eq!(
        w.channels_for(&[consts::IFTYPE_STATION, consts::IFTYPE_AP]),
        Some(1)
    );
    let channel = |n| {
        w.channels
            .iter()
            .find(|c| c.channel == Channel::new(n).unwrap())
            .unwrap()
    };
    assert!(channel(6).usable());
    assert!(channel(13).no_ir && !channel(13).usable());
    assert!(channel(52).radar);
    let ht = w.bands[0].ht.unwrap();
    assert_eq!(ht.mcs[..2], [0xff, 0xff]);
    assert_eq!(ht.info & 0x0002, 0x0002, "40 MHz");
    assert_eq!(ht.ampdu, 0x03 | 6 << 2);
    assert_eq!(
        w.addresses,
        [MacAddr([2, 0, 0, 0, 0, 0]), MacAddr([0x42, 0, 0, 0, 0, 0])]
    );
}

#[test]
fn recorded_interfaces_are_described() {
    let all: Vec<_> = messages(INTERFACES)
        .filter_map(|m| m.genl())
        .map(|(_, a)| interface::parse(a))
        .collect();
    let wlan0 = all.iter().find(|i| i.name == "wlan0").unwrap();
    assert_eq!(wlan0.iftype, consts::IFTYPE_STATION);
    assert_eq!(wlan0.address, MacAddr([2, 0, 0, 0, 0, 0]));
    assert!(!wlan0.in_use());
}

#[test]
fn recorded_events_are_understood() {
    let all: Vec<_> = messages(EVENTS).filter_map(|m| event::parse(&m)).collect();
    let frames: Vec<u8> = all
        .iter()
        .filter_map(|e| match e.what {
            What::Frame { frame, signal } => {
                assert!(signal.is_some_and(|s| (-60..-20).contains(&s)));
                frame.first().copied()
            }
            _ => None,
        })
        .collect();
    assert_eq!(frames, [0x40, 0xb0, 0x00, 0xc0, 0xb0, 0x20]);
    let acked = all
        .iter()
        .filter(|e| matches!(e.what, What::FrameSent { acked: true, .. }));
    assert!(acked.count() >= 4);
    assert!(
        all.iter()
            .any(|e| e.what == What::StationGone { peer: STATION })
    );
    assert!(all.iter().any(|e| e.what
        == What::ProbeResult {
            peer: STATION,
            acked: true
        }));
    assert!(all.iter().any(|e| e.what == What::ApStopped));
    assert!(
        all.iter()
            .any(|e| e.what == What::InterfaceAdded { name: "hosted0" })
    );
    assert!(
        all.iter()
            .any(|e| e.what == What::InterfaceRemoved && e.ifindex != 0)
    );
}

#[test]
fn start_ap_says_what_hostapd_says_but_has_no_owner() {
    let their = map(hostapd(consts::CMD_START_AP).next().unwrap());
    let our = written(|w| ap::start_ap(w, 2, &hostapd_config()));
    let ours = [
        consts::ATTR_AUTH_TYPE,
        // hostapd sets the channel beforehand, with SET_WIPHY.
        consts::ATTR_WIPHY_FREQ,
        consts::ATTR_CHANNEL_WIDTH,
        consts::ATTR_CENTER_FREQ1,
    ];
    let theirs = [
        0x2a, // IE
        127,  // IE_PROBE_RESP
        128,  // IE_ASSOC_RESP
        204,  // SOCKET_OWNER
        264,  // CONTROL_PORT_OVER_NL80211
        286,  // CONTROL_PORT_NO_PREAUTH
    ];
    assert_same(&our, &their, (&ours, &theirs));
    assert!(!our.contains_key(&204) && their.contains_key(&204));
}

#[test]
fn bss_settings_equal_those_of_hostapd() {
    let their = map(hostapd(consts::CMD_SET_BSS).next().unwrap());
    let our = written(|w| ap::set_bss(w, 2, &hostapd_config()));
    assert_eq!(our, their);
    let mut isolating = hostapd_config();
    isolating.isolate = true;
    assert_eq!(
        written(|w| ap::set_bss(w, 2, &isolating))[&consts::ATTR_AP_ISOLATE],
        [1]
    );
}

#[test]
fn isolation_alone_changes_nothing_else() {
    for on in [false, true] {
        let our = written(|w| ap::isolate(w, 2, on));
        assert_eq!(our.len(), 2);
        assert_eq!(our[&consts::ATTR_IFINDEX], 2_u32.to_ne_bytes());
        assert_eq!(our[&consts::ATTR_AP_ISOLATE], [u8::from(on)]);
    }
}

#[test]
fn of_action_frames_only_sa_queries_are_asked_for() {
    let frames = ap::RECEIVED_FRAMES;
    let our = written(|w| ap::register_frame(w, 2, frames[6]));
    assert_eq!(our[&consts::ATTR_FRAME_TYPE], [0xd0, 0]);
    assert_eq!(our[&consts::ATTR_FRAME_MATCH], [8]);
    for (_, start) in &frames[..6] {
        assert!(start.is_empty());
    }
}

#[test]
fn a_station_with_protected_management_frames_has_one_flag_more() {
    let flags = |protection| {
        let mut entry = entry();
        entry.flags.associated = true;
        entry.flags.management_protection = protection;
        let our = written(|w| ap::station(w, 2, &entry, &[2]));
        let both = our[&consts::ATTR_STA_FLAGS2].clone();
        let number = |at: usize| u32::from_ne_bytes(both[at..at + 4].try_into().unwrap());
        (number(0), number(4))
    };
    let mfp = 1 << consts::STA_FLAG_MFP;
    assert_eq!(mfp, 0x10);
    let (mask, set) = flags(false);
    assert_eq!((mask & mfp, set & mfp), (0, 0));
    assert_eq!(flags(true), (mask | mfp, set | mfp));
}

#[test]
fn sending_groups_to_each_alone_is_one_flag() {
    let flag = consts::ATTR_MULTICAST_TO_UNICAST_ENABLED;
    for on in [true, false] {
        let our = written(|w| ap::single_out(w, 2, on));
        assert_eq!(our.contains_key(&flag), on);
        assert_eq!(our[&consts::ATTR_IFINDEX], 2u32.to_ne_bytes());
    }
}

fn entry() -> StationEntry {
    StationEntry {
        peer: STATION,
        aid: 1,
        listen_interval: 0,
        capability: 0,
        rates: Vec::new(),
        ht_capabilities: None,
        vht_capabilities: None,
        he_capabilities: None,
        extended_capabilities: Vec::new(),
        flags: StationFlags::default(),
    }
}

#[test]
fn a_station_is_entered_and_updated_as_by_hostapd() {
    const STA_SUPPORT_P2P_PS: u16 = 228;
    const STA_WME: u16 = 129;
    let basic = [0x82, 0x84, 0x8b, 0x96];
    let mut their = map(hostapd(consts::CMD_NEW_STATION).next().unwrap());
    let mut our = written(|w| ap::station(w, 2, &entry(), &basic));
    // They name two flags, we name four; in both no flag is set.
    assert_eq!(their.remove(&consts::ATTR_STA_FLAGS2).unwrap()[4..], [0; 4]);
    assert_eq!(
        our.remove(&consts::ATTR_STA_FLAGS2).unwrap(),
        [0xac, 0, 0, 0, 0, 0, 0, 0]
    );
    assert_same(&our, &their, (&[], &[STA_SUPPORT_P2P_PS]));

    let their = hostapd(consts::CMD_SET_STATION)
        .map(map)
        .find(|a| a.contains_key(&consts::ATTR_HT_CAPABILITY))
        .unwrap();
    let mut associated = entry();
    associated.listen_interval = 5;
    associated.capability = 1073;
    // Basic-rate bits must not reach the kernel.
    associated.rates = their[&consts::ATTR_STA_SUPPORTED_RATES]
        .iter()
        .map(|r| r | 0x80)
        .collect();
    associated.ht_capabilities = Some(their[&consts::ATTR_HT_CAPABILITY].clone());
    associated.flags = StationFlags {
        authenticated: true,
        associated: true,
        wme: true,
        short_preamble: true,
        management_protection: false,
    };
    let our = written(|w| ap::station(w, 2, &associated, &basic));
    assert_same(&our, &their, (&[], &[STA_SUPPORT_P2P_PS, STA_WME]));
}

#[test]
fn an_associated_station_keeps_its_id_and_rates() {
    let mut associated = entry();
    associated.flags.associated = true;
    let our = written(|w| ap::station_flags_only(w, 2, &associated));
    assert!(!our.contains_key(&consts::ATTR_STA_AID));
    assert!(!our.contains_key(&consts::ATTR_STA_SUPPORTED_RATES));
    assert!(our.contains_key(&consts::ATTR_STA_FLAGS2));
}

#[test]
fn the_port_is_opened_and_closed_by_one_flag() {
    let their = hostapd(consts::CMD_SET_STATION)
        .map(|a| map(a).remove(&consts::ATTR_STA_FLAGS2).unwrap_or_default())
        .collect::<Vec<_>>();
    for open in [true, false] {
        let our = written(|w| ap::authorize(w, 2, STATION, open));
        assert!(
            their.contains(&our[&consts::ATTR_STA_FLAGS2]),
            "open: {open}"
        );
        assert_eq!(our[&consts::ATTR_MAC], STATION.0);
    }
}

#[test]
fn keys_are_installed_as_by_hostapd() {
    let mut their = hostapd(consts::CMD_NEW_KEY).map(map);
    for scope in [KeyScope::Group, KeyScope::Pairwise(STATION)] {
        let index = u8::from(scope == KeyScope::Group);
        let pairwise = matches!(scope, KeyScope::Pairwise(_));
        let their = their
            .find(|a| a.contains_key(&consts::ATTR_MAC) == pairwise)
            .unwrap();
        let their_key = map(Attrs(&their[&consts::ATTR_KEY]));
        let key = Key {
            scope,
            index,
            cipher: CipherSuite::CCMP,
            material: KeyBytes::copy_from(&their_key[&consts::KEY_DATA]),
            receive_counter: Some(0),
        };
        let our = written(|w| ap::new_key(w, 2, &key));
        let our_key = map(Attrs(&our[&consts::ATTR_KEY]));
        assert_same(&our_key, &their_key, (&[consts::KEY_TYPE], &[]));
        assert_eq!(our.get(&consts::ATTR_MAC), their.get(&consts::ATTR_MAC));
    }
    let their = map(hostapd(consts::CMD_SET_KEY).next().unwrap());
    let our = written(|w| ap::use_group_key(w, 2, 1));
    let key = |m: &BTreeMap<u16, Vec<u8>>| {
        let mut key = map(Attrs(&m[&consts::ATTR_KEY]));
        let types = key.remove(&consts::KEY_DEFAULT_TYPES).unwrap();
        (key, map(Attrs(&types)))
    };
    assert_eq!(key(&our), key(&their));
}

#[test]
fn a_receive_counter_is_six_bytes_least_significant_first() {
    let mut key = Key {
        scope: KeyScope::Group,
        index: 2,
        cipher: CipherSuite::CCMP,
        material: KeyBytes::new(vec![0; 16]),
        receive_counter: Some(0x0102_0304_0506),
    };
    let our = written(|w| ap::new_key(w, 2, &key));
    let seq =
        |m: &BTreeMap<u16, Vec<u8>>| map(Attrs(&m[&consts::ATTR_KEY])).remove(&consts::KEY_SEQ);
    assert_eq!(seq(&our), Some(vec![6, 5, 4, 3, 2, 1]));
    key.cipher = CipherSuite::WEP104;
    assert_eq!(seq(&written(|w| ap::new_key(w, 2, &key))), None);
}

#[test]
fn each_ciphers_key_is_laid_out_as_the_kernel_wants_it() {
    const SEQ: [u8; 6] = [5, 0, 0, 0, 0, 0];
    let bytes = |len: u8| (0..len).collect::<Vec<u8>>();
    let tkip = [bytes(16), (24..32).collect(), (16..24).collect()].concat();
    let rows: [(CipherSuite, Vec<u8>, Vec<u8>, bool); 8] = [
        (CipherSuite::CCMP, bytes(16), bytes(16), true),
        (CipherSuite::GCMP, bytes(16), bytes(16), true),
        (CipherSuite::GCMP_256, bytes(32), bytes(32), true),
        (CipherSuite::TKIP, bytes(32), tkip, true),
        (CipherSuite::WEP40, bytes(5), bytes(5), false),
        (CipherSuite::WEP104, bytes(13), bytes(13), false),
        (CipherSuite::BIP_CMAC_128, bytes(16), bytes(16), true),
        (CipherSuite(0x0014_7201), bytes(32), bytes(32), true),
    ];
    for (cipher, given, wanted, counts) in rows {
        for counter in [0, 5] {
            let key = Key {
                scope: KeyScope::Pairwise(STATION),
                index: 0,
                cipher,
                material: KeyBytes::new(given.clone()),
                receive_counter: Some(counter),
            };
            let our = written(|w| ap::new_key(w, 2, &key));
            assert_eq!(our[&consts::ATTR_MAC], STATION.0);
            let our = map(Attrs(&our[&consts::ATTR_KEY]));
            assert_eq!(our[&consts::KEY_DATA], wanted, "{cipher}");
            assert_eq!(our[&consts::KEY_CIPHER], cipher.0.to_ne_bytes());
            let seq = (counts && counter != 0).then(|| SEQ.to_vec());
            assert_eq!(our.get(&consts::KEY_SEQ), seq.as_ref(), "{cipher}");
        }
    }
}

#[test]
fn a_management_key_becomes_the_default_of_management_frames() {
    for index in [4, 5] {
        let our = written(|w| ap::use_group_key(w, 2, index));
        let key = map(Attrs(&our[&consts::ATTR_KEY]));
        assert_eq!(key[&consts::KEY_IDX], [index]);
        assert!(key.contains_key(&consts::KEY_DEFAULT_MGMT));
        assert!(!key.contains_key(&consts::KEY_DEFAULT));
        assert!(!key.contains_key(&consts::KEY_DEFAULT_TYPES));
    }
}

#[test]
fn only_probe_responses_go_out_without_a_report() {
    for first in (0..=0xf0).step_by(0x10) {
        let frame = [first; 30];
        let our = written(|w| ap::frame(w, 2, &frame));
        assert_eq!(our[&consts::ATTR_FRAME], frame);
        assert_eq!(
            our.contains_key(&consts::ATTR_DONT_WAIT_FOR_ACK),
            first == 0x50
        );
    }
}

#[test]
fn a_removed_station_takes_its_reason_along() {
    let our = written(|w| ap::remove_station(w, 2, STATION, ReasonCode::INACTIVITY));
    assert_eq!(our[&consts::ATTR_REASON_CODE], 4u16.to_ne_bytes());
}

#[test]
fn several_messages_share_a_buffer() {
    let mut w = Writer::new();
    for seq in 1..=3 {
        w.begin_genl(32, 1, 0, seq).bytes(1, &[0; 5]).nest(2, |w| {
            w.u8(3, 4).text(4, "x");
        });
        w.end();
    }
    let all: Vec<Message<'_>> = messages(w.as_bytes()).collect();
    assert_eq!(all.iter().map(|m| m.seq).collect::<Vec<_>>(), [1, 2, 3]);
    for message in all {
        let (_, attrs) = message.genl().unwrap();
        let nested = attrs.find(2).unwrap().attrs();
        assert_eq!(nested.find(3).unwrap().u8(), Some(4));
        assert_eq!(nested.find(4).unwrap().text(), Some("x"));
    }
}

#[test]
fn an_attribute_too_long_for_netlink_spoils_nothing() {
    let mut w = Writer::new();
    w.begin_genl(32, 1, 0, 1).bytes(1, &[0; 70_000]);
    w.nest(2, |w| {
        w.bytes(3, &[0; 40_000]).bytes(3, &[0; 40_000]);
    });
    w.u8(4, 5);
    w.end();
    let (_, attrs) = messages(w.as_bytes()).next().unwrap().genl().unwrap();
    assert_eq!(attrs.map(|a| a.kind).collect::<Vec<_>>(), [4]);
}

/// An acknowledgement as the kernel builds it.
fn ack(errno: i32, flags: u16, request: &[u8], words: &str) -> Vec<u8> {
    let mut w = Writer::new();
    w.begin(consts::NLMSG_ERROR, flags, 9)
        .raw(&(-errno).to_ne_bytes())
        .raw(request);
    w.text(consts::NLMSGERR_ATTR_MSG, words);
    w.end();
    w.as_bytes().to_vec()
}

#[test]
fn the_kernels_words_are_found_behind_short_and_whole_requests() {
    let mut request = vec![0; 24];
    request[0] = 24;
    let whole = ack(22, consts::NLM_F_ACK_TLVS, &request, "bad beacon");
    let short = ack(
        22,
        consts::NLM_F_ACK_TLVS | consts::NLM_F_CAPPED,
        &request[..16],
        "bad beacon",
    );
    for bytes in [whole, short] {
        let message = messages(&bytes).next().unwrap();
        let ack = Ack::parse(&message).unwrap();
        assert_eq!(
            ack,
            Ack {
                errno: 22,
                evidence: Some("bad beacon")
            }
        );
    }
    let silent = ack(22, 0, &request, "not meant as words");
    let message = messages(&silent).next().unwrap();
    assert_eq!(Ack::parse(&message).unwrap().evidence, None);
}

/// Everything that reads what others wrote.
fn read_all(bytes: &[u8]) {
    for message in messages(bytes) {
        let _ = Ack::parse(&message);
        let _ = event::parse(&message);
        if let Some((_, attrs)) = message.genl() {
            let _ = interface::parse(attrs);
            let _ = crate::batch::parse_counter(attrs);
            let _ = crate::batch::parse_station(STATION, attrs);
        }
    }
    for wiphy in read_wiphys(bytes) {
        let _ = wiphy.channels_for(&[consts::IFTYPE_STATION, consts::IFTYPE_AP]);
        let _ = interface::addresses(&wiphy, STATION, &[]);
    }
    let _ = eapol::parse(bytes);
}

proptest! {
    #[test]
    fn no_bytes_panic_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        read_all(&bytes);
        // The same behind a header that lets readers in.
        let mut w = Writer::new();
        w.begin(32, 0, 0).raw(&bytes);
        w.end();
        read_all(w.as_bytes());
    }

    #[test]
    fn no_damage_to_real_messages_panics_a_reader(
        which in 0usize..4,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = [WIPHYS, INTERFACES, EVENTS, HOSTAPD][which].to_vec();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        read_all(&bytes);
    }
}
