//! Whole sequences: the native-80211-ihv reference, 9.8, as far as an access point's port has to do
//! with them, and what is left of a port that is deleted.

use super::*;

/// Indications about stations, by name.
fn story(bench: &Bench) -> Vec<&'static str> {
    bench
        .indications
        .iter()
        .map(|i| match i {
            Indication::PhyFrequencyAdopted { .. } => "frequency",
            Indication::IncomingAssociationStarted { .. } => "started",
            Indication::IncomingAssociationRequestReceived { .. } => "request",
            Indication::IncomingAssociationCompletion { status, .. } => {
                if *status == StatusCode::SUCCESS {
                    "associated"
                } else {
                    "refused"
                }
            }
            Indication::Disassociation { .. } => "gone",
            Indication::StopAp { .. } => "stop",
            Indication::CanSustainAp => "can sustain",
            other => panic!("{other:?}"),
        })
        .collect()
}

const JOINED: [&str; 3] = ["started", "request", "associated"];

#[test]
fn a_station_comes_and_goes_9_8_row_1() {
    let mut bench = Bench::ready();
    bench.clear();
    bench.expect_done(Request::StartAp);
    bench.join(STA);
    bench.frame(deauth(STA));
    bench.expect_done(Request::Reset { default_mib: false });
    let told = [&["frequency"][..], &JOINED, &["gone"]].concat();
    assert_eq!(story(&bench), told);
    assert!(!bench.is_associated(STA));
}

#[test]
fn a_station_the_service_does_not_want_is_told_so_9_8_row_2() {
    let mut bench = Bench::on_air();
    bench.decision = Some(StatusCode::DENIED_NO_MORE_STAS);
    bench.join(STA);
    assert_eq!(bench.last_status(), StatusCode::DENIED_NO_MORE_STAS);
    assert_eq!(story(&bench), ["started", "request", "refused"]);
    assert!(!bench.is_associated(STA));
}

#[test]
fn a_station_that_authenticates_and_falls_silent_is_nobody_9_8_row_3() {
    let mut bench = Bench::on_air();
    bench.frame(auth(STA));
    bench.pass(Duration::from_secs(600));
    assert!(story(&bench).is_empty());
}

#[test]
fn a_station_that_joins_again_leaves_first_9_8_row_4() {
    let mut bench = Bench::with_station();
    // Anybody can forge this one: it ends nothing.
    bench.frame(auth(STA));
    assert!(story(&bench).is_empty());
    bench.frame(assoc(STA));
    assert_eq!(story(&bench), [&["gone"][..], &JOINED].concat());
}

#[test]
fn a_reset_closes_the_block_before_it_completes_9_8_row_5() {
    let mut bench = Bench::on_air();
    bench.decision = None;
    bench.join(STA);
    bench.answers = false;
    let reset = bench.request(Request::Reset { default_mib: false });
    assert_eq!(story(&bench), ["started", "request", "refused"]);
    assert!(!bench.is_answered(reset));
    bench.answer_all();
    assert_eq!(bench.result(reset), Ok(Reply::Done));
}

#[test]
fn everybody_can_be_sent_away_at_once_9_8_row_6() {
    let mut bench = Bench::on_air();
    for n in 0..3 {
        bench.join(station(n));
    }
    bench.clear();
    bench.expect_done(Request::DisassociatePeer {
        peer: MacAddr::BROADCAST,
        reason: ReasonCode::UNSPECIFIED,
    });
    assert_eq!(story(&bench), ["gone"; 3]);
    assert!((0..3).all(|n| !bench.is_associated(station(n))));
}

