//! Structures.

use core::ffi::c_void;

/// `HANDLE`: opaque.
pub type HANDLE = *mut c_void;
/// `BOOL`: zero is FALSE, everything else TRUE.
pub type BOOL = i32;
/// `BOOLEAN`: zero is FALSE, everything else TRUE.
pub type BOOLEAN = u8;
/// `DOT11_MAC_ADDRESS`.
pub type DOT11_MAC_ADDRESS = [u8; 6];
/// `DOT11_CIPHER_ALGORITHM`; those of vendors are negative.
pub type DOT11_CIPHER_ALGORITHM = i32;
/// `DOT11_AUTH_ALGORITHM`; those of vendors are negative.
pub type DOT11_AUTH_ALGORITHM = i32;
/// `DOT11_DIRECTION`.
pub type DOT11_DIRECTION = i32;

/// `GUID`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct GUID {
    /// The first eight hexadecimal digits of its text, as a number.
    pub data1: u32,
    /// The next four.
    pub data2: u16,
    /// The next four.
    pub data3: u16,
    /// The rest, digit pair by digit pair.
    pub data4: [u8; 8],
}

impl From<wlan_model::Guid> for GUID {
    fn from(guid: wlan_model::Guid) -> Self {
        let [a, b, c, d, e, f, g, h, data4 @ ..] = guid.0;
        Self {
            data1: u32::from_be_bytes([a, b, c, d]),
            data2: u16::from_be_bytes([e, f]),
            data3: u16::from_be_bytes([g, h]),
            data4,
        }
    }
}

impl From<GUID> for wlan_model::Guid {
    fn from(guid: GUID) -> Self {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&guid.data1.to_be_bytes());
        bytes[4..6].copy_from_slice(&guid.data2.to_be_bytes());
        bytes[6..8].copy_from_slice(&guid.data3.to_be_bytes());
        bytes[8..].copy_from_slice(&guid.data4);
        Self(bytes)
    }
}

/// `NDIS_OBJECT_HEADER`: `Size` is that of the fixed structure, even where data follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct NDIS_OBJECT_HEADER {
    /// [`super::NDIS_OBJECT_TYPE_DEFAULT`].
    pub Type: u8,
    /// Of the structure.
    pub Revision: u8,
    /// Bytes of the structure.
    pub Size: u16,
}

/// `DOT11_SSID`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DOT11_SSID {
    /// Bytes, up to 32.
    pub uSSIDLength: u32,
    /// The name.
    pub ucSSID: [u8; 32],
}

/// `DOT11_BYTE_ARRAY`. Its data start at offset 12, before its end.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11_BYTE_ARRAY {
    /// Revision of the entries, size of this structure (16).
    pub Header: NDIS_OBJECT_HEADER,
    /// Bytes of data here.
    pub uNumOfBytes: u32,
    /// Bytes of data there are.
    pub uTotalNumOfBytes: u32,
    /// The data.
    pub ucBuffer: [u8; 1],
}

/// `DOT11_CIPHER_KEY_MAPPING_KEY_VALUE`. No object header; the key starts at offset 20. Not `Debug`:
/// what follows it in memory is a secret.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DOT11_CIPHER_KEY_MAPPING_KEY_VALUE {
    /// Whose key.
    pub PeerMacAddr: DOT11_MAC_ADDRESS,
    /// For what.
    pub AlgorithmId: DOT11_CIPHER_ALGORITHM,
    /// 1 in, 2 out, 3 both.
    pub Direction: DOT11_DIRECTION,
    /// Not zero: remove it; what follows then carries no meaning.
    pub bDelete: BOOLEAN,
    /// Not zero: survives the association.
    pub bStatic: BOOLEAN,
    /// Bytes of `ucKey`: the whole structure of the algorithm, 28 for CCMP.
    pub usKeyLength: u16,
    /// The algorithm's structure.
    pub ucKey: [u8; 1],
}

