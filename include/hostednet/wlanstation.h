/*
 * The rest of wlanapi.h: stations, profiles, scans, Wi-Fi Direct. hostednet is an access point and
 * leaves them to the system's network manager; the declarations are here so that programs compile
 * and load. Each of these functions answers ERROR_NOT_SUPPORTED (50) and touches nothing, whatever it
 * is given. Included by wlanapi.h.
 */
#ifndef HOSTEDNET_WLANSTATION_H
#define HOSTEDNET_WLANSTATION_H

#include <wlanapi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WLAN_MAX_PHY_TYPE_NUMBER 8

typedef ULONG WLAN_SIGNAL_QUALITY, *PWLAN_SIGNAL_QUALITY; /* 0 to 100 */

/* ---- Types of stations ---- */

typedef enum _WLAN_CONNECTION_MODE {
    wlan_connection_mode_profile = 0,
    wlan_connection_mode_temporary_profile = 1,
    wlan_connection_mode_discovery_secure = 2,
    wlan_connection_mode_discovery_unsecure = 3,
    wlan_connection_mode_auto = 4,
    wlan_connection_mode_invalid = 5
} WLAN_CONNECTION_MODE, *PWLAN_CONNECTION_MODE;

typedef enum _WLAN_INTERFACE_TYPE {
    wlan_interface_type_emulated_802_11 = 0,
    wlan_interface_type_native_802_11 = 1,
    wlan_interface_type_invalid = 2
} WLAN_INTERFACE_TYPE, *PWLAN_INTERFACE_TYPE;

typedef enum _WLAN_ADHOC_NETWORK_STATE {
    wlan_adhoc_network_state_formed = 0,
    wlan_adhoc_network_state_connected = 1
} WLAN_ADHOC_NETWORK_STATE, *PWLAN_ADHOC_NETWORK_STATE;

typedef enum _WLAN_POWER_SETTING {
    wlan_power_setting_no_saving = 0,
    wlan_power_setting_low_saving = 1,
    wlan_power_setting_medium_saving = 2,
    wlan_power_setting_maximum_saving = 3,
    wlan_power_setting_invalid = 4
} WLAN_POWER_SETTING, *PWLAN_POWER_SETTING;

typedef enum _WLAN_OPERATIONAL_STATE {
    wlan_operational_state_unknown = 0,
    wlan_operational_state_off = 1,
    wlan_operational_state_on = 2,
    wlan_operational_state_going_off = 3,
    wlan_operational_state_going_on = 4
} WLAN_OPERATIONAL_STATE, *PWLAN_OPERATIONAL_STATE;

typedef enum _WLAN_AUTOCONF_OPCODE {
    wlan_autoconf_opcode_start = 0,
    wlan_autoconf_opcode_show_denied_networks = 1,
    wlan_autoconf_opcode_power_setting = 2,
    wlan_autoconf_opcode_only_use_gp_profiles_for_allowed_networks = 3,
    wlan_autoconf_opcode_allow_explicit_creds = 4,
    wlan_autoconf_opcode_block_period = 5,
    wlan_autoconf_opcode_allow_virtual_station_extensibility = 6,
    wlan_autoconf_opcode_end = 7
} WLAN_AUTOCONF_OPCODE, *PWLAN_AUTOCONF_OPCODE;

typedef enum _WLAN_FILTER_LIST_TYPE {
    wlan_filter_list_type_gp_permit = 0,
    wlan_filter_list_type_gp_deny = 1,
    wlan_filter_list_type_user_permit = 2,
    wlan_filter_list_type_user_deny = 3
} WLAN_FILTER_LIST_TYPE, *PWLAN_FILTER_LIST_TYPE;

typedef enum _WLAN_IHV_CONTROL_TYPE {
    wlan_ihv_control_type_service = 0,
    wlan_ihv_control_type_driver = 1
} WLAN_IHV_CONTROL_TYPE, *PWLAN_IHV_CONTROL_TYPE;

