//! Reference 5.1 to 5.3 and table 10.6: states, references, settings.

use HostedNetworkState::{Active, Idle, Unavailable};

use super::*;

const STOPPING: (Win32Error, Reason) = (Win32Error::INVALID_STATE, Reason::ServiceShuttingDown);
const NO_START: (Win32Error, Reason) = (Win32Error::INVALID_STATE, Reason::StopBeforeStart);
const NO_RADIO: (Win32Error, Reason) = (Win32Error::INVALID_STATE, Reason::InterfaceUnavailable);
const NO_RIGHT: (Win32Error, Reason) = (Win32Error::ACCESS_DENIED, Reason::ElevationRequired);

#[test]
fn l01_l02_a_fresh_machine_has_no_name_and_is_allowed() {
    let mut bench = Bench::bare();
    for call in [Call::QueryConnectionSettings, Call::QueryPrimaryKey] {
        assert_eq!(bench.refused(USER, call).0, Win32Error::BAD_CONFIGURATION);
    }
    let enabled = Answer::Enabled {
        enabled: true,
        by_policy: false,
    };
    assert_eq!(bench.ok(USER, Call::QueryEnabled), enabled);
}

#[test]
fn l03_l04_initialising_makes_a_name_and_a_key_once() {
    let mut bench = Bench::bare();

    bench.ok(USER, Call::InitSettings);

    let made = bench.stored.clone();
    let connection = made.connection.clone().expect("a name");
    assert!(connection.ssid.to_string().starts_with("attic-"));
    assert_eq!(connection.max_peers, 100);
    assert_eq!(
        made.primary_key.as_ref().map(|k| k.expose().len()),
        Some(63)
    );
    assert_eq!(
        bench.ok(OTHER, Call::QueryConnectionSettings),
        Answer::ConnectionSettings(connection)
    );
    bench.forget();
    bench.ok(USER, Call::InitSettings);
    assert_eq!((bench.stored.clone(), bench.written), (made, 0));
}

#[test]
fn l05_each_start_of_a_handle_needs_its_stop() {
    let mut bench = Bench::idle();
    bench.ok(USER, Call::StartUsing);
    bench.ok(USER, Call::StartUsing);
    bench.ok(USER, Call::StopUsing);
    assert_eq!(bench.state(), Active);
    bench.ok(USER, Call::StopUsing);
    assert_eq!(bench.state(), Idle);
    assert_eq!(
        bench.told(),
        [
            (Idle, Active, Reason::UserAction),
            (Active, Idle, Reason::UserAction)
        ]
    );
}

#[test]
fn l06_the_last_handle_that_is_closed_stops_the_network() {
    let mut bench = Bench::idle();
    bench.ok(USER, Call::StartUsing);
    bench.ok(ROOT, Call::StartUsing);
    bench.told();

    bench.gone(USER);
    assert_eq!(bench.state(), Active);
    bench.gone(ROOT);

    assert_eq!(bench.state(), Idle);
    assert_eq!(bench.told(), [(Active, Idle, Reason::ClientAbort)]);
}

#[test]
fn l07_a_killed_client_drops_all_its_references() {
    let mut bench = Bench::idle();
    for _ in 0..3 {
        bench.ok(USER, Call::StartUsing);
    }
    bench.gone(USER);
    assert_eq!(bench.state(), Idle);
}

#[test]
fn l08_a_forced_network_outlives_its_starter() {
    let mut bench = Bench::active();
    bench.gone(ROOT);
    assert_eq!(bench.state(), Active);
    bench.ok(USER, Call::ForceStop);
    assert_eq!(bench.state(), Idle);
}

#[test]
fn a_forced_start_upgrades_a_referenced_run() {
    let mut bench = Bench::idle();
    bench.ok(USER, Call::StartUsing);
    bench.ok(ROOT, Call::ForceStart);
    bench.ok(USER, Call::StopUsing);
    assert_eq!(bench.state(), Active);
}

