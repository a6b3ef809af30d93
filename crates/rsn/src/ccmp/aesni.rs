//! CCM in one pass with the AES instructions of x86-64.
//!
//! CBC-MAC is a chain: each block waits for the one before, ten rounds of some four cycles. Counter
//! mode has nothing to wait for, so its rounds fit into the gaps of the chain and cost nothing. The
//! chain is kept as short as it can be by adding the next block (and the next whitening key) to the
//! last round key, off the chain.

#![expect(
    unsafe_code,
    reason = "processor instructions; checked against the portable code"
)]

use core::arch::x86_64::{
    __m128i, _mm_aesenc_si128, _mm_aesenclast_si128, _mm_aeskeygenassist_si128, _mm_loadu_si128,
    _mm_shuffle_epi32, _mm_slli_si128, _mm_storeu_si128, _mm_xor_si128,
};

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::cipher::CcmCipher;

type Block = [u8; 16];

/// Expanded key. Exists only where the processor has AES instructions.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct AesNi {
    round_keys: [Block; 11],
}

impl AesNi {
    /// `None` where the processor has no AES instructions.
    pub(super) fn new(tk: &[u8; 16]) -> Option<Self> {
        if !std::arch::is_x86_feature_detected!("aes") {
            return None;
        }
        // SAFETY: the processor has the instructions.
        let round_keys = unsafe { expand(tk) };
        Some(Self { round_keys })
    }
}

impl CcmCipher for AesNi {
    fn seal(&self, nonce: &[u8; 13], aad: &[u8], data: &[u8], out: &mut [u8]) -> [u8; 8] {
        // SAFETY: `AesNi` exists, so the processor has the instructions.
        unsafe { ccm::<true>(&self.round_keys, nonce, aad, data, out) }
    }

    fn open(
        &self,
        nonce: &[u8; 13],
        aad: &[u8],
        data: &[u8],
        out: &mut [u8],
        mic: &[u8; 8],
    ) -> bool {
        // SAFETY: `AesNi` exists, so the processor has the instructions.
        let right = unsafe { ccm::<false>(&self.round_keys, nonce, aad, data, out) };
        let fits = bool::from(right.ct_eq(mic));
        if !fits {
            out.fill(0);
        }
        fits
    }
}

#[inline(always)]
fn load(block: &Block) -> __m128i {
    // SAFETY: 16 readable bytes, no alignment asked for; SSE2 is part of x86-64.
    unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
}

#[inline(always)]
fn store(block: &mut Block, value: __m128i) {
    // SAFETY: 16 writable bytes, no alignment asked for; SSE2 is part of x86-64.
    unsafe { _mm_storeu_si128(block.as_mut_ptr().cast(), value) }
}

#[inline(always)]
fn xor(a: __m128i, b: __m128i) -> __m128i {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { _mm_xor_si128(a, b) }
}

/// A block from up to 16 bytes, the rest zero.
#[inline(always)]
fn padded(bytes: &[u8]) -> Block {
    let mut block = [0; 16];
    block
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    block
}

/// Key expansion of AES-128 (FIPS 197, 5.2).
#[target_feature(enable = "aes")]
fn expand(key: &Block) -> [Block; 11] {
    #[target_feature(enable = "aes")]
    fn next<const RCON: i32>(key: __m128i) -> __m128i {
        let t = _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<RCON>(key));
        let key = xor(key, _mm_slli_si128::<4>(key));
        let key = xor(key, _mm_slli_si128::<8>(key));
        xor(key, t)
    }
    let k0 = load(key);
    let k1 = next::<0x01>(k0);
    let k2 = next::<0x02>(k1);
    let k3 = next::<0x04>(k2);
    let k4 = next::<0x08>(k3);
    let k5 = next::<0x10>(k4);
    let k6 = next::<0x20>(k5);
    let k7 = next::<0x40>(k6);
    let k8 = next::<0x80>(k7);
    let k9 = next::<0x1b>(k8);
    let k10 = next::<0x36>(k9);
    let mut out = [[0; 16]; 11];
    for (to, from) in out
        .iter_mut()
        .zip([k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10])
    {
        store(to, from);
    }
    out
}

