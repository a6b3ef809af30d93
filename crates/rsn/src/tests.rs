//! Our authenticator against our supplicant, and against what no honest supplicant would send.

use std::collections::{BTreeSet, VecDeque};

use clock::{Duration, Instant};
use dot11::eapol::{KeyFrame, KeyFrameView, KeyInfo, set_replay_counter};
use dot11::{KeyBytes, MacAddr, ReasonCode};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::message::{seal, unwrap, wrap};
use crate::*;

const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const STATION: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);
const AP_RSNE: [u8; 22] = [
    48, 20, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 2, 12, 0,
];
const STATION_RSNE: [u8; 22] = [
    48, 20, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 2, 0, 0,
];

const PRIMARY: KeyId = KeyId(1);
const SECONDARY: KeyId = KeyId(2);
const OLD: KeyId = KeyId(3);

fn pmk(fill: u8) -> Pmk {
    Pmk::from_raw(&[fill; 32])
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn candidates() -> Candidates {
    Candidates {
        live: vec![
            Candidate {
                id: PRIMARY,
                pmk: pmk(1),
            },
            Candidate {
                id: SECONDARY,
                pmk: pmk(2),
            },
        ],
        retired: vec![Candidate {
            id: OLD,
            pmk: pmk(3),
        }],
    }
}

fn group(fill: u8, index: u8) -> GroupKey {
    GroupKey {
        gtk: Gtk::from_raw([fill; 16]),
        index,
        rsc: u64::from(fill),
    }
}

fn config() -> Config {
    Config {
        ap: AP,
        station: STATION,
        ap_rsne: AP_RSNE.to_vec(),
        station_rsne: STATION_RSNE.to_vec(),
        timing: Timing::default(),
    }
}

fn supplicant(key: u8) -> Supplicant {
    let config = SupplicantConfig {
        ap: AP,
        station: STATION,
        pmk: pmk(key),
        ap_rsne: AP_RSNE.to_vec(),
        station_rsne: STATION_RSNE.to_vec(),
    };
    Supplicant::new(config, rng(99))
}

/// Both ends, a clock and all that ever came out.
struct Pair {
    now: Instant,
    candidates: Candidates,
    group: GroupKey,
    rng: ChaCha20Rng,
    auth: Authenticator,
    sup: Supplicant,
    to_sup: VecDeque<Vec<u8>>,
    to_auth: VecDeque<Vec<u8>>,
    /// Every frame the authenticator and the supplicant ever sent.
    auth_sent: Vec<Vec<u8>>,
    sup_sent: Vec<Vec<u8>>,
    auth_out: Vec<Output>,
    sup_out: Vec<SupplicantOutput>,
    rejections: Vec<Rejection>,
}

impl Pair {
    fn new(key: u8) -> Self {
        Self::with(supplicant(key), config())
    }

    fn with(sup: Supplicant, config: Config) -> Self {
        let mut rng = rng(7);
        let auth = Authenticator::new(config, &mut rng);
        Self {
            now: Instant::ZERO,
            candidates: candidates(),
            group: group(0x61, 1),
            rng,
            auth,
            sup,
            to_sup: VecDeque::new(),
            to_auth: VecDeque::new(),
            auth_sent: vec![],
            sup_sent: vec![],
            auth_out: vec![],
            sup_out: vec![],
            rejections: vec![],
        }
    }

    fn joined(key: u8) -> Self {
        let mut p = Self::new(key);
        p.start();
        p.run();
        assert!(p.auth.is_authorized());
        p
    }

    fn start(&mut self) {
        self.auth.start(self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(out) = self.auth.poll_output() {
            if let Output::SendEapol(pdu) = &out {
                self.to_sup.push_back(pdu.clone());
                self.auth_sent.push(pdu.clone());
            } else {
                self.auth_out.push(out);
            }
        }
        while let Some(out) = self.sup.poll_output() {
            if let SupplicantOutput::SendEapol(pdu) = &out {
                self.to_auth.push_back(pdu.clone());
                self.sup_sent.push(pdu.clone());
            } else {
                self.sup_out.push(out);
            }
        }
    }

    fn give_auth(&mut self, pdu: &[u8]) -> Result<(), Rejection> {
        let network = Network {
            candidates: &self.candidates,
            group: &self.group,
        };
        let result = self.auth.handle_eapol(pdu, &network, self.now);
        self.rejections.extend(result.err());
        self.drain();
        result
    }

    fn give_sup(&mut self, pdu: &[u8]) -> Result<(), Rejection> {
        let result = self.sup.handle_eapol(pdu);
        self.drain();
        result
    }

    fn sup_step(&mut self) -> Result<(), Rejection> {
        let pdu = self.to_sup.pop_front().expect("a frame for the station");
        self.give_sup(&pdu)
    }

    fn auth_step(&mut self) -> Result<(), Rejection> {
        let pdu = self
            .to_auth
            .pop_front()
            .expect("a frame for the access point");
        self.give_auth(&pdu)
    }

    /// Delivers until nobody speaks.
    fn run(&mut self) {
        loop {
            if let Some(pdu) = self.to_sup.pop_front() {
                let _ = self.give_sup(&pdu);
            } else if let Some(pdu) = self.to_auth.pop_front() {
                let _ = self.give_auth(&pdu);
            } else {
                return;
            }
        }
    }

    /// Jumps to the authenticator's next deadline; false when it has none.
    fn tick(&mut self) -> bool {
        let Some(at) = self.auth.poll_timeout() else {
            return false;
        };
        self.now = self.now.max(at);
        self.auth.handle_timeout(self.now);
        self.drain();
        true
    }

    fn installed(&self) -> Vec<&KeyBytes> {
        let mut keys = vec![];
        for o in &self.auth_out {
            if let Output::InstallPairwiseKey { tk } = o {
                keys.push(tk);
            }
        }
        keys
    }

    fn sup_installed(&self) -> Vec<&KeyBytes> {
        let mut keys = vec![];
        for o in &self.sup_out {
            if let SupplicantOutput::InstallPairwiseKey { tk } = o {
                keys.push(tk);
            }
        }
        keys
    }
}

/// A message 2 (or anything like it) as a station with these secrets makes it.
struct Forge {
    key: Pmk,
    snonce: [u8; 32],
    info: KeyInfo,
    data: Vec<u8>,
}

impl Forge {
    fn message_2(key: u8, snonce: u8) -> Self {
        Self {
            key: pmk(key),
            snonce: [snonce; 32],
            info: KeyInfo(0x010a),
            data: STATION_RSNE.to_vec(),
        }
    }

    fn ptk(&self, message_1: &[u8]) -> Ptk {
        let view = KeyFrameView::parse(message_1).unwrap();
        Ptk::derive(
            &self.key,
            &Session::new(AP, STATION, view.nonce(), &self.snonce),
        )
    }

    fn answer(&self, message_1: &[u8]) -> Vec<u8> {
        let view = KeyFrameView::parse(message_1).unwrap();
        let mut pdu = KeyFrame {
            info: self.info,
            replay_counter: view.replay_counter(),
            nonce: Some(&self.snonce),
            key_data: &self.data,
            ..KeyFrame::default()
        }
        .encode();
        seal(&mut pdu, &self.ptk(message_1));
        pdu
    }

    /// The message 4 that goes with it.
    fn message_4(&self, message_1: &[u8], message_3: &[u8]) -> Vec<u8> {
        let view = KeyFrameView::parse(message_3).unwrap();
        let mut pdu = KeyFrame {
            info: KeyInfo(0x030a),
            replay_counter: view.replay_counter(),
            ..KeyFrame::default()
        }
        .encode();
        seal(&mut pdu, &self.ptk(message_1));
        pdu
    }
}

fn counter(pdu: &[u8]) -> u64 {
    KeyFrameView::parse(pdu).unwrap().replay_counter()
}

// --- election -----------------------------------------------------------------------------------

#[test]
fn message_2_elects_the_primary_key() {
    let p = Pair::joined(1);
    assert_eq!(p.auth.key(), Some(PRIMARY));
    let tk = p.sup_installed()[0].clone();
    assert_eq!(
        p.auth_out,
        [
            Output::InstallPairwiseKey { tk },
            Output::Authorize { key: PRIMARY },
            Output::GroupKeyDelivered { index: 1 },
        ]
    );
    assert_eq!(
        p.sup_out[1..],
        [
            SupplicantOutput::InstallGroupKey {
                index: 1,
                gtk: KeyBytes::copy_from(&[0x61; 16]),
                rsc: 0x61
            },
            SupplicantOutput::Done,
        ]
    );
    assert_eq!(p.auth.poll_timeout(), None);
}

#[test]
fn message_2_elects_the_secondary_key() {
    let p = Pair::joined(2);
    assert_eq!(p.auth.key(), Some(SECONDARY));
    assert_eq!(p.installed(), p.sup_installed());
}

#[test]
fn a_passphrase_and_a_binary_key_are_elected_side_by_side() {
    let ssid = dot11::Ssid::new("IEEE").unwrap();
    let by_word = Pmk::from_passphrase(&Passphrase::new(b"password").unwrap(), &ssid);
    let binary = Pmk::from_raw(&[0xb1; 32]);
    for (key, expected) in [(by_word.clone(), PRIMARY), (binary.clone(), SECONDARY)] {
        let station = SupplicantConfig {
            ap: AP,
            station: STATION,
            pmk: key,
            ap_rsne: AP_RSNE.to_vec(),
            station_rsne: STATION_RSNE.to_vec(),
        };
        let mut p = Pair::with(Supplicant::new(station, rng(1)), config());
        p.candidates.live = vec![
            Candidate {
                id: PRIMARY,
                pmk: by_word.clone(),
            },
            Candidate {
                id: SECONDARY,
                pmk: binary.clone(),
            },
        ];
        p.start();
        p.run();
        assert_eq!(p.auth.key(), Some(expected));
    }
}

#[test]
fn a_key_changed_between_message_1_and_2_counts_for_the_new_association() {
    let mut p = Pair::new(4);
    p.start();
    p.sup_step().unwrap();
    p.candidates.live[1] = Candidate {
        id: KeyId(9),
        pmk: pmk(4),
    };
    p.run();
    assert_eq!(p.auth.key(), Some(KeyId(9)));
    assert!(p.auth.is_authorized());
}

#[test]
fn a_key_changed_between_message_2_and_4_does_not_disturb_the_handshake() {
    let mut p = Pair::new(2);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.candidates.live.clear();
    p.run();
    assert_eq!(p.auth.key(), Some(SECONDARY));
    assert!(p.auth.is_authorized());
}

#[test]
fn a_wrong_passphrase_is_told_once_and_never_opens_the_port() {
    let mut p = Pair::new(66);
    p.start();
    p.run();
    while p.tick() {
        p.run();
    }
    assert_eq!(
        p.auth_out,
        [
            Output::Mismatch(Verdict::WrongKey),
            Output::Failed(Failure::PairwiseTimeout)
        ]
    );
    assert!(!p.auth.is_authorized());
    assert_eq!(p.auth.rejected(), 4);
}

#[test]
fn a_retired_key_is_named_and_never_opens_the_port() {
    let mut p = Pair::new(3);
    p.start();
    p.run();
    assert_eq!(p.auth_out, [Output::Mismatch(Verdict::RetiredKey(OLD))]);
    assert!(!p.auth.is_authorized());
    assert_eq!(p.auth.key(), None);
}

#[test]
fn a_wrong_message_2_does_not_keep_a_right_one_from_joining() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.to_sup[0].clone();
    assert_eq!(
        p.give_auth(&Forge::message_2(66, 5).answer(&message_1)),
        Err(Rejection::Mic)
    );
    p.run();
    assert!(p.auth.is_authorized());
}

// --- frames ---------------------------------------------------------------------------------------

#[test]
fn all_six_messages_have_the_key_information_of_the_standard() {
    let mut p = Pair::joined(1);
    let next = group(0x62, 2);
    p.auth.rekey_group(&next, p.now);
    p.drain();
    p.run();
    let info = |pdu: &Vec<u8>| KeyFrameView::parse(pdu).unwrap().info().0;
    assert_eq!(
        p.auth_sent.iter().map(info).collect::<Vec<_>>(),
        [0x008a, 0x13ca, 0x1382]
    );
    assert_eq!(
        p.sup_sent.iter().map(info).collect::<Vec<_>>(),
        [0x010a, 0x030a, 0x0302]
    );
    assert_eq!(
        p.sup_out.last(),
        Some(&SupplicantOutput::InstallGroupKey {
            index: 2,
            gtk: KeyBytes::copy_from(&[0x62; 16]),
            rsc: 0x62
        })
    );
}

#[test]
fn message_3_keeps_the_group_key_encrypted() {
    let p = Pair::joined(1);
    let message_3 = &p.auth_sent[1];
    assert!(!message_3.windows(16).any(|w| w == [0x61; 16]));
}

// --- resending ------------------------------------------------------------------------------------

#[test]
fn message_1_is_sent_four_times_with_fresh_counters_then_reason_15() {
    let mut p = Pair::new(1);
    p.start();
    let mut times = vec![];
    while p.tick() {
        times.push(p.now.as_micros() / 1000);
    }
    assert_eq!(times, [100, 1100, 2100, 3100]);
    assert_eq!(
        p.auth_sent.iter().map(|m| counter(m)).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    assert_eq!(p.auth_out, [Output::Failed(Failure::PairwiseTimeout)]);
    assert_eq!(
        Failure::PairwiseTimeout.reason(),
        ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT
    );
}

#[test]
fn message_3_is_sent_four_times_with_fresh_counters_then_reason_15() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    while p.tick() {}
    assert_eq!(
        p.auth_sent.iter().map(|m| counter(m)).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(p.auth_out, [Output::Failed(Failure::PairwiseTimeout)]);
    // Every copy carries a MIC of its own, so the station takes any of them.
    while !p.to_sup.is_empty() {
        p.sup_step().unwrap();
    }
    assert_eq!(p.sup_installed().len(), 1);
}

#[test]
fn a_group_key_counts_as_sent_from_message_3_on_whatever_comes_after() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    assert!(!p.auth.group_key_sent());
    p.auth_step().unwrap();
    while p.tick() {}
    assert_eq!(p.auth_out, [Output::Failed(Failure::PairwiseTimeout)]);
    assert!(p.auth.group_key_sent());
}

#[test]
fn a_timeout_that_comes_too_early_sends_nothing() {
    let mut p = Pair::new(1);
    p.start();
    p.auth.handle_timeout(Instant::from_micros(99_999));
    p.drain();
    assert_eq!(p.auth_sent.len(), 1);
}

#[test]
fn message_2_may_answer_any_copy_of_message_1() {
    let mut p = Pair::new(1);
    p.start();
    p.tick();
    let late_answer_to_the_first = p.auth_sent[0].clone();
    p.to_sup.clear();
    p.give_sup(&late_answer_to_the_first).unwrap();
    p.run();
    assert!(p.auth.is_authorized());
}

#[test]
fn message_4_may_answer_any_copy_of_message_3_but_not_message_1() {
    let mut p = Pair::new(1);
    p.start();
    let station = Forge::message_2(1, 5);
    let message_1 = p.auth_sent[0].clone();
    p.give_auth(&station.answer(&message_1)).unwrap();
    p.tick();
    assert_eq!(
        p.give_auth(&station.message_4(&message_1, &message_1)),
        Err(Rejection::ReplayCounter)
    );
    let first_message_3 = p.auth_sent[1].clone();
    p.give_auth(&station.message_4(&message_1, &first_message_3))
        .unwrap();
    assert!(p.auth.is_authorized());
}

#[test]
fn a_counter_that_was_never_issued_is_not_accepted() {
    let mut p = Pair::new(1);
    p.start();
    let mut message_1 = p.auth_sent[0].clone();
    for wrong in [0, 2, u64::MAX] {
        set_replay_counter(&mut message_1, wrong);
        let message_2 = Forge::message_2(1, 5).answer(&message_1);
        assert_eq!(
            p.give_auth(&message_2),
            Err(Rejection::ReplayCounter),
            "{wrong}"
        );
    }
    p.run();
    assert!(p.auth.is_authorized());
}

// --- a station that makes a new SNonce for each copy of message 1 ----------------------------------

#[test]
fn the_newest_snonce_wins_until_message_4() {
    let mut p = Pair::new(1);
    p.start();
    p.tick();
    let (first, second) = (Forge::message_2(1, 5), Forge::message_2(1, 6));
    let (m1a, m1b) = (p.auth_sent[0].clone(), p.auth_sent[1].clone());
    p.give_auth(&first.answer(&m1a)).unwrap();
    p.give_auth(&second.answer(&m1b)).unwrap();
    let message_3 = p.auth_sent[3].clone();
    // The key data is made for the newest key.
    let view = KeyFrameView::parse(&message_3).unwrap();
    assert!(unwrap(&second.ptk(&m1b), view.key_data()).is_some());
    // A message 4 for the older message 3 is dead.
    let stale = first.message_4(&m1a, &p.auth_sent[2].clone());
    assert_eq!(p.give_auth(&stale), Err(Rejection::ReplayCounter));
    p.give_auth(&second.message_4(&m1b, &message_3)).unwrap();
    assert_eq!(p.installed(), [&KeyBytes::copy_from(second.ptk(&m1b).tk())]);
}

#[test]
fn an_overtaken_message_2_does_not_bring_back_an_old_snonce() {
    let mut p = Pair::new(1);
    p.start();
    p.tick();
    let (first, second) = (Forge::message_2(1, 5), Forge::message_2(1, 6));
    let (m1a, m1b) = (p.auth_sent[0].clone(), p.auth_sent[1].clone());
    p.give_auth(&second.answer(&m1b)).unwrap();
    assert_eq!(
        p.give_auth(&first.answer(&m1a)),
        Err(Rejection::ReplayCounter)
    );
    let message_3 = p.auth_sent[2].clone();
    p.give_auth(&second.message_4(&m1b, &message_3)).unwrap();
    assert!(p.auth.is_authorized());
}

#[test]
fn a_second_message_2_with_another_live_key_does_not_change_the_election() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.auth_sent[0].clone();
    p.give_auth(&Forge::message_2(1, 5).answer(&message_1))
        .unwrap();
    let other_key = Forge::message_2(2, 6).answer(&message_1);
    assert_eq!(p.give_auth(&other_key), Err(Rejection::Mic));
    assert_eq!(p.auth.key(), Some(PRIMARY));
}

