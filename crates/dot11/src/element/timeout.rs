//! Timeout Interval element (clause 9.4.2.48).

/// Its kind "association comeback time", in time units of 1024 microseconds.
const ASSOCIATION_COMEBACK: u8 = 3;

/// Body of the element that tells a station when to ask again.
#[must_use]
pub fn encode_association_comeback(time_units: u32) -> [u8; 5] {
    let [a, b, c, d] = time_units.to_le_bytes();
    [ASSOCIATION_COMEBACK, a, b, c, d]
}

/// When a station that was refused "temporarily" may ask again, in time units; `None` when the
/// element (its body is given) is of another kind or length.
#[must_use]
pub fn parse_association_comeback(body: &[u8]) -> Option<u32> {
    match *body {
        [ASSOCIATION_COMEBACK, a, b, c, d] => Some(u32::from_le_bytes([a, b, c, d])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comeback_time_comes_back() {
        assert_eq!(encode_association_comeback(1000), [3, 0xe8, 3, 0, 0]);
        assert_eq!(parse_association_comeback(&[3, 0xe8, 3, 0, 0]), Some(1000));
        assert_eq!(parse_association_comeback(&[2, 0xe8, 3, 0, 0]), None);
        assert_eq!(parse_association_comeback(&[3, 0xe8, 3, 0]), None);
    }
}
