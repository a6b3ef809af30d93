//! Peers of vendors' extensions, seen by clients.

use dot11::{Oui, VendorElement};
use wlan_model::PeerAuthState;
use wlan_rpc::KeyIdentity;

use super::*;

const ELEMENT: VendorElement = VendorElement {
    oui: Oui([2, 0xaa, 0xbb]),
    kind: None,
};

impl Bench {
    fn verdict(&mut self, mac: MacAddr, verdict: VendorVerdict) {
        self.engine.vendor_verdict(mac, verdict, self.now);
        self.drain();
    }
}

#[test]
fn a_vendors_peer_is_shown_and_told_as_all_others_with_its_own_kind_of_key() {
    let mut bench = Bench::active();

    bench.verdict(PHONE, VendorVerdict::Open);
    bench.wait(Duration::from_secs(3));

    let row = &bench.status().peers[0];
    assert_eq!(
        (row.mac, row.key, row.connected_ms, row.retired_ms),
        (PHONE, KeyIdentity::Vendor, 3000, None)
    );
    let arrived = EventKind::PeerArrived {
        mac: PHONE,
        key: KeyIdentity::Vendor,
    };
    assert_eq!(bench.events, [arrived]);
    bench.leave(PHONE);
    let changes: Vec<_> = bench.notifications.iter().map(|(_, n)| n.clone()).collect();
    let change = |old, new, reason| Notification::PeerStateChange {
        peer: PHONE,
        old,
        new,
        reason,
    };
    use PeerAuthState::{Authenticated, Invalid};
    assert_eq!(
        changes,
        [
            change(Invalid, Authenticated, Reason::PeerArrived),
            change(Authenticated, Invalid, Reason::PeerDeparted),
        ]
    );
}

#[test]
fn a_new_secondary_key_retires_no_vendors_peer() {
    let mut bench = Bench::active();
    bench.ok(USER, set("secret-one", false));
    bench.verdict(PHONE, VendorVerdict::Open);
    bench.forget();

    bench.ok(USER, set("secret-two", false));

    let retired = |e: &EventKind| matches!(e, EventKind::KeyRetired { .. });
    assert!(!bench.events.iter().any(retired));
    assert_eq!(bench.status().peers[0].key, KeyIdentity::Vendor);
}

#[test]
fn services_reach_the_access_point_in_every_state() {
    let service = |ready| VendorService {
        element: ELEMENT,
        ready,
    };
    for mut bench in [Bench::bare(), Bench::idle(), Bench::active()] {
        bench.engine.serve_vendors(vec![service(false)]);
        bench.engine.serve_vendors(vec![service(true)]);
        bench.verdict(TABLET, VendorVerdict::Refuse);
        let access_point = &bench.engine.access_point;
        assert_eq!(access_point.services, [service(true)]);
        assert_eq!(access_point.verdicts, [(TABLET, VendorVerdict::Refuse)]);
    }
}

#[test]
fn what_the_access_point_tells_extensions_passes_in_every_state() {
    let events = [
        VendorEvent::Associated {
            mac: PHONE,
            element: ELEMENT,
        },
        VendorEvent::Departed { mac: PHONE },
        VendorEvent::NetworkStopped,
    ];
    for mut bench in [Bench::idle(), Bench::active()] {
        for event in &events {
            bench.tell(Event::Vendor(event.clone()));
        }
        assert_eq!(bench.vendor, events);
        assert_eq!(bench.notifications, []);
    }
}
