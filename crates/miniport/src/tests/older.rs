//! What is announced and done for the sake of older stations (clauses 9.4.2.11, 9.4.2.56 and 10.27).

use super::*;
use dot11::element::Elements;
use radio::{Protection, SurveyRow};

use crate::mlme::older::HOLD;

const PREAMBLE: u16 = CapabilityInfo::SHORT_PREAMBLE;
const SLOT: u16 = CapabilityInfo::SHORT_SLOT_TIME;
/// 40 MHz and greenfield.
const MODERN: Option<u16> = Some(0x0012);
const DSSS: [u8; 4] = [0x02, 0x04, 0x0b, 0x16];

/// A station: its flags, whether it has OFDM, its HT capabilities.
type Kind = (u16, bool, Option<u16>);

const N: Kind = (PREAMBLE | SLOT, true, MODERN);
const NARROW: Kind = (PREAMBLE | SLOT, true, Some(0x0010));
const NO_GREENFIELD: Kind = (PREAMBLE | SLOT, true, Some(0x0002));
const G: Kind = (PREAMBLE | SLOT, true, None);
const LONG_SLOT: Kind = (PREAMBLE, true, MODERN);
const LONG_PREAMBLE: Kind = (SLOT, true, MODERN);
const B: Kind = (PREAMBLE, false, None);
const OLD_B: Kind = (0, false, None);

fn asking((flags, ofdm, ht): Kind) -> Asking {
    let asking = Asking::default();
    Asking {
        capability: CapabilityInfo::ESS | CapabilityInfo::PRIVACY | flags,
        rates: if ofdm { asking.rates } else { DSSS.to_vec() },
        ht,
        ..asking
    }
}

fn join(bench: &mut Bench, n: u32, kind: Kind) {
    bench.frame(auth(station(n)));
    bench.frame(asking(kind).frame(station(n)));
    assert!(bench.is_associated(station(n)), "{kind:02x?}");
}

/// What a frame says: capability, ERP, the byte of HT Operation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    short: u16,
    erp: Option<u8>,
    ht: Option<u8>,
}

fn said(capability: CapabilityInfo, elements: Elements<'_>) -> Said {
    let byte = |id, at: usize| elements.body(id).and_then(|b| b.get(at).copied());
    Said {
        short: capability.0 & (PREAMBLE | SLOT),
        erp: byte(ElementId::ERP, 0),
        ht: byte(ElementId::HT_OPERATION, 2),
    }
}

fn beacon(head: &[u8], tail: &[u8]) -> Said {
    let whole = [head, tail].concat();
    let ManagementBody::Beacon(beacon) = body(&whole) else {
        panic!()
    };
    said(beacon.capability, beacon.elements)
}

fn first_beacon(bench: &Bench) -> (Said, Protection) {
    let start = bench.commands.iter().find_map(|c| match c {
        Command::StartAp(config) => Some(config),
        _ => None,
    });
    let config = start.expect("it was started");
    (
        beacon(&config.beacon_head, &config.beacon_tail),
        config.protection,
    )
}

/// Every change of the beacon that was recorded, with the radio's part.
fn changes(bench: &Bench) -> Vec<(Said, Protection)> {
    let updates = bench.commands.iter().filter_map(|c| match c {
        Command::UpdateBeacon { head, tail } => Some(beacon(head, tail)),
        _ => None,
    });
    let parts = bench.commands.iter().filter_map(|c| match c {
        Command::Protect(protection) => Some(*protection),
        _ => None,
    });
    let names: Vec<_> = bench.names().into_iter().collect();
    let pairs = names
        .windows(2)
        .filter(|w| w == &["UpdateBeacon", "Protect"]);
    let all: Vec<_> = updates.zip(parts).collect();
    assert_eq!(pairs.count(), all.len(), "each with its own: {names:?}");
    all
}

