//! Packets of the socket seams: one version byte, then the message in postcard's frozen format.
//!
//! Each seam has its own version, which changes when any of its messages changes its form.

use core::fmt;

use serde::{Serialize, de::DeserializeOwned};
use zeroize::{Zeroize, Zeroizing};

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

/// Bytes of a short message, as nearly all are.
const SHORT: usize = 512;

/// The packet for `message`, erased on drop since it may carry a key.
///
/// # Panics
/// When the message has a form postcard cannot write: none of our seams has one.
#[must_use]
pub fn encode<T: Serialize>(version: u8, message: &T) -> Zeroizing<Vec<u8>> {
    // A vector of the right size at once: erasing costs by the byte of its capacity, and one that grows leaves
    // copies of a key behind.
    let mut short = [version; SHORT];
    let written = postcard::to_slice(message, &mut short[1..]).map(|body| body.len());
    if let Ok(len) = written {
        let packet = &mut short[..=len];
        let out = packet.to_vec();
        packet.zeroize();
        return Zeroizing::new(out);
    }
    short.zeroize();
    let mut out = Vec::with_capacity(32 * SHORT);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_every_length_come_through() {
        for len in (0..SHORT + 8).chain([MANY]) {
            let message = vec![0xa5_u8; len];

            let packet = encode(4, &message);

            assert_eq!(packet[0], 4);
            assert!(packet.ends_with(&message), "{len}");
            assert_eq!(decode::<Vec<u8>>(4, &packet), Ok(message));
        }
    }

    #[test]
    fn a_short_packet_takes_no_more_memory_than_it_has_bytes() {
        let packet = encode(4, &[7_u8; 32].as_slice());

        assert_eq!(packet.len(), 34);
        assert_eq!(packet.capacity(), 34);
    }

    #[test]
    fn what_is_no_message_is_told_apart() {
        let packet = encode(4, &300_u32);

        assert_eq!(decode::<u32>(4, &[]), Err(DecodeError::Empty));
        assert_eq!(
            decode::<u32>(5, &packet),
            Err(DecodeError::Version { theirs: 4, ours: 5 })
        );
        assert_eq!(decode::<u32>(4, &packet[..2]), Err(DecodeError::Malformed));
        let longer = [&packet[..], &[0]].concat();
        assert_eq!(decode::<u32>(4, &longer), Err(DecodeError::Malformed));
    }

    /// More than is reserved for a long one.
    const MANY: usize = 40 * SHORT;
}
