//! Bytes nobody can guess.

use cause::Cause;

/// As many bytes of the system's randomness.
///
/// # Errors
/// When it has none yet.
pub(crate) fn entropy<const N: usize>() -> Result<[u8; N], Cause> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| {
        Cause::new(
            "The system gives no randomness.",
            "Try again when it has started fully.",
        )
    })?;
    Ok(bytes)
}
