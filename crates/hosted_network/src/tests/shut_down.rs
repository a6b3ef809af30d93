//! The end of the service.

use HostedNetworkState::{Active, Idle, Unavailable};

use super::*;

const ENDING: (Win32Error, Reason) = (Win32Error::INVALID_STATE, Reason::ServiceShuttingDown);

fn shut_down(bench: &mut Bench) {
    bench.engine.shut_down(bench.now);
    bench.drain();
}

#[test]
fn t14_the_end_of_the_service_stops_the_network_first() {
    let mut bench = Bench::active();
    bench.engine.access_point.obliging = false;

    shut_down(&mut bench);
    assert_eq!((bench.shut_down, bench.engine.access_point.stops), (0, 1));
    bench.tell(Event::Stopped);

    assert_eq!(bench.shut_down, 1);
    assert_eq!(
        bench.told(),
        [(Active, Unavailable, Reason::ServiceShuttingDown)]
    );
}

#[test]
fn a_service_at_rest_ends_at_once_and_says_so_once() {
    for mut bench in [Bench::bare(), Bench::idle()] {
        shut_down(&mut bench);
        shut_down(&mut bench);
        bench.radio_arrives();
        assert_eq!((bench.shut_down, bench.state()), (1, Unavailable));
    }
}

#[test]
fn every_call_that_waits_is_answered_before_the_end() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    let start = bench.send(ROOT, Call::StartUsing);
    let behind_the_start = bench.send(ROOT, Call::QueryStatus);
    bench.disk = Disk::Slow;
    let writing = bench.send(USER, set("secret-one", true));
    let behind_the_write = bench.send(USER, Call::QuerySecondaryKey);
    let queued = bench.send(OTHER, named("other"));

    shut_down(&mut bench);

    for id in [start, behind_the_start, queued] {
        assert_eq!(codes(&bench.answer(id).expect("an answer")), ENDING);
    }
    assert_eq!(bench.answer(writing), None);
    bench.tell(Event::Stopped);
    assert_eq!(bench.shut_down, 0, "a write is under way");
    bench.persisted(Ok(()));
    assert_eq!(bench.answer(writing), Some(Ok(Answer::Done)));
    assert_eq!(
        codes(&bench.answer(behind_the_write).expect("an answer")),
        ENDING
    );
    assert_eq!(bench.shut_down, 1);
    assert_eq!(bench.stored.secondary_key, Some(word("secret-one")));
}

#[test]
fn a_stop_under_way_is_finished_by_the_end_of_the_service() {
    let mut bench = Bench::active();
    bench.engine.access_point.obliging = false;
    let stop = bench.send(USER, Call::ForceStop);
    shut_down(&mut bench);
    bench.tell(Event::Stopped);
    assert_eq!(bench.answer(stop), Some(Ok(Answer::Done)));
    assert_eq!(
        bench.told(),
        [(Active, Unavailable, Reason::ServiceShuttingDown)]
    );
    assert_eq!((bench.shut_down, bench.engine.access_point.stops), (1, 1));
}

#[test]
fn a_first_start_being_written_at_the_end_is_refused() {
    let mut bench = Bench::bare();
    bench.radio_arrives();
    bench.disk = Disk::Slow;
    let start = bench.send(USER, Call::StartUsing);
    shut_down(&mut bench);
    bench.persisted(Ok(()));
    assert_eq!(codes(&bench.answer(start).expect("an answer")), ENDING);
    assert_eq!((bench.shut_down, bench.engine.access_point.starts), (1, 0));
}

#[test]
fn after_the_end_even_opening_is_refused() {
    let mut bench = Bench::idle();
    bench.told();
    shut_down(&mut bench);
    assert_eq!(
        bench.told(),
        [(Idle, Unavailable, Reason::ServiceShuttingDown)]
    );
    let client = ClientId(77);
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
    for call in [
        Call::Open {
            client_version: 2,
            program: String::new(),
        },
        Call::QueryStatus,
        Call::ForceStop,
    ] {
        assert_eq!(bench.refused(client, call), ENDING);
    }
}
