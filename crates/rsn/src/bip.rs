//! BIP-CMAC-128, which protects group-addressed management frames (802.11-2020, 12.5.4).
//!
//! ```text
//! header | body | Management MIC element: 76, 16, Key ID (2), IPN (6), MIC (8)
//! ```
//!
//! Nothing is ciphered: the frame can be read by all and made only by who has the key (IGTK).

use core::fmt;

use aes::Aes128;
use cmac::{Cmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use crate::key::Igtk;
use crate::mpdu::PN_MAX;

/// Element id of the Management MIC element (9.4.2.54).
pub const MMIE_ID: u8 = 76;
/// Bytes of that element, id and length included.
pub const MMIE_LEN: usize = 18;

const HEADER_LEN: usize = 24;
const MIC_LEN: usize = 8;
const TYPE_MASK: u8 = 0x0c;
const ORDER: u8 = 0x80;

/// Why a frame was not protected or not believed. It shall be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BipError {
    /// Not a management frame.
    Malformed,
    /// It carries no Management MIC element of this key.
    NotProtected,
    /// Its packet number is not above the last one.
    Replay,
    /// The MIC is wrong.
    Mic,
    /// All packet numbers are used up.
    Exhausted,
}

impl fmt::Display for BipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a management frame",
            Self::NotProtected => "frame carries no MIC of this key",
            Self::Replay => "packet number was used before",
            Self::Mic => "wrong MIC",
            Self::Exhausted => "packet numbers are used up",
        })
    }
}

impl core::error::Error for BipError {}

/// Which key a group-addressed management frame says it was protected with: 4 or 5 as a rule. `None`
/// when its last element is no Management MIC element.
#[must_use]
pub fn key_id(frame: &[u8]) -> Option<u16> {
    let body = frame.get(HEADER_LEN..)?;
    let element = body.last_chunk::<MMIE_LEN>()?;
    let [MMIE_ID, 16, k0, k1, ..] = *element else {
        return None;
    };
    Some(u16::from_le_bytes([k0, k1]))
}

/// The MIC over header and body, the MIC itself counted as zeroes (12.5.4.3).
fn mic(igtk: &Igtk, frame: &[u8]) -> Result<[u8; MIC_LEN], BipError> {
    let (header, body) = frame
        .split_first_chunk::<HEADER_LEN>()
        .ok_or(BipError::Malformed)?;
    let [fc0, fc1, ..] = *header;
    // A group-addressed frame has no HT Control.
    if fc0 & TYPE_MASK != 0 || fc1 & ORDER != 0 {
        return Err(BipError::Malformed);
    }
    let covered = body
        .len()
        .checked_sub(MIC_LEN)
        .and_then(|end| body.get(..end))
        .ok_or(BipError::Malformed)?;
    let mut cmac = Cmac::<Aes128>::new(igtk.expose().into());
    // Retry, Power Management and More Data count as zero; then the three addresses.
    cmac.update(&[fc0, fc1 & !0x38]);
    cmac.update(header.get(4..22).unwrap_or_default());
    cmac.update(covered);
    cmac.update(&[0; MIC_LEN]);
    let sum = cmac.finalize().into_bytes();
    Ok(core::array::from_fn(|i| sum.get(i).copied().unwrap_or(0)))
}

/// The sending half of a key.
#[derive(Clone, Debug)]
pub struct BipSender {
    igtk: Igtk,
    key_id: u8,
    ipn: u64,
}

impl BipSender {
    /// With a fresh key; `key_id` is 4 or 5.
    #[must_use]
    pub const fn new(igtk: Igtk, key_id: u8) -> Self {
        Self {
            igtk,
            key_id,
            ipn: 0,
        }
    }

    /// Packet number of the last frame sent, 0 before the first.
    #[must_use]
    pub const fn ipn(&self) -> u64 {
        self.ipn
    }

    /// Whether it is the same key, whatever its packet number.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.key_id == other.key_id && self.igtk == other.igtk
    }

    /// Appends the Management MIC element.
    ///
    /// # Errors
    /// [`BipError::Malformed`], [`BipError::Exhausted`]; the frame is as it was.
    pub fn protect(&mut self, frame: &mut Vec<u8>) -> Result<(), BipError> {
        if self.ipn >= PN_MAX {
            return Err(BipError::Exhausted);
        }
        let before = frame.len();
        let [p0, p1, p2, p3, p4, p5, _, _] = (self.ipn + 1).to_le_bytes();
        frame.extend([MMIE_ID, 16, self.key_id, 0, p0, p1, p2, p3, p4, p5]);
        frame.extend([0; MIC_LEN]);
        match mic(&self.igtk, frame) {
            Ok(mic) => {
                self.ipn += 1;
                frame.truncate(before + MMIE_LEN - MIC_LEN);
                frame.extend(mic);
                Ok(())
            }
            Err(error) => {
                frame.truncate(before);
                Err(error)
            }
        }
    }
}

/// The receiving half of a key.
#[derive(Clone, Debug)]
pub struct BipReceiver {
    igtk: Igtk,
    key_id: u8,
    last: u64,
}

impl BipReceiver {
    /// With a fresh key; frames up to the packet number `ipn` are old.
    #[must_use]
    pub const fn new(igtk: Igtk, key_id: u8, ipn: u64) -> Self {
        Self {
            igtk,
            key_id,
            last: ipn,
        }
    }

