//! Tests with a scripted miniport and real supplicants.

use std::collections::{BTreeMap, VecDeque};

use rsn::{Pmk, Supplicant, SupplicantConfig, SupplicantOutput};

use super::*;
use oid::{
    AssocRequest, AssocTicket, Completion, DisassocReason, Failure, Indication, NdisStatus, Reply,
    Request,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const RSNE: [u8; 22] = [
    0x30, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0,
];

fn mac(n: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 1, n])
}

fn pmk(n: u8) -> Pmk {
    Pmk::from_raw(&[n; 32])
}

fn keys(secondary: Option<u8>) -> Candidates {
    Candidates {
        primary: pmk(1),
        secondary: secondary.map(pmk),
    }
}

/// The engine between an obedient miniport and stations that talk to it without loss.
struct Bench {
    ap: SoftAp,
    now: Instant,
    tickets: u64,
    stations: BTreeMap<MacAddr, Supplicant>,
    /// Every request, in order.
    requests: Vec<Request>,
    events: Vec<Event>,
    /// The next request this refuses.
    refuse: Option<fn(&Request) -> bool>,
    /// EAPOL frames are not delivered to these.
    deaf: Vec<MacAddr>,
    /// These fall silent after message 2.
    mute: Vec<MacAddr>,
    /// Key and port requests are answered later, see [`Bench::answer_late_ones`].
    late: bool,
    unanswered: VecDeque<oid::RequestId>,
}

impl Bench {
    fn idle() -> Self {
        Self {
            ap: SoftAp::new([7; 32]),
            now: Instant::from_micros(1_000_000),
            tickets: 0,
            stations: BTreeMap::new(),
            requests: Vec::new(),
            events: Vec::new(),
            refuse: None,
            deaf: Vec::new(),
            mute: Vec::new(),
            late: false,
            unanswered: VecDeque::new(),
        }
    }

    fn running(secondary: Option<u8>) -> Self {
        Self::with(keys(secondary), |_| {})
    }

    fn with(candidates: Candidates, change: impl FnOnce(&mut RunSettings)) -> Self {
        let mut this = Self::idle();
        let mut settings = RunSettings {
            ssid: Ssid::new("test").unwrap(),
            max_peers: 8,
            channel: None,
            group_rekey: None,
            pairwise_rekey: None,
        };
        change(&mut settings);
        this.ap.start(settings, candidates, this.now);
        this.settle();
        this
    }

    fn refusal(status: NdisStatus) -> Failure {
        Failure {
            status,
            cause: Cause::new("The radio is a teapot.", "Boil water."),
        }
    }

    fn settle(&mut self) {
        let mut todo = VecDeque::new();
        loop {
            while let Some(output) = self.ap.poll_output() {
                todo.push_back(output);
            }
            match todo.pop_front() {
                Some(Output::Event(event)) => self.events.push(event),
                Some(Output::Request(id, request)) => {
                    self.requests.push(request.clone());
                    let slow = matches!(
                        request,
                        Request::CipherKeyMappingKey(_) | Request::PortStateNotification { .. }
                    );
                    if self.late && slow {
                        self.unanswered.push_back(id);
                        continue;
                    }
                    let refused = self.refuse.is_some_and(|f| f(&request));
                    if refused {
                        self.refuse = None;
                    } else {
                        self.obey(&request);
                    }
                    let result = match request {
                        _ if refused => Err(Self::refusal(NdisStatus::RESOURCES)),
                        Request::QueryKeyCounter(_) => Ok(Reply::KeyCounter(0x1234)),
                        _ => Ok(Reply::Done),
                    };
                    self.ap
                        .handle_completion(Completion { id, result }, self.now);
                }
                None => return,
            }
        }
    }

    fn answer_late_ones(&mut self) {
        while let Some(id) = self.unanswered.pop_front() {
            let result = Ok(Reply::Done);
            self.ap
                .handle_completion(Completion { id, result }, self.now);
            self.settle();
        }
    }

    fn renewals(&self) -> usize {
        self.count(|r| matches!(r, Request::CipherDefaultKeyId(_))) - 1
    }

    fn obey(&mut self, request: &Request) {
        match request {
            Request::StartAp => self.indicate(Indication::PhyFrequencyAdopted {
                channel: Channel::new(6).unwrap(),
                ht: true,
                bssid: AP,
            }),
            Request::DisassociatePeer { peer, .. } => self.indicate(Indication::Disassociation {
                peer: *peer,
                reason: DisassocReason::Os,
            }),
            Request::SendPacket { peer, pdu } if !self.deaf.contains(peer) => {
                if let Some(station) = self.stations.get_mut(peer) {
                    let _ = station.handle_eapol(pdu);
                    self.hear(*peer);
                }
            }
            _ => {}
        }
    }