/// Two blocks that are whitened already, through all rounds. The last round adds `last` instead of
/// the last round key.
#[inline]
#[target_feature(enable = "aes")]
fn rounds(
    keys: &[__m128i; 11],
    mut a: __m128i,
    mut b: __m128i,
    last: [__m128i; 2],
) -> [__m128i; 2] {
    for key in &keys[1..10] {
        a = _mm_aesenc_si128(a, *key);
        b = _mm_aesenc_si128(b, *key);
    }
    [
        _mm_aesenclast_si128(a, last[0]),
        _mm_aesenclast_si128(b, last[1]),
    ]
}

/// CCM (RFC 3610) with M = 8, L = 2: ciphers or deciphers `data` into `out` and returns the MIC that
/// belongs to it. Of data and out, what both have room for is used; it is at most 65,535 bytes.
#[target_feature(enable = "aes")]
fn ccm<const SEAL: bool>(
    round_keys: &[Block; 11],
    nonce: &[u8; 13],
    aad: &[u8],
    data: &[u8],
    out: &mut [u8],
) -> [u8; 8] {
    let mut keys = [load(&[0; 16]); 11];
    keys.iter_mut()
        .zip(round_keys)
        .for_each(|(to, from)| *to = load(from));
    let (first, last) = (keys[0], keys[10]);
    // A block is added to the chain together with both whitening keys.
    let seam = xor(first, last);

    let mut counter_block = [0; 16];
    counter_block[0] = 0x01;
    counter_block[1..14].copy_from_slice(nonce);
    let counter_base = xor(load(&counter_block), first);
    let counter = |i: u16| {
        let [hi, lo] = i.to_be_bytes();
        xor(
            counter_base,
            load(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, hi, lo]),
        )
    };

    let mut block = counter_block;
    block[0] = if aad.is_empty() { 0x19 } else { 0x59 };
    block[14..].copy_from_slice(&(data.len() as u16).to_be_bytes());
    // The chain, always whitened for its next block.
    let mut mac = xor(load(&block), first);

    // Additional data: its length, then itself. The MIC's mask (counter 0) and the first key stream
    // (counter 1) ride on its blocks, each further key stream on the block of data before it.
    let (head, tail) = aad.split_at(aad.len().min(14));
    let mut block = [0; 16];
    block[..2].copy_from_slice(&(aad.len() as u16).to_be_bytes());
    block[2..]
        .iter_mut()
        .zip(head)
        .for_each(|(to, from)| *to = *from);
    let with_aad = if aad.is_empty() { None } else { Some(block) };
    let mut blocks = with_aad.into_iter().chain(tail.chunks(16).map(padded));
    let zero = xor(first, first);
    let mut streams = [counter(0), counter(1)];
    for stream in &mut streams {
        if let Some(block) = blocks.next() {
            [mac, *stream] = rounds(&keys, mac, *stream, [xor(seam, load(&block)), last]);
        } else {
            [_, *stream] = rounds(&keys, zero, *stream, [zero, last]);
        }
    }
    for block in blocks {
        [mac, _] = rounds(&keys, mac, zero, [xor(seam, load(&block)), zero]);
    }
    let [mask, mut stream] = streams;

    let (data, data_tail) = data.as_chunks::<16>();
    let (out, out_tail) = out.as_chunks_mut::<16>();
    let mut i = 1u16;
    for (from, to) in data.iter().zip(out) {
        let from = load(from);
        let crossed = xor(from, stream);
        store(to, crossed);
        let plain = if SEAL { from } else { crossed };
        i = i.wrapping_add(1);
        [mac, stream] = rounds(&keys, mac, counter(i), [xor(seam, plain), last]);
    }
    if !data_tail.is_empty() {
        let mut block = [0; 16];
        store(&mut block, xor(stream, load(&padded(data_tail))));
        out_tail
            .iter_mut()
            .zip(&block)
            .for_each(|(to, from)| *to = *from);
        let plain = if SEAL {
            padded(data_tail)
        } else {
            padded(out_tail)
        };
        [mac, _] = rounds(&keys, mac, zero, [xor(seam, load(&plain)), zero]);
    }
    [mac, _] = rounds(&keys, mac, zero, [last, zero]);
    let mut mic = [0; 16];
    store(&mut mic, xor(mac, mask));
    let mut out = [0; 8];
    out.copy_from_slice(&mic[..8]);
    out
}
