//! The system's randomness.

use cause::Cause;

/// As many random bytes.
///
/// # Errors
/// When the system gives none.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Cause> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Cause::new(
            format!("The system gives no random numbers: {error}."),
            "Restart the machine.",
        )
    })?;
    Ok(bytes)
}
