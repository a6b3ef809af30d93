//! Limits on what strangers can make us do.
//!
//! A stranger is nothing but an address, and addresses cost nothing. So the limiter has no entry per
//! stranger: a secret hash puts each address into one of [`CELLS`] token buckets. A flood from one
//! address empties its own bucket only; a flood from thousands is cut at `CELLS` times the rate of
//! one bucket. Memory is fixed.

use clock::Instant;
use dot11::MacAddr;
use serde::{Deserialize, Serialize};

const CELLS: usize = 256;
const MICROS_PER_SECOND: u64 = 1_000_000;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Authentication and association requests: 64 a second and address, 16384 a second in all,
    /// which is more than the air carries. A flood on the air thus cannot crowd out an honest
    /// station here; only one address gone mad is cut.
    Join,
    /// Probe responses, which are long: 8 a second and address, 2048 a second in all.
    Probe,
    /// Telling strangers that they are strangers: 2 a second and address, 512 a second in all.
    Scold,
}

impl Work {
    /// Tokens per second, which is also how many are saved up.
    const fn rate(self) -> u64 {
        match self {
            Self::Join => 64,
            Self::Probe => 8,
            Self::Scold => 2,
        }
    }
}

/// Token buckets, in microseconds of credit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FloodLimits {
    secret: u64,
    join: Vec<Instant>,
    probe: Vec<Instant>,
    scold: Vec<Instant>,
}

impl FloodLimits {
    pub(crate) fn new(secret: u64) -> Self {
        let full = || vec![Instant::ZERO; CELLS];
        Self {
            secret,
            join: full(),
            probe: full(),
            scold: full(),
        }
    }

    /// Takes a token for `work` on behalf of `from`; `false` when there is none.
    pub(crate) fn admit(&mut self, work: Work, from: MacAddr, now: Instant) -> bool {
        let cells = match work {
            Work::Join => &mut self.join,
            Work::Probe => &mut self.probe,
            Work::Scold => &mut self.scold,
        };
        let Some(paid_until) = cells.get_mut(cell(self.secret, from)) else {
            return false;
        };
        // Each cell holds the time up to which its tokens are spent. A bucket that was left alone
        // for a second is full: credit reaches back one second and no further.
        let price = MICROS_PER_SECOND / work.rate();
        let start = paid_until
            .as_micros()
            .max(now.as_micros().saturating_sub(MICROS_PER_SECOND));
        let paid = start.saturating_add(price);
        // At the very start of time credit cannot reach back: the first second is free.
        if paid > now.as_micros().max(MICROS_PER_SECOND) {
            return false;
        }
        *paid_until = Instant::from_micros(paid);
        true
    }
}

fn cell(secret: u64, address: MacAddr) -> usize {
    let [a, b, c, d, e, f] = address.0;
    let mut x = u64::from_be_bytes([0, 0, a, b, c, d, e, f]) ^ secret;
    // Multiply and fold twice, so that every address bit reaches the bits that are used.
    for factor in [0x9e37_79b9_7f4a_7c15_u64, 0xd6e8_feb8_6659_fd93] {
        x = x.wrapping_mul(factor);
        x ^= x >> 32;
    }
    (x % CELLS as u64) as usize
}

#[cfg(test)]
mod tests {
    use clock::Duration;

    use super::*;

    const LATE: Instant = Instant::from_micros(1_000_000_000);

    fn address(n: u32) -> MacAddr {
        let [a, b, c, d] = n.to_be_bytes();
        MacAddr([2, 0, a, b, c, d])
    }

    #[test]
    fn one_address_is_cut_at_its_rate_and_recovers() {
        let mut limits = FloodLimits::new(7);
        let admitted = (0..1000)
            .filter(|_| limits.admit(Work::Probe, address(1), LATE))
            .count();
        assert_eq!(admitted, 8);
        let later = LATE + Duration::from_millis(500);
        let admitted = (0..1000)
            .filter(|_| limits.admit(Work::Probe, address(1), later))
            .count();
        assert_eq!(admitted, 4);
    }

    #[test]
    fn a_flood_from_one_address_leaves_others_alone() {
        let mut limits = FloodLimits::new(7);
        for _ in 0..10_000 {
            limits.admit(Work::Join, address(1), LATE);
        }
        let others = (2..1002)
            .filter(|n| limits.admit(Work::Join, address(*n), LATE))
            .count();
        // One bucket of 256 is empty.
        assert!(others > 980, "{others}");
    }

    #[test]
    fn a_flood_from_thousands_of_addresses_is_cut_in_all() {
        let mut limits = FloodLimits::new(7);
        let admitted = (0..100_000)
            .filter(|n| limits.admit(Work::Probe, address(*n), LATE))
            .count();
        assert_eq!(admitted, 8 * CELLS);
    }

    #[test]
    fn kinds_of_work_do_not_share_tokens() {
        let mut limits = FloodLimits::new(7);
        while limits.admit(Work::Probe, address(1), LATE) {}
        assert!(limits.admit(Work::Join, address(1), LATE));
        assert!(limits.admit(Work::Scold, address(1), LATE));
    }

    #[test]
    fn the_first_second_of_time_is_not_free_for_ever() {
        let mut limits = FloodLimits::new(7);
        let admitted = (0..100)
            .filter(|_| limits.admit(Work::Scold, address(1), Instant::ZERO))
            .count();
        assert_eq!(admitted, 2);
    }
}
