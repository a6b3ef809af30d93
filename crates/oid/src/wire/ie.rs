//! `DOT11_ADDITIONAL_IE` (reference 3.4) and `DOT11_NIC_SPECIFIC_EXTENSION`.

use super::form::{Fields, Form, count};
use super::{ObjectHeader, Structure, WireError};

/// `DOT11_ADDITIONAL_IE`, 20 bytes and the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdditionalIe<'a> {
    /// For the end of beacons.
    pub beacon: &'a [u8],
    /// For the end of probe responses.
    pub response: &'a [u8],
}

impl AdditionalIe<'_> {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 20);
}

impl<'a> Structure<'a> for AdditionalIe<'a> {
    const NAME: &'static str = "DOT11_ADDITIONAL_IE";
    const LEAST: usize = 20;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            beacon: fields.span(4)?,
            response: fields.span(12)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 20);
        Self::HEADER.put(&mut form);
        form.data(4, self.beacon).data(12, self.response);
    }
}

/// `DOT11_NIC_SPECIFIC_EXTENSION`: a vendor's bytes behind two counts, without a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NicSpecificExtension<'a> {
    /// The bytes, `uBufferLength` of them.
    pub data: &'a [u8],
    /// `uTotalBufferLength`, at least as many.
    pub total: u32,
}

impl<'a> Structure<'a> for NicSpecificExtension<'a> {
    const NAME: &'static str = "DOT11_NIC_SPECIFIC_EXTENSION";
    const LEAST: usize = 8;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        let (len, total) = (fields.u32(0), fields.u32(4));
        if total < len {
            return Err(WireError::data(format!(
                "The extension claims {len} bytes here and {total} in all."
            )));
        }
        let needed = Self::LEAST as u64 + u64::from(len);
        let data = usize::try_from(needed)
            .ok()
            .and_then(|end| bytes.get(Self::LEAST..end));
        match data {
            Some(data) => Ok(Self { data, total }),
            None => Err(WireError::short(Self::NAME, bytes.len(), needed)),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let len = count(self.data.len());
        Form::new(out, Self::LEAST)
            .u32(0, len)
            .u32(4, self.total.max(len));
        out.extend_from_slice(self.data);
    }
}