#[test]
fn l09_l14_forcing_and_allowing_need_privilege() {
    let mut bench = Bench::idle();
    assert_eq!(bench.refused(USER, Call::ForceStart), NO_RIGHT);
    assert_eq!(bench.refused(USER, Call::SetEnabled(false)), NO_RIGHT);
    assert_eq!(bench.refused(USER, Call::SetEnabled(true)), NO_RIGHT);
    assert_eq!((bench.state(), bench.written), (Idle, 0));
}

#[test]
fn l10_anybody_may_force_a_stop_and_the_others_start_again() {
    let mut bench = Bench::idle();
    bench.ok(OTHER, Call::StartUsing);
    bench.ok(OTHER, Call::StartUsing);
    bench.told();

    bench.ok(USER, Call::ForceStop);

    assert_eq!(bench.told(), [(Active, Idle, Reason::UserAction)]);
    assert_eq!(bench.refused(OTHER, Call::StopUsing), NO_START);
    bench.ok(OTHER, Call::StartUsing);
    assert_eq!(bench.state(), Active);
    bench.ok(OTHER, Call::StopUsing);
    assert_eq!(bench.state(), Idle);
}

#[test]
fn l11_forcing_a_stop_of_nothing_succeeds() {
    let mut idle = Bench::idle();
    idle.ok(USER, Call::ForceStop);
    let mut unavailable = Bench::bare();
    unavailable.ok(USER, Call::ForceStop);
    assert_eq!((idle.told(), unavailable.told()), (vec![], vec![]));
    assert_eq!(idle.engine.access_point.stops, 0);
}

#[test]
fn l12_a_stop_without_a_start_is_refused() {
    let mut bench = Bench::idle();
    assert_eq!(bench.refused(USER, Call::StopUsing), NO_START);
    bench.ok(ROOT, Call::ForceStart);
    assert_eq!(bench.refused(ROOT, Call::StopUsing), NO_START);
    bench.ok(OTHER, Call::StartUsing);
    assert_eq!(bench.refused(USER, Call::StopUsing), NO_START);
    assert_eq!(bench.state(), Active);
}

#[test]
fn l13_a_start_while_unavailable_says_why() {
    let mut bench = Bench::bare();
    assert_eq!(bench.refused(USER, Call::StartUsing), NO_RADIO);
    assert_eq!(bench.refused(ROOT, Call::ForceStart), NO_RADIO);
    assert_eq!(bench.refused(USER, Call::StopUsing), NO_RADIO);
    assert_eq!(bench.stored, Settings::default(), "refused before touching");

    bench.radio_arrives();
    bench.radio_leaves();
    let refusal = bench.call(USER, Call::StartUsing).unwrap_err();
    assert_eq!(refusal.cause.text, "The radio was pulled out.");
    assert_eq!(bench.status().unavailable, Some(refusal.cause));
}

#[test]
fn l15_disallowing_a_running_network_stops_it_in_one_transition() {
    let mut bench = Bench::active();

    bench.ok(ROOT, Call::SetEnabled(false));

    assert_eq!(bench.told(), [(Active, Unavailable, Reason::UserAction)]);
    assert_eq!(bench.engine.access_point.stops, 1);
    assert!(!bench.stored.enabled);
    let refusal = bench.call(USER, Call::StartUsing).unwrap_err();
    assert_eq!((refusal.code, refusal.reason), NO_RADIO);
    assert_eq!(
        refusal.cause.text,
        "The network is disallowed on this machine."
    );
    let enabled = Answer::Enabled {
        enabled: false,
        by_policy: false,
    };
    assert_eq!(bench.ok(USER, Call::QueryEnabled), enabled);
    assert_eq!(
        (bench.status().bssid, bench.status().enabled),
        (None, false)
    );

    bench.ok(ROOT, Call::SetEnabled(true));
    assert_eq!(
        bench.told(),
        [(Unavailable, Idle, Reason::UserAction)],
        "not started again"
    );
}

