//! Peers whose keys a vendor's extension makes.

use dot11::{Oui, StatusCode, VendorElement};

use super::*;

const ELEMENT: VendorElement = VendorElement {
    oui: Oui([0x02, 0xaa, 0xbb]),
    kind: Some(1),
};

fn service(ready: bool) -> VendorService {
    VendorService {
        element: ELEMENT,
        ready,
    }
}

/// A request with the element behind others.
fn request(reassociation: bool, kind: u8) -> AssocRequest {
    let mut body = vec![0x31, 0x04, 10, 0];
    if reassociation {
        body.extend(AP.0);
    }
    body.extend([0, 4, b't', b'e', b's', b't']);
    body.extend(RSNE);
    body.extend([221, 5, 0x02, 0xaa, 0xbb, kind, 9]);
    AssocRequest {
        reassociation,
        rsne: RSNE.to_vec(),
        body,
        beacon_rsne: RSNE.to_vec(),
    }
}

impl Bench {
    fn serving() -> Self {
        let mut this = Self::running(Some(2));
        this.ap.serve_vendors(vec![service(true)]);
        this
    }

    fn join_vendor(&mut self, n: u8) -> bool {
        self.associate(mac(n), request(false, 1))
    }

    fn verdict(&mut self, n: u8, verdict: VendorVerdict) {
        self.ap.vendor_verdict(mac(n), verdict, self.now);
        self.settle();
    }

    /// Events of the extensions' owner and of one peer, named.
    fn story(&self) -> Vec<&'static str> {
        self.events
            .iter()
            .map(|event| match event {
                Event::Vendor(VendorEvent::NetworkStarted { .. }) => "network started",
                Event::Vendor(VendorEvent::NetworkStopped) => "network stopped",
                Event::Vendor(VendorEvent::Associated { .. }) => "associated",
                Event::Vendor(VendorEvent::Departed { .. }) => "departed",
                Event::PeerArrived {
                    key: PeerKey::Vendor,
                    ..
                } => "arrived, vendor",
                Event::PeerArrived { .. } => "arrived",
                Event::PeerDeparted { .. } => "left",
                Event::PeerRefused {
                    why: Refused::Extension,
                    ..
                } => "refused, extension",
                Event::PeerRefused {
                    why: Refused::Radio(_),
                    ..
                } => "refused, radio",
                Event::PeerRefused {
                    why: Refused::Full, ..
                } => "refused, full",
                Event::PeerRefused { .. } => "refused",
                Event::Started { .. } => "started",
                Event::Stopped => "stopped",
                Event::RadioUnavailable { .. } => "no radio",
                Event::StoppedByDriver { .. } => "driver",
                Event::StartFailed { .. } => "start failed",
                _ => "other",
            })
            .collect()
    }

    /// The story since the last time.
    fn news(&mut self) -> Vec<&'static str> {
        let story = self.story();
        self.events.clear();
        story
    }

    fn sent_away(&self) -> usize {
        self.count(|r| matches!(r, Request::DisassociatePeer { .. }))
    }

    fn eapol(&self) -> usize {
        self.count(|r| matches!(r, Request::SendPacket { .. }))
    }
}

#[test]
fn a_station_with_the_element_joins_by_verdict_without_our_handshake() {
    let mut bench = Bench::serving();
    assert_eq!(bench.news(), ["started", "network started"]);

    assert!(bench.join_vendor(1));

    let associated = Event::Vendor(VendorEvent::Associated {
        mac: mac(1),
        element: ELEMENT,
    });
    assert_eq!(bench.events, [associated]);
    assert_eq!(bench.key_of(1), None);
    bench.events.clear();
    bench.verdict(1, VendorVerdict::Open);
    assert_eq!(bench.news(), ["arrived, vendor"]);
    assert_eq!(bench.key_of(1), Some(PeerKey::Vendor));
    assert_eq!(bench.eapol(), 0);
    assert_eq!(
        bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_))),
        0
    );
    // Nothing is due: it is no longer waited for.
    assert_eq!(bench.ap.poll_timeout(), None);
    bench.verdict(1, VendorVerdict::Open);
    assert_eq!(bench.news(), [""; 0]);
    bench.leave(1);
    assert_eq!(bench.news(), ["departed", "left"]);
}