#[test]
fn the_same_message_2_again_sends_nothing() {
    let mut p = Pair::new(1);
    p.start();
    let message_2 = Forge::message_2(1, 5).answer(&p.auth_sent[0]);
    p.give_auth(&message_2).unwrap();
    assert_eq!(p.give_auth(&message_2), Err(Rejection::Duplicate));
    assert_eq!(p.auth_sent.len(), 2);
}

// --- elements -------------------------------------------------------------------------------------

#[test]
fn another_rsn_element_in_message_2_fails_with_reason_17() {
    let mut other = STATION_RSNE;
    other[20] = 1;
    let mut longer = STATION_RSNE.to_vec();
    longer[1] += 2;
    longer.extend([0, 0]);
    for data in [other.to_vec(), longer, vec![1, 1, 0]] {
        let mut p = Pair::new(1);
        p.start();
        let forged = Forge {
            data,
            ..Forge::message_2(1, 5)
        };
        p.give_auth(&forged.answer(&p.auth_sent[0].clone()))
            .unwrap();
        assert_eq!(p.auth_out, [Output::Failed(Failure::ElementMismatch)]);
        assert_eq!(
            Failure::ElementMismatch.reason(),
            ReasonCode::HANDSHAKE_ELEMENT_MISMATCH
        );
        assert_eq!(p.auth.poll_timeout(), None);
    }
}

