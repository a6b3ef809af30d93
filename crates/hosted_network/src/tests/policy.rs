//! Reference 7.3 and 9.9, decision 0009: what the administrator lets people do.

use HostedNetworkState::{Active, Idle, Unavailable};

use super::*;

const UNAVAILABLE: (Win32Error, Reason) = (Win32Error::INVALID_STATE, Reason::InterfaceUnavailable);
const DENIED: (Win32Error, Reason) = (Win32Error::ACCESS_DENIED, Reason::GpDenied);
const NO_RIGHT: (Win32Error, Reason) = (Win32Error::ACCESS_DENIED, Reason::ElevationRequired);

const ADMINS: u32 = 27;
const FAMILY: u32 = 100;
const ADMIN: ClientId = ClientId(10);
const CHILD: ClientId = ClientId(11);
const GUEST: ClientId = ClientId(12);

impl Bench {
    /// With a member of each group and somebody of none.
    fn with_groups(mut self) -> Self {
        for (client, uid, group) in [(ADMIN, 1, ADMINS), (CHILD, 2, FAMILY), (GUEST, 3, 3)] {
            let rights = rights(uid, &[uid, group]);
            self.engine.connect_client(client, rights, self.now);
            let open = Call::Open {
                client_version: 2,
                program: "test".into(),
            };
            self.ok(client, open);
        }
        self.policy(|p| p.privileged_group = Some(ADMINS));
        self.forget();
        self
    }

    fn forbid(&mut self) {
        self.policy(|p| p.allowed = false);
    }

    fn fix(&mut self, name: Option<&str>) {
        self.policy(|p| p.fixed_ssid = name.map(|name| Ssid::new(name).unwrap()));
    }

    fn name(&self) -> Option<String> {
        self.status().ssid.map(|ssid| ssid.to_string())
    }
}

fn denied(client: ClientId, what: &str, reason: Reason) -> (ClientId, String, Reason) {
    (client, what.to_owned(), reason)
}

#[test]
fn t12_a_policy_that_forbids_stops_a_running_network() {
    let mut bench = Bench::active();
    bench.forbid();
    assert_eq!(bench.told(), [(Active, Unavailable, Reason::GpDenied)]);
    let cause = bench.status().unavailable.expect("a cause");
    assert_eq!(
        (cause.text.as_str(), cause.remedy.as_str()),
        (
            "The policy of this machine does not allow the network.",
            "Ask the administrator of the machine (policy.toml)."
        )
    );
    assert_eq!(bench.engine.access_point.run, None);
}

#[test]
fn t12_t4_an_idle_network_becomes_unavailable_and_comes_back_idle() {
    let mut bench = Bench::idle();
    bench.forbid();
    bench.forbid();
    assert_eq!(bench.told(), [(Idle, Unavailable, Reason::GpDenied)]);
    bench.policy(|p| p.allowed = true);
    assert_eq!(bench.told(), [(Unavailable, Idle, Reason::UserAction)]);
    assert_eq!(bench.engine.access_point.starts, 0);
}

