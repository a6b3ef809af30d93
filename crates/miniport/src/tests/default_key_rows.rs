//! Default keys and those of single stations (native-80211-ihv reference, 2.5 and 2.8), and what a
//! port's ciphers make of the network.

use super::key_rows::{ALL_SUITES, GONE, VENDOR, VENDOR_SUITE, of, port};
use super::*;
use dot11::CipherSuite as Suite;
use radio::Key;

#[test]
fn keys_of_management_frames_take_the_slots_4_and_5_and_are_used_at_once() {
    let bip = |index| DefaultKey {
        algorithm: CipherAlgorithm::BIP,
        ..group_key(index, 3)
    };
    let mut bench = port(
        OperationMode::ExtensibleAp,
        &ALL_SUITES,
        CipherAlgorithm::CCMP,
    );
    bench.expect_done(Request::CipherDefaultKey(group_key(1, 1)));
    bench.expect_done(Request::CipherDefaultKeyId(1));
    bench.expect_done(Request::CipherDefaultKey(bip(4)));
    bench.expect_done(Request::StartAp);
    let names = [
        "StartAp",
        "InstallKey",
        "InstallKey",
        "UseGroupKey",
        "UseGroupKey",
    ];
    assert_eq!(bench.names(), names);
    bench.clear();
    bench.expect_done(Request::CipherDefaultKey(bip(5)));
    let [
        Command::InstallKey(Key {
            index: 5, cipher, ..
        }),
        Command::UseGroupKey { index: 5 },
    ] = bench.commands[..]
    else {
        panic!("{:?}", bench.commands)
    };
    assert_eq!(cipher, Suite::BIP_CMAC_128);
    for key in [bip(1), bip(3), bip(6), group_key(4, 1), group_key(5, 1)] {
        let text = format!("{key:?}");
        let answer = bench.ask(Request::CipherDefaultKey(key));
        assert_eq!(answer, Err(NdisStatus::INVALID_DATA), "{text}");
    }
    let id = bench.ask(Request::CipherDefaultKeyId(4));
    assert_eq!(id, Err(NdisStatus::INVALID_DATA));
    let gone = DefaultKey {
        material: None,
        ..bip(5)
    };
    bench.clear();
    bench.expect_done(Request::CipherDefaultKey(gone.clone()));
    bench.expect_done(Request::CipherDefaultKey(gone));
    assert_eq!(bench.names(), ["RemoveKey"]);
}

#[test]
fn only_wep_has_a_default_key_at_index_0() {
    let mut bench = port(
        OperationMode::ExtensibleAp,
        &ALL_SUITES,
        CipherAlgorithm::WEP40,
    );
    for (index, status) in [(0, Ok(Reply::Done)), (3, Ok(Reply::Done)), (4, Err(GONE))] {
        let key = DefaultKey {
            algorithm: CipherAlgorithm::WEP40,
            material: of(CipherAlgorithm::WEP40, 5).material,
            ..group_key(index, 0)
        };
        assert_eq!(bench.ask(Request::CipherDefaultKey(key)), status, "{index}");
    }
}

#[test]
fn a_vendors_default_key_has_any_index() {
    let mut bench = port(OperationMode::ExtensibleStation, &[VENDOR_SUITE], VENDOR);
    for (index, status) in [
        (0, Ok(Reply::Done)),
        (200, Ok(Reply::Done)),
        (256, Err(GONE)),
        (u32::MAX, Err(GONE)),
    ] {
        let key = DefaultKey {
            algorithm: VENDOR,
            ..group_key(index, 0)
        };
        assert_eq!(bench.ask(Request::CipherDefaultKey(key)), status, "{index}");
    }
}

impl Bench {
    fn station_key(&mut self, station: MacAddr, key: DefaultKey) -> Result<Reply, NdisStatus> {
        self.ask_security(oid::SecurityRequest::CipherPerStationKey { station, key })
    }
}

