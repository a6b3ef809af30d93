//! Lists with a header: `{header, uNumOfEntries, uTotalNumOfEntries, entries}` (reference 3.2).

use core::marker::PhantomData;

use dot11::MacAddr;

use super::form::{Fields, Form, count};
use super::{AssociationInfo, ObjectHeader, PeerInfo, Shortage, Structure, WireError};
use crate::{AuthAlgorithm, CipherAlgorithm, Pmkid, PrivacyExemption};

/// What a list is made of.
pub trait Entry: Sized {
    /// Name of the list's structure.
    const LIST: &'static str;
    /// `sizeof` the list's structure, which has one entry.
    const LIST_SIZE: u16;
    /// Offset of the first entry.
    const FIRST: usize = 12;
    /// Bytes of one entry, padding included.
    const LEN: usize;
    /// What a query of the list answers to a buffer that is too small.
    const SHORTAGE: Shortage = Shortage::Overflow;

    /// From exactly [`Entry::LEN`] bytes.
    ///
    /// # Errors
    /// INVALID_DATA when they contradict themselves.
    fn read(bytes: &[u8]) -> Result<Self, WireError>;

    /// Appends exactly [`Entry::LEN`] bytes.
    fn write(&self, out: &mut Vec<u8>);
}

/// A list of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<E> {
    /// The entries in their order.
    pub entries: Vec<E>,
    /// `uTotalNumOfEntries`: how many there are in all, at least as many.
    pub total: u32,
    /// Lists come into being by [`List::new`] or from bytes.
    _kind: PhantomData<E>,
}

impl<E> List<E> {
    /// All there are.
    #[must_use]
    pub fn new(entries: Vec<E>) -> Self {
        Self {
            total: count(entries.len()),
            entries,
            _kind: PhantomData,
        }
    }
}

impl<E: Entry> List<E> {
    const HEADER: ObjectHeader = ObjectHeader::new(1, E::LIST_SIZE);

    /// What is written into a query's buffer that holds the counts but not the entries.
    pub(super) fn write_counts(out: &mut Vec<u8>, here: u32, total: u32) {
        let mut form = Form::new(out, E::FIRST);
        Self::HEADER.put(&mut form);
        form.u32(4, here).u32(8, total);
    }
}

impl<'a, E: Entry> Structure<'a> for List<E> {
    const NAME: &'static str = E::LIST;
    const LEAST: usize = 12;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        let (len, total) = (fields.u32(4), fields.u32(8));
        if total < len {
            return Err(WireError::data(format!(
                "{} claims {len} entries here and {total} in all.",
                Self::NAME
            )));
        }
        if len == 0 {
            return Ok(Self {
                entries: Vec::new(),
                total,
                _kind: PhantomData,
            });
        }
        // 64 bits hold it: 2^32 entries of a few hundred bytes.
        let needed = E::FIRST as u64 + u64::from(len) * E::LEN as u64;
        let data = usize::try_from(needed)
            .ok()
            .and_then(|end| bytes.get(E::FIRST..end))
            .ok_or_else(|| WireError::short(Self::NAME, bytes.len(), needed))?;
        let entries = data.chunks_exact(E::LEN).map(E::read);
        Ok(Self {
            entries: entries.collect::<Result<_, _>>()?,
            total,
            _kind: PhantomData,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let here = count(self.entries.len());
        Self::write_counts(out, here, self.total.max(here));
        for entry in &self.entries {
            entry.write(out);
        }
    }
}

/// `DOT11_AUTH_ALGORITHM_LIST`.
pub type AuthAlgorithmList = List<AuthAlgorithm>;
/// `DOT11_CIPHER_ALGORITHM_LIST`.
pub type CipherAlgorithmList = List<CipherAlgorithm>;
/// `DOT11_AUTH_CIPHER_PAIR_LIST`.
pub type AuthCipherPairList = List<AuthCipherPair>;
/// `DOT11_SSID_LIST`.
pub type SsidList = List<SsidEntry>;
/// `DOT11_PRIVACY_EXEMPTION_LIST`.
pub type PrivacyExemptionList = List<PrivacyExemption>;
/// `DOT11_MAC_ADDRESS_LIST`.
pub type MacAddressList = List<MacAddr>;
/// `DOT11_PMKID_LIST`.
pub type PmkidList = List<Pmkid>;
/// `DOT11_PHY_ID_LIST`.
pub type PhyIdList = List<PhyId>;
/// `DOT11_AVAILABLE_CHANNEL_LIST`.
pub type ChannelList = List<ChannelNumber>;
/// `DOT11_AVAILABLE_FREQUENCY_LIST`.
pub type FrequencyList = List<Frequency>;
/// `DOT11_PEER_INFO_LIST`.
pub type PeerInfoList = List<PeerInfo>;
/// `DOT11_ASSOCIATION_INFO_LIST`.
pub type AssociationInfoList = List<AssociationInfo>;

/// `DOT11_AUTH_CIPHER_PAIR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthCipherPair {
    /// The authentication.
    pub auth: AuthAlgorithm,
    /// A cipher that goes with it.
    pub cipher: CipherAlgorithm,
}

