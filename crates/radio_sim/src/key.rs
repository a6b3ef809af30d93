//! Installed keys.

use dot11::{CipherSuite, KeyBytes};
use radio::{CommandError, CommandErrorKind, Key, KeyScope};
use rsn::Igtk;
use rsn::bip::BipSender;
use rsn::ccmp::{CcmpError, CcmpReceiver, CcmpSender};
use rsn::gcmp::{GcmpReceiver, GcmpSender};

use crate::refusal::{invalid, refuse};

/// What a simulated radio ciphers with.
pub(crate) const CIPHERS: [CipherSuite; 2] = [CipherSuite::CCMP, CipherSuite::GCMP];

/// Whether a frame is ciphered when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ciphering {
    /// Without a key it is not sent.
    Must,
    /// When there is a key.
    IfKeyed,
    Never,
}

impl Ciphering {
    /// Of a frame beside the data.
    pub(crate) const fn of_packet(in_clear: bool) -> Self {
        if in_clear { Self::Never } else { Self::IfKeyed }
    }

    /// The frame as it flies; `None` when it may not, or all packet numbers are used up.
    pub(crate) fn apply(self, key: Option<&mut CipherKey>, frame: Vec<u8>) -> Option<Vec<u8>> {
        match (self, key) {
            (Self::Must, None) => None,
            (Self::Never, _) | (Self::IfKeyed, None) => Some(frame),
            (Self::Must | Self::IfKeyed, Some(key)) => {
                let mut out = Vec::new();
                key.other.sender.protect(&frame, &mut out).ok()?;
                Some(out)
            }
        }
    }
}

/// The sending half of a key.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all keys are of the long variant"
)]
pub(crate) enum Sender {
    Ccmp(CcmpSender),
    // In a box: twice as long as the other.
    Gcmp(Box<GcmpSender>),
}

impl Sender {
    /// `None` for a cipher that is not in [`CIPHERS`].
    pub(crate) fn new(cipher: CipherSuite, tk: &[u8; 16], key_id: u8) -> Option<Self> {
        match cipher {
            CipherSuite::CCMP => Some(Self::Ccmp(CcmpSender::new(tk, key_id))),
            CipherSuite::GCMP => Some(Self::Gcmp(Box::new(GcmpSender::new(tk, key_id)))),
            _ => None,
        }
    }

    pub(crate) const fn pn(&self) -> u64 {
        match self {
            Self::Ccmp(sender) => sender.pn(),
            Self::Gcmp(sender) => sender.pn(),
        }
    }

    pub(crate) fn protect(&mut self, mpdu: &[u8], out: &mut Vec<u8>) -> Result<(), CcmpError> {
        match self {
            Self::Ccmp(sender) => sender.protect(mpdu, out),
            Self::Gcmp(sender) => sender.protect(mpdu, out),
        }
    }
}

/// The receiving half of a key.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all keys are of the long variant, which belongs into the row"
)]
pub(crate) enum Receiver {
    Ccmp(CcmpReceiver),
    // In a box: twice as long as the other.
    Gcmp(Box<GcmpReceiver>),
}

impl Receiver {
    /// `None` for a cipher that is not in [`CIPHERS`].
    pub(crate) fn new(cipher: CipherSuite, tk: &[u8; 16], rsc: u64) -> Option<Self> {
        match cipher {
            CipherSuite::CCMP => Some(Self::Ccmp(CcmpReceiver::new(tk, rsc))),
            CipherSuite::GCMP => Some(Self::Gcmp(Box::new(GcmpReceiver::new(tk, rsc)))),
            _ => None,
        }
    }

    pub(crate) fn unprotect(&mut self, mpdu: &[u8], out: &mut Vec<u8>) -> Result<(), CcmpError> {
        match self {
            Self::Ccmp(receiver) => receiver.unprotect(mpdu, out),
            Self::Gcmp(receiver) => receiver.unprotect(mpdu, out),
        }
    }
}

/// Both directions under one temporal key. What received frames need lies in the row it is part of.
pub(crate) struct CipherKey {
    pub(crate) receiver: Receiver,
    other: Box<Other>,
}

/// What received frames do not need.
struct Other {
    cipher: CipherSuite,
    material: KeyBytes,
    sender: Sender,
}

impl CipherKey {
    /// `None` when the material is not a key of 16 bytes, or the cipher is another one.
    pub(crate) fn new(
        cipher: CipherSuite,
        material: &KeyBytes,
        key_id: u8,
        receive_counter: u64,
    ) -> Option<Self> {
        let tk: &[u8; 16] = material.expose().try_into().ok()?;
        Some(Self {
            receiver: Receiver::new(cipher, tk, receive_counter)?,
            other: Box::new(Other {
                cipher,
                material: material.clone(),
                sender: Sender::new(cipher, tk, key_id)?,
            }),
        })
    }

