//! Sharing as callers see it. What needs a radio and a kernel is the kernel tier's case `share`.

use wlan_client::{ClientError, SharingMode, SharingState};
use wlan_model::{Refusal, Win32Error};

use crate::harness::{Raw, Running, as_user};

/// No process of the machine runs as this user.
const STRANGER: u32 = 65_533;

fn refusal<T: core::fmt::Debug>(result: Result<T, ClientError>) -> Refusal {
    match result {
        Err(ClientError::Refused(refusal)) => refusal,
        other => panic!("not a refusal: {other:?}"),
    }
}

#[test]
fn the_simulated_radio_has_no_addresses_to_give_and_says_so() {
    let service = Running::start();
    let mut client = service.client();
    let status = client.sharing().unwrap();
    assert_eq!(status.mode, SharingMode::Standalone);
    assert!(matches!(status.state, SharingState::Unsupported(_)));
    let refused = refusal(client.share(None));
    assert_eq!(refused.code, Win32Error::NOT_SUPPORTED);
    assert!(refused.cause.text.contains("simulated"), "{refused}");
    client.unshare().unwrap();
    assert_eq!(client.sharing().unwrap(), status);
}

#[test]
fn only_the_privileged_may_switch_sharing() {
    let service = Running::start();
    let asked = as_user(STRANGER, &[], || {
        let mut client = service.client();
        let (on, off) = (refusal(client.share(None)), refusal(client.unshare()));
        client.sharing().unwrap();
        (on.code, off.code)
    });
    if let Some(codes) = asked {
        let denied = Win32Error::ACCESS_DENIED;
        assert_eq!(codes, (denied, denied));
    }
}

#[test]
fn a_connection_without_a_handle_is_told_nothing() {
    let service = Running::start();
    let mut raw = Raw::connect(&service.socket);
    raw.send_call(1, wlan_client::Call::Sharing(wlan_rpc::SharingCall::Status));
    assert_eq!(raw.answer().unwrap_err().code, Win32Error::INVALID_HANDLE);
}

#[test]
fn a_wish_that_cannot_be_read_is_told_and_shares_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("state")).unwrap();
    std::fs::write(folder.path().join("state/sharing.toml"), "share = 7").unwrap();
    let service = Running::start_in(folder);
    let status = service.client().sharing().unwrap();
    assert_eq!(status.mode, SharingMode::Standalone);
}
