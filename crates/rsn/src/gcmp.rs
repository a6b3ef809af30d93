//! GCMP-128, another cipher of data frames (802.11-2020, 12.5.5).
//!
//! ```text
//! header (Protected bit set) | GCMP header (8) | ciphertext | MIC (16)
//! ```
//!
//! Header, additional data and replay counters are those of [`ccmp`](crate::ccmp), errors too: both
//! share `mpdu.rs`. It is AES-GCM with a nonce of transmitter address and packet number.

use core::fmt;

use aes::cipher::BlockCipherEncrypt;
use aes::{Aes128, Block};
use ghash::GHash;
use ghash::universal_hash::{KeyInit, UniversalHash};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::header::Header;
use crate::mpdu::{HEADER_LEN, MpduCipher, Receiver, Sender};

/// Bytes of the GCMP header, between MAC header and data.
pub const GCMP_HEADER_LEN: usize = HEADER_LEN;
/// Bytes of the MIC, after the data.
pub const GCMP_MIC_LEN: usize = 16;
/// Blocks ciphered at once: as many as processors work on side by side.
const LANES: usize = 8;
const BLOCK: usize = 16;

/// A key of GCMP: AES-128-GCM with a nonce of 12 bytes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Zeroizing<[u8; 16]>", into = "Zeroizing<[u8; 16]>")]
pub struct GcmpKey {
    tk: [u8; 16],
    cipher: Aes128,
    hash: GHash,
}

impl GcmpKey {
    /// Ciphers or deciphers in place, from counter 2 on.
    fn count(&self, nonce: &[u8; 12], data: &mut [u8]) {
        let mut counter = 2_u32;
        for chunk in data.chunks_mut(LANES * BLOCK) {
            let mut stream = [Block::default(); LANES];
            for block in &mut stream {
                *block = counter_block(nonce, counter);
                counter = counter.wrapping_add(1);
            }
            let needed = chunk.len().div_ceil(BLOCK);
            self.cipher
                .encrypt_blocks(stream.get_mut(..needed).unwrap_or_default());
            for (byte, pad) in chunk.iter_mut().zip(stream.iter().flatten()) {
                *byte ^= pad;
            }
        }
    }

    /// The MIC over additional data and ciphertext.
    fn mic(&self, nonce: &[u8; 12], aad: &[u8], cipher: &[u8]) -> [u8; GCMP_MIC_LEN] {
        let mut hash = self.hash.clone();
        hash.update_padded(aad);
        hash.update_padded(cipher);
        let bits = |len: usize| (len as u64 * 8).to_be_bytes();
        let mut lengths = Block::default();
        lengths[..8].copy_from_slice(&bits(aad.len()));
        lengths[8..].copy_from_slice(&bits(cipher.len()));
        hash.update(&[lengths]);
        let mut mic = counter_block(nonce, 1);
        self.cipher.encrypt_block(&mut mic);
        for (byte, sum) in mic.iter_mut().zip(hash.finalize()) {
            *byte ^= sum;
        }
        mic.into()
    }
}

impl MpduCipher for GcmpKey {
    const MIC_LEN: usize = GCMP_MIC_LEN;

    fn new(tk: &[u8; 16]) -> Self {
        let cipher = Aes128::new(tk.into());
        let mut hash_key = Block::default();
        cipher.encrypt_block(&mut hash_key);
        let hash = GHash::new(&hash_key);
        hash_key.as_mut_slice().zeroize();
        Self {
            tk: *tk,
            cipher,
            hash,
        }
    }

    #[inline]
    fn seal(&self, header: &Header, pn: u64, body: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(body);
        let nonce = nonce(header, pn);
        let cipher = out.get_mut(start..).unwrap_or_default();
        self.count(&nonce, cipher);
        let mic = self.mic(&nonce, header.aad(), cipher);
        out.extend_from_slice(&mic);
    }

    #[inline]
    fn open(&self, header: &Header, pn: u64, cipher: &[u8], mic: &[u8], out: &mut Vec<u8>) -> bool {
        let nonce = nonce(header, pn);
        // Checked before anything is deciphered: nothing has to be erased again.
        let right = self.mic(&nonce, header.aad(), cipher);
        if !bool::from(right[..].ct_eq(mic)) {
            return false;
        }
        let start = out.len();
        out.extend_from_slice(cipher);
        self.count(&nonce, out.get_mut(start..).unwrap_or_default());
        true
    }
}

impl Drop for GcmpKey {
    fn drop(&mut self) {
        // Round keys and hash erase themselves.
        self.tk.zeroize();
    }
}

impl From<Zeroizing<[u8; 16]>> for GcmpKey {
    fn from(tk: Zeroizing<[u8; 16]>) -> Self {
        Self::new(&tk)
    }
}

impl From<GcmpKey> for Zeroizing<[u8; 16]> {
    fn from(key: GcmpKey) -> Self {
        Self::new(key.tk)
    }
}

impl fmt::Debug for GcmpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GcmpKey(..)")
    }
}

fn counter_block(nonce: &[u8; 12], counter: u32) -> Block {
    let mut block = Block::default();
    block[..12].copy_from_slice(nonce);
    block[12..].copy_from_slice(&counter.to_be_bytes());
    block
}

/// Transmitter address and packet number: the CCMP nonce without its flags (12.5.5.3.4).
fn nonce(header: &Header, pn: u64) -> [u8; 12] {
    let [_, rest @ ..] = header.nonce(pn);
    rest
}

/// The sending half of a key. A frame becomes 24 bytes longer.
pub type GcmpSender = Sender<GcmpKey>;

/// The receiving half of a key, with one replay counter per traffic identifier and one of management
/// frames.
pub type GcmpReceiver = Receiver<GcmpKey>;

#[cfg(test)]
mod tests;