    /// Packet number of the last frame sent.
    pub(crate) const fn sent(&self) -> u64 {
        self.other.sender.pn()
    }

    /// Whether it is the same key for the same cipher.
    fn is(&self, other: &Self) -> bool {
        let (a, b) = (&self.other, &other.other);
        a.cipher == b.cipher && a.material == b.material
    }

    /// Puts `key` into `slot`. A key that is there already keeps its counters: starting them anew
    /// would repeat nonces (key reinstallation attacks, CVE-2017-13077 and following).
    pub(crate) fn install(slot: &mut Option<Self>, key: Self) {
        if !slot.as_ref().is_some_and(|old| old.is(&key)) {
            *slot = Some(key);
        }
    }
}

/// A key as it will be installed, if it can be and its index is one of its scope.
pub(crate) fn check_key(key: &Key) -> Result<CipherKey, CommandError> {
    if !CIPHERS.contains(&key.cipher) {
        return refuse(
            CommandErrorKind::NotSupported,
            "The simulated radio ciphers with CCMP and GCMP only.",
            "Use CCMP.",
        );
    }
    let receive_counter = key.receive_counter.unwrap_or(0);
    if receive_counter > rsn::ccmp::PN_MAX {
        return invalid("The receive counter has more than 48 bits.");
    }
    match (key.scope, key.index) {
        (KeyScope::Pairwise(_), 0) | (KeyScope::Group, 1..=3) => {}
        (KeyScope::Pairwise(_), _) => return invalid("A pairwise key's index is 0."),
        (KeyScope::Group, _) => return invalid("A group key's index is 1 to 3."),
    }
    match CipherKey::new(key.cipher, &key.material, key.index, receive_counter) {
        Some(key) => Ok(key),
        None => invalid("A key of CCMP or GCMP has 16 bytes."),
    }
}

impl core::fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CipherKey")
            .field("sent", &self.sent())
            .finish_non_exhaustive()
    }
}

/// A key of group-addressed management frames as it will be installed: its slot and itself.
pub(crate) fn check_management_key(key: &Key) -> Result<(usize, BipSender), CommandError> {
    let slot = management_slot(key.index);
    let (KeyScope::Group, Some(slot)) = (key.scope, slot) else {
        return invalid("A key of management frames is a group key of the index 4 or 5.");
    };
    match Igtk::from_slice(key.material.expose()) {
        Some(igtk) => Ok((slot, BipSender::new(igtk, key.index))),
        None => invalid("A key of BIP has 16 bytes."),
    }
}

/// Where the key of this index lies among those of management frames.
pub(crate) const fn management_slot(index: u8) -> Option<usize> {
    match index {
        4 => Some(0),
        5 => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> CipherKey {
        CipherKey::new(CipherSuite::CCMP, &KeyBytes::new(vec![byte; 16]), 0, 0).unwrap()
    }

    fn send(slot: &mut Option<CipherKey>) -> u64 {
        let ap = dot11::MacAddr([2, 0, 0, 0, 0, 1]);
        let frame = dot11::frame::DataHeader::from_ds(ap, ap, ap).encode(b"hello");
        let sender = &mut slot.as_mut().unwrap().other.sender;
        sender.protect(&frame, &mut Vec::new()).unwrap();
        sender.pn()
    }

    #[test]
    fn installing_the_same_key_again_keeps_its_counters_and_another_starts_anew() {
        let mut slot = None;
        CipherKey::install(&mut slot, key(1));
        assert_eq!(send(&mut slot), 1);
        CipherKey::install(&mut slot, key(1));
        assert_eq!(send(&mut slot), 2);
        CipherKey::install(&mut slot, key(2));
        assert_eq!(send(&mut slot), 1);
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        for cipher in CIPHERS {
            let new = |len| CipherKey::new(cipher, &KeyBytes::new(vec![0; len]), 0, 0);
            assert!(new(16).is_some());
            assert!(new(15).is_none());
            assert!(new(32).is_none());
        }
        let tkip = CipherKey::new(CipherSuite::TKIP, &KeyBytes::new(vec![0; 16]), 0, 0);
        assert!(tkip.is_none());
    }

    #[test]
    fn the_same_bytes_for_another_cipher_are_another_key() {
        let mut slot = Some(key(1));
        assert_eq!(send(&mut slot), 1);
        let gcmp = CipherKey::new(CipherSuite::GCMP, &KeyBytes::new(vec![1; 16]), 0, 0).unwrap();
        CipherKey::install(&mut slot, gcmp);
        let sender = &slot.unwrap().other.sender;
        assert!(matches!(sender, Sender::Gcmp(_)));
    }
}
