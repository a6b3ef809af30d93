//! Our structures and tables against those of the `windows-sys` crate.

use std::mem::{align_of, offset_of, size_of};

use ihv::abi as ours;
use windows_sys::Win32::NetworkManagement::Ndis::NDIS_OBJECT_HEADER;
use windows_sys::Win32::NetworkManagement::WiFi as windows;
use windows_sys::Win32::System::RemoteDesktop::WTSSESSION_NOTIFICATION;

/// Size, alignment, and each member's place.
macro_rules! same {
    ($ours:ty, $theirs:ty, $size:literal { $($field:ident),* $(,)? }) => {{
        assert_eq!(size_of::<$ours>(), $size, stringify!($ours));
        assert_eq!(size_of::<$ours>(), size_of::<$theirs>(), stringify!($ours));
        assert_eq!(align_of::<$ours>(), align_of::<$theirs>(), stringify!($ours));
        $(
            assert_eq!(
                offset_of!($ours, $field),
                offset_of!($theirs, $field),
                concat!(stringify!($ours), ".", stringify!($field))
            );
        )*
    }};
}

/// The same with Windows' structure of the same name.
macro_rules! as_windows {
    ($($name:ident $size:literal { $($field:ident),* $(,)? })*) => {
        $(same!(ours::$name, windows::$name, $size { $($field),* });)*
    };
}

