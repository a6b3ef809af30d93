//! Departures, returns, silence.

use super::*;

const LIMIT: Duration = crate::mlme::INACTIVITY_LIMIT;

#[test]
fn a_deauthentication_ends_the_association() {
    let mut bench = Bench::with_open_port();
    bench.frame(deauth(STA));
    assert_eq!(
        bench.indications,
        [Indication::Disassociation {
            peer: STA,
            reason: DisassocReason::PeerDeauthenticated(ReasonCode::LEAVING_NETWORK_DEAUTH)
        }]
    );
    assert_eq!(bench.names(), ["RemoveStation"]);
    // It must authenticate again.
    bench.frame(assoc(STA));
    assert!(!bench.is_associated(STA));
}

#[test]
fn a_disassociated_station_is_still_authenticated() {
    let mut bench = Bench::with_station();
    bench.frame(disassoc(STA));
    assert!(matches!(
        bench.indications[..],
        [Indication::Disassociation {
            reason: DisassocReason::PeerDisassociated(_),
            ..
        }]
    ));
    bench.frame(assoc(STA));
    assert!(bench.is_associated(STA));
}

#[test]
fn departures_of_strangers_and_frames_for_others_change_nothing() {
    let mut bench = Bench::with_station();
    bench.frame(deauth(station(1)));
    assert_eq!(bench.rejected(Rejection::UnknownStation), 1);
    let other_network = ManagementBuilder::deauthentication(
        ManagementAddresses {
            receiver: AP,
            transmitter: STA,
            bssid: station(3),
        },
        ReasonCode::UNSPECIFIED,
    );
    bench.frame(other_network.finish());
    let to_all = ManagementBuilder::deauthentication(
        ManagementAddresses {
            receiver: MacAddr::BROADCAST,
            transmitter: STA,
            bssid: AP,
        },
        ReasonCode::UNSPECIFIED,
    );
    bench.frame(to_all.finish());
    assert_eq!(bench.rejected(Rejection::NotForUs), 2);
    assert!(bench.is_associated(STA));
    assert!(bench.commands.is_empty());
}

#[test]
fn an_authentication_alone_does_not_end_an_association() {
    let mut bench = Bench::with_open_port();
    bench.frame(auth(STA));
    assert_eq!(bench.names(), ["SendManagement"]);
    assert!(bench.indications.is_empty());
    assert!(bench.is_associated(STA));
}

#[test]
fn a_new_association_ends_the_old_one_with_its_keys_first() {
    let mut bench = Bench::with_open_port();
    bench.join(STA);
    assert_eq!(
        bench.names(),
        [
            "SendManagement",
            "RemoveStation",
            "AddStation",
            "SendManagement"
        ]
    );
    assert!(matches!(
        bench.indications[..],
        [
            Indication::Disassociation {
                peer: STA,
                reason: DisassocReason::PeerReassociated
            },
            Indication::IncomingAssociationStarted { peer: STA },
            Indication::IncomingAssociationRequestReceived { peer: STA, .. },
            Indication::IncomingAssociationCompletion {
                status: StatusCode::SUCCESS,
                ..
            },
        ]
    ));
    // Closed, and not to be opened with the old key.
    let answer = bench.ask(Request::PortStateNotification {
        peer: STA,
        open: true,
    });
    assert_eq!(answer, Err(NdisStatus::INVALID_STATE));
}

#[test]
fn a_bad_request_from_an_associated_station_leaves_its_association_alone() {
    let mut bench = Bench::with_open_port();
    bench.frame(
        Asking {
            rsne: None,
            ..Asking::default()
        }
        .frame(STA),
    );
    assert_eq!(bench.last_status(), StatusCode::INVALID_ELEMENT);
    assert!(bench.indications.is_empty());
    assert!(bench.is_associated(STA));
}

#[test]
fn leaving_in_the_middle_of_a_block_closes_it() {
    let mut bench = Bench::on_air();
    bench.acks = None;
    bench.join(STA);
    bench.frame(deauth(STA));
    assert!(matches!(
        bench.indications.last(),
        Some(Indication::IncomingAssociationCompletion {
            status: StatusCode::REFUSED,
            ..
        })
    ));
    assert_eq!(bench.names().last(), Some(&"RemoveStation"));
}

#[test]
fn a_peer_sent_away_is_told_why() {
    let mut bench = Bench::with_station();
    let reason = ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT;
    bench.expect_done(Request::DisassociatePeer { peer: STA, reason });
    assert_eq!(bench.names(), ["SendManagement", "RemoveStation"]);
    assert!(matches!(body(bench.sent()[0]), ManagementBody::Deauthentication(r) if r == reason));
    assert_eq!(
        bench.indications,
        [Indication::Disassociation {
            peer: STA,
            reason: DisassocReason::Os
        }]
    );
}

