//! How a command fails: a sentence on standard error and an exit status.

use std::fmt;
use std::io;
use std::process::ExitCode;

use cause::Cause;
use wlan_client::ClientError;
use wlan_model::{Reason, Refusal, Win32Error};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Refused (exit status 1), by the service or before it was asked.
    Refused(Refusal),
    /// Something else than the service did not work (1).
    Failed(Cause),
    /// The command line is wrong (2).
    Usage(String),
    /// The service is not reachable (3).
    Unreachable(ClientError),
    /// The user broke it off.
    Interrupted,
    /// Nobody reads what is written: no news for anybody (0).
    NobodyReads,
}

impl Failure {
    /// A key that cannot be one.
    pub(crate) fn bad_key(text: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(
            Win32Error::INVALID_PARAMETER,
            Reason::BadParameters,
            text,
            "Give 8 to 63 printable ASCII characters, or with --raw 64 hexadecimal digits.",
        ))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused(_) | Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            Self::Interrupted => 130,
            Self::NobodyReads => 0,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "{refusal}"),
            Self::Failed(cause) => write!(f, "{cause}"),
            Self::Usage(text) => f.write_str(text),
            Self::Unreachable(error) => write!(f, "{error}"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::NobodyReads => Ok(()),
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused(refusal) => Self::Refused(refusal),
            ClientError::Version { .. } => Self::Failed(error.cause()),
            error => Self::Unreachable(error),
        }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self::Failed(cause)
    }
}

/// Only writing to the terminal fails like this.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            io::ErrorKind::Interrupted => Self::Interrupted,
            _ => Self::Failed(Cause::new(
                format!("Cannot write the output: {error}."),
                "See whether the disk is full.",
            )),
        }
    }
}
