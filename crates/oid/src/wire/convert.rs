//! Between set requests and their bytes.

use std::collections::BTreeMap;

use dot11::{Channel, MacAddr, Ssid, StatusCode};
use zeroize::Zeroizing;

use super::{
    AdditionalIe, AuthAlgorithmList, CipherAlgorithmList, CurrentOperationMode, DefaultKeyValue,
    DisassociatePeerRequest, Flag, IncomingAssocDecision, KeyMappingKeys, List, MacAddressList,
    PmkidList, PortStateNotification, PrivacyExemptionList, ResetRequest, ResetType, SsidEntry,
    SsidList, Structure, Ulong, WireError, default_key_value, key_mapping_array, parse_default_key,
};
use crate::{
    AssocDecision, AssocTicket, AuthAlgorithm, CipherAlgorithm, NdisStatus, Oid, OperationMode,
    Request, SecurityRequest,
};

/// What has to be known of a port to read its requests: Windows names peers where the seam names
/// tickets, and gives the port's address where the seam gives none.
#[derive(Clone, Copy, Debug)]
pub struct PortContext<'a> {
    /// Decides the status of short buffers and what may be asked.
    pub mode: OperationMode,
    /// The port's own address.
    pub address: MacAddr,
    /// The open association blocks that wait for a decision.
    pub blocks: &'a BTreeMap<MacAddr, AssocTicket>,
}

/// A set request of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetRequest {
    /// Every port has it.
    Request(Request),
    /// Stations and extensions have it.
    Security(SecurityRequest),
}

/// A set request as bytes, erased on drop because some hold keys.
pub type Bytes = Zeroizing<Vec<u8>>;

/// What a set of `oid` with these bytes asks for, in order: one request, or for the key-mapping OID
/// one for each entry. Apply them until the first error, which is the completion of the whole.
#[must_use]
pub fn set_requests(
    oid: Oid,
    bytes: &[u8],
    port: &PortContext<'_>,
) -> Vec<Result<SetRequest, WireError>> {
    if oid == Oid::CIPHER_KEY_MAPPING_KEY {
        return match KeyMappingKeys::parse(bytes, port.mode) {
            Ok(keys) => keys
                .map(|key| Ok(SetRequest::Request(Request::CipherKeyMappingKey(key?))))
                .collect(),
            Err(error) => vec![Err(error)],
        };
    }
    vec![single(oid, bytes, port).map_err(|error| error.in_mode(port.mode))]
}

