//! Every refusal of this engine: the one table of codes, reasons and words.
//!
//! | refusal | Win32 code | reason |
//! |---|---|---|
//! | not opened, or not known | ERROR_INVALID_HANDLE | bad_parameters |
//! | handle opened twice | ERROR_INVALID_PARAMETER | bad_parameters |
//! | unknown client version, call of another engine | ERROR_NOT_SUPPORTED | bad_parameters |
//! | too many handles | ERROR_REMOTE_SESSION_LIMIT_EXCEEDED | insufficient_resources |
//! | too many calls waiting | ERROR_NO_SYSTEM_RESOURCES | insufficient_resources |
//! | malformed key, no peers allowed, channel outside of its band | ERROR_INVALID_PARAMETER | bad_parameters |
//! | not privileged | ERROR_ACCESS_DENIED | elevation_required |
//! | keys, name or enable flag against the policy | ERROR_ACCESS_DENIED | gp_denied |
//! | use of a network the policy forbids | ERROR_INVALID_STATE | interface_unavailable |
//! | no name or key yet | ERROR_BAD_CONFIGURATION | unspecified |
//! | network stopping, service ending | ERROR_INVALID_STATE | service_shutting_down |
//! | network unavailable | ERROR_INVALID_STATE | interface_unavailable, or incompatible_connection_started |
//! | stop without a reference | ERROR_INVALID_STATE | stop_before_start |
//! | start given up | ERROR_INVALID_STATE | that of the stop |
//! | start refused by the radio | from the NDIS status | ap_start_failed |
//! | settings not written | ERROR_WRITE_FAULT | persistence_failed |

use cause::Cause;
use dot11::{Band, Channel, Ssid};
use oid::NdisStatus;
use wlan_model::{KeyFormError, Reason, Refusal, Win32Error};

use crate::HostedNetwork;
use crate::client::HandleLimit;
use crate::state::Obstacle;

/// What to do about a policy.
const ASK: &str = "Ask the administrator of the machine (policy.toml).";

pub(crate) fn not_open() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_HANDLE,
        Reason::BadParameters,
        "The client has not opened a handle.",
        "Open one first; a connection is one handle.",
    )
}

pub(crate) fn already_open() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        "The connection has opened its handle already.",
        "Make another connection for another handle.",
    )
}

pub(crate) fn client_version(version: u32) -> Refusal {
    Refusal::new(
        Win32Error::NOT_SUPPORTED,
        Reason::BadParameters,
        format!("Client version {version} is not known."),
        "Open the handle with version 1 or 2.",
    )
}

pub(crate) fn not_ours() -> Refusal {
    Refusal::new(
        Win32Error::NOT_SUPPORTED,
        Reason::BadParameters,
        "This call is not offered here.",
        "Simulated stations exist on the simulated radio only: run the service with --radio sim.",
    )
}

pub(crate) fn too_many_handles(limit: HandleLimit) -> Refusal {
    let text = match limit {
        HandleLimit::All => format!(
            "{} handles are open, no more are given out.",
            HostedNetwork::MAX_HANDLES
        ),
        HandleLimit::User => format!(
            "This user has {} handles open, no more are given to one user.",
            HostedNetwork::MAX_USER_HANDLES
        ),
    };
    Refusal::new(
        Win32Error::REMOTE_SESSION_LIMIT_EXCEEDED,
        Reason::InsufficientResources,
        text,
        "Close handles that are not used any more.",
    )
}

pub(crate) fn too_many_calls() -> Refusal {
    Refusal::new(
        Win32Error::NO_SYSTEM_RESOURCES,
        Reason::InsufficientResources,
        "Too many calls are waiting already.",
        "Wait for their answers, then try again.",
    )
}

pub(crate) fn key_form(error: KeyFormError) -> Refusal {
    Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        error.to_string(),
        "Use 8 to 63 printable ASCII characters, or 64 hexadecimal digits for a binary key.",
    )
}

