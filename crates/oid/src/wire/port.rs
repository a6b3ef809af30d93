//! `DOT11_PORT_STATE_NOTIFICATION` and `DOT11_DISASSOCIATE_PEER_REQUEST` (reference 3.4).

use dot11::{MacAddr, ReasonCode};

use super::form::{Fields, Form};
use super::{ObjectHeader, Structure, WireError};

/// `DOT11_PORT_STATE_NOTIFICATION`, 12 bytes of which the last is padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortStateNotification {
    /// The peer.
    pub peer: MacAddr,
    /// Open or closed.
    pub open: bool,
}

impl PortStateNotification {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 12);
}

impl<'a> Structure<'a> for PortStateNotification {
    const NAME: &'static str = "DOT11_PORT_STATE_NOTIFICATION";
    const LEAST: usize = 11;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            peer: fields.mac(4),
            open: fields.flag(10),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 12);
        Self::HEADER.put(&mut form);
        form.mac(4, self.peer).flag(10, self.open);
    }
}

/// `DOT11_DISASSOCIATE_PEER_REQUEST`, 12 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisassociatePeerRequest {
    /// The peer; [`MacAddr::BROADCAST`] is all of them.
    pub peer: MacAddr,
    /// Told to the peer.
    pub reason: ReasonCode,
}

impl DisassociatePeerRequest {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 12);
}

impl<'a> Structure<'a> for DisassociatePeerRequest {
    const NAME: &'static str = "DOT11_DISASSOCIATE_PEER_REQUEST";
    const LEAST: usize = 12;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            peer: fields.mac(4),
            reason: ReasonCode(fields.u16(10)),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 12);
        Self::HEADER.put(&mut form);
        form.mac(4, self.peer).u16(10, self.reason.0);
    }
}
