//! The tables of the native-80211-ihv reference, 9.2 to 9.6, row by row as data. Rows about the form
//! of buffers are in the tests of `oid`.

use super::*;
use dot11::CipherSuite as Suite;
use radio::KeyScope;

pub(super) const GONE: NdisStatus = NdisStatus::INVALID_DATA;
pub(super) const ALL_SUITES: [Suite; 8] = [
    Suite::CCMP,
    Suite::GCMP,
    Suite::CCMP_256,
    Suite::GCMP_256,
    Suite::TKIP,
    Suite::WEP40,
    Suite::WEP104,
    Suite::BIP_CMAC_128,
];
/// A vendor's selector and the number it has above.
pub(super) const VENDOR_SUITE: Suite = Suite(0x0014_7201);
pub(super) const VENDOR: CipherAlgorithm = CipherAlgorithm(0x8014_7201);

/// What is there, what is then asked, how it ends.
struct Row {
    id: &'static str,
    /// Unicast cipher enabled, with all that is offered.
    enabled: CipherAlgorithm,
    before: Vec<KeyMappingKey>,
    asked: KeyMappingKey,
    status: Result<(), NdisStatus>,
    /// First byte of the key that the radio has for `STA` in the end.
    works: Option<u8>,
    /// How many commands about keys the last request gave the radio.
    commands: usize,
}

fn row(id: &'static str, asked: KeyMappingKey, status: Result<(), NdisStatus>) -> Row {
    Row {
        id,
        enabled: CipherAlgorithm::CCMP,
        before: Vec::new(),
        asked,
        status,
        works: None,
        commands: 0,
    }
}

impl Row {
    fn before(mut self, keys: impl IntoIterator<Item = KeyMappingKey>) -> Self {
        self.before.extend(keys);
        self
    }

    fn enabled(mut self, cipher: CipherAlgorithm) -> Self {
        self.enabled = cipher;
        self
    }

    fn ends(mut self, works: Option<u8>, commands: usize) -> Self {
        (self.works, self.commands) = (works, commands);
        self
    }

    fn run(self) {
        let id = self.id;
        let startable = [CipherAlgorithm::CCMP, CipherAlgorithm::GCMP].contains(&self.enabled);
        let mut bench = port(OperationMode::ExtensibleAp, &ALL_SUITES, self.enabled);
        if startable {
            bench.expect_done(Request::StartAp);
            join_with(&mut bench, self.enabled);
        }
        for key in self.before {
            bench.expect_done(Request::CipherKeyMappingKey(key));
        }
        let commands = key_commands(&bench);
        let answer = bench.ask(Request::CipherKeyMappingKey(self.asked));
        assert_eq!(answer.map(|_| ()), self.status, "{id}");
        assert_eq!(key_commands(&bench) - commands, self.commands, "{id}");
        assert_eq!(key_in_radio(&bench), self.works, "{id}");
    }
}

/// A port in INIT whose radio offers `suites`, with `cipher` enabled for everything.
pub(super) fn port(mode: OperationMode, suites: &[Suite], cipher: CipherAlgorithm) -> Bench {
    let mut bench = Bench::with_radio(Capabilities {
        ciphers: suites.to_vec(),
        ..capabilities()
    });
    if mode != OperationMode::ExtensibleAp {
        bench.expect_done(Request::CurrentOperationMode(mode));
    }
    bench.expect_done(Request::EnabledUnicastCipherAlgorithm(cipher));
    bench.expect_done(Request::EnabledMulticastCipherAlgorithm(cipher));
    bench
}

fn join_with(bench: &mut Bench, cipher: CipherAlgorithm) {
    let suite = Suite(0x000f_ac00 | cipher.0);
    let rsne = Rsne {
        group_cipher: suite,
        pairwise: vec![suite],
        ..Rsne::wpa2_personal()
    };
    bench.frame(auth(STA));
    let asking = Asking {
        rsne: Some(rsne.encode().unwrap()),
        ..Asking::default()
    };
    bench.frame(asking.frame(STA));
    assert!(bench.is_associated(STA));
}