fn probe_response(bench: &mut Bench) -> Said {
    bench.clear();
    let probe = ManagementBuilder::probe_request(ManagementAddresses {
        receiver: MacAddr::BROADCAST,
        transmitter: STA,
        bssid: MacAddr::BROADCAST,
    })
    .with(|e| {
        e.ssid(b"lab").rates(&DSSS);
    })
    .finish();
    bench.frame(probe);
    let ManagementBody::ProbeResponse(response) = body(bench.sent()[0]) else {
        panic!()
    };
    said(response.capability, response.elements)
}

/// A network of 20 MHz on channel 6, or of 40 MHz on channel 36.
fn on_air(wide: bool) -> Bench {
    let mut radio = capabilities();
    for number in [40, 44, 48] {
        let channel = Channel::new(number).unwrap();
        let info = ChannelInfo {
            channel,
            ..radio.channels[3]
        };
        radio.channels.push(info);
    }
    let mut bench = Bench::with_radio(radio);
    if wide {
        bench.expect_done(Request::BandAndWidth {
            band: Some(Band::Ghz5),
            width: Some(dot11::ChannelWidth::Mhz40),
        });
    }
    bench.expect_done(Request::StartAp);
    bench
}

#[test]
fn nobody_is_there_and_nothing_is_protected() {
    let none = Protection {
        ht: Some(0),
        ..Protection::default()
    };
    let expected = Said {
        short: PREAMBLE | SLOT,
        erp: Some(0),
        ht: Some(0),
    };
    assert_eq!(first_beacon(&on_air(false)), (expected, none));
    let expected = Said {
        short: 0,
        erp: None,
        ht: Some(0),
    };
    assert_eq!(first_beacon(&on_air(true)), (expected, none));
}

#[test]
fn each_kind_of_station_is_respected_and_everybody_is_told() {
    // Who joins; capability, ERP and HT that are announced then.
    for (kinds, short, erp, ht) in [
        (&[N][..], PREAMBLE | SLOT, 0x00, 0x00),
        (&[NARROW], PREAMBLE | SLOT, 0x00, 0x00),
        (&[NO_GREENFIELD], PREAMBLE | SLOT, 0x00, 0x04),
        (&[G], PREAMBLE | SLOT, 0x00, 0x13),
        (&[LONG_SLOT], PREAMBLE, 0x00, 0x00),
        (&[LONG_PREAMBLE], SLOT, 0x04, 0x00),
        (&[B], PREAMBLE, 0x03, 0x13),
        (&[OLD_B], 0, 0x07, 0x13),
        (&[NO_GREENFIELD, B], PREAMBLE, 0x03, 0x17),
        (&[G, NARROW, N], PREAMBLE | SLOT, 0x00, 0x13),
    ] {
        let mut bench = on_air(false);
        for (n, kind) in (0..).zip(kinds) {
            join(&mut bench, n, *kind);
        }
        let expected = Said {
            short,
            erp: Some(erp),
            ht: Some(ht),
        };
        let protection = Protection {
            cts: erp & 0x02 != 0,
            long_preamble: short & PREAMBLE == 0,
            long_slot: short & SLOT == 0,
            ht: Some(ht),
        };
        let (first, _) = first_beacon(&bench);
        let told = changes(&bench);
        if expected == first {
            assert_eq!(told, [], "{kinds:02x?}");
        } else {
            let last = told.last().cloned();
            assert_eq!(last, Some((expected.clone(), protection)), "{kinds:02x?}");
        }
        assert_eq!(probe_response(&mut bench), expected, "{kinds:02x?}");
    }
}

