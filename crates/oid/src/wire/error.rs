//! Why bytes are refused.

use core::fmt;

use cause::Cause;

use crate::{Failure, NdisStatus, OperationMode};

/// A refused buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// For programs.
    pub status: NdisStatus,
    /// `BytesNeeded` of the OID request, when the buffer was too short.
    pub bytes_needed: Option<u32>,
    /// What is wrong, a sentence.
    pub text: String,
}

impl WireError {
    pub(crate) fn new(status: NdisStatus, text: impl Into<String>) -> Self {
        Self {
            status,
            bytes_needed: None,
            text: text.into(),
        }
    }

    /// The content contradicts itself or the documentation.
    pub(crate) fn data(text: impl Into<String>) -> Self {
        Self::new(NdisStatus::INVALID_DATA, text)
    }

    /// A buffer of `has` bytes should have `needed`; a number that is no ULONG counts as the largest.
    pub(crate) fn short(name: &str, has: usize, needed: u64) -> Self {
        Self {
            status: NdisStatus::INVALID_LENGTH,
            bytes_needed: Some(u32::try_from(needed).unwrap_or(u32::MAX)),
            text: format!("The buffer has {has} bytes and {name} needs {needed}."),
        }
    }

    /// A short buffer is INVALID_LENGTH to an access point and BUFFER_OVERFLOW to a station, as
    /// Microsoft's sample driver has it. Other errors stay what they are.
    #[must_use]
    pub fn in_mode(mut self, mode: OperationMode) -> Self {
        if self.bytes_needed.is_some() && mode == OperationMode::ExtensibleStation {
            self.status = NdisStatus::BUFFER_OVERFLOW;
        }
        self
    }

    /// Fact and remedy for people.
    #[must_use]
    pub fn cause(&self) -> Cause {
        let remedy = match self.bytes_needed {
            Some(needed) => format!("Send a buffer of {needed} bytes."),
            None => "Send what the documentation of the OID or indication describes.".to_owned(),
        };
        Cause::new(self.text.clone(), remedy)
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.status, self.text)
    }
}

impl core::error::Error for WireError {}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        Self {
            status: error.status,
            cause: error.cause(),
        }
    }
}