#[test]
fn a_forbidden_network_refuses_its_use_even_to_the_privileged() {
    let mut bench = Bench::idle();
    bench.forbid();
    let enabled = Answer::Enabled {
        enabled: false,
        by_policy: true,
    };
    assert_eq!(bench.ok(USER, Call::QueryEnabled), enabled);
    assert!(!bench.status().enabled);

    let rows = [
        (USER, Call::StartUsing, UNAVAILABLE, "start the network"),
        (ROOT, Call::ForceStart, UNAVAILABLE, "start the network"),
        (
            ROOT,
            Call::SetEnabled(true),
            DENIED,
            "allow or disallow the network",
        ),
        (
            USER,
            Call::SetEnabled(false),
            DENIED,
            "allow or disallow the network",
        ),
        (
            USER,
            Call::RegisterVirtualStationNotification(true),
            UNAVAILABLE,
            "register for virtual stations",
        ),
        (
            USER,
            Call::ForceStart,
            NO_RIGHT,
            "force a start of the network",
        ),
    ];
    for (client, call, code, what) in rows {
        assert_eq!(bench.refused(client, call.clone()), code, "{call:?}");
        assert_eq!(bench.kept_from(), [denied(client, what, code.1)]);
    }
    assert_eq!(bench.state(), Unavailable);

    // What is no use of it goes on.
    bench.ok(USER, Call::InitSettings);
    bench.ok(USER, named("stored"));
    bench.ok(USER, set("12345678", true));
    bench.ok(USER, Call::RefreshSecuritySettings);
    bench.ok(USER, Call::ForceStop);
    assert_eq!(bench.refused(USER, Call::StopUsing), UNAVAILABLE);
    assert_eq!(bench.kept_from(), []);

    bench.policy(|p| p.allowed = true);
    let enabled = Answer::Enabled {
        enabled: true,
        by_policy: false,
    };
    assert_eq!(bench.ok(USER, Call::QueryEnabled), enabled);
    bench.ok(USER, Call::RegisterVirtualStationNotification(true));
    bench.ok(USER, Call::StartUsing);
}

#[test]
fn the_flag_is_kept_while_the_policy_weighs_more() {
    let mut bench = Bench::idle();
    bench.ok(ROOT, Call::SetEnabled(false));
    bench.forbid();
    bench.policy(|p| p.allowed = true);
    let enabled = Answer::Enabled {
        enabled: false,
        by_policy: false,
    };
    assert_eq!(bench.ok(USER, Call::QueryEnabled), enabled);
    assert_eq!(bench.state(), Unavailable);
}

#[test]
fn a_start_under_way_when_the_policy_forbids_is_refused_as_unavailable() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    let start = bench.send(USER, Call::StartUsing);
    bench.forbid();
    assert_eq!(codes(&bench.answer(start).unwrap()), UNAVAILABLE);
    bench.tell(Event::Stopped);
    assert_eq!(bench.told(), [(Idle, Unavailable, Reason::GpDenied)]);
}

#[test]
fn calls_that_wait_are_judged_by_the_policy_of_their_turn() {
    let mut bench = Bench::idle().with_groups();
    bench.disk = Disk::Slow;
    let first = bench.send(USER, named("first"));
    let start = bench.send(OTHER, Call::StartUsing);
    let key = bench.send(GUEST, set("12345678", true));
    let name = bench.send(CHILD, named("third"));
    let force = bench.send(ADMIN, Call::ForceStart);
    bench.policy(|p| {
        p.allowed = false;
        p.set_keys = Who::Privileged;
        p.fixed_ssid = Some(Ssid::new("fixed").unwrap());
        p.privileged_group = None;
    });
    bench.persisted(Ok(()));

    assert_eq!(bench.answer(first), Some(Ok(Answer::Done)), "it had begun");
    assert_eq!(bench.name().as_deref(), Some("fixed"), "and yet");
    assert_eq!(codes(&bench.answer(start).unwrap()), UNAVAILABLE);
    for id in [key, name] {
        assert_eq!(codes(&bench.answer(id).unwrap()), DENIED);
    }
    assert_eq!(codes(&bench.answer(force).unwrap()), NO_RIGHT);
    assert_eq!(bench.writing, None);
}

#[test]
fn members_of_the_privileged_group_may_force_and_allow() {
    let mut bench = Bench::idle().with_groups();
    for client in [CHILD, GUEST] {
        assert_eq!(bench.refused(client, Call::ForceStart), NO_RIGHT);
        assert_eq!(bench.refused(client, Call::SetEnabled(false)), NO_RIGHT);
    }
    bench.ok(ADMIN, Call::ForceStart);
    bench.ok(ADMIN, Call::SetEnabled(false));
    assert_eq!(
        bench.kept_from().first(),
        Some(&denied(
            CHILD,
            "force a start of the network",
            Reason::ElevationRequired
        ))
    );

    bench.policy(|p| p.privileged_group = None);
    assert_eq!(bench.refused(ADMIN, Call::SetEnabled(true)), NO_RIGHT);
}

