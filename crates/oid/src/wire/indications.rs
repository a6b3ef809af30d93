//! Structures of the other indications of an access point (reference 3.4, 4.1).

use dot11::MacAddr;

use super::form::{Fields, Form, count};
use super::{ObjectHeader, PhyId, Structure, WireError};

/// A header and ULONGs or flags at fixed offsets.
macro_rules! plain {
    (
        $(#[$doc:meta])* $name:ident, $c:literal, least $least:literal, size $size:literal,
        $($(#[$fdoc:meta])* $field:ident: $type:ty, $get:ident $put:ident $at:literal $wrap:expr, $unwrap:expr;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)*
        }

        impl $name {
            const HEADER: ObjectHeader = ObjectHeader::new(1, $size);
        }

        impl<'a> Structure<'a> for $name {
            const NAME: &'static str = $c;
            const LEAST: usize = $least;

            fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
                let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
                Self::HEADER.check(&fields, Self::NAME)?;
                Ok(Self { $($field: $wrap(fields.$get($at)),)* })
            }

            fn write(&self, out: &mut Vec<u8>) {
                let mut form = Form::new(out, $size);
                Self::HEADER.put(&mut form);
                $(form.$put($at, $unwrap(self.$field));)*
            }
        }
    };
}
pub(super) use plain;

/// Keeps a value.
pub(super) const fn same<T: Copy>(value: T) -> T {
    value
}

const fn phy_number(phy: PhyId) -> u32 {
    phy.0
}

plain! {
    /// `DOT11_STOP_AP_PARAMETERS`, 8 bytes.
    StopAp, "DOT11_STOP_AP_PARAMETERS", least 8, size 8,
    /// 1 frequency, 2 channel not available, 3 another access point, 0xFF000000 and above a
    /// vendor's.
    reason: u32, u32 u32 4 same, same;
}

plain! {
    /// `DOT11_CAN_SUSTAIN_AP_PARAMETERS`, 8 bytes.
    CanSustainAp, "DOT11_CAN_SUSTAIN_AP_PARAMETERS", least 8, size 8,
    /// 0, or 0xFF000000 and above, a vendor's.
    reason: u32, u32 u32 4 same, same;
}

plain! {
    /// `DOT11_PHY_FREQUENCY_ADOPTED_PARAMETERS`, 12 bytes.
    PhyFrequencyAdopted, "DOT11_PHY_FREQUENCY_ADOPTED_PARAMETERS", least 12, size 12,
    /// Which PHY; not [`PhyId::ANY`].
    phy: PhyId, u32 u32 4 PhyId, phy_number;
    /// Channel number, or frequency in MHz: a union the PHY's type decides.
    place: u32, u32 u32 8 same, same;
}

plain! {
    /// `DOT11_PHY_STATE_PARAMETERS`, 12 bytes of which the last two are padding.
    PhyState, "DOT11_PHY_STATE_PARAMETERS", least 10, size 12,
    /// Which PHY, or all.
    phy: PhyId, u32 u32 4 PhyId, phy_number;
    /// On by hardware.
    hardware: bool, flag flag 8 same, same;
    /// On by software.
    software: bool, flag flag 9 same, same;
}

plain! {
    /// `DOT11_TKIPMIC_FAILURE_PARAMETERS`, 20 bytes of which the last two are padding.
    TkipMicFailure, "DOT11_TKIPMIC_FAILURE_PARAMETERS", least 18, size 20,
    /// With a default key, else with a key-mapping key.
    default_key: bool, flag flag 4 same, same;
    /// Of the default key.
    key_index: u32, u32 u32 8 same, same;
    /// The sender.
    peer: MacAddr, mac mac 12 same, same;
}

plain! {
    /// `DOT11_MPDU_MAX_LENGTH_INDICATION`, 12 bytes.
    MpduMaxLength, "DOT11_MPDU_MAX_LENGTH_INDICATION", least 12, size 12,
    /// Which PHY.
    phy: PhyId, u32 u32 4 PhyId, phy_number;
    /// Bytes.
    length: u32, u32 u32 8 same, same;
}

/// `DOT11_DISASSOCIATION_PARAMETERS`, 24 bytes and a vendor's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disassociation<'a> {
    /// The peer; [`MacAddr::BROADCAST`] is all of them.
    pub peer: MacAddr,
    /// A `DOT11_ASSOC_STATUS`.
    pub reason: u32,
    /// A vendor's.
    pub ihv_data: &'a [u8],
}

impl Disassociation<'_> {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 24);
}

impl<'a> Structure<'a> for Disassociation<'a> {
    const NAME: &'static str = "DOT11_DISASSOCIATION_PARAMETERS";
    const LEAST: usize = 24;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            peer: fields.mac(4),
            reason: fields.u32(12),
            ihv_data: fields.span(16)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 24);
        Self::HEADER.put(&mut form);
        form.mac(4, self.peer)
            .u32(12, self.reason)
            .data(16, self.ihv_data);
    }
}

/// `DOT11_LINK_QUALITY_PARAMETERS`, 12 bytes and 7 for each entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkQuality {
    /// One for each peer.
    pub entries: Vec<LinkQualityEntry>,
}

/// `DOT11_LINK_QUALITY_ENTRY`, 7 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkQualityEntry {
    /// The peer.
    pub peer: MacAddr,
    /// 0 to 100.
    pub quality: u8,
}

impl LinkQuality {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 12);
    const ENTRY: usize = 7;
}

impl<'a> Structure<'a> for LinkQuality {
    const NAME: &'static str = "DOT11_LINK_QUALITY_PARAMETERS";
    const LEAST: usize = 12;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        let data = entries(&fields, Self::ENTRY)?;
        let (data, _) = data.as_chunks::<{ Self::ENTRY }>();
        let read = |&[a, b, c, d, e, f, quality]: &[u8; Self::ENTRY]| LinkQualityEntry {
            peer: MacAddr([a, b, c, d, e, f]),
            quality,
        };
        Ok(Self {
            entries: data.iter().map(read).collect(),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut data = Vec::with_capacity(self.entries.len() * Self::ENTRY);
        for entry in &self.entries {
            data.extend_from_slice(&entry.peer.0);
            data.push(entry.quality);
        }
        let mut form = Form::new(out, 12);
        Self::HEADER.put(&mut form);
        put_entries(&mut form, self.entries.len(), &data);
    }
}

/// Entries counted at 4 and placed at 8: these structures have the two the other way round.
pub(super) fn entries<'a>(fields: &Fields<'a>, len: usize) -> Result<&'a [u8], WireError> {
    let number = fields.u32(4);
    let bytes = u64::from(number) * len as u64;
    let bytes = u32::try_from(bytes)
        .map_err(|_| WireError::data(format!("{number} entries fit no buffer.")))?;
    fields.place(fields.u32(8), bytes)
}

pub(super) fn put_entries(form: &mut Form<'_>, number: usize, data: &[u8]) {
    let (offset, _) = form.append(data);
    form.u32(4, count(number)).u32(8, offset);
}
