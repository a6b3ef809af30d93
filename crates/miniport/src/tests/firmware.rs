//! A radio whose firmware answers stations by itself (decision 0028).

use super::*;

fn on_air() -> Bench {
    let mut bench = Bench::with_radio(Capabilities {
        firmware_mlme: true,
        reports_tx_status: false,
        ..capabilities()
    });
    bench.acks = None;
    bench.expect_done(Request::StartAp);
    bench.clear();
    bench
}

fn elements(asking: &Asking) -> Vec<u8> {
    let frame = asking.frame(STA);
    match body(&frame) {
        ManagementBody::AssociationRequest(request) => request.elements.as_bytes().to_vec(),
        other => panic!("{other:?}"),
    }
}

fn associated(peer: MacAddr, elements: Vec<u8>) -> RadioEvent {
    RadioEvent::Associated {
        peer,
        elements,
        reassociation: false,
    }
}

fn join(bench: &mut Bench) {
    bench.event(associated(STA, elements(&Asking::default())));
}

fn reason(bench: &Bench) -> ReasonCode {
    match bench.commands.as_slice() {
        [Command::RemoveStation { peer: STA, reason }] => *reason,
        other => panic!("{other:?}"),
    }
}

fn completion(status: StatusCode) -> Indication {
    Indication::IncomingAssociationCompletion { peer: STA, status }
}

#[test]
fn a_station_let_in_opens_a_block_and_closes_it_with_no_command_at_all() {
    let mut bench = on_air();
    join(&mut bench);
    assert!(bench.commands.is_empty(), "{:?}", bench.commands);
    let [
        Indication::IncomingAssociationStarted { peer: STA },
        Indication::IncomingAssociationRequestReceived { request, .. },
        done,
    ] = bench.indications.as_slice()
    else {
        panic!("{:?}", bench.indications)
    };
    assert_eq!(*done, completion(StatusCode::SUCCESS));
    assert!(request.rsne.starts_with(&[48, 20]));
    // Where softap and extensions look for elements.
    assert_eq!(request.body[4..], elements(&Asking::default()));
    assert!(bench.is_associated(STA));
    assert_eq!(bench.completions.len(), 2, "the decision, the question");
}

#[test]
fn its_key_and_port_go_the_usual_way() {
    let mut bench = on_air();
    join(&mut bench);
    bench.event(RadioEvent::Eapol {
        peer: STA,
        pdu: vec![2, 3, 0, 0],
    });
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::ReceivePacket { peer: STA, .. })
    ));
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
    bench.expect_done(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    assert_eq!(bench.names(), ["InstallKey", "Authorize"]);
}

#[test]
fn a_station_that_the_service_refuses_is_sent_away() {
    let mut bench = on_air();
    bench.decision = Some(StatusCode::DENIED_NO_MORE_STAS);
    join(&mut bench);
    assert_eq!(reason(&bench), ReasonCode::NO_MORE_STAS);
    let last = bench.indications.last();
    assert_eq!(last, Some(&completion(StatusCode::DENIED_NO_MORE_STAS)));
    assert!(!bench.is_associated(STA));
}

#[test]
fn a_service_that_does_not_decide_costs_the_station_its_place() {
    let mut bench = on_air();
    bench.decision = None;
    join(&mut bench);
    bench.pass(Duration::from_secs(2));
    assert_eq!(reason(&bench), ReasonCode::UNSPECIFIED);
    let last = bench.indications.last();
    assert_eq!(last, Some(&completion(StatusCode::REFUSED)));
}

#[test]
fn an_element_that_firmware_should_have_refused_is_refused_with_its_reason() {
    let rsne = |change: fn(&mut Rsne)| {
        let mut rsne = Rsne::wpa2_personal();
        change(&mut rsne);
        Asking {
            rsne: Some(rsne.encode().unwrap()),
            ..Asking::default()
        }
    };
    let rows = [
        (
            Asking {
                rsne: None,
                ..Asking::default()
            },
            13,
        ),
        (rsne(|r| r.group_cipher = CipherSuite::TKIP), 18),
        (rsne(|r| r.pairwise = vec![CipherSuite::TKIP]), 19),
        (rsne(|r| r.akm = vec![dot11::AkmSuite(0x000f_ac01)]), 20),
        (
            Asking {
                ssid: b"other",
                ..Asking::default()
            },
            1,
        ),
    ];
    for (asking, expected) in rows {
        let mut bench = on_air();
        bench.event(associated(STA, elements(&asking)));
        assert_eq!(reason(&bench), ReasonCode(expected));
        assert!(matches!(
            bench.indications.as_slice(),
            [
                Indication::IncomingAssociationStarted { peer: STA },
                Indication::IncomingAssociationCompletion { peer: STA, status },
            ] if *status != StatusCode::SUCCESS
        ));
        assert!(!bench.is_associated(STA));
        assert_eq!(bench.rejected(Rejection::RefusedAssociation), 1);
    }
}

