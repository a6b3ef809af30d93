//! The numbers of the golden bytes are those of the headers: `windows-sys` has the structures.
//!
//! Only sizes and offsets are taken. Values are not, since the crate types BOOLEANs as `bool`.

use core::mem::{offset_of, size_of};

use windows_sys::Win32::NetworkManagement::Ndis::NDIS_OBJECT_HEADER;
use windows_sys::Win32::NetworkManagement::WiFi::*;

use dot11::MacAddr;

use crate::wire::{
    AssociationInfo, AuthCipherPair, ChannelNumber, Entry, Frequency, MacCounters, ObjectHeader,
    PeerInfo, PhyCounters, PhyId, RateSet, SsidEntry, Structure,
};
use crate::{AuthAlgorithm, CipherAlgorithm, Pmkid, PrivacyExemption};

/// Size of a structure and offsets of its fields.
macro_rules! layout {
    ($($type:ident $size:literal { $($field:ident $at:literal),* $(,)? })*) => {
        $(
            assert_eq!(size_of::<$type>(), $size, stringify!($type));
            $(assert_eq!(
                offset_of!($type, $field), $at,
                concat!(stringify!($type), ".", stringify!($field))
            );)*
        )*
    };
}

#[test]
fn structures_of_requests() {
    layout! {
        NDIS_OBJECT_HEADER 4 { Type 0, Revision 1, Size 2 }
        DOT11_BYTE_ARRAY 16 { uNumOfBytes 4, uTotalNumOfBytes 8, ucBuffer 12 }
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE 24 {
            PeerMacAddr 0, AlgorithmId 8, Direction 12, bDelete 16, bStatic 17, usKeyLength 18, ucKey 20,
        }
        DOT11_CIPHER_DEFAULT_KEY_VALUE 24 {
            uKeyIndex 4, AlgorithmId 8, MacAddr 12, bDelete 18, bStatic 19, usKeyLength 20, ucKey 22,
        }
        DOT11_KEY_ALGO_TKIP_MIC 20 {
            ucIV48Counter 0, ulTKIPKeyLength 8, ulMICKeyLength 12, ucTKIPMICKeys 16,
        }
        DOT11_KEY_ALGO_CCMP 16 { ucIV48Counter 0, ulCCMPKeyLength 8, ucCCMPKey 12 }
        DOT11_KEY_ALGO_GCMP 16 { ucIV48Counter 0, ulGCMPKeyLength 8, ucGCMPKey 12 }
        DOT11_KEY_ALGO_GCMP_256 16 { ucIV48Counter 0, ulGCMP256KeyLength 8, ucGCMP256Key 12 }
        DOT11_KEY_ALGO_BIP 16 { ucIPN 0, ulBIPKeyLength 8, ucBIPKey 12 }
        DOT11_KEY_ALGO_BIP_GMAC_256 16 { ucIPN 0, ulBIPGmac256KeyLength 8, ucBIPGmac256Key 12 }
        DOT11_PORT_STATE_NOTIFICATION 12 { PeerMac 4, bOpen 10 }
        DOT11_DISASSOCIATE_PEER_REQUEST 12 { PeerMacAddr 4, usReason 10 }
        DOT11_ADDITIONAL_IE 20 {
            uBeaconIEsOffset 4, uBeaconIEsLength 8, uResponseIEsOffset 12, uResponseIEsLength 16,
        }
        DOT11_CURRENT_OPERATION_MODE 8 { uReserved 0, uCurrentOpMode 4 }
        DOT11_OPERATION_MODE_CAPABILITY 24 {
            uMajorVersion 4, uMinorVersion 8, uNumOfTXBuffers 12, uNumOfRXBuffers 16,
            uOpModeCapability 20,
        }
        DOT11_MAC_INFO 16 { uReserved 0, uNdisPortNumber 4, MacAddr 8 }
        DOT11_MAC_PARAMETERS 8 { uOpmodeMask 4 }
        DOT11_RESET_REQUEST 12 { dot11ResetType 0, dot11MacAddress 4, bSetDefaultMIB 10 }
        DOT11_STATUS_INDICATION 8 { uStatusType 0, ndisStatus 4 }
        DOT11_NIC_SPECIFIC_EXTENSION 12 { uBufferLength 0, uTotalBufferLength 4, ucBuffer 8 }
        DOT11_RATE_SET 132 { uRateSetLength 0, ucRateSet 4 }
        DOT11_STATISTICS 400 {
            ullFourWayHandshakeFailures 8, ullTKIPCounterMeasuresInvoked 16, ullReserved 24,
            MacUcastCounters 32, MacMcastCounters 144, PhyCounters 256,
        }
        DOT11_MAC_FRAME_STATISTICS 112 {
            ullTransmittedFrameCount 0, ullReceivedFrameCount 8, ullTransmittedFailureFrameCount 16,
            ullReceivedFailureFrameCount 24, ullWEPExcludedCount 32, ullTKIPLocalMICFailures 40,
            ullTKIPReplays 48, ullTKIPICVErrorCount 56, ullCCMPReplays 64, ullCCMPDecryptErrors 72,
            ullWEPUndecryptableCount 80, ullWEPICVErrorCount 88, ullDecryptSuccessCount 96,
            ullDecryptFailureCount 104,
        }
        DOT11_PHY_FRAME_STATISTICS 144 {
            ullTransmittedFrameCount 0, ullMulticastTransmittedFrameCount 8, ullFailedCount 16,
            ullRetryCount 24, ullMultipleRetryCount 32, ullMaxTXLifetimeExceededCount 40,
            ullTransmittedFragmentCount 48, ullRTSSuccessCount 56, ullRTSFailureCount 64,
            ullACKFailureCount 72, ullReceivedFrameCount 80, ullMulticastReceivedFrameCount 88,
            ullPromiscuousReceivedFrameCount 96, ullMaxRXLifetimeExceededCount 104,
            ullFrameDuplicateCount 112, ullReceivedFragmentCount 120,
            ullPromiscuousReceivedFragmentCount 128, ullFCSErrorCount 136,
        }
    }
    assert_eq!(MacCounters::LEN, size_of::<DOT11_MAC_FRAME_STATISTICS>());
    assert_eq!(PhyCounters::LEN, size_of::<DOT11_PHY_FRAME_STATISTICS>());
    assert_eq!(ObjectHeader::LEN, size_of::<NDIS_OBJECT_HEADER>());
    assert_eq!(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE_BYTE_ARRAY_REVISION_1, 1);
    assert_eq!(RateSet::MAX, 126);
}

