//! Stations of a vendor: no handshake of ours, keys from elsewhere (native-80211-ihv reference, 9.7).

use ::radio::{Arrival, Command, EtherTypeRule, Key, KeyScope, RadioEvent};
use clock::Duration;
use dot11::frame::{DataHeader, DataView, FrameControl, FrameType, decapsulate_llc};
use dot11::{CipherSuite, ETHERTYPE_EAPOL, KeyBytes, MacAddr, ReasonCode};
use radio_sim::{LeaveReason, SimConfig, SimError, SimEvent, StationKey, StationProfile};
use rsn::ccmp::{CcmpError, CcmpReceiver};
use rsn::gcmp::GcmpReceiver;

use crate::support::*;

const OURS: u16 = 0x88b7;
const TK: [u8; 16] = [0x5a; 16];
const CIPHERS: [CipherSuite; 2] = [CipherSuite::CCMP, CipherSuite::GCMP];

fn tk() -> KeyBytes {
    KeyBytes::copy_from(&TK)
}

fn on_air(cipher: CipherSuite) -> Bench {
    let mut bench = Bench::started_with(SimConfig::with_seed(5), |c| c.cipher = cipher);
    let id = bench.command(Command::SetEtherTypes(vec![EtherTypeRule {
        ether_type: OURS,
        hand_up: true,
        unicast: Arrival::InClearWithoutKey,
        group: Arrival::Protected,
    }]));
    assert_eq!(bench.result(id), Ok(()));
    bench.radio.set_tap(true, bench.now);
    bench
}

/// A station of the vendor is associated; its port is closed and it has no key.
fn associated(bench: &mut Bench, name: &str) -> MacAddr {
    let profile = StationProfile::vendor(VENDOR_ELEMENT.to_vec(), OURS);
    bench.radio.set_profile(name, profile).unwrap();
    bench
        .radio
        .join(name, StationKey::Vendor, bench.now)
        .unwrap();
    let ended = bench.run_until(|e| {
        matches!(e, SimEvent::Associated { name: of, .. } if of == name)
            || matches!(e, SimEvent::Joined { .. } | SimEvent::JoinFailed { .. })
    });
    let Some(SimEvent::Associated { mac, .. }) = ended else {
        panic!("{ended:?}");
    };
    assert!(bench.vendors.contains(&mac));
    mac
}

fn install_at_ap(bench: &mut Bench, peer: MacAddr, cipher: CipherSuite) {
    let key = Key {
        cipher,
        ..pairwise_key(peer, tk())
    };
    let id = bench.command(Command::InstallKey(key));
    assert_eq!(bench.result(id), Ok(()));
}

fn remove_at_ap(bench: &mut Bench, peer: MacAddr) {
    let id = bench.command(Command::RemoveKey {
        scope: KeyScope::Pairwise(peer),
        index: 0,
    });
    assert_eq!(bench.result(id), Ok(()));
}

fn open(bench: &mut Bench, peer: MacAddr) {
    let id = bench.command(Command::Authorize { peer, open: true });
    assert_eq!(bench.result(id), Ok(()));
}

fn send_down(bench: &mut Bench, peer: MacAddr, payload: &[u8]) {
    let id = bench.command(Command::SendPacket {
        peer,
        ether_type: OURS,
        payload: payload.to_vec(),
        in_clear: false,
    });
    assert_eq!(bench.result(id), Ok(()));
    bench.run(Duration::from_millis(1));
}

/// The newest frame of the vendor's at the access point.
fn up(bench: &Bench) -> Option<Vec<u8>> {
    bench.events.iter().rev().find_map(|e| match e {
        RadioEvent::Packet { payload, .. } => Some(payload.clone()),
        _ => None,
    })
}

