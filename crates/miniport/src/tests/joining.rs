//! Probing, authentication and association.

use super::*;
use dot11::element::{Elements, HtOperation, WmmParameters};

fn probe(ssid: &[u8], tail: &[u8]) -> Vec<u8> {
    ManagementBuilder::probe_request(ManagementAddresses::to_all(STA))
        .with(|e| {
            e.ssid(ssid).raw(tail);
        })
        .finish()
}

#[test]
fn a_join_costs_the_radio_seven_commands_and_a_departure_one() {
    let mut bench = Bench::on_air();
    bench.join(STA);
    bench.request(Request::SendPacket {
        peer: STA,
        pdu: vec![1],
    });
    bench.request(Request::SendPacket {
        peer: STA,
        pdu: vec![3],
    });
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
    bench.expect_done(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    assert_eq!(
        bench.names(),
        [
            "SendManagement",
            "AddStation",
            "SendManagement",
            "SendEapol",
            "SendEapol",
            "InstallKey",
            "Authorize"
        ]
    );
    bench.clear();
    bench.frame(deauth(STA));
    assert_eq!(bench.names(), ["RemoveStation"]);
}

#[test]
fn probes_for_us_and_for_anybody_are_answered() {
    let mut bench = Bench::on_air();
    bench.frame(probe(b"lab", &[]));
    bench.frame(probe(b"", &[3, 1, 6]));
    assert_eq!(bench.sent().len(), 2);
    let view = ManagementView::parse(bench.sent()[0]).unwrap();
    assert_eq!(
        (view.receiver(), view.transmitter(), view.bssid()),
        (STA, AP, AP)
    );
    let ManagementBody::ProbeResponse(response) = view.body().unwrap() else {
        panic!()
    };
    assert_eq!(response.elements.body(ElementId::SSID), Some(&b"lab"[..]));
    assert_eq!(response.interval, 100);
    assert!(response.elements.is_well_formed());
}

#[test]
fn probes_for_others_are_not_answered() {
    let mut bench = Bench::on_air();
    bench.frame(probe(b"lab2", &[]));
    bench.frame(probe(b"lab", &[3, 1, 5]));
    bench.frame(probe(b"lab", &[3, 2, 6, 6]));
    bench.frame(probe(b"lab", &[1, 9]));
    let no_ssid = ManagementBuilder::probe_request(ManagementAddresses::to_all(STA)).finish();
    bench.frame(no_ssid);
    let elsewhere = ManagementBuilder::probe_request(ManagementAddresses::to_ap(STA, station(1)))
        .with(|e| {
            e.ssid(b"lab");
        })
        .finish();
    bench.frame(elsewhere);
    assert!(bench.sent().is_empty());
    assert_eq!(bench.rejected(Rejection::OtherNetwork), 6);
}

#[test]
fn open_system_authentication_is_granted_and_costs_no_state_in_the_radio() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    assert_eq!(bench.names(), ["SendManagement"]);
    let ManagementBody::Authentication(answer) = body(bench.sent()[0]) else {
        panic!()
    };
    assert_eq!(answer.transaction, 2);
    assert_eq!(answer.status, StatusCode::SUCCESS);
    assert!(bench.indications.is_empty());
}

#[test]
fn other_algorithms_and_transactions_are_refused() {
    for (algorithm, transaction, status) in [
        (
            AuthenticationAlgorithm::SHARED_KEY,
            1,
            StatusCode::UNSUPPORTED_AUTH_ALGORITHM,
        ),
        (
            AuthenticationAlgorithm::SAE,
            1,
            StatusCode::UNSUPPORTED_AUTH_ALGORITHM,
        ),
        (
            AuthenticationAlgorithm::OPEN_SYSTEM,
            2,
            StatusCode::TRANSACTION_SEQUENCE_ERROR,
        ),
        (
            AuthenticationAlgorithm::OPEN_SYSTEM,
            0xffff,
            StatusCode::TRANSACTION_SEQUENCE_ERROR,
        ),
    ] {
        let mut bench = Bench::on_air();
        let frame =
            ManagementBuilder::authentication(up(STA), algorithm, transaction, StatusCode::SUCCESS);
        bench.frame(frame.finish());
        assert_eq!(bench.last_status(), status);
        bench.clear();
        bench.frame(assoc(STA));
        assert!(matches!(
            body(bench.sent()[0]),
            ManagementBody::Deauthentication(_)
        ));
    }
}

