//! What can go wrong between a program and the service.

use core::fmt;
use std::path::PathBuf;

use cause::Cause;
use rustix::io::Errno;
use wlan_model::{Reason, Refusal, Win32Error};

/// A call that did not bring what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody answers at the socket.
    NotReachable {
        /// Where somebody should.
        path: PathBuf,
        /// What the system says.
        cause: Errno,
    },
    /// The socket lies in a folder that others may have made.
    Untrusted {
        /// The socket.
        path: PathBuf,
        /// What is wrong with its folder.
        text: String,
    },
    /// The service speaks another version of the protocol.
    Version {
        /// Its version.
        service: u8,
    },
    /// The service declined.
    Refused(Refusal),
    /// The connection ended, or what came makes no sense. The client is of no further use.
    Broken {
        /// What happened.
        text: String,
    },
}

impl ClientError {
    /// The code a Windows program would get.
    #[must_use]
    pub const fn code(&self) -> Win32Error {
        match self {
            Self::NotReachable { .. } | Self::Untrusted { .. } | Self::Broken { .. } => {
                Win32Error::SERVICE_NOT_ACTIVE
            }
            Self::Version { .. } => Win32Error::NOT_SUPPORTED,
            Self::Refused(refusal) => refusal.code,
        }
    }

    /// The reason a Windows program would get.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::NotReachable { .. }
            | Self::Untrusted { .. }
            | Self::Version { .. }
            | Self::Broken { .. } => Reason::ServiceUnavailable,
            Self::Refused(refusal) => refusal.reason,
        }
    }

    /// What happened and what to do, for people.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::NotReachable {
                path,
                cause: Errno::TIMEDOUT,
            } => Cause::new(
                format!(
                    "The service at {} runs and does not answer.",
                    path.display()
                ),
                "See its log, and whether it was stopped; restart it if it hangs.",
            ),
            Self::NotReachable { path, cause } => Cause::new(
                format!(
                    "The service does not answer at {}: {}.",
                    path.display(),
                    text(*cause)
                ),
                "Start it with `hostednet serve`, or name its socket with --socket.",
            ),
            Self::Untrusted { path, text } => Cause::new(
                format!("The socket {} cannot be trusted: {text}.", path.display()),
                "Remove that folder, or name another socket with --socket.",
            ),
            Self::Version { service } => Cause::new(
                format!(
                    "The service speaks version {service} of the protocol, this program version {}.",
                    wlan_rpc::PROTOCOL_VERSION
                ),
                "Use the same release of both, and restart the service after an update.",
            ),
            Self::Refused(refusal) => refusal.cause.clone(),
            Self::Broken { text } => Cause::new(
                format!("The connection to the service broke: {text}."),
                "See whether the service still runs, and try again.",
            ),
        }
    }
}

/// The system's words for an error, without the number the standard library puts behind them.
fn text(errno: Errno) -> String {
    let full = std::io::Error::from(errno).to_string();
    match full.find(" (os error") {
        Some(end) => full[..end].to_lowercase(),
        None => full,
    }
}

/// The sentence, the remedy, the code and the reason.
impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} [{}, reason {}]",
            self.cause(),
            self.code(),
            self.reason()
        )
    }
}

impl core::error::Error for ClientError {}

impl From<Refusal> for ClientError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
