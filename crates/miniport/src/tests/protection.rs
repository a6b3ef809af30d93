//! Protected management frames, SA Query, isolation.

use dot11::element::{RsnCapabilities, parse_association_comeback};
use dot11::frame::{FrameControl, SaQuery, write_flags};

use super::*;

const TU: Duration = Duration::from_micros(1_024);

fn radio_with_bip() -> Capabilities {
    Capabilities {
        ciphers: vec![CipherSuite::CCMP, CipherSuite::BIP_CMAC_128],
        ..capabilities()
    }
}

fn rsne(capabilities: u16, group_management: Option<CipherSuite>) -> Vec<u8> {
    Rsne {
        capabilities: RsnCapabilities(capabilities),
        group_management,
        ..Rsne::wpa2_personal()
    }
    .encode()
    .unwrap()
}

fn asking(capabilities: u16, group_management: Option<CipherSuite>) -> Vec<u8> {
    Asking {
        rsne: Some(rsne(capabilities, group_management)),
        ..Asking::default()
    }
    .frame(STA)
}

/// What a phone of today asks for.
fn modern() -> Vec<u8> {
    asking(
        RsnCapabilities::MFP_CAPABLE,
        Some(CipherSuite::BIP_CMAC_128),
    )
}

/// As the radio hands up what it has deciphered.
fn deciphered(mut frame: Vec<u8>) -> Vec<u8> {
    write_flags(&mut frame, FrameControl::PROTECTED);
    frame
}

fn on_air() -> Bench {
    let mut bench = Bench::with_radio(radio_with_bip());
    bench.expect_done(Request::StartAp);
    bench
}

/// With a station whose management frames are protected.
fn protected() -> Bench {
    let mut bench = on_air();
    bench.frame(auth(STA));
    bench.frame(modern());
    assert!(bench.is_associated(STA));
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
    bench.expect_done(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    bench.clear();
    bench
}

/// SA Queries sent, by their identifiers.
fn asked(bench: &Bench) -> Vec<u16> {
    let action = |frame: &&[u8]| match body(frame) {
        ManagementBody::Action(action) => SaQuery::from_action(&action),
        _ => None,
    };
    let mut all = vec![];
    for query in bench.sent().iter().filter_map(action) {
        if let SaQuery::Request(transaction) = query {
            all.push(transaction);
        }
    }
    all
}

/// Time units after which the last refusal lets the station come back.
fn comeback(bench: &Bench) -> u32 {
    let sent = bench.sent();
    let answer = sent
        .iter()
        .rev()
        .find_map(|frame| match body(frame) {
            ManagementBody::AssociationResponse(answer) => Some(answer),
            _ => None,
        })
        .expect("an association response");
    assert_eq!(answer.status, StatusCode::REFUSED_TEMPORARILY);
    answer
        .elements
        .body(ElementId::TIMEOUT_INTERVAL)
        .and_then(parse_association_comeback)
        .expect("a comeback time")
}

#[test]
fn protection_is_offered_exactly_when_the_radio_can() {
    for (radio, offered) in [(radio_with_bip(), true), (capabilities(), false)] {
        let mut bench = Bench::with_radio(radio);
        bench.clear();
        bench.expect_done(Request::StartAp);
        let Some(Command::StartAp(config)) = bench.commands.first() else {
            panic!("{:?}", bench.names());
        };
        assert_eq!(config.management_protection, offered);
        let element = dot11::element::Elements::new(&config.beacon_tail)
            .body(ElementId::RSN)
            .unwrap();
        let rsne = Rsne::parse(element).unwrap();
        assert_eq!(rsne.capabilities.has(RsnCapabilities::MFP_CAPABLE), offered);
        assert!(!rsne.capabilities.has(RsnCapabilities::MFP_REQUIRED));
        assert_eq!(rsne.group_management.is_some(), offered);
        if offered {
            let hex: String = element.iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(hex, "0100000fac040100000fac040100000fac028c000000000fac06");
        }
    }
}

#[test]
fn a_station_gets_what_it_can_and_is_refused_what_it_contradicts() {
    const CAPABLE: u16 = RsnCapabilities::MFP_CAPABLE;
    const REQUIRED: u16 = RsnCapabilities::MFP_REQUIRED;
    let bip = Some(CipherSuite::BIP_CMAC_128);
    for (flags, cipher, expected) in [
        (0, None, Ok(false)),
        (CAPABLE, bip, Ok(true)),
        (CAPABLE, None, Ok(true)),
        (CAPABLE | REQUIRED, bip, Ok(true)),
        (
            REQUIRED,
            None,
            Err(StatusCode::ROBUST_MANAGEMENT_POLICY_VIOLATION),
        ),
        (
            CAPABLE,
            Some(CipherSuite(0x000f_ac0b)),
            Err(StatusCode::CIPHER_REJECTED),
        ),
    ] {
        let mut bench = on_air();
        bench.frame(auth(STA));
        bench.clear();
        bench.frame(asking(flags, cipher));
        let entry = bench.commands.iter().find_map(|c| match c {
            Command::AddStation(entry) => Some(entry.flags.management_protection),
            _ => None,
        });
        let told = bench.indications.iter().find_map(|i| match i {
            Indication::IncomingAssociationRequestReceived { request, .. } => {
                Some(request.protects_management())
            }
            _ => None,
        });
        assert_eq!(entry, expected.ok(), "{flags:#x}");
        assert_eq!(told, expected.ok(), "{flags:#x}");
        let status = expected.err().unwrap_or(StatusCode::SUCCESS);
        assert_eq!(bench.last_status(), status, "{flags:#x}");
    }
}

#[test]
fn who_requires_protection_is_refused_where_there_is_none() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    bench.frame(asking(
        RsnCapabilities::MFP_CAPABLE | RsnCapabilities::MFP_REQUIRED,
        None,
    ));
    assert_eq!(bench.last_status(), StatusCode::INVALID_RSNE_CAPABILITIES);
}

