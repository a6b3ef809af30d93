//! Structures of the indications of a station (reference 4.1; layouts from `windot11.h`).

use dot11::MacAddr;

use super::assoc::phy_list;
use super::form::{Fields, Form};
use super::indications::{entries, plain, put_entries, same};
use super::{Entry, ObjectHeader, PhyList, SsidEntry, Structure, WireError};
use crate::{AuthAlgorithm, CipherAlgorithm};

plain! {
    /// `DOT11_CONNECTION_COMPLETION_PARAMETERS` and `DOT11_ROAMING_COMPLETION_PARAMETERS`, 8 bytes.
    StatusParameters, "DOT11_CONNECTION_COMPLETION_PARAMETERS", least 8, size 8,
    /// A `DOT11_ASSOC_STATUS`.
    status: u32, u32 u32 4 same, same;
}

/// `DOT11_ASSOCIATION_START_PARAMETERS`, 56 bytes and a vendor's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociationStart<'a> {
    /// The access point.
    pub peer: MacAddr,
    /// Its network.
    pub ssid: SsidEntry,
    /// A vendor's.
    pub ihv_data: &'a [u8],
}

impl AssociationStart<'_> {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 56);
}

impl<'a> Structure<'a> for AssociationStart<'a> {
    const NAME: &'static str = "DOT11_ASSOCIATION_START_PARAMETERS";
    const LEAST: usize = 56;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            peer: fields.mac(4),
            ssid: ssid(&fields, 12)?,
            ihv_data: fields.span(48)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 56);
        Self::HEADER.put(&mut form);
        form.mac(4, self.peer);
        put_ssid(&mut form, 12, &self.ssid);
        form.data(48, self.ihv_data);
    }
}

/// `DOT11_ASSOCIATION_COMPLETION_PARAMETERS`: 88 bytes in revision 1, 96 in revision 2, and what it
/// points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssociationCompletion<'a> {
    /// The access point.
    pub peer: MacAddr,
    /// A `DOT11_ASSOC_STATUS`.
    pub status: u32,
    /// Whether the request was a reassociation request.
    pub reassociation_request: bool,
    /// Whether the response was a reassociation response.
    pub reassociation_response: bool,
    /// The request without MAC header.
    pub request: &'a [u8],
    /// The response without MAC header.
    pub response: &'a [u8],
    /// The latest beacon without MAC header.
    pub beacon: &'a [u8],
    /// A vendor's.
    pub ihv_data: &'a [u8],
    /// Negotiated authentication.
    pub auth: AuthAlgorithm,
    /// Negotiated unicast cipher.
    pub unicast: CipherAlgorithm,
    /// Negotiated multicast cipher.
    pub multicast: CipherAlgorithm,
    /// `DOT11_PHY_ID`s in use.
    pub phys: PhyList<'a>,
    /// Whether frames with four addresses are possible.
    pub four_address: bool,
    /// Whether the port is open already.
    pub port_authorized: bool,
    /// `ucActiveQoSProtocol`.
    pub qos: u8,
    /// `DOT11_DS_INFO`: 0 changed, 1 unchanged, 2 unknown.
    pub distribution: u32,
    /// `DOT11_ENCAP_ENTRY`s.
    pub encapsulations: &'a [u8],
    /// Cipher of group-addressed management frames and `uAssocComebackTime`, which make it revision
    /// 2.
    pub second: Option<(CipherAlgorithm, u32)>,
}

impl AssociationCompletion<'_> {
    const V1: ObjectHeader = ObjectHeader::new(1, 88);
    const V2: ObjectHeader = ObjectHeader::new(2, 96);
}

impl<'a> Structure<'a> for AssociationCompletion<'a> {
    const NAME: &'static str = "DOT11_ASSOCIATION_COMPLETION_PARAMETERS";
    const LEAST: usize = 88;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        let second = ObjectHeader::read(&fields, Self::NAME)? == Self::V2;
        if second {
            fields = Fields::new(bytes, Self::NAME, 96)?;
        } else {
            Self::V1.check(&fields, Self::NAME)?;
        }
        Ok(Self {
            peer: fields.mac(4),
            status: fields.u32(12),
            reassociation_request: fields.flag(16),
            reassociation_response: fields.flag(17),
            request: fields.span(20)?,
            response: fields.span(28)?,
            beacon: fields.span(36)?,
            ihv_data: fields.span(44)?,
            auth: AuthAlgorithm(fields.u32(52)),
            unicast: CipherAlgorithm(fields.u32(56)),
            multicast: CipherAlgorithm(fields.u32(60)),
            phys: phy_list(fields.span(64)?)?,
            four_address: fields.flag(72),
            port_authorized: fields.flag(73),
            qos: fields.u8(74),
            distribution: fields.u32(76),
            encapsulations: fields.span(80)?,
            second: second.then(|| (CipherAlgorithm(fields.u32(88)), fields.u32(92))),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let header = match self.second {
            Some(_) => Self::V2,
            None => Self::V1,
        };
        let mut form = Form::new(out, usize::from(header.size));
        header.put(&mut form);
        form.mac(4, self.peer)
            .u32(12, self.status)
            .flag(16, self.reassociation_request)
            .flag(17, self.reassociation_response)
            .u32(52, self.auth.0)
            .u32(56, self.unicast.0)
            .u32(60, self.multicast.0)
            .flag(72, self.four_address)
            .flag(73, self.port_authorized)
            .u8(74, self.qos)
            .u32(76, self.distribution);
        if let Some((cipher, comeback)) = self.second {
            form.u32(88, cipher.0).u32(92, comeback);
        }
        // The PHYs first, where they are aligned for readers that cast.
        form.data(64, self.phys.as_bytes())
            .data(20, self.request)
            .data(28, self.response)
            .data(36, self.beacon)
            .data(44, self.ihv_data)
            .data(80, self.encapsulations);
    }
}

