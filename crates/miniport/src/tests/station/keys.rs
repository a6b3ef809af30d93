//! Keys, the port and packets of a station: rows of the native-80211-ihv reference, 9.2 to 9.7, that
//! need one.

use super::*;
use crate::tests::key_rows::{ALL_SUITES, GONE, VENDOR, VENDOR_SUITE};
use radio::KeyScope;

fn gone(peer: MacAddr) -> KeyMappingKey {
    KeyMappingKey {
        material: None,
        ..mapping_key(peer, 0)
    }
}

/// First bytes of the keys that a radio which obeyed has: pairwise, group 1.
fn in_radio(bench: &StaBench) -> (Option<u8>, Option<u8>) {
    let pairwise = KeyScope::Pairwise(AP);
    let mut keys = (None, None);
    for command in &bench.commands {
        match command {
            Command::InstallKey(key) if key.scope == pairwise => {
                keys.0 = Some(key.material.expose()[0]);
            }
            Command::InstallKey(key) if key.scope == KeyScope::Group => {
                keys.1 = Some(key.material.expose()[0]);
            }
            Command::RemoveKey { scope, .. } if *scope == pairwise => keys.0 = None,
            Command::RemoveKey { .. } => keys.1 = None,
            Command::StopListening | Command::AddStation(_) => keys = (None, None),
            _ => {}
        }
    }
    keys
}

#[test]
fn keys_of_a_station_live_as_long_as_in_tables_2_3_and_9_6() {
    fn reassociates(bench: &mut StaBench) {
        bench.connect();
    }
    fn comes_back(bench: &mut StaBench) {
        bench.station(StationRequest::Disconnect);
        bench.connect();
    }
    fn is_sent_away(bench: &mut StaBench) {
        bench.frame(bench.aps[0].deauth());
        bench.connect();
    }
    fn goes_elsewhere(bench: &mut StaBench) {
        let other = FakeAp {
            bssid: station(9),
            ..FakeAp::default()
        };
        bench.aps = vec![other];
        bench.pass(Duration::from_secs(12));
        bench.connect();
        bench.aps = vec![FakeAp::default()];
        bench.pass(Duration::from_secs(12));
        bench.connect();
    }
    fn loses_power(bench: &mut StaBench) {
        let cause = Cause::new("Off.", "On.");
        bench.event(RadioEvent::Unavailable { cause });
        bench.commands.clear();
        bench.event(RadioEvent::Ready(Box::new(station_capabilities())));
        bench.connect();
    }
    fn is_reset(bench: &mut StaBench) {
        bench.expect_done(Request::Reset { default_mib: false });
        bench.connect();
    }
    fn new_air(bench: &mut StaBench) {
        bench.event(RadioEvent::Ready(Box::new(station_capabilities())));
    }
    type Happens = fn(&mut StaBench);
    let rows: [(&str, Happens, bool, bool); 7] = [
        ("9.6 row 7", reassociates, false, true),
        ("9.6 row 8", comes_back, false, true),
        ("9.6 row 5 and 6", is_sent_away, false, true),
        ("2.3, roam", goes_elsewhere, false, true),
        ("9.6 row 10", loses_power, false, true),
        ("9.6 row 3", is_reset, false, false),
        ("9.6 row 4", new_air, true, true),
    ];
    for (id, happens, plain, fixed) in rows {
        for (is_static, survives) in [(false, plain), (true, fixed)] {
            let mut bench = StaBench::connected();
            let pairwise = KeyMappingKey {
                is_static,
                ..mapping_key(AP, 1)
            };
            bench.expect_done(Request::CipherKeyMappingKey(pairwise));
            let group = DefaultKey {
                is_static,
                ..group_key(1, 2)
            };
            bench.expect_done(Request::CipherDefaultKey(group));
            assert_eq!(in_radio(&bench), (Some(1), Some(2)), "{id}");
            happens(&mut bench);
            assert!(bench.is_connected(), "{id}");
            let expected = if survives {
                (Some(1), Some(2))
            } else {
                (None, None)
            };
            assert_eq!(in_radio(&bench), expected, "{id}, static: {is_static}");
            // A port opens on such a key, and on no other.
            assert_eq!(
                bench.set_port(true).is_ok(),
                survives,
                "{id}, static: {is_static}"
            );
        }
    }
}