fn single(oid: Oid, bytes: &[u8], port: &PortContext<'_>) -> Result<SetRequest, WireError> {
    Ok(match oid {
        Oid::CURRENT_OPERATION_MODE => request(Request::CurrentOperationMode(operation_mode(
            CurrentOperationMode::parse(bytes)?.mode,
        )?)),
        Oid::DESIRED_SSID_LIST => request(Request::DesiredSsid(one_ssid(SsidList::parse(bytes)?)?)),
        Oid::BEACON_PERIOD => request(Request::BeaconPeriod(number(bytes, "beacon period", 1)?)),
        Oid::DTIM_PERIOD => request(Request::DtimPeriod(number(bytes, "DTIM period", 1)?)),
        Oid::ENABLED_AUTHENTICATION_ALGORITHM => {
            match some(AuthAlgorithmList::parse(bytes)?)?.as_slice() {
                [one] => request(Request::EnabledAuthenticationAlgorithm(*one)),
                more => security(SecurityRequest::EnabledAuthenticationAlgorithms(
                    more.to_vec(),
                )),
            }
        }
        Oid::ENABLED_UNICAST_CIPHER_ALGORITHM => {
            match some(CipherAlgorithmList::parse(bytes)?)?.as_slice() {
                [one] => request(Request::EnabledUnicastCipherAlgorithm(*one)),
                more => security(SecurityRequest::EnabledUnicastCipherAlgorithms(
                    more.to_vec(),
                )),
            }
        }
        Oid::ENABLED_MULTICAST_CIPHER_ALGORITHM => {
            match some(CipherAlgorithmList::parse(bytes)?)?.as_slice() {
                [one] => request(Request::EnabledMulticastCipherAlgorithm(*one)),
                more => security(SecurityRequest::EnabledMulticastCipherAlgorithms(
                    more.to_vec(),
                )),
            }
        }
        Oid::CURRENT_CHANNEL => {
            let number: u8 = number(bytes, "channel", 1)?;
            let channel = Channel::new(number)
                .ok_or_else(|| WireError::data(format!("There is no channel {number}.")))?;
            request(Request::CurrentChannel(Some(channel)))
        }
        Oid::START_AP_REQUEST => request(Request::StartAp),
        Oid::RESET_REQUEST => request(reset(ResetRequest::parse(bytes)?, port)?),
        Oid::INCOMING_ASSOCIATION_DECISION => request(Request::IncomingAssociationDecision(
            decision(&IncomingAssocDecision::parse(bytes)?, port)?,
        )),
        Oid::DISASSOCIATE_PEER_REQUEST => {
            let asked = DisassociatePeerRequest::parse(bytes)?;
            request(Request::DisassociatePeer {
                peer: asked.peer,
                reason: asked.reason,
            })
        }
        Oid::CIPHER_DEFAULT_KEY => default_key(parse_default_key(bytes)?, port)?,
        Oid::CIPHER_DEFAULT_KEY_ID => request(Request::CipherDefaultKeyId(Ulong::parse(bytes)?.0)),
        Oid::PORT_STATE_NOTIFICATION => {
            let told = PortStateNotification::parse(bytes)?;
            request(Request::PortStateNotification {
                peer: told.peer,
                open: told.open,
            })
        }
        Oid::EXCLUDE_UNENCRYPTED => security(SecurityRequest::ExcludeUnencrypted(flag(bytes)?)),
        Oid::UNICAST_USE_GROUP_ENABLED => {
            security(SecurityRequest::UnicastUseGroupEnabled(flag(bytes)?))
        }
        Oid::SAFE_MODE_ENABLED => security(SecurityRequest::SafeModeEnabled(flag(bytes)?)),
        Oid::WPS_ENABLED => security(SecurityRequest::WpsEnabled(flag(bytes)?)),
        Oid::PRIVACY_EXEMPTION_LIST => security(SecurityRequest::PrivacyExemptionList(
            PrivacyExemptionList::parse(bytes)?.entries,
        )),
        Oid::EXCLUDED_MAC_ADDRESS_LIST => security(SecurityRequest::ExcludedMacAddressList(
            MacAddressList::parse(bytes)?.entries,
        )),
        Oid::PMKID_LIST => security(SecurityRequest::PmkidList(PmkidList::parse(bytes)?.entries)),
        Oid::ADDITIONAL_IE => {
            let elements = AdditionalIe::parse(bytes)?;
            security(SecurityRequest::AdditionalIe {
                beacon: elements.beacon.to_vec(),
                response: elements.response.to_vec(),
            })
        }
        other => {
            return Err(WireError::new(
                NdisStatus::NOT_SUPPORTED,
                format!("{other} cannot be set here."),
            ));
        }
    })
}

const fn request(request: Request) -> SetRequest {
    SetRequest::Request(request)
}

const fn security(request: SecurityRequest) -> SetRequest {
    SetRequest::Security(request)
}

fn flag(bytes: &[u8]) -> Result<bool, WireError> {
    Ok(Flag::parse(bytes)?.0)
}

/// A ULONG that has to be at least `least` and fit.
fn number<T: TryFrom<u32>>(bytes: &[u8], what: &str, least: u32) -> Result<T, WireError> {
    let value = Ulong::parse(bytes)?.0;
    let bad = || WireError::data(format!("{value} is no {what}."));
    if value < least {
        return Err(bad());
    }
    T::try_from(value).map_err(|_| bad())
}

fn operation_mode(number: u32) -> Result<OperationMode, WireError> {
    Ok(match number {
        4 => OperationMode::ExtensibleStation,
        8 => OperationMode::ExtensibleAp,
        0x8000_0000 => OperationMode::NetworkMonitor,
        other => {
            return Err(WireError::new(
                NdisStatus::BAD_VERSION,
                format!("Operation mode {other:#x} is not offered."),
            ));
        }
    })
}

/// `DOT11_OPERATION_MODE_*` of a mode.
#[must_use]
pub const fn operation_mode_number(mode: OperationMode) -> u32 {
    match mode {
        OperationMode::ExtensibleStation => 4,
        OperationMode::ExtensibleAp => 8,
        OperationMode::NetworkMonitor => 0x8000_0000,
    }
}

/// The entries of a list that may not be empty.
fn some<E>(list: List<E>) -> Result<Vec<E>, WireError> {
    if list.entries.is_empty() {
        return Err(WireError::data("The list of algorithms is empty."));
    }
    Ok(list.entries)
}

fn one_ssid(list: SsidList) -> Result<Ssid, WireError> {
    let wildcard = list.entries.iter().any(|ssid| ssid.as_bytes().is_empty());
    match list.entries.as_slice() {
        [one] if !wildcard => Ssid::new(one.as_bytes())
            .map_err(|error| WireError::data(format!("An SSID has not {} bytes.", error.len))),
        _ if wildcard => Err(WireError::data("A port cannot have the wildcard SSID.")),
        [] => Err(WireError::data("The list of SSIDs is empty.")),
        more => Err(WireError::new(
            NdisStatus::INVALID_LENGTH,
            format!("A port has one SSID, not {}.", more.len()),
        )),
    }
}

