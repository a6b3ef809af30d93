//! Reading and writing fields at fixed offsets.

use dot11::MacAddr;

use super::WireError;

/// A buffer that is known to hold the fixed part of a structure. Copies fields out of it.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    name: &'static str,
    least: usize,
}

impl<'a> Fields<'a> {
    /// Refuses a buffer shorter than `least`.
    pub(super) fn new(
        bytes: &'a [u8],
        name: &'static str,
        least: usize,
    ) -> Result<Self, WireError> {
        if bytes.len() < least {
            return Err(WireError::short(name, bytes.len(), least as u64));
        }
        Ok(Self { bytes, name, least })
    }

    /// `N` bytes at a constant offset below `least`. Zeroes if the offset is not, which is a
    /// mistake in this crate that the golden tests see.
    pub(super) fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        debug_assert!(at + N <= self.least, "{} at {at}", self.name);
        let field = self.bytes.get(at..).and_then(|b| b.first_chunk::<N>());
        field.copied().unwrap_or([0; N])
    }

    pub(super) fn u8(&self, at: usize) -> u8 {
        let [byte] = self.array(at);
        byte
    }

    /// A BOOLEAN: any byte but 0 is true.
    pub(super) fn flag(&self, at: usize) -> bool {
        self.u8(at) != 0
    }

    pub(super) fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    pub(super) fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    pub(super) fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    pub(super) fn mac(&self, at: usize) -> MacAddr {
        MacAddr(self.array(at))
    }

    /// The bytes that the fields at `at` (offset) and `at + 4` (length) point to. Nothing has no
    /// place. Something begins behind the fixed part.
    pub(super) fn span(&self, at: usize) -> Result<&'a [u8], WireError> {
        self.place(self.u32(at), self.u32(at + 4))
    }

    /// The same for a pair given in the other order or computed.
    pub(super) fn place(&self, offset: u32, len: u32) -> Result<&'a [u8], WireError> {
        if len == 0 {
            return Ok(&[]);
        }
        let (start, end) = (u64::from(offset), u64::from(offset) + u64::from(len));
        let inside = start >= self.least as u64 && end <= self.bytes.len() as u64;
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        range
            .filter(|_| inside)
            .and_then(|(start, end)| self.bytes.get(start..end))
            .ok_or_else(|| {
                WireError::data(format!(
                    "{} points to {len} bytes at {offset} in a buffer of {}.",
                    self.name,
                    self.bytes.len()
                ))
            })
    }
}

/// A structure that is being appended to a buffer.
pub(super) struct Form<'a> {
    out: &'a mut Vec<u8>,
    base: usize,
}

impl<'a> Form<'a> {
    /// Appends `fixed` zeroes to fill in.
    pub(super) fn new(out: &'a mut Vec<u8>, fixed: usize) -> Self {
        let base = out.len();
        out.resize(base + fixed, 0);
        Self { out, base }
    }

    pub(super) fn bytes(&mut self, at: usize, bytes: &[u8]) -> &mut Self {
        let at = self.base + at;
        if let Some(place) = self.out.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self
    }

    pub(super) fn u8(&mut self, at: usize, value: u8) -> &mut Self {
        self.bytes(at, &[value])
    }

    pub(super) fn flag(&mut self, at: usize, value: bool) -> &mut Self {
        self.u8(at, u8::from(value))
    }

    pub(super) fn u16(&mut self, at: usize, value: u16) -> &mut Self {
        self.bytes(at, &value.to_le_bytes())
    }

    pub(super) fn u32(&mut self, at: usize, value: u32) -> &mut Self {
        self.bytes(at, &value.to_le_bytes())
    }

    pub(super) fn u64(&mut self, at: usize, value: u64) -> &mut Self {
        self.bytes(at, &value.to_le_bytes())
    }

    pub(super) fn mac(&mut self, at: usize, value: MacAddr) -> &mut Self {
        self.bytes(at, &value.0)
    }

    /// Appends data and notes its offset at `at` and its length at `at + 4`; nothing is 0 and 0.
    pub(super) fn data(&mut self, at: usize, data: &[u8]) -> &mut Self {
        let (offset, len) = self.append(data);
        self.u32(at, offset).u32(at + 4, len)
    }

    /// Appends data. Returns its offset and length.
    pub(super) fn append(&mut self, data: &[u8]) -> (u32, u32) {
        if data.is_empty() {
            return (0, 0);
        }
        let offset = count(self.out.len() - self.base);
        self.out.extend_from_slice(data);
        (offset, count(data.len()))
    }
}

/// A length as a ULONG. Nothing built here comes near 4 GiB.
pub(super) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
