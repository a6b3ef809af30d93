//! Key tables and the port that waits for them (native-80211-ihv reference, 9.2 to 9.6).

use super::*;
use radio::{Key, KeyScope};

fn set(bench: &mut Bench, key: KeyMappingKey) -> Result<Reply, NdisStatus> {
    bench.ask(Request::CipherKeyMappingKey(key))
}

fn delete(peer: MacAddr) -> KeyMappingKey {
    KeyMappingKey {
        material: None,
        ..mapping_key(peer, 0)
    }
}

fn installed(bench: &Bench) -> Vec<&Key> {
    bench
        .commands
        .iter()
        .filter_map(|c| match c {
            Command::InstallKey(key) => Some(key),
            _ => None,
        })
        .collect()
}

#[test]
fn a_mapping_key_of_an_associated_peer_goes_to_the_radio() {
    let mut bench = Bench::with_station();
    let mut key = mapping_key(STA, 5);
    key.material = Some(KeyMaterial {
        receive_counter: 9,
        ..material(5)
    });
    assert_eq!(set(&mut bench, key), Ok(Reply::Done));
    let [key] = installed(&bench)[..] else {
        panic!()
    };
    assert_eq!((key.scope, key.index), (KeyScope::Pairwise(STA), 0));
    assert_eq!(key.receive_counter, Some(9));
    assert_eq!(key.material.expose(), [5; 16]);
}

#[test]
fn the_same_key_again_reaches_no_radio() {
    let mut bench = Bench::with_station();
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
    assert_eq!(bench.names(), ["InstallKey"]);
    assert_eq!(set(&mut bench, mapping_key(STA, 6)), Ok(Reply::Done));
    assert_eq!(bench.names(), ["InstallKey", "InstallKey"]);
}

#[test]
fn a_faulty_key_is_refused_before_anything_is_touched() {
    let mut bench = Bench::with_open_port();
    let good = || mapping_key(STA, 9);
    let short = KeyMaterial {
        receive_counter: 0,
        key: KeyBytes::new(vec![9; 15]),
    };
    let counter = KeyMaterial {
        receive_counter: 1 << 48,
        ..material(9)
    };
    for (key, status) in [
        (mapping_key(MacAddr::BROADCAST, 9), NdisStatus::INVALID_DATA),
        (mapping_key(MacAddr([0; 6]), 9), NdisStatus::INVALID_DATA),
        (mapping_key(AP, 9), NdisStatus::INVALID_DATA),
        (
            KeyMappingKey {
                algorithm: CipherAlgorithm::TKIP,
                ..good()
            },
            NdisStatus::INVALID_DATA,
        ),
        (
            KeyMappingKey {
                algorithm: CipherAlgorithm::NONE,
                ..good()
            },
            NdisStatus::INVALID_DATA,
        ),
        (
            KeyMappingKey {
                algorithm: CipherAlgorithm(0x8000_0001),
                ..good()
            },
            NdisStatus::INVALID_DATA,
        ),
        (
            KeyMappingKey {
                material: Some(short),
                ..good()
            },
            NdisStatus::INVALID_DATA,
        ),
        (
            KeyMappingKey {
                material: Some(counter),
                ..good()
            },
            NdisStatus::INVALID_DATA,
        ),
        (
            KeyMappingKey {
                direction: Direction::Inbound,
                ..good()
            },
            NdisStatus::NOT_SUPPORTED,
        ),
        (
            KeyMappingKey {
                direction: Direction::Outbound,
                ..good()
            },
            NdisStatus::NOT_SUPPORTED,
        ),
    ] {
        let text = format!("{key:?}");
        assert_eq!(set(&mut bench, key), Err(status), "{text}");
    }
    assert!(bench.commands.is_empty());
    // The old key is the one that is there.
    assert_eq!(set(&mut bench, mapping_key(STA, 1)), Ok(Reply::Done));
    assert!(bench.commands.is_empty());
}

