//! The structures.

use std::mem::{align_of, offset_of, size_of};

use windows_sys::Win32::NetworkManagement::Ndis::NDIS_OBJECT_HEADER;
use windows_sys::Win32::NetworkManagement::WiFi::*;
use windows_sys::Win32::Security::ExtensibleAuthenticationProtocol::{EAP_METHOD_TYPE, EAP_TYPE};

/// The size of the field that `_get` gives.
fn size_of_field<T, F>(_get: fn(&T) -> &F) -> usize {
    size_of::<F>()
}

macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {
        /// Their names.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Assertions in C.
        pub fn asserts() -> Vec<String> {
            let mut lines = Vec::new();
            $(
                let name = stringify!($name);
                lines.push(format!("SAME(sizeof({name}), {}LL);", size_of::<$name>()));
                lines.push(format!("SAME(_Alignof({name}), {}LL);", align_of::<$name>()));
                $(
                    let field = stringify!($field).trim_start_matches("r#");
                    let (at, size) = (
                        offset_of!($name, $field),
                        size_of_field(|s: &$name| &s.$field),
                    );
                    lines.push(format!("SAME(offsetof({name}, {field}), {at}LL);"));
                    lines.push(format!("SAME(sizeof((({name} *)0)->{field}), {size}LL);"));
                )*
                // All fields, or it does not compile.
                let _ = |all: $name| { let $name { $($field: _),* } = all; };
            )*
            lines
        }
    };
}

