//! The port's states: start, reset, trouble with the radio.

use super::*;
use dot11::element::{Elements, HtCapabilities as HtElement};
use oid::StopApReason;

#[test]
fn the_service_learns_of_the_radio_once_per_change() {
    let mut bench = Bench::ready();
    assert!(matches!(
        &bench.indications[..],
        [Indication::PhyStateChanged(PhyState::On { name, address: AP, .. })] if name == "fake0"
    ));
    let again = Capabilities {
        forced_channel: Channel::new(1),
        ..capabilities()
    };
    bench.event(RadioEvent::Ready(Box::new(again)));
    assert_eq!(bench.indications.len(), 1);
    let cause = Cause::new("Blocked by a switch.", "Run `rfkill unblock wifi`.");
    bench.event(RadioEvent::Unavailable {
        cause: cause.clone(),
    });
    assert_eq!(
        bench.indications[1],
        Indication::PhyStateChanged(PhyState::Off { cause })
    );
}

#[test]
fn a_start_announces_the_network_and_its_frequency() {
    let mut bench = Bench::ready();
    bench.expect_done(Request::BeaconPeriod(200));
    bench.expect_done(Request::DtimPeriod(3));
    bench.expect_done(Request::CurrentChannel(Channel::new(11)));
    bench.expect_done(Request::StartAp);
    let [Command::StartAp(config)] = &bench.commands[..] else {
        panic!()
    };
    assert_eq!((config.bssid, config.channel.primary.number()), (AP, 11));
    assert_eq!((config.beacon_interval, config.dtim_period), (200, 3));
    assert_eq!(config.basic_rates, [2, 4, 11, 22]);
    assert_eq!(config.phy, dot11::Phy::Ht);
    let view = ManagementView::parse(&config.beacon_head).unwrap();
    let ManagementBody::Beacon(beacon) = view.body().unwrap() else {
        panic!()
    };
    assert_eq!(beacon.interval, 200);
    assert!(
        beacon
            .capability
            .has(CapabilityInfo::ESS | CapabilityInfo::PRIVACY)
    );
    let ids = |bytes: &[u8]| -> Vec<u8> {
        Elements::new(bytes)
            .iter()
            .map(|e| e.unwrap().id().0)
            .collect()
    };
    assert_eq!(ids(beacon.elements.as_bytes()), [0, 1, 3]);
    assert_eq!(ids(&config.beacon_tail), [42, 50, 48, 59, 45, 61, 127, 221]);
    let ht = Elements::new(&config.beacon_tail)
        .body(ElementId::HT_CAPABILITIES)
        .unwrap();
    let ht = HtElement::parse(ht).unwrap();
    assert_eq!(ht.info & HtElement::CHANNEL_WIDTH_40, 0);
    assert_eq!(
        bench.indications.last(),
        Some(&Indication::PhyFrequencyAdopted {
            channel: Channel::new(11).unwrap(),
            width: dot11::ChannelWidth::Mhz20,
            phy: dot11::Phy::Ht,
            bssid: AP
        })
    );
}

#[test]
fn a_5_ghz_network_has_no_elements_of_the_other_band() {
    let mut bench = Bench::ready();
    bench.expect_done(Request::CurrentChannel(Channel::new(36)));
    bench.expect_done(Request::StartAp);
    let [Command::StartAp(config)] = &bench.commands[..] else {
        panic!()
    };
    assert_eq!(config.basic_rates, [12, 24, 48]);
    let tail = Elements::new(&config.beacon_tail);
    assert!(tail.find(ElementId::ERP).is_none());
    assert!(tail.find(ElementId::EXTENDED_SUPPORTED_RATES).is_none());
}