/* Codes of the sources that never send here. */
typedef enum _WLAN_NOTIFICATION_ACM {
    wlan_notification_acm_start = 0,
    wlan_notification_acm_autoconf_enabled = 1,
    wlan_notification_acm_autoconf_disabled = 2,
    wlan_notification_acm_background_scan_enabled = 3,
    wlan_notification_acm_background_scan_disabled = 4,
    wlan_notification_acm_bss_type_change = 5,
    wlan_notification_acm_power_setting_change = 6,
    wlan_notification_acm_scan_complete = 7,
    wlan_notification_acm_scan_fail = 8,
    wlan_notification_acm_connection_start = 9,
    wlan_notification_acm_connection_complete = 10,
    wlan_notification_acm_connection_attempt_fail = 11,
    wlan_notification_acm_filter_list_change = 12,
    wlan_notification_acm_interface_arrival = 13,
    wlan_notification_acm_interface_removal = 14,
    wlan_notification_acm_profile_change = 15,
    wlan_notification_acm_profile_name_change = 16,
    wlan_notification_acm_profiles_exhausted = 17,
    wlan_notification_acm_network_not_available = 18,
    wlan_notification_acm_network_available = 19,
    wlan_notification_acm_disconnecting = 20,
    wlan_notification_acm_disconnected = 21,
    wlan_notification_acm_adhoc_network_state_change = 22,
    wlan_notification_acm_profile_unblocked = 23,
    wlan_notification_acm_screen_power_change = 24,
    wlan_notification_acm_profile_blocked = 25,
    wlan_notification_acm_scan_list_refresh = 26,
    wlan_notification_acm_operational_state_change = 27,
    wlan_notification_acm_end = 28
} WLAN_NOTIFICATION_ACM, *PWLAN_NOTIFICATION_ACM;

typedef enum _WLAN_NOTIFICATION_MSM {
    wlan_notification_msm_start = 0,
    wlan_notification_msm_associating = 1,
    wlan_notification_msm_associated = 2,
    wlan_notification_msm_authenticating = 3,
    wlan_notification_msm_connected = 4,
    wlan_notification_msm_roaming_start = 5,
    wlan_notification_msm_roaming_end = 6,
    wlan_notification_msm_radio_state_change = 7,
    wlan_notification_msm_signal_quality_change = 8,
    wlan_notification_msm_disassociating = 9,
    wlan_notification_msm_disconnected = 10,
    wlan_notification_msm_peer_join = 11,
    wlan_notification_msm_peer_leave = 12,
    wlan_notification_msm_adapter_removal = 13,
    wlan_notification_msm_adapter_operation_mode_change = 14,
    wlan_notification_msm_link_degraded = 15,
    wlan_notification_msm_link_improved = 16,
    wlan_notification_msm_end = 17
} WLAN_NOTIFICATION_MSM, *PWLAN_NOTIFICATION_MSM;

typedef enum _WLAN_NOTIFICATION_SECURITY {
    wlan_notification_security_start = 0,
    wlan_notification_security_end = 1
} WLAN_NOTIFICATION_SECURITY, *PWLAN_NOTIFICATION_SECURITY;

/* Flags of a network in sight. */
#define WLAN_AVAILABLE_NETWORK_CONNECTED 1
#define WLAN_AVAILABLE_NETWORK_HAS_PROFILE 2
#define WLAN_AVAILABLE_NETWORK_CONSOLE_USER_PROFILE 4
#define WLAN_AVAILABLE_NETWORK_INTERWORKING_SUPPORTED 8
#define WLAN_AVAILABLE_NETWORK_HOTSPOT2_ENABLED 0x00000010
#define WLAN_AVAILABLE_NETWORK_ANQP_SUPPORTED 0x00000020
#define WLAN_AVAILABLE_NETWORK_HOTSPOT2_DOMAIN 0x00000040
#define WLAN_AVAILABLE_NETWORK_HOTSPOT2_ROAMING 0x00000080
#define WLAN_AVAILABLE_NETWORK_AUTO_CONNECT_FAILED 0x00000100

/* Flags of WlanGetAvailableNetworkList. */
#define WLAN_AVAILABLE_NETWORK_INCLUDE_ALL_ADHOC_PROFILES 1
#define WLAN_AVAILABLE_NETWORK_INCLUDE_ALL_MANUAL_HIDDEN_PROFILES 2