#[test]
fn another_rsn_element_in_message_3_fails_the_station() {
    let mut beacon = config();
    beacon.ap_rsne[20] = 0;
    let mut p = Pair::with(supplicant(1), beacon);
    p.start();
    p.run();
    assert_eq!(
        p.sup_out,
        [SupplicantOutput::Failed(Failure::ElementMismatch)]
    );
    assert!(!p.auth.is_authorized());
}

// --- attacks by name ------------------------------------------------------------------------------

#[test]
fn cve_2023_52161_message_4_before_message_2_opens_nothing() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.auth_sent[0].clone();
    // With the all-zero key of a handshake that derived none, and with the right key.
    let mut zero_key = Forge::message_2(1, 0);
    zero_key.key = Pmk::from_raw(&[0; 32]);
    for station in [zero_key, Forge::message_2(1, 5)] {
        let message_4 = station.message_4(&message_1, &message_1);
        assert_eq!(p.give_auth(&message_4), Err(Rejection::Unexpected));
        assert!(!p.auth.is_authorized());
        assert_eq!(p.auth_out, []);
    }
    // And one that says it is a message 2 with nothing in it.
    let empty = Forge {
        data: vec![],
        ..Forge::message_2(1, 5)
    }
    .answer(&message_1);
    assert_eq!(p.give_auth(&empty), Err(Rejection::Unexpected));
    p.run();
    assert!(p.auth.is_authorized());
}