#[test]
fn requests_in_the_wrong_state_are_refused_9_8_rows_7_to_11() {
    let away = || Request::DisassociatePeer {
        peer: STA,
        reason: ReasonCode::UNSPECIFIED,
    };
    let decide = || {
        Request::IncomingAssociationDecision(AssocDecision {
            ticket: AssocTicket(77),
            status: StatusCode::SUCCESS,
        })
    };
    let halted = || {
        let mut bench = Bench::on_air();
        let cause = Cause::new("Radar.", "Wait.");
        bench.event(RadioEvent::ApStopped { cause });
        bench
    };
    let state = NdisStatus::INVALID_STATE;
    type Made = fn() -> Bench;
    let rows: [(&str, Made, Request, NdisStatus); 8] = [
        ("row 7", Bench::ready, away(), state),
        ("row 8", Bench::on_air, decide(), NdisStatus::INVALID_DATA),
        ("3.3", Bench::ready, decide(), state),
        ("row 9", halted, Request::StartAp, state),
        ("row 10", Bench::on_air, Request::StartAp, state),
        (
            "row 11",
            Bench::on_air,
            Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::RSNA_PSK),
            state,
        ),
        (
            "row 11",
            Bench::on_air,
            Request::EnabledUnicastCipherAlgorithm(CipherAlgorithm::CCMP),
            state,
        ),
        (
            "row 11",
            Bench::on_air,
            Request::EnabledMulticastCipherAlgorithm(CipherAlgorithm::CCMP),
            state,
        ),
    ];
    for (row, made, request, status) in rows {
        let mut bench = made();
        assert_eq!(bench.ask(request), Err(status), "9.8 {row}");
    }
    let mut bench = halted();
    bench.pass(Duration::from_secs(2));
    assert_eq!(story(&bench), ["stop", "can sustain"]);
    bench.expect_done(Request::StartAp);
}

#[test]
fn a_group_key_is_changed_with_both_alive_9_8_row_13() {
    let mut bench = Bench::on_air();
    for n in 0..2 {
        bench.join(station(n));
    }
    bench.clear();
    let steps = [
        Request::CipherDefaultKey(group_key(1, 1)),
        Request::CipherDefaultKeyId(1),
        Request::CipherDefaultKey(group_key(2, 2)),
        Request::CipherDefaultKeyId(2),
        Request::CipherDefaultKey(DefaultKey {
            material: None,
            ..group_key(1, 0)
        }),
    ];
    steps.into_iter().for_each(|step| bench.expect_done(step));
    let order = [
        "InstallKey",
        "UseGroupKey",
        "InstallKey",
        "UseGroupKey",
        "RemoveKey",
    ];
    assert_eq!(bench.names(), order);
}

#[test]
fn deleting_the_port_leaves_the_radio_clean_and_nobody_waiting_9_6_row_11() {
    type Made = fn() -> Bench;
    // What the radio is told, how many wait.
    let rows: [(Made, &[&str], usize); 4] = [
        (Bench::ready, &["rules"], 0),
        (Bench::on_air, &["frame", "stop", "rules"], 1),
        (
            Bench::with_open_port,
            &["frame", "frame", "stop", "rules"],
            1,
        ),
        (starting, &["stop", "rules"], 2),
    ];
    for (made, left, waiting) in rows {
        let mut bench = made();
        bench.answers = true;
        let types = SecurityRequest::ReceiveEtherTypes(vec![0x88b5]);
        assert_eq!(bench.ask_security(types), Ok(Reply::Done));
        bench.answers = false;
        bench.request(Request::CipherDefaultKey(group_key(1, 1)));
        let mut done = Vec::new();
        let mut commands = Vec::new();
        for output in bench.port.clone().delete(bench.now) {
            match output {
                Output::Radio(command) => commands.push(match command.command {
                    Command::SendManagement { .. } => "frame",
                    Command::StopAp => "stop",
                    Command::SetEtherTypes(rules) if rules.is_empty() => "rules",
                    other => panic!("{other:?}"),
                }),
                Output::Completion(completion) => done.push(completion.id),
                Output::Indication(_) => {}
            }
        }
        assert_eq!(commands, left);
        assert_eq!(done.len(), waiting);
        done.dedup();
        assert_eq!(done.len(), waiting);
        assert!(done.iter().all(|id| !bench.is_answered(*id)));
    }
}

/// A start that the radio has not answered.
fn starting() -> Bench {
    let mut bench = Bench::ready();
    bench.answers = false;
    bench.request(Request::StartAp);
    bench
}
