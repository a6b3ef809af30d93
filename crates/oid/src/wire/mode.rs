//! Operation modes and virtual MACs (reference 3.3).

use dot11::MacAddr;

use super::form::{Fields, Form};
use super::{ObjectHeader, Structure, WireError};

/// `DOT11_CURRENT_OPERATION_MODE`, 8 bytes without a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentOperationMode {
    /// `uCurrentOpMode`.
    pub mode: u32,
}

impl<'a> Structure<'a> for CurrentOperationMode {
    const NAME: &'static str = "DOT11_CURRENT_OPERATION_MODE";
    const LEAST: usize = 8;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Ok(Self {
            mode: fields.u32(4),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        Form::new(out, 8).u32(4, self.mode);
    }
}

/// `DOT11_OPERATION_MODE_CAPABILITY`, 24 bytes without a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationModeCapability {
    /// `uMajorVersion` of the interface.
    pub major: u32,
    /// `uMinorVersion`.
    pub minor: u32,
    /// `uNumOfTXBuffers`.
    pub tx_buffers: u32,
    /// `uNumOfRXBuffers`.
    pub rx_buffers: u32,
    /// Bit mask of the modes.
    pub modes: u32,
}

impl<'a> Structure<'a> for OperationModeCapability {
    const NAME: &'static str = "DOT11_OPERATION_MODE_CAPABILITY";
    const LEAST: usize = 24;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Ok(Self {
            major: fields.u32(4),
            minor: fields.u32(8),
            tx_buffers: fields.u32(12),
            rx_buffers: fields.u32(16),
            modes: fields.u32(20),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        Form::new(out, 24)
            .u32(4, self.major)
            .u32(8, self.minor)
            .u32(12, self.tx_buffers)
            .u32(16, self.rx_buffers)
            .u32(20, self.modes);
    }
}

/// `DOT11_MAC_INFO`, 16 bytes without a header, the last two padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacInfo {
    /// `uNdisPortNumber`.
    pub port: u32,
    /// The address of the MAC.
    pub address: MacAddr,
}

impl<'a> Structure<'a> for MacInfo {
    const NAME: &'static str = "DOT11_MAC_INFO";
    const LEAST: usize = 14;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Ok(Self {
            port: fields.u32(4),
            address: fields.mac(8),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        Form::new(out, 16).u32(4, self.port).mac(8, self.address);
    }
}

/// `DOT11_MAC_PARAMETERS`, 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacParameters {
    /// Bit mask of the modes the MAC shall offer.
    pub modes: u32,
}

impl MacParameters {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 8);
}

impl<'a> Structure<'a> for MacParameters {
    const NAME: &'static str = "DOT11_MAC_PARAMETERS";
    const LEAST: usize = 8;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            modes: fields.u32(4),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 8);
        Self::HEADER.put(&mut form);
        form.u32(4, self.modes);
    }
}