#[test]
fn cve_2020_17497_a_replayed_message_4_is_ignored() {
    let mut p = Pair::joined(1);
    let (outputs, sent) = (p.auth_out.clone(), p.auth_sent.len());
    for replay in p.sup_sent.clone() {
        assert_eq!(p.give_auth(&replay), Err(Rejection::Unexpected));
    }
    assert_eq!((p.auth_out.clone(), p.auth_sent.len()), (outputs, sent));
    // Also in the middle of a rekey, where a message 4 is awaited again.
    let old = p.sup_sent.clone();
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.drain();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    for replay in &old {
        assert_eq!(p.give_auth(replay), Err(Rejection::ReplayCounter));
    }
    assert_eq!(p.installed().len(), 1);
    p.run();
    assert_eq!(p.installed().len(), 2);
}

#[test]
fn cve_2017_13082_class_no_pairwise_key_is_installed_twice() {
    // The station's side: each copy of message 3 is answered, one installs.
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.tick();
    p.tick();
    p.sup_step().unwrap();
    p.sup_step().unwrap();
    p.sup_step().unwrap();
    assert_eq!(p.sup_installed().len(), 1);
    assert_eq!(p.to_auth.len(), 3);
    // The access point's side: three messages 4, one installs.
    p.auth_step().unwrap();
    assert!(p.auth_step().is_err());
    assert!(p.auth_step().is_err());
    assert_eq!(p.installed().len(), 1);
    // A whole recorded handshake played again installs nothing on either side.
    for pdu in p.auth_sent.clone() {
        assert!(p.give_sup(&pdu).is_err());
    }
    for pdu in p.sup_sent.clone() {
        assert!(p.give_auth(&pdu).is_err());
    }
    assert_eq!((p.installed().len(), p.sup_installed().len()), (1, 1));
}

