//! Every row of reference 5.1 as one table, through the whole column: what a registered client is
//! told, with which device, and that it is told once.

use cause::Cause;
use clock::Duration;
use column::{ClientId, Input};
use dot11::{MacAddr, Ssid};
use radio::Switches;
use wlan_model::HostedNetworkState::{Active, Idle, Unavailable};
use wlan_model::{ConnectionSettings, Guid, HostedNetworkState, Notification, Policy, Reason};
use wlan_rpc::{Answer, Call};
use world::World;

/// How a row begins.
#[derive(Clone, Copy, Debug)]
enum From {
    /// Referenced once by the user.
    Active,
    Idle,
    /// Idle, and then this happened.
    After(Deed),
}

/// What happens, by its name in the reference.
#[derive(Clone, Copy, Debug)]
enum Deed {
    AdapterArrives,
    AdapterLeaves,
    AdapterReplaced,
    RadioOn,
    RadioOff,
    DriverStops,
    DriverCanSustain,
    AdHocBegins,
    AdHocEnds,
    Allow,
    Disallow,
    PolicyForbids,
    PolicyLifted,
    PolicyFixesName,
    StartUsing,
    ForceStart,
    StopUsing,
    ForceStop,
    HandleCloses,
    SetConnection,
    Refresh,
    Sleep,
    PrepareForSleep,
    ServiceStops,
}

type Told = (HostedNetworkState, HostedNetworkState, Reason);

/// Row, beginning, deed, and what is told.
#[rustfmt::skip]
const TABLE: &[(&str, From, Deed, Told)] = &[
    ("T1", From::After(Deed::AdapterLeaves), Deed::AdapterArrives,
        (Unavailable, Idle, Reason::InterfaceAvailable)),
    ("T1", From::After(Deed::RadioOff), Deed::RadioOn,
        (Unavailable, Idle, Reason::InterfaceAvailable)),
    ("T2", From::After(Deed::DriverStops), Deed::DriverCanSustain,
        (Unavailable, Idle, Reason::MiniportStarted)),
    ("T3", From::After(Deed::AdHocBegins), Deed::AdHocEnds,
        (Unavailable, Idle, Reason::IncompatibleConnectionStopped)),
    ("T4", From::After(Deed::Disallow), Deed::Allow,
        (Unavailable, Idle, Reason::UserAction)),
    ("T4", From::After(Deed::PolicyForbids), Deed::PolicyLifted,
        (Unavailable, Idle, Reason::UserAction)),
    ("T5", From::Idle, Deed::StartUsing, (Idle, Active, Reason::UserAction)),
    ("T5", From::Idle, Deed::ForceStart, (Idle, Active, Reason::UserAction)),
    ("T6", From::Active, Deed::StopUsing, (Active, Idle, Reason::UserAction)),
    ("T6", From::Active, Deed::ForceStop, (Active, Idle, Reason::UserAction)),
    ("T7", From::Active, Deed::HandleCloses, (Active, Idle, Reason::ClientAbort)),
    ("T8", From::Active, Deed::SetConnection, (Active, Idle, Reason::PropertiesChange)),
    ("T8", From::Active, Deed::Refresh, (Active, Idle, Reason::PropertiesChange)),
    ("T8", From::Active, Deed::PolicyFixesName, (Active, Idle, Reason::PropertiesChange)),
    ("T9", From::Active, Deed::DriverStops, (Active, Unavailable, Reason::MiniportStopped)),
    ("T10", From::Active, Deed::AdapterLeaves,
        (Active, Unavailable, Reason::InterfaceUnavailable)),
    ("T10", From::Active, Deed::RadioOff, (Active, Unavailable, Reason::InterfaceUnavailable)),
    ("T10", From::Idle, Deed::AdapterLeaves, (Idle, Unavailable, Reason::InterfaceUnavailable)),
    ("T10", From::Idle, Deed::RadioOff, (Idle, Unavailable, Reason::InterfaceUnavailable)),
    ("T11", From::Active, Deed::AdHocBegins,
        (Active, Unavailable, Reason::IncompatibleConnectionStarted)),
    ("T11", From::Idle, Deed::AdHocBegins,
        (Idle, Unavailable, Reason::IncompatibleConnectionStarted)),
    ("T12", From::Active, Deed::Disallow, (Active, Unavailable, Reason::UserAction)),
    ("T12", From::Idle, Deed::Disallow, (Idle, Unavailable, Reason::UserAction)),
    ("T12", From::Active, Deed::PolicyForbids, (Active, Unavailable, Reason::GpDenied)),
    ("T12", From::Idle, Deed::PolicyForbids, (Idle, Unavailable, Reason::GpDenied)),
    ("T13", From::Active, Deed::Sleep, (Active, Idle, Reason::InterfaceUnavailable)),
    ("T13", From::Active, Deed::PrepareForSleep, (Active, Idle, Reason::InterfaceUnavailable)),
    ("T14", From::Active, Deed::ServiceStops,
        (Active, Unavailable, Reason::ServiceShuttingDown)),
    ("T14", From::Idle, Deed::ServiceStops, (Idle, Unavailable, Reason::ServiceShuttingDown)),
    ("T15", From::Idle, Deed::AdapterReplaced, (Idle, Idle, Reason::DeviceChange)),
    ("T16", From::Idle, Deed::SetConnection, (Idle, Idle, Reason::PropertiesChange)),
    ("T16", From::Idle, Deed::Refresh, (Idle, Idle, Reason::PropertiesChange)),
    ("T16", From::Idle, Deed::PolicyFixesName, (Idle, Idle, Reason::PropertiesChange)),
];

