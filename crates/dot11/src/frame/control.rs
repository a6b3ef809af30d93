//! The one control frame that layers above a radio care for.

use serde::{Deserialize, Serialize};

use super::{ControlSubtype, FrameControl, FrameError, Reader};
use crate::MacAddr;

/// PS-Poll: a sleeping station asks for one buffered frame (clause 9.3.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PsPoll {
    /// Association id without its two top bits.
    pub aid: u16,
    /// The access point.
    pub bssid: MacAddr,
    /// The station.
    pub transmitter: MacAddr,
}

impl PsPoll {
    /// Reads a PS-Poll (without FCS).
    ///
    /// # Errors
    /// When it is another frame or too short.
    pub fn parse(frame: &[u8]) -> Result<Self, FrameError> {
        let mut r = Reader(frame);
        let control = FrameControl(r.u16().ok_or(FrameError::Truncated)?);
        if control.version() != 0 {
            return Err(FrameError::UnknownVersion);
        }
        // Type and subtype only: the power management flag may be set.
        if control.0 & 0x00fc != FrameControl::control(ControlSubtype::PS_POLL).0 {
            return Err(FrameError::WrongType);
        }
        let (Some(aid), Some(bssid), Some(transmitter)) = (r.u16(), r.mac(), r.mac()) else {
            return Err(FrameError::Truncated);
        };
        Ok(Self {
            aid: aid & 0x3fff,
            bssid,
            transmitter,
        })
    }

    /// The frame, 16 bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut frame = Vec::with_capacity(16);
        frame.extend_from_slice(
            &FrameControl::control(ControlSubtype::PS_POLL)
                .0
                .to_le_bytes(),
        );
        frame.extend_from_slice(&(self.aid | 0xc000).to_le_bytes());
        frame.extend_from_slice(&self.bssid.0);
        frame.extend_from_slice(&self.transmitter.0);
        frame
    }
}
