//! GCMP-128, another cipher of data frames (802.11-2020, 12.5.5).
//!
//! ```text
//! header (Protected bit set) | GCMP header (8) | ciphertext | MIC (16)
//! ```
//!
//! Header, additional data and replay counters are those of [`ccmp`](crate::ccmp), errors too. It is
//! AES-GCM with a nonce of transmitter address and packet number.

use core::fmt;

use aes::cipher::BlockCipherEncrypt;
use aes::{Aes128, Block};
use ghash::GHash;
use ghash::universal_hash::{KeyInit, UniversalHash};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::ccmp::header::{COUNTERS, Header, PROTECTED};
use crate::ccmp::{BODY_MAX, CcmpError, EXT_IV, PN_MAX, packet_number};

/// Bytes of the GCMP header, between MAC header and data.
pub const GCMP_HEADER_LEN: usize = 8;
/// Bytes of the MIC, after the data.
pub const GCMP_MIC_LEN: usize = 16;
/// Blocks ciphered at once: as many as processors work on side by side.
const LANES: usize = 8;
const BLOCK: usize = 16;

/// AES-128-GCM with a nonce of 12 bytes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Zeroizing<[u8; 16]>", into = "Zeroizing<[u8; 16]>")]
struct GcmpKey {
    tk: [u8; 16],
    cipher: Aes128,
    hash: GHash,
}

impl GcmpKey {
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

/// The sending half of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GcmpSender {
    key: GcmpKey,
    key_id: u8,
    pn: u64,
}

impl GcmpSender {
    /// With a fresh key; `key_id` is 0 for a pairwise key, 1 to 3 for a group key.
    #[must_use]
    pub fn new(tk: &[u8; 16], key_id: u8) -> Self {
        Self {
            key: GcmpKey::new(tk),
            key_id: key_id & 3,
            pn: 0,
        }
    }

    /// Packet number of the last frame sent, 0 before the first.
    #[must_use]
    pub const fn pn(&self) -> u64 {
        self.pn
    }

    /// Ciphers `mpdu` (MAC header and plain body) into `out`, whose old contents are dropped; it
    /// becomes 24 bytes longer than `mpdu`.
    ///
    /// # Errors
    /// See [`CcmpError`]; no packet number was used.
    pub fn protect(&mut self, mpdu: &[u8], out: &mut Vec<u8>) -> Result<(), CcmpError> {
        let header = Header::parse(mpdu).ok_or(CcmpError::Malformed)?;
        if header.protected {
            return Err(CcmpError::AlreadyProtected);
        }
        let (head, body) = mpdu
            .split_at_checked(header.len)
            .ok_or(CcmpError::Malformed)?;
        if body.len() > BODY_MAX {
            return Err(CcmpError::Malformed);
        }
        if self.pn >= PN_MAX {
            return Err(CcmpError::Exhausted);
        }
        self.pn += 1;
        let [_, _, p5, p4, p3, p2, p1, p0] = self.pn.to_be_bytes();
        out.clear();
        out.reserve(mpdu.len() + GCMP_HEADER_LEN + GCMP_MIC_LEN);
        out.extend_from_slice(head);
        if let Some(flags) = out.get_mut(1) {
            *flags |= PROTECTED;
        }
        out.extend_from_slice(&[p0, p1, 0, EXT_IV | self.key_id << 6, p2, p3, p4, p5]);
        out.extend_from_slice(body);
        let nonce = nonce(&header, self.pn);
        let cipher = out
            .get_mut(header.len + GCMP_HEADER_LEN..)
            .unwrap_or_default();
        self.key.count(&nonce, cipher);
        let mic = self.key.mic(&nonce, header.aad(), cipher);
        out.extend_from_slice(&mic);
        Ok(())
    }
}

/// The receiving half of a key, with one replay counter per traffic identifier and one of management
/// frames.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GcmpReceiver {
    key: GcmpKey,
    last: [u64; COUNTERS],
}

impl GcmpReceiver {
    /// With a fresh key; frames up to the packet number `rsc` are old.
    #[must_use]
    pub fn new(tk: &[u8; 16], rsc: u64) -> Self {
        Self {
            key: GcmpKey::new(tk),
            last: [rsc; COUNTERS],
        }
    }

    /// Deciphers `mpdu` into `out` (MAC header with the Protected bit cleared, then the plain
    /// body), whose old contents are dropped.
    ///
    /// # Errors
    /// See [`CcmpError`]; replay counters did not move and `out` is empty.
    pub fn unprotect(&mut self, mpdu: &[u8], out: &mut Vec<u8>) -> Result<(), CcmpError> {
        out.clear();
        let header = Header::parse(mpdu).ok_or(CcmpError::Malformed)?;
        if !header.protected {
            return Err(CcmpError::NotProtected);
        }
        let (head, rest) = mpdu
            .split_at_checked(header.len)
            .ok_or(CcmpError::Malformed)?;
        let (gcmp, rest) = rest
            .split_first_chunk::<GCMP_HEADER_LEN>()
            .ok_or(CcmpError::Malformed)?;
        let (cipher, mic) = rest
            .split_last_chunk::<GCMP_MIC_LEN>()
            .ok_or(CcmpError::Malformed)?;
        if gcmp[3] & EXT_IV == 0 || cipher.len() > BODY_MAX {
            return Err(CcmpError::Malformed);
        }
        let pn = packet_number(gcmp);
        let last = self
            .last
            .get_mut(header.counter())
            .ok_or(CcmpError::Malformed)?;
        if pn <= *last {
            return Err(CcmpError::Replay);
        }
        let nonce = nonce(&header, pn);
        // Checked before anything is deciphered: nothing has to be erased again.
        let right = self.key.mic(&nonce, header.aad(), cipher);
        if !bool::from(right.ct_eq(mic)) {
            return Err(CcmpError::Mic);
        }
        out.reserve(header.len + cipher.len());
        out.extend_from_slice(head);
        if let Some(flags) = out.get_mut(1) {
            *flags &= !PROTECTED;
        }
        out.extend_from_slice(cipher);
        self.key
            .count(&nonce, out.get_mut(header.len..).unwrap_or_default());
        *last = pn;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
