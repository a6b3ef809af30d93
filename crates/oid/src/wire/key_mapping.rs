//! OID_DOT11_CIPHER_KEY_MAPPING_KEY: `DOT11_CIPHER_KEY_MAPPING_KEY_VALUE` entries in a byte array
//! (reference 2.4, 2.7, 2.8).

use core::iter::FusedIterator;

use zeroize::Zeroizing;

use super::byte_array::{ByteArray, DATA, write_head};
use super::form::{Fields, Form, count};
use super::{KeyData, Structure, WireError};
use crate::{CipherAlgorithm, Direction, KeyMappingKey, OperationMode};

/// Offset of `ucKey`. `sizeof` is 24, but entries are not padded to it.
const ENTRY: usize = 20;

/// The entries of one set request, in their order. Yields each well-formed entry or why it is not
/// one, so that whoever applies them stops at the first refused entry with the earlier ones
/// applied. After an entry whose end cannot be told nothing follows.
#[derive(Clone)]
pub struct KeyMappingKeys<'a> {
    rest: &'a [u8],
}

impl<'a> KeyMappingKeys<'a> {
    /// Checks the array around the entries.
    ///
    /// # Errors
    /// INVALID_DATA for a wrong header, contradicting counts or no entry at all; INVALID_LENGTH
    /// (access point) or BUFFER_OVERFLOW (station) with the bytes needed for a short buffer.
    pub fn parse(bytes: &'a [u8], mode: OperationMode) -> Result<Self, WireError> {
        let array = ByteArray::parse(bytes).map_err(|error| error.in_mode(mode))?;
        if array.bytes.is_empty() {
            return Err(WireError::data("The array holds no key-mapping entry."));
        }
        Ok(Self { rest: array.bytes })
    }

    /// The next entry's key and what follows it, or an entry that reaches beyond the array.
    fn split(&mut self) -> Result<(Fields<'a>, &'a [u8]), WireError> {
        let bytes = core::mem::take(&mut self.rest);
        let Ok(fields) = Fields::new(bytes, "DOT11_CIPHER_KEY_MAPPING_KEY_VALUE", ENTRY) else {
            return Err(WireError::data(format!(
                "{} bytes are left, which is no key-mapping entry.",
                bytes.len()
            )));
        };
        let len = usize::from(fields.u16(18));
        let Some(key) = bytes.get(ENTRY..ENTRY + len) else {
            return Err(WireError::data(format!(
                "A key-mapping entry claims a key of {len} bytes and {} are left.",
                bytes.len() - ENTRY
            )));
        };
        self.rest = &bytes[ENTRY + len..];
        Ok((fields, key))
    }
}

impl Iterator for KeyMappingKeys<'_> {
    type Item = Result<KeyMappingKey, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        Some(self.split().and_then(|(fields, key)| entry(&fields, key)))
    }
}

impl FusedIterator for KeyMappingKeys<'_> {}

impl core::fmt::Debug for KeyMappingKeys<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "KeyMappingKeys({} bytes)", self.rest.len())
    }
}

fn entry(fields: &Fields<'_>, key: &[u8]) -> Result<KeyMappingKey, WireError> {
    let algorithm = CipherAlgorithm(fields.u32(8));
    let direction = match fields.u32(12) {
        1 => Direction::Inbound,
        2 => Direction::Outbound,
        3 => Direction::Both,
        other => {
            return Err(WireError::data(format!(
                "{other} is no direction of a key."
            )));
        }
    };
    let delete = fields.flag(16);
    let material = if delete {
        // Neither the flag behind it nor the key carries a meaning.
        None
    } else {
        if is_group_cipher(algorithm) {
            return Err(WireError::data(format!(
                "Cipher {:#x} protects no unicast.",
                algorithm.0
            )));
        }
        Some(KeyData::parse(algorithm, key)?.into_material())
    };
    Ok(KeyMappingKey {
        peer: fields.mac(0),
        algorithm,
        direction,
        is_static: !delete && fields.flag(17),
        material,
    })
}

/// BIP in its forms protects group-addressed management frames and lives in the default table.
const fn is_group_cipher(cipher: CipherAlgorithm) -> bool {
    matches!(
        cipher,
        CipherAlgorithm::BIP
            | CipherAlgorithm::BIP_GMAC_128
            | CipherAlgorithm::BIP_GMAC_256
            | CipherAlgorithm::BIP_CMAC_256
    )
}

/// The whole set request: entries back to back, both counts equal.
///
/// A delete is filled like the add it undoes (same cipher, that many zero bytes), which drivers
/// accept that look at it; where the cipher's length is unknown it has no key bytes.
///
/// # Errors
/// INVALID_DATA for a key that does not fit its cipher.
pub fn key_mapping_array(keys: &[KeyMappingKey]) -> Result<Zeroizing<Vec<u8>>, WireError> {
    let parts = keys.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
    let len = parts.iter().map(|part| ENTRY + part.len()).sum::<usize>();
    let mut out = Zeroizing::new(Vec::with_capacity(DATA + len));
    write_head(&mut out, count(len), count(len));
    for (key, part) in keys.iter().zip(&parts) {
        write_entry(key, part, &mut out);
    }
    Ok(out)
}

/// One entry alone, as an extension hands it over: `FIELD_OFFSET(ucKey)` and the key, without the
/// padding of `sizeof`.
///
/// # Errors
/// INVALID_DATA for a key that does not fit its cipher.
pub fn key_mapping_value(key: &KeyMappingKey) -> Result<Zeroizing<Vec<u8>>, WireError> {
    let part = prepare(key)?;
    let mut out = Zeroizing::new(Vec::with_capacity(ENTRY + part.len()));
    write_entry(key, &part, &mut out);
    Ok(out)
}

/// What stands in `ucKey`.
enum Part {
    Key(KeyData),
    Zeroes(usize),
}

impl Part {
    fn len(&self) -> usize {
        match self {
            Self::Key(data) => data.len(),
            Self::Zeroes(len) => *len,
        }
    }
}

fn prepare(key: &KeyMappingKey) -> Result<Part, WireError> {
    let Some(material) = &key.material else {
        return Ok(Part::Zeroes(KeyData::len_of(key.algorithm).unwrap_or(0)));
    };
    if is_group_cipher(key.algorithm) {
        return Err(WireError::data(format!(
            "Cipher {:#x} protects no unicast.",
            key.algorithm.0
        )));
    }
    let data = KeyData::from_material(key.algorithm, material)?;
    key_length(&data)?;
    Ok(Part::Key(data))
}

/// `usKeyLength`.
pub(super) fn key_length(data: &KeyData) -> Result<u16, WireError> {
    u16::try_from(data.len()).map_err(|_| {
        WireError::data(format!(
            "A key structure has at most 65535 bytes, not {}.",
            data.len()
        ))
    })
}

fn write_entry(key: &KeyMappingKey, part: &Part, out: &mut Vec<u8>) {
    let direction = match key.direction {
        Direction::Inbound => 1,
        Direction::Outbound => 2,
        Direction::Both => 3,
    };
    let delete = key.material.is_none();
    Form::new(out, ENTRY)
        .mac(0, key.peer)
        .u32(8, key.algorithm.0)
        .u32(12, direction)
        .flag(16, delete)
        .flag(17, key.is_static && !delete)
        .u16(18, u16::try_from(part.len()).unwrap_or(u16::MAX));
    match part {
        Part::Key(data) => data.write(out),
        Part::Zeroes(len) => out.resize(out.len() + len, 0),
    }
}