/// The newest frame of the vendor's at the station, and whether it came ciphered.
fn at_station(bench: &Bench) -> Option<(Vec<u8>, bool)> {
    bench.sim_events.iter().rev().find_map(|e| match e {
        SimEvent::Packet {
            ether_type: OURS,
            payload,
            protected,
            ..
        } => Some((payload.clone(), *protected)),
        _ => None,
    })
}

/// A data frame with a body as an eavesdropper who has the key sees it.
struct Seen {
    from_ap: bool,
    protected: bool,
    ether_type: u16,
}

struct Eavesdropper {
    cipher: CipherSuite,
    ccmp: [CcmpReceiver; 2],
    gcmp: [GcmpReceiver; 2],
}

impl Eavesdropper {
    fn new(cipher: CipherSuite) -> Self {
        Self {
            cipher,
            ccmp: [CcmpReceiver::new(&TK, 0), CcmpReceiver::new(&TK, 0)],
            gcmp: [GcmpReceiver::new(&TK, 0), GcmpReceiver::new(&TK, 0)],
        }
    }

    /// Frames with a body from and to `peer` since the last look. Every protected one must open
    /// with the key.
    fn look(&mut self, bench: &mut Bench, peer: MacAddr) -> Vec<Seen> {
        let mut seen = Vec::new();
        while let Some(frame) = bench.radio.poll_tap() {
            let frame = frame.bytes;
            let control = FrameControl::from_frame(&frame).unwrap();
            if control.frame_type() != FrameType::Data {
                continue;
            }
            let view = DataView::parse(&frame).unwrap();
            let header: DataHeader = *view.header();
            if header.is_null() || ![header.addr1, header.addr2].contains(&peer) {
                continue;
            }
            let from_ap = header.control.has(FrameControl::FROM_DS);
            let protected = header.is_protected();
            let plain = match protected {
                true => self.open(from_ap, &frame).unwrap(),
                false => frame.clone(),
            };
            let (ether_type, _) = decapsulate_llc(&plain[view.header_bytes().len()..]).unwrap();
            seen.push(Seen {
                from_ap,
                protected,
                ether_type,
            });
        }
        seen
    }

    fn open(&mut self, from_ap: bool, frame: &[u8]) -> Result<Vec<u8>, CcmpError> {
        let mut plain = Vec::new();
        let side = usize::from(from_ap);
        match self.cipher {
            CipherSuite::GCMP => self.gcmp[side].unprotect(frame, &mut plain)?,
            _ => self.ccmp[side].unprotect(frame, &mut plain)?,
        }
        Ok(plain)
    }
}

#[test]
fn a_vendors_station_associates_without_a_handshake() {
    let mut bench = on_air(CipherSuite::CCMP);
    let mac = associated(&mut bench, "vendor");
    bench.run(Duration::from_secs(5));

    let row = bench.radio.station_row(mac).unwrap();
    assert!(row.associated && !row.authorized && !row.keyed);
    assert!(
        Eavesdropper::new(CipherSuite::CCMP)
            .look(&mut bench, mac)
            .is_empty()
    );
    // It sits there until somebody opens its port, or sends it away.
    assert!(
        !bench
            .sim_events
            .iter()
            .any(|e| !matches!(e, SimEvent::Associated { .. }))
    );
    assert_eq!(
        bench.radio.traffic("vendor", 1, bench.now),
        Err(SimError::NoKey)
    );
    bench.deauthenticate(mac, ReasonCode::UNSPECIFIED);
    let left = bench.run_until(|e| matches!(e, SimEvent::Left { .. }));
    assert!(matches!(
        left,
        Some(SimEvent::Left {
            why: LeaveReason::SentAway(ReasonCode::UNSPECIFIED),
            ..
        })
    ));
}

