//! What a short received frame costs in the data path with few and with many stations, each with its
//! key: `cargo bench -p radio_sim`.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use ::radio::{Command, Radio as _};
use clock::Duration;
use dot11::frame::DataHeader;
use dot11::{CipherSuite, KeyBytes, MacAddr};
use radio_sim::SimConfig;
use rsn::ccmp::CcmpSender;

use crate::support::*;

#[path = "../tests/sim/support.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the tests use more of it"
)]
mod support;

const PEER: MacAddr = MacAddr([2, 9, 9, 9, 9, 7]);
const TK: [u8; 16] = [0x42; 16];

fn main() {
    const FRAMES: u32 = 20_000;
    for stations in [10_u32, 100, 1_000, 2_007] {
        let mut bench = Bench::started_with(SimConfig::with_seed(3), |c| {
            c.cipher = CipherSuite::CCMP;
        });
        let mac = |n: u32| {
            let [_, b, c, d] = (n * 7).to_be_bytes();
            MacAddr([2, 9, 0, b, c, d])
        };
        for n in 0..stations {
            let aid = u16::try_from(n + 1).unwrap();
            bench.command(Command::AddStation(Box::new(entry(mac(n), aid, false))));
            let key = pairwise_key(mac(n), KeyBytes::copy_from(&TK));
            bench.command(Command::InstallKey(key));
            bench.events.clear();
        }
        let mut senders = vec![CcmpSender::new(&TK, 0); stations as usize];
        let mut best = f64::INFINITY;
        for _ in 0..10 {
            let frames: Vec<Vec<u8>> = (0..FRAMES)
                .map(|n| {
                    let n = n.wrapping_mul(2_654_435_761) % stations;
                    let frame = DataHeader::to_ds(AP, mac(n), PEER).encode(&[0; 16]);
                    let mut out = Vec::new();
                    senders[n as usize].protect(&frame, &mut out).unwrap();
                    out
                })
                .collect();
            let start = std::time::Instant::now();
            for frame in frames {
                bench.radio.inject(frame, bench.now);
                bench.now += Duration::from_millis(1);
                bench.radio.handle_timeout(bench.now);
            }
            let spent = start.elapsed().as_secs_f64() * 1e9 / f64::from(FRAMES);
            best = best.min(spent);
            bench.events.clear();
        }
        let counters = bench.radio.ap_counters();
        assert_eq!(counters.undecryptable + counters.replayed, 0);
        assert_eq!(counters.unauthorized, 10 * u64::from(FRAMES));
        println!("radio_frame_{stations} {best:.1} ns");
    }
}
