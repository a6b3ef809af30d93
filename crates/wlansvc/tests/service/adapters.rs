//! Station interfaces over the socket, on the simulated radio.

use crate::harness::{Raw, Running};
use clock::Duration;
use wlan_client::{Call, Client, ClientError, EventKind, SimCall};
use wlan_model::{
    Guid, HostedNetworkState, InterfaceState, OperationMode, RadioState, Reason, Win32Error,
};

fn code<T: core::fmt::Debug>(result: Result<T, ClientError>) -> (Win32Error, Reason) {
    match result {
        Err(ClientError::Refused(refusal)) => {
            assert!(!refusal.cause.text.is_empty() && !refusal.cause.remedy.is_empty());
            (refusal.code, refusal.reason)
        }
        other => panic!("not a refusal: {other:?}"),
    }
}

fn the_adapter(client: &mut Client) -> Guid {
    let list = client.enum_interfaces().unwrap();
    assert_eq!(list.len(), 1);
    list[0].id
}

/// The reason with which the network reached `wanted`.
fn reaches(watcher: &mut Client, wanted: HostedNetworkState) -> Reason {
    loop {
        let event = watcher
            .next_event(Some(Duration::from_secs(10)))
            .unwrap()
            .expect("an event");
        if let EventKind::State { new, reason, .. } = event.kind
            && new == wanted
        {
            return reason;
        }
    }
}

#[test]
fn the_simulated_radio_has_one_adapter_that_keeps_its_name() {
    let service = Running::start();
    let mut client = service.client();
    let id = the_adapter(&mut client);

    let details = client.query_interface(id).unwrap();

    assert_eq!(details.ifname, "sim0");
    assert_eq!(details.interface.state, InterfaceState::Disconnected);
    assert_eq!(
        (details.software, details.hardware),
        (RadioState::On, RadioState::On)
    );
    assert_eq!(details.mode, OperationMode::ExtensibleStation);
    assert!(details.hosted_network_capable);
    assert_eq!(details.channel, None);

    let service = Running::start_in(service.stop());
    assert_eq!(the_adapter(&mut service.client()), id);
}

#[test]
fn the_access_points_own_device_is_no_station_interface() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    client.force_start().unwrap();

    let id = the_adapter(&mut client);

    let device = client.query_status().unwrap().device.unwrap();
    assert_ne!(id, device);
    assert_eq!(
        code(client.query_interface(device)).0,
        Win32Error::NOT_FOUND
    );
}

#[test]
fn a_radio_that_is_switched_off_takes_the_network_down_until_it_is_on_again() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    client.force_start().unwrap();
    let mut watcher = service.client();
    watcher.subscribe().unwrap();
    let id = the_adapter(&mut client);

    client.set_radio_state(id, 0, RadioState::Off).unwrap();

    reaches(&mut watcher, HostedNetworkState::Unavailable);
    let details = client.query_interface(id).unwrap();
    assert_eq!(details.interface.state, InterfaceState::NotReady);
    assert_eq!(
        (details.software, details.hardware),
        (RadioState::Off, RadioState::On)
    );
    client.set_radio_state(id, 0, RadioState::On).unwrap();
    reaches(&mut watcher, HostedNetworkState::Idle);
    client.force_start().unwrap();
}

#[test]
fn software_does_not_overrule_the_hardware_switch() {
    let service = Running::start();
    let mut client = service.client();
    let id = the_adapter(&mut client);
    let switch = |software, hardware| SimCall::Switch { software, hardware };

    client.sim(switch(false, false)).unwrap();
    client.set_radio_state(id, 0, RadioState::On).unwrap();

    let details = client.query_interface(id).unwrap();
    assert_eq!(
        (details.software, details.hardware),
        (RadioState::On, RadioState::Off)
    );
    assert_eq!(details.interface.state, InterfaceState::NotReady);
    client.sim(switch(true, true)).unwrap();
    let details = client.query_interface(id).unwrap();
    assert_eq!(details.interface.state, InterfaceState::Disconnected);
}

#[test]
fn an_incompatible_use_of_the_adapter_stops_the_network_until_it_ends() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    let id = the_adapter(&mut client);
    let mut watcher = service.client();
    watcher.subscribe().unwrap();
    let monitor = |client: &mut Client, on| {
        let mode = if on {
            OperationMode::NetworkMonitor
        } else {
            OperationMode::ExtensibleStation
        };
        client.set_operation_mode(id, mode).unwrap();
        assert_eq!(client.query_interface(id).unwrap().mode, mode);
    };
    let ad_hoc = |client: &mut Client, on| {
        client.sim(SimCall::AdHoc(on)).unwrap();
        let state = client.query_interface(id).unwrap().interface.state;
        assert_eq!(state == InterfaceState::AdHocNetworkFormed, on);
    };
    for begin_and_end in [&monitor as &dyn Fn(&mut Client, bool), &ad_hoc] {
        client.force_start().unwrap();
        reaches(&mut watcher, HostedNetworkState::Active);

        begin_and_end(&mut client, true);

        let began = reaches(&mut watcher, HostedNetworkState::Unavailable);
        assert_eq!(began, Reason::IncompatibleConnectionStarted);
        begin_and_end(&mut client, false);
        let ended = reaches(&mut watcher, HostedNetworkState::Idle);
        assert_eq!(ended, Reason::IncompatibleConnectionStopped);
    }
}