/// `DOT11_CONNECTION_START_PARAMETERS`, 52 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionStart {
    /// `DOT11_BSS_TYPE`: 1 infrastructure, 2 independent.
    pub bss_type: u32,
    /// Of an ad-hoc network.
    pub bssid: MacAddr,
    /// Of an ad-hoc network.
    pub ssid: SsidEntry,
}

impl ConnectionStart {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 52);
}

impl<'a> Structure<'a> for ConnectionStart {
    const NAME: &'static str = "DOT11_CONNECTION_START_PARAMETERS";
    const LEAST: usize = 52;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            bss_type: fields.u32(4),
            bssid: fields.mac(8),
            ssid: ssid(&fields, 16)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 52);
        Self::HEADER.put(&mut form);
        form.u32(4, self.bss_type).mac(8, self.bssid);
        put_ssid(&mut form, 16, &self.ssid);
    }
}

/// `DOT11_ROAMING_START_PARAMETERS`, 52 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoamingStart {
    /// Of an ad-hoc network.
    pub bssid: MacAddr,
    /// Of an ad-hoc network.
    pub ssid: SsidEntry,
    /// A `DOT11_ASSOC_STATUS`.
    pub reason: u32,
}

impl RoamingStart {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 52);
}

impl<'a> Structure<'a> for RoamingStart {
    const NAME: &'static str = "DOT11_ROAMING_START_PARAMETERS";
    const LEAST: usize = 52;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        Ok(Self {
            bssid: fields.mac(4),
            ssid: ssid(&fields, 12)?,
            reason: fields.u32(48),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, 52);
        Self::HEADER.put(&mut form);
        form.mac(4, self.bssid);
        put_ssid(&mut form, 12, &self.ssid);
        form.u32(48, self.reason);
    }
}

/// `DOT11_PMKID_CANDIDATE_LIST_PARAMETERS`, 12 bytes and 12 for each candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PmkidCandidates {
    /// The candidates in order of preference.
    pub entries: Vec<PmkidCandidate>,
}

/// `DOT11_BSSID_CANDIDATE`, 12 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PmkidCandidate {
    /// The access point.
    pub bssid: MacAddr,
    /// 1: it can pre-authenticate.
    pub flags: u32,
}

impl PmkidCandidates {
    const HEADER: ObjectHeader = ObjectHeader::new(1, 12);
    const ENTRY: usize = 12;
}

impl<'a> Structure<'a> for PmkidCandidates {
    const NAME: &'static str = "DOT11_PMKID_CANDIDATE_LIST_PARAMETERS";
    const LEAST: usize = 12;

    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, Self::NAME, Self::LEAST)?;
        Self::HEADER.check(&fields, Self::NAME)?;
        let data = entries(&fields, Self::ENTRY)?;
        let read = |bytes| {
            let fields = Fields::new(bytes, "DOT11_BSSID_CANDIDATE", Self::ENTRY)?;
            Ok(PmkidCandidate {
                bssid: fields.mac(0),
                flags: fields.u32(8),
            })
        };
        let entries = data.chunks_exact(Self::ENTRY).map(read);
        Ok(Self {
            entries: entries.collect::<Result<_, WireError>>()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut data = Vec::new();
        for entry in &self.entries {
            Form::new(&mut data, Self::ENTRY)
                .mac(0, entry.bssid)
                .u32(8, entry.flags);
        }
        let mut form = Form::new(out, 12);
        Self::HEADER.put(&mut form);
        put_entries(&mut form, self.entries.len(), &data);
    }
}

fn ssid(fields: &Fields<'_>, at: usize) -> Result<SsidEntry, WireError> {
    SsidEntry::read(&fields.array::<{ SsidEntry::LEN }>(at))
}

fn put_ssid(form: &mut Form<'_>, at: usize, ssid: &SsidEntry) {
    let mut bytes = Vec::with_capacity(SsidEntry::LEN);
    Entry::write(ssid, &mut bytes);
    form.bytes(at, &bytes);
}