structs! {
    NDIS_OBJECT_HEADER { Type, Revision, Size }
    EAP_TYPE { r#type, dwVendorId, dwVendorType }
    EAP_METHOD_TYPE { eapType, dwAuthorId }
    WLAN_HOSTED_NETWORK_STATE_CHANGE { OldState, NewState, StateChangeReason }
    WLAN_HOSTED_NETWORK_PEER_STATE { PeerMacAddress, PeerAuthState }
    WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE { OldState, NewState, PeerStateChangeReason }
    WLAN_HOSTED_NETWORK_RADIO_STATE { dot11SoftwareRadioState, dot11HardwareRadioState }
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS { hostedNetworkSSID, dwMaxNumberOfPeers }
    WLAN_HOSTED_NETWORK_SECURITY_SETTINGS { dot11AuthAlgo, dot11CipherAlgo }
    WLAN_HOSTED_NETWORK_STATUS {
        HostedNetworkState, IPDeviceID, wlanHostedNetworkBSSID, dot11PhyType, ulChannelFrequency,
        dwNumberOfPeers, PeerList
    }
    WLAN_INTERFACE_INFO { InterfaceGuid, strInterfaceDescription, isState }
    WLAN_INTERFACE_INFO_LIST { dwNumberOfItems, dwIndex, InterfaceInfo }
    WLAN_PHY_RADIO_STATE { dwPhyIndex, dot11SoftwareRadioState, dot11HardwareRadioState }
    WLAN_RADIO_STATE { dwNumberOfPhys, PhyRadioState }
    DOT11_SSID { uSSIDLength, ucSSID }
    DOT11_AUTH_CIPHER_PAIR { AuthAlgoId, CipherAlgoId }
    DOT11_OI { OILength, OI }
    DOT11_ACCESSNETWORKOPTIONS { AccessNetworkType, Internet, ASRA, ESR, UESA }
    DOT11_VENUEINFO { VenueGroup, VenueType }
    DOT11_RATE_SET { uRateSetLength, ucRateSet }
    DOT11_BSSID_LIST { Header, uNumOfEntries, uTotalNumOfEntries, BSSIDs }
    L2_NOTIFICATION_DATA { NotificationSource, NotificationCode, InterfaceGuid, dwDataSize, pData }
    DOT11_NETWORK { dot11Ssid, dot11BssType }
    DOT11_NETWORK_LIST { dwNumberOfItems, dwIndex, Network }
    WLAN_RATE_SET { uRateSetLength, usRateSet }
    WLAN_RAW_DATA { dwDataSize, DataBlob }
    WLAN_RAW_DATA_LIST { dwTotalSize, dwNumberOfItems, DataList }
    WLAN_AVAILABLE_NETWORK {
        strProfileName, dot11Ssid, dot11BssType, uNumberOfBssids, bNetworkConnectable,
        wlanNotConnectableReason, uNumberOfPhyTypes, dot11PhyTypes, bMorePhyTypes,
        wlanSignalQuality, bSecurityEnabled, dot11DefaultAuthAlgorithm, dot11DefaultCipherAlgorithm,
        dwFlags, dwReserved
    }
    WLAN_AVAILABLE_NETWORK_LIST { dwNumberOfItems, dwIndex, Network }
    WLAN_AVAILABLE_NETWORK_V2 {
        strProfileName, dot11Ssid, dot11BssType, uNumberOfBssids, bNetworkConnectable,
        wlanNotConnectableReason, uNumberOfPhyTypes, dot11PhyTypes, bMorePhyTypes,
        wlanSignalQuality, bSecurityEnabled, dot11DefaultAuthAlgorithm, dot11DefaultCipherAlgorithm,
        dwFlags, AccessNetworkOptions, dot11HESSID, VenueInfo, dwReserved
    }
    WLAN_AVAILABLE_NETWORK_LIST_V2 { dwNumberOfItems, dwIndex, Network }
    WLAN_BSS_ENTRY {
        dot11Ssid, uPhyId, dot11Bssid, dot11BssType, dot11BssPhyType, lRssi, uLinkQuality,
        bInRegDomain, usBeaconPeriod, ullTimestamp, ullHostTimestamp, usCapabilityInformation,
        ulChCenterFrequency, wlanRateSet, ulIeOffset, ulIeSize
    }
    WLAN_BSS_LIST { dwTotalSize, dwNumberOfItems, wlanBssEntries }
    WLAN_ASSOCIATION_ATTRIBUTES {
        dot11Ssid, dot11BssType, dot11Bssid, dot11PhyType, uDot11PhyIndex, wlanSignalQuality,
        ulRxRate, ulTxRate
    }
    WLAN_SECURITY_ATTRIBUTES {
        bSecurityEnabled, bOneXEnabled, dot11AuthAlgorithm, dot11CipherAlgorithm
    }
    WLAN_CONNECTION_ATTRIBUTES {
        isState, wlanConnectionMode, strProfileName, wlanAssociationAttributes,
        wlanSecurityAttributes
    }
    WLAN_CONNECTION_PARAMETERS {
        wlanConnectionMode, strProfile, pDot11Ssid, pDesiredBssidList, dot11BssType, dwFlags
    }
    WLAN_CONNECTION_PARAMETERS_V2 {
        wlanConnectionMode, strProfile, pDot11Ssid, pDot11Hessid, pDesiredBssidList, dot11BssType,
        dwFlags, pDot11AccessNetworkOptions
    }
    WLAN_CONNECTION_NOTIFICATION_DATA {
        wlanConnectionMode, strProfileName, dot11Ssid, dot11BssType, bSecurityEnabled,
        wlanReasonCode, dwFlags, strProfileXml
    }
    WLAN_MSM_NOTIFICATION_DATA {
        wlanConnectionMode, strProfileName, dot11Ssid, dot11BssType, dot11MacAddr, bSecurityEnabled,
        bFirstPeer, bLastPeer, wlanReasonCode
    }
    WLAN_PROFILE_INFO { strProfileName, dwFlags }
    WLAN_PROFILE_INFO_LIST { dwNumberOfItems, dwIndex, ProfileInfo }
    WLAN_AUTH_CIPHER_PAIR_LIST { dwNumberOfItems, pAuthCipherPairList }
    WLAN_COUNTRY_OR_REGION_STRING_LIST { dwNumberOfItems, pCountryOrRegionStringList }
    WLAN_INTERFACE_CAPABILITY {
        interfaceType, bDot11DSupported, dwMaxDesiredSsidListSize, dwMaxDesiredBssidListSize,
        dwNumberOfSupportedPhys, dot11PhyTypes
    }
    WLAN_MAC_FRAME_STATISTICS {
        ullTransmittedFrameCount, ullReceivedFrameCount, ullWEPExcludedCount,
        ullTKIPLocalMICFailures, ullTKIPReplays, ullTKIPICVErrorCount, ullCCMPReplays,
        ullCCMPDecryptErrors, ullWEPUndecryptableCount, ullWEPICVErrorCount, ullDecryptSuccessCount,
        ullDecryptFailureCount
    }
    WLAN_PHY_FRAME_STATISTICS {
        ullTransmittedFrameCount, ullMulticastTransmittedFrameCount, ullFailedCount, ullRetryCount,
        ullMultipleRetryCount, ullMaxTXLifetimeExceededCount, ullTransmittedFragmentCount,
        ullRTSSuccessCount, ullRTSFailureCount, ullACKFailureCount, ullReceivedFrameCount,
        ullMulticastReceivedFrameCount, ullPromiscuousReceivedFrameCount,
        ullMaxRXLifetimeExceededCount, ullFrameDuplicateCount, ullReceivedFragmentCount,
        ullPromiscuousReceivedFragmentCount, ullFCSErrorCount
    }
    WLAN_STATISTICS {
        ullFourWayHandshakeFailures, ullTKIPCounterMeasuresInvoked, ullReserved, MacUcastCounters,
        MacMcastCounters, dwNumberOfPhys, PhyCounters
    }
    WLAN_DEVICE_SERVICE_GUID_LIST { dwNumberOfItems, dwIndex, DeviceService }
    WLAN_DEVICE_SERVICE_NOTIFICATION_DATA { DeviceService, dwOpCode, dwDataSize, DataBlob }
    WFD_GROUP_ID { DeviceAddress, GroupSSID }
}
