//! Starts, ends, and a radio that refuses.

use super::*;

#[test]
fn start_sends_the_documented_requests_in_order_and_the_group_key_before_any_peer() {
    let bench = Bench::running(None);

    let names: Vec<String> = bench
        .requests
        .iter()
        .map(|r| {
            format!("{r:?}")
                .split(['(', ' ', '{'])
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(
        names,
        [
            "CurrentOperationMode",
            "DesiredSsid",
            "EnabledAuthenticationAlgorithm",
            "EnabledUnicastCipherAlgorithm",
            "EnabledMulticastCipherAlgorithm",
            "CurrentChannel",
            "BandAndWidth",
            "StartAp",
            "CipherDefaultKey",
            "CipherDefaultKeyId",
        ]
    );
    assert!(matches!(
        bench.events[..],
        [
            Event::Started { bssid: AP, .. },
            Event::Vendor(VendorEvent::NetworkStarted { bssid: AP, .. })
        ]
    ));
}

#[test]
fn a_refusal_at_any_step_of_the_start_ends_it_with_the_radios_cause_and_a_reset() {
    let steps: [fn(&Request) -> bool; 10] = [
        |r| matches!(r, Request::CurrentOperationMode(_)),
        |r| matches!(r, Request::DesiredSsid(_)),
        |r| matches!(r, Request::EnabledAuthenticationAlgorithm(_)),
        |r| matches!(r, Request::EnabledUnicastCipherAlgorithm(_)),
        |r| matches!(r, Request::EnabledMulticastCipherAlgorithm(_)),
        |r| matches!(r, Request::CurrentChannel(_)),
        |r| matches!(r, Request::BandAndWidth { .. }),
        |r| matches!(r, Request::StartAp),
        |r| matches!(r, Request::CipherDefaultKey(_)),
        |r| matches!(r, Request::CipherDefaultKeyId(_)),
    ];
    for step in steps {
        let mut bench = Bench::idle();
        bench.refuse = Some(step);
        let settings = RunSettings {
            ssid: Ssid::new("test").unwrap(),
            max_peers: 8,
            channel: None,
            band: None,
            width: None,
            isolate: false,
            group_rekey: None,
            pairwise_rekey: None,
        };

        bench.ap.start(settings.clone(), keys(None), bench.now);
        bench.settle();

        let [
            Event::StartFailed {
                status: NdisStatus::RESOURCES,
                cause,
            },
        ] = &bench.events[..]
        else {
            panic!("{:?}", bench.events);
        };
        assert_eq!(cause.remedy, "Boil water.");
        assert!(matches!(bench.requests.last(), Some(Request::Reset { .. })));
        bench.ap.start(settings, keys(None), bench.now);
        bench.settle();
        assert!(matches!(
            bench.events[..],
            [
                _,
                Event::Started { .. },
                Event::Vendor(VendorEvent::NetworkStarted { .. })
            ]
        ));
    }
}

#[test]
fn a_run_goes_on_after_its_state_was_written_and_read_back() {
    let mut bench = Bench::with(keys(Some(2)), |s| {
        s.pairwise_rekey = Some(Duration::from_secs(10));
    });
    bench.join(1, 1);
    bench.join(2, 2);
    bench.ap.set_keys(keys(Some(3)), bench.now);
    bench.settle();

    let written = postcard::to_allocvec(&bench.ap).unwrap();
    bench.ap = postcard::from_bytes(&written).unwrap();

    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
    assert_eq!(bench.key_of(2), Some(PeerKey::Retired { since: bench.now }));
    bench.pass(Duration::from_secs(11));
    bench.leave(1);
    bench.pass(Duration::from_secs(5));
    assert_eq!(bench.renewals(), 1);
    let pairwise = bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_)));
    assert_eq!(pairwise, 2 + 2);
    bench.join(4, 2);
    assert_eq!(bench.key_of(4), None);
    let refused = Event::PeerRefused {
        mac: mac(4),
        why: Refused::RetiredKey,
    };
    assert_eq!(bench.events.last(), Some(&refused));
}

#[test]
fn a_radio_that_refuses_the_pairwise_key_never_gets_an_open_port() {
    let mut bench = Bench::running(None);
    bench.refuse = Some(|r| matches!(r, Request::CipherKeyMappingKey(_)));

    bench.join(1, 1);

    assert_eq!(
        bench.count(|r| matches!(r, Request::PortStateNotification { .. })),
        0
    );
    assert_eq!(
        bench.count(|r| matches!(r, Request::DisassociatePeer { .. })),
        1
    );
    assert!(bench.events.iter().any(
        |e| matches!(e, Event::PeerRefused { why: Refused::Radio(c), .. } if c.remedy == "Boil water.")
    ));
    bench.join(1, 1);
    assert!(bench.key_of(1).is_some());
}

#[test]
fn a_station_the_radio_has_no_room_for_is_refused_with_the_radios_cause() {
    let mut bench = Bench::running(None);
    bench.refuse = Some(|r| matches!(r, Request::IncomingAssociationDecision(_)));

    bench.tickets += 1;
    bench.indicate(Indication::IncomingAssociationRequestReceived {
        ticket: AssocTicket(bench.tickets),
        peer: mac(1),
        request: AssocRequest {
            body: Vec::new(),
            reassociation: false,
            rsne: RSNE.to_vec(),
            beacon_rsne: RSNE.to_vec(),
        },
    });
    bench.settle();

    let [
        ..,
        Event::PeerRefused {
            why: Refused::Radio(cause),
            ..
        },
    ] = &bench.events[..]
    else {
        panic!("{:?}", bench.events);
    };
    assert_eq!(cause.remedy, "Boil water.");
    bench.join(1, 1);
    assert!(bench.key_of(1).is_some());
}

#[test]
fn a_vanished_radio_ends_the_run_without_a_stopped_event() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);

    bench.indicate(Indication::PhyStateChanged(oid::PhyState::Off {
        cause: Cause::new("The radio was unplugged.", "Plug it in."),
    }));
    bench.settle();

    assert!(matches!(
        bench.events.last(),
        Some(Event::RadioUnavailable { .. })
    ));
    assert_eq!(bench.ap.peers().count(), 0);
    bench.ap.stop();
    bench.settle();
    assert_eq!(bench.events.last(), Some(&Event::Stopped));
}

#[test]
fn switches_and_other_connections_are_told_and_touch_no_run() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);
    bench.events.clear();
    let requests = bench.requests.len();
    let cause = Cause::new("An ad hoc connection is up.", "End it.");

    bench.indicate(Indication::RadioSwitched {
        software: true,
        hardware: false,
    });
    bench.indicate(Indication::IncompatibleConnection(Some(cause.clone())));
    bench.indicate(Indication::IncompatibleConnection(None));
    bench.settle();

    assert_eq!(
        bench.events,
        [
            Event::RadioSwitched {
                software: true,
                hardware: false
            },
            Event::IncompatibleConnection(Some(cause)),
            Event::IncompatibleConnection(None),
        ]
    );
    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
    assert_eq!(bench.requests.len(), requests);
}
