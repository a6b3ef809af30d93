//! The one service the simulated network has: who is sent an echo request sends it back.
//!
//! ```text
//! LLC/SNAP 0x88b6 | operation (1) | 0 0 0 | run (4) | number (4) | padding
//! ```

use dot11::frame::{decapsulate_llc, encapsulate_llc};

/// The second EtherType for local experiments (IEEE 802-2014, 9.2.4): the first is that of the example
/// extensions.
pub(crate) const ETHERTYPE: u16 = 0x88b6;
const REQUEST: u8 = 1;
const REPLY: u8 = 2;
/// Bytes before the padding.
const HEADER_LEN: usize = 12;
/// Most bytes of one echo, EtherType payload only.
pub(crate) const MAX_LEN: usize = 1_500;
/// Bytes of the LLC/SNAP header.
const LLC_LEN: usize = 8;

/// A request as the body of a data frame; `len` is that of the EtherType payload and at least 12.
pub(crate) fn request(run: u32, number: u32, len: usize) -> Vec<u8> {
    let mut payload = vec![0xa5; len.clamp(HEADER_LEN, MAX_LEN)];
    payload[..4].copy_from_slice(&[REQUEST, 0, 0, 0]);
    payload[4..8].copy_from_slice(&run.to_be_bytes());
    payload[8..12].copy_from_slice(&number.to_be_bytes());
    encapsulate_llc(ETHERTYPE, &payload)
}

/// The answer to the body of a data frame, if it is a request.
pub(crate) fn reply_to(body: &[u8]) -> Option<Vec<u8>> {
    match decapsulate_llc(body)? {
        (ETHERTYPE, [REQUEST, ..]) => {
            let mut reply = body.to_vec();
            *reply.get_mut(LLC_LEN)? = REPLY;
            Some(reply)
        }
        _ => None,
    }
}

/// Run and number of a reply.
pub(crate) fn parse_reply(body: &[u8]) -> Option<(u32, u32)> {
    let (ETHERTYPE, payload) = decapsulate_llc(body)? else {
        return None;
    };
    let [REPLY, _, _, _, r0, r1, r2, r3, n0, n1, n2, n3] = *payload.first_chunk::<HEADER_LEN>()?
    else {
        return None;
    };
    Some((
        u32::from_be_bytes([r0, r1, r2, r3]),
        u32::from_be_bytes([n0, n1, n2, n3]),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_and_an_answer_is_not() {
        let request = request(7, 300, 64);
        let reply = reply_to(&request).unwrap();

        assert_eq!(parse_reply(&request), None);
        assert_eq!(parse_reply(&reply), Some((7, 300)));
        assert_eq!(reply_to(&reply), None);
        assert_eq!(reply.len(), 8 + 64);
    }
}