#[test]
fn one_incompatible_use_that_ends_beside_another_changes_nothing() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    let id = the_adapter(&mut client);
    client.sim(SimCall::AdHoc(true)).unwrap();
    client
        .set_operation_mode(id, OperationMode::NetworkMonitor)
        .unwrap();

    client
        .set_operation_mode(id, OperationMode::ExtensibleStation)
        .unwrap();

    assert!(client.force_start().is_err());
    client.sim(SimCall::AdHoc(false)).unwrap();
    client.force_start().unwrap();
}

#[test]
fn what_cannot_be_set_is_refused_with_its_code() {
    let service = Running::start();
    let mut client = service.client();
    let id = the_adapter(&mut client);
    let unknown = Guid::of_station("nobody0");

    assert_eq!(
        code(client.query_interface(unknown)).0,
        Win32Error::NOT_FOUND
    );
    assert_eq!(
        code(client.set_radio_state(unknown, 0, RadioState::Off)).0,
        Win32Error::NOT_FOUND
    );
    assert_eq!(
        code(client.set_operation_mode(unknown, OperationMode::NetworkMonitor)).0,
        Win32Error::NOT_FOUND
    );
    assert_eq!(
        code(client.set_radio_state(id, 1, RadioState::Off)).0,
        Win32Error::INVALID_PARAMETER
    );
    assert_eq!(
        code(client.set_radio_state(id, 0, RadioState::Unknown)).0,
        Win32Error::INVALID_PARAMETER
    );
    assert_eq!(
        code(client.sim(SimCall::SlowStop(60_001))).0,
        Win32Error::INVALID_PARAMETER
    );
    let details = client.query_interface(id).unwrap();
    assert_eq!(details.software, RadioState::On);
}

#[test]
fn a_slow_stop_takes_its_time_and_ends() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    client.force_start().unwrap();
    client.sim(SimCall::SlowStop(300)).unwrap();
    let began = clock::monotonic();

    client.force_stop().unwrap();

    assert!(clock::monotonic().since(began) >= Duration::from_millis(300));
    client.sim(SimCall::SlowStop(0)).unwrap();
}

#[test]
fn a_driver_that_stops_the_network_takes_another_one_later() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    assert_eq!(
        code(client.sim(SimCall::DriverStop)).0,
        Win32Error::INVALID_STATE
    );
    client.force_start().unwrap();
    let mut watcher = service.client();
    watcher.subscribe().unwrap();

    client.sim(SimCall::DriverStop).unwrap();

    let ended = reaches(&mut watcher, HostedNetworkState::Unavailable);
    assert_eq!(ended, Reason::MiniportStopped);
    let ready = reaches(&mut watcher, HostedNetworkState::Idle);
    assert_eq!(ready, Reason::MiniportStarted);
    client.force_start().unwrap();
}

#[test]
fn an_adapter_is_replaced_only_while_nothing_runs_on_it() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    let before = client.query_status().unwrap().device;
    client.force_start().unwrap();
    assert_eq!(
        code(client.sim(SimCall::Replace)).0,
        Win32Error::INVALID_STATE
    );
    assert_eq!(client.query_status().unwrap().device, before);
    client.force_stop().unwrap();

    client.sim(SimCall::Replace).unwrap();

    let after = client.query_status().unwrap().device;
    assert!(after.is_some() && after != before, "{before:?} {after:?}");
}

#[test]
fn an_adapter_pulled_out_ends_the_network_and_may_come_back() {
    let service = Running::start();
    let mut client = service.client();
    client.init_settings().unwrap();
    client.force_start().unwrap();
    let mut watcher = service.client();
    watcher.subscribe().unwrap();

    client.sim(SimCall::Plug(false)).unwrap();

    let ended = reaches(&mut watcher, HostedNetworkState::Unavailable);
    assert_eq!(ended, Reason::InterfaceUnavailable);
    assert!(client.force_start().is_err());
    client.sim(SimCall::Plug(true)).unwrap();
    let ready = reaches(&mut watcher, HostedNetworkState::Idle);
    assert_eq!(ready, Reason::InterfaceAvailable);
    client.force_start().unwrap();
}

#[test]
fn no_call_about_adapters_is_answered_before_the_handle_is_open() {
    let service = Running::start();
    let id = Guid::of_station("sim0");
    for call in [
        Call::EnumInterfaces,
        Call::QueryInterface(id),
        Call::SetRadioState {
            interface: id,
            phy: 0,
            software: RadioState::Off,
        },
        Call::SetOperationMode {
            interface: id,
            mode: OperationMode::NetworkMonitor,
        },
    ] {
        let mut raw = Raw::connect(&service.socket);
        raw.send_call(1, call.clone());
        assert_eq!(
            raw.answer().unwrap_err().code,
            Win32Error::INVALID_HANDLE,
            "{call:?}"
        );
    }
    let details = service.client().query_interface(id).unwrap();
    assert_eq!(details.software, RadioState::On);
}