#[test]
#[cfg(target_pointer_width = "64")]
fn structures_lie_in_memory_as_those_of_windows() {
    same!(ours::GUID, windows_sys::core::GUID, 16 { data1, data2, data3, data4 });
    same!(ours::NDIS_OBJECT_HEADER, NDIS_OBJECT_HEADER, 4 { Type, Revision, Size });
    same!(ours::WTSSESSION_NOTIFICATION, WTSSESSION_NOTIFICATION, 8 { cbSize, dwSessionId });
    as_windows! {
        DOT11_SSID 36 { uSSIDLength, ucSSID }
        DOT11_BYTE_ARRAY 16 { Header, uNumOfBytes, uTotalNumOfBytes, ucBuffer }
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE 24 {
            PeerMacAddr, AlgorithmId, Direction, bDelete, bStatic, usKeyLength, ucKey,
        }
        DOT11_CIPHER_DEFAULT_KEY_VALUE 24 {
            Header, uKeyIndex, AlgorithmId, MacAddr, bDelete, bStatic, usKeyLength, ucKey,
        }
        DOT11_KEY_ALGO_CCMP 16 { ucIV48Counter, ulCCMPKeyLength, ucCCMPKey }
        DOT11_KEY_ALGO_GCMP 16 { ucIV48Counter, ulGCMPKeyLength, ucGCMPKey }
        DOT11_KEY_ALGO_BIP 16 { ucIPN, ulBIPKeyLength, ucBIPKey }
        DOT11_KEY_ALGO_TKIP_MIC 20 { ucIV48Counter, ulTKIPKeyLength, ulMICKeyLength, ucTKIPMICKeys }
        DOT11_PRIVACY_EXEMPTION 6 { usEtherType, usExemptionActionType, usExemptionPacketType }
        DOT11_SECURITY_PACKET_HEADER 9 { PeerMac, usEtherType, Data }
        DOT11_CURRENT_OPERATION_MODE 8 { uReserved, uCurrentOpMode }
        DOT11_ADAPTER 32 { gAdapterId, pszDescription, Dot11CurrentOpMode }
        DOT11_PORT_STATE 20 { PeerMacAddress, uSessionId, bPortControlled, bPortAuthorized }
        DOT11_BSS_LIST 16 { uNumOfBytes, pucBuffer }
        DOT11_ASSOCIATION_COMPLETION_PARAMETERS 96 {
            Header, MacAddr, uStatus, bReAssocReq, bReAssocResp, uAssocReqOffset, uAssocReqSize,
            uAssocRespOffset, uAssocRespSize, uBeaconOffset, uBeaconSize, uIHVDataOffset,
            uIHVDataSize, AuthAlgo, UnicastCipher, MulticastCipher, uActivePhyListOffset,
            uActivePhyListSize, bFourAddressSupported, bPortAuthorized, ucActiveQoSProtocol, DSInfo,
            uEncapTableOffset, uEncapTableSize, MulticastMgmtCipher, uAssocComebackTime,
        }
        DOT11_IHV_VERSION_INFO 8 { dwVerMin, dwVerMax }
        DOT11EXT_IHV_SSID_LIST 40 { ulCount, SSIDs }
        DOT11EXT_IHV_PROFILE_PARAMS 24 { pSsidList, BssType, pMSSecuritySettings }
        DOT11EXT_IHV_CONNECTIVITY_PROFILE 8 { pszXmlFragmentIhvConnectivity }
        DOT11EXT_IHV_SECURITY_PROFILE 16 { pszXmlFragmentIhvSecurity, bUseMSOnex }
        DOT11EXT_IHV_DISCOVERY_PROFILE 24 { IhvConnectivityProfile, IhvSecurityProfile }
        DOT11EXT_IHV_DISCOVERY_PROFILE_LIST 16 { dwCount, pIhvDiscoveryProfiles }
        DOT11EXT_IHV_UI_REQUEST 48 { dwSessionId, guidUIRequest, UIPageClsid, dwByteCount, pvUIRequest }
        DOT11_EAP_RESULT 16 { dwFailureReasonCode, pAttribArray }
        DOT11_MSONEX_RESULT_PARAMS 48 {
            Dot11OnexAuthStatus, Dot11OneXReasonCode, pbMPPESendKey, dwMPPESendKeyLen,
            pbMPPERecvKey, dwMPPERecvKeyLen, pDot11EapResult,
        }
        L2_NOTIFICATION_DATA 40 {
            NotificationSource, NotificationCode, InterfaceGuid, dwDataSize, pData,
        }
        DOT11EXT_VIRTUAL_STATION_AP_PROPERTY 116 {
            dot11SSID, dot11AuthAlgo, dot11CipherAlgo, bIsPassPhrase, dwKeyLength, ucKeyData,
        }
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn tables_have_windows_members_in_windows_order() {
    as_windows! {
        DOT11EXT_APIS 176 {
            Dot11ExtAllocateBuffer, Dot11ExtFreeBuffer, Dot11ExtSetProfileCustomUserData,
            Dot11ExtGetProfileCustomUserData, Dot11ExtSetCurrentProfile, Dot11ExtSendUIRequest,
            Dot11ExtPreAssociateCompletion, Dot11ExtPostAssociateCompletion,
            Dot11ExtSendNotification, Dot11ExtSendPacket, Dot11ExtSetEtherTypeHandling,
            Dot11ExtSetAuthAlgorithm, Dot11ExtSetUnicastCipherAlgorithm,
            Dot11ExtSetMulticastCipherAlgorithm, Dot11ExtSetDefaultKey, Dot11ExtSetKeyMappingKey,
            Dot11ExtSetDefaultKeyId, Dot11ExtNicSpecificExtension, Dot11ExtSetExcludeUnencrypted,
            Dot11ExtStartOneX, Dot11ExtStopOneX, Dot11ExtProcessSecurityPacket,
        }
        DOT11EXT_VIRTUAL_STATION_APIS 32 {
            Dot11ExtRequestVirtualStation, Dot11ExtReleaseVirtualStation,
            Dot11ExtQueryVirtualStationProperties, Dot11ExtSetVirtualStationAPProperties,
        }
        DOT11EXT_IHV_HANDLERS 152 {
            Dot11ExtIhvDeinitService, Dot11ExtIhvInitAdapter, Dot11ExtIhvDeinitAdapter,
            Dot11ExtIhvPerformPreAssociate, Dot11ExtIhvAdapterReset,
            Dot11ExtIhvPerformPostAssociate, Dot11ExtIhvStopPostAssociate,
            Dot11ExtIhvValidateProfile, Dot11ExtIhvPerformCapabilityMatch,
            Dot11ExtIhvCreateDiscoveryProfiles, Dot11ExtIhvProcessSessionChange,
            Dot11ExtIhvReceiveIndication, Dot11ExtIhvReceivePacket,
            Dot11ExtIhvSendPacketCompletion, Dot11ExtIhvIsUIRequestPending,
            Dot11ExtIhvProcessUIResponse, Dot11ExtIhvQueryUIRequest,
            Dot11ExtIhvOnexIndicateResult, Dot11ExtIhvControl,
        }
    }
    assert_eq!(
        offset_of!(ours::DOT11EXT_APIS, Dot11ExtSetKeyMappingKey),
        120
    );
    assert_eq!(ours::DOT11EXT_APIS::MEMBERS.len(), 22);
    assert_eq!(ours::DOT11EXT_IHV_HANDLERS::MEMBERS.len(), 19);
    assert_eq!(ours::DOT11EXT_VIRTUAL_STATION_APIS::MEMBERS.len(), 4);
}

#[test]
fn guids_keep_their_text() {
    let guid = wlan_model::Guid([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    assert_eq!(ours::GUID::from(guid).data1, 0x0102_0304);
    assert_eq!(wlan_model::Guid::from(ours::GUID::from(guid)), guid);
}