struct Scene {
    world: World,
    user: ClientId,
    listener: ClientId,
}

impl Scene {
    fn new(from: From) -> Self {
        let mut world = World::new();
        let user = world.connect();
        let listener = world.connect();
        let register = Call::RegisterNotification {
            sources: 0x80,
            ignore_duplicate: false,
        };
        let mut scene = Self {
            world,
            user,
            listener,
        };
        scene.call(listener, register);
        match from {
            From::Idle => {}
            From::Active => scene.act(Deed::StartUsing),
            // The driver can only stop what runs.
            From::After(Deed::DriverStops) => {
                scene.act(Deed::StartUsing);
                scene.act(Deed::DriverStops);
            }
            From::After(deed) => scene.act(deed),
        }
        scene.world.notifications.clear();
        scene
    }

    fn call(&mut self, client: ClientId, call: Call) {
        let what = format!("{call:?}");
        let answer = self.world.call(client, call);
        assert!(answer.is_ok(), "{what}: {answer:?}");
        if !matches!(answer, Ok(Answer::PreviousSources(_))) {
            assert_eq!(answer, Ok(Answer::Done));
        }
    }

    fn policy(&mut self, change: impl FnOnce(&mut Policy)) {
        let mut policy = Policy::default();
        change(&mut policy);
        self.world.input(Input::PolicyChanged(policy));
    }

    fn ad_hoc(&mut self, on: bool) {
        let cause = on.then(|| Cause::new("An ad hoc connection is up.", "End it."));
        self.world.radio.set_incompatible(cause, self.world.now());
    }

    fn switch(&mut self, software: bool) {
        let switches = Switches {
            software,
            hardware: true,
        };
        self.world.radio.set_switches(switches, self.world.now());
    }

