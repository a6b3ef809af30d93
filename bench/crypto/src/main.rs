//! Our passphrase mapping and CCMP against OpenSSL's, in one run on one thread.
//!
//! Prints lines `name value unit`; ratios above 1 mean that we are faster. Each figure is the best
//! of several batches, so that a busy machine disturbs it little. OpenSSL is loaded at run time
//! (`libcrypto.so.3`, package libssl3); without it only our own figures are printed, and exit status
//! is 3.

mod openssl;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use dot11::eapol::{KeyFrame, KeyInfo};
use dot11::{MacAddr, Ssid};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsn::ccmp::{CcmpReceiver, CcmpSender};
use rsn::{
    Authenticator, Candidate, Candidates, Config, GroupKey, Gtk, KeyId, Network, Output,
    Passphrase, Pmk, Supplicant, SupplicantConfig, SupplicantOutput, Timing,
};

const TK: [u8; 16] = [0x42; 16];
const FRAME_HEADER: usize = 24;
const BODY: usize = 1500;

/// Microseconds per call of one batch.
#[expect(
    clippy::disallowed_methods,
    reason = "measuring is what this program is for"
)]
fn batch(calls: u32, f: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    (0..calls).for_each(|_| f());
    start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

/// Microseconds per call: the best of many batches, each shorter than a scheduler's time slice.
fn best(calls: u32, batches: u32, f: &mut dyn FnMut()) -> f64 {
    (0..batches)
        .map(|_| batch(calls, f))
        .fold(f64::INFINITY, f64::min)
}

/// The same for two, in turn, so that a busy machine disturbs both alike.
fn race(name: &str, calls: u32, batches: u32, ours: &mut dyn FnMut(), theirs: &mut dyn FnMut()) {
    let (mut a, mut b) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..batches {
        a = a.min(batch(calls, ours));
        b = b.min(batch(calls, theirs));
    }
    print(&format!("{name}_ours"), a, "us");
    print(&format!("{name}_openssl"), b, "us");
    print(&format!("{name}_ratio"), b / a, "x");
}

fn print(name: &str, value: f64, unit: &str) {
    println!("{name} {value:.4} {unit}");
}

fn main() -> ExitCode {
    candidate_check();
    join();
    let Some(openssl) = openssl::OpenSsl::load() else {
        eprintln!("libcrypto.so.3 not found: install libssl3 (or libssl-dev) to compare");
        return ExitCode::from(3);
    };
    passphrase(&openssl);
    ccmp(&openssl);
    ExitCode::SUCCESS
}

fn passphrase(openssl: &openssl::OpenSsl) {
    let word = Passphrase::new(b"correct horse battery").expect("a passphrase");
    let ssid = Ssid::new("bench network").expect("an SSID");
    let mut out = [0; 32];
    race(
        "pmk",
        1,
        100,
        &mut || {
            black_box(Pmk::from_passphrase(black_box(&word), &ssid));
        },
        &mut || openssl.pbkdf2(black_box(word.expose()), ssid.as_bytes(), 4096, &mut out),
    );
    assert_eq!(
        &out,
        Pmk::from_passphrase(&word, &ssid).expose(),
        "both must agree"
    );
}

fn ccmp(openssl: &openssl::OpenSsl) {
    let mut frame = vec![0x08, 0x01, 0, 0];
    frame.resize(FRAME_HEADER + BODY, 0x5a);
    let (mut sealed, mut opened) = (Vec::new(), Vec::new());
    let ccm = openssl.ccm(&TK);
    let (nonce, aad, body) = ([1; 13], [2; 22], vec![0x5a; BODY]);
    let (mut cipher, mut plain, mut mic) = (vec![0; BODY], vec![0; BODY], [0; 8]);

    let mut sender = CcmpSender::new(&TK, 0);
    race(
        "ccmp_1500_seal",
        500,
        500,
        &mut || {
            sender
                .protect(black_box(&frame), &mut sealed)
                .expect("packet numbers left")
        },
        &mut || ccm.seal(black_box(&nonce), &aad, &body, &mut cipher, &mut mic),
    );

    // A frame can be opened once only, so opening is measured together with sealing.
    let mut sender = CcmpSender::new(&TK, 0);
    let mut receiver = CcmpReceiver::new(&TK, 0);
    race(
        "ccmp_1500_seal_and_open",
        250,
        500,
        &mut || {
            sender
                .protect(black_box(&frame), &mut sealed)
                .expect("packet numbers left");
            receiver
                .unprotect(black_box(&sealed), &mut opened)
                .expect("right MIC");
        },
        &mut || {
            ccm.seal(black_box(&nonce), &aad, &body, &mut cipher, &mut mic);
            assert!(
                ccm.open(black_box(&nonce), &aad, &cipher, &mut plain, &mic),
                "right MIC"
            );
        },
    );
    assert_eq!((opened, plain), (frame, body));
}

const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const STATION: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);
const RSNE: [u8; 22] = [
    48, 20, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 2, 0, 0,
];