#[test]
fn a_group_key_is_not_installed_twice() {
    let mut p = Pair::joined(1);
    let next = group(0x62, 2);
    p.auth.rekey_group(&next, p.now);
    p.tick();
    p.run();
    let groups = |o: &&SupplicantOutput| matches!(o, SupplicantOutput::InstallGroupKey { .. });
    assert_eq!(p.sup_out.iter().filter(groups).count(), 2);
    assert_eq!(p.sup_sent.len(), 4, "both copies are answered");
}

#[test]
fn a_forged_message_1_does_not_disturb_an_established_station() {
    let mut p = Pair::joined(1);
    let mut forged = p.auth_sent[0].clone();
    set_replay_counter(&mut forged, 1000);
    assert_eq!(p.give_sup(&forged), Err(Rejection::Duplicate));
    // With another nonce the station answers, but what is in force stays in force.
    forged[20] ^= 1;
    p.give_sup(&forged).unwrap();
    p.to_auth.clear();
    assert!(p.sup.is_done());
    p.group = group(0x62, 2);
    p.auth.rekey_group(&p.group.clone(), p.now);
    p.drain();
    p.run();
    assert_eq!(
        p.auth_out.last(),
        Some(&Output::GroupKeyDelivered { index: 2 })
    );
}

#[test]
fn frames_of_the_wrong_kind_are_dropped_without_a_trace() {
    let mut p = Pair::new(1);
    p.start();
    let message_1 = p.auth_sent[0].clone();
    let good = Forge::message_2(1, 5);
    for info in [
        0x0109, 0x010b, 0x018a, 0x008a, 0x000a, 0x050a, 0x110a, 0x0102, 0x090a,
    ] {
        let wrong = Forge {
            info: KeyInfo(info),
            ..Forge::message_2(1, 5)
        }
        .answer(&message_1);
        assert!(p.give_auth(&wrong).is_err(), "{info:#06x}");
    }
    assert!(p.give_auth(&[2, 1, 0, 0]).is_err());
    assert!(p.give_auth(&[]).is_err());
    assert_eq!(p.auth.rejected(), 11);
    p.give_auth(&good.answer(&message_1)).unwrap();
}