fn key_commands(bench: &Bench) -> usize {
    let about_keys = |c: &&Command| matches!(c, Command::InstallKey(_) | Command::RemoveKey { .. });
    bench.commands.iter().filter(about_keys).count()
}

/// What a radio that obeyed has for `STA`.
fn key_in_radio(bench: &Bench) -> Option<u8> {
    let scope = KeyScope::Pairwise(STA);
    bench
        .commands
        .iter()
        .fold(None, |key, command| match command {
            Command::InstallKey(key) if key.scope == scope => Some(key.material.expose()[0]),
            Command::RemoveKey { scope: s, .. } if *s == scope => None,
            Command::RemoveStation { peer, .. } if *peer == STA => None,
            Command::StartAp(_) | Command::StopAp => None,
            _ => key,
        })
}

fn delete(peer: MacAddr) -> KeyMappingKey {
    KeyMappingKey {
        material: None,
        ..mapping_key(peer, 0)
    }
}

fn toward(direction: Direction, key: KeyMappingKey) -> KeyMappingKey {
    KeyMappingKey { direction, ..key }
}

/// A key of `len` bytes for `algorithm`.
pub(super) fn of(algorithm: CipherAlgorithm, len: usize) -> KeyMappingKey {
    KeyMappingKey {
        algorithm,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: KeyBytes::new(vec![9; len]),
        }),
        ..mapping_key(STA, 9)
    }
}

#[test]
fn add_replace_and_delete_go_as_in_table_9_2() {
    let first = || [mapping_key(STA, 1)];
    let tkip = KeyMappingKey {
        algorithm: CipherAlgorithm::TKIP,
        ..delete(STA)
    };
    let garbage = KeyMappingKey {
        is_static: true,
        ..delete(STA)
    };
    for row in [
        row("9.2 row 1", mapping_key(STA, 1), Ok(())).ends(Some(1), 1),
        row("9.2 row 2", mapping_key(STA, 2), Ok(()))
            .before(first())
            .ends(Some(2), 1),
        row("9.2 row 3", of(CipherAlgorithm::CCMP, 15), Err(GONE))
            .before(first())
            .ends(Some(1), 0),
        row("9.2 row 4", mapping_key(STA, 1), Ok(()))
            .before(first())
            .ends(Some(1), 0),
        row("9.2 row 5", delete(STA), Ok(()))
            .before(first())
            .ends(None, 1),
        row("9.2 row 6", delete(STA), Ok(()))
            .before(first())
            .before([delete(STA)]),
        row("9.2 row 7", delete(station(9)), Ok(())),
        row("9.2 row 9", garbage, Ok(()))
            .before(first())
            .ends(None, 1),
        row("9.2 row 10", tkip, Ok(()))
            .before(first())
            .ends(None, 1),
        row(
            "9.2 row 11",
            toward(Direction::Inbound, delete(STA)),
            Ok(()),
        )
        .before(first())
        .ends(Some(1), 0),
        row("9.2 row 14", of(CipherAlgorithm::CCMP, 0), Err(GONE))
            .before(first())
            .ends(Some(1), 0),
    ] {
        row.run();
    }
}

