//! The life of a handle.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

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

#[test]
fn handles_are_positive_and_fit_in_32_bits_and_are_not_reused() {
    let _world = World::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut last = 0;
    for _ in 0..200 {
        let handle = open();
        let value = handle.addr();
        assert!(value != 0 && i32::try_from(value).is_ok() && value.is_multiple_of(4));
        assert!(seen.insert(value), "given twice");
        assert!(value.abs_diff(last) > 4, "not one after the other");
        last = value;
        assert_eq!(close(handle), SUCCESS);
    }
}

#[test]
fn threads_that_share_a_handle_get_their_own_answers() {
    let _world = World::new();
    let handle = open().addr();
    std::thread::scope(|scope| {
        for thread in 0_u32..8 {
            scope.spawn(move || {
                let handle = std::ptr::without_provenance_mut(handle);
                for round in 0..100 {
                    if (thread + round).is_multiple_of(2) {
                        assert_eq!(state(handle), Ok(1));
                    } else {
                        let (rc, reason) = plain(WlanHostedNetworkStopUsing, handle);
                        assert_eq!((rc, reason), (5023, 10), "nothing was started");
                    }
                }
            });
        }
    });
    assert_eq!(close(std::ptr::without_provenance_mut(handle)), SUCCESS);
}

#[test]
fn closing_a_handle_others_are_using_neither_hangs_nor_crashes() {
    let _world = World::new();
    for _ in 0..50 {
        let handle = open().addr();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(move || {
                    let handle = std::ptr::without_provenance_mut(handle);
                    loop {
                        match state(handle) {
                            Ok(state) => assert_eq!(state, 1),
                            Err(code) => {
                                assert_eq!(code, INVALID_HANDLE);
                                return;
                            }
                        }
                    }
                });
            }
            let handle = std::ptr::without_provenance_mut(handle);
            while state(handle).is_err() {}
            assert_eq!(close(handle), SUCCESS);
        });
    }
}

/// What a handle held is undone when CloseHandle returns, so that its place is free.
#[test]
fn a_closed_handle_makes_room_at_once() {
    let world = World::new();
    let mut client = world.client();
    client.init_settings().unwrap();
    for _ in 0..20 {
        let handle = open();
        assert_eq!(plain(WlanHostedNetworkStartUsing, handle), (SUCCESS, 0));
        assert_eq!(close(handle), SUCCESS);
        let status = client.query_status();
        assert!(
            !matches!(&status, Ok(status) if status.state.value() == 2),
            "{status:?}"
        );
        // It may still be stopping, which is another state than running.
        while client.query_status().is_err() {}
    }
}
