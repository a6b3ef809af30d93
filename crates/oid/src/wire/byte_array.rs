//! `DOT11_BYTE_ARRAY` (reference 2.7).

use super::form::{Fields, Form, count};
use super::{ObjectHeader, Structure, WireError};

/// Bytes with a header. The data begins at 12 although `sizeof` is 16, and the header's revision is
/// that of the entries inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteArray<'a> {
    /// The entries, `uNumOfBytes` of them.
    pub bytes: &'a [u8],
    /// `uTotalNumOfBytes`, at least as many. Senders keep the two equal.
    pub total: u32,
}

/// Offset of `ucBuffer`.
pub(super) const DATA: usize = 12;
/// Revision 1 of whatever is inside, `sizeof(DOT11_BYTE_ARRAY)`.
const HEADER: ObjectHeader = ObjectHeader::new(1, 16);

impl<'a> ByteArray<'a> {
    /// Around `bytes`, both counts equal.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            total: count(bytes.len()),
        }
    }
}

/// Appends what comes before `len` bytes of data.
pub(super) fn write_head(out: &mut Vec<u8>, len: u32, total: u32) {
    let mut form = Form::new(out, DATA);
    HEADER.put(&mut form);
    form.u32(4, len).u32(8, total);
}

impl<'a> Structure<'a> for ByteArray<'a> {
    const NAME: &'static str = "DOT11_BYTE_ARRAY";
    const LEAST: usize = DATA;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        if bytes.len() < DATA {
            // Nothing can be told of the entries: ask for the structure.
            return Err(WireError::short(Self::NAME, bytes.len(), 16));
        }
        let fields = Fields::new(bytes, Self::NAME, DATA)?;
        HEADER.check(&fields, Self::NAME)?;
        let (len, total) = (fields.u32(4), fields.u32(8));
        if total < len {
            return Err(WireError::data(format!(
                "The array claims {len} bytes here and {total} in all."
            )));
        }
        let end = DATA as u64 + u64::from(len);
        let data = usize::try_from(end)
            .ok()
            .and_then(|end| bytes.get(DATA..end));
        match data {
            Some(bytes) => Ok(Self { bytes, total }),
            None => Err(WireError::short(Self::NAME, bytes.len(), end)),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_head(out, count(self.bytes.len()), self.total);
        out.extend_from_slice(self.bytes);
    }
}
