//! What `WLAN_REASON_CODE` values mean, in our words.

/// In ascending order.
pub(super) const TEXTS: &[(u32, &str)] = &[
    (0, "The operation succeeded."),
    (0x1_0001, "The reason is not known."),
];