#[test]
fn the_radio_is_asked_for_nothing_before_all_is_checked() {
    let no_ccmp = Capabilities {
        ciphers: vec![CipherSuite::TKIP],
        ..capabilities()
    };
    let mut bench = Bench::with_radio(no_ccmp);
    assert_eq!(bench.ask(Request::StartAp), Err(NdisStatus::NOT_SUPPORTED));

    let mut bench = Bench::ready();
    bench.expect_done(Request::CurrentOperationMode(OperationMode::ExtensibleAp));
    assert_eq!(bench.ask(Request::StartAp), Err(NdisStatus::INVALID_STATE));
    bench.expect_done(Request::CurrentOperationMode(
        OperationMode::ExtensibleStation,
    ));
    assert_eq!(bench.ask(Request::StartAp), Err(NdisStatus::INVALID_STATE));

    let mut bench = Bench::ready();
    bench.event(RadioEvent::Unavailable {
        cause: Cause::new("No radio.", "Plug one in."),
    });
    let id = bench.request(Request::StartAp);
    assert_eq!(bench.result(id), Err(NdisStatus::DOT11_POWER_STATE_INVALID));
    let failure = bench
        .completions
        .last()
        .unwrap()
        .result
        .clone()
        .unwrap_err();
    assert_eq!(failure.cause.text, "No radio.");
    assert!(bench.commands.is_empty());
}

#[test]
fn unsupported_settings_are_refused() {
    let mut bench = Bench::ready();
    for (request, status) in [
        (Request::BeaconPeriod(0), NdisStatus::INVALID_DATA),
        (Request::DtimPeriod(0), NdisStatus::INVALID_DATA),
        (
            Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::OPEN),
            NdisStatus::INVALID_DATA,
        ),
        (
            Request::EnabledUnicastCipherAlgorithm(CipherAlgorithm::TKIP),
            NdisStatus::INVALID_DATA,
        ),
        (
            Request::EnabledMulticastCipherAlgorithm(CipherAlgorithm::NONE),
            NdisStatus::INVALID_DATA,
        ),
        (
            Request::CurrentOperationMode(OperationMode::NetworkMonitor),
            NdisStatus::BAD_VERSION,
        ),
    ] {
        assert_eq!(bench.ask(request), Err(status));
    }
}

#[test]
fn settings_are_for_init_only() {
    let mut bench = Bench::on_air();
    for request in [
        Request::CurrentOperationMode(OperationMode::ExtensibleAp),
        Request::DesiredSsid(Ssid::new("other").unwrap()),
        Request::CurrentChannel(None),
        Request::StartAp,
    ] {
        assert_eq!(bench.ask(request), Err(NdisStatus::INVALID_STATE));
    }
}

#[test]
fn what_needs_a_running_network_is_refused_without_one() {
    let mut bench = Bench::ready();
    for request in [
        Request::DisassociatePeer {
            peer: STA,
            reason: ReasonCode::UNSPECIFIED,
        },
        Request::PortStateNotification {
            peer: STA,
            open: true,
        },
        Request::SendPacket {
            peer: STA,
            pdu: vec![1],
        },
        Request::IncomingAssociationDecision(AssocDecision {
            ticket: AssocTicket(1),
            status: StatusCode::SUCCESS,
        }),
    ] {
        assert_eq!(bench.ask(request), Err(NdisStatus::INVALID_STATE));
    }
    assert_eq!(
        bench.ask(Request::EnumPeerInfo),
        Ok(Reply::PeerInfo(vec![]))
    );
}

fn started_on(radio: Capabilities, wish: Option<u8>) -> Result<u8, NdisStatus> {
    let mut bench = Bench::with_radio(radio);
    bench.expect_done(Request::CurrentChannel(wish.and_then(Channel::new)));
    bench.ask(Request::StartAp)?;
    let Some(Command::StartAp(config)) = bench.commands.first() else {
        panic!()
    };
    Ok(config.channel.primary.number())
}

#[test]
fn the_channel_is_the_forced_one_or_the_wish_or_a_favourite() {
    let forced = |n| Capabilities {
        forced_channel: Channel::new(n),
        ..capabilities()
    };
    assert_eq!(started_on(capabilities(), None), Ok(6));
    assert_eq!(started_on(capabilities(), Some(36)), Ok(36));
    assert_eq!(started_on(forced(11), None), Ok(11));
    assert_eq!(started_on(forced(11), Some(11)), Ok(11));
    assert_eq!(started_on(forced(11), Some(1)), Ok(11));
}

