//! The access point's side by scripted commands: table, keys, what passes and what does not.

use crate::support::*;
use crate::switches::switched;
use ::radio::{
    Cause, Command, CommandError, CommandErrorKind, KeyScope, Radio, RadioEvent, StationEntry,
    StationFlags,
};
use clock::Duration;
use dot11::eapol::{KeyFrame, KeyInfo};
use dot11::frame::{
    DataHeader, FrameControl, ManagementAddresses, ManagementBuilder, ManagementSubtype,
    QosControl, encapsulate_llc,
};
use dot11::{CipherSuite, ETHERTYPE_EAPOL, KeyBytes, MacAddr, ReasonCode};
use radio_sim::{Action, CommandKind, FrameKind, Rule, SimConfig, SimEvent};
use rsn::ccmp::CcmpSender;

const GHOST: MacAddr = MacAddr([2, 9, 9, 9, 9, 9]);
const OTHER: MacAddr = MacAddr([2, 9, 9, 9, 9, 8]);
const TK: [u8; 16] = [0x42; 16];

fn kind(result: Result<(), CommandError>) -> CommandErrorKind {
    result.unwrap_err().kind
}

/// A body the host behind the access point answers.
fn echo_request() -> Vec<u8> {
    encapsulate_llc(0x88b6, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

fn eapol(body: &[u8]) -> Vec<u8> {
    encapsulate_llc(ETHERTYPE_EAPOL, body)
}

fn from_ghost(to: MacAddr, body: &[u8]) -> Vec<u8> {
    DataHeader::to_ds(AP, GHOST, to).encode(body)
}

/// A bench where `GHOST` is associated with a key and an open port, but no station exists.
fn with_ghost() -> (Bench, CcmpSender) {
    let mut bench = Bench::started();
    bench.command(Command::AddStation(Box::new(entry(GHOST, 7, false))));
    bench.command(Command::InstallKey(pairwise_key(
        GHOST,
        KeyBytes::copy_from(&TK),
    )));
    bench.command(Command::Authorize {
        peer: GHOST,
        open: true,
    });
    bench.events.clear();
    (bench, CcmpSender::new(&TK, 0))
}

fn inject(bench: &mut Bench, frame: &[u8]) {
    bench.radio.inject(frame.to_vec(), bench.now);
    bench.run(Duration::from_millis(1));
}

fn protected(sender: &mut CcmpSender, frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    sender.protect(frame, &mut out).unwrap();
    out
}

#[test]
fn a_radio_first_says_how_it_is_switched_and_what_it_can_do() {
    let mut radio = radio_sim::SimRadio::new(SimConfig::default());
    assert_eq!(radio.poll_event(), Some(switched(true, true)));
    let Some(RadioEvent::Ready(capabilities)) = radio.poll_event() else {
        panic!("no capabilities");
    };
    assert_eq!(capabilities.name, "sim");
    assert_eq!(capabilities.max_stations, Some(2007));
    assert!(capabilities.reports_tx_status);
    assert_eq!(radio.poll_event(), None);
    assert_eq!(radio.poll_timeout(), None);
}

#[test]
fn a_start_is_refused_where_nothing_may_be_sent() {
    let refused = |change: &dyn Fn(&mut ::radio::ApConfig)| {
        let mut bench = Bench::new(SimConfig::default());
        let mut config = ap_config();
        change(&mut config);
        let id = bench.command(Command::StartAp(Box::new(config)));
        assert!(!bench.radio.is_on_air());
        kind(bench.result(id))
    };
    let channel = |n| dot11::Channel::new(n).unwrap();
    assert_eq!(
        refused(&|c| c.channel = channel(13).into()),
        CommandErrorKind::Regulatory
    );
    assert_eq!(
        refused(&|c| c.channel = channel(36).into()),
        CommandErrorKind::Regulatory
    );
    assert_eq!(
        refused(&|c| c.channel = channel(165).into()),
        CommandErrorKind::Regulatory
    );
    assert_eq!(refused(&|c| c.bssid = GHOST), CommandErrorKind::Invalid);
    assert_eq!(
        refused(&|c| c.cipher = CipherSuite::TKIP),
        CommandErrorKind::NotSupported
    );
    assert_eq!(
        refused(&|c| c.beacon_interval = 0),
        CommandErrorKind::Invalid
    );
    assert_eq!(
        refused(&|c| c.beacon_head.clear()),
        CommandErrorKind::Invalid
    );
}

#[test]
fn a_forced_channel_excludes_all_others() {
    let forced_channel = dot11::Channel::new(11);
    let mut bench = Bench::new(SimConfig {
        forced_channel,
        ..SimConfig::default()
    });
    let id = bench.command(Command::StartAp(Box::new(ap_config())));
    assert_eq!(kind(bench.result(id)), CommandErrorKind::Busy);
}

#[test]
fn one_access_point_at_a_time_and_a_stop_forgets_everything() {
    let (mut bench, _) = with_ghost();

    let second = bench.command(Command::StartAp(Box::new(ap_config())));
    let stop = bench.command(Command::StopAp);
    let again = bench.command(Command::StopAp);
    let start = bench.command(Command::StartAp(Box::new(ap_config())));

    assert_eq!(kind(bench.result(second)), CommandErrorKind::Busy);
    assert_eq!(bench.result(stop), Ok(()));
    assert_eq!(bench.result(again), Ok(()));
    assert_eq!(bench.result(start), Ok(()));
    assert!(bench.radio.station_rows().is_empty());
    assert!(bench.radio.installed_keys().is_empty());
}

#[test]
fn commands_for_what_is_not_there_are_refused_unless_they_only_take_away() {
    let mut bench = Bench::started();
    let key = |material: &[u8]| pairwise_key(GHOST, KeyBytes::copy_from(material));
    let group = |index| ::radio::Key {
        scope: KeyScope::Group,
        index,
        ..key(&TK)
    };
    let refused = [
        (
            Command::UpdateStation(Box::new(entry(GHOST, 1, false))),
            CommandErrorKind::NotFound,
        ),
        (
            Command::Authorize {
                peer: GHOST,
                open: true,
            },
            CommandErrorKind::NotFound,
        ),
        (Command::InstallKey(key(&TK)), CommandErrorKind::NotFound),
        (
            Command::InstallKey(key(&TK[..5])),
            CommandErrorKind::Invalid,
        ),
        (Command::InstallKey(group(0)), CommandErrorKind::Invalid),
        (Command::InstallKey(group(4)), CommandErrorKind::Invalid),
        (
            Command::UseGroupKey { index: 2 },
            CommandErrorKind::NotFound,
        ),
        (
            Command::QueryGroupCounter { index: 2 },
            CommandErrorKind::NotFound,
        ),
        (
            Command::QueryStation { peer: GHOST },
            CommandErrorKind::NotFound,
        ),
        (
            Command::ProbeStation { peer: GHOST },
            CommandErrorKind::NotFound,
        ),
        (
            Command::SendEapol {
                peer: GHOST,
                pdu: vec![],
            },
            CommandErrorKind::NotFound,
        ),
        (
            Command::SendManagement { frame: vec![0xc0] },
            CommandErrorKind::Invalid,
        ),
        (
            Command::AddStation(Box::new(entry(GHOST, 0, false))),
            CommandErrorKind::Invalid,
        ),
        (
            Command::AddStation(Box::new(entry(GHOST, 2008, false))),
            CommandErrorKind::Invalid,
        ),
        (
            Command::AddStation(Box::new(entry(MacAddr::BROADCAST, 1, false))),
            CommandErrorKind::Invalid,
        ),
    ];
    for (command, expected) in refused {
        let id = bench.command(command.clone());
        assert_eq!(kind(bench.result(id)), expected, "{command:?}");
    }
    for command in [
        Command::RemoveStation {
            peer: GHOST,
            reason: ReasonCode::UNSPECIFIED,
        },
        Command::RemoveKey {
            scope: KeyScope::Pairwise(GHOST),
            index: 0,
        },
        Command::RemoveKey {
            scope: KeyScope::Group,
            index: 3,
        },
    ] {
        let id = bench.command(command);
        assert_eq!(bench.result(id), Ok(()));
    }
}

#[test]
fn data_of_strangers_is_reported_and_goes_nowhere() {
    let mut bench = Bench::started();
    bench.events.clear();

    inject(&mut bench, &from_ghost(AP, &echo_request()));
    inject(&mut bench, &from_ghost(AP, &eapol(&[2, 3, 0, 0])));

    let stranger = RadioEvent::UnexpectedData { peer: GHOST };
    assert_eq!(bench.events, [stranger.clone(), stranger]);
}

#[test]
fn authenticated_is_not_associated() {
    let mut bench = Bench::started();
    let flags = StationFlags {
        authenticated: true,
        ..StationFlags::default()
    };
    let row = StationEntry {
        flags,
        ..entry(GHOST, 1, false)
    };
    bench.command(Command::AddStation(Box::new(row)));
    let open = bench.command(Command::Authorize {
        peer: GHOST,
        open: true,
    });
    assert_eq!(kind(bench.result(open)), CommandErrorKind::Invalid);
    bench.events.clear();

    inject(&mut bench, &from_ghost(AP, &eapol(&[2, 1, 0, 0])));

    assert_eq!(bench.events, [RadioEvent::UnexpectedData { peer: GHOST }]);
}

#[test]
fn an_associated_station_without_key_passes_eapol_and_nothing_else() {
    let mut bench = Bench::started();
    bench.command(Command::AddStation(Box::new(entry(GHOST, 1, false))));
    bench.radio.set_tap(true, bench.now);

    inject(&mut bench, &from_ghost(AP, &echo_request()));
    inject(&mut bench, &from_ghost(AP, &eapol(&[2, 1, 0, 0])));

    let counters = bench.radio.ap_counters();
    assert_eq!((counters.unencrypted, counters.echoed), (1, 0));
    // The EAPOL frame reached the script, which has no such peer; nothing flew back.
    let down = std::iter::from_fn(|| bench.radio.poll_tap())
        .filter(|f| {
            FrameControl::from_frame(&f.bytes)
                .unwrap()
                .has(FrameControl::FROM_DS)
        })
        .count();
    assert_eq!(down, 0);
}

#[test]
fn eapol_meant_for_others_is_never_passed_on() {
    let (mut bench, mut sender) = with_ghost();
    let victim = bench.joined("victim", primary());
    bench.radio.set_tap(true, bench.now);
    let message = KeyFrame {
        info: KeyInfo::VERSION_2 | KeyInfo::ACK,
        ..KeyFrame::default()
    };
    let frame = from_ghost(victim, &eapol(&message.encode()));

    inject(&mut bench, &frame);
    let ciphered = protected(&mut sender, &frame);
    inject(&mut bench, &ciphered);

    assert_eq!(bench.radio.ap_counters().foreign_eapol, 2);
    assert_eq!(bench.radio.ap_counters().forwarded, 0);
}

#[test]
fn a_closed_port_stops_ciphered_data_in_both_directions() {
    let (mut bench, mut sender) = with_ghost();
    bench.command(Command::Authorize {
        peer: GHOST,
        open: false,
    });
    bench.radio.set_tap(true, bench.now);

    let request = protected(&mut sender, &from_ghost(AP, &echo_request()));
    inject(&mut bench, &request);
    bench
        .radio
        .send_from_host(GHOST, &echo_request(), bench.now);

    assert_eq!(bench.radio.ap_counters().unauthorized, 2);
    assert_eq!(bench.radio.ap_counters().echoed, 0);
}

#[test]
fn a_replayed_data_frame_is_dropped_and_counted() {
    let (mut bench, mut sender) = with_ghost();
    let first = protected(&mut sender, &from_ghost(AP, &echo_request()));
    let second = protected(&mut sender, &from_ghost(AP, &echo_request()));

    for frame in [&first, &second, &first, &second] {
        inject(&mut bench, frame);
    }

    let counters = bench.radio.ap_counters();
    assert_eq!((counters.echoed, counters.replayed), (2, 2));
}

#[test]
fn replay_counters_are_kept_for_each_traffic_identifier() {
    let (mut bench, mut sender) = with_ghost();
    let request = |tid| {
        DataHeader::to_ds(AP, GHOST, AP)
            .with_qos(QosControl::new(tid))
            .encode(&echo_request())
    };
    let slow = protected(&mut sender, &request(1));
    let fast = protected(&mut sender, &request(6));

    inject(&mut bench, &fast);
    inject(&mut bench, &slow);
    inject(&mut bench, &fast);

    let counters = bench.radio.ap_counters();
    assert_eq!((counters.echoed, counters.replayed), (2, 1));
}

#[test]
fn a_reinstalled_key_keeps_its_counters() {
    let (mut bench, mut sender) = with_ghost();
    let request = protected(&mut sender, &from_ghost(AP, &echo_request()));
    inject(&mut bench, &request);

    bench.command(Command::InstallKey(pairwise_key(
        GHOST,
        KeyBytes::copy_from(&TK),
    )));
    inject(&mut bench, &request);

    assert_eq!(bench.radio.station_row(GHOST).unwrap().sent_pn, 1);
    assert_eq!(bench.radio.ap_counters().replayed, 1);

    bench.command(Command::InstallKey(pairwise_key(
        GHOST,
        KeyBytes::new(vec![1; 16]),
    )));
    assert_eq!(bench.radio.station_row(GHOST).unwrap().sent_pn, 0);
}

#[test]
fn frames_with_a_changed_bit_are_not_deciphered() {
    let (mut bench, mut sender) = with_ghost();
    let frame = protected(&mut sender, &from_ghost(AP, &echo_request()));
    let mut broken = 0;
    // The two bytes between hold reserved bits, which nothing covers.
    for at in (24..26).chain(28..frame.len()) {
        let mut frame = frame.clone();
        frame[at] ^= 0x10;
        inject(&mut bench, &frame);
        broken += 1;
    }

    assert_eq!(bench.radio.ap_counters().echoed, 0);
    inject(&mut bench, &frame);
    assert_eq!(
        bench.radio.ap_counters().echoed,
        1,
        "{broken} forgeries moved no counter"
    );
}

#[test]
fn stations_reach_each_other_unless_isolated() {
    for isolate in [false, true] {
        let config = SimConfig::with_seed(1);
        let mut bench = Bench::started_with(config, |c| c.isolate = isolate);
        bench.joined("a", primary());
        bench.joined("b", secondary());

        bench
            .radio
            .traffic_between("a", "b", 10, bench.now)
            .unwrap();
        let (sent, received) = bench.traffic_done();

        let counters = bench.radio.ap_counters();
        let expected = if isolate {
            (10, 0, 0, 10)
        } else {
            (10, 10, 20, 0)
        };
        assert_eq!(
            (sent, received, counters.forwarded, counters.isolated),
            expected
        );
    }
}

#[test]
fn group_frames_reach_all_stations_under_the_group_key() {
    let mut bench = Bench::started();
    bench.joined("a", primary());
    bench.joined("b", secondary());

    for _ in 0..3 {
        bench.radio.send_from_host(
            MacAddr::BROADCAST,
            &encapsulate_llc(0x0800, &[0; 20]),
            bench.now,
        );
    }
    bench.run(Duration::from_millis(5));

    for name in ["a", "b"] {
        assert_eq!(bench.radio.station_counters(name).unwrap().group, 3);
    }
    bench.events.clear();
    bench.command(Command::QueryGroupCounter { index: 1 });
    let counter = RadioEvent::GroupCounter {
        index: 1,
        counter: 3,
    };
    assert_eq!(
        bench.events.first(),
        Some(&counter),
        "before its completion"
    );
    assert!(matches!(
        bench.events.get(1),
        Some(RadioEvent::Completed { result: Ok(()), .. })
    ));
}

#[test]
fn without_a_group_key_no_group_frame_is_sent_at_all() {
    let mut bench = Bench::started();
    bench.command(Command::RemoveKey {
        scope: KeyScope::Group,
        index: 1,
    });

    bench.radio.send_from_host(
        MacAddr::BROADCAST,
        &encapsulate_llc(0x0800, &[0; 20]),
        bench.now,
    );

    assert_eq!(bench.radio.air_counters().sent, 0);
}

#[test]
fn keys_are_renewed_under_running_traffic() {
    let mut bench = Bench::started();
    let mac = bench.joined("phone", primary());
    bench.radio.traffic("phone", 500, bench.now).unwrap();
    bench.run(Duration::from_millis(50));

    bench.rekey_pairwise(mac);
    bench.run(Duration::from_millis(50));
    bench.rekey_group(0x33);
    let (sent, received) = bench.traffic_done();

    let counters = bench.radio.station_counters("phone").unwrap();
    assert_eq!(
        (counters.pairwise_installs, counters.group_installs),
        (2, 2)
    );
    // What flies in the moment of the change is under the other key.
    assert!(sent == 500 && received >= 498, "{received} of {sent}");
    bench.radio.send_from_host(
        MacAddr::BROADCAST,
        &encapsulate_llc(0x0800, &[0; 20]),
        bench.now,
    );
    bench.run(Duration::from_millis(5));
    assert_eq!(bench.radio.station_counters("phone").unwrap().group, 1);
}

#[test]
fn the_fate_of_management_frames_is_reported() {
    let mut bench = Bench::started();
    let mac = bench.joined("phone", primary());
    let frame = |to| {
        let to = ManagementAddresses::from_ap(AP, to);
        ManagementBuilder::new(ManagementSubtype::ACTION, to)
            .bytes(&[127, 0])
            .finish()
    };
    bench.events.clear();

    let heard = bench.command(Command::SendManagement { frame: frame(mac) });
    let nobody = bench.command(Command::SendManagement {
        frame: frame(GHOST),
    });
    bench.run(Duration::from_millis(1));
    bench.radio.add_rule(Rule::once(
        FrameKind::Management(ManagementSubtype::ACTION),
        Action::DropAck,
    ));
    let unsure = bench.command(Command::SendManagement { frame: frame(mac) });
    bench.radio.set_ghosts_ack(true);
    let ghost = bench.command(Command::SendManagement {
        frame: frame(GHOST),
    });
    bench.run(Duration::from_millis(1));

    let fate = |id| {
        bench.events.iter().find_map(|e| match e {
            RadioEvent::FrameSent { id: of, acked } if *of == id => Some(*acked),
            _ => None,
        })
    };
    assert_eq!(
        [heard, nobody, unsure, ghost].map(fate),
        [Some(true), Some(false), Some(false), Some(true)]
    );
}

#[test]
fn a_station_is_asked_whether_it_is_there_and_how_long_it_was_silent() {
    let mut bench = Bench::started();
    let mac = bench.joined("phone", primary());
    bench.traffic("phone", 1);
    bench.run(Duration::from_secs(7));
    bench.events.clear();

    bench.command(Command::QueryStation { peer: mac });
    bench.command(Command::ProbeStation { peer: mac });
    bench.run(Duration::from_millis(1));
    bench.radio.vanish("phone", bench.now).unwrap();
    bench.command(Command::ProbeStation { peer: mac });
    bench.run(Duration::from_millis(1));

    let Some(RadioEvent::Station(report)) = bench.events.first() else {
        panic!("{:?}", bench.events);
    };
    assert!((7_000..7_010).contains(&report.inactive_ms), "{report:?}");
    assert!(report.rx_bytes > 256 && report.tx_bytes > 256);
    let probes: Vec<bool> = bench
        .events
        .iter()
        .filter_map(|e| match e {
            RadioEvent::ProbeResult { acked, .. } => Some(*acked),
            _ => None,
        })
        .collect();
    assert_eq!(probes, [true, false]);
}

#[test]
fn malformed_frames_are_counted_and_change_nothing() {
    let (mut bench, _) = with_ghost();
    let four_addresses = {
        let mut frame = from_ghost(AP, &echo_request());
        frame[1] |= 0x03;
        frame
    };
    let fragment = DataHeader::to_ds(AP, GHOST, AP)
        .with(FrameControl::MORE_FRAGMENTS)
        .encode(&eapol(&[2, 1, 0, 0]));
    let amsdu = DataHeader::to_ds(AP, GHOST, AP)
        .with_qos(QosControl(0x80))
        .encode(&[0; 30]);
    let spoofed_beacon = ManagementBuilder::beacon(AP, 100, capability()).finish();
    let other_network = DataHeader::to_ds(OTHER, GHOST, OTHER).encode(&echo_request());
    let from_group = DataHeader::to_ds(AP, MacAddr::BROADCAST, AP).encode(&echo_request());
    let frames = [
        vec![],
        vec![0x08],
        vec![0x08, 0x01],
        vec![0xff; 64],
        vec![0x08; 20_000],
        four_addresses,
        fragment,
        amsdu,
        spoofed_beacon,
        other_network,
        from_group,
    ];
    let count = frames.len() as u64;
    for frame in frames {
        inject(&mut bench, &frame);
    }

    assert_eq!(bench.radio.ap_counters().malformed, count);
    assert!(bench.events.is_empty(), "{:?}", bench.events);
}

#[test]
fn a_fault_refuses_one_command_of_its_kind() {
    let mut bench = Bench::started();
    let error = CommandError {
        kind: CommandErrorKind::Resources,
        cause: Cause::new("No memory.", "Buy some."),
    };
    bench
        .radio
        .refuse_next(CommandKind::AddStation, 1, error.clone());

    let ids = [1, 2, 3].map(|aid| {
        let peer = MacAddr([2, 0, 0, 0, 1, aid as u8]);
        bench.command(Command::AddStation(Box::new(entry(peer, aid, false))))
    });

    assert_eq!(ids.map(|id| bench.result(id)), [Ok(()), Err(error), Ok(())]);
    assert_eq!(bench.radio.station_rows().len(), 2);
}

#[test]
fn a_radio_that_goes_takes_everything_with_it_and_comes_back_empty() {
    let mut bench = Bench::started();
    let mac = bench.joined("phone", primary());
    let cause = Cause::new("The radio is switched off.", "Switch it on.");

    bench.radio.set_unavailable(cause.clone(), bench.now);
    let refused = bench.command(Command::AddStation(Box::new(entry(mac, 1, false))));
    let harmless = bench.command(Command::StopAp);
    bench.radio.set_available(bench.now);
    bench.run(Duration::from_secs(1));

    assert!(bench.events.contains(&RadioEvent::Unavailable {
        cause: cause.clone()
    }));
    let error = bench.result(refused).unwrap_err();
    assert_eq!(
        (error.kind, error.cause),
        (CommandErrorKind::PoweredDown, cause)
    );
    assert_eq!(bench.result(harmless), Ok(()));
    assert!(matches!(bench.events.last(), Some(RadioEvent::Ready(_))));
    assert!(matches!(
        bench.sim_events.last(),
        Some(SimEvent::Left { .. })
    ));
    assert!(!bench.radio.is_on_air());
}

#[test]
fn the_driver_may_end_the_run_move_it_or_lose_a_station() {
    let mut bench = Bench::started();
    let mac = bench.joined("phone", primary());
    let cause = Cause::new("Radar was seen.", "Wait.");
    bench.events.clear();

    let channel = dot11::Channel::new(11).unwrap();
    bench.radio.change_channel(channel, bench.now);
    bench.radio.lose_station(mac, bench.now);
    bench.radio.lose_station(mac, bench.now);
    bench.radio.stop_ap_by_driver(cause.clone(), bench.now);
    bench.run(Duration::from_millis(1));

    assert_eq!(
        bench.events,
        [
            RadioEvent::ChannelChanged(channel),
            RadioEvent::StationLost { peer: mac },
            RadioEvent::ApStopped { cause },
        ]
    );
}

#[test]
fn answers_may_take_their_time() {
    let command_latency = Duration::from_millis(3);
    let mut bench = Bench::new(SimConfig {
        command_latency,
        ..SimConfig::default()
    });
    let began = bench.now;

    let id = bench.command(Command::StartAp(Box::new(ap_config())));
    assert!(
        !bench
            .events
            .iter()
            .any(|e| matches!(e, RadioEvent::Completed { .. }))
    );
    bench.step(began + Duration::from_secs(1));

    assert_eq!(bench.result(id), Ok(()));
    assert_eq!(bench.now.since(began), command_latency);
    bench.joined("phone", primary());
}