#[test]
fn allowing_what_is_allowed_leaves_a_running_network_alone() {
    let mut bench = Bench::active();
    bench.ok(ROOT, Call::SetEnabled(true));
    assert_eq!((bench.state(), bench.written), (Active, 0));
}

#[test]
fn l17_a_network_for_no_peers_is_refused() {
    let mut bench = Bench::idle();
    let ssid = Ssid::new("x").unwrap();
    let call = Call::SetConnectionSettings(ConnectionSettings { ssid, max_peers: 0 });
    assert_eq!(
        bench.refused(USER, call),
        (Win32Error::INVALID_PARAMETER, Reason::BadParameters)
    );
    assert_eq!(bench.written, 0);
}

#[test]
fn l18_new_properties_stop_a_running_network_and_do_not_start_it_again() {
    let mut bench = Bench::active();

    bench.ok(USER, named("other"));

    assert_eq!(bench.told(), [(Active, Idle, Reason::PropertiesChange)]);
    assert_eq!(bench.status().ssid, Some(Ssid::new("other").unwrap()));
    assert_eq!(bench.engine.access_point.starts, 1);
    assert!(bench.events.contains(&EventKind::SettingsChanged));
    assert_eq!(bench.refused(ROOT, Call::StopUsing), NO_START);
}

#[test]
fn l20_l21_a_refresh_makes_another_primary_key_and_stops_a_running_network() {
    let mut bench = Bench::active();
    let old = bench.primary_key();

    bench.ok(USER, Call::RefreshSecuritySettings);

    assert_eq!(bench.told(), [(Active, Idle, Reason::PropertiesChange)]);
    let new = bench.primary_key();
    assert_ne!(new, old);
    assert_eq!(new.len(), 63);
    assert!(bench.events.contains(&EventKind::PrimaryKeyRefreshed));
    bench.ok(USER, Call::RefreshSecuritySettings);
    assert_ne!(bench.primary_key(), new);
    bench.ok(USER, Call::StartUsing);
    assert!(!bench.join_with(PHONE, core::str::from_utf8(&old).unwrap()));
    assert!(bench.join_with_primary(PHONE));
}

#[test]
fn a_name_given_before_initialisation_brings_a_primary_key_with_it() {
    let mut bench = Bench::bare();
    bench.ok(USER, named("mine"));
    assert!(matches!(
        bench.ok(USER, Call::QueryPrimaryKey),
        Answer::PrimaryKey(_)
    ));
    let key = bench.primary_key();
    bench.ok(USER, Call::InitSettings);
    assert_eq!(bench.primary_key(), key);
    assert_eq!(bench.status().ssid, Some(Ssid::new("mine").unwrap()));
}

#[test]
fn a_first_start_initialises_and_tells_one_transition() {
    for call in [Call::StartUsing, Call::ForceStart] {
        let mut bench = Bench::bare();
        bench.radio_arrives();
        bench.told();
        bench.ok(ROOT, call);
        assert!(bench.stored.connection.is_some() && bench.stored.primary_key.is_some());
        assert_eq!(bench.told(), [(Idle, Active, Reason::UserAction)]);
        assert!(bench.join_with_primary(PHONE));
    }
}

#[test]
fn the_peer_limit_is_clamped_to_what_the_radio_and_the_standard_can_do() {
    let mut bench = Bench::idle();
    let limits = [
        (5, Some(64), 5),
        (100, Some(64), 64),
        (u32::MAX, None, 2007),
        (70_000, Some(9), 9),
    ];
    for (wanted, radio, expected) in limits {
        let ssid = Ssid::new("x").unwrap();
        bench.ok(
            USER,
            Call::SetConnectionSettings(ConnectionSettings {
                ssid,
                max_peers: wanted,
            }),
        );
        bench.tell(Event::RadioAvailable {
            name: "sim".into(),
            address: BSSID,
            max_stations: radio,
        });
        bench.ok(USER, Call::StartUsing);
        let (settings, _) = bench.engine.access_point.run.clone().expect("a run");
        assert_eq!(settings.max_peers, expected);
        assert_eq!(bench.status().max_peers, wanted, "kept as it was set");
        bench.ok(USER, Call::ForceStop);
    }
}

