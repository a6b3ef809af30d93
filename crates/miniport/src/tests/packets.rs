//! EtherTypes of extensions: which come up, which may be in clear, what is sent how; and the frames
//! of an association.

use super::*;
use oid::{ExemptionAction as Action, ExemptionPackets as Packets, PrivacyExemption};
use radio::{Arrival, EtherTypeRule};

const TYPE: u16 = 0x88b5;
const EAPOL: u16 = 0x888e;

fn exempt(ethertype: u16, action: Action, packets: Packets) -> PrivacyExemption {
    PrivacyExemption {
        ethertype,
        action,
        packets,
    }
}

fn hand_up(bench: &mut Bench, types: &[u16]) {
    let request = SecurityRequest::ReceiveEtherTypes(types.to_vec());
    assert_eq!(bench.ask_security(request), Ok(Reply::Done));
}

fn exempt_all(bench: &mut Bench, entries: &[PrivacyExemption]) -> Result<Reply, NdisStatus> {
    bench.ask_security(SecurityRequest::PrivacyExemptionList(entries.to_vec()))
}

fn packet(ether_type: u16) -> SecurityRequest {
    SecurityRequest::SendVendorPacket {
        peer: STA,
        ether_type,
        payload: b"hello".to_vec(),
    }
}

/// The rules the radio was told last.
fn rules(bench: &Bench) -> Option<&[EtherTypeRule]> {
    bench.commands.iter().rev().find_map(|c| match c {
        Command::SetEtherTypes(rules) => Some(&rules[..]),
        _ => None,
    })
}

fn arrives(bench: &mut Bench, peer: MacAddr, ether_type: u16) -> bool {
    bench.indications.clear();
    bench.event(RadioEvent::Packet {
        peer,
        ether_type,
        payload: b"hi".to_vec(),
    });
    let came = Indication::ReceiveVendorPacket {
        peer,
        ether_type,
        payload: b"hi".to_vec(),
    };
    match &bench.indications[..] {
        [] => false,
        [one] => *one == came,
        more => panic!("{more:?}"),
    }
}

#[test]
fn two_lists_become_one_rule_for_each_ether_type() {
    let rows: [(&[PrivacyExemption], Arrival, Arrival); 6] = [
        (&[], Arrival::Protected, Arrival::Protected),
        (
            &[exempt(TYPE, Action::ALWAYS, Packets::UNICAST)],
            Arrival::InClear,
            Arrival::Protected,
        ),
        (
            &[exempt(
                TYPE,
                Action::ON_KEY_MAPPING_KEY_UNAVAILABLE,
                Packets::BOTH,
            )],
            Arrival::InClearWithoutKey,
            Arrival::InClearWithoutKey,
        ),
        // The first matching entry wins, for each kind of frame.
        (
            &[
                exempt(TYPE, Action::ALWAYS, Packets::MULTICAST),
                exempt(TYPE, Action::ON_KEY_MAPPING_KEY_UNAVAILABLE, Packets::BOTH),
            ],
            Arrival::InClearWithoutKey,
            Arrival::InClear,
        ),
        // What is not known is passed over when something else is.
        (
            &[
                exempt(TYPE, Action(7), Packets::BOTH),
                exempt(TYPE, Action::ALWAYS, Packets(0)),
                exempt(TYPE, Action::ALWAYS, Packets(4)),
                exempt(TYPE, Action::ALWAYS, Packets::UNICAST),
            ],
            Arrival::InClear,
            Arrival::Protected,
        ),
        // EAPOL has rules of its own and is never named.
        (
            &[exempt(
                EAPOL,
                Action::ON_KEY_MAPPING_KEY_UNAVAILABLE,
                Packets::UNICAST,
            )],
            Arrival::Protected,
            Arrival::Protected,
        ),
    ];
    for (row, (entries, unicast, group)) in rows.into_iter().enumerate() {
        let mut bench = Bench::ready();
        hand_up(&mut bench, &[TYPE]);
        assert_eq!(exempt_all(&mut bench, entries), Ok(Reply::Done), "{row}");
        let expected = EtherTypeRule {
            ether_type: TYPE,
            hand_up: true,
            unicast,
            group,
        };
        assert_eq!(rules(&bench), Some(&[expected][..]), "{row}");
    }
}

