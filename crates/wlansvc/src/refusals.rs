//! What the daemon itself refuses; everything else is refused below.

use cause::Cause;
use wlan_model::{Policy, Reason, Refusal, Win32Error};

/// A call before [`Call::Open`](wlan_rpc::Call::Open).
pub(crate) fn no_handle() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_HANDLE,
        Reason::BadParameters,
        "This connection has no open handle.",
        "Open one first.",
    )
}

/// A call that not everybody may make.
pub(crate) fn not_privileged(doing: &str) -> Refusal {
    Refusal::new(
        Win32Error::ACCESS_DENIED,
        Reason::ElevationRequired,
        format!("Only a privileged caller may {doing}."),
        "Do it as root, or as a member of the policy's privileged_group.",
    )
}

/// A call for the service's owner alone.
pub(crate) fn not_owner(doing: &str) -> Refusal {
    Refusal::new(
        Win32Error::ACCESS_DENIED,
        Reason::ElevationRequired,
        format!("Only the service's owner may {doing}."),
        "Do it as root, or as the user who runs the service.",
    )
}

/// Why peers are given no addresses, where somebody decided that.
pub(crate) fn no_sharing(addresses: bool, policy: &Policy) -> Option<Cause> {
    if !policy.sharing {
        return Some(Cause::new(
            "This machine's administrator does not allow addresses and the internet to be shared.",
            "Change `sharing` in policy.toml, and reload the service.",
        ));
    }
    (!addresses).then(|| {
        Cause::new(
            "The service was started without addresses.",
            "Start it without --no-addresses.",
        )
    })
}

/// A packet of another protocol version.
pub(crate) fn other_version() -> Refusal {
    Refusal::new(
        Win32Error::NOT_SUPPORTED,
        Reason::BadParameters,
        "The service speaks another version of the protocol.",
        "Use the same release of both.",
    )
}

/// A call to the simulated radio on a real one.
pub(crate) fn no_simulation() -> Refusal {
    Refusal::new(
        Win32Error::NOT_SUPPORTED,
        Reason::BadParameters,
        "The service runs a real radio: it has no simulated stations.",
        "Start it with `hostednet serve --radio sim`.",
    )
}