/// Who of root, admin, child and guest may.
fn may(bench: &mut Bench, call: &Call) -> [bool; 4] {
    [ROOT, ADMIN, CHILD, GUEST].map(|client| match bench.call(client, call.clone()) {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!((refusal.code, refusal.reason), DENIED, "{call:?}");
            assert!(refusal.cause.text.contains("policy"), "{refusal}");
            assert!(refusal.cause.remedy.contains("policy.toml"), "{refusal}");
            false
        }
    })
}

const WHO: [(Who, [bool; 4]); 4] = [
    (Who::Anybody, [true; 4]),
    (Who::Privileged, [true, true, false, false]),
    (Who::Group(FAMILY), [true, true, true, false]),
    (Who::Group(999), [true, true, false, false]),
];

#[test]
fn keys_are_read_by_those_whom_the_policy_names() {
    for (who, expected) in WHO {
        let mut bench = Bench::idle().with_groups();
        bench.ok(ROOT, set("12345678", true));
        bench.policy(|p| p.read_keys = who);

        for call in [Call::QueryPrimaryKey, Call::QuerySecondaryKey] {
            assert_eq!(may(&mut bench, &call), expected, "{who:?} {call:?}");
        }
        let kept = bench.kept_from();
        assert_eq!(kept.len(), 2 * expected.iter().filter(|may| !**may).count());
        assert!(
            kept.iter()
                .all(|(_, what, _)| what.starts_with("read the "))
        );
        for client in [ROOT, ADMIN, CHILD, GUEST] {
            bench.ok(client, set("87654321", true));
        }
    }
}

#[test]
fn keys_are_changed_by_those_whom_the_policy_names() {
    for (who, expected) in WHO {
        let mut bench = Bench::idle().with_groups();
        bench.policy(|p| p.set_keys = who);
        let calls = [
            set("12345678", true),
            set("12345678", false),
            set_binary([7; 32], true),
            Call::RemoveSecondaryKey,
            Call::RefreshSecuritySettings,
        ];
        for call in calls {
            let before = (bench.stored.clone(), bench.engine.temporary.clone());
            let guest = bench.call(GUEST, call.clone());
            let after = (bench.stored.clone(), bench.engine.temporary.clone());
            assert_eq!(guest.is_ok(), expected[3], "{who:?} {call:?}");
            assert!(guest.is_ok() || before == after);
            assert_eq!(may(&mut bench, &call), expected, "{who:?} {call:?}");
        }
        assert_eq!(
            bench.refused(GUEST, set("short", true)).0,
            Win32Error::INVALID_PARAMETER,
            "values come before rights"
        );
        bench.ok(GUEST, Call::QuerySecondaryKey);
    }
}

#[test]
fn a_fixed_name_is_in_force_and_the_stored_one_comes_back() {
    let mut bench = Bench::idle();
    bench.ok(USER, named("mine"));
    bench.forget();

    bench.fix(Some("office"));
    assert_eq!(bench.told(), [(Idle, Idle, Reason::PropertiesChange)]);
    assert_eq!(bench.events, [EventKind::SettingsChanged]);
    let Answer::ConnectionSettings(shown) = bench.ok(USER, Call::QueryConnectionSettings) else {
        panic!("settings");
    };
    assert_eq!(
        (shown.ssid.to_string().as_str(), shown.max_peers),
        ("office", 10)
    );
    assert_eq!(bench.written, 0, "nothing is stored for it");

    bench.ok(USER, Call::StartUsing);
    let (run, _) = bench.engine.access_point.run.clone().expect("a run");
    assert_eq!(run.ssid, Ssid::new("office").unwrap());
    assert!(
        bench
            .events
            .iter()
            .any(|e| matches!(e, EventKind::Started { ssid, .. } if *ssid == run.ssid))
    );
    assert!(
        bench.join_with_primary(PHONE),
        "keys are made for that name"
    );

    bench.forget();
    bench.fix(None);
    assert_eq!(bench.told(), [(Active, Idle, Reason::PropertiesChange)]);
    assert_eq!(bench.name().as_deref(), Some("mine"));
    assert_eq!(bench.engine.access_point.run, None);
}