#[test]
fn elements_cut_anywhere_are_refused_or_leave_the_rsn_element_whole() {
    let whole = elements(&Asking::default());
    for len in 0..whole.len() {
        let mut bench = on_air();
        bench.event(associated(STA, whole[..len].to_vec()));
        let in_place = bench.is_associated(STA);
        let refused = matches!(bench.commands.as_slice(), [Command::RemoveStation { .. }]);
        assert!(in_place != refused, "{len} bytes");
    }
}

#[test]
fn a_new_association_ends_the_old_one_and_removes_nobody() {
    let mut bench = on_air();
    join(&mut bench);
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(STA, 1)));
    bench.clear();
    join(&mut bench);
    assert!(bench.commands.is_empty(), "{:?}", bench.commands);
    assert_eq!(
        bench.indications.first(),
        Some(&Indication::Disassociation {
            peer: STA,
            reason: DisassocReason::PeerReassociated
        })
    );
    assert_eq!(
        bench.indications.last(),
        Some(&completion(StatusCode::SUCCESS))
    );
}

#[test]
fn a_station_that_left_is_not_removed_once_more() {
    let mut bench = on_air();
    join(&mut bench);
    bench.clear();
    bench.event(RadioEvent::StationLost { peer: STA });
    assert!(bench.commands.is_empty(), "{:?}", bench.commands);
    assert!(matches!(
        bench.indications.as_slice(),
        [Indication::Disassociation { peer: STA, .. }]
    ));
}

#[test]
fn whoever_is_sent_away_hears_of_it_from_the_firmware() {
    let mut bench = on_air();
    join(&mut bench);
    bench.clear();
    bench.expect_done(Request::DisassociatePeer {
        peer: STA,
        reason: ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT,
    });
    assert_eq!(reason(&bench), ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT);

    let mut bench = on_air();
    join(&mut bench);
    bench.clear();
    bench.expect_done(Request::Reset { default_mib: false });
    assert_eq!(bench.names(), ["RemoveStation", "StopAp"]);
}

#[test]
fn no_room_means_to_be_sent_away() {
    let mut bench = Bench::with_radio(Capabilities {
        firmware_mlme: true,
        reports_tx_status: false,
        max_stations: Some(1),
        ..capabilities()
    });
    bench.expect_done(Request::StartAp);
    join(&mut bench);
    bench.clear();
    let other = station(7);
    bench.event(associated(other, elements(&Asking::default())));
    let expected = Command::RemoveStation {
        peer: other,
        reason: ReasonCode::NO_MORE_STAS,
    };
    assert_eq!(bench.commands, [expected]);
    assert!(bench.is_associated(STA));
}

#[test]
fn frames_strangers_and_impossible_stations_change_nothing() {
    let mut bench = on_air();
    bench.frame(auth(STA));
    bench.frame(assoc(STA));
    bench.event(RadioEvent::UnexpectedData { peer: STA });
    for peer in [AP, MacAddr::BROADCAST, MacAddr::default()] {
        bench.event(associated(peer, elements(&Asking::default())));
    }
    assert!(bench.commands.is_empty(), "{:?}", bench.commands);
    assert!(bench.indications.is_empty(), "{:?}", bench.indications);

    let mut soft = Bench::on_air();
    soft.event(associated(STA, elements(&Asking::default())));
    assert!(soft.commands.is_empty() && soft.indications.is_empty());
}

#[test]
fn a_flood_of_associations_is_sent_away_and_asks_nobody() {
    let mut bench = on_air();
    bench.decision = None;
    for _ in 0..5_000 {
        join(&mut bench);
    }
    let asked = bench
        .indications
        .iter()
        .filter(|i| matches!(i, Indication::IncomingAssociationRequestReceived { .. }))
        .count();
    let away = bench.commands.len();
    assert_eq!(asked + away, 5_000);
    assert!(asked < 1_000, "{asked} were asked about");
    assert_eq!(bench.rejected(Rejection::Flood), away as u64);
}
