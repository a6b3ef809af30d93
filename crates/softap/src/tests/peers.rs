//! Who gets in, with which key, and who does not.

use super::*;

#[test]
fn both_keys_let_in_and_the_port_opens_only_after_the_key_is_installed() {
    let mut bench = Bench::running(Some(2));

    bench.join(1, 1);
    bench.join(2, 2);

    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
    assert_eq!(bench.key_of(2), Some(PeerKey::Secondary));
    for n in [1, 2] {
        let place = |f: &dyn Fn(&Request) -> bool| bench.requests.iter().position(f);
        let key = place(&|r| matches!(r, Request::CipherKeyMappingKey(k) if k.peer == mac(n)));
        let open = place(
            &|r| matches!(r, Request::PortStateNotification { peer, open: true } if *peer == mac(n)),
        );
        assert!(key.is_some() && key < open);
    }
}

#[test]
fn a_wrong_key_is_named_at_once_and_sent_away_after_four_tries() {
    let mut bench = Bench::running(Some(2));

    bench.join(1, 9);

    let refused = Event::PeerRefused {
        mac: mac(1),
        why: Refused::WrongKey,
    };
    assert_eq!(bench.events.last(), Some(&refused));
    bench.pass(Duration::from_millis(3_050));
    assert_eq!(
        bench.count(|r| matches!(r, Request::DisassociatePeer { .. })),
        0
    );
    bench.pass(Duration::from_millis(100));
    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::DisassociatePeer { reason, .. }
        if *reason == dot11::ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT))
    );
    assert_eq!(bench.events.iter().filter(|e| **e == refused).count(), 1);
    assert_eq!(
        bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_))),
        0
    );
    assert_eq!(
        bench.count(|r| matches!(r, Request::PortStateNotification { .. })),
        0
    );
}

#[test]
fn changing_the_secondary_key_sends_nothing_and_drops_nobody() {
    let mut bench = Bench::running(Some(2));
    bench.join(1, 1);
    bench.join(2, 2);
    let before = bench.requests.len();

    bench.ap.set_keys(keys(Some(3)), bench.now);
    bench.settle();

    assert_eq!(bench.requests.len(), before);
    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
    assert_eq!(bench.key_of(2), Some(PeerKey::Retired { since: bench.now }));
    assert_eq!(
        bench.events.last(),
        Some(&Event::KeyRetired { mac: mac(2) })
    );
}

#[test]
fn a_replaced_key_lets_nobody_in_and_is_named_retired() {
    let mut bench = Bench::running(Some(2));
    bench.join(2, 2);
    bench.ap.set_keys(keys(Some(3)), bench.now);
    bench.leave(2);

    bench.join(2, 2);

    assert_eq!(bench.key_of(2), None);
    let refused = Event::PeerRefused {
        mac: mac(2),
        why: Refused::RetiredKey,
    };
    assert_eq!(bench.events.last(), Some(&refused));
    bench.leave(2);
    bench.join(2, 3);
    assert_eq!(bench.key_of(2), Some(PeerKey::Secondary));
}

#[test]
fn the_peer_past_the_limit_is_refused_with_status_17_and_others_stay() {
    let mut bench = Bench::with(keys(None), |s| s.max_peers = 2);
    bench.join(1, 1);
    bench.join(2, 1);

    bench.join(3, 1);

    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::IncomingAssociationDecision(d)
        if d.status == dot11::StatusCode::DENIED_NO_MORE_STAS))
    );
    assert_eq!(
        bench.events.last(),
        Some(&Event::PeerRefused {
            mac: mac(3),
            why: Refused::Full
        })
    );
    assert_eq!(bench.ap.peers().count(), 2);
    bench.leave(1);
    bench.join(3, 1);
    assert!(bench.key_of(3).is_some());
}

#[test]
fn two_peers_that_finish_at_once_do_not_both_take_the_last_place() {
    let mut bench = Bench::with(keys(None), |s| s.max_peers = 1);
    // The miniport answers late: both handshakes are over before a port is open.
    bench.late = true;
    bench.join(1, 1);
    bench.join(2, 1);

    bench.answer_late_ones();

    assert_eq!(bench.ap.peers().count(), 1);
    let opened = bench.count(|r| matches!(r, Request::PortStateNotification { open: true, .. }));
    assert_eq!(opened, 1);
    let full = |e: &&Event| {
        matches!(
            e,
            Event::PeerRefused {
                why: Refused::Full,
                ..
            }
        )
    };
    assert_eq!(bench.events.iter().filter(full).count(), 1);
}

#[test]
fn eapol_from_a_peer_without_an_association_is_dropped() {
    // CVE-2020-26139: nothing of a stranger is taken, answered or passed on.
    let mut bench = Bench::running(None);
    let before = bench.requests.len();

    bench.indicate(Indication::ReceivePacket {
        peer: mac(7),
        pdu: vec![2, 3, 0, 95, 2],
    });
    bench.settle();

    assert_eq!(bench.requests.len(), before);
}

#[test]
fn a_joined_peer_that_associates_anew_departs_first() {
    let mut bench = Bench::running(Some(2));
    bench.join(2, 2);

    bench.join(2, 1);

    let story: Vec<&Event> = bench.events.iter().skip(2).collect();
    assert!(matches!(
        story[..],
        [
            Event::PeerArrived {
                key: PeerKey::Secondary,
                ..
            },
            Event::PeerDeparted {
                why: Departure::Left,
                ..
            },
            Event::PeerArrived {
                key: PeerKey::Primary,
                ..
            }
        ]
    ));
}

#[test]
fn another_rsn_element_in_message_2_ends_the_association_with_reason_17() {
    let mut bench = Bench::running(None);
    let mut asked = RSNE;
    asked[20] = 0x0c;

    bench.join_with_rsne(1, 1, asked);

    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::DisassociatePeer { reason, .. }
        if *reason == dot11::ReasonCode::HANDSHAKE_ELEMENT_MISMATCH))
    );
    assert!(bench.events.iter().any(|e| matches!(
        e,
        Event::PeerRefused {
            why: Refused::HandshakeViolation,
            ..
        }
    )));
    assert!(bench.key_of(1).is_none());
}

#[test]
fn a_crowd_that_never_answers_is_bounded() {
    let mut bench = Bench::running(None);
    for n in 0..400_u16 {
        let [hi, lo] = n.to_be_bytes();
        let peer = MacAddr([6, 0, 0, 0, hi, lo]);
        bench.tickets += 1;
        bench.indicate(Indication::IncomingAssociationRequestReceived {
            ticket: AssocTicket(bench.tickets),
            peer,
            request: AssocRequest {
                body: Vec::new(),
                reassociation: false,
                rsne: RSNE.to_vec(),
                beacon_rsne: RSNE.to_vec(),
            },
        });
        let status = dot11::StatusCode::SUCCESS;
        bench.indicate(Indication::IncomingAssociationCompletion { peer, status });
        bench.settle();
    }

    bench.join(1, 1);

    assert!(bench.key_of(1).is_some());
    let sent_away = bench.count(|r| matches!(r, Request::DisassociatePeer { .. }));
    assert_eq!(sent_away, 401 - 256);
}
