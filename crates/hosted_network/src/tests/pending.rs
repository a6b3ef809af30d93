//! One write at a time, in order; what waits and what does not.

use super::*;

const FULL: (Win32Error, Reason) = (
    Win32Error::NO_SYSTEM_RESOURCES,
    Reason::InsufficientResources,
);

#[test]
fn a_change_is_answered_and_in_force_when_it_is_safe_and_not_before() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    let before = bench.status();

    let change = bench.send(USER, named("other"));
    assert_eq!(bench.answer(change), None);
    assert_eq!(bench.status(), before);

    bench.persisted(Ok(()));
    assert_eq!(bench.answer(change), Some(Ok(Answer::Done)));
    assert_eq!(bench.status().ssid, Some(Ssid::new("other").unwrap()));
}

#[test]
fn queries_of_others_do_not_wait_for_a_write() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    bench.send(USER, set("secret-one", true));
    let none = Answer::SecondaryKey {
        key: None,
        persistent: false,
    };
    assert_eq!(bench.ok(OTHER, Call::QuerySecondaryKey), none);
    assert!(matches!(
        bench.ok(OTHER, Call::QueryStatus),
        Answer::Status(_)
    ));
}

#[test]
fn calls_of_one_client_are_answered_in_order() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    let change = bench.send(USER, set("secret-one", true));
    let query = bench.send(USER, Call::QuerySecondaryKey);
    assert_eq!(bench.answer(query), None);

    bench.persisted(Ok(()));

    let key = Some(word("secret-one"));
    assert_eq!(
        bench.answer(query),
        Some(Ok(Answer::SecondaryKey {
            key,
            persistent: true
        }))
    );
    let order: Vec<_> = bench.answers.iter().map(|(_, id, _)| *id).collect();
    let at = |id| order.iter().position(|x| *x == id);
    assert!(at(change) < at(query));
}

#[test]
fn changes_of_several_clients_are_written_in_order() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    let a = bench.send(USER, named("one"));
    let b = bench.send(OTHER, named("two"));
    let c = bench.send(ROOT, Call::SetEnabled(false));
    let ssid = |bench: &Bench| bench.status().ssid.map(|s| s.to_string());

    bench.persisted(Ok(()));
    assert_eq!(
        (bench.answer(a).is_some(), bench.answer(b).is_some()),
        (true, false)
    );
    assert_eq!(ssid(&bench).as_deref(), Some("one"));
    bench.persisted(Err(cause("The disk is full.")));
    assert_eq!(
        codes(&bench.answer(b).unwrap()),
        (Win32Error::WRITE_FAULT, Reason::PersistenceFailed)
    );
    assert_eq!(ssid(&bench).as_deref(), Some("one"));
    bench.persisted(Ok(()));
    assert_eq!(bench.answer(c), Some(Ok(Answer::Done)));
    assert_eq!(
        bench.stored.connection.as_ref().map(|s| s.ssid.to_string()),
        ssid(&bench)
    );
}

#[test]
fn stops_do_not_wait_for_a_write() {
    let mut bench = Bench::idle();
    bench.ok(ROOT, Call::StartUsing);
    bench.disk = Disk::Slow;
    bench.send(USER, set("secret-one", true));
    bench.ok(ROOT, Call::StopUsing);
    assert_eq!(bench.state(), HostedNetworkState::Idle);
}

#[test]
fn starts_wait_for_the_change_before_them() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    bench.send(USER, named("other"));
    let start = bench.send(OTHER, Call::StartUsing);
    assert_eq!(bench.engine.access_point.starts, 0);
    bench.persisted(Ok(()));
    assert_eq!(bench.answer(start), Some(Ok(Answer::Done)));
    let (settings, _) = bench.engine.access_point.run.clone().unwrap();
    assert_eq!(settings.ssid.to_string(), "other");
}

#[test]
fn a_change_on_a_full_disk_changes_nothing_at_all() {
    type Row = fn() -> Call;
    let rows: [Row; 6] = [
        || named("other"),
        || Call::RefreshSecuritySettings,
        || Call::SetEnabled(false),
        || set("secret-two", true),
        || set("secret-two", false),
        || Call::RemoveSecondaryKey,
    ];
    for call in rows {
        let mut bench = Bench::active();
        bench.ok(USER, set("secret-one", true));
        bench.join_with(PHONE, "secret-one");
        bench.forget();
        bench.disk = Disk::ReadOnly;
        let (status, settings) = (bench.status(), bench.stored.clone());

        let refused = bench.refused(ROOT, call());

        assert_eq!(
            refused,
            (Win32Error::WRITE_FAULT, Reason::PersistenceFailed)
        );
        assert_eq!((bench.status(), bench.stored.clone()), (status, settings));
        assert_eq!((bench.notifications.len(), bench.events.len()), (0, 0));
        assert_eq!(bench.engine.access_point.stops, 0);
    }
}