fn reset(asked: ResetRequest, port: &PortContext<'_>) -> Result<Request, WireError> {
    let known = matches!(
        asked.kind,
        ResetType::PHY | ResetType::MAC | ResetType::PHY_AND_MAC
    );
    let station = port.mode == OperationMode::ExtensibleStation;
    if station && asked.kind != ResetType::PHY_AND_MAC {
        return Err(WireError::new(
            NdisStatus::FAILURE,
            "A station resets PHY and MAC together only.",
        ));
    }
    if !known {
        return Err(WireError::data(format!(
            "There is no reset of type {}.",
            asked.kind.0
        )));
    }
    if asked.address != port.address && asked.address != MacAddr::default() {
        return Err(WireError::new(
            NdisStatus::NOT_SUPPORTED,
            format!("The port keeps its address {}.", port.address),
        ));
    }
    Ok(Request::Reset {
        default_mib: asked.default_mib,
    })
}

fn decision(
    said: &IncomingAssocDecision<'_>,
    port: &PortContext<'_>,
) -> Result<AssocDecision, WireError> {
    let ticket = port.blocks.get(&said.peer).copied().ok_or_else(|| {
        WireError::data(format!("Nobody waits for a decision about {}.", said.peer))
    })?;
    if !said.elements.is_empty() {
        return Err(WireError::new(
            NdisStatus::NOT_SUPPORTED,
            "No elements can be added to an association response.",
        ));
    }
    let status = match (said.accept, StatusCode(said.reason)) {
        (true, _) => StatusCode::SUCCESS,
        // A refusal must not read as success on the air.
        (false, StatusCode::SUCCESS) => StatusCode(1),
        (false, reason) => reason,
    };
    Ok(AssocDecision { ticket, status })
}

fn default_key(value: DefaultKeyValue, port: &PortContext<'_>) -> Result<SetRequest, WireError> {
    Ok(match value.station {
        None => request(Request::CipherDefaultKey(value.key)),
        Some(station) if port.mode == OperationMode::ExtensibleAp => {
            return Err(WireError::data(format!(
                "An access point has no default keys of a single station ({station})."
            )));
        }
        Some(station) => security(SecurityRequest::CipherPerStationKey {
            station,
            key: value.key,
        }),
    })
}

/// A request's OID and bytes. `None` for what Windows asks by a query or does without an OID.
///
/// # Errors
/// INVALID_DATA for a key that does not fit its cipher, or a decision about nobody.
pub fn set_bytes(
    asked: &SetRequest,
    port: &PortContext<'_>,
) -> Result<Option<(Oid, Bytes)>, WireError> {
    match asked {
        SetRequest::Request(request) => request_bytes(request, port),
        SetRequest::Security(request) => security_bytes(request),
    }
}