#[test]
fn an_acceptable_request_is_put_before_the_service_with_both_rsn_elements() {
    let mut bench = Bench::on_air();
    bench.decision = None;
    bench.join(STA);

    let [
        Indication::IncomingAssociationStarted { peer: STA },
        Indication::IncomingAssociationRequestReceived {
            peer: STA, request, ..
        },
    ] = &bench.indications[..]
    else {
        panic!("{:?}", bench.indications)
    };
    assert!(!request.reassociation);
    assert_eq!(request.rsne.len(), 22);
    assert_eq!(request.rsne[..2], [48, 20]);
    let tail = tail_of_beacon();
    let ours = Elements::new(&tail).find(ElementId::RSN).unwrap();
    assert_eq!(request.beacon_rsne, ours.as_bytes());
    // Nothing was promised to the station or the radio yet.
    assert_eq!(bench.names(), ["SendManagement"]);
}

fn tail_of_beacon() -> Vec<u8> {
    let mut bench = Bench::ready();
    bench.expect_done(Request::StartAp);
    let Some(Command::StartAp(config)) = bench.commands.first() else {
        panic!()
    };
    config.beacon_tail.clone()
}

#[test]
fn an_accepted_station_is_entered_before_its_response_goes_out() {
    let mut bench = Bench::on_air();
    bench.acks = None;
    bench.join(STA);
    assert_eq!(
        bench.names(),
        ["SendManagement", "AddStation", "SendManagement"]
    );
    let Command::AddStation(entry) = &bench.commands[1] else {
        panic!()
    };
    assert_eq!((entry.peer, entry.aid, entry.listen_interval), (STA, 1, 5));
    assert!(entry.flags.authenticated && entry.flags.associated && entry.flags.wme);
    assert_eq!(entry.rates.len(), 12);
    let ht = [&[0x17][..], &[7; 25]].concat();
    assert_eq!(entry.ht_capabilities, Some(ht));
    let ManagementBody::AssociationResponse(response) = body(bench.sent()[1]) else {
        panic!()
    };
    assert_eq!((response.status, response.aid), (StatusCode::SUCCESS, 1));
    assert!(WmmParameters::from_elements(response.elements).is_some());
    let ht = response.elements.body(ElementId::HT_OPERATION).unwrap();
    assert_eq!(HtOperation::parse(ht).unwrap().primary_channel, 6);
    // Not before it is acknowledged.
    assert!(!bench.is_associated(STA));
}

#[test]
fn the_block_closes_with_the_acknowledgement() {
    let mut bench = Bench::on_air();
    bench.join(STA);
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::IncomingAssociationCompletion {
            peer: STA,
            status: StatusCode::SUCCESS
        })
    ));
    assert!(bench.is_associated(STA));
    // The decision was answered as well.
    assert!(
        bench
            .completions
            .iter()
            .any(|c| c.result == Ok(Reply::Done))
    );
}

#[test]
fn without_tx_status_the_block_closes_when_the_response_is_queued() {
    let radio = Capabilities {
        reports_tx_status: false,
        ..capabilities()
    };
    let mut bench = Bench::with_radio(radio);
    bench.acks = None;
    bench.expect_done(Request::StartAp);
    bench.join(STA);
    assert!(bench.is_associated(STA));
}

#[test]
fn an_acknowledgement_that_overtakes_the_completion_counts() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    bench.answers = false;
    bench.frame(assoc(STA));
    let (id, _) = *bench
        .unanswered
        .iter()
        .map(|(id, c)| (*id, matches!(c, Command::SendManagement { .. })))
        .filter(|(_, is_frame)| *is_frame)
        .collect::<Vec<_>>()
        .last()
        .unwrap();
    bench.event(RadioEvent::FrameSent { id, acked: true });
    assert!(bench.is_associated(STA));
    bench.answer_all();
    assert!(bench.is_associated(STA));
    let decided = bench
        .completions
        .iter()
        .filter(|c| c.result == Ok(Reply::Done))
        .count();
    assert_eq!(decided, 1);
}

#[test]
fn a_response_nobody_acknowledges_fails_the_block_and_the_station_may_ask_again() {
    let mut bench = Bench::on_air();
    bench.acks = Some(false);
    bench.join(STA);
    assert_eq!(bench.names().last(), Some(&"RemoveStation"));
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::IncomingAssociationCompletion { status, .. })
            if *status != StatusCode::SUCCESS
    ));
    bench.acks = Some(true);
    bench.frame(assoc(STA));
    assert!(bench.is_associated(STA));
}

