//! What CCMP and GCMP have in common: a header with the packet number, a MIC at the end, replay
//! counters (802.11-2020, 12.5.3, 12.5.5).
//!
//! ```text
//! MAC header (Protected bit set) | header of the cipher (8) | ciphertext | MIC
//! ```
//!
//! Frames here have no FCS. Data frames are ciphered, and management frames addressed to one station
//! (12.5.3.3.3): those have a nonce flag and a replay counter of their own.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::header::{COUNTERS, Header, PROTECTED};

/// Bytes of the cipher's header, between MAC header and data.
pub(crate) const HEADER_LEN: usize = 8;
/// Largest packet number: a key must be replaced before it is used up.
pub const PN_MAX: u64 = (1 << 48) - 1;
/// Longest body that CCM with a two-byte length can cipher; far above any frame.
const BODY_MAX: usize = 65_535;

/// The Ext IV bit in the key octet of the cipher's header.
const EXT_IV: u8 = 0x20;

/// Why a frame was not ciphered or deciphered. It shall be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CcmpError {
    /// Neither a data frame with a body nor a management frame, or too short.
    Malformed,
    /// To be sent, but its Protected bit is set already.
    AlreadyProtected,
    /// Received without the Protected bit.
    NotProtected,
    /// Its packet number is not above the last one of its traffic identifier.
    Replay,
    /// The MIC is wrong.
    Mic,
    /// All packet numbers are used up.
    Exhausted,
}

impl fmt::Display for CcmpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "neither a data frame with a body nor a management frame",
            Self::AlreadyProtected => "frame is protected already",
            Self::NotProtected => "frame is not protected",
            Self::Replay => "packet number was used before",
            Self::Mic => "wrong MIC",
            Self::Exhausted => "packet numbers are used up",
        })
    }
}

impl core::error::Error for CcmpError {}

/// A key of a cipher of frames: what differs between CCMP and GCMP.
pub trait MpduCipher {
    /// Bytes of the MIC.
    const MIC_LEN: usize;

    /// From a temporal key.
    fn new(tk: &[u8; 16]) -> Self;

    /// Appends the ciphertext of `body` (at most 65,535 bytes) to `out`, then the MIC.
    fn seal(&self, header: &Header, pn: u64, body: &[u8], out: &mut Vec<u8>);

    /// Appends the plain text of `cipher` to `out`. `false` when `mic` ([`MpduCipher::MIC_LEN`] bytes)
    /// is wrong: then nothing deciphered is in `out`.
    fn open(&self, header: &Header, pn: u64, cipher: &[u8], mic: &[u8], out: &mut Vec<u8>) -> bool;
}

/// Which key a protected frame was ciphered with: the Key ID of its CCMP or GCMP header, 0 to 3. `None`
/// when it is not such a protected frame.
#[must_use]
pub fn key_id(mpdu: &[u8]) -> Option<u8> {
    let header = Header::parse(mpdu)?;
    let octet = *mpdu.get(header.len + 3)?;
    (header.protected && octet & EXT_IV != 0).then_some(octet >> 6)
}

/// Packet number of a protected frame.
#[inline]
fn packet_number(header: &[u8; HEADER_LEN]) -> u64 {
    let [p0, p1, _, _, p2, p3, p4, p5] = *header;
    u64::from_be_bytes([0, 0, p5, p4, p3, p2, p1, p0])
}

/// The sending half of a key of one cipher.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sender<C> {
    key: C,
    key_id: u8,
    pub(crate) pn: u64,
}

impl<C: MpduCipher> Sender<C> {
    /// With a fresh key; `key_id` is 0 for a pairwise key, 1 to 3 for a group key.
    #[must_use]
    pub fn new(tk: &[u8; 16], key_id: u8) -> Self {
        Self {
            key: C::new(tk),
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
    /// becomes the header and the MIC of the cipher longer than `mpdu`.
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
        out.reserve(mpdu.len() + HEADER_LEN + C::MIC_LEN);
        out.extend_from_slice(head);
        if let Some(flags) = out.get_mut(1) {
            *flags |= PROTECTED;
        }
        out.extend_from_slice(&[p0, p1, 0, EXT_IV | self.key_id << 6, p2, p3, p4, p5]);
        self.key.seal(&header, self.pn, body, out);
        Ok(())
    }
}

/// The receiving half of a key of one cipher, with one replay counter per traffic identifier and one of management
/// frames.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receiver<C> {
    key: C,
    last: [u64; COUNTERS],
}

impl<C: MpduCipher> Receiver<C> {
    /// With a fresh key; frames up to the packet number `rsc` are old.
    #[must_use]
    pub fn new(tk: &[u8; 16], rsc: u64) -> Self {
        Self {
            key: C::new(tk),
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
        let (own, rest) = rest
            .split_first_chunk::<HEADER_LEN>()
            .ok_or(CcmpError::Malformed)?;
        let (cipher, mic) = rest
            .len()
            .checked_sub(C::MIC_LEN)
            .and_then(|len| rest.split_at_checked(len))
            .ok_or(CcmpError::Malformed)?;
        if own[3] & EXT_IV == 0 || cipher.len() > BODY_MAX {
            return Err(CcmpError::Malformed);
        }
        let pn = packet_number(own);
        let last = self
            .last
            .get_mut(header.counter())
            .ok_or(CcmpError::Malformed)?;
        if pn <= *last {
            return Err(CcmpError::Replay);
        }
        out.reserve(header.len + cipher.len());
        out.extend_from_slice(head);
        if let Some(flags) = out.get_mut(1) {
            *flags &= !PROTECTED;
        }
        if !self.key.open(&header, pn, cipher, mic, out) {
            out.clear();
            return Err(CcmpError::Mic);
        }
        *last = pn;
        Ok(())
    }
}