#[test]
fn status_shows_what_each_state_has() {
    let mut bench = Bench::bare();
    let status = bench.status();
    assert_eq!(
        (status.state, status.bssid, status.radio),
        (Unavailable, None, None)
    );
    assert!(status.unavailable.is_some());

    bench.radio_arrives();
    let status = bench.status();
    assert_eq!((status.state, status.bssid), (Idle, Some(BSSID)));
    assert_eq!(
        (status.channel, status.phy, status.unavailable),
        (None, None, None)
    );
    assert_eq!(status.radio.as_deref(), Some("sim"));

    bench.ok(USER, Call::StartUsing);
    bench.join_with_primary(PHONE);
    let Answer::Status(status) = bench.ok(OTHER, Call::QueryStatus) else {
        panic!()
    };
    assert_eq!((status.state, status.bssid), (Active, Some(BSSID)));
    assert_eq!(
        (status.channel, status.phy, status.peers.len()),
        (Some(6), Some(dot11::Phy::Ht), 1)
    );
    assert_eq!(*status, bench.status());
}

/// Table 5.3, column "stopping".
#[test]
fn while_the_network_is_being_stopped_calls_are_refused() {
    let mut bench = Bench::active();
    bench.ok(USER, Call::StartUsing);
    bench.engine.access_point.obliging = false;
    let first = bench.send(ROOT, Call::ForceStop);

    for call in [
        Call::InitSettings,
        Call::QueryConnectionSettings,
        Call::QueryEnabled,
        Call::QueryPrimaryKey,
        named("other"),
        set("12345678", true),
        Call::RemoveSecondaryKey,
        Call::QuerySecondaryKey,
        Call::RefreshSecuritySettings,
        Call::StartUsing,
        Call::StopUsing,
        Call::QueryStatus,
    ] {
        assert_eq!(bench.refused(USER, call.clone()), STOPPING, "{call:?}");
    }
    bench.connect(ClientId(9), true);
    assert_eq!(bench.refused(ClientId(9), Call::ForceStart), STOPPING);
    assert_eq!(
        bench.refused(ClientId(9), Call::SetEnabled(false)),
        STOPPING
    );
    let second = bench.send(USER, Call::ForceStop);
    assert_eq!((bench.answer(first), bench.answer(second)), (None, None));

    bench.tell(Event::Stopped);
    assert_eq!(bench.answer(first), Some(Ok(Answer::Done)));
    assert_eq!(bench.answer(second), Some(Ok(Answer::Done)));
    assert_eq!(bench.engine.access_point.stops, 1);
}

#[test]
fn starters_wait_until_the_network_is_on_the_air() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    let first = bench.send(USER, Call::StartUsing);
    let second = bench.send(ROOT, Call::StartUsing);
    assert_eq!((bench.answer(first), bench.answer(second)), (None, None));
    assert_eq!((bench.state(), bench.engine.access_point.starts), (Idle, 1));

    bench.engine.access_point.started();
    bench.tell(moved(6));

    assert_eq!(bench.answer(first), Some(Ok(Answer::Done)));
    assert_eq!(bench.answer(second), Some(Ok(Answer::Done)));
    assert_eq!(bench.told(), [(Idle, Active, Reason::UserAction)]);
    bench.engine.access_point.obliging = true;
    bench.ok(USER, Call::StopUsing);
    assert_eq!(bench.state(), Active);
    bench.ok(ROOT, Call::StopUsing);
    assert_eq!(bench.state(), Idle);
}