#[test]
fn a_response_whose_fate_stays_unknown_fails_after_a_second() {
    let mut bench = Bench::on_air();
    bench.acks = None;
    bench.join(STA);
    bench.pass(Duration::from_millis(999));
    assert_eq!(bench.indications.len(), 2);
    bench.pass(Duration::from_millis(1));
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::IncomingAssociationCompletion {
            status: StatusCode::REFUSED,
            ..
        })
    ));
    assert_eq!(bench.port.poll_timeout(), None);
}

#[test]
fn a_service_that_keeps_silent_means_no() {
    let mut bench = Bench::on_air();
    bench.decision = None;
    bench.join(STA);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.last_status(), StatusCode::REFUSED);
    let late = AssocDecision {
        ticket: AssocTicket(1),
        status: StatusCode::SUCCESS,
    };
    let answer = bench.ask(Request::IncomingAssociationDecision(late));
    assert_eq!(answer, Err(NdisStatus::INVALID_DATA));
    assert!(!bench.is_associated(STA));
}

#[test]
fn a_refusal_by_the_service_is_told_to_the_station_and_enters_nothing() {
    let mut bench = Bench::on_air();
    bench.decision = Some(StatusCode::DENIED_NO_MORE_STAS);
    bench.join(STA);
    assert_eq!(bench.last_status(), StatusCode::DENIED_NO_MORE_STAS);
    assert_eq!(bench.names(), ["SendManagement", "SendManagement"]);
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::IncomingAssociationCompletion {
            status: StatusCode::DENIED_NO_MORE_STAS,
            ..
        })
    ));
}

#[test]
fn a_ticket_is_good_once() {
    let mut bench = Bench::on_air();
    bench.decision = None;
    bench.acks = None;
    bench.join(STA);
    let yes = AssocDecision {
        ticket: AssocTicket(1),
        status: StatusCode::SUCCESS,
    };
    bench.expect_done(Request::IncomingAssociationDecision(yes.clone()));
    let again = bench.ask(Request::IncomingAssociationDecision(yes));
    assert_eq!(again, Err(NdisStatus::INVALID_DATA));
}

#[test]
fn a_radio_without_room_fails_the_block_with_its_own_words() {
    let mut bench = Bench::on_air();
    bench.refusal = |c| matches!(c, Command::AddStation(_)).then_some(CommandErrorKind::Resources);
    bench.acks = None;
    bench.join(STA);
    let failed = bench
        .completions
        .iter()
        .find_map(|c| c.result.as_ref().err())
        .unwrap();
    assert_eq!(failed.status, NdisStatus::RESOURCES);
    assert_eq!(failed.cause.text, "The fake refuses.");
    // The station had heard "success": it must be told.
    assert!(matches!(
        body(bench.sent().last().unwrap()),
        ManagementBody::Deauthentication(ReasonCode::NO_MORE_STAS)
    ));
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::IncomingAssociationCompletion {
            status: StatusCode::REFUSED,
            ..
        })
    ));
}

#[test]
fn a_response_the_radio_cannot_send_fails_the_block_with_its_own_words() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    bench.refusal =
        |c| matches!(c, Command::SendManagement { .. }).then_some(CommandErrorKind::Busy);
    bench.frame(assoc(STA));
    let failed = bench
        .completions
        .iter()
        .find_map(|c| c.result.as_ref().err())
        .unwrap();
    assert_eq!(failed.status, NdisStatus::DOT11_MEDIA_IN_USE);
    assert_eq!(bench.names().last(), Some(&"RemoveStation"));
}

/// Sends the request, expects the status and that the service was told without being asked.
fn refused(asking: Asking) -> StatusCode {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    bench.frame(asking.frame(STA));
    let status = bench.last_status();
    assert_eq!(
        bench.indications,
        [
            Indication::IncomingAssociationStarted { peer: STA },
            Indication::IncomingAssociationCompletion { peer: STA, status }
        ]
    );
    assert!(!bench.names().contains(&"AddStation"));
    assert_eq!(bench.rejected(Rejection::RefusedAssociation), 1);
    status
}

