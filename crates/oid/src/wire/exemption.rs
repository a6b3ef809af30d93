//! `DOT11_PRIVACY_EXEMPTION`: the one structure with a big-endian field (reference 6.3).

use super::form::{Fields, Form};
use super::{Entry, WireError};
use crate::{ExemptionAction, ExemptionPackets, PrivacyExemption};

impl Entry for PrivacyExemption {
    const LIST: &'static str = "DOT11_PRIVACY_EXEMPTION_LIST";
    const LIST_SIZE: u16 = 20;
    const LEN: usize = 6;

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, "DOT11_PRIVACY_EXEMPTION", Self::LEN)?;
        Ok(Self {
            ethertype: u16::from_be_bytes(fields.array(0)),
            action: ExemptionAction(fields.u16(2)),
            packets: ExemptionPackets(fields.u16(4)),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        Form::new(out, Self::LEN)
            .bytes(0, &self.ethertype.to_be_bytes())
            .u16(2, self.action.0)
            .u16(4, self.packets.0);
    }
}