#[test]
fn structures_of_indications() {
    layout! {
        DOT11_INCOMING_ASSOC_STARTED_PARAMETERS 10 { PeerMacAddr 4 }
        DOT11_INCOMING_ASSOC_REQUEST_RECEIVED_PARAMETERS 20 {
            PeerMacAddr 4, bReAssocReq 10, uAssocReqOffset 12, uAssocReqSize 16,
        }
        DOT11_INCOMING_ASSOC_DECISION 24 {
            PeerMacAddr 4, bAccept 10, usReasonCode 12, uAssocResponseIEsOffset 16,
            uAssocResponseIEsLength 20,
        }
        DOT11_INCOMING_ASSOC_DECISION_V2 28 {
            PeerMacAddr 4, bAccept 10, usReasonCode 12, uAssocResponseIEsOffset 16,
            uAssocResponseIEsLength 20, WFDStatus 24,
        }
        DOT11_INCOMING_ASSOC_COMPLETION_PARAMETERS 64 {
            PeerMacAddr 4, uStatus 12, ucErrorSource 16, bReAssocReq 17, bReAssocResp 18,
            uAssocReqOffset 20, uAssocReqSize 24, uAssocRespOffset 28, uAssocRespSize 32,
            AuthAlgo 36, UnicastCipher 40, MulticastCipher 44, uActivePhyListOffset 48,
            uActivePhyListSize 52, uBeaconOffset 56, uBeaconSize 60,
        }
        DOT11_DISASSOCIATION_PARAMETERS 24 {
            MacAddr 4, uReason 12, uIHVDataOffset 16, uIHVDataSize 20,
        }
        DOT11_STOP_AP_PARAMETERS 8 { ulReason 4 }
        DOT11_CAN_SUSTAIN_AP_PARAMETERS 8 { ulReason 4 }
        DOT11_PHY_FREQUENCY_ADOPTED_PARAMETERS 12 { ulPhyId 4, Anonymous 8 }
        DOT11_PHY_STATE_PARAMETERS 12 { uPhyId 4, bHardwarePhyState 8, bSoftwarePhyState 9 }
        DOT11_TKIPMIC_FAILURE_PARAMETERS 20 { bDefaultKeyFailure 4, uKeyIndex 8, PeerMac 12 }
        DOT11_MPDU_MAX_LENGTH_INDICATION 12 { uPhyId 4, uMPDUMaxLength 8 }
        DOT11_LINK_QUALITY_PARAMETERS 12 { uLinkQualityListSize 4, uLinkQualityListOffset 8 }
        DOT11_LINK_QUALITY_ENTRY 7 { PeerMacAddr 0, ucLinkQuality 6 }
        DOT11_ASSOCIATION_START_PARAMETERS 56 {
            MacAddr 4, SSID 12, uIHVDataOffset 48, uIHVDataSize 52,
        }
        DOT11_ASSOCIATION_COMPLETION_PARAMETERS 96 {
            MacAddr 4, uStatus 12, bReAssocReq 16, bReAssocResp 17, uAssocReqOffset 20,
            uAssocReqSize 24, uAssocRespOffset 28, uAssocRespSize 32, uBeaconOffset 36,
            uBeaconSize 40, uIHVDataOffset 44, uIHVDataSize 48, AuthAlgo 52, UnicastCipher 56,
            MulticastCipher 60, uActivePhyListOffset 64, uActivePhyListSize 68,
            bFourAddressSupported 72, bPortAuthorized 73, ucActiveQoSProtocol 74, DSInfo 76,
            uEncapTableOffset 80, uEncapTableSize 84, MulticastMgmtCipher 88, uAssocComebackTime 92,
        }
        DOT11_CONNECTION_START_PARAMETERS 52 { BSSType 4, AdhocBSSID 8, AdhocSSID 16 }
        DOT11_CONNECTION_COMPLETION_PARAMETERS 8 { uStatus 4 }
        DOT11_ROAMING_START_PARAMETERS 52 { AdhocBSSID 4, AdhocSSID 12, uRoamingReason 48 }
        DOT11_ROAMING_COMPLETION_PARAMETERS 8 { uStatus 4 }
        DOT11_PMKID_CANDIDATE_LIST_PARAMETERS 12 {
            uCandidateListSize 4, uCandidateListOffset 8,
        }
        DOT11_BSSID_CANDIDATE 12 { BSSID 0, uFlags 8 }
    }
}