#[test]
fn lengths_and_ciphers_go_as_in_table_9_3() {
    use CipherAlgorithm as C;
    for row in [
        row("9.3 row 1", of(C::CCMP, 16), Ok(())).ends(Some(9), 1),
        row("9.3 row 4", of(C::CCMP, 15), Err(GONE)),
        row("9.3 row 6, GCMP", of(C::GCMP, 16), Ok(()))
            .enabled(C::GCMP)
            .ends(Some(9), 1),
        row("9.3 GCMP of 32", of(C::GCMP, 32), Err(GONE)).enabled(C::GCMP),
        row("9.3 GCMP-256", of(C::GCMP_256, 32), Ok(())).enabled(C::GCMP_256),
        row("9.3 GCMP-256 of 16", of(C::GCMP_256, 16), Err(GONE)).enabled(C::GCMP_256),
        row("9.3 row 8", of(C::TKIP, 32), Ok(())).enabled(C::TKIP),
        row("9.3 row 9", of(C::TKIP, 24), Err(GONE)).enabled(C::TKIP),
        row("9.3 row 10", of(C::TKIP, 31), Err(GONE)).enabled(C::TKIP),
        row("9.3 row 12", of(C::WEP40, 5), Ok(())).enabled(C::WEP40),
        row("9.3 row 12", of(C::WEP104, 13), Ok(())).enabled(C::WEP104),
        row("9.3 row 13", of(C::WEP40, 13), Err(GONE)).enabled(C::WEP40),
        row("9.3 row 13", of(C::WEP104, 5), Err(GONE)).enabled(C::WEP104),
        row("9.3 row 14", of(C::WEP, 5), Ok(())).enabled(C::WEP),
        row("9.3 row 14", of(C::WEP, 13), Ok(())).enabled(C::WEP),
        row("9.3 row 15", of(C::WEP, 12), Err(GONE)).enabled(C::WEP),
        row("9.3 row 15", of(C::WEP, 29), Err(GONE)).enabled(C::WEP),
        row("9.3 row 16", of(C::NONE, 16), Err(GONE)),
        row("9.3 row 16", of(C::USE_GROUP, 16), Err(GONE)),
        row("9.3 row 16", of(C::BIP, 16), Err(GONE)),
        row("9.3 row 16", of(C(3), 16), Err(GONE)),
        row("9.3 row 16", of(C(7), 16), Err(GONE)),
        row("9.3 row 17", of(C::CCMP, 16), Err(GONE)).enabled(C::TKIP),
        row("9.3 row 19", of(C(0x8000_0001), 16), Err(GONE)),
        row("9.3 row 20", of(VENDOR, 16), Err(GONE)),
    ] {
        row.run();
    }
}

#[test]
fn a_cipher_is_enabled_exactly_where_the_radio_offers_it() {
    use CipherAlgorithm as C;
    let mut bench = Bench::ready();
    for cipher in [C::GCMP, C::TKIP, C::WEP, C::WEP40, C::CCMP_256, VENDOR] {
        for request in [
            Request::EnabledUnicastCipherAlgorithm(cipher),
            Request::EnabledMulticastCipherAlgorithm(cipher),
        ] {
            assert_eq!(bench.ask(request), Err(NdisStatus::INVALID_DATA));
        }
    }
    let offered = [Suite::CCMP, Suite::WEP104, VENDOR_SUITE];
    let mut bench = port(OperationMode::ExtensibleAp, &offered, C::WEP);
    // Its short form is not offered.
    let short = Request::CipherKeyMappingKey(of(C::WEP, 5));
    assert_eq!(bench.ask(short), Err(NdisStatus::INVALID_DATA));
    bench.expect_done(Request::CipherKeyMappingKey(of(C::WEP, 13)));
    for never in [C::NONE, C::USE_GROUP, C::BIP, VENDOR] {
        let request = Request::EnabledUnicastCipherAlgorithm(never);
        assert_eq!(
            bench.ask(request),
            Err(NdisStatus::INVALID_DATA),
            "{never:?}"
        );
    }
}

#[test]
fn vendors_ciphers_belong_to_stations_9_3_rows_18_to_21() {
    let station_mode = OperationMode::ExtensibleStation;
    let mut bench = port(station_mode, &[VENDOR_SUITE], VENDOR);
    let label = KeyMappingKey {
        peer: MacAddr([0xff, 0, 1, 2, 3, 4]),
        ..of(VENDOR, 77)
    };
    for (id, key) in [("9.3 row 18", of(VENDOR, 3)), ("9.3 row 21", label)] {
        let answer = bench.ask(Request::CipherKeyMappingKey(key));
        assert_eq!(answer, Ok(Reply::Done), "{id}");
    }
    let unlisted = CipherAlgorithm(VENDOR.0 + 1);
    let request = Request::EnabledUnicastCipherAlgorithm(unlisted);
    assert_eq!(
        bench.ask(request),
        Err(NdisStatus::INVALID_DATA),
        "9.3 row 19"
    );
}