fn request_bytes(
    request: &Request,
    port: &PortContext<'_>,
) -> Result<Option<(Oid, Bytes)>, WireError> {
    Ok(Some(match request {
        Request::CurrentOperationMode(mode) => {
            let mode = operation_mode_number(*mode);
            plain(Oid::CURRENT_OPERATION_MODE, &CurrentOperationMode { mode })
        }
        Request::DesiredSsid(ssid) => {
            let entries = SsidEntry::new(ssid.as_bytes()).into_iter().collect();
            plain(Oid::DESIRED_SSID_LIST, &List::new(entries))
        }
        Request::BeaconPeriod(period) => plain(Oid::BEACON_PERIOD, &Ulong(u32::from(*period))),
        Request::DtimPeriod(period) => plain(Oid::DTIM_PERIOD, &Ulong(u32::from(*period))),
        Request::EnabledAuthenticationAlgorithm(auth) => plain(
            Oid::ENABLED_AUTHENTICATION_ALGORITHM,
            &List::new(vec![*auth]),
        ),
        Request::EnabledUnicastCipherAlgorithm(cipher) => plain(
            Oid::ENABLED_UNICAST_CIPHER_ALGORITHM,
            &List::new(vec![*cipher]),
        ),
        Request::EnabledMulticastCipherAlgorithm(cipher) => plain(
            Oid::ENABLED_MULTICAST_CIPHER_ALGORITHM,
            &List::new(vec![*cipher]),
        ),
        Request::CurrentChannel(Some(channel)) => {
            plain(Oid::CURRENT_CHANNEL, &Ulong(u32::from(channel.number())))
        }
        Request::StartAp => (Oid::START_AP_REQUEST, Bytes::default()),
        Request::Reset { default_mib } => plain(
            Oid::RESET_REQUEST,
            &ResetRequest {
                kind: ResetType::PHY_AND_MAC,
                address: port.address,
                default_mib: *default_mib,
            },
        ),
        Request::IncomingAssociationDecision(decision) => {
            let mut blocks = port.blocks.iter();
            let Some((&peer, _)) = blocks.find(|(_, ticket)| **ticket == decision.ticket) else {
                return Err(WireError::data("Nobody waits for this decision."));
            };
            let said = IncomingAssocDecision {
                peer,
                accept: decision.status == StatusCode::SUCCESS,
                reason: decision.status.0,
                elements: &[],
                wfd_status: None,
            };
            plain(Oid::INCOMING_ASSOCIATION_DECISION, &said)
        }
        Request::DisassociatePeer { peer, reason } => plain(
            Oid::DISASSOCIATE_PEER_REQUEST,
            &DisassociatePeerRequest {
                peer: *peer,
                reason: *reason,
            },
        ),
        Request::CipherDefaultKey(key) => {
            let value = DefaultKeyValue {
                station: None,
                key: key.clone(),
            };
            (Oid::CIPHER_DEFAULT_KEY, default_key_value(&value)?)
        }
        Request::CipherDefaultKeyId(id) => plain(Oid::CIPHER_DEFAULT_KEY_ID, &Ulong(*id)),
        Request::CipherKeyMappingKey(key) => (
            Oid::CIPHER_KEY_MAPPING_KEY,
            key_mapping_array(core::slice::from_ref(key))?,
        ),
        Request::PortStateNotification { peer, open } => plain(
            Oid::PORT_STATE_NOTIFICATION,
            &PortStateNotification {
                peer: *peer,
                open: *open,
            },
        ),
        Request::CurrentChannel(None)
        | Request::BandAndWidth { .. }
        | Request::IsolatePeers(_)
        | Request::SendPacket { .. }
        | Request::QueryKeyCounter(_)
        | Request::EnumPeerInfo => return Ok(None),
    }))
}

fn security_bytes(request: &SecurityRequest) -> Result<Option<(Oid, Bytes)>, WireError> {
    Ok(Some(match request {
        SecurityRequest::CipherPerStationKey { station, key } => {
            let value = DefaultKeyValue {
                station: Some(*station),
                key: key.clone(),
            };
            (Oid::CIPHER_DEFAULT_KEY, default_key_value(&value)?)
        }
        SecurityRequest::EnabledAuthenticationAlgorithms(list) => plain(
            Oid::ENABLED_AUTHENTICATION_ALGORITHM,
            &List::<AuthAlgorithm>::new(list.clone()),
        ),
        SecurityRequest::EnabledUnicastCipherAlgorithms(list) => plain(
            Oid::ENABLED_UNICAST_CIPHER_ALGORITHM,
            &List::<CipherAlgorithm>::new(list.clone()),
        ),
        SecurityRequest::EnabledMulticastCipherAlgorithms(list) => plain(
            Oid::ENABLED_MULTICAST_CIPHER_ALGORITHM,
            &List::<CipherAlgorithm>::new(list.clone()),
        ),
        SecurityRequest::ExcludeUnencrypted(on) => plain(Oid::EXCLUDE_UNENCRYPTED, &Flag(*on)),
        SecurityRequest::PrivacyExemptionList(list) => {
            plain(Oid::PRIVACY_EXEMPTION_LIST, &List::new(list.clone()))
        }
        SecurityRequest::UnicastUseGroupEnabled(on) => {
            plain(Oid::UNICAST_USE_GROUP_ENABLED, &Flag(*on))
        }
        SecurityRequest::ExcludedMacAddressList(list) => {
            plain(Oid::EXCLUDED_MAC_ADDRESS_LIST, &List::new(list.clone()))
        }
        SecurityRequest::SafeModeEnabled(on) => plain(Oid::SAFE_MODE_ENABLED, &Flag(*on)),
        SecurityRequest::PmkidList(list) => plain(Oid::PMKID_LIST, &List::new(list.clone())),
        SecurityRequest::WpsEnabled(on) => plain(Oid::WPS_ENABLED, &Flag(*on)),
        SecurityRequest::AdditionalIe { beacon, response } => {
            plain(Oid::ADDITIONAL_IE, &AdditionalIe { beacon, response })
        }
        SecurityRequest::ReceiveEtherTypes(_)
        | SecurityRequest::SendVendorPacket { .. }
        | SecurityRequest::QueryAssociation(_) => return Ok(None),
    }))
}

/// Bytes without secrets.
fn plain<'a>(oid: Oid, structure: &impl Structure<'a>) -> (Oid, Bytes) {
    (oid, Zeroizing::new(structure.to_bytes()))
}