#[test]
fn sending_away_a_stranger_succeeds_and_sending_away_all_means_all() {
    let mut bench = Bench::with_station();
    bench.join(station(1));
    bench.clear();
    let reason = ReasonCode::UNSPECIFIED;
    bench.expect_done(Request::DisassociatePeer {
        peer: station(7),
        reason,
    });
    assert!(bench.commands.is_empty());
    bench.expect_done(Request::DisassociatePeer {
        peer: MacAddr::BROADCAST,
        reason,
    });
    assert_eq!(bench.indications.len(), 2);
    assert!(!bench.is_associated(STA) && !bench.is_associated(station(1)));
}

#[test]
fn a_station_the_radio_lost_is_gone() {
    let mut bench = Bench::with_open_port();
    bench.event(RadioEvent::StationLost { peer: STA });
    assert_eq!(
        bench.indications,
        [Indication::Disassociation {
            peer: STA,
            reason: DisassocReason::PeerUnreachable
        }]
    );
}

fn report(inactive: Duration) -> RadioEvent {
    RadioEvent::Station(StationReport {
        peer: STA,
        inactive_ms: inactive.as_millis() as u32,
        rx_bytes: 0,
        tx_bytes: 0,
        signal: Some(-70),
    })
}

#[test]
fn a_station_that_was_heard_is_asked_about_later() {
    let mut bench = Bench::with_station();
    assert_eq!(bench.port.poll_timeout(), Some(bench.now + LIMIT));
    bench.pass(LIMIT);
    assert_eq!(bench.names(), ["QueryStation"]);
    bench.event(report(Duration::from_secs(100)));
    assert_eq!(
        bench.port.poll_timeout(),
        Some(bench.now + Duration::from_secs(200))
    );
    let Ok(Reply::PeerInfo(peers)) = bench.ask(Request::EnumPeerInfo) else {
        panic!()
    };
    assert_eq!(peers[0].signal, Some(-70));
}

#[test]
fn a_silent_station_is_probed_and_stays_when_it_answers() {
    let mut bench = Bench::with_station();
    bench.pass(LIMIT);
    bench.event(report(LIMIT));
    assert_eq!(bench.names(), ["QueryStation", "ProbeStation"]);
    bench.event(RadioEvent::ProbeResult {
        peer: STA,
        acked: true,
    });
    assert!(bench.is_associated(STA));
    assert_eq!(bench.port.poll_timeout(), Some(bench.now + LIMIT));
}

#[test]
fn a_silent_station_that_does_not_answer_is_given_up_with_reason_4() {
    let mut bench = Bench::with_station();
    bench.pass(LIMIT);
    bench.event(report(LIMIT));
    bench.clear();
    bench.event(RadioEvent::ProbeResult {
        peer: STA,
        acked: false,
    });
    assert!(matches!(
        body(bench.sent()[0]),
        ManagementBody::Deauthentication(ReasonCode::INACTIVITY)
    ));
    assert_eq!(
        bench.indications,
        [Indication::Disassociation {
            peer: STA,
            reason: DisassocReason::PeerUnreachable
        }]
    );
    assert_eq!(bench.port.poll_timeout(), None);
}

#[test]
fn a_radio_that_answers_nothing_does_not_keep_a_station_for_ever() {
    let mut bench = Bench::with_station();
    bench.answers = false;
    bench.pass(LIMIT);
    bench.pass(Duration::from_secs(5));
    bench.pass(Duration::from_secs(5));
    assert!(!bench.is_associated(STA));
}

#[test]
fn a_radio_that_cannot_look_for_stations_gives_nobody_up() {
    let mut bench = Bench::with_station();
    bench.refusal = |c| {
        matches!(
            c,
            Command::QueryStation { .. } | Command::ProbeStation { .. }
        )
        .then_some(CommandErrorKind::NotSupported)
    };
    bench.pass(LIMIT);
    assert_eq!(bench.names(), ["QueryStation", "ProbeStation"]);
    assert!(bench.is_associated(STA));
    assert_eq!(bench.port.poll_timeout(), Some(bench.now + LIMIT));
}

#[test]
fn data_from_a_stranger_is_answered_with_reason_7() {
    let mut bench = Bench::on_air();
    bench.event(RadioEvent::UnexpectedData { peer: STA });
    assert!(matches!(
        body(bench.sent()[0]),
        ManagementBody::Deauthentication(ReasonCode::INVALID_CLASS3_FRAME)
    ));
    bench.clear();
    bench.frame(auth(station(1)));
    bench.event(RadioEvent::UnexpectedData { peer: station(1) });
    assert!(matches!(
        body(bench.sent()[1]),
        ManagementBody::Disassociation(ReasonCode::INVALID_CLASS3_FRAME)
    ));
}

#[test]
fn unexpected_data_of_an_associated_station_is_no_reason_to_send_it_away() {
    let mut bench = Bench::with_open_port();
    bench.event(RadioEvent::UnexpectedData { peer: STA });
    assert!(bench.commands.is_empty());
    assert!(bench.is_associated(STA));
}
