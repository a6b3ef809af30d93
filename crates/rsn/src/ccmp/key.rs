//! A key of CCMP: AES-128-CCM behind whichever code is fastest here.

use core::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::CCMP_MIC_LEN;
#[cfg(target_arch = "x86_64")]
use super::aesni::AesNi;
use super::cipher::{CcmCipher, Portable};
use crate::header::Header;
use crate::mpdu::MpduCipher;

/// One direction-less CCM key. As secret as the temporal key it was made of.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Zeroizing<[u8; 16]>", into = "Zeroizing<[u8; 16]>")]
pub struct CcmpKey {
    tk: [u8; 16],
    cipher: Cipher,
}

#[derive(Clone)]
enum Cipher {
    #[cfg(target_arch = "x86_64")]
    AesNi(AesNi),
    /// In a box, because it is twice as long: many keys shall lie close together.
    Portable(Box<Portable>),
}

impl Cipher {
    fn new(tk: &[u8; 16]) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(fast) = AesNi::new(tk) {
            return Self::AesNi(fast);
        }
        Self::Portable(Box::new(Portable::new(tk)))
    }
}

impl MpduCipher for CcmpKey {
    const MIC_LEN: usize = CCMP_MIC_LEN;

    fn new(tk: &[u8; 16]) -> Self {
        Self {
            tk: *tk,
            cipher: Cipher::new(tk),
        }
    }

    #[inline]
    fn seal(&self, header: &Header, pn: u64, body: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + body.len(), 0);
        let room = out.get_mut(start..).unwrap_or_default();
        let (nonce, aad) = (header.nonce(pn), header.aad());
        let mic = match &self.cipher {
            #[cfg(target_arch = "x86_64")]
            Cipher::AesNi(c) => c.seal(&nonce, aad, body, room),
            Cipher::Portable(c) => c.seal(&nonce, aad, body, room),
        };
        out.extend_from_slice(&mic);
    }

    #[inline]
    fn open(&self, header: &Header, pn: u64, cipher: &[u8], mic: &[u8], out: &mut Vec<u8>) -> bool {
        let Ok(mic) = mic.try_into() else {
            return false;
        };
        let start = out.len();
        out.resize(start + cipher.len(), 0);
        let room = out.get_mut(start..).unwrap_or_default();
        let (nonce, aad) = (header.nonce(pn), header.aad());
        match &self.cipher {
            #[cfg(target_arch = "x86_64")]
            Cipher::AesNi(c) => c.open(&nonce, aad, cipher, room, mic),
            Cipher::Portable(c) => c.open(&nonce, aad, cipher, room, mic),
        }
    }
}

impl Drop for CcmpKey {
    fn drop(&mut self) {
        // The round keys erase themselves.
        self.tk.zeroize();
    }
}

impl From<Zeroizing<[u8; 16]>> for CcmpKey {
    fn from(tk: Zeroizing<[u8; 16]>) -> Self {
        Self::new(&tk)
    }
}

impl From<CcmpKey> for Zeroizing<[u8; 16]> {
    fn from(key: CcmpKey) -> Self {
        Self::new(key.tk)
    }
}

impl fmt::Debug for CcmpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CcmpKey(..)")
    }
}
