//! Reference 5.1 (T13): before the machine sleeps.

use HostedNetworkState::{Active, Idle, Unavailable};

use super::*;

const ASLEEP: (Win32Error, Reason) = (Win32Error::INVALID_STATE, Reason::InterfaceUnavailable);

#[test]
fn t13_sleep_stops_the_network_once() {
    let mut bench = Bench::active();
    bench.engine.stop_for_suspend(bench.now);
    bench.drain();
    assert_eq!(bench.told(), [(Active, Idle, Reason::InterfaceUnavailable)]);
    bench.engine.stop_for_suspend(bench.now);
    bench.drain();
    assert_eq!(bench.told(), []);
}

#[test]
fn t13_a_call_before_sleep_is_answered_when_the_network_has_stopped() {
    let mut bench = Bench::active();
    bench.engine.access_point.obliging = false;

    let call = bench.send(ROOT, Call::PrepareForSleep);
    assert_eq!((bench.answer(call), bench.state()), (None, Active));
    bench.tell(Event::Stopped);

    assert_eq!(bench.answer(call), Some(Ok(Answer::Done)));
    assert_eq!(bench.told(), [(Active, Idle, Reason::InterfaceUnavailable)]);
}

#[test]
fn a_call_before_sleep_succeeds_at_once_when_nothing_runs() {
    for (mut bench, state) in [(Bench::idle(), Idle), (Bench::bare(), Unavailable)] {
        bench.ok(ROOT, Call::PrepareForSleep);
        assert_eq!((bench.told(), bench.state()), (vec![], state));
    }
}

#[test]
fn a_call_before_sleep_joins_a_stop_under_way() {
    let mut bench = Bench::active();
    bench.engine.access_point.obliging = false;
    let stop = bench.send(USER, Call::ForceStop);
    let call = bench.send(ROOT, Call::PrepareForSleep);
    bench.tell(Event::Stopped);
    for id in [stop, call] {
        assert_eq!(bench.answer(id), Some(Ok(Answer::Done)));
    }
    assert_eq!(bench.told(), [(Active, Idle, Reason::UserAction)]);
}

#[test]
fn only_the_privileged_prepare_for_sleep() {
    let mut bench = Bench::active();
    assert_eq!(
        bench.refused(USER, Call::PrepareForSleep),
        (Win32Error::ACCESS_DENIED, Reason::ElevationRequired)
    );
    assert_eq!(bench.state(), Active);
    assert_eq!(
        bench.kept_from(),
        [(
            USER,
            "prepare the network for sleep".to_owned(),
            Reason::ElevationRequired
        )]
    );
}

#[test]
fn starts_that_wait_for_the_disk_do_not_come_to_life_after_sleep() {
    let mut bench = Bench::bare();
    bench.radio_arrives();
    bench.disk = Disk::Slow;
    let written = bench.send(USER, Call::StartUsing);
    let queued = bench.send(OTHER, Call::StartUsing);
    bench.ok(ROOT, Call::PrepareForSleep);

    assert_eq!(codes(&bench.answer(queued).unwrap()), ASLEEP);
    bench.persisted(Ok(()));
    assert_eq!(codes(&bench.answer(written).unwrap()), ASLEEP);
    assert_eq!((bench.state(), bench.engine.access_point.starts), (Idle, 0));
    assert!(bench.status().ssid.is_some(), "what was written is kept");

    bench.ok(USER, Call::StartUsing);
    assert_eq!(bench.state(), Active);
}

#[test]
fn a_start_under_way_is_given_up_for_sleep() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    let start = bench.send(USER, Call::StartUsing);
    let call = bench.send(ROOT, Call::PrepareForSleep);
    assert_eq!(codes(&bench.answer(start).unwrap()), ASLEEP);
    bench.tell(Event::Stopped);
    assert_eq!(bench.answer(call), Some(Ok(Answer::Done)));
    assert_eq!((bench.told(), bench.state()), (vec![], Idle));
}