#[test]
fn keys_set_early_die_at_the_association_unless_static_9_1_row_2() {
    for (is_static, expected) in [(false, (None, None)), (true, (Some(1), Some(2)))] {
        let mut bench = StaBench::ready(vec![FakeAp::default()]);
        let pairwise = KeyMappingKey {
            is_static,
            ..mapping_key(AP, 1)
        };
        bench.expect_done(Request::CipherKeyMappingKey(pairwise));
        // Of another peer: not a matter of this association.
        bench.expect_done(Request::CipherKeyMappingKey(mapping_key(station(3), 3)));
        bench.expect_done(Request::CipherDefaultKey(DefaultKey {
            is_static,
            ..group_key(1, 2)
        }));
        assert_eq!(in_radio(&bench), (None, None));
        bench.connect();
        assert_eq!(in_radio(&bench), expected);
    }
}

#[test]
fn rows_of_default_keys_of_single_stations_end_with_the_connection() {
    let rows = crate::key_table::MAX_STATION_ROWS as u32;
    let mut bench = StaBench::connected();
    let set = |bench: &mut StaBench, n, is_static| {
        let key = DefaultKey {
            is_static,
            ..group_key(1, 1)
        };
        let station = station(n);
        bench.ask_security(SecurityRequest::CipherPerStationKey { station, key })
    };
    for n in 0..rows {
        assert_eq!(set(&mut bench, n, n == 0), Ok(Reply::Done));
    }
    let full = Err(NdisStatus::INVALID_LENGTH);
    assert_eq!(set(&mut bench, rows, false), full);
    bench.station(StationRequest::Disconnect);
    for n in 1..rows {
        assert_eq!(set(&mut bench, n + rows, false), Ok(Reply::Done));
    }
    // The static one has kept its row.
    assert_eq!(set(&mut bench, 3 * rows, false), full);
}

#[test]
fn keys_are_added_replaced_and_deleted_as_in_table_9_2() {
    let mut bench = StaBench::connected();
    let set = |bench: &mut StaBench, key| bench.ask(Request::CipherKeyMappingKey(key));
    let short = KeyMappingKey {
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: KeyBytes::new(vec![9; 15]),
        }),
        ..mapping_key(AP, 9)
    };
    let inbound = KeyMappingKey {
        direction: Direction::Inbound,
        ..gone(AP)
    };
    let one_way = KeyMappingKey {
        direction: Direction::Outbound,
        ..mapping_key(AP, 4)
    };
    let done = Ok(Reply::Done);
    let steps = [
        ("row 1", mapping_key(AP, 1), done.clone(), Some(1), 1),
        ("row 4", mapping_key(AP, 1), done.clone(), Some(1), 1),
        ("row 3", short, Err(GONE), Some(1), 1),
        ("row 2", mapping_key(AP, 2), done.clone(), Some(2), 2),
        ("row 11", inbound, done.clone(), Some(2), 2),
        (
            "9.4 row 6",
            one_way,
            Err(NdisStatus::NOT_SUPPORTED),
            Some(2),
            2,
        ),
        (
            "9.4 row 4",
            mapping_key(station(1), 3),
            done.clone(),
            Some(2),
            2,
        ),
        (
            "9.4 row 1",
            mapping_key(MacAddr::BROADCAST, 3),
            Err(GONE),
            Some(2),
            2,
        ),
        (
            "9.4 row 2",
            mapping_key(MacAddr([0; 6]), 3),
            Err(GONE),
            Some(2),
            2,
        ),
        ("9.4 row 3", mapping_key(OWN, 3), Err(GONE), Some(2), 2),
        ("row 5", gone(AP), done.clone(), None, 3),
        ("row 6", gone(AP), done.clone(), None, 3),
        ("row 7", gone(station(8)), done, None, 3),
    ];
    let about_keys = |c: &Command| matches!(c, Command::InstallKey(_) | Command::RemoveKey { .. });
    for (id, key, answer, works, commands) in steps {
        assert_eq!(set(&mut bench, key), answer, "9.2 {id}");
        assert_eq!(in_radio(&bench).0, works, "9.2 {id}");
        assert_eq!(bench.count(about_keys), commands, "9.2 {id}");
    }
    // 9.2 row 12: the peer leaves, then the delete arrives.
    bench.frame(bench.aps[0].deauth());
    assert_eq!(set(&mut bench, gone(AP)), Ok(Reply::Done));
}

