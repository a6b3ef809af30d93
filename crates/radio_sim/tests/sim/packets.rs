//! Frames of vendors' EtherTypes at the access point (native-80211-ihv reference, 6.3, 6.4, 9.7).

use ::radio::{Arrival, Command, CommandErrorKind, EtherTypeRule, Key, RadioEvent};
use clock::Duration;
use dot11::frame::{DataHeader, FrameControl, FrameType, encapsulate_llc};
use dot11::{CipherSuite, ETHERTYPE_EAPOL, KeyBytes, MacAddr};
use radio_sim::{ApCounters, SimConfig};
use rsn::ccmp::{CcmpReceiver, CcmpSender};
use rsn::gcmp::{GcmpReceiver, GcmpSender};

use crate::support::*;

const PEER: MacAddr = MacAddr([2, 9, 9, 9, 9, 7]);
const OTHER: MacAddr = MacAddr([2, 9, 9, 9, 9, 8]);
const OURS: u16 = 0x88b7;
const TK: [u8; 16] = [0x42; 16];
const CIPHERS: [CipherSuite; 2] = [CipherSuite::CCMP, CipherSuite::GCMP];

fn rule(unicast: Arrival) -> EtherTypeRule {
    EtherTypeRule {
        ether_type: OURS,
        hand_up: true,
        unicast,
        group: Arrival::Protected,
    }
}

/// `PEER` is associated; its port is closed.
fn with_peer(cipher: CipherSuite) -> Bench {
    let mut bench = Bench::started_with(SimConfig::with_seed(3), |c| c.cipher = cipher);
    bench.command(Command::AddStation(Box::new(entry(PEER, 7, false))));
    bench.radio.set_tap(true, bench.now);
    bench
}

fn install(bench: &mut Bench, peer: MacAddr, cipher: CipherSuite) {
    let key = Key {
        cipher,
        ..pairwise_key(peer, KeyBytes::copy_from(&TK))
    };
    let id = bench.command(Command::InstallKey(key));
    assert_eq!(bench.result(id), Ok(()));
}

fn set_rules(bench: &mut Bench, rules: Vec<EtherTypeRule>) {
    let id = bench.command(Command::SetEtherTypes(rules));
    assert_eq!(bench.result(id), Ok(()));
}

fn send(bench: &mut Bench, payload: &[u8], in_clear: bool) -> Vec<Vec<u8>> {
    let id = bench.command(Command::SendPacket {
        peer: PEER,
        ether_type: OURS,
        payload: payload.to_vec(),
        in_clear,
    });
    assert_eq!(bench.result(id), Ok(()));
    bench.run(Duration::from_millis(1));
    down(bench)
}

/// Data frames the access point sent since the last look.
fn down(bench: &mut Bench) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| bench.radio.poll_tap())
        .map(|f| f.bytes)
        .filter(|f| {
            let control = FrameControl::from_frame(f).unwrap();
            control.frame_type() == FrameType::Data && control.has(FrameControl::FROM_DS)
        })
        .collect()
}

fn is_protected(frame: &[u8]) -> bool {
    FrameControl::from_frame(frame)
        .unwrap()
        .has(FrameControl::PROTECTED)
}

fn protect(cipher: CipherSuite, frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match cipher {
        CipherSuite::GCMP => GcmpSender::new(&TK, 0).protect(frame, &mut out),
        _ => CcmpSender::new(&TK, 0).protect(frame, &mut out),
    }
    .unwrap();
    out
}

fn unprotect(cipher: CipherSuite, frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match cipher {
        CipherSuite::GCMP => GcmpReceiver::new(&TK, 0).unprotect(frame, &mut out),
        _ => CcmpReceiver::new(&TK, 0).unprotect(frame, &mut out),
    }
    .unwrap();
    out
}

fn to(destination: MacAddr, ether_type: u16, payload: &[u8]) -> Vec<u8> {
    DataHeader::to_ds(AP, PEER, destination).encode(&encapsulate_llc(ether_type, payload))
}

fn inject(bench: &mut Bench, frame: Vec<u8>) {
    bench.radio.inject(frame, bench.now);
    bench.run(Duration::from_millis(1));
}

/// Payloads that came up.
fn packets(bench: &mut Bench) -> Vec<Vec<u8>> {
    let taken = std::mem::take(&mut bench.events);
    let payloads = taken.into_iter().filter_map(|e| match e {
        RadioEvent::Packet {
            peer: PEER,
            ether_type: OURS,
            payload,
        } => Some(payload),
        RadioEvent::Packet { .. } => panic!("{e:?}"),
        _ => None,
    });
    payloads.collect()
}