/* Flags of a connection. */
#define WLAN_CONNECTION_HIDDEN_NETWORK 1
#define WLAN_CONNECTION_ADHOC_JOIN_ONLY 2
#define WLAN_CONNECTION_IGNORE_PRIVACY_BIT 4
#define WLAN_CONNECTION_EAPOL_PASSTHROUGH 8
#define WLAN_CONNECTION_PERSIST_DISCOVERY_PROFILE 0x00000010
#define WLAN_CONNECTION_PERSIST_DISCOVERY_PROFILE_CONNECTION_MODE_AUTO 0x00000020
#define WLAN_CONNECTION_PERSIST_DISCOVERY_PROFILE_OVERWRITE_EXISTING 0x00000040

#define WLAN_CONNECTION_NOTIFICATION_ADHOC_NETWORK_FORMED 1
#define WLAN_CONNECTION_NOTIFICATION_CONSOLE_USER_PROFILE 4

/* Flags of a profile. */
#define WLAN_PROFILE_GROUP_POLICY 1
#define WLAN_PROFILE_USER 2
#define WLAN_PROFILE_GET_PLAINTEXT_KEY 4
#define WLAN_PROFILE_CONNECTION_MODE_SET_BY_CLIENT 0x00010000
#define WLAN_PROFILE_CONNECTION_MODE_AUTO 0x00020000

#define WLAN_SET_EAPHOST_DATA_ALL_USERS 1

typedef struct _DOT11_NETWORK {
    DOT11_SSID dot11Ssid;
    DOT11_BSS_TYPE dot11BssType;
} DOT11_NETWORK, *PDOT11_NETWORK;

typedef struct _DOT11_NETWORK_LIST {
    DWORD dwNumberOfItems;
    DWORD dwIndex;
    DOT11_NETWORK Network[1]; /* dwNumberOfItems of them */
} DOT11_NETWORK_LIST, *PDOT11_NETWORK_LIST;

typedef struct _WLAN_RATE_SET {
    ULONG uRateSetLength;
    USHORT usRateSet[DOT11_RATE_SET_MAX_LENGTH];
} WLAN_RATE_SET, *PWLAN_RATE_SET;

typedef struct _WLAN_RAW_DATA {
    DWORD dwDataSize;
    BYTE DataBlob[1];
} WLAN_RAW_DATA, *PWLAN_RAW_DATA;

typedef struct _WLAN_RAW_DATA_LIST {
    DWORD dwTotalSize;
    DWORD dwNumberOfItems;
    struct {
        DWORD dwDataOffset; /* from the start of this element */
        DWORD dwDataSize;
    } DataList[1];
} WLAN_RAW_DATA_LIST, *PWLAN_RAW_DATA_LIST;

typedef struct _WLAN_AVAILABLE_NETWORK {
    WCHAR strProfileName[WLAN_MAX_NAME_LENGTH];
    DOT11_SSID dot11Ssid;
    DOT11_BSS_TYPE dot11BssType;
    ULONG uNumberOfBssids;
    BOOL bNetworkConnectable;
    WLAN_REASON_CODE wlanNotConnectableReason;
    ULONG uNumberOfPhyTypes;
    DOT11_PHY_TYPE dot11PhyTypes[WLAN_MAX_PHY_TYPE_NUMBER];
    BOOL bMorePhyTypes;
    WLAN_SIGNAL_QUALITY wlanSignalQuality;
    BOOL bSecurityEnabled;
    DOT11_AUTH_ALGORITHM dot11DefaultAuthAlgorithm;
    DOT11_CIPHER_ALGORITHM dot11DefaultCipherAlgorithm;
    DWORD dwFlags;
    DWORD dwReserved;
} WLAN_AVAILABLE_NETWORK, *PWLAN_AVAILABLE_NETWORK;

typedef struct _WLAN_AVAILABLE_NETWORK_LIST {
    DWORD dwNumberOfItems;
    DWORD dwIndex;
    WLAN_AVAILABLE_NETWORK Network[1];
} WLAN_AVAILABLE_NETWORK_LIST, *PWLAN_AVAILABLE_NETWORK_LIST;

