//! Radio switches and connections that exclude the network, through the whole column (reference
//! 5.1 T1, T3, T10, T11; 10.6 L23, L24).

use cause::Cause;
use clock::Duration;
use column::ClientId;
use radio::Switches;
use wlan_model::HostedNetworkState::{Active, Idle, Unavailable};
use wlan_model::{HostedNetworkState, Notification, RadioState, Reason, Win32Error};
use wlan_rpc::{Answer, Call, KeyIdentity};
use world::World;

fn registered() -> (World, ClientId) {
    let (mut world, client) = World::running();
    let call = Call::RegisterNotification {
        sources: 0xffff,
        ignore_duplicate: false,
    };
    assert_eq!(world.call(client, call), Ok(Answer::PreviousSources(0)));
    (world, client)
}

/// What the client was told since the last time, in order.
fn heard(world: &mut World) -> Vec<Notification> {
    let heard = world.notifications.drain(..);
    heard.map(|(_, notification)| notification).collect()
}

fn state(old: HostedNetworkState, new: HostedNetworkState, reason: Reason) -> Notification {
    Notification::StateChange { old, new, reason }
}

fn switch(world: &mut World, software: bool, hardware: bool) {
    let switches = Switches { software, hardware };
    world.radio.set_switches(switches, world.now());
    world.pump();
}

fn ad_hoc(world: &mut World, on: bool) {
    let cause = on.then(|| Cause::new("An ad hoc connection is up.", "End it."));
    world.radio.set_incompatible(cause, world.now());
    world.pump();
}

#[test]
fn l23_the_radio_off_while_active() {
    use RadioState::{Off, On};
    let (mut world, client) = registered();

    switch(&mut world, true, false);
    assert_eq!(
        heard(&mut world),
        [
            Notification::RadioStateChange {
                software: On,
                hardware: Off
            },
            state(Active, Unavailable, Reason::InterfaceUnavailable),
        ]
    );
    assert!(!world.radio.is_on_air());
    let refused = world.call(client, Call::StartUsing).unwrap_err();
    assert_eq!(
        (refused.code, refused.reason),
        (Win32Error::INVALID_STATE, Reason::InterfaceUnavailable)
    );
    assert_eq!(
        refused.cause.text,
        "The radio is switched off by its hardware switch."
    );

    switch(&mut world, true, true);
    assert_eq!(
        heard(&mut world),
        [
            Notification::RadioStateChange {
                software: On,
                hardware: On
            },
            state(Unavailable, Idle, Reason::InterfaceAvailable),
        ]
    );
    world.run(Duration::from_secs(10));
    assert!(!world.radio.is_on_air(), "nothing starts by itself");
    world.start(client);
}

#[test]
fn l24_ad_hoc_on_the_station_adapter_while_active() {
    let (mut world, client) = registered();
    let key = world.primary_key();
    world.joined("phone", key, KeyIdentity::Primary);
    world.notifications.clear();

    ad_hoc(&mut world, true);
    assert_eq!(
        heard(&mut world),
        [state(
            Active,
            Unavailable,
            Reason::IncompatibleConnectionStarted
        )]
    );
    assert!(!world.radio.is_on_air());
    let refused = world.call(client, Call::StartUsing).unwrap_err();
    assert_eq!(
        (refused.code, refused.reason),
        (
            Win32Error::INVALID_STATE,
            Reason::IncompatibleConnectionStarted
        )
    );

    ad_hoc(&mut world, false);
    world.run(Duration::from_secs(10));
    assert_eq!(
        heard(&mut world),
        [state(
            Unavailable,
            Idle,
            Reason::IncompatibleConnectionStopped
        )]
    );
    assert!(!world.radio.is_on_air(), "nothing starts by itself");
    world.start(client);
}

#[test]
fn calls_during_a_slow_stop_are_refused_and_the_last_answer_comes_with_its_end() {
    let (mut world, client) = registered();
    let other = world.connect();
    world.radio.set_stop_delay(Duration::from_secs(3));

    let stop = world.send(client, Call::StopUsing);
    world.run(Duration::from_secs(2));
    assert_eq!(world.take_answer(client, stop), None);
    let refused = world.call(other, Call::QueryStatus).unwrap_err();
    assert_eq!(
        (refused.code, refused.reason),
        (Win32Error::INVALID_STATE, Reason::ServiceShuttingDown)
    );
    assert_eq!(heard(&mut world), []);

    world.run(Duration::from_secs(1));
    assert_eq!(world.take_answer(client, stop), Some(Ok(Answer::Done)));
    assert_eq!(heard(&mut world), [state(Active, Idle, Reason::UserAction)]);
}