#[test]
fn packets_are_ciphered_exactly_when_there_is_a_key_unless_in_clear_9_7_rows_1_to_3() {
    for cipher in CIPHERS {
        // Key, in clear, protected.
        let rows = [
            (false, false, false),
            (true, false, true),
            (true, true, false),
            (false, true, false),
        ];
        for (keyed, in_clear, protected) in rows {
            let mut bench = with_peer(cipher);
            if keyed {
                install(&mut bench, PEER, cipher);
            }
            let sent = send(&mut bench, b"hello", in_clear);
            let [frame] = sent.as_slice() else {
                panic!("{sent:?}");
            };
            assert_eq!(
                is_protected(frame),
                protected,
                "{cipher} {keyed} {in_clear}"
            );
            let plain = match protected {
                true => unprotect(cipher, frame),
                false => frame.clone(),
            };
            assert!(plain.ends_with(&encapsulate_llc(OURS, b"hello")));
        }
    }
}

#[test]
fn arrivals_are_judged_by_key_and_protection_9_7_rows_4_to_7() {
    use Arrival::{InClear, InClearWithoutKey, Protected};
    // Rule, key, protected: whether it comes up, and what is counted else.
    let unencrypted = |c: &ApCounters| c.unencrypted;
    let overprotected = |c: &ApCounters| c.overprotected;
    let undecryptable = |c: &ApCounters| c.undecryptable;
    type Counter = fn(&ApCounters) -> u64;
    let table: [(Arrival, bool, bool, Option<Counter>); 12] = [
        (InClearWithoutKey, false, false, None),             // row 4
        (InClearWithoutKey, true, false, Some(unencrypted)), // row 5
        (InClearWithoutKey, true, true, None),
        (InClearWithoutKey, false, true, Some(undecryptable)),
        (InClear, false, false, None),
        (InClear, true, false, None),
        (InClear, true, true, Some(overprotected)), // row 6
        (InClear, false, true, Some(undecryptable)),
        (Protected, false, false, Some(unencrypted)), // row 7
        (Protected, true, false, Some(unencrypted)),
        (Protected, true, true, None),
        (Protected, false, true, Some(undecryptable)),
    ];
    for cipher in CIPHERS {
        for (arrival, keyed, protected, counter) in table {
            let case = format!("{cipher} {arrival:?} keyed {keyed} protected {protected}");
            let mut bench = with_peer(cipher);
            set_rules(&mut bench, vec![rule(arrival)]);
            if keyed {
                install(&mut bench, PEER, cipher);
            }
            let frame = to(AP, OURS, b"hello");
            let frame = match protected {
                true => protect(cipher, &frame),
                false => frame,
            };
            inject(&mut bench, frame);
            let up = packets(&mut bench);
            let counters = bench.radio.ap_counters();
            match counter {
                None => assert_eq!(up, [b"hello".to_vec()], "{case}"),
                Some(counter) => {
                    assert!(up.is_empty(), "{case}");
                    assert_eq!(counter(&counters), 1, "{case}: {counters:?}");
                }
            }
            let fates = counters.unencrypted + counters.overprotected + counters.undecryptable;
            assert_eq!(fates, u64::from(counter.is_some()), "{case}: {counters:?}");
        }
    }
}

#[test]
fn a_rule_is_for_its_own_ether_type_and_not_for_eapol() {
    let mut bench = with_peer(CipherSuite::CCMP);
    set_rules(&mut bench, vec![rule(Arrival::InClear)]);
    inject(&mut bench, to(AP, OURS + 1, b"hello"));
    assert_eq!(bench.radio.ap_counters().unencrypted, 1);
    inject(&mut bench, to(AP, ETHERTYPE_EAPOL, &[2, 3, 0, 0]));
    assert!(packets(&mut bench).is_empty());
}

#[test]
fn what_is_handed_up_is_never_passed_on_or_answered() {
    // Also with an open port, and the echo's own EtherType.
    const ECHO: u16 = 0x88b6;
    let request = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let hand_up = EtherTypeRule {
        ether_type: ECHO,
        ..rule(Arrival::Protected)
    };
    for rules in [vec![], vec![hand_up]] {
        let mut bench = with_peer(CipherSuite::CCMP);
        bench.command(Command::AddStation(Box::new(entry(OTHER, 8, false))));
        for peer in [PEER, OTHER] {
            install(&mut bench, peer, CipherSuite::CCMP);
            bench.command(Command::Authorize { peer, open: true });
        }
        let as_data = rules.is_empty();
        set_rules(&mut bench, rules);
        bench.events.clear();
        let mut sender = CcmpSender::new(&TK, 0);
        for destination in [AP, OTHER, MacAddr::BROADCAST] {
            let mut frame = Vec::new();
            sender
                .protect(&to(destination, ECHO, &request), &mut frame)
                .unwrap();
            inject(&mut bench, frame);
        }
        let counters = bench.radio.ap_counters();
        let ups = bench
            .events
            .iter()
            .filter(|e| {
                matches!(
                    e,
                    RadioEvent::Packet {
                        peer: PEER,
                        ether_type: ECHO,
                        ..
                    }
                )
            })
            .count();
        let seen = (
            counters.echoed,
            counters.forwarded,
            counters.foreign_eapol,
            ups,
        );
        // To us and to all it is handed up; what is for another station is dropped.
        let wanted = if as_data { (1, 2, 0, 0) } else { (0, 0, 1, 2) };
        assert_eq!(seen, wanted);
    }
}