#[test]
fn forbidden_channels_are_refused_and_not_chosen() {
    let not_allowed = Err(NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED);
    let mut radio = capabilities();
    radio.channels[1].no_ir = true;
    assert_eq!(started_on(radio.clone(), None), Ok(1));
    assert_eq!(started_on(radio.clone(), Some(6)), not_allowed);
    assert_eq!(started_on(radio.clone(), Some(13)), not_allowed);
    radio.forced_channel = Channel::new(6);
    assert_eq!(started_on(radio.clone(), None), not_allowed);
    radio.forced_channel = None;
    radio.channels[0].disabled = true;
    radio.channels[2].radar = true;
    assert_eq!(started_on(radio.clone(), None), Ok(36));
    radio.channels[3].disabled = true;
    assert_eq!(started_on(radio, None), not_allowed);
}

#[test]
fn a_refused_start_says_why_and_can_be_repeated() {
    let mut bench = Bench::ready();
    bench.refusal = |c| matches!(c, Command::StartAp(_)).then_some(CommandErrorKind::Busy);
    assert_eq!(
        bench.ask(Request::StartAp),
        Err(NdisStatus::DOT11_MEDIA_IN_USE)
    );
    // What another program runs is left alone.
    assert_eq!(bench.names(), ["StartAp"]);
    bench.refusal = |_| None;
    bench.expect_done(Request::StartAp);
}

#[test]
fn every_kind_of_refusal_has_its_status() {
    for (kind, status) in [
        (CommandErrorKind::Invalid, NdisStatus::INVALID_DATA),
        (CommandErrorKind::NotSupported, NdisStatus::NOT_SUPPORTED),
        (CommandErrorKind::NotFound, NdisStatus::FAILURE),
        (CommandErrorKind::Resources, NdisStatus::RESOURCES),
        (CommandErrorKind::Busy, NdisStatus::DOT11_MEDIA_IN_USE),
        (
            CommandErrorKind::PoweredDown,
            NdisStatus::DOT11_POWER_STATE_INVALID,
        ),
        (
            CommandErrorKind::Regulatory,
            NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED,
        ),
        (CommandErrorKind::Permission, NdisStatus::FAILURE),
        (CommandErrorKind::Failed, NdisStatus::FAILURE),
    ] {
        let cause = Cause::new("A.", "B.");
        let failure = crate::radio_failure(CommandError {
            kind,
            cause: cause.clone(),
        });
        assert_eq!((failure.status, failure.cause), (status, cause));
    }
}

#[test]
fn a_reset_tells_every_peer_and_stops() {
    let mut bench = Bench::with_open_port();
    bench.expect_done(Request::Reset { default_mib: false });
    assert_eq!(
        bench.names(),
        ["SendManagement", "SendManagement", "StopAp"]
    );
    for (frame, to) in bench.sent().into_iter().zip([STA, MacAddr::BROADCAST]) {
        assert_eq!(ManagementView::parse(frame).unwrap().receiver(), to);
        assert!(matches!(
            body(frame),
            ManagementBody::Deauthentication(ReasonCode::LEAVING_NETWORK_DEAUTH)
        ));
    }
    assert_eq!(
        bench.indications,
        [Indication::Disassociation {
            peer: STA,
            reason: DisassocReason::Os
        }]
    );
    bench.expect_done(Request::StartAp);
}

#[test]
fn a_reset_to_defaults_forgets_the_settings() {
    let mut bench = Bench::on_air();
    bench.expect_done(Request::Reset { default_mib: true });
    assert_eq!(bench.ask(Request::StartAp), Err(NdisStatus::INVALID_STATE));
}

