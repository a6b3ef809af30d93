//! HMAC-SHA1 (RFC 2104) with the state after the key block kept.
//!
//! A PMK is used again and again with the same key block; keeping the two states halves the work of
//! checking one candidate.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// SHA-1 initial state (FIPS 180-4, 5.3.1).
const H0: [u32; 5] = [
    0x6745_2301,
    0xefcd_ab89,
    0x98ba_dcfe,
    0x1032_5476,
    0xc3d2_e1f0,
];
const BLOCK: usize = 64;

/// The two states of one HMAC key. As secret as the key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct HmacKey {
    pub(crate) inner: [u32; 5],
    pub(crate) outer: [u32; 5],
}

impl HmacKey {
    /// From a key of at most 64 bytes; RSN has no longer ones (a passphrase has 63).
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        for (b, k) in block.iter_mut().zip(key) {
            *b = *k;
        }
        block.iter_mut().for_each(|b| *b ^= 0x36);
        let mut this = Self {
            inner: H0,
            outer: H0,
        };
        compress(&mut this.inner, &block);
        block.iter_mut().for_each(|b| *b ^= 0x36 ^ 0x5c);
        compress(&mut this.outer, &block);
        block.zeroize();
        this
    }

    /// The MAC of all `parts` in a row.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 20] {
        let mut state = self.inner;
        let mut block = [0; BLOCK];
        let mut used = 0;
        let mut total = BLOCK;
        for part in parts {
            let mut rest = *part;
            total += rest.len();
            while !rest.is_empty() {
                let n = rest.len().min(BLOCK - used);
                let (now, later) = rest.split_at(n);
                block[used..used + n].copy_from_slice(now);
                used += n;
                rest = later;
                if used == BLOCK {
                    compress(&mut state, &block);
                    used = 0;
                }
            }
        }
        pad(&mut state, &mut block, used, total);
        let digest = bytes(state);
        state = self.outer;
        block[..20].copy_from_slice(&digest);
        pad(&mut state, &mut block, 20, BLOCK + 20);
        bytes(state)
    }
}

/// Closes a message of `total` bytes whose last `used` bytes lie in `block`.
fn pad(state: &mut [u32; 5], block: &mut [u8; BLOCK], used: usize, total: usize) {
    block[used] = 0x80;
    block[used + 1..].fill(0);
    if used + 1 > BLOCK - 8 {
        compress(state, block);
        block.fill(0);
    }
    block[BLOCK - 8..].copy_from_slice(&(8 * total as u64).to_be_bytes());
    compress(state, block);
}

pub(crate) fn compress(state: &mut [u32; 5], block: &[u8; BLOCK]) {
    sha1::block_api::compress(state, core::slice::from_ref(block));
}

pub(crate) fn bytes(state: [u32; 5]) -> [u8; 20] {
    let mut out = [0; 20];
    for (chunk, word) in out.chunks_exact_mut(4).zip(state) {
        chunk.copy_from_slice(&word.to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_agrees_with_the_hmac_crate(
            key in proptest::collection::vec(any::<u8>(), 0..=64),
            a in proptest::collection::vec(any::<u8>(), 0..200),
            b in proptest::collection::vec(any::<u8>(), 0..70),
        ) {
            let mut oracle = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
            oracle.update(&a);
            oracle.update(&b);
            let expected: [u8; 20] = oracle.finalize().into_bytes().into();
            prop_assert_eq!(HmacKey::new(&key).mac(&[&a, &b]), expected);
        }
    }
}