#[test]
fn with_a_vendors_key_frames_flow_until_its_very_removal_and_none_is_in_clear() {
    for cipher in CIPHERS {
        let mut bench = on_air(cipher);
        let mut tap = Eavesdropper::new(cipher);
        let mac = associated(&mut bench, "vendor");

        // The vendor's frames pass the closed port, in clear.
        bench
            .radio
            .send_packet("vendor", OURS, b"up", false, bench.now)
            .unwrap();
        bench.run(Duration::from_millis(1));
        assert_eq!(up(&bench).unwrap(), b"up");
        send_down(&mut bench, mac, b"down");
        assert_eq!(at_station(&bench), Some((b"down".to_vec(), false)));
        let seen = tap.look(&mut bench, mac);
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|f| !f.protected && f.ether_type == OURS));

        // Keys at both ends: from here on everything is ciphered.
        bench
            .radio
            .install_key("vendor", cipher, &tk(), bench.now)
            .unwrap();
        install_at_ap(&mut bench, mac, cipher);
        bench
            .radio
            .send_packet("vendor", OURS, b"up again", false, bench.now)
            .unwrap();
        bench.run(Duration::from_millis(1));
        assert_eq!(up(&bench).unwrap(), b"up again");
        send_down(&mut bench, mac, b"down again");
        assert_eq!(at_station(&bench), Some((b"down again".to_vec(), true)));

        // Data does not flow before the port is open.
        assert_eq!(bench.traffic("vendor", 10), (10, 0));
        open(&mut bench, mac);
        assert_eq!(bench.traffic("vendor", 100), (100, 100), "{cipher}");
        let seen = tap.look(&mut bench, mac);
        assert_eq!(seen.len(), 2 + 10 + 200);
        assert!(seen.iter().all(|f| f.protected), "{cipher}");

        // In the middle of traffic the access point loses the key.
        bench.radio.traffic("vendor", 500, bench.now).unwrap();
        bench.run(Duration::from_millis(50));
        let echoed = bench.radio.ap_counters().echoed;
        assert!(tap.look(&mut bench, mac).iter().any(|f| f.from_ap));
        remove_at_ap(&mut bench, mac);
        bench.run(Duration::from_millis(50));
        let seen = tap.look(&mut bench, mac);
        assert!(!seen.is_empty(), "the station sends on");
        assert!(seen.iter().all(|f| f.protected && !f.from_ap), "{cipher}");
        let counters = bench.radio.ap_counters();
        assert_eq!(counters.echoed, echoed);
        assert!(counters.undecryptable > 40, "{counters:?}");

        // Then the station too: that ends its traffic.
        bench.radio.remove_key("vendor", bench.now).unwrap();
        let (sent, received) = bench.traffic_done();
        assert!(sent < 500 && u64::from(received) + 100 <= echoed);
        bench.run(Duration::from_secs(1));
        assert!(tap.look(&mut bench, mac).is_empty(), "{cipher}");

        // The host's data stays where it is; the vendor's own frames may be clear again.
        let body = dot11::frame::encapsulate_llc(0x0800, &[0; 20]);
        bench.radio.send_from_host(mac, &body, bench.now);
        bench.run(Duration::from_millis(1));
        assert!(tap.look(&mut bench, mac).is_empty());
        send_down(&mut bench, mac, b"anew");
        assert_eq!(at_station(&bench), Some((b"anew".to_vec(), false)));
    }
}

#[test]
fn a_replaced_key_carries_on_and_the_old_one_opens_nothing() {
    for cipher in CIPHERS {
        let mut bench = on_air(cipher);
        let mac = associated(&mut bench, "vendor");
        install_at_ap(&mut bench, mac, cipher);
        open(&mut bench, mac);
        let install = |bench: &mut Bench, byte| {
            bench
                .radio
                .install_key(
                    "vendor",
                    cipher,
                    &KeyBytes::copy_from(&[byte; 16]),
                    bench.now,
                )
                .unwrap();
        };
        install(&mut bench, 0x5a);
        assert_eq!(bench.traffic("vendor", 20), (20, 20));
        let sent = bench.radio.station_row(mac).unwrap().sent_pn;
        // The same key again at either end starts no counter anew.
        install_at_ap(&mut bench, mac, cipher);
        install(&mut bench, 0x5a);
        assert_eq!(bench.radio.station_row(mac).unwrap().sent_pn, sent);
        assert_eq!(bench.traffic("vendor", 20), (20, 20));
        install(&mut bench, 0x77);
        assert_eq!(bench.traffic("vendor", 20), (20, 0));
        // Its numbers begin anew, so that some frames seem old before they seem wrong.
        let counters = bench.radio.ap_counters();
        assert_eq!(counters.undecryptable + counters.replayed, 20);
    }
}