#[test]
fn the_element_is_found_behind_the_fixed_fields_of_both_kinds_of_request_and_nowhere_else() {
    let mut bench = Bench::serving();
    bench.news();

    assert!(bench.associate(mac(1), request(true, 1)));
    assert_eq!(bench.news(), ["associated"]);

    // Another type of the same vendor, and the right bytes in another element, or in the fixed part.
    let mut hidden = request(false, 1);
    let place = hidden.body.iter().position(|b| *b == 221).unwrap();
    hidden.body[place] = 222;
    let mut shifted = request(true, 1);
    shifted.body = vec![0; 4];
    shifted.body.extend([221, 4, 0x02, 0xaa, 0xbb, 1]);
    let mut torn = request(false, 1);
    torn.body.truncate(place + 6);
    let mut empty = request(false, 1);
    empty.body.clear();
    for (n, request) in (2..).zip([request(false, 2), hidden, shifted, torn, empty]) {
        bench.give_supplicant(n, 1);
        assert!(bench.associate(mac(n), request));
        assert_eq!(bench.key_of(n), Some(PeerKey::Primary), "{n}");
    }
}

#[test]
fn without_a_ready_extension_such_a_station_is_refused_with_status_1_and_never_gets_our_handshake()
{
    let mut bench = Bench::running(None);
    bench.ap.serve_vendors(vec![service(false)]);
    bench.news();
    bench.give_supplicant(1, 1);

    assert!(!bench.join_vendor(1));

    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::IncomingAssociationDecision(d)
        if d.status == StatusCode(1)))
    );
    assert_eq!(bench.news(), ["refused, extension"]);
    assert_eq!(bench.eapol(), 0);
    // Others come in.
    bench.join(2, 1);
    assert_eq!(bench.key_of(2), Some(PeerKey::Primary));
    // Once nobody serves the element any more it means nothing.
    bench.ap.serve_vendors(Vec::new());
    assert!(bench.join_vendor(1));
    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
}

#[test]
fn the_list_of_services_holds_from_run_to_run() {
    let mut bench = Bench::serving();
    bench.ap.stop();
    bench.settle();
    assert_eq!(
        bench.news(),
        ["started", "network started", "network stopped", "stopped"]
    );
    let settings = RunSettings {
        ssid: Ssid::new("test").unwrap(),
        max_peers: 8,
        channel: None,
        band: None,
        width: None,
        isolate: false,
        group_rekey: None,
        pairwise_rekey: None,
    };
    bench.ap.start(settings, keys(None), bench.now);
    bench.settle();
    bench.news();

    bench.join_vendor(1);

    assert_eq!(bench.news(), ["associated"]);
}