#[test]
fn peers_directions_and_a_full_table_go_as_in_table_9_4() {
    for row in [
        row("9.4 row 1", mapping_key(MacAddr::BROADCAST, 1), Err(GONE)),
        row(
            "9.4 row 1",
            mapping_key(MacAddr([1, 0, 0, 0, 0, 1]), 1),
            Err(GONE),
        ),
        row("9.4 row 2", mapping_key(MacAddr([0; 6]), 1), Err(GONE)),
        row("9.4 row 3", mapping_key(AP, 1), Err(GONE)),
        row("9.4 row 4", mapping_key(station(7), 1), Ok(())),
        row(
            "9.4 row 5",
            toward(Direction::Both, mapping_key(STA, 1)),
            Ok(()),
        )
        .ends(Some(1), 1),
        row(
            "9.4 row 6",
            toward(Direction::Inbound, mapping_key(STA, 1)),
            Err(NdisStatus::NOT_SUPPORTED),
        ),
        row(
            "9.4 row 6",
            toward(Direction::Outbound, mapping_key(STA, 1)),
            Err(NdisStatus::NOT_SUPPORTED),
        ),
        // A fault of the key comes before one of the direction.
        row(
            "9.4 row 6, bad key",
            toward(Direction::Outbound, of(CipherAlgorithm::CCMP, 4)),
            Err(GONE),
        ),
    ] {
        row.run();
    }
}

#[test]
fn a_full_table_refuses_the_new_and_replaces_the_old_9_4_rows_9_to_11() {
    let mut bench = Bench::with_station();
    bench.port.set_key_mapping_capacity(3);
    let set = |bench: &mut Bench, key| bench.ask(Request::CipherKeyMappingKey(key));
    for peer in [STA, station(1), station(2)] {
        assert_eq!(set(&mut bench, mapping_key(peer, 1)), Ok(Reply::Done));
    }
    let more = || mapping_key(station(3), 1);
    let full = Err(NdisStatus::RESOURCES);
    assert_eq!(set(&mut bench, more()), full, "9.4 row 9");
    assert_eq!(key_in_radio(&bench), Some(1), "9.4 row 9");
    let faulty = KeyMappingKey {
        algorithm: CipherAlgorithm::TKIP,
        ..more()
    };
    assert_eq!(set(&mut bench, faulty), Err(GONE), "a fault comes first");
    assert_eq!(
        set(&mut bench, mapping_key(STA, 2)),
        Ok(Reply::Done),
        "9.4 row 11"
    );
    assert_eq!(key_in_radio(&bench), Some(2), "9.4 row 11");
    assert_eq!(set(&mut bench, delete(station(1))), Ok(Reply::Done));
    assert_eq!(set(&mut bench, more()), Ok(Reply::Done), "9.4 row 10");
    // A reset empties the table and leaves its size.
    bench.expect_done(Request::Reset { default_mib: true });
    for n in 0..3 {
        assert_eq!(set(&mut bench, mapping_key(station(n), 1)), Ok(Reply::Done));
    }
    assert_eq!(set(&mut bench, mapping_key(station(9), 1)), full);
}

/// What happens to a key between its setting and the question whether it is still there.
struct Life {
    id: &'static str,
    is_static: bool,
    /// Whether the peer is there when the key is set.
    early: bool,
    happens: fn(&mut Bench),
    survives: bool,
}

fn restart(bench: &mut Bench) {
    bench.expect_done(Request::StartAp);
}

