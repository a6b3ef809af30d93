//! Installed keys.

use dot11::KeyBytes;
use rsn::ccmp::{CcmpReceiver, CcmpSender};

/// A CCMP key of the access point: both directions under one temporal key.
pub(crate) struct CipherKey {
    material: KeyBytes,
    pub(crate) sender: CcmpSender,
    pub(crate) receiver: CcmpReceiver,
}

impl CipherKey {
    /// `None` when the material is not a CCMP key of 16 bytes.
    pub(crate) fn new(material: &KeyBytes, key_id: u8, receive_counter: u64) -> Option<Self> {
        let tk: &[u8; 16] = material.expose().try_into().ok()?;
        Some(Self {
            material: material.clone(),
            sender: CcmpSender::new(tk, key_id),
            receiver: CcmpReceiver::new(tk, receive_counter),
        })
    }

    /// Puts `key` into `slot`. A key that is there already keeps its counters: starting them anew
    /// would repeat nonces (key reinstallation attacks, CVE-2017-13077 and following).
    pub(crate) fn install(slot: &mut Option<Self>, key: Self) {
        if slot.as_ref().is_none_or(|old| old.material != key.material) {
            *slot = Some(key);
        }
    }
}

impl core::fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CipherKey")
            .field("sent", &self.sender.pn())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> CipherKey {
        CipherKey::new(&KeyBytes::new(vec![byte; 16]), 0, 0).unwrap()
    }

    fn send(slot: &mut Option<CipherKey>) -> u64 {
        let ap = dot11::MacAddr([2, 0, 0, 0, 0, 1]);
        let frame = dot11::frame::DataHeader::from_ds(ap, ap, ap).encode(b"hello");
        let sender = &mut slot.as_mut().unwrap().sender;
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
        assert!(CipherKey::new(&KeyBytes::new(vec![0; 15]), 0, 0).is_none());
        assert!(CipherKey::new(&KeyBytes::new(vec![0; 32]), 0, 0).is_none());
    }
}
