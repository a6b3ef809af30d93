//! Dozing stations: nothing is lost, nothing is sent to deaf ears.

use crate::support::*;
use ::radio::{Command, RadioEvent};
use clock::Duration;
use dot11::element::{ElementId, Tim};
use dot11::frame::{
    DataHeader, FrameControl, ManagementAddresses, ManagementBody, ManagementBuilder,
    ManagementView, PsPoll, encapsulate_llc,
};
use dot11::{MacAddr, ReasonCode};
use radio_sim::{Action, FrameKind, LeaveReason, PowerSaveStyle, Rule, SimEvent, StationProfile};

fn payload(len: usize) -> Vec<u8> {
    encapsulate_llc(0x0800, &vec![0x5a; len])
}

fn profile(power_save: PowerSaveStyle) -> StationProfile {
    StationProfile {
        power_save,
        ..StationProfile::default()
    }
}

/// A joined station that dozes, and its address.
fn dozing(power_save: PowerSaveStyle) -> (Bench, MacAddr) {
    let mut bench = Bench::started();
    bench
        .radio
        .set_profile("sleeper", profile(power_save))
        .unwrap();
    let mac = bench.joined("sleeper", primary());
    bench.radio.set_dozing("sleeper", true, bench.now).unwrap();
    bench.run(Duration::from_millis(1));
    assert!(bench.radio.station_row(mac).unwrap().dozing);
    assert_eq!(bench.radio.list()[0].2, "dozing");
    (bench, mac)
}

fn received(bench: &Bench) -> u64 {
    bench.radio.station_counters("sleeper").unwrap().unicast
}

#[test]
fn frames_for_a_dozing_station_wait_until_it_hears_of_them() {
    for style in [PowerSaveStyle::PsPoll, PowerSaveStyle::Wake] {
        let (mut bench, mac) = dozing(style);

        for _ in 0..5 {
            bench.radio.send_from_host(mac, &payload(100), bench.now);
        }
        assert_eq!(bench.radio.station_row(mac).unwrap().buffered, 5);
        assert_eq!(received(&bench), 0);
        bench.run(Duration::from_millis(110));

        assert_eq!(received(&bench), 5, "{style:?}");
        assert_eq!(bench.radio.station_row(mac).unwrap().buffered, 0);
        assert_eq!(bench.radio.ap_counters().beacons, 1, "one TIM is enough");
    }
}

#[test]
fn a_station_that_woke_for_its_frames_dozes_again() {
    let (mut bench, mac) = dozing(PowerSaveStyle::Wake);
    bench.radio.send_from_host(mac, &payload(100), bench.now);

    bench.run(Duration::from_millis(110));
    assert!(!bench.radio.station_row(mac).unwrap().dozing);
    bench.run(Duration::from_millis(250));

    assert!(bench.radio.station_row(mac).unwrap().dozing);
    assert_eq!(::radio::Radio::poll_timeout(&bench.radio), None);
}

#[test]
fn the_tim_names_exactly_the_stations_with_frames() {
    let (mut bench, mac) = dozing(PowerSaveStyle::PsPoll);
    bench.radio.set_tap(true, bench.now);
    let aid = bench.radio.station_row(mac).unwrap().aid;
    let tims = |bench: &mut Bench| -> Vec<bool> {
        std::iter::from_fn(|| bench.radio.poll_tap())
            .filter_map(|f| {
                let view = ManagementView::parse(&f.bytes).ok()?;
                let Ok(ManagementBody::Beacon(beacon)) = view.body() else {
                    return None;
                };
                let tim = Tim::parse(beacon.elements.body(ElementId::TIM)?)?;
                assert!(!tim.has(aid + 1));
                Some(tim.has(aid))
            })
            .collect()
    };

    bench.run(Duration::from_millis(205));
    bench.radio.send_from_host(mac, &payload(100), bench.now);
    bench.run(Duration::from_millis(205));

    assert_eq!(tims(&mut bench), [false, false, true, false]);
}

#[test]
fn group_frames_wait_for_the_dtim_while_anybody_dozes() {
    let (mut bench, _) = dozing(PowerSaveStyle::PsPoll);
    bench.joined("awake", secondary());
    let group = |bench: &Bench, name| bench.radio.station_counters(name).unwrap().group;

    for _ in 0..3 {
        bench
            .radio
            .send_from_host(MacAddr::BROADCAST, &payload(50), bench.now);
    }
    bench.run(Duration::from_millis(1));
    assert_eq!((group(&bench, "sleeper"), group(&bench, "awake")), (0, 0));
    bench.run(Duration::from_millis(210));

    assert_eq!((group(&bench, "sleeper"), group(&bench, "awake")), (3, 3));
}

#[test]
fn keys_are_renewed_for_a_station_that_dozes() {
    for style in [PowerSaveStyle::PsPoll, PowerSaveStyle::Wake] {
        let (mut bench, mac) = dozing(style);

        bench.rekey_pairwise(mac);
        bench.run(Duration::from_millis(500));

        let counters = bench.radio.station_counters("sleeper").unwrap();
        assert_eq!(counters.pairwise_installs, 2, "{style:?}");
        assert!(bench.peers[&mac].authenticator.is_authorized());
        assert_eq!(bench.traffic("sleeper", 5), (5, 5), "{style:?}");
    }
}

#[test]
fn traffic_wakes_a_dozing_station() {
    let (mut bench, _) = dozing(PowerSaveStyle::PsPoll);

    assert_eq!(bench.traffic("sleeper", 50), (50, 50));
}

