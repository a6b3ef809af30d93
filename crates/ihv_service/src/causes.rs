//! What people are told of an extension that does not do its part.

use cause::Cause;
use wlan_model::Win32Error;

/// An extension that declines.
pub(crate) fn said_no(name: &str, what: &str, code: Win32Error, reason: u32) -> Cause {
    Cause::new(
        format!(
            "{name} refused {what} (error {}, reason {reason:#x}).",
            code.0
        ),
        "Its log (`hostednet ihv log`) may say why; check the fragments it was given.",
    )
}

/// An extension that does not come to an end.
pub(crate) fn hung(name: &str, what: &str) -> Cause {
    Cause::new(
        format!("{name} {what} and was killed."),
        "Ask its vendor, or remove it with `hostednet ihv remove`.",
    )
}
