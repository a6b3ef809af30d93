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
        (Refused::Extension, JoinFailure::Extension),
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
fn a_change_of_another_device_is_no_duplicate() {
    let mut bench = Bench::idle();
    bench.ok(
        USER,
        Call::RegisterNotification {
            sources: 0x80,
            ignore_duplicate: true,
        },
    );
    for (name, address) in [("wlan1", PHONE), ("wlan2", TABLET), ("wlan3", TABLET)] {
        bench.tell(Event::RadioAvailable {
            name: name.into(),
            address,
            max_stations: None,
        });
    }
    let heard = bench.notifications.iter().filter(|(c, _)| *c == USER);
    assert_eq!(heard.count(), 2, "the third names the same device");
    assert_eq!(bench.status().device, Some(Guid::of_access_point(TABLET)));
}

#[test]
fn a_new_registration_begins_without_a_past() {
    let mut bench = Bench::idle();
    let register = || Call::RegisterNotification {
        sources: 0x80,
        ignore_duplicate: true,
    };
    bench.ok(OTHER, register());
    for _ in 0..2 {
        bench.ok(USER, named("one"));
        bench.ok(USER, named("two"));
        assert_eq!(bench.told().len(), 1);
        assert_eq!(bench.ok(OTHER, register()), Answer::PreviousSources(0x80));
    }
}

#[test]
fn only_the_bit_of_the_hosted_network_counts() {
    for bit in 0..32 {
        let mut bench = Bench::idle();
        bench.ok(
            OTHER,
            Call::RegisterNotification {
                sources: 1 << bit,
                ignore_duplicate: false,
            },
        );
        bench.ok(USER, Call::StartUsing);
        let expected = usize::from(bit == 7);
        assert_eq!(bench.told().len(), expected, "bit {bit}");
    }
}

#[test]
fn everybody_hears_everything_in_the_same_order() {
    let mut bench = Bench::idle();
    bench.register(USER);
    bench.register(ROOT);
    bench.ok(USER, Call::StartUsing);
    bench.join_with_primary(PHONE);
    bench.leave(PHONE);
    bench.ok(USER, named("other"));
    bench.radio_leaves();
    let heard = |bench: &Bench, who| -> Vec<Notification> {
        let notifications = bench.notifications.iter();
        notifications
            .filter(|(client, _)| *client == who)
            .map(|(_, notification)| notification.clone())
            .collect()
    };
    let one = heard(&bench, USER);
    assert_eq!(one.len(), 5);
    for who in [OTHER, ROOT] {
        assert_eq!(heard(&bench, who), one);
    }
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
    let changed = [(Idle, Idle, Reason::DeviceChange)];
    bench.tell(radio("sim", BSSID));
    assert_eq!(bench.told(), [], "the same radio");
    bench.tell(radio("sim", TABLET));
    assert_eq!(
        bench.told(),
        changed,
        "the device is named after its address"
    );
    assert_eq!(bench.status().bssid, Some(TABLET));
    bench.tell(radio("wlan1", TABLET));
    assert_eq!(bench.told(), changed);
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
