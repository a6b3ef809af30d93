//! Reference 5.4: who is told what.

use HostedNetworkState::Idle;
use wlan_model::PeerAuthState;
use wlan_rpc::{JoinFailure, KeyIdentity};

use super::*;

#[test]
fn l22_arrival_and_departure_of_peers_are_told() {
    let mut bench = Bench::active();

    bench.join_with_primary(PHONE);
    bench.leave(PHONE);
    bench.tell(Event::PeerDeparted {
        mac: TABLET,
        why: Departure::Timeout,
    });

    let change = |peer, old, new, reason| {
        (
            OTHER,
            Notification::PeerStateChange {
                peer,
                old,
                new,
                reason,
            },
        )
    };
    use PeerAuthState::{Authenticated, Invalid};
    assert_eq!(
        bench.notifications,
        [
            change(PHONE, Invalid, Authenticated, Reason::PeerArrived),
            change(PHONE, Authenticated, Invalid, Reason::PeerDeparted),
            change(TABLET, Authenticated, Invalid, Reason::PeerTimeout),
        ]
    );
    assert_eq!(
        bench.events,
        [
            EventKind::PeerArrived {
                mac: PHONE,
                key: KeyIdentity::Primary
            },
            EventKind::PeerDeparted {
                mac: PHONE,
                reason: Reason::PeerDeparted
            },
            EventKind::PeerDeparted {
                mac: TABLET,
                reason: Reason::PeerTimeout
            },
        ]
    );
}

#[test]
fn refused_stations_are_told_to_listeners_with_the_cause() {
    use softap::Refused;
    let mut bench = Bench::active();
    let rows = [
        (Refused::WrongKey, JoinFailure::WrongKey),
        (Refused::RetiredKey, JoinFailure::RetiredKey),
        (Refused::Full, JoinFailure::Full),
        (Refused::HandshakeTimeout, JoinFailure::HandshakeTimeout),
        (Refused::HandshakeViolation, JoinFailure::HandshakeViolation),
        (
            Refused::Radio(cause("No room for its key.")),
            JoinFailure::Radio,
        ),
    ];
    for (why, failure) in rows {
        bench.forget();
        bench.tell(Event::PeerRefused { mac: PHONE, why });
        assert_eq!(
            bench.events[0],
            EventKind::PeerRefused {
                mac: PHONE,
                failure
            }
        );
        assert_eq!(bench.notifications, []);
    }
    assert_eq!(
        bench.events[1],
        EventKind::Warning(cause("No room for its key."))
    );
}

#[test]
fn l27_registering_replaces_and_tells_the_mask_before() {
    let mut bench = Bench::idle();
    let register = |sources| Call::RegisterNotification {
        sources,
        ignore_duplicate: false,
    };
    assert_eq!(bench.ok(USER, register(0xffff)), Answer::PreviousSources(0));
    assert_eq!(bench.ok(USER, register(0)), Answer::PreviousSources(0xffff));

    bench.ok(USER, Call::StartUsing);
    assert!(
        bench
            .notifications
            .iter()
            .all(|(client, _)| *client != USER)
    );

    assert_eq!(bench.ok(USER, register(0x8)), Answer::PreviousSources(0));
    bench.ok(USER, Call::StopUsing);
    assert!(
        bench
            .notifications
            .iter()
            .all(|(client, _)| *client != USER),
        "another source"
    );
}

#[test]
fn duplicates_are_left_out_on_request_only() {
    let mut bench = Bench::idle();
    bench.ok(
        USER,
        Call::RegisterNotification {
            sources: 0xffff,
            ignore_duplicate: true,
        },
    );

    for name in ["one", "two", "three"] {
        bench.ok(USER, named(name));
    }
    let count = |bench: &Bench, who| {
        bench
            .notifications
            .iter()
            .filter(|(c, _)| *c == who)
            .count()
    };
    assert_eq!((count(&bench, OTHER), count(&bench, USER)), (3, 1));

    bench.ok(USER, Call::StartUsing);
    bench.ok(USER, Call::StopUsing);
    bench.ok(USER, named("four"));
    assert_eq!((count(&bench, OTHER), count(&bench, USER)), (6, 4));
}

#[test]
fn t16_changed_properties_of_an_idle_network_are_told() {
    let mut bench = Bench::idle();
    let changed = [(Idle, Idle, Reason::PropertiesChange)];
    bench.ok(USER, named("other"));
    assert_eq!(bench.told(), changed);
    bench.ok(USER, Call::RefreshSecuritySettings);
    assert_eq!(bench.told(), changed);
    bench.ok(USER, named("other"));
    bench.ok(USER, Call::InitSettings);
    bench.ok(USER, set("12345678", true));
    assert_eq!(bench.told(), [], "nothing of it changed");
}

#[test]
fn t15_another_radio_under_the_network_is_told() {
    let mut bench = Bench::idle();
    let radio = |name: &str, address| Event::RadioAvailable {
        name: name.into(),
        address,
        max_stations: None,
    };
    bench.tell(radio("sim", TABLET));
    assert_eq!(bench.told(), [], "the same radio");
    assert_eq!(bench.status().bssid, Some(TABLET));
    bench.tell(radio("wlan1", BSSID));
    assert_eq!(bench.told(), [(Idle, Idle, Reason::DeviceChange)]);
}

#[test]
fn listeners_hear_of_a_start_with_name_address_and_channel() {
    let mut bench = Bench::idle();
    bench.ok(USER, Call::StartUsing);
    let ssid = bench.status().ssid.unwrap();
    assert_eq!(
        bench.events,
        [
            EventKind::State {
                old: Idle,
                new: HostedNetworkState::Active,
                reason: Reason::UserAction,
                cause: None
            },
            EventKind::Started {
                ssid,
                bssid: BSSID,
                channel: 6
            },
        ]
    );
}

#[test]
fn a_closed_handle_hears_nothing_more() {
    let mut bench = Bench::idle();
    bench.gone(OTHER);
    bench.ok(USER, Call::StartUsing);
    assert_eq!(bench.notifications, []);
}

#[test]
fn no_output_shows_a_key() {
    let mut bench = Bench::active();
    bench.disk = Disk::Slow;
    bench.send(USER, set("do-not-print-me", true));
    bench.send(USER, set("nor-me-please", false));
    let primary = String::from_utf8(bench.primary_key()).unwrap();
    let shown = format!("{:?} {:?}", bench.engine, bench.writing);
    for secret in ["do-not-print-me", "nor-me-please", &primary] {
        assert!(!shown.contains(secret));
    }
}