/// Index of a PHY in the adapter's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhyId(pub u32);

impl PhyId {
    /// `DOT11_PHY_ID_ANY`: all PHYs, or a free choice.
    pub const ANY: Self = Self(0xFFFF_FFFF);
}

/// A channel number as Windows stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelNumber(pub u32);

/// A centre frequency in MHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency(pub u32);

/// `DOT11_SSID`: 0 to 32 bytes; none is the wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsidEntry(Vec<u8>);

impl SsidEntry {
    /// Bytes of the structure.
    pub const LEN: usize = 36;

    /// `None` for more than 32 bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= 32).then(|| Self(bytes.to_vec()))
    }

    /// The name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// An entry that is one ULONG.
macro_rules! ulong_entry {
    ($type:ident, $list:literal) => {
        impl Entry for $type {
            const LIST: &'static str = $list;
            const LIST_SIZE: u16 = 16;
            const LEN: usize = 4;

            fn read(bytes: &[u8]) -> Result<Self, WireError> {
                Ok(Self(Fields::new(bytes, $list, Self::LEN)?.u32(0)))
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0.to_le_bytes());
            }
        }
    };
}

ulong_entry!(AuthAlgorithm, "DOT11_AUTH_ALGORITHM_LIST");
ulong_entry!(CipherAlgorithm, "DOT11_CIPHER_ALGORITHM_LIST");
ulong_entry!(PhyId, "DOT11_PHY_ID_LIST");
ulong_entry!(ChannelNumber, "DOT11_AVAILABLE_CHANNEL_LIST");
ulong_entry!(Frequency, "DOT11_AVAILABLE_FREQUENCY_LIST");

impl Entry for AuthCipherPair {
    const LIST: &'static str = "DOT11_AUTH_CIPHER_PAIR_LIST";
    const LIST_SIZE: u16 = 20;
    const LEN: usize = 8;

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::LIST, Self::LEN)?;
        Ok(Self {
            auth: AuthAlgorithm(fields.u32(0)),
            cipher: CipherAlgorithm(fields.u32(4)),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, Self::LEN);
        form.u32(0, self.auth.0).u32(4, self.cipher.0);
    }
}

impl Entry for SsidEntry {
    const LIST: &'static str = "DOT11_SSID_LIST";
    const LIST_SIZE: u16 = 48;
    const LEN: usize = Self::LEN;

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, "DOT11_SSID", Self::LEN)?;
        let name: [u8; 32] = fields.array(4);
        let len = fields.u32(0);
        usize::try_from(len)
            .ok()
            .and_then(|len| name.get(..len))
            .and_then(Self::new)
            .ok_or_else(|| WireError::data(format!("An SSID of {len} bytes is too long.")))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, Self::LEN);
        form.u32(0, count(self.0.len())).bytes(4, &self.0);
    }
}

impl Entry for MacAddr {
    const LIST: &'static str = "DOT11_MAC_ADDRESS_LIST";
    const LIST_SIZE: u16 = 20;
    const LEN: usize = 6;

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        Ok(Fields::new(bytes, Self::LIST, Self::LEN)?.mac(0))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
}

impl Entry for Pmkid {
    const LIST: &'static str = "DOT11_PMKID_LIST";
    const LIST_SIZE: u16 = 40;
    const LEN: usize = 28;

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, "DOT11_PMKID_ENTRY", Self::LEN)?;
        Ok(Self {
            bssid: fields.mac(0),
            pmkid: fields.array(6),
            flags: fields.u32(24),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, Self::LEN);
        form.mac(0, self.bssid)
            .bytes(6, &self.pmkid)
            .u32(24, self.flags);
    }
}