/// `DOT11_CIPHER_DEFAULT_KEY_VALUE`. With an object header; the key starts at offset 22.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DOT11_CIPHER_DEFAULT_KEY_VALUE {
    /// Revision 1, size 24.
    pub Header: NDIS_OBJECT_HEADER,
    /// Place in the table.
    pub uKeyIndex: u32,
    /// For what; ignored on delete.
    pub AlgorithmId: DOT11_CIPHER_ALGORITHM,
    /// Zero: the default table; a station's address: its row of the per-station table.
    pub MacAddr: DOT11_MAC_ADDRESS,
    /// Not zero: remove it.
    pub bDelete: BOOLEAN,
    /// Not zero: survives the association.
    pub bStatic: BOOLEAN,
    /// Bytes of `ucKey`.
    pub usKeyLength: u16,
    /// The algorithm's structure.
    pub ucKey: [u8; 1],
}

/// `DOT11_KEY_ALGO_CCMP`; the key starts at offset 12.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DOT11_KEY_ALGO_CCMP {
    /// The receive counter, least significant byte first.
    pub ucIV48Counter: [u8; 6],
    /// 16.
    pub ulCCMPKeyLength: u32,
    /// The key.
    pub ucCCMPKey: [u8; 1],
}

/// `DOT11_KEY_ALGO_GCMP`; the key starts at offset 12.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DOT11_KEY_ALGO_GCMP {
    /// The receive counter, least significant byte first.
    pub ucIV48Counter: [u8; 6],
    /// 16 or 32.
    pub ulGCMPKeyLength: u32,
    /// The key.
    pub ucGCMPKey: [u8; 1],
}

/// `DOT11_KEY_ALGO_BIP`; the key starts at offset 12.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DOT11_KEY_ALGO_BIP {
    /// The receive counter, least significant byte first.
    pub ucIPN: [u8; 6],
    /// 16.
    pub ulBIPKeyLength: u32,
    /// The key.
    pub ucBIPKey: [u8; 1],
}

/// `DOT11_KEY_ALGO_TKIP_MIC`; the keys start at offset 16: temporal key, MIC key for received
/// frames, MIC key for sent frames.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DOT11_KEY_ALGO_TKIP_MIC {
    /// The receive counter, least significant byte first.
    pub ucIV48Counter: [u8; 6],
    /// 16.
    pub ulTKIPKeyLength: u32,
    /// 16: both halves.
    pub ulMICKeyLength: u32,
    /// The keys.
    pub ucTKIPMICKeys: [u8; 1],
}

/// `DOT11_PRIVACY_EXEMPTION`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DOT11_PRIVACY_EXEMPTION {
    /// In network order.
    pub usEtherType: u16,
    /// 1 always, 2 while the peer has no key-mapping key.
    pub usExemptionActionType: u16,
    /// 1 unicast, 2 multicast, 3 both.
    pub usExemptionPacketType: u16,
}

/// `DOT11_SECURITY_PACKET_HEADER`: what `SendPacket` and `ReceivePacket` carry.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed)]
pub struct DOT11_SECURITY_PACKET_HEADER {
    /// The peer, in either direction.
    pub PeerMac: DOT11_MAC_ADDRESS,
    /// In network order.
    pub usEtherType: u16,
    /// The payload.
    pub Data: [u8; 1],
}

/// `DOT11_CURRENT_OPERATION_MODE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DOT11_CURRENT_OPERATION_MODE {
    /// Zero.
    pub uReserved: u32,
    /// 4 station, 8 access point.
    pub uCurrentOpMode: u32,
}

/// `DOT11_ADAPTER`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11_ADAPTER {
    /// Its name.
    pub gAdapterId: GUID,
    /// UTF-16 with a final zero, for people.
    pub pszDescription: *mut u16,
    /// What it is.
    pub Dot11CurrentOpMode: DOT11_CURRENT_OPERATION_MODE,
}

/// `DOT11_PORT_STATE`; read only for extensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DOT11_PORT_STATE {
    /// The peer.
    pub PeerMacAddress: DOT11_MAC_ADDRESS,
    /// Number of the port's session.
    pub uSessionId: u32,
    /// Whether somebody must open it.
    pub bPortControlled: BOOL,
    /// Whether it is open.
    pub bPortAuthorized: BOOL,
}