#[test]
fn a_start_the_radio_refuses_tells_its_words_to_everybody_who_waited() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    let starts = [
        bench.send(USER, Call::StartUsing),
        bench.send(ROOT, Call::ForceStart),
    ];
    bench.engine.access_point.run = None;

    let status = oid::NdisStatus::DOT11_MEDIA_IN_USE;
    bench.tell(Event::StartFailed {
        status,
        cause: cause("Somebody else scans."),
    });

    for start in starts {
        let refusal = bench.answer(start).expect("an answer").unwrap_err();
        assert_eq!(
            (refusal.code, refusal.reason),
            (Win32Error::NDIS_DOT11_MEDIA_IN_USE, Reason::ApStartFailed)
        );
        assert_eq!(refusal.cause.text, "Somebody else scans.");
    }
    assert_eq!((bench.state(), bench.told()), (Idle, vec![]));
    assert_eq!(bench.refused(USER, Call::StopUsing), NO_START);
    bench.engine.access_point.obliging = true;
    bench.ok(USER, Call::StartUsing);
}

#[test]
fn a_start_is_given_up_with_a_reason() {
    type Row = (fn(&mut Bench), Reason, HostedNetworkState);
    fn calls(bench: &mut Bench, call: Call) {
        bench.connect(ClientId(9), true);
        bench.send(ClientId(9), call);
    }
    let rows: [Row; 6] = [
        (|b| calls(b, Call::ForceStop), Reason::UserAction, Idle),
        (|b| calls(b, named("other")), Reason::PropertiesChange, Idle),
        (
            |b| calls(b, Call::RefreshSecuritySettings),
            Reason::PropertiesChange,
            Idle,
        ),
        (
            |b| calls(b, Call::SetEnabled(false)),
            Reason::UserAction,
            Unavailable,
        ),
        (
            |b| b.engine.stop_for_suspend(b.now),
            Reason::InterfaceUnavailable,
            Idle,
        ),
        (
            |b| b.radio_leaves(),
            Reason::InterfaceUnavailable,
            Unavailable,
        ),
    ];
    for (give_up, reason, end) in rows {
        let mut bench = Bench::idle();
        bench.engine.access_point.obliging = false;
        let starts = [
            bench.send(USER, Call::StartUsing),
            bench.send(ROOT, Call::ForceStart),
        ];

        give_up(&mut bench);
        bench.drain();

        for start in starts {
            let refused = codes(&bench.answer(start).expect("an answer"));
            assert_eq!(refused, (Win32Error::INVALID_STATE, reason));
        }
        bench.tell(Event::Stopped);
        assert_eq!(bench.state(), end);
        assert!(bench.told().len() <= 1, "never was active");
    }
}

#[test]
fn a_starter_that_dies_is_no_reason_to_start() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    bench.send(USER, Call::StartUsing);
    bench.gone(USER);
    assert_eq!(bench.engine.access_point.stops, 1);
    bench.tell(Event::Stopped);
    assert_eq!((bench.state(), bench.told()), (Idle, vec![]));

    let waits = bench.send(OTHER, Call::StartUsing);
    bench.send(ROOT, Call::StartUsing);
    bench.gone(ROOT);
    bench.engine.access_point.started();
    bench.tell(moved(6));
    assert_eq!(bench.answer(waits), Some(Ok(Answer::Done)));
    bench.engine.access_point.obliging = true;
    bench.ok(OTHER, Call::StopUsing);
    assert_eq!(bench.state(), Idle, "the dead one holds nothing");
}

#[test]
fn a_forced_start_goes_on_without_its_caller() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    bench.send(ROOT, Call::ForceStart);
    bench.gone(ROOT);
    bench.engine.access_point.started();
    bench.tell(moved(6));
    assert_eq!(bench.state(), Active);
}

#[test]
fn a_start_that_succeeds_while_it_is_given_up_is_not_believed() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    bench.send(USER, Call::StartUsing);
    bench.send(OTHER, Call::ForceStop);
    bench.engine.access_point.started();
    bench.tell(Event::Stopped);
    assert_eq!((bench.state(), bench.told()), (Idle, vec![]));
}