typedef struct _WLAN_AVAILABLE_NETWORK_V2 {
    WCHAR strProfileName[WLAN_MAX_NAME_LENGTH];
    DOT11_SSID dot11Ssid;
    DOT11_BSS_TYPE dot11BssType;
    ULONG uNumberOfBssids;
    BOOL bNetworkConnectable;
    WLAN_REASON_CODE wlanNotConnectableReason;
    ULONG uNumberOfPhyTypes;
    DOT11_PHY_TYPE dot11PhyTypes[WLAN_MAX_PHY_TYPE_NUMBER];
    BOOL bMorePhyTypes;
    WLAN_SIGNAL_QUALITY wlanSignalQuality;
    BOOL bSecurityEnabled;
    DOT11_AUTH_ALGORITHM dot11DefaultAuthAlgorithm;
    DOT11_CIPHER_ALGORITHM dot11DefaultCipherAlgorithm;
    DWORD dwFlags;
    DOT11_ACCESSNETWORKOPTIONS AccessNetworkOptions;
    DOT11_HESSID dot11HESSID;
    DOT11_VENUEINFO VenueInfo;
    DWORD dwReserved;
} WLAN_AVAILABLE_NETWORK_V2, *PWLAN_AVAILABLE_NETWORK_V2;

typedef struct _WLAN_AVAILABLE_NETWORK_LIST_V2 {
    DWORD dwNumberOfItems;
    DWORD dwIndex;
    WLAN_AVAILABLE_NETWORK_V2 Network[1];
} WLAN_AVAILABLE_NETWORK_LIST_V2, *PWLAN_AVAILABLE_NETWORK_LIST_V2;

typedef struct _WLAN_BSS_ENTRY {
    DOT11_SSID dot11Ssid;
    ULONG uPhyId;
    DOT11_MAC_ADDRESS dot11Bssid;
    DOT11_BSS_TYPE dot11BssType;
    DOT11_PHY_TYPE dot11BssPhyType;
    LONG lRssi; /* dBm */
    ULONG uLinkQuality;
    BOOLEAN bInRegDomain;
    USHORT usBeaconPeriod;
    ULONGLONG ullTimestamp;
    ULONGLONG ullHostTimestamp;
    USHORT usCapabilityInformation;
    ULONG ulChCenterFrequency; /* kHz */
    WLAN_RATE_SET wlanRateSet;
    ULONG ulIeOffset; /* from the start of this entry */
    ULONG ulIeSize;
} WLAN_BSS_ENTRY, *PWLAN_BSS_ENTRY;

typedef struct _WLAN_BSS_LIST {
    DWORD dwTotalSize;
    DWORD dwNumberOfItems;
    WLAN_BSS_ENTRY wlanBssEntries[1];
} WLAN_BSS_LIST, *PWLAN_BSS_LIST;

typedef struct _WLAN_ASSOCIATION_ATTRIBUTES {
    DOT11_SSID dot11Ssid;
    DOT11_BSS_TYPE dot11BssType;
    DOT11_MAC_ADDRESS dot11Bssid;
    DOT11_PHY_TYPE dot11PhyType;
    ULONG uDot11PhyIndex;
    WLAN_SIGNAL_QUALITY wlanSignalQuality;
    ULONG ulRxRate;
    ULONG ulTxRate;
} WLAN_ASSOCIATION_ATTRIBUTES, *PWLAN_ASSOCIATION_ATTRIBUTES;

typedef struct _WLAN_SECURITY_ATTRIBUTES {
    BOOL bSecurityEnabled;
    BOOL bOneXEnabled;
    DOT11_AUTH_ALGORITHM dot11AuthAlgorithm;
    DOT11_CIPHER_ALGORITHM dot11CipherAlgorithm;
} WLAN_SECURITY_ATTRIBUTES, *PWLAN_SECURITY_ATTRIBUTES;

typedef struct _WLAN_CONNECTION_ATTRIBUTES {
    WLAN_INTERFACE_STATE isState;
    WLAN_CONNECTION_MODE wlanConnectionMode;
    WCHAR strProfileName[WLAN_MAX_NAME_LENGTH];
    WLAN_ASSOCIATION_ATTRIBUTES wlanAssociationAttributes;
    WLAN_SECURITY_ATTRIBUTES wlanSecurityAttributes;
} WLAN_CONNECTION_ATTRIBUTES, *PWLAN_CONNECTION_ATTRIBUTES;