#[test]
fn deleting_succeeds_whatever_is_there() {
    let mut bench = Bench::with_station();
    assert_eq!(set(&mut bench, delete(station(7))), Ok(Reply::Done));
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
    let other_way = KeyMappingKey {
        direction: Direction::Inbound,
        ..delete(STA)
    };
    assert_eq!(set(&mut bench, other_way), Ok(Reply::Done));
    assert_eq!(bench.names(), ["InstallKey"]);
    let other_cipher = KeyMappingKey {
        algorithm: CipherAlgorithm::TKIP,
        ..delete(STA)
    };
    assert_eq!(set(&mut bench, other_cipher), Ok(Reply::Done));
    assert_eq!(set(&mut bench, delete(STA)), Ok(Reply::Done));
    assert_eq!(bench.names(), ["InstallKey", "RemoveKey"]);
}

#[test]
fn a_key_the_radio_has_already_dropped_is_deleted_with_success() {
    let mut bench = Bench::with_station();
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
    bench.refusal = |_| Some(CommandErrorKind::NotFound);
    assert_eq!(set(&mut bench, delete(STA)), Ok(Reply::Done));
}

#[test]
fn deleting_the_key_of_an_open_port_closes_it_first() {
    let mut bench = Bench::with_open_port();
    assert_eq!(set(&mut bench, delete(STA)), Ok(Reply::Done));
    assert_eq!(bench.names(), ["Unauthorize", "RemoveKey"]);
}

#[test]
fn a_key_set_before_its_peer_comes_is_installed_when_it_comes() {
    let mut bench = Bench::on_air();
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
    assert!(bench.commands.is_empty());
    bench.join(STA);
    assert_eq!(
        bench.names(),
        [
            "SendManagement",
            "AddStation",
            "InstallKey",
            "SendManagement"
        ]
    );
}

#[test]
fn a_key_that_is_not_static_dies_with_the_association() {
    let mut bench = Bench::with_open_port();
    bench.frame(deauth(STA));
    bench.clear();
    bench.join(STA);
    assert!(installed(&bench).is_empty());
}

#[test]
fn a_static_key_is_installed_again_when_its_peer_comes_back() {
    let mut bench = Bench::with_station();
    let key = KeyMappingKey {
        is_static: true,
        ..mapping_key(STA, 5)
    };
    assert_eq!(set(&mut bench, key), Ok(Reply::Done));
    bench.frame(deauth(STA));
    bench.clear();
    bench.join(STA);
    assert_eq!(installed(&bench).len(), 1);
}

#[test]
fn a_reset_clears_all_keys_even_static_ones() {
    let mut bench = Bench::with_station();
    let key = KeyMappingKey {
        is_static: true,
        ..mapping_key(STA, 5)
    };
    assert_eq!(set(&mut bench, key), Ok(Reply::Done));
    bench.expect_done(Request::CipherDefaultKey(group_key(1, 1)));
    bench.expect_done(Request::Reset { default_mib: false });
    bench.clear();
    bench.expect_done(Request::StartAp);
    assert_eq!(bench.names(), ["StartAp"]);
    bench.join(STA);
    assert!(installed(&bench).is_empty());
}

#[test]
fn a_full_table_refuses_new_peers_and_serves_old_ones() {
    let mut bench = Bench::on_air();
    for n in 0..crate::key_table::MAX_MAPPING_KEYS as u32 {
        assert_eq!(set(&mut bench, mapping_key(station(n), 5)), Ok(Reply::Done));
    }
    assert_eq!(
        set(&mut bench, mapping_key(STA, 5)),
        Err(NdisStatus::RESOURCES)
    );
    assert_eq!(set(&mut bench, mapping_key(station(3), 6)), Ok(Reply::Done));
    assert_eq!(set(&mut bench, delete(station(4))), Ok(Reply::Done));
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
}

#[test]
fn a_refused_key_travels_up_with_its_cause() {
    let mut bench = Bench::with_station();
    bench.refusal = |_| Some(CommandErrorKind::Resources);
    let id = bench.request(Request::CipherKeyMappingKey(mapping_key(STA, 5)));
    assert_eq!(bench.result(id), Err(NdisStatus::RESOURCES));
    let failure = bench
        .completions
        .last()
        .unwrap()
        .result
        .clone()
        .unwrap_err();
    assert_eq!(failure.cause.text, "The fake refuses.");
    // It is not in the table: setting it again tries again.
    bench.refusal = |_| None;
    bench.clear();
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
    assert_eq!(bench.names(), ["InstallKey"]);
}

