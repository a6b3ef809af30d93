//! Requests that are a number, a flag, addresses, rates or nothing.

use dot11::MacAddr;

use super::form::{Fields, Form, count};
use super::{Structure, WireError};

/// A ULONG, 4 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ulong(pub u32);

impl<'a> Structure<'a> for Ulong {
    const NAME: &'static str = "ULONG";
    const LEAST: usize = 4;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self(Fields::new(bytes, Self::NAME, Self::LEAST)?.u32(0)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_le_bytes());
    }
}

/// A BOOLEAN: one byte, true when it is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'a> Structure<'a> for Flag {
    const NAME: &'static str = "BOOLEAN";
    const LEAST: usize = 1;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self(Fields::new(bytes, Self::NAME, Self::LEAST)?.flag(0)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.0));
    }
}

/// No data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nothing;

impl<'a> Structure<'a> for Nothing {
    const NAME: &'static str = "no data";
    const LEAST: usize = 0;

    fn parse(_: &'a [u8]) -> Result<Self, WireError> {
        Ok(Self)
    }

    fn write(&self, _: &mut Vec<u8>) {}
}

/// `DOT11_MAC_ADDRESS`es back to back, without a count: multicast list, current and permanent
/// address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses(pub Vec<MacAddr>);

impl<'a> Structure<'a> for Addresses {
    const NAME: &'static str = "DOT11_MAC_ADDRESS[]";
    const LEAST: usize = 0;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (addresses, rest) = bytes.as_chunks::<6>();
        if !rest.is_empty() {
            // Round up: an address was begun.
            let needed = 6 * (addresses.len() as u64 + 1);
            return Err(WireError::short(Self::NAME, bytes.len(), needed));
        }
        Ok(Self(addresses.iter().copied().map(MacAddr).collect()))
    }

    fn write(&self, out: &mut Vec<u8>) {
        for address in &self.0 {
            out.extend_from_slice(&address.0);
        }
    }
}

/// `DOT11_RATE_SET`: a length and room for 126 rates, in units of 500 kbit/s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateSet(Vec<u8>);

impl RateSet {
    /// Most rates.
    pub const MAX: usize = 126;

    /// `None` for more than [`RateSet::MAX`].
    #[must_use]
    pub fn new(rates: &[u8]) -> Option<Self> {
        (rates.len() <= Self::MAX).then(|| Self(rates.to_vec()))
    }

    /// The rates.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'a> Structure<'a> for RateSet {
    const NAME: &'static str = "DOT11_RATE_SET";
    const LEAST: usize = 130;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        let rates: [u8; Self::MAX] = fields.array(4);
        let len = fields.u32(0);
        usize::try_from(len)
            .ok()
            .and_then(|len| rates.get(..len))
            .and_then(Self::new)
            .ok_or_else(|| WireError::data(format!("{len} rates are more than 126.")))
    }

    fn write(&self, out: &mut Vec<u8>) {
        // sizeof is 132.
        Form::new(out, 132)
            .u32(0, count(self.0.len()))
            .bytes(4, &self.0);
    }
}
