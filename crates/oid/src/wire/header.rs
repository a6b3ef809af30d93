//! `NDIS_OBJECT_HEADER`.

use super::WireError;
use super::form::{Fields, Form};

/// `NDIS_OBJECT_TYPE_DEFAULT`.
const TYPE_DEFAULT: u8 = 0x80;

/// The first four bytes of most structures. The type is always 0x80.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectHeader {
    /// Revision of the structure.
    pub revision: u8,
    /// `sizeof` the fixed structure in bytes, whatever follows it.
    pub size: u16,
}

impl ObjectHeader {
    /// Bytes of the header.
    pub const LEN: usize = 4;

    pub(super) const fn new(revision: u8, size: u16) -> Self {
        Self { revision, size }
    }

    /// As bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        let [low, high] = self.size.to_le_bytes();
        [TYPE_DEFAULT, self.revision, low, high]
    }

    /// Whatever header `fields` begins with, if it is one.
    pub(super) fn read(fields: &Fields<'_>, name: &str) -> Result<Self, WireError> {
        let kind = fields.u8(0);
        if kind != TYPE_DEFAULT {
            return Err(WireError::data(format!(
                "The header of {name} has type {kind:#04x} instead of 0x80."
            )));
        }
        Ok(Self::new(fields.u8(1), fields.u16(2)))
    }

    /// Refuses every header but this one.
    pub(super) fn check(self, fields: &Fields<'_>, name: &str) -> Result<(), WireError> {
        let found = Self::read(fields, name)?;
        if found == self {
            return Ok(());
        }
        Err(WireError::data(format!(
            "The header of {name} says revision {} and size {} instead of {} and {}.",
            found.revision, found.size, self.revision, self.size
        )))
    }

    pub(super) fn put(self, form: &mut Form<'_>) {
        form.bytes(0, &self.to_bytes());
    }
}