typedef struct _WLAN_CONNECTION_PARAMETERS {
    WLAN_CONNECTION_MODE wlanConnectionMode;
    LPCWSTR strProfile;
    PDOT11_SSID pDot11Ssid;
    PDOT11_BSSID_LIST pDesiredBssidList;
    DOT11_BSS_TYPE dot11BssType;
    DWORD dwFlags;
} WLAN_CONNECTION_PARAMETERS, *PWLAN_CONNECTION_PARAMETERS;

typedef struct _WLAN_CONNECTION_PARAMETERS_V2 {
    WLAN_CONNECTION_MODE wlanConnectionMode;
    LPCWSTR strProfile;
    PDOT11_SSID pDot11Ssid;
    PDOT11_HESSID pDot11Hessid;
    PDOT11_BSSID_LIST pDesiredBssidList;
    DOT11_BSS_TYPE dot11BssType;
    DWORD dwFlags;
    PDOT11_ACCESSNETWORKOPTIONS pDot11AccessNetworkOptions;
} WLAN_CONNECTION_PARAMETERS_V2, *PWLAN_CONNECTION_PARAMETERS_V2;

typedef struct _WLAN_CONNECTION_NOTIFICATION_DATA {
    WLAN_CONNECTION_MODE wlanConnectionMode;
    WCHAR strProfileName[WLAN_MAX_NAME_LENGTH];
    DOT11_SSID dot11Ssid;
    DOT11_BSS_TYPE dot11BssType;
    BOOL bSecurityEnabled;
    WLAN_REASON_CODE wlanReasonCode;
    DWORD dwFlags;
    WCHAR strProfileXml[1];
} WLAN_CONNECTION_NOTIFICATION_DATA, *PWLAN_CONNECTION_NOTIFICATION_DATA;

typedef struct _WLAN_MSM_NOTIFICATION_DATA {
    WLAN_CONNECTION_MODE wlanConnectionMode;
    WCHAR strProfileName[WLAN_MAX_NAME_LENGTH];
    DOT11_SSID dot11Ssid;
    DOT11_BSS_TYPE dot11BssType;
    DOT11_MAC_ADDRESS dot11MacAddr;
    BOOL bSecurityEnabled;
    BOOL bFirstPeer;
    BOOL bLastPeer;
    WLAN_REASON_CODE wlanReasonCode;
} WLAN_MSM_NOTIFICATION_DATA, *PWLAN_MSM_NOTIFICATION_DATA;

typedef struct _WLAN_PROFILE_INFO {
    WCHAR strProfileName[WLAN_MAX_NAME_LENGTH];
    DWORD dwFlags;
} WLAN_PROFILE_INFO, *PWLAN_PROFILE_INFO;

typedef struct _WLAN_PROFILE_INFO_LIST {
    DWORD dwNumberOfItems;
    DWORD dwIndex;
    WLAN_PROFILE_INFO ProfileInfo[1];
} WLAN_PROFILE_INFO_LIST, *PWLAN_PROFILE_INFO_LIST;

typedef struct _WLAN_AUTH_CIPHER_PAIR_LIST {
    DWORD dwNumberOfItems;
    DOT11_AUTH_CIPHER_PAIR pAuthCipherPairList[1];
} WLAN_AUTH_CIPHER_PAIR_LIST, *PWLAN_AUTH_CIPHER_PAIR_LIST;

typedef struct _WLAN_COUNTRY_OR_REGION_STRING_LIST {
    DWORD dwNumberOfItems;
    DOT11_COUNTRY_OR_REGION_STRING pCountryOrRegionStringList[1];
} WLAN_COUNTRY_OR_REGION_STRING_LIST, *PWLAN_COUNTRY_OR_REGION_STRING_LIST;

typedef struct _WLAN_INTERFACE_CAPABILITY {
    WLAN_INTERFACE_TYPE interfaceType;
    BOOL bDot11DSupported;
    DWORD dwMaxDesiredSsidListSize;
    DWORD dwMaxDesiredBssidListSize;
    DWORD dwNumberOfSupportedPhys;
    DOT11_PHY_TYPE dot11PhyTypes[WLAN_MAX_PHY_INDEX];
} WLAN_INTERFACE_CAPABILITY, *PWLAN_INTERFACE_CAPABILITY;

