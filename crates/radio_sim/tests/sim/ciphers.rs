//! What keys do to frames (native-80211-ihv reference, 9.7), with each cipher the radio offers.

use crate::support::*;
use ::radio::{Command, CommandErrorKind, Key, Radio, RadioEvent};
use clock::Duration;
use dot11::frame::{DataHeader, FrameControl, FrameType, encapsulate_llc};
use dot11::{CipherSuite, ETHERTYPE_EAPOL, KeyBytes, MacAddr};
use radio_sim::SimConfig;
use rsn::ccmp::CcmpSender;
use rsn::gcmp::{GcmpReceiver, GcmpSender};

const PEER: MacAddr = MacAddr([2, 9, 9, 9, 9, 7]);
const TK: [u8; 16] = [0x42; 16];
const CIPHERS: [CipherSuite; 2] = [CipherSuite::CCMP, CipherSuite::GCMP];

fn on_air(cipher: CipherSuite) -> Bench {
    Bench::started_with(SimConfig::with_seed(3), |c| c.cipher = cipher)
}

/// `PEER` is associated; the port is open.
fn with_peer(cipher: CipherSuite) -> Bench {
    let mut bench = on_air(cipher);
    bench.command(Command::AddStation(Box::new(entry(PEER, 7, false))));
    bench.command(Command::Authorize {
        peer: PEER,
        open: true,
    });
    bench.radio.set_tap(true, bench.now);
    bench
}

fn key(cipher: CipherSuite) -> Key {
    Key {
        cipher,
        ..pairwise_key(PEER, KeyBytes::copy_from(&TK))
    }
}

fn install(bench: &mut Bench, cipher: CipherSuite) {
    let id = bench.command(Command::InstallKey(key(cipher)));
    assert_eq!(bench.result(id), Ok(()));
}