fn power_cycle(bench: &mut Bench) {
    let cause = Cause::new("Switched off.", "Switch it on.");
    bench.event(RadioEvent::Unavailable { cause });
    bench.event(RadioEvent::Ready(Box::new(capabilities())));
    restart(bench);
}

fn reset(bench: &mut Bench) {
    bench.expect_done(Request::Reset { default_mib: false });
    restart(bench);
}

fn new_air(bench: &mut Bench) {
    bench.event(RadioEvent::Ready(Box::new(capabilities())));
}

fn leaves(bench: &mut Bench) {
    bench.frame(deauth(STA));
}

#[test]
fn keys_live_as_long_as_in_table_9_6() {
    let life = |id, is_static, early, happens: fn(&mut Bench), survives| Life {
        id,
        is_static,
        early,
        happens,
        survives,
    };
    for life in [
        life("9.6 row 2", false, false, |_| {}, true),
        life("9.6 row 3", true, false, reset, false),
        life("9.6 row 3", false, true, reset, false),
        life("9.6 row 4", false, false, new_air, true),
        life("9.6 row 5", false, false, leaves, false),
        life("9.6 row 6", true, false, leaves, true),
        life("9.6 row 10, associated", false, false, power_cycle, false),
        life("9.6 row 10, static", true, false, power_cycle, true),
        life("9.6 row 10, not yet there", false, true, power_cycle, true),
        life("9.6 row 5, by request", false, false, send_away, false),
        life("9.6 row 6, by request", true, false, send_away, true),
    ] {
        let mut bench = if life.early {
            Bench::on_air()
        } else {
            Bench::with_station()
        };
        let key = KeyMappingKey {
            is_static: life.is_static,
            ..mapping_key(STA, 1)
        };
        bench.expect_done(Request::CipherKeyMappingKey(key));
        (life.happens)(&mut bench);
        if !bench.is_associated(STA) {
            bench.join(STA);
        }
        let there = key_in_radio(&bench) == Some(1);
        assert_eq!(there, life.survives, "{}", life.id);
    }
}

fn send_away(bench: &mut Bench) {
    bench.expect_done(Request::DisassociatePeer {
        peer: STA,
        reason: ReasonCode::UNSPECIFIED,
    });
}

#[test]
fn a_key_set_in_init_is_there_after_the_start_9_6_row_1() {
    let mut bench = Bench::ready();
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
    // A start that the radio refuses costs no key.
    bench.refusal = |c| matches!(c, Command::StartAp(_)).then_some(CommandErrorKind::Busy);
    assert_eq!(
        bench.ask(Request::StartAp),
        Err(NdisStatus::DOT11_MEDIA_IN_USE)
    );
    bench.refusal = |_| None;
    bench.expect_done(Request::StartAp);
    bench.join(STA);
    assert_eq!(key_in_radio(&bench), Some(1));
}

#[test]
fn naming_the_authentication_again_resets_ciphers_and_no_key_9_6_row_9() {
    let gcmp = || of(CipherAlgorithm::GCMP, 16);
    let mut bench = port(
        OperationMode::ExtensibleAp,
        &ALL_SUITES,
        CipherAlgorithm::GCMP,
    );
    bench.expect_done(Request::CipherKeyMappingKey(gcmp()));
    bench.expect_done(Request::EnabledAuthenticationAlgorithm(
        AuthAlgorithm::RSNA_PSK,
    ));
    let refused = bench.ask(Request::CipherKeyMappingKey(gcmp()));
    assert_eq!(refused, Err(NdisStatus::INVALID_DATA));
    bench.expect_done(Request::StartAp);
    bench.join(STA);
    assert_eq!(key_in_radio(&bench), Some(9));
}

#[test]
fn two_ports_share_no_key_9_6_row_12() {
    let mut one = Bench::with_station();
    let mut two = Bench::with_station();
    one.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
    two.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 2)));
    one.expect_done(Request::CipherKeyMappingKey(delete(STA)));
    assert_eq!((key_in_radio(&one), key_in_radio(&two)), (None, Some(2)));
}