pub(crate) fn no_peers() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        "A network for no peers at all is not possible.",
        "Allow at least 1 peer.",
    )
}

pub(crate) fn channel_outside(channel: Channel, band: Band) -> Refusal {
    Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        format!("Channel {} is not in the {band} band.", channel.number()),
        "Name a channel of the band, or leave one of the two to the service (auto).",
    )
}

pub(crate) fn too_wide() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_PARAMETER,
        Reason::BadParameters,
        "The 2.4 GHz band has no channels of 80 MHz.",
        "Use 20 or 40 MHz, or the 5 GHz band.",
    )
}

pub(crate) fn elevation_required(what: &str) -> Refusal {
    Refusal::new(
        Win32Error::ACCESS_DENIED,
        Reason::ElevationRequired,
        format!("{what} needs privilege."),
        "Call as root, as the user the service runs as, or as a member of the group that policy.toml names.",
    )
}

pub(crate) fn no_name() -> Refusal {
    Refusal::new(
        Win32Error::BAD_CONFIGURATION,
        Reason::Unspecified,
        "The network has no name yet.",
        "Give it one (hostednet set --ssid NAME) or start it once: then it makes one.",
    )
}

pub(crate) fn no_primary_key() -> Refusal {
    Refusal::new(
        Win32Error::BAD_CONFIGURATION,
        Reason::Unspecified,
        "The network has no primary key yet.",
        "Start it once: then it makes one.",
    )
}

pub(crate) fn stopping() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_STATE,
        Reason::ServiceShuttingDown,
        "The network is being stopped.",
        "Try again in a moment.",
    )
}

pub(crate) fn shutting_down() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_STATE,
        Reason::ServiceShuttingDown,
        "The service is shutting down.",
        "Start the service again, then try again.",
    )
}

/// A start while there is an obstacle.
pub(crate) fn unavailable(obstacle: &Obstacle) -> Refusal {
    Refusal {
        code: Win32Error::INVALID_STATE,
        reason: obstacle.reason,
        cause: obstacle.cause.clone(),
    }
}

/// A stop while there is an obstacle: whatever it is, there is nothing to stop.
pub(crate) fn stop_while_unavailable(obstacle: &Obstacle) -> Refusal {
    Refusal {
        code: Win32Error::INVALID_STATE,
        reason: Reason::InterfaceUnavailable,
        cause: obstacle.cause.clone(),
    }
}

/// Why nothing can be started while the policy forbids the network.
pub(crate) fn policy_forbids() -> Cause {
    Cause::new(
        "The policy of this machine does not allow the network.",
        ASK,
    )
}

/// Why nothing can be started while the enable flag is off.
pub(crate) fn disallowed() -> Cause {
    Cause::new(
        "The network is disallowed on this machine.",
        "Allow it: hostednet set --mode allow (needs privilege).",
    )
}

/// Why nothing can be started while the service ends.
pub(crate) fn ending() -> Cause {
    Cause::new("The service is shutting down.", "Start the service again.")
}

/// Using the network while the policy forbids it. Not "access denied" (reference 9.9).
pub(crate) fn use_forbidden() -> Refusal {
    Refusal {
        code: Win32Error::INVALID_STATE,
        reason: Reason::InterfaceUnavailable,
        cause: policy_forbids(),
    }
}

/// Changing the enable flag while the policy decides it.
pub(crate) fn enabled_by_policy() -> Refusal {
    denied_by_policy("The policy of this machine does not allow the network.")
}

pub(crate) fn no_reading() -> Refusal {
    denied_by_policy("The policy of this machine does not let this user read the keys.")
}

pub(crate) fn no_setting() -> Refusal {
    denied_by_policy("The policy of this machine does not let this user change the keys.")
}

pub(crate) fn other_name(fixed: &Ssid) -> Refusal {
    denied_by_policy(&format!(
        "The policy of this machine fixes the network's name to '{fixed}'."
    ))
}