    /// Whether the frame may be believed.
    ///
    /// # Errors
    /// See [`BipError`]; the replay counter did not move.
    pub fn check(&mut self, frame: &[u8]) -> Result<(), BipError> {
        if key_id(frame) != Some(u16::from(self.key_id)) {
            return Err(BipError::NotProtected);
        }
        let element = frame
            .last_chunk::<MMIE_LEN>()
            .ok_or(BipError::NotProtected)?;
        let [_, _, _, _, p0, p1, p2, p3, p4, p5, sent @ ..] = *element;
        let ipn = u64::from_le_bytes([p0, p1, p2, p3, p4, p5, 0, 0]);
        if ipn <= self.last {
            return Err(BipError::Replay);
        }
        let expected = mic(&self.igtk, frame)?;
        if !bool::from(expected.ct_eq(&sent)) {
            return Err(BipError::Mic);
        }
        self.last = ipn;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BROADCAST: [u8; 6] = [0xff; 6];
    const AP: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2)
            .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
            .collect()
    }

    fn deauthentication() -> Vec<u8> {
        let mut frame = vec![0xc0, 0, 0, 0];
        frame.extend(BROADCAST);
        frame.extend(AP);
        frame.extend(AP);
        frame.extend([0x10, 0, 3, 0]);
        frame
    }

    fn pair() -> (BipSender, BipReceiver) {
        let igtk = Igtk::from_raw([0x4e; 16]);
        (
            BipSender::new(igtk.clone(), 4),
            BipReceiver::new(igtk, 4, 0),
        )
    }

    /// 802.11-2020, J.9.1: a broadcast deauthentication with reason 2 under BIP-CMAC-128.
    #[test]
    fn the_vector_of_the_standard() {
        let igtk: [u8; 16] = hex("4ea9543e09cf2b1eca66ffc58bdecbcf").try_into().unwrap();
        let mut frame = hex("c0000000ffffffffffff02000000000002000000000009000200");
        let mut sender = BipSender::new(Igtk::from_raw(igtk), 4);
        sender.ipn = 3;
        sender.protect(&mut frame).unwrap();
        assert_eq!(
            frame,
            hex(
                "c0000000ffffffffffff020000000000020000000000090002004c100400040000000000\
                 48dfbfa7b8278872"
            )
        );
    }

    #[test]
    fn what_was_sent_is_believed_once() {
        let (mut sender, mut receiver) = pair();
        for ipn in 1..4 {
            let mut frame = deauthentication();
            sender.protect(&mut frame).unwrap();
            assert_eq!(sender.ipn(), ipn);
            assert_eq!(key_id(&frame), Some(4));
            assert_eq!(receiver.check(&frame), Ok(()));
            assert_eq!(receiver.check(&frame), Err(BipError::Replay));
        }
    }

    #[test]
    fn retry_flag_and_sequence_number_may_change_on_the_way() {
        let (mut sender, mut receiver) = pair();
        let mut frame = deauthentication();
        sender.protect(&mut frame).unwrap();
        frame[1] |= 0x08;
        frame[22] = 0x50;
        assert_eq!(receiver.check(&frame), Ok(()));
    }

    #[test]
    fn a_frame_of_nobody_or_of_another_key_is_not_believed() {
        let (mut sender, mut receiver) = pair();
        let plain = deauthentication();
        assert_eq!(receiver.check(&plain), Err(BipError::NotProtected));
        let mut other = deauthentication();
        let stranger = Igtk::from_raw([1; 16]);
        BipSender::new(stranger.clone(), 4)
            .protect(&mut other)
            .unwrap();
        assert_eq!(receiver.check(&other), Err(BipError::Mic));
        let mut fifth = deauthentication();
        BipSender::new(stranger, 5).protect(&mut fifth).unwrap();
        assert_eq!(receiver.check(&fifth), Err(BipError::NotProtected));
        let mut data = vec![0x08; 40];
        assert_eq!(sender.protect(&mut data), Err(BipError::Malformed));
        assert_eq!(data.len(), 40);
        assert_eq!(sender.ipn(), 0);
    }

    #[test]
    fn the_last_packet_number_is_used_and_none_after_it() {
        let (mut sender, mut receiver) = pair();
        sender.ipn = PN_MAX - 1;
        let mut frame = deauthentication();
        sender.protect(&mut frame).unwrap();
        assert_eq!(receiver.check(&frame), Ok(()));
        assert_eq!(
            sender.protect(&mut deauthentication()),
            Err(BipError::Exhausted)
        );
    }

    proptest! {
        #[test]
        fn a_changed_bit_is_noticed(at in 0_usize..44, bit in 0_u8..8) {
            let (mut sender, mut receiver) = pair();
            let mut frame = deauthentication();
            sender.protect(&mut frame).unwrap();
            // Duration, sequence number and the three masked flags are not covered.
            let free = matches!(at, 2 | 3 | 22 | 23) || at == 1 && matches!(bit, 3..=5);
            frame[at] ^= 1 << bit;
            prop_assert_eq!(receiver.check(&frame).is_ok(), free);
        }

        #[test]
        fn arbitrary_bytes_are_not_believed(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (_, mut receiver) = pair();
            prop_assert!(receiver.check(&bytes).is_err());
        }
    }
}