#[test]
fn a_full_table_refuses_and_replaces_9_4_rows_9_to_11() {
    let mut bench = StaBench::connected();
    bench.port.set_key_mapping_capacity(2);
    let set = |bench: &mut StaBench, n, byte| {
        bench.ask(Request::CipherKeyMappingKey(mapping_key(station(n), byte)))
    };
    assert_eq!(set(&mut bench, 1, 1), Ok(Reply::Done));
    assert_eq!(set(&mut bench, 2, 1), Ok(Reply::Done));
    assert_eq!(set(&mut bench, 3, 1), Err(NdisStatus::RESOURCES));
    assert_eq!(set(&mut bench, 1, 2), Ok(Reply::Done));
    bench.expect_done(Request::CipherKeyMappingKey(gone(station(2))));
    assert_eq!(set(&mut bench, 3, 1), Ok(Reply::Done));
}

#[test]
fn vendors_ciphers_are_a_stations_where_the_radio_lists_them_9_3_rows_18_to_21() {
    let key = |peer, algorithm, len| KeyMappingKey {
        peer,
        algorithm,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: KeyBytes::new(vec![7; len]),
        }),
        ..mapping_key(AP, 7)
    };
    let rsne = Rsne {
        pairwise: vec![VENDOR_SUITE],
        ..Rsne::wpa2_personal()
    };
    let ap = FakeAp {
        rsne: Some(rsne.encode().unwrap()),
        ..FakeAp::default()
    };
    let radio = |suites: &[CipherSuite]| Capabilities {
        ciphers: suites.to_vec(),
        ..station_capabilities()
    };
    let listed = [CipherSuite::CCMP, VENDOR_SUITE];
    let mut bench = StaBench::with_radio(radio(&listed), vec![ap]);
    bench.expect_done(Request::EnabledUnicastCipherAlgorithm(VENDOR));
    assert_eq!(bench.connect(), ConnectionEnd::Success);
    bench.clear();
    bench.expect_done(Request::CipherKeyMappingKey(key(AP, VENDOR, 23)));
    let [Command::InstallKey(sent)] = &bench.commands[..] else {
        panic!("9.3 row 18")
    };
    assert_eq!(sent.cipher, VENDOR_SUITE, "9.3 row 18");
    assert_eq!(sent.material.expose(), [7; 23], "9.3 row 18");
    // Row 21: any label.
    for label in [
        MacAddr::BROADCAST,
        MacAddr([0; 6]),
        OWN,
        MacAddr([1, 2, 3, 4, 5, 6]),
    ] {
        bench.expect_done(Request::CipherKeyMappingKey(key(label, VENDOR, 1)));
    }
    let other = key(AP, CipherAlgorithm(0x8014_7202), 16);
    let refused = bench.ask(Request::CipherKeyMappingKey(other));
    assert_eq!(refused, Err(GONE), "9.3 row 19");
    let mut bench = StaBench::with_radio(radio(&ALL_SUITES), vec![]);
    let enable = Request::EnabledUnicastCipherAlgorithm(VENDOR);
    assert_eq!(bench.ask(enable), Err(GONE), "9.3 row 19");
}

#[test]
fn naming_the_authentication_again_resets_ciphers_and_no_key_9_6_row_9() {
    let radio = Capabilities {
        ciphers: ALL_SUITES.to_vec(),
        ..station_capabilities()
    };
    let mut bench = StaBench::with_radio(radio, vec![FakeAp::default()]);
    bench.expect_done(Request::EnabledUnicastCipherAlgorithm(
        CipherAlgorithm::GCMP,
    ));
    let gcmp = |byte| KeyMappingKey {
        algorithm: CipherAlgorithm::GCMP,
        is_static: true,
        ..mapping_key(station(4), byte)
    };
    bench.expect_done(Request::CipherKeyMappingKey(gcmp(1)));
    bench.expect_done(Request::EnabledAuthenticationAlgorithm(
        AuthAlgorithm::RSNA_PSK,
    ));
    let refused = bench.ask(Request::CipherKeyMappingKey(gcmp(2)));
    assert_eq!(refused, Err(GONE));
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
}