#[test]
fn a_refused_replacement_leaves_the_old_key_in_the_table() {
    let mut bench = Bench::with_open_port();
    bench.refusal = |_| Some(CommandErrorKind::Failed);
    assert_eq!(
        set(&mut bench, mapping_key(STA, 2)),
        Err(NdisStatus::FAILURE)
    );
    bench.refusal = |_| None;
    bench.clear();
    assert_eq!(set(&mut bench, mapping_key(STA, 1)), Ok(Reply::Done));
    assert!(bench.commands.is_empty());
    let Ok(Reply::PeerInfo(peers)) = bench.ask(Request::EnumPeerInfo) else {
        panic!()
    };
    assert!(peers[0].port_open);
}

#[test]
fn a_port_opens_only_after_its_key_works() {
    let mut bench = Bench::with_station();
    bench.answers = false;
    bench.request(Request::CipherKeyMappingKey(mapping_key(STA, 5)));
    let open = bench.request(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    assert_eq!(bench.names(), ["InstallKey"]);
    assert!(!bench.is_answered(open));
    bench.answer_all();
    assert_eq!(bench.names(), ["InstallKey", "Authorize"]);
    bench.answer_all();
    assert_eq!(bench.result(open), Ok(Reply::Done));
}

#[test]
fn a_port_whose_key_is_refused_stays_closed() {
    let mut bench = Bench::with_station();
    bench.answers = false;
    bench.request(Request::CipherKeyMappingKey(mapping_key(STA, 5)));
    let open = bench.request(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    bench.refusal = |_| Some(CommandErrorKind::Resources);
    bench.answer_all();
    assert_eq!(bench.result(open), Err(NdisStatus::RESOURCES));
    assert!(!bench.names().contains(&"Authorize"));
}

#[test]
fn a_port_without_a_key_does_not_open() {
    let mut bench = Bench::with_station();
    let open = Request::PortStateNotification {
        peer: STA,
        open: true,
    };
    assert_eq!(bench.ask(open), Err(NdisStatus::INVALID_STATE));
    let open = Request::PortStateNotification {
        peer: station(1),
        open: true,
    };
    assert_eq!(bench.ask(open), Err(NdisStatus::INVALID_STATE));
    bench.expect_done(Request::PortStateNotification {
        peer: station(1),
        open: false,
    });
    assert!(bench.commands.is_empty());
}

#[test]
fn a_station_that_leaves_answers_what_waits_for_its_key() {
    let mut bench = Bench::with_station();
    bench.answers = false;
    let key = bench.request(Request::CipherKeyMappingKey(mapping_key(STA, 5)));
    let open = bench.request(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    bench.frame(deauth(STA));
    assert_eq!(bench.result(open), Err(NdisStatus::INVALID_STATE));
    bench.answer_all();
    assert_eq!(bench.result(key), Ok(Reply::Done));
    // The late answer did not leave a key behind.
    bench.clear();
    bench.answers = true;
    bench.join(STA);
    assert!(installed(&bench).is_empty());
}

#[test]
fn renewing_the_key_of_an_open_port_keeps_it_open() {
    let mut bench = Bench::with_open_port();
    assert_eq!(set(&mut bench, mapping_key(STA, 2)), Ok(Reply::Done));
    bench.expect_done(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    assert_eq!(bench.names(), ["InstallKey"]);
}

#[test]
fn a_port_the_radio_did_not_open_is_closed() {
    let mut bench = Bench::with_station();
    assert_eq!(set(&mut bench, mapping_key(STA, 5)), Ok(Reply::Done));
    bench.refusal = |_| Some(CommandErrorKind::Failed);
    let open = Request::PortStateNotification {
        peer: STA,
        open: true,
    };
    assert_eq!(bench.ask(open), Err(NdisStatus::FAILURE));
    bench.refusal = |_| None;
    bench.expect_done(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
}

// Default keys.

#[test]
fn a_group_key_goes_into_use_when_its_index_is_named() {
    let mut bench = Bench::on_air();
    bench.expect_done(Request::CipherDefaultKey(group_key(1, 1)));
    bench.expect_done(Request::CipherDefaultKeyId(1));
    assert_eq!(bench.names(), ["InstallKey", "UseGroupKey"]);
    bench.clear();
    bench.expect_done(Request::CipherDefaultKey(group_key(2, 2)));
    bench.expect_done(Request::CipherDefaultKeyId(2));
    bench.expect_done(Request::CipherDefaultKeyId(2));
    assert_eq!(bench.names(), ["InstallKey", "UseGroupKey"]);
}

#[test]
fn an_index_named_before_its_key_is_remembered() {
    let mut bench = Bench::on_air();
    bench.expect_done(Request::CipherDefaultKeyId(2));
    assert!(bench.commands.is_empty());
    bench.expect_done(Request::CipherDefaultKey(group_key(2, 1)));
    assert_eq!(bench.names(), ["InstallKey", "UseGroupKey"]);
}

#[test]
fn group_keys_set_in_init_are_there_after_the_start() {
    let mut bench = Bench::ready();
    bench.expect_done(Request::CipherDefaultKey(group_key(1, 1)));
    bench.expect_done(Request::CipherDefaultKeyId(1));
    assert!(bench.commands.is_empty());
    bench.expect_done(Request::StartAp);
    assert_eq!(bench.names(), ["StartAp", "InstallKey", "UseGroupKey"]);
}

#[test]
fn a_start_whose_group_key_is_refused_is_taken_back() {
    let mut bench = Bench::ready();
    bench.expect_done(Request::CipherDefaultKey(group_key(1, 1)));
    bench.refusal =
        |c| matches!(c, Command::InstallKey(_)).then_some(CommandErrorKind::NotSupported);
    assert_eq!(bench.ask(Request::StartAp), Err(NdisStatus::NOT_SUPPORTED));
    assert_eq!(bench.names().last(), Some(&"StopAp"));
}

#[test]
fn faulty_group_keys_are_refused() {
    let mut bench = Bench::on_air();
    let short = KeyMaterial {
        receive_counter: 0,
        key: KeyBytes::new(vec![9; 32]),
    };
    for key in [
        group_key(0, 1),
        group_key(4, 1),
        group_key(u32::MAX, 1),
        DefaultKey {
            algorithm: CipherAlgorithm::BIP,
            ..group_key(1, 1)
        },
        DefaultKey {
            material: Some(short),
            ..group_key(1, 1)
        },
    ] {
        let answer = bench.ask(Request::CipherDefaultKey(key));
        assert_eq!(answer, Err(NdisStatus::INVALID_DATA));
    }
    assert_eq!(
        bench.ask(Request::CipherDefaultKeyId(4)),
        Err(NdisStatus::INVALID_DATA)
    );
    assert!(bench.commands.is_empty());
}

#[test]
fn a_group_key_is_deleted_with_success_whether_it_is_there_or_not() {
    let mut bench = Bench::on_air();
    let delete = |index| DefaultKey {
        material: None,
        ..group_key(index, 0)
    };
    bench.expect_done(Request::CipherDefaultKey(delete(0)));
    bench.expect_done(Request::CipherDefaultKey(delete(3)));
    assert!(bench.commands.is_empty());
    bench.expect_done(Request::CipherDefaultKey(group_key(3, 1)));
    bench.expect_done(Request::CipherDefaultKey(delete(3)));
    assert_eq!(bench.names(), ["InstallKey", "RemoveKey"]);
}

#[test]
fn the_transmit_counter_of_a_group_key_can_be_read() {
    let mut bench = Bench::on_air();
    assert_eq!(
        bench.ask(Request::QueryKeyCounter(1)),
        Err(NdisStatus::INVALID_DATA)
    );
    bench.expect_done(Request::CipherDefaultKey(group_key(1, 1)));
    assert_eq!(
        bench.ask(Request::QueryKeyCounter(1)),
        Ok(Reply::KeyCounter(0x1234))
    );
}
