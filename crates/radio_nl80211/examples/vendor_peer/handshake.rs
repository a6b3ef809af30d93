//! The handshake of `examples/ihv/c/handshake.c`, whose head describes the frames.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub(crate) const ETHER_TYPE: u16 = 0x88b5;
/// The element that asks for the extension.
pub(crate) const ELEMENT: [u8; 6] = [0xdd, 4, 2, 0xca, 0xfe, 1];
/// RSN element: CCMP, PSK.
pub(crate) const RSNE: [u8; 22] = [
    0x30, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0,
];

pub(crate) const START: u8 = 0;
pub(crate) const HELLO: u8 = 1;
pub(crate) const REPLY: u8 = 2;
pub(crate) const DONE: u8 = 3;
pub(crate) const BYE: u8 = 4;
/// Not the example's: a question of the access point, and the station's answer.
pub(crate) const QUESTION: u8 = 0x10;
pub(crate) const ANSWER: u8 = 0x11;
/// What stands in an answer that goes in clear in spite of a key.
pub(crate) const INJECTED: u8 = 9;

pub(crate) type Half = [u8; 16];

/// The secret as the extension keeps it.
pub(crate) struct Secret([u8; 64]);

impl Secret {
    pub(crate) fn new(text: &str) -> Self {
        let mut secret = [0; 64];
        secret
            .iter_mut()
            .zip(text.bytes())
            .for_each(|(to, from)| *to = from);
        Self(secret)
    }

    pub(crate) fn tag(&self, label: &str, nonce_a: &Half, nonce_s: &Half) -> Half {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes any key")
        };
        mac.update(label.as_bytes());
        mac.update(nonce_a);
        mac.update(nonce_s);
        let digest = mac.finalize().into_bytes();
        let mut tag = Half::default();
        tag.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        tag
    }
}

/// A message: its type and what follows.
pub(crate) fn message(kind: u8, parts: &[&Half]) -> Vec<u8> {
    let mut out = vec![kind];
    parts.iter().for_each(|part| out.extend_from_slice(*part));
    out
}

/// The half at this place behind the type.
pub(crate) fn half(message: &[u8], place: usize) -> Option<Half> {
    message.get(1 + 16 * place..)?.first_chunk().copied()
}

pub(crate) fn random() -> Result<Half, std::io::Error> {
    let mut out = Half::default();
    rustix::rand::getrandom(&mut out, rustix::rand::GetRandomFlags::empty())?;
    Ok(out)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
