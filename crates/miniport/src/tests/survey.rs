//! Starts that look for a quiet channel first.

use super::*;
use dot11::ChannelWidth;
use radio::SurveyRow;

fn bench() -> Bench {
    Bench::with_radio(Capabilities {
        survey: true,
        ..capabilities()
    })
}

fn row(number: u8, busy_ms: u64) -> SurveyRow {
    SurveyRow {
        channel: Channel::new(number).unwrap(),
        active_ms: 100,
        busy_ms,
        noise: None,
        networks: 0,
        without_erp: 0,
        without_ht: 0,
    }
}

/// A start under way, its survey unanswered.
fn surveying() -> (Bench, CommandId) {
    let mut bench = bench();
    bench.answers = false;
    bench
        .port
        .handle_request(RequestId(900), Request::StartAp, bench.now);
    bench.drain();
    let [(id, Command::Survey { channels })] = &bench.unanswered[..] else {
        panic!("{:?}", bench.unanswered)
    };
    assert_eq!(channels.len(), 3, "those of 2.4 GHz");
    let id = *id;
    bench.answers = true;
    bench.unanswered.clear();
    (bench, id)
}

fn started_on(bench: &Bench) -> Option<u8> {
    bench.commands.iter().find_map(|command| match command {
        Command::StartAp(config) => Some(config.channel.primary.number()),
        _ => None,
    })
}

#[test]
fn the_quietest_channel_is_taken_when_the_survey_is_done() {
    let (mut bench, id) = surveying();
    assert_eq!(started_on(&bench), None);
    bench.event(RadioEvent::Survey(vec![row(1, 40), row(6, 80), row(11, 5)]));
    bench.event(RadioEvent::Completed { id, result: Ok(()) });
    assert_eq!(started_on(&bench), Some(11));
    assert!(
        bench
            .completions
            .iter()
            .any(|c| c.id == RequestId(900) && c.result.is_ok())
    );
}

#[test]
fn a_survey_that_fails_or_takes_too_long_leaves_the_fixed_order() {
    let (mut bench, id) = surveying();
    let cause = Cause::new("Another scan runs.", "Wait.");
    let kind = CommandErrorKind::Busy;
    let result = Err(CommandError { kind, cause });
    bench.event(RadioEvent::Completed { id, result });
    assert_eq!(started_on(&bench), Some(6));

    let (mut bench, id) = surveying();
    let until = bench.port.poll_timeout().expect("the survey has an end");
    assert_eq!(until, bench.now + Duration::from_secs(3));
    bench.now = until;
    bench.port.handle_timeout(until);
    bench.drain();
    assert_eq!(started_on(&bench), Some(6));
    // What comes late changes nothing.
    bench.event(RadioEvent::Survey(vec![row(6, 100), row(1, 0)]));
    bench.event(RadioEvent::Completed { id, result: Ok(()) });
    let starts = bench.names().iter().filter(|n| **n == "StartAp").count();
    assert_eq!(starts, 1);
}

#[test]
fn a_survey_under_way_ends_with_a_reset_or_with_its_radio() {
    let (mut bench, _) = surveying();
    bench.expect_done(Request::Reset { default_mib: true });
    assert!(
        bench
            .completions
            .iter()
            .any(|c| c.id == RequestId(900) && c.result.is_err())
    );
    assert_eq!(started_on(&bench), None);

    let (mut bench, _) = surveying();
    bench.event(RadioEvent::Unavailable {
        cause: Cause::new("Switched off.", "Switch it on."),
    });
    assert!(
        bench
            .completions
            .iter()
            .any(|c| c.id == RequestId(900) && c.result.is_err())
    );
    assert_eq!(bench.port.poll_timeout(), None);
}

#[test]
fn wishes_are_settings_of_init_only() {
    let mut bench = bench();
    let wide = Request::BandAndWidth {
        band: Some(Band::Ghz5),
        width: Some(ChannelWidth::Mhz80),
    };
    bench.expect_done(wide.clone());
    bench.expect_done(Request::StartAp);
    // The only one of the band there is, which needs no survey.
    assert_eq!(started_on(&bench), Some(36));
    assert_eq!(bench.ask(wide), Err(NdisStatus::INVALID_STATE));
}