#[test]
fn faulty_lists_change_nothing() {
    let many: Vec<u16> = (0x8000..0x8041).collect();
    let entry = |t| exempt(t, Action::ALWAYS, Packets::UNICAST);
    let exemptions = SecurityRequest::PrivacyExemptionList;
    let rows = [
        (
            SecurityRequest::ReceiveEtherTypes(many.clone()),
            NdisStatus::INVALID_LENGTH,
        ),
        (
            exemptions(many.into_iter().map(entry).collect()),
            NdisStatus::INVALID_LENGTH,
        ),
        (
            SecurityRequest::ReceiveEtherTypes(vec![TYPE, 0x05ff]),
            NdisStatus::INVALID_DATA,
        ),
        (exemptions(vec![entry(0x05ff)]), NdisStatus::INVALID_DATA),
        // 9.7 rows 3 and 6 cannot be had for EAPOL: the radio ciphers it once there is a key.
        (exemptions(vec![entry(EAPOL)]), NdisStatus::INVALID_DATA),
        (
            exemptions(vec![exempt(TYPE, Action::NO_EXEMPTION, Packets::BOTH)]),
            NdisStatus::INVALID_DATA,
        ),
    ];
    for (request, status) in rows {
        let mut bench = Bench::with_station();
        hand_up(&mut bench, &[TYPE]);
        bench.clear();
        let text = format!("{request:?}");
        assert_eq!(bench.ask_security(request), Err(status), "{text}");
        assert_eq!(rules(&bench), None, "{text}");
        assert!(arrives(&mut bench, STA, TYPE), "{text}");
    }
}

#[test]
fn a_list_the_radio_refuses_leaves_the_one_before_in_force() {
    let mut bench = Bench::with_station();
    let always = exempt(TYPE, Action::ALWAYS, Packets::UNICAST);
    assert_eq!(exempt_all(&mut bench, &[always]), Ok(Reply::Done));
    bench.refusal =
        |c| matches!(c, Command::SetEtherTypes(_)).then_some(CommandErrorKind::NotSupported);
    let refused = exempt_all(&mut bench, &[]);
    assert_eq!(refused, Err(NdisStatus::NOT_SUPPORTED));
    let request = SecurityRequest::ReceiveEtherTypes(vec![TYPE]);
    assert_eq!(bench.ask_security(request), Err(NdisStatus::NOT_SUPPORTED));
    assert!(!arrives(&mut bench, STA, TYPE));
    bench.security(packet(TYPE));
    let sent = bench.commands.last();
    assert!(matches!(
        sent,
        Some(Command::SendPacket { in_clear: true, .. })
    ));
}

#[test]
fn changes_go_down_one_after_the_other() {
    let mut bench = Bench::with_station();
    bench.answers = false;
    let first = bench.security(SecurityRequest::ReceiveEtherTypes(vec![TYPE]));
    let entry = exempt(TYPE, Action::ALWAYS, Packets::UNICAST);
    let second = bench.security(SecurityRequest::PrivacyExemptionList(vec![entry]));
    assert_eq!(bench.names(), ["SetEtherTypes"]);
    bench.refusal = |c| {
        matches!(c, Command::SetEtherTypes(r) if r[0].hand_up)
            .then_some(CommandErrorKind::Resources)
    };
    bench.answer_all();
    assert_eq!(bench.result(first), Err(NdisStatus::RESOURCES));
    bench.answer_all();
    assert_eq!(bench.result(second), Ok(Reply::Done));
    let rule = rules(&bench).unwrap()[0];
    assert_eq!((rule.hand_up, rule.unicast), (false, Arrival::InClear));
}

