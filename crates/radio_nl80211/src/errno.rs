//! The driver's refusals in words.

use radio::{Cause, CommandError, CommandErrorKind};
use rustix::io::Errno;

/// A request the kernel declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Positive errno.
    pub(crate) errno: i32,
    /// The kernel's own words, when it had any.
    pub(crate) evidence: Option<Box<str>>,
}

impl Refusal {
    pub(crate) fn new(errno: i32, evidence: Option<&str>) -> Self {
        Self {
            errno,
            evidence: evidence.map(Into::into),
        }
    }

    pub(crate) const fn is(&self, errno: Errno) -> bool {
        self.errno == errno.raw_os_error()
    }

    /// As an error of `doing`, which completes the sentence "the driver refused to ...".
    pub(crate) fn explain(&self, doing: &str) -> CommandError {
        command_error(doing, self.errno, self.evidence.as_deref())
    }
}

impl From<Errno> for Refusal {
    fn from(e: Errno) -> Self {
        Self::new(e.raw_os_error(), None)
    }
}

struct Meaning {
    name: &'static str,
    kind: CommandErrorKind,
    why: &'static str,
    remedy: &'static str,
}

const fn meaning(errno: Errno) -> Option<Meaning> {
    use CommandErrorKind as Kind;
    const REPORT: &str = "Update kernel and driver, or report this with the line above.";
    const UNDISTURBED: &str = "Keep other programs (network managers, hostapd) off this interface.";
    let (name, kind, why, remedy) = match errno {
        Errno::PERM => (
            "EPERM",
            Kind::Permission,
            "the process may not administer the network",
            "Run the service as root or give it CAP_NET_ADMIN and CAP_NET_RAW.",
        ),
        Errno::ACCESS => (
            "EACCES",
            Kind::Permission,
            "access was denied",
            "Run the service as root or give it CAP_NET_ADMIN and CAP_NET_RAW.",
        ),
        Errno::BUSY => (
            "EBUSY",
            Kind::Busy,
            "another connection uses the radio or holds it on another channel",
            "Use the other connection's channel, or disconnect it.",
        ),
        Errno::NETDOWN => (
            "ENETDOWN",
            Kind::PoweredDown,
            "the interface is down",
            UNDISTURBED,
        ),
        Errno::RFKILL => (
            "ERFKILL",
            Kind::PoweredDown,
            "the radio is switched off",
            "Switch it on: `rfkill unblock wifi`, or the switch on the case.",
        ),
        Errno::ALREADY => (
            "EALREADY",
            Kind::Busy,
            "an access point is already running on the interface",
            UNDISTURBED,
        ),
        Errno::OPNOTSUPP => (
            "EOPNOTSUPP",
            Kind::NotSupported,
            "the driver cannot do it",
            "Use a radio whose driver offers access point mode (`iw list`).",
        ),
        Errno::NODEV => (
            "ENODEV",
            Kind::NotFound,
            "the interface is gone",
            "Plug the radio in again, or load its driver.",
        ),
        Errno::NXIO => (
            "ENXIO",
            Kind::NotFound,
            "the radio is gone",
            "Plug the radio in again, or load its driver.",
        ),
        Errno::NOENT => (
            "ENOENT",
            Kind::NotFound,
            "there is no such station or key",
            REPORT,
        ),
        Errno::INVAL => ("EINVAL", Kind::Invalid, "it found a value invalid", REPORT),
        Errno::RANGE => ("ERANGE", Kind::Invalid, "a value is out of range", REPORT),
        Errno::MSGSIZE => ("EMSGSIZE", Kind::Invalid, "a value is too long", REPORT),
        Errno::NOTUNIQ => (
            "ENOTUNIQ",
            Kind::Busy,
            "another interface of the radio has the same address",
            "Give the other interface its own address, or remove it.",
        ),
        Errno::EXIST => ("EEXIST", Kind::Busy, "it exists already", UNDISTURBED),
        Errno::NFILE => (
            "ENFILE",
            Kind::Resources,
            "there are too many network interfaces of this name",
            "Remove interfaces that nobody needs (`iw dev`).",
        ),
        Errno::NOMEM => ("ENOMEM", Kind::Resources, "memory is short", "Free memory."),
        Errno::NOSPC => (
            "ENOSPC",
            Kind::Resources,
            "the hardware has no room for another entry",
            "Lower the number of stations.",
        ),
        Errno::NOBUFS => (
            "ENOBUFS",
            Kind::Resources,
            "the kernel's buffers are full",
            "Try again.",
        ),
        Errno::NOLINK => (
            "ENOLINK",
            Kind::PoweredDown,
            "the interface is not in operation",
            UNDISTURBED,
        ),
        Errno::TIMEDOUT => (
            "ETIMEDOUT",
            Kind::Failed,
            "the hardware did not answer in time",
            "See the kernel's log (`dmesg`); reload the driver.",
        ),
        Errno::IO => (
            "EIO",
            Kind::Failed,
            "the hardware did not obey",
            "See the kernel's log (`dmesg`); reload the driver.",
        ),
        _ => return None,
    };
    Some(Meaning {
        name,
        kind,
        why,
        remedy,
    })
}

/// The error for `errno` from an attempt to do `doing` ("start the access point").
pub(crate) fn command_error(doing: &str, errno: i32, evidence: Option<&str>) -> CommandError {
    let said = evidence.map(|e| format!(": \"{e}\"")).unwrap_or_default();
    match meaning(Errno::from_raw_os_error(errno)) {
        Some(m) => CommandError {
            kind: m.kind,
            cause: Cause::new(
                format!(
                    "The driver refused to {doing}: {} ({}{said}).",
                    m.why, m.name
                ),
                m.remedy,
            ),
        },
        None => CommandError {
            kind: CommandErrorKind::Failed,
            cause: Cause::new(
                format!("The driver refused to {doing} (error {errno}{said})."),
                "See the kernel's log (`dmesg`).",
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_errno_is_one_sentence_with_a_remedy() {
        for code in 1..135 {
            let error = command_error("start the access point", code, Some("Beacon too odd"));
            let text = &error.cause.text;
            assert!(
                text.starts_with("The driver refused to start the access point"),
                "{text}"
            );
            assert!(
                text.ends_with(").") && text.contains("Beacon too odd"),
                "{text}"
            );
            assert!(error.cause.remedy.ends_with('.'), "{}", error.cause.remedy);
        }
    }

    #[test]
    fn refusals_callers_branch_on_keep_their_kind() {
        let kind = |code| command_error("x", code, None).kind;
        assert_eq!(kind(libc::ERFKILL), CommandErrorKind::PoweredDown);
        assert_eq!(kind(libc::EBUSY), CommandErrorKind::Busy);
        assert_eq!(kind(libc::EPERM), CommandErrorKind::Permission);
        assert_eq!(kind(libc::EOPNOTSUPP), CommandErrorKind::NotSupported);
        assert_eq!(kind(libc::EINVAL), CommandErrorKind::Invalid);
        assert_eq!(kind(libc::ENOENT), CommandErrorKind::NotFound);
        assert_eq!(kind(libc::ENOSPC), CommandErrorKind::Resources);
        assert_eq!(kind(libc::ENOMEM), CommandErrorKind::Resources);
        assert_eq!(kind(libc::ENETDOWN), CommandErrorKind::PoweredDown);
        assert_eq!(kind(libc::ENOLINK), CommandErrorKind::PoweredDown);
        assert_eq!(kind(libc::EPIPE), CommandErrorKind::Failed);
    }
}
