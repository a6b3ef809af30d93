//! What both sides of the handshakes share: sealing frames and wrapping key data.

use core::fmt;

use aes_kw::{KeyInit, KwAes128};
use dot11::ReasonCode;
use dot11::eapol::{self, KEY_DATA_MAX_LEN, KdeIter, KeyData, MIC_RANGE, NotKeyFrame};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::key::Ptk;

/// Why a received frame was dropped. Nothing changes by a dropped frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// Not an RSN EAPOL-Key frame.
    NotKeyFrame(NotKeyFrame),
    /// Not key descriptor version 2.
    DescriptorVersion(u8),
    /// The Key Information fits no message that may come now.
    Unexpected,
    /// The replay counter is not one that is awaited, or was seen before.
    ReplayCounter,
    /// The MIC is wrong.
    Mic,
    /// The same message again; it was answered already.
    Duplicate,
    /// The MIC is right but the key data is not what it must be.
    KeyData,
    /// The handshake has failed or was never started.
    Closed,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKeyFrame(e) => fmt::Display::fmt(e, f),
            Self::DescriptorVersion(v) => write!(f, "key descriptor version {v} is not 2"),
            Self::Unexpected => f.write_str("no such message is awaited"),
            Self::ReplayCounter => f.write_str("replay counter not awaited"),
            Self::Mic => f.write_str("wrong MIC"),
            Self::Duplicate => f.write_str("message was answered already"),
            Self::KeyData => f.write_str("key data not as required"),
            Self::Closed => f.write_str("no handshake is open"),
        }
    }
}

impl core::error::Error for Rejection {}

/// Why an association cannot go on: it shall be deauthenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// No (acceptable) answer to message 1 or 3.
    PairwiseTimeout,
    /// No answer to message 1 of the group handshake.
    GroupTimeout,
    /// The RSN element of message 2 or 3 differs from that of association request or beacon.
    ElementMismatch,
}

impl Failure {
    /// The reason code of the deauthentication.
    #[must_use]
    pub const fn reason(self) -> ReasonCode {
        match self {
            Self::PairwiseTimeout => ReasonCode::FOUR_WAY_HANDSHAKE_TIMEOUT,
            Self::GroupTimeout => ReasonCode::GROUP_KEY_HANDSHAKE_TIMEOUT,
            Self::ElementMismatch => ReasonCode::HANDSHAKE_ELEMENT_MISMATCH,
        }
    }
}

/// Puts the MIC into an encoded frame.
pub(crate) fn seal(pdu: &mut [u8], ptk: &Ptk) {
    let head = pdu.get(..MIC_RANGE.start).unwrap_or_default();
    let tail = pdu.get(MIC_RANGE.end..).unwrap_or_default();
    let mic = ptk.mic_key().mic(head, tail);
    eapol::set_mic(pdu, &mic);
}

/// Encrypts key data with AES key wrap (12.7.2 h). Empty when it is too long for a frame.
pub(crate) fn wrap(ptk: &Ptk, data: KeyData) -> Vec<u8> {
    let data = data.padded();
    let mut out = vec![0; data.as_bytes().len() + aes_kw::IV_LEN];
    match KwAes128::new(ptk.kek().into()).wrap_key(data.as_bytes(), &mut out) {
        Ok(_) => out,
        Err(_) => Vec::new(),
    }
}

/// Decrypts key data; `None` when it was not wrapped with this key.
pub(crate) fn unwrap(ptk: &Ptk, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if !(24..=KEY_DATA_MAX_LEN).contains(&wrapped.len()) {
        return None;
    }
    let mut out = Zeroizing::new(vec![0; wrapped.len() - aes_kw::IV_LEN]);
    KwAes128::new(ptk.kek().into())
        .unwrap_key(wrapped, &mut out)
        .ok()?;
    Some(out)
}

/// Whether plain key data begins the list with, or holds, exactly this RSN element first.
pub(crate) fn first_rsne_is(key_data: &[u8], rsne: &[u8]) -> bool {
    KdeIter::new(key_data)
        .map_while(Result::ok)
        .find_map(|kde| match kde {
            eapol::Kde::Rsne(e) => Some(e == rsne),
            _ => None,
        })
        .unwrap_or(false)
}