#[test]
fn a_fixed_name_takes_no_other() {
    let mut bench = Bench::idle();
    bench.fix(Some("office"));
    bench.ok(USER, Call::StartUsing);
    bench.forget();

    for client in [USER, ROOT] {
        assert_eq!(bench.refused(client, named("home")), DENIED);
        assert_eq!(
            bench.kept_from(),
            [denied(client, "rename the network", Reason::GpDenied)]
        );
    }
    let refusal = bench.call(USER, named("home")).unwrap_err();
    assert_eq!(
        refusal.cause.text,
        "The policy of this machine fixes the network's name to 'office'."
    );
    assert_eq!((bench.state(), bench.written), (Active, 0));

    bench.ok(USER, named("office"));
    assert_eq!(bench.status().max_peers, 10);
    assert_eq!(bench.told(), [(Active, Idle, Reason::PropertiesChange)]);
    bench.fix(None);
    assert_eq!(bench.name().as_deref(), Some("office"), "as it was set");
}

#[test]
fn a_new_network_begins_with_the_fixed_name() {
    let mut bench = Bench::bare();
    bench.fix(Some("office"));
    assert_eq!(bench.name(), None, "there is none yet");
    assert_eq!(
        bench.refused(USER, Call::QueryConnectionSettings).0,
        Win32Error::BAD_CONFIGURATION
    );
    bench.ok(USER, Call::InitSettings);
    assert_eq!(bench.name().as_deref(), Some("office"));
    assert_eq!(
        bench.stored.connection.as_ref().map(|c| c.ssid.to_string()),
        Some("office".to_owned())
    );
}

#[test]
fn the_name_that_is_fixed_already_disturbs_nobody() {
    let mut bench = Bench::idle();
    bench.ok(USER, named("office"));
    bench.ok(USER, Call::StartUsing);
    bench.forget();
    bench.fix(Some("office"));
    assert_eq!((bench.told(), bench.events.len()), (vec![], 0));
    assert_eq!(bench.state(), Active);
}

#[test]
fn a_policy_of_who_may_what_disturbs_no_run() {
    let mut bench = Bench::active();
    bench.policy(|p| {
        p.read_keys = Who::Privileged;
        p.set_keys = Who::Group(5);
        p.privileged_group = Some(5);
    });
    assert_eq!((bench.told(), bench.events.len()), (vec![], 0));
    assert_eq!(bench.state(), Active);
}

#[test]
fn a_forbidden_network_says_so_from_the_beginning() {
    let mut bench = Bench::idle();
    bench.forbid();
    bench.radio_leaves();
    bench.told();
    let config = Config {
        seed: [1; 32],
        settings: bench.stored.clone(),
        policy: bench.engine.policy.clone(),
        host_name: "attic".into(),
        channel: None,
        group_rekey: None,
        pairwise_rekey: None,
        diagnose_retired_keys: true,
    };
    let anew = crate::HostedNetwork::new(config);
    let cause = anew.status(bench.now).unavailable.expect("a cause");
    assert!(cause.text.contains("policy"), "{cause}");
}

#[test]
fn the_mark_for_virtual_stations_goes_with_its_handle() {
    let mut bench = Bench::idle();
    let marked = |bench: &Bench| bench.engine.clients.get(&USER).map(|c| c.virtual_station);
    bench.ok(USER, Call::RegisterVirtualStationNotification(true));
    assert_eq!(marked(&bench), Some(true));
    bench.ok(USER, Call::RegisterVirtualStationNotification(false));
    assert_eq!(marked(&bench), Some(false));
    bench.ok(USER, Call::RegisterVirtualStationNotification(true));
    bench.gone(USER);
    bench.connect(USER, false);
    assert_eq!(marked(&bench), Some(false));
}