fn with_rsne(change: impl FnOnce(&mut Rsne)) -> Asking {
    let mut rsne = Rsne::wpa2_personal();
    change(&mut rsne);
    Asking {
        rsne: Some(rsne.encode().unwrap()),
        ..Asking::default()
    }
}

#[test]
fn each_fault_of_a_request_has_its_own_status() {
    use dot11::AkmSuite;
    use dot11::element::RsnCapabilities;

    let wrong_name = Asking {
        ssid: b"lab2",
        ..Asking::default()
    };
    assert_eq!(refused(wrong_name), StatusCode::REFUSED);
    let ibss = Asking {
        capability: 3,
        ..Asking::default()
    };
    assert_eq!(refused(ibss), StatusCode::REFUSED_CAPABILITIES_MISMATCH);
    let no_ess = Asking {
        capability: 0,
        ..Asking::default()
    };
    assert_eq!(refused(no_ess), StatusCode::REFUSED_CAPABILITIES_MISMATCH);
    let rates = Asking {
        rates: vec![0x0c, 0x12],
        ..Asking::default()
    };
    assert_eq!(refused(rates), StatusCode::REFUSED_BASIC_RATES_MISMATCH);
    let no_rates = Asking {
        rates: vec![],
        ..Asking::default()
    };
    assert_eq!(refused(no_rates), StatusCode::REFUSED_BASIC_RATES_MISMATCH);
    let no_rsne = Asking {
        rsne: None,
        ..Asking::default()
    };
    assert_eq!(refused(no_rsne), StatusCode::INVALID_ELEMENT);
    let cut = Asking {
        rsne: Some(vec![1, 0, 0]),
        ..Asking::default()
    };
    assert_eq!(refused(cut), StatusCode::INVALID_ELEMENT);
    let malformed = Asking {
        tail: vec![200, 9, 1],
        ..Asking::default()
    };
    assert_eq!(refused(malformed), StatusCode::INVALID_ELEMENT);
    let version = Asking {
        rsne: Some(vec![2, 0]),
        ..Asking::default()
    };
    assert_eq!(refused(version), StatusCode::UNSUPPORTED_RSNE_VERSION);
    assert_eq!(
        refused(with_rsne(|r| r.group_cipher = CipherSuite::TKIP)),
        StatusCode::INVALID_GROUP_CIPHER
    );
    assert_eq!(
        refused(with_rsne(|r| r.pairwise = vec![CipherSuite::TKIP])),
        StatusCode::INVALID_PAIRWISE_CIPHER
    );
    assert_eq!(
        refused(with_rsne(
            |r| r.pairwise = vec![CipherSuite::CCMP, CipherSuite::TKIP]
        )),
        StatusCode::INVALID_PAIRWISE_CIPHER
    );
    assert_eq!(
        refused(with_rsne(|r| r.akm = vec![AkmSuite::SAE])),
        StatusCode::INVALID_AKMP
    );
    assert_eq!(
        refused(with_rsne(
            |r| r.capabilities = RsnCapabilities(RsnCapabilities::MFP_REQUIRED)
        )),
        StatusCode::INVALID_RSNE_CAPABILITIES
    );
}

#[test]
fn an_rsn_element_without_key_management_means_802_1x_and_is_refused() {
    let bare = Asking {
        rsne: Some(vec![1, 0]),
        ..Asking::default()
    };
    assert_eq!(refused(bare), StatusCode::INVALID_AKMP);
}

#[test]
fn a_station_without_wmm_gets_neither_wmm_nor_ht() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    bench.frame(
        Asking {
            wmm: false,
            ..Asking::default()
        }
        .frame(STA),
    );
    let entry = bench.commands.iter().find_map(|c| match c {
        Command::AddStation(entry) => Some(entry),
        _ => None,
    });
    let entry = entry.unwrap();
    assert!(!entry.flags.wme && entry.ht_capabilities.is_none());
    let ManagementBody::AssociationResponse(response) = body(bench.sent()[1]) else {
        panic!()
    };
    assert!(WmmParameters::from_elements(response.elements).is_none());
    assert!(response.elements.find(ElementId::HT_OPERATION).is_none());
}

#[test]
fn a_reassociation_is_answered_as_one() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    bench.frame(
        Asking {
            current_ap: Some(station(9)),
            ..Asking::default()
        }
        .frame(STA),
    );
    assert_eq!(bench.sent()[1][0], 0x30);
    assert!(bench.is_associated(STA));
}