#[test]
fn a_radio_without_keys_takes_none_9_6_row_13() {
    let mut bench = Bench::with_radio(Capabilities {
        ciphers: Vec::new(),
        ..capabilities()
    });
    let request = Request::CipherKeyMappingKey(mapping_key(STA, 1));
    assert_eq!(bench.ask(request), Err(NdisStatus::INVALID_DATA));
    bench.expect_done(Request::CipherKeyMappingKey(delete(STA)));
}

#[test]
fn a_tkip_key_goes_down_as_temporal_key_then_received_then_sent_9_3_row_8() {
    use crate::cipher::KeyRules;
    let rules = KeyRules {
        mode: OperationMode::ExtensibleAp,
        own: Some(AP),
        offered: Some(&ALL_SUITES),
    };
    let bytes = [[1; 16].as_slice(), &[2; 8], &[3; 8]].concat();
    let key = KeyMappingKey {
        algorithm: CipherAlgorithm::TKIP,
        material: Some(KeyMaterial {
            receive_counter: 7,
            key: KeyBytes::new(bytes.clone()),
        }),
        ..mapping_key(STA, 0)
    };
    let mut table = crate::key_table::KeyTable::default();
    let checked = table.check_mapping(&key, CipherAlgorithm::TKIP, &rules);
    table.set_mapping(STA, checked.unwrap().unwrap(), false);
    let Some(Command::InstallKey(key)) = table.mapping_command(STA) else {
        panic!()
    };
    assert_eq!((key.cipher, key.receive_counter), (Suite::TKIP, Some(7)));
    assert_eq!(key.material.expose(), bytes);
}

#[test]
fn refusals_of_the_radio_travel_up_as_in_7_2() {
    use CommandErrorKind as Kind;
    let rows: [(Refusal, Result<Reply, NdisStatus>); 8] = [
        (|c| refuse(c, Kind::Invalid), Err(NdisStatus::INVALID_DATA)),
        (
            |c| refuse(c, Kind::NotSupported),
            Err(NdisStatus::NOT_SUPPORTED),
        ),
        (|c| refuse(c, Kind::NotFound), Ok(Reply::Done)),
        (|c| refuse(c, Kind::Resources), Err(NdisStatus::RESOURCES)),
        (
            |c| refuse(c, Kind::Busy),
            Err(NdisStatus::DOT11_MEDIA_IN_USE),
        ),
        (
            |c| refuse(c, Kind::PoweredDown),
            Err(NdisStatus::DOT11_POWER_STATE_INVALID),
        ),
        (|c| refuse(c, Kind::Permission), Err(NdisStatus::FAILURE)),
        (|c| refuse(c, Kind::Failed), Err(NdisStatus::FAILURE)),
    ];
    for (refusal, status) in rows {
        let mut bench = Bench::with_station();
        bench.refusal = refusal;
        let answer = bench.ask(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
        assert_eq!(answer, status);
        let open = Request::PortStateNotification {
            peer: STA,
            open: true,
        };
        assert_eq!(bench.ask(open), Err(NdisStatus::INVALID_STATE));
    }
}

fn refuse(command: &Command, kind: CommandErrorKind) -> Option<CommandErrorKind> {
    matches!(command, Command::InstallKey(_)).then_some(kind)
}

#[test]
fn a_key_for_a_peer_the_radio_does_not_know_waits_for_it() {
    let mut bench = Bench::with_station();
    bench.refusal = |c| refuse(c, CommandErrorKind::NotFound);
    let key = KeyMappingKey {
        is_static: true,
        ..mapping_key(STA, 1)
    };
    bench.expect_done(Request::CipherKeyMappingKey(key));
    bench.refusal = |_| None;
    bench.event(RadioEvent::StationLost { peer: STA });
    bench.clear();
    bench.join(STA);
    assert_eq!(key_in_radio(&bench), Some(1));
}
