//! VHT Capabilities and VHT Operation (clauses 9.4.2.157 and 9.4.2.158).

use serde::{Deserialize, Serialize};

use crate::frame::Reader;

/// VHT Capabilities, 12 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VhtCapabilities {
    /// VHT Capabilities Information.
    pub info: u32,
    /// Supported VHT-MCS and NSS Set.
    pub mcs: [u8; 8],
}

impl VhtCapabilities {
    /// Length of the element body in bytes.
    pub const LEN: usize = 12;
    /// Maximum MPDU Length (in [`VhtCapabilities::info`]).
    pub const MAX_MPDU_LEN: u32 = 0x0000_0003;
    /// Receive LDPC.
    pub const RX_LDPC: u32 = 0x0000_0010;
    /// Short guard interval at 80 MHz.
    pub const SHORT_GI_80: u32 = 0x0000_0020;
    /// Transmit STBC.
    pub const TX_STBC: u32 = 0x0000_0080;
    /// Receive STBC: streams.
    pub const RX_STBC: u32 = 0x0000_0700;
    /// Maximum A-MPDU Length Exponent.
    pub const MAX_AMPDU_LEN: u32 = 0x0380_0000;
    /// Antenna patterns do not change, for receiving and for sending.
    pub const CONSTANT_ANTENNAS: u32 = 0x3000_0000;

    /// From an element body; `None` when it is shorter than 12 bytes. More bytes are ignored.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut r = Reader(body);
        Some(Self {
            info: r.array().map(u32::from_le_bytes)?,
            mcs: r.array()?,
        })
    }

    /// The element body.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut body = [0; Self::LEN];
        body[..4].copy_from_slice(&self.info.to_le_bytes());
        body[4..].copy_from_slice(&self.mcs);
        body
    }
}

/// VHT Operation, 5 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VhtOperation {
    /// Channel Width: 0 is 20 or 40 MHz, as HT Operation says; 1 is 80 MHz.
    pub width: u8,
    /// Channel Center Frequency Segment 0: number of the channel's centre at 80 MHz, else 0.
    pub center: u8,
    /// Channel Center Frequency Segment 1: 0 up to 80 MHz.
    pub second_center: u8,
    /// Basic VHT-MCS and NSS Set: two bits for each number of streams, 3 asks for nothing.
    pub basic_mcs: u16,
}

impl VhtOperation {
    /// Length of the element body in bytes.
    pub const LEN: usize = 5;
    /// Every station has MCS 0 to 7 of one stream: what VHT demands anyway.
    pub const ONE_STREAM: u16 = 0xfffc;

    /// 20 or 40 MHz, as HT Operation says.
    #[must_use]
    pub const fn as_ht() -> Self {
        Self {
            width: 0,
            center: 0,
            second_center: 0,
            basic_mcs: Self::ONE_STREAM,
        }
    }

    /// 80 MHz around the channel number `center`.
    #[must_use]
    pub const fn eighty_mhz(center: u8) -> Self {
        Self {
            width: 1,
            center,
            ..Self::as_ht()
        }
    }

    /// From an element body; `None` when it is shorter than 5 bytes. More bytes are ignored.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut r = Reader(body);
        Some(Self {
            width: r.u8()?,
            center: r.u8()?,
            second_center: r.u8()?,
            basic_mcs: r.u16()?,
        })
    }

    /// The element body.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let [low, high] = self.basic_mcs.to_le_bytes();
        [self.width, self.center, self.second_center, low, high]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let vht = VhtCapabilities {
            info: 0x0380_0032,
            mcs: [0xfa, 0xff, 0, 0, 0xfa, 0xff, 0, 0],
        };
        let body = vht.encode();
        assert_eq!(body[..4], [0x32, 0, 0x80, 0x03]);
        assert_eq!(VhtCapabilities::parse(&body), Some(vht));
        assert_eq!(VhtCapabilities::parse(&body[..11]), None);
        let operation = VhtOperation::eighty_mhz(155);
        assert_eq!(operation.encode(), [1, 155, 0, 0xfc, 0xff]);
        assert_eq!(VhtOperation::parse(&operation.encode()), Some(operation));
        assert_eq!(VhtOperation::as_ht().encode()[..3], [0, 0, 0]);
    }
}