/// `DOT11_BSS_LIST`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11_BSS_LIST {
    /// Bytes of the entries.
    pub uNumOfBytes: u32,
    /// Entries (`DOT11_BSS_ENTRY`), one directly behind the other.
    pub pucBuffer: *mut u8,
}

/// `DOT11_ASSOCIATION_COMPLETION_PARAMETERS`. Offsets count from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DOT11_ASSOCIATION_COMPLETION_PARAMETERS {
    /// Revision 1, size 96.
    pub Header: NDIS_OBJECT_HEADER,
    /// The peer.
    pub MacAddr: DOT11_MAC_ADDRESS,
    /// `DOT11_ASSOC_STATUS`: 0 success.
    pub uStatus: u32,
    /// Whether it was a reassociation.
    pub bReAssocReq: BOOLEAN,
    /// Whether it was answered as one.
    pub bReAssocResp: BOOLEAN,
    /// The request without MAC header.
    pub uAssocReqOffset: u32,
    /// Its bytes.
    pub uAssocReqSize: u32,
    /// The response without MAC header.
    pub uAssocRespOffset: u32,
    /// Its bytes.
    pub uAssocRespSize: u32,
    /// The latest beacon without MAC header.
    pub uBeaconOffset: u32,
    /// Its bytes.
    pub uBeaconSize: u32,
    /// The driver's own.
    pub uIHVDataOffset: u32,
    /// Its bytes.
    pub uIHVDataSize: u32,
    /// Negotiated.
    pub AuthAlgo: DOT11_AUTH_ALGORITHM,
    /// Negotiated.
    pub UnicastCipher: DOT11_CIPHER_ALGORITHM,
    /// Negotiated.
    pub MulticastCipher: DOT11_CIPHER_ALGORITHM,
    /// PHYs in use, a ULONG each.
    pub uActivePhyListOffset: u32,
    /// Their bytes.
    pub uActivePhyListSize: u32,
    /// Whether four addresses may be used.
    pub bFourAddressSupported: BOOLEAN,
    /// Whether the driver itself has authenticated the peer.
    pub bPortAuthorized: BOOLEAN,
    /// 0 none, 1 WMM, 2 802.11e.
    pub ucActiveQoSProtocol: u8,
    /// `DOT11_DS_INFO`: 0 changed, 1 unchanged, 2 unknown.
    pub DSInfo: i32,
    /// How frames are encapsulated.
    pub uEncapTableOffset: u32,
    /// Its bytes.
    pub uEncapTableSize: u32,
    /// Negotiated for robust management frames.
    pub MulticastMgmtCipher: DOT11_CIPHER_ALGORITHM,
    /// In time units.
    pub uAssocComebackTime: u32,
}

/// `DOT11_IHV_VERSION_INFO`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DOT11_IHV_VERSION_INFO {
    /// The oldest version of the interface an extension speaks.
    pub dwVerMin: u32,
    /// The newest.
    pub dwVerMax: u32,
}

/// `DOT11EXT_IHV_SSID_LIST`; more names may follow.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11EXT_IHV_SSID_LIST {
    /// How many.
    pub ulCount: u32,
    /// The first.
    pub SSIDs: [DOT11_SSID; 1],
}

/// `DOT11EXT_IHV_PROFILE_PARAMS`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11EXT_IHV_PROFILE_PARAMS {
    /// The names of the profile's network.
    pub pSsidList: *mut DOT11EXT_IHV_SSID_LIST,
    /// `DOT11_BSS_TYPE`: 1 infrastructure, 2 independent, 3 any.
    pub BssType: i32,
    /// `DOT11_MSSECURITY_SETTINGS`; always NULL here.
    pub pMSSecuritySettings: *mut c_void,
}

/// `DOT11EXT_IHV_CONNECTIVITY_PROFILE`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11EXT_IHV_CONNECTIVITY_PROFILE {
    /// UTF-16 with a final zero, or NULL.
    pub pszXmlFragmentIhvConnectivity: *mut u16,
}