typedef struct _WLAN_MAC_FRAME_STATISTICS {
    ULONGLONG ullTransmittedFrameCount;
    ULONGLONG ullReceivedFrameCount;
    ULONGLONG ullWEPExcludedCount;
    ULONGLONG ullTKIPLocalMICFailures;
    ULONGLONG ullTKIPReplays;
    ULONGLONG ullTKIPICVErrorCount;
    ULONGLONG ullCCMPReplays;
    ULONGLONG ullCCMPDecryptErrors;
    ULONGLONG ullWEPUndecryptableCount;
    ULONGLONG ullWEPICVErrorCount;
    ULONGLONG ullDecryptSuccessCount;
    ULONGLONG ullDecryptFailureCount;
} WLAN_MAC_FRAME_STATISTICS, *PWLAN_MAC_FRAME_STATISTICS;

typedef struct _WLAN_PHY_FRAME_STATISTICS {
    ULONGLONG ullTransmittedFrameCount;
    ULONGLONG ullMulticastTransmittedFrameCount;
    ULONGLONG ullFailedCount;
    ULONGLONG ullRetryCount;
    ULONGLONG ullMultipleRetryCount;
    ULONGLONG ullMaxTXLifetimeExceededCount;
    ULONGLONG ullTransmittedFragmentCount;
    ULONGLONG ullRTSSuccessCount;
    ULONGLONG ullRTSFailureCount;
    ULONGLONG ullACKFailureCount;
    ULONGLONG ullReceivedFrameCount;
    ULONGLONG ullMulticastReceivedFrameCount;
    ULONGLONG ullPromiscuousReceivedFrameCount;
    ULONGLONG ullMaxRXLifetimeExceededCount;
    ULONGLONG ullFrameDuplicateCount;
    ULONGLONG ullReceivedFragmentCount;
    ULONGLONG ullPromiscuousReceivedFragmentCount;
    ULONGLONG ullFCSErrorCount;
} WLAN_PHY_FRAME_STATISTICS, *PWLAN_PHY_FRAME_STATISTICS;

typedef struct _WLAN_STATISTICS {
    ULONGLONG ullFourWayHandshakeFailures;
    ULONGLONG ullTKIPCounterMeasuresInvoked;
    ULONGLONG ullReserved;
    WLAN_MAC_FRAME_STATISTICS MacUcastCounters;
    WLAN_MAC_FRAME_STATISTICS MacMcastCounters;
    DWORD dwNumberOfPhys;
    WLAN_PHY_FRAME_STATISTICS PhyCounters[1];
} WLAN_STATISTICS, *PWLAN_STATISTICS;

typedef struct _WLAN_DEVICE_SERVICE_GUID_LIST {
    DWORD dwNumberOfItems;
    DWORD dwIndex;
    GUID DeviceService[1];
} WLAN_DEVICE_SERVICE_GUID_LIST, *PWLAN_DEVICE_SERVICE_GUID_LIST;

typedef struct _WLAN_DEVICE_SERVICE_NOTIFICATION_DATA {
    GUID DeviceService;
    DWORD dwOpCode;
    DWORD dwDataSize;
    BYTE DataBlob[1];
} WLAN_DEVICE_SERVICE_NOTIFICATION_DATA, *PWLAN_DEVICE_SERVICE_NOTIFICATION_DATA;

/* ---- Networks and connections ---- */

DWORD WINAPI WlanScan(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                      const PDOT11_SSID pDot11Ssid, const PWLAN_RAW_DATA pIeData, PVOID pReserved);

DWORD WINAPI WlanGetAvailableNetworkList(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                         DWORD dwFlags, PVOID pReserved,
                                         PWLAN_AVAILABLE_NETWORK_LIST *ppAvailableNetworkList);

DWORD WINAPI WlanGetAvailableNetworkList2(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                          DWORD dwFlags, PVOID pReserved,
                                          PWLAN_AVAILABLE_NETWORK_LIST_V2 *ppAvailableNetworkList);

