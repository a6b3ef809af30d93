//! The engine as it is shipped, over the real access point, driven at seam C.

use oid::{Completion, Indication, NdisStatus, PhyState, Reply, Request, RequestId};

use super::*;
use crate::HostedNetwork;

/// What the engine let out.
#[derive(Default)]
struct Outlet {
    requests: Vec<(RequestId, Request)>,
    answers: Vec<(CallId, Result<Answer, Refusal>)>,
    shut_down: bool,
}

fn network() -> HostedNetwork {
    let settings = Settings {
        connection: Some(ConnectionSettings {
            ssid: Ssid::new("attic").unwrap(),
            max_peers: 8,
        }),
        primary_key: Some(wlan_model::PrimaryKey::from_entropy(&[3; 63])),
        ..Settings::default()
    };
    HostedNetwork::new(Config {
        seed: [1; 32],
        settings,
        policy: wlan_model::Policy::default(),
        host_name: "attic".into(),
        channel: Channel::new(11),
        group_rekey: None,
        pairwise_rekey: None,
        diagnose_retired_keys: true,
    })
}

/// Lets everything out and, as a willing miniport, completes every request.
fn settle(network: &mut HostedNetwork, outlet: &mut Outlet) {
    while let Some(output) = network.poll_output() {
        match output {
            Output::Request(id, request) => {
                if request == Request::StartAp {
                    let channel = Channel::new(11).unwrap();
                    let adopted = Indication::PhyFrequencyAdopted {
                        channel,
                        width: dot11::ChannelWidth::Mhz20,
                        phy: dot11::Phy::Ht,
                        bssid: BSSID,
                    };
                    network.handle_indication(adopted, Instant::ZERO);
                }
                outlet.requests.push((id, request));
                network.handle_completion(
                    Completion {
                        id,
                        result: Ok(Reply::Done),
                    },
                    Instant::ZERO,
                );
            }
            Output::Answer { id, result, .. } => outlet.answers.push((id, result)),
            Output::Persist(_) => network.handle_persisted(Ok(()), Instant::ZERO),
            Output::ShutDownComplete => outlet.shut_down = true,
            Output::Notification { .. }
            | Output::Event(_)
            | Output::Vendor(_)
            | Output::Denied { .. } => {}
        }
    }
}

fn radio(network: &mut HostedNetwork) {
    let on = PhyState::On {
        name: "sim".into(),
        address: BSSID,
        max_stations: None,
    };
    network.handle_indication(Indication::PhyStateChanged(on), Instant::ZERO);
}

fn open(network: &mut HostedNetwork) {
    let now = Instant::ZERO;
    network.connect_client(
        USER,
        Rights {
            owner: false,
            uid: 1,
            groups: vec![1],
            pid: 1,
            program: "test".into(),
        },
        now,
    );
    let open = Call::Open {
        client_version: 2,
        program: "test".into(),
    };
    network.handle_call(USER, CallId(0), open, now);
}

#[test]
fn a_run_goes_down_as_oid_requests_and_ends_with_a_reset() {
    let (mut network, mut outlet) = (network(), Outlet::default());
    open(&mut network);
    radio(&mut network);
    network.handle_call(USER, CallId(1), Call::StartUsing, Instant::ZERO);
    network.handle_call(USER, CallId(2), set("secret-one", false), Instant::ZERO);
    settle(&mut network, &mut outlet);

    let status = network.status(Instant::ZERO);
    assert_eq!(
        (status.state, status.channel),
        (HostedNetworkState::Active, Some(11))
    );
    assert!(outlet.requests.iter().any(|(_, r)| *r == Request::StartAp));
    outlet.requests.clear();
    network.handle_call(USER, CallId(3), set("secret-two", true), Instant::ZERO);
    settle(&mut network, &mut outlet);
    assert_eq!(outlet.requests, [], "a key change sends nothing");

    network.shut_down(Instant::ZERO);
    settle(&mut network, &mut outlet);
    assert!(matches!(outlet.requests[..], [(_, Request::Reset { .. })]));
    assert!(outlet.shut_down);
    let ids: Vec<_> = outlet
        .answers
        .iter()
        .map(|(id, result)| (id.0, result.is_ok()))
        .collect();
    assert_eq!(ids, [(0, true), (1, true), (2, true), (3, true)]);
}

#[test]
fn a_start_the_miniport_refuses_reaches_the_caller_in_the_drivers_words() {
    let mut network = network();
    open(&mut network);
    radio(&mut network);
    settle(&mut network, &mut Outlet::default());
    network.handle_call(USER, CallId(1), Call::StartUsing, Instant::ZERO);
    let Some(Output::Request(id, _)) = network.poll_output() else {
        panic!("a request")
    };
    let status = NdisStatus::DOT11_POWER_STATE_INVALID;
    let failure = oid::Failure {
        status,
        cause: cause("The radio is blocked (rfkill)."),
    };
    network.handle_completion(
        Completion {
            id,
            result: Err(failure),
        },
        Instant::ZERO,
    );

    let mut outlet = Outlet::default();
    settle(&mut network, &mut outlet);

    let refusal = outlet.answers[0].1.clone().unwrap_err();
    assert_eq!(refusal.code, Win32Error::NDIS_DOT11_POWER_STATE_INVALID);
    assert_eq!(refusal.cause.text, "The radio is blocked (rfkill).");
}

/// Design rule 5: the door for a service that is restarted under connected clients.
#[test]
fn the_state_of_a_run_can_be_written_and_read_back() {
    fn is_storable<T: serde::Serialize + serde::de::DeserializeOwned>() {}
    is_storable::<HostedNetwork>();
}