    /// Delivers what a station says.
    fn hear(&mut self, peer: MacAddr) {
        while let Some(output) = self
            .stations
            .get_mut(&peer)
            .and_then(Supplicant::poll_output)
        {
            if let SupplicantOutput::SendEapol(pdu) = output {
                // Message 4 is the one that has no key data: the bare 99 bytes.
                if self.mute.contains(&peer) && pdu.len() == 99 {
                    continue;
                }
                self.indicate(Indication::ReceivePacket { peer, pdu });
            }
        }
    }

    fn indicate(&mut self, indication: Indication) {
        self.ap.handle_indication(indication, self.now);
    }

    fn join(&mut self, n: u8, key: u8) {
        self.join_with_rsne(n, key, RSNE);
    }

    fn join_with_rsne(&mut self, n: u8, key: u8, asked: [u8; 22]) {
        let config = SupplicantConfig {
            ap: AP,
            station: mac(n),
            pmk: pmk(key),
            ap_rsne: RSNE.to_vec(),
            station_rsne: RSNE.to_vec(),
        };
        let station = Supplicant::new(config, ChaCha20Rng::from_seed([n; 32]));
        self.stations.insert(mac(n), station);
        let peer = mac(n);
        self.tickets += 1;
        self.indicate(Indication::IncomingAssociationRequestReceived {
            ticket: AssocTicket(self.tickets),
            peer,
            request: AssocRequest {
                reassociation: false,
                rsne: asked.to_vec(),
                beacon_rsne: RSNE.to_vec(),
            },
        });
        self.settle();
        let accepted = self.requests.iter().any(|r| {
            matches!(r, Request::IncomingAssociationDecision(d)
                if d.ticket.0 == self.tickets && d.status == dot11::StatusCode::SUCCESS)
        });
        if accepted {
            self.indicate(Indication::IncomingAssociationCompletion {
                peer,
                status: dot11::StatusCode::SUCCESS,
            });
            self.settle();
        }
    }

    fn leave(&mut self, n: u8) {
        self.stations.remove(&mac(n));
        let reason = DisassocReason::PeerDeauthenticated(dot11::ReasonCode::LEAVING_NETWORK_DEAUTH);
        self.indicate(Indication::Disassociation {
            peer: mac(n),
            reason,
        });
        self.settle();
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.ap.poll_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.ap.handle_timeout(self.now);
            self.settle();
        }
        self.now = end;
    }

    fn key_of(&self, n: u8) -> Option<PeerKey> {
        self.ap.peers().find(|p| p.mac == mac(n)).map(|p| p.key)
    }

    fn count(&self, f: impl Fn(&Request) -> bool) -> usize {
        self.requests.iter().filter(|r| f(r)).count()
    }
}

