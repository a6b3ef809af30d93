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

mod air;
mod attacks;
mod joining;
mod rekeying;
mod resending;

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
        management: None,
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
        management_protection: false,
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
        management_protection: false,
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