#[test]
fn a_reset_completes_when_the_radio_is_silent_and_only_then() {
    let mut bench = Bench::on_air();
    bench.answers = false;
    let first = bench.request(Request::Reset { default_mib: false });
    let second = bench.request(Request::Reset { default_mib: false });
    assert_eq!(bench.ask(Request::StartAp), Err(NdisStatus::INVALID_STATE));
    assert!(!bench.is_answered(first));
    bench.answer_all();
    assert_eq!(
        (bench.result(first), bench.result(second)),
        (Ok(Reply::Done), Ok(Reply::Done))
    );
    bench.answers = true;
    bench.expect_done(Request::StartAp);
    bench.expect_done(Request::Reset { default_mib: false });
}

#[test]
fn a_reset_during_a_start_ends_it() {
    let mut bench = Bench::ready();
    bench.answers = false;
    let start = bench.request(Request::StartAp);
    let reset = bench.request(Request::Reset { default_mib: false });
    assert_eq!(bench.result(start), Err(NdisStatus(0xC001_000D)));
    bench.answer_all();
    assert_eq!(bench.result(reset), Ok(Reply::Done));
    assert_eq!(bench.names(), ["StartAp", "StopAp"]);
}

#[test]
fn a_reset_closes_open_blocks() {
    let mut bench = Bench::on_air();
    bench.decision = None;
    bench.join(STA);
    bench.expect_done(Request::Reset { default_mib: false });
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::IncomingAssociationCompletion {
            status: StatusCode::REFUSED,
            ..
        })
    ));
}

