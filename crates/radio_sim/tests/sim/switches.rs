//! What happens to the radio from outside: its switches, other connections, slow drivers.

use crate::support::*;
use ::radio::{Cause, Command, CommandErrorKind, RadioEvent, Switches};
use clock::Duration;
use radio_sim::{SimConfig, SimEvent};

pub(crate) const fn switched(software: bool, hardware: bool) -> RadioEvent {
    RadioEvent::Switched(Switches { software, hardware })
}

fn switch(bench: &mut Bench, software: bool, hardware: bool) -> Vec<RadioEvent> {
    bench.run(Duration::ZERO);
    bench.events.clear();
    let switches = Switches { software, hardware };
    bench.radio.set_switches(switches, bench.now);
    assert_eq!(bench.radio.switches(), switches);
    bench.run(Duration::ZERO);
    core::mem::take(&mut bench.events)
}

/// What a switch was told as: the switches, then the cause or that it is ready.
fn told(events: &[RadioEvent]) -> (&RadioEvent, Option<&str>) {
    match events {
        [switched, RadioEvent::Unavailable { cause }] => (switched, Some(&cause.text)),
        [switched, RadioEvent::Ready(_)] => (switched, None),
        other => panic!("{other:?}"),
    }
}

fn ad_hoc() -> Cause {
    Cause::new("An ad hoc connection is up.", "End it.")
}

#[test]
fn a_switch_takes_what_is_on_the_air_and_names_itself() {
    let mut bench = Bench::started();
    bench.joined("phone", primary());

    let events = switch(&mut bench, false, true);
    assert_eq!(
        told(&events),
        (
            &switched(false, true),
            Some("The radio is switched off by software.")
        )
    );
    assert!(!bench.radio.is_on_air());
    let start = bench.command(Command::StartAp(Box::new(ap_config())));
    let refused = bench.result(start).unwrap_err();
    assert_eq!(refused.kind, CommandErrorKind::PoweredDown);
    assert_eq!(refused.cause.text, "The radio is switched off by software.");

    let events = switch(&mut bench, false, false);
    assert_eq!(
        told(&events).1,
        Some("The radio is switched off by software and by its hardware switch.")
    );
    let events = switch(&mut bench, true, false);
    assert_eq!(
        told(&events).1,
        Some("The radio is switched off by its hardware switch.")
    );
    assert_eq!(switch(&mut bench, true, false), [], "nothing changed");
    let events = switch(&mut bench, true, true);
    assert_eq!(told(&events), (&switched(true, true), None));

    bench.run(Duration::from_secs(1));
    assert!(matches!(
        bench.sim_events.last(),
        Some(SimEvent::Left { .. })
    ));
    let start = bench.command(Command::StartAp(Box::new(ap_config())));
    assert_eq!(bench.result(start), Ok(()));
}

#[test]
fn a_radio_is_ready_when_it_is_there_and_switched_on() {
    let mut bench = Bench::new(SimConfig::default());
    let pulled = Cause::new("The radio was pulled out.", "Put it back.");
    bench.radio.set_unavailable(pulled, bench.now);

    assert_eq!(switch(&mut bench, false, true), [switched(false, true)]);
    bench.radio.set_available(bench.now);
    bench.run(Duration::ZERO);
    assert!(
        matches!(&bench.events[..], [RadioEvent::Unavailable { cause }]
            if cause.text == "The radio is switched off by software."),
        "{:?}",
        bench.events
    );

    let again = Cause::new("The radio was pulled out.", "Put it back.");
    bench.radio.set_unavailable(again, bench.now);
    assert_eq!(switch(&mut bench, true, true), [switched(true, true)]);
    bench.events.clear();
    bench.radio.set_available(bench.now);
    bench.run(Duration::ZERO);
    assert!(matches!(&bench.events[..], [RadioEvent::Ready(_)]));
}

#[test]
fn an_incompatible_connection_leaves_the_run_and_declines_a_start() {
    let mut bench = Bench::started();
    bench.events.clear();

    bench.radio.set_incompatible(Some(ad_hoc()), bench.now);
    bench.radio.set_incompatible(Some(ad_hoc()), bench.now);
    assert_eq!(bench.radio.incompatible(), Some(&ad_hoc()));
    assert!(bench.radio.is_on_air());
    bench.command(Command::StopAp);
    let start = bench.command(Command::StartAp(Box::new(ap_config())));
    let refused = bench.result(start).unwrap_err();
    assert_eq!(
        (refused.kind, refused.cause),
        (CommandErrorKind::Busy, ad_hoc())
    );

    bench.radio.set_incompatible(None, bench.now);
    let start = bench.command(Command::StartAp(Box::new(ap_config())));
    assert_eq!(bench.result(start), Ok(()));
    let told: Vec<_> = bench
        .events
        .iter()
        .filter(|e| matches!(e, RadioEvent::Incompatible(_)))
        .collect();
    assert_eq!(
        told,
        [
            &RadioEvent::Incompatible(Some(ad_hoc())),
            &RadioEvent::Incompatible(None)
        ]
    );
}

fn is_answered(bench: &Bench, id: ::radio::CommandId) -> bool {
    bench
        .events
        .iter()
        .any(|e| matches!(e, RadioEvent::Completed { id: of, .. } if *of == id))
}

#[test]
fn a_slow_stop_stays_on_the_air_until_it_is_answered() {
    let delay = Duration::from_secs(2);
    let mut bench = Bench::started();
    bench.radio.set_stop_delay(delay);
    let began = bench.now;

    let stop = bench.command(Command::StopAp);
    bench.radio.set_stop_delay(Duration::ZERO);
    let second = bench.command(Command::StopAp);
    bench.run(delay - Duration::from_micros(1));
    assert!(bench.radio.is_on_air());
    assert!(!is_answered(&bench, stop) && !is_answered(&bench, second));

    bench.run(Duration::from_micros(1));
    assert!(!bench.radio.is_on_air());
    assert_eq!(bench.now.since(began), delay);
    assert_eq!((bench.result(stop), bench.result(second)), (Ok(()), Ok(())));
}

#[test]
fn a_slow_stop_ends_no_later_run_and_survives_no_radio() {
    let mut bench = Bench::started();
    bench.radio.set_stop_delay(Duration::from_secs(60));

    let stop = bench.command(Command::StopAp);
    let start = bench.command(Command::StartAp(Box::new(ap_config())));
    assert_eq!((bench.result(stop), bench.result(start)), (Ok(()), Ok(())));
    bench.run(Duration::from_secs(61));
    assert!(bench.radio.is_on_air());

    let stop = bench.command(Command::StopAp);
    let events = switch(&mut bench, true, false);
    assert!(
        matches!(&events[..], [
            RadioEvent::Completed { id, result: Ok(()) },
            RadioEvent::Switched(_),
            RadioEvent::Unavailable { .. },
        ] if *id == stop),
        "{events:?}"
    );
}
