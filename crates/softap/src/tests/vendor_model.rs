//! Random lives of peers of both kinds against the rules of what is told.

use std::collections::BTreeSet;

use dot11::{Oui, StatusCode, VendorElement};
use rand_chacha::rand_core::RngCore;

use super::*;

const ELEMENT: VendorElement = VendorElement {
    oui: Oui([2, 0xaa, 0xbb]),
    kind: None,
};
const STATIONS: u8 = 6;
const MAX_PEERS: u16 = 3;

/// What must have been told so far.
#[derive(Debug, Default)]
struct Rules {
    up: bool,
    /// Associated, as the extensions' owner knows.
    told: BTreeSet<MacAddr>,
    /// With an open port, as the owner knows, and whether a vendor's.
    shown: BTreeMap<MacAddr, bool>,
}

impl Rules {
    /// Whether an event fits to those before it.
    fn fits(&mut self, event: &Event) -> bool {
        match event {
            Event::Vendor(VendorEvent::NetworkStarted { .. }) => {
                !core::mem::replace(&mut self.up, true) && self.told.is_empty()
            }
            Event::Vendor(VendorEvent::NetworkStopped) => {
                self.told.clear();
                self.shown.clear();
                core::mem::replace(&mut self.up, false)
            }
            Event::Vendor(VendorEvent::Associated { mac, element }) => {
                self.up && *element == ELEMENT && self.told.insert(*mac)
            }
            Event::Vendor(VendorEvent::Departed { mac }) => self.told.remove(mac),
            Event::PeerArrived { mac, key } => {
                let vendor = *key == PeerKey::Vendor;
                vendor == self.told.contains(mac) && self.shown.insert(*mac, vendor).is_none()
            }
            Event::PeerDeparted { mac, .. } => self.shown.remove(mac).is_some(),
            Event::PeerRefused { mac, .. } => !self.shown.contains_key(mac),
            Event::KeyRetired { mac } => self.shown.get(mac) == Some(&false),
            Event::Stopped | Event::RadioUnavailable { .. } | Event::StoppedByDriver { .. } => {
                !self.up
            }
            _ => true,
        }
    }
}

fn request(vendor: bool) -> AssocRequest {
    let mut body = vec![0x31, 4, 10, 0];
    if vendor {
        body.extend([221, 4, 2, 0xaa, 0xbb, 7]);
    }
    AssocRequest {
        reassociation: false,
        rsne: RSNE.to_vec(),
        body,
        beacon_rsne: RSNE.to_vec(),
    }
}

fn settings() -> RunSettings {
    RunSettings {
        ssid: Ssid::new("test").unwrap(),
        max_peers: MAX_PEERS,
        channel: None,
        band: None,
        width: None,
        isolate: false,
        group_rekey: Some(Duration::from_secs(30)),
        pairwise_rekey: None,
    }
}

fn step(bench: &mut Bench, rng: &mut ChaCha20Rng) {
    let mut below = |n: u32| rng.next_u32() % n;
    let n = u8::try_from(below(u32::from(STATIONS))).unwrap();
    let peer = mac(n);
    match below(24) {
        0..=3 => {
            bench.give_supplicant(n, [1, 2, 9][below(3) as usize]);
            bench.associate(peer, request(false));
        }
        4..=7 => {
            bench.associate(peer, request(true));
        }
        8 => {
            // As the miniport tells it when a station comes back.
            let reason = DisassocReason::PeerReassociated;
            bench.indicate(Indication::Disassociation { peer, reason });
            bench.associate(peer, request(below(2) == 0));
        }
        9 => {
            bench.tickets += 1;
            bench.indicate(Indication::IncomingAssociationRequestReceived {
                ticket: AssocTicket(bench.tickets),
                peer,
                request: request(below(2) == 0),
            });
            if below(2) == 0 {
                let status = StatusCode::REFUSED;
                bench.indicate(Indication::IncomingAssociationCompletion { peer, status });
            }
        }
        10..=13 => bench
            .ap
            .vendor_verdict(peer, VendorVerdict::Open, bench.now),
        14 => bench
            .ap
            .vendor_verdict(peer, VendorVerdict::Refuse, bench.now),
        15 => bench.leave(n),
        16 => bench.pass(Duration::from_millis(u64::from(below(12_000)))),
        17 => {
            bench.late = !bench.late;
            bench.answer_late_ones();
        }
        18 => {
            bench.refuse = [
                None,
                Some((|r| matches!(r, Request::PortStateNotification { .. })) as fn(&Request) -> _),
                Some(|r| matches!(r, Request::CipherKeyMappingKey(_))),
                Some(|r| matches!(r, Request::IncomingAssociationDecision(_))),
            ][below(4) as usize];
        }
        19 => {
            let service = VendorService {
                element: ELEMENT,
                ready: below(4) > 0,
            };
            bench.ap.serve_vendors(vec![service]);
        }
        20 => {
            let pdu = vec![2, 3, 0, 95, 2, 0x03, 0x0a];
            bench.indicate(Indication::ReceivePacket { peer, pdu });
        }
        21 => bench
            .ap
            .set_keys(keys((below(2) == 0).then_some(2)), bench.now),
        _ if below(3) > 0 => {}
        22 => bench.ap.stop(),
        _ => bench.indicate(Indication::StopAp {
            reason: oid::StopApReason::Driver,
            cause: Cause::new("Radar.", "Wait."),
        }),
    }
    bench.settle();
    bench.ap.start(settings(), keys(Some(2)), bench.now);
    bench.settle();
}

#[test]
fn what_is_told_of_peers_is_never_contradictory() {
    let mut arrivals = [0, 0];
    for seed in 0..150 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut bench = Bench::idle();
        bench.ap.serve_vendors(vec![VendorService {
            element: ELEMENT,
            ready: true,
        }]);
        bench.ap.start(settings(), keys(Some(2)), bench.now);
        bench.settle();
        let mut rules = Rules::default();
        for number in 0..120 {
            let vendors = rules.told.clone();
            let eapol = |b: &Bench, to: MacAddr| {
                b.count(|r| matches!(r, Request::SendPacket { peer, .. } if *peer == to))
            };
            let before: Vec<usize> = vendors.iter().map(|mac| eapol(&bench, *mac)).collect();

            step(&mut bench, &mut rng);

            let events = core::mem::take(&mut bench.events);
            for event in &events {
                let place = format!("seed {seed}, step {number}: {event:?} {rules:?}");
                assert!(rules.fits(event), "{place}");
                if let Event::PeerArrived { key, .. } = event {
                    arrivals[usize::from(*key == PeerKey::Vendor)] += 1;
                }
            }
            let place = format!("seed {seed}, step {number}: {events:?}");
            let shown: BTreeMap<MacAddr, bool> = bench
                .ap
                .peers()
                .map(|p| (p.mac, p.key == PeerKey::Vendor))
                .collect();
            assert_eq!(shown, rules.shown, "{place}");
            assert!(shown.len() <= usize::from(MAX_PEERS), "{place}");
            for (mac, before) in vendors.iter().zip(before) {
                let is_news = |e: &Event| {
                    matches!(e, Event::Vendor(VendorEvent::Departed { mac: m }) if m == mac)
                        || matches!(e, Event::Vendor(VendorEvent::NetworkStopped))
                };
                if !events.iter().any(is_news) {
                    assert_eq!(eapol(&bench, *mac), before, "EAPOL to {mac}, {place}");
                }
            }
        }
    }
    assert!(arrivals.iter().all(|n| *n > 200), "{arrivals:?}");
}
