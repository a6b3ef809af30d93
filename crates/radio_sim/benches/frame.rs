//! What a short received frame costs in the data path with few and with many stations, each with its
//! key: `cargo bench -p radio_sim`. The number behind the nanoseconds is how many times it is what it
//! is with ten stations.
//!
//! Where few of many stations talk it shows the look-up alone; where all talk in turns, also that
//! thousands of rows are in no cache near the processor.

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

/// Frames of one round: so few that a round often passes without an interruption.
const FRAMES: u32 = 4_000;
/// Rounds of each table, in turns with those of the others; the best one counts.
const ROUNDS: u32 = 60;
/// So many stations talk where few do.
const FEW: u32 = 10;
const SIZES: [u32; 5] = [10, 100, 1_000, 2_007, 10_000];

fn main() {
    let mut few: Vec<Table> = SIZES.iter().map(|n| Table::new(*n, FEW)).collect();
    let mut all: Vec<Table> = SIZES.iter().map(|n| Table::new(*n, *n)).collect();
    for round in 0..ROUNDS {
        for table in few.iter_mut().chain(&mut all) {
            table.measure(round);
        }
    }
    for (what, tables) in [("few", few), ("all", all)] {
        let base = tables.first().map_or(1.0, |t| t.best);
        for table in tables {
            table.check();
            let (stations, best) = (table.stations, table.best);
            eprintln!(
                "radio_frame_{what}_of_{stations} {best:.1} ns, {:.3}x",
                best / base
            );
            if stations == SIZES[4] {
                println!("keys_{what}_ours {best:.1} ns");
                println!("keys_{what}_ten {base:.1} ns");
            }
        }
    }
}

fn mac(n: u32) -> MacAddr {
    let [_, b, c, d] = (n * 7).to_be_bytes();
    MacAddr([2, 9, 0, b, c, d])
}

/// A radio with so many stations, of which so many send, in no order.
struct Table {
    bench: Bench,
    stations: u32,
    senders: Vec<CcmpSender>,
    /// Nanoseconds for a frame.
    best: f64,
}

impl Table {
    fn new(stations: u32, talkers: u32) -> Self {
        let config = SimConfig {
            table_size: 10_000,
            ..SimConfig::with_seed(3)
        };
        let mut bench = Bench::started_with(config, |c| c.cipher = CipherSuite::CCMP);
        for n in 0..stations {
            let aid = u16::try_from(n % 2_007 + 1).unwrap();
            bench.command(Command::AddStation(Box::new(entry(mac(n), aid, false))));
            let key = pairwise_key(mac(n), KeyBytes::copy_from(&TK));
            bench.command(Command::InstallKey(key));
            bench.events.clear();
        }
        Self {
            bench,
            stations,
            senders: vec![CcmpSender::new(&TK, 0); talkers as usize],
            best: f64::INFINITY,
        }
    }

    fn measure(&mut self, round: u32) {
        let talkers = self.senders.len() as u32;
        let frame = |n: u32| {
            let talker = ((n + round * FRAMES).wrapping_mul(2_654_435_761) >> 8) % talkers;
            // Spread over the whole table.
            let station = talker * (self.stations / talkers);
            let frame = DataHeader::to_ds(AP, mac(station), PEER).encode(&[0; 16]);
            let mut out = Vec::new();
            let sender = &mut self.senders[talker as usize];
            sender.protect(&frame, &mut out).unwrap();
            out
        };
        let frames: Vec<Vec<u8>> = (0..FRAMES).map(frame).collect();
        let bench = &mut self.bench;
        let start = std::time::Instant::now();
        for frame in frames {
            bench.radio.inject(frame, bench.now);
            bench.now += Duration::from_millis(1);
            bench.radio.handle_timeout(bench.now);
        }
        let spent = start.elapsed().as_secs_f64() * 1e9 / f64::from(FRAMES);
        self.best = self.best.min(spent);
        bench.events.clear();
    }

    fn check(&self) {
        let counters = self.bench.radio.ap_counters();
        assert_eq!(counters.undecryptable + counters.replayed, 0);
        assert_eq!(counters.unauthorized, u64::from(ROUNDS * FRAMES));
    }
}
