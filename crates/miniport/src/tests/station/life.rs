//! What ends an association, and what a reset does.

use super::*;

fn story_of(bench: &mut StaBench) -> (Vec<&'static str>, Option<DisassocReason>) {
    let reason = bench.indications.iter().find_map(|i| match i {
        Indication::Disassociation { peer: AP, reason } => Some(*reason),
        _ => None,
    });
    (bench.story(), reason)
}

#[test]
fn an_association_ends_once_and_with_its_reason() {
    type Ends = fn(&mut StaBench);
    let rows: [(&str, Ends, DisassocReason, Option<ReasonCode>); 5] = [
        (
            "deauthenticated",
            |b| b.frame(b.aps[0].deauth()),
            DisassocReason::PeerDeauthenticated(ReasonCode::INVALID_CLASS3_FRAME),
            None,
        ),
        (
            "disassociated",
            |b| b.frame(b.aps[0].disassoc()),
            DisassocReason::PeerDisassociated(ReasonCode::LEAVING_NETWORK_DISASSOC),
            None,
        ),
        (
            "by request",
            |b| {
                b.station(StationRequest::Disconnect);
            },
            DisassocReason::Os,
            Some(ReasonCode::LEAVING_NETWORK_DEAUTH),
        ),
        (
            "lost by the radio",
            |b| b.event(RadioEvent::StationLost { peer: AP }),
            DisassocReason::PeerUnreachable,
            None,
        ),
        (
            "silent",
            |b| {
                b.aps.clear();
                b.pass(Duration::from_secs(32));
            },
            DisassocReason::PeerUnreachable,
            Some(ReasonCode::INACTIVITY),
        ),
    ];
    for (what, ends, reason, farewell) in rows {
        let mut bench = StaBench::connected();
        bench.expect_done(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
        assert_eq!(bench.set_port(true), Ok(Reply::Done), "{what}");
        bench.clear();
        ends(&mut bench);
        let story = (vec!["disassociation"], Some(reason));
        assert_eq!(story_of(&mut bench), story, "{what}");
        assert_eq!(bench.tuned, None, "{what}");
        let told = bench.sent().into_iter().find_map(|f| match body(f) {
            ManagementBody::Deauthentication(reason) => Some(reason),
            _ => None,
        });
        assert_eq!(told, farewell, "{what}");
        assert!(!bench.is_connected(), "{what}");
        assert_eq!(bench.set_port(true), not_there(), "{what}");
        assert_eq!(bench.set_port(false), Ok(Reply::Done), "{what}");
        assert_eq!(bench.port.poll_timeout(), None, "{what}");
        // A second end is none.
        let indications = bench.indications.len();
        bench.frame(FakeAp::default().deauth());
        let again = bench.ask_station(StationRequest::Disconnect);
        assert_eq!(again, Ok(Reply::Done), "{what}");
        assert_eq!(bench.indications.len(), indications, "{what}");
    }
}

#[test]
fn an_access_point_that_beacons_or_answers_is_not_lost() {
    let mut bench = StaBench::connected();
    bench.aps[0].probes = false;
    for _ in 0..100 {
        bench.pass(Duration::from_millis(500));
        bench.frame(bench.aps[0].beacon());
    }
    assert!(bench.is_connected());
    assert_eq!(bench.sent().len(), 0);
    // Silent, but it answers when asked.
    bench.aps[0].probes = true;
    bench.pass(Duration::from_secs(60));
    assert!(bench.is_connected());
    assert_eq!(bench.sent().len(), 2);
    // The beacons of others say nothing of it.
    bench.aps[0].probes = false;
    let other = FakeAp {
        bssid: station(5),
        ..FakeAp::default()
    };
    for _ in 0..70 {
        bench.pass(Duration::from_millis(500));
        bench.frame(other.beacon());
    }
    assert!(!bench.is_connected());
}

#[test]
fn a_connect_in_op_reassociates() {
    let mut bench = StaBench::connected();
    assert_eq!(bench.connect(), ConnectionEnd::Success);
    let story = [
        "disassociation",
        "connection start",
        "association start",
        "associated",
        "connection end",
    ];
    let told = story_of(&mut bench);
    assert_eq!(
        told,
        (story.to_vec(), Some(DisassocReason::PeerReassociated))
    );
    assert!(association(&bench).frames.reassociation);
    let ManagementBody::AssociationRequest(request) = body(bench.sent().last().unwrap()) else {
        panic!()
    };
    assert_eq!(request.current_ap, Some(AP));
    // The access point is not told that we go: we do not.
    let deauth = |f: &&[u8]| matches!(body(f), ManagementBody::Deauthentication(_));
    assert!(!bench.sent().iter().any(deauth));
    // After a disconnect it is an association again.
    bench.station(StationRequest::Disconnect);
    bench.connect();
    assert!(!association(&bench).frames.reassociation);
}

#[test]
fn disconnect_reset_and_loss_of_the_radio_abort_an_attempt() {
    type Ends = fn(&mut StaBench);
    let ends: [(&str, Ends); 3] = [
        ("disconnect", |b| {
            let done = b.ask_station(StationRequest::Disconnect);
            assert_eq!(done, Ok(Reply::Done));
        }),
        ("reset", |b| {
            b.expect_done(Request::Reset { default_mib: false })
        }),
        ("radio", |b| {
            let cause = Cause::new("Unplugged.", "Plug it in.");
            b.event(RadioEvent::Unavailable { cause });
            b.indications.pop();
        }),
    ];
    let start = ["connection start"];
    let asked = ["connection start", "association start", "not associated"];
    let none: (Option<StatusCode>, Option<StatusCode>) = (None, None);
    let auth = (Some(StatusCode::SUCCESS), None);
    for (what, end) in ends {
        for (story, wait, (auth, assoc)) in [
            (&start[..], 0, none),
            (&asked[..], 300, none),
            (&asked[..], 300, auth),
        ] {
            let mut bench = StaBench::ready(vec![FakeAp {
                auth,
                assoc,
                ..FakeAp::default()
            }]);
            bench.station(StationRequest::Connect);
            bench.pass(Duration::from_millis(wait));
            end(&mut bench);
            let mut story = story.to_vec();
            story.push("connection end");
            assert_eq!(bench.story(), story, "{what}");
            assert_eq!(bench.end(), Some(ConnectionEnd::Aborted), "{what}");
            assert_eq!(bench.port.poll_timeout(), None, "{what}");
            // Late answers find nobody.
            bench.frame(FakeAp::default().auth(StatusCode::SUCCESS));
            bench.frame(FakeAp::default().response(false, StatusCode::SUCCESS, 1));
            assert!(!bench.is_connected());
        }
    }
}

#[test]
fn a_reset_ends_everything_before_it_completes_9_6_row_3() {
    let mut bench = StaBench::connected();
    for is_static in [false, true] {
        let key = KeyMappingKey {
            is_static,
            ..mapping_key(station(1), 1)
        };
        bench.expect_done(Request::CipherKeyMappingKey(key));
        let key = KeyMappingKey {
            is_static,
            ..mapping_key(AP, 1)
        };
        bench.expect_done(Request::CipherKeyMappingKey(key));
    }
    bench.answers = false;
    let reset = bench.request(Request::Reset { default_mib: false });
    let again = bench.request(Request::Reset { default_mib: false });
    assert_eq!(bench.story(), ["disassociation"]);
    assert!(bench.completions.iter().all(|c| c.id < reset));
    assert_eq!(bench.ask_station(StationRequest::Connect), not_there());
    bench.answer_all();
    bench.answers = true;
    for id in [reset, again] {
        assert_eq!(bench.result(id), Ok(Reply::Done));
    }
    // No key is left, the name is.
    bench.clear();
    assert_eq!(bench.connect(), ConnectionEnd::Success);
    assert_eq!(bench.count(|c| matches!(c, Command::InstallKey(_))), 0);
    bench.expect_done(Request::Reset { default_mib: true });
    assert_eq!(bench.ask_station(StationRequest::Connect), not_there());
}

#[test]
fn a_reset_during_a_scan_answers_it() {
    let mut bench = StaBench::ready(vec![FakeAp::default()]);
    let scan = bench.station(StationRequest::Scan);
    bench.expect_done(Request::Reset { default_mib: false });
    assert_eq!(bench.result(scan), Err(NdisStatus::RESET_IN_PROGRESS));
    assert_eq!(bench.tuned, None);
}

#[test]
fn a_lost_radio_ends_everything_and_all_is_answered() {
    let gone = |bench: &mut StaBench| {
        let cause = Cause::new("Unplugged.", "Plug it in.");
        bench.event(RadioEvent::Unavailable { cause });
    };
    let off = Err(NdisStatus::DOT11_POWER_STATE_INVALID);
    let mut bench = StaBench::ready(vec![]);
    let scan = bench.station(StationRequest::Scan);
    gone(&mut bench);
    assert_eq!(bench.result(scan), off);

    let mut bench = StaBench::connected();
    bench.answers = false;
    let key = bench.request(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
    let open = bench.request(Request::PortStateNotification {
        peer: AP,
        open: true,
    });
    let packet = bench.request(Request::SendPacket {
        peer: AP,
        pdu: vec![1],
    });
    gone(&mut bench);
    for id in [key, open, packet] {
        assert_eq!(bench.result(id), off);
    }
    // The state of the radio says it all.
    assert_eq!(bench.story(), ["phy"]);
    bench.clear();
    assert!(!bench.is_connected());
    bench.expect_done(Request::Reset { default_mib: false });
    assert!(bench.commands.is_empty());
    bench.answers = true;
    bench.event(RadioEvent::Ready(Box::new(station_capabilities())));
    assert_eq!(bench.connect(), ConnectionEnd::Success);
}

#[test]
fn deleting_the_port_leaves_the_radio_clean_and_nobody_waiting_9_6_row_11() {
    let mut bench = StaBench::connected();
    let types = SecurityRequest::ReceiveEtherTypes(vec![0x88b5]);
    assert_eq!(bench.ask_security(types), Ok(Reply::Done));
    bench.answers = false;
    let waits = bench.request(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
    let outputs = bench.port.clone().delete();
    let mut commands = Vec::new();
    let mut answered = Vec::new();
    for output in outputs {
        match output {
            Output::Radio(command) => commands.push(command.command),
            Output::Completion(completion) => {
                answered.push((completion.id, completion.result.is_ok()))
            }
            Output::Indication(indication) => {
                assert!(matches!(indication, Indication::Disassociation { .. }));
            }
        }
    }
    assert_eq!(answered, [(waits, false)]);
    let [
        Command::SendManagement { .. },
        Command::StopListening,
        Command::SetEtherTypes(rules),
    ] = &commands[..]
    else {
        panic!("{commands:?}")
    };
    assert!(rules.is_empty());
}

#[test]
fn a_recorded_port_goes_on_where_it_was() {
    let mut bench = StaBench::connected();
    bench.expect_done(Request::CipherKeyMappingKey(mapping_key(AP, 1)));
    let bytes = postcard::to_allocvec(&bench.port).unwrap();
    bench.port = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(bench.set_port(true), Ok(Reply::Done));
    assert!(bench.port_is_open());
}