#[test]
fn vendors_and_ordinary_stations_talk_side_by_side() {
    let mut bench = on_air(CipherSuite::CCMP);
    let mut tap = Eavesdropper::new(CipherSuite::CCMP);
    let mac = associated(&mut bench, "vendor");
    bench.joined("a", primary());
    install_at_ap(&mut bench, mac, CipherSuite::CCMP);
    open(&mut bench, mac);
    bench
        .radio
        .install_key("vendor", CipherSuite::CCMP, &tk(), bench.now)
        .unwrap();
    for (from, to) in [("a", "vendor"), ("vendor", "a")] {
        bench
            .radio
            .traffic_between(from, to, 20, bench.now)
            .unwrap();
        assert_eq!(bench.traffic_done(), (20, 20), "{from} to {to}");
    }
    // What the vendor's station has no key for it does not hear.
    let to_all = dot11::frame::encapsulate_llc(0x0800, &[0; 20]);
    bench
        .radio
        .send_from_host(MacAddr::BROADCAST, &to_all, bench.now);
    bench.run(Duration::from_millis(5));
    assert_eq!(bench.radio.station_counters("a").unwrap().group, 1);
    let counters = bench.radio.station_counters("vendor").unwrap();
    assert_eq!((counters.group, counters.undecryptable), (0, 1));
    assert!(tap.look(&mut bench, mac).iter().all(|f| f.protected));
}

#[test]
fn what_cannot_be_done_with_a_vendors_station_says_why() {
    let mut bench = on_air(CipherSuite::CCMP);
    let now = bench.now;
    let profile = |elements: Vec<u8>, ether_type| StationProfile::vendor(elements, ether_type);
    let long: Vec<u8> = [221, 3, 0, 0, 0].repeat(205);
    for (elements, ether_type) in [
        (vec![221, 9, 0], OURS),
        (long, OURS),
        (VENDOR_ELEMENT.to_vec(), ETHERTYPE_EAPOL),
    ] {
        let result = bench.radio.set_profile("v", profile(elements, ether_type));
        assert_eq!(result, Err(SimError::BadProfile));
    }
    associated(&mut bench, "v");
    let radio = &mut bench.radio;
    let absent = KeyBytes::copy_from(&[1; 15]);
    assert_eq!(
        radio.install_key("v", CipherSuite::CCMP, &absent, now),
        Err(SimError::BadKey)
    );
    assert_eq!(
        radio.install_key("v", CipherSuite::TKIP, &tk(), now),
        Err(SimError::BadKey)
    );
    assert_eq!(
        radio.install_key("w", CipherSuite::CCMP, &tk(), now),
        Err(SimError::NoSuchStation)
    );
    for (ether_type, len) in [(ETHERTYPE_EAPOL, 1), (0x05ff, 1), (OURS, 2_297)] {
        let result = radio.send_packet("v", ether_type, &vec![0; len], false, now);
        assert_eq!(result, Err(SimError::BadPacket));
    }
    radio.vanish("v", now).unwrap();
    assert_eq!(
        radio.send_packet("v", OURS, b"x", false, now),
        Err(SimError::NotJoined)
    );
    assert_eq!(
        radio.install_key("v", CipherSuite::CCMP, &tk(), now),
        Err(SimError::NotJoined)
    );
    assert_eq!(radio.remove_key("v", now), Err(SimError::NotJoined));
}