DWORD WINAPI WlanGetNetworkBssList(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                   const PDOT11_SSID pDot11Ssid, DOT11_BSS_TYPE dot11BssType,
                                   BOOL bSecurityEnabled, PVOID pReserved,
                                   PWLAN_BSS_LIST *ppWlanBssList);

DWORD WINAPI WlanConnect(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                         const PWLAN_CONNECTION_PARAMETERS pConnectionParameters, PVOID pReserved);

DWORD WINAPI WlanConnect2(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                          const PWLAN_CONNECTION_PARAMETERS_V2 pConnectionParameters,
                          PVOID pReserved);

DWORD WINAPI WlanDisconnect(HANDLE hClientHandle, const GUID *pInterfaceGuid, PVOID pReserved);

DWORD WINAPI WlanGetInterfaceCapability(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                        PVOID pReserved, PWLAN_INTERFACE_CAPABILITY *ppCapability);

DWORD WINAPI WlanQueryAutoConfigParameter(HANDLE hClientHandle, WLAN_AUTOCONF_OPCODE OpCode,
                                          PVOID pReserved, PDWORD pdwDataSize, PVOID *ppData,
                                          PWLAN_OPCODE_VALUE_TYPE pWlanOpcodeValueType);

DWORD WINAPI WlanSetAutoConfigParameter(HANDLE hClientHandle, WLAN_AUTOCONF_OPCODE OpCode,
                                        DWORD dwDataSize, const PVOID pData, PVOID pReserved);

DWORD WINAPI WlanGetFilterList(HANDLE hClientHandle, WLAN_FILTER_LIST_TYPE wlanFilterListType,
                               PVOID pReserved, PDOT11_NETWORK_LIST *ppNetworkList);

DWORD WINAPI WlanSetFilterList(HANDLE hClientHandle, WLAN_FILTER_LIST_TYPE wlanFilterListType,
                               const PDOT11_NETWORK_LIST pNetworkList, PVOID pReserved);

DWORD WINAPI WlanSetPsdIEDataList(HANDLE hClientHandle, LPCWSTR strFormat,
                                  const PWLAN_RAW_DATA_LIST pPsdIEDataList, PVOID pReserved);

DWORD WINAPI WlanExtractPsdIEDataList(HANDLE hClientHandle, DWORD dwIeDataSize,
                                      const PBYTE pRawIeData, LPCWSTR strFormat, PVOID pReserved,
                                      PWLAN_RAW_DATA_LIST *ppPsdIEDataList);

/* ---- Profiles ---- */

DWORD WINAPI WlanGetProfileList(HANDLE hClientHandle, const GUID *pInterfaceGuid, PVOID pReserved,
                                PWLAN_PROFILE_INFO_LIST *ppProfileList);

DWORD WINAPI WlanSetProfileList(HANDLE hClientHandle, const GUID *pInterfaceGuid, DWORD dwItems,
                                LPCWSTR *strProfileNames, PVOID pReserved);

DWORD WINAPI WlanGetProfile(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                            LPCWSTR strProfileName, PVOID pReserved, LPWSTR *pstrProfileXml,
                            DWORD *pdwFlags, DWORD *pdwGrantedAccess);

DWORD WINAPI WlanSetProfile(HANDLE hClientHandle, const GUID *pInterfaceGuid, DWORD dwFlags,
                            LPCWSTR strProfileXml, LPCWSTR strAllUserProfileSecurity,
                            BOOL bOverwrite, PVOID pReserved, DWORD *pdwReasonCode);

DWORD WINAPI WlanSetProfilePosition(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                    LPCWSTR strProfileName, DWORD dwPosition, PVOID pReserved);

DWORD WINAPI WlanRenameProfile(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                               LPCWSTR strOldProfileName, LPCWSTR strNewProfileName,
                               PVOID pReserved);

DWORD WINAPI WlanDeleteProfile(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                               LPCWSTR strProfileName, PVOID pReserved);

DWORD WINAPI WlanSaveTemporaryProfile(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                      LPCWSTR strProfileName, LPCWSTR strAllUserProfileSecurity,
                                      DWORD dwFlags, BOOL bOverWrite, PVOID pReserved);