// --- rekeying -------------------------------------------------------------------------------------

#[test]
fn a_group_rekey_works_and_an_old_answer_does_not_count() {
    let mut p = Pair::joined(2);
    p.auth.rekey_group(&group(0x62, 2), p.now);
    p.drain();
    p.run();
    let old_answer = p.sup_sent.last().unwrap().clone();
    assert_eq!(
        p.auth_out.last(),
        Some(&Output::GroupKeyDelivered { index: 2 })
    );
    p.auth_out.clear();
    p.auth.rekey_group(&group(0x63, 1), p.now);
    p.drain();
    assert_eq!(p.give_auth(&old_answer), Err(Rejection::ReplayCounter));
    assert_eq!(p.auth_out, []);
    p.run();
    assert_eq!(p.auth_out, [Output::GroupKeyDelivered { index: 1 }]);
}

#[test]
fn an_unanswered_group_rekey_fails_with_reason_16() {
    let mut p = Pair::joined(1);
    let sent = p.auth_sent.len();
    p.auth.rekey_group(&group(0x62, 2), p.now);
    p.drain();
    while p.tick() {}
    assert_eq!(p.auth_sent.len() - sent, 4);
    assert_eq!(p.now, Instant::from_micros(3_500_000));
    assert_eq!(
        p.auth_out.last(),
        Some(&Output::Failed(Failure::GroupTimeout))
    );
    assert_eq!(
        Failure::GroupTimeout.reason(),
        ReasonCode::GROUP_KEY_HANDSHAKE_TIMEOUT
    );
    assert!(!p.auth.is_authorized());
}

#[test]
fn a_group_rekey_during_the_join_follows_at_once() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.auth.rekey_group(&group(0x61, 1), p.now);
    p.auth.rekey_group(&group(0x62, 2), p.now);
    p.drain();
    p.run();
    assert_eq!(
        p.auth_out[2..],
        [
            Output::GroupKeyDelivered { index: 1 },
            Output::GroupKeyDelivered { index: 2 }
        ]
    );
}

#[test]
fn the_same_group_key_does_not_cost_a_second_handshake_after_a_join() {
    let mut p = Pair::new(1);
    p.start();
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    p.auth.rekey_group(&p.group.clone(), p.now);
    p.run();
    assert_eq!(p.auth_sent.len(), 2);
}

#[test]
fn a_pairwise_rekey_uses_the_associations_own_key_after_that_key_was_retired() {
    let mut p = Pair::joined(2);
    let old = p.candidates.live.pop().unwrap();
    p.candidates.live.push(Candidate {
        id: KeyId(9),
        pmk: pmk(4),
    });
    p.candidates.retired.push(old);
    p.auth_out.clear();
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    assert!(p.auth.is_authorized());
    p.drain();
    p.run();
    assert_eq!(p.auth.key(), Some(SECONDARY));
    let tks = p.sup_installed();
    assert_eq!(tks.len(), 2);
    assert_ne!(tks[0], tks[1]);
    assert_eq!(
        p.auth_out,
        [
            Output::InstallPairwiseKey { tk: tks[1].clone() },
            Output::PairwiseRekeyed,
            Output::GroupKeyDelivered { index: 1 },
        ]
    );
}

#[test]
fn a_pairwise_rekey_accepts_no_other_live_key() {
    let mut p = Pair::joined(2);
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.drain();
    let message_1 = p.auth_sent.last().unwrap().clone();
    let other = Forge::message_2(1, 5).answer(&message_1);
    assert_eq!(p.give_auth(&other), Err(Rejection::Mic));
    p.run();
    assert_eq!(p.installed().len(), 2);
}