#[test]
fn a_radio_that_comes_late_or_again_is_told_the_rules() {
    let mut bench = Bench::with_station();
    hand_up(&mut bench, &[TYPE]);
    let lost = |bench: &mut Bench| {
        let cause = Cause::new("Unplugged.", "Plug it in.");
        bench.event(RadioEvent::Unavailable { cause });
    };
    lost(&mut bench);
    let entry = exempt(TYPE, Action::ALWAYS, Packets::UNICAST);
    assert_eq!(exempt_all(&mut bench, &[entry]), Ok(Reply::Done));
    bench.clear();
    bench.event(RadioEvent::Ready(Box::new(capabilities())));
    let rule = rules(&bench).unwrap()[0];
    assert_eq!((rule.hand_up, rule.unicast), (true, Arrival::InClear));
    // One that is gone before it answers, with more behind it: each is answered once.
    bench.answers = false;
    let ids = [&[0x1234][..], &[0x1235], &[]]
        .map(|types| bench.security(SecurityRequest::ReceiveEtherTypes(types.to_vec())));
    lost(&mut bench);
    for id in ids {
        assert_eq!(bench.result(id), Err(NdisStatus::DOT11_POWER_STATE_INVALID));
    }
}

#[test]
fn an_access_point_ended_by_its_driver_keeps_its_rules() {
    let mut bench = Bench::with_station();
    hand_up(&mut bench, &[TYPE]);
    bench.answers = false;
    let id = bench.security(SecurityRequest::ReceiveEtherTypes(vec![]));
    let later = bench.security(SecurityRequest::ReceiveEtherTypes(vec![0x1234]));
    let cause = Cause::new("Firmware.", "Wait.");
    bench.event(RadioEvent::ApStopped { cause });
    assert_eq!(bench.result(id), Err(NdisStatus::FAILURE));
    assert!(
        rules(&bench).is_some_and(|r| r.len() == 1),
        "what was in force is told again"
    );
    bench.answer_all();
    bench.answer_all();
    assert_eq!(bench.result(later), Ok(Reply::Done));
    assert_eq!(rules(&bench).unwrap()[0].ether_type, 0x1234);
}

#[test]
fn a_reset_to_defaults_empties_the_lists_and_another_does_not() {
    let mut bench = Bench::with_station();
    hand_up(&mut bench, &[TYPE]);
    bench.clear();
    bench.expect_done(Request::Reset { default_mib: false });
    assert_eq!(rules(&bench), None);
    bench.answers = false;
    let under_way = bench.security(SecurityRequest::ReceiveEtherTypes(vec![0x1234]));
    let waits = bench.security(SecurityRequest::ReceiveEtherTypes(vec![0x1235]));
    let reset = bench.request(Request::Reset { default_mib: true });
    bench.answer_all();
    bench.answer_all();
    assert_eq!(bench.result(reset), Ok(Reply::Done));
    for id in [under_way, waits] {
        assert_eq!(bench.result(id), Err(NdisStatus::RESET_IN_PROGRESS));
    }
    assert_eq!(rules(&bench), Some(&[][..]));
}

#[test]
fn packets_come_up_from_associated_peers_and_only_those_asked_for() {
    let mut bench = Bench::with_station();
    assert!(!arrives(&mut bench, STA, TYPE));
    hand_up(&mut bench, &[TYPE]);
    assert!(arrives(&mut bench, STA, TYPE), "the port is closed");
    assert!(!arrives(&mut bench, STA, 0x88b6));
    assert!(!arrives(&mut bench, station(1), TYPE));
    // In a block, but not associated.
    bench.acks = None;
    bench.join(station(2));
    assert!(!arrives(&mut bench, station(2), TYPE));
    bench.frame(deauth(STA));
    assert!(!arrives(&mut bench, STA, TYPE));
    assert_eq!(bench.rejected(Rejection::StrayPacket), 5);
}

