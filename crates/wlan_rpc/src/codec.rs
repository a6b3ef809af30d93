//! This seam's packets: see [`packet`].

pub use packet::DecodeError;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// First byte of every packet. It changes when any message changes its form.
pub const PROTOCOL_VERSION: u8 = 4;

/// Longest packet in bytes: a status with 2007 peers fits.
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
    use proptest::prelude::*;

    use super::*;
    use crate::{Call, CallId, ClientMessage, ServiceMessage};

    #[test]
    fn a_set_key_call_has_these_bytes_and_no_others() {
        let message = ClientMessage {
            id: CallId(300),
            call: Call::SetSecondaryKey {
                data: dot11::KeyBytes::copy_from(b"12345678\0"),
                is_passphrase: true,
                persistent: false,
            },
        };

        let packet = encode(&message);

        assert_eq!(packet[..], b"\x04\xac\x02\x07\x0912345678\0\x01\x00"[..]);
        assert_eq!(decode::<ClientMessage>(&packet), Ok(message));
    }

    #[test]
    fn other_versions_and_trailing_bytes_are_refused() {
        let mut packet = encode(&ClientMessage {
            id: CallId(1),
            call: Call::StartUsing,
        })
        .to_vec();
        packet.push(0);
        assert_eq!(
            decode::<ClientMessage>(&packet),
            Err(DecodeError::Malformed)
        );
        packet[0] = 9;
        assert_eq!(
            decode::<ClientMessage>(&packet),
            Err(DecodeError::Version {
                theirs: 9,
                ours: PROTOCOL_VERSION
            })
        );
        assert_eq!(decode::<ClientMessage>(&[]), Err(DecodeError::Empty));
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut packet = vec![PROTOCOL_VERSION];
            packet.extend(bytes);
            let _ = decode::<ClientMessage>(&packet);
            let _ = decode::<ServiceMessage>(&packet);
        }
    }
}
