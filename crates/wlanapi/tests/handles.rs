//! The life of a handle.

use wlanapi::exports::*;

mod harness;
use harness::*;

#[test]
fn the_network_starts_and_stops_through_the_c_functions() {
    let _world = World::new();
    let handle = open();

    assert_eq!(plain(WlanHostedNetworkInitSettings, handle), (SUCCESS, 0));
    assert_eq!(set_passphrase(handle, "12345678"), (SUCCESS, 0));
    assert_eq!(state(handle), Ok(1));
    assert_eq!(plain(WlanHostedNetworkStartUsing, handle), (SUCCESS, 0));
    assert_eq!(state(handle), Ok(2));
    assert_eq!(plain(WlanHostedNetworkStopUsing, handle), (SUCCESS, 0));
    assert_eq!(state(handle), Ok(1));
    assert_eq!(close(handle), SUCCESS);
}

#[test]
fn what_is_no_handle_is_told_so_when_there_is_a_service() {
    let mut world = World::new();
    let closed = open();
    assert_eq!(close(closed), SUCCESS);

    for bad in [GARBAGE, closed] {
        assert_eq!(plain(WlanHostedNetworkStartUsing, bad), (INVALID_HANDLE, 2));
        assert_eq!(state(bad), Err(INVALID_HANDLE));
        assert_eq!(close(bad), INVALID_HANDLE);
    }
    world.stop();
    assert_eq!(
        plain(WlanHostedNetworkStartUsing, GARBAGE),
        (SERVICE_NOT_ACTIVE, 24)
    );
}

#[test]
fn a_handle_outlives_its_service_only_to_be_closed() {
    let mut world = World::new();
    let old = open();
    world.stop();

    assert_eq!(state(old), Err(SERVICE_NOT_ACTIVE));
    assert_eq!(set_passphrase(old, "12345678"), (SERVICE_NOT_ACTIVE, 24));
    world.start();
    assert_eq!(state(old), Err(SERVICE_NOT_ACTIVE), "for good");
    let new = open();
    assert_eq!(state(new), Ok(1));
    assert_eq!(close(old), SUCCESS);
    assert_eq!(close(new), SUCCESS);
}