fn config() -> Config {
    Config {
        ap: AP,
        station: STATION,
        ap_rsne: RSNE.to_vec(),
        station_rsne: RSNE.to_vec(),
        timing: Timing::default(),
        management_protection: false,
    }
}

fn group() -> GroupKey {
    GroupKey {
        gtk: Gtk::from_raw([7; 16]),
        index: 1,
        rsc: 0,
        management: None,
    }
}

/// What one more candidate key costs when a message 2 is checked.
fn candidate_check() {
    const KEYS: u32 = 1000;
    let live = (0..KEYS)
        .map(|i| {
            let mut raw = [0; 32];
            raw[..4].copy_from_slice(&i.to_le_bytes());
            Candidate {
                id: KeyId(i),
                pmk: Pmk::from_raw(&raw),
            }
        })
        .collect();
    let candidates = Candidates {
        live,
        retired: vec![],
    };
    let group = group();
    let network = Network {
        candidates: &candidates,
        group: &group,
    };
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let mut authenticator = Authenticator::new(config(), &mut rng);
    authenticator.start(clock::Instant::ZERO);
    let wrong = KeyFrame {
        info: KeyInfo(0x010a),
        replay_counter: 1,
        nonce: Some(&[3; 32]),
        key_data: &RSNE,
        ..KeyFrame::default()
    }
    .encode();
    let all = best(1, 1000, &mut || {
        let r = authenticator.handle_eapol(black_box(&wrong), &network, clock::Instant::ZERO);
        assert!(r.is_err(), "no key fits");
    });
    print("candidate_check_ours", all / f64::from(KEYS), "us");
}

/// A whole four-way handshake: our authenticator's share, and with our supplicant's.
fn join() {
    let pmk = Pmk::from_raw(&[1; 32]);
    let candidates = Candidates {
        live: vec![
            Candidate {
                id: KeyId(0),
                pmk: Pmk::from_raw(&[2; 32]),
            },
            Candidate {
                id: KeyId(1),
                pmk: pmk.clone(),
            },
        ],
        retired: vec![],
    };
    let group = group();
    let network = Network {
        candidates: &candidates,
        group: &group,
    };
    let now = clock::Instant::ZERO;
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let whole = best(100, 500, &mut || {
        let mut a = Authenticator::new(config(), &mut rng);
        let station = SupplicantConfig {
            ap: AP,
            station: STATION,
            pmk: pmk.clone(),
            ap_rsne: RSNE.to_vec(),
            station_rsne: RSNE.to_vec(),
            management_protection: false,
        };
        let mut s = Supplicant::new(station, rng.clone());
        a.start(now);
        while let Some(Output::SendEapol(pdu)) = a.poll_output() {
            s.handle_eapol(&pdu).expect("taken");
            while let Some(out) = s.poll_output() {
                if let SupplicantOutput::SendEapol(pdu) = out {
                    a.handle_eapol(&pdu, &network, now).expect("taken");
                }
            }
        }
        assert!(a.is_authorized(), "joined");
    });
    print("handshake_both_sides_ours", whole, "us");
}