/// `DOT11EXT_IHV_SECURITY_PROFILE`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11EXT_IHV_SECURITY_PROFILE {
    /// UTF-16 with a final zero, or NULL.
    pub pszXmlFragmentIhvSecurity: *mut u16,
    /// Whether the system's 802.1X is used.
    pub bUseMSOnex: BOOL,
}

/// `DOT11EXT_IHV_DISCOVERY_PROFILE`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11EXT_IHV_DISCOVERY_PROFILE {
    /// How to connect.
    pub IhvConnectivityProfile: DOT11EXT_IHV_CONNECTIVITY_PROFILE,
    /// How to be safe.
    pub IhvSecurityProfile: DOT11EXT_IHV_SECURITY_PROFILE,
}

/// `DOT11EXT_IHV_DISCOVERY_PROFILE_LIST`; allocated by the extension, freed by the host.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11EXT_IHV_DISCOVERY_PROFILE_LIST {
    /// How many.
    pub dwCount: u32,
    /// They.
    pub pIhvDiscoveryProfiles: *mut DOT11EXT_IHV_DISCOVERY_PROFILE,
}

/// `DOT11EXT_IHV_UI_REQUEST`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11EXT_IHV_UI_REQUEST {
    /// Whose screen.
    pub dwSessionId: u32,
    /// Name of the request.
    pub guidUIRequest: GUID,
    /// Class of the page.
    pub UIPageClsid: GUID,
    /// Bytes of the data.
    pub dwByteCount: u32,
    /// For the page.
    pub pvUIRequest: *mut u8,
}

/// `DOT11_EAP_RESULT`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11_EAP_RESULT {
    /// Why it failed.
    pub dwFailureReasonCode: u32,
    /// `EAP_ATTRIBUTES`.
    pub pAttribArray: *mut c_void,
}

/// `DOT11_MSONEX_RESULT_PARAMS`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DOT11_MSONEX_RESULT_PARAMS {
    /// `ONEX_AUTH_STATUS`.
    pub Dot11OnexAuthStatus: i32,
    /// `ONEX_REASON_CODE`.
    pub Dot11OneXReasonCode: i32,
    /// Wrapped.
    pub pbMPPESendKey: *mut u8,
    /// Its bytes.
    pub dwMPPESendKeyLen: u32,
    /// Wrapped.
    pub pbMPPERecvKey: *mut u8,
    /// Its bytes.
    pub dwMPPERecvKeyLen: u32,
    /// What EAP said.
    pub pDot11EapResult: *mut DOT11_EAP_RESULT,
}

/// `L2_NOTIFICATION_DATA`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct L2_NOTIFICATION_DATA {
    /// [`super::L2_NOTIFICATION_SOURCE_WLAN_IHV`].
    pub NotificationSource: u32,
    /// The vendor's.
    pub NotificationCode: u32,
    /// Of the adapter.
    pub InterfaceGuid: GUID,
    /// Bytes of the data.
    pub dwDataSize: u32,
    /// The vendor's.
    pub pData: *mut c_void,
}

/// `WTSSESSION_NOTIFICATION`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WTSSESSION_NOTIFICATION {
    /// 8.
    pub cbSize: u32,
    /// Whose.
    pub dwSessionId: u32,
}

/// `DOT11EXT_VIRTUAL_STATION_AP_PROPERTY`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DOT11EXT_VIRTUAL_STATION_AP_PROPERTY {
    /// Name of the network.
    pub dot11SSID: DOT11_SSID,
    /// Its authentication.
    pub dot11AuthAlgo: DOT11_AUTH_ALGORITHM,
    /// Its cipher.
    pub dot11CipherAlgo: DOT11_CIPHER_ALGORITHM,
    /// Whether the key is a passphrase.
    pub bIsPassPhrase: BOOL,
    /// Bytes of the key.
    pub dwKeyLength: u32,
    /// The key.
    pub ucKeyData: [u8; 64],
}
