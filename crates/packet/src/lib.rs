//! Packets of the socket seams: one version byte, then the message in postcard's frozen format.
//!
//! Each seam has its own version, which changes when any of its messages changes its form.

use core::fmt;

use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// A packet that is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// It has no bytes.
    Empty,
    /// Its sender speaks another version of the protocol.
    Version {
        /// The sender's.
        theirs: u8,
        /// Ours.
        ours: u8,
    },
    /// It is cut short, too long, or not what it says.
    Malformed,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty packet"),
            Self::Version { theirs, ours } => {
                write!(f, "protocol version {theirs} where {ours} is spoken")
            }
            Self::Malformed => f.write_str("malformed packet"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// The packet for `message`, erased on drop since it may carry a key.
///
/// # Panics
/// When the message has a form postcard cannot write: none of our seams has one.
#[must_use]
pub fn encode<T: Serialize>(version: u8, message: &T) -> Zeroizing<Vec<u8>> {
    // Reserved so that growing does not leave copies of a key behind.
    let mut out = Vec::with_capacity(512);
    out.push(version);
    let out = postcard::to_extend(message, out).expect("messages have only forms postcard knows");
    Zeroizing::new(out)
}

/// The message in `packet`; bytes after its end are an error.
///
/// # Errors
/// When the packet is not a message of this version.
pub fn decode<T: DeserializeOwned>(version: u8, packet: &[u8]) -> Result<T, DecodeError> {
    let (theirs, body) = packet.split_first().ok_or(DecodeError::Empty)?;
    if *theirs != version {
        return Err(DecodeError::Version {
            theirs: *theirs,
            ours: version,
        });
    }
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        Ok(_) | Err(_) => Err(DecodeError::Malformed),
    }
}