#[test]
fn in_5_ghz_there_is_no_erp_and_narrow_stations_count() {
    for (kinds, ht) in [
        (&[N][..], 0x00),
        (&[NARROW], 0x02),
        (&[NO_GREENFIELD], 0x04),
        // No slot, no preamble, no CTS for the rates of 802.11b.
        (&[(0, true, MODERN)], 0x00),
        (&[(0, true, None)], 0x13),
        (&[NARROW, G], 0x13),
    ] {
        let mut bench = on_air(true);
        for (n, kind) in (0..).zip(kinds) {
            let asking = Asking {
                rates: vec![0x8c, 0x12, 0x98, 0x24, 0xb0, 0x48, 0x60, 0x6c],
                ..asking(*kind)
            };
            bench.frame(auth(station(n)));
            bench.frame(asking.frame(station(n)));
            assert!(bench.is_associated(station(n)));
        }
        if let Some((_, protection)) = changes(&bench).last() {
            let only = Protection {
                ht: Some(ht),
                ..Protection::default()
            };
            assert_eq!(*protection, only, "{kinds:02x?}");
        }
        let expected = Said {
            short: 0,
            erp: None,
            ht: Some(ht),
        };
        assert_eq!(probe_response(&mut bench), expected, "{kinds:02x?}");
    }
}

#[test]
fn the_station_itself_is_told_in_its_response() {
    let mut bench = on_air(false);
    join(&mut bench, 1, OLD_B);
    join(&mut bench, 2, N);
    let ManagementBody::AssociationResponse(response) = body(bench.sent().last().unwrap()) else {
        panic!()
    };
    let told = said(response.capability, response.elements);
    assert_eq!((told.short, told.ht), (0, Some(0x13)));
}

#[test]
fn what_nobody_needs_any_more_is_withdrawn_after_a_while_and_only_then() {
    let mut bench = on_air(false);
    join(&mut bench, 1, OLD_B);
    join(&mut bench, 2, B);
    bench.clear();
    bench.frame(deauth(station(1)));
    bench.pass(HOLD - Duration::from_millis(1));
    assert_eq!(changes(&bench), []);
    bench.pass(Duration::from_millis(1));
    let [(told, protection)] = &changes(&bench)[..] else {
        panic!()
    };
    assert_eq!(
        (told.short, told.erp, told.ht),
        (PREAMBLE, Some(3), Some(0x13))
    );
    assert!(protection.cts && !protection.long_preamble && protection.long_slot);
    bench.clear();
    bench.frame(deauth(station(2)));
    let until = bench.port.poll_timeout().expect("it is watched");
    assert_eq!(until, bench.now + HOLD);
    bench.pass(HOLD);
    let [(told, protection)] = &changes(&bench)[..] else {
        panic!()
    };
    assert_eq!(*told, first_beacon(&on_air(false)).0);
    assert!(!protection.cts && !protection.long_slot);
    assert_eq!(bench.port.poll_timeout(), None);
}

#[test]
fn one_that_comes_back_in_time_changes_nothing() {
    let mut bench = on_air(false);
    join(&mut bench, 1, OLD_B);
    bench.clear();
    for _ in 0..20 {
        bench.frame(deauth(station(1)));
        bench.pass(HOLD - Duration::from_millis(1));
        join(&mut bench, 1, OLD_B);
    }
    assert_eq!(changes(&bench), []);
    // One that associates anew without leaving neither.
    bench.frame(auth(station(1)));
    bench.frame(asking((0, false, MODERN)).frame(station(1)));
    bench.pass(Duration::from_secs(1));
    assert_eq!(changes(&bench), []);
}

#[test]
fn a_flood_of_stations_of_the_past_makes_no_storm_of_beacons() {
    let mut bench = on_air(false);
    join(&mut bench, 0, N);
    let kinds = [OLD_B, B, G, NO_GREENFIELD, LONG_PREAMBLE, LONG_SLOT, N];
    let mut told = 0;
    // A hundred seconds, fifty stations in each.
    for n in 1..5_000_u32 {
        bench.clear();
        join(&mut bench, n, kinds[n as usize % kinds.len()]);
        bench.frame(deauth(station(n)));
        bench.pass(Duration::from_millis(20));
        told += changes(&bench).len();
    }
    assert!(told <= 20 * 7, "{told}");
    bench.clear();
    bench.pass(HOLD);
    bench.pass(HOLD);
    assert_eq!(probe_response(&mut bench), first_beacon(&on_air(false)).0);
}