fn denied_by_policy(text: &str) -> Refusal {
    Refusal::new(Win32Error::ACCESS_DENIED, Reason::GpDenied, text, ASK)
}

/// Why a run ends that has another name than the policy wants.
pub(crate) fn name_fixed(fixed: Option<&Ssid>) -> Cause {
    let text = match fixed {
        Some(ssid) => {
            format!("The policy of this machine now fixes the network's name to '{ssid}'.")
        }
        None => "The policy of this machine no longer fixes the network's name.".to_owned(),
    };
    Cause::new(text, "Start the network again.")
}

/// A start while the machine goes to sleep.
pub(crate) fn going_to_sleep() -> Refusal {
    Refusal {
        code: Win32Error::INVALID_STATE,
        reason: Reason::InterfaceUnavailable,
        cause: sleep(),
    }
}

/// Why the network ends before the machine sleeps.
pub(crate) fn sleep() -> Cause {
    Cause::new(
        "The machine goes to sleep.",
        "Start the network again when it is awake.",
    )
}

pub(crate) fn stop_before_start() -> Refusal {
    Refusal::new(
        Win32Error::INVALID_STATE,
        Reason::StopBeforeStart,
        "This handle holds no reference on the network.",
        "Balance each StopUsing with a StartUsing of the same handle, or use ForceStop (hostednet stop).",
    )
}

/// A start that waited when the network was stopped.
pub(crate) fn start_given_up(reason: Reason, cause: Option<&Cause>) -> Refusal {
    let cause = cause.cloned().unwrap_or_else(|| {
        let why = match reason {
            Reason::PropertiesChange => "because its properties changed",
            Reason::UserAction => "by somebody else",
            _ => "",
        };
        let text = format!("The network was stopped {why}");
        Cause::new(
            format!("{} before it was on the air.", text.trim_end()),
            "Start it again.",
        )
    });
    let reason = match reason {
        // A start never reports the policy itself (reference 9.9).
        Reason::GpDenied => Reason::InterfaceUnavailable,
        other => other,
    };
    Refusal {
        code: Win32Error::INVALID_STATE,
        reason,
        cause,
    }
}

pub(crate) fn start_failed(status: NdisStatus, cause: &Cause) -> Refusal {
    Refusal {
        code: win32_of_status(status),
        reason: Reason::ApStartFailed,
        cause: cause.clone(),
    }
}

pub(crate) fn persistence_failed(cause: Cause) -> Refusal {
    Refusal {
        code: Win32Error::WRITE_FAULT,
        reason: Reason::PersistenceFailed,
        cause,
    }
}

/// The Win32 code of a status. A start that failed never answers with success, whatever the driver
/// made of it.
const fn win32_of_status(status: NdisStatus) -> Win32Error {
    match status {
        NdisStatus::SUCCESS => Win32Error::GEN_FAILURE,
        status => Win32Error(status.win32()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_start_keeps_the_drivers_status_and_words() {
        let cause = Cause::new("Channel 13 is not allowed.", "Choose another.");
        let refusal = start_failed(NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED, &cause);
        assert_eq!(refusal.code, Win32Error(0x8034_2007));
        assert_eq!(refusal.reason, Reason::ApStartFailed);
        assert_eq!(refusal.cause, cause);
        assert_eq!(
            start_failed(NdisStatus(0xC000_9999), &cause).code,
            Win32Error::GEN_FAILURE
        );
        assert_eq!(
            start_failed(NdisStatus::SUCCESS, &cause).code,
            Win32Error::GEN_FAILURE
        );
    }

    #[test]
    fn a_start_given_up_says_a_whole_sentence() {
        for reason in [
            Reason::PropertiesChange,
            Reason::UserAction,
            Reason::ClientAbort,
        ] {
            let text = start_given_up(reason, None).cause.text;
            assert!(text.starts_with("The network was stopped") && text.ends_with("on the air."));
            assert!(!text.contains("  "), "{text}");
        }
    }
}