/// A body the host behind the access point answers.
fn echo_request() -> Vec<u8> {
    encapsulate_llc(0x88b6, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

fn protected(cipher: CipherSuite, key_id: u8) -> Vec<u8> {
    let frame = DataHeader::to_ds(AP, PEER, AP).encode(&echo_request());
    let mut out = Vec::new();
    if cipher == CipherSuite::GCMP {
        GcmpSender::new(&TK, key_id)
            .protect(&frame, &mut out)
            .unwrap();
    } else {
        CcmpSender::new(&TK, key_id)
            .protect(&frame, &mut out)
            .unwrap();
    }
    out
}

fn inject(bench: &mut Bench, frame: Vec<u8>) {
    bench.radio.inject(frame, bench.now);
    bench.run(Duration::from_millis(1));
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

#[test]
fn the_radio_offers_ccmp_gcmp_and_bip() {
    let mut radio = radio_sim::SimRadio::new(SimConfig::default());
    radio.poll_event();
    let Some(RadioEvent::Ready(capabilities)) = radio.poll_event() else {
        panic!("no capabilities");
    };
    assert_eq!(capabilities.ciphers[..2], CIPHERS);
    assert_eq!(capabilities.ciphers[2..], [CipherSuite::BIP_CMAC_128]);
}

#[test]
fn stations_join_and_talk_under_each_cipher() {
    for cipher in CIPHERS {
        let mut bench = on_air(cipher);
        bench.radio.set_tap(true, bench.now);
        bench.joined("a", primary());
        bench.joined("b", secondary());
        assert_eq!(bench.traffic("a", 50), (50, 50), "{cipher}");
        let to_all = encapsulate_llc(0x0800, &[0; 20]);
        bench
            .radio
            .send_from_host(MacAddr::BROADCAST, &to_all, bench.now);
        bench.run(Duration::from_millis(5));
        for name in ["a", "b"] {
            assert_eq!(bench.radio.station_counters(name).unwrap().group, 1);
        }
        // Nothing but the handshake ever flew in clear.
        let clear = down(&mut bench)
            .into_iter()
            .filter(|f| !is_protected(f))
            .filter(|f| f.get(30..32) != Some(&ETHERTYPE_EAPOL.to_be_bytes()))
            .filter(|f| f.get(32..34) != Some(&ETHERTYPE_EAPOL.to_be_bytes()))
            .count();
        assert_eq!(clear, 0, "{cipher}");
    }
}

#[test]
fn a_key_of_one_cipher_opens_no_frame_of_the_other() {
    for (has, comes) in [
        (CipherSuite::CCMP, CipherSuite::GCMP),
        (CipherSuite::GCMP, CipherSuite::CCMP),
    ] {
        let mut bench = with_peer(has);
        install(&mut bench, has);
        inject(&mut bench, protected(comes, 0));
        let counters = bench.radio.ap_counters();
        assert_eq!((counters.undecryptable, counters.echoed), (1, 0));
    }
}

#[test]
fn eapol_is_clear_before_the_key_and_ciphered_after_9_7_rows_1_and_2() {
    for cipher in CIPHERS {
        let mut bench = with_peer(cipher);
        let pdu = vec![2, 3, 0, 0];
        let eapol = |bench: &mut Bench| {
            bench.command(Command::SendEapol {
                peer: PEER,
                pdu: pdu.clone(),
            });
            bench.run(Duration::from_millis(1));
            let sent = down(bench);
            assert!(!sent.is_empty());
            sent
        };
        let before = eapol(&mut bench);
        assert!(before.iter().all(|f| !is_protected(f)), "9.7 row 1");
        install(&mut bench, cipher);
        let after = eapol(&mut bench);
        assert!(after.iter().all(|f| is_protected(f)), "9.7 row 2");
        if cipher == CipherSuite::GCMP {
            let mut plain = Vec::new();
            let mut receiver = GcmpReceiver::new(&TK, 0);
            receiver.unprotect(&after[0], &mut plain).unwrap();
            assert!(plain.ends_with(&pdu));
        }
    }
}

#[test]
fn clear_data_is_discarded_and_counted_9_7_row_7() {
    for cipher in CIPHERS {
        let mut bench = with_peer(cipher);
        install(&mut bench, cipher);
        let frame = DataHeader::to_ds(AP, PEER, AP).encode(&echo_request());
        inject(&mut bench, frame);
        let counters = bench.radio.ap_counters();
        assert_eq!((counters.unencrypted, counters.echoed), (1, 0));
    }
}

#[test]
fn a_replay_is_counted_as_one_and_as_nothing_else_9_7_row_8() {
    for cipher in CIPHERS {
        let mut bench = with_peer(cipher);
        install(&mut bench, cipher);
        let frame = protected(cipher, 0);
        inject(&mut bench, frame.clone());
        inject(&mut bench, frame);
        let counters = bench.radio.ap_counters();
        let seen = (counters.echoed, counters.replayed, counters.undecryptable);
        assert_eq!(seen, (1, 1, 0), "{cipher}");
    }
}

#[test]
fn the_transmitter_names_the_key_whatever_the_key_id_9_7_row_9() {
    for cipher in CIPHERS {
        let mut bench = with_peer(cipher);
        install(&mut bench, cipher);
        inject(&mut bench, protected(cipher, 2));
        let counters = bench.radio.ap_counters();
        assert_eq!((counters.echoed, counters.undecryptable), (1, 0));
    }
}

#[test]
fn group_frames_take_the_default_key_and_never_the_mapping_key_9_7_row_10() {
    for cipher in CIPHERS {
        let mut bench = with_peer(cipher);
        install(&mut bench, cipher);
        let to_all = encapsulate_llc(0x0800, &[0; 20]);
        bench
            .radio
            .send_from_host(MacAddr::BROADCAST, &to_all, bench.now);
        bench.run(Duration::from_millis(1));
        let sent = down(&mut bench);
        assert!(!sent.is_empty());
        assert!(sent.iter().all(|f| rsn::ccmp::key_id(f) == Some(1)));
        assert_eq!(bench.radio.station_row(PEER).unwrap().sent_pn, 0);
    }
}

#[test]
fn a_closed_port_passes_no_data_though_there_is_a_key_9_7_row_11() {
    let mut bench = with_peer(CipherSuite::CCMP);
    install(&mut bench, CipherSuite::CCMP);
    bench.command(Command::Authorize {
        peer: PEER,
        open: false,
    });
    bench.radio.send_from_host(PEER, &echo_request(), bench.now);
    bench.run(Duration::from_millis(1));
    assert!(down(&mut bench).is_empty());
}

#[test]
fn without_its_key_data_stops_and_never_goes_in_clear_9_2_row_5() {
    for cipher in CIPHERS {
        let mut bench = with_peer(cipher);
        install(&mut bench, cipher);
        bench.command(Command::RemoveKey {
            scope: key(cipher).scope,
            index: 0,
        });
        bench.radio.send_from_host(PEER, &echo_request(), bench.now);
        bench.run(Duration::from_millis(1));
        assert!(down(&mut bench).is_empty(), "{cipher}");
        inject(&mut bench, protected(cipher, 0));
        assert_eq!(bench.radio.ap_counters().undecryptable, 1);
    }
}

#[test]
fn a_full_table_takes_nobody_new_and_numbers_may_repeat() {
    let config = SimConfig {
        table_size: 3_000,
        ..SimConfig::default()
    };
    let mut bench = Bench::started_with(config, |_| {});
    let mac = |n: u16| {
        let [a, b] = n.to_be_bytes();
        MacAddr([2, 9, 9, 9, a, b])
    };
    let add = |bench: &mut Bench, n: u16| {
        let entry = entry(mac(n), n % 2_007 + 1, false);
        let id = bench.command(Command::AddStation(Box::new(entry)));
        let key = pairwise_key(mac(n), KeyBytes::copy_from(&TK));
        bench.command(Command::InstallKey(key));
        let result = bench.result(id).map_err(|e| e.kind);
        bench.events.clear();
        result
    };
    for n in 0..3_000 {
        assert_eq!(add(&mut bench, n), Ok(()));
    }
    assert_eq!(add(&mut bench, 3_000), Err(CommandErrorKind::Resources));
    assert_eq!(add(&mut bench, 2_999), Ok(()), "in place of itself");
    assert!((0..3_000).all(|n| bench.radio.station_row(mac(n)).unwrap().keyed));
    bench.command(Command::RemoveStation {
        peer: mac(7),
        reason: dot11::ReasonCode::UNSPECIFIED,
    });
    assert_eq!(add(&mut bench, 3_000), Ok(()));
    assert_eq!(bench.radio.station_rows().len(), 3_000);
}