#[test]
fn a_port_opens_with_a_key_that_works_and_never_without() {
    let mut bench = StaBench::connected();
    assert_eq!(bench.set_port(true), not_there());
    assert_eq!(bench.count(|c| matches!(c, Command::Authorize { .. })), 0);
    // The key is on its way: the port waits for it.
    bench.answers = false;
    let key = bench.request(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
    let open = bench.request(Request::PortStateNotification {
        peer: AP,
        open: true,
    });
    assert_eq!(bench.count(|c| matches!(c, Command::Authorize { .. })), 0);
    bench.answer_all();
    assert_eq!(bench.result(key), Ok(Reply::Done));
    assert_eq!(
        bench.count(|c| matches!(c, Command::Authorize { open: true, .. })),
        1
    );
    bench.answer_all();
    assert_eq!(bench.result(open), Ok(Reply::Done));
    bench.answers = true;
    assert!(bench.port_is_open());
    // It closes before its key goes.
    bench.clear();
    bench.expect_done(Request::CipherKeyMappingKey(gone(AP)));
    assert!(matches!(
        &bench.commands[..],
        [
            Command::Authorize { open: false, .. },
            Command::RemoveKey { .. }
        ]
    ));
    assert_eq!(bench.set_port(true), not_there());
    // A key the radio refuses opens nothing.
    bench.refusal = |c| matches!(c, Command::InstallKey(_)).then_some(CommandErrorKind::Resources);
    let refused = bench.ask(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
    assert_eq!(refused, Err(NdisStatus::RESOURCES));
    assert_eq!(bench.set_port(true), not_there());
}

#[test]
fn packets_pass_a_closed_port_to_and_from_the_access_point_only() {
    const TYPE: u16 = 0x88b5;
    let packet = |peer, ether_type| SecurityRequest::SendVendorPacket {
        peer,
        ether_type,
        payload: vec![1, 2],
    };
    let mut bench = StaBench::connected();
    let types = SecurityRequest::ReceiveEtherTypes(vec![TYPE]);
    assert_eq!(bench.ask_security(types), Ok(Reply::Done));
    bench.clear();
    assert_eq!(bench.ask_security(packet(AP, TYPE)), Ok(Reply::Done));
    let sent = Command::SendPacket {
        peer: AP,
        ether_type: TYPE,
        payload: vec![1, 2],
        in_clear: false,
    };
    assert_eq!(bench.commands, [sent]);
    assert_eq!(bench.ask_security(packet(station(1), TYPE)), not_there());
    bench.expect_done(Request::SendPacket {
        peer: AP,
        pdu: vec![2],
    });
    let other = Request::SendPacket {
        peer: station(1),
        pdu: vec![2],
    };
    assert_eq!(bench.ask(other), not_there());
    for (peer, ether_type) in [(AP, TYPE), (station(1), TYPE), (AP, 0x88b6)] {
        let payload = vec![3];
        bench.event(RadioEvent::Packet {
            peer,
            ether_type,
            payload,
        });
    }
    for peer in [AP, station(1)] {
        bench.event(RadioEvent::Eapol { peer, pdu: vec![2] });
    }
    assert_eq!(bench.story(), ["packet", "eapol"]);
    assert_eq!(bench.rejected(Rejection::StrayPacket), 2);
    assert_eq!(bench.rejected(Rejection::StrayEapol), 1);
    // The lists outlive the connection.
    bench.station(StationRequest::Disconnect);
    assert_eq!(bench.ask_security(packet(AP, TYPE)), not_there());
    bench.connect();
    bench.clear();
    bench.event(RadioEvent::Packet {
        peer: AP,
        ether_type: TYPE,
        payload: vec![3],
    });
    assert_eq!(bench.story(), ["packet"]);
}
