//! HT Capabilities and HT Operation (clauses 9.4.2.55 and 9.4.2.56).

use serde::{Deserialize, Serialize};

use crate::frame::Reader;

/// HT Capabilities, 26 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HtCapabilities {
    /// HT Capability Information.
    pub info: u16,
    /// A-MPDU Parameters.
    pub ampdu: u8,
    /// Supported MCS Set.
    pub mcs: [u8; 16],
    /// HT Extended Capabilities.
    pub extended: u16,
    /// Transmit Beamforming Capabilities.
    pub beamforming: u32,
    /// ASEL Capability.
    pub antenna_selection: u8,
}

impl HtCapabilities {
    /// Length of the element body in bytes.
    pub const LEN: usize = 26;
    /// 40 MHz channels are supported (in [`HtCapabilities::info`]).
    pub const CHANNEL_WIDTH_40: u16 = 0x0002;
    /// Frames in greenfield format can be received.
    pub const GREENFIELD: u16 = 0x0010;
    /// Short guard interval at 20 MHz.
    pub const SHORT_GI_20: u16 = 0x0020;
    /// Short guard interval at 40 MHz.
    pub const SHORT_GI_40: u16 = 0x0040;
    /// 40 MHz operation is unwelcome here.
    pub const FORTY_MHZ_INTOLERANT: u16 = 0x4000;

    /// From an element body; `None` when it is shorter than 26 bytes. More bytes are ignored.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut r = Reader(body);
        Some(Self {
            info: r.u16()?,
            ampdu: r.u8()?,
            mcs: r.array()?,
            extended: r.u16()?,
            beamforming: r.array().map(u32::from_le_bytes)?,
            antenna_selection: r.u8()?,
        })
    }

    /// The element body.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut body = [0; Self::LEN];
        body[..2].copy_from_slice(&self.info.to_le_bytes());
        body[2] = self.ampdu;
        body[3..19].copy_from_slice(&self.mcs);
        body[19..21].copy_from_slice(&self.extended.to_le_bytes());
        body[21..25].copy_from_slice(&self.beamforming.to_le_bytes());
        body[25] = self.antenna_selection;
        body
    }
}

/// HT Operation, 22 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HtOperation {
    /// Primary channel number.
    pub primary_channel: u8,
    /// HT Operation Information after the primary channel: secondary channel, width, protection.
    pub info: [u8; 5],
    /// Basic HT-MCS Set.
    pub basic_mcs: [u8; 16],
}

impl HtOperation {
    /// Length of the element body in bytes.
    pub const LEN: usize = 22;

    /// The secondary channel is above the primary one (in byte 0 of [`HtOperation::info`]).
    pub const SECONDARY_ABOVE: u8 = 0x01;
    /// The secondary channel is below.
    pub const SECONDARY_BELOW: u8 = 0x03;
    /// Any width the station supports may be used, not 20 MHz alone.
    pub const ANY_WIDTH: u8 = 0x04;

    /// HT Protection (in byte 1 of [`HtOperation::info`]): everybody here and around has HT.
    pub const NO_PROTECTION: u8 = 0;
    /// All members have HT; stations of other networks on these channels have not.
    pub const NONMEMBER_PROTECTION: u8 = 1;
    /// All have HT, and some member of this wider network can do no more than 20 MHz.
    pub const TWENTY_MHZ_PROTECTION: u8 = 2;
    /// Some member has no HT.
    pub const NON_HT_MIXED: u8 = 3;
    /// Some member with HT cannot receive greenfield format (in byte 1 of [`HtOperation::info`]).
    pub const NON_GREENFIELD_PRESENT: u8 = 0x04;
    /// Neighbours shall protect what they send from stations without HT here or around.
    pub const OBSS_NON_HT_PRESENT: u8 = 0x10;

    /// The same with byte 1 of [`HtOperation::info`], which says how frames are to be protected.
    #[must_use]
    pub const fn with_protection(self, protection: u8) -> Self {
        let [width, _, rest @ ..] = self.info;
        let [a, b, c] = rest;
        Self {
            info: [width, protection, a, b, c],
            ..self
        }
    }

    /// 40 MHz: with the channel above, or below. No protection, no basic MCS.
    #[must_use]
    pub const fn forty_mhz(primary_channel: u8, above: bool) -> Self {
        let secondary = if above {
            Self::SECONDARY_ABOVE
        } else {
            Self::SECONDARY_BELOW
        };
        Self {
            info: [secondary | Self::ANY_WIDTH, 0, 0, 0, 0],
            ..Self::twenty_mhz(primary_channel)
        }
    }

    /// 20 MHz only, no protection, no basic MCS.
    #[must_use]
    pub const fn twenty_mhz(primary_channel: u8) -> Self {
        Self {
            primary_channel,
            info: [0; 5],
            basic_mcs: [0; 16],
        }
    }

    /// From an element body; `None` when it is shorter than 22 bytes. More bytes are ignored.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut r = Reader(body);
        Some(Self {
            primary_channel: r.u8()?,
            info: r.array()?,
            basic_mcs: r.array()?,
        })
    }

    /// The element body.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut body = [0; Self::LEN];
        body[0] = self.primary_channel;
        body[1..6].copy_from_slice(&self.info);
        body[6..].copy_from_slice(&self.basic_mcs);
        body
    }
}