#[test]
fn packets_go_to_associated_peers_in_clear_only_where_that_is_the_rule_9_7_row_3() {
    let mut bench = Bench::with_station();
    let send = |bench: &mut Bench, ether_type| {
        bench.clear();
        let answer = bench.ask_security(packet(ether_type));
        answer.map(|_| bench.commands.clone())
    };
    let sent = |in_clear| {
        Ok(vec![Command::SendPacket {
            peer: STA,
            ether_type: TYPE,
            payload: b"hello".to_vec(),
            in_clear,
        }])
    };
    assert_eq!(send(&mut bench, TYPE), sent(false));
    let rows = [
        (Action::ON_KEY_MAPPING_KEY_UNAVAILABLE, Packets::BOTH, false),
        (Action::ALWAYS, Packets::MULTICAST, false),
        (Action::ALWAYS, Packets::UNICAST, true),
        (Action::ALWAYS, Packets::BOTH, true),
    ];
    for (action, packets, in_clear) in rows {
        let entry = exempt(TYPE, action, packets);
        assert_eq!(exempt_all(&mut bench, &[entry]), Ok(Reply::Done));
        assert_eq!(send(&mut bench, TYPE), sent(in_clear), "{entry:?}");
    }
    // EAPOL goes where EAPOL goes.
    let eapol = Command::SendEapol {
        peer: STA,
        pdu: b"hello".to_vec(),
    };
    assert_eq!(send(&mut bench, EAPOL), Ok(vec![eapol]));
    assert_eq!(send(&mut bench, 0x05ff), Err(NdisStatus::INVALID_DATA));
    let long = SecurityRequest::SendVendorPacket {
        peer: STA,
        ether_type: TYPE,
        payload: vec![0; 2297],
    };
    assert_eq!(bench.ask_security(long), Err(NdisStatus::INVALID_LENGTH));
    bench.refusal =
        |c| matches!(c, Command::SendPacket { .. }).then_some(CommandErrorKind::NotSupported);
    assert_eq!(send(&mut bench, TYPE), Err(NdisStatus::NOT_SUPPORTED));
    bench.frame(disassoc(STA));
    assert_eq!(send(&mut bench, TYPE), Err(NdisStatus::INVALID_STATE));
    let mut bench = Bench::ready();
    assert_eq!(send(&mut bench, TYPE), Err(NdisStatus::INVALID_STATE));
}

#[test]
fn the_frames_of_an_association_are_those_sent_and_received() {
    let mut bench = Bench::on_air();
    let query = |bench: &mut Bench| bench.ask_security(SecurityRequest::QueryAssociation(STA));
    assert_eq!(query(&mut bench), Err(NdisStatus::INVALID_STATE));
    for current_ap in [None, Some(station(7))] {
        bench.frame(auth(STA));
        let asking = Asking {
            tail: vec![221, 4, 0, 0x14, 0x72, 1],
            current_ap,
            ..Asking::default()
        };
        let request = asking.frame(STA);
        bench.frame(request.clone());
        let response = bench.sent().last().unwrap()[24..].to_vec();
        let Ok(Reply::Association(frames)) = query(&mut bench) else {
            panic!()
        };
        assert_eq!(frames.request, &request[24..]);
        assert_eq!(frames.response, response);
        assert_eq!(frames.reassociation, current_ap.is_some());
        let elements = dot11::element::Elements::new(&frames.beacon[12..]);
        assert_eq!(elements.body(ElementId::SSID), Some(&b"lab"[..]));
        assert!(elements.find(ElementId::RSN).is_some());
    }
    bench.frame(deauth(STA));
    assert_eq!(query(&mut bench), Err(NdisStatus::INVALID_STATE));
}

#[test]
fn an_open_port_closes_before_its_key_goes() {
    let mut bench = Bench::with_open_port();
    let gone = KeyMappingKey {
        material: None,
        ..mapping_key(STA, 1)
    };
    bench.expect_done(Request::CipherKeyMappingKey(gone));
    assert_eq!(bench.names(), ["Unauthorize", "RemoveKey"]);
    let open = Request::PortStateNotification {
        peer: STA,
        open: true,
    };
    assert_eq!(bench.ask(open), Err(NdisStatus::INVALID_STATE));
    assert_eq!(bench.names(), ["Unauthorize", "RemoveKey"]);
}

#[test]
fn an_open_port_closes_when_the_radio_has_lost_the_station_and_its_key() {
    let mut bench = Bench::with_open_port();
    bench.refusal = |c| matches!(c, Command::InstallKey(_)).then_some(CommandErrorKind::NotFound);
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 2)));
    assert_eq!(bench.names(), ["InstallKey", "Unauthorize"]);
}

#[test]
fn a_key_that_another_replaces_in_vain_keeps_the_port_open() {
    let mut bench = Bench::with_open_port();
    bench.refusal = |c| matches!(c, Command::InstallKey(_)).then_some(CommandErrorKind::Busy);
    let refused = bench.ask(Request::CipherKeyMappingKey(mapping_key(STA, 2)));
    assert_eq!(refused, Err(NdisStatus::DOT11_MEDIA_IN_USE));
    assert_eq!(bench.names(), ["InstallKey"]);
}