#[test]
fn start_sends_the_documented_requests_in_order_and_the_group_key_before_any_peer() {
    let bench = Bench::running(None);

    let names: Vec<String> = bench
        .requests
        .iter()
        .map(|r| {
            format!("{r:?}")
                .split(['(', ' ', '{'])
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(
        names,
        [
            "CurrentOperationMode",
            "DesiredSsid",
            "EnabledAuthenticationAlgorithm",
            "EnabledUnicastCipherAlgorithm",
            "EnabledMulticastCipherAlgorithm",
            "CurrentChannel",
            "StartAp",
            "CipherDefaultKey",
            "CipherDefaultKeyId",
        ]
    );
    assert!(matches!(
        bench.events[..],
        [Event::Started { bssid: AP, .. }]
    ));
}

#[test]
fn a_refusal_at_any_step_of_the_start_ends_it_with_the_radios_cause_and_a_reset() {
    let steps: [fn(&Request) -> bool; 9] = [
        |r| matches!(r, Request::CurrentOperationMode(_)),
        |r| matches!(r, Request::DesiredSsid(_)),
        |r| matches!(r, Request::EnabledAuthenticationAlgorithm(_)),
        |r| matches!(r, Request::EnabledUnicastCipherAlgorithm(_)),
        |r| matches!(r, Request::EnabledMulticastCipherAlgorithm(_)),
        |r| matches!(r, Request::CurrentChannel(_)),
        |r| matches!(r, Request::StartAp),
        |r| matches!(r, Request::CipherDefaultKey(_)),
        |r| matches!(r, Request::CipherDefaultKeyId(_)),
    ];
    for step in steps {
        let mut bench = Bench::idle();
        bench.refuse = Some(step);
        let settings = RunSettings {
            ssid: Ssid::new("test").unwrap(),
            max_peers: 8,
            channel: None,
            group_rekey: None,
            pairwise_rekey: None,
        };

        bench.ap.start(settings.clone(), keys(None), bench.now);
        bench.settle();

        let [
            Event::StartFailed {
                status: NdisStatus::RESOURCES,
                cause,
            },
        ] = &bench.events[..]
        else {
            panic!("{:?}", bench.events);
        };
        assert_eq!(cause.remedy, "Boil water.");
        assert!(matches!(bench.requests.last(), Some(Request::Reset { .. })));
        bench.ap.start(settings, keys(None), bench.now);
        bench.settle();
        assert!(matches!(bench.events.last(), Some(Event::Started { .. })));
    }
}

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
fn a_retired_key_survives_group_and_pairwise_renewal() {
    let mut bench = Bench::with(keys(Some(2)), |s| {
        s.group_rekey = Some(Duration::from_secs(10));
        s.pairwise_rekey = Some(Duration::from_secs(15));
    });
    bench.join(2, 2);
    bench.ap.set_keys(keys(None), bench.now);

    bench.pass(Duration::from_secs(31));

    assert!(matches!(bench.key_of(2), Some(PeerKey::Retired { .. })));
    assert_eq!(
        bench.count(|r| matches!(r, Request::CipherDefaultKeyId(_))),
        1 + 3
    );
    assert_eq!(
        bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_))),
        1 + 2
    );
    assert_eq!(
        bench.count(|r| matches!(r, Request::DisassociatePeer { .. })),
        0
    );
}

#[test]
fn group_key_slots_alternate_and_change_once_when_several_peers_leave() {
    let mut bench = Bench::running(None);
    for n in 1..=4 {
        bench.join(n, 1);
    }

    bench.leave(1);
    bench.leave(2);
    bench.pass(Duration::from_secs(5));

    let ids: Vec<u32> = bench
        .requests
        .iter()
        .filter_map(|r| match r {
            Request::CipherDefaultKeyId(id) => Some(*id),
            _ => None,
        })
        .collect();
    assert_eq!(ids, [1, 2]);
}

#[test]
fn a_peer_that_does_not_take_the_new_group_key_is_sent_away_and_holds_nobody_up() {
    let mut bench = Bench::with(keys(None), |s| {
        s.group_rekey = Some(Duration::from_secs(10))
    });
    bench.join(1, 1);
    bench.join(2, 1);
    bench.deaf.push(mac(2));

    bench.pass(Duration::from_secs(20));

    assert!(bench.key_of(1).is_some());
    assert!(bench.key_of(2).is_none());
    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::DisassociatePeer { reason, .. }
        if *reason == dot11::ReasonCode::GROUP_KEY_HANDSHAKE_TIMEOUT))
    );
    assert!(
        bench
            .requests
            .iter()
            .any(|r| matches!(r, Request::CipherDefaultKeyId(2)))
    );
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
fn a_station_that_got_the_group_key_and_went_before_its_port_opened_costs_a_renewal() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);
    bench.mute.push(mac(2));
    bench.join(2, 1);
    assert_eq!(bench.renewals(), 0);
    // It answered message 1 only; message 3 was sent to it.
    bench.leave(2);

    bench.pass(Duration::from_secs(5));

    assert_eq!(bench.renewals(), 1);
}

#[test]
fn a_station_that_never_got_the_group_key_costs_no_renewal() {
    let mut bench = Bench::running(Some(2));
    bench.join(1, 1);
    bench.join(2, 9);
    bench.leave(2);

    bench.pass(Duration::from_secs(5));

    assert_eq!(bench.renewals(), 0);
}

#[test]
fn a_peer_that_asks_for_new_group_keys_all_the_time_gets_one_a_second() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);
    bench.join(2, 1);

    for _ in 0..30 {
        if let Some(station) = bench.stations.get_mut(&mac(1)) {
            station.request_rekey(false);
        }
        bench.hear(mac(1));
        bench.settle();
        bench.pass(Duration::from_millis(100));
    }

    assert!((2..=3).contains(&bench.renewals()), "{}", bench.renewals());
}