#[test]
fn a_first_start_on_a_full_disk_is_refused() {
    let mut bench = Bench::bare();
    bench.radio_arrives();
    bench.disk = Disk::ReadOnly;
    assert_eq!(
        bench.refused(USER, Call::StartUsing),
        (Win32Error::WRITE_FAULT, Reason::PersistenceFailed)
    );
    assert_eq!(
        (bench.state(), bench.engine.access_point.starts),
        (HostedNetworkState::Idle, 0)
    );
}

#[test]
fn a_client_that_dies_while_its_first_start_is_written_starts_nothing() {
    let mut bench = Bench::bare();
    bench.radio_arrives();
    bench.disk = Disk::Slow;
    bench.send(USER, Call::StartUsing);
    bench.gone(USER);
    bench.persisted(Ok(()));
    assert_eq!(
        (bench.state(), bench.engine.access_point.starts),
        (HostedNetworkState::Idle, 0)
    );
    assert!(bench.stored.connection.is_some());
}

#[test]
fn a_change_being_written_when_its_caller_dies_still_takes_effect() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    let written = bench.send(USER, set("secret-one", true));
    let other = bench.send(OTHER, set("secret-two", true));
    bench.gone(USER);
    bench.gone(OTHER);
    bench.persisted(Ok(()));
    assert_eq!((bench.answer(written), bench.answer(other)), (None, None));
    assert_eq!(bench.stored.secondary_key, Some(word("secret-one")));
    assert_eq!(
        bench.writing, None,
        "a change that had not begun is dropped with its caller"
    );
}

#[test]
fn a_radio_that_leaves_while_a_first_start_is_written_refuses_it() {
    let mut bench = Bench::bare();
    bench.radio_arrives();
    bench.disk = Disk::Slow;
    let start = bench.send(USER, Call::StartUsing);
    bench.radio_leaves();
    bench.persisted(Ok(()));
    let refusal = bench.answer(start).unwrap().unwrap_err();
    assert_eq!(refusal.reason, Reason::InterfaceUnavailable);
    assert_eq!(refusal.cause.text, "The radio was pulled out.");
}

#[test]
fn a_change_that_was_written_while_the_network_began_to_stop_succeeds_at_its_end() {
    let mut bench = Bench::active();
    bench.disk = Disk::Slow;
    bench.engine.access_point.obliging = false;
    let change = bench.send(USER, named("other"));
    let stop = bench.send(OTHER, Call::ForceStop);
    bench.persisted(Ok(()));
    assert_eq!((bench.answer(change), bench.answer(stop)), (None, None));
    bench.tell(Event::Stopped);
    assert_eq!(bench.answer(change), Some(Ok(Answer::Done)));
    assert_eq!(bench.answer(stop), Some(Ok(Answer::Done)));
    assert_eq!(bench.engine.access_point.stops, 1);
}

#[test]
fn an_impatient_client_is_refused_at_a_bound() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    bench.send(USER, set("secret-one", true));
    for _ in 0..crate::HostedNetwork::MAX_WAITING_CALLS {
        let id = bench.send(USER, Call::QueryStatus);
        assert_eq!(bench.answer(id), None);
    }
    assert_eq!(bench.refused(USER, Call::QueryStatus), FULL);
    bench.persisted(Ok(()));
    assert!(bench.call(USER, Call::QueryStatus).is_ok());
}

#[test]
fn a_thousand_changes_behind_a_slow_disk_are_all_made_and_delay_others_by_one() {
    let mut bench = Bench::idle();
    bench.disk = Disk::Slow;
    let mut ids = Vec::new();
    for n in 0..1000_u64 {
        bench.connect(ClientId(100 + n), false);
        let key = [(n % 251) as u8; 32];
        ids.push(bench.send(ClientId(100 + n), set_binary(key, true)));
    }
    let stranger = ClientId(5000);
    bench
        .engine
        .connect_client(stranger, rights(1001, &[1001]), bench.now);
    let open = Call::Open {
        client_version: 2,
        program: String::new(),
    };
    bench.ok(stranger, open);
    let other = bench.send(stranger, set("secret-one", true));

    bench.persisted(Ok(()));
    bench.persisted(Ok(()));
    assert_eq!(bench.answer(other), None);
    bench.persisted(Ok(()));
    assert_eq!(bench.answer(other), Some(Ok(Answer::Done)));

    while bench.writing.is_some() {
        bench.persisted(Ok(()));
    }
    assert!(
        ids.iter()
            .all(|id| bench.answer(*id) == Some(Ok(Answer::Done)))
    );
}

#[test]
fn an_answer_nobody_waits_for_is_ignored() {
    let mut bench = Bench::idle();
    bench.engine.handle_persisted(Ok(()), bench.now);
    bench
        .engine
        .handle_persisted(Err(cause("What?")), bench.now);
    bench.drain();
    assert_eq!((bench.events.len(), bench.notifications.len()), (0, 0));
}
