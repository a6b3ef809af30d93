//! Randomness that can be replayed and written down.

use core::fmt;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A seed and how often it was drawn from: each draw is a ChaCha20 stream of its own.
#[derive(Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub(crate) struct Entropy {
    seed: [u8; 32],
    drawn: u64,
}

impl Entropy {
    pub(crate) const fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    /// `N` fresh bytes.
    pub(crate) fn draw<const N: usize>(&mut self) -> [u8; N] {
        // Other engines are seeded with the same bytes; the high bits keep our streams apart from
        // theirs, which count from zero.
        const STREAMS: u64 = 0x686e << 48;
        self.drawn += 1;
        let mut rng = ChaCha20Rng::from_seed(self.seed);
        rng.set_stream(STREAMS | self.drawn);
        let mut out = [0; N];
        rng.fill_bytes(&mut out);
        out
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entropy({} drawn)", self.drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ_from_each_other_and_repeat_with_the_seed() {
        let (mut a, mut b) = (Entropy::new([7; 32]), Entropy::new([7; 32]));
        let first: [u8; 16] = a.draw();
        let second: [u8; 16] = a.draw();
        assert_ne!(first, second);
        assert_eq!((first, second), (b.draw(), b.draw()));
        assert_ne!(first, Entropy::new([8; 32]).draw());
    }
}