#[test]
fn an_access_point_has_no_keys_of_single_stations() {
    let mut bench = Bench::on_air();
    assert_eq!(bench.station_key(STA, group_key(1, 1)), Err(GONE));
}

#[test]
fn a_full_table_of_single_stations_says_invalid_length() {
    const ROWS: u32 = crate::key_table::MAX_STATION_ROWS as u32;
    let mode = OperationMode::ExtensibleStation;
    let mut bench = port(mode, &[Suite::CCMP], CipherAlgorithm::CCMP);
    let done = Ok(Reply::Done);
    for n in 0..ROWS {
        assert_eq!(bench.station_key(station(n), group_key(1, 1)), done);
    }
    let full = Err(NdisStatus::INVALID_LENGTH);
    assert_eq!(bench.station_key(station(ROWS), group_key(1, 1)), full);
    // Another column of a row that is there has room, a faulty key is faulty first.
    assert_eq!(bench.station_key(station(0), group_key(2, 1)), done);
    let faulty = DefaultKey {
        algorithm: CipherAlgorithm::TKIP,
        ..group_key(1, 1)
    };
    assert_eq!(bench.station_key(station(ROWS), faulty), Err(GONE));
    assert_eq!(
        bench.station_key(MacAddr::BROADCAST, group_key(1, 1)),
        Err(GONE)
    );
    // A row is free again when its last key goes.
    let gone = |index| DefaultKey {
        material: None,
        ..group_key(index, 0)
    };
    assert_eq!(bench.station_key(station(0), gone(1)), done);
    assert_eq!(bench.station_key(station(ROWS), group_key(1, 1)), full);
    assert_eq!(bench.station_key(station(0), gone(2)), done);
    assert_eq!(bench.station_key(station(0), gone(2)), done);
    assert_eq!(bench.station_key(station(ROWS), group_key(1, 1)), done);
    assert!(bench.commands.is_empty());
}

#[test]
fn what_a_port_does_not_have_is_refused() {
    let mut bench = Bench::ready();
    let done = bench.ask_security(oid::SecurityRequest::ExcludeUnencrypted(true));
    assert_eq!(done, Ok(Reply::Done));
    for request in [
        oid::SecurityRequest::ExcludeUnencrypted(false),
        oid::SecurityRequest::SafeModeEnabled(true),
        oid::SecurityRequest::WpsEnabled(true),
    ] {
        let answer = bench.ask_security(request);
        assert_eq!(answer, Err(NdisStatus::NOT_SUPPORTED));
    }
}

#[test]
fn a_network_has_one_cipher_and_announces_it() {
    use CipherAlgorithm as C;
    let start = |unicast, multicast| {
        let mut bench = port(OperationMode::ExtensibleAp, &ALL_SUITES, unicast);
        bench.expect_done(Request::EnabledMulticastCipherAlgorithm(multicast));
        let answer = bench.ask(Request::StartAp);
        (bench, answer)
    };
    let refused = Err(NdisStatus::NOT_SUPPORTED);
    for (unicast, multicast) in [
        (C::TKIP, C::TKIP),
        (C::WEP40, C::WEP40),
        (C::WEP, C::WEP),
        (C::CCMP, C::GCMP),
    ] {
        let (bench, answer) = start(unicast, multicast);
        assert_eq!(answer, refused);
        assert!(bench.commands.is_empty());
    }
    let (mut bench, answer) = start(C::GCMP, C::GCMP);
    assert_eq!(answer, Ok(Reply::Done));
    let [Command::StartAp(config)] = &bench.commands[..] else {
        panic!()
    };
    assert_eq!(config.cipher, Suite::GCMP);
    let tail = dot11::element::Elements::new(&config.beacon_tail);
    let announced = Rsne::parse(tail.body(ElementId::RSN).unwrap()).unwrap();
    assert_eq!(announced.pairwise, [Suite::GCMP]);
    assert_eq!(announced.group_cipher, Suite::GCMP);
    // A station that chose another cipher does not get in.
    bench.join(STA);
    assert!(!bench.is_associated(STA));
}