#[test]
fn a_request_repeated_before_the_acknowledgement_gets_the_same_response_and_no_second_block() {
    let mut bench = Bench::on_air();
    bench.acks = None;
    bench.join(STA);
    bench.frame(assoc(STA));
    assert_eq!(
        bench.names(),
        [
            "SendManagement",
            "AddStation",
            "SendManagement",
            "SendManagement"
        ]
    );
    assert_eq!(bench.sent()[1], bench.sent()[2]);
    assert_eq!(bench.indications.len(), 2);
}

#[test]
fn a_repetition_marked_as_such_is_dropped() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    let mut again = auth(STA);
    assert!(dot11::frame::write_flags(
        &mut again,
        dot11::frame::FrameControl::RETRY
    ));
    bench.frame(again);
    assert_eq!(bench.sent().len(), 1);
    assert_eq!(bench.rejected(Rejection::Duplicate), 1);

    // The first copy was lost on the air: this one is news to us.
    let mut next = auth(STA);
    assert!(dot11::frame::write_flags(
        &mut next,
        dot11::frame::FrameControl::RETRY
    ));
    let sequence = dot11::frame::SequenceControl::new(1, 0);
    assert!(dot11::frame::write_sequence_control(&mut next, sequence));
    bench.frame(next);
    assert_eq!(bench.sent().len(), 2);
}

#[test]
fn an_unauthenticated_request_is_answered_with_reason_6() {
    let mut bench = Bench::on_air();
    bench.frame(assoc(STA));
    let [frame] = bench.sent()[..] else { panic!() };
    assert!(matches!(
        body(frame),
        ManagementBody::Deauthentication(ReasonCode::INVALID_CLASS2_FRAME)
    ));
    assert!(bench.indications.is_empty());
}

#[test]
fn association_ids_are_the_lowest_free_ones() {
    let mut bench = Bench::on_air();
    for n in 1..=3 {
        bench.join(station(n));
    }
    bench.frame(deauth(station(2)));
    bench.clear();
    bench.join(station(4));
    let Command::AddStation(entry) = &bench.commands[1] else {
        panic!()
    };
    assert_eq!(entry.aid, 2);
}

#[test]
fn the_2008th_station_is_refused_with_status_17() {
    let mut bench = Bench::on_air();
    for n in 1..=2007 {
        bench.now += Duration::from_millis(1);
        bench.join(station(n));
    }
    assert!(bench.is_associated(station(2007)));
    bench.clear();
    bench.join(station(2008));
    assert_eq!(bench.last_status(), StatusCode::DENIED_NO_MORE_STAS);
    bench.frame(deauth(station(1000)));
    bench.frame(assoc(station(2008)));
    assert!(bench.is_associated(station(2008)));
}

#[test]
fn the_radios_own_limit_is_respected() {
    let radio = Capabilities {
        max_stations: Some(1),
        ..capabilities()
    };
    let mut bench = Bench::with_radio(radio);
    bench.expect_done(Request::StartAp);
    bench.join(station(1));
    bench.join(station(2));
    assert_eq!(bench.last_status(), StatusCode::DENIED_NO_MORE_STAS);
    // The one that is in may come back.
    bench.join(station(1));
    assert_eq!(bench.last_status(), StatusCode::SUCCESS);
}

#[test]
fn eapol_passes_only_after_the_association() {
    let mut bench = Bench::on_air();
    bench.event(RadioEvent::Eapol {
        peer: STA,
        pdu: vec![1],
    });
    bench.acks = None;
    bench.join(STA);
    bench.event(RadioEvent::Eapol {
        peer: STA,
        pdu: vec![2],
    });
    assert_eq!(bench.rejected(Rejection::StrayEapol), 2);
    let mut bench = Bench::with_station();
    bench.event(RadioEvent::Eapol {
        peer: STA,
        pdu: vec![3],
    });
    assert_eq!(
        bench.indications,
        [Indication::ReceivePacket {
            peer: STA,
            pdu: vec![3]
        }]
    );
}

#[test]
fn eapol_to_strangers_is_refused() {
    let mut bench = Bench::on_air();
    let answer = bench.ask(Request::SendPacket {
        peer: STA,
        pdu: vec![1],
    });
    assert_eq!(answer, Err(NdisStatus::INVALID_STATE));
    assert!(bench.commands.is_empty());
}