    fn act(&mut self, deed: Deed) {
        let now = self.world.now();
        match deed {
            Deed::AdapterArrives => self.world.radio.set_available(now),
            Deed::AdapterLeaves => {
                let cause = Cause::new("The adapter was pulled out.", "Put it back.");
                self.world.radio.set_unavailable(cause, now);
            }
            Deed::AdapterReplaced => self.world.radio.change_capabilities(
                |c| {
                    c.name = "sim2".to_owned();
                    c.address = MacAddr([2, 0, 0, 0, 9, 9]);
                },
                now,
            ),
            Deed::RadioOn => self.switch(true),
            Deed::RadioOff => self.switch(false),
            Deed::DriverStops => {
                let cause = Cause::new("Radar was seen.", "Wait.");
                self.world.radio.stop_ap_by_driver(cause, now);
            }
            Deed::DriverCanSustain => self.world.run(Duration::from_secs(5)),
            Deed::AdHocBegins => self.ad_hoc(true),
            Deed::AdHocEnds => self.ad_hoc(false),
            Deed::Allow => self.call(self.user, Call::SetEnabled(true)),
            Deed::Disallow => self.call(self.user, Call::SetEnabled(false)),
            Deed::PolicyForbids => self.policy(|p| p.allowed = false),
            Deed::PolicyLifted => self.policy(|_| {}),
            Deed::PolicyFixesName => self.policy(|p| p.fixed_ssid = Ssid::new("fixed").ok()),
            Deed::StartUsing => self.call(self.user, Call::StartUsing),
            Deed::ForceStart => self.call(self.user, Call::ForceStart),
            Deed::StopUsing => self.call(self.user, Call::StopUsing),
            Deed::ForceStop => self.call(self.listener, Call::ForceStop),
            Deed::HandleCloses => self.world.kill(self.user),
            Deed::SetConnection => {
                let settings = ConnectionSettings {
                    ssid: Ssid::new("renamed").unwrap(),
                    max_peers: 10,
                };
                self.call(self.user, Call::SetConnectionSettings(settings));
            }
            Deed::Refresh => self.call(self.user, Call::RefreshSecuritySettings),
            Deed::Sleep => self.world.input(Input::Suspend),
            Deed::PrepareForSleep => self.call(self.user, Call::PrepareForSleep),
            Deed::ServiceStops => self.world.shut_down(),
        }
        self.world.run(Duration::from_millis(100));
    }

    /// The state changes the listener was told; the device of each was compared on its way.
    fn told(&mut self) -> Vec<Told> {
        let notifications = std::mem::take(&mut self.world.notifications);
        let told = notifications.into_iter().filter_map(|(client, n)| {
            assert_eq!(client, self.listener, "nobody else has registered");
            match n {
                Notification::StateChange { old, new, reason } => Some((old, new, reason)),
                Notification::RadioStateChange { .. } => None,
                Notification::PeerStateChange { .. } => panic!("there are no peers"),
            }
        });
        told.collect()
    }
}

#[test]
fn t1_to_t16_each_transition_is_told_once_with_its_reason() {
    let mut rows = Vec::new();
    for (row, from, deed, expected) in TABLE {
        let mut scene = Scene::new(*from);
        scene.act(*deed);

        assert_eq!(scene.told(), [*expected], "{row}: {from:?}, {deed:?}");
        let status = scene.world.status();
        assert_eq!(status.state, expected.1, "{row}: {from:?}, {deed:?}");
        let address = match deed {
            Deed::AdapterReplaced => MacAddr([2, 0, 0, 0, 9, 9]),
            _ => MacAddr([2, 0, 0, 0, 0, 1]),
        };
        let device = (status.state != Unavailable).then(|| Guid::of_access_point(address));
        assert_eq!(status.device, device, "{row}: {from:?}, {deed:?}");
        rows.push(*row);
    }
    for n in 1..=16 {
        assert!(rows.contains(&format!("T{n}").as_str()), "no row T{n}");
    }
}

#[test]
fn after_its_unregistration_a_client_is_told_nothing_of_any_transition() {
    for (row, from, deed, _) in TABLE {
        let mut scene = Scene::new(*from);
        let unregister = Call::RegisterNotification {
            sources: 0,
            ignore_duplicate: false,
        };
        let before = scene.world.call(scene.listener, unregister);
        assert_eq!(before, Ok(Answer::PreviousSources(0x80)));
        scene.act(*deed);
        assert_eq!(scene.told(), [], "{row}: {from:?}, {deed:?}");
    }
}

#[test]
fn nothing_brings_a_stopped_network_back_by_itself() {
    for (row, from, deed, (old, new, _)) in TABLE {
        if (*old, *new) == (Idle, Active) {
            continue;
        }
        let mut scene = Scene::new(*from);
        scene.act(*deed);
        scene.world.run(Duration::from_secs(60));
        assert!(!scene.world.radio.is_on_air(), "{row}: {from:?}, {deed:?}");
    }
}
