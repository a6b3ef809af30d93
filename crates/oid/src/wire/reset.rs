//! OID_DOT11_RESET_REQUEST: `DOT11_RESET_REQUEST` in, `DOT11_STATUS_INDICATION` out.

use dot11::MacAddr;

use super::form::{Fields, Form};
use super::{Structure, WireError};
use crate::NdisStatus;

/// `DOT11_RESET_TYPE`. Unknown values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetType(pub u32);

impl ResetType {
    /// PHY only.
    pub const PHY: Self = Self(1);
    /// MAC only.
    pub const MAC: Self = Self(2);
    /// Both; the only one a station takes.
    pub const PHY_AND_MAC: Self = Self(3);
}

/// `DOT11_RESET_REQUEST`, 12 bytes without a header, the last one padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetRequest {
    /// What is reset.
    pub kind: ResetType,
    /// The address to have from then on.
    pub address: MacAddr,
    /// Also restore all settings.
    pub default_mib: bool,
}

impl<'a> Structure<'a> for ResetRequest {
    const NAME: &'static str = "DOT11_RESET_REQUEST";
    const LEAST: usize = 11;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Ok(Self {
            kind: ResetType(fields.u32(0)),
            address: fields.mac(4),
            default_mib: fields.flag(10),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        Form::new(out, 12)
            .u32(0, self.kind.0)
            .mac(4, self.address)
            .flag(10, self.default_mib);
    }
}

/// `DOT11_STATUS_INDICATION`, 8 bytes without a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusIndication {
    /// `uStatusType`.
    pub kind: u32,
    /// How it went.
    pub status: NdisStatus,
}

impl StatusIndication {
    /// `DOT11_STATUS_RESET_CONFIRM`.
    pub const RESET_CONFIRM: u32 = 4;
}

impl<'a> Structure<'a> for StatusIndication {
    const NAME: &'static str = "DOT11_STATUS_INDICATION";
    const LEAST: usize = 8;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Ok(Self {
            kind: fields.u32(0),
            status: NdisStatus(fields.u32(4)),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        Form::new(out, 8).u32(0, self.kind).u32(4, self.status.0);
    }
}