#[test]
fn a_peer_that_asks_for_a_new_pairwise_key_gets_it() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);

    if let Some(station) = bench.stations.get_mut(&mac(1)) {
        station.request_rekey(true);
    }
    bench.hear(mac(1));
    bench.settle();

    let pairwise = bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_)));
    assert_eq!(pairwise, 2);
    assert!(bench.key_of(1).is_some());
}

#[test]
fn renewals_without_a_pause_do_not_hang_the_engine() {
    let mut bench = Bench::with(keys(None), |s| {
        s.group_rekey = Some(Duration::ZERO);
        s.pairwise_rekey = Some(Duration::ZERO);
    });
    bench.join(1, 1);

    bench.pass(Duration::from_millis(3_500));

    assert_eq!(bench.renewals(), 3);
    let pairwise = bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_)));
    assert_eq!(pairwise, 1 + 3);
}

#[test]
fn a_run_goes_on_after_its_state_was_written_and_read_back() {
    let mut bench = Bench::with(keys(Some(2)), |s| {
        s.pairwise_rekey = Some(Duration::from_secs(10));
    });
    bench.join(1, 1);
    bench.join(2, 2);
    bench.ap.set_keys(keys(Some(3)), bench.now);
    bench.settle();

    let written = postcard::to_allocvec(&bench.ap).unwrap();
    bench.ap = postcard::from_bytes(&written).unwrap();

    assert_eq!(bench.key_of(1), Some(PeerKey::Primary));
    assert_eq!(bench.key_of(2), Some(PeerKey::Retired { since: bench.now }));
    bench.pass(Duration::from_secs(11));
    bench.leave(1);
    bench.pass(Duration::from_secs(5));
    assert_eq!(bench.renewals(), 1);
    let pairwise = bench.count(|r| matches!(r, Request::CipherKeyMappingKey(_)));
    assert_eq!(pairwise, 2 + 2);
    bench.join(4, 2);
    assert_eq!(bench.key_of(4), None);
    let refused = Event::PeerRefused {
        mac: mac(4),
        why: Refused::RetiredKey,
    };
    assert_eq!(bench.events.last(), Some(&refused));
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

    let story: Vec<&Event> = bench.events.iter().skip(1).collect();
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
fn a_radio_that_refuses_the_pairwise_key_never_gets_an_open_port() {
    let mut bench = Bench::running(None);
    bench.refuse = Some(|r| matches!(r, Request::CipherKeyMappingKey(_)));

    bench.join(1, 1);

    assert_eq!(
        bench.count(|r| matches!(r, Request::PortStateNotification { .. })),
        0
    );
    assert_eq!(
        bench.count(|r| matches!(r, Request::DisassociatePeer { .. })),
        1
    );
    assert!(bench.events.iter().any(
        |e| matches!(e, Event::PeerRefused { why: Refused::Radio(c), .. } if c.remedy == "Boil water.")
    ));
    bench.join(1, 1);
    assert!(bench.key_of(1).is_some());
}

#[test]
fn a_station_the_radio_has_no_room_for_is_refused_with_the_radios_cause() {
    let mut bench = Bench::running(None);
    bench.refuse = Some(|r| matches!(r, Request::IncomingAssociationDecision(_)));

    bench.tickets += 1;
    bench.indicate(Indication::IncomingAssociationRequestReceived {
        ticket: AssocTicket(bench.tickets),
        peer: mac(1),
        request: AssocRequest {
            reassociation: false,
            rsne: RSNE.to_vec(),
            beacon_rsne: RSNE.to_vec(),
        },
    });
    bench.settle();

    let [
        ..,
        Event::PeerRefused {
            why: Refused::Radio(cause),
            ..
        },
    ] = &bench.events[..]
    else {
        panic!("{:?}", bench.events);
    };
    assert_eq!(cause.remedy, "Boil water.");
    bench.join(1, 1);
    assert!(bench.key_of(1).is_some());
}

#[test]
fn a_vanished_radio_ends_the_run_without_a_stopped_event() {
    let mut bench = Bench::running(None);
    bench.join(1, 1);

    bench.indicate(Indication::PhyStateChanged(oid::PhyState::Off {
        cause: Cause::new("The radio was unplugged.", "Plug it in."),
    }));
    bench.settle();

    assert!(matches!(
        bench.events.last(),
        Some(Event::RadioUnavailable { .. })
    ));
    assert_eq!(bench.ap.peers().count(), 0);
    bench.ap.stop();
    bench.settle();
    assert_eq!(bench.events.last(), Some(&Event::Stopped));
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