#[test]
fn a_rekey_is_refused_while_a_handshake_runs() {
    let mut p = Pair::new(1);
    assert!(!p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.start();
    assert!(!p.auth.rekey_pairwise(&mut p.rng, p.now));
}

#[test]
fn each_handshake_has_a_fresh_anonce() {
    let mut p = Pair::joined(1);
    let mut seen = BTreeSet::new();
    for _ in 0..5 {
        p.auth.rekey_pairwise(&mut p.rng, p.now);
        p.drain();
        p.run();
    }
    for pdu in p
        .auth_sent
        .iter()
        .filter(|m| KeyFrameView::parse(m).unwrap().info().0 == 0x008a)
    {
        assert!(seen.insert(*KeyFrameView::parse(pdu).unwrap().nonce()));
    }
    assert_eq!(seen.len(), 6);
}

#[test]
fn a_stations_request_is_believed_with_a_right_mic_and_once() {
    let mut p = Pair::joined(1);
    p.auth_out.clear();
    for (pairwise, info) in [(true, 0x0b0a), (false, 0x0b02)] {
        p.sup.request_rekey(pairwise);
        p.drain();
        let request = p.to_auth.pop_front().unwrap();
        assert_eq!(KeyFrameView::parse(&request).unwrap().info(), KeyInfo(info));
        let mut forged = request.clone();
        forged[10] ^= 1;
        assert_eq!(p.give_auth(&forged), Err(Rejection::Mic));
        p.give_auth(&request).unwrap();
        assert_eq!(p.give_auth(&request), Err(Rejection::ReplayCounter));
        assert_eq!(p.auth_out.pop(), Some(Output::RekeyRequested { pairwise }));
    }
    let mut early = supplicant(1);
    early.request_rekey(true);
    assert_eq!(early.poll_output(), None);
}

// --- state ----------------------------------------------------------------------------------------

#[test]
fn an_authenticator_goes_on_after_being_written_and_read_back_at_any_point() {
    let mut p = Pair::new(2);
    let again = |p: &mut Pair| {
        let bytes = postcard::to_allocvec(&p.auth).unwrap();
        p.auth = postcard::from_bytes(&bytes).unwrap();
        let bytes = postcard::to_allocvec(&p.sup).unwrap();
        p.sup = postcard::from_bytes(&bytes).unwrap();
    };
    again(&mut p);
    p.start();
    again(&mut p);
    p.sup_step().unwrap();
    p.auth_step().unwrap();
    again(&mut p);
    p.run();
    again(&mut p);
    assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
    p.drain();
    again(&mut p);
    p.run();
    assert_eq!(p.installed(), p.sup_installed());
    assert_eq!(p.installed().len(), 2);
}

#[test]
fn debug_output_shows_no_key() {
    let p = Pair::joined(1);
    let hex = "61, 61";
    for text in [
        format!("{:?}", p.auth),
        format!("{:?}", p.sup),
        format!("{:?}", p.group),
        format!("{:?}", p.candidates),
        format!("{:?}", p.auth_out),
        format!("{:?}", Passphrase::new(b"aaaaaaaa").unwrap()),
    ] {
        assert!(
            !text.contains(hex) && !text.contains("97, 97") && !text.contains("aaaa"),
            "{text}"
        );
    }
}

// --- bad air --------------------------------------------------------------------------------------

/// What the air does to one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Deliver,
    Drop,
    Duplicate,
    /// Comes after the next frame of its direction.
    Late,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Deliver),
        2 => Just(Fate::Drop),
        1 => Just(Fate::Duplicate),
        1 => Just(Fate::Late),
    ];
    proptest::collection::vec(fate, 0..40)
}

/// Moves frames between both sides by `fates` (then faithfully) until nothing moves any more.
fn bad_air(p: &mut Pair, fates: &mut impl Iterator<Item = Fate>, max_drops: &mut usize) {
    let mut late: [Vec<Vec<u8>>; 2] = [vec![], vec![]];
    loop {
        let (side, pdu) = if let Some(pdu) = p.to_sup.pop_front() {
            (0, pdu)
        } else if let Some(pdu) = p.to_auth.pop_front() {
            (1, pdu)
        } else if let Some(side) = (0..2).find(|&s| !late[s].is_empty()) {
            let pdu = late[side].remove(0);
            let _ = if side == 0 {
                p.give_sup(&pdu)
            } else {
                p.give_auth(&pdu)
            };
            continue;
        } else if p.tick() {
            continue;
        } else {
            return;
        };
        let fate = match fates.next().unwrap_or(Fate::Deliver) {
            Fate::Drop if *max_drops == 0 => Fate::Deliver,
            Fate::Drop => {
                *max_drops -= 1;
                Fate::Drop
            }
            fate => fate,
        };
        let times = match fate {
            Fate::Deliver => 1,
            Fate::Duplicate => 2,
            Fate::Drop => 0,
            Fate::Late => {
                late[side].push(pdu);
                continue;
            }
        };
        for _ in 0..times {
            let _ = if side == 0 {
                p.give_sup(&pdu)
            } else {
                p.give_auth(&pdu)
            };
        }
        for pdu in core::mem::take(&mut late[side]) {
            let _ = if side == 0 {
                p.give_sup(&pdu)
            } else {
                p.give_auth(&pdu)
            };
        }
    }
}