#[test]
fn losing_the_radio_answers_everything_and_forgets_the_stations() {
    let mut bench = Bench::with_station();
    bench.answers = false;
    let key = bench.request(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
    let open = bench.request(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    let packet = bench.request(Request::SendPacket {
        peer: STA,
        pdu: vec![1],
    });
    bench.event(RadioEvent::Unavailable {
        cause: Cause::new("Unplugged.", "Plug it in."),
    });
    for id in [key, open, packet] {
        assert_eq!(bench.result(id), Err(NdisStatus::DOT11_POWER_STATE_INVALID));
    }
    assert!(matches!(
        bench.indications[..],
        [Indication::PhyStateChanged(PhyState::Off { .. })]
    ));
    // Late answers of the lost radio confuse nobody.
    bench.answer_all();
    assert_eq!(
        bench.ask(Request::EnumPeerInfo),
        Ok(Reply::PeerInfo(vec![]))
    );
    bench.answers = true;
    bench.event(RadioEvent::Ready(Box::new(capabilities())));
    bench.expect_done(Request::StartAp);
}

#[test]
fn losing_the_radio_during_a_start_or_a_reset_answers_them() {
    let lost = RadioEvent::Unavailable {
        cause: Cause::new("Unplugged.", "Plug it in."),
    };
    let mut bench = Bench::ready();
    bench.answers = false;
    let start = bench.request(Request::StartAp);
    bench.event(lost.clone());
    assert_eq!(
        bench.result(start),
        Err(NdisStatus::DOT11_POWER_STATE_INVALID)
    );

    let mut bench = Bench::on_air();
    bench.answers = false;
    let reset = bench.request(Request::Reset { default_mib: false });
    bench.event(lost);
    assert_eq!(bench.result(reset), Ok(Reply::Done));
}

#[test]
fn an_access_point_ended_by_the_driver_can_be_started_a_second_later() {
    let mut bench = Bench::with_station();
    let cause = Cause::new("Radar was heard.", "Use another channel.");
    bench.event(RadioEvent::ApStopped {
        cause: cause.clone(),
    });
    assert_eq!(
        bench.indications,
        [Indication::StopAp {
            reason: StopApReason::Driver,
            cause
        }]
    );
    assert_eq!(bench.ask(Request::StartAp), Err(NdisStatus::INVALID_STATE));
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.indications.last(), Some(&Indication::CanSustainAp));
    bench.expect_done(Request::StartAp);
}

#[test]
fn a_moved_access_point_announces_its_new_channel() {
    let mut bench = Bench::on_air();
    bench.event(RadioEvent::ChannelChanged(Channel::new(11).unwrap()));
    let [Command::UpdateBeacon { head, .. }, Command::Protect(_)] = &bench.commands[..] else {
        panic!()
    };
    let ManagementBody::Beacon(beacon) = body(head) else {
        panic!()
    };
    assert_eq!(
        beacon.elements.body(ElementId::DS_PARAMETER_SET),
        Some(&[11][..])
    );
    assert!(matches!(
        bench.indications[..],
        [Indication::PhyFrequencyAdopted { .. }]
    ));
    bench.event(RadioEvent::ChannelChanged(Channel::new(11).unwrap()));
    assert_eq!(bench.indications.len(), 1);
}

#[test]
fn peers_are_listed_with_id_and_port() {
    let mut bench = Bench::with_open_port();
    let Ok(Reply::PeerInfo(peers)) = bench.ask(Request::EnumPeerInfo) else {
        panic!()
    };
    let [peer] = &peers[..] else { panic!() };
    assert_eq!((peer.peer, peer.aid, peer.port_open), (STA, 1, true));
}

#[test]
fn the_engine_can_be_written_down_and_read_back() {
    let bench = Bench::with_open_port();
    let bytes = postcard::to_stdvec(&bench.port).unwrap();
    let mut copy: Miniport = postcard::from_bytes(&bytes).unwrap();
    copy.handle_radio_event(RadioEvent::StationLost { peer: STA }, bench.now);
    assert!(matches!(
        (copy.poll_output(), copy.poll_output()),
        (
            Some(Output::Radio(_)),
            Some(Output::Indication(Indication::Disassociation { .. }))
        )
    ));
}

#[test]
fn switches_and_other_connections_are_passed_on_and_touch_no_run() {
    let cause = Cause::new("An ad hoc connection is up.", "End it.");
    let mut bench = Bench::with_open_port();
    bench.event(RadioEvent::Switched(radio::Switches {
        software: false,
        hardware: true,
    }));
    bench.event(RadioEvent::Incompatible(Some(cause.clone())));
    bench.event(RadioEvent::Incompatible(None));
    assert_eq!(
        bench.indications,
        [
            Indication::RadioSwitched {
                software: false,
                hardware: true
            },
            Indication::IncompatibleConnection(Some(cause)),
            Indication::IncompatibleConnection(None),
        ]
    );
    assert!(bench.is_associated(STA));
}

#[test]
fn the_country_is_announced_where_it_is_known() {
    let number = |n| Channel::new(n).unwrap();
    let powers = [(1, 20), (2, 20), (3, 20), (6, 20), (7, 30)];
    let powers = powers
        .into_iter()
        .chain([36, 40, 44, 48, 149].map(|n| (n, 23)));
    let country = radio::Country {
        code: *b"DE",
        powers: powers.map(|(n, power)| (number(n), power)).collect(),
    };
    for (channel, expected) in [
        (6, &b"DE \x01\x03\x14\x06\x01\x14\x07\x01\x1e"[..]),
        // Filled up to an even length.
        (36, b"DE \x24\x04\x17\x95\x01\x17\0"),
    ] {
        let mut bench = Bench::with_radio(Capabilities {
            country: Some(country.clone()),
            ..capabilities()
        });
        bench.expect_done(Request::CurrentChannel(Some(number(channel))));
        bench.expect_done(Request::StartAp);
        let [Command::StartAp(config)] = &bench.commands[..] else {
            panic!()
        };
        let tail = Elements::new(&config.beacon_tail);
        assert_eq!(tail.body(ElementId::COUNTRY), Some(expected), "{channel}");
    }
    let mut nowhere = Bench::ready();
    nowhere.expect_done(Request::StartAp);
    let [Command::StartAp(config)] = &nowhere.commands[..] else {
        panic!()
    };
    let tail = Elements::new(&config.beacon_tail);
    assert_eq!(tail.body(ElementId::COUNTRY), None);
}