/// A list's header, its first entry and the size of one.
fn list<E: Entry>(size: usize, first: usize, entry: usize, revision: u32) {
    assert_eq!(usize::from(E::LIST_SIZE), size, "{}", E::LIST);
    assert_eq!(E::FIRST, first, "{}", E::LIST);
    assert_eq!(E::LEN, entry, "{}", E::LIST);
    assert_eq!(revision, 1, "{}", E::LIST);
    assert_eq!(<crate::wire::List<E> as Structure<'_>>::LEAST, 12);
}

#[test]
fn lists_and_their_entries() {
    macro_rules! list {
        ($entry:ty, $list:ident, $field:ident, $item:ty, $revision:ident) => {
            list::<$entry>(
                size_of::<$list>(),
                offset_of!($list, $field),
                size_of::<$item>(),
                $revision,
            );
            assert_eq!(offset_of!($list, uNumOfEntries), 4);
            assert_eq!(offset_of!($list, uTotalNumOfEntries), 8);
        };
    }
    list!(
        AuthAlgorithm,
        DOT11_AUTH_ALGORITHM_LIST,
        AlgorithmIds,
        i32,
        DOT11_AUTH_ALGORITHM_LIST_REVISION_1
    );
    list!(
        CipherAlgorithm,
        DOT11_CIPHER_ALGORITHM_LIST,
        AlgorithmIds,
        i32,
        DOT11_CIPHER_ALGORITHM_LIST_REVISION_1
    );
    list!(
        AuthCipherPair,
        DOT11_AUTH_CIPHER_PAIR_LIST,
        AuthCipherPairs,
        DOT11_AUTH_CIPHER_PAIR,
        DOT11_AUTH_CIPHER_PAIR_LIST_REVISION_1
    );
    list!(
        SsidEntry,
        DOT11_SSID_LIST,
        SSIDs,
        DOT11_SSID,
        DOT11_SSID_LIST_REVISION_1
    );
    list!(
        PrivacyExemption,
        DOT11_PRIVACY_EXEMPTION_LIST,
        PrivacyExemptionEntries,
        DOT11_PRIVACY_EXEMPTION,
        DOT11_PRIVACY_EXEMPTION_LIST_REVISION_1
    );
    list!(
        MacAddr,
        DOT11_MAC_ADDRESS_LIST,
        MacAddrs,
        [u8; 6],
        DOT11_MAC_ADDRESS_LIST_REVISION_1
    );
    list!(
        Pmkid,
        DOT11_PMKID_LIST,
        PMKIDs,
        DOT11_PMKID_ENTRY,
        DOT11_PMKID_LIST_REVISION_1
    );
    list!(
        PhyId,
        DOT11_PHY_ID_LIST,
        dot11PhyId,
        u32,
        DOT11_PHY_ID_LIST_REVISION_1
    );
    list!(
        ChannelNumber,
        DOT11_AVAILABLE_CHANNEL_LIST,
        uChannelNumber,
        u32,
        DOT11_AVAILABLE_CHANNEL_LIST_REVISION_1
    );
    list!(
        Frequency,
        DOT11_AVAILABLE_FREQUENCY_LIST,
        uFrequencyValue,
        u32,
        DOT11_AVAILABLE_FREQUENCY_LIST_REVISION_1
    );
    list!(
        PeerInfo,
        DOT11_PEER_INFO_LIST,
        PeerInfo,
        DOT11_PEER_INFO,
        DOT11_PEER_INFO_LIST_REVISION_1
    );
    list!(
        AssociationInfo,
        DOT11_ASSOCIATION_INFO_LIST,
        dot11AssocInfo,
        DOT11_ASSOCIATION_INFO_EX,
        DOT11_ASSOCIATION_INFO_LIST_REVISION_1
    );

    layout! {
        DOT11_SSID 36 { uSSIDLength 0, ucSSID 4 }
        DOT11_PRIVACY_EXEMPTION 6 {
            usEtherType 0, usExemptionActionType 2, usExemptionPacketType 4,
        }
        DOT11_PMKID_ENTRY 28 { BSSID 0, PMKID 6, uFlags 24 }
        DOT11_AUTH_CIPHER_PAIR 8 { AuthAlgoId 0, CipherAlgoId 4 }
        DOT11_PEER_INFO 352 {
            MacAddress 0, usCapabilityInformation 6, AuthAlgo 8, UnicastCipherAlgo 12,
            MulticastCipherAlgo 16, bWpsEnabled 20, usListenInterval 22, ucSupportedRates 24,
            usAssociationID 280, AssociationState 284, PowerMode 288, liAssociationUpTime 296,
            Statistics 304,
        }
        DOT11_PEER_STATISTICS 48 {
            ullDecryptSuccessCount 0, ullDecryptFailureCount 8, ullTxPacketSuccessCount 16,
            ullTxPacketFailureCount 24, ullRxPacketSuccessCount 32, ullRxPacketFailureCount 40,
        }
        DOT11_ASSOCIATION_INFO_EX 328 {
            PeerMacAddress 0, BSSID 6, usCapabilityInformation 12, usListenInterval 14,
            ucPeerSupportedRates 16, usAssociationID 272, dot11AssociationState 276,
            dot11PowerMode 280, liAssociationUpTime 288, ullNumOfTxPacketSuccesses 296,
            ullNumOfTxPacketFailures 304, ullNumOfRxPacketSuccesses 312,
            ullNumOfRxPacketFailures 320,
        }
    }
}

#[test]
fn constants_of_the_headers() {
    use crate::wire::{ErrorSource, ResetType, StatusIndication, operation_mode_number};
    use crate::{ExemptionAction, ExemptionPackets, OperationMode};

    assert_eq!(u32::from(ErrorSource::OS.0), DOT11_ASSOC_ERROR_SOURCE_OS);
    assert_eq!(
        u32::from(ErrorSource::REMOTE.0),
        DOT11_ASSOC_ERROR_SOURCE_REMOTE
    );
    assert_eq!(
        u32::from(ErrorSource::OTHER.0),
        DOT11_ASSOC_ERROR_SOURCE_OTHER
    );
    assert_eq!(ResetType::PHY.0 as i32, dot11_reset_type_phy);
    assert_eq!(ResetType::MAC.0 as i32, dot11_reset_type_mac);
    assert_eq!(
        ResetType::PHY_AND_MAC.0 as i32,
        dot11_reset_type_phy_and_mac
    );
    assert_eq!(StatusIndication::RESET_CONFIRM, DOT11_STATUS_RESET_CONFIRM);
    for (mode, number) in [
        (
            OperationMode::ExtensibleStation,
            DOT11_OPERATION_MODE_EXTENSIBLE_STATION,
        ),
        (
            OperationMode::ExtensibleAp,
            DOT11_OPERATION_MODE_EXTENSIBLE_AP,
        ),
        (
            OperationMode::NetworkMonitor,
            DOT11_OPERATION_MODE_NETWORK_MONITOR,
        ),
    ] {
        assert_eq!(operation_mode_number(mode), number);
    }
    for (ours, theirs) in [
        (ExemptionAction::NO_EXEMPTION.0, DOT11_EXEMPT_NO_EXEMPTION),
        (ExemptionAction::ALWAYS.0, DOT11_EXEMPT_ALWAYS),
        (
            ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE.0,
            DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE,
        ),
        (ExemptionPackets::UNICAST.0, DOT11_EXEMPT_UNICAST),
        (ExemptionPackets::MULTICAST.0, DOT11_EXEMPT_MULTICAST),
        (ExemptionPackets::BOTH.0, DOT11_EXEMPT_BOTH),
    ] {
        assert_eq!(u32::from(ours), theirs);
    }
}
