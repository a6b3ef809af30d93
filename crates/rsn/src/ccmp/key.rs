//! AES-128-CCM with a nonce of 13 bytes and a MIC of 8, behind whichever code is fastest here.

use core::fmt;

use aes::Aes128;
use ccm::aead::inout::InOutBuf;
use ccm::consts::{U8, U13};
use ccm::{AeadInOut, Ccm, KeyInit};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

#[cfg(target_arch = "x86_64")]
use super::aesni::AesNi;

/// One direction-less CCM key. As secret as the temporal key it was made of.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Zeroizing<[u8; 16]>", into = "Zeroizing<[u8; 16]>")]
pub(super) struct CcmpKey {
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

/// What an implementation of CCM must do. `data` and `out` have one length.
pub(super) trait CcmCipher {
    /// Ciphers `data` into `out` and returns the MIC.
    fn seal(&self, nonce: &[u8; 13], aad: &[u8], data: &[u8], out: &mut [u8]) -> [u8; 8];

    /// Deciphers `data` into `out`; `false`, and `out` erased, when the MIC is wrong.
    fn open(
        &self,
        nonce: &[u8; 13],
        aad: &[u8],
        data: &[u8],
        out: &mut [u8],
        mic: &[u8; 8],
    ) -> bool;
}

/// The RustCrypto implementation: every processor, two passes.
#[derive(Clone)]
pub(super) struct Portable(Ccm<Aes128, U8, U13>);

impl Portable {
    pub(super) fn new(tk: &[u8; 16]) -> Self {
        Self(Ccm::new(tk.into()))
    }
}

impl CcmCipher for Portable {
    fn seal(&self, nonce: &[u8; 13], aad: &[u8], data: &[u8], out: &mut [u8]) -> [u8; 8] {
        let Ok(buffer) = InOutBuf::new(data, out) else {
            return [0; 8];
        };
        // Fails only above 65,535 bytes; no frame is that long.
        self.0
            .encrypt_inout_detached(nonce.into(), aad, buffer)
            .map_or([0; 8], Into::into)
    }

    fn open(
        &self,
        nonce: &[u8; 13],
        aad: &[u8],
        data: &[u8],
        out: &mut [u8],
        mic: &[u8; 8],
    ) -> bool {
        let Ok(buffer) = InOutBuf::new(data, out) else {
            return false;
        };
        self.0
            .decrypt_inout_detached(nonce.into(), aad, buffer, mic.into())
            .is_ok()
    }
}

impl CcmpKey {
    /// From a temporal key.
    pub(super) fn new(tk: &[u8; 16]) -> Self {
        Self {
            tk: *tk,
            cipher: Cipher::new(tk),
        }
    }

    /// Ciphers `data` (at most 65,535 bytes) into `out` of the same length and returns the MIC over
    /// it and `aad` (at most 30 bytes).
    pub(super) fn seal(
        &self,
        nonce: &[u8; 13],
        aad: &[u8],
        data: &[u8],
        out: &mut [u8],
    ) -> [u8; 8] {
        match &self.cipher {
            #[cfg(target_arch = "x86_64")]
            Cipher::AesNi(c) => c.seal(nonce, aad, data, out),
            Cipher::Portable(c) => c.seal(nonce, aad, data, out),
        }
    }

    /// Deciphers `data` into `out` of the same length. `false`, and `out` erased, when `mic` is
    /// wrong.
    pub(super) fn open(
        &self,
        nonce: &[u8; 13],
        aad: &[u8],
        data: &[u8],
        out: &mut [u8],
        mic: &[u8; 8],
    ) -> bool {
        match &self.cipher {
            #[cfg(target_arch = "x86_64")]
            Cipher::AesNi(c) => c.open(nonce, aad, data, out, mic),
            Cipher::Portable(c) => c.open(nonce, aad, data, out, mic),
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
