//! Reference 5.1 (T3, T10, T11) and table 10.6 (L23, L24): switches of the radio, and connections that
//! exclude the network.

use HostedNetworkState::{Active, Idle, Unavailable};
use wlan_model::RadioState::{self, Off, On};

use super::*;

const EXCLUDED: (Win32Error, Reason) = (
    Win32Error::INVALID_STATE,
    Reason::IncompatibleConnectionStarted,
);

fn ad_hoc() -> Cause {
    cause("An ad hoc connection is up.")
}

fn change(software: RadioState, hardware: RadioState) -> Notification {
    Notification::RadioStateChange { software, hardware }
}

fn state(old: HostedNetworkState, new: HostedNetworkState, reason: Reason) -> Notification {
    Notification::StateChange { old, new, reason }
}

impl Bench {
    fn switch(&mut self, software: bool, hardware: bool) {
        self.tell(Event::RadioSwitched { software, hardware });
    }

    fn connection_begins(&mut self) {
        self.tell(Event::IncompatibleConnection(Some(ad_hoc())));
    }

    fn connection_ends(&mut self) {
        self.tell(Event::IncompatibleConnection(None));
    }

    /// Everything the registered client was told since the last time.
    fn heard(&mut self) -> Vec<Notification> {
        let heard = self.notifications.drain(..);
        heard.map(|(_, notification)| notification).collect()
    }
}

#[test]
fn l23_a_switch_of_a_running_network_is_told_before_its_end() {
    let mut bench = Bench::active();
    bench.switch(true, true);
    assert_eq!(bench.heard(), [], "the first report is no change");

    bench.switch(false, true);
    bench.radio_leaves();
    assert_eq!(
        bench.heard(),
        [
            change(Off, On),
            state(Active, Unavailable, Reason::InterfaceUnavailable)
        ]
    );
    assert!(bench.events.contains(&EventKind::RadioSwitched {
        software: Off,
        hardware: On
    }));
    bench.switch(false, false);
    bench.switch(false, false);
    assert_eq!(bench.heard(), [change(Off, Off)]);
    bench.switch(true, true);
    bench.radio_arrives();
    assert_eq!(
        bench.heard(),
        [
            change(On, On),
            state(Unavailable, Idle, Reason::InterfaceAvailable)
        ]
    );
    assert_eq!(bench.state(), Idle, "nothing starts by itself");
}

#[test]
fn a_radio_that_is_off_when_the_service_begins_is_no_change() {
    let mut bench = Bench::bare();
    bench.switch(true, false);
    bench.radio_leaves();
    assert_eq!(bench.heard(), []);
    bench.switch(true, true);
    assert_eq!(bench.heard(), [change(On, On)]);
}

#[test]
fn l24_an_incompatible_connection_stops_a_running_network_for_good() {
    let mut bench = Bench::active();
    bench.connection_begins();

    let told = [(Active, Unavailable, Reason::IncompatibleConnectionStarted)];
    assert_eq!(bench.told(), told);
    assert_eq!(bench.status().unavailable, Some(ad_hoc()));
    assert_eq!(bench.refused(USER, Call::StartUsing), EXCLUDED);
    assert_eq!(bench.refused(ROOT, Call::ForceStart), EXCLUDED);
    let refused = bench.call(USER, Call::StartUsing).unwrap_err();
    assert_eq!(refused.cause, ad_hoc());
    assert_eq!(
        bench.refused(USER, Call::StopUsing),
        (Win32Error::INVALID_STATE, Reason::InterfaceUnavailable)
    );

    bench.connection_ends();
    assert_eq!(
        bench.told(),
        [(Unavailable, Idle, Reason::IncompatibleConnectionStopped)]
    );
    assert_eq!(bench.engine.access_point.starts, 1, "not restarted");
    bench.ok(USER, Call::StartUsing);
    assert_eq!(bench.state(), Active);
}

#[test]
fn t11_an_incompatible_connection_makes_an_idle_network_unavailable() {
    let mut bench = Bench::idle();
    bench.connection_begins();
    bench.connection_begins();
    assert_eq!(
        bench.told(),
        [(Idle, Unavailable, Reason::IncompatibleConnectionStarted)]
    );
    bench.connection_ends();
    bench.connection_ends();
    assert_eq!(
        bench.told(),
        [(Unavailable, Idle, Reason::IncompatibleConnectionStopped)]
    );
}

#[test]
fn a_start_under_way_is_refused_when_an_incompatible_connection_begins() {
    let mut bench = Bench::idle();
    bench.engine.access_point.obliging = false;
    let start = bench.send(USER, Call::StartUsing);

    bench.connection_begins();
    assert_eq!(codes(&bench.answer(start).unwrap()), EXCLUDED);
    bench.tell(Event::Stopped);

    assert_eq!(
        bench.told(),
        [(Idle, Unavailable, Reason::IncompatibleConnectionStarted)]
    );
}

#[test]
fn a_start_whose_settings_are_being_written_meets_the_incompatible_connection() {
    let mut bench = Bench::bare();
    bench.radio_arrives();
    bench.disk = Disk::Slow;
    let start = bench.send(USER, Call::StartUsing);
    bench.connection_begins();
    assert_eq!(bench.answer(start), None);
    bench.persisted(Ok(()));
    assert_eq!(codes(&bench.answer(start).unwrap()), EXCLUDED);
    assert_eq!(bench.engine.access_point.starts, 0);
}

#[test]
fn a_stop_under_way_ends_unavailable_when_an_incompatible_connection_begins() {
    let mut bench = Bench::active();
    bench.engine.access_point.obliging = false;
    let stop = bench.send(USER, Call::ForceStop);
    bench.connection_begins();
    bench.tell(Event::Stopped);
    assert_eq!(bench.answer(stop), Some(Ok(Answer::Done)));
    assert_eq!(
        bench.told(),
        [(Active, Unavailable, Reason::IncompatibleConnectionStarted)]
    );
}

#[test]
fn the_weightiest_obstacle_is_told_and_the_next_one_follows() {
    let mut bench = Bench::idle();
    bench.connection_begins();
    bench.ok(ROOT, Call::SetEnabled(false));
    bench.radio_leaves();
    bench.told();
    let why = |bench: &Bench| bench.status().unavailable.expect("unavailable").text;

    assert_eq!(why(&bench), "The network is disallowed on this machine.");
    bench.ok(ROOT, Call::SetEnabled(true));
    assert_eq!(why(&bench), "The radio was pulled out.");
    bench.radio_arrives();
    assert_eq!(why(&bench), ad_hoc().text);
    assert_eq!(bench.told(), [], "unavailable all the time");
    bench.connection_ends();
    assert_eq!(bench.state(), Idle);
}