DWORD WINAPI WlanGetProfileCustomUserData(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                          LPCWSTR strProfileName, PVOID pReserved,
                                          DWORD *pdwDataSize, PBYTE *ppData);

DWORD WINAPI WlanSetProfileCustomUserData(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                          LPCWSTR strProfileName, DWORD dwDataSize,
                                          const PBYTE pData, PVOID pReserved);

DWORD WINAPI WlanSetProfileEapUserData(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                       LPCWSTR strProfileName, EAP_METHOD_TYPE eapType,
                                       DWORD dwFlags, DWORD dwEapUserDataSize,
                                       const LPBYTE pbEapUserData, PVOID pReserved);

DWORD WINAPI WlanSetProfileEapXmlUserData(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                          LPCWSTR strProfileName, DWORD dwFlags,
                                          LPCWSTR strEapXmlUserData, PVOID pReserved);

/* ---- Vendors ---- */

DWORD WINAPI WlanIhvControl(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                            WLAN_IHV_CONTROL_TYPE Type, DWORD dwInBufferSize, PVOID pInBuffer,
                            DWORD dwOutBufferSize, PVOID pOutBuffer, PDWORD pdwBytesReturned);

DWORD WINAPI WlanDeviceServiceCommand(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                      LPGUID pDeviceServiceGuid, DWORD dwOpCode,
                                      DWORD dwInBufferSize, PVOID pInBuffer, DWORD dwOutBufferSize,
                                      PVOID pOutBuffer, PDWORD pdwBytesReturned);

DWORD WINAPI WlanGetSupportedDeviceServices(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                            PWLAN_DEVICE_SERVICE_GUID_LIST *ppDevSvcGuidList);

DWORD WINAPI
WlanRegisterDeviceServiceNotification(HANDLE hClientHandle,
                                      const PWLAN_DEVICE_SERVICE_GUID_LIST pDevSvcGuidList);

/* ---- Wi-Fi Direct ---- */

#define WFD_API_VERSION_1_0 1
#define WFD_API_VERSION WFD_API_VERSION_1_0

typedef enum _WFD_ROLE_TYPE {
    WFD_ROLE_TYPE_NONE = 0,
    WFD_ROLE_TYPE_DEVICE = 1,
    WFD_ROLE_TYPE_GROUP_OWNER = 2,
    WFD_ROLE_TYPE_CLIENT = 4,
    WFD_ROLE_TYPE_MAX = 5
} WFD_ROLE_TYPE, *PWFD_ROLE_TYPE;

typedef struct _WFD_GROUP_ID {
    DOT11_MAC_ADDRESS DeviceAddress;
    DOT11_SSID GroupSSID;
} WFD_GROUP_ID, *PWFD_GROUP_ID;

typedef VOID(WINAPI *WFD_OPEN_SESSION_COMPLETE_CALLBACK)(HANDLE hSessionHandle, PVOID pvContext,
                                                         GUID guidSessionInterface, DWORD dwError,
                                                         DWORD dwReasonCode);

DWORD WINAPI WFDOpenHandle(DWORD dwClientVersion, PDWORD pdwNegotiatedVersion,
                           PHANDLE phClientHandle);

DWORD WINAPI WFDCloseHandle(HANDLE hClientHandle);

DWORD WINAPI WFDStartOpenSession(HANDLE hClientHandle, PDOT11_MAC_ADDRESS pDeviceAddress,
                                 PVOID pvContext, WFD_OPEN_SESSION_COMPLETE_CALLBACK pfnCallback,
                                 PHANDLE phSessionHandle);

DWORD WINAPI WFDCancelOpenSession(HANDLE hSessionHandle);

DWORD WINAPI WFDOpenLegacySession(HANDLE hClientHandle, PDOT11_MAC_ADDRESS pLegacyMacAddress,
                                  HANDLE *phSessionHandle, GUID *pGuidSessionInterface);

DWORD WINAPI WFDCloseSession(HANDLE hSessionHandle);

DWORD WINAPI WFDUpdateDeviceVisibility(PDOT11_MAC_ADDRESS pDeviceAddress);

#ifdef __cplusplus
}
#endif

#endif /* HOSTEDNET_WLANSTATION_H */