fn no_key_twice(p: &Pair) {
    for keys in [p.installed(), p.sup_installed()] {
        let distinct: BTreeSet<_> = keys.iter().map(|k| k.expose().to_vec()).collect();
        assert_eq!(distinct.len(), keys.len());
    }
    let authorized = |o: &&Output| matches!(o, Output::Authorize { .. });
    assert!(p.auth_out.iter().filter(authorized).count() <= 1);
}

proptest! {
    #[test]
    fn three_lost_frames_and_any_disorder_do_not_keep_a_station_out(fates in fates()) {
        let mut p = Pair::new(2);
        p.start();
        let mut fates = fates.into_iter();
        bad_air(&mut p, &mut fates, &mut 3);
        prop_assert!(p.auth.is_authorized() && p.sup.is_done());
        prop_assert_eq!(p.installed(), p.sup_installed());
        // The same for the rekeys that follow on the same air.
        p.group = group(0x62, 2);
        p.auth.rekey_group(&p.group.clone(), p.now);
        p.drain();
        bad_air(&mut p, &mut fates, &mut 3);
        prop_assert_eq!(p.auth_out.last(), Some(&Output::GroupKeyDelivered { index: 2 }));
        prop_assert!(p.auth.rekey_pairwise(&mut p.rng, p.now));
        p.drain();
        bad_air(&mut p, &mut fates, &mut 3);
        prop_assert!(p.auth.is_authorized());
        prop_assert_eq!(p.installed().len(), 2);
        prop_assert_eq!(p.installed(), p.sup_installed());
        no_key_twice(&p);
    }

    #[test]
    fn any_air_ends_in_a_bounded_time_with_one_key_or_none(fates in fates()) {
        let mut p = Pair::new(1);
        p.start();
        bad_air(&mut p, &mut fates.into_iter(), &mut usize::MAX.clone());
        prop_assert!(p.now < Instant::ZERO + Duration::from_secs(10));
        prop_assert_eq!(p.auth.poll_timeout(), None);
        no_key_twice(&p);
        if p.auth.is_authorized() {
            prop_assert_eq!(p.installed(), p.sup_installed());
        }
    }

    #[test]
    fn damaged_frames_never_panic_and_never_open_the_port(
        at in 0usize..200, bits in 1u8.., cut in 0usize..200,
    ) {
        // Damage every frame of the station in one place; the frames of the access point get
        // through untouched, so that all states are reached.
        let mut p = Pair::new(1);
        p.start();
        while let Some(pdu) = p.to_sup.pop_front() {
            let _ = p.give_sup(&pdu);
            while let Some(good) = p.to_auth.pop_front() {
                let mut bad = good.clone();
                let len = bad.len();
                // The EAPOL version byte means nothing to us, but the MIC covers it.
                bad[at % len] ^= bits;
                let was_open = p.auth.is_authorized();
                let _ = p.give_auth(&bad);
                let _ = p.give_auth(&good[..cut.min(len - 1)]);
                prop_assert_eq!(p.auth.is_authorized(), was_open);
                let _ = p.give_auth(&good);
            }
        }
        prop_assert!(p.auth.is_authorized());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        let mut p = Pair::new(1);
        p.start();
        let _ = p.give_auth(&bytes);
        let _ = p.give_sup(&bytes);
        p.sup_step().unwrap();
        p.auth_step().unwrap();
        let _ = p.give_auth(&bytes);
        p.run();
        let _ = p.give_auth(&bytes);
        let _ = p.give_sup(&bytes);
        prop_assert!(p.auth.is_authorized());
    }

    #[test]
    fn hostile_key_data_under_a_right_mic_never_panics(
        data in proptest::collection::vec(any::<u8>(), 1..120),
    ) {
        let mut p = Pair::new(1);
        p.start();
        let message_1 = p.auth_sent[0].clone();
        let forged = Forge { data: data.clone(), ..Forge::message_2(1, 5) };
        let _ = p.give_auth(&forged.answer(&message_1));
        prop_assert!(!p.auth.is_authorized());
        // And a hostile message 3 from an access point that knows the key.
        let mut q = Pair::new(1);
        q.start();
        q.sup_step().unwrap();
        let nonce = |m: &[u8]| *KeyFrameView::parse(m).unwrap().nonce();
        let (anonce, snonce) = (nonce(&q.auth_sent[0]), nonce(&q.sup_sent[0]));
        let ptk = Ptk::derive(&pmk(1), &Session::new(AP, STATION, &anonce, &snonce));
        let wrapped = wrap(&ptk, dot11::eapol::KeyData::new().element(&data));
        let mut message_3 = KeyFrame {
            info: KeyInfo(0x13ca),
            replay_counter: 9,
            nonce: Some(&anonce),
            key_data: &wrapped,
            ..KeyFrame::default()
        }.encode();
        seal(&mut message_3, &ptk);
        let _ = q.give_sup(&message_3);
        prop_assert!(!q.sup.is_done());
    }
}
