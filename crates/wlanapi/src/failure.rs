//! What a function that did not do its work returns, and what it tells of the reason.

use wlan_model::{Reason, Refusal, Win32Error};

/// A failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What the function returns.
    pub(crate) code: Win32Error,
    /// What `*pFailReason` becomes; it is left alone where the call never got beyond its arguments.
    pub(crate) reason: Option<Reason>,
}

impl Failure {
    const fn with(code: Win32Error, reason: Reason) -> Self {
        Self {
            code,
            reason: Some(reason),
        }
    }

    /// A pointer or value that is wrong whatever the service says: 87, no reason.
    pub(crate) const ARGUMENT: Self = Self::without_reason(Win32Error::INVALID_PARAMETER);
    /// A value the service would refuse: 87, bad_parameters.
    pub(crate) const VALUE: Self = Self::with(Win32Error::INVALID_PARAMETER, Reason::BadParameters);
    /// No such handle: 6, bad_parameters.
    pub(crate) const HANDLE: Self = Self::with(Win32Error::INVALID_HANDLE, Reason::BadParameters);
    /// No service: 1062, service_unavailable.
    pub(crate) const SERVICE: Self =
        Self::with(Win32Error::SERVICE_NOT_ACTIVE, Reason::ServiceUnavailable);
    /// Not settable: 50, read_only.
    pub(crate) const READ_ONLY: Self = Self::with(Win32Error::NOT_SUPPORTED, Reason::ReadOnly);

    /// A code alone.
    pub(crate) const fn without_reason(code: Win32Error) -> Self {
        Self { code, reason: None }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::with(refusal.code, refusal.reason)
    }
}
