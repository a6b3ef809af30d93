//! CCM with a nonce of 13 bytes and a MIC of 8: what its implementations must do, and the one that runs
//! everywhere.

use aes::Aes128;
use ccm::aead::inout::InOutBuf;
use ccm::consts::{U8, U13};
use ccm::{AeadInOut, Ccm, KeyInit};

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
