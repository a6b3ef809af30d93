//! OID_DOT11_CIPHER_DEFAULT_KEY: `DOT11_CIPHER_DEFAULT_KEY_VALUE` (reference 2.5).

use dot11::MacAddr;
use zeroize::Zeroizing;

use super::form::{Fields, Form};
use super::key_mapping::key_length;
use super::{KeyData, ObjectHeader, WireError};
use crate::{CipherAlgorithm, DefaultKey};

const NAME: &str = "DOT11_CIPHER_DEFAULT_KEY_VALUE";
/// Offset of `ucKey`; `sizeof` is 24.
const FIXED: usize = 22;
const HEADER: ObjectHeader = ObjectHeader::new(1, 24);

/// A default key and the row it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultKeyValue {
    /// The row of the per-station table; `None` (all zeroes) is the default table.
    pub station: Option<MacAddr>,
    /// Slot and key.
    pub key: DefaultKey,
}

/// From the set request's buffer. Bytes behind the key are not looked at.
///
/// # Errors
/// INVALID_LENGTH with the bytes needed for a short buffer; INVALID_DATA for a wrong header or a key
/// that does not fit its cipher. Of a delete neither cipher nor key matter.
pub fn parse_default_key(bytes: &[u8]) -> Result<DefaultKeyValue, WireError> {
    let fields = Fields::new(bytes, NAME, FIXED)?;
    HEADER.check(&fields, NAME)?;
    let algorithm = CipherAlgorithm(fields.u32(8));
    let delete = fields.flag(18);
    let material = if delete {
        None
    } else {
        let end = FIXED + usize::from(fields.u16(20));
        let Some(key) = bytes.get(FIXED..end) else {
            return Err(WireError::short(NAME, bytes.len(), end as u64));
        };
        Some(KeyData::parse(algorithm, key)?.into_material())
    };
    let station = fields.mac(12);
    Ok(DefaultKeyValue {
        station: (station != MacAddr::default()).then_some(station),
        key: DefaultKey {
            index: fields.u32(4),
            algorithm,
            is_static: !delete && fields.flag(19),
            material,
        },
    })
}

/// The set request's buffer. A delete is filled like the add it undoes, and has at least `sizeof`
/// bytes.
///
/// # Errors
/// INVALID_DATA for a key that does not fit its cipher.
pub fn default_key_value(value: &DefaultKeyValue) -> Result<Zeroizing<Vec<u8>>, WireError> {
    let key = &value.key;
    let data = match &key.material {
        Some(material) => Some(KeyData::from_material(key.algorithm, material)?),
        None => None,
    };
    let len = match &data {
        Some(data) => key_length(data)?,
        None => KeyData::len_of(key.algorithm)
            .and_then(|len| u16::try_from(len).ok())
            .unwrap_or(0),
    };
    let total = (FIXED + usize::from(len)).max(usize::from(HEADER.size));
    let mut out = Zeroizing::new(Vec::with_capacity(total));
    let mut form = Form::new(&mut out, FIXED);
    HEADER.put(&mut form);
    form.u32(4, key.index)
        .u32(8, key.algorithm.0)
        .mac(12, value.station.unwrap_or_default())
        .flag(18, data.is_none())
        .flag(19, key.is_static && data.is_some())
        .u16(20, len);
    if let Some(data) = &data {
        data.write(&mut out);
    }
    out.resize(total, 0);
    Ok(out)
}
