//! HE Capabilities and HE Operation (802.11ax, clauses 9.4.2.248 and 9.4.2.249).

use serde::{Deserialize, Serialize};

use crate::frame::Reader;

/// HE Capabilities, behind the element id extension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeCapabilities {
    /// HE MAC Capabilities Information.
    pub mac: [u8; 6],
    /// HE PHY Capabilities Information.
    pub phy: [u8; 11],
    /// Supported HE-MCS And NSS Set: 4 bytes, and 4 more each for 160 and 80+80 MHz.
    pub mcs: Vec<u8>,
    /// PPE Thresholds, empty where there are none.
    pub ppe: Vec<u8>,
}

impl HeCapabilities {
    /// Shortest body behind the element id extension, in bytes.
    pub const MIN_LEN: usize = 6 + 11 + 4;
    /// Target wake time, asked for and answered (in byte 0 of [`HeCapabilities::mac`]).
    pub const TWT: u8 = 0x06;
    /// 40 MHz in 2.4 GHz (in byte 0 of [`HeCapabilities::phy`]).
    pub const WIDTH_40_IN_2GHZ: u8 = 0x02;
    /// 40 and 80 MHz in 5 GHz.
    pub const WIDTH_80_IN_5GHZ: u8 = 0x04;
    /// 160 MHz in 5 GHz.
    pub const WIDTH_160: u8 = 0x08;
    /// 80+80 MHz in 5 GHz.
    pub const WIDTH_80_PLUS_80: u8 = 0x10;
    /// SU beamformer (in byte 3).
    pub const SU_BEAMFORMER: u8 = 0x80;
    /// SU beamformee and MU beamformer (in byte 4).
    pub const BEAMFORMEE_AND_MU: u8 = 0x03;
    /// PPE Thresholds follow (in byte 6).
    pub const PPE_PRESENT: u8 = 0x80;

    /// From an element body behind the element id extension; `None` when it is too short for what it
    /// says it holds. More bytes are ignored.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut r = Reader(body);
        let (mac, phy): ([u8; 6], [u8; 11]) = (r.array()?, r.array()?);
        let wider = [Self::WIDTH_160, Self::WIDTH_80_PLUS_80];
        let maps = 1 + wider.iter().filter(|bit| phy[0] & **bit != 0).count();
        let (mcs, rest) = r.0.split_at_checked(4 * maps)?;
        let ppe = if phy[6] & Self::PPE_PRESENT == 0 {
            &[]
        } else {
            rest.get(..Self::ppe_len(*rest.first()?))?
        };
        Some(Self {
            mac,
            phy,
            mcs: mcs.to_vec(),
            ppe: ppe.to_vec(),
        })
    }

    /// Length of a PPE Thresholds field that begins with `first`, in bytes: seven bits, then six for
    /// each stream and each size of resource unit in the bitmap (clause 9.4.2.248.5).
    #[must_use]
    pub fn ppe_len(first: u8) -> usize {
        let streams = usize::from(first & 0x07) + 1;
        let sizes = (first & 0x78).count_ones() as usize;
        (7 + streams * sizes * 6).div_ceil(8)
    }

    /// The element body behind the element id extension.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&self.mac[..], &self.phy, &self.mcs, &self.ppe].concat()
    }
}

/// HE Operation without any of its optional parts, 6 bytes behind the element id extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeOperation {
    /// HE Operation Parameters, 24 bits.
    pub parameters: u32,
    /// BSS Color Information: the colour in bits 0 to 5, bit 7 says that it is not in use.
    pub color: u8,
    /// Basic HE-MCS And NSS Set: two bits for each number of streams, 3 asks for nothing.
    pub basic_mcs: u16,
}

impl HeOperation {
    /// Length of the body behind the element id extension in bytes.
    pub const LEN: usize = 6;
    /// TXOP Duration RTS Threshold that asks for nothing (in [`HeOperation::parameters`]).
    pub const NO_RTS_THRESHOLD: u32 = 0x3ff << 4;
    /// The BSS colour is not in use (in [`HeOperation::color`]).
    pub const COLOR_DISABLED: u8 = 0x80;
    /// Every station has MCS 0 to 7 of one stream: what HE demands anyway.
    pub const ONE_STREAM: u16 = 0xfffc;

    /// A network that asks for nothing more than HE itself, without a colour. `color` (1 to 63) is
    /// told but not in use.
    #[must_use]
    pub const fn plain(color: u8) -> Self {
        Self {
            parameters: Self::NO_RTS_THRESHOLD,
            color: Self::COLOR_DISABLED | color,
            basic_mcs: Self::ONE_STREAM,
        }
    }

    /// From an element body behind the element id extension; `None` when it is too short. What
    /// follows is ignored.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut r = Reader(body);
        let [a, b, c] = r.array()?;
        Some(Self {
            parameters: u32::from_le_bytes([a, b, c, 0]),
            color: r.u8()?,
            basic_mcs: r.u16()?,
        })
    }

    /// The body behind the element id extension.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let [a, b, c, _] = self.parameters.to_le_bytes();
        let [low, high] = self.basic_mcs.to_le_bytes();
        [a, b, c, self.color, low, high]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn capabilities(widths: u8, mcs: usize, ppe: &[u8]) -> HeCapabilities {
        let mut phy = [0; 11];
        phy[0] = widths;
        if !ppe.is_empty() {
            phy[6] = HeCapabilities::PPE_PRESENT;
        }
        HeCapabilities {
            mac: [1, 2, 3, 4, 5, 6],
            phy,
            mcs: vec![0xfa; mcs],
            ppe: ppe.to_vec(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        // One stream and two sizes: 7 + 2 * 6 bits.
        let ppe = [0x18, 0, 0];
        for he in [
            capabilities(0x04, 4, &[]),
            capabilities(0x04, 4, &ppe),
            capabilities(0x0c, 8, &[]),
            capabilities(0x1c, 12, &ppe),
        ] {
            let body = he.encode();
            assert_eq!(HeCapabilities::parse(&body), Some(he.clone()));
            assert_eq!(HeCapabilities::parse(&body[..body.len() - 1]), None);
            let longer = [&body[..], &[9, 9]].concat();
            assert_eq!(HeCapabilities::parse(&longer), Some(he));
        }
    }

    #[test]
    fn thresholds_are_as_long_as_streams_and_sizes_ask() {
        assert_eq!(HeCapabilities::ppe_len(0x00), 1);
        assert_eq!(HeCapabilities::ppe_len(0x08), 2);
        assert_eq!(HeCapabilities::ppe_len(0x79), 7);
        assert_eq!(HeCapabilities::ppe_len(0x7f), 25);
    }

    #[test]
    fn a_plain_operation_asks_for_nothing_and_uses_no_colour() {
        let operation = HeOperation::plain(5);
        let body = operation.encode();
        assert_eq!(body, [0xf0, 0x3f, 0, 0x85, 0xfc, 0xff]);
        assert_eq!(HeOperation::parse(&body), Some(operation));
        assert_eq!(HeOperation::parse(&body[..5]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(he) = HeCapabilities::parse(&body) {
                let written = he.encode();
                prop_assert_eq!(&written[..], &body[..written.len()]);
            }
        }
    }
}