#[test]
fn one_that_never_acknowledged_does_not_count_for_long() {
    let mut bench = on_air(false);
    bench.clear();
    bench.acks = Some(false);
    bench.frame(auth(station(1)));
    bench.frame(asking(B).frame(station(1)));
    assert_eq!(changes(&bench).len(), 1);
    bench.clear();
    bench.pass(HOLD);
    assert_eq!(changes(&bench).len(), 1);
    bench.decision = Some(StatusCode::REFUSED);
    bench.clear();
    bench.frame(auth(station(2)));
    bench.frame(asking(B).frame(station(2)));
    assert_eq!(changes(&bench), [], "one that is refused counts not at all");
}

/// A start after a survey that heard such networks: `(channel, without ERP, without HT)`.
fn among(neighbours: &[(u8, u16, u16)], firmware: bool) -> Bench {
    let mut bench = Bench::with_radio(Capabilities {
        survey: true,
        firmware_mlme: firmware,
        ..capabilities()
    });
    bench.answers = false;
    bench.request(Request::StartAp);
    let [(id, Command::Survey { .. })] = bench.unanswered[..] else {
        panic!()
    };
    bench.answers = true;
    bench.unanswered.clear();
    // Somebody is busy everywhere but on channel 6.
    let rows = [(1, 90), (6, 0), (11, 90)].map(|(number, busy_ms)| {
        let heard = neighbours.iter().find(|n| n.0 == number);
        let (_, without_erp, without_ht) = heard.copied().unwrap_or_default();
        SurveyRow {
            channel: Channel::new(number).unwrap(),
            active_ms: 100,
            busy_ms,
            noise: None,
            networks: without_erp.max(without_ht),
            without_erp,
            without_ht,
        }
    });
    bench.event(RadioEvent::Survey(rows.to_vec()));
    bench.event(RadioEvent::Completed { id, result: Ok(()) });
    bench
}

#[test]
fn neighbours_of_the_same_channel_are_respected_from_the_start() {
    for (neighbours, erp, ht) in [
        (&[(6, 0, 0)][..], 0x00, 0x00),
        // Of members nothing is said: that would go on from neighbour to neighbour.
        (&[(6, 1, 1)], 0x02, 0x11),
        (&[(6, 0, 1)], 0x00, 0x11),
        (&[(1, 1, 1), (11, 1, 1)], 0x00, 0x00),
    ] {
        let (told, protection) = first_beacon(&among(neighbours, false));
        assert_eq!((told.erp, told.ht), (Some(erp), Some(ht)), "{neighbours:?}");
        assert_eq!((protection.cts, protection.ht), (erp != 0, Some(ht)));
    }
    let mut bench = among(&[(6, 1, 1)], false);
    join(&mut bench, 1, B);
    bench.frame(deauth(station(1)));
    bench.clear();
    bench.pass(HOLD);
    let [(told, _)] = &changes(&bench)[..] else {
        panic!()
    };
    assert_eq!(
        (told.erp, told.ht),
        (Some(0x02), Some(0x11)),
        "they are still there"
    );
}

#[test]
fn firmware_with_its_own_mlme_is_left_alone() {
    let mut bench = among(&[(6, 1, 1)], true);
    let (told, _) = first_beacon(&bench);
    assert_eq!((told.erp, told.ht), (Some(0), Some(0)));
    let asking = asking(B).frame(STA);
    let view = ManagementView::parse(&asking).unwrap();
    let ManagementBody::AssociationRequest(request) = view.body().unwrap() else {
        panic!()
    };
    bench.clear();
    bench.event(RadioEvent::Associated {
        peer: STA,
        elements: request.elements.as_bytes().to_vec(),
        reassociation: false,
    });
    assert!(bench.is_associated(STA));
    assert_eq!(changes(&bench), []);
}
