//! PBKDF2-HMAC-SHA1 (RFC 8018, 5.2) for the 32 bytes of a PMK.

use zeroize::Zeroize;

use crate::hmac_sha1::{HmacKey, bytes, compress};

/// Derives 32 bytes from a password of at most 64 bytes.
pub(crate) fn derive(password: &[u8], salt: &[u8], rounds: u32, out: &mut [u8; 32]) {
    let key = HmacKey::new(password);
    for (index, chunk) in (1u32..).zip(out.chunks_mut(20)) {
        let mut u = key.mac(&[salt, &index.to_be_bytes()]);
        let mut block = following_block(&u);
        let mut sum = u;
        for _ in 1..rounds {
            let mut inner = key.inner;
            compress(&mut inner, &block);
            block[..20].copy_from_slice(&bytes(inner));
            let mut outer = key.outer;
            compress(&mut outer, &block);
            u = bytes(outer);
            block[..20].copy_from_slice(&u);
            sum.iter_mut().zip(&u).for_each(|(s, u)| *s ^= u);
        }
        chunk.copy_from_slice(&sum[..chunk.len()]);
        block.zeroize();
        u.zeroize();
        sum.zeroize();
    }
}

/// The last block of a message of one key block and 20 bytes: `digest` and its padding.
fn following_block(digest: &[u8; 20]) -> [u8; 64] {
    let mut block = [0; 64];
    block[..20].copy_from_slice(digest);
    block[20] = 0x80;
    block[56..].copy_from_slice(&(8 * 84u64).to_be_bytes());
    block
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_agrees_with_the_pbkdf2_crate(
            password in proptest::collection::vec(32u8..127, 8..64),
            salt in proptest::collection::vec(any::<u8>(), 1..=32),
            rounds in 1u32..20,
        ) {
            let mut ours = [0; 32];
            super::derive(&password, &salt, rounds, &mut ours);
            let mut theirs = [0; 32];
            pbkdf2::pbkdf2::<hmac::Hmac<sha1::Sha1>>(&password, &salt, rounds, &mut theirs).unwrap();
            prop_assert_eq!(ours, theirs);
        }
    }
}
