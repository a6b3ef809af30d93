//! This seam's packets: see [`packet`].

pub use packet::DecodeError;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// First byte of every packet. It changes when any message changes its form.
pub const PROTOCOL_VERSION: u8 = 1;

/// Longest packet in bytes: a frame, a profile and a list of networks fit.
pub const MAX_MESSAGE: usize = 128 * 1024;

/// The packet for `message`, erased on drop since it may carry a key.
///
/// # Panics
/// Never for the messages of this crate: none has a form postcard cannot write.
#[must_use]
pub fn encode<T: Serialize>(message: &T) -> Zeroizing<Vec<u8>> {
    packet::encode(PROTOCOL_VERSION, message)
}

/// The message in `packet`; bytes after its end are an error.
///
/// # Errors
/// When the packet is not a message of this protocol version.
pub fn decode<T: DeserializeOwned>(packet: &[u8]) -> Result<T, DecodeError> {
    packet::decode(PROTOCOL_VERSION, packet)
}

#[cfg(test)]
mod tests {
    use dot11::KeyBytes;
    use proptest::prelude::*;

    use super::*;
    use crate::seam::{AdapterId, Call, CallId, HostMessage, ServiceMessage};

    #[test]
    fn a_key_call_has_these_bytes_and_no_others() {
        let message = HostMessage::Call {
            id: CallId(300),
            adapter: AdapterId(7),
            call: Call::SetKeyMappingKey(KeyBytes::copy_from(b"\x80\x01\x10\x00")),
        };

        let packet = encode(&message);

        assert_eq!(
            packet[..],
            b"\x01\x02\xac\x02\x07\x00\x04\x80\x01\x10\x00"[..]
        );
        assert_eq!(decode::<HostMessage>(&packet), Ok(message));
    }

    #[test]
    fn no_message_shows_a_byte_of_a_key() {
        let key = KeyBytes::copy_from(&[0xab; 16]);
        let text = format!("{:?}", Call::SetKeyMappingKey(key.clone()))
            + &format!("{:?}", Call::SetDefaultKey { key, direction: 3 })
            + &format!("{:?}", crate::seam::Reply::Bytes(vec![0xab; 16]));
        assert!(!text.contains("171") && !text.contains("ab, "), "{text}");
    }

    #[test]
    fn other_versions_and_trailing_bytes_are_refused() {
        let mut packet = encode(&ServiceMessage::Shutdown).to_vec();
        packet.push(0);
        assert_eq!(
            decode::<ServiceMessage>(&packet),
            Err(DecodeError::Malformed)
        );
        packet[0] = 9;
        assert_eq!(
            decode::<ServiceMessage>(&packet),
            Err(DecodeError::Version {
                theirs: 9,
                ours: PROTOCOL_VERSION
            })
        );
        assert_eq!(decode::<ServiceMessage>(&[]), Err(DecodeError::Empty));
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut packet = vec![PROTOCOL_VERSION];
            packet.extend(bytes);
            let _ = decode::<HostMessage>(&packet);
            let _ = decode::<ServiceMessage>(&packet);
        }
    }
}