#[test]
fn departures_in_clear_are_ignored_and_protected_ones_are_not() {
    let mut bench = protected();
    for frame in [deauth(STA), disassoc(STA)] {
        bench.frame(frame);
        assert!(bench.is_associated(STA));
    }
    assert_eq!(bench.rejected(Rejection::Unprotected), 2);
    bench.frame(deciphered(deauth(STA)));
    assert!(!bench.is_associated(STA));
}

#[test]
fn before_there_is_a_key_departures_come_in_clear() {
    let mut bench = on_air();
    bench.frame(auth(STA));
    bench.frame(modern());
    assert!(bench.is_associated(STA));
    bench.frame(deauth(STA));
    assert!(!bench.is_associated(STA));
}

#[test]
fn the_protected_bit_means_nothing_from_a_station_without_that_agreement() {
    let mut bench = Bench::with_open_port();
    bench.frame(deciphered(deauth(STA)));
    assert!(bench.is_associated(STA));
    assert_eq!(bench.rejected(Rejection::Unreadable), 1);
}

#[test]
fn a_new_association_must_ask_first_and_an_answer_keeps_the_old_one() {
    let mut bench = protected();
    bench.frame(auth(STA));
    bench.frame(modern());
    assert!(bench.is_associated(STA));
    assert!(!bench.names().contains(&"RemoveStation"));
    assert_eq!(comeback(&bench), 1_006);
    let [transaction] = asked(&bench)[..] else {
        panic!("one question");
    };
    let answer = SaQuery::Response(transaction).frame(up(STA));
    bench.frame(answer.clone());
    assert_eq!(bench.rejected(Rejection::Unprotected), 1);
    bench.frame(deciphered(answer));
    bench.clear();
    bench.pass(TU * 3_000);
    assert!(asked(&bench).is_empty(), "the question is settled");
    assert!(bench.is_associated(STA));
    // And the next request asks anew.
    bench.frame(modern());
    assert_eq!(asked(&bench).len(), 1);
    assert!(bench.is_associated(STA));
}

#[test]
fn a_storm_of_requests_asks_no_more_than_one_does() {
    let mut bench = protected();
    for n in 0..50 {
        bench.frame(modern());
        if n == 30 {
            bench.pass(TU * 100);
            assert!(comeback(&bench) <= 1_006);
        }
    }
    bench.pass(TU * 99);
    assert_eq!(asked(&bench).len(), 1);
    assert!(bench.is_associated(STA));
}