/// T1, T9, T2, T10: what the radio and its driver do.
#[test]
fn the_radio_comes_and_goes() {
    let mut bench = Bench::bare();
    bench.ok(USER, Call::InitSettings);
    bench.told();

    bench.radio_arrives();
    assert_eq!(
        bench.told(),
        [(Unavailable, Idle, Reason::InterfaceAvailable)]
    );
    bench.radio_leaves();
    assert_eq!(
        bench.told(),
        [(Idle, Unavailable, Reason::InterfaceUnavailable)]
    );
    bench.radio_arrives();
    bench.ok(USER, Call::StartUsing);
    bench.told();

    bench.engine.access_point.run = None;
    bench.tell(Event::StoppedByDriver {
        cause: cause("The channel is not allowed any more."),
    });
    assert_eq!(
        bench.told(),
        [(Active, Unavailable, Reason::MiniportStopped)]
    );
    let refusal = bench.call(USER, Call::StartUsing).unwrap_err();
    assert_eq!(refusal.cause.text, "The channel is not allowed any more.");
    bench.tell(Event::CanSustain);
    assert_eq!(bench.told(), [(Unavailable, Idle, Reason::MiniportStarted)]);

    assert_eq!(
        bench.refused(USER, Call::StopUsing),
        NO_START,
        "the reference is void"
    );
    bench.ok(USER, Call::StartUsing);
    bench.told();
    bench.radio_leaves();
    assert_eq!(
        bench.told(),
        [(Active, Unavailable, Reason::InterfaceUnavailable)]
    );
    bench.radio_arrives();
    assert_eq!(bench.state(), Idle, "nothing starts by itself");
}

#[test]
fn a_radio_that_leaves_while_the_network_is_being_stopped_ends_the_stop() {
    let mut bench = Bench::active();
    bench.engine.access_point.obliging = false;
    let stop = bench.send(USER, Call::ForceStop);
    bench.radio_leaves();
    assert_eq!(bench.answer(stop), Some(Ok(Answer::Done)));
    assert_eq!(
        bench.told(),
        [(Active, Unavailable, Reason::InterfaceUnavailable)]
    );
}

#[test]
fn a_disallowed_network_stays_unavailable_when_a_radio_arrives() {
    let mut bench = Bench::bare();
    bench.ok(ROOT, Call::SetEnabled(false));
    bench.radio_arrives();
    assert_eq!((bench.state(), bench.told()), (Unavailable, vec![]));
    bench.ok(ROOT, Call::SetEnabled(true));
    assert_eq!(bench.told(), [(Unavailable, Idle, Reason::UserAction)]);
}

#[test]
fn calls_before_the_handle_is_open_are_refused() {
    let invalid = (Win32Error::INVALID_HANDLE, Reason::BadParameters);
    let mut bench = Bench::idle();
    let client = ClientId(50);
    assert_eq!(
        bench.refused(client, Call::QueryStatus),
        invalid,
        "not connected at all"
    );
    bench.engine.connect_client(
        client,
        Rights {
            owner: true,
            uid: 0,
            groups: vec![0],
            pid: 1,
            program: "test".into(),
        },
        bench.now,
    );

    assert_eq!(bench.refused(client, Call::StartUsing), invalid);
    assert!(!bench.engine.is_open(client));
    for version in [0, 3, 10] {
        let open = Call::Open {
            client_version: version,
            program: String::new(),
        };
        assert_eq!(bench.refused(client, open).0, Win32Error::NOT_SUPPORTED);
    }
    let open = Call::Open {
        client_version: 1,
        program: "ä".repeat(100),
    };
    assert_eq!(
        bench.call(client, open.clone()),
        Ok(Answer::Opened { version: 1 })
    );
    assert!(bench.engine.is_open(client));
    assert_eq!(bench.refused(client, open).0, Win32Error::INVALID_PARAMETER);
    bench.ok(client, Call::StartUsing);
}

#[test]
fn calls_of_other_engines_are_refused() {
    let mut bench = Bench::idle();
    for call in [Call::Subscribe, Call::Sim(wlan_rpc::SimCall::List)] {
        assert_eq!(bench.refused(USER, call).0, Win32Error::NOT_SUPPORTED);
    }
}