#[test]
fn every_end_of_a_run_is_told_once_and_a_start_that_fails_is_none() {
    let stop = |b: &mut Bench| b.ap.stop();
    let driver = |b: &mut Bench| {
        b.indicate(Indication::StopAp {
            reason: oid::StopApReason::Driver,
            cause: Cause::new("Radar.", "Wait."),
        });
    };
    let unplugged = |b: &mut Bench| {
        b.indicate(Indication::PhyStateChanged(oid::PhyState::Off {
            cause: Cause::new("Unplugged.", "Plug."),
        }));
    };
    type End = (fn(&mut Bench), &'static str);
    let ends: [End; 3] = [
        (stop, "stopped"),
        (driver, "driver"),
        (unplugged, "no radio"),
    ];
    for (end, name) in ends {
        let mut bench = Bench::serving();
        bench.join_vendor(1);
        bench.join_vendor(2);
        bench.verdict(2, VendorVerdict::Open);
        bench.news();

        end(&mut bench);
        bench.settle();

        assert_eq!(bench.news(), ["network stopped", name]);
        // Nothing of the old run is alive.
        bench.verdict(1, VendorVerdict::Open);
        bench.pass(Duration::from_secs(11));
        assert_eq!(bench.news(), [""; 0]);
    }
    let mut bench = Bench::idle();
    bench.refuse = Some(|r| matches!(r, Request::StartAp));
    let settings = RunSettings {
        ssid: Ssid::new("test").unwrap(),
        max_peers: 8,
        channel: None,
        band: None,
        width: None,
        isolate: false,
        group_rekey: None,
        pairwise_rekey: None,
    };
    bench.ap.start(settings, keys(None), bench.now);
    bench.settle();
    assert_eq!(bench.news(), ["start failed"]);
}

#[test]
fn a_verdict_that_does_not_come_within_ten_seconds_is_a_refusal() {
    let mut bench = Bench::serving();
    bench.join_vendor(1);
    bench.news();

    bench.pass(Duration::from_millis(9_999));
    assert_eq!(bench.news(), [""; 0]);
    bench.pass(Duration::from_millis(1));

    assert_eq!(bench.news(), ["refused, extension", "departed"]);
    assert_eq!(bench.sent_away(), 1);
    bench.verdict(1, VendorVerdict::Open);
    assert_eq!(bench.key_of(1), None);
    // It may try again.
    bench.join_vendor(1);
    bench.verdict(1, VendorVerdict::Open);
    assert_eq!(bench.key_of(1), Some(PeerKey::Vendor));
}

#[test]
fn a_refusal_ends_the_association_in_every_phase() {
    let mut bench = Bench::serving();
    bench.join_vendor(1);
    bench.news();
    bench.verdict(1, VendorVerdict::Refuse);
    assert_eq!(bench.news(), ["refused, extension", "departed"]);

    bench.late = true;
    bench.join_vendor(2);
    bench.news();
    bench.verdict(2, VendorVerdict::Open);
    bench.verdict(2, VendorVerdict::Refuse);
    assert_eq!(bench.news(), ["refused, extension", "departed"]);
    // The late success of the port's opening means nothing any more.
    bench.answer_late_ones();
    assert_eq!(bench.news(), [""; 0]);
    assert_eq!(bench.key_of(2), None);

    bench.late = false;
    bench.join_vendor(3);
    bench.verdict(3, VendorVerdict::Open);
    bench.news();
    bench.verdict(3, VendorVerdict::Refuse);
    assert_eq!(bench.news(), ["departed", "left"]);
    assert_eq!(bench.sent_away(), 3);
    assert_eq!(bench.ap.peers().count(), 0);
}

#[test]
fn a_port_the_driver_does_not_open_is_a_refusal_with_its_cause() {
    let mut bench = Bench::serving();
    bench.join_vendor(1);
    bench.news();
    bench.refuse = Some(|r| matches!(r, Request::PortStateNotification { .. }));

    bench.verdict(1, VendorVerdict::Open);

    // RESOURCES is the radio's trouble; INVALID_STATE is the missing key, the extension's.
    assert_eq!(bench.news(), ["refused, radio", "departed"]);
    assert_eq!(bench.sent_away(), 1);

    bench.late = true;
    bench.join_vendor(1);
    bench.news();
    bench.verdict(1, VendorVerdict::Open);
    let id = bench.unanswered.pop_front().unwrap();
    let result = Err(Bench::refusal(NdisStatus::INVALID_STATE));
    bench
        .ap
        .handle_completion(Completion { id, result }, bench.now);
    bench.settle();
    assert_eq!(bench.news(), ["refused, extension", "departed"]);
    assert_eq!(bench.key_of(1), None);
}

#[test]
fn eapol_of_a_vendors_peer_is_ignored_and_unanswered() {
    let mut bench = Bench::serving();
    bench.join_vendor(1);
    bench.join_vendor(2);
    bench.verdict(2, VendorVerdict::Open);
    let before = bench.requests.len();

    for n in [1, 2] {
        // A request for new keys, which a joined peer of ours would be heard with.
        let mut pdu = vec![2, 3, 0, 95, 2, 0x0b, 0x00];
        pdu.resize(99, 0);
        bench.indicate(Indication::ReceivePacket { peer: mac(n), pdu });
        bench.settle();
    }

    assert_eq!(bench.requests.len(), before);
}

#[test]
fn vendors_peers_count_towards_the_limit_in_both_directions() {
    let mut bench = Bench::with(keys(None), |s| s.max_peers = 2);
    bench.ap.serve_vendors(vec![service(true)]);
    bench.join_vendor(1);
    bench.join_vendor(2);
    bench.join_vendor(3);
    bench.verdict(1, VendorVerdict::Open);
    bench.join(4, 1);
    bench.news();

    // Three wait or stand for two places, and both are taken.
    bench.verdict(2, VendorVerdict::Open);
    assert_eq!(bench.news(), ["refused, full", "departed"]);
    bench.join(5, 1);
    assert_eq!(bench.news(), ["refused, full"]);
    bench.join_vendor(6);
    assert_eq!(bench.news(), ["refused, full"]);
    assert_eq!(bench.ap.peers().count(), 2);
    bench.leave(1);
    bench.verdict(3, VendorVerdict::Open);
    assert_eq!(bench.key_of(3), Some(PeerKey::Vendor));
}

#[test]
fn two_verdicts_at_once_do_not_both_take_the_last_place() {
    let mut bench = Bench::with(keys(None), |s| s.max_peers = 1);
    bench.ap.serve_vendors(vec![service(true)]);
    bench.late = true;
    bench.join_vendor(1);
    bench.join_vendor(2);
    bench.verdict(1, VendorVerdict::Open);
    bench.verdict(2, VendorVerdict::Open);

    bench.answer_late_ones();

    assert_eq!(bench.ap.peers().count(), 1);
    assert_eq!(bench.key_of(1), Some(PeerKey::Vendor));
}

#[test]
fn a_crowd_that_waits_for_verdicts_is_bounded_and_each_that_goes_is_told() {
    let mut bench = Bench::serving();
    bench.news();
    for n in 0..300_u16 {
        let [hi, lo] = n.to_be_bytes();
        bench.associate(MacAddr([6, 0, 0, 0, hi, lo]), request(false, 1));
    }

    let story = bench.news();
    let told = |what| story.iter().filter(|s| **s == what).count();
    assert_eq!(told("associated"), 300);
    assert_eq!(told("departed"), 300 - 256);
    assert_eq!(bench.sent_away(), 300 - 256);
    bench.join(1, 1);
    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
}

#[test]
fn a_vendors_peer_gets_no_group_key_holds_up_no_renewal_and_causes_none() {
    let mut bench = Bench::with(keys(None), |s| {
        s.group_rekey = Some(Duration::from_secs(10));
    });
    bench.ap.serve_vendors(vec![service(true)]);
    bench.join(1, 1);
    bench.join_vendor(2);
    bench.verdict(2, VendorVerdict::Open);
    let eapol_to_vendor =
        |b: &Bench| b.count(|r| matches!(r, Request::SendPacket { peer, .. } if *peer == mac(2)));

    bench.pass(Duration::from_millis(10_100));

    assert_eq!(bench.renewals(), 1);
    assert_eq!(eapol_to_vendor(&bench), 0);
    bench.leave(2);
    bench.pass(Duration::from_secs(5));
    assert_eq!(bench.renewals(), 1);
    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
}

#[test]
fn with_a_vendors_peer_there_the_next_handshake_asks_for_the_group_counter() {
    // Group frames are sent as soon as a port is open, whoever can read them.
    let mut bench = Bench::serving();
    bench.join_vendor(1);
    bench.verdict(1, VendorVerdict::Open);

    bench.join(2, 1);

    assert_eq!(bench.count(|r| matches!(r, Request::QueryKeyCounter(_))), 1);
}

#[test]
fn a_station_that_changes_sides_departs_first_and_its_group_key_is_renewed() {
    let mut bench = Bench::serving();
    bench.give_supplicant(1, 1);
    bench.join(1, 1);
    bench.news();

    // From ours to the extension's: it still knows our group key.
    bench.join_vendor(1);
    assert_eq!(bench.news(), ["left", "associated"]);
    bench.pass(Duration::from_secs(2));
    assert_eq!(bench.renewals(), 1);
    bench.verdict(1, VendorVerdict::Open);
    bench.news();

    // And back.
    bench.join(1, 1);
    assert_eq!(bench.news(), ["departed", "left", "arrived"]);
    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
}

#[test]
fn a_vendors_peer_that_associates_anew_waits_anew() {
    let mut bench = Bench::serving();
    bench.late = true;
    bench.join_vendor(1);
    bench.verdict(1, VendorVerdict::Open);
    bench.news();

    bench.join_vendor(1);

    assert_eq!(bench.news(), ["departed", "associated"]);
    // The answer to what the old association asked opens nothing.
    bench.answer_late_ones();
    assert_eq!(bench.key_of(1), None);
    bench.verdict(1, VendorVerdict::Open);
    bench.answer_late_ones();
    assert_eq!(bench.key_of(1), Some(PeerKey::Vendor));
    bench.news();
    // As the miniport tells it: the old association's end comes before the new request.
    bench.indicate(Indication::Disassociation {
        peer: mac(1),
        reason: DisassocReason::PeerReassociated,
    });
    bench.join_vendor(1);
    assert_eq!(bench.news(), ["departed", "left", "associated"]);
}

#[test]
fn the_open_port_of_an_earlier_association_opens_none_of_the_next() {
    let mut bench = Bench::serving();
    bench.late = true;
    bench.join_vendor(1);
    bench.verdict(1, VendorVerdict::Open);
    bench.join_vendor(1);
    bench.verdict(1, VendorVerdict::Open);
    assert_eq!(bench.unanswered.len(), 2);

    let id = bench.unanswered.pop_front().unwrap();
    let result = Ok(Reply::Done);
    bench
        .ap
        .handle_completion(Completion { id, result }, bench.now);
    bench.settle();

    assert_eq!(bench.key_of(1), None);
    bench.answer_late_ones();
    assert_eq!(bench.key_of(1), Some(PeerKey::Vendor));
}

#[test]
fn what_never_was_associated_is_never_told() {
    let mut bench = Bench::serving();
    bench.news();
    for refused_by_radio in [false, true] {
        bench.refuse = refused_by_radio
            .then_some(|r: &Request| matches!(r, Request::IncomingAssociationDecision(_)));
        bench.tickets += 1;
        bench.indicate(Indication::IncomingAssociationRequestReceived {
            ticket: AssocTicket(bench.tickets),
            peer: mac(1),
            request: request(false, 1),
        });
        bench.settle();
        bench.verdict(1, VendorVerdict::Open);
        bench.indicate(Indication::IncomingAssociationCompletion {
            peer: mac(1),
            status: StatusCode::REFUSED,
        });
        bench.settle();
        bench.pass(Duration::from_secs(20));
    }

    assert_eq!(bench.news(), ["refused, radio"]);
    assert_eq!(
        bench.count(|r| matches!(r, Request::PortStateNotification { .. })),
        0
    );
}

#[test]
fn changing_keys_or_services_touches_no_vendors_peer() {
    let mut bench = Bench::serving();
    bench.join_vendor(1);
    bench.verdict(1, VendorVerdict::Open);
    bench.join_vendor(2);
    bench.news();
    let before = bench.requests.len();

    bench.ap.set_keys(keys(None), bench.now);
    bench.ap.serve_vendors(Vec::new());
    bench.settle();

    assert_eq!(bench.news(), [""; 0]);
    assert_eq!(bench.requests.len(), before);
    assert_eq!(bench.key_of(1), Some(PeerKey::Vendor));
    bench.verdict(2, VendorVerdict::Open);
    assert_eq!(bench.key_of(2), Some(PeerKey::Vendor));
}

#[test]
fn vendors_peers_survive_writing_and_reading_the_state() {
    let mut bench = Bench::serving();
    bench.join_vendor(1);
    bench.verdict(1, VendorVerdict::Open);
    bench.join_vendor(2);

    let written = postcard::to_allocvec(&bench.ap).unwrap();
    bench.ap = postcard::from_bytes(&written).unwrap();

    assert_eq!(bench.key_of(1), Some(PeerKey::Vendor));
    bench.verdict(2, VendorVerdict::Open);
    assert_eq!(bench.key_of(2), Some(PeerKey::Vendor));
    bench.join_vendor(3);
    bench.news();
    bench.pass(Duration::from_secs(10));
    assert_eq!(bench.news(), ["refused, extension", "departed"]);
}