#[test]
fn silence_lets_the_next_association_in() {
    let mut bench = protected();
    bench.frame(modern());
    for _ in 0..5 {
        bench.pass(TU * 201);
    }
    assert_eq!(asked(&bench).len(), 5, "at 0, 201, 402, 603 and 804");
    assert!(bench.is_associated(STA), "nothing ends before");
    bench.clear();
    bench.frame(auth(STA));
    bench.frame(modern());
    assert_eq!(bench.last_status(), StatusCode::SUCCESS);
    assert!(bench.indications.contains(&Indication::Disassociation {
        peer: STA,
        reason: DisassocReason::PeerReassociated
    }));
    assert!(asked(&bench).is_empty());
}

#[test]
fn silence_is_forgotten_after_a_while() {
    let mut bench = protected();
    bench.frame(modern());
    for _ in 0..5 {
        bench.pass(TU * 201);
    }
    bench.pass(Duration::from_secs(11));
    bench.clear();
    bench.frame(modern());
    assert_eq!(asked(&bench).len(), 1);
    assert!(bench.is_associated(STA));
}

#[test]
fn a_station_may_ask_too_under_protection() {
    let mut bench = protected();
    let question = SaQuery::Request(77).frame(up(STA));
    bench.frame(question.clone());
    assert!(bench.sent().is_empty());
    bench.frame(deciphered(question));
    let ManagementBody::Action(action) = body(bench.sent()[0]) else {
        panic!("an action frame");
    };
    assert_eq!(SaQuery::from_action(&action), Some(SaQuery::Response(77)));
    bench.frame(deciphered(SaQuery::Response(1).frame(up(STA))));
    assert_eq!(bench.rejected(Rejection::Unasked), 1);
}

#[test]
fn a_question_ends_with_its_association() {
    let mut bench = protected();
    bench.frame(modern());
    bench.frame(deciphered(deauth(STA)));
    bench.clear();
    bench.pass(Duration::from_secs(2));
    assert!(asked(&bench).is_empty());
    assert_eq!(bench.port.poll_timeout(), None);
}

#[test]
fn the_last_key_of_management_frames_is_the_one_in_use() {
    let mut bench = on_air();
    bench.clear();
    for index in [4, 5, 4] {
        bench.expect_done(Request::CipherDefaultKey(DefaultKey {
            index,
            algorithm: CipherAlgorithm::BIP,
            is_static: false,
            material: Some(material(index as u8 + bench.commands.len() as u8)),
        }));
    }
    let mut used = vec![];
    for command in &bench.commands {
        if let Command::UseGroupKey { index } = command {
            used.push(*index);
        }
    }
    assert_eq!(used, [4, 5, 4]);
}

#[test]
fn isolation_is_a_setting_before_the_start_and_a_command_after_it() {
    let mut bench = Bench::ready();
    bench.clear();
    bench.expect_done(Request::IsolatePeers(true));
    assert!(bench.commands.is_empty());
    bench.expect_done(Request::StartAp);
    assert!(matches!(&bench.commands[0], Command::StartAp(config) if config.isolate));
    bench.clear();
    bench.expect_done(Request::IsolatePeers(false));
    assert_eq!(bench.commands, [Command::Isolate(false)]);
    bench.refusal = |c| matches!(c, Command::Isolate(_)).then_some(CommandErrorKind::NotSupported);
    assert_eq!(
        bench.ask(Request::IsolatePeers(true)),
        Err(NdisStatus::NOT_SUPPORTED)
    );
}

#[test]
fn a_machine_that_was_busy_does_not_take_its_silence_for_the_stations() {
    let mut bench = protected();
    bench.frame(modern());
    let [transaction] = asked(&bench)[..] else {
        panic!("one question");
    };
    // Time has passed, and what came meanwhile is read only now, in its order.
    bench.pass(Duration::from_secs(2));
    bench.frame(modern());
    assert!(bench.is_associated(STA));
    assert!(!bench.names().contains(&"RemoveStation"));
    bench.frame(deciphered(SaQuery::Response(transaction).frame(up(STA))));
    bench.clear();
    bench.pass(Duration::from_secs(2));
    assert!(asked(&bench).is_empty());
}