#[test]
fn a_station_may_doze_by_itself_after_some_silence() {
    let mut bench = Bench::started();
    let doze_after = Some(Duration::from_millis(300));
    let lazy = StationProfile {
        doze_after,
        ..StationProfile::default()
    };
    bench.radio.set_profile("lazy", lazy).unwrap();
    let mac = bench.joined("lazy", primary());

    bench.run(Duration::from_millis(250));
    assert!(!bench.radio.station_row(mac).unwrap().dozing);
    bench.traffic("lazy", 1);
    bench.run(Duration::from_millis(250));
    assert!(!bench.radio.station_row(mac).unwrap().dozing);
    bench.run(Duration::from_millis(60));

    assert!(bench.radio.station_row(mac).unwrap().dozing);
}

#[test]
fn a_lost_word_of_dozing_is_repeated() {
    let mut bench = Bench::started();
    let mac = bench.joined("sleeper", primary());
    bench
        .radio
        .add_rule(Rule::once(FrameKind::Null, Action::Drop).times(2));

    bench.radio.set_dozing("sleeper", true, bench.now).unwrap();
    bench.run(Duration::from_millis(30));
    assert!(!bench.radio.station_row(mac).unwrap().dozing);
    bench.run(Duration::from_millis(30));

    assert!(bench.radio.station_row(mac).unwrap().dozing);
}

#[test]
fn a_deauthentication_reaches_a_dozing_station() {
    let (mut bench, mac) = dozing(PowerSaveStyle::PsPoll);
    let addresses = ManagementAddresses::from_ap(AP, mac);
    let frame = ManagementBuilder::deauthentication(addresses, ReasonCode::INACTIVITY).finish();

    let id = bench.command(Command::SendManagement { frame });
    bench.run(Duration::from_millis(120));

    assert!(
        bench
            .events
            .contains(&RadioEvent::FrameSent { id, acked: true })
    );
    let why = LeaveReason::SentAway(ReasonCode::INACTIVITY);
    let left = SimEvent::Left {
        name: "sleeper".to_owned(),
        mac,
        why,
    };
    assert_eq!(bench.sim_events.last(), Some(&left));
}

#[test]
fn a_dozing_station_answers_a_probe_when_it_fetches_it() {
    let (mut bench, mac) = dozing(PowerSaveStyle::PsPoll);

    bench.command(Command::ProbeStation { peer: mac });
    bench.run(Duration::from_millis(120));

    assert!(bench.events.contains(&RadioEvent::ProbeResult {
        peer: mac,
        acked: true
    }));
}

#[test]
fn a_station_that_never_fetches_costs_a_bounded_buffer_for_a_bounded_time() {
    let (mut bench, mac) = dozing(PowerSaveStyle::PsPoll);
    bench.radio.vanish("sleeper", bench.now).unwrap();
    let frame = || {
        let to = ManagementAddresses::from_ap(AP, mac);
        ManagementBuilder::deauthentication(to, ReasonCode::INACTIVITY).finish()
    };
    let id = bench.command(Command::SendManagement { frame: frame() });
    for _ in 0..63 {
        bench.radio.send_from_host(mac, &payload(1400), bench.now);
    }
    assert_eq!(bench.radio.station_row(mac).unwrap().buffered, 64);
    assert!(
        !bench
            .events
            .contains(&RadioEvent::FrameSent { id, acked: false })
    );

    bench.radio.send_from_host(mac, &payload(1400), bench.now);
    bench.run(Duration::from_millis(1));
    assert_eq!(bench.radio.station_row(mac).unwrap().buffered, 64);
    assert!(
        bench
            .events
            .contains(&RadioEvent::FrameSent { id, acked: false })
    );

    bench.run(Duration::from_secs(11));
    assert_eq!(bench.radio.station_row(mac).unwrap().buffered, 0);
    assert_eq!(bench.radio.ap_counters().buffer_dropped, 65);
    assert_eq!(
        ::radio::Radio::poll_timeout(&bench.radio),
        None,
        "no more beacons"
    );
}

#[test]
fn nobody_fetches_the_frames_of_another() {
    let (mut bench, mac) = dozing(PowerSaveStyle::PsPoll);
    bench.radio.vanish("sleeper", bench.now).unwrap();
    bench.radio.send_from_host(mac, &payload(100), bench.now);
    let aid = bench.radio.station_row(mac).unwrap().aid;
    let stranger = MacAddr([2, 9, 9, 9, 9, 9]);
    bench.events.clear();

    let poll = |aid, transmitter| {
        PsPoll {
            aid,
            bssid: AP,
            transmitter,
        }
        .encode()
    };
    bench.radio.inject(poll(aid, stranger), bench.now);
    bench.radio.inject(poll(aid + 1, mac), bench.now);
    bench.run(Duration::from_millis(2));

    assert_eq!(bench.radio.station_row(mac).unwrap().buffered, 1);
    assert_eq!(
        bench.events,
        [RadioEvent::UnexpectedData { peer: stranger }]
    );
}

#[test]
fn the_last_of_several_fetched_frames_says_that_it_is_the_last() {
    let (mut bench, mac) = dozing(PowerSaveStyle::Wake);
    bench.radio.vanish("sleeper", bench.now).unwrap();
    for _ in 0..3 {
        bench.radio.send_from_host(mac, &payload(100), bench.now);
    }
    bench.radio.set_tap(true, bench.now);

    let wake = DataHeader::to_ds(AP, mac, AP).as_null().encode(&[]);
    bench.radio.inject(wake, bench.now);
    bench.run(Duration::from_millis(2));

    let more: Vec<bool> = std::iter::from_fn(|| bench.radio.poll_tap())
        .map(|f| FrameControl::from_frame(&f.bytes).unwrap())
        .filter(|fc| fc.has(FrameControl::FROM_DS))
        .map(|fc| fc.has(FrameControl::MORE_DATA))
        .collect();
    assert_eq!(more, [true, true, false]);
}
