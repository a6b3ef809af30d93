//! Which service a program speaks to.

use std::path::PathBuf;

/// The system's service, the only one a program with borrowed rights speaks to.
const SYSTEM: &str = "/run/hostednet/control.sock";

/// As every client (`wlan_client::default_socket`). A program that runs with more rights than its
/// caller (set-user-ID and the like) does not let the caller's environment choose.
pub(crate) fn socket() -> PathBuf {
    if is_set_user_id() {
        PathBuf::from(SYSTEM)
    } else {
        wlan_client::default_socket()
    }
}

#[expect(unsafe_code, reason = "the auxiliary vector has no safe face")]
fn is_set_user_id() -> bool {
    // SAFETY: reads what the kernel told the process; an unknown entry is 0.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
