//! The administrator's policy through the whole column.

use column::{Input, Rights};
use dot11::Ssid;
use wlan_model::{HostedNetworkState, Policy, Reason, Who, Win32Error};
use wlan_rpc::{Answer, Call, KeyIdentity};
use world::{World, WorldConfig, passphrase};

fn user(uid: u32) -> Rights {
    Rights {
        owner: false,
        uid,
        groups: vec![uid],
        pid: 9,
        program: "test".into(),
    }
}

#[test]
fn a_network_runs_under_the_fixed_name_whatever_is_stored() {
    let (mut world, client) = World::running();
    world.set_key(client, "secret-one", true);
    let fixed = Ssid::new("office").unwrap();
    world.input(Input::PolicyChanged(Policy {
        fixed_ssid: Some(fixed.clone()),
        ..Policy::default()
    }));
    assert_eq!(world.status().state, HostedNetworkState::Idle);

    world.start(client);
    assert_eq!(world.radio.ssid(), Some(&fixed));
    let primary = world.primary_key();
    world.joined("phone", primary, KeyIdentity::Primary);
    world.joined("tablet", passphrase("secret-one"), KeyIdentity::Secondary);
    let stored = world.disk.settings.connection.clone().unwrap();
    assert_eq!(stored.ssid, Ssid::new("world").unwrap());
}

#[test]
fn who_is_kept_from_keys_and_force_is_told_with_his_user() {
    let mut world = World::with(WorldConfig::default());
    let (owner, guest) = (world.connect(), world.connect_as(user(1007)));
    world.input(Input::PolicyChanged(Policy {
        read_keys: Who::Privileged,
        set_keys: Who::Group(1008),
        ..Policy::default()
    }));
    world.set_key(owner, "secret-one", true);

    let rows = [
        (Call::QueryPrimaryKey, Reason::GpDenied),
        (Call::QuerySecondaryKey, Reason::GpDenied),
        (Call::RemoveSecondaryKey, Reason::GpDenied),
        (Call::RefreshSecuritySettings, Reason::GpDenied),
        (Call::ForceStart, Reason::ElevationRequired),
        (Call::SetEnabled(false), Reason::ElevationRequired),
        (Call::PrepareForSleep, Reason::ElevationRequired),
    ];
    for (call, reason) in &rows {
        let refused = world.call(guest, call.clone()).unwrap_err();
        assert_eq!(
            (refused.code, refused.reason),
            (Win32Error::ACCESS_DENIED, *reason),
            "{call:?}"
        );
    }
    let denied: Vec<(u32, &str)> = world
        .denied
        .iter()
        .map(|(uid, what)| (*uid, what.as_str()))
        .collect();
    assert_eq!(
        denied,
        [
            (1007, "read the primary key"),
            (1007, "read the secondary key"),
            (1007, "remove the secondary key"),
            (1007, "make a new primary key"),
            (1007, "force a start of the network"),
            (1007, "allow or disallow the network"),
            (1007, "prepare the network for sleep"),
        ]
    );
    let member = world.connect_as(user(1008));
    world.set_key(member, "secret-two", true);
    let primary = world.call(owner, Call::QueryPrimaryKey);
    assert!(matches!(primary, Ok(Answer::PrimaryKey(_))));
}