#[test]
fn a_rule_that_hands_nothing_up_passes_data_through_an_open_port_only() {
    let in_clear = EtherTypeRule {
        ether_type: 0x88b6,
        hand_up: false,
        ..rule(Arrival::InClear)
    };
    let request = to(AP, 0x88b6, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut bench = with_peer(CipherSuite::CCMP);
    set_rules(&mut bench, vec![in_clear]);
    inject(&mut bench, request.clone());
    let counters = bench.radio.ap_counters();
    assert_eq!((counters.echoed, counters.unauthorized), (0, 1));
    bench.command(Command::Authorize {
        peer: PEER,
        open: true,
    });
    inject(&mut bench, request);
    assert_eq!(bench.radio.ap_counters().echoed, 1);
    // The answer is data: without a key it does not go.
    assert!(down(&mut bench).is_empty());
}

#[test]
fn rules_survive_the_end_of_a_run_and_can_be_set_before_the_first() {
    let mut bench = Bench::new(SimConfig::with_seed(3));
    set_rules(&mut bench, vec![rule(Arrival::InClear)]);
    for _ in 0..2 {
        bench.command(Command::StartAp(Box::new(ap_config())));
        bench.command(Command::AddStation(Box::new(entry(PEER, 7, false))));
        inject(&mut bench, to(AP, OURS, b"hello"));
        assert_eq!(packets(&mut bench).len(), 1);
        bench.command(Command::StopAp);
    }
    set_rules(&mut bench, vec![]);
    bench.command(Command::StartAp(Box::new(ap_config())));
    bench.command(Command::AddStation(Box::new(entry(PEER, 7, false))));
    inject(&mut bench, to(AP, OURS, b"hello"));
    assert!(packets(&mut bench).is_empty());
}

#[test]
fn packets_that_cannot_be_are_refused() {
    let mut bench = with_peer(CipherSuite::CCMP);
    let mut half = entry(OTHER, 8, false);
    half.flags.associated = false;
    bench.command(Command::AddStation(Box::new(half)));
    let nobody = MacAddr([2, 1, 1, 1, 1, 1]);
    let rows = [
        (PEER, OURS, 2_296, None),
        (PEER, OURS, 0, None),
        (PEER, 0x0600, 1, None),
        (PEER, OURS, 2_297, Some(CommandErrorKind::Invalid)),
        (PEER, ETHERTYPE_EAPOL, 1, Some(CommandErrorKind::Invalid)),
        (PEER, 0x05ff, 1, Some(CommandErrorKind::Invalid)),
        (OTHER, OURS, 1, Some(CommandErrorKind::Invalid)),
        (nobody, OURS, 1, Some(CommandErrorKind::NotFound)),
        (
            MacAddr::BROADCAST,
            OURS,
            1,
            Some(CommandErrorKind::NotFound),
        ),
    ];
    for (peer, ether_type, len, kind) in rows {
        let id = bench.command(Command::SendPacket {
            peer,
            ether_type,
            payload: vec![7; len],
            in_clear: false,
        });
        let refused = bench.result(id).err().map(|e| e.kind);
        assert_eq!(refused, kind, "{peer} {ether_type:#x} {len}");
    }
    let id = bench.command(Command::Listen(::radio::ListenConfig {
        channel: dot11::Channel::new(6).unwrap(),
        bssid: None,
    }));
    assert_eq!(
        bench.result(id).unwrap_err().kind,
        CommandErrorKind::NotSupported
    );
}

#[test]
fn a_packet_for_a_dozing_station_waits_and_is_ciphered_with_the_key_it_finds() {
    let mut bench = with_peer(CipherSuite::CCMP);
    let doze = |dozes: bool| {
        let flags = if dozes {
            FrameControl::POWER_MANAGEMENT
        } else {
            0
        };
        DataHeader::to_ds(AP, PEER, AP)
            .as_null()
            .with(flags)
            .encode(&[])
    };
    inject(&mut bench, doze(true));
    assert!(send(&mut bench, b"hello", false).is_empty());
    install(&mut bench, PEER, CipherSuite::CCMP);
    inject(&mut bench, doze(false));
    let sent = down(&mut bench);
    assert_eq!(sent.len(), 1);
    assert!(is_protected(&sent[0]));
}
